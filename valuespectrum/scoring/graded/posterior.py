"""What answers say about a trait: its distribution after them, whose mean is the EAP (Bock & Mislevy 1982).

An answer is given as shares of the categories that sum to one: all on one category where a word was said, spread where
probabilities are known. It counts as one answer either way: log-likelihoods of the categories are weighted by the
shares. A row of zeros is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from valuespectrum.scoring.graded.items import Floats, GradedItems
from vectorstore.foundation.errors import InputError

NODES = 121
"""Of the quadrature (Gauss and Legendre), which is exact to 1e-9 for what banks of some dozen items say."""
_REACH = 6.0
"""Standard deviations of the prior that are integrated over where no bounds are given."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Normal distribution of the trait before any answer.

    Raises:
        InputError: The standard deviation is not above 0, or the bounds are none.
    """

    mean: float = 0.0
    sd: float = 1.0
    bounds: tuple[float, float] | None = None
    """Where the trait lies; ``None`` for six standard deviations on both sides."""

    def __post_init__(self) -> None:
        low, high = self.ends
        if not (np.isfinite([self.mean, self.sd]).all() and self.sd > 0 and low < high):
            raise InputError(f"a normal prior of mean {self.mean:g} and standard deviation {self.sd:g} is none")

    @property
    def ends(self) -> tuple[float, float]:
        """From where to where is integrated."""
        return self.bounds or (self.mean - _REACH * self.sd, self.mean + _REACH * self.sd)

    def quadrature(self, nodes: int = NODES) -> tuple[Floats, Floats]:
        """Levels of the trait, and the logarithm of the weight of each, which sum to about one."""
        places, weights = _gauss_legendre(nodes)
        low, high = self.ends
        theta = (low + high) / 2 + (high - low) / 2 * places
        density = -0.5 * ((theta - self.mean) / self.sd) ** 2 - np.log(self.sd * np.sqrt(2 * np.pi))
        return theta, np.asarray(np.log(weights * (high - low) / 2) + density)


@cache
def _gauss_legendre(nodes: int) -> tuple[Floats, Floats]:
    places, weights = np.polynomial.legendre.leggauss(nodes)
    return places, weights


@dataclass(frozen=True)
class Posterior:
    """Distribution of a trait on the nodes of a quadrature."""

    theta: Floats
    """Shape (nodes,), increasing."""
    weights: Floats
    """Shape (nodes,), sums to one."""

    @property
    def mean(self) -> float:
        """The EAP."""
        return float(self.weights @ self.theta)

    @property
    def sd(self) -> float:
        """Standard error of the EAP."""
        return float(np.sqrt(self.weights @ (self.theta - self.mean) ** 2))

    def quantile(self, share: float | Floats) -> Floats:
        """Levels below which these shares of the distribution lie."""
        below = np.cumsum(self.weights) - self.weights / 2
        return np.asarray(np.interp(share, below, self.theta))

    def interval(self, level: float) -> tuple[float, float]:
        """The ends between which the middle part of the distribution lies.

        Args:
            level: Share of the distribution, e.g. 0.95.
        """
        low, high = self.quantile(np.array([(1 - level) / 2, (1 + level) / 2]))
        return float(low), float(high)


def posterior(items: GradedItems, shares: Floats, prior: Prior | None = None) -> Posterior:
    """Distribution of a trait after answers.

    Args:
        items: What was asked.
        shares: Shape (items, categories): the answer to each; zeros where there is none.
        prior: Before them; standard normal where nobody says.

    Raises:
        InputError: The shares are no shares of the categories of these items.

    Example:
        >>> items = GradedItems(np.array([1.5]), np.array([[-1.0, 1.0]]))
        >>> found = posterior(items, np.array([[0.0, 0.0, 1.0]]))
        >>> round(found.mean, 3), round(found.sd, 3)
        (0.725, 0.837)
    """
    check_shares(items, shares)
    theta, weights = (prior or Prior()).quadrature()
    logs = weights + (items.log_probabilities(theta) * shares).sum(axis=(1, 2))
    raised = np.exp(logs - logs.max())
    return Posterior(theta, np.asarray(raised / raised.sum()))


def check_shares(items: GradedItems, shares: Floats) -> None:
    """Refuse what is no table of answers to these items.

    Args:
        items: What was asked.
        shares: Last axes (items, categories).

    Raises:
        InputError: A row neither sums to one nor is empty, or the shape does not fit.
    """
    if shares.shape[-2:] != (len(items), items.categories):
        wanted = f"{len(items)} items x {items.categories} categories"
        raise InputError(f"answers of the shape {shares.shape} are none to {wanted}")
    sums = shares.sum(axis=-1)
    if not bool((np.isclose(sums, 1.0) | (sums == 0.0)).all() and (shares >= 0).all()):
        raise InputError("an answer has shares that neither sum to one nor are all zero")
