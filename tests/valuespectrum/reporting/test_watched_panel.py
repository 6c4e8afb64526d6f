"""The panel of a feed as an instrument: the right pictures beside the right acts, and others' words as words."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from bench_fakes import world
from pydantic import ValidationError
from report_pages import data, jpeg, read

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.data import ReportData, ReportedRun, WatchedClip, WatchedFeed
from valuespectrum.reporting.elements.pictures import can_be_drawn
from valuespectrum.reporting.examples import read_picture
from valuespectrum.reporting.page import render
from valuespectrum.reporting.panels.base import panels_for
from valuespectrum.reporting.watched import MOST, read_feeds
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.parts.acts_schema import ClipActs
from vectorstore.corpus import Corpus
from vectorstore.foundation.json_types import Json

HOSTILE = "<script>alert(1)</script>\u202e{{ 7 * 7 }}" + "word " * 500


def did(clip: str, shown: int, watched: int, liked: float | None) -> tuple[str, Json]:
    value = clip.partition("-")[0]
    return clip, {"value": value, "frame": f"{clip}/1", "shown": shown, "watched": watched, "liked": liked}


ACTS = dict(
    [
        did("power-0", 2, 2, 0.9),
        did("power-1", 1, 1, 0.4),
        did("security-0", 2, 1, 0.5),
        did("security-1", 3, 0, 0.0),
        did("tradition-0", 1, 0, None),
        did("tradition-77", 1, 1, 0.8),
    ]
)


def run(**changes: object) -> ReportedRun:
    one = {"model": "simulated:amber@1", "persona": NO_PERSONA, "strategy": NO_PERSONA, "placebo": False}
    return ReportedRun(Path("run"), Manifest({}, {}), {"respondents": [{**one, "acts_by_clip": ACTS, **changes}]})


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """A picture for the frame that was shown of one clip, and none for the others."""
    name = hashlib.sha256(jpeg()).hexdigest()
    (tmp_path / f"{name}.jpg").write_bytes(jpeg())
    made = world(clips=2)
    made._folder = tmp_path
    shown = "power-0/1"
    made._frames = [replace(each, picture_sha=name) if each.frame_id == shown else each for each in made._frames]
    return cast(Corpus, made)


def test_clips_stand_by_what_was_done_with_them(corpus: Corpus) -> None:
    (feed,) = read_feeds(run(), "run", corpus)
    assert [(clip.value, clip.shown, clip.watched) for clip in feed.watched] == [
        ("power", 2, 2),
        ("power", 1, 1),
        ("security", 2, 1),
    ], "what the corpus has lost is left out"
    assert [(clip.value, clip.shown, clip.watched) for clip in feed.left] == [("tradition", 1, 0), ("security", 3, 0)]
    assert feed.watched[0].picture == jpeg() and not feed.watched[1].picture
    assert feed.clips == len(ACTS) and not feed.why
    many = dict(did(f"power-{place}", 1, 1, 0.5) for place in range(2 * MOST))
    (long,) = read_feeds(run(acts_by_clip=many), "run", cast(Corpus, world(clips=2 * MOST)))
    assert len(long.watched) == MOST and not long.left


@pytest.mark.parametrize("stored", [b"", b"no picture", jpeg() + b" ", jpeg()[: len(jpeg()) // 2]])
def test_a_damaged_picture_is_left_out_and_the_page_is_drawn(corpus: Corpus, tmp_path: Path, stored: bytes) -> None:
    (file,) = tmp_path.glob("*.jpg")
    assert read_picture(corpus, file.stem) == jpeg()
    file.write_bytes(stored)
    (feed,) = read_feeds(run(), "run", corpus)
    assert feed.watched[0].title == corpus.clip("power-0").title and not feed.watched[0].picture
    assert "watched 2 of 2" in render(replace(data(), feeds=(feed,)))


def test_only_kinds_that_are_drawn_pass_for_pictures() -> None:
    assert can_be_drawn(jpeg()) and not can_be_drawn(b"P6 2 2 255\n" + bytes(12))


def test_only_models_as_themselves_are_shown_and_only_with_a_corpus(corpus: Corpus) -> None:
    assert not list(read_feeds(run(), "run", None))
    assert not list(read_feeds(run(persona="p", strategy="direct"), "run", corpus))
    assert not list(read_feeds(run(acts_by_clip={}), "run", corpus))
    silent = {"identification": {"status": "not identifiable", "why": "one answer to everything"}}
    (feed,) = read_feeds(run(**silent), "run", corpus)
    assert feed.why == "not identifiable: one answer to everything"


def page(text: str) -> ReportData:
    clip = WatchedClip(text, text, "power", jpeg(), 2, 1, 0.25)
    bare = WatchedClip(text, "", text, b"", 1, 0)
    return replace(data(), feeds=(WatchedFeed(f"hf:{text}", text, (clip,), (bare,), 9, text),))


def test_pictures_stand_beside_words_and_words_of_others_stay_words() -> None:
    assert "watched" in [panel.id for panel in panels_for(page("plain"))]
    assert "watched" not in [panel.id for panel in panels_for(data())]
    plain, bad = render(page("plain")), render(page(HOSTILE))
    assert "watched 1 of 2, liked 25 %" in plain and "watched 0 of 1<br>" in plain
    section = plain.partition('<section aria-labelledby="watched">')[2].partition("</section>")[0]
    assert section.count('<img src="data:image/jpeg;base64,') == 1 and section.count("<figure>") == 2
    assert [tag for tag, _ in read(bad).tags] == [tag for tag, _ in read(plain).tags]
    assert "<script>alert" not in bad and "\u202e" not in bad and len(bad) < len(plain) + 5_000


def test_damaged_acts_are_refused_where_they_are_read() -> None:
    whole: Any = ACTS["power-0"]
    ClipActs.model_validate(whole)
    for damage in ({"watched": 3}, {"shown": 0, "watched": 0}, {"liked": 1.5}, {"value": None}, {"shown": -1}):
        with pytest.raises(ValidationError):
            ClipActs.model_validate({**whole, **damage})
