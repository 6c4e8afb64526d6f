"""A list that is named after its folder adds what it says, and what it says goes before what stands beside the file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from colour_embedder import ColourEmbedder
from videos import VideoWriter, write_numbered

from ingest.decoding.decode import DecodeOptions
from ingest.pipeline import IngestOptions, ingest
from ingest.refresh import find_again, plan_items, plan_refresh, run_refresh
from ingest.report import IngestReport
from ingest.sources.registry import find_items
from vectorstore.corpus import Corpus
from vectorstore.ledger.records import Clip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    clips = tmp_path / "clips"
    clips.mkdir()
    for number in range(2):
        write_numbered(clips / f"{number}.mp4", VideoWriter(frames=6, hue=90 * number))
    beside = {"title": "beside", "description": "told beside", "uploader": "somebody"}
    (clips / "0.info.json").write_text(json.dumps(beside))
    return clips


def listing(folder: Path, name: str, **said: str) -> Path:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps({"path": f"{number}.mp4", **said}) + "\n" for number in range(2)))
    return path


def run(corpus: Path, *sources: Path) -> IngestReport:
    with Corpus.ensure(corpus) as opened:
        return ingest(sources, opened, ColourEmbedder())


def refresh(corpus: Path) -> int:
    with Corpus.open(corpus, write=True) as opened:
        found = find_again(opened)
        planned = plan_refresh(opened, found).counts["changed_metadata"]
        assert run_refresh(opened, found, ColourEmbedder()).ingest.changed_metadata == planned
        return planned


def first(corpus: Path) -> Clip:
    with Corpus.open(corpus) as opened:
        return min(opened.clips(), key=lambda clip: clip.source)


def test_a_list_after_its_folder(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, folder)
    assert (first(corpus).title, first(corpus).licence) == ("beside", "")
    said = {"title": "listed", "licence": "CC0", "uploader": "person", "published": "2025-03-31"}
    report = run(corpus, listing(folder, "list", **said))
    assert (report.clips_known, report.changed_metadata, report.to_json()["changed_metadata"]) == (2, 2, 2)
    clip = first(corpus)
    assert (clip.title, clip.licence, clip.published, clip.caption) == ("listed", "CC0", "2025-03-31", "told beside")
    with Corpus.open(corpus) as opened:
        assert clip.uploader == opened.uploader_key("person")
    # Whatever comes after, and in whatever order, nothing takes turns.
    assert refresh(corpus) == 0
    assert run(corpus, folder).changed_metadata == 0
    assert run(corpus, folder, folder / "list.jsonl").changed_metadata == 0
    assert refresh(corpus) == 0
    assert first(corpus).title == "listed"


def test_a_list_and_its_folder_at_once(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    assert run(corpus, folder, listing(folder, "list", title="listed")).clips_added == 2
    assert first(corpus).title == "listed"
    (folder / "0.info.json").write_text(json.dumps({"title": "anew", "description": "told anew"}))
    assert refresh(corpus) == 1
    assert (first(corpus).title, first(corpus).caption) == ("listed", "told anew")


def test_of_two_lists_the_one_named_last_has_the_word(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    one, two = (listing(folder, name, title=name, licence=name * (name == "one")) for name in ("one", "two"))
    run(corpus, one)
    run(corpus, two)
    assert (first(corpus).title, first(corpus).licence, refresh(corpus)) == ("two", "one", 0)
    assert run(corpus, one).changed_metadata == 2
    assert (first(corpus).title, refresh(corpus)) == ("one", 0)
    run(corpus, one, two)
    assert (first(corpus).title, refresh(corpus)) == ("two", 0)


def test_a_file_that_is_back_keeps_what_its_list_said(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, listing(folder, "list", title="listed"))
    (folder / "0.mp4").rename(tmp_path / "away.mp4")
    refresh(corpus)
    assert first(corpus).gone_at
    (tmp_path / "away.mp4").rename(folder / "0.mp4")
    run(corpus, folder)
    assert (first(corpus).title, first(corpus).gone_at) == ("listed", "")


def test_a_file_that_is_read_again_is_described_as_now(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, folder)
    (folder / "0.info.json").write_text(json.dumps({"title": "anew"}))
    os.utime(folder / "0.mp4", (1e9, 1e9))
    assert run(corpus, folder).changed_metadata == 1
    assert (first(corpus).title, first(corpus).caption) == ("anew", "told beside")
    # With new frames, as with new times, what a list says is noted, and stays.
    path = listing(folder, "list", title="listed", platform="tiktok", licence="CC0")
    with Corpus.open(corpus, write=True) as opened:
        options = IngestOptions(DecodeOptions(frames=3), redo_frames=True)
        assert ingest([path], opened, ColourEmbedder(), options).changed_metadata == 2
    assert (first(corpus).title, first(corpus).platform, first(corpus).licence) == ("listed", "tiktok", "CC0")
    os.utime(folder / "0.mp4", (2e9, 2e9))
    with Corpus.open(corpus, write=True) as opened:
        assert ingest([folder], opened, ColourEmbedder(), options).changed_metadata == 0
    assert (first(corpus).title, first(corpus).platform, refresh(corpus)) == ("listed", "tiktok", 0)


def test_a_plan_says_for_how_many_clips_a_list_has_something_else(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, folder)
    items = find_items([listing(folder, "list", title="listed")]).items
    with Corpus.open(corpus) as opened:
        counts = plan_items(opened, items, IngestOptions()).counts
    assert {label: count for label, count in counts.items() if count} == {"unchanged": 2, "changed_metadata": 2}
    assert run(corpus, folder / "list.jsonl").changed_metadata == 2


def test_a_listed_file_that_is_missing_is_gone_once(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, listing(folder, "list", title="listed"))
    (folder / "0.mp4").unlink()
    for gone in (1, 0):
        with Corpus.open(corpus, write=True) as opened:
            found = find_again(opened)
            counts = plan_refresh(opened, found).counts
            assert (counts["gone"], counts["changed"], counts["unchanged"]) == (gone, 0, 2 - gone)
            report = run_refresh(opened, found, ColourEmbedder())
            assert (report.gone, report.ingest.clips_gone) == (gone, 1)
