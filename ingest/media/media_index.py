"""What the demuxer says about a media file: its video stream and every packet in it, nothing decoded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

from ingest.media.dolby_vision import is_dolby_vision_alone
from ingest.media.media_guard import Deadline, Limits, is_cut_short
from ingest.media.packet_plan import Packet, Target
from ingest.media.tags import Tags, read_tags
from ingest.media.timeline import Clock, Declared, Jump, RawPacket, make_timeline
from ingest.transcripts.cues import RawTrack
from ingest.transcripts.tracks import TrackCollector
from vectorstore.foundation.errors import MediaError
from vectorstore.foundation.text import one_line

if TYPE_CHECKING:
    import av

    _Packets = list[av.Packet[av.stream.Stream]]

_SEEN_OR_HEARD = ("video", "audio")
_HAS_CLOCK = 0x0200
"""FFmpeg's flag AVFMT_TS_DISCONT: times of such containers are those of a running clock, not sums of durations."""
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
    tags: Tags
    """How pictures are to be shown, as far as the container knows."""
    packets: tuple[Packet, ...]
    """In decoding order."""
    start: int
    """Presentation time of the first frame."""
    end: int
    """Presentation time up to which frames are spread: a last picture that stays on counts as long as the longest."""
    stop: int
    """Presentation time at which the clip is over, its sound included."""
    truncated: bool
    counted: bool
    """Whether the container has no usable presentation times, so that frames are told apart by counting."""
    tracks: tuple[RawTrack, ...] = ()
    """What its text tracks say."""
    begin: float = 0.0
    """When the first picture is shown, on the clock of the container, seconds."""

    def seconds(self, target: Target) -> float:
        """When a frame is shown, from the first frame on."""
        return float((target.shown_at - self.start) * self.time_base)

    def shown_size(self, turned: bool) -> tuple[int, int]:
        """Width and height on the screen, when nothing changes midway.

        Args:
            turned: By a quarter.
        """
        width, height = round(self.coded_size[0] * self.tags.pixel_aspect), self.coded_size[1]
        return (height, width) if turned else (width, height)

    def duration(self) -> float:
        """Seconds from the first frame until the clip is over."""
        return float((self.stop - self.start) * self.time_base)


def open_container(file: BinaryIO, demuxer: str) -> av.container.InputContainer:
    """Open a file with one demuxer and no way to any other file or address.

    Raises:
        av.FFmpegError: The file is not what the demuxer reads.
    """
    import av

    file.seek(0)
    # FFmpeg gets neither a path nor a protocol: whatever the file refers to cannot be opened.
    nowhere = {"protocol_whitelist": "none"}
    return av.open(file, "r", format=demuxer, container_options=nowhere, metadata_errors="replace", buffer_size=_BUFFER)


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
        line = one_line(error, 160)
        raise MediaError(f"{name}: cannot be decoded: {line}", "decode_error") from error


class Demuxed:
    """A container that has been read to its end.

    Args:
        container: Open.
        packets: Those of the video stream; ``None`` when they are too large together to be kept, or not all there.
    """

    def __init__(self, container: av.container.InputContainer, packets: _Packets | None) -> None:
        self.container = container
        self._packets = packets

    def take_packets(self) -> _Packets | None:
        """The packets of the video stream, once: whoever takes them may use the decoder of the container."""
        packets, self._packets = self._packets, None
        return packets


