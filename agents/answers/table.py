"""Stored answers as a table, row by row or in memory."""

from __future__ import annotations

import fnmatch
import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import tee
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from agents.answers.respondent import RespondentColumns, columns_of
from agents.answers.schema import (
    CHOICE_COLUMN,
    COUNT_COLUMN,
    NO_ANSWER,
    OWN_COLUMNS,
    StoredColumns,
    StoredRow,
    joined,
    key_text,
    stored_columns,
)
from agents.answers.stored_json import (
    are_counts,
    are_log_probabilities,
    are_tags,
    read_all,
    read_counts,
    read_log_probabilities,
    read_respondent,
    read_tags,
)
from agents.models.ask_key import canonical_json

if TYPE_CHECKING:
    import pandas

_SHARED = 20_000
"""Texts remembered, so that equal ones are one object."""
_TOGETHER = 200
"""Rows whose JSON is parsed at once: as many as stay near the processor."""
WORDS = ("question", "system")
"""Columns of an export that hold the words of the ask."""
TURNS, TIMES, DRAW = "turns", "times", "draw"
"""Further ones, of a store that has asks with earlier turns, about videos, or repeats."""
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
    TIMES: "JSON of the seconds of each frame, where frames were shown as one video; empty where they were pictures",
    DRAW: "number of the repeat, from 0",
}
_PREFIXES = {
    CHOICE_COLUMN: "natural logarithm of the probability of this option over the whole vocabulary",
    COUNT_COLUMN: "how many of the drawn answers were of this class",
    "weight_": "1 for the value that the picture stands for; read by simulated models only",
}
_MISSING = float("nan")
"""In the place of what a row has nothing of."""

_Parts = tuple[tuple[str, ...], ...]
"""Names of tags, of the store's own columns, of options with log-probabilities, and of classes with counts."""


def records(rows: Iterable[StoredRow]) -> Iterator[dict[str, object]]:
    """One record per planned ask, in order, with the columns that ``AnswerStore.table`` describes."""
    known = _SharedTexts()
    for row in rows:
        known.forget()
        said = row.answer or NO_ANSWER
        tags = read_tags(row.tags)
        chances, counts = read_log_probabilities(said.log_probabilities), read_counts(said.counts)
        words = (said.text, said.parsed, said.error, said.tokens)
        answered = row.answer is not None and not said.error
        own = (key_text(row.key), read_respondent(row.respondent)[0], *words, answered, said.details)
        plain = [known[tag] if type(tag) is str else tag for tag in tags.values()]
        cells = (*plain, *own, *chances.values(), *counts.values())
        yield dict(zip(_names(tags, OWN_COLUMNS, chances, counts), cells, strict=True))


def _names(tags: Iterable[str], own: Iterable[str], chances: Iterable[str], counts: Iterable[str]) -> tuple[str, ...]:
    """Names of the columns of a row."""
    return (*tags, *own, *(CHOICE_COLUMN + name for name in chances), *(COUNT_COLUMN + name for name in counts))


def _wanted(kind: Sequence[Sequence[str]], unwanted: re.Pattern[str]) -> _Parts:
    """Those names of tags, log-probabilities and counts that are wanted, with the store's own columns among them."""
    tags, chances, counts = kind
    parts = (("", tags), ("", OWN_COLUMNS), (CHOICE_COLUMN, chances), (COUNT_COLUMN, counts))
    return tuple(tuple(name for name in part if not unwanted.match(prefix + name)) for prefix, part in parts)


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
    beside = {name: canonical_json(content[name]) if name in content else "" for name in (TURNS, TIMES)}
    return {**{name: _shareable(content[name]) for name in WORDS}, **beside, DRAW: content.get("draw", 0)}


def column_meaning(name: str) -> str:
    """What a column of an export holds, in words; empty for a tag that this release does not know.

    >>> column_meaning("log_probability_yes")
    'natural logarithm of the probability of this option over the whole vocabulary'
    """
    prefixed = (meaning for prefix, meaning in _PREFIXES.items() if name.startswith(prefix))
    return _MEANINGS.get(name) or next(prefixed, "")


