"""From a stored run to tables of sets, one for each respondent: what comparing, planning and structure start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agents.answers.respondent import RespondentColumns
from agents.answers.table import by_respondent
from valuespectrum.instruments.base import Instrument, Tabled
from valuespectrum.instruments.registry import instrument_of, load_installed, load_instrument
from valuespectrum.measuring.stored_answers import came_by, scored_answers
from valuespectrum.runs.run import open_answers, read_manifest
from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import ScoringOptions

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class RespondentSets:
    """What one respondent said, set by set."""

    instrument: str
    """Name of the instrument that asked."""
    told: ToldSets
    """The table, how answers were read, and what they do not tell."""


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
    manifest, scoring = read_manifest(run), scoring or ScoringOptions()
    settings = manifest.settings
    battery = dict(settings["battery"])
    instrument = load_installed(battery.pop("name"), battery, str(run))
    with open_answers(run) as store:
        answers = came_by(scored_answers(store, settings), scoring, manifest.corpus.sources)
    return tables_of(answers, scoring, {instrument.name: instrument})


def tables_of(
    answers: pd.DataFrame, scoring: ScoringOptions, instruments: Mapping[str, Instrument] | None = None
) -> dict[RespondentColumns, RespondentSets]:
    """The same of a table of answers.

    Args:
        answers: One row per ask, as ``runs.scores.score_answers`` takes them.
        scoring: Readout and least mass.
        instruments: Instruments with options of their own, by name; others are used with their defaults.
    """
    known, found = dict(instruments or {}), {}
    for who, table in by_respondent(answers):
        name = instrument_of(table)
        if name not in known:
            known[name] = load_instrument(name)
        instrument = known[name]
        if isinstance(instrument, Tabled):
            found[who] = RespondentSets(name, instrument.sets(table, scoring))
    return found
