"""Responses about what is seen, through planner, store and scores, however clips are shown."""

from __future__ import annotations

import json
from pathlib import Path

from bench_fakes import AxesEmbedder
from drawn_corpus import pictured_corpus

from agents.models.base import ModelOptions
from valuespectrum.instruments.registry import InstrumentChoice
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.measuring.presenting import PresentOptions
from valuespectrum.measuring.run_scores import score_run
from valuespectrum.reference.twin.loading import load
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.stimuli.presenting.presentation import read_presentations
from valuespectrum.stimuli.retrieval import RetrievalOptions
from valuespectrum.theory.values import VALUES

CLIPS = 3
SCORING = ScoringOptions(draws=20, over_wordings=False)


def test_a_run_of_frames_captions_and_mismatched_clips(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    corpus = pictured_corpus(tmp_path / "pictures", CLIPS, frames=1)
    keywords = tmp_path / "words.yaml"
    keywords.write_text(json.dumps({"keywords": {value: [f"{value} 0", f"{value} 20"] for value in VALUES}}))
    options = BenchOptions(
        run=tmp_path / "run",
        battery=InstrumentChoice("value-portrait", {"about": "clips", "wordings": 1}),
        present=PresentOptions(read_presentations(("frame", "caption", "mismatched"))),
        keywords=keywords,
        retrieval=RetrievalOptions(top_k=CLIPS),
        scoring=SCORING,
    )
    scores = run_benchmark(options, corpus, AxesEmbedder(), [load("amber", ModelOptions())])
    (row,) = scores["respondents"]
    assert scores["n_planned"] == 3 * 10 * CLIPS * 4 == scores["n_answered"]
    assert row["instrument"] == "value-portrait" and row["unit"] == "clip" and row["n_units"] == 10 * CLIPS
    assert "other clips" in row["covers"] and row["profile"]["power"]["mean"] is not None
    assert {each["presentation"] for each in scores["presentations"]["conditions"]} >= {"caption", "mismatched"}
    assert score_run(options.run, SCORING) == scores
