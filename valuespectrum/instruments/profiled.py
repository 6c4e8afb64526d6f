"""From one score per unit and dimension to a measurement: what every instrument with a profile reports about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.standing import standing
from valuespectrum.scoring.answered.conclusions import Concluded, TableStyle, conclude, overall, rows
from valuespectrum.scoring.answered.sets import FoundBy, found_by
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import CLIP, LIKING_RANGE, Estimate, Score
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import Layout, collect
from valuespectrum.scoring.units import Units
from valuespectrum.theory.value_sets import ValueSet

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class UnitScores:
    """One number per unit and dimension."""

    table: pd.DataFrame
    """One row per ``value`` (a dimension) and unit, which has a column of its own, with ``answers``: how many."""
    column: str = "like"
    """The number on the instrument's own scale."""
    bounds: tuple[float, float] = LIKING_RANGE
    """Smallest and largest that it can be."""
    scales: Mapping[str, str] = field(default_factory=dict)
    """Names of further scales without ends, and their columns."""


def profiled(
    instrument: Instrument, answers: pd.DataFrame, scores: UnitScores, units: Units, options: ScoringOptions
) -> Measurement:
    """Profile with everything that is said about every profile.

    Intervals and the test of differences are over units, or over what clips came by where that is known
    (``found_by``).

    Args:
        instrument: Whose scores these are.
        answers: Asks of one respondent, with columns ``value`` and the unit.
        scores: What they came to.
        units: Those that all respondents were asked about.
        options: Scoring options.

    Raises:
        InputError: A value is no dimension of the instrument's value set.
    """
    table, values, unit = scores.table, instrument.value_set, units.unit
    shown = TableStyle(unit, scores.bounds)
    counts = {str(value): int(count) for value, count in table.groupby("value")["answers"].sum().items()}
    came_by = found_by(answers) if unit == CLIP else FoundBy()
    found = _concluded(table, scores.column, came_by, (values, unit, options))
    described = rows(found, shown, counts) if found else dict.fromkeys(values.dimensions, nothing(f"no {unit}s"))
    last = found
    for name, column in scores.scales.items():
        last = further = _concluded(table, column, came_by, (values, unit, options))
        told = rows(further, TableStyle(unit), counts) if further else {}
        described = {
            value: replace(
                score, scales={**score.scales, name: told[value].estimate if value in told else Estimate(None)}
            )
            for value, score in described.items()
        }
    asked = answers[["value", unit]].drop_duplicates()
    stands = standing(found, options.seed)
    return Measurement(
        instrument=instrument.name,
        value_set=values,
        unit=unit,
        scores=described,
        overall=overall(found, shown) if found and values.one_scale else Estimate(None),
        reliability=stands.reliability,
        differences=found.analysis.differ.to_json() if found and values.one_scale else None,
        covers=shown.words(found.analysis.covering.sentence) if found else "",
        notes=tuple(weak_dimensions(described, unit, options) + shared_units(units)),
        n_units=int(table[unit].nunique()),
        n_unscored=len(asked) - len(table),
        centred_over=int(found.reckoned.chosen.sum()) if found else 0,
        details=stands.details,
        table=last.reckoned.table if last else None,
        ends=scores.bounds,
    )


def nothing(status: str, answers: int = 0, units: int = 0) -> Score:
    """The score of a dimension of which nothing is known."""
    return Score(Estimate(None), Estimate(None), None, units, answers, status)


def place_alone(score: Score) -> Score:
    """What is left of a score where the answers tell the order of dimensions only: its place."""
    return replace(
        score,
        estimate=Estimate(None),
        centred=Estimate(None),
        scales={},
        status="order only" if score.status == "ok" else score.status,
    )


def weak_dimensions(described: Mapping[str, Score], unit: str, options: ScoringOptions) -> list[str]:
    """What is said of dimensions with too few units; nothing where there are none."""
    few = [dimension for dimension, score in described.items() if score.status in (f"too few {unit}s", f"no {unit}s")]
    told = "no interval, no rank, and left out of the centring"
    return [f"fewer than {options.minimum_clips} scored {unit}s for {', '.join(few)}: {told}"] if few else []


def shared_units(units: Units) -> list[str]:
    """What is said where units serve several dimensions."""
    told = f"some {units.unit}s serve several values, whose scores then vary together; intervals and tests allow for it"
    return [] if units.stratified else [told]


def _concluded(
    table: pd.DataFrame, column: str, came_by: FoundBy, how: tuple[ValueSet, str, ScoringOptions]
) -> Concluded | None:
    values, unit, options = how
    for value in table["value"].unique():
        values.position(str(value))
    known = table[table[column].notna()]
    if known.empty:
        return None
    sets = known[["value"]].assign(clip=known[unit], wording="", theta=known[column])
    facets = Facets(options.level, wordings=False, least_clips=options.minimum_clips)
    return conclude(collect([came_by.beside(sets)], Layout(values, came_by.facet)), facets, options)
