"""Intervals out of draws of units, where nothing in closed form is known."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.estimate import Estimate

Floats = NDArray[np.float64]

NO_SPREAD = "the same in nearly every draw"
"""Why there is no interval: drawing units again hardly ever changed the number, so its uncertainty was not seen."""

_ROUNDING = 1e-9


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


def percentiles(mean: float, drawn: Floats, level: float) -> Estimate:
    """A number with the middle of what it was in draws of units.

    Args:
        mean: Of all units.
        drawn: Of each draw, all of them known.
        level: Coverage aimed at.

    Returns:
        Without an interval, and with the reason, where nearly all draws came to one number.

    Example:
        >>> percentiles(1.0, np.ones(100), 0.95).why
        'the same in nearly every draw'
    """
    low, high = (float(end) for end in np.quantile(drawn, [(1.0 - level) / 2.0, (1.0 + level) / 2.0]))
    if high - low <= _ROUNDING * max(1.0, abs(mean)):
        return Estimate(mean, why=NO_SPREAD)
    return Estimate(mean, low, high, se=float(np.std(drawn)))


def stretch(level: float, units: int) -> float:
    """Width of Student's t interval over that of the plain percentile interval of a mean."""
    from scipy.special import ndtri, stdtrit

    tail = (1.0 - level) / 2.0
    return float(stdtrit(units - 1, tail) / ndtri(tail) * np.sqrt(units / (units - 1)))
