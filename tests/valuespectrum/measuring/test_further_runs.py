"""Runs of the further instruments through planner, conductor and store, scored again without a model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from bench_fakes import AxesEmbedder, words, world
from planted_instruments import twin

from valuespectrum.instruments.registry import InstrumentChoice
from valuespectrum.measuring import benchmark
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.measuring.run_scores import score_run
from valuespectrum.runs.run import read_scores
from valuespectrum.scoring.cells import ScoringOptions

SCORING = ScoringOptions(draws=50)
SMALL: Mapping[str, Mapping[str, str | int]] = {
    "pairs": {"wordings": 1, "rounds": 1},
    "best-worst": {"wordings": 1, "rounds": 1},
    "scale7": {"wordings": 1},
    "behaviour": {"wordings": 1, "sessions": 2, "steps": 20},
    "like": {"wordings": 1, "frame_of_mind": "all"},
}


def _bright(pictures: Mapping[str, Path]) -> dict[str, dict[str, float]]:
    return {name: {"brightness": float(place)} for place, name in enumerate(sorted(pictures))}


@pytest.mark.parametrize("name", SMALL)
def test_a_run_is_scored_again_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(benchmark, "measured_pictures", _bright)
    keywords = tmp_path / "axes.yaml"
    listed = {value: [word.word for word in row] for value, row in words(2).words.items()}
    keywords.write_text(json.dumps({"keywords": listed}))
    choice = InstrumentChoice(name, SMALL[name])
    options = BenchOptions(tmp_path / "run", battery=choice, keywords=keywords, scoring=SCORING)
    scores = run_benchmark(options, world(clips=5), AxesEmbedder(), [twin("amber")])
    assert scores["battery"] == name and scores["n_answered"] > 0
    before = read_scores(tmp_path / "run")
    again = run_benchmark(options, world(clips=5), AxesEmbedder(), [twin("amber")])
    assert again["n_answered"] == scores["n_answered"]
    score_run(tmp_path / "run", SCORING)
    assert read_scores(tmp_path / "run") == before
    assert sum(row["status"] == "ok" for row in before["respondents"][0]["profile"].values()) >= 8
    if name == "like":
        assert "faking" in before["respondents"][0]["scalars"]
