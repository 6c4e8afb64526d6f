"""From one score per unit and dimension to a measurement: what every instrument with a profile reports about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.profile import ANY_NUMBER, LIKING_RANGE, Scale, describe, differences, overall, profile
from valuespectrum.scoring.resampling import Resamples

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
    instrument: Instrument, answers: pd.DataFrame, scores: UnitScores, draws: Resamples, options: ScoringOptions
) -> Measurement:
    """Profile with everything that is said about every profile.

    Args:
        instrument: Whose scores these are.
        answers: Asks of one respondent, with columns ``value`` and the unit.
        scores: What they came to.
        draws: Shared bootstrap draws.
        options: Scoring options.

    Raises:
        InputError: A value is no dimension of the instrument's value set.
    """
    table, values = scores.table, instrument.value_set
    main = profile(table, scores.column, draws, options, Scale(values, scores.bounds))
    further = {
        name: profile(table, column, draws, options, Scale(values, ANY_NUMBER))
        for name, column in scores.scales.items()
    }
    described = describe(table, main, further, options)
    asked = answers[["value", draws.unit]].drop_duplicates()
    weak = [dimension for dimension, score in described.items() if score.status != "ok"]
    notes = []
    if weak:
        notes.append(
            f"fewer than {options.minimum_clips} scored {draws.unit}s for {', '.join(weak)}: no interval, no rank, "
            "and left out of the centring"
        )
    if not draws.stratified:
        notes.append(
            f"some {draws.unit}s serve several values: values are not independent, and their differences are not tested"
        )
    return Measurement(
        instrument=instrument.name,
        value_set=values,
        unit=draws.unit,
        scores=described,
        overall=overall(main, options),
        differences=differences(table, scores.column) if draws.stratified and values.one_scale else None,
        notes=tuple(notes),
        n_units=int(table[draws.unit].nunique()),
        n_unscored=len(asked) - len(table),
        centred_over=int(main.measured.sum()) if values.one_scale else 0,
        profile=main,
    )
