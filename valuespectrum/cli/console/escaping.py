"""What a verb writes, in the encoding of a terminal and without anything that the terminal would obey."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence

from vectorstore.foundation.escaping import printable


def write_line(text: str) -> None:
    """Tell a person, on standard error, something that is not the result."""
    print(printable(text), file=sys.stderr, flush=True)


def as_json(document: Mapping[str, object] | Sequence[object], encoding: str) -> str:
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
