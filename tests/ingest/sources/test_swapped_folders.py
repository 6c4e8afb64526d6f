"""Whoever may write beside clips exchanges folders for links meanwhile: nothing from outside comes in."""

from __future__ import annotations

import json
from pathlib import Path

from colour_embedder import ColourEmbedder
from videos import VideoWriter, write_numbered

from ingest.pipeline import IngestOptions, ingest, ingest_items
from ingest.sources.base import SourceOptions
from ingest.sources.registry import find_items
from vectorstore.corpus import Corpus


def test_a_folder_that_becomes_a_link_brings_no_outside_file_in(tmp_path: Path) -> None:
    """Between finding a file and opening it, the folder it lies in is exchanged for a link to another one."""
    for place in ("clips/below", "outside"):
        write_numbered(tmp_path / place / "a.mp4", VideoWriter(frames=3, hue=len(place)))
        (tmp_path / place / "a.info.json").write_text(json.dumps({"title": place}))
    (tmp_path / "list.csv").write_text("path\nclips/below/a.mp4\n")
    named = [
        tmp_path / "clips",
        tmp_path / "clips" / "*" / "a.mp4",
        tmp_path / "clips" / "below",
        tmp_path / "list.csv",
    ]
    found = [find_items([source], SourceOptions()) for source in named]
    with Corpus.create(tmp_path / "before") as corpus:
        reports = [ingest_items(each.items, corpus, ColourEmbedder(), IngestOptions()) for each in found]
    assert sum(report.clips_added for report in reports) == 1
    (tmp_path / "clips" / "below").rename(tmp_path / "away")
    (tmp_path / "clips" / "below").symlink_to(tmp_path / "outside")
    for number, each in enumerate(found):
        with Corpus.create(tmp_path / f"after-{number}") as corpus:
            report = ingest_items(each.items, corpus, ColourEmbedder(), IngestOptions(isolate=number == 0))
            assert [failure.reason for failure in report.clips_failed] == ["not_a_file"]
            assert corpus.clips() == []
        assert [item.describe("").title for item in each.items] in (["a"], [""])


def test_a_link_that_the_user_names_is_followed(tmp_path: Path) -> None:
    write_numbered(tmp_path / "clips" / "below" / "a.mp4", VideoWriter(frames=3))
    (tmp_path / "link").symlink_to(tmp_path / "clips")
    for number, source in enumerate(("link", "link/below", "link/below/a.mp4", "link/*/a.mp4")):
        with Corpus.create(tmp_path / f"corpus-{number}") as corpus:
            report = ingest([tmp_path / source], corpus, ColourEmbedder())
            assert report.clips_added == 1
            assert [row.locator for row in corpus.sources()] == [str(tmp_path / "link" / "below" / "a.mp4")]
