"""In which order several respondents stand on each value, and how sure that is.

As for ranks of values within one respondent (``facets.ranking``): each is compared with every other, with Holm's
adjustment over its comparisons; those that are surely above and surely below it bound its place. Two whose difference
has no error, as of answers that are the same throughout, are not told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.comparison import Comparison
from valuespectrum.scoring.facets.inference import holm
from valuespectrum.scoring.ranks import levelled


@dataclass(frozen=True, slots=True)
class Place:
    """Where one respondent stands among all on one value, 1 for the one that likes it most beside its other values."""

    rank: int
    low: int
    high: int

    def to_json(self) -> dict[str, int]:
        """As a comparison keeps it."""
        return {"rank": self.rank, "rank_low": self.low, "rank_high": self.high}


def places(pairs: Mapping[tuple[int, int], Comparison], level: float = 0.95) -> list[dict[str, Place]]:
    """Order respondents on every value that all pairs of them share.

    Args:
        pairs: Every pair ``(i, j)``, ``i < j``, of the respondents 0 ... n - 1: ``i`` minus ``j``.
        level: Share of samples in which the interval of a place is to hold it.

    Returns:
        One for each respondent; without the values of which any pair lacks a difference.
    """
    count = 1 + max((second for _, second in pairs), default=-1)
    found: list[dict[str, Place]] = [{} for _ in range(count)]
    for value in next(iter(pairs.values())).values if pairs else ():
        gap, p = np.zeros((count, count)), np.full((count, count), np.nan)
        for (first, second), each in pairs.items():
            told = each.values[value].difference if value in each.values else None
            mean, chance = (told.estimate.mean, told.p) if told else (None, None)
            gap[first, second] = np.nan if mean is None else mean
            gap[second, first] = -gap[first, second]
            p[first, second] = p[second, first] = np.nan if chance is None else chance
        if not np.isnan(gap).any():
            for mine, place in zip(found, placed(gap, p, level), strict=True):
                mine[value] = place
    return found


def placed(gap: Floats, p: Floats, level: float) -> list[Place]:
    """Places on one value.

    Args:
        gap: By how much the row likes it more than the column, shape (respondents, respondents).
        p: That it is nothing; NaN where that is not known.
        level: Share of samples in which the interval of a place is to hold it.
    """
    sure = holm(p) < 1.0 - level
    low = 1 + (sure & (gap < 0)).sum(axis=1)
    high = len(gap) - (sure & (gap > 0)).sum(axis=1)
    mean = levelled(gap.mean(axis=1))
    # Pairs that were asked about different clips need not agree with each other.
    ranks = np.clip(1 + (mean[:, None] < mean[None, :]).sum(axis=1), low, high)
    return [Place(int(rank), int(first), int(last)) for rank, first, last in zip(ranks, low, high, strict=True)]
