"""Kinds of files are told by their content, the same for the folder reader, the guard and the docs."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from videos import VideoWriter, read_number, write_numbered, write_sound

from ingest.decoding.decode import DecodeOptions, decode
from ingest.downloading.options import SUFFIXES
from ingest.media.formats import DEMUXERS, MEDIA_SUFFIXES, NOT_READ, READ, Format
from ingest.media.recognition import choose_demuxer, recognise
from ingest.sources.base import SourceOptions
from ingest.sources.folder import FolderReader
from vectorstore.foundation.errors import MediaError

EVENLY = [2, 7, 12, 17, 22, 27, 32, 37]
DOCS = Path(__file__).parents[3] / "docs" / "sources.md"


def noise(size: int) -> bytes:
    return np.random.default_rng(0).bytes(size)


def stream_packets(content: bytes) -> list[bytes]:
    return [content[place : place + 188] for place in range(0, len(content), 188)]


def tag(size: int) -> bytes:
    return b"ID3\x04\0\0" + bytes((0, 0, size >> 7, size & 127)) + bytes(size)


BEGINNINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "camera.MTS": ("ts", lambda content: b"".join(b"\0\0\0\0" + packet for packet in stream_packets(content))),
    "tag.ts": ("ts", lambda content: tag(10) + content),
    "tags.ts": ("ts", lambda content: tag(10) + tag(500) + content),
    "junk.ts": ("ts", lambda content: noise(100) + content),
    "midway.ts": ("ts", lambda content: stream_packets(content)[0][77:] + content),
    "uuid.mp4": ("mp4", lambda content: b"\0\0\0\x20uuid" + noise(24) + content),
    "free.mp4": ("mp4", lambda content: b"\0\0\0\x08free\0\0\0\x10wide" + bytes(8) + content),
    "free_435.mp4": ("mp4", lambda content: b"\0\0\1\xb3free" + bytes(427) + content),
    "free_442.mp4": ("mp4", lambda content: b"\0\0\1\xbafree" + bytes(434) + content),
    "unknown_box.mp4": ("mp4", lambda content: b"\0\0\0\x10abcd" + bytes(8) + content),
    "plain.mp4": ("mp4", lambda content: content),
    "quicktime.mov": ("mov", lambda content: content),
    "phone.3gp": ("3gp", lambda content: content),
    "a.m4v": ("mp4", lambda content: content),
    "disc.m2ts": ("m2ts", lambda content: content),
    "a.mkv": ("mkv", lambda content: content),
    "a.avi": ("avi", lambda content: content),
    "a.flv": ("flv", lambda content: content),
    "program.mpg": ("mpg", lambda content: content),
    "junk.mpg": ("mpg", lambda content: noise(100) + content),
    "disc.vob": ("vob", lambda content: content),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_whatever_comes_first_the_video_is_found(tmp_path: Path, name: str) -> None:
    suffix, change = BEGINNINGS[name]
    codec = "mpeg2video" if suffix in ("mpg", "vob") else "libx264"
    # Offsets of an mp4 file count from its beginning: fragments count from themselves.
    inside = {"movflags": "frag_keyframe+empty_moov+default_base_moof"} if suffix == "mp4" else {}
    size = (176, 144) if suffix == "3gp" else (160, 96)
    how = VideoWriter(codec=codec, options={"g": "10", "bf": "0"}, container_options=inside, size=size)
    content = write_numbered(tmp_path / f"whole.{suffix}", how).read_bytes()
    path = tmp_path / name
    path.write_bytes(change(content))
    assert [read_number(frame.picture) for frame in decode(path, DecodeOptions()).frames] == EVENLY
    found = FolderReader().items(str(tmp_path), SourceOptions())
    assert name in {Path(item.locator).name for item in found.items}


def animation(form: str, **options: object) -> bytes:
    pictures = [Image.new("RGB", (64, 48), (80 * number, 20, 20)) for number in range(3)]
    buffer = io.BytesIO()
    pictures[0].save(buffer, form, save_all=True, append_images=pictures[1:], duration=100, **options)
    return buffer.getvalue()


def ogg_video(folder: Path) -> bytes:
    return write_numbered(folder / "a.ogv", VideoWriter(codec="libvpx", frames=5)).read_bytes()


NOT_SUPPORTED: dict[str, Callable[[Path], bytes]] = {
    "GIF": lambda folder: animation("GIF"),
    "WebP": lambda folder: animation("WEBP"),
    "PNG": lambda folder: animation("PNG"),
    "AVIF": lambda folder: b"\0\0\0\x1cftypavis" + bytes(500),
    "Ogg": ogg_video,
    "Theora": lambda folder: b"OggS\0\x02" + bytes(22) + b"\x01\x2a\x80theora" + bytes(500),
    "Windows Media": lambda folder: write_numbered(folder / "a.wmv", VideoWriter(codec="wmv2", frames=5)).read_bytes(),
    "MXF": lambda folder: b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02" + bytes(500),
    "RealMedia": lambda folder: b".RMF" + bytes(500),
    "MPEG video": lambda folder: b"\0\0\1\xb3" + bytes(500),
    "DV": lambda folder: b"\x1f\x07\0\xbf" + bytes(500),
    "IVF": lambda folder: b"DKIF\0\0\x20\0VP80" + bytes(500),
    "YUV4MPEG2": lambda folder: b"YUV4MPEG2 W64 H48 F25:1\n" + bytes(500),
}


@pytest.mark.parametrize("what", NOT_SUPPORTED)
@pytest.mark.parametrize("decoder", ["pyav", "decord"])
def test_what_moves_but_is_not_read_is_refused_by_its_name(tmp_path: Path, what: str, decoder: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(NOT_SUPPORTED[what](tmp_path))
    with pytest.raises(MediaError, match=f"{what}.* is not supported; convert it") as refusal:
        decode(path, DecodeOptions(decoder=decoder))
    assert refusal.value.reason == "unsupported_container"


def test_sound_and_still_pictures_are_told_from_videos(tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "a.m4a").read_bytes()
    mp3 = b"\xff\xfb\x90\x64" + bytes(413)
    for content in (tag(10) + mp3 * 4, mp3 * 4, b"fLaC" + bytes(500), b"OggS" + bytes(24) + b"\x01vorbis"):
        with pytest.raises(MediaError, match="an audio file") as refusal:
            choose_demuxer(io.BytesIO(content), "a")
        assert refusal.value.reason == "no_video_stream"
    assert choose_demuxer(io.BytesIO(sound), "a") == "mov"
    for form in ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "AVIF"):
        buffer = io.BytesIO()
        Image.new("RGB", (64, 64)).save(buffer, form)
        with pytest.raises(MediaError, match="still picture") as refusal:
            choose_demuxer(buffer, "a")
        assert refusal.value.reason == "not_video"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"#EXTM3U\n#EXTINF:1,\nother.ts\n" * 50,
        b"ffconcat version 1.0\nfile other.mp4\n" * 50,
        b'<?xml version="1.0"?><MPD><Period><BaseURL>a.mp4</BaseURL></Period></MPD>',
        b"v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
        b"import { a } from './b';\nexport const G = 'GGGG';\n" * 100,
        b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(4000),
        b"P6\n64 64\n255\n" + bytes(64 * 64 * 3),
        noise(5000),
        tag(20) + b"#EXTM3U\n#EXTINF:1,\nother.ts\n",
    ],
)  # fmt: skip
def test_nothing_else_is_handed_to_ffmpeg(content: bytes) -> None:
    with pytest.raises(MediaError) as refusal:
        choose_demuxer(io.BytesIO(content), "a")
    assert refusal.value.reason in ("not_video", "no_video_stream")
    assert recognise(io.BytesIO(content)) is None


def test_a_chain_of_tags_is_not_followed_for_ever() -> None:
    assert recognise(io.BytesIO(tag(0) * 100_000)) is None


def test_only_files_of_listed_kinds_are_looked_for_and_the_docs_list_the_same() -> None:
    kinds = (*READ, *NOT_READ)
    suffixes = [suffix for kind in kinds for suffix in kind.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert set(suffixes) <= MEDIA_SUFFIXES
    assert DEMUXERS == ("mov", "matroska", "avi", "flv", "mpegts", "mpeg")
    assert {f".{suffix}" for suffix in SUFFIXES} <= {suffix for kind in READ for suffix in kind.suffixes}
    text = DOCS.read_text()
    assert all(row(kind, "read") in text for kind in READ)
    assert all(row(kind, "refused as `unsupported_container`") in text for kind in NOT_READ)
    listed = [
        line for line in text.splitlines() if line.endswith(("| read |", "| refused as `unsupported_container` |"))
    ]
    assert len(listed) == len(kinds)


def row(kind: Format, what: str) -> str:
    names = " ".join(f"`{suffix}`" for suffix in kind.suffixes) or "not looked for"
    return f"| {kind.title} | {names} | {what} |"
