"""How sure ranks are: which ranks each value could have, and how probable each is.

The interval of a rank counts the values that are surely above and surely below: pairs of values are compared with each
other, with Holm's adjustment over the comparisons of one value (marginal confidence sets of Mogstad, Romano, Shaikh and
Wilhelm, Rev. Econ. Stud. 91 (2024) 476). It holds the true rank, and every rank that true ties allow, in at least the
stated share of samples; a bootstrap of ranks does not where values are nearly tied. The probabilities are those of the
means drawn again from their errors; equal scores share the best rank of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.facets.analysis import Reckoned
from valuespectrum.scoring.facets.inference import Errors, holm, tested
from valuespectrum.scoring.ranks import levelled
from vectorstore.foundation.random_streams import stream

DRAWS = 4000


@dataclass(frozen=True, slots=True)
class Rank:
    """Where one value stands, 1 for the most liked."""

    rank: int
    low: int
    high: int
    chances: tuple[float, ...]
    """Probability of each rank from 1 on."""

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        return {"rank": self.rank, "rank_low": self.low, "rank_high": self.high, "chances": list(self.chances)}


def rank(reckoned: Reckoned, seed: int = 0, draws: int = DRAWS) -> dict[str, Rank]:
    """Rank the values that have an interval.

    Args:
        reckoned: Means and their errors.
        seed: Of the draws behind the probabilities.
        draws: How many.

    Returns:
        Empty when fewer than two values can be compared.
    """
    from scipy.stats import rankdata

    places = np.flatnonzero(reckoned.comparable)
    if len(places) < 2:
        return {}
    means = reckoned.across.means
    low, high = rank_bounds(means, reckoned.errors, reckoned.comparable, reckoned.facets.level)
    ranks = rankdata(-levelled(means[places]), method="min")
    drawn = rankdata(-_drawn(means, reckoned.errors, (seed, draws))[:, places], axis=1, method="min")
    shares = (drawn[:, :, None] == np.arange(1, len(places) + 1)).mean(axis=0)
    return {
        reckoned.table.values[place]: Rank(
            int(ranks[k]), int(low[place]), int(high[place]), tuple(float(share) for share in shares[k])
        )
        for k, place in enumerate(places)
    }


def rank_bounds(means: Floats, found: Errors, chosen: Bools, level: float) -> tuple[Floats, Floats]:
    """Lowest and highest rank that each value could have.

    Args:
        means: Shape (..., values).
        found: Their errors.
        chosen: The values that are ranked.
        level: Share of samples in which the interval of a value is to hold its rank.

    Returns:
        Two of shape (..., values).
    """
    values = means.shape[-1]
    weights = (np.eye(values)[:, None, :] - np.eye(values)[None, :, :]).reshape(values * values, values)
    both = (chosen[..., :, None] & chosen[..., None, :]).reshape(*chosen.shape[:-1], -1)
    pairs = tested(means, np.where(both[..., None], weights, 0.0), found)
    p = np.where(both, pairs.p, np.nan).reshape(*means.shape, values)
    sure = holm(p) < 1.0 - level
    gap = pairs.estimate.reshape(p.shape)
    above, below = (sure & (gap < 0)).sum(axis=-1), (sure & (gap > 0)).sum(axis=-1)
    return 1.0 + above, chosen.sum(axis=-1, keepdims=True) - below


def _drawn(means: Floats, found: Errors, drawn: tuple[int, int]) -> Floats:
    """Means drawn again from their errors, shape (draws, values), by seed and number of draws."""
    generator = stream(drawn[0], "ranks")
    covariance = np.diag(found.parts.diagonal) + found.shared
    sizes, directions = np.linalg.eigh(covariance)
    noise = generator.standard_normal((drawn[1], len(means))) @ (directions * np.sqrt(np.maximum(sizes, 0.0))).T
    freedom = found.freedoms(np.eye(len(means)))
    known = np.where(np.isnan(freedom), 1.0, freedom)
    return np.asarray(means + noise / np.sqrt(generator.chisquare(known, size=noise.shape) / known))
