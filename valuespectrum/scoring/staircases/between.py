"""Respondents beside each other: who ranks where on each value at the first and the last step (MMDs, EMNLP 2025)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.staircases.walks import Floats

FEWEST = 3
"""Respondents below which ranks among them say nothing."""


@dataclass(frozen=True, slots=True)
class RanksBetween:
    """Ranks among respondents."""

    first: Floats
    """Shape (respondents, values): rank at the first step, 1 for the highest, average ranks where tied; NaN where
    somebody's score is not known."""
    last: Floats
    agreement: tuple[float | None, ...]
    """Rank correlation between both, by value; ``None`` where it is not known."""

    @property
    def moved(self) -> Floats:
        """Mean number of places that each respondent moves, over the values that are known; NaN where none is."""
        places = np.abs(self.first - self.last)
        known = ~np.isnan(places)
        total = np.where(known, places, 0.0).sum(axis=1)
        moved = np.divide(total, known.sum(axis=1), out=np.full(len(places), np.nan), where=known.any(axis=1))
        return np.asarray(moved)


def ranks_between(first: Floats, last: Floats) -> RanksBetween | None:
    """Rank respondents on each value.

    Args:
        first: Shape (respondents, values): preference scores at the first step; NaN where not known.
        last: The same at the last step.

    Returns:
        ``None`` for fewer than three respondents.
    """
    from scipy.stats import rankdata

    if len(first) < FEWEST:
        return None
    known = ~np.isnan(np.stack([first, last])).any(axis=(0, 1))
    both = [np.where(known, rankdata(-np.nan_to_num(each).round(9), axis=0), np.nan) for each in (first, last)]
    return RanksBetween(
        both[0], both[1], tuple(_agreement(one, other) for one, other in zip(*(x.T for x in both), strict=True))
    )


def _agreement(one: Floats, other: Floats) -> float | None:
    if np.isnan(one).any() or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])
