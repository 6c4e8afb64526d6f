"""Stored answers as a table, row by row or in memory."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from agents.answer_schema import CHOICE_COLUMN, COUNT_COLUMN, OWN_COLUMNS, StoredAnswer, StoredRow, key_text

if TYPE_CHECKING:
    import pandas

ROWS = 2_000
"""Rows held at once as they are read; with ten times as many, a table of a million took a third more memory."""
_SHARED = 20_000
"""Texts remembered, so that equal ones are one object."""
_NO_ANSWER = StoredAnswer("", "", "", "", 0, "", "", "", b"")


def records(rows: Iterable[StoredRow]) -> Iterator[dict[str, Any]]:
    """One record per planned ask, in order, with the columns that ``AnswerStore.table`` describes."""
    models: dict[str, str] = {}
    shared: dict[str, str] = {}
    for row in rows:
        if row.respondent not in models:
            models[row.respondent] = json.loads(row.respondent)["model"]
        said = row.answer or _NO_ANSWER
        answered = row.answer is not None and not said.error
        own = (key_text(row.key), models[row.respondent], *(said.text, said.parsed, said.error, said.tokens))
        tags = json.loads(row.tags)
        if len(shared) > _SHARED:
            shared.clear()
        record = {name: _shared(tag, shared) if isinstance(tag, str) else tag for name, tag in tags.items()}
        record |= zip(OWN_COLUMNS, (*own, answered, said.details), strict=True)
        record |= {
            f"{CHOICE_COLUMN}{name}": value for name, value in json.loads(said.log_probabilities or "{}").items()
        }
        yield record | {f"{COUNT_COLUMN}{name}": count for name, count in json.loads(said.counts or "{}").items()}


def answer_table(rows: Iterable[StoredRow], leave_out: Sequence[str] = ()) -> pandas.DataFrame:
    """All records as one table.

    Args:
        rows: As they are stored.
        leave_out: Shell patterns over names of columns that are not wanted; of a million rows each takes 8 to 80 MB.
    """
    import pandas

    unwanted = re.compile("|".join(map(fnmatch.translate, leave_out)) or r"(?!)")
    read, parts = records(rows), []
    while part := list(islice(read, ROWS)):
        table = pandas.DataFrame.from_records(part)
        parts.append(table.drop(columns=[name for name in table.columns if unwanted.match(name)]))
    if not parts:
        return pandas.DataFrame(columns=[name for name in OWN_COLUMNS if not unwanted.match(name)])
    return parts[0] if len(parts) == 1 else pandas.concat(parts, ignore_index=True)


def _columns(prefix: str, stored: str) -> dict[str, float]:
    return {f"{prefix}{name}": number for name, number in json.loads(stored or "{}").items()}


def _shared(text: str, shared: dict[str, str]) -> str:
    """One object for equal texts, in letters that every file format takes."""
    if text not in shared:
        shared[text] = text.encode("utf-8", "replace").decode("utf-8")
    return shared[text]
