"""Texts from outside as a terminal may show them: nothing that moves the cursor, colours, or turns a line around."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_JOINERS = "\u200c\u200d"
"""Not printable by themselves, but parts of words and of pictograms."""


def printable(text: str) -> str:
    r"""Text with its unprintable characters escaped, but for ends of lines.

    >>> print(printable("red" + chr(27) + "[31m" + chr(10) + "next" + chr(0x202E)))
    red\x1b[31m
    next\u202e
    """
    if text.isprintable():
        return text
    return "".join(_shown(letter) if letter != "\n" else letter for letter in text)


def write_line(text: str) -> None:
    """Tell a person, on standard error, something that is not the result."""
    print(printable(text), file=sys.stderr, flush=True)


def one_line(text: str) -> str:
    r"""Text as one line, with its unprintable characters escaped.

    >>> print(one_line("two" + chr(10) + "lines"))
    two\nlines
    """
    return "".join(map(_shown, text))


def as_json(document: Mapping[str, Any] | Sequence[Any], encoding: str) -> str:
    """A JSON document on one line that can be written in an encoding; what is not printable is escaped.

    Raises:
        ValueError: A number is not finite.
    """
    unicode = encoding.lower().replace("-", "").startswith("utf")
    text = json.dumps(document, ensure_ascii=not unicode, allow_nan=False)
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in text)


def encodable(text: str, encoding: str) -> str:
    """Text in which everything is escaped that an encoding does not have."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _shown(letter: str) -> str:
    return letter if letter.isprintable() or letter in _JOINERS else letter.encode("unicode_escape").decode()
