"""Ratings of several respondents as one table: stored runs, tables of ratings, and answers of people side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.answers.respondent import Respondent, RespondentColumns
from agents.answers.table import by_respondent
from valuespectrum.comparing.respondents import Wanted, choose, labels
from valuespectrum.instruments.base import Rated
from valuespectrum.instruments.portraits.keys import scoring_key
from valuespectrum.instruments.registry import load_installed
from valuespectrum.measuring.stored_answers import scored_answers
from valuespectrum.reproduction.human_values import R_DATA, answers_on_scale, read_people
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.run import open_answers, read_manifest
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.ordinal.rated import RatedAnswers
from valuespectrum.scoring.ordinal.reading import ReadRatings, read_ratings
from valuespectrum.scoring.ordinal.table import RatingTable, rating_table, without_answers
from valuespectrum.theory.value_sets import GROUPS, NINETEEN, TEN
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
STEPS = 6
"""Of a scale of which nothing is said: that of portraits."""
_FEWEST_STEPS, _MOST_STEPS = 2, 99


@dataclass(frozen=True, slots=True)
class RatedSources:
    """How runs and files become one table."""

    wanted: Wanted = field(default_factory=Wanted)
    """Who of the runs."""
    steps: int = 0
    """Of the scale of files; 0 for that of the runs beside them, else six."""
    turned: bool = False
    """Whether files count 1 as most like the respondent."""
    key: str = ""
    """Questionnaire whose items are the columns of files with one person a line; empty where a line is one answer."""
    ten: bool = False
    """Whether the nineteen refined values are put together into the ten."""
    scoring: ScoringOptions = field(default_factory=ScoringOptions)

    def __post_init__(self) -> None:
        if self.steps and not _FEWEST_STEPS <= self.steps <= _MOST_STEPS:
            raise InputError(
                f"a scale has {_FEWEST_STEPS} to {_MOST_STEPS} steps, not {self.steps:,}",
                "leave it out for that of the runs beside the tables, else six",
            )


@dataclass(frozen=True, slots=True)
class RatedRespondent:
    """One respondent of a run with its ratings."""

    run: Path
    who: RespondentColumns
    manifest: Manifest
    told: RatedAnswers

    @property
    def respondent(self) -> Respondent:
        """With all conditions under which it answered."""
        return self.manifest.asked.cast[self.who]


def rated_table(places: Sequence[Path], sources: RatedSources) -> RatingTable:
    """Read runs and files, and put their ratings together.

    Args:
        places: Run folders, tables of ratings (CSV), answers of people (CSV or ``.rda``, with ``sources.key``).
        sources: How.

    Raises:
        InputError: There is no place, or one is neither, cannot be read, its instrument gives no ratings, or scales
            differ.
        ModelError: Every ask to a model failed.

    Example::

        rated_table([Path("runs/one"), Path("people.csv")], RatedSources())
    """
    import pandas as pd

    if not places:
        raise InputError("nothing is named to compare", "name run folders, or tables of ratings (CSV)")
    read, files = _of_runs([place for place in places if place.is_dir()], sources), []
    steps = sources.steps or (read[0].weights.shape[1] if read else STEPS)
    for place in places:
        if not place.is_dir():
            files.append(ratings_of_file(place, steps, sources))
    parts = [*read, *files]
    widths = sorted({part.weights.shape[1] for part in parts})
    if len(widths) > 1:
        raise InputError(
            f"scales of {' and '.join(map(str, widths))} steps are not one scale", "compare answers to one instrument"
        )
    rows = pd.concat([part.rows for part in parts], ignore_index=True)
    _refuse_same_names([list(part.rows["respondent"].unique()) for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    notes: list[str] = []
    if np.any(weights != np.rint(weights)):
        notes.append(
            "answers with known probabilities of the steps count as one answer each: intervals are rather too wide"
        )
    if sources.ten:
        rows = rows.assign(value=rows["value"].map(_ten()).fillna(rows["value"]))
        known = rows["value"].isin(TEN.dimensions).to_numpy()
        if strange := sorted(set(rows["value"][~known])):
            notes.append(f"items of {', '.join(strange)} count for none of the ten values, and are left out")
        rows, weights = rows[known], weights[known]
    table = rating_table(rows, weights, (*TEN.dimensions, *NINETEEN.dimensions), notes)
    return without_answers(table, {name: count for part in parts for name, count in part.unheard.items()})


def _ten() -> dict[str, str]:
    return {part: value for value, parts in GROUPS[NINETEEN.name, TEN.name].items() for part in parts}


def _refuse_same_names(named: Sequence[Sequence[str]]) -> None:
    """Refuse two sources that call somebody alike.

    Raises:
        InputError: They do.
    """
    seen: set[str] = set()
    for names in named:
        if both := sorted(seen & set(map(str, names))):
            raise InputError(f"two sources hold a respondent {both[0]!r:.80}", "name respondents differently")
        seen |= set(map(str, names))


def _of_runs(runs: Sequence[Path], sources: RatedSources) -> list[ReadRatings]:
    """Ratings of everybody who is wanted, one part each."""
    found = [each for run in runs for each in _rated_run(run, sources.scoring)]
    if not runs:
        return []
    names = dict(zip(((each.run, each.who) for each in found), labels(found), strict=True))
    chosen = choose(found, sources.wanted)
    if not chosen:
        raise InputError("nobody in the runs is chosen", "choose with --model and --persona (--persona all)")
    kinds = {each.told.kind for each in chosen}
    if len(kinds) > 1:
        raise InputError(
            f"answers were read in several ways: {', '.join(sorted(kinds))}", "read all with the same --readout"
        )
    return [_part(each, names[each.run, each.who]) for each in chosen]


def _part(each: RatedRespondent, name: str) -> ReadRatings:
    rows = each.told.asked.assign(respondent=name, person="")
    return ReadRatings(rows, each.told.weights, {name: each.told.unheard})


def _rated_run(run: Path, scoring: ScoringOptions) -> list[RatedRespondent]:
    """Everybody in a run.

    Raises:
        InputError: It is no run, or its instrument gives no ratings.
    """
    manifest = read_manifest(run)
    settings = manifest.settings
    battery = dict(settings["battery"])
    form = form_prefix(battery)
    instrument = load_installed(battery.pop("name"), battery, str(run))
    if not isinstance(instrument, Rated):
        raise InputError(
            f"{run} was asked with {instrument.name!r}, whose answers are no steps of a scale",
            "name runs of portraits, isq or scale7",
        )
    with open_answers(run) as store:
        answers = scored_answers(store, settings)
    rated = ((who, instrument.rated(own, scoring)) for who, own in by_respondent(answers))
    return [
        RatedRespondent(run, who, manifest, replace(told, asked=told.asked.assign(item=form + told.asked["item"])))
        for who, told in rated
    ]


def form_prefix(battery: Json) -> str:
    """What stands before the number of an item: the form, since items of two questionnaires may have one number.

    Args:
        battery: Settings of the instrument.
    """
    return f"{battery['form']} " if "form" in battery else ""


def ratings_of_file(place: Path, steps: int, sources: RatedSources) -> ReadRatings:
    """Ratings out of a file: one person a line where ``sources.key`` names the questionnaire, else one answer a line.

    Args:
        place: CSV or ``.rda``.
        steps: Of the scale.
        sources: How it is read.

    Raises:
        InputError: It does not exist, cannot be read, is another questionnaire, or reads backwards.
    """
    if not place.exists():
        raise InputError(f"{place} does not exist", "name run folders, or tables of ratings (CSV)")
    if sources.key:
        return _of_people(place, sources)
    if place.suffix.lower() in R_DATA:
        raise InputError(f"{place} has one person a line", "say which questionnaire it is, e.g. --form pvq_40")
    return read_ratings(place, steps, sources.turned)


def _of_people(place: Path, sources: RatedSources) -> ReadRatings:
    """A file with one person a line and one item a column; all of them are one respondent, called like the file.

    Raises:
        InputError: It is another questionnaire, or reads backwards.
    """
    import pandas as pd

    key = scoring_key(sources.key)
    table = read_people(place)
    if len(table) != key.items:
        raise InputError(
            f"{place} has {len(table)} columns, {key.title} {key.items} items", "one column an item, in their order"
        )
    low, high = key.scale.lowest, key.scale.highest
    answers = np.stack(list(table.values()), axis=1)
    heard = answers_on_scale(place, answers, low, high)
    place_of = np.where(heard, high - answers if sources.turned else answers - low, 0).astype(np.int64)
    number_of = [(number, value) for number in range(1, key.items + 1) if (value := key.value_of(number))]
    person, column = (each.reshape(-1) for each in np.indices((len(answers), len(number_of))))
    at = np.array([number - 1 for number, _ in number_of])[column]
    counts = heard[person, at]
    rows = pd.DataFrame(
        {
            "respondent": place.stem,
            "value": np.array([value for _, value in number_of])[column],
            "item": np.array([f"{key.name} p{number:02d}" for number, _ in number_of])[column],
            "version": "",
            "person": np.array([f"{place.stem} {number}" for number in range(len(answers))])[person],
        }
    )
    weights = np.eye(high - low + 1)[place_of[person, at]]
    _refuse_backwards(place, rows[counts], weights[counts])
    unheard = {place.stem: int((~counts).sum())}
    return ReadRatings(rows[counts].reset_index(drop=True), weights[counts], unheard)


def _refuse_backwards(place: Path, rows: pd.DataFrame, weights: Floats) -> None:
    """Refuse people who would rather have power than help: the scale is turned, or the questionnaire another one.

    Raises:
        InputError: They would.
    """
    steps = weights @ np.arange(weights.shape[1])
    groups = rows["value"].map(_ten()).fillna(rows["value"])
    means = {str(value): float(steps[(groups == value).to_numpy()].mean()) for value in groups.unique()}
    if not means.get("benevolence", np.nan) > means.get("power", np.nan):
        raise InputError(
            f"{place} reads backwards, or is another questionnaire: people value power above benevolence in it",
            "add --turned where 1 is very much like me, or leave it out where 1 is not at all",
        )
