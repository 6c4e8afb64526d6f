"""Decode a plan with PyAV."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.decoding.as_shown import PresentedFrame, Screen, peculiarities
from ingest.decoding.backend import DecodeJob, FramesRead
from ingest.media.media_index import decoder_errors, open_container
from ingest.media.packet_plan import PacketPlan, Target, depending_on, plan_of, staying
from vectorstore.foundation.errors import MediaError

if TYPE_CHECKING:
    import av

    _Packet = av.Packet[av.stream.Stream] | av.Packet[av.VideoStream]

_SKIPPING_CODECS = ("h264", "hevc", "mpeg2video", "mpeg4")
"""Decoders that can leave out pictures to which nothing refers; dav1d would leave out wanted ones as well."""

_SEEING_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Decoders of these codecs that look for transparency; those of FFmpeg itself do not."""

_STAYING = 0.2
"""Seconds on the screen from which on a frame may be a scene of its own."""

_THUMBNAIL = (32, 18)
"""Width and height."""


def read_frames(job: DecodeJob) -> FramesRead:
    """Decode the frames of a plan, each run of packets once.

    Packets that the decoder refuses are skipped and counted; pictures that need them are left out, since the decoder
    would patch them up with what never was in the clip.

    Raises:
        MediaError: ``deadline``, ``too_many_pixels`` when the size changes midway, or ``decode_error``.
    """
    with decoder_errors(job.name):
        read = _read(job)
        for plans in (_to_second_fields, _from_the_beginning):
            found = {target for target, _ in read.pictures} | set(read.second_fields)
            missing = tuple(target for target in job.plan.targets if target not in found)
            plan = plans(job, missing)
            if missing and not job.index.counted and plan.runs != job.plan.runs:
                read = _joined(read, _read(replace(job, plan=plan)))
    return read


def _to_second_fields(job: DecodeJob, missing: Sequence[Target]) -> PacketPlan:
    """A packet may hold one field of a frame; without the next one no frame comes out."""
    plan = plan_of(job.index.packets, [target.packet for target in missing])
    last = len(job.index.packets)
    return PacketPlan(plan.targets, tuple(range(run.start, min(run.stop + 1, last)) for run in plan.runs))


def _from_the_beginning(job: DecodeJob, missing: Sequence[Target]) -> PacketPlan:
    """Not every packet that is marked as a keyframe is one (intra refresh)."""
    stop = max((target.packet + 2 for target in missing), default=0)
    return PacketPlan(tuple(missing), (range(min(stop, len(job.index.packets))),))


def _joined(read: FramesRead, rest: FramesRead) -> FramesRead:
    pictures = sorted(read.pictures + rest.pictures, key=lambda pair: pair[0].shown_at)
    first = read if read.pictures else rest
    return replace(first, pictures=tuple(pictures), damaged_packets=rest.damaged_packets)


def read_thumbnails(job: DecodeJob) -> tuple[list[int], NDArray[np.uint8]]:
    """Watch a whole clip at thumbnail size, leaving out frames to which no other refers where that saves work.

    Frames that stay on the screen are never left out.

    Args:
        job: Its plan is not looked at.

    Returns:
        Presentation times, ascending, and (frames, 3, 18, 32) luma and colour differences.

    Raises:
        MediaError: ``deadline`` or ``decode_error``.
    """
    seen: dict[int, NDArray[np.uint8]] = {}
    index = job.index
    whole = PacketPlan(staying(index.packets, index.end, _STAYING / index.time_base), (range(len(index.packets)),))
    with decoder_errors(job.name), _reader(replace(job, plan=whole)) as reader:
        for shown_at, frame in reader.frames():
            small = frame.reformat(*_THUMBNAIL, format="yuvj444p", interpolation="AREA", threads=1)
            seen[shown_at] = np.asarray(small.to_ndarray(), np.uint8)
    times = sorted(seen)
    return times, np.array([seen[time] for time in times], dtype=np.uint8).reshape(-1, 3, *_THUMBNAIL[::-1])


def refuse_peculiarities(job: DecodeJob, decoder: str) -> None:
    """Refuse clips that a decoder without all this around it would show in a wrong way.

    Only the first frames of each run of the plan are looked at: a stream changes at keyframes.

    Args:
        job: The clip.
        decoder: Its name, for the message.

    Raises:
        MediaError: What ``as_shown.peculiarities`` found first, or ``deadline`` or ``decode_error``.
    """
    # Two packets, in case each holds one field.
    starts = tuple(run[:2] for run in job.plan.runs)
    with decoder_errors(job.name), _reader(replace(job, plan=PacketPlan((), starts))) as reader:
        for _, frame in reader.frames():
            for reason, words in peculiarities(frame, job.index.tags, job.index.codec).items():
                raise MediaError(f"{job.name}: {decoder} shows {words} wrong; use --decoder auto", reason)


