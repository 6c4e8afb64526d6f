"""Rows of tables that others wrote: CSV, JSON lines, Parquet, read as a stream.

A row that cannot be read becomes a row with a problem, and the rest goes on. What spoils the whole file (not UTF-8, no
usable column, damaged Parquet) is one ``InputError``.
"""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from vectorstore.errors import InputError

CSV_SUFFIXES = frozenset({".csv", ".tsv"})
JSON_SUFFIXES = frozenset({".jsonl", ".ndjson"})
SUFFIXES = CSV_SUFFIXES | JSON_SUFFIXES | {".parquet"}
"""Files that are tables."""
MAX_LINE = 2**20
"""Characters of a line; a longer one is a problem of its row."""
_DELIMITERS = ",;\t|"
_BATCH = 512
_MAX_ROW_GROUP = 2**30
_THRIFT_LIMIT = 10**8
_SHOWN = 12
_REMEMBERED = 100
"""Shapes of JSON rows whose columns are looked up once."""


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

    def check(self, present: Collection[str], table: str) -> None:
        """Refuse a table without the columns that are needed.

        Raises:
            InputError: One is missing.
        """
        found = self.among(present)
        shown = ", ".join(repr(name[:40]) for name in list(present)[:_SHOWN]) or "no columns"
        hint = f"it has {shown}; say which column holds what, e.g. --columns url=link,title=text"
        for wanted in self.needed:
            if wanted not in found:
                raise InputError(f"{table} has no column {self.names[wanted][0]!r} for {wanted!r}", hint)
        if self.one_of and not any(wanted in found for wanted in self.one_of):
            raise InputError(f"{table} has no column {' or '.join(repr(name) for name in self.one_of)}", hint)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    number: int
    """As a spreadsheet or editor counts: a CSV's header is row 1, a JSON file's first line is row 1."""
    cells: Mapping[str, object] = field(default_factory=dict)
    """Field to value, for the wanted columns that the row has."""
    problem: str = ""
    """Why it cannot be read; empty when it can."""


def read_rows(path: Path, columns: Columns) -> Iterator[Row]:
    """Read a table row by row; blank lines are left out.

    Args:
        path: A file whose suffix is one of ``SUFFIXES``.
        columns: What is wanted of it.

    Raises:
        InputError: The file cannot be read at all, or lacks a column that is needed. May come while iterating.
    """
    with open_regular(path) as file:
        try:
            if path.suffix.lower() == ".parquet":
                yield from _parquet_rows(file, path.name, columns)
            else:
                text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
                read = _json_rows if path.suffix.lower() in JSON_SUFFIXES else _csv_rows
                yield from read(text, path, columns)
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8: {error.reason}", "save it again as UTF-8") from error


def open_regular(path: Path) -> BinaryIO:
    """Open a file that the user named; a pipe or device would never end.

    Raises:
        InputError: It does not exist, is no regular file or cannot be opened.
    """
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path} cannot be read: {reason}", "check the name and its permissions") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise InputError(f"{path} is not a regular file", "name a file")
    return file


def _plain(name: str) -> str:
    return name.strip().casefold()


