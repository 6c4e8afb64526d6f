"""The files of a data export that may hold a watch history: one by itself, or those in a zip archive.

Nothing is unpacked to disk, and no more is read than a history can be long, whatever an archive says of itself. A file
that cannot be read is named and the others are read.
"""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ingest.sources.tables.table import not_readable, open_regular
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line

_TIKTOK = ("user_data_tiktok.json", "user_data.json")
_TIKTOK_TEXTS = ("watch history.txt", "video browsing history.txt", "browsing history.txt", "kijkgeschiedenis.txt")
_YOUTUBE = ("watch-history.json", "wiedergabeverlauf.json", "kijkgeschiedenis.json", "观看记录.json")
_INSTAGRAM = ("videos_watched.json", "posts_viewed.json")
_NAMES = frozenset((*_TIKTOK, *_TIKTOK_TEXTS, *_YOUTUBE, *_INSTAGRAM))
_ARCHIVE = re.compile(r"((takeout|tiktok|instagram)[-_].*|user_data_tiktok)\.(zip|tgz|tar\.gz|tar)")
_MAX_BYTES = 128 * 2**20
_MAX_DIRECTORY = 32 * 2**20
"""Bytes of an archive's list of its files: bounds their number before any of them is looked at."""
_MAX_HISTORIES = 64
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_LOCATOR_64 = b"PK\x06\x07"
_UNSAID = 2**32 - 1
"""What the end says where a longer one before it says it."""
_UNPACK = "unpack it and name the watch history in it, or ask the platform for a zip archive"
_OTHERS = {
    b"\x1f\x8b": "packed with gzip",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "packed with bzip2",
}


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file that may hold a watch history."""

    name: str
    content: bytes = b""
    problem: str = ""
    """Why it cannot be read; empty when it can."""
    certain: bool = True
    """Whether it must be a history, by its name."""


@dataclass(frozen=True, slots=True)
class ExportFiles:
    """The files of an export."""

    histories: tuple[ExportFile, ...]
    others: int = 0
    """Files that are something else."""
    has_pages: bool = False
    """Whether there are web pages where a history would be."""


def is_export_name(name: str) -> bool:
    """Whether a file is called as the platforms call their exports."""
    name = PurePosixPath(name).name.lower()
    return name in _NAMES or _ARCHIVE.fullmatch(name) is not None


def known_names() -> str:
    """Names of histories, for messages."""
    return ", ".join((*_TIKTOK, _TIKTOK_TEXTS[0], _YOUTUBE[0], *_INSTAGRAM))


def read_export(path: Path) -> ExportFiles:
    """Everything in an export that may be a watch history.

    Args:
        path: The history itself, or the zip archive that holds it.

    Raises:
        InputError: It cannot be read, is too long, or is an archive of another kind.
    """
    with open_regular(path) as file:
        try:
            return _read_file(file, path)
        except OSError as error:
            raise not_readable(path, error) from error


def _read_file(file: BinaryIO, path: Path) -> ExportFiles:
    head = file.read(512)
    file.seek(0)
    if head.startswith(b"PK\x03\x04") or head.startswith(_END):
        return _read_archive(file, path)
    for mark, kind in _OTHERS.items():
        if head.startswith(mark):
            raise InputError(f"{path} is {kind}", _UNPACK)
    if head[257:262] == b"ustar":
        raise InputError(f"{path} is a tar archive", _UNPACK)
    size = os.fstat(file.fileno()).st_size
    if size > _MAX_BYTES:
        raise InputError(f"{path} has {size:,} bytes, above {_MAX_BYTES:,}", "no platform's history is that long")
    return ExportFiles((ExportFile(path.name, file.read(_MAX_BYTES)),))


def _read_archive(file: BinaryIO, path: Path) -> ExportFiles:
    directory = _directory_size(file)
    if directory > _MAX_DIRECTORY:
        raise InputError(f"{path} lists its files in {directory:,} bytes, above {_MAX_DIRECTORY:,}", _UNPACK)
    try:
        with zipfile.ZipFile(file) as archive:
            # Not by is_dir(), which expects that every member has a name.
            listed = [member for member in archive.infolist() if not member.filename.endswith("/")]
            members = [(member, _kind(member)) for member in listed]
            wanted = [(member, kind == "history") for member, kind in members if kind in ("history", "maybe")]
            pages = any(kind == "page" for _, kind in members)
            return ExportFiles(tuple(_read_members(archive, wanted)), len(members) - len(wanted), pages)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"{path} is no readable zip archive: {one_line(error)}") from error


def _directory_size(file: BinaryIO) -> int:
    """Bytes of the list of files, as the end of the archive says; of several ends that there may be, the most.

    Any bytes may look like an end, and which of them is taken for it differs from reader to reader.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 2**16 - 128))
    tail = file.read()
    file.seek(0)
    longer = [int(struct.unpack_from("<Q", tail, place + 40)[0]) for place in _places(tail, _END_64, 56)]
    declared = list(longer)
    for place in _places(tail, _END, 22):
        said = int(struct.unpack_from("<L", tail, place + 12)[0])
        if tail[max(0, place - 20) : place].startswith(_LOCATOR_64):
            said = size if not longer else 0 if said == _UNSAID else said
        declared.append(said)
    return min(max(declared, default=0), size)


def _places(content: bytes, mark: bytes, length: int) -> list[int]:
    """Where records may begin that have a mark and so many bytes."""
    found = (match.start() for match in re.finditer(re.escape(mark), content))
    return [place for place in found if place + length <= len(content)]


def _kind(member: zipfile.ZipInfo) -> str:
    """``history`` by its name, ``maybe`` where only its content can tell, ``page``, or ``other``."""
    # Some programs of Windows write its separators.
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.name.lower() in _NAMES:
        return "history"
    # Takeout translates the names of its folders and files, but not that of YouTube, two folders up.
    in_youtube = len(path.parts) >= 3 and "youtube" in path.parts[-3].lower()
    suffix = path.suffix.lower()
    return {".json": "maybe", ".html": "page"}.get(suffix, "other") if in_youtube else "other"


def _read_members(archive: zipfile.ZipFile, wanted: list[tuple[zipfile.ZipInfo, bool]]) -> Iterator[ExportFile]:
    left = _MAX_BYTES
    for number, (member, certain) in enumerate(wanted):
        if number >= _MAX_HISTORIES:
            rest = f"{len(wanted) - number:,} further files"
            yield ExportFile(rest, problem=f"more than {_MAX_HISTORIES} that may be histories")
            return
        read = _read_member(archive, member, left)
        left -= len(read.content)
        yield ExportFile(read.name, read.content, read.problem, certain)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> ExportFile:
    name = member.filename
    # Other compressions than these two can ask for any amount of memory.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return ExportFile(name, problem="it is compressed in an unusual way; pack it again as plain zip")
    try:
        with archive.open(member) as file:
            # The declared size may lie.
            content = file.read(limit + 1)
    # An encrypted member is a RuntimeError, an unknown feature of zip a NotImplementedError.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        return ExportFile(name, problem=one_line(error))
    if len(content) > limit:
        return ExportFile(name, problem=f"all histories together are above {_MAX_BYTES:,} bytes")
    return ExportFile(name, content)