def _read(job: DecodeJob) -> FramesRead:
    wanted = {target.shown_at: target for target in job.plan.targets}
    fields = _fields_before(job)
    pictures: dict[int, PresentedFrame] = {}
    of_two_fields: dict[int, PresentedFrame] = {}
    halves: set[int] = set()
    with _reader(job) as reader:
        screen = Screen(job.name, job.index.tags, reader.codec, job.short_side, job.limits)
        for shown_at, frame in reader.frames():
            if frame.key_frame:
                screen.notice(frame)
            second = fields.get(shown_at) if frame.interlaced_frame else None
            if shown_at in wanted and shown_at not in pictures:
                pictures[shown_at] = screen.show(frame)
                halves.update({second} if second is not None else ())
            elif second is not None:
                of_two_fields[second] = screen.show(frame)
    pictures = of_two_fields | pictures
    unsound = depending_on(job.index.packets, reader.failed)
    sound = [shown_at for shown_at in sorted(pictures) if wanted[shown_at].packet not in unsound]
    first = pictures[sound[0]] if sound else PresentedFrame(Image.new("RGB", (1, 1)), *job.index.coded_size, 0)
    return FramesRead(
        pictures=tuple((wanted[shown_at], pictures[shown_at].picture) for shown_at in sound),
        width=first.width,
        height=first.height,
        rotation=first.rotation,
        damaged_packets=len(reader.failed),
        second_fields=tuple(wanted[shown_at] for shown_at in halves - pictures.keys()),
    )


def _fields_before(job: DecodeJob) -> dict[int, int]:
    """The wanted times by the times before them.

    A packet may hold the second field of a frame (AVCHD); the frame then has the time of the first.
    """
    shown = sorted({packet.shown_at for packet in job.index.packets if not packet.discard})
    wanted = {target.shown_at for target in job.plan.targets}
    return {before: time for before, time in itertools.pairwise(shown) if time in wanted}


@contextlib.contextmanager
def _reader(job: DecodeJob) -> Iterator[_PlanReader]:
    kept = job.media.take_packets()
    if kept is not None:
        yield _PlanReader(job.media.container, kept, job)
        return
    with open_container(job.file, job.index.demuxer) as container:
        packets = container.demux(_stream(container, job))
        yield _PlanReader(container, (packet for packet in packets if packet.size), job)


def _stream(container: av.container.InputContainer, job: DecodeJob) -> av.VideoStream:
    # The index is made of a video stream.
    return cast("av.VideoStream", container.streams[job.index.stream])


def _codec(container: av.container.InputContainer, job: DecodeJob) -> av.VideoCodecContext:
    import av

    codec = _stream(container, job).codec_context
    if not job.index.tags.hidden_alpha:
        return codec
    try:
        return cast("av.VideoCodecContext", av.CodecContext.create(_SEEING_ALPHA[job.index.codec], "r"))
    except av.FFmpegError as error:
        raise MediaError(f"{job.name}: this PyAV cannot decode its transparency", "unsupported_codec") from error


class _PlanReader:
    """Feeds the packets of a plan to a decoder.

    Args:
        container: Open; nothing has been decoded with it.
        packets: All of the video stream.
        job: With the plan.
    """

    def __init__(self, container: av.container.InputContainer, packets: Iterable[_Packet], job: DecodeJob) -> None:
        self.failed: set[int] = set()
        """Packets that the decoder refused."""
        self._all = packets
        self._job = job
        self._wanted = {target.packet for target in job.plan.targets}
        self.codec = _codec(container, job)
        # One thread per file and several files at once costs 10-17 % less than several threads per file.
        self.codec.thread_type = "NONE"
        self.codec.thread_count = 1
        # A stream may change its size midway. Errors are to be told, not concealed.
        self.codec.options = {"max_pixels": str(job.limits.max_pixels), "err_detect": "explode"}

    def frames(self) -> Iterator[tuple[int, av.VideoFrame]]:
        """Decoded frames with their presentation time, or their count where there are no times."""
        for count, frame in enumerate(self._decoded()):
            shown_at = count if self._job.index.counted else frame.pts
            if shown_at is not None and not frame.is_corrupt:
                yield shown_at, frame

    def _decoded(self) -> Iterator[av.VideoFrame]:
        # Counting needs every frame from the first on.
        everything = (range(len(self._job.index.packets)),)
        runs = iter(everything if self._job.index.counted else self._job.plan.runs)
        run = next(runs, None)
        for place, packet in enumerate(self._packets()):
            if run is None:
                return
            if place in run and not self._is_left_over(run.start, place):
                self._job.deadline.check()
                self.codec.skip_frame = "NONREF" if self._may_skip(place) else "DEFAULT"
                yield from self._feed(packet, place)
            if place == run.stop - 1:
                yield from self._feed(None, place)
                self.codec.flush_buffers()
                run = next(runs, None)
        if run is not None:
            yield from self._feed(None, len(self._job.index.packets) - 1)

    def _is_left_over(self, start: int, place: int) -> bool:
        """Whether a packet continues the group of pictures before the one that a run starts with."""
        packets = self._job.index.packets
        return packets[start].keyframe and packets[place].shown_at < packets[start].shown_at

    def _may_skip(self, place: int) -> bool:
        index = self._job.index
        return place not in self._wanted and not index.counted and index.codec in _SKIPPING_CODECS

    def _packets(self) -> Iterator[_Packet]:
        import av

        known = len(self._job.index.packets)
        try:
            yield from itertools.islice(self._all, known)
        except av.FFmpegError:
            self.failed.add(known - 1)

    def _feed(self, packet: _Packet | None, place: int) -> list[av.VideoFrame]:
        import av

        try:
            return list(self.codec.decode(packet))
        except av.FFmpegError:
            self.failed.add(place)
            return []
