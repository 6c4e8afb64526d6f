"""Whether the rows of a ledger are what our own writers write: looked at once, where a ledger comes in.

SQLite keeps text where a number belongs, and a file from somebody else may hold anything. Every reader would have to
expect that, so a ledger that was not left behind by this user's own programs is looked at as a whole before anything
else is asked of it. What our own writers can cause by dying, and what a lost byte does to a vector, is not looked for
here: ``verify`` names it.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from vectorstore.files.layout import LEDGER
from vectorstore.foreign.documents import parse_json
from vectorstore.foreign.inside import Folder, stamp
from vectorstore.foreign.typed import finite, listed, mapping, text, whole
from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.foundation.text import one_line

_HINT = "it was changed or damaged by something else; restore it from a copy, or ingest into a new folder"

_TYPES = {
    "TEXT": "typeof({0}) = 'text' AND is_utf8(CAST({0} AS BLOB)) AND length({0}) <= 1048576",
    "INTEGER": "typeof({0}) = 'integer' AND {0} BETWEEN 0 AND 9007199254740992",
    "REAL": "typeof({0}) = 'real' AND {0} BETWEEN -1e9 AND 1e9",
    "BLOB": "typeof({0}) = 'blob' AND length({0}) <= 131072",
}
"""What a column holds, by its declared type; whole numbers are exact everywhere, and none of ours is negative."""
_LONG = "typeof({0}) = 'text' AND is_utf8(CAST({0} AS BLOB))"
_HASH = "length({0}) = 64 AND {0} NOT GLOB '*[^0-9a-f]*'"
_FLAG = "{0} IN (0, 1)"
_PATH = "instr(CAST({0} AS BLOB), x'00') = 0 AND length({0}) BETWEEN 1 AND 1048576"

_JSON = "CASE WHEN json_valid({0}) THEN {0} END"

_FORMS: Mapping[str, str] = {
    "clip_link.clip_id": _HASH,
    "clip_link.other_id": _HASH,
    "embedding.indexed": _FLAG,
    # The numbers of removals are added up.
    "event.detail": f"(kind != 'removal' OR json_type({_JSON}, '$.sources') = 'integer' "
    f"AND json_extract({_JSON}, '$.sources') BETWEEN 0 AND 1e9 AND (json_type({_JSON}, '$.versions') IS NULL "
    f"OR json_type({_JSON}, '$.versions') = 'integer' AND json_extract({_JSON}, '$.versions') BETWEEN 0 AND 1e9))",
    "frame.blank": _FLAG,
    "frame.dhash": "length({0}) = 16 AND {0} NOT GLOB '*[^0-9a-f]*'",
    "frame.duplicate_of": _HASH,
    "frame.frame_id": _HASH,
    "frame.picture_sha": _HASH,
    "frame.video_sha": _HASH,
    "model.dimension": "{0} BETWEEN 1 AND 65536",
    "model.model_id": "length({0}) BETWEEN 1 AND 4096",
    "setting.value": f"(name != 'key' OR {_HASH})",
    "source.locator": _PATH,
    "source.page_url": "instr(CAST({0} AS BLOB), x'00') = 0",
    "source.uploader": f"({{0}} = '' OR {_HASH})",
    "source_video.tags": f"json_type({_JSON}) = 'array' AND NOT EXISTS "
    f"(SELECT 1 FROM json_each({_JSON}) AS part WHERE part.type != 'text')",
    "source_video.video_sha": _HASH,
    "tombstone.key_hash": _HASH,
    "transcript.origin": "{0} IN ('beside', 'inside', 'platform', 'recognised')",
    "transcript.video_sha": _HASH,
    **dict.fromkeys(
        ("frame.height", "frame.position", "frame.width", "video.frames_got", "video.height", "video.width"),
        "{0} < 2147483648",
    ),
    "video.truncated": _FLAG,
    "video.video_sha": _HASH,
}
"""What more must hold of a column."""


def ledger_state(folder: Path) -> str:
    """Tells what lies in the ledger of a corpus folder from everything else.

    Raises:
        OSError: The disk refuses.
    """
    with Folder.at(folder) as corpus:
        parts = [corpus.status(name) for name in (LEDGER, f"{LEDGER}-wal")]
    # Readers leave an empty log behind.
    told = [stamp(part) for part in parts if part is not None and part.st_size]
    return f"ledger {folder.absolute()} {told}"


def check_rows(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a ledger with a row that none of our writers writes.

    Args:
        connection: To a ledger whose tables are ours.
        path: Of the ledger, for the message.

    Raises:
        CorpusError: The first such row is named.
        sqlite3.Error: The file is damaged.
    """
    # Trees of pages may lead in circles, so everything below would have no end: this follows each page once.
    (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if sound != "ok":
        raise CorpusError(f"{path} is damaged: {one_line(sound)}", _HINT)
    connection.create_function("is_utf8", 1, _is_utf8, deterministic=True)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in sorted(tables):
        _check_table(connection, path, table)
    if "setting" in tables and not connection.execute("SELECT 1 FROM setting WHERE name = 'key'").fetchone():
        raise CorpusError(f"{path} lacks the key under which it keeps names", _HINT)
    for where, check in _DOCUMENTS.items():
        if where.partition(".")[0] not in tables:
            continue
        _check_documents(connection, path, where, check)


def _check_table(connection: sqlite3.Connection, path: Path, table: str) -> None:
    conditions: dict[str, str] = {}
    for _, name, kind, not_null, _, key in connection.execute(f"PRAGMA table_info({table})"):
        where = f"{table}.{name}"
        form = _FORMS.get(where)
        of_type = _LONG if where in _DOCUMENTS and where != "source.retry_at" else _TYPES[kind]
        both = f"{of_type} AND {form}" if form else of_type
        holds = f"({both.format(name)})"
        conditions[name] = holds if not_null or key else f"({name} IS NULL OR {holds})"
    checks = {name: f"coalesce({condition}, 0)" for name, condition in conditions.items()}
    cases = " ".join(f"WHEN NOT {check} THEN '{name}'" for name, check in checks.items())
    query = f"SELECT rowid, CASE {cases} END FROM {table} WHERE NOT ({' AND '.join(checks.values())}) LIMIT 1"
    for row, name in connection.execute(query):
        raise _strange(path, table, row, name)


def _check_documents(connection: sqlite3.Connection, path: Path, where: str, check: Callable[[str], object]) -> None:
    table, _, column = where.partition(".")
    for row, content in connection.execute(f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL"):
        try:
            check(content)
        except (InputError, ValueError) as error:
            problem = one_line(error, 120)
            raise _strange(path, table, row, column, f": {problem}") from error


def _strange(path: Path, table: str, row: int, column: str, problem: str = "") -> CorpusError:
    return CorpusError(f"{path}: {column} in row {row} of {table} is nothing that we write{problem}", _HINT)


def _is_utf8(content: bytes | None) -> bool:
    try:
        (content or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_object(content: str) -> None:
    mapping(parse_json(content, "it"), "it")


def _is_receipt(content: str) -> None:
    whole(mapping(parse_json(content, "it"), "it").get("vectors"), "vectors")


def _is_setting(content: str) -> None:
    if content.startswith("["):
        for entry in listed(parse_json(content, "it"), "it"):
            text(entry, "an entry")


def _are_cues(content: str) -> None:
    for entry in listed(parse_json(content, "it"), "it"):
        start, end, words = listed(entry, "a cue")
        if not 0 <= finite(start, "a start") <= finite(end, "an end"):
            raise ValueError("a cue that ends before it begins")
        text(words, "words")


def _is_moment(content: str) -> None:
    if content and datetime.datetime.fromisoformat(content).tzinfo is None:
        raise ValueError("a time without a zone")


def _begins_with_day(content: str) -> None:
    datetime.date.fromisoformat(content[:10])


_DOCUMENTS: Mapping[str, Callable[[str], None]] = {
    "event.at": _begins_with_day,
    "event.detail": _is_object,
    "recipe.settings": _is_object,
    "removal.receipt": _is_receipt,
    "setting.value": _is_setting,
    "snapshot.counts": _is_object,
    "source.retry_at": _is_moment,
    "transcript.cues": _are_cues,
}
"""Columns that are read as documents or times, and what looks at them."""
