"""Files that are not what they should be: each is refused at once, by name, with its reason."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from videos import VideoWriter, read_number, write_numbered, write_sound

from ingest.decoding.decode import DecodeOptions, decode
from ingest.media.media_guard import Limits
from vectorstore.foundation.errors import MediaError

GOOD = VideoWriter(options={"bf": "2", "g": "10"})


def reason(path: Path, limits: Limits | None = None, decoder: str = "auto") -> str:
    with pytest.raises(MediaError) as refusal:
        decode(path, DecodeOptions(decoder=decoder, limits=limits or Limits()))
    assert path.name in refusal.value.message
    assert "\n" not in refusal.value.message
    return refusal.value.reason


def noise(size: int) -> bytes:
    return np.random.default_rng(0).bytes(size)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"hello, I am a text\n" * 100, "not_video"),
        (noise(5000), "not_video"),
        (b"#EXTM3U\n#EXTINF:1,\nother.ts\n", "not_video"),
        (b"ffconcat version 1.0\nfile other.mp4\n", "not_video"),
        (b"v=0\nm=video 5004 RTP/AVP 96\n", "not_video"),
        (b"\x89PNG\r\n\x1a\n" + noise(500), "not_video"),
        (b"GIF89a" + noise(500), "unsupported_container"),
        (b"\x00\x00\x00\x18ftypavif" + noise(500), "not_video"),
        (b"ID3\x04" + noise(500), "no_video_stream"),
        (b"\x00\x00\x00\x18ftypmp42" + noise(500), "decode_error"),
        (b"\x1a\x45\xdf\xa3" + noise(500), "decode_error"),
        (b"RIFF\x00\x10\x00\x00AVI " + noise(500), "decode_error"),
        (b"FLV\x01" + noise(500), "decode_error"),
    ],
)
@pytest.mark.parametrize("decoder", ["pyav", "decord"])
def test_files_that_are_no_videos(tmp_path: Path, content: bytes, expected: str, decoder: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    found = reason(path, decoder=decoder)
    # Noise may look like anything to a demuxer, a box that is longer than the file included.
    assert found == expected or (expected == "decode_error" and found in ("truncated", "no_video_stream"))


def test_playlist_does_not_lead_to_another_file(tmp_path: Path) -> None:
    write_numbered(tmp_path / "secret.ts", GOOD)
    playlist = tmp_path / "clip.mp4"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsecret.ts\n#EXT-X-ENDLIST\n")
    assert reason(playlist) == "not_video"
    assert reason(playlist, decoder="decord") == "not_video"


def test_only_sound(tmp_path: Path) -> None:
    assert reason(write_sound(tmp_path / "sound.mp4")) == "no_video_stream"


def test_special_files_are_refused_without_being_opened(tmp_path: Path) -> None:
    good = write_numbered(tmp_path / "good.mp4", GOOD)
    pipe, link, dangling, folder = (tmp_path / f"{name}.mp4" for name in ("pipe", "link", "dangling", "folder"))
    os.mkfifo(pipe)
    link.symlink_to(good)
    dangling.symlink_to(tmp_path / "nowhere")
    folder.mkdir()
    assert {reason(path) for path in (pipe, link, dangling, folder, Path("/dev/zero"))} == {"not_a_file"}
    assert reason(tmp_path / "absent.mp4") == "missing"


@pytest.mark.parametrize("name", ["index_last.mp4", "index_first.mp4", "clip.webm", "clip.mkv"])
def test_half_a_file_is_truncated(tmp_path: Path, name: str) -> None:
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    first = {"movflags": "faststart"} if name == "index_first.mp4" else {}
    path = write_numbered(tmp_path / name, VideoWriter(codec=codec, frames=100, container_options=first))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    assert reason(path) == "truncated"
    if name != "index_last.mp4":
        kept = decode(path, DecodeOptions(keep_truncated=True))
        assert kept.truncated
        assert 1 <= len(kept.frames) <= 8


def test_limits(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "clip.mp4", GOOD)
    assert reason(path, Limits(max_bytes=100)) == "too_big"
    assert reason(path, Limits(max_seconds=1.0)) == "too_long"
    assert reason(path, Limits(max_pixels=1000)) == "too_many_pixels"
    assert reason(path, Limits(max_side=100)) == "too_many_pixels"
    assert reason(path, Limits(deadline=0.0)) == "deadline"


def test_damage_in_the_middle_costs_only_the_frames_it_hits(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "clip.mp4", VideoWriter(frames=80, options={"g": "10"}))
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    middle = start + (content.index(b"moov") - start) // 2
    content[middle : middle + 300] = noise(300)
    path.write_bytes(content)
    decoded = decode(path, DecodeOptions())
    assert decoded.damaged_packets > 0
    numbers = [read_number(frame.picture) for frame in decoded.frames]
    assert 4 <= len(numbers) < 8
    assert set(numbers) <= {5, 15, 25, 35, 45, 55, 65, 75}


def test_random_damage_never_escapes_as_anything_but_a_media_error(tmp_path: Path) -> None:
    codecs = {"mp4": "libx264", "webm": "libvpx-vp9", "ts": "libx264", "flv": "libx264", "avi": "mpeg4"}
    good = [
        write_numbered(tmp_path / f"good.{suffix}", VideoWriter(codec=codec)).read_bytes()
        for suffix, codec in codecs.items()
    ]
    random = np.random.default_rng(1)
    path = tmp_path / "bad.mp4"
    outcomes = set()
    for number in range(300):
        content = bytearray(good[random.integers(len(good))])
        if number % 3 == 0:
            content[random.integers(12, len(content)) :] = good[random.integers(len(good))][random.integers(2000) :]
        else:
            # Mostly headers, where a wrong byte leads furthest.
            last = len(content) if number % 3 == 1 else 1200
            for place in random.integers(12, last, size=random.integers(1, 60)):
                content[place if number % 2 else -place] = random.integers(256)
        path.write_bytes(content)
        try:
            decoded = decode(path, DecodeOptions())
        except MediaError as error:
            outcomes.add(error.reason)
        else:
            assert all(isinstance(frame.picture, Image.Image) for frame in decoded.frames)
            outcomes.add("decoded")
    assert {"decoded", "decode_error", "truncated"} <= outcomes
