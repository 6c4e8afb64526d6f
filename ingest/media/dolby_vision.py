"""What a container says of Dolby Vision: whether its pictures are also made for players that know nothing of it.

FFmpeg reads the same record, but PyAV does not hand it out. Only heads of parts are read, never more than a number of
them, whatever the file says about their lengths.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MOST_PARTS = 20_000
_LONGEST_HEAD = 16
_RECORD = 24
"""Bytes of a record (DOVIDecoderConfigurationRecord); of what follows them nothing is needed."""
_RECORDS = (b"dvcC", b"dvvC", b"dvwC")
"""Names of a record, in MP4 and in Matroska."""
_VISUAL_ENTRY = 78
"""Bytes of a description of pictures in MP4 before its parts."""
_SEGMENT, _TRACKS, _TRACK, _KIND = b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b", b"\xae", b"\x83"
_ADDED, _ADDED_KIND, _ADDED_DATA = b"\x41\xe4", b"\x41\xe7", b"\x41\xed"
"""BlockAdditionMapping of Matroska, its BlockAddIDType and its BlockAddIDExtraData."""
_PICTURES = 1
"""Matroska's number for a track of pictures."""


@dataclass(frozen=True, slots=True)
class _FilePart:
    """A part of a file that has a name and a length."""

    name: bytes
    begin: int
    """Where its content begins."""
    end: int


_Head = Callable[[bytes, int, int], _FilePart | None]
"""Reads the head of a part: its bytes, where they stand, and where what it is a part of ends."""


def is_dolby_vision_alone(file: BinaryIO, demuxer: str, place: int) -> bool:
    """Whether a track says that its colours are those of Dolby Vision (IPT), which no other player can show.

    Args:
        file: Read from its beginning; left at the position where it was.
        demuxer: FFmpeg's name of its container.
        place: Which of its tracks of pictures, from 0.
    """
    readers: dict[str, tuple[_Head, Callable[[_FileParts, _FilePart], Iterator[bytes]]]] = {
        "matroska": (_element, _records_of_matroska),
        "mov": (_box, _records_of_mp4),
    }
    if demuxer not in readers:
        return False
    head, records = readers[demuxer]
    position = file.tell()
    try:
        whole = _FilePart(b"", 0, file.seek(0, os.SEEK_END))
        return any(
            number == place and _alone(each) for number, each in enumerate(records(_FileParts(file, head), whole))
        )
    finally:
        file.seek(position)


def _alone(record: bytes) -> bool:
    if len(record) < 5:
        return False
    profile, shown_by_others_as = record[2] >> 1, record[4] >> 4
    # Others are shown by players as HDR10, HLG or SDR; of AV1 (10) there are both kinds.
    return profile == 5 or (profile == 10 and shown_by_others_as == 0)


class _FileParts:
    """Steps through a file that is made of parts within parts.

    Args:
        file: Any.
        head: Reads the head of a part.
    """

    def __init__(self, file: BinaryIO, head: _Head) -> None:
        self._file, self._head, self._left = file, head, _MOST_PARTS

    def within(self, outer: _FilePart) -> Iterator[_FilePart]:
        """The parts of a part."""
        begin = outer.begin
        while begin < outer.end and self._left:
            self._left -= 1
            self._file.seek(begin)
            part = self._head(self._file.read(_LONGEST_HEAD), begin, outer.end)
            if part is None:
                return
            yield part
            begin = part.end

    def named(self, outer: _FilePart | None, name: bytes) -> Iterator[_FilePart]:
        """Those of the parts of a part that are called so; none of nothing."""
        return (part for part in (self.within(outer) if outer else ()) if part.name == name)

    def first(self, outer: _FilePart | None, *path: bytes) -> _FilePart | None:
        """The first part of a part, of its first part, and so on, that is called so."""
        for name in path:
            outer = next(self.named(outer, name), None)
        return outer

    def content(self, part: _FilePart | None, most: int = _RECORD) -> bytes:
        """The first bytes of a part; of nothing none."""
        if part is None:
            return b""
        self._file.seek(part.begin)
        return self._file.read(min(most, part.end - part.begin))


def _element(head: bytes, begin: int, end: int) -> _FilePart | None:
    """A part of Matroska."""
    width = 9 - head[0].bit_length() if head else 9
    length_width = 9 - head[width].bit_length() if width < len(head) else 9
    content = begin + width + length_width
    if width > 4 or length_width > 8 or content > end:
        return None
    most = (1 << 7 * length_width) - 1
    length = int.from_bytes(head[width : width + length_width], "big") & most
    # All ones: as long as what it is in.
    return _FilePart(head[:width], content, end if length == most else min(end, content + length))


def _box(head: bytes, begin: int, end: int) -> _FilePart | None:
    """A part of MP4."""
    length, content = int.from_bytes(head[:4], "big"), begin + 8
    if length == 1:
        length, content = int.from_bytes(head[8:16], "big"), begin + 16
    stop = min(end, begin + length) if length else end
    return _FilePart(head[4:8], content, stop) if content <= stop else None


def _records_of_matroska(parts: _FileParts, whole: _FilePart) -> Iterator[bytes]:
    """The record of each track of pictures, empty where it has none."""
    for track in parts.named(parts.first(whole, _SEGMENT, _TRACKS), _TRACK):
        if int.from_bytes(parts.content(parts.first(track, _KIND)), "big") == _PICTURES:
            yield next((record for added in parts.named(track, _ADDED) if (record := _added(parts, added))), b"")


def _added(parts: _FileParts, added: _FilePart) -> bytes:
    # A number, which may have zeros before it.
    kind = parts.content(parts.first(added, _ADDED_KIND)).lstrip(b"\0")
    return parts.content(parts.first(added, _ADDED_DATA)) if kind in _RECORDS else b""


def _records_of_mp4(parts: _FileParts, whole: _FilePart) -> Iterator[bytes]:
    """The record of each track of pictures, empty where it has none."""
    for track in parts.named(parts.first(whole, b"moov"), b"trak"):
        if parts.content(parts.first(track, b"mdia", b"hdlr"))[8:12] == b"vide":
            table = parts.first(track, b"mdia", b"minf", b"stbl", b"stsd")
            yield next(
                (parts.content(part) for entry in _entries(parts, table) for part in parts.within(entry)
                 if part.name in _RECORDS), b"",
            )  # fmt: skip


def _entries(parts: _FileParts, table: _FilePart | None) -> Iterator[_FilePart]:
    """Descriptions of pictures, each without what stands before its parts."""
    if table is not None:
        # Version, flags and how many there are.
        for entry in parts.within(_FilePart(table.name, table.begin + 8, table.end)):
            yield _FilePart(entry.name, entry.begin + _VISUAL_ENTRY, entry.end)
