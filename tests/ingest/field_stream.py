"""A writer of H.264 in which each field is a picture and a packet of its own, as camcorders do and no encoder here.

Every macroblock holds its samples as they are (I_PCM), so nothing has to be predicted or transformed. The order of the
bits is that of ITU-T H.264, 7.3.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


class _Bits:
    """Numbers put one behind the other, most significant bit first."""

    def __init__(self) -> None:
        self._bits = ""

    def put(self, number: int, width: int) -> _Bits:
        self._bits += f"{number:0{width}b}"
        return self

    def golomb(self, *numbers: int) -> _Bits:
        for number in numbers:
            self._bits += "0" * ((number + 1).bit_length() - 1) + f"{number + 1:b}"
        return self

    def align(self) -> _Bits:
        self._bits += "0" * (-len(self._bits) % 8)
        return self

    def end(self) -> bytes:
        self._bits += "1"
        self.align()
        return int(self._bits, 2).to_bytes(len(self._bits) // 8, "big")

    def samples(self, values: NDArray[np.uint8]) -> _Bits:
        self._bits += "".join(f"{value:08b}" for value in values.ravel())
        return self


def _unit(kind: int, reference: int, content: bytes) -> bytes:
    escaped = bytearray()
    for byte in content:
        if len(escaped) >= 2 and escaped[-2:] == b"\0\0" and byte <= 3:
            escaped.append(3)
        escaped.append(byte)
    return b"\0\0\0\1" + bytes((reference << 5 | kind,)) + bytes(escaped)


def _parameters(width: int, height: int) -> bytes:
    sequence = _Bits().put(77, 8).put(0, 8).put(30, 8).golomb(0, 0, 0, 4, 1).put(0, 1)
    sequence.golomb(width // 16 - 1, height // 32 - 1).put(0b001, 3).put(0b00, 2)
    picture = _Bits().golomb(0, 0).put(0b00, 2).golomb(0, 0, 0).put(0b000, 3).golomb(0, 0, 0).put(0b100, 3)
    return _unit(7, 3, sequence.end()) + _unit(8, 3, picture.end())


def _field(luma: NDArray[np.uint8], number: int, bottom: int) -> bytes:
    first = number == 0 and not bottom
    bits = _Bits().golomb(0, 7, 0).put(number % 16, 4).put(1, 1).put(bottom, 1)
    if first:
        bits.golomb(0)
    bits.put((2 * number + bottom) % 256, 8)
    bits.put(0, 2 if first else 1).golomb(0, 1)
    for top in range(0, luma.shape[0], 16):
        for left in range(0, luma.shape[1], 16):
            bits.golomb(25).align().samples(luma[top : top + 16, left : left + 16])
            bits.samples(np.full(128, 128, np.uint8))
    return (
        _unit(9, 0, b"\x10")
        + (_parameters(luma.shape[1], 2 * luma.shape[0]) if first else b"")
        + _unit(5 if first else 1, 3, bits.end())
    )


def write_field_stream(path: Path, frames: list[NDArray[np.uint8]]) -> Path:
    """Write a transport stream of 25 frames, 50 fields, a second.

    Args:
        path: Ends with ``.ts``, ``.mkv`` or the like.
        frames: (height, width) luma, multiples of 32 and 16; even lines are shown first.
    """
    raw = path.with_suffix(".h264")
    raw.write_bytes(b"".join(_field(frame[b::2], n, b) for n, frame in enumerate(frames) for b in (0, 1)))
    with av.open(str(raw)) as reader, av.open(str(path), "w") as writer:
        copy = writer.add_stream_from_template(reader.streams.video[0])
        packets = [packet for packet in reader.demux(video=0) if packet.size]
        for place, packet in enumerate(packets):
            packet.stream, packet.time_base = copy, Fraction(1, 50)
            packet.pts = packet.dts = place
            packet.duration = 1
            writer.mux(packet)
    return path