class _Lines:
    """Lines of a text; too long ones are passed over with an error, after which reading can go on."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_LINE)
        if not line:
            raise StopIteration
        if len(line) < MAX_LINE or line.endswith(("\n", "\r")):
            return line
        while len(more := self._text.readline(MAX_LINE)) == MAX_LINE and not more.endswith(("\n", "\r")):
            pass
        raise csv.Error(f"a line is longer than {MAX_LINE} characters")


def _csv_rows(text: io.TextIOWrapper, path: Path, columns: Columns) -> Iterator[Row]:
    delimiter, header = _choose_delimiter(text, path, columns)
    places = {wanted: header.index(name) for wanted, name in columns.among(header).items()}
    text.seek(0)
    # Strict, since otherwise a quote that is never closed swallows the rows after it without a word.
    reader = csv.reader(_Lines(text), delimiter=delimiter, strict=True)
    next(reader)
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, problem=str(error))
            continue
        if len(cells) > len(header):
            yield Row(number, problem=f"{len(cells)} cells under {len(header)} columns")
        elif any(cells):
            yield Row(number, {wanted: cells[place] for wanted, place in places.items() if place < len(cells)})


def _choose_delimiter(text: io.TextIOWrapper, path: Path, columns: Columns) -> tuple[str, list[str]]:
    """The delimiter under which the first line names a wanted column; spreadsheets of some countries write ``;``."""
    first: list[str] = []
    for delimiter in "\t" if path.suffix.lower() == ".tsv" else _DELIMITERS:
        text.seek(0)
        try:
            header = next(csv.reader(_Lines(text), delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            raise InputError(f"{path}: the first row cannot be read: {error}", "is it a table?") from error
        first = first or header
        if set(columns.one_of) & set(columns.among(header)):
            first = header
            break
    else:
        delimiter = _DELIMITERS[0]
    columns.check(first, str(path))
    return delimiter, first


def _json_rows(text: io.TextIOWrapper, path: Path, columns: Columns) -> Iterator[Row]:
    present: dict[str, None] = {}
    places: dict[tuple[str, ...], dict[str, str]] = {}
    lines = _Lines(text)
    number = 0
    while True:
        number += 1
        try:
            line = next(lines)
            if not line.strip():
                continue
            content = json.loads(line)
        except StopIteration:
            break
        except (csv.Error, ValueError, RecursionError) as error:
            if isinstance(error, UnicodeDecodeError):
                raise
            yield Row(number, problem=f"not JSON: {str(error)[:200]}")
            continue
        if not isinstance(content, dict):
            yield Row(number, problem="not a JSON object")
            continue
        names = tuple(content)
        if (found := places.get(names)) is None:
            found = columns.among(names)
            present.update(dict.fromkeys(found.values()))
            if len(places) < _REMEMBERED:
                places[names] = found
                present.update(dict.fromkeys(names))
        yield Row(number, {wanted: content[name] for wanted, name in found.items()})
    # A line may lack what others have, so what the whole lacks is known only now.
    columns.check(list(present), str(path))


def _parquet_rows(file: BinaryIO, name: str, columns: Columns) -> Iterator[Row]:
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(
            file, thrift_string_size_limit=_THRIFT_LIMIT, thrift_container_size_limit=_THRIFT_LIMIT
        )
        present = table.schema_arrow.names
        columns.check(present, name)
        found = columns.among(present)
        if len(set(present)) < len(present):
            raise InputError(f"{name} has two columns of one name", "name them apart")
        for group in range(table.num_row_groups):
            if table.metadata.row_group(group).total_byte_size > _MAX_ROW_GROUP:
                raise InputError(f"{name}: a row group is above {_MAX_ROW_GROUP} bytes", "write smaller row groups")
        number = 1
        for batch in table.iter_batches(_BATCH, columns=sorted(set(found.values()))):
            yield from _batch_rows(batch, found, number)
            number += batch.num_rows
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{name} is no readable Parquet file: {_one_line(error)}", "write it again") from error


def _batch_rows(batch: Any, found: Mapping[str, str], first: int) -> Iterator[Row]:
    values = {wanted: _values(batch.column(name)) for wanted, name in found.items()}
    for position in range(batch.num_rows):
        cells = {wanted: column[position] for wanted, column in values.items()}
        wrong = next((wanted for wanted, value in cells.items() if isinstance(value, _Unreadable)), None)
        problem = f"its {wrong} cannot be read" if wrong else ""
        yield Row(first + position, {} if wrong else cells, problem)


class _Unreadable:
    """A cell that is no value of Python's: text that is not UTF-8, a time out of range."""


def _values(column: Any) -> list[object]:
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [_value(cell) for cell in column]


def _value(cell: Any) -> object:
    try:
        value: object = cell.as_py()
    except (ValueError, OverflowError):
        return _Unreadable()
    return value


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
