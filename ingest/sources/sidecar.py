"""What stands beside a video: ``NAME.info.json`` as yt-dlp writes it.

Written by strangers, so checked field by field.
"""

from __future__ import annotations

import json
import logging
import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

_LOGGER = logging.getLogger(__name__)

_MAX_BYTES = 8 * 2**20
_MAX_TITLE = 300
_MAX_CAPTION = 5000
_MAX_TAGS = 50
_MAX_TAG = 100
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


def describe(video: Path) -> Description:
    """Read the sidecar of a video.

    A missing sidecar is normal; an unusable one is logged and treated as missing. The title falls back to the name of
    the file.
    """
    fields = _read(video.with_name(f"{video.stem}.info.json"))
    tags = fields.get("tags")
    return Description(
        title=clean_text(fields.get("title"), _MAX_TITLE) or clean_text(video.stem, _MAX_TITLE),
        caption=clean_text(fields.get("description"), _MAX_CAPTION),
        tags=_clean_tags(tags if isinstance(tags, list) else []),
        platform=clean_text(fields.get("extractor_key"), _MAX_TAG).lower() or "local",
        licence=clean_text(fields.get("license"), _MAX_TITLE),
    )


def clean_text(value: object, longest: int) -> str:
    r"""One line of printable text; empty for anything that is not text.

    >>> clean_text("two\nlines\x00 ", 100)
    'two lines'
    >>> clean_text(["a list"], 100)
    ''
    """
    if not isinstance(value, str):
        return ""
    kept = (
        " " if character.isspace() else character
        for character in value[: longest * 2]
        if character.isspace()
        or (unicodedata.category(character) not in ("Cc", "Cs") and character not in _DIRECTION_MARKS)
    )
    return " ".join("".join(kept).split())[:longest].rstrip()


def _clean_tags(values: list[object]) -> tuple[str, ...]:
    tags = (clean_text(value, _MAX_TAG) for value in values[:_MAX_TAGS])
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _read(path: Path) -> dict[str, object]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
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
