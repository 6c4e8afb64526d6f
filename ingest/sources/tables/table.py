"""Rows of tables that others wrote: CSV, JSON, Parquet, read as a stream.

A row that cannot be read becomes a row with a problem, and the rest goes on. What spoils the whole file (no text in a
known encoding, no usable column, damaged Parquet) is one ``InputError``.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.cleaning.text import utf_16
from ingest.sources.tables.columns import Columns, TableRow
from ingest.sources.tables.delimited import TableDialect, choose_dialect, delimited_rows
from ingest.sources.tables.json_rows import json_rows
from ingest.sources.tables.parquet_rows import parquet_rows
from vectorstore.foundation.errors import InputError

SUFFIXES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"})
"""Files that are taken for tables; others, such as ``.json``, only where the user says that they are."""
MAX_BYTES = 4 * 2**30
"""Of a table. A file may say that it is long without taking any room on the disk, and is hashed as a whole."""
_JSON = frozenset({".jsonl", ".ndjson", ".json"})
_DELIMITERS = ",;\t|"
_BLOCK = 2**20


class Table:
    """A table, which may be read more than once.

    Args:
        path: Of one of the ``SUFFIXES``, or ``.json``.
        columns: What is wanted of it.
    """

    def __init__(self, path: Path, columns: Columns) -> None:
        self._path = path
        self._columns = columns
        self._kind = path.suffix.lower()
        self._dialect: TableDialect | None = None

    def rows(self) -> Iterator[TableRow]:
        """All rows; blank lines are left out.

        Raises:
            InputError: The file cannot be read at all, or lacks a column that is needed. May come while iterating.
        """
        with open_regular(self._path, MAX_BYTES) as file:
            try:
                yield from self._rows_in(file)
            except OSError as error:
                raise not_readable(self._path, error) from error

    def _rows_in(self, file: BinaryIO) -> Iterator[TableRow]:
        if self._kind == ".parquet":
            yield from parquet_rows(file, self._path.name, self._columns)
            return
        encoding = _encoding(file)
        try:
            end = _line_end(file, encoding)
            with io.TextIOWrapper(file, encoding=encoding, newline=end) as text:
                yield from self._rows_of(text, end)
        except UnicodeError as error:
            raise self._undecodable(encoding) from error

    def _rows_of(self, text: io.TextIOWrapper, end: str) -> Iterator[TableRow]:
        name = str(self._path)
        if self._kind in _JSON:
            yield from json_rows(text, name, self._columns)
            return
        if self._dialect is None:
            delimiters = "\t" if self._kind == ".tsv" else _DELIMITERS
            written = [TableDialect(delimiter, end=end) for delimiter in delimiters]
            self._dialect = choose_dialect(text, name, self._columns, written)
        text.seek(0)
        yield from delimited_rows(text, self._dialect, self._columns)

    def _undecodable(self, encoding: str) -> InputError:
        """Which line cannot be read."""
        decoder = codecs.getincrementaldecoder(encoding)()
        lines, reason = 1, "no text"
        with open_regular(self._path, MAX_BYTES) as file:
            try:
                while block := file.readline(_BLOCK):
                    decoder.decode(block)
                    lines += block.endswith(b"\n")
                decoder.decode(b"", final=True)
            except UnicodeError as error:
                reason = getattr(error, "reason", str(error))
        shown = "UTF-16" if encoding.startswith("utf-16") else "UTF-8"
        return InputError(f"{self._path} is not {shown}: {reason} in line {lines:,}", "save it again as UTF-8")


def _encoding(file: BinaryIO) -> str:
    head = file.read(4)
    file.seek(0)
    return "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else utf_16(head) or "utf-8"


def _line_end(file: BinaryIO, encoding: str) -> str:
    r"""What ends the lines, by the first of them. One alone: programs leave a lone ``\r`` among ``\n`` unquoted."""
    decoder = codecs.getincrementaldecoder(encoding)()
    head = decoder.decode(file.read(_BLOCK))
    file.seek(0)
    # Python on Windows writes what ends a row as ``\r\r\n`` into a file that was opened as text.
    first = re.search(r"\r(?!\r?\n)|\n", head)
    return "\r" if first and first.group() == "\r" else "\n"


def not_readable(path: Path, error: OSError | ValueError) -> InputError:
    """A file that the user named cannot be opened, or its disk fails."""
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(f"{path} cannot be read: {reason}", "check the name, its permissions, and its disk")


def open_regular(path: Path, most: int | None = None) -> BinaryIO:
    """Open a file that the user named; a pipe or device would never end.

    Args:
        path: Any name.
        most: Bytes; a longer file is refused unread.

    Raises:
        InputError: It does not exist, is no regular file, is too long or cannot be opened.
    """
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except (OSError, ValueError) as error:
        raise not_readable(path, error) from error
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        file.close()
        raise InputError(f"{path} is not a regular file", "name a file")
    if most is not None and status.st_size > most:
        file.close()
        raise InputError(f"{path} has {status.st_size:,} bytes, above {most:,}", "split it, or name the right file")
    return file
