"""Clips or clusters that serve several values: their means then vary together.

Two sets count as dependent when they share their clip or their cluster; the covariance of two means is the sum of the
products of all such pulls (clustering in two ways: Cameron, Gelbach and Miller, J. Bus. Econ. Stat. 29 (2011) 238).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.clusters import Integers


@dataclass(frozen=True, slots=True)
class Overlap:
    """Which clip and which cluster every place of a table is, across values."""

    clips: Integers
    """Shape (values, clips); -1 where there is none."""
    clusters: Integers
    """The same for clusters."""

    @classmethod
    def of(cls, clips: Integers, clusters: Integers) -> Overlap | None:
        """None when nothing serves two values."""
        found = cls(clips, clusters)
        return found if any(_serves_several(code) for code in (clips, clusters)) else None

    def covariances(self, pull: Floats) -> Floats:
        """Covariances of the means of values, 0 on the diagonal.

        Args:
            pull: How far each clip pulls the mean of its value, shape (..., values, clips).

        Returns:
            Shape (..., values, values).
        """
        empty = self.clips < 0
        pairs = np.stack([self.clips.ravel(), self.clusters.ravel()])
        both = np.unique(pairs, axis=1, return_inverse=True)[1].reshape(self.clips.shape)
        result = _products(pull, self.clusters) + _products(pull, self.clips)
        result = result - _products(pull, np.where(empty, -1, both))
        return np.asarray(result * (1.0 - np.eye(pull.shape[-2])))


def _serves_several(codes: Integers) -> bool:
    each = [np.unique(row[row >= 0]) for row in codes]
    return sum(map(len, each)) > len(np.unique(np.concatenate(each)))


def _products(pull: Floats, codes: Integers) -> Floats:
    """Sum over codes of the products of what each value has under it."""
    names, places = np.unique(codes, return_inverse=True)
    owner = np.repeat(np.arange(codes.shape[0]), codes.shape[1])
    flat = np.moveaxis(pull.reshape(*pull.shape[:-2], -1), -1, 0)
    sums = np.zeros((codes.shape[0] * len(names), *flat.shape[1:]))
    np.add.at(sums, owner * len(names) + places.ravel(), flat)
    spread = np.moveaxis(sums, 0, -1).reshape(*pull.shape[:-1], len(names))
    spread[..., names < 0] = 0.0
    return np.asarray(spread @ np.swapaxes(spread, -1, -2))
