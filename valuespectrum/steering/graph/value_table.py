"""The table that a value graph is mined from: a row for each persona and intervention, a column for each value."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.foreign.documents import cell_separator, read_regular
from vectorstore.foundation.errors import InputError

Floats = NDArray[np.float64]

NOBODY = ""
"""In the place of a persona or an intervention: none."""
FEWEST_ROWS = 10
_LARGEST = 64 * 2**20
_MOST_VALUES = 200
_KEYS: Mapping[str, str] = {
    "model": "model",
    "persona": "persona",
    "player_name": "persona",
    "intervention": "intervention",
    "steer_dim": "intervention",
    "clip": "clip",
}
"""Columns that say whose row it is, in our own files and in the published ones, to the field of a key."""
_ERROR = ":se"
_IGNORED = ("stds", "scstds")
_IGNORED_END = ":scstd"


@dataclass(frozen=True, slots=True)
class RowKey:
    """Whose row it is."""

    persona: str = NOBODY
    intervention: str = NOBODY
    model: str = ""
    clip: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ValueTable:
    """Measured profiles."""

    values: tuple[str, ...]
    """Names of the columns."""
    keys: tuple[RowKey, ...]
    scores: Floats
    """Shape (rows, values), finite, on one scale a column."""
    errors: Floats | None = None
    """Standard error of each score, NaN where none is known; ``None`` where scores are counts and have none."""
    left_out: tuple[str, ...] = ()
    """Rows that lack a number, in words."""
    groups: int = 0
    """How many group means were taken out of each column: so many rows fewer are free."""

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def free_rows(self) -> int:
        """Rows less what was taken out of them: the sample size of tests."""
        return len(self) - max(0, self.groups - 1)

    def where(self, kept: Callable[[RowKey], bool]) -> ValueTable:
        """The rows whose key is kept."""
        return self.rows([place for place, key in enumerate(self.keys) if kept(key)])

    def rows(self, places: Sequence[int] | NDArray[np.intp]) -> ValueTable:
        """The rows at some places, in that order; a place may come more than once."""
        chosen = np.asarray(places, dtype=np.intp)
        errors = None if self.errors is None else self.errors[chosen]
        return replace(self, keys=tuple(self.keys[at] for at in chosen), scores=self.scores[chosen], errors=errors)

    def columns(self, values: Sequence[str]) -> ValueTable:
        """Some columns, in another order.

        Raises:
            InputError: There is no such column.
        """
        unknown = [value for value in values if value not in self.values]
        if unknown:
            raise InputError(f"the table has no value {unknown[0]!r:.80}", f"one of {', '.join(self.values)}")
        places = [self.values.index(value) for value in values]
        errors = None if self.errors is None else self.errors[:, places]
        return replace(self, values=tuple(values), scores=self.scores[:, places], errors=errors)

    def within(self, field: str) -> ValueTable:
        """The same with the mean of each group of equal keys taken out of every column: conditioned on it.

        Args:
            field: Of the keys, e.g. ``"clip"``: what varies with the clip alone is gone then.

        Raises:
            InputError: Keys have no such field, or all rows are one group.
        """
        if field not in RowKey.__slots__:
            raise InputError(f"rows have no {field!r:.40}", f"one of {', '.join(RowKey.__slots__)}")
        names = [getattr(key, field) for key in self.keys]
        if len(set(names)) < 2:
            raise InputError(f"all rows have one {field}, so there is nothing to take out", "leave it out")
        _, numbers = np.unique(np.array(names), return_inverse=True)
        counts = np.bincount(numbers)
        means = np.stack([np.bincount(numbers, column) / counts for column in self.scores.T], axis=1)
        return replace(self, scores=self.scores - means[numbers], groups=len(counts))

    def varying(self) -> tuple[ValueTable, tuple[str, ...]]:
        """The columns that vary, and the names of those that do not."""
        spread = np.ptp(self.scores, axis=0) if len(self) else np.zeros(len(self.values))
        still = tuple(value for value, size in zip(self.values, spread, strict=True) if size <= 1e-12)
        return self.columns([value for value in self.values if value not in still]), still


def check_table(table: ValueTable) -> ValueTable:
    """The table, if a graph can be mined from it.

    Raises:
        InputError: There are too few rows or values, too few of them are free, or two rows have one key.
    """
    if len(table) < FEWEST_ROWS:
        raise InputError(
            f"the table has {len(table)} whole rows, and a graph takes at least {FEWEST_ROWS}",
            "measure more personas or interventions",
        )
    if len(table.values) < 2:
        raise InputError(f"the table has {len(table.values)} values, and a graph takes two", "measure several values")
    if table.free_rows < FEWEST_ROWS:
        raise InputError(
            f"{table.groups} group means were taken out of {len(table)} rows, which leaves {table.free_rows} free, and "
            f"a graph takes at least {FEWEST_ROWS}",
            "measure more rows of each group, or leave --within out",
        )
    twice = [key for key, count in Counter(table.keys).items() if count > 1]
    if twice:
        raise InputError(f"{described(twice[0])} stands in the table twice", "give each row its own persona or clip")
    return table


def described(key: RowKey) -> str:
    """A row in words.

    Example:
        >>> described(RowKey("nurse", "feature 7"))
        'persona nurse, intervention feature 7'
    """
    parts = [("model", key.model), ("persona", key.persona or "none"), ("intervention", key.intervention or "none")]
    parts += [("clip", key.clip)]
    return ", ".join(f"{name} {said}" for name, said in parts if said)[:200]


def read_value_table(path: Path) -> ValueTable:
    """Read a table from CSV; semicolons or tabs may stand between its cells.

    Columns ``persona`` (or ``player_name``), ``intervention`` (or ``steer_dim``), ``model`` and ``clip`` say whose row
    it is; ``VALUE:se`` is the standard error of a value; ``VALUE:scstd``, ``stds`` and ``scstds`` of the published
    files are not looked at. Every other column is a value.

    Raises:
        InputError: It is no such table, or a value is neither a number nor empty.
    """
    rows = _cells(path)
    header = rows[0] if rows else []
    keys = {name: at for at, name in enumerate(header) if name in _KEYS}
    values = [name for name in header if name not in _KEYS and not _is_ignored(name) and not name.endswith(_ERROR)]
    if not keys or len(values) < 2 or len(values) > _MOST_VALUES or len(set(header)) < len(header):
        raise InputError(
            f"{path} is no table of values", "a column persona or intervention, and a column for each value"
        )
    alone = [name for name in header if name.endswith(_ERROR) and name.removesuffix(_ERROR) not in values]
    if alone:
        raise InputError(f"{path} has {alone[0]!r:.80} and no such value", "name it as the value is named")
    places = [header.index(value) for value in values]
    errors = [header.index(value + _ERROR) if value + _ERROR in header else None for value in values]
    kept, scores, spreads, left_out = [], [], [], []
    for line, row in enumerate(rows[1:], start=2):
        key = RowKey(**{_KEYS[name]: row[at].strip() for name, at in keys.items()})
        numbers = [_number(row[at], path, line, header[at]) for at in places]
        if any(number != number for number in numbers):
            left_out.append(f"{described(key)} (line {line})")
            continue
        kept.append(key)
        scores.append(numbers)
        spread = [nan if at is None else _number(row[at], path, line, header[at]) for at in errors]
        if any(each < 0 for each in spread):
            raise InputError(f"{path}, row {line}: a standard error is below 0", "leave it empty if unknown")
        spreads.append(spread)
    table = np.array(scores, dtype=np.float64).reshape(len(kept), len(values))
    known = None if all(at is None for at in errors) else np.array(spreads, dtype=np.float64).reshape(table.shape)
    return ValueTable(tuple(values), tuple(kept), table, known, tuple(left_out))


def _is_ignored(name: str) -> bool:
    return name in _IGNORED or name.endswith(_IGNORED_END)


def _cells(path: Path) -> list[list[str]]:
    hint = "a CSV file in UTF-8 with one row a persona and intervention"
    try:
        text = read_regular(path, _LARGEST).decode("utf-8-sig")
        cells = csv.reader(io.StringIO(text, newline=""), delimiter=cell_separator(text), strict=True)
        rows = [row for row in cells if row]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}", hint) from error
    except (ValueError, csv.Error) as error:
        raise InputError(f"{path} is no table: {error}", hint) from error
    uneven = next((line for line, row in enumerate(rows, start=1) if len(row) != len(rows[0])), None)
    if uneven is not None:
        raise InputError(f"{path}: row {uneven} has another number of cells than the first", hint)
    return rows


def _number(cell: str, path: Path, line: int, column: str) -> float:
    text = cell.strip()
    if not text:
        return nan
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise InputError(f"{path}, row {line}, {column[:60]}: {text[:40]!r} is no number", "leave it empty if unknown")
    return number
