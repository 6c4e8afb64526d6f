"""What must hold before a media file is handed to a decoder.

Files come from strangers. Each is opened once, without following links or waiting for a pipe, and
hashed and decoded through that one descriptor, so nothing can be put in its place in between. The demuxer
is chosen by content (``recognition.py``): a playlist that calls itself ``.mp4`` would make FFmpeg open other files.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ingest.cleaning.paths import check_regular, file_error, open_descriptor, open_found
from vectorstore.foundation.errors import MediaError
from vectorstore.foundation.escaping import printable_line

_SEGMENT = b"\x18\x53\x80\x67"
"""Name of the part of a Matroska file that holds everything but its header."""
_MOST_ELEMENTS = 8
"""Parts that are stepped over before it."""


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
    """Longest time spent on one file, seconds; checked between packets, by ``worker_pool.py`` from outside."""
    memory: int = 2 * 2**30
    """Bytes of address space of a process that decodes files of strangers (``worker_pool.py``)."""
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
        self.name = name
        """For messages."""
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Stop when the time is over.

        Raises:
            MediaError: ``deadline``.
        """
        if time.monotonic() > self._end:
            raise MediaError(f"{self.name}: not decoded within {self._seconds:g} s", "deadline")


def shown_name(name: str, longest: int = 120) -> str:
    r"""A file name as it may appear in a message: one line, nothing that a terminal would obey.

    >>> print(shown_name("holi\tday\x1b[2J.mp4"))
    holi\tday\x1b[2J.mp4
    """
    shown = printable_line(name)
    return shown if len(shown) <= longest else f"{shown[: longest - 20]}...{shown[-17:]}"


@contextlib.contextmanager
def open_media(path: Path, limits: Limits) -> Iterator[BinaryIO]:
    """Open a regular, non-empty file of acceptable size, over no link at all.

    Args:
        path: As ``paths.settle`` gives it.
        limits: What is too big.

    Raises:
        MediaError: As ``paths.file_error``; ``not_a_file``, ``empty`` or ``too_big``.
    """
    name = shown_name(path.name)
    try:
        with open_found(path) as (folder, last):
            check_regular(os.stat(last, dir_fd=folder, follow_symlinks=False).st_mode, name)
            # O_NONBLOCK: if a pipe has taken the file's place since, opening it must not hang.
            descriptor = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except (OSError, ValueError) as error:
        raise file_error(name, error) from error
    with open_descriptor(descriptor, name) as file:
        status = os.fstat(descriptor)
        if status.st_size == 0:
            raise MediaError(f"{name}: the file is empty", "empty")
        if status.st_size > limits.max_bytes:
            raise MediaError(f"{name}: {status.st_size} bytes, above {limits.max_bytes}", "too_big")
        yield file


def hash_media(file: BinaryIO, deadline: Deadline) -> str:
    """SHA-256 of a whole file, hexadecimal.

    Raises:
        MediaError: ``deadline``, or ``unreadable`` where the disk fails.
    """
    digest = hashlib.sha256()
    try:
        file.seek(0)
        while block := file.read(2**20):
            deadline.check()
            digest.update(block)
    except OSError as error:
        raise file_error(deadline.name, error) from error
    return digest.hexdigest()


def is_cut_short(file: BinaryIO, demuxer: str) -> bool | None:
    """Whether a file ends before its outermost parts do, as half a download does.

    Args:
        file: At any position.
        demuxer: FFmpeg's name of its container.

    Returns:
        ``None`` where the container does not say how long its parts are.
    """
    size = file.seek(0, os.SEEK_END)
    if demuxer == "mov":
        return _is_box_cut_short(file, size)
    if demuxer == "matroska":
        return _is_segment_cut_short(file, size)
    return None


def _is_box_cut_short(file: BinaryIO, size: int) -> bool:
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


def _is_segment_cut_short(file: BinaryIO, size: int) -> bool | None:
    position = 0
    # The header, perhaps padding, then the segment that holds everything else.
    for _ in range(_MOST_ELEMENTS):
        file.seek(position)
        head = file.read(12)
        width = 9 - head[0].bit_length() if head and head[0] else len(head)
        if len(head) < 12 or width > 4:
            return None
        length_width = 9 - head[width].bit_length()
        length = int.from_bytes(head[width : width + length_width], "big") & (1 << 7 * length_width) - 1
        if length_width > 8 or length == (1 << 7 * length_width) - 1:
            return None
        position += width + length_width + length
        if head[:4] == _SEGMENT or position > size:
            return position > size
    return None
