"""Answers on disk, by content key: an ask that was answered is never asked again.

One SQLite file holds what was planned and what came back. It survives being killed at any moment: at most the
answers of the last moment are lost, none is half written.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from agents.identity import ask_content, ask_from_content, ask_key, canonical_json, content_key, respondent_content
from agents.models.base import Answer, Ask, Model
from vectorstore.errors import InputError, SchemaError, StorageError, ValueSpectrumError

if TYPE_CHECKING:
    import pandas

__all__ = ["AnswerStore", "Verification", "ask_key"]

SCHEMA_VERSION = 1
_APPLICATION_ID = 0x56535041
"""Marks the file as ours in its header."""
_BATCH, _SECONDS = 64, 1.0
"""Answers are committed when this many wait, or the oldest has waited this long."""
_OWN_COLUMNS = ("key", "model", "text", "parsed", "error", "tokens", "answered")

_SCHEMA = """
CREATE TABLE respondent (
    id INTEGER PRIMARY KEY,
    content TEXT NOT NULL UNIQUE
);
CREATE TABLE answer (
    key TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    parsed TEXT NOT NULL,
    log_probabilities TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    error TEXT NOT NULL,
    created TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE plan (
    position INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    respondent INTEGER NOT NULL REFERENCES respondent (id),
    tags TEXT NOT NULL,
    ask TEXT NOT NULL,
    UNIQUE (key, tags)
);
"""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a store found."""

    checked: int
    """Planned asks whose keys were derived again."""
    problems: tuple[str, ...]
    """One line each; empty when all is well."""


class AnswerStore:
    """Planned asks and their answers in one SQLite file, made when it does not exist.

    Args:
        path: The file, by custom ``answers.sqlite`` in a run's folder.

    Raises:
        StorageError: If the file cannot be written.
        SchemaError: If it is no answer store, or one of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[tuple[Any, ...]] = []
        self._since = time.monotonic()
        with self._storage_errors():
            self._database = sqlite3.connect(path, timeout=30, isolation_level=None)
        try:
            with self._storage_errors():
                self._prepare()
        except ValueSpectrumError:
            self._database.close()
            raise

    def __enter__(self) -> AnswerStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def plan(self, asks: Sequence[Ask], model: Model) -> list[str]:
        """Write down what is to be asked, and give each ask's key; asks already written down stay as they are.

        Raises:
            InputError: If a tag has the name of one of the table's own columns.
            StorageError: If the file cannot be written.
        """
        respondent = respondent_content(model)
        contents = [ask_content(ask) for ask in asks]
        keys = [content_key(content, respondent, ask.tags) for content, ask in zip(contents, asks, strict=True)]
        for name in {name for ask in asks for name in ask.tags}:
            if name in _OWN_COLUMNS or name.startswith("log_probability_"):
                raise InputError(f"A tag cannot be called {name!r}: the answer table has a column of that name")
        with self._transaction():
            number = self._respondent(canonical_json(respondent))
            self._database.executemany(
                "INSERT OR IGNORE INTO plan (key, respondent, tags, ask) VALUES (?, ?, ?, ?)",
                (
                    (key, number, canonical_json(dict(ask.tags)), canonical_json(content))
                    for key, ask, content in zip(keys, asks, contents, strict=True)
                ),
            )
        return keys

    def answered(self, keys: Iterable[str]) -> set[str]:
        """Which of the keys have an answer; a failed ask has none and is asked again."""
        found: set[str] = set()
        keys = list(dict.fromkeys(keys))
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = self._read(f"SELECT key FROM answer WHERE error = '' AND key IN ({marks})", part)
            found.update(key for (key,) in rows)
        return found

    def add(self, key: str, answer: Answer) -> None:
        """Take an answer; it is on disk after at most a moment or 64 answers, or after :meth:`flush`.

        Raises:
            StorageError: If the file cannot be written.
        """
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(
            (
                key,
                _storable(answer.text),
                answer.parsed,
                canonical_json(dict(answer.log_probabilities)),
                answer.tokens,
                _storable(answer.error),
                datetime.now(UTC).isoformat(timespec="seconds"),
            )
        )
        if len(self._waiting) >= _BATCH or time.monotonic() - self._since >= _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Commit the answers that wait. A good answer is never replaced, a failure is.

        Raises:
            StorageError: If the file cannot be written.
        """
        if not self._waiting:
            return
        with self._transaction():
            self._database.executemany(
                "INSERT INTO answer (key, text, parsed, log_probabilities, tokens, error, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET text = excluded.text,"
                " parsed = excluded.parsed, log_probabilities = excluded.log_probabilities, tokens = excluded.tokens,"
                " error = excluded.error, created = excluded.created WHERE answer.error != ''",
                self._waiting,
            )
        self._waiting.clear()

    def close(self) -> None:
        """Commit what waits and let go of the file."""
        try:
            self.flush()
        finally:
            self._database.close()

    def answer(self, key: str) -> Answer | None:
        """The answer stored under a key, a failed one included."""
        rows = self._read("SELECT log_probabilities, text, parsed, tokens, error FROM answer WHERE key = ?", (key,))
        row = next(rows, None)
        return Answer(json.loads(row[0]), *row[1:]) if row else None

    def planned(self) -> Iterator[tuple[Ask, str]]:
        """Planned asks with tags and without picture paths, in order, each with its key."""
        for key, ask, tags in self._read("SELECT key, ask, tags FROM plan ORDER BY position"):
            yield _with_tags(json.loads(ask), json.loads(tags)), key

    def verify(self) -> Verification:
        """Derive every key again from what is stored, and check the file itself."""
        problems = [f"{self.path}: {line}" for (line,) in self._read("PRAGMA integrity_check") if line != "ok"]
        checked = 0
        rows = self._read(
            "SELECT position, key, content, tags, ask FROM plan JOIN respondent ON respondent.id = plan.respondent"
        )
        for position, key, respondent, tags, ask in rows:
            checked += 1
            if content_key(json.loads(ask), json.loads(respondent), json.loads(tags)) != key:
                problems.append(f"{self.path}: planned ask {position} does not belong to its key {key[:15]}...")
        strays = self._read("SELECT key FROM answer WHERE key NOT IN (SELECT key FROM plan)")
        problems += [f"{self.path}: answer {key[:15]}... was never planned" for (key,) in strays]
        return Verification(checked, tuple(problems))

    def table(self) -> pandas.DataFrame:
        """One row per planned ask, in order.

        Every tag is a column, beside ``key``, ``model``, ``text``, ``parsed``, ``error``, ``tokens``, ``answered``
        (whether there is an answer) and ``log_probability_<choice>`` (missing where the ask had no such choice).
        """
        import pandas

        self.flush()
        rows = self._read(
            "SELECT plan.tags, plan.key, content, text, parsed, error, tokens, log_probabilities FROM plan"
            " JOIN respondent ON respondent.id = plan.respondent LEFT JOIN answer ON answer.key = plan.key"
            " ORDER BY position"
        )
        models: dict[str, str] = {}
        records = []
        for tags, key, content, text, parsed, error, tokens, log_probabilities in rows:
            if content not in models:
                models[content] = json.loads(content)["model"]
            answered = text is not None and not error
            own = (key, models[content], text or "", parsed or "", error or "", tokens or 0, answered)
            record = {**json.loads(tags), **dict(zip(_OWN_COLUMNS, own, strict=True))}
            scored = json.loads(log_probabilities) if log_probabilities else {}
            records.append(record | {f"log_probability_{name}": value for name, value in scored.items()})
        return pandas.DataFrame.from_records(records) if records else pandas.DataFrame(columns=list(_OWN_COLUMNS))

    def _read(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        with self._storage_errors():
            yield from self._database.execute(query, values)

    def _respondent(self, content: str) -> int:
        self._database.execute("INSERT OR IGNORE INTO respondent (content) VALUES (?)", (content,))
        row = self._database.execute("SELECT id FROM respondent WHERE content = ?", (content,)).fetchone()
        return int(row[0])

    def _prepare(self) -> None:
        application = self._database.execute("PRAGMA application_id").fetchone()[0]
        version = self._database.execute("PRAGMA user_version").fetchone()[0]
        empty = not self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not empty and application != _APPLICATION_ID:
            raise SchemaError(f"{self.path}: a database, but not an answer store", "name another run folder")
        if not empty and version != SCHEMA_VERSION:
            raise SchemaError(
                f"{self.path}: answer store of schema {version}, this release reads {SCHEMA_VERSION}",
                "use the release that wrote it, or a new run folder",
            )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        if empty:
            self._create()

    def _create(self) -> None:
        """Make the tables, unless another process just did."""
        with self._transaction():
            if not self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                self._database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._storage_errors():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    @contextmanager
    def _storage_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            hint = "free some space or name another folder" if "full" in str(error) else "is the folder writable?"
            raise StorageError(f"{self.path}: answers cannot be stored ({error})", hint) from error
        except sqlite3.DatabaseError as error:
            raise SchemaError(f"{self.path}: not an answer store ({error})", "name another run folder") from error


def _storable(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates become question marks, NUL characters go."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _with_tags(content: Mapping[str, Any], tags: Mapping[str, Any]) -> Ask:
    from dataclasses import replace

    return replace(ask_from_content(content), tags=tags)
