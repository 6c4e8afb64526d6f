"""One guarded function from a media file to a few pictures, with three decoders behind it.

``pyav`` (and ``auto``) reads the packet index once, then decodes each needed group of pictures once and leaves out
pictures that nothing refers to; ``as_shown.py`` makes of a frame what a player shows. ``decord`` is kept for comparison
and ``torchcodec`` is an extra: both are refused where they are blind (AV1) or wrong (edit lists, mirrors, HDR, ...).
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from ingest.cleaning.paths import settle
from ingest.decoding.backend import DecodeJob, FramesRead
from ingest.decoding.decord_backend import import_decord
from ingest.decoding.decord_backend import read_frames as read_with_decord
from ingest.decoding.pyav_backend import read_frames as read_with_pyav
from ingest.decoding.pyav_backend import read_thumbnails
from ingest.decoding.sampling import SAMPLINGS, first_plan, keyframe_plan, scene_plan
from ingest.decoding.sound import read_sound
from ingest.decoding.torchcodec_backend import import_torchcodec
from ingest.decoding.torchcodec_backend import read_frames as read_with_torchcodec
from ingest.media.media_guard import Deadline, Limits, is_cut_short, open_media, shown_name
from ingest.media.media_index import Demuxed, MediaIndex, demuxed
from ingest.media.packet_plan import PacketPlan, make_plan
from ingest.media.picture_sizes import JPEG_QUALITY
from ingest.media.recognition import choose_demuxer
from ingest.transcripts.cues import RawTrack
from vectorstore.foundation.errors import InputError, MediaError
from vectorstore.ledger.records import Recipe

_BACKENDS = {"decord": read_with_decord, "torchcodec": read_with_torchcodec}
DECODERS = ("auto", "pyav", "decord", "torchcodec")


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How files become pictures."""

    decoder: str = "auto"
    """One of ``DECODERS``."""
    frames: int = 8
    """Most frames per clip."""
    sampling: str = "uniform"
    """One of ``SAMPLINGS``: where in the clip frames are taken from."""
    first_seconds: float = 3.0
    """Seconds from the start over which sampling ``"first"`` spreads its frames."""
    short_side: int = 256
    """Pixels; smaller pictures are not enlarged."""
    keep_truncated: bool = False
    """Take what there is of a file that ends too early, instead of refusing it."""
    limits: Limits = field(default_factory=Limits)
    # No part of how pictures are made, so it makes no recipe another one.
    sound: bool = field(default=False, repr=False)
    """Whether the sound is decoded, too, for a speech recogniser."""


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """One picture."""

    time: float
    """Seconds from the first picture of the clip."""
    picture: Image.Image
    """RGB, upright, square pixels."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was found in a file."""

    container: str
    codec: str
    width: int
    """Pixels as shown: after rotation and pixel aspect ratio."""
    height: int
    rotation: int
    """Degrees counter-clockwise that were applied."""
    duration: float
    """Seconds."""
    truncated: bool
    damaged_packets: int
    frames: tuple[DecodedFrame, ...]
    """In order of time; fewer than asked for when the clip is shorter or damaged."""
    tracks: tuple[RawTrack, ...] = ()
    """What its text tracks say, as they say it."""
    sound: bytes = b""
    """See ``sound.read_sound``; empty unless it was asked for."""


def decode(path: Path, options: DecodeOptions) -> Decoded:
    """Decode a few frames of a media file.

    Args:
        path: A regular file; links, pipes and devices are refused unread.
        options: How many frames, how large, by which decoder, within which limits.

    Raises:
        MediaError: The file was refused; ``reason`` says why.
        InputError: Unknown or missing decoder, or numbers below 1.
    """
    with open_media(settle(path), options.limits) as file:
        return decode_file(file, path.name, options, Deadline(shown_name(path.name), options.limits.deadline))


