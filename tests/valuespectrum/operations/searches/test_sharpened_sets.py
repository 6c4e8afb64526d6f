"""The set of clips that a search makes of everything it tried."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from valuespectrum.instruments.adaem.asking import Answered, Answerer
from valuespectrum.instruments.adaem.search import FoundQuestions
from valuespectrum.instruments.adaem.stems import PlainReasons, Stem
from valuespectrum.operations.searches.conducted import _sharpened
from valuespectrum.operations.searches.settings import SearchSettings
from valuespectrum.scoring.telling.informativeness import Telling
from valuespectrum.stimuli.retrieval import StimulusRow

NAN = float("nan")
LIKES = (2.0, 1.0, -1.0, -2.0)


def tried(clip: str, liking: tuple[float, ...], heard: bool = True) -> Answered:
    nobody = (None,) * len(liking)
    score = Telling(1.0, 0.0, 0.0, 0.0, 0.0) if heard else None
    return Answered(Stem(clip, arm=clip), nobody, nobody, np.zeros(10, bool), score, liking)


def test_a_clip_of_which_one_respondent_said_anything_is_in_no_set(tmp_path: Path) -> None:
    """It tells nobody apart, and a score that is no number cannot be read again."""
    clips = [f"{value} {number}" for value in ("power", "security") for number in range(3)]
    rows = {clip: StimulusRow(clip.split()[0], "words", 1, 0.5, 1.0, f"{clip}/0", clip, clip) for clip in clips}
    turned = tuple(-each for each in LIKES)
    found = FoundQuestions(
        tried=[
            *(tried(clip, LIKES if clip.startswith("power") else turned) for clip in clips[1:]),
            tried(clips[0], (5.0, NAN, NAN, NAN), heard=False),
        ]
    )
    people = [Answerer(f"r{number}", "subject", PlainReasons()) for number in range(4)]
    parts: Any = SimpleNamespace(
        material=SimpleNamespace(rows=rows),
        who=SimpleNamespace(final=people, searching=people),
        settings=SearchSettings(corpus=tmp_path),
    )
    told = _sharpened(tmp_path, parts, found)
    assert told["n_clips"] == 5 and told["without_clips"] == [] and told["tried"] == 6
    document = json.loads((tmp_path / "stimuli.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert sorted(each["clip"] for each in document["clips"]) == clips[1:]
