"""Respondents that answer by rule are told what drawn clips show; nobody else's asks, keys or answers change."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_fakes import AxesEmbedder, words, world
from drawn_corpus import DrawnCorpus, drawn_clip, drawn_world

from agents.answers.respondent import Role
from agents.models.ask_key import ask_key
from agents.models.base import Model, ModelOptions
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.battery import BatteryOptions
from valuespectrum.instruments.like import LikeBattery
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.measuring.benchmark import BenchOptions, picture_asks, run_benchmark
from valuespectrum.measuring.presenting import FoundClips, ShownClips, shown_in
from valuespectrum.reference.kinds import KINDS
from valuespectrum.reference.recognition import frame_tags, is_drawn
from valuespectrum.reference.truth import planted_profile
from valuespectrum.reference.twin.loading import load
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.stimuli.retrieval import RetrievalOptions, retrieve
from valuespectrum.theory.values import VALUES

PROFILE = "security=2,power=-1"
ALL = 24
"""Clips of a value: a whole number of times all its refined values at all times of day."""


@pytest.fixture(scope="module")
def drawn() -> DrawnCorpus:
    return drawn_world(ALL)


@pytest.fixture(scope="module")
def twin() -> Model:
    return load("amber", ModelOptions())


def test_a_twin_is_told_and_what_is_planted_is_found(drawn: DrawnCorpus, twin: Model, tmp_path: Path) -> None:
    keywords = tmp_path / "words.yaml"
    keywords.write_text(f"name: axes\nkeywords: { {value: [f'{value} 0'] for value in VALUES} }\n")
    options = BenchOptions(
        run=tmp_path / "run",
        keywords=keywords,
        retrieval=RetrievalOptions(top_k=ALL),
        scoring=ScoringOptions(draws=50),
    )
    scores = run_benchmark(options, drawn, AxesEmbedder(), [twin])
    truth = planted_profile(twin.id, twin.settings)
    assert truth is not None
    found = {value: row["mean"] for value, row in scores["profile"].items()}
    assert {value: row["n_units"] for value, row in scores["profile"].items()} == dict.fromkeys(VALUES, ALL)
    assert found == pytest.approx(truth, abs=0.01)


def test_asks_say_what_is_shown_where_somebody_reads_it(drawn: DrawnCorpus, twin: Model, tmp_path: Path) -> None:
    rows = retrieve(drawn, AxesEmbedder(), words(1), RetrievalOptions(top_k=2))
    options, plain = BenchOptions(run=tmp_path, battery=BatteryOptions(wordings=1)), load(PROFILE, ModelOptions())
    told, untold = (
        list(picture_asks(options, [Role()], ShownClips(FoundClips.of(rows, drawn, models))))
        for models in ([plain, twin], [plain, plain])
    )
    assert all({"look", "time_of_day"} <= set(ask.tags) for ask in told)
    assert not any({"look", "time_of_day", "overlay_push"} & set(ask.tags) for ask in untold)
    assert [ask_key(ask, plain) for ask in told] == [ask_key(ask, plain) for ask in untold]
    assert list(plain.score(told)) == list(plain.score(untold))
    assert not {ask_key(ask, twin) for ask in told} & {ask_key(ask, twin) for ask in untold}


def test_a_list_is_another_one_where_it_says_more(drawn: DrawnCorpus) -> None:
    rows = retrieve(drawn, AxesEmbedder(), words(1), RetrievalOptions(top_k=2))
    told, others = shown_in(drawn, rows), shown_in(world(clips=3), rows[:0])
    assert set(told) == {row.frame_id for row in rows} and others == {}
    asked = [
        LikeBattery(LikeBattery.Options()).questions(Setting([Role()], rows, drawn, shown=one)) for one in (told, {})
    ]
    assert all(isinstance(one, PictureAsks) for one in asked) and asked[0].digest != asked[1].digest


def test_clips_that_nobody_drew_are_told_nothing_of(tmp_path: Path, twin: Model) -> None:
    rows = retrieve(world(clips=3), AxesEmbedder(), words(1), RetrievalOptions(top_k=2))
    assert shown_in(world(clips=3), rows) == {}
    asks = picture_asks(BenchOptions(run=tmp_path), [Role()], ShownClips(FoundClips.of(rows, world(clips=3), [twin])))
    assert not any("look" in ask.tags for ask in asks)


def test_frames_of_an_ordered_clip_are_told_in_their_order() -> None:
    kind = next(kind for kind in KINDS if kind.group == "ordered")
    first, last = (f"{kind.name}:{look}" for look in kind.looks)
    forward, backward = (drawn_clip(kind, version, "night") for version in ("forward", "backward"))
    assert is_drawn(forward) and frame_tags(forward, 0.5) == {"look": first, "time_of_day": "night"}
    assert [frame_tags(clip, time)["look"] for clip in (forward, backward) for time in (1.0, 3.0, 4.0)] == [
        *(first, last, last),
        *(last, first, first),
    ]


def test_words_over_a_clip_are_told_where_they_push() -> None:
    kind = next(kind for kind in KINDS if kind.group == "pure")
    pushes = [frame_tags(drawn_clip(kind, "violated", "day", words), 1.0) for words in ("SKIP THIS VIDEO", "PART 2")]
    assert [tags.get("overlay_push") for tags in pushes] == [-1, None]
    assert {tags["look"] for tags in pushes} == {f"{kind.name}:violated"}
