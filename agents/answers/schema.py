"""How answers lie in SQLite; ``agents.answers.migration`` makes files of earlier releases like that.

What many asks have in common is written once: pictures, personas and question forms are rows of ``part``, and an ask
is a key with the numbers of its parts. Earlier turns, and the times of a video, stand with the pictures, the number of
a repeat with the question.
Numbers grow in order of first appearance, so ordering by them is ordering by frame, then persona, then item; asks that
begin with the same turns follow each other.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agents.answers.stored_json import damaged, read_form, read_persona, read_shown
from agents.models.ask_key import canonical_json
from vectorstore.foreign.schema_check import check_schema
from vectorstore.foundation.errors import SchemaError

SCHEMA_VERSION = 4
MIGRATED = (1, 2, 3)
"""Earlier schemas that are brought forward."""
APPLICATION_ID = 0x56535041
"""Marks the file as ours in its header."""
OWN_COLUMNS = ("key", "model", "text", "parsed", "error", "tokens", "answered", "details")
"""Columns of the answer table that are not tags."""
CHOICE_COLUMN = "log_probability_"
"""How columns of the answer table begin that hold log-probabilities of choices."""
COUNT_COLUMN = "count_"
"""How columns begin that hold how many of the drawn answers were of a class."""
CACHE_KIB = 32 * 1024
"""Memory that SQLite may use for pages: the inner ones of the key index of some million asks, and what is near."""

_TABLES = """
CREATE TABLE part (
    id INTEGER PRIMARY KEY,
    content TEXT NOT NULL UNIQUE
);
CREATE TABLE respondent (
    id INTEGER PRIMARY KEY,
    content TEXT NOT NULL UNIQUE,
    timed_answers INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0
);
CREATE TABLE ask (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    respondent INTEGER NOT NULL REFERENCES respondent (id),
    pictures INTEGER NOT NULL REFERENCES part (id),
    persona INTEGER NOT NULL REFERENCES part (id),
    form INTEGER NOT NULL REFERENCES part (id)
);
CREATE TABLE plan (
    position INTEGER PRIMARY KEY,
    ask INTEGER NOT NULL REFERENCES ask (id),
    tags TEXT NOT NULL,
    digest BLOB NOT NULL,
    UNIQUE (ask, digest)
);
CREATE TABLE answer (
    ask INTEGER PRIMARY KEY REFERENCES ask (id),
    error TEXT NOT NULL,
    parsed TEXT NOT NULL,
    text TEXT NOT NULL,
    log_probabilities TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    created TEXT NOT NULL,
    digest BLOB NOT NULL,
    details TEXT NOT NULL DEFAULT '',
    counts TEXT NOT NULL DEFAULT ''
);
CREATE TABLE worklist (
    id INTEGER PRIMARY KEY,
    respondent INTEGER NOT NULL REFERENCES respondent (id),
    digest TEXT NOT NULL,
    complete INTEGER NOT NULL DEFAULT 0,
    UNIQUE (respondent, digest)
);
CREATE TABLE listed (
    list INTEGER NOT NULL REFERENCES worklist (id),
    pictures INTEGER NOT NULL,
    persona INTEGER NOT NULL,
    ask INTEGER NOT NULL,
    PRIMARY KEY (list, pictures, persona, ask)
) WITHOUT ROWID;
"""
_STATEMENTS = tuple(filter(str.strip, _TABLES.split(";")))
MANIFEST_TABLE = "CREATE TABLE IF NOT EXISTS manifest (id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL)"
"""Holds a copy of the run's manifest. Earlier releases pass over it, so it needs no version of its own."""
TRAIL_TABLES = (
    "CREATE TABLE procedure (id INTEGER PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL, UNIQUE (name, roles))",
    "CREATE TABLE step (procedure INTEGER NOT NULL REFERENCES procedure (id), step INTEGER NOT NULL,"
    " heard BLOB NOT NULL, asks TEXT NOT NULL, PRIMARY KEY (procedure, step)) WITHOUT ROWID",
)
"""Which way procedures went (``agents.answers.trails``). Made when the first one is conducted: other stores stay as
they were, so they need no version of their own."""
_COMPUTES = re.compile(r"CREATE\s+VIRTUAL|GENERATED|\bAS\s*\(", re.IGNORECASE)
_FOREIGN = "it was not made by this program alone; ask again in a new run folder"
_KEY_PREFIX, _KEY_BYTES = "sha256:", 32
_HOW_FOUND = re.compile(r'"(?:rank|similarity)":[-+.0-9eE]+,?')
"""Tags that say how near the picture of an ask was to a search word. Machines, and numbers of threads, differ in the
last digits of that, so that an ask which is planned again elsewhere would be a second row with the same answer."""


