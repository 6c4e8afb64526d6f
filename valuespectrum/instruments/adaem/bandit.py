"""Which arm is next: one that nobody tried, else the best by an upper bound on its mean (AdAEM, algorithm 1)."""

from __future__ import annotations

import numpy as np

from vectorstore.foundation.random_streams import shuffled, stream

CHOOSING = 2
"""Version of how arms are chosen: another one does not follow from what a store recorded of a search."""


class Arms:
    """Means and counts of arms; ``Q + sqrt(2 ln B / C)`` decides once every arm was tried.

    Q of an arm whose pulls found nothing that could be scored is not known: it is taken to be like the others.

    Args:
        count: Arms.
        pulls: B, how many pulls there will be.
        seed: Of the order in which new arms are tried.
    """

    def __init__(self, count: int, pulls: int, seed: int) -> None:
        self.means = np.zeros(count)
        self.counts = np.zeros(count, dtype=np.int64)
        self._heard = np.zeros(count, dtype=np.int64)
        self._log = 2 * np.log(max(2, pulls))
        self._untried = shuffled(count, stream(seed, "adaem/arms"))[::-1]

    def chosen(self, count: int) -> list[int]:
        """The next arms, different ones.

        Args:
            count: How many are chosen before any is scored.
        """
        picked = [self._untried.pop() for _ in range(min(count, len(self._untried)))]
        if len(picked) < count:
            known = self._heard > 0
            means = np.where(known, self.means, self.means[known].mean() if known.any() else 0.0)
            bounds = np.where(self.counts > 0, means + np.sqrt(self._log / np.maximum(self.counts, 1)), -np.inf)
            bounds[picked] = -np.inf
            best = np.argsort(-bounds, kind="stable")[: count - len(picked)]
            picked += [int(place) for place in best if np.isfinite(bounds[place])]
        return picked

    def learn(self, arm: int, scores: list[float]) -> None:
        """Take in what the new questions of an arm scored; one that found none is a pull, and no score of 0."""
        self.counts[arm] += 1
        if scores:
            self._heard[arm] += 1
            self.means[arm] += (float(np.mean(scores)) - self.means[arm]) / self._heard[arm]
