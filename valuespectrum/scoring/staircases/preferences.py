"""Preference scores of values: how often a value was chosen where it was on offer, less one half (MMDs, EMNLP 2025).

The published range is -0.5 to 0.5; the formula was not published, and this is the only reading that fits it. Intervals
are over dilemmas, all of whose steps stand and fall together: dilemmas are drawn again with replacement, the standard
error of the draws is made that of a sample (n / (n - 1)), and Student's quantile of the dilemmas that offered the value
is taken, since a percentile interval of ten dilemmas holds too little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.staircases.walks import Floats, Walks

TOO_FEW = "too few dilemmas"
SAME = "the same in every dilemma"
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Resampled:
    """Dilemmas drawn again."""

    weights: Floats
    """Shape (draws, dilemmas): how often each was drawn."""

    @classmethod
    def draw(cls, dilemmas: int, draws: int, generator: np.random.Generator) -> Resampled:
        """Draw.

        Args:
            dilemmas: How many there are.
            draws: How often all of them are drawn again.
            generator: A stream of its own.
        """
        if dilemmas == 0:
            return cls(np.zeros((draws, 0)))
        places = (generator.random((draws, dilemmas)) * dilemmas).astype(np.int64)
        offsets = places + dilemmas * np.arange(draws)[:, None]
        counted = np.bincount(offsets.ravel(), minlength=draws * dilemmas)
        return cls(counted.reshape(draws, dilemmas).astype(np.float64))


def step_scores(walks: Walks) -> Floats:
    """Preference score of every value at every step, shape (steps, values); NaN where it was not on offer."""
    return ratio(walks.chosen.sum(axis=0), walks.offered.sum(axis=0)) - 0.5


def step_estimates(walks: Walks, drawn: Resampled, level: float, fewest: int) -> list[list[Estimate]]:
    """The same with intervals over dilemmas.

    Args:
        walks: Of one respondent.
        drawn: Dilemmas drawn again.
        level: Coverage aimed at.
        fewest: Dilemmas below which there is no interval.

    Returns:
        Steps of values.
    """
    found = step_scores(walks)
    again = _again(walks.chosen, drawn), _again(walks.offered, drawn)
    spread = _spread(ratio(*again) - 0.5)
    counts = (walks.offered > 0).sum(axis=0)
    return [
        [
            student(found[step, value], spread[step, value], int(counts[step, value]), level, fewest)
            for value in range(walks.count)
        ]
        for step in range(walks.steps)
    ]


def slopes(walks: Walks, drawn: Resampled, level: float, fewest: int) -> list[Estimate]:
    """How the preference score of every value changes from one step to the next: slope of least squares.

    Args:
        walks: Of one respondent.
        drawn: Dilemmas drawn again.
        level: Coverage aimed at.
        fewest: Dilemmas below which there is no interval.

    Returns:
        An estimate for each value, in preference score a step; nothing of a value that was on offer at one step only.
    """
    at = np.arange(1, walks.steps + 1, dtype=np.float64)[None, :, None]
    offered, chosen = walks.offered, walks.chosen
    sums = [(part * weight).sum(axis=1) for part, weight in ((offered, 1.0), (offered, at), (offered, at**2))]
    sums += [chosen.sum(axis=1), (chosen * at).sum(axis=1)]
    found = _slope([part.sum(axis=0) for part in sums])
    spread = _spread(_slope([drawn.weights @ part for part in sums]))
    counts = (offered.sum(axis=1) > 0).sum(axis=0)
    return [student(found[value], spread[value], int(counts[value]), level, fewest) for value in range(walks.count)]


def rank_correlations(walks: Walks, first: int = 0) -> list[float | None]:
    """Rank correlation of all preference scores of a step with those of every step.

    Args:
        walks: Of one respondent.
        first: The step that the others are compared with, from 0.
    """
    found = step_scores(walks)
    return [_spearman(found[first], found[step]) for step in range(walks.steps)]


def student(number: float, se: float, count: int, level: float, fewest: int) -> Estimate:
    """A number with Student's interval.

    Args:
        number: NaN where it is not known.
        se: Standard error over dilemmas drawn again, without the correction for their number.
        count: Dilemmas behind it.
        level: Coverage aimed at.
        fewest: Dilemmas below which there is no interval.
    """
    from scipy.special import stdtrit

    if np.isnan(number):
        return Estimate(None)
    if count < max(fewest, 2) or np.isnan(se):
        return Estimate(float(number), why=TOO_FEW)
    if se < _SAME:
        return Estimate(float(number), why=SAME)
    whole = float(se) * float(np.sqrt(count / (count - 1)))
    half = float(stdtrit(count - 1, (1 + level) / 2)) * whole
    return Estimate(float(number), float(number) - half, float(number) + half, se=whole)


def ratio(parts: Floats, wholes: Floats) -> Floats:
    """A share; NaN of nothing."""
    return np.divide(parts, wholes, out=np.full_like(parts, np.nan), where=wholes > 0)


def _again(cells: Floats, drawn: Resampled) -> Floats:
    flat = cells.reshape(len(cells), -1)
    return (drawn.weights @ flat).reshape(len(drawn.weights), *cells.shape[1:])


def _spread(draws: Floats) -> Floats:
    """Standard deviation over draws in which there is a number, shape of one draw; NaN where hardly any has one."""
    known = ~np.isnan(draws)
    count = known.sum(axis=0)
    mean = np.where(known, draws, 0.0).sum(axis=0) / np.maximum(count, 1)
    off = np.where(known, draws - mean, 0.0)
    spread = np.sqrt((off**2).sum(axis=0) / np.maximum(count - 1, 1))
    return np.asarray(np.where(count > len(draws) / 2, spread, np.nan))


def _slope(sums: Sequence[Floats]) -> Floats:
    count, x, xx, y, xy = sums
    spread, together = count * xx - x**2, count * xy - x * y
    return np.divide(together, spread, out=np.full_like(spread, np.nan), where=spread > _SAME)


def _spearman(one: Floats, other: Floats) -> float | None:
    from scipy.stats import rankdata

    known = ~(np.isnan(one) | np.isnan(other))
    if known.sum() < 3:
        return None
    first, second = rankdata(one[known].round(9)), rankdata(other[known].round(9))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])
