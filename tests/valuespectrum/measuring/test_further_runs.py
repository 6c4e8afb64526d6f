"""Runs of the further instruments through planner, conductor and store, scored again without a model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest
from bench_fakes import AxesEmbedder, words, world
from planted_instruments import twin

from valuespectrum.instruments.registry import InstrumentChoice, load_instrument
from valuespectrum.measuring import benchmark, run_scores
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.measuring.instrument_run import InstrumentOptions, run_instrument
from valuespectrum.measuring.levels import LEVELS
from valuespectrum.measuring.run_scores import score_run
from valuespectrum.reporting.load import ReportSources, load_report
from valuespectrum.runs.run import read_scores
from valuespectrum.scoring.cells import ScoringOptions
from vectorstore.corpus import Corpus

SCORING = ScoringOptions(draws=50)
SMALL: Mapping[str, Mapping[str, str | int]] = {
    "pairs": {"wordings": 1, "rounds": 1},
    "best-worst": {"wordings": 1, "rounds": 1},
    "scale7": {"wordings": 1},
    "behaviour": {"wordings": 1, "sessions": 2, "steps": 20},
    "like": {"wordings": 1, "frame_of_mind": "all"},
    "svo-shown": {},
}


SHRUNK = {name: {"rounds": 1} for name in ("pairs", "best-worst", "forced-choice")}
"""Options that make a design smaller and leave out none of its parts."""


def _bright(pictures: Mapping[str, Path]) -> dict[str, dict[str, float]]:
    return {name: {"brightness": float(place)} for place, name in enumerate(sorted(pictures))}


def _keywords(folder: Path) -> Path:
    listed = {value: [word.word for word in row] for value, row in words(2).words.items()}
    (folder / "axes.yaml").write_text(json.dumps({"keywords": listed}))
    return folder / "axes.yaml"


@pytest.mark.parametrize("level", LEVELS)
def test_every_part_of_a_battery_runs_from_pictures_to_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    monkeypatch.setattr(benchmark, "measured_pictures", _bright)
    keywords, corpus, runs = _keywords(tmp_path), world(clips=3), list[Path]()
    for part in LEVELS[level].parts:
        run, choice = (
            tmp_path / part.instrument,
            InstrumentChoice(part.instrument, {**part.params, **SHRUNK.get(part.instrument, {})}),
        )
        instrument = load_instrument(choice.name, choice.params)
        if instrument.pictures is None:
            scores = run_instrument(InstrumentOptions(run, scoring=SCORING, choice=choice), [twin("amber")])
        else:
            options = BenchOptions(run, battery=choice, keywords=keywords, scoring=SCORING)
            scores = run_benchmark(options, corpus, AxesEmbedder(), [twin("amber")])
        runs.append(run)
        (who,) = scores["respondents"]
        clips = sum(scores.get("clips_per_value", {}).values())
        assert 0 < scores["n_answered"] <= instrument.cost(clips)
        assert sum(row["status"] == "ok" for row in who["profile"].values()) >= 8, part.instrument
        assert ("faking" in who["scalars"]) == (part.params.get("frame_of_mind") == "all")
        # A twin understands the first wording of these alone: what tells nothing is named, and not counted as asked.
        silent = any("in the wording" in note for note in who["notes"])
        assert silent == (part.instrument not in ("like", "paper")), part.instrument
        assert part.instrument == "like" or "other wordings of the kind of these 6" not in who["covers"]
    # The whole level in one report, whichever run comes first; examples are of those that have some to show.
    for first in range(len(runs)):
        listed = (*runs[first:], *runs[:first])
        told = load_report(ReportSources(listed, cast(Corpus, corpus)), "all of it")
        assert bool(told.examples) == any(load_instrument(run.name).examples for run in runs), listed[0]


@pytest.mark.parametrize("name", SMALL)
def test_a_run_is_scored_again_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(benchmark, "measured_pictures", _bright)
    keywords = _keywords(tmp_path)
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


def test_what_is_given_to_people_who_are_shown_is_not_held_against_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_scores, "quality_of_run", lambda folder: {})
    monkeypatch.setattr(run_scores, "sessions_document", lambda sessions, options: {})
    monkeypatch.setattr(run_scores, "stated_profiles", list)
    monkeypatch.setattr(run_scores, "stated_and_revealed", lambda sessions, stated, quality, options: stated)
    rows = [{"instrument": "like"}, {"instrument": "svo-shown"}]
    assert run_scores._sessions(Path("run"), (), rows, SCORING)["stated"] == rows[:1]


def test_an_adaptive_test_about_clips_runs_from_pictures_to_scores_and_goes_on(tmp_path: Path) -> None:
    options = BenchOptions(
        tmp_path / "run", battery=InstrumentChoice("adaptive-clips"), keywords=_keywords(tmp_path), scoring=SCORING
    )
    corpus = world(clips=3)
    scores = run_benchmark(options, corpus, AxesEmbedder(), [twin("amber")])
    (who,) = scores["respondents"]
    course = who["adaptive"]["values"]
    assert who["n_asks"] == scores["n_answered"] == sum(each["asks"] for each in course.values())
    assert {each["stopped"] for each in course.values()} <= {"precise", "end of the bank"}
    assert any("taken for typical" in note for note in who["notes"]), "clips that nobody drew"
    assert run_benchmark(options, corpus, AxesEmbedder(), [twin("amber")]) == scores
    score_run(tmp_path / "run", SCORING)
    assert read_scores(tmp_path / "run")["respondents"] == scores["respondents"]
