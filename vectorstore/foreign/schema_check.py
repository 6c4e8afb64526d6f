"""Whether the tables of a ledger are those that this project makes: a ledger may come from somebody else.

SQLite obeys what a file says about itself: a trigger deletes what is written, a view answers in place of a table, a
generated column or a virtual table computes what is read. So before anything is read or written, everything in the
file is compared with what our own statements make. What is expected is made by these statements, so a new version
needs no second list.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from vectorstore.foundation.errors import CorpusError

_HINT = "it was not made by this program alone; get the corpus anew, or ingest its sources into a new folder"
_LONGEST_VALUE = 256 * 2**20
"""Bytes of one value or statement; SQLite itself would hold four times as much."""

_BLANKS = re.compile(r" ?([(),]) ?")
_DEFENSIVE = 1010
"""SQLITE_DBCONFIG_DEFENSIVE: no statement may write to the file past SQLite's own rules."""

_Layout = dict[tuple[str, str], tuple[str, str]]
"""Table and statement of everything in a file, by kind and name."""


def distrust(connection: sqlite3.Connection) -> None:
    """Have SQLite run nothing that stands in the file, as far as this build can; before the file is first read."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    # From Python 3.12 on.
    configure = getattr(connection, "setconfig", None)
    if configure is not None:
        configure(_DEFENSIVE, True)


def check_schema(
    connection: sqlite3.Connection, path: Path, migrations: Sequence[Sequence[str]], hint: str = _HINT
) -> None:
    """Refuse a file that has anything else in it than these statements make, or something of it less.

    Args:
        connection: To the file.
        path: Of the file, for the message.
        migrations: Statements from nothing to the version that the file says it has.
        hint: What to do when it differs.

    Raises:
        CorpusError: It differs; the first difference is named.
    """
    expected = _expected(tuple(map(tuple, migrations)))
    found = connection.execute("SELECT type, name, tbl_name, sql, rootpage FROM sqlite_master").fetchmany(
        2 * len(expected)
    )
    layout = _layout([row[:4] for row in found])
    for kind, name in sorted(layout.keys() - expected.keys()):
        raise CorpusError(f"{path} has a {kind} that is not ours: {name!r:.80}", hint)
    for kind, name in sorted(expected.keys() - layout.keys()):
        raise CorpusError(f"{path} lacks the {kind} {name}", hint)
    for kind, name in sorted(expected):
        if layout[kind, name] != expected[kind, name]:
            raise CorpusError(f"the {kind} {name} of {path} is defined in another way than ours", hint)
    pages = [row[4] for row in found]
    if len(set(pages)) != len(pages) or not all(isinstance(page, int) and page > 1 for page in pages):
        raise CorpusError(f"{path} is damaged: several of its tables are one", hint)
    if connection.execute("PRAGMA encoding").fetchone()[0] != "UTF-8":
        raise CorpusError(f"{path} does not hold its texts as UTF-8", hint)


def _layout(rows: Sequence[Sequence[str | None]]) -> _Layout:
    return {(str(row[0]), str(row[1])): (str(row[2]), _plain(str(row[3]))) for row in rows}


def _plain(statement: str) -> str:
    """A statement without blanks that mean nothing: a column that was added later stands on the line of another."""
    return _BLANKS.sub(r"\1", " ".join(statement.split()))


@functools.cache
def _expected(migrations: tuple[tuple[str, ...], ...]) -> _Layout:
    with contextlib.closing(sqlite3.connect(":memory:")) as made:
        for statements in migrations:
            for statement in statements:
                made.execute(statement)
        return _layout(made.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall())
