"""Decode a plan with torchcodec in exact mode, for those who have it: it is an extra and needs FFmpeg's libraries.

Its approximate mode is never used: it returns wrong frames where the rate varies and fails on edit lists. The exact
mode too returns frames of other times from some edit lists and MPEG-TS, so the time of each frame is compared.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from PIL import Image

from ingest.decoding.backend import DecodeJob, FramesRead
from ingest.decoding.pyav_backend import refuse_peculiarities
from ingest.media.packet_plan import Target
from ingest.media.picture_sizes import fit_size
from vectorstore.foundation.errors import InputError, MediaError
from vectorstore.foundation.text import one_line
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    import torch

_SAME_TIME = 2e-3
"""Seconds by which the time of a frame may differ from that of its packet."""


def read_frames(job: DecodeJob) -> FramesRead:
    """Decode the frames of a plan.

    Raises:
        MediaError: ``unsupported_container``, ``decode_error``, ``deadline``, or what ``as_shown.peculiarities`` finds.
        InputError: torchcodec is not installed or does not load.
    """
    make_decoder = import_torchcodec()
    if job.index.counted:
        raise MediaError(
            f"{job.name}: torchcodec needs times, which this {job.index.demuxer} file lacks; use --decoder auto",
            "unsupported_container",
        )
    refuse_peculiarities(job, "torchcodec")
    shown = sorted(packet.shown_at for packet in job.index.packets if not packet.discard)
    rank = {shown_at: number for number, shown_at in enumerate(shown)}
    job.file.seek(0)
    try:
        decoder = make_decoder(job.file, stream_index=job.index.stream, seek_mode="exact", num_ffmpeg_threads=1)
        rotation = round(decoder.metadata.rotation or 0) % 360
        pictures = []
        for target in job.plan.targets:
            job.deadline.check()
            frame = decoder.get_frame_at(rank[target.shown_at])
            _check_time(job, target, frame.pts_seconds)
            pictures.append((target, _picture(frame.data, job, rotation)))
    except (RuntimeError, ValueError, IndexError) as error:
        line = one_line(error, 160)
        raise MediaError(f"{job.name}: torchcodec cannot decode it: {line}", "decode_error") from error
    return FramesRead(tuple(pictures), *job.index.shown_size(rotation % 180 > 0), rotation, 0)


# Open: an optional library, whose class is used in one place.
def import_torchcodec() -> Any:
    """The ``VideoDecoder`` class.

    Raises:
        InputError: torchcodec is not installed, or its libraries do not load.
    """
    try:
        prepare_torch()
        return importlib.import_module("torchcodec.decoders").VideoDecoder
    except ModuleNotFoundError as error:
        hint = "pip install 'valuespectrum[video]', or use --decoder auto"
        raise InputError("torchcodec is not installed", hint) from error
    except (ImportError, OSError, RuntimeError) as error:
        hint = "install FFmpeg's shared libraries and the torchcodec made for this torch, or use --decoder auto"
        raise InputError("torchcodec is installed but does not load", hint) from error


def _check_time(job: DecodeJob, target: Target, seconds: float) -> None:
    expected = float(target.shown_at * job.index.time_base)
    if abs(seconds - expected) > _SAME_TIME:
        raise MediaError(
            f"{job.name}: torchcodec returned the frame at {seconds:.3f} s instead of {expected:.3f} s", "decode_error"
        )


def _picture(pixels: torch.Tensor, job: DecodeJob, rotation: int) -> Image.Image:
    picture = Image.fromarray(pixels.permute(1, 2, 0).contiguous().numpy())
    aspect = job.index.tags.pixel_aspect
    aspect = 1 / aspect if rotation % 180 else aspect
    return picture.resize(fit_size(*picture.size, aspect, job.short_side), Image.Resampling.BOX)
