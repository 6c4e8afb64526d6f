"""What a person answers beside the clips: consent, portraits, checks of attention; JSON lines beside the session's log.

``NAME.person.ndjson`` belongs to ``NAME.jsonl``. Its first line is the consent. Lines are written whole, one for each
form that was sent, so a killed server leaves at most one torn line, at the end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from vectorstore.foreign.documents import read_regular
from vectorstore.foundation.disk import make_folder, storage_errors, sync_folder
from vectorstore.foundation.errors import InputError, SchemaError

SCHEMA = "valuespectrum.person/1"
_LARGEST = 2**24
"""Bytes: some thousand forms."""
FormRecord = Mapping[str, object]
"""One line: ``kind``, and what was asked and answered."""


def answers_path(log: Path) -> Path:
    """Where the answers of a session lie.

    Example:
        >>> answers_path(Path("sessions/human-1.jsonl")).name
        'human-1.person.ndjson'
    """
    return log.with_name(f"{log.name.removesuffix('.jsonl')}.person.ndjson")


def read_answers(path: Path) -> list[FormRecord]:
    """Every form that was sent, the consent first; none where there is no file. A torn last line is left out.

    Raises:
        InputError: It is no file of answers, or a line is damaged.
        SchemaError: Another release wrote it.
        StorageError: The disk fails.
    """
    if not os.path.lexists(path):
        return []
    with storage_errors(path):
        lines = read_regular(path, _LARGEST).split(b"\n")[:-1]
    records = [_record(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1)]
    if records and records[0].get("schema") != SCHEMA:
        schema = str(records[0].get("schema"))[:60]
        raise SchemaError(f"{path}: schema {schema!r}, this release reads {SCHEMA}", "use the other release")
    return records


def add_answer(path: Path, record: FormRecord) -> None:
    """Write one form whole, on disk when this returns; what a killed server tore off goes.

    Raises:
        StorageError: The disk is full or read-only.
    """
    line = json.dumps(record, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"
    with storage_errors(path):
        make_folder(path.parent)
        begun = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            whole = file.read().rfind(b"\n") + 1
            file.seek(whole)
            file.truncate()
            while line:
                line = line[file.write(line) :]
            os.fsync(file.fileno())
        if begun:
            sync_folder(path.parent)


def _record(line: bytes, label: str) -> FormRecord:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{label}: not JSON", "the file is damaged or was edited") from error
    if not isinstance(record, dict) or not isinstance(record.get("kind"), str):
        raise InputError(f"{label}: no answers to a form", "the file is damaged or was edited")
    return record
