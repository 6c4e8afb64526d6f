"""Stored answers as a table, row by row or in memory."""

from __future__ import annotations

import fnmatch
import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import tee
from typing import TYPE_CHECKING

from agents.answers.respondent import RespondentColumns, columns_of
from agents.answers.schema import CHOICE_COLUMN, COUNT_COLUMN, OWN_COLUMNS, StoredAnswer, StoredRow, joined, key_text
from agents.answers.stored_json import read_counts, read_log_probabilities, read_respondent, read_tags
from agents.models.ask_key import canonical_json

if TYPE_CHECKING:
    import pandas

_SHARED = 20_000
"""Texts remembered, so that equal ones are one object."""
_TOGETHER = 2_000
"""Rows that are turned into columns at once."""
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
    known = _SharedTexts()
    for names, tags, rest in _cells(rows):
        known.forget()
        plain = [known[tag] if type(tag) is str else tag for tag in tags]
        yield dict(zip(names, (*plain, *rest), strict=True))


def _cells(rows: Iterable[StoredRow]) -> Iterator[tuple[tuple[str, ...], tuple[object, ...], tuple[object, ...]]]:
    """Names of the columns of every row, its tags, and its further cells; rows alike have one tuple of names."""
    alike: dict[tuple[tuple[str, ...], ...], tuple[str, ...]] = {}
    for row in rows:
        said = row.answer or _NO_ANSWER
        tags = read_tags(row.tags)
        chances, counts = read_log_probabilities(said.log_probabilities), read_counts(said.counts)
        kind = (tuple(tags), tuple(chances), tuple(counts))
        names = alike.get(kind)
        if names is None:
            prefixed = (*(CHOICE_COLUMN + name for name in chances), *(COUNT_COLUMN + name for name in counts))
            names = alike[kind] = (*tags, *OWN_COLUMNS, *prefixed)
        words = (said.text, said.parsed, said.error, said.tokens)
        answered = row.answer is not None and not said.error
        own = (key_text(row.key), read_respondent(row.respondent)[0], *words, answered, said.details)
        yield names, tuple(tags.values()), (*own, *chances.values(), *counts.values())


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
    known = _SharedTexts()
    count = 0
    with _without_collections():
        for names, tags, rest in _cells(rows):
            found = alike.get(names)
            if found is None:
                found = alike[names] = _Alike({name: [] for name in names if not unwanted.match(name)}, names)
            found.rows.append(tags + rest)
            found.places.append(count)
            count += 1
            if len(found.rows) == _TOGETHER:
                found.settle(known)
        for found in alike.values():
            found.settle(known)
    if not count:
        return pandas.DataFrame(columns=[name for name in OWN_COLUMNS if not unwanted.match(name)])
    table: dict[str, list[object]] = {}
    for found in alike.values():
        for name, column in found.columns.items():
            if len(column) == count:
                table[name] = column
                continue
            whole = table.setdefault(name, [_MISSING] * count)
            for place, value in zip(found.places, column, strict=True):
                whole[place] = value
        found.columns.clear()
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


class _SharedTexts(dict[str, str]):
    """Texts that were seen lately: equal ones become one object, in letters that every file format takes."""

    def __missing__(self, text: str) -> str:
        plain = self[text] = _shareable(text)
        return plain

    def forget(self) -> None:
        """Begin anew before there are too many."""
        if len(self) > _SHARED:
            self.clear()


@dataclass(frozen=True, slots=True)
class _Alike:
    """Rows with the same names, some of them together turned into columns."""

    columns: dict[str, list[object]]
    """Wanted ones, in order."""
    names: tuple[str, ...]
    places: list[int] = field(default_factory=list)
    """Of all rows so far in the table."""
    rows: list[tuple[object, ...]] = field(default_factory=list)
    """Those that are not in the columns yet."""

    def settle(self, known: _SharedTexts) -> None:
        """Put the rows into the columns; of two that are called alike the later counts."""
        known.forget()
        for name, cells in dict(zip(self.names, zip(*self.rows, strict=True), strict=True)).items():
            if name in self.columns:
                texts = all(kind is str for kind in set(map(type, cells)))
                self.columns[name].extend(map(known.__getitem__, cells) if texts else cells)
        self.rows.clear()


def by_respondent(table: pandas.DataFrame) -> Iterator[tuple[RespondentColumns, pandas.DataFrame]]:
    """The rows of each respondent, in order of first appearance."""
    for parts, rows in table.groupby(list(RespondentColumns._fields), sort=False):
        yield columns_of(dict(zip(RespondentColumns._fields, parts, strict=True))), rows


def _shareable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