def create_tables(database: sqlite3.Connection) -> None:
    """Make the tables; inside a transaction of the caller's."""
    for statement in _STATEMENTS:
        database.execute(statement)
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def check_layout(database: sqlite3.Connection, path: Path) -> None:
    """Refuse a file whose tables are not those of this release: SQLite obeys triggers and views of anybody's.

    Raises:
        CorpusError: Something is missing, or is there besides.
    """
    trails = TRAIL_TABLES if has_trails(database) else ()
    check_schema(database, path, [(*_STATEMENTS, MANIFEST_TABLE, *trails)], _FOREIGN)


def has_trails(database: sqlite3.Connection) -> bool:
    """Whether the tables of procedures are there."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name IN ('procedure', 'step')"
    return database.execute(query).fetchone() is not None


def refuse_active(database: sqlite3.Connection, path: Path) -> None:
    """Refuse a file of an earlier release that would do something by itself while it is brought forward.

    Raises:
        SchemaError: It has triggers, views, or tables that compute.
    """
    for kind, name, statement in database.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master"):
        plain = kind == "table" or (kind == "index" and not statement)
        if not plain or _COMPUTES.search(str(statement)):
            raise SchemaError(f"{path} has a {kind} that is not ours: {name!r:.80}", _FOREIGN)


INSERT_ANSWER = (
    "INSERT INTO answer (ask, error, parsed, text, log_probabilities, tokens, created, details, counts, digest)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ask) DO UPDATE SET error = excluded.error,"
    " parsed = excluded.parsed, text = excluded.text, log_probabilities = excluded.log_probabilities,"
    " tokens = excluded.tokens, created = excluded.created, details = excluded.details, counts = excluded.counts,"
    " digest = excluded.digest WHERE answer.error != ''"
)
"""A good answer is never replaced, a failure is."""


def key_bytes(key: str) -> bytes:
    """A key as it is stored: without its prefix, in 32 bytes."""
    return bytes.fromhex(key.removeprefix(_KEY_PREFIX))


def key_text(key: bytes) -> str:
    """A key as it is shown."""
    return f"{_KEY_PREFIX}{key.hex()}"


def parts_of(content: Mapping[str, object]) -> tuple[str, str, str]:
    """An ask's content (``agents.models.ask_key.ask_content``) as pictures, persona and form, each as JSON."""
    form = {name: content[name] for name in ("caption", "choices", "max_tokens", "prefill", "question")}
    form |= {"draw": content["draw"]} if "draw" in content else {}
    shown = content["pictures"]
    if beside := {name: content[name] for name in ("times", "turns") if name in content}:
        shown = {"pictures": shown, **beside}
    return canonical_json(shown), canonical_json(content["system"]), canonical_json(form)


def joined(pictures: str, persona: str, form: str) -> dict[str, Any]:  # Open: parts of an ask, see ``ask_key``
    """The content that has these parts."""
    return {**read_shown(pictures), "system": read_persona(persona), **read_form(form)}


def answer_digest(key: bytes, content: Sequence[object]) -> bytes:
    """Eight bytes that a stored answer is checked against: they change when any of its columns does.

    Args:
        key: Of the ask.
        content: Error, parsed, text, log-probabilities, tokens, time, details and counts; empty details and counts do
            not enter, so that digests of earlier schemas, which had none, still hold.
    """
    *plain, details, counts = content
    further = [details, counts] if counts else [details] if details else []
    return hashlib.blake2b(canonical_json([key.hex(), *plain, *further]).encode(), digest_size=8).digest()


class StoredAnswer(NamedTuple):
    """The columns of a stored answer."""

    error: str
    parsed: str
    text: str
    log_probabilities: str
    """JSON."""
    tokens: int
    created: str
    details: str
    """JSON of what was told beside it, or empty."""
    counts: str
    """JSON of how many drawn answers were of which class, or empty where none were drawn."""
    digest: bytes


NO_ANSWER = StoredAnswer("", "", "", "", 0, "", "", "", b"")
"""In the place of one that is not there."""


class StoredRow(NamedTuple):
    """One planned ask as it is stored."""

    position: int
    key: bytes
    tags: str
    respondent: str
    parts: tuple[str, str, str]
    answer: StoredAnswer | None


_ASK_KINDS = (int, bytes, *(str,) * 5)
"""Types of the columns of a planned ask: place, key, tags, respondent, three parts."""
_ANSWER_KINDS = (*(str,) * 4, int, *(str,) * 3, bytes)
_ANSWERED = (*_ASK_KINDS, *_ANSWER_KINDS)
_OPEN = (*_ASK_KINDS, *(type(None),) * len(_ANSWER_KINDS))


