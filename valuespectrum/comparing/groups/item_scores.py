"""From a stored run to item scores of everybody: what functioning of items is looked for in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agents.answers.respondent import RespondentColumns
from agents.answers.table import by_respondent
from valuespectrum.comparing.rated import RatedSources, form_prefix, ratings_of_file
from valuespectrum.instruments.base import Instrument, Rated, Tabled
from valuespectrum.instruments.registry import instrument_of, load_installed, load_instrument
from valuespectrum.measuring.stored_answers import (
    NOT_SCORED,
    collected,
    conditions_of,
    of_condition,
    with_drawn_texts,
)
from valuespectrum.runs.run import open_answers, read_manifest
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.value_sets import TEN, VALUE_SETS, ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

PEOPLE = "file"
"""In the place of an instrument and a readout: answers that others gave or wrote down."""


@dataclass(frozen=True, slots=True)
class ItemScores:
    """What one respondent of one run said to each item under one condition."""

    run: Path
    who: RespondentColumns
    condition: str
    """How clips were shown; empty where none were."""
    instrument: str
    value_set: ValueSet
    readout: str
    """How answers were read; scores of two readouts are on different scales."""
    rows: pd.DataFrame
    """``value``, ``item``, ``version`` (the way of asking) and ``score``, the higher the more."""
    steps: int
    """How many steps the scale has; 0 for one without steps."""


def item_scores(run: Path, scoring: ScoringOptions, all_conditions: bool = False) -> list[ItemScores]:
    """Item scores of all respondents of a run but placebos.

    Steps of a scale where the instrument has one (``Rated``), else its sets (``Tabled``).

    Args:
        run: Folder of the run.
        scoring: Readout and least mass.
        all_conditions: Whether under every condition of showing clips, or under the one that scores rest on.

    Raises:
        InputError: The folder is no run, or holds no answers, or its instrument is not installed or has no items that
            are scored by themselves.
        ModelError: Every ask to a model failed.
    """
    settings = read_manifest(run).settings
    battery = dict(settings["battery"])
    form = form_prefix(battery)
    instrument = load_installed(battery.pop("name"), battery, str(run))
    with open_answers(run) as store:
        every = with_drawn_texts(collected(store.table(leave_out=NOT_SCORED)), settings["models"])
    found = [
        each
        for condition, answers in _conditions(every, settings, all_conditions)
        for who, table in by_respondent(answers)
        if not who.placebo
        and (each := _scores(_AskedItems(run, who, condition, form), _asker(instrument, table), table, scoring))
    ]
    if not found:
        raise InputError(
            f"{run} holds no item scores: nobody answered, or {instrument.name!r} gives neither steps nor sets",
            "name runs of portraits, of the like battery, ...",
        )
    return found


@dataclass(frozen=True, slots=True)
class _AskedItems:
    run: Path
    who: RespondentColumns
    condition: str
    form: str
    """What stands before the number of an item."""


def _conditions(every: pd.DataFrame, settings: Json, all_of_them: bool) -> Iterator[tuple[str, pd.DataFrame]]:
    if "corpus" not in settings:
        yield "", every
        return
    names = conditions_of(settings)
    for name in names if all_of_them else names[:1]:
        yield name, of_condition(every, settings, name)


def _asker(instrument: Instrument, table: pd.DataFrame) -> Instrument:
    """The instrument that asked: that of the run, or another one of its battery."""
    name = instrument_of(table)
    return instrument if name == instrument.name else load_instrument(name)


def _scores(
    asked: _AskedItems, instrument: Instrument, table: pd.DataFrame, scoring: ScoringOptions
) -> ItemScores | None:
    named = (asked.run, asked.who, asked.condition, instrument.name)
    if isinstance(instrument, Rated):
        rated = instrument.rated(table, scoring)
        if rated.asked.empty:
            return None
        steps = rated.weights.shape[1]
        score = rated.weights @ np.arange(1.0, steps + 1.0) / rated.weights.sum(axis=1)
        # What was asked tells the set, too: the few values that somebody answered about may have a name in two.
        known = {value for each in VALUE_SETS.values() for value in each.dimensions}
        put = [value for value in table["value"].dropna().unique() if value in known]
        values = _set_of([*rated.asked["value"].unique(), *put], instrument.value_set)
        asked_rows = rated.asked.assign(score=score, item=asked.form + rated.asked["item"])
        return ItemScores(*named, values, rated.kind, asked_rows, steps)
    if isinstance(instrument, Tabled):
        told = instrument.sets(table, scoring)
        if told.table is not None:
            rows = told.table.frame().rename(
                columns={"clip": "item", "wording": "version", told.table.layout.score: "score"}
            )
            shown = rows[["value", "item", "version", "score"]]
            return ItemScores(*named, told.table.layout.value_set, told.readout, shown, 0)
    return None


def people_scores(place: Path, steps: int, sources: RatedSources) -> list[ItemScores]:
    """Item scores of everybody in a file: people who answered a questionnaire, or any table of ratings.

    Args:
        place: CSV or ``.rda``.
        steps: Of the scale, of a file with one answer a line.
        sources: How the file is read.

    Raises:
        InputError: It cannot be read, is another questionnaire, or reads backwards.
    """
    read = ratings_of_file(place, steps, sources)
    steps = read.weights.shape[1]  # a questionnaire brings its own
    score = read.weights @ np.arange(1.0, steps + 1.0) / read.weights.sum(axis=1)
    rows = read.rows.assign(score=score)
    values = _set_of(rows["value"].unique().tolist(), TEN)
    # One number may be somebody else in every respondent that stands for several people.
    anew = bool(rows[rows["person"] != ""].groupby("person")["respondent"].nunique().gt(1).any())
    found = []
    for (respondent, person), own in rows.groupby(["respondent", "person"], sort=False):
        named = f"{respondent} {person}" if person and anew else str(person or respondent)
        # People of a questionnaire are numbered by us, in files that may have one name.
        who = RespondentColumns(f"{place}: {named}" if sources.key else named)
        shown = own[["value", "item", "version", "score"]]
        found.append(ItemScores(place, who, "", PEOPLE, values, PEOPLE, shown, steps))
    return found


def _set_of(values: Sequence[str], scored: ValueSet) -> ValueSet:
    """The set that ratings are of: what is scored, or the finer one that its items are written for.

    Raises:
        InputError: There is none.
    """
    for each in (scored, *VALUE_SETS.values()):
        if all(value in each for value in values):
            return each
    raise InputError(f"items are rated for values of no known set: {', '.join(values)[:80]}")
