"""Stored answers as a table, row by row or in memory."""

from __future__ import annotations

import fnmatch
import gc
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import tee
from operator import itemgetter
from typing import TYPE_CHECKING

from agents.answers.respondent import RespondentColumns, columns_of
from agents.answers.schema import CHOICE_COLUMN, COUNT_COLUMN, OWN_COLUMNS, StoredAnswer, StoredRow, joined, key_text
from agents.answers.stored_json import read_counts, read_log_probabilities, read_respondent, read_tags
from agents.models.ask_key import canonical_json

if TYPE_CHECKING:
    import pandas

_SHARED = 20_000
"""Texts remembered, so that equal ones are one object."""
WORDS = ("question", "system")
"""Columns of an export that hold the words of the ask."""
TURNS, DRAW = "turns", "draw"
"""Further ones, of a store that has asks with earlier turns, or repeats."""
_MEANINGS = {
    "item": "question form: like, paper, or a term of the questionnaire",
    "wording": "which wording of the question",
    "polarity": "1: yes means liking; -1: yes means disliking",
    "order": "which option is named first",
    "first": "the option named first",
    "clip": "SHA-256 of the clip's file",
    "frame": "id of the frame",
    "value": "the value that the picture stands for",
    "keyword": "the search word that found the picture",
    "rank": "place of the picture among those that the word found, from 1",
    "similarity": "cosine between picture and search word, -1 to 1",
    "look": "what a drawn picture shows, KIND:LOOK; read by simulated models only",
    "time_of_day": "when a drawn picture plays; read by simulated models only",
    "overlay_push": "1 or -1: words in a drawn picture say to like it, or to skip it; read by simulated models only",
    "persona": "id of the persona; none for the model as itself",
    "strategy": "how the persona is put: simple, profile, isq; none without a persona",
    "placebo": "1: a placebo text, which says nothing about values in as many words",
    "key": "SHA-256 of everything that can change the answer",
    "model": "id of the model, with its revision",
    "text": "what the model said",
    "parsed": "class of the answer: an option, refusal, ...; empty when it could not be read",
    "error": "why there is no answer; empty otherwise",
    "tokens": "tokens of the prompt",
    "answered": "whether there is an answer",
    "details": "JSON of what was told beside the answer: thinking, bounds, drawn words",
    "question": "the question as it was put",
    "system": "the system prompt: the words of the persona; empty for the model as itself",
    TURNS: "JSON of what was said and shown before: role, words, SHA-256 of pictures; empty without earlier turns",
    DRAW: "number of the repeat, from 0",
}
_PREFIXES = {
    CHOICE_COLUMN: "natural logarithm of the probability of this option over the whole vocabulary",
    COUNT_COLUMN: "how many of the drawn answers were of this class",
    "weight_": "1 for the value that the picture stands for; read by simulated models only",
}
_MISSING = float("nan")
"""In the place of what a row has nothing of."""
_NO_ANSWER = StoredAnswer("", "", "", "", 0, "", "", "", b"")


def records(rows: Iterable[StoredRow]) -> Iterator[dict[str, object]]:
    """One record per planned ask, in order, with the columns that ``AnswerStore.table`` describes."""
    models: dict[str, str] = {}
    shared: dict[str, str] = {}
    for row in rows:
        if row.respondent not in models:
            models[row.respondent] = read_respondent(row.respondent)[0]
        said = row.answer or _NO_ANSWER
        answered = row.answer is not None and not said.error
        own = (key_text(row.key), models[row.respondent], *(said.text, said.parsed, said.error, said.tokens))
        tags = read_tags(row.tags)
        if len(shared) > _SHARED:
            shared.clear()
        record: dict[str, object] = {
            name: (shared.get(tag) or _shared(tag, shared)) if type(tag) is str else tag for name, tag in tags.items()
        }
        record |= zip(OWN_COLUMNS, (*own, answered, said.details), strict=True)
        record |= {
            f"{CHOICE_COLUMN}{name}": value for name, value in read_log_probabilities(said.log_probabilities).items()
        }
        yield record | {f"{COUNT_COLUMN}{name}": count for name, count in read_counts(said.counts).items()}


