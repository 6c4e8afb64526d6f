"""What the demuxer says about a media file: its video stream and every packet in it, nothing decoded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO

from ingest.guard import Deadline, Limits
from ingest.plan import Packet, Target
from vectorstore.errors import MediaError

_TOLERATED_LOSS = 0.05
"""Share of a clip that may be missing at its end before it counts as truncated."""

_BUFFER = 2**18
_MOST_KEPT = 64 * 2**20
"""Bytes of packets that are kept from reading to decoding."""


@dataclass(frozen=True, slots=True)
class MediaIndex:
    """The video stream of a file and its packets."""

    demuxer: str
    stream: int
    """Position of the video stream in the container."""
    codec: str
    time_base: Fraction
    """Seconds per unit of presentation time."""
    coded_size: tuple[int, int]
    """Pixels of a decoded picture: width, height."""
    pixel_aspect: float
    """Width of a pixel over its height."""
    packets: tuple[Packet, ...]
    """In decoding order."""
    start: int
    """Presentation time of the first frame."""
    end: int
    """Presentation time at which the last frame leaves the screen."""
    truncated: bool
    counted: bool
    """Whether the container has no usable presentation times, so that frames are told apart by counting."""

    def seconds(self, target: Target) -> float:
        """When a frame is shown, from the first frame on."""
        return float((target.shown_at - self.start) * self.time_base)

    def duration(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return float((self.end - self.start) * self.time_base)


def open_container(file: BinaryIO, demuxer: str) -> Any:
    """Open a file with one demuxer and no way to any other file or address.

    Raises:
        av.FFmpegError: The file is not what the demuxer reads.
    """
    import av

    file.seek(0)
    # FFmpeg gets neither a path nor a protocol: whatever the file refers to cannot be opened.
    nowhere = {"protocol_whitelist": "none"}
    return av.open(file, format=demuxer, container_options=nowhere, metadata_errors="replace", buffer_size=_BUFFER)


@contextlib.contextmanager
def decoder_errors(name: str) -> Iterator[None]:
    """Turn whatever FFmpeg and its bindings raise on damaged files into a refusal of the file.

    Raises:
        MediaError: ``decode_error``.
    """
    import av

    try:
        yield
    except (av.FFmpegError, OSError, ValueError, ArithmeticError, LookupError, MemoryError) as error:
        line = " ".join(str(error).split())[:160] or type(error).__name__
        raise MediaError(f"{name}: cannot be decoded: {line}", "decode_error") from error


class Demuxed:
    """A container that has been read to its end.

    Args:
        container: Open.
        packets: Those of the video stream; ``None`` when they are too large together to be kept, or not all there.
    """

    def __init__(self, container: Any, packets: list[Any] | None) -> None:
        self.container = container
        self._packets = packets

    def take_packets(self) -> list[Any] | None:
        """The packets of the video stream, once: whoever takes them may use the decoder of the container."""
        packets, self._packets = self._packets, None
        return packets


@contextlib.contextmanager
def demuxed(
    file: BinaryIO, name: str, demuxer: str, limits: Limits, deadline: Deadline
) -> Iterator[tuple[MediaIndex, Demuxed]]:
    """Read headers and packets; the container stays open inside the block.

    Raises:
        MediaError: ``no_video_stream``, ``unsupported_codec``, ``too_many_pixels``, ``too_long``, ``deadline`` or
            ``decode_error``.
    """
    with contextlib.ExitStack() as stack:
        with decoder_errors(name):
            container = stack.enter_context(open_container(file, demuxer))
            stream = _video_stream(container, name)
            codec = stream.codec_context
            check_size(codec.width, codec.height, _pixel_aspect(stream), name, limits)
            _check_duration(_declared_seconds(container, stream), name, limits)
            raw, packets, seconds_seen = _demux(container, stream, name, limits, deadline)
            index = _index(container, stream, name, demuxer, raw, seconds_seen)
        yield index, Demuxed(container, packets)


def _video_stream(container: Any, name: str) -> Any:
    import av

    best = container.streams.best("video")
    if best is None or best.disposition & av.stream.Disposition.attached_pic:
        raise MediaError(f"{name}: has no video stream, only sound or a cover picture", "no_video_stream")
    if best.codec_context is None:
        raise MediaError(f"{name}: its video codec is not known", "unsupported_codec")
    return best


def check_size(width: int, height: int, pixel_aspect: float, name: str, limits: Limits) -> None:
    """Refuse pictures that are too large, as coded or as shown.

    Raises:
        MediaError: ``too_many_pixels``, or ``decode_error`` for no pixels at all.
    """
    if width < 1 or height < 1:
        raise MediaError(f"{name}: its pictures have no size", "decode_error")
    if width * height > limits.max_pixels or max(width, width * pixel_aspect, height) > limits.max_side:
        raise MediaError(f"{name}: pictures of {width}x{height} pixels are too large", "too_many_pixels")


def _check_duration(seconds: float, name: str, limits: Limits) -> None:
    if seconds > limits.max_seconds:
        raise MediaError(f"{name}: lasts {seconds:.0f} s, longer than {limits.max_seconds:g} s", "too_long")


def _declared_seconds(container: Any, stream: Any) -> float:
    declared = [float(stream.duration * stream.time_base)] if stream.duration else []
    if container.duration:
        declared.append(container.duration / 1_000_000)
    return max(declared, default=0.0)


_Raw = tuple[int | None, bool, bool, int]
"""Presentation time, keyframe, discard, duration of one packet."""


def _demux(
    container: Any, stream: Any, name: str, limits: Limits, deadline: Deadline
) -> tuple[list[_Raw], list[Any] | None, float]:
    """All packets of the video stream, the same to be decoded, and when the last packet of any ends (seconds)."""
    import av

    packets: list[_Raw] = []
    kept: list[Any] | None = []
    size, latest, begin = 0, 0.0, (container.start_time or 0) / 1_000_000
    # Calculating with a fraction for every packet takes as long as reading them.
    units: dict[int, float] = {}
    try:
        for packet in container.demux():
            if not packet.size:
                continue
            deadline.check()
            of, time, duration = packet.stream_index, packet.pts, packet.duration or 0
            end = packet.dts if time is None else time
            if end is not None:
                unit = units.get(of) or units.setdefault(of, float(packet.time_base))
                latest = max(latest, (end + duration) * unit)
                _check_duration(latest - begin, name, limits)
            if of == stream.index:
                packets.append((time, packet.is_keyframe, packet.is_discard, duration))
                size += packet.size
                if size > _MOST_KEPT:
                    kept = None
                if kept is not None:
                    kept.append(packet)
    except av.FFmpegError:
        # What could be read is kept; how much is missing shows in the comparison with the header.
        kept = None
    return packets, kept, latest


def _index(container: Any, stream: Any, name: str, demuxer: str, raw: list[_Raw], seconds_seen: float) -> MediaIndex:
    shown = [time for time, _, discard, _ in raw if time is not None and not discard]
    if not raw or (not shown and all(packet[2] for packet in raw)):
        raise MediaError(f"{name}: its video stream is empty", "decode_error")
    # AVI stores no presentation times; what the demuxer makes up is wrong for H.264.
    counted = demuxer == "avi" or len(set(shown)) < sum(not packet[2] for packet in raw)
    if counted:
        rate = stream.average_rate or Fraction(25)
        time_base, start, end = 1 / Fraction(rate), 0, len(raw)
        packets = tuple(Packet(place, place == 0, False) for place in range(len(raw)))
    else:
        time_base, start = stream.time_base, min(shown)
        end = max(time + duration for time, _, discard, duration in raw if time is not None and not discard)
        packets = tuple(Packet(time or 0, keyframe, discard) for time, keyframe, discard, _ in raw)
    codec = stream.codec_context
    truncated = _is_truncated(container, stream, len(raw), float((end - start) * time_base), seconds_seen)
    return MediaIndex(
        demuxer, stream.index, codec.name, time_base, (codec.width, codec.height), _pixel_aspect(stream), packets,
        start, max(end, start + 1), truncated, counted,
    )  # fmt: skip


def _pixel_aspect(stream: Any) -> float:
    ratio = float(stream.sample_aspect_ratio or 1)
    return ratio if 0.25 <= ratio <= 4 else 1.0


def _is_truncated(container: Any, stream: Any, packets: int, seconds: float, seconds_seen: float) -> bool:
    least = 1 - _TOLERATED_LOSS
    # Edit lists hide packets that count as frames; then what is left lasts as long as it should.
    if packets < least * (stream.frames or 0) and seconds < least * float((stream.duration or 0) * stream.time_base):
        return True
    declared = (container.duration or 0) / 1_000_000
    begin = (container.start_time or 0) / 1_000_000
    # Some containers declare how long they last, some (Matroska) when they end.
    reached = max(seconds_seen, seconds_seen - begin)
    return declared - reached > max(_TOLERATED_LOSS * declared, 0.5)
