"""What engagement says about taste: the user vector, and a linear model of engagement with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.feeds.items import Rows, Stock
from agents.feeds.products import small_product
from agents.feeds.state import FeedHistory
from vectorstore.foundation.errors import InputError

_FAINTEST = 1e-12
"""Signals below this have faded to nothing."""
_AT_ONCE = 32
"""Vectors that fit into the nearest memory."""


def user_vector(stock: Stock, history: FeedHistory, decay: float) -> NDArray[np.float64] | None:
    """The decayed, engagement-weighted mean of the vectors of what was shown; negative engagement pushes it away.

    It is not brought to unit length, so that a user who sent weak or mixed signals gets a feed that is closer to even.

    Args:
        stock: The items.
        history: What was shown and how it was received.
        decay: Factor by which an engagement weighs less with every later item, above 0 to 1.

    Returns:
        (dimension,) of length at most 1; ``None`` without any signal.
    """
    ages = np.arange(len(history) - 1, -1, -1)
    weights = history.weights * np.power(decay, ages.astype(np.float64))
    heard = np.abs(weights) > _FAINTEST
    if not heard.any():
        return None
    weights, vectors = weights[heard], stock.vectors[history.rows[heard]].astype(np.float64)
    return np.asarray(((weights / np.abs(weights).sum())[:, None] * vectors).sum(axis=0))


def similarities(stock: Stock, rows: Rows, vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) inner products of items with a vector."""
    # Sums along rows instead of a matrix product: their rounding does not depend on the linear algebra library. Some at
    # a time, so that they stay near the processor.
    found = np.empty(len(rows))
    for begin in range(0, len(rows), _AT_ONCE):
        some = stock.vectors[rows[begin : begin + _AT_ONCE]].astype(np.float64)
        some *= vector
        some.sum(axis=1, out=found[begin : begin + _AT_ONCE])
    return found


def softmax(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """(n,) probabilities; the smaller the temperature, the more of them on the highest scores."""
    powers = np.exp((scores - scores.max()) / temperature)
    return np.asarray(powers / powers.sum())


@dataclass(frozen=True, slots=True)
class Belief:
    """What a Bayesian ridge regression of engagement on the items' vectors knows: a normal distribution of weights."""

    mean: NDArray[np.float64]
    """(dimensions,)"""
    factor: NDArray[np.float64]
    """(dimensions, dimensions) upper triangle whose product with normal numbers has the covariance of the weights."""

    def predict(self, features: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(n,) expected engagement of items and (n,) its standard deviation."""
        return features @ self.mean, np.sqrt((small_product(features, self.factor) ** 2).sum(axis=1))


def belief(stock: Stock, history: FeedHistory, dimensions: int, noise: float) -> Belief:
    """Fit engagement on vectors; what gave no signal is left out.

    Args:
        stock: The items.
        history: What was shown and how it was received.
        dimensions: Of the vectors; longer ones are projected (:meth:`agents.feeds.items.Stock.features`).
        noise: Standard deviation of an engagement around what the vectors tell, where weights have a prior one of 1.
    """
    heard = history.weights != 0
    shown = stock.features(dimensions)[history.rows[heard]]
    precision = np.eye(shown.shape[1]) + small_product(shown.T, shown) / noise**2
    lower = np.linalg.cholesky(precision)
    factor = np.linalg.inv(lower).T
    mean = factor @ (factor.T @ (shown.T @ history.weights[heard])) / noise**2
    return Belief(mean, factor)


def check_share(name: str, share: float) -> None:
    """Refuse a share that is none.

    Raises:
        InputError: It does not lie in 0..1.
    """
    if not 0 <= share <= 1:
        raise InputError(f"{name} must lie in 0..1, got {share}")


def check_temperature(temperature: float) -> None:
    """Refuse a temperature that no softmax can have.

    Raises:
        InputError: It is too small, too large, or none.
    """
    if not 1e-6 <= temperature <= 1e6:
        raise InputError(f"temperature must lie in 0.000001..1000000, got {temperature}")


def check_decay(decay: float) -> None:
    """Refuse a decay by which signals would grow or vanish at once.

    Raises:
        InputError: It does not lie above 0 and up to 1.
    """
    if not 0 < decay <= 1:
        raise InputError(f"decay must lie above 0 and up to 1, got {decay}")
