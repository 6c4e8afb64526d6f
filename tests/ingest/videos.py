"""Writers of test videos; frame numbers survive compression because they are drawn as large black and white blocks."""

from __future__ import annotations

import colorsys
import struct
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
    scenes: Sequence[int] = ()
    """Number of the first frame of each scene; the most of the picture gets a pattern per scene."""


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


def scene_picture(number: int, scene: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    """A checkerboard of the scene over a low strip with the number in little contrast."""
    width, height = size
    strip = height // 8
    rows, columns = np.mgrid[: height - strip, :width]
    tile = (rows // (8 + 4 * scene) + columns // (8 + 4 * scene)) % 2
    picture = np.empty((height, width, 3), dtype=np.uint8)
    picture[: height - strip] = (40 + 25 * (scene % 4) + 80 * tile)[..., None]
    blocks = number_picture(number, (width, strip * 3 // 2))[-strip:]
    picture[height - strip :] = np.where(blocks > 128, 160, 96)
    return picture


def read_scene_number(picture: Image.Image) -> int:
    """The number in a picture of ``scene_picture``."""
    width, height = picture.size
    strip = height // 8
    below = Image.new("L", (width, strip * 3 // 2))
    below.paste(picture.convert("L").crop((0, height - strip, width, height)), (0, strip // 2))
    return read_number(below)


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
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = how.size
        stream.pix_fmt = how.pixels
        stream.time_base = Fraction(1, how.rate)
        stream.codec_context.time_base = Fraction(1, how.rate)
        if how.rotation:
            stream.set_display_rotation(how.rotation)
        times = how.times if how.times is not None else range(how.frames)
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(_picture(number, how), format="rgb24")
            frame = frame.reformat(format=how.pixels)
            frame.pts, frame.time_base = time, Fraction(1, how.rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _picture(number: int, how: VideoWriter) -> NDArray[np.uint8]:
    if how.scenes:
        return scene_picture(number, sum(first <= number for first in how.scenes), how.size)
    return number_picture(number, how.size, how.hue)


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
        assert stream.average_rate is not None and stream.time_base is not None
        shift = round(first / stream.average_rate / stream.time_base)
        for packet in reader.demux(stream):
            if packet.size:
                assert packet.pts is not None and packet.dts is not None
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = copy
                writer.mux(packet)
    return target


def with_edits(source: Path, target: Path, parts: Sequence[tuple[int, int]], rate: int = 25) -> Path:
    """The same mp4 file with an edit list that shows only some parts, given as first frame and number of frames."""
    content = source.read_bytes()
    with av.open(str(source)) as container:
        base = container.streams.video[0].time_base
        assert base is not None
    where = content.index(b"elst") - 4
    old = int.from_bytes(content[where : where + 4], "big")
    # B-frames are shown later than they are stored: the first edit of the encoder says by how much.
    shift = int.from_bytes(content[where + 20 : where + 24], "big")
    entries = b"".join(
        struct.pack(">IiI", count * 1000 // rate, shift + round(first / rate / base), 0x10000) for first, count in parts
    )
    box = struct.pack(">I4sII", 16 + len(entries), b"elst", 0, len(parts)) + entries
    changed = bytearray(content[:where] + box + content[where + old :])
    # The index lies behind the pictures, so only the boxes around the list become longer.
    for name in (b"moov", b"trak", b"edts"):
        place = content.rindex(name, 0, where) - 4
        size = int.from_bytes(content[place : place + 4], "big") + len(box) - old
        changed[place : place + 4] = size.to_bytes(4, "big")
    target.write_bytes(changed)
    return target
