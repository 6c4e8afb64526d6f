"""In which order several respondents stand on each value, and how sure that is.

As for ranks of values within one respondent (``facets.ranking``): each is compared with every other, with Holm's
adjustment over its comparisons; those that are surely above and surely below it bound its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

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
        One for each respondent; without the values that any pair lacks.
    """
    count = 1 + max((second for _, second in pairs), default=-1)
    shared = [
        value
        for value in (next(iter(pairs.values())).values if pairs else ())
        if all(value in each.values and each.values[value].difference.p is not None for each in pairs.values())
    ]
    found: list[dict[str, Place]] = [{} for _ in range(count)]
    for value in shared:
        gap, p = np.zeros((count, count)), np.full((count, count), np.nan)
        for first, second in combinations(range(count), 2):
            difference = pairs[first, second].values[value].difference
            mean, chance = difference.estimate.mean or 0.0, difference.p
            gap[first, second], gap[second, first] = mean, -mean
            p[first, second] = p[second, first] = np.nan if chance is None else chance
        for each, place in enumerate(_placed(gap, p, level)):
            found[each][value] = place
    return found


def _placed(gap: Floats, p: Floats, level: float) -> list[Place]:
    sure = holm(p) < 1.0 - level
    above, below = (sure & (gap < 0)).sum(axis=1), (sure & (gap > 0)).sum(axis=1)
    ranks = 1 + (levelled(gap.mean(axis=1))[:, None] < levelled(gap.mean(axis=1))[None, :]).sum(axis=1)
    return [
        Place(int(rank), int(1 + high), int(len(gap) - low))
        for rank, high, low in zip(ranks, above, below, strict=True)
    ]
