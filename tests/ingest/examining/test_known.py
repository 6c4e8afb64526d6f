"""What is tried again, and when."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from colour_embedder import ColourEmbedder
from remote_items import FakeRemote
from videos import VideoWriter, write_numbered

from ingest.decoding.decode import DecodeOptions
from ingest.downloading.pacing import Pacer, PlatformPace
from ingest.examining import triage as known
from ingest.examining.triage import FIRST_WAIT, LONGEST_WAIT, retry_at
from ingest.pipeline import IngestOptions, ingest_items
from ingest.report import IngestReport
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import FetchError, MediaError


def run(corpus: Path, *items: FakeRemote, options: IngestOptions | None = None) -> IngestReport:
    with Corpus.ensure(corpus) as opened:
        return ingest_items(items, opened, ColourEmbedder(), options or IngestOptions())


def test_waits_double_up_to_a_limit_and_only_for_what_may_pass() -> None:
    now = datetime.datetime.now(datetime.UTC)
    waits = [datetime.datetime.fromisoformat(str(retry_at(FetchError("x", "blocked"), n))) - now for n in range(12)]
    for number, wait in enumerate(waits):
        assert abs(wait - min(FIRST_WAIT * 2**number, LONGEST_WAIT)) < datetime.timedelta(seconds=5)
    assert retry_at(FetchError("x", "too_big"), 0) is None
    assert retry_at(MediaError("x", "deadline"), 0) is None, "a local file is as slow tomorrow"


def test_a_failed_download_waits_longer_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    item = FakeRemote("https://example.org/1", reason="blocked")
    report = run(tmp_path / "corpus", item)
    assert ([failure.reason for failure in report.clips_failed], report.clips_waiting) == (["blocked"], 0)
    report = run(tmp_path / "corpus", item)
    assert (report.clips_waiting, len(report.clips_failed), len(item.downloads)) == (1, 1, 1)
    later = datetime.datetime.now(datetime.UTC)
    for days in (0.3, 0.9, 2.0):
        later += datetime.timedelta(days=days)
        monkeypatch.setattr(known, "utc_now", lambda now=later: now.isoformat(timespec="seconds"))
        run(tmp_path / "corpus", item)
    with Corpus.open(tmp_path / "corpus") as corpus:
        (row,) = corpus.sources()
    assert (row.attempts, len(item.downloads)) == (4, 4)
    item.path = write_numbered(tmp_path / "a.mp4", VideoWriter(frames=12))
    assert run(tmp_path / "corpus", item, options=IngestOptions(retry_failed=True)).clips_added == 1


def test_a_download_that_nobody_asked_for_waits_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused, behind = (FakeRemote(f"https://example.org/{number}", reason="blocked") for number in range(2))
    later = datetime.datetime.now(datetime.UTC)
    pacer, pace = Pacer(sleep=lambda seconds: None), PlatformPace(seconds=0, max_blocks=1)
    pacer.tell("tiktok", blocked=True)
    monkeypatch.setattr(behind, "local_file", lambda limits: pacer.wait("tiktok", pace))
    for _ in range(3):
        assert len(run(tmp_path / "corpus", refused, behind).clips_failed) == 2
        later += datetime.timedelta(days=9)
        monkeypatch.setattr(known, "utc_now", lambda now=later: now.isoformat(timespec="seconds"))
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert {row.locator: row.attempts for row in corpus.sources()} == {refused.locator: 3, behind.locator: 1}


def test_a_download_that_is_refused_for_good_is_not_asked_for_again(tmp_path: Path) -> None:
    item = FakeRemote("https://example.org/1", reason="too_big")
    for _ in range(2):
        report = run(tmp_path / "corpus", item)
        assert ([failure.reason for failure in report.clips_failed], report.clips_waiting) == (["too_big"], 0)
    assert len(item.downloads) == 1
    run(tmp_path / "corpus", item, options=IngestOptions(DecodeOptions(frames=3)))
    assert len(item.downloads) == 2


def test_downloads_are_decoded_in_confined_processes_to_the_same_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_numbered(tmp_path / "a.mp4", VideoWriter(frames=12))
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    with Corpus.ensure(tmp_path / "local") as corpus:
        from ingest.sources.folder import FileItem

        ingest_items([FileItem(path)], corpus, ColourEmbedder(), IngestOptions())
        expected = corpus.frames()
    monkeypatch.setattr("ingest.examining.executors.examine", lambda *_: pytest.fail("decoded in this process"))
    items = (FakeRemote("https://example.org/1", path), FakeRemote("https://example.org/2", tmp_path / "bad.mp4"))
    report = run(tmp_path / "corpus", *items)
    assert [failure.reason for failure in report.clips_failed] == ["not_video"]
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert corpus.frames() == expected


def test_known_items_are_sorted_out_in_bulk(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", VideoWriter(frames=12))
    items = [FakeRemote(f"https://example.org/{number}", path) for number in range(3)]
    assert run(tmp_path / "corpus", *items).clips_known == 2
    assert run(tmp_path / "corpus", *items).clips_known == 3
    assert [len(item.downloads) for item in items] == [1, 1, 1]
    assert run(tmp_path / "corpus", *items, options=IngestOptions(max_items=2)).clips_seen == 2
