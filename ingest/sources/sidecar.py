"""What stands beside a video: ``NAME.info.json`` as yt-dlp writes it.

Written by strangers, so checked field by field.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import stat
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from ingest.cleaning.paths import open_found
from ingest.cleaning.uploaders import uploader_names
from ingest.cleaning.urls import parse_link
from vectorstore.foundation.errors import FetchError
from vectorstore.ledger.records import UploaderName

_LOGGER = logging.getLogger(__name__)

MAX_TITLE = 300
"""Characters that are kept of a title, licence or name; below, of a caption, a tag, and tags."""
MAX_CAPTION = 5000
MAX_TAG = 100
MAX_TAGS = 50
MAX_URL = 2000
_MAX_BYTES = 8 * 2**20
# Characters that reverse the reading direction make one text look like another.
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Description:
    """What is said about a clip."""

    title: str = ""
    caption: str = ""
    tags: tuple[str, ...] = ()
    platform: str = "local"
    licence: str = ""
    uploader: str = ""
    """The most reliable of the names."""
    uploader_names: tuple[UploaderName, ...] = ()
    published: str = ""
    """ISO day."""
    page_url: str = ""


def describe(video: Path) -> Description:
    """Read the sidecar of a video, whose path is as ``paths.settle`` gives it.

    A missing sidecar is normal; an unusable one is logged and treated as missing. The title falls back to the name of
    the file.
    """
    return describe_info(_read(video.with_name(f"{video.stem}.info.json")), video.stem)


def describe_info(info: Mapping[str, object], name: str) -> Description:
    """What an info dictionary of yt-dlp says, each field checked; wrong ones count as missing.

    Args:
        info: Written by strangers.
        name: Title when there is none.
    """
    tags = info.get("tags")
    platform = clean_text(info.get("extractor_key"), MAX_TAG).lower() or "local"
    names = uploader_names(info, platform, clean_text)
    return Description(
        title=clean_text(info.get("title"), MAX_TITLE) or clean_text(name, MAX_TITLE),
        caption=clean_text(info.get("description"), MAX_CAPTION),
        tags=clean_tags(tags if isinstance(tags, list) else []),
        platform=platform,
        licence=clean_text(info.get("license"), MAX_TITLE),
        uploader=names[0].text if names else "",
        uploader_names=names,
        published=read_day(info.get("upload_date")) or "",
        page_url=clean_url(info.get("webpage_url")),
    )


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
        link = parse_link(value)
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


def _read(path: Path) -> dict[str, object]:
    try:
        with open_found(path) as (folder, name):
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        _LOGGER.warning("description %s is not used: %s", path.name, error)
        return {}
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
            _LOGGER.warning("description %s is not used: not a file of at most %d bytes", path.name, _MAX_BYTES)
            return {}
        content = file.read(_MAX_BYTES)
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        _LOGGER.warning("description %s is not used: %s", path.name, error)
        return {}
    return fields if isinstance(fields, dict) else {}
