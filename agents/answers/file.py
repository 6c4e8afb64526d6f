"""Opening the SQLite file of answers, which may be somebody else's."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from agents.answers.schema import APPLICATION_ID
from vectorstore.foreign.schema_check import distrust
from vectorstore.foundation.disk import storage_errors

_SECONDS = 30
"""How long a writer of the same file is waited for."""


def connect(path: Path, read_only: bool) -> sqlite3.Connection:
    """Open the file, trusting nothing that stands in it.

    Raises:
        sqlite3.Error: It cannot be opened.
    """
    database = _opened(path, read_only)
    try:
        distrust(database)
    except BaseException:
        database.close()
        raise
    return database


def header(database: sqlite3.Connection) -> tuple[int, int, bool]:
    """Mark, schema version, and whether there is nothing in it."""
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return application, version, not tables


def kept_manifest(path: Path) -> str | None:
    """The copy of the manifest that lies beside the answers of a run; ``None`` where there is none.

    Args:
        path: The answer store.

    Raises:
        CorpusError: It is damaged.
        StorageError: It cannot be read.
    """
    if not path.is_file() or not path.stat().st_size:
        return None
    with storage_errors(path):
        database = connect(path, read_only=True)
        try:
            if header(database)[0] != APPLICATION_ID:
                return None
            row = database.execute("SELECT document FROM manifest").fetchone()
        except sqlite3.OperationalError:
            return None
        finally:
            database.close()
    return str(row[0]) if row else None


def _opened(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        return sqlite3.connect(path, timeout=_SECONDS, isolation_level=None)
    log = path.with_name(f"{path.name}-wal")
    # On a medium that cannot be written SQLite could not make the files it shares with a writer, and needs none.
    frozen = not os.access(path.parent, os.W_OK) and not log.exists()
    uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if frozen else ''}"
    return sqlite3.connect(uri, timeout=_SECONDS, isolation_level=None, uri=True)
