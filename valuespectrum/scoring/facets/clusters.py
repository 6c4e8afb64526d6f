"""Variance of means over clips that came in clusters: by one search word, from one source.

The variance of the mean of C clips in K clusters is the sandwich ``f * sum_k (sum of residuals in k)^2 / C^2``. With
clusters of one size ``f = K / (K - 1)``, which is what statsmodels and Inspect compute, and Student's t with K - 1
degrees of freedom is exact for normal clusters. With unequal sizes that is too small and promises too much freedom, so
``f`` and the degrees of freedom are those that are right on average when clips of one cluster correlate by ``rho``
(Bell and McCaffrey, Survey Methodology 28 (2002) 169; Satterthwaite 1946), ``rho`` being estimated over all values.
Only these two numbers trust ``rho``: the sum itself is what the clusters show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.facets.additive import Floats

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which clips of which value belong together, ready for sums over them."""

    order: Integers
    """Flat places (value times clip) sorted by value and cluster."""
    starts: Integers
    """Where in that order each group, a cluster within a value, begins."""
    values: Integers
    """First group of every value."""
    codes: Integers
    """The cluster of each group; -1 for places without a clip."""

    @classmethod
    def of(cls, codes: Integers) -> Clusters:
        """Sort places.

        Args:
            codes: Shape (values, clips); equal numbers belong together, -1 where there is no clip.
        """
        values, clips = codes.shape
        flat, owner = codes.ravel(), np.repeat(np.arange(values), clips)
        order = np.lexsort((flat, owner))
        changes = np.diff(flat[order], prepend=-2) != 0
        starts = np.flatnonzero(changes | (np.diff(owner[order], prepend=-1) != 0))
        return cls(order, starts, np.searchsorted(owner[order][starts], np.arange(values)), flat[order][starts])

    def sums(self, numbers: Floats) -> Floats:
        """Sums over groups, shape (..., groups), of numbers of shape (..., values, clips)."""
        flat = numbers.reshape(*numbers.shape[:-2], -1)
        return np.asarray(np.add.reduceat(flat[..., self.order], self.starts, axis=-1))

    def by_value(self, groups: Floats) -> Floats:
        """Sums over the groups of each value, shape (..., values)."""
        return np.asarray(np.add.reduceat(groups, self.values, axis=-1))


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many clips the clusters of each value have: sums of powers, all that the corrections need."""

    group: Floats
    """Clips of each group, shape (..., groups)."""
    powers: tuple[Floats, ...]
    """Sum over clusters of size^0, size^1 ... size^5, each of shape (..., values)."""

    @classmethod
    def of(cls, clusters: Clusters, present: Floats) -> Sizes:
        """Count clips.

        Args:
            clusters: What belongs together.
            present: 1 where there is a clip, shape (..., values, clips).
        """
        size = clusters.sums(present)
        powers = [clusters.by_value((size > 0).astype(np.float64)), *(clusters.by_value(size**k) for k in range(1, 6))]
        return cls(size, tuple(powers))

    @property
    def clusters(self) -> Floats:
        """Clusters per value."""
        return self.powers[0]

    @property
    def clips(self) -> Floats:
        """Clips per value."""
        return self.powers[1]

    def corrections(self, rho: Floats) -> tuple[Floats, Floats, Floats]:
        """Factor on the sum of squares, degrees of freedom, and the variance of a mean over that of one clip.

        Written out for clusters of sizes n: residual sums have the covariance ``diag(d) + U S U'`` with
        ``U = [n, n^2]`` and ``d = (1 - rho) n + rho n^2``; its trace and that of its square are sums of powers of n.

        Args:
            rho: Correlation of clips of one cluster, 0 to 1, shape (..., 1) or (..., values).

        Returns:
            All of shape (..., values); the first two NaN where there are fewer than two clusters.
        """
        several = self.clusters > 1.5
        _, n1, n2, n3, n4, n5 = (np.where(several, power, np.nan) for power in self.powers)
        left = 1.0 - rho
        truth = left * n1 + rho * n2
        trace = left * (n1 - n2 / n1) + rho * (n2 - 2.0 * n3 / n1 + n2**2 / n1**2)
        own, mixed = -left / n1 + rho * n2 / n1**2, -rho / n1
        squares = left**2 * n2 + 2.0 * rho * left * n3 + rho**2 * n4
        crossed = own * (left * n3 + rho * n4) + 2.0 * mixed * (left * n4 + rho * n5)
        first, second, third, fourth = own * n2 + mixed * n3, own * n3 + mixed * n4, mixed * n2, mixed * n3
        square = squares + 2.0 * crossed + first**2 + 2.0 * second * third + fourth**2
        clips, squares_of_sizes = self.powers[1:3]
        share = np.divide(squares_of_sizes, clips, out=np.zeros_like(clips), where=clips > 0)
        spread = np.divide(left + rho * share, clips, out=np.full(clips.shape, np.nan), where=clips > 0)
        return truth / trace, trace**2 / square, spread


def likeness(clusters: Clusters, sizes: Sizes, deviations: Floats) -> Floats:
    """Correlation of clips of one cluster, one number over all values (analysis of variance, at least 0).

    Args:
        clusters: What belongs together.
        sizes: Sizes of clusters.
        deviations: Clips minus the mean of their value, 0 where there is none, shape (..., values, clips).

    Returns:
        Shape (..., 1).
    """
    between_cluster, within = between_and_within(clusters, sizes, deviations)
    variance = np.maximum(between_cluster, 0.0)
    total = variance + within
    return np.divide(variance, total, out=np.zeros_like(total), where=total > 0)[..., None]


def between_and_within(clusters: Clusters, sizes: Sizes, deviations: Floats) -> tuple[Floats, Floats]:
    """Variance components of clusters and of clips within them, pooled over values; the first may be negative.

    Where every cluster has one clip they cannot be told apart, and all counts as within.
    """
    n1, n2 = sizes.powers[1:3]
    sums = clusters.sums(deviations)
    group = np.broadcast_to(sizes.group, sums.shape)
    square = clusters.by_value(np.divide(sums**2, group, out=np.zeros_like(sums), where=group > 0)).sum(axis=-1)
    total = (deviations**2).sum(axis=(-2, -1))
    between_freedom = np.maximum(sizes.clusters - 1.0, 0.0).sum(axis=-1)
    within_freedom = (n1 - sizes.clusters).sum(axis=-1)
    alone = within_freedom < 0.5
    inside = np.where(alone, total, total - square)
    freedom = np.where(alone, np.maximum((n1 > 0) * (n1 - 1.0), 0.0).sum(axis=-1), within_freedom)
    within = np.divide(inside, freedom, out=np.zeros_like(total), where=freedom > 0)
    shared = np.divide(n2, n1, out=np.zeros_like(n1), where=n1 > 0)
    weight = (n1 - shared).sum(axis=-1)
    between = np.divide(square - between_freedom * within, weight, out=np.zeros_like(total), where=weight > 0)
    return np.where(alone, 0.0, between), within
