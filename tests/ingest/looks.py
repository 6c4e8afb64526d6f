"""Writers of clips whose right look is known: colours, corners, transparency, fields, shapes of pixels, lengths."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Light = NDArray[np.float64]

BARS = np.array(
    [(235, 235, 235), (200, 40, 40), (40, 180, 60), (40, 70, 200),
     (210, 170, 130), (120, 120, 120), (20, 20, 20), (230, 200, 40)],
    np.uint8,
)  # fmt: skip
CORNERS = {"red": (220, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 220), "white": (230, 230, 230)}

# Luma weights of red and blue, by FFmpeg's number of the matrix.
WEIGHTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
TO_2020 = np.linalg.inv(
    np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
)  # fmt: skip
TO_P3 = np.linalg.inv(np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0196, -0.0786, 1.0979]]))


def bars(size: tuple[int, int]) -> Pixels:
    """Eight vertical bars."""
    width, height = size
    return np.broadcast_to(BARS[np.arange(width) * 8 // width], (height, width, 3)).copy()


def read_bars(picture: Image.Image) -> NDArray[np.float64]:
    """(8, 3) mean colours in the middles of the bars."""
    pixels = np.asarray(picture, float)
    middles = [int((bar + 0.5) * pixels.shape[1] / 8) for bar in range(8)]
    rows = slice(pixels.shape[0] // 4, -pixels.shape[0] // 4)
    return np.array([pixels[rows, middle - 2 : middle + 3].mean((0, 1)) for middle in middles])


def corners(size: tuple[int, int]) -> Pixels:
    """Red and green above, blue and white below."""
    width, height = size
    names = np.array([["red", "green"], ["blue", "white"]])
    picture = np.empty((height, width, 3), np.uint8)
    for (row, column), name in np.ndenumerate(names):
        picture[row * height // 2 : (row + 1) * height // 2, column * width // 2 : (column + 1) * width // 2] = CORNERS[
            str(name)
        ]
    return picture


def read_corners(picture: Image.Image) -> list[str]:
    """Names of the colours in the corners, row by row."""
    pixels = np.asarray(picture, float)
    height, width = pixels.shape[:2]
    places = [
        (height // 4, width // 4),
        (height // 4, -width // 4),
        (-height // 4, width // 4),
        (-height // 4, -width // 4),
    ]
    return [
        min(CORNERS, key=lambda name: float(np.abs(pixels[place] - CORNERS[name]).sum())) for place in places
    ]  # fmt: skip


def from_srgb(pixels: Pixels) -> Light:
    """Light in units of white."""
    coded = pixels / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def to_srgb(light: Light) -> Light:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055)


def as_pq(pixels: Pixels) -> Light:
    """White of 203 candela per square metre in SMPTE ST 2084 and BT.2020."""
    power = (from_srgb(pixels) @ TO_2020.T * 203 / 10000).clip(0) ** 0.1593017578125
    signal: Light = ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    return signal


def as_hlg(pixels: Pixels) -> Light:
    """The same light on a screen of 1000 in ARIB STD-B67 and BT.2020."""
    shown = (from_srgb(pixels) @ TO_2020.T * 0.203).clip(0)
    luminance = np.maximum(shown @ [0.2627, 0.6780, 0.0593], 1e-9)[..., None]
    scene = shown * luminance ** (1 / 1.2 - 1)
    signal: Light = np.where(
        scene <= 1 / 12, np.sqrt(3 * scene), 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    )
    return signal


def as_p3(pixels: Pixels) -> Light:
    return to_srgb(from_srgb(pixels) @ TO_P3.T)


def as_it_is(pixels: Pixels) -> Light:
    return pixels / 255


@dataclass(frozen=True)
class Look:
    """How pictures are coded, and what the file says of it."""

    matrix: int = 6
    """Of the pixels themselves."""
    full: bool = False
    bits: int = 8
    light: Callable[[Pixels], Light] = as_it_is
    tags: dict[str, int] = field(default_factory=dict)
    """colorspace, color_range, color_trc, color_primaries of the stream; untagged when not given."""
    size: tuple[int, int] = (320, 180)
    codec: str = "libx264"
    options: dict[str, str] = field(default_factory=lambda: {"crf": "8"})


def coded(pixels: Pixels, look: Look) -> NDArray[np.uint16]:
    """(height, width, 3) luma and colour differences."""
    red, blue = WEIGHTS[look.matrix]
    signal = look.light(pixels)
    luma = signal @ [red, 1 - red - blue, blue]
    differences = np.stack([(signal[..., 2] - luma) / (2 - 2 * blue), (signal[..., 0] - luma) / (2 - 2 * red)], axis=-1)
    unit = 2 ** (look.bits - 8)
    if look.full:
        whole = 2**look.bits - 1
        planes = [luma * whole, *(differences[..., plane] * whole + 128 * unit for plane in (0, 1))]
    else:
        planes = [(16 + 219 * luma) * unit, *((128 + 224 * differences[..., plane]) * unit for plane in (0, 1))]
    stacked: Light = np.stack(planes, axis=-1)
    return np.rint(stacked).clip(0, 2**look.bits - 1).astype(np.uint16)


def write_look(path: Path, look: Look, picture: Callable[[tuple[int, int]], Pixels] = bars, frames: int = 3) -> Path:
    """A clip of one still picture."""
    planes = coded(picture(look.size), look)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(look.codec, rate=10, options=look.options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = look.size
        stream.pix_fmt = "yuv444p" if look.bits == 8 else "yuv420p10le"
        for name, value in look.tags.items():
            setattr(stream.codec_context, name, value)
        for number in range(frames):
            frame = _frame(planes, look)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            for name, value in look.tags.items():
                setattr(frame, name, value)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _frame(planes: NDArray[np.uint16], look: Look) -> av.VideoFrame:
    if look.bits == 8:
        return av.VideoFrame.from_ndarray(np.ascontiguousarray(planes.transpose(2, 0, 1).astype(np.uint8)), "yuv444p")
    width, height = look.size
    small = planes.reshape(height // 2, 2, width // 2, 2, 3).mean((1, 3)).round().astype(np.uint16)
    flat = np.concatenate([planes[..., 0].ravel(), small[..., 1].ravel(), small[..., 2].ravel()])
    return av.VideoFrame.from_ndarray(flat.reshape(height * 3 // 2, width), "yuv420p10le")


def with_matrix(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """Write another display matrix (a, b, c, d, each -1 to 1) into an mp4 file."""
    content = bytearray(path.read_bytes())
    a, b, c, d = (number * 65536 for number in matrix)
    place = content.index(b"tkhd") + 44
    content[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    return path


def write_rgba(path: Path, codec: str, pixels: str, picture: Pixels) -> Path:
    """A clip of one still picture with transparent parts."""
    height, width = picture.shape[:2]
    with av.open(str(path), "w") as container:
        # Encoders of WebM keep transparency only without frames that are never shown.
        options = {"auto-alt-ref": "0"} if codec.startswith("libvpx") else {}
        stream = container.add_stream(codec, rate=10, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        if codec.startswith("libvpx"):
            stream.metadata["alpha_mode"] = "1"
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(picture, format="rgba").reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@dataclass(frozen=True)
class Shape:
    """Of a clip whose pixels may not be square."""

    aspect: Fraction | None
    first: int = 0
    """Time of its first frame in frames."""
    codec: str = "libx264"
    size: tuple[int, int] = (160, 96)


def write_shape(path: Path, shape: Shape) -> Path:
    """Ten frames of corners."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(shape.codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = shape.size
        stream.pix_fmt = "yuv420p"
        if shape.aspect:
            stream.codec_context.sample_aspect_ratio = shape.aspect
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(corners(shape.size), format="rgb24")
            frame.pts, frame.time_base = shape.first + number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_fields(path: Path, codec: str, options: dict[str, str]) -> Path:
    """A white bar that moves by 8 pixels from field to field."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(12):
            picture = np.zeros((240, 320, 3), np.uint8)
            for parity in (0, 1):
                left = 16 * number + 8 * parity
                picture[parity::2, left : left + 60] = 235
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def combs(picture: Image.Image) -> float:
    """How much rows differ from both of their neighbours, which agree: 0 without combs."""
    grey = np.asarray(picture.convert("L"), float)
    middle, above, below = grey[1:-1], grey[:-2], grey[2:]
    return float((np.abs(2 * middle - above - below) * (np.abs(above - below) < 20)).mean())


@dataclass(frozen=True)
class Slides:
    """Pictures that stay on for long, with sound."""

    times: Sequence[float] = (0, 3, 6, 9)
    """Seconds at which a new picture comes."""
    sound: float = 0.0
    """Seconds of sound; none when 0."""
    last: float = 0.04
    """Seconds that the file says its last picture stays on."""
    colours: Sequence[tuple[int, int, int]] = ((20,) * 3, (80,) * 3, (140,) * 3, (200,) * 3)
    """Of the pictures, again from the first when there are more."""
    silence: float = 0.0
    """Seconds at which a pause of 20 s in the sound begins; none when 0."""


def write_slides(path: Path, slides: Slides) -> Path:
    """Each picture has one colour."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        sound = container.add_stream("aac", rate=8000, layout="mono") if slides.sound else None
        packets: list[av.Packet[av.VideoStream] | av.Packet[av.AudioStream]] = []
        for number, time in enumerate(slides.times):
            colour = slides.colours[number % len(slides.colours)]
            frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), colour, np.uint8), format="rgb24")
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            packets += stream.encode(frame)
        packets += stream.encode()
        stops = [*slides.times[1:], slides.times[-1] + slides.last]
        for packet, start, stop in zip(packets, slides.times, stops, strict=True):
            packet.duration = round((stop - start) / packet.time_base)
        if sound is not None:
            packets += [
                packet
                for packet in _silence(sound, slides.sound)
                if not (slides.silence and slides.silence <= (packet.pts or 0) * packet.time_base < slides.silence + 20)
            ]
        for packet in sorted(packets, key=lambda packet: (packet.dts or 0) * packet.time_base):
            container.mux(packet)
    return path