def stored_row(columns: Sequence[Any]) -> StoredRow:  # Open: cells, whose types are looked at here
    """A planned ask as it was read.

    Args:
        columns: Place, key, tags, respondent, three parts, and the columns of its answer or as many nulls.

    Raises:
        SchemaError: Something in it is of another type than what is written there.
    """
    kinds = tuple(map(type, columns))
    if (kinds != _ANSWERED and kinds != _OPEN) or len(columns[1]) != _KEY_BYTES:
        damaged("row", columns[1])
    answer = StoredAnswer._make(columns[7:]) if kinds == _ANSWERED else None
    position, key, tags, respondent, *parts = columns[:7]
    return StoredRow(position, key, tags, respondent, (parts[0], parts[1], parts[2]), answer)


class StoredColumns(NamedTuple):
    """Many planned asks as they are stored, a column each, in their order."""

    key: Sequence[bytes]
    tags: Sequence[str]
    respondent: Sequence[str]
    answered: Sequence[bool]
    """Whether there is an answer, and no failure."""
    said: Mapping[str, Sequence[Any]]  # Open: texts, numbers and bytes, whose types were looked at
    """Columns of ``StoredAnswer``, those of ``NO_ANSWER`` where there is none."""

    def picked(self, places: Sequence[int]) -> StoredColumns:
        """Some of the rows."""
        return StoredColumns(
            [self.key[place] for place in places],
            [self.tags[place] for place in places],
            [self.respondent[place] for place in places],
            [self.answered[place] for place in places],
            {name: [column[place] for place in places] for name, column in self.said.items()},
        )


def stored_columns(page: Sequence[Sequence[Any]]) -> StoredColumns:  # Open: cells, whose types are looked at here
    """Planned asks as they were read.

    Args:
        page: At least one row, as ``stored_row`` takes them.

    Raises:
        SchemaError: Something in it is of another type than what is written there.
    """
    columns = list(zip(*page, strict=True))
    there = [error is not None for error in columns[len(_ASK_KINDS)]]
    whole = [set(map(type, column)) for column in columns] == [{kind} for kind in _ANSWERED]
    if not whole or set(map(len, columns[1])) != {_KEY_BYTES}:
        columns[len(_ASK_KINDS) :] = zip(*(stored_row(row).answer or NO_ANSWER for row in page), strict=True)
    said = dict(zip(StoredAnswer._fields, columns[len(_ASK_KINDS) :], strict=True))
    answered = [known and not error for known, error in zip(there, said["error"], strict=True)]
    return StoredColumns(columns[1], columns[2], columns[3], answered, said)


class PlanWriter:
    """Writes asks and their parts, each once.

    Args:
        database: Inside a transaction whenever a method is called.
    """

    _MOST_REMEMBERED = 4_000

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._numbers: dict[str, int] = {}

    def ask(self, key: bytes, respondent: int, content: Mapping[str, object]) -> tuple[int, tuple[int, int]]:
        """Number of an ask, written down if it is new, and those of its pictures and its persona."""
        row = self._database.execute("SELECT id, pictures, persona FROM ask WHERE key = ?", (key,)).fetchone()
        if row:
            return row[0], (row[1], row[2])
        pictures, persona, form = (self._part(part) for part in parts_of(content))
        cursor = self._database.execute(
            "INSERT INTO ask (key, respondent, pictures, persona, form) VALUES (?, ?, ?, ?, ?)",
            (key, respondent, pictures, persona, form),
        )
        return int(cursor.lastrowid or 0), (pictures, persona)

    def plan(self, ask: int, tags: str, position: int | None = None) -> None:
        """Write down for what an ask is wanted, unless that is written down, by whatever search it was found."""
        written = self._database.execute("SELECT tags FROM plan WHERE ask = ?", (ask,)).fetchall()
        if written and _HOW_FOUND.sub("", tags) in {_HOW_FOUND.sub("", str(each)) for (each,) in written}:
            return
        self._database.execute(
            "INSERT OR IGNORE INTO plan (position, ask, tags, digest) VALUES (?, ?, ?, ?)",
            (position, ask, tags, hashlib.blake2b(tags.encode(), digest_size=8).digest()),
        )

    def enlist(self, worklist: int, ask: int, place: tuple[int, int]) -> None:
        """Put an ask on a list, unless it is there."""
        self._database.execute("INSERT OR IGNORE INTO listed VALUES (?, ?, ?, ?)", (worklist, *place, ask))

    def forget(self) -> None:
        """Let go of what is remembered of rows: a transaction that failed took them along."""
        self._numbers.clear()

    def _part(self, content: str) -> int:
        number = self._numbers.get(content)
        if number is None:
            self._database.execute("INSERT OR IGNORE INTO part (content) VALUES (?)", (content,))
            (number,) = self._database.execute("SELECT id FROM part WHERE content = ?", (content,)).fetchone()
            if len(self._numbers) >= self._MOST_REMEMBERED:
                self._numbers.clear()
            self._numbers[content] = number
        return int(number)
