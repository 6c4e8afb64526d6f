"""``reproduce``: a published number beside ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike

from valuespectrum.operations.shared.choices import TargetName
from valuespectrum.operations.shared.outcomes import CheckOutcome
from valuespectrum.operations.shared.tables import table
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

_MOST_ROWS = 100
"""Rows up to which all are printed; of more, those that agree are counted."""
_VERDICTS = {True: "yes", False: "NO", None: ""}


@dataclass(frozen=True, repr=False)
class Reproduction(CheckOutcome):
    """Published numbers beside ours.

    It has passed when all agree that can; a published number that contradicts its own source is known to differ.
    """

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each number."""
        return list(self.document["rows"])


def reproduce(target: TargetName = "value-spectrum", data: str | PathLike[str] | None = None) -> Reproduction:
    """Make published numbers again, and hold them to the published ones.

    Args:
        target: What was published.
        data: File or folder of the data, where they are not ours to pass on.

    Returns:
        A row for each number: published, ours, difference, tolerance, and whether it passes. Numbers that were not
        published stand beside them, and neither pass nor fail.

    Raises:
        InputError: There is no such target, or its data are missing or are others.

    Example::

        assert vs.reproduce("value-spectrum").passed
    """
    from valuespectrum.reproduction.targets import reproduce_target

    document = reproduce_target(target, user_path(data) if data is not None else None)
    return Reproduction(document, _in_words(document))


def _in_words(document: Json) -> str:
    every = document["rows"]
    rows = [row for row in every if len(every) <= _MOST_ROWS or row["pass"] is not True or row["note"]]
    cells = [
        (
            row["name"],
            *(_number(row[name]) for name in ("published", "ours", "difference", "tolerance")),
            _VERDICTS[row["pass"]],
        )
        for row in rows
    ]
    notes = [f"{row['name']}: {row['note']}" for row in rows if row["note"]]
    compared = [row for row in every if row["pass"] is not None]
    same = sum(row["pass"] for row in compared)
    told = f"{same} of {len(compared)} published numbers were made again"
    unlisted = len(every) - len(rows)
    told += f", {unlisted} of them are not listed here (--json has all)" if unlisted else ""
    known = document["contradictions"]
    told += f"; known to contradict their own source: {', '.join(known)}" if known else ""
    verdict = "reproduced" if document["passed"] else "NOT reproduced"
    header = ("number", "published", "ours", "difference", "tolerance", "same")
    return "\n".join([table(header, cells), "", *notes, "", f"{told}.", f"{document['target']}: {verdict}"])


def _number(number: float | None) -> str:
    return "-" if number is None else f"{number:.4g}"