@contextlib.contextmanager
def demuxed(
    file: BinaryIO, name: str, demuxer: str, limits: Limits, deadline: Deadline
) -> Iterator[tuple[MediaIndex, Demuxed]]:
    """Read headers and packets; the container stays open inside the block.

    Raises:
        MediaError: ``no_video_stream``, ``unsupported_codec``, ``too_many_pixels``, ``too_long``, ``clock_jump``,
            ``deadline`` or ``decode_error``.
    """
    with contextlib.ExitStack() as stack:
        with decoder_errors(name):
            container = stack.enter_context(open_container(file, demuxer))
            stream = _video_stream(container, name)
            codec = stream.codec_context
            tags = read_tags(stream, dolby_vision_alone=_is_dolby_vision_alone(container, stream, file, demuxer))
            check_size(codec.width, codec.height, tags.pixel_aspect, name, limits)
            declared = _declared(container, stream, file, demuxer)
            # Elsewhere it may be a jump of the clock that makes a clip long, which shows in its packets.
            if demuxer == "mov" and declared.frames:
                _check_duration(_declared_seconds(declared, 0.0), name, limits)
            seen = _demux(container, stream, name, limits, deadline)
            if not container.format.flags & _HAS_CLOCK:
                _check_duration(_declared_seconds(declared, seen.reached), name, limits)
            index = _index(stream, name, demuxer, tags, seen, declared)
        yield index, Demuxed(container, seen.kept)


def _video_stream(container: av.container.InputContainer, name: str) -> av.VideoStream:
    import av

    best = container.streams.best("video")
    if not isinstance(best, av.VideoStream) or best.disposition & av.stream.Disposition.attached_pic:
        raise MediaError(f"{name}: has no video stream, only sound or a cover picture", "no_video_stream")
    if best.codec_context is None:
        raise MediaError(f"{name}: its video codec is not known", "unsupported_codec")
    return best


def _is_dolby_vision_alone(
    container: av.container.InputContainer, stream: av.VideoStream, file: BinaryIO, demuxer: str
) -> bool:
    import av

    cover = av.stream.Disposition.attached_pic
    tracks = [other.index for other in container.streams.video if not other.disposition & cover]
    return stream.index in tracks and is_dolby_vision_alone(file, demuxer, tracks.index(stream.index))


def _unit(stream: av.VideoStream) -> Fraction:
    if stream.time_base is None:
        raise ValueError("its video stream has no unit of time")
    return stream.time_base


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


def _declared(container: av.container.InputContainer, stream: av.VideoStream, file: BinaryIO, demuxer: str) -> Declared:
    position = file.tell()
    # The parts of a fragmented mp4 file are independent: all that are there may be whole, and others missing.
    tells = demuxer == "matroska" or (demuxer == "mov" and stream.frames > 0)
    whole = tells and is_cut_short(file, demuxer) is False
    file.seek(position)
    return Declared(
        begin=(container.start_time or 0) / 1_000_000,
        duration=(container.duration or 0) / 1_000_000,
        video_duration=float((stream.duration or 0) * _unit(stream)),
        frames=stream.frames or 0,
        whole=whole,
        only_seen_and_heard=all(other.type in _SEEN_OR_HEARD for other in container.streams),
        may_be_end=demuxer == "matroska",
    )


def _declared_seconds(declared: Declared, reached: float) -> float:
    """How long a clip is, as its header says."""
    # A text that goes on for longer than the pictures makes the container longer, but not the clip.
    common = declared.lasts(reached) if declared.only_seen_and_heard else 0.0
    return max(declared.video_duration, common)


