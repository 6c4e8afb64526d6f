"""Parts of files as HTTP asks for them (RFC 9110, section 14): without them a browser cannot seek in a video."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*")


@dataclass(frozen=True, slots=True)
class FilePart:
    """Bytes of a file, the last one included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many; 0 for a part beyond the end, which is to be answered with 416."""
        return self.last - self.first + 1


def part_of(header: str | None, size: int) -> FilePart | None:
    """The part of a file that a header ``Range`` asks for.

    What is malformed, in another unit, or asks for several parts is left unheeded, as the RFC allows: the whole file
    answers it.

    Args:
        header: As the browser sent it; ``None`` for none.
        size: Bytes of the file.

    Returns:
        ``None`` for the whole file; a part of no length where the header is well-formed and the file has no such bytes.

    Example:
        >>> part_of("bytes=2-", 10)
        FilePart(first=2, last=9)
        >>> part_of("bytes=-3", 10)
        FilePart(first=7, last=9)
    """
    asked = _ONE.fullmatch(header or "")
    if asked is None or asked[1] == asked[2] == "":
        return None
    beyond = FilePart(size, size - 1)
    if not asked[1]:
        length = min(int(asked[2]), size)
        return FilePart(size - length, size - 1) if length else beyond
    first, last = int(asked[1]), int(asked[2]) if asked[2] else max(size - 1, int(asked[1]))
    if last < first:
        return None
    return FilePart(first, min(last, size - 1)) if first < size else beyond
