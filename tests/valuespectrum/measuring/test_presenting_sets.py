"""Questions about several clips at once, each shown in every way, to respondents whose truth is planted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench_fakes import AxesEmbedder
from drawn_corpus import DrawnCorpus, pictured_corpus
from planted_instruments import twin

from valuespectrum.instruments.registry import InstrumentChoice
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.measuring.plan import plan_benchmark
from valuespectrum.measuring.presenting import PresentOptions
from valuespectrum.measuring.run_scores import score_run
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.stimuli.presenting.presentation import read_presentations
from valuespectrum.stimuli.retrieval import RetrievalOptions
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

CLIPS = 4
SCORING = ScoringOptions(draws=20, over_wordings=False)
CAPTIONER = "simulated:birch"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> DrawnCorpus:
    return pictured_corpus(tmp_path_factory.mktemp("pictures"), CLIPS, frames=2)


def options(folder: Path, instrument: str, *names: str, **present: object) -> BenchOptions:
    keywords = folder / "words.yaml"
    keywords.write_text(json.dumps({"keywords": {value: [f"{value} 0", f"{value} 20"] for value in VALUES}}))
    params = {"wordings": 1} if instrument == "behaviour" else {"wordings": 1, "rounds": 1}
    return BenchOptions(
        run=folder / "run",
        battery=InstrumentChoice(instrument, params),
        present=PresentOptions(read_presentations(names), **present),  # type: ignore[arg-type]
        keywords=keywords,
        retrieval=RetrievalOptions(top_k=CLIPS),
        scoring=SCORING,
    )


def conditions(scores: Json) -> dict[str, Json]:
    return {row["presentation"]: row for row in scores["presentations"]["conditions"]}


@pytest.mark.parametrize("instrument", ["pairs", "best-worst"])
def test_what_says_the_same_keeps_the_profile_and_what_says_nothing_does_not(
    corpus: DrawnCorpus, tmp_path: Path, instrument: str
) -> None:
    same = ("sheet:2", "frames:2", "caption", f"described:{CAPTIONER}")
    chosen = options(tmp_path, instrument, "frame", *same, "blank", "mismatched", captioners={CAPTIONER: twin("birch")})
    scores = run_benchmark(chosen, corpus, AxesEmbedder(), [twin("amber,faking=0,gap=0")])
    found = conditions(scores)
    assert scores["presentations"]["base"] == "frame" and set(found) == {*same, "blank", "mismatched"}
    for name in same:
        assert found[name]["kept"]["mean"] == pytest.approx(1.0), name
    assert found["blank"]["visual_share"]["mean"] == pytest.approx(1.0)
    strange = found["mismatched"]["visual_share"]
    assert strange["low"] is not None and strange["low"] < 1.0 < strange["high"]
    assert {row["n_clips"] for row in found.values()} == {scores["respondents"][0]["n_units"]}
    assert score_run(chosen.run, SCORING)["presentations"] == scores["presentations"]


def test_clips_without_words_leave_their_sets_and_nothing_else(corpus: DrawnCorpus, tmp_path: Path) -> None:
    said = tmp_path / "said.csv"
    said.write_text(
        "clip,text\n" + "".join(f"{value}-{n},Nobody knows.\n" for value in VALUES[:5] for n in range(CLIPS))
    )
    chosen = options(tmp_path, "pairs", "frame", "transcript", transcripts=said)
    scores = run_benchmark(chosen, corpus, AxesEmbedder(), [twin("amber")])
    row = conditions(scores)["transcript"]
    assert row["n_answers"] == 2 * 10, "two orders of ten pairs of five values"
    said.write_text("clip,text\npower-0,Nobody knows.\n")
    (tmp_path / "other").mkdir()
    other = options(tmp_path / "other", "pairs", "frame", "transcript", transcripts=said)
    with pytest.raises(InputError, match="--present transcript: in no set of clips"):
        plan_benchmark(other, corpus, AxesEmbedder(), ["simulated:power=1"])


def test_a_feed_shows_clips_in_its_own_way_and_says_so_before_anything_is_begun(
    corpus: DrawnCorpus, tmp_path: Path
) -> None:
    chosen = options(tmp_path, "behaviour", "frames:2")
    for begin in (
        lambda: run_benchmark(chosen, corpus, AxesEmbedder(), [twin("amber")]),
        lambda: plan_benchmark(chosen, corpus, AxesEmbedder(), ["simulated:power=1"]),
    ):
        with pytest.raises(InputError, match="--present means nothing to behaviour: a feed shows clips as they pass"):
            begin()
    assert not chosen.run.exists()