def exported(rows: Iterable[StoredRow]) -> Iterator[dict[str, object]]:
    """``records`` with the words of each ask, for those who do not have the store."""
    kept, read = tee(rows)
    asked: dict[tuple[str, str, str], dict[str, object]] = {}
    for row, record in zip(kept, records(read), strict=True):
        if row.parts not in asked:
            if len(asked) > _SHARED:
                asked.clear()
            asked[row.parts] = _asked(row.parts)
        # A tag that is called like one of these columns keeps its place.
        yield asked[row.parts] | record


def _asked(parts: tuple[str, str, str]) -> dict[str, object]:
    content = joined(*parts)
    turns = canonical_json(content["turns"]) if "turns" in content else ""
    return {**{name: _shareable(content[name]) for name in WORDS}, TURNS: turns, DRAW: content.get("draw", 0)}


def column_meaning(name: str) -> str:
    """What a column of an export holds, in words; empty for a tag that this release does not know.

    >>> column_meaning("log_probability_yes")
    'natural logarithm of the probability of this option over the whole vocabulary'
    """
    prefixed = (meaning for prefix, meaning in _PREFIXES.items() if name.startswith(prefix))
    return _MEANINGS.get(name) or next(prefixed, "")


def answer_table(rows: Iterable[StoredRow], leave_out: Sequence[str] = ()) -> pandas.DataFrame:
    """All records as one table.

    Args:
        rows: As they are stored.
        leave_out: Shell patterns over names of columns that are not wanted; of a million rows each takes 8 to 80 MB.
    """
    import pandas

    unwanted = re.compile("|".join(map(fnmatch.translate, leave_out)) or r"(?!)")
    alike: dict[tuple[str, ...], _Alike] = {}
    count = 0
    with _without_collections():
        for record in records(rows):
            names = tuple(record)
            found = alike.get(names)
            if found is None:
                found = alike[names] = _Alike.of([name for name in names if not unwanted.match(name)])
            found.rows.append(found.pick(record))
            found.places.append(count)
            count += 1
    if not count:
        return pandas.DataFrame(columns=[name for name in OWN_COLUMNS if not unwanted.match(name)])
    table: dict[str, list[object]] = {}
    for found in alike.values():
        columns = zip(found.names, zip(*found.rows, strict=True), strict=True)
        found.rows.clear()
        for name, column in columns:
            if len(column) == count:
                table[name] = list(column)
                continue
            whole = table.setdefault(name, [_MISSING] * count)
            for place, value in zip(found.places, column, strict=True):
                whole[place] = value
    series = {name: pandas.Series(table.pop(name)) for name in list(table)}
    return pandas.DataFrame(series, copy=False)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Nothing made meanwhile is garbage in circles, and looking for it again and again took a fifth of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Alike:
    """Records with the same names, which are gathered without them."""

    names: list[str]
    pick: Callable[[dict[str, object]], tuple[object, ...]]
    """Takes the wanted ones out of a record."""
    places: list[int] = field(default_factory=list)
    rows: list[tuple[object, ...]] = field(default_factory=list)

    @classmethod
    def of(cls, names: list[str]) -> _Alike:
        # Of one name alone itemgetter would give what is under it, not a tuple.
        getter = itemgetter(*names) if len(names) > 1 else lambda record: tuple(record[name] for name in names)
        return cls(names, getter)


def by_respondent(table: pandas.DataFrame) -> Iterator[tuple[RespondentColumns, pandas.DataFrame]]:
    """The rows of each respondent, in order of first appearance."""
    for parts, rows in table.groupby(list(RespondentColumns._fields), sort=False):
        yield columns_of(dict(zip(RespondentColumns._fields, parts, strict=True))), rows


def _shared(text: str, shared: dict[str, str]) -> str:
    """One object for equal texts, in letters that every file format takes."""
    if text not in shared:
        shared[text] = _shareable(text)
    return shared[text]


def _shareable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
