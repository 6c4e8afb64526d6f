"""All that ingestion wants to know of one media file: its hash, what it is, a few pictures, or why it was refused.

The same function runs in a thread for trusted files and in a confined one (``worker_pool.py``) for those of strangers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.decoding.decode import Decoded, DecodeOptions, decode_file
from ingest.examining.near_duplicates import difference_hash
from ingest.media.media_guard import Deadline, hash_media, open_media, shown_name
from ingest.media.picture_sizes import to_jpeg
from ingest.transcripts.cues import RawTrack
from vectorstore.foundation.errors import MediaError
from vectorstore.ledger.records import Media

IsKnown = Callable[[str], bool]
"""Whether the clip of a SHA-256 needs no decoding because the corpus has it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame, ready to be stored."""

    time: float
    """Seconds from the first picture of the clip."""
    width: int
    height: int
    dhash: str
    """Difference hash of the pixels before compression."""
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class FileFindings:
    """What became of a file: a failure, a clip that is known (neither failure nor media), or a new one."""

    clip_id: str
    """SHA-256 of the file; empty when it was refused before it had been read."""
    size: int
    """Bytes; 0 when it was refused before it was opened."""
    media: Media | None = None
    pictures: tuple[Picture, ...] = ()
    tracks: tuple[RawTrack, ...] = ()
    """What its text tracks say, as they say it."""
    sound: bytes = b""
    """What is heard in it, where that was asked for: see ``decoding.sound``."""
    failure: MediaError | None = None


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that the guard has opened and that was hashed."""

    file: BinaryIO
    name: str
    """For messages; printable."""
    clip_id: str
    """SHA-256 of the file."""
    size: int
    """Bytes."""
    deadline: Deadline


DecodeMedia = Callable[[MediaFile, DecodeOptions], FileFindings]


def nothing_is_known(clip_id: str) -> bool:
    """For ``examine``: decode whatever it is."""
    return False


def examine(
    path: Path, options: DecodeOptions, is_known: IsKnown = nothing_is_known, decode: DecodeMedia | None = None
) -> FileFindings:
    """Open, hash and decode a media file.

    Args:
        path: Any name; links, pipes and devices are refused unread.
        options: How to decode.
        is_known: Asked with the hash before anything is decoded.
        decode: ``decode_media``, unless somebody else decodes. Whose clip it is, is found here in either case.

    Raises:
        InputError: Unknown or missing decoder, or numbers below 1.
        StorageError: Too many open files.
    """
    name = shown_name(path.name)
    deadline = Deadline(name, options.limits.deadline)
    clip_id, size = "", 0
    try:
        with open_media(path, options.limits) as file:
            size = os.fstat(file.fileno()).st_size
            clip_id = hash_media(file, deadline)
            if is_known(clip_id):
                return FileFindings(clip_id, size)
            return (decode or decode_media)(MediaFile(file, name, clip_id, size, deadline), options)
    except MediaError as error:
        return FileFindings(clip_id, size, failure=error)


def decode_media(media: MediaFile, options: DecodeOptions) -> FileFindings:
    """Decode a file that was opened and hashed.

    Raises:
        InputError: Unknown or missing decoder, or numbers below 1.
    """
    try:
        decoded = decode_file(media.file, media.name, options, media.deadline)
    except MediaError as error:
        return FileFindings(media.clip_id, media.size, failure=error)
    facts = _media(media.clip_id, media.size, decoded, options.frames)
    return FileFindings(media.clip_id, media.size, facts, _pictures(decoded), decoded.tracks, decoded.sound)


def _pictures(decoded: Decoded) -> tuple[Picture, ...]:
    return tuple(
        Picture(frame.time, *frame.picture.size, difference_hash(frame.picture), to_jpeg(frame.picture))
        for frame in decoded.frames
    )


def _media(clip_id: str, size: int, decoded: Decoded, frames_wanted: int) -> Media:
    return Media(
        clip_id=clip_id,
        size=size,
        container=decoded.container,
        codec=decoded.codec,
        width=decoded.width,
        height=decoded.height,
        rotation=decoded.rotation,
        duration=decoded.duration,
        truncated=decoded.truncated,
        damaged_packets=decoded.damaged_packets,
        frames_wanted=frames_wanted,
    )
