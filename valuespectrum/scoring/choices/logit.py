"""Weights of what tells options apart, out of shares of choices, by the logit of utilities (McFadden 1974).

Counted draws are fitted by likelihood, with Newton's method and a normal prior that keeps weights finite where choices
are never mixed. What an option has beside what describes it cannot be told from draws, and pulls their weights towards
0. Logarithms of probabilities are utilities but for a constant of the ask, and least squares on them (Berry 1994) pulls
weights nowhere. What is hardly ever chosen has a logarithm that is mostly noise, so an option counts ``p / (p + 0.05)``
there, with the probability ``p`` that the weights themselves give it. Observed probabilities would not do: an option
that has more than its description tells would count more for it, which pulls weights towards 0.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counting = Literal["likely", "alike"]
"""Whether likely options count more among logarithms, or all alike."""
PRIOR_PRECISION = 1e-6
"""Of each weight, in units of what describes options."""
FARTHEST = 20.0
"""Log-odds below the likeliest option at which one counts as ruled out: a probability of 0 has no logarithm, and how
far an option lies beyond that would drive every weight."""
HALF = 0.05
"""Fitted probability at which the logarithm of an option counts half."""
_MOST_STEPS, _CLOSE = 60, 1e-10
_SETTLED = 1e-6
"""Change of weights at which probabilities that follow from them are left as they are."""


def fitted_weights(
    described: Floats, shares: Floats, start: Floats | None = None, prior: float = PRIOR_PRECISION
) -> Floats:
    """The weights that fit best.

    Args:
        described: Shape (asks, options, weights): what tells options apart; NaN all along an option that is not there.
        shares: Shape (asks, options), 0 for an option that is not there.
        start: Shape (weights,), near the result; zeros when ``None``.
        prior: Precision of a normal prior at zero.

    Returns:
        Shape (weights,).
    """
    there = ~np.isnan(described[..., 0])
    known = np.where(there[..., None], described, 0.0)
    weights = np.zeros(described.shape[-1]) if start is None else np.array(start, dtype=np.float64)
    value = _log_posterior(known, there, shares, weights, prior)
    total = shares.sum(axis=1, keepdims=True)
    for _ in range(_MOST_STEPS):
        chances = _chances(known @ weights, there)
        centred = known - (chances[..., None] * known).sum(axis=1, keepdims=True)
        slope = ((shares - total * chances)[..., None] * known).sum(axis=(0, 1)) - prior * weights
        curvature = np.einsum("ao,aoi,aoj->ij", total * chances, centred, centred) + prior * np.eye(len(weights))
        step = np.linalg.solve(curvature, slope)
        while (raised := _log_posterior(known, there, shares, weights + step, prior)) < value and _large(step):
            step = step / 2
        weights, value = weights + step, raised
        if not _large(step):
            break
    return np.asarray(weights)


def inverted_weights(
    described: Floats, shares: Floats, counting: Counting = "likely", start: Floats | None = None
) -> Floats:
    """The weights that fit logarithms of probabilities best, by least squares within each ask.

    Args:
        described: Shape (asks, options, weights): what tells options apart; NaN all along an option that is not there.
        shares: Shape (asks, options); what is less likely than ``exp(-FARTHEST)`` times the likeliest counts as that.
        counting: Whether options that are likely by the weights count more, or all alike.
        start: Shape (weights,), near the result; those of ``fitted_weights`` when ``None``.

    Returns:
        Shape (weights,); of the solutions that fit equally the one nearest to 0.
    """
    there = ~np.isnan(described[..., 0])
    known = np.where(there[..., None], described, 0.0)
    least = np.exp(-FARTHEST) * np.where(there, shares, 0.0).max(axis=1, keepdims=True)
    logs = np.where(there, np.log(np.where(there, np.maximum(shares, least), 1.0)), 0.0)
    if counting == "alike":
        return _within_asks(known, logs, there.astype(np.float64))
    weights = fitted_weights(described, shares) if start is None else start
    for _ in range(_MOST_STEPS):
        chances = _chances(known @ weights, there)
        found = _within_asks(known, logs, chances / (chances + HALF))
        settled = np.abs(found - weights).max() < _SETTLED
        weights = found
        if settled:
            break
    return weights


def _within_asks(known: Floats, logs: Floats, counts: Floats) -> Floats:
    """Least squares with a constant for each ask, every option counting as much as ``counts`` says."""
    total = counts.sum(axis=1, keepdims=True)
    apart = known - (counts[..., None] * known).sum(axis=1, keepdims=True) / total[..., None]
    higher = logs - (counts * logs).sum(axis=1, keepdims=True) / total
    counted = (np.sqrt(counts)[..., None] * apart).reshape(-1, known.shape[-1])
    return np.asarray(np.linalg.lstsq(counted, (np.sqrt(counts) * higher).ravel(), rcond=None)[0])


def _large(step: Floats) -> bool:
    return bool(np.abs(step).max() > _CLOSE)


def _chances(utilities: Floats, there: NDArray[np.bool_]) -> Floats:
    among = np.where(there, utilities, -np.inf)
    raised = np.exp(among - among.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _log_posterior(known: Floats, there: NDArray[np.bool_], shares: Floats, weights: Floats, prior: float) -> float:
    among = np.where(there, known @ weights, -np.inf)
    among = among - among.max(axis=1, keepdims=True)
    logs = among - np.log(np.exp(among).sum(axis=1, keepdims=True))
    return float((shares * np.where(there, logs, 0.0)).sum() - 0.5 * prior * (weights**2).sum())
