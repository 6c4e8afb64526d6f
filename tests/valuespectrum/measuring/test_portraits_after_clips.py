"""Portraits after clips, through planner, store and scores; and personas in portraits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench_fakes import AxesEmbedder
from drawn_corpus import pictured_corpus

from agents.models.base import ModelOptions
from valuespectrum.instruments.registry import InstrumentChoice, Plain
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.measuring.presenting import PresentOptions
from valuespectrum.measuring.run_scores import score_run
from valuespectrum.reference.twin.loading import load
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.stimuli.presenting.presentation import read_presentations
from valuespectrum.stimuli.retrieval import RetrievalOptions
from valuespectrum.theory.values import VALUES

CLIPS = 3
SCORING = ScoringOptions(draws=20)


def test_a_run_after_frames_captions_and_mismatched_clips(tmp_path: Path) -> None:
    """What is seen, read of, or put in the place of a clip moves no twin: it describes itself as ever."""
    (tmp_path / "pictures").mkdir()
    corpus = pictured_corpus(tmp_path / "pictures", CLIPS, frames=1)
    keywords = tmp_path / "words.yaml"
    keywords.write_text(json.dumps({"keywords": {value: [f"{value} 0", f"{value} 20"] for value in VALUES}}))
    asked: dict[str, Plain] = {"after": "clips", "rounds": 3, "wordings": 1, "directions": "ascending"}
    options = BenchOptions(
        run=tmp_path / "run",
        battery=InstrumentChoice("portraits", asked),
        present=PresentOptions(read_presentations(("frame", "caption", "mismatched"))),
        keywords=keywords,
        retrieval=RetrievalOptions(top_k=CLIPS),
        scoring=SCORING,
    )
    scores = run_benchmark(options, corpus, AxesEmbedder(), [load("amber", ModelOptions())])
    (row,) = scores["respondents"]
    assert scores["n_planned"] == 3 * 10 * CLIPS * 19 * 2 == scores["n_answered"]
    assert row["instrument"] == "portraits" and row["unit"] == "item" and row["n_units"] == 57
    assert row["scalars"]["moved_by_own_clips"]["mean"] == pytest.approx(0.0, abs=1e-12)
    effects = {each["presentation"]: each for each in scores["presentations"]["conditions"]}
    assert effects["caption"]["kept"]["mean"] == effects["mismatched"]["kept"]["mean"] == pytest.approx(1.0)
    assert score_run(options.run, SCORING) == scores
