"""From a stored run to tables of sets, one for each respondent: what comparing, planning and structure start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agents.answers.respondent import RespondentColumns
from agents.answers.table import by_respondent
from agents.models.base import NO_CHOICE
from valuespectrum.instruments.base import Celled, Instrument, MayRepeat, Published, Tabled
from valuespectrum.instruments.registry import instrument_of, load_installed, load_instrument, refuse_other_file
from valuespectrum.measuring.stored_answers import asked_answers, came_by, scored_answers
from valuespectrum.runs.run import open_answers, read_manifest
from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import CLIP
from valuespectrum.scoring.guards.sameness import one_answer
from valuespectrum.scoring.instructions.parts import instructed
from valuespectrum.scoring.units import Units

if TYPE_CHECKING:
    import pandas as pd

    from valuespectrum.instruments.measurement import Measurement

OWN_SCALE = "points of the instrument's own scale"
"""Unit of numbers that an instrument has no other words for."""


@dataclass(frozen=True, slots=True)
class RespondentSets:
    """What one respondent said, set by set."""

    instrument: str
    """Name of the instrument that asked."""
    told: ToldSets
    """The table, how answers were read, and what they do not tell."""
    unit: str = CLIP
    """What its clips are called, where they are items."""


def set_tables(run: Path, scoring: ScoringOptions | None = None) -> dict[RespondentColumns, RespondentSets]:
    """Tables of sets of all respondents of a run, in the order in which they were asked.

    Args:
        run: Folder of the run.
        scoring: Readout and least mass; as usual where it is left out.

    Returns:
        By what stands for a respondent in ``scores.json``, under the condition of showing clips that scores rest on.
        Respondents whose instrument makes no such table (questionnaires, the published protocol) are left out; those
        whose answers tell no liking are there, with the reason and without a table.

    Raises:
        InputError: The folder is no run, or holds no answers, or its instrument is not installed.
        ModelError: Every ask to a model failed.
    """
    scoring = scoring or ScoringOptions()
    answers, instrument = _stored(run, scoring)
    return tables_of(answers, scoring, {instrument.name: instrument}, alike=False)


def profile_sets(run: Path, scoring: ScoringOptions) -> dict[RespondentColumns, tuple[RespondentSets, float]]:
    """The same of every instrument whose scores rest on such a table, with the share of asks that got no answer.

    Args:
        run: Folder of the run.
        scoring: Readout and least mass.

    Returns:
        Like ``set_tables``, and the share of asks that were refused, unreadable or failed, 0 to 1. Those whose
        instrument tells no table, and those of which every ask failed, have none, with the reason.

    Raises:
        InputError: The folder is no run, or holds no answers, or its instrument is not installed.
    """
    answers, instrument = _stored(run, scoring, silent=True)
    found = {}
    for who, rows in by_respondent(answers):
        lost = float((rows["parsed"].isin(NO_CHOICE) | (rows["error"].fillna("") != "")).mean())
        found[who] = RespondentSets(instrument.name, _told(instrument, rows, scoring), instrument.unit), lost
    return found


def _told(instrument: Instrument, rows: pd.DataFrame, scoring: ScoringOptions) -> ToldSets:
    if not rows["answered"].any():
        why = f"every ask failed, the first with: {rows['error'].iloc[0]}"
        return ToldSets(None, "", "not identifiable", why)
    if isinstance(instrument, Tabled):
        return instrument.sets(rows, scoring)
    table = _measured(instrument, rows, scoring).table
    if table is None:
        return ToldSets(None, "", "not identifiable", f"the instrument {instrument.name} tells no table of sets")
    return ToldSets(table, table.layout.readout, "identified", "", OWN_SCALE)


def _stored(run: Path, scoring: ScoringOptions, *, silent: bool = False) -> tuple[pd.DataFrame, Instrument]:
    """The answers of a run that scores rest on, and the instrument that asked.

    Args:
        run: Folder of the run.
        scoring: Readout and least mass.
        silent: Take models of which every ask failed, too, in place of refusing them.
    """
    manifest = read_manifest(run)
    settings = manifest.settings
    battery = dict(settings["battery"])
    instrument = load_installed(battery.pop("name"), battery, str(run))
    refuse_other_file(instrument, settings, str(run))
    with open_answers(run) as store:
        told = asked_answers(store, settings) if silent else scored_answers(store, settings)
        return came_by(told, scoring, manifest.corpus.sources), instrument


def tables_of(
    answers: pd.DataFrame,
    scoring: ScoringOptions,
    instruments: Mapping[str, Instrument] | None = None,
    *,
    alike: bool = True,
) -> dict[RespondentColumns, RespondentSets]:
    """The same of a table of answers.

    Args:
        answers: One row per ask, as ``runs.scores.score_answers`` takes them.
        scoring: Readout and least mass.
        instruments: Instruments with options of their own, by name; others are used with their defaults.
        alike: Whether one answer to everything is a table, too: beside what the same respondent says when clips are
            shown otherwise it tells what is left of that, beside another respondent it tells nothing (``told_by``).
    """
    known, found = dict(instruments or {}), {}
    for who, table in by_respondent(answers):
        name = instrument_of(table)
        if name not in known:
            known[name] = load_instrument(name)
        instrument = known[name]
        if isinstance(instrument, Tabled):
            told = instrument.sets(table, scoring)
            told = told if alike else _unless_alike(instrument, table, told, scoring)
            found[who] = RespondentSets(name, told, instrument.unit)
    return found


def told_by(instrument: Instrument, rows: pd.DataFrame, scoring: ScoringOptions) -> ToldSets | None:
    """What one respondent says set by set, and no table where its scores tell no profile, either.

    One answer to everything is none (``scoring.guards.sameness``): held against another respondent it would differ from
    it wherever that one has values.

    Args:
        instrument: Who asked.
        rows: Its asks.
        scoring: Readout and least mass.

    Returns:
        ``None`` where the instrument makes no such table.
    """
    if not isinstance(instrument, Tabled):
        return None
    return _unless_alike(instrument, rows, instrument.sets(rows, scoring), scoring)


def _unless_alike(instrument: Instrument, rows: pd.DataFrame, told: ToldSets, scoring: ScoringOptions) -> ToldSets:
    if told.table is None or isinstance(instrument, MayRepeat | Published | Celled):
        return told
    finding = one_answer(instructed(rows), scoring, values_differ=False)
    if not finding.flagged or _measured(instrument, rows, scoring).tells_values_apart:
        return told
    return replace(told, table=None, status="not identifiable", why=finding.statement)


def _measured(instrument: Instrument, rows: pd.DataFrame, scoring: ScoringOptions) -> Measurement:
    pairs = rows[["value", instrument.unit]].drop_duplicates().itertuples(index=False, name=None)
    return instrument.measure(rows, Units.of(pairs, instrument.unit), scoring)
