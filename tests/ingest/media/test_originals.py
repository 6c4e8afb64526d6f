"""The media files of clips: found where they were, and only as long as they are what they were."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from videos import VideoWriter, write_numbered

from ingest.media.media_guard import Limits
from ingest.media.originals import local_places, open_original
from vectorstore.ledger.records import Clip, SourceRow


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_numbered(tmp_path / "clip.mp4", VideoWriter(frames=5))


def clip_of(path: Path, codec: str = "h264") -> Clip:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Clip(digest, str(path), "", "", (), "local", "", 1.0, 64, 64, codec, "mov", False, "")


def row(locator: str, clip_ids: tuple[str, ...], gone: str = "") -> SourceRow:
    return SourceRow(locator, "", "linked", "", "", 1, "", "local", "", "", "", "", "", "", gone, clip_ids)


def test_the_very_file_is_found(video: Path) -> None:
    found = open_original(clip_of(video), [video.with_name("gone.mp4"), video])
    assert found is not None
    with found.file as file:
        assert file.read() == video.read_bytes()
    assert (found.size, found.content_type) == (video.stat().st_size, "video/mp4")


def test_a_changed_or_moved_file_is_none(video: Path) -> None:
    clip = clip_of(video)
    video.write_bytes(video.read_bytes() + b"\0")
    assert open_original(clip, [video]) is None
    video.unlink()
    assert open_original(clip, [video]) is None


def test_what_is_not_a_plain_file_is_none(video: Path, tmp_path: Path) -> None:
    clip = clip_of(video)
    (tmp_path / "link.mp4").symlink_to(video)
    os.mkfifo(tmp_path / "pipe.mp4")
    for name in ("link.mp4", "pipe.mp4", "."):
        assert open_original(clip, [tmp_path / name]) is None


def test_a_file_of_the_right_hash_that_is_no_video_is_none(tmp_path: Path) -> None:
    """A corpus of somebody who knows the hash of a file of ours learns nothing of it."""
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"-----BEGIN KEY-----\n" * 20)
    assert open_original(clip_of(secret), [secret]) is None


def test_what_browsers_do_not_play_is_none(video: Path) -> None:
    assert open_original(clip_of(video, "mpeg4"), [video]) is None
    assert open_original(clip_of(video), [video], Limits(max_bytes=10)) is None


def test_the_type_follows_from_container_and_codec(tmp_path: Path) -> None:
    for name, codec, expected in (("a.webm", "vp9", "video/webm"), ("a.mkv", "h264", "video/x-matroska")):
        path = tmp_path / name
        path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(300))
        found = open_original(replace(clip_of(path), codec=codec), [path])
        assert found is not None and found.content_type == expected
        found.file.close()


def test_places_are_paths_of_sources_that_are_alive() -> None:
    rows = [
        row("/videos/a.mp4", ("a", "b")),
        row("/copies/a.mp4", ("a",)),
        row("https://example.com/a", ("a",)),
        row("/gone/a.mp4", ("a",), gone="2026-01-01T00:00:00Z"),
    ]
    assert local_places(rows) == {"a": (Path("/videos/a.mp4"), Path("/copies/a.mp4")), "b": (Path("/videos/a.mp4"),)}