def _silence(stream: av.AudioStream, seconds: float) -> list[av.Packet[av.AudioStream]]:
    packets = []
    for start in range(0, round(seconds * 8000), 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 8000, start, Fraction(1, 8000)
        packets += stream.encode(frame)
    return packets + list(stream.encode())


def with_dolby_vision(path: Path, record: bytes) -> Path:
    """A clip in HEVC again, in MP4 or in Matroska by its name, which says of Dolby Vision what a record says.

    The record takes the place of something else of the same length, so that nothing in the file moves.
    """
    spare = "x" * 60
    written = path.with_name(f"plain-{path.name}")
    with av.open(str(path)) as reader, av.open(str(written), "w") as writer:
        stream = reader.streams.video[0]
        copy = writer.add_stream_from_template(stream)
        copy.metadata["title"] = spare
        for packet in reader.demux(stream):
            if packet.size:
                packet.stream = copy
                writer.mux(packet)
    content = written.read_bytes()
    if path.suffix == ".mkv":
        before = b"\x53\x6e\xbc" + spare.encode()  # Name
        added = b"\x41\xe7\x84dvcC\x41\xed" + bytes([0x80 | len(record)]) + record
        rest = len(spare) - len(added) - 2
        after = b"\x41\xe4\xbc" + added + bytes([0xEC, 0x80 | rest]) + bytes(rest)
    else:
        start = content.index(b"btrt")
        before = content[start : start + 16]
        after = b"dvcC" + record[:12]
    assert content.count(before) == 1 and len(before) == len(after)
    path.write_bytes(content.replace(before, after))
    return path


def write_camera_clip(path: Path, orientation: int) -> Path:
    """A clip of pictures in JPEG, each with the notes of a camera in it, which say how it was held (EXIF 2.3)."""
    entry = struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    notes = b"Exif\0\0II*\0" + entry
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = 320, 180
        stream.pix_fmt = "yuvj420p"
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(corners((320, 180)), format="rgb24")
            frame.pts = number
            for packet in stream.encode(frame):
                picture = bytes(packet)
                noted = av.Packet(picture[:2] + b"\xff\xe1" + struct.pack(">H", len(notes) + 2) + notes + picture[2:])
                noted.stream, noted.time_base = stream, packet.time_base
                noted.pts, noted.dts, noted.is_keyframe = packet.pts, packet.dts, True
                container.mux(noted)
        container.mux(stream.encode(None))
    return path