def decode_file(file: BinaryIO, name: str, options: DecodeOptions, deadline: Deadline) -> Decoded:
    """``decode`` for a file that ``open_media`` has opened.

    Raises:
        MediaError: The file was refused; ``reason`` says why.
        InputError: Unknown or missing decoder, or numbers below 1.
    """
    backend = _backend(options)
    name = shown_name(name)
    with _demuxed(file, name, options.limits, deadline) as (index, media):
        if index.truncated and not options.keep_truncated:
            raise MediaError(f"{name}: ends after {index.duration():.1f} s, earlier than its header says", "truncated")
        job = DecodeJob(name, file, index, media, PacketPlan((), ()), options.short_side, options.limits, deadline)
        plan = _plan(job, options)
        read = backend(replace(job, plan=plan))
    if 2 * len(read.pictures) < max(1, len(plan.targets)):
        raise MediaError(
            f"{name}: only {len(read.pictures)} of {len(plan.targets)} frames could be decoded", "decode_error"
        )
    sound = read_sound(file, index, name, options.limits, deadline) if options.sound else b""
    return _decoded(index, read, sound)


def _decoded(index: MediaIndex, read: FramesRead, sound: bytes) -> Decoded:
    return Decoded(
        container=index.demuxer,
        codec=index.codec,
        width=read.width,
        height=read.height,
        rotation=read.rotation,
        duration=index.duration(),
        truncated=index.truncated,
        damaged_packets=read.damaged_packets,
        frames=tuple(DecodedFrame(index.seconds(target), picture) for target, picture in read.pictures),
        tracks=index.tracks,
        sound=sound,
    )


def recipe(options: DecodeOptions) -> Recipe:
    """Everything that decides how a file becomes pictures, versions included.

    Raises:
        InputError: Unknown or missing decoder, or numbers below 1.
    """
    _backend(options)
    import av

    name, library = (options.decoder, options.decoder) if options.decoder in _BACKENDS else ("pyav", "av")
    settings = {
        # Raised when code of ours changes what comes out of the same settings.
        "method": 2,
        "decoder": name,
        "decoder_version": _version(library),
        "ffmpeg": av.ffmpeg_version_info,
        "sampling": options.sampling,
        **({"first_seconds": options.first_seconds} if options.sampling == "first" else {}),
        "frames": options.frames,
        "short_side": options.short_side,
        "picture": f"jpeg-{JPEG_QUALITY}",
        "pillow": importlib.metadata.version("pillow"),
    }
    text = json.dumps(settings, sort_keys=True)
    return Recipe(hashlib.sha256(text.encode()).hexdigest(), text)


def prepare_decoder(options: DecodeOptions) -> None:
    """Import what the options need, which decoding would otherwise do with the first file.

    Raises:
        InputError: Unknown or missing decoder, or numbers below 1.
    """
    recipe(options)
    if options.decoder == "decord":
        import_decord()
    elif options.decoder == "torchcodec":
        import_torchcodec()


def _backend(options: DecodeOptions) -> Callable[[DecodeJob], FramesRead]:
    if options.decoder not in DECODERS:
        raise InputError(f"unknown decoder {options.decoder!r}", f"choose one of {', '.join(DECODERS)}")
    if options.frames < 1 or options.short_side < 1:
        raise InputError("frames per clip and pixels of the short side must be at least 1")
    if options.sampling not in SAMPLINGS:
        raise InputError(f"unknown sampling {options.sampling!r}", f"choose one of {', '.join(SAMPLINGS)}")
    if not 0 < options.first_seconds < math.inf:
        raise InputError("the first seconds must be a positive number")
    return _BACKENDS.get(options.decoder, read_with_pyav)


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError as error:
        raise InputError(f"{library} is not installed", f"install {library}, or use --decoder auto") from error


def _plan(job: DecodeJob, options: DecodeOptions) -> PacketPlan:
    index, count = job.index, options.frames
    if options.sampling == "first":
        return first_plan(index, count, options.first_seconds)
    if options.sampling == "keyframe":
        return keyframe_plan(index, count)
    if options.sampling == "scene":
        return scene_plan(index, count, *read_thumbnails(job))
    return make_plan(index.packets, index.end, count)


@contextlib.contextmanager
def _demuxed(file: BinaryIO, name: str, limits: Limits, deadline: Deadline) -> Iterator[tuple[MediaIndex, Demuxed]]:
    demuxer = choose_demuxer(file, name)
    with contextlib.ExitStack() as stack:
        try:
            both = stack.enter_context(demuxed(file, name, demuxer, limits, deadline))
        except MediaError as error:
            # Half an index names streams of which nothing is known.
            unclear = error.reason in ("decode_error", "unsupported_codec", "no_video_stream")
            if unclear and is_cut_short(file, demuxer):
                raise MediaError(f"{name}: ends too early, as half a download does", "truncated") from error
            raise
        yield both
