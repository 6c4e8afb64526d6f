"""The profile of one respondent over a value set, with intervals that respect clustering by unit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import CLIP, Estimate, Score
from valuespectrum.scoring.ranks import levelled
from valuespectrum.scoring.resampling import Basis, Floats, Resamples, estimated
from valuespectrum.theory.value_sets import TEN, ValueSet
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd


LIKING_RANGE = (0.0, 100.0)
"""Scale of liking."""
ANY_NUMBER = (-math.inf, math.inf)
"""Scale without ends, such as log-odds."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What is measured, and between which ends its numbers lie."""

    value_set: ValueSet = TEN
    bounds: tuple[float, float] = LIKING_RANGE
    """Smallest and largest number that a mean can be."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Mean of every dimension of a value set, and its bootstrap replicates."""

    mean: Floats
    """Shape (dimensions,), in the order of the value set; NaN for a dimension without units."""
    replicates: Floats
    """Shape (draws, dimensions)."""
    units: NDArray[np.int64]
    """Scored units per dimension."""
    measured: NDArray[np.bool_]
    """Which dimensions have enough units for an interval."""
    scale: Scale = field(default_factory=Scale)
    unit: str = CLIP
    """What a unit is."""

    @property
    def value_set(self) -> ValueSet:
        """Its dimensions."""
        return self.scale.value_set

    @property
    def centred(self) -> Floats:
        """Mean minus the mean over what is measured; NaN for the rest, and for numbers on different scales."""
        return np.asarray(self._centre(self.mean[None, :])[0])

    @property
    def centred_replicates(self) -> Floats:
        """The same for every draw: units of all dimensions are drawn together before centring."""
        return self._centre(self.replicates)

    def _centre(self, rows: Floats) -> Floats:
        if not (self.measured.any() and self.value_set.one_scale):
            return np.full_like(rows, np.nan)
        centred = rows - rows[:, self.measured].mean(axis=1, keepdims=True)
        return np.where(self.measured[None, :], centred, np.nan)

    def basis(self, position: int) -> Basis:
        """What stands behind one dimension."""
        return Basis(int(self.units[position]) if self.measured[position] else 0, self.unit)

    def status(self, position: int) -> str:
        """``ok``, or what one dimension lacks."""
        if self.measured[position]:
            return "ok"
        return f"too few {self.unit}s" if self.units[position] else f"no {self.unit}s"


def matrix(scores: pd.DataFrame, column: str, resamples: Resamples, value_set: ValueSet = TEN) -> Floats:
    """Spread one column of a table of scores over units and dimensions.

    Args:
        scores: One row per ``value`` (a dimension) and unit.
        column: What is spread.
        resamples: Whose units and whose order; the table names them in the column ``resamples.unit``.
        value_set: Dimensions in order.

    Returns:
        Shape (units, dimensions), NaN where there is none.

    Raises:
        InputError: A value is no dimension of the set.
    """
    rows = {unit: position for position, unit in enumerate(resamples.units)}
    spread = np.full((len(rows), len(value_set)), np.nan)
    for value, unit, score in zip(scores["value"], scores[resamples.unit], scores[column], strict=True):
        spread[rows[unit], value_set.position(value)] = score
    return spread


def profile(
    scores: pd.DataFrame, column: str, resamples: Resamples, options: ScoringOptions, scale: Scale | None = None
) -> Profile:
    """Mean of one column per dimension over units.

    Args:
        scores: One row per ``value`` and unit (``clip_scores``).
        column: What is averaged, e.g. ``"like"`` or ``"theta"``.
        resamples: Shared bootstrap draws.
        options: Scoring options.
        scale: Dimensions and ends; by default the ten values, 0 to 100.

    Raises:
        InputError: A value is no dimension of the set.
    """
    scale = scale or Scale()
    spread = matrix(scores, column, resamples, scale.value_set)
    count = (~np.isnan(spread)).sum(axis=0)
    nothing = np.full(len(scale.value_set), np.nan)
    mean = np.divide(np.nansum(spread, axis=0), count, out=nothing, where=count > 0)
    enough = count >= options.minimum_clips
    return Profile(mean, resamples.means(spread), count, enough, scale, resamples.unit)


