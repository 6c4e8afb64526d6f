"""What every kind of table gives: rows, and which of their columns are wanted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from vectorstore.foundation.errors import InputError

MAX_ROW = 2**20
"""Characters of a row; a longer one is refused, the others are read."""
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns are wanted."""

    names: Mapping[str, tuple[str, ...]]
    """Field to the columns that may hold it, the best first; compared without regard to case."""
    one_of: Collection[str] = ()
    """Fields of which the table must have at least one."""
    needed: Collection[str] = ()
    """Fields the table must have."""

    def among(self, present: Iterable[str]) -> dict[str, str]:
        """Field to the present column that holds it."""
        known: dict[str, str] = {}
        for name in present:
            known.setdefault(_plain(name), name)
        found = {}
        for wanted, names in self.names.items():
            column = next((known[_plain(name)] for name in names if _plain(name) in known), None)
            if column is not None:
                found[wanted] = column
        return found

    def repeated(self, present: Iterable[str]) -> str:
        """The first wanted column that is there more than once; empty when none is."""
        wanted = {_plain(name) for name in self.among(present).values()}
        seen: set[str] = set()
        for name in present:
            if _plain(name) in wanted & seen:
                return name
            seen.add(_plain(name))
        return ""

    def check(self, present: Collection[str], table: str) -> None:
        """Refuse a table without the columns that are needed, or with one of them twice.

        Raises:
            InputError: One is missing or repeated.
        """
        found = self.among(present)
        shown = ", ".join(repr(name[:40]) for name in list(present)[:_SHOWN]) or "no columns"
        hint = f"it has {shown}; say which column holds what, e.g. --columns url=link,title=text"
        for wanted in self.needed:
            if wanted not in found:
                raise InputError(f"{table} has no column {self.names[wanted][0]!r} for {wanted!r}", hint)
        if self.one_of and not any(wanted in found for wanted in self.one_of):
            raise InputError(f"{table} has no column {' or '.join(repr(name) for name in self.one_of)}", hint)
        if twice := self.repeated(present):
            raise InputError(f"{table} has the column {twice[:40]!r} more than once", "name them apart")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table."""

    number: int
    """As a spreadsheet or editor counts: a CSV's header is row 1, a JSON file's first line is row 1."""
    cells: Mapping[str, object] = field(default_factory=dict)
    """Field to value, for the wanted columns that the row has; ``UNREADABLE`` for a value that is none."""
    problem: str = ""
    """Why it cannot be read; empty when it can."""
    stands_for: int = 1
    """Rows that it may be: its lines, where a fault leaves open which of them would have been rows."""


class Unreadable:
    """A cell that is no value of Python's: text that is not UTF-8, a time out of range."""


UNREADABLE = Unreadable()


def _plain(name: str) -> str:
    return name.strip().casefold()
