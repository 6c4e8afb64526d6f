"""Items of the graded response model (Samejima 1969): how likely each ordered answer is at each level of a trait.

An item has a slope ``a`` and increasing cuts ``c``; the answer lies above category ``k`` with probability

    P(Y > k | theta) = 1 / (1 + exp(-(a theta - c_k)))

which is the intercept form ``P(Y < k) = logistic(alpha_k - beta theta)`` of catSurv with other letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import InputError

Floats = NDArray[np.float64]
_STEEPEST = 100.0
"""Slope above which an item is a step function and no estimate of anything."""


@dataclass(frozen=True)
class GradedItems:
    """Items with the same number of categories that measure one trait.

    Raises:
        InputError: Shapes do not fit, numbers are not finite, or the cuts of an item do not increase.

    Example:
        >>> items = GradedItems(np.array([1.0]), np.array([[-1.0, 1.0]]))
        >>> items.probabilities(np.array([0.0])).round(3).tolist()
        [[[0.269, 0.462, 0.269]]]
    """

    slopes: Floats
    """Shape (items,): how much an answer follows the trait; negative where it falls with it."""
    cuts: Floats
    """Shape (items, categories - 1), increasing."""

    def __post_init__(self) -> None:
        if self.cuts.ndim != 2 or self.slopes.shape != self.cuts.shape[:1] or self.cuts.shape[1] < 1:
            raise InputError(f"{len(self.slopes)} slopes do not fit cuts of the shape {self.cuts.shape}")
        if not (np.isfinite(self.slopes).all() and np.isfinite(self.cuts).all()):
            raise InputError("a slope or a cut is no number")
        if bool((np.abs(self.slopes) > _STEEPEST).any()):
            raise InputError(f"a slope lies outside -{_STEEPEST:g}..{_STEEPEST:g}")
        if bool((np.diff(self.cuts, axis=1) <= 0).any()):
            raise InputError("the cuts of an item do not increase")

    def __len__(self) -> int:
        return len(self.slopes)

    @property
    def categories(self) -> int:
        """How many ordered answers each item has."""
        return int(self.cuts.shape[1]) + 1

    @cached_property
    def levels(self) -> Floats:
        """Shape (categories,): 1 for the lowest answer, and so on."""
        return np.arange(1.0, self.categories + 1)

    def log_probabilities(self, theta: Floats) -> Floats:
        """Logarithm of the probability of every answer, exact far out in the tails.

        Args:
            theta: Shape (n,).

        Returns:
            Shape (n, items, categories).
        """
        above = self._above(theta)
        upper = np.concatenate([np.full((*above.shape[:2], 1), np.inf), above], axis=2)
        lower = np.concatenate([above, np.full((*above.shape[:2], 1), -np.inf)], axis=2)
        # sigma(u) - sigma(v) = sigma(u) sigma(-v) (1 - exp(v - u))
        return np.asarray(_log_sigmoid(upper) + _log_sigmoid(-lower) + np.log1p(-np.exp(lower - upper)))

    def probabilities(self, theta: Floats) -> Floats:
        """Probability of every answer; shape (n, items, categories), last axis sums to one."""
        return np.asarray(np.exp(self.log_probabilities(theta)))

    def expected(self, theta: Floats) -> Floats:
        """Expected answer, from 1 to the number of categories; shape (n, items)."""
        return np.asarray(self.probabilities(theta) @ self.levels)

    def information(self, theta: Floats) -> Floats:
        """Fisher information of every item about the trait; shape (n, items).

        Sum over categories of ``(dP_k / dtheta)^2 / P_k`` (Samejima 1969).
        """
        held = np.exp(_log_sigmoid(self._above(theta)))
        steep = self.slopes[:, None] * held * (1 - held)
        nothing = np.zeros((*steep.shape[:2], 1))
        change = np.concatenate([nothing, steep], axis=2) - np.concatenate([steep, nothing], axis=2)
        probabilities = self.probabilities(theta)
        parts = np.divide(change**2, probabilities, out=np.zeros_like(change), where=probabilities > 0)
        return np.asarray(parts.sum(axis=2))

    def only(self, which: Sequence[int] | NDArray[np.intp]) -> GradedItems:
        """Some of the items, by place."""
        places = np.asarray(which, dtype=np.intp)
        return GradedItems(self.slopes[places], self.cuts[places])

    def _above(self, theta: Floats) -> Floats:
        """Log-odds of lying above each category; shape (n, items, categories - 1)."""
        return np.asarray(theta[:, None, None] * self.slopes[:, None] - self.cuts)


def _log_sigmoid(log_odds: Floats) -> Floats:
    return np.asarray(-np.logaddexp(0.0, -log_odds))
