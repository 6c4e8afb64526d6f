"""Decode a plan with decord 0.6 (FFmpeg 4.1 of 2018), where that gives the right frames."""

from __future__ import annotations

from types import ModuleType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.decoding.backend import DecodeJob, FramesRead
from ingest.decoding.pyav_backend import refuse_peculiarities
from ingest.media.packet_plan import has_open_groups
from ingest.media.picture_sizes import fit_size
from vectorstore.foundation.errors import InputError, MediaError
from vectorstore.foundation.text import one_line


def read_frames(job: DecodeJob) -> FramesRead:
    """Decode the frames of a plan.

    Rotation is applied by decord, which does not say how much; quarter turns are seen in the shape, a half turn is
    reported as 0.

    Raises:
        MediaError: ``unsupported_codec``, ``edit_list``, ``open_gop``, ``unsupported_container``, ``decode_error``, or
            what ``as_shown.peculiarities`` finds.
        InputError: decord is not installed.
    """
    decord = import_decord()
    _refuse_what_decord_gets_wrong(job)
    job.file.seek(0)
    try:
        reader = decord.VideoReader(job.file, ctx=decord.cpu(0), num_threads=1)
        job.deadline.check()
        batch: NDArray[np.uint8] = reader.get_batch(_places(job, reader)).asnumpy()
    except (decord.DECORDError, RuntimeError, AssertionError, IndexError) as error:
        line = one_line(error, 160)
        raise MediaError(f"{job.name}: decord cannot decode it: {line}", "decode_error") from error
    turned = batch.shape[2:0:-1] != job.index.coded_size and batch.shape[1:3] == job.index.coded_size
    pictures = tuple(
        (target, _picture(picture, job, turned)) for target, picture in zip(job.plan.targets, batch, strict=True)
    )
    width, height = job.index.shown_size(turned)
    return FramesRead(pictures, width, height, 90 if turned else 0, 0)


def import_decord() -> ModuleType:
    """The decord module, told to be quiet.

    Raises:
        InputError: It is not installed.
    """
    try:
        import decord
    except ImportError as error:
        raise InputError("decord is not installed", "use --decoder auto; decord has wheels for x86-64 only") from error
    decord.logging.set_level(decord.logging.QUIET)
    module: ModuleType = decord
    return module


def _refuse_what_decord_gets_wrong(job: DecodeJob) -> None:
    if "av1" in job.index.codec or "dav1d" in job.index.codec:
        raise MediaError(f"{job.name}: decord 0.6 cannot decode AV1; use --decoder auto", "unsupported_codec")
    wrong = f"{job.name}: decord 0.6 returns wrong frames of"
    if any(packet.discard for packet in job.index.packets):
        raise MediaError(f"{wrong} files with edit lists; use --decoder auto", "edit_list")
    if job.index.demuxer not in ("mov", "matroska", "flv"):
        raise MediaError(f"{wrong} {job.index.demuxer} files; use --decoder auto", "unsupported_container")
    if has_open_groups(job.index.packets):
        raise MediaError(f"{wrong} open groups of pictures; use --decoder auto", "open_gop")
    refuse_peculiarities(job, "decord 0.6")


class _DecordReader(Protocol):
    """A ``decord.VideoReader``."""

    def __len__(self) -> int:
        """Number of frames."""

    def get_frame_timestamp(self, places: list[int]) -> NDArray[np.float32]:
        """Begin and end of frames, seconds: (n, 2)."""


def _places(job: DecodeJob, reader: _DecordReader) -> list[int]:
    starts = reader.get_frame_timestamp(list(range(len(reader))))[:, 0]
    times = np.array([job.index.seconds(target) for target in job.plan.targets])
    # decord rounds times to single precision: a quarter of a frame of 240 per second is margin enough.
    places = np.searchsorted(np.sort(starts) - starts.min(), times + 1e-3, side="right") - 1
    return [int(place) for place in places]


def _picture(pixels: NDArray[np.uint8], job: DecodeJob, turned: bool) -> Image.Image:
    height, width = pixels.shape[:2]
    aspect = 1 / job.index.tags.pixel_aspect if turned else job.index.tags.pixel_aspect
    return Image.fromarray(pixels).resize(fit_size(width, height, aspect, job.short_side), Image.Resampling.BOX)
