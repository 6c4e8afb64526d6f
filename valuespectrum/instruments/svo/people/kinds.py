"""Which kind of people each clip shows, out of a table of the user's."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from vectorstore.foreign.documents import cell_separator, read_regular, repeated_column
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import JOINERS, unseen

MOST_BYTES = 16_000_000
MOST_LETTERS = 80
"""Of the name of a kind."""
_COLUMNS = ("clip", "kind")
_HINT = "one row a clip, with the columns clip and kind; leave kind empty where nobody is shown"


def read_people(path: Path) -> Mapping[str, str]:
    """Kinds of people by clip.

    Args:
        path: CSV in UTF-8 (commas, semicolons or tabs) with the columns ``clip`` and ``kind``.

    Returns:
        Clip to kind; clips that show nobody are left out.

    Raises:
        InputError: The file cannot be read, is too large, lacks a column, names a clip twice, has a character in a kind
            that nobody sees, or has fewer than two kinds.
    """
    text = _text(path)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=cell_separator(text), strict=True))
    except csv.Error as error:
        raise InputError(f"{path} is no table: {error}", _HINT) from error
    names = [name.strip().lower() for name in rows[0]] if rows else []
    if not set(_COLUMNS) <= set(names):
        raise InputError(f"{path} lacks the columns {' and '.join(_COLUMNS)}", _HINT)
    if twice := repeated_column(names):
        raise InputError(f"{path} has the column {twice!r:.40} twice", _HINT)
    clip_place, kind_place = (names.index(name) for name in _COLUMNS)
    kinds: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        if len(row) != len(rows[0]):
            raise InputError(f"line {number} of {path} has {len(row)} cells, the first one {len(rows[0])}", _HINT)
        clip, kind = row[clip_place].strip(), row[kind_place].strip()
        if not clip or clip in kinds:
            raise InputError(
                f"line {number} of {path} names {f'the clip {clip!r:.40} again' if clip else 'no clip'}", _HINT
            )
        if len(kind) > MOST_LETTERS:
            raise InputError(f"the kind in line {number} of {path} is longer than {MOST_LETTERS} letters", _HINT)
        if strange := unseen(kind, but=JOINERS):
            told = f"the kind in line {number} of {path} holds a character that is not seen, U+{ord(strange):04X}"
            raise InputError(told, "take it out")
        kinds[clip] = kind
    shown = {clip: kind for clip, kind in kinds.items() if kind}
    if len(set(shown.values())) < 2:
        raise InputError(f"{path} tells fewer than two kinds of people, so nothing can differ", _HINT)
    return shown


def _text(path: Path) -> str:
    try:
        return read_regular(path, MOST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}", _HINT) from error
