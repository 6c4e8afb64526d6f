"""Whether values stand in another order at a later step: places that they move, and a permutation test of the change.

The test is of the preference scores, not of the ranks: if dilemmas exchange two steps at which the order is turned
round, both orders are made of noise and each is the other turned round, so that ranks move as far as they ever can
under the very hypothesis that nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.staircases.preferences import ratio
from valuespectrum.scoring.staircases.walks import Floats, Walks


@dataclass(frozen=True, slots=True)
class RankShift:
    """The order of values at two steps."""

    first: tuple[float, ...]
    """Rank of each value at the first step, 1 for the highest, average ranks where values are tied; NaN for one that is
    not known at both."""
    last: tuple[float, ...]
    moved: float
    """Mean number of places that a value moves; NaN where fewer than three values are known."""
    change: float
    """Root mean square of the change of preference scores."""
    p: float
    """Share of permutations in which scores change at least as much, the one that was found among them."""
    permutations: int


def rank_shift(walks: Walks, generator: np.random.Generator, permutations: int = 999, last: int = -1) -> RankShift:
    """Compare the order of values at the first step and at a later one.

    If nothing changes, what was chosen at the two steps of a dilemma may as well change places: both are exchanged in a
    random half of the dilemmas, again and again.

    Args:
        walks: Of one respondent.
        generator: A stream of its own.
        permutations: How often.
        last: The later step.
    """
    swap = np.concatenate([np.zeros((1, len(walks))), generator.random((permutations, len(walks))) < 0.5])
    whole = _scores(walks, swap, last)
    known = ~np.isnan(whole[0]).any(axis=0)
    if known.sum() < 3:
        nothing = (float("nan"),) * walks.count
        return RankShift(nothing, nothing, float("nan"), float("nan"), float("nan"), 0)
    scores = whole[:, :, known]
    scores = scores[~np.isnan(scores).any(axis=(1, 2))]
    changes = np.sqrt(((scores[:, 0] - scores[:, 1]) ** 2).mean(axis=1))
    ranks = np.full((2, walks.count), np.nan)
    ranks[:, known] = _ranks(scores[0])
    moved = float(np.nanmean(np.abs(ranks[0] - ranks[1])))
    p = float((changes >= changes[0] - 1e-12).mean())
    return RankShift(tuple(ranks[0].tolist()), tuple(ranks[1].tolist()), moved, float(changes[0]), p, len(scores) - 1)


def _scores(walks: Walks, swap: Floats, last: int) -> Floats:
    """Shares of every value at both steps, shape (permutations, 2, values), steps exchanged where ``swap`` is 1."""
    sums = []
    for cells in (walks.chosen, walks.offered):
        first, later = cells[:, 0], cells[:, last]
        moved = swap @ (later - first)
        sums.append(np.stack([first.sum(axis=0) + moved, later.sum(axis=0) - moved], axis=1))
    return ratio(*sums)


def _ranks(scores: Floats) -> Floats:
    from scipy.stats import rankdata

    return np.asarray(rankdata(-scores.round(9), axis=-1))