# Open: cells of a store, which are looked at on the way
def answer_table(pages: Iterable[Sequence[Sequence[Any]]], leave_out: Sequence[str] = ()) -> pandas.DataFrame:
    """All records as one table.

    Args:
        pages: Rows as ``schema.stored_row`` takes them, some thousand together.
        leave_out: Shell patterns over names of columns that are not wanted; of a million rows each takes 8 to 80 MB.
    """
    import pandas

    unwanted = re.compile("|".join(map(fnmatch.translate, leave_out)) or r"(?!)")
    table: dict[str, list[object]] = {}
    known = _SharedTexts()
    count = 0
    with _without_collections():
        for page in pages:
            known.forget()
            for start in range(0, len(page), _TOGETHER):
                rows = page[start : start + _TOGETHER]
                told = _Page.of(stored_columns(rows)).columns(unwanted, known)
                table |= {name: [_MISSING] * count for name in told if name not in table}
                for name, column in table.items():
                    column.extend(told.get(name) or [_MISSING] * len(rows))
                count += len(rows)
    if not count:
        return pandas.DataFrame(columns=[name for name in OWN_COLUMNS if not unwanted.match(name)])
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
class _Page:
    """Rows that were read together: so the JSON of all is parsed at once, and looked at together."""

    stored: StoredColumns
    # Open: numbers and texts, which were looked at.
    parts: tuple[Sequence[dict[str, Any]], Sequence[dict[str, Any]], Sequence[dict[str, Any]]]
    """Tags, log-probabilities and counts of each row."""

    @classmethod
    def of(cls, stored: StoredColumns) -> _Page:
        """What stands in them."""
        chances, counts = (_filled(stored.said[name]) for name in ("log_probabilities", "counts"))
        tags = read_all(stored.tags, read_tags)
        return cls(stored, (tags, read_all(chances, read_log_probabilities), read_all(counts, read_counts)))

    def columns(self, unwanted: re.Pattern[str], known: _SharedTexts) -> Mapping[str, Sequence[object]]:
        """Every wanted column that any of the rows has.

        Raises:
            SchemaError: Something in them is no tag, log-probability or count.
        """
        kinds = list(zip(*(map(tuple, part) for part in self.parts), strict=True))
        wanted = {kind: _wanted(kind, unwanted) for kind in set(kinds)}
        if len(set(wanted.values())) == 1:
            return self._alike(wanted[kinds[0]], known)
        together: dict[_Parts, list[int]] = {}
        for place, kind in enumerate(kinds):
            together.setdefault(wanted[kind], []).append(place)
        whole: dict[str, list[object]] = {}
        for names, places in together.items():
            for name, cells in self._picked(places)._alike(names, known).items():
                column = whole.setdefault(name, [_MISSING] * len(kinds))
                for place, cell in zip(places, cells, strict=True):
                    column[place] = cell
        return whole

    def _picked(self, places: Sequence[int]) -> _Page:
        tags, chances, counts = ([part[place] for place in places] for part in self.parts)
        return _Page(self.stored.picked(places), (tags, chances, counts))

    def _alike(self, wanted: _Parts, known: _SharedTexts) -> Mapping[str, Sequence[object]]:
        """Columns of rows that have the same; of two that are called alike the later counts."""
        tags, chances, counts = (
            [list(map(itemgetter(name), rows)) for name in names]
            for names, rows in zip((wanted[0], *wanted[2:]), self.parts, strict=True)
        )
        told = [set(map(type, column)) for column in tags]
        if not (all(map(are_tags, tags)) and all(map(are_log_probabilities, chances)) and all(map(are_counts, counts))):
            self._refuse()
        shared = [
            list(map(known.__getitem__, column)) if kinds == {str} else column
            for column, kinds in zip(tags, told, strict=True)
        ]
        cells = (*shared, *(self._own(name, known) for name in wanted[1]), *chances, *counts)
        return dict(zip(_names(*wanted), cells, strict=True))

    def _own(self, name: str, known: _SharedTexts) -> Sequence[object]:
        """One of ``OWN_COLUMNS``."""
        stored = self.stored
        if name == "key":
            return list(map(key_text, stored.key))
        if name == "model":
            models = {text: known[read_respondent(text)[0]] for text in set(stored.respondent)}
            return list(map(models.__getitem__, stored.respondent))
        if name == "answered":
            return stored.answered
        return stored.said[name] if name == "tokens" else list(map(known.__getitem__, stored.said[name]))

    def _refuse(self) -> None:
        """Say what is damaged."""
        said = self.stored.said
        for tags, chances, counts in zip(self.stored.tags, said["log_probabilities"], said["counts"], strict=True):
            read_tags(tags)
            read_log_probabilities(chances)
            read_counts(counts)


def _filled(texts: Sequence[str]) -> Sequence[str]:
    """The same with an object in the place of nothing, unless there is nothing at all."""
    return [text or "{}" for text in texts] if "" in texts and any(texts) else texts


def by_respondent(table: pandas.DataFrame) -> Iterator[tuple[RespondentColumns, pandas.DataFrame]]:
    """The rows of each respondent, in order of first appearance."""
    for parts, rows in table.groupby(list(RespondentColumns._fields), sort=False):
        yield columns_of(dict(zip(RespondentColumns._fields, parts, strict=True))), rows


def _shareable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
