"""Which requests are in which batch of a server, on disk before anything is sent.

A batch is written down in three steps: which requests it will hold, the id of their uploaded file, the server's id
of the batch. A process that was killed after the second step finds the batch among those of the server by its file, so
that no request is ever in two batches because of a kill.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from vectorstore.foundation.disk import make_folder, storage_errors
from vectorstore.foundation.errors import SchemaError
from vectorstore.foundation.locks import FileLock

_SCHEMA = 1
_KEPT_SECONDS = 60 * 24 * 3600
"""Servers keep the answers of a batch for about a month; what is older is forgotten."""
_ASKED_AT_ONCE = 500
"""Ids in one query."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it is written down."""

    number: int
    file: str = ""
    """The server's id of the file of requests; empty before it was uploaded."""
    name: str = ""
    """The server's id of the batch; empty while it is not known."""


class Journal:
    """The batches of one model on one server that were not wholly taken, in one SQLite file.

    Args:
        folder: Where the file lies; made when it is missing.
        model: Id of the model, with its server.

    Raises:
        CorpusLockedError: If another process asks the same model in batches.
        SchemaError: If the file is of another release.
        StorageError: If it cannot be written.
    """

    def __init__(self, folder: Path, model: str) -> None:
        readable = re.sub(r"[^A-Za-z0-9._-]+", "-", model).strip("-.")[:60]
        name = f"{readable}-{hashlib.sha256(model.encode()).hexdigest()[:12]}.sqlite"
        self.path = folder / name
        with storage_errors(folder):
            make_folder(folder)
        self._lock = FileLock(folder / f".{name}.lock", f"the batches of {model}")
        try:
            with storage_errors(self.path):
                self._database = sqlite3.connect(self.path, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._database.close()
                raise
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
        self._lock.release()

    def batches(self) -> list[Batch]:
        """All that are written down, oldest first."""
        with storage_errors(self.path):
            rows = self._database.execute("SELECT number, file, name FROM batch ORDER BY number").fetchall()
        return [Batch(*row) for row in rows]

    def where(self, requests: Sequence[str]) -> dict[str, int]:
        """The number of its batch for each request that is in one."""
        found: dict[str, int] = {}
        with storage_errors(self.path):
            for start in range(0, len(requests), _ASKED_AT_ONCE):
                part = requests[start : start + _ASKED_AT_ONCE]
                marks = ",".join("?" * len(part))
                found |= dict(self._database.execute(f"SELECT id, batch FROM request WHERE id IN ({marks})", part))
        return found

    def plan(self, requests: Iterable[str]) -> Batch:
        """Write down a new batch of these requests, which leave any batch they were in."""
        with self._transaction() as database:
            number = database.execute("INSERT INTO batch (made) VALUES (?)", (time.time(),)).lastrowid
            assert number is not None
            database.executemany("INSERT OR REPLACE INTO request VALUES (?, ?)", ((each, number) for each in requests))
        return Batch(number)

    def uploaded(self, batch: Batch, file: str) -> Batch:
        """Write down the file of a batch."""
        with self._transaction() as database:
            database.execute("UPDATE batch SET file = ? WHERE number = ?", (file, batch.number))
        return Batch(batch.number, file)

    def created(self, batch: Batch, name: str) -> Batch:
        """Write down the server's id of a batch."""
        with self._transaction() as database:
            database.execute("UPDATE batch SET name = ? WHERE number = ?", (name, batch.number))
        return Batch(batch.number, batch.file, name)

    def forget(self, batch: Batch) -> None:
        """Strike a batch out, with its requests."""
        with self._transaction() as database:
            database.execute("DELETE FROM request WHERE batch = ?", (batch.number,))
            database.execute("DELETE FROM batch WHERE number = ?", (batch.number,))

    def take(self, requests: Iterable[str]) -> None:
        """Strike requests out whose answers are kept elsewhere now, and batches that have no other."""
        with self._transaction() as database:
            database.executemany("DELETE FROM request WHERE id = ?", ((each,) for each in requests))
            database.execute("DELETE FROM batch WHERE number NOT IN (SELECT batch FROM request)")

    def _prepare(self) -> None:
        with storage_errors(self.path):
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version not in (0, _SCHEMA):
                raise SchemaError(
                    f"{self.path}: batches of schema {version}, this release reads {_SCHEMA}",
                    "use the release that wrote them, or another batch_folder",
                )
            self._database.execute("PRAGMA synchronous = FULL")
        with self._transaction() as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS batch (number INTEGER PRIMARY KEY, file TEXT NOT NULL DEFAULT '',"
                " name TEXT NOT NULL DEFAULT '', made REAL NOT NULL)"
            )
            database.execute(
                "CREATE TABLE IF NOT EXISTS request (id TEXT PRIMARY KEY, batch INTEGER NOT NULL) WITHOUT ROWID"
            )
            database.execute("CREATE INDEX IF NOT EXISTS request_batch ON request (batch)")
            database.execute(f"PRAGMA user_version = {_SCHEMA}")
            # Nothing was asked of the server by those without a file.
            oldest = time.time() - _KEPT_SECONDS
            database.execute("DELETE FROM batch WHERE file = '' OR made < ?", (oldest,))
            database.execute("DELETE FROM request WHERE batch NOT IN (SELECT number FROM batch)")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with storage_errors(self.path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