class _Seen:
    """What comes out of a container while it is read to its end."""

    def __init__(self, stream: int, texts: TrackCollector) -> None:
        self.stream = stream
        self.texts = texts
        self.packets: list[RawPacket] = []
        """Of the video stream."""
        self.kept: _Packets | None = []
        """The same to be decoded; ``None`` when they are too large together."""
        self.reached = 0.0
        """When the last packet of any stream ends, seconds."""
        self.sound_end = 0.0
        self.jump: Jump | None = None
        """The last in the clock of pictures or sound."""
        self._begin: float | None = None
        self._size = 0
        # Calculating with a fraction for every packet takes as long as reading them.
        self._units: dict[int, float] = {}
        self._clocks: dict[int, Clock] = {}

    def take(self, packet: av.Packet[av.stream.Stream], kind: str) -> float:
        """Take the next packet; returns for how long something has been seen or heard, seconds."""
        of, time, decoded, duration = packet.stream_index, packet.pts, packet.dts, packet.duration or 0
        unit = self._units.get(of) or self._units.setdefault(of, float(packet.time_base))
        shown = decoded if time is None else time
        end = 0.0 if shown is None else (shown + duration) * unit
        self.reached = max(self.reached, end)
        if of == self.stream:
            self.packets.append(RawPacket(time, packet.is_keyframe, packet.is_discard, duration))
            self._keep(packet)
        if shown is None or kind not in _SEEN_OR_HEARD:
            return 0.0
        if kind == "audio":
            self.sound_end = max(self.sound_end, end)
        clock = self._clocks.get(of) or self._clocks.setdefault(of, Clock(kind))
        self.jump = clock.step(shown * unit, None if decoded is None else decoded * unit, duration * unit) or self.jump
        if self._begin is None:
            self._begin = shown * unit
        return end - self._begin

    def _keep(self, packet: av.Packet[av.stream.Stream]) -> None:
        self._size += packet.size
        if self._size > _MOST_KEPT:
            self.kept = None
        if self.kept is not None:
            self.kept.append(packet)


def _demux(
    container: av.container.InputContainer, stream: av.VideoStream, name: str, limits: Limits, deadline: Deadline
) -> _Seen:
    import av

    seen = _Seen(stream.index, TrackCollector(container.streams))
    kinds = {other.index: other.type for other in container.streams}
    try:
        for packet in container.demux():
            if not packet.size:
                continue
            deadline.check()
            seen.texts.take(packet)
            seconds = seen.take(packet, kinds.get(packet.stream_index, ""))
            if seen.jump and (seconds > limits.max_seconds or _must_go_on(seen.jump, container.format)):
                raise _jumped(name, seen.jump)
            _check_duration(seconds, name, limits)
    except av.FFmpegError:
        # What could be read is kept; how much is missing shows in the comparison with the header.
        seen.kept = None
    return seen


def _must_go_on(jump: Jump, form: av.ContainerFormat) -> bool:
    """Whether a jump cannot be a picture that stays, a silence, or a part that an edit list shows again."""
    if jump.by < 0:
        return "mov" not in form.name.split(",")
    return bool(form.flags & _HAS_CLOCK) and jump.of == "video"


def _jumped(name: str, jump: Jump) -> MediaError:
    way = "forward" if jump.by > 0 else "back"
    return MediaError(
        f"{name}: its clock jumps {way} by {abs(jump.by):.1f} s at {jump.at:.1f} s, as where recordings were joined;"
        " convert it to MP4 or WebM", "clock_jump",
    )  # fmt: skip


def _index(stream: av.VideoStream, name: str, demuxer: str, tags: Tags, seen: _Seen, declared: Declared) -> MediaIndex:
    raw = seen.packets
    shown = [packet.time for packet in raw if packet.time is not None and not packet.discard]
    if not raw or (not shown and all(packet.discard for packet in raw)):
        raise MediaError(f"{name}: its video stream is empty", "decode_error")
    # AVI stores no presentation times; what the demuxer makes up is wrong for H.264.
    counted = demuxer == "avi" or len(set(shown)) < sum(not packet.discard for packet in raw)
    rate = Fraction(stream.average_rate or 25) if counted else None
    line = make_timeline(raw, _unit(stream), rate, seen.sound_end, declared, seen.reached)
    codec = stream.codec_context
    # Frames that are counted begin at 0, whatever the clock of the container says then.
    begin = float(min(shown) * _unit(stream)) if shown else declared.begin
    return MediaIndex(
        demuxer, stream.index, codec.name, line.time_base, (codec.width, codec.height), tags, line.packets,
        line.start, line.end, line.stop, line.truncated, line.counted,
        seen.texts.tracks(begin), begin,
    )  # fmt: skip
