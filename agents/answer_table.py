"""Stored answers as a table, row by row or in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from agents.answer_schema import CHOICE_COLUMN, OWN_COLUMNS, StoredRow, key_text

if TYPE_CHECKING:
    import pandas

ROWS = 20_000
"""Rows held at once."""
_NO_ANSWER = ("", "", "", "", 0, "", "", b"")


def records(rows: Iterable[StoredRow]) -> Iterator[dict[str, Any]]:
    """One record per planned ask, in order, with the columns that ``AnswerStore.table`` describes."""
    models: dict[str, str] = {}
    shared: dict[str, str] = {}
    for row in rows:
        if row.respondent not in models:
            models[row.respondent] = json.loads(row.respondent)["model"]
        error, parsed, text, scored, tokens, _, details, _ = row.answer or _NO_ANSWER
        answered = row.answer is not None and not error
        own = (key_text(row.key), models[row.respondent], text, parsed, error, tokens, answered, details)
        tags = json.loads(row.tags)
        if len(shared) > ROWS:
            shared.clear()
        record = {name: _shared(tag, shared) if isinstance(tag, str) else tag for name, tag in tags.items()}
        record |= zip(OWN_COLUMNS, own, strict=True)
        yield record | {f"{CHOICE_COLUMN}{name}": value for name, value in json.loads(scored or "{}").items()}


def answer_table(rows: Iterable[StoredRow]) -> pandas.DataFrame:
    """All records as one table."""
    import pandas

    read, parts = records(rows), []
    while part := list(islice(read, ROWS)):
        parts.append(pandas.DataFrame.from_records(part))
    if not parts:
        return pandas.DataFrame(columns=list(OWN_COLUMNS))
    return parts[0] if len(parts) == 1 else pandas.concat(parts, ignore_index=True)


def _shared(text: str, shared: dict[str, str]) -> str:
    """One object for equal texts, in letters that every file format takes."""
    if text not in shared:
        shared[text] = text.encode("utf-8", "replace").decode("utf-8")
    return shared[text]
