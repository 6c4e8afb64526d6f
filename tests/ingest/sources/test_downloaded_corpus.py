"""Links become a corpus through every stage: what fails is named, what is known is not asked for again."""

from __future__ import annotations

from pathlib import Path

from colour_embedder import ColourEmbedder
from videos import VideoWriter, write_numbered
from web_server import WebServer

from ingest.pipeline import IngestOptions, ingest
from ingest.sources.base import SourceOptions
from vectorstore.corpus import Corpus

REASONS = {
    "status/gone?status=410": "unavailable",
    "status/wall?status=403": "blocked",
    "page/login.mp4?lie=1": "not_media",
    "redirect/inside?to=https://169.254.169.254/latest/": "redirect",
    "status/broken?status=500": "network",
}


def test_links_become_a_corpus(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_numbered(path, VideoWriter())
    place = tmp_path / "downloads"
    place.mkdir()
    server = WebServer(path.read_bytes())
    try:
        network = {"own_hosts": [server.host], "pace": 0.0, "temporary_folder": str(place), "min_free": 0}
        options = IngestOptions(source=SourceOptions(basis="own server", network=network), workers=2)
        links = [server.url(f"video/{name}.mp4") for name in ("one", "two")] + [server.url(bad) for bad in REASONS]
        with Corpus.ensure(tmp_path / "corpus") as corpus:
            first = ingest(links, corpus, ColourEmbedder(), options)
            asked = len(server.asked)
            second = ingest(links[:2], corpus, ColourEmbedder(), options)
            (clip,) = corpus.clips()
            rows = {row.locator: row for row in corpus.sources()}
    finally:
        server.close()
    assert (first.clips_seen, first.clips_added) == (7, 1)  # two links to the same bytes
    assert {failure.source: failure.reason for failure in first.clips_failed} == {
        server.url(bad): reason for bad, reason in REASONS.items()
    }
    assert (second.clips_known, len(server.asked)) == (2, asked)
    assert (clip.platform, clip.basis) == ("own", "own server")
    assert all(rows[link].clip_ids == (clip.clip_id,) for link in links[:2])
    # A wall or a broken server may let us in later; a page that is no video will not.
    assert rows[server.url("status/wall?status=403")].retry_at and rows[server.url("status/broken?status=500")].retry_at
    assert not rows[server.url("page/login.mp4?lie=1")].retry_at
    assert list(place.iterdir()) == []
