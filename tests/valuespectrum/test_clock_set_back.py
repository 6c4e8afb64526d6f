"""A clock that was years ahead is set right: nothing is lost, put in another order, or waited for."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_world import ColourEmbedder, write_clip

import ingest.embedding.base
from ingest.examining.triage import FIRST_WAIT, LONGEST_WAIT, retry_at
from valuespectrum.cli import main
from vectorstore.corpus import Corpus
from vectorstore.foundation import clock
from vectorstore.foundation.errors import FetchError
from vectorstore.ledger.records import Failure, Source
from vectorstore.snapshots.snapshot import read_snapshot

NOW = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
AHEAD = NOW.replace(year=2093)
Call = Callable[..., dict[str, Any]]
SetClock = Callable[[datetime.datetime], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    def set_to(moment: datetime.datetime) -> None:
        monkeypatch.setattr(clock, "_present", lambda: moment)

    return set_to


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.setattr(ingest.embedding.base, "load_embedder", lambda spec, *_, **__: ColourEmbedder())

    def run(*words: object) -> dict[str, Any]:
        capfd.readouterr()
        assert main([*map(str, words), "--json"]) == 0
        return dict(json.loads(capfd.readouterr().out))

    return run


def test_snapshots_keep_the_order_in_which_they_were_made(tmp_path: Path, call: Call, set_clock: SetClock) -> None:
    clips, corpus = tmp_path / "clips", tmp_path / "corpus"
    clips.mkdir()
    names = ["zeta", "alpha", "midway"]
    for number, name in enumerate(names):
        set_clock(AHEAD.replace(year=AHEAD.year - 10 * number))
        write_clip(clips / f"{number}.mp4", "power", number)
        call("ingest", clips, "--corpus", corpus, "--embedder", "colours")
        made = call("corpus", "snapshot", corpus, name)
        assert (made["number"], made["parent"]) == (number + 1, names[number - 1] if number else "")
    assert [each["name"] for each in call("corpus", "snapshot", corpus)["snapshots"]] == names
    assert call("corpus", "info", corpus)["snapshots"] == names
    assert len(call("corpus", "diff", corpus, "zeta", "midway")["clips_added"]) == 2
    assert call("corpus", "verify", corpus)["passed"]


def test_snapshots_of_the_first_schema_come_first(tmp_path: Path, call: Call, set_clock: SetClock) -> None:
    clips, corpus = tmp_path / "clips", tmp_path / "corpus"
    clips.mkdir()
    write_clip(clips / "0.mp4", "power", 0)
    set_clock(AHEAD)
    call("ingest", clips, "--corpus", corpus, "--embedder", "colours")
    call("corpus", "snapshot", corpus, "old")
    path = corpus / "snapshots" / "old.json"
    document = json.loads(path.read_text())
    del document["number"]
    path.write_text(json.dumps(document | {"schema": 1}))
    set_clock(NOW)
    write_clip(clips / "1.mp4", "power", 1)
    call("ingest", clips, "--corpus", corpus, "--embedder", "colours")
    made = call("corpus", "snapshot", corpus, "new")
    assert (made["number"], made["parent"], read_snapshot(corpus, "old").number) == (1, "old", 0)
    assert call("corpus", "info", corpus)["snapshots"] == ["old", "new"]
    assert call("corpus", "verify", corpus)["passed"]


@pytest.mark.parametrize(("attempts", "set_back", "waits"), [
    (1, datetime.timedelta(0), True),
    (1, datetime.timedelta(hours=5), True),
        (1, datetime.timedelta(hours=7), False),
    (3, datetime.timedelta(hours=-1), True),
    (3, datetime.timedelta(days=365), False),
    (40, datetime.timedelta(days=-31), True),
    (40, datetime.timedelta(days=-33), False),
    (40, AHEAD - NOW, False),
])  # fmt: skip
def test_a_failed_download_is_not_put_off_for_years(
    tmp_path: Path, call: Call, set_clock: SetClock, attempts: int, set_back: datetime.timedelta, waits: bool
) -> None:
    link = "https://www.youtube.com/watch?v=aaaaaaaaaaa"
    set_clock(NOW + set_back)
    due = retry_at(FetchError("x", "blocked"), attempts - 1)
    assert due is not None
    wait = datetime.datetime.fromisoformat(due) - NOW - set_back
    assert FIRST_WAIT <= wait <= LONGEST_WAIT
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        for _ in range(attempts):
            corpus.add_failure(Source(link, "youtube:aaaaaaaaaaa"), Failure(link, "blocked", "no"), due)
    set_clock(NOW)
    planned = call("ingest", link, "--corpus", tmp_path / "corpus", "--basis", "test", "--dry-run")
    assert (planned["retry_later"], planned["retry_now"]) == ((1, 0) if waits else (0, 1))


def test_links_that_were_checked_in_the_future_are_due_today(tmp_path: Path, call: Call, set_clock: SetClock) -> None:
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        set_clock(AHEAD)
        corpus.add_event("refresh", {"links_checked": 3})
    set_clock(NOW)
    row = ("https://example.org/1", "1", "", "linked", "")
    with Corpus.open(tmp_path / "corpus", write=True) as corpus, corpus.ledger.changes():
        statement = "INSERT INTO source (locator, stamp, platform, state, added_at) VALUES (?, ?, ?, ?, ?)"
        corpus.ledger.execute_many(statement, [row])
    assert call("corpus", "info", tmp_path / "corpus")["links"]["due"] == "2026-05-01"
    with Corpus.open(tmp_path / "corpus", write=True) as corpus:
        corpus.add_event("refresh", {"links_checked": 3})
    assert call("corpus", "info", tmp_path / "corpus")["links"]["due"] == "2026-05-16"
    with Corpus.open(tmp_path / "corpus", write=True) as corpus:
        corpus.add_event("refresh", {"links_checked": 1, "links_unchecked": 2})
    links = call("corpus", "info", tmp_path / "corpus")["links"]
    assert (links["unchecked"], links["due"]) == (2, "2026-05-01"), "a check that a platform broke off is none of all"


def test_a_corpus_is_filled_refreshed_and_removed_from_while_the_clock_runs_backwards(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = (AHEAD - datetime.timedelta(days=number) for number in range(100_000))
    monkeypatch.setattr(clock, "_present", lambda: next(moments))
    clips, corpus = tmp_path / "clips", tmp_path / "corpus"
    clips.mkdir()
    for number, value in enumerate(("power", "hedonism", "security")):
        write_clip(clips / f"{number}.mp4", value, number)
        call("ingest", clips, "--corpus", corpus, "--embedder", "colours")
    (clips / "1.mp4").unlink()
    assert call("corpus", "refresh", corpus)["gone"] == 1
    assert call("corpus", "remove", corpus, "--url", clips / "0.mp4", "--yes")["clips"] == 1
    assert call("corpus", "refresh", corpus)["clips_removed"] == 1
    with Corpus.open(corpus) as opened:
        assert [Path(clip.source).name for clip in opened.clips()] == ["1.mp4", "2.mp4"]
        kinds = [kind for _, kind, _ in opened.events()]
    assert kinds == ["ingest"] * 3 + ["refresh", "removal", "refresh"]
    assert call("corpus", "verify", corpus)["passed"]
