"""Decode a plan with PyAV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from ingest.backend import FramesRead, Job
from ingest.media_index import open_container
from ingest.pictures import fit_size
from ingest.plan import Plan
from vectorstore.errors import MediaError

_SKIPPING_CODECS = ("h264", "hevc", "mpeg2video", "mpeg4")
"""Decoders that can leave out pictures to which nothing refers; dav1d would leave out wanted ones as well."""


def read_frames(job: Job) -> FramesRead:
    """Decode the frames of a plan, each run of packets once.

    Packets that the decoder refuses are skipped and counted; the pictures that needed them may be missing.

    Raises:
        MediaError: ``deadline``, or ``decode_error`` for pictures that cannot be converted.
    """
    import av

    try:
        read = _read(job)
        found = {target for target, _ in read.pictures}
        missing = tuple(target for target in job.plan.targets if target not in found)
        if not missing or read.damaged_packets:
            return read
        # Not every packet that is marked as a keyframe is one (intra refresh): decode from the very beginning.
        whole = Plan(missing, (range(max(target.packet for target in missing) + 1),))
        rest = _read(replace(job, plan=whole))
        pictures = sorted(read.pictures + rest.pictures, key=lambda pair: pair[0].shown_at)
        return FramesRead(tuple(pictures), read.rotation, rest.damaged_packets)
    except (av.FFmpegError, ValueError, MemoryError) as error:
        raise MediaError(f"{job.name}: cannot be decoded: {error}", "decode_error") from error


def _read(job: Job) -> FramesRead:
    wanted = {target.shown_at: target for target in job.plan.targets}
    pictures: dict[int, Image.Image] = {}
    rotation = 0
    with open_container(job.file, job.index.demuxer) as container:
        reader = _Reader(container, job)
        for shown_at, frame in reader.frames():
            if shown_at in wanted and shown_at not in pictures:
                rotation = round(frame.rotation / 90) * 90 % 360
                pictures[shown_at] = _picture(frame, job.index.pixel_aspect, job.short_side, rotation)
    found = tuple((wanted[shown_at], pictures[shown_at]) for shown_at in sorted(pictures))
    return FramesRead(found, rotation, reader.damaged_packets)


class _Reader:
    """Feeds the packets of a plan to a decoder."""

    def __init__(self, container: Any, job: Job) -> None:
        self.damaged_packets = 0
        self._container = container
        self._job = job
        self._wanted = {target.packet for target in job.plan.targets}
        self._stream = container.streams[job.index.stream]
        self._codec = self._stream.codec_context
        # One thread per file and several files at once costs 10-17 % less than several threads per file.
        self._codec.thread_type = "NONE"
        self._codec.thread_count = 1
        # A stream may change its size midway.
        self._codec.options = {"max_pixels": str(job.limits.max_pixels)}

    def frames(self) -> Iterator[tuple[int, Any]]:
        """Decoded frames with their presentation time, or their count where there are no times."""
        for count, frame in enumerate(self._decoded()):
            shown_at = count if self._job.index.counted else frame.pts
            if shown_at is not None:
                yield shown_at, frame

    def _decoded(self) -> Iterator[Any]:
        counted = self._job.index.counted
        skipping = not counted and self._job.index.codec in _SKIPPING_CODECS
        # Counting needs every frame from the first on.
        runs = iter((range(len(self._job.index.packets)),) if counted else self._job.plan.runs)
        run = next(runs, None)
        for place, packet in enumerate(self._packets()):
            if run is None:
                return
            if place in run:
                self._job.deadline.check()
                self._codec.skip_frame = "NONREF" if skipping and place not in self._wanted else "DEFAULT"
                yield from self._feed(packet)
            if place == run.stop - 1:
                yield from self._feed(None)
                self._codec.flush_buffers()
                run = next(runs, None)
        if run is not None:
            yield from self._feed(None)

    def _packets(self) -> Iterator[Any]:
        import av

        try:
            yield from (packet for packet in self._container.demux(self._stream) if packet.size)
        except av.FFmpegError:
            self.damaged_packets += 1

    def _feed(self, packet: Any) -> list[Any]:
        import av

        try:
            frames = self._codec.decode(packet)
        except av.FFmpegError:
            self.damaged_packets += 1
            return []
        # Pictures patched up by the decoder show what never was in the clip.
        whole = [frame for frame in frames if not frame.is_corrupt]
        self.damaged_packets += len(frames) - len(whole)
        return whole


def _picture(frame: Any, pixel_aspect: float, short_side: int, rotation: int) -> Image.Image:
    width, height = fit_size(frame.width, frame.height, pixel_aspect, short_side)
    small = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    upright = np.rot90(small.to_ndarray(), rotation // 90)
    return Image.fromarray(np.ascontiguousarray(upright))
