"""Answers on disk, by content key: an ask that was answered is never asked again.

One SQLite file holds what was planned and what came back. Every answer is committed before the next one is asked for,
so a process that is killed at any moment loses only what was being asked; a power cut may cost the last second.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from agents.answers import schema
from agents.answers.columns import ANSWER_COLUMNS, insert_answer, read_answer
from agents.answers.file import connect, header
from agents.answers.migration import migrate
from agents.answers.respondent import Respondent, stored_model, stored_respondent
from agents.answers.schema import (
    CHOICE_COLUMN,
    COUNT_COLUMN,
    OWN_COLUMNS,
    SCHEMA_VERSION,
    PlanWriter,
    StoredRow,
    answer_digest,
    joined,
    key_bytes,
    key_text,
)
from agents.answers.stored_json import (
    WIDEST,
    read_details,
    read_respondent,
    read_tags,
)
from agents.answers.table import answer_table
from agents.models.ask_key import (
    PROMPT_LAYOUT,
    ask_content,
    ask_from_content,
    ask_key,
    canonical_json,
    content_key,
    respondent_content,
    with_layout_version,
)
from agents.models.base import Answer, Ask, Model
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import CorpusLockedError, InputError, SchemaError, StorageError
from vectorstore.foundation.locks import FileLock

if TYPE_CHECKING:
    import pandas

__all__ = ["AnswerStore", "Worklist", "ask_key"]

NEVER_MIXED = ("engine", "dtype", PROMPT_LAYOUT)
"""Settings of a model that all of its answers in one store have in common."""
NEW_LAYOUT = "this release lays prompts out anew: name another run folder, or use the release that made this one"
"""What to do where answers were got with prompts of another version."""

_PAGE = 2000
"""Rows written in one transaction, or read at once."""
_SYNC_SECONDS = 1.0
"""How often answers are forced onto the disk itself; against everything but power cuts they are safe at once."""


@dataclass(frozen=True, slots=True)
class Worklist:
    """A list of asks to one model that is written down in a store."""

    id: int
    owner: int
    """Number of the model there."""
    respondent: Respondent
    """The model as itself; which roles it plays, the asks say."""
    total: int
    """Asks with different keys."""
    stored: int
    """Those of them that had a good answer when the list was looked at."""


@dataclass(frozen=True, slots=True)
class AnswerPace:
    """How it went so far with the asks of a list."""

    timed: int
    """Answers of the respondent that were timed."""
    seconds: float
    """Time that those took."""
    counted: int
    """Good answers of the list whose tokens are known, as far as they were looked at."""
    prompt_tokens: float
    """Mean length of their prompts, counted as often as they were sent."""
    reply_tokens: float | None
    """Mean tokens of what was said to one ask, where that was counted."""


class AnswerStore:
    """Planned asks and their answers in one SQLite file, made when it does not exist.

    Args:
        path: The file, by custom ``answers.sqlite`` in a run's folder.
        read_only: Look only; any number may do that, also while another process writes.

    Raises:
        StorageError: If the file cannot be written.
        SchemaError: If it is no answer store, or one of a later version.
        CorpusLockedError: If another process is writing it.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._lock: FileLock | None = None
        self._synced = time.monotonic()
        if read_only and self._needs_writer():
            AnswerStore(path).close()
        if not read_only:
            self._lock = FileLock(path.with_name(f".{path.name}.lock"), f"the answers in {path.parent}")
        try:
            with self._storage_errors():
                self._database = connect(path, read_only)
            try:
                with self._storage_errors():
                    self._prepare(read_only)
            except BaseException:
                self._database.close()
                raise
        except BaseException:
            self._unlock()
            raise
        self._writer = PlanWriter(self._database)

    def __enter__(self) -> AnswerStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def writable(self) -> bool:
        """Whether it was not opened for reading only."""
        return self._lock is not None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """For modules of this room: all that is written inside or nothing, on the disk itself once a second.

        Raises:
            StorageError: The file cannot be written; nothing is stored then.
        """
        with self._transaction(durable=time.monotonic() - self._synced >= _SYNC_SECONDS):
            yield self._database

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For modules of this room: what SQLite has against a query is told as everywhere."""
        with self._storage_errors():
            yield self._database

    def plan(self, asks: Iterable[Ask], model: Model, digest: str = "") -> Worklist:
        """Write down what is to be asked; asks already written down stay as they are.

        Args:
            asks: Taken one after the other and never held together.
            model: Who will be asked.
            digest: Names the list by what it was made of. A list that was written down whole under the same name is
                not gone through again. Empty for a list without a name.

        Raises:
            InputError: If a tag has the name of one of the table's own columns, or the store holds answers of
                this model from another engine, number format or prompt layout.
            StorageError: If the file cannot be written.
        """
        content = respondent_content(model)
        with self._transaction():
            owner = self._respondent(content)
            number, complete = self._begin_list(owner, digest)
        if not complete:
            iterator = iter(asks)
            while page := [ask for _, ask in zip(range(_PAGE), iterator, strict=False)]:
                self._write_down(page, number, owner, content)
            with self._transaction():
                self._database.execute("UPDATE worklist SET complete = 1 WHERE id = ?", (number,))
        return self._worklist(number, owner, Respondent.of(model))

    def worklists(self, digest: str) -> list[Worklist]:
        """The lists of this name, of all models for which it is written down whole."""
        found = self._read(
            "SELECT worklist.id, respondent, content FROM worklist JOIN respondent ON respondent.id = respondent"
            " WHERE worklist.digest = ? AND complete ORDER BY worklist.id",
            (digest,),
        )
        return [self._worklist(number, owner, stored_model(content)) for number, owner, content in list(found)]

    def _worklist(self, number: int, owner: int, respondent: Respondent) -> Worklist:
        """A list as it stands now."""
        ((total,),) = self._read("SELECT count(*) FROM listed WHERE list = ?", (number,))
        ((stored,),) = self._read(
            "SELECT count(*) FROM listed JOIN answer ON answer.ask = listed.ask AND answer.error = '' WHERE list = ?",
            (number,),
        )
        return Worklist(number, owner, respondent, total, stored)

    def open_asks(self, worklist: Worklist, most: int | None = None) -> Iterator[tuple[Ask, str]]:
        """Asks of a list that have no good answer, each once, with its key; frame by frame, persona by persona.

        Answers may be added meanwhile; an ask that fails meanwhile does not come again. Pictures have no paths.

        Args:
            worklist: The list.
            most: Stop after so many.
        """
        place, given = (-1, -1, -1), 0
        while True:
            page = list(self._read(_OPEN, (worklist.id, *place, min(_PAGE, most - given) if most else _PAGE)))
            for pictures, persona, ask, key, *parts, tags in page:
                place = (pictures, persona, ask)
                yield replace(ask_from_content(joined(*parts)), tags=read_tags(tags)), key_text(key)
            given += len(page)
            if len(page) < _PAGE or given == most:
                return

    def answered(self, keys: Iterable[str]) -> set[str]:
        """Which of the keys have an answer; a failed ask has none and is asked again."""
        query = "SELECT 1 FROM answer JOIN ask ON ask.id = answer.ask WHERE error = '' AND key = ?"
        return {key for key in set(keys) if any(self._read(query, (key_bytes(key),)))}

    def count_answered(self) -> int:
        """How many planned asks have a good answer: as many as ``table`` calls answered, without reading them."""
        ((count,),) = self._read("SELECT count(*) FROM plan JOIN answer ON answer.ask = plan.ask WHERE error = ''")
        return int(count)

    def add(self, key: str, answer: Answer) -> None:
        """Commit an answer. A good answer is never replaced, a failure is.

        Raises:
            InputError: If no such ask was planned.
            StorageError: If the file cannot be written; nothing of the answer is stored then.
        """
        stored = key_bytes(key)
        ((number,),) = list(self._read("SELECT id FROM ask WHERE key = ?", (stored,))) or ((None,),)
        if number is None:
            raise InputError(f"{self.path}: an answer to an ask that was never planned ({key[:15]}...)")
        with self.writing() as database:
            insert_answer(database, number, stored, answer)

    def fail(self, worklist: Worklist, parsed: str, reason: str) -> None:
        """Make failures, which are asked again, of the good answers of a list that are of a class.

        Raises:
            StorageError: If the file cannot be written; nothing is changed then.
        """
        columns = "text, log_probabilities, tokens, created, details, counts"
        query = (
            f"SELECT ask.id, ask.key, {columns} FROM listed JOIN ask ON ask.id = listed.ask JOIN answer"
            " ON answer.ask = ask.id WHERE listed.list = ? AND answer.parsed = ? AND answer.error = ''"
        )
        rows = list(self._read(query, (worklist.id, parsed)))
        with self._transaction(durable=True):
            for number, key, *content in rows:
                digest = answer_digest(key, (reason, parsed, *content))
                update = "UPDATE answer SET error = ?, digest = ? WHERE ask = ?"
                self._database.execute(update, (reason, digest, number))

    def add_pace(self, worklist: Worklist, answers: int, seconds: float) -> None:
        """Remember how long so many answers of a respondent took; the next plan says how long the rest will take."""
        with self._transaction():
            self._database.execute(
                "UPDATE respondent SET timed_answers = timed_answers + ?, seconds = seconds + ? WHERE id = ?",
                (answers, seconds, worklist.owner),
            )

    def pace(self, worklist: Worklist) -> AnswerPace:
        """Time and tokens of what was answered so far."""
        ((timed, seconds),) = self._read(
            "SELECT timed_answers, seconds FROM respondent WHERE id = ?", (worklist.owner,)
        )
        ((count, prompt, reply),) = self._read(_TOKENS, (worklist.id,))
        return AnswerPace(timed, seconds, count, prompt, reply)

    def keep_manifest(self, document: str) -> None:
        """Keep a copy of the run's manifest, for the case that its own file is lost or torn; it never changes.

        Args:
            document: The manifest as JSON.
        """
        with self._transaction(durable=True):
            self._database.execute("INSERT OR IGNORE INTO manifest (id, document) VALUES (1, ?)", (document,))

    def respondents(self) -> list[Respondent]:
        """Everybody that something is asked of, in the order of planning."""
        return list(dict.fromkeys(stored_respondent(*row) for row in self._read(_RESPONDENTS)))

    def flush(self) -> None:
        """Force what is committed onto the disk itself.

        Raises:
            StorageError: If that fails.
        """
        with self._storage_errors():
            self._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._synced = time.monotonic()

    def close(self) -> None:
        """Let go of the file; from then on it is whole by itself, without the log that SQLite keeps beside it."""
        try:
            with self._storage_errors():
                if self._lock is not None:
                    # SQLite does so by itself only where nobody else has the file open.
                    self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                self._database.close()
        finally:
            writer = self._lock is not None
            self._unlock()
        if not writer:
            _settle(self.path)

    def answer(self, key: str) -> Answer | None:
        """The answer stored under a key, a failed one included."""
        query = f"SELECT {ANSWER_COLUMNS} FROM answer JOIN ask ON ask.id = ask WHERE key = ?"
        return next(map(read_answer, self._read(query, (key_bytes(key),))), None)

    def details(self, key: str) -> dict[str, object]:
        """What was told beside the answer under a key: thinking, bounds, drawn words, ...; empty when nothing was."""
        query = "SELECT details FROM answer JOIN ask ON ask.id = ask WHERE key = ?"
        ((text,),) = list(self._read(query, (key_bytes(key),))) or (("",),)
        return read_details(text)

    def ask(self, key: str) -> Ask | None:
        """The ask planned under a key, without tags and picture paths."""
        row = next(self._read(f"SELECT {_PARTS} FROM ask {_JOIN_PARTS} WHERE key = ?", (key_bytes(key),)), None)
        return ask_from_content(joined(*row)) if row else None

    def planned(self) -> Iterator[tuple[Ask, str]]:
        """Planned asks with tags and without picture paths, in the order of planning, each with its key."""
        for row in self.rows():
            yield replace(ask_from_content(joined(*row.parts)), tags=read_tags(row.tags)), key_text(row.key)

    def rows(self) -> Iterator[StoredRow]:
        """Every planned ask as it is stored, with its answer where there is one, in the order of planning."""
        for page in self._pages(_ROWS):
            yield from map(schema.stored_row, page)

    def _pages(self, query: str) -> Iterator[list[tuple[Any, ...]]]:  # Open: cells
        position = -1
        while page := list(self._read(query, (position, _PAGE))):
            yield page
            position = page[-1][0]

    def table(self, leave_out: Sequence[str] = ()) -> pandas.DataFrame:
        """One row per planned ask, in order, in memory; ``rows`` and the exports need none.

        Every tag is a column, beside ``key``, ``model``, ``text``, ``parsed``, ``error``, ``tokens``, ``answered``
        (whether there is an answer), ``details`` (JSON of what was told beside it, or empty),
        ``log_probability_<choice>`` (missing where the ask had no such choice) and, where answers were drawn,
        ``count_<class>`` (missing where none were).

        Args:
            leave_out: Shell patterns over names of columns that are not wanted, to save memory.
        """
        return answer_table(self._pages(_WORDLESS_ROWS), leave_out)

    def integrity(self) -> list[str]:
        """What SQLite itself finds wrong with the file; empty when all is well."""
        return [line for (line,) in self._read("PRAGMA integrity_check") if line != "ok"]

    def strays(self) -> list[int]:
        """Numbers of answers without an ask."""
        return [number for (number,) in self._read("SELECT ask FROM answer WHERE ask NOT IN (SELECT id FROM ask)")]

    def _write_down(self, asks: Sequence[Ask], number: int, owner: int, content: Mapping[str, object]) -> None:
        check_tags(asks)
        with self._transaction():
            for ask in asks:
                parts = ask_content(ask)
                key = key_bytes(content_key(parts, content, ask.tags))
                planned, place = self._writer.ask(key, owner, parts)
                self._writer.plan(planned, canonical_json(dict(ask.tags)))
                self._writer.enlist(number, planned, place)

    def _begin_list(self, owner: int, digest: str) -> tuple[int, bool]:
        """Number of a list, and whether it is written down whole; one without a name begins anew."""
        row = self._database.execute(
            "SELECT id, complete FROM worklist WHERE respondent = ? AND digest = ?", (owner, digest)
        ).fetchone()
        if row is None:
            cursor = self._database.execute("INSERT INTO worklist (respondent, digest) VALUES (?, ?)", (owner, digest))
            return int(cursor.lastrowid or 0), False
        if digest and row[1]:
            return row[0], True
        self._database.execute("DELETE FROM listed WHERE list = ?", (row[0],))
        return row[0], False

    def _respondent(self, content: Mapping[str, object]) -> int:
        text = canonical_json(content)
        row = self._database.execute("SELECT id FROM respondent WHERE content = ?", (text,)).fetchone()
        if row is None:
            for (other,) in self._database.execute("SELECT content FROM respondent ORDER BY id"):
                self._check_alike(*read_respondent(other), content)
            self._database.execute("INSERT INTO respondent (content) VALUES (?)", (text,))
            row = self._database.execute("SELECT id FROM respondent WHERE content = ?", (text,)).fetchone()
        return int(row[0])

    # Open: what ``respondent_content`` makes.
    def _check_alike(self, model: str, old: Mapping[str, str], wanted: Mapping[str, Any]) -> None:
        """Refuse answers that would stand in one table with answers they cannot be compared with."""
        old, new = with_layout_version(old), with_layout_version(wanted["settings"])
        names = list(NEVER_MIXED) if model == wanted["model"] else []
        different = [name for name in names if old.get(name) != new.get(name)]
        layouts = [str(settings.get("layout", "")).partition(",")[0] for settings in (old, new)]
        changes = [f"{name} {old.get(name)} -> {new.get(name)}" for name in different]
        if all(layouts) and layouts[0] != layouts[1]:
            changes.append(f"layout {layouts[0]} ({model}) -> {layouts[1]} ({wanted['model']})")
        if changes:
            told = f"{self.path} holds answers that were got in another way: {'; '.join(changes)}"
            again = "ask in the same way as before, or name another run folder"
            raise InputError(told, NEW_LAYOUT if PROMPT_LAYOUT in different else again)

    def _read(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:  # Open: cells
        with self._storage_errors():
            yield from self._database.execute(query, values)

    def _needs_writer(self) -> bool:
        """Whether a file has to be changed before it can be read: it was killed at birth, or is of an old schema."""
        with self._storage_errors():
            database = connect(self.path, read_only=True)
            try:
                _, version, empty = header(database)
            finally:
                database.close()
        return empty or version in schema.MIGRATED

    def _prepare(self, read_only: bool) -> None:
        application, version, empty = header(self._database)
        if not empty and application != schema.APPLICATION_ID:
            raise SchemaError(f"{self.path}: a database, but not an answer store", "name another run folder")
        if not empty and version not in (*schema.MIGRATED, SCHEMA_VERSION):
            raise SchemaError(
                f"{self.path}: answer store of schema {version}, this release reads {SCHEMA_VERSION}",
                "use the release that wrote it, or a new run folder",
            )
        self._database.execute(f"PRAGMA cache_size = -{schema.CACHE_KIB}")
        if read_only:
            schema.check_layout(self._database, self.path)
            return
        if version != SCHEMA_VERSION:
            schema.refuse_active(self._database, self.path)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        with self._transaction(durable=empty or version != SCHEMA_VERSION):
            if empty:
                schema.create_tables(self._database)
            elif version != SCHEMA_VERSION:
                migrate(self._database, version)
            self._database.execute(schema.MANIFEST_TABLE)
            schema.check_layout(self._database, self.path)
        if version == 1:
            self._database.execute("VACUUM")

    @contextmanager
    def _transaction(self, durable: bool = False) -> Iterator[None]:
        """All or nothing; ``durable`` ones are on the disk itself afterwards, with all that were before them."""
        with self._storage_errors():
            if durable:
                self._database.execute("PRAGMA synchronous = FULL")
                self._synced = time.monotonic()
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                self._writer = PlanWriter(self._database)
                raise
            finally:
                if durable:
                    self._database.execute("PRAGMA synchronous = NORMAL")

    def _storage_errors(self) -> AbstractContextManager[None]:
        return storage_errors(self.path, "an answer store", "name another run folder")

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None


_PARTS = "pictures.content, persona.content, form.content"
_JOIN_PARTS = (
    "JOIN part AS pictures ON pictures.id = ask.pictures JOIN part AS persona ON persona.id = ask.persona"
    " JOIN part AS form ON form.id = ask.form"
)
_ROWS = (
    f"SELECT position, ask.key, plan.tags, respondent.content, {_PARTS}, answer.error, parsed, text,"
    " log_probabilities, tokens, created, details, counts, answer.digest FROM plan JOIN ask ON ask.id = plan.ask"
    f" JOIN respondent ON respondent.id = ask.respondent {_JOIN_PARTS}"
    " LEFT JOIN answer ON answer.ask = ask.id WHERE position > ? ORDER BY position LIMIT ?"
)
_WORDLESS_ROWS = _ROWS.replace(_PARTS, "'', '', ''").replace(_JOIN_PARTS, "")
"""The same without question, persona and pictures, which are most of the text, where nobody reads them."""
_RESPONDENTS = (
    "SELECT respondent.content, part.content, CASE WHEN json_valid(tags) THEN"
    " json_object('persona', coalesce(json_extract(tags, '$.persona'), 'none'), 'strategy',"
    " coalesce(json_extract(tags, '$.strategy'), 'none'), 'placebo', coalesce(json_extract(tags, '$.placebo'), 0))"
    " ELSE tags END AS role FROM plan JOIN ask ON ask.id = plan.ask JOIN respondent ON respondent.id = ask.respondent"
    " JOIN part ON part.id = ask.persona GROUP BY 1, 2, 3 ORDER BY min(position)"
)
# A prompt is paid once for each request; servers that draw samples one by one are sent as many as there are samples.
_TOKENS = (
    "SELECT count(*), coalesce(avg(tokens * coalesce(sent, 1)), 0.0), avg(said) FROM (SELECT tokens,"
    " CASE WHEN json_valid(details) THEN json_extract(details, '$.completion_tokens') END AS said,"
    " CASE WHEN json_valid(details) AND counts != '' THEN json_extract(details, '$.attempts') END AS sent"
    " FROM listed JOIN answer ON answer.ask = listed.ask AND answer.error = '' AND tokens > 0"
    " WHERE list = ? LIMIT 10000)"
)
_OPEN = (
    f"SELECT listed.pictures, listed.persona, listed.ask, ask.key, {_PARTS},"
    " (SELECT tags FROM plan WHERE plan.ask = listed.ask ORDER BY position LIMIT 1) FROM listed"
    f" JOIN ask ON ask.id = listed.ask {_JOIN_PARTS}"
    " WHERE list = ? AND (listed.pictures, listed.persona, listed.ask) > (?, ?, ?)"
    " AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.ask = listed.ask AND answer.error = '')"
    " ORDER BY listed.pictures, listed.persona, listed.ask LIMIT ?"
)


def check_tags(asks: Iterable[Ask]) -> None:
    """Refuse tags that are called like columns of the answer table, or are numbers that it does not hold.

    Raises:
        InputError: One is.
    """
    known: set[str] = set()
    for ask in asks:
        for name, tag in ask.tags.items():
            if name not in known and (name in OWN_COLUMNS or name.startswith((CHOICE_COLUMN, COUNT_COLUMN))):
                raise InputError(f"A tag cannot be called {name!r}: the answer table has a column of that name")
            if type(tag) is int and tag.bit_length() > WIDEST:
                raise InputError(f"The tag {name!r} is a whole number of more than {WIDEST} bits", "write it as text")
            known.add(name)


def _settle(path: Path) -> None:
    """Bring what a killed writer left in the log into the file, unless somebody writes or nobody may."""
    log = path.with_name(f"{path.name}-wal")
    if log.is_file() and log.stat().st_size and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        with contextlib.suppress(CorpusLockedError, StorageError):
            AnswerStore(path).close()
