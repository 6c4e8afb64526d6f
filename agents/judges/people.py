"""People as judges: cases go out as a CSV file with an empty column, and come back filled in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from agents.judges.cases import Case, JudgeVerdict
from vectorstore.foreign.documents import read_regular, read_rows
from vectorstore.foundation.csv_cells import guarded
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line, visible_line

PEOPLE = "people"
"""Who judged, in tables."""
_COLUMNS = ("case", "label", "verdict", "text", "beside")
_HINT = f"a CSV file with the columns {', '.join(_COLUMNS[:3])}"
_LARGEST = 2**26
"""Bytes of a file that came back."""


def write_queue(path: Path, cases: Sequence[Case], verdicts: Mapping[str, str] | None = None) -> None:
    """Write cases that a person is to judge; the column ``verdict`` is empty where nobody did.

    Args:
        path: CSV; what was there is replaced.
        cases: Words of strangers in them cannot run as a formula of a spreadsheet.
        verdicts: Case to what a person said already, which stays there.

    Raises:
        StorageError: The disk refuses.
    """
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(_COLUMNS)
    said = verdicts or {}
    for case in cases:
        cells = (case.id, case.label, said.get(case.id, ""), *_words(case).values())
        rows.writerow([guarded(cell) for cell in cells])
    with storage_errors(path):
        write_durably(path, written.getvalue().encode())


def read_queue(path: Path, cases: Sequence[Case], options: Sequence[str]) -> tuple[JudgeVerdict, ...]:
    """Read what a person filled in.

    Args:
        path: The file that ``write_queue`` wrote; the order of its rows does not matter, left-out and empty ones are
            no verdict. The columns ``text`` and ``beside`` may be gone.
        cases: What was put.
        options: Names that a verdict can have; upper and lower case are alike, and so are blanks, hyphens and
            underscores.

    Returns:
        A verdict on each case, in their order.

    Raises:
        InputError: It is no such file, names a case that was not put, or with other words, twice, or an option that
            does not exist.
    """
    known = {_name(name): name for name in options}
    wanted = {str(guarded(case.id)): case for case in cases}
    found: dict[str, JudgeVerdict] = {}
    rows = read_rows(path, "verdicts", ("case", "verdict"), _HINT, _LARGEST, empty=True)
    for number, row in enumerate(rows, start=2):
        where = f"{path}, row {number}"
        case, said = wanted.get(row["case"] or ""), (row["verdict"] or "").strip()
        if case is None:
            raise InputError(f"{where}: the case {one_line(row['case'] or '', 60)!r} was not put", "keep the ids")
        if case.id in found:
            raise InputError(f"{where}: the case {one_line(case.id, 60)!r} comes twice", "keep one verdict a case")
        if said and _name(said) not in known:
            raise InputError(f"{where}: {said[:60]!r} is no verdict", f"one of {', '.join(options)}, or nothing")
        if said and any(_plain(row.get(name) or words) != _plain(words) for name, words in _words(case).items()):
            told = f"{where}: the case {one_line(case.id, 60)!r} has other words by now"
            raise InputError(told, "a verdict counts for the words that were judged: keep them, or judge anew")
        found[case.id] = JudgeVerdict(known[_name(said)]) if said else JudgeVerdict(why="unparsed")
    return tuple(found.get(case.id, JudgeVerdict(why="unparsed")) for case in cases)


def _name(written: str) -> str:
    return written.casefold().replace("-", "_").replace(" ", "_")


def cases_decided(path: Path) -> frozenset[str]:
    """Cases of a queue into which somebody wrote a verdict.

    Args:
        path: The file that came back.

    Raises:
        InputError: It is no such file.
    """
    rows = read_rows(path, "verdicts", ("case", "verdict"), _HINT, _LARGEST, empty=True)
    return frozenset(row["case"] or "" for row in rows if (row["verdict"] or "").strip())


def filled_in(path: Path) -> frozenset[str]:
    """The same; none where there is no queue, or something else.

    Args:
        path: Where ``write_queue`` writes.

    Raises:
        InputError: It looks like a queue and cannot be read, so that what somebody wrote into it may be lost.
    """
    try:
        return cases_decided(path)
    except InputError as error:
        if _looks_like_a_queue(path):
            told = f"{error.message}: whether there are verdicts in it is not known"
            raise InputError(told, "save it as CSV in UTF-8, or move it away") from error
        return frozenset()


def _looks_like_a_queue(path: Path) -> bool:
    """Whether its first line has our columns, or is in some other encoding, as spreadsheets save tables."""
    try:
        first = read_regular(path, _LARGEST).partition(b"\n")[0]
    except (OSError, InputError):
        return False
    return not first.isascii() or all(name.encode() in first for name in ("case", "verdict"))


def _words(case: Case) -> dict[str, str]:
    """What a person is shown of a case, by column."""
    beside = "; ".join(f"{name}: {words}" for name, words in case.beside.items())
    return {"text": visible_line(case.text), "beside": visible_line(beside)}


def _plain(text: str) -> str:
    """A text without what guards or spreadsheets make of it: an apostrophe before it, blanks."""
    return visible_line(text).removeprefix("'").strip()
