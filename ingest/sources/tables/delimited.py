"""Rows of CSV and its kin, read so that nothing inside a cell ever becomes a row.

A quote closes a cell only where a delimiter, the end of the line or of the file follows. After any other quote that is
not doubled the cell goes on, its row is refused, and with it every line up to the cell's end: which of these were meant
as rows nobody can tell. (Where no such end comes, the row ends with its line.) Python's own reader begins a new row in
the middle of the cell instead.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TextIO

from ingest.sources.tables.columns import MAX_ROW, Columns, TableRow
from vectorstore.foundation.errors import InputError

_PIECE = 2**16
_BLOCK = 2**20
_OVERLAP = 16
_ESCAPES = re.compile(r'\\["\r\n,;\t|]')
_SPACED = re.compile(r'[,;\t|] {1,8}"')
_SEPARATOR = re.compile(r'sep=([^\w"]|)', re.IGNORECASE)
_END = re.compile(r"\r*(?:\n|\Z)")
_NOT_DOUBLED = "a quote inside a cell is not doubled"
_NEVER_CLOSED = "a quote is never closed"


@dataclass(frozen=True, slots=True)
class TableDialect:
    """How cells are told apart."""

    delimiter: str
    escaped: bool = False
    r"""Whether a backslash takes the meaning from the character after it: ``\"``, not ``""``."""
    spaced: bool = False
    """Whether spaces may stand between a delimiter and an opening quote."""
    end: str = "\n"
    r"""What ends a row: ``\n``, before which any ``\r`` may stand, or ``\r`` alone."""


