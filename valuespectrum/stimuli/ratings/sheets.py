"""Tables that people fill in and hand back: CSV as spreadsheets write it, wrong in one line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from vectorstore.foreign.documents import cell_separator, check_width, read_regular, repeated_column
from vectorstore.foundation.csv_cells import guarded
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import visible_line

_LARGEST = 256 * 2**20
"""Bytes."""


def write_sheet(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write a table, all or nothing.

    Args:
        path: The file; replaced.
        columns: In order.
        rows: ``None`` is left empty.

    Raises:
        StorageError: It cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: guarded("" if row[name] is None else row[name]) for name in columns} for row in rows)
    with storage_errors(path):
        write_durably(path, text.getvalue().encode())


def read_sheet(path: Path, what: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a table with the lines that they end on.

    Args:
        path: CSV, UTF-8, with commas, semicolons or tabs.
        what: What it is, for messages.
        columns: Those that it must have; others are left alone.

    Raises:
        InputError: It cannot be read, lacks a column, or a row has too many cells.
    """
    text = _text(path, what)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=cell_separator(text), restval="", strict=True)
    try:
        _refuse_columns(list(reader.fieldnames or ()), f"{what} {path}", columns)
        for row in reader:
            if None in row:
                raise InputError(f"{what} {path}, line {reader.line_num}: more cells than columns", "quote the commas")
            yield reader.line_num, {name: str(row[name]).strip() for name in columns}
    except csv.Error as error:
        raise InputError(f"{what} {path}, line {reader.line_num}: {error}", "save it as CSV") from error


def _refuse_columns(names: Sequence[str], where: str, wanted: Sequence[str]) -> None:
    """Refuse a table that lacks a column, has one twice, or no end of them.

    Raises:
        InputError: It does.
    """
    check_width(len(names), where)
    if missing := [name for name in wanted if name not in names]:
        raise InputError(f"{where} has no column {', '.join(missing)}", f"it needs {', '.join(wanted)}")
    if twice := repeated_column(names):
        raise InputError(f"{where} has the column {twice!r:.80} twice", "leave one of them, or rename it")


def wrong(what: str, path: Path, line: int, problem: str, hint: str) -> InputError:
    """The one line about a cell."""
    return InputError(f"{what} {path}, line {line}: {visible_line(problem[:200])}", hint)


def number_in(text: str, low: float, high: float) -> float | None:
    """A number within bounds out of a cell; ``None`` for an empty one.

    Raises:
        ValueError: It is none, not finite, or lies outside.
    """
    if not text:
        return None
    found = float(text.replace(",", "."))
    if not math.isfinite(found) or not low <= found <= high:
        raise ValueError(text)
    return found


def _text(path: Path, what: str) -> str:
    try:
        return read_regular(path, _LARGEST).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {what} {path}: {error.strerror or error}", "check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{what} {path} is not UTF-8 text", "save it as CSV in UTF-8") from error