def describe(
    scores: pd.DataFrame, main: Profile, scales: Mapping[str, Profile], options: ScoringOptions
) -> dict[str, Score]:
    """Write a profile as plain numbers.

    Args:
        scores: One row per ``value`` and unit with a column ``answers``.
        main: Profile on the instrument's own scale.
        scales: The same on further scales, e.g. ``log_odds``.
        options: Scoring options.

    Returns:
        Every dimension with its score. Numbers that cannot be known are ``None``; rank 1 is the highest. The status is
        ``ok``, ``too few clips`` (a mean without interval) or ``no clips``, whatever the unit is called.
    """
    answers = scores.groupby("value")["answers"].sum()
    ranks = _ranks(main, options)
    return {
        dimension: Score(
            _estimate(main, main.mean, main.replicates, position, options),
            _estimate(main, main.centred, main.centred_replicates, position, options, ANY_NUMBER),
            ranks.get(dimension),
            int(main.units[position]),
            int(answers.get(dimension, 0)),
            main.status(position),
            {name: _estimate(one, one.mean, one.replicates, position, options) for name, one in scales.items()},
        )
        for position, dimension in enumerate(main.value_set.dimensions)
    }


def _estimate(
    source: Profile,
    means: Floats,
    replicates: Floats,
    position: int,
    options: ScoringOptions,
    bounds: tuple[float, float] | None = None,
) -> Estimate:
    ends = source.scale.bounds if bounds is None else bounds
    return estimated(means[position], replicates[:, position], options.level, source.basis(position), ends)


def overall(main: Profile, options: ScoringOptions) -> Estimate:
    """Mean over what is measured: the level that centring removes; unknown for numbers on different scales."""
    if not (main.measured.any() and main.value_set.one_scale):
        return Estimate(None)
    columns = main.replicates[:, main.measured].mean(axis=1)
    basis = Basis(int(main.units[main.measured].sum()), main.unit)
    return estimated(main.mean[main.measured].mean(), columns, options.level, basis, main.scale.bounds)


def _ranks(main: Profile, options: ScoringOptions) -> dict[str, tuple[int, int, int]]:
    """Ranks of what is measured and ranked, with the range that holds ``level`` of the draws.

    Equal scores share the best rank of theirs, and the range holds all ranks that they could have.
    """
    from scipy.stats import rankdata

    places = np.flatnonzero(main.measured)
    if places.size == 0 or not main.value_set.one_scale:
        return {}
    rank = rankdata(-levelled(main.mean[places]), method="min")
    draws = -levelled(main.replicates[:, places])
    best, worst = (rankdata(draws, axis=1, method=which, nan_policy="omit") for which in ("min", "max"))
    tail = (1.0 - options.level) / 2.0
    low = np.nanquantile(best, tail, axis=0, method="inverted_cdf")
    high = np.nanquantile(worst, 1.0 - tail, axis=0, method="inverted_cdf")
    return {
        main.value_set.dimensions[place]: (int(rank[column]), int(low[column]), int(high[column]))
        for column, place in enumerate(places)
    }


def differences(scores: pd.DataFrame, column: str = "like") -> dict[str, float | int | None]:
    """Test whether the dimensions differ at all (Kruskal-Wallis over units).

    A profile whose values do not differ is noise around one yes-rate, whatever its ranks look like.

    Args:
        scores: One row per ``value`` and unit.
        column: What is compared.

    Returns:
        ``statistic``, ``p`` and ``values`` (how many entered); numbers are ``None`` when there is nothing to compare.
    """
    from scipy.stats import kruskal

    equal = scores.assign(compared=levelled(scores[column].to_numpy(dtype=np.float64)))
    groups = [group.to_numpy() for _, group in equal.groupby("value")["compared"] if len(group) > 1]
    distinct = {score for group in groups for score in group}
    if len(groups) < 2 or len(distinct) < 2:
        return {"statistic": None, "p": None, "values": len(groups)}
    outcome = kruskal(*groups)
    return {"statistic": number(outcome.statistic), "p": number(outcome.pvalue), "values": len(groups)}


def means_of(described: Mapping[str, Json], key: str = "mean") -> dict[str, float]:
    """One number per value out of a described profile, values without it left out."""
    return {value: row[key] for value, row in described.items() if row[key] is not None}


def number(value: float) -> float | None:
    """A float for JSON: not-a-number becomes ``None``."""
    return None if math.isnan(value) else float(value)
