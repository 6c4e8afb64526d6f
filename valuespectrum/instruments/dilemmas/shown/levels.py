"""Which clips show the same thing more and more gravely, out of a table of the user's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from valuespectrum.stimuli.retrieval import StimulusRow
from valuespectrum.theory.value_sets import NINETEEN, TEN
from vectorstore.foreign.documents import read_rows
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line

MOST_LEVELS = 9
_LARGEST = 2**24
_LONGEST = 200
"""Characters of a cell."""
_COLUMNS = ("clip", "sequence", "level", "value")
_HINT = "one row a clip: clip, sequence, level (1 for the least grave), value (one of the ten or nineteen)"


@dataclass(frozen=True, slots=True)
class ShownLevel:
    """One clip of a sequence."""

    clip: str
    sequence: str
    level: int
    """From 1, the least grave."""
    value: str
    """What the sequence is about: one of the ten, or of the nineteen."""


def read_levels(path: Path) -> tuple[ShownLevel, ...]:
    """The clips of a table.

    Args:
        path: CSV in UTF-8 with the columns ``clip, sequence, level, value``.

    Raises:
        InputError: It cannot be read or is too large, lacks a column, names a clip or a level twice, or has a sequence
            of two values or of fewer than two levels; the message names the first such row.
    """
    rows = read_rows(path, "levels", _COLUMNS, _HINT, _LARGEST, empty=True)
    found: dict[str, ShownLevel] = {}
    taken: dict[tuple[str, int], str] = {}
    values: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        where = f"levels {path}, row {number}"
        each = _level(row, where)
        if each.clip in found:
            raise InputError(f"{where}: the clip {one_line(each.clip, 60)!r} comes twice", _HINT)
        if (each.sequence, each.level) in taken:
            raise InputError(f"{where}: level {each.level} of {one_line(each.sequence, 60)!r} is there already", _HINT)
        if values.setdefault(each.sequence, each.value) != each.value:
            raise InputError(f"{where}: the sequence {one_line(each.sequence, 60)!r} is about two values", _HINT)
        found[each.clip] = each
        taken[each.sequence, each.level] = each.clip
    for sequence in values:
        if sum(name == sequence for name, _ in taken) < 2:
            raise InputError(f"levels {path}: the sequence {one_line(sequence, 60)!r} has fewer than two levels", _HINT)
    if not found:
        raise InputError(f"levels {path} names no clip", _HINT)
    return tuple(found.values())


def levels_of(rows: Iterable[StimulusRow], table: Path | None) -> Mapping[str, ShownLevel]:
    """The level of every clip that is asked about.

    Args:
        rows: Clips that were found.
        table: The user's; without one every clip is a sequence of its own, of one level.

    Raises:
        InputError: The table is wrong, or one of its clips was not found.
    """
    there = {row.clip_id: row for row in rows}
    if table is None:
        return {clip: ShownLevel(clip, clip, 1, row.value) for clip, row in there.items()}
    listed = read_levels(table)
    lacking = [each for each in listed if each.clip not in there]
    if lacking:
        raise InputError(
            f"levels {table}: {len(lacking)} of {len(listed)} clips were not found for any value, the first "
            f"{one_line(lacking[0].clip, 60)!r}",
            "look for more clips with --top-k, or leave their sequences out of the table",
        )
    return {each.clip: each for each in listed}


def _level(row: Mapping[str, str | None], where: str) -> ShownLevel:
    cells = {name: (row.get(name) or "").strip() for name in _COLUMNS}
    if empty := [name for name, cell in cells.items() if not cell or len(cell) > _LONGEST]:
        raise InputError(f"{where}: {empty[0]} is empty or too long", _HINT)
    value = cells["value"].casefold().replace("-", "_").replace(" ", "_")
    if value not in TEN and value not in NINETEEN:
        raise InputError(f"{where}: {one_line(cells['value'], 60)!r} is no value", _HINT)
    if not cells["level"].isascii() or not cells["level"].isdecimal() or not 1 <= int(cells["level"]) <= MOST_LEVELS:
        raise InputError(f"{where}: a level lies in 1..{MOST_LEVELS}", _HINT)
    return ShownLevel(cells["clip"], cells["sequence"], int(cells["level"]), value)
