"""Makes the clips that measurements need, once: everything follows from seeds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from itertools import repeat
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.common import CACHE, CORES

FULL, SMALL = (720, 1280), (360, 640)
_RATES = (24, 25, 30)
_MARGIN = 64
"""Pixels that a scene is larger than the picture: room for the camera to move."""
_NOISE = 5
"""Grey values that noise adds at most."""
_TINY_WIDTH = 32

Planes = NDArray[np.uint8]
"""One picture as PyAV takes it: (3/2 height, width), brightness above the two colour planes."""


def short_videos(count: int) -> tuple[Path, Path]:
    """Folders with as many clips in full size and the same clips as 360p renditions.

    H.264, 10 to 20 s at 24 to 30 pictures per second, groups of 30 to 250 pictures, 3 to 8 scenes of the reference
    world with a moving camera and noise, 2 to 3.5 Mb/s (360p: 0.7 Mb/s), without sound.
    """
    full = _made(f"short-{count}", count, _write_short_video)
    return full, _made(f"short-{count}-360p", count, _write_rendition)


def tiny_videos(count: int) -> Path:
    """A folder with as many clips of two small noisy pictures."""
    return _made(f"tiny-{count}", count, _write_tiny_video)


def _made(name: str, count: int, write: Callable[[Path, int], None]) -> Path:
    folder, partial = CACHE / name, CACHE / f"{name}.part"
    if not folder.exists():
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with ProcessPoolExecutor(CORES) as pool:
            list(pool.map(write, repeat(partial), range(count), chunksize=max(1, count // 200)))
        partial.rename(folder)
    return folder


def _write_short_video(folder: Path, seed: int) -> None:
    random = np.random.default_rng([1, seed])
    rate, seconds = int(random.choice(_RATES)), float(random.uniform(10, 20))
    options = {"preset": "superfast", "g": str(random.integers(30, 251)), "threads": "1"}
    _encode(
        _name(folder, seed), _film(random, round(rate * seconds)), rate, int(random.integers(2_000, 3_500)), options
    )


def _film(random: np.random.Generator, frames: int) -> Iterator[Planes]:
    """Scenes cut hard, each with a camera that moves slowly, and noise that differs from picture to picture."""
    from valuespectrum.reference.drawing import draw_frame
    from valuespectrum.reference.kinds import KINDS
    from valuespectrum.reference.painting.settings import random_setting

    width, height = FULL
    noise = random.integers(-_NOISE, _NOISE + 1, size=(8, height, width), dtype=np.int8).view(np.uint8)
    ends = np.sort(random.choice(np.arange(1, frames), size=int(random.integers(2, 8)), replace=False))
    for length in np.diff([0, *ends, frames]):
        kind = KINDS[int(random.integers(len(KINDS)))].name
        picture = draw_frame(kind, random_setting(random), width=width + _MARGIN)
        scene = av.VideoFrame.from_image(picture.resize((width + _MARGIN, height + _MARGIN)))
        # Room for the noise, which may then be added without looking for overflow.
        planes = scene.reformat(format="yuv420p").to_ndarray().clip(_NOISE, 255 - _NOISE)
        start, stop = random.integers(0, _MARGIN + 1, size=(2, 2))
        for number in range(length):
            left, top = (start + (stop - start) * number // max(1, length - 1)) // 2 * 2
            yield _crop(planes, int(left), int(top), noise[number % len(noise)])


def _crop(planes: Planes, left: int, top: int, noise: Planes) -> Planes:
    height, width = noise.shape
    whole = height + _MARGIN
    bright = planes[top : top + height, left : left + width] + noise
    colours = planes[whole:].reshape(2, whole // 2, (width + _MARGIN) // 2)
    cut = colours[:, top // 2 : (top + height) // 2, left // 2 : (left + width) // 2]
    return np.concatenate([bright, cut.reshape(height // 2, width)])


def _write_rendition(folder: Path, seed: int) -> None:
    source = _name(folder.with_name(folder.name.replace("-360p.part", "")), seed)
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        small = (frame.reformat(*SMALL, format="yuv420p") for frame in container.decode(stream))
        pictures = (np.asarray(frame.to_ndarray(), np.uint8) for frame in small)
        rate = int(stream.average_rate or 30)
        _encode(_name(folder, seed), pictures, rate, 700, {"preset": "superfast", "g": "250", "threads": "1"})


def _write_tiny_video(folder: Path, seed: int) -> None:
    random = np.random.default_rng([2, seed])
    height = _TINY_WIDTH * 2
    coarse = random.integers(0, 256, size=(2, height * 3 // 2 // 4, _TINY_WIDTH // 4), dtype=np.uint8)
    pictures = coarse.repeat(4, axis=1).repeat(4, axis=2)
    _encode(_name(folder, seed), iter(pictures), 1, 200, {"preset": "ultrafast", "threads": "1"})


def _encode(path: Path, pictures: Iterator[Planes], rate: int, kilobits: int, options: dict[str, str]) -> None:
    with av.open(str(path), "w") as container:
        stream = None
        for number, planes in enumerate(pictures):
            if stream is None:
                stream = container.add_stream("libx264", rate=rate, options=options)
                stream.width, stream.height, stream.pix_fmt = planes.shape[1], planes.shape[0] * 2 // 3, "yuv420p"
                stream.bit_rate = kilobits * 1000
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(planes), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode())


def _name(folder: Path, seed: int) -> Path:
    return folder / f"{seed:06d}.mp4"
