"""Texts of strangers, cleaned: titles, captions, tags, days and web addresses, each bounded."""

from __future__ import annotations

import codecs
import contextlib
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import urlsplit

from ingest.cleaning.urls import parse_link, secured
from vectorstore.foundation.errors import FetchError

MAX_TITLE = 300
"""Characters that are kept of a title, licence or name; below, of a caption, a tag, and tags."""
MAX_CAPTION = 5000
MAX_TAG = 100
MAX_TAGS = 50
MAX_URL = 2000
# Characters that reverse the reading direction make one text look like another.
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def utf_16(beginning: bytes) -> str:
    """The codec of a text that begins like UTF-16, with a mark or two letters of ASCII; empty for any other.

    Args:
        beginning: Four bytes at least, where there are as many.

    >>> utf_16("path".encode("utf-16-le")), utf_16("path".encode("utf-16")), utf_16(b"path")
    ('utf-16-le', 'utf-16', '')
    """
    if beginning[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    for codec, letters, zeros in (("utf-16-le", beginning[:4:2], beginning[1:4:2]),
                                  ("utf-16-be", beginning[1:4:2], beginning[:4:2])):  # fmt: skip
        if len(letters) == len(zeros) == 2 and not any(zeros) and letters.isascii() and all(letters):
            return codec
    return ""


def read_day(value: object) -> str | None:
    """The ISO day of a date; ``None`` for anything that is none.

    Args:
        value: ``20250331``, ``2025-03-31``, a date with a time of day, or a date object.

    >>> read_day("20250331"), read_day("2025-03-31T23:59:00Z"), read_day("yesterday")
    ('2025-03-31', '2025-03-31', None)
    """
    if isinstance(value, date):
        return value.isoformat()[:10]
    if not isinstance(value, str) or len(value) > MAX_TAG or not value.isascii():
        return None
    # Python takes any run of digits apart as a year, a month, a day and a time.
    if value.strip().isdigit() and len(value.strip()) != len("20250331"):
        return None
    try:
        return datetime.fromisoformat(value.strip()).date().isoformat()
    except ValueError:
        return None


def clean_url(value: object) -> str:
    """A web address; empty for anything else.

    Links of the platforms lose everything but the video: the name of who posted it, and of who shared it.

    >>> clean_url("https://www.tiktok.com/@someone/video/7106798200794926362")
    'https://www.tiktok.com/@_/video/7106798200794926362'
    """
    if not isinstance(value, str) or len(value) > MAX_URL or clean_text(value, MAX_URL) != value:
        return ""
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    except ValueError:
        return ""
    if not good or " " in value:
        return ""
    with contextlib.suppress(FetchError):
        link = parse_link(secured(value))
        return link.url if link.kind == "item" else value
    return value


def clean_text(value: object, longest: int) -> str:
    r"""One line of printable text; empty for anything that is not text.

    >>> clean_text("two\nlines\x00 ", 100)
    'two lines'
    >>> clean_text(["a list"], 100)
    ''
    """
    if not isinstance(value, str):
        return ""
    if value.isascii() and value.isprintable():
        return " ".join(value[: longest * 2].split())[:longest].rstrip()
    kept = (
        " " if character.isspace() else character
        for character in value[: longest * 2]
        if character.isspace()
        or (unicodedata.category(character) not in ("Cc", "Cs") and character not in _DIRECTION_MARKS)
    )
    return " ".join("".join(kept).split())[:longest].rstrip()


def clean_tags(values: Sequence[object]) -> tuple[str, ...]:
    """Cleaned tags, each once; what is no text is left out."""
    tags = (clean_text(value, MAX_TAG) for value in values[:MAX_TAGS])
    return tuple(dict.fromkeys(tag for tag in tags if tag))
