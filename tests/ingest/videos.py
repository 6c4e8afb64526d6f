"""Writers of test videos; frame numbers survive compression because they are drawn as large black and white blocks."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

COLUMNS, ROWS = 4, 2


@dataclass(frozen=True)
class VideoWriter:
    codec: str = "libx264"
    frames: int = 40
    rate: int = 25
    size: tuple[int, int] = (160, 96)
    pixels: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)
    times: Sequence[int] | None = None
    """Presentation times in units of 1/rate; one frame each when not given."""
    rotation: int = 0
    hue: int = 0


def number_picture(number: int, size: tuple[int, int], hue: int = 0) -> NDArray[np.uint8]:
    """Blocks of 8 bits, least significant first, over a band of colour."""
    width, height = size
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    band = height // 3
    picture[:band] = [round(255 * part) for part in colorsys.hsv_to_rgb(hue / 255, 1, 1)]
    block_height, block_width = (height - band) // ROWS, width // COLUMNS
    for bit in range(COLUMNS * ROWS):
        row, column = divmod(bit, COLUMNS)
        top, left = band + row * block_height, column * block_width
        picture[top : top + block_height, left : left + block_width] = 255 if number >> bit & 1 else 0
    return picture


def read_number(picture: Image.Image) -> int:
    grey = np.asarray(picture.convert("L"), dtype=float)
    height, width = grey.shape
    band = height / 3
    number = 0
    for bit in range(COLUMNS * ROWS):
        row, column = divmod(bit, COLUMNS)
        y = round(band + (row + 0.5) * (height - band) / ROWS)
        x = round((column + 0.5) * width / COLUMNS)
        number |= int(grey[y - 2 : y + 3, x - 2 : x + 3].mean() > 128) << bit
    return number


def write_numbered(path: Path, how: VideoWriter) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", container_options=how.container_options) as container:
        stream = container.add_stream(how.codec, rate=how.rate, options=how.options)
        stream.width, stream.height = how.size
        stream.pix_fmt = how.pixels
        stream.time_base = Fraction(1, how.rate)
        stream.codec_context.time_base = Fraction(1, how.rate)
        if how.rotation:
            stream.set_display_rotation(how.rotation)
        times = how.times if how.times is not None else range(how.frames)
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(number_picture(number, how.size, how.hue), format="rgb24")
            frame = frame.reformat(format=how.pixels)
            frame.pts, frame.time_base = time, Fraction(1, how.rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_sound(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        for start in range(0, 44100, 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44100, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def cut_without_decoding(source: Path, target: Path, first: int) -> Path:
    """Copy packets, but let the clip begin at frame ``first``: the muxer writes an edit list."""
    with av.open(str(source)) as reader, av.open(str(target), "w") as writer:
        stream = reader.streams.video[0]
        copy = writer.add_stream_from_template(stream)
        shift = round(first / stream.average_rate / stream.time_base)
        for packet in reader.demux(stream):
            if packet.size:
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = copy
                writer.mux(packet)
    return target
