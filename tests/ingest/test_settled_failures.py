"""A failure stays for as long as its cause does: rows of lists that were put right leave none behind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from colour_embedder import ColourEmbedder
from videos import VideoWriter, write_numbered

from ingest.pipeline import IngestOptions, ingest
from ingest.refresh import RefreshReport, find_again, plan_refresh, run_refresh
from ingest.report import IngestReport
from vectorstore.corpus import Corpus

GOOD, BAD = {"path": "0.mp4"}, {"path": "../0.mp4"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clips").mkdir()
    for number in range(2):
        write_numbered(tmp_path / "clips" / f"{number}.mp4", VideoWriter(frames=6, hue=90 * number))
    return tmp_path / "clips"


def write(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def run(corpus: Path, *sources: Path, options: IngestOptions | None = None) -> IngestReport:
    with Corpus.ensure(corpus) as opened:
        return ingest(sources, opened, ColourEmbedder(), options)


def refresh(corpus: Path) -> RefreshReport:
    with Corpus.open(corpus, write=True) as opened:
        found = find_again(opened)
        planned = plan_refresh(opened, found).counts["settled"]
        report = run_refresh(opened, found, ColourEmbedder())
        assert report.ingest.failures_settled == planned
        assert report.to_json()["failures_settled"] == planned
        assert plan_refresh(opened, found).counts["settled"] == 0
        return report


def failed(corpus: Path) -> list[str]:
    with Corpus.open(corpus) as opened:
        counted = opened.info()["failed"]
        names = [Path(failure.source).name for failure in opened.failures()]
        assert counted == len(names)
        return names


def test_a_row_that_is_put_right_leaves_no_failure(folder: Path, tmp_path: Path) -> None:
    corpus, listing = tmp_path / "corpus", write(folder / "list.jsonl", [GOOD, BAD, BAD, BAD])
    assert [failure.reason for failure in run(corpus, listing).clips_failed] == ["policy"] * 3
    assert failed(corpus) == ["list.jsonl#row-2", "list.jsonl#row-3", "list.jsonl#row-4"]
    write(listing, [GOOD, {"path": "1.mp4"}, BAD])
    report = run(corpus, listing)
    assert (report.clips_added, report.failures_settled, len(report.clips_failed)) == (1, 2, 1)
    assert failed(corpus) == ["list.jsonl#row-3"]
    assert run(corpus, listing).failures_settled == 0
    write(listing, [GOOD])
    assert refresh(corpus).ingest.failures_settled == 1
    assert failed(corpus) == []


def test_a_limit_does_not_settle_what_it_leaves_unread(folder: Path, tmp_path: Path) -> None:
    corpus, listing = tmp_path / "corpus", write(folder / "list.jsonl", [GOOD, BAD])
    run(corpus, listing)
    assert run(corpus, listing, options=IngestOptions(max_items=1)).failures_settled == 0
    assert failed(corpus) == ["list.jsonl#row-2"]


def test_other_lists_and_files_with_such_names_are_left_alone(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    odd = folder / "list.jsonl#row-7"
    odd.write_bytes(b"no video")
    lists = [write(folder / name, [BAD]) for name in ("list.jsonl", "list.jsonl2.csv.jsonl")]
    run(corpus, *lists, odd)
    before = ["list.jsonl#row-1", "list.jsonl#row-7", "list.jsonl2.csv.jsonl#row-1"]
    assert failed(corpus) == before
    write(lists[0], [GOOD])
    run(corpus, lists[0])
    assert failed(corpus) == before[1:]
    lists[1].unlink()
    report = refresh(corpus)
    assert (report.ingest.failures_settled, len(report.unreachable)) == (0, 1)
    assert failed(corpus) == before[1:], "what cannot be read says nothing"


def test_a_failed_file_that_is_no_more_is_settled_by_a_refresh(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (folder / "broken.mp4").write_bytes(b"no video")
    run(corpus, folder)
    assert refresh(corpus).ingest.failures_settled == 0
    (folder / "broken.mp4").unlink()
    (folder / "0.mp4").write_bytes(b"no video any more")
    report = refresh(corpus)
    assert (report.ingest.failures_settled, report.gone) == (1, 0)
    assert failed(corpus) == ["0.mp4"], "its earlier bytes are a clip"
    (folder / "0.mp4").unlink()
    report = refresh(corpus)
    assert (report.ingest.failures_settled, report.gone) == (0, 1)
    with Corpus.open(corpus) as opened:
        assert len(opened.clips()) == 2


@pytest.mark.parametrize("source", ["clips/*.mp4", "folder:clips", "clips/list.jsonl"])
def test_an_unmounted_disk_makes_nothing_dead(
    folder: Path, tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    corpus = tmp_path / "corpus"
    write(folder / "list.jsonl", [GOOD, {"path": "1.mp4"}])
    (folder / "broken.mp4").write_bytes(b"no video")
    with Corpus.ensure(corpus) as opened:
        ingest([source], opened, ColourEmbedder())
        ingest([folder / "broken.mp4"], opened, ColourEmbedder())
    before = failed(corpus)
    folder.rename(tmp_path / "unmounted")
    report = refresh(corpus)
    assert (report.gone, report.ingest.failures_settled) == (0, 0)
    assert failed(corpus) == before
