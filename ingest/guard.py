"""What must hold before a media file is handed to a decoder.

Files come from strangers. Each is opened once, without following links or waiting for a pipe, and
hashed and decoded through that one descriptor, so nothing can be put in its place in between. The demuxer
is chosen here from the first bytes: a playlist that calls itself ``.mp4`` would make FFmpeg open other files.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from vectorstore.errors import MediaError, StorageError

_AUDIO_MAGIC = (b"ID3", b"fLaC", b"OggS", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1")
_PICTURE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1")
_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_TRANSPORT_PACKET = 188


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused rather than decoded."""

    max_bytes: int = 512 * 2**20
    max_pixels: int = 4096 * 4096
    """Per picture."""
    max_side: int = 16384
    """Longest side of a picture in pixels."""
    max_seconds: float = 600.0
    """Longest clip."""
    deadline: float = 30.0
    """Longest time spent on one file, seconds; checked between packets, by ``workers.py`` from outside."""
    memory: int = 2 * 2**30
    """Bytes of address space of a process that decodes files of strangers (``workers.py``)."""
    # No part of how files are decoded, so it does not make failures of other runs look like those of another way.
    unconfined: bool = field(default=False, repr=False)
    """Decode files of strangers also where the kernel cannot confine whoever does so."""


class Deadline:
    """A point in time after which work on a file stops.

    Args:
        name: The file, for the message.
        seconds: From now.
    """

    def __init__(self, name: str, seconds: float) -> None:
        self._name = name
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Stop when the time is over.

        Raises:
            MediaError: ``deadline``.
        """
        if time.monotonic() > self._end:
            raise MediaError(f"{self._name}: not decoded within {self._seconds:g} s", "deadline")


def shown_name(name: str, longest: int = 120) -> str:
    r"""A file name as it may appear in a message: one line, nothing that a terminal would obey.

    >>> print(shown_name("holi\tday\x1b[2J.mp4"))
    holi\tday\x1b[2J.mp4
    """
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in name)
    return shown if len(shown) <= longest else f"{shown[: longest - 20]}...{shown[-17:]}"


@contextlib.contextmanager
def open_media(path: Path, limits: Limits) -> Iterator[BinaryIO]:
    """Open a regular, non-empty file of acceptable size.

    Raises:
        MediaError: ``missing``, ``not_a_file``, ``unreadable``, ``empty`` or ``too_big``.
    """
    name = shown_name(path.name)
    try:
        _check_kind(path.lstat().st_mode, name)
        # O_NONBLOCK: if a pipe has taken the file's place since, opening it must not hang.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _cannot_open(name, error) from error
    except ValueError as error:
        raise MediaError(f"{name}: not a possible file name", "missing") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        _check_kind(status.st_mode, name)
        if status.st_size == 0:
            raise MediaError(f"{name}: the file is empty", "empty")
        if status.st_size > limits.max_bytes:
            raise MediaError(f"{name}: {status.st_size} bytes, above {limits.max_bytes}", "too_big")
        yield file


def _check_kind(mode: int, name: str) -> None:
    if stat.S_ISREG(mode):
        return
    kinds = {
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
    }
    raise MediaError(f"{name}: {kinds.get(stat.S_IFMT(mode), 'a device')}, not a regular file", "not_a_file")


def _cannot_open(name: str, error: OSError) -> MediaError | StorageError:
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return StorageError("too many open files", "use fewer decode workers")
    reason = {errno.ENOENT: "missing", errno.ELOOP: "not_a_file"}.get(error.errno or 0, "unreadable")
    return MediaError(f"{name}: {error.strerror}", reason)


def hash_media(file: BinaryIO, deadline: Deadline) -> str:
    """SHA-256 of a whole file, hexadecimal.

    Raises:
        MediaError: ``deadline``.
    """
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(2**20):
        deadline.check()
        digest.update(block)
    return digest.hexdigest()


def choose_demuxer(file: BinaryIO, name: str) -> str:
    """The only FFmpeg demuxer that may read this file, by its first bytes.

    Raises:
        MediaError: ``not_video`` or ``no_video_stream`` (an audio file).
    """
    file.seek(0)
    head = file.read(3 * _TRANSPORT_PACKET)
    if head[4:8] in _BOXES and not (head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS):
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "avi"
    if head.startswith(b"FLV\x01"):
        return "flv"
    if len(head) == 3 * _TRANSPORT_PACKET and head[::_TRANSPORT_PACKET] == b"GGG":
        return "mpegts"
    if head.startswith(_AUDIO_MAGIC) or (head.startswith(b"RIFF") and head[8:12] == b"WAVE"):
        raise MediaError(f"{name}: an audio file", "no_video_stream")
    raise MediaError(f"{name}: not a video (neither mp4/mov, webm/mkv, avi, flv nor mpeg-ts)", "not_video")


def is_cut_short(file: BinaryIO) -> bool:
    """Whether an mp4/mov file ends inside a box or has no index, as half a download does."""
    size = file.seek(0, os.SEEK_END)
    position, found_index = 0, False
    while position + 8 <= size:
        file.seek(position)
        length, kind = struct.unpack(">I4s", file.read(8))
        if length == 1:
            extended = file.read(8)
            length = int.from_bytes(extended, "big")
        if length == 0:
            length = size - position
        if length < 8:
            return False
        found_index = found_index or kind == b"moov"
        position += length
    return position > size or not found_index
