"""Looking after stored answers: every key derived again, every answer checked, everything exported."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, get_args

from agents.answers.schema import (
    CHOICE_COLUMN,
    COUNT_COLUMN,
    OWN_COLUMNS,
    StoredRow,
    answer_digest,
    joined,
    key_text,
)
from agents.answers.store import AnswerStore
from agents.answers.stored_json import read_counts, read_form, read_shown, read_tags
from agents.answers.table import DRAW, TIMES, TURNS, WORDS, exported
from agents.models.ask_key import content_key
from agents.models.base import NO_CHOICE
from vectorstore.foreign.looking import LONGEST, answer, ask_child, limit
from vectorstore.foundation.csv_cells import guarded
from vectorstore.foundation.disk import durable_file, refuse_foreign, storage_errors
from vectorstore.foundation.errors import InputError, SchemaError

Format = Literal["csv", "parquet"]

_MOST_PROBLEMS = 50
_LONGEST_HEADER = 1_000_000
"""Bytes of the first line of a table."""
_ROW_GROUP = 20_000
"""Rows that Parquet keeps together, and that are held at once."""
_SPACE = 2**30
"""Bytes of memory that the names of the columns of a table may take to read."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a store found."""

    checked: int
    """Planned asks whose keys were derived again."""
    answers: int
    """Those of them that have an answer, which was checked, too."""
    problems: tuple[str, ...]
    """One line each, at most fifty; empty when all is well."""


def export_answers(store: AnswerStore, path: Path, form: str) -> int:
    """Write the table of answers to a file, without ever holding more than some thousand rows.

    Args:
        store: The answers.
        path: The file; replaced as a whole when it exists.
        form: ``"csv"`` or ``"parquet"``.

    Returns:
        The number of rows.

    Raises:
        InputError: If the format is unknown, or something else than such a table is there.
        StorageError: If the file cannot be written; nothing is left of it then.
    """
    if form not in get_args(Format):
        raise InputError(f"unknown format {form!r}", f"choose {' or '.join(get_args(Format))}")
    refuse_foreign(path, _is_csv if form == "csv" else _is_parquet, f"a table of answers as {form}")
    columns = _columns(store)
    with storage_errors(path), durable_file(path) as file:
        if form == "parquet":
            return _write_parquet(store, columns, file)
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.DictWriter(text, list(columns), restval="", extrasaction="ignore")
        writer.writerow({name: guarded(name) for name in columns})
        count = 0
        for record in exported(store.rows()):
            writer.writerow({name: guarded(value) for name, value in record.items()})
            count += 1
        text.detach()
        return count


def _is_csv(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.readline(_LONGEST_HEADER).decode("utf-8", "replace")
    return set(OWN_COLUMNS) <= {name.strip('"') for name in header.strip().split(",")}


def _is_parquet(path: Path) -> bool:
    """Whether a file has our columns; it may be anybody's, so a child looks."""
    with path.open("rb") as file:
        return not ask_child(f"{__name__}:main", [str(file.fileno())], [file.fileno()], LONGEST)


def main(descriptor: str) -> None:
    """What the child does.

    Args:
        descriptor: Of the Parquet file.
    """

    def look() -> str:
        import pyarrow.parquet

        limit(_SPACE)
        with os.fdopen(int(descriptor), "rb") as file:
            missing = set(OWN_COLUMNS).difference(pyarrow.parquet.read_schema(file).names)
        return f"it has no {min(missing)}" if missing else ""

    answer(look)


def _write_parquet(store: AnswerStore, columns: dict[str, str], file: object) -> int:
    import pyarrow
    import pyarrow.parquet

    layout = pyarrow.schema([(name, pyarrow.type_for_alias(kind)) for name, kind in columns.items()])
    texts = [name for name, kind in columns.items() if kind == "string"]
    rows, count = exported(store.rows()), 0
    with pyarrow.parquet.ParquetWriter(file, layout) as writer:
        while part := list(islice(rows, _ROW_GROUP)):
            for record in part:
                record.update({name: str(record[name]) for name in texts if record.get(name) is not None})
            writer.write_table(pyarrow.Table.from_pylist(part, layout))
            count += len(part)
    return count


def _columns(store: AnswerStore) -> dict[str, str]:
    """Names and kinds of all columns: tags, own ones, choices; a tag of mixed kinds is text."""
    kinds: dict[str, set[type]] = {}
    choices: dict[str, None] = {}
    drawn: dict[str, None] = {}
    forms: set[str] = set()
    for row in store.rows():
        for name, value in read_tags(row.tags).items():
            kinds.setdefault(name, set()).add(type(value))
        if row.answer is not None and row.answer.counts:
            drawn.update(dict.fromkeys(read_counts(row.answer.counts)))
        if row.parts[2] not in forms:
            forms.add(row.parts[2])
            form = read_form(row.parts[2])
            choices.update(dict.fromkeys(choice for choice, *_ in form["choices"]))
            if "draw" in form:
                kinds.setdefault(DRAW, set()).add(int)
        for name in (TURNS, TIMES):
            if name in read_shown(row.parts[0]):
                kinds.setdefault(name, set()).add(str)
    own = dict(zip(OWN_COLUMNS, ("string",) * 5 + ("int64", "bool", "string"), strict=True))
    return (
        {name: _kind(found) for name, found in kinds.items()}
        | own
        | dict.fromkeys(WORDS, "string")
        | {f"{CHOICE_COLUMN}{name}": "double" for name in choices}
        | {f"{COUNT_COLUMN}{name}": "int64" for name in drawn}
    )


def _kind(types: set[type]) -> str:
    if types <= {int, bool}:
        return "int64"
    return "double" if types <= {int, bool, float} else "string"


def verify_answers(store: AnswerStore) -> Verification:
    """Derive every key again from what is stored, check every answer against its digest, and check the file itself."""
    problems = [f"{store.path}: {line}" for line in store.integrity()]
    problems += [f"{store.path}: answer {number} was never planned" for number in store.strays()]
    checked = answers = 0
    for row in store.rows():
        checked += 1
        answers += row.answer is not None
        if len(problems) < _MOST_PROBLEMS:
            problems += [f"{store.path}: planned ask {row.position} {problem}" for problem in _row_problems(row)]
    return Verification(checked, answers, tuple(problems[:_MOST_PROBLEMS]))


def _row_problems(row: StoredRow) -> Iterator[str]:
    shown = f"{key_text(row.key)[:15]}..."
    try:
        content = joined(*row.parts)
        derived = content_key(content, json.loads(row.respondent), read_tags(row.tags))
    except (SchemaError, ValueError, KeyError, TypeError, AttributeError):
        yield f"cannot be read (key {shown})"
        return
    if derived != key_text(row.key):
        yield f"does not belong to its key {shown}"
    if row.answer is None:
        return
    *stored, digest = row.answer
    if answer_digest(row.key, stored) != digest:
        yield f"has an answer that was changed after it was stored (key {shown})"
    elif row.answer.parsed not in {"", *NO_CHOICE, *(choice for choice, *_ in content["choices"])}:
        yield f"has the answer {row.answer.parsed!r}, which is none of its options (key {shown})"
