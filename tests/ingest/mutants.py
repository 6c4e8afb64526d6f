"""Damaged, spliced and lying media files, the same ones for a seed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from videos import VideoWriter, write_numbered

_SMALL = {"frames": 10, "size": (64, 48)}
SEEDS = {
    "h264.mp4": VideoWriter(options={"bf": "2", "g": "4"}, **_SMALL),  # type: ignore[arg-type]
    "fragments.mp4": VideoWriter(container_options={"movflags": "frag_keyframe+empty_moov"}, **_SMALL),  # type: ignore[arg-type]
    "faststart.mp4": VideoWriter(container_options={"movflags": "faststart"}, **_SMALL),  # type: ignore[arg-type]
    "hevc.mp4": VideoWriter(codec="libx265", options={"x265-params": "log-level=none"}, **_SMALL),  # type: ignore[arg-type]
    "turned.mov": VideoWriter(rotation=90, **_SMALL),  # type: ignore[arg-type]
    "vp9.webm": VideoWriter(codec="libvpx-vp9", **_SMALL),  # type: ignore[arg-type]
    "vp8.webm": VideoWriter(codec="libvpx", **_SMALL),  # type: ignore[arg-type]
    "av1.mkv": VideoWriter(codec="libsvtav1", options={"preset": "10"}, **_SMALL),  # type: ignore[arg-type]
    "h264.mkv": VideoWriter(**_SMALL),  # type: ignore[arg-type]
    "h264.ts": VideoWriter(**_SMALL),  # type: ignore[arg-type]
    "h264.flv": VideoWriter(**_SMALL),  # type: ignore[arg-type]
    "mpeg4.avi": VideoWriter(codec="mpeg4", **_SMALL),  # type: ignore[arg-type]
    "mjpeg.avi": VideoWriter(codec="mjpeg", pixels="yuvj420p", **_SMALL),  # type: ignore[arg-type]
}
EXTREMES = (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"\x00\x00\x00\x01")


def write_seeds(folder: Path) -> list[bytes]:
    return [write_numbered(folder / name, how).read_bytes() for name, how in SEEDS.items()]


def mutants(seeds: list[bytes], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Names with often the wrong extension, and contents."""
    random = np.random.default_rng(seed)
    extensions = ["mp4", "webm", "mkv", "mov", "avi", "m3u8", "ts", "jpg", "sdp"]
    for number in range(count):
        content = bytearray(seeds[random.integers(len(seeds))])
        for _ in range(random.integers(1, 4)):
            content = _mutate(content, seeds, random)
        yield f"{number}.{extensions[random.integers(len(extensions))]}", bytes(content)


def _mutate(content: bytearray, seeds: list[bytes], random: np.random.Generator) -> bytearray:
    # Half of the time in the first 600 bytes, where a wrong byte leads furthest.
    size = max(16, len(content) if random.random() < 0.5 else min(600, len(content)))
    place = int(random.integers(8, size))
    kind = random.integers(7)
    if kind == 0:
        for bit in random.integers(0, 8, size=random.integers(1, 30)):
            content[int(random.integers(0, len(content)))] ^= 1 << bit
    elif kind == 1:
        del content[place:]
    elif kind == 2:
        other = seeds[random.integers(len(seeds))]
        content[place:] = other[random.integers(len(other)) :]
    elif kind == 3:
        content[place : place + 4] = EXTREMES[random.integers(len(EXTREMES))]
    elif kind == 4:
        del content[place : place + int(random.integers(1, 64))]
    elif kind == 5:
        start = int(random.integers(0, len(content)))
        content[place:place] = content[start : start + int(random.integers(1, 200))]
    else:
        content[place : place + 40] = random.bytes(40)
    return content if len(content) > 16 else bytearray(seeds[0])
