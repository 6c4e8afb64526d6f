"""The tables of the ledger, how to open it, and how to bring an older one up to date.

``application_id`` says that a SQLite file is ours, ``user_version`` which tables it has.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from vectorstore.files.layout import LOCK
from vectorstore.foreign.inside import Folder
from vectorstore.foreign.looked_at import is_known, remember
from vectorstore.foreign.schema_check import check_schema, distrust
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import CorpusError, SchemaError
from vectorstore.foundation.locks import is_locked
from vectorstore.ledger.ledger_check import check_rows, ledger_state

APPLICATION_ID = 0x56534C31

_ONE_NAME_EACH = "SELECT source_id, 'display' AS kind, uploader AS key, uploader_name AS name FROM source \
WHERE uploader != ''"

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE source (
            source_id INTEGER PRIMARY KEY,
            locator TEXT NOT NULL UNIQUE,
            stamp TEXT NOT NULL,
            platform TEXT NOT NULL,
            manifest_id TEXT,
            state TEXT NOT NULL CHECK (state IN ('linked', 'failed')),
            reason TEXT NOT NULL DEFAULT '',
            detail TEXT NOT NULL DEFAULT '',
            attempts INTEGER NOT NULL DEFAULT 1,
            retry_at TEXT,
            added_at TEXT NOT NULL)""",
        """CREATE TABLE video (
            video_id INTEGER PRIMARY KEY,
            video_sha TEXT NOT NULL UNIQUE,
            bytes INTEGER NOT NULL,
            container TEXT NOT NULL,
            codec TEXT NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            rotation INTEGER NOT NULL,
            duration REAL NOT NULL,
            truncated INTEGER NOT NULL,
            damaged_packets INTEGER NOT NULL,
            frames_got INTEGER NOT NULL,
            frames_wanted INTEGER NOT NULL,
            added_at TEXT NOT NULL)""",
        # What a source says about a video is kept per link: many sources may lead to the same bytes.
        """CREATE TABLE source_video (
            link_id INTEGER PRIMARY KEY,
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            video_sha TEXT NOT NULL REFERENCES video (video_sha) ON DELETE CASCADE,
            title TEXT NOT NULL,
            caption TEXT NOT NULL,
            tags TEXT NOT NULL,
            licence TEXT NOT NULL,
            UNIQUE (source_id, video_sha))""",
        "CREATE INDEX source_video_by_video ON source_video (video_sha)",
        "CREATE TABLE recipe (recipe_id TEXT PRIMARY KEY, settings TEXT NOT NULL)",
        """CREATE TABLE frame (
            frame_id TEXT PRIMARY KEY,
            video_sha TEXT NOT NULL REFERENCES video (video_sha) ON DELETE CASCADE,
            recipe_id TEXT NOT NULL REFERENCES recipe,
            position INTEGER NOT NULL,
            time REAL NOT NULL,
            picture_sha TEXT NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            dhash TEXT NOT NULL,
            duplicate_of TEXT REFERENCES frame ON DELETE SET NULL,
            UNIQUE (video_sha, recipe_id, position))""",
        "CREATE INDEX frame_by_picture ON frame (picture_sha)",
        "CREATE INDEX frame_by_original ON frame (duplicate_of)",
        """CREATE TABLE model (
            model_number INTEGER PRIMARY KEY,
            model_id TEXT NOT NULL UNIQUE,
            spec TEXT NOT NULL,
            dimension INTEGER NOT NULL,
            added_at TEXT NOT NULL)""",
        """CREATE TABLE embedding (
            frame_id TEXT NOT NULL REFERENCES frame ON DELETE CASCADE,
            model_id TEXT NOT NULL REFERENCES model (model_id),
            vector BLOB NOT NULL,
            indexed INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (frame_id, model_id))""",
        "CREATE INDEX embedding_by_model ON embedding (model_id, indexed)",
        """CREATE TABLE tombstone (
            kind TEXT NOT NULL,
            key_hash TEXT NOT NULL,
            reason TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (kind, key_hash))""",
        """CREATE TABLE snapshot (
            name TEXT PRIMARY KEY,
            manifest_sha TEXT NOT NULL,
            parent TEXT REFERENCES snapshot,
            counts TEXT NOT NULL,
            at TEXT NOT NULL)""",
        "CREATE TABLE event (event_id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL)",
    ),
    (
        # ``uploader`` is a keyed hash; the name itself is kept only where the user asks for it.
        "ALTER TABLE source ADD COLUMN uploader TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE source ADD COLUMN uploader_name TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE source ADD COLUMN published TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE source ADD COLUMN page_url TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE source ADD COLUMN basis TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE source ADD COLUMN gone_at TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX source_by_uploader ON source (uploader) WHERE uploader != ''",
        "CREATE INDEX source_by_page ON source (page_url) WHERE page_url != ''",
        "ALTER TABLE video ADD COLUMN motion REAL",
        "ALTER TABLE frame ADD COLUMN brightness REAL",
        "ALTER TABLE frame ADD COLUMN sharpness REAL",
        "ALTER TABLE frame ADD COLUMN text_share REAL",
        "ALTER TABLE frame ADD COLUMN blank INTEGER NOT NULL DEFAULT 0",
        """CREATE TABLE clip_link (
            clip_id TEXT NOT NULL REFERENCES video (video_sha) ON DELETE CASCADE,
            other_id TEXT NOT NULL REFERENCES video (video_sha) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            share REAL NOT NULL,
            PRIMARY KEY (clip_id, other_id, kind))""",
        "CREATE INDEX clip_link_by_other ON clip_link (other_id)",
        "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        "INSERT INTO setting VALUES ('key', lower(hex(randomblob(32))))",
        # Removals whose rows are gone while files and index may still hold what they held.
        "CREATE TABLE removal (removal_id INTEGER PRIMARY KEY, receipt TEXT NOT NULL, at TEXT NOT NULL)",
    ),
    (
        # All names of whoever published a source, as keyed hashes; ``name`` is empty unless the user keeps names.
        """CREATE TABLE known_as (
            source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('id', 'handle', 'display')),
            key TEXT NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (source_id, kind, key))""",
        "CREATE INDEX known_as_by_key ON known_as (key)",
        # What kind of name it was is not known any more; the next refresh tells.
        f"INSERT INTO known_as {_ONE_NAME_EACH}",
    ),
    (
        # What is said in a clip. One row holds all cues, since they are only ever read together: a list of
        # [start, end, text]; an empty one says that nothing is said. ``source_id`` is empty where the words are part of
        # the bytes, whoever published them.
        """CREATE TABLE transcript (
            transcript_id INTEGER PRIMARY KEY,
            video_sha TEXT NOT NULL REFERENCES video (video_sha) ON DELETE CASCADE,
            source_id INTEGER REFERENCES source ON DELETE CASCADE,
            origin TEXT NOT NULL CHECK (origin IN ('beside', 'inside', 'platform', 'recognised')),
            language TEXT NOT NULL,
            maker TEXT NOT NULL,
            cues TEXT NOT NULL,
            added_at TEXT NOT NULL)""",
        "CREATE INDEX transcript_by_video ON transcript (video_sha)",
        "CREATE INDEX transcript_by_source ON transcript (source_id) WHERE source_id IS NOT NULL",
    ),
)
"""Statements that lead from each schema version to the next; never edited, only appended to."""