@dataclass(frozen=True, slots=True)
class Record:
    """The cells between two ends of rows."""

    cells: list[str]
    problem: str
    lines: int
    """Lines of the file."""

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in it."""
        return not self.problem and not any(self.cells)


_EMPTY = Record([], "", 0)


class _CellState(Enum):
    START = "at the start of a cell"
    PLAIN = "in a cell without quotes"
    QUOTED = "between quotes"
    CLOSED = "after a quote that may be the last"


class _Cells:
    """Takes a row piece by piece; keeps the cells of at most ``MAX_ROW`` characters."""

    def __init__(self, dialect: TableDialect) -> None:
        self.cells: list[str] = []
        self.problem = ""
        self._dialect = dialect
        self._state = _CellState.START
        self._parts: list[str] = []
        self._length = 0
        self._escaping = False
        self._distrusts_escapes = False
        special = re.escape(dialect.delimiter) + ("\\\\" if dialect.escaped else "")
        self._plain_stop = re.compile(f"[{special}{dialect.end}]")
        self._quoted_stop = re.compile(r'[\\"]')

    def feed(self, piece: str) -> bool:
        """Take at most one line more.

        Returns:
            Whether the row is complete.
        """
        place = 0
        while place < len(piece):
            if self._escaping:
                place = self._unescape(piece, place)
            elif self._state is _CellState.START:
                place = self._begin(piece, place)
            elif self._state is _CellState.QUOTED:
                place = self._go_on_quoted(piece, place)
            elif self._state is _CellState.CLOSED and piece[place] == '"':
                self._keep('"')
                self._state = _CellState.QUOTED
                place += 1
            elif self._state is _CellState.CLOSED and not self._closes(piece, place):
                self._distrust()
            else:
                place = self._go_on_plain(piece, place)
                if place < 0:
                    return True
        return False

    def _closes(self, piece: str, place: int) -> bool:
        """Whether what follows a quote says that it closed its cell."""
        if piece[place] == "\r" and self._dialect.end == "\n":
            return _END.match(piece, place) is not None
        return piece[place] in (self._dialect.delimiter, self._dialect.end)

    def end(self) -> None:
        """There is no more: the end of the file ends the row."""
        if self._state is _CellState.QUOTED:
            self.problem = self.problem or _NEVER_CLOSED
        self._finish_cell()

    def _begin(self, piece: str, place: int) -> int:
        start = place
        if self._dialect.spaced:
            while start < len(piece) and piece[start] == " ":
                start += 1
        if start < len(piece) and piece[start] == '"':
            self._state, self._distrusts_escapes = _CellState.QUOTED, False
            return start + 1
        self._state = _CellState.PLAIN
        return place

    def _go_on_plain(self, piece: str, place: int) -> int:
        """Up to the end of the cell; -1 when that is the end of the row."""
        stop = self._plain_stop.search(piece, place)
        text = piece[place : stop.start() if stop else None]
        is_end = stop is not None and stop.group() == self._dialect.end
        self._keep(text.rstrip("\r") if is_end and self._dialect.end == "\n" else text)
        if stop is None:
            return len(piece)
        if stop.group() == "\\":
            self._escaping = True
        else:
            self._finish_cell()
        return -1 if is_end else stop.end()

    def _go_on_quoted(self, piece: str, place: int) -> int:
        stop = self._quoted_stop.search(piece, place)
        self._keep(piece[place : stop.start() if stop else None])
        if stop is None:
            return len(piece)
        if stop.group() == '"':
            self._state = _CellState.CLOSED
        elif self._dialect.escaped:
            self._escaping = True
        else:
            self._keep("\\")
            if self._distrusts_escapes and piece[stop.end() : stop.end() + 1] == '"':
                self._keep('"')
                return stop.end() + 1
        return stop.end()

    def _unescape(self, piece: str, place: int) -> int:
        self._escaping = False
        letter = piece[place]
        special = letter in ('"', "\\") or (
            self._state is _CellState.PLAIN and letter in f"{self._dialect.delimiter}\r\n"
        )
        self._keep(letter if special else f"\\{letter}")
        return place + 1

    def _distrust(self) -> None:
        """The quote was none that closes. From here on one behind a backslash does not close either."""
        self.problem = _NOT_DOUBLED
        self._keep('"')
        self._state, self._distrusts_escapes = _CellState.QUOTED, True

    def _keep(self, text: str) -> None:
        self._length += len(text)
        if self._length <= MAX_ROW:
            self._parts.append(text)
            return
        self.problem = self.problem or f"longer than {MAX_ROW:,} characters"
        self._parts.clear()
        self.cells.clear()

    def _finish_cell(self) -> None:
        self._length += 1
        self.cells.append("".join(self._parts))
        self._parts.clear()
        self._state = _CellState.START


def records(text: TextIO, dialect: TableDialect) -> Iterator[Record]:
    """All rows from where the text stands, blank ones too.

    Args:
        text: Opened so that its lines end as the dialect's rows do.
        dialect: How to read it.
    """
    reader = _RowReader(text, dialect)
    while record := reader.next():
        yield record


class _RowReader:
    """Takes rows from a text one after the other."""

    def __init__(self, text: TextIO, dialect: TableDialect) -> None:
        self._text = text
        self._dialect = dialect
        self._nothing_closes = False
        """Whether from some place on no quote closes a cell, up to the end of the file."""

    def next(self) -> Record | None:
        piece = self._piece()
        if not piece:
            return None
        return self._quick(piece) or self._record(piece)

    def _quick(self, piece: str) -> Record | None:
        """A row that is one sound line, as most are."""
        dialect = self._dialect
        if not piece.endswith(dialect.end) or (dialect.escaped and "\\" in piece):
            return None
        line = piece[:-1].rstrip("\r") if dialect.end == "\n" else piece[:-1]
        if '"' not in piece:
            return Record(line.split(dialect.delimiter), "", 1)
        with contextlib.suppress(csv.Error):
            if not dialect.spaced:
                return Record(next(csv.reader([line], delimiter=dialect.delimiter, strict=True)), "", 1)
        return None

    def _piece(self) -> str:
        """A line, or a part of a long one."""
        piece = self._text.readline(_PIECE)
        # The end of a line, of more than one character, may have been cut in two.
        left = _OVERLAP if self._dialect.end == "\n" and len(piece) == _PIECE else 0
        while left and piece[-1] == "\r":
            piece, left = piece + self._text.read(1), left - 1
        return piece

    def _record(self, piece: str) -> Record:
        cells, lines, back = _Cells(self._dialect), 0, (0, 0)
        while not cells.feed(piece):
            ends = piece.endswith(self._dialect.end)
            lines += ends
            if ends and cells.problem == _NOT_DOUBLED and not back[1]:
                if self._nothing_closes:
                    break
                back = self._text.tell(), lines
            following = self._piece()
            if not following:
                return self._last(cells, lines + (not ends), back)
            piece = following
        else:
            lines += 1
        return Record(cells.cells, cells.problem, lines)

    def _last(self, cells: _Cells, lines: int, back: tuple[int, int]) -> Record:
        """The row at whose end the file ends."""
        cells.end()
        if cells.problem == _NOT_DOUBLED and back[1]:
            # The quote that was not doubled did close its cell after all, since no other one does.
            self._nothing_closes = True
            self._text.seek(back[0])
            lines = back[1]
        return Record(cells.cells, cells.problem, lines)


def delimited_rows(text: TextIO, dialect: TableDialect, columns: Columns) -> Iterator[TableRow]:
    """The rows below the header.

    Args:
        text: At its beginning.
        dialect: As ``choose_dialect`` says.
        columns: Wanted ones, which the header has been found to have.
    """
    found = records(text, dialect)
    blank, first = _past_blank(found)
    header = _header(first, found).cells
    places = {wanted: header.index(name) for wanted, name in columns.among(header).items()}
    number = 1 + blank
    for record in found:
        number += 1
        cells = record.cells
        if record.problem:
            doubtful = record.problem in (_NOT_DOUBLED, _NEVER_CLOSED)
            over = f" (over {record.lines:,} lines, all of them left out)" if record.lines > 1 else ""
            yield TableRow(number, problem=f"{record.problem}{over}", stands_for=record.lines if doubtful else 1)
        elif any(cells[len(header) :]):
            yield TableRow(number, problem=f"{len(cells)} cells under {len(header)} columns")
        elif any(cells):
            yield TableRow(number, {wanted: cells[place] for wanted, place in places.items() if place < len(cells)})


def choose_dialect(text: TextIO, name: str, columns: Columns, written: Sequence[TableDialect]) -> TableDialect:
    """How a table is written, found out from all of it.

    Args:
        text: Read from its beginning.
        name: Of the table, for messages.
        columns: Wanted ones.
        written: How it may be written, by its delimiter; the likeliest first.

    Raises:
        InputError: The header cannot be read, or lacks a column that is needed.
    """
    plain = _choose_delimiter(text, name, columns, written)
    others = [
        replace(plain, escaped=flags[0], spaced=flags[1])
        for flags in itertools.product(*((False, True) if seen else (False,) for seen in _look_for(text)))
        if any(flags)
    ]
    if not others:
        return plain
    quoting, faults = _faults(text, plain)
    if not faults:
        return plain
    scores = {dialect: _faults(text, dialect)[1] for dialect in others}
    best = min(others, key=scores.__getitem__)
    # What is sound as it stands is never read in another way, which might make rows of what is inside a cell.
    return best if scores[best] < faults and (quoting or not scores[best]) else plain


def _choose_delimiter(text: TextIO, name: str, columns: Columns, written: Sequence[TableDialect]) -> TableDialect:
    """The one under which the header names a wanted column; spreadsheets of some countries write ``;``."""
    text.seek(0)
    _, first = _past_blank(records(text, replace(written[0], delimiter="\0")))
    said = _SEPARATOR.fullmatch("".join(first.cells))
    if said and said.group(1):
        written = [replace(written[0], delimiter=said.group(1))]
    headers: list[list[str]] = []
    problem = ""
    for dialect in written:
        text.seek(0)
        found = records(text, dialect)
        header = _header(_past_blank(found)[1], found)
        if header.problem:
            problem = problem or header.problem
            continue
        headers.append(header.cells)
        if set(columns.one_of) & set(columns.among(header.cells)):
            columns.check(header.cells, name)
            return dialect
    if not headers:
        raise InputError(f"{name}: the first row cannot be read: {problem}", "is it a table?")
    columns.check(headers[0], name)
    return written[0]


def _past_blank(found: Iterator[Record]) -> tuple[int, Record]:
    """How many blank rows come first, and the row behind them."""
    for blank, record in enumerate(found):
        if not record.is_blank:
            return blank, record
    return 0, _EMPTY


def _header(first: Record, found: Iterator[Record]) -> Record:
    """Names of the columns: the first row, behind a line such as ``sep=;``, which is for Excel, the next one."""
    return next(found, _EMPTY) if _SEPARATOR.fullmatch(",".join(first.cells)) else first


def _look_for(text: TextIO) -> tuple[bool, bool]:
    """Whether there is anything that escapes, and anything between a delimiter and a quote."""
    text.seek(0)
    escapes = spaces = False
    tail = ""
    while block := text.read(_BLOCK):
        window = tail + block
        escapes = escapes or bool(_ESCAPES.search(window))
        spaces = spaces or bool(_SPACED.search(window))
        tail = window[-_OVERLAP:]
    return escapes, spaces


def _faults(text: TextIO, dialect: TableDialect) -> tuple[int, int]:
    """Rows with doubtful quotes, and rows that are not as the header has it."""
    text.seek(0)
    found = records(text, dialect)
    width = len(_header(_past_blank(found)[1], found).cells)
    quoting = faults = 0
    for record in found:
        quoting += record.problem in (_NOT_DOUBLED, _NEVER_CLOSED)
        faults += bool(record.problem) or (len(record.cells) != width and not record.is_blank)
    return quoting, faults
