"""Files that lie beside videos and are none: what a shell's ``*`` hands over besides the clips.

A file that a user names by itself may have any name: what it is, its content says. These are passed over and counted.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

from ingest.media.formats import WEBP
from ingest.media.recognition import recognise

_TEXTS = ".ass .description .html .info .json .json3 .lrc .md .nfo .srt .srv1 .srv2 .srv3 .ttml .txt .url .vtt .xml"
_SUBTITLES = ".dfxp .idx .sami .sbv .smi .ssa .sub .sup"
_PICTURES = ".avif .bmp .heic .jpeg .jpg .png .thm .tif .tiff"
_NOTES = ".db .ini .lnk .log .m3u .m3u8 .md5 .sfv .sha1 .sha256 .xmp"
"""Of systems (``Thumbs.db``, ``desktop.ini``), players, and programs that copy or sort files."""
_UNFINISHED = re.compile(
    r"\.(part|ytdl|crdownload|aria2|tmp|part-frag[0-9]+(\.part)?|temp\.[a-z0-9]{2,4})$", re.IGNORECASE
)
"""What downloads are called that go on, and what yt-dlp makes of one until it is whole (``NAME.temp.mp4``)."""
_NAMES = frozenset(f"{_TEXTS} {_SUBTITLES} {_PICTURES} {_NOTES}".split())
_APPLE_DOUBLE = (b"\x00\x05\x16\x07", b"\x00\x05\x16\x00")
_SOURCE_CODE = frozenset({".ts", ".mts"})
"""Suffixes that MPEG transport streams share with programs."""
_HEAD = 512


def is_companion(path: Path) -> bool:
    """Whether a file belongs to a video or to something else: by its name, or its beginning where that says nothing."""
    suffix = path.suffix.lower()
    if suffix in _NAMES or _UNFINISHED.search(path.name):
        return True
    if suffix == ".webp":
        return recognise(io.BytesIO(_head(path))) is not WEBP
    if path.name.startswith("._"):
        # What macOS writes beside each file on disks of other makers.
        return _head(path).startswith(_APPLE_DOUBLE)
    return suffix in _SOURCE_CODE and _is_text(_head(path))


def _is_text(head: bytes) -> bool:
    if not head or any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The beginning may end within a letter.
        return error.start > len(head) - 4
    return True


def _head(path: Path) -> bytes:
    """The first bytes; none of what cannot be opened, which the guard will say."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return b""
    try:
        return os.read(descriptor, _HEAD)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
