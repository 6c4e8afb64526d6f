"""A list of links made from one corpus fills another, and says where the platform now serves other bytes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import source_readers
from colour_embedder import ColourEmbedder
from videos import VideoWriter, write_numbered

from ingest.media.media_guard import Limits
from ingest.pipeline import IngestOptions, ingest
from ingest.report import IngestReport
from ingest.sources.base import Found, SourceItem, SourceOptions
from ingest.sources.manifest import LinkRow, LinksWritten, links_manifest
from ingest.sources.registry import load_sources
from vectorstore.corpus import Corpus

IDS = {"aaaaaaaaaaa": VideoWriter(hue=10), "bbbbbbbbbbb": VideoWriter(hue=120)}


@dataclass(frozen=True)
class Upload(source_readers.LinkItem):
    """A link whose bytes lie in a folder, as if they had just been downloaded."""

    place: Path = Path()

    @contextlib.contextmanager
    def local_file(self, limits: Limits) -> Iterator[Path]:
        yield self.place


class Platform:
    """Serves every link from the folder that the options name."""

    def accepts(self, text: str) -> bool:
        return "://" in text

    def items(self, text: str, options: SourceOptions) -> Found:
        return Found((self.link(text, options),))

    def link(self, url: str, options: SourceOptions) -> SourceItem:
        name = url.rpartition("=")[2]
        return Upload(url, options.basis, Path(str(options.network["folder"])) / f"{name}.mp4")


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    source_readers.register(monkeypatch, {"platform": f"{__name__}:Platform"})
    yield
    load_sources.cache_clear()


def run(source: Path, corpus: Path, **options: object) -> IngestReport:
    chosen = IngestOptions(source=SourceOptions(**options))  # type: ignore[arg-type]
    with Corpus.ensure(corpus) as opened:
        return ingest([source], opened, ColourEmbedder(), chosen)


def publish(corpus: Path, target: Path) -> LinksWritten:
    with Corpus.open(corpus) as opened:
        rows = [
            LinkRow(
                clip.platform, clip.page_url, clip.source, clip.clip_id, [f.time for f in opened.frames(clip.clip_id)]
            )
            for clip in opened.clips()
        ]
    return links_manifest(rows, target)


def reasons(report: IngestReport) -> tuple[list[str], list[str]]:
    return [note.reason for note in report.clips_damaged], [failure.reason for failure in report.clips_failed]


def test_links_of_one_corpus_fill_another(tmp_path: Path) -> None:
    for name, video in IDS.items():
        write_numbered(tmp_path / "own" / f"{name}.mp4", video)
    write_numbered(tmp_path / "own" / "private.mp4", VideoWriter(hue=200))
    rows = [
        {"path": f"{name}.mp4", "url": f"https://youtu.be/{name}?si=me", "uploader": "someone", "caption": "Our secret"}
        for name in IDS
    ]
    lines = [*rows, {"path": "private.mp4", "caption": "At home"}, {"path": "../elsewhere.mp4"}]
    (tmp_path / "own" / "list.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    report = run(tmp_path / "own" / "list.jsonl", tmp_path / "first")
    assert (report.clips_added, reasons(report)) == (3, ([], ["policy"]))

    published = tmp_path / "links.jsonl"
    assert publish(tmp_path / "first", published) == LinksWritten(written=2, left_out=1)
    assert not any(word in published.read_text() for word in ("someone", "secret", "home", str(tmp_path), "si="))

    # The platform encodes one of them again.
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "aaaaaaaaaaa.mp4").write_bytes((tmp_path / "own" / "aaaaaaaaaaa.mp4").read_bytes())
    write_numbered(tmp_path / "served" / "bbbbbbbbbbb.mp4", VideoWriter(hue=120, options={"crf": "35"}))
    served = {"folder": str(tmp_path / "served")}
    report = run(published, tmp_path / "second", network=served)
    assert (report.clips_added, reasons(report)) == (2, (["changed_upstream"], []))
    with Corpus.open(tmp_path / "first") as first, Corpus.open(tmp_path / "second") as second:
        assert len(first.clip_ids() & second.clip_ids()) == 1
        assert {row.manifest_id for row in second.sources()} != {""}
    report = run(published, tmp_path / "third", network=served, same_bytes=True)
    assert (report.clips_added, reasons(report)) == (1, ([], ["changed_upstream"]))
