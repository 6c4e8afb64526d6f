"""What an operation gives back: a document for programs, a text for people, a table for pandas and notebooks."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vectorstore.foundation.escaping import printable, printable_line
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

_MOST_ROWS = 100
"""Rows that a notebook shows; ``to_pandas`` has all."""


@dataclass(frozen=True, repr=False)
class Outcome:
    """What came of an operation.

    ``print`` shows what the command line prints, ``to_dict`` is what ``--json`` prints, a notebook shows a table, and
    ``to_pandas`` has the numbers.
    """

    document: Json
    """What ``to_dict`` gives."""
    text: str
    """What ``str`` gives."""

    def to_dict(self) -> Json:
        """The document that ``--json`` prints."""
        return self.document

    def rows(self) -> Sequence[Mapping[str, object]]:
        """The main table, row by row; without any of its own, the plain entries of the document."""
        plain = {
            name: entry
            for name, entry in self.document.items()
            if entry is None or isinstance(entry, str | int | float)
        }
        return [plain] if plain else []

    def to_pandas(self) -> pd.DataFrame:
        """The main table as a DataFrame, a column per field."""
        import pandas as pd

        return pd.DataFrame([dict(row) for row in self.rows()])

    def _repr_html_(self) -> str:
        """The main table for a notebook; whatever is from outside is escaped."""
        rows = self.rows()
        shown = rows[:_MOST_ROWS]
        names = list(dict.fromkeys(name for row in shown for name in row))
        head = "".join(f"<th>{_cell(name)}</th>" for name in names)
        body = "".join(f"<tr>{''.join(f'<td>{_cell(row.get(name))}</td>' for name in names)}</tr>" for row in shown)
        more = f"<p>... and {len(rows) - len(shown):,} more rows</p>" if len(rows) > len(shown) else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"

    def __str__(self) -> str:
        return printable(self.text)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.rows())} rows>"


def flat(entries: Mapping[str, object], under: str = "") -> dict[str, object]:
    """A nested mapping as one row: ``{"a": {"b": 1}}`` as ``{"a.b": 1}``.

    >>> flat({"a": {"b": 1}, "c": 2})
    {'a.b': 1, 'c': 2}
    """
    row: dict[str, object] = {}
    for name, entry in entries.items():
        if isinstance(entry, Mapping):
            row |= flat(entry, f"{under}{name}.")
        else:
            row[f"{under}{name}"] = entry
    return row


@dataclass(frozen=True, repr=False)
class CheckOutcome(Outcome):
    """What came of an operation that looks whether something is as it should be."""

    @property
    def passed(self) -> bool:
        """Whether it is."""
        return bool(self.document["passed"])


def _cell(entry: object) -> str:
    text = "" if entry is None else f"{entry:.4g}" if isinstance(entry, float) else str(entry)
    return html.escape(printable_line(text))
