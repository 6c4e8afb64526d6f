"""What intervals are over: the units that all respondents were asked about; and intervals out of draws of them.

The unit (a clip, an item, a dilemma, a session) is what is sampled: all answers about one stand or fall together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.estimate import CLIP

Floats = NDArray[np.float64]

NO_SPREAD = "the same in nearly every draw"
"""Why there is no interval: drawing units again hardly ever changed the number, so its uncertainty was not seen."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Resamples:
    """Units that all respondents were asked about."""

    units: tuple[str, ...]
    stratified: bool
    """Whether no unit serves two values."""
    unit: str = CLIP
    """What a unit is, and the column of a table that names it."""


def resample(pairs: Iterable[tuple[str, str]], unit: str = CLIP) -> Resamples:
    """Name the units.

    Args:
        pairs: (value, unit) of everything that was asked.
        unit: What a unit is.
    """
    values_of: dict[str, set[str]] = {}
    for value, each in pairs:
        values_of.setdefault(each, set()).add(value)
    return Resamples(tuple(sorted(values_of)), all(len(values) == 1 for values in values_of.values()), unit)


def interval(
    replicates: Floats, level: float, units: int, bounds: tuple[float, float] = (-np.inf, np.inf)
) -> tuple[float, float]:
    """Percentile interval of bootstrap replicates, stretched for small samples.

    The plain percentile interval is too narrow for few units: it takes the normal quantile for Student's and divides
    the variance by n instead of n - 1 (Hesterberg 2015, "What teachers should know about the bootstrap", section 5.2).
    Both are mended by stretching it about the median of the replicates, so that for a plain mean it is as wide as
    Student's t interval and yet keeps its asymmetry. Moving the tails out instead, as is also done, cannot reach
    beyond the extreme units: with four clips that covered 84 % in simulations where stretching covered 91 to 95 %.

    Args:
        replicates: Shape (draws,); NaN draws are left out.
        level: Coverage aimed at, 0 to 1.
        units: Number of units behind the statistic.
        bounds: Smallest and largest value that the statistic can have.

    Returns:
        Low and high; NaN for both when fewer than two units carry the statistic, or when the draws agree: an
        interval of no width would claim that nothing is uncertain.
    """
    finite = replicates[~np.isnan(replicates)]
    if units < 2 or finite.size == 0:
        return math.nan, math.nan
    tail = (1.0 - level) / 2.0
    low, middle, high = np.quantile(finite, [tail, 0.5, 1.0 - tail])
    if high - low <= _ROUNDING * max(1.0, abs(middle)):
        return math.nan, math.nan
    factor = stretch(level, units)
    ends = np.clip([middle + factor * (low - middle), middle + factor * (high - middle)], *bounds)
    return float(ends[0]), float(ends[1])


def stretch(level: float, units: int) -> float:
    """Width of Student's t interval over that of the plain percentile interval of a mean."""
    from scipy.special import ndtri, stdtrit

    tail = (1.0 - level) / 2.0
    return float(stdtrit(units - 1, tail) / ndtri(tail) * np.sqrt(units / (units - 1)))