SCHEMA_VERSION = len(MIGRATIONS)
_NO_TRANSCRIPT = "CREATE TEMP VIEW transcript AS SELECT 0 AS transcript_id, '' AS video_sha, NULL AS source_id, \
'' AS origin, '' AS language, '' AS maker, '' AS cues, '' AS added_at WHERE 0"
_READABLE = {2: (f"CREATE TEMP VIEW known_as AS {_ONE_NAME_EACH}", _NO_TRANSCRIPT), 3: (_NO_TRANSCRIPT,)}
"""Older versions that can be read without being changed, and what stands in for tables that they lack."""


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block or nothing; durable when the block ends, or the one around it of which it is a part."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # On a full disk SQLite has rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_ledger(path: Path) -> bool:
    """Whether a file is a ledger of ours, by its header alone (nothing is opened).

    Raises:
        CorpusError: It is a link, a pipe or the like.
    """
    try:
        with Folder.at(path.parent) as folder, folder.open(path.name) as file:
            header = file.read(100)
    except OSError:
        return False
    return header[:15] == b"SQLite format 3" and int.from_bytes(header[68:72], "big") == APPLICATION_ID


def create_ledger(path: Path) -> None:
    """Make a new ledger; a file that is already one is left as it is.

    It is made in memory and appears whole: nothing that lies in the folder takes part.

    Raises:
        CorpusError: The file belongs to another program.
        StorageError: Disk full or read-only.
    """
    if is_ledger(path):
        return
    with storage_errors(path), Folder.at(path.parent) as folder:
        status = folder.status(path.name)
        if status is not None and status.st_size:
            raise CorpusError(f"{path} belongs to another program", "choose a new or an empty folder")
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
            _migrate(made, 0)
            content = made.serialize()
        for part in ("-journal", "-wal", "-shm"):
            folder.remove(path.name + part)
        with folder.writing(path.name) as file:
            file.write(content)
        folder.sync()


def open_ledger(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open a ledger; a writer brings older tables up to date.

    Args:
        path: The SQLite file.
        write: Whether the caller holds the writer lock and will write.

    Raises:
        CorpusError: The file is not a ledger, is damaged, or has tables that are not ours.
        SchemaError: Another release wrote it and this one cannot use it.
        StorageError: The file cannot be read or written.
    """
    if not is_ledger(path):
        raise CorpusError(f"{path} is not a corpus ledger", "name a folder made by `valuespectrum ingest`")
    with storage_errors(path):
        state = ledger_state(path.parent)
        # A writer has looked before it wrote, and what it writes is ours.
        strange = not is_known(state) and (write or not is_locked(path.with_name(LOCK)))
        connection = _connect(path, write=write)
        try:
            _prepare(connection, path, write=write, strange=strange)
            if strange:
                remember(state)
        except BaseException:
            connection.close()
            raise
    return connection


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    # SQLite cannot read a WAL database in a folder it may not write to, unless told that nothing will change.
    uri = path.absolute().as_uri() + f"?mode={'rw' if write else 'ro'}"
    connection = _distrusted(uri)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        log = path.with_name(path.name + "-wal")
        if write or (log.exists() and log.stat().st_size):
            raise
        return _distrusted(uri + "&immutable=1")
    except BaseException:
        connection.close()
        raise
    return connection


def _distrusted(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10)
    try:
        distrust(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, *, write: bool, strange: bool) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION or version < 1:
        raise SchemaError(
            f"{path} has schema version {version}; this release reads up to {SCHEMA_VERSION}",
            "update valuespectrum, or ingest into a new folder",
        )
    check_schema(connection, path, MIGRATIONS[:version])
    if strange:
        check_rows(connection, path)
    if write:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    if version == SCHEMA_VERSION:
        return
    if not write and version in _READABLE:
        for statement in _READABLE[version]:
            connection.execute(statement)
        return
    if not write:
        raise SchemaError(
            f"{path} has the older schema version {version}; this release reads {SCHEMA_VERSION}",
            "run `valuespectrum ingest` on it once, which brings it up to date",
        )
    _migrate(connection, version)


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    with transaction(connection):
        for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
