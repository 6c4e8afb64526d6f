"""Cumulative logit (proportional odds) by maximum likelihood: small, exact, and fast enough for thousands of fits.

``P(level <= k) = logistic(threshold_k - slopes . x)`` (McCullagh, J. R. Stat. Soc. B 42 (1980) 109). The log-likelihood
is concave (Pratt 1981), so Newton's steps, halved where they go too far, end at its only top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.clusters import Integers

_STEPS, _HALVINGS = 60, 30
_ENOUGH = 1e-8
_HELD = 0.01
"""Precision of the normal prior of a slope (a standard deviation of 10): keeps slopes finite where groups are told
apart entirely, and moves no other by more than a hundredth of its standard error squared."""
_LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class CumulativeFit:
    """The top of the likelihood."""

    log_likelihood: float
    slopes: Floats
    """Shape (columns,), in log-odds for one unit of a column."""
    errors: Floats
    """Their standard errors, from the curvature."""
    converged: bool


def fit_cumulative(levels: Integers, columns: Floats) -> CumulativeFit:
    """Fit thresholds and slopes.

    Args:
        levels: Shape (cases,), from 0 on, with none left out between the least and the largest.
        columns: Shape (cases, columns); may have no columns.

    Example:
        >>> fitted = fit_cumulative(np.array([0, 0, 1, 1]), np.zeros((4, 0)))
        >>> round(fitted.log_likelihood, 4)
        -2.7726
    """
    above, below = _designs(levels, columns)
    count, cuts = above.shape[1], above.shape[1] - columns.shape[1]
    ridge = np.r_[np.zeros(cuts), np.full(columns.shape[1], _HELD)]
    found = np.r_[_thresholds(levels, cuts), np.zeros(columns.shape[1])]
    last = levels == cuts
    here = _told(found, above, below, levels, last) - 0.5 * float(ridge @ found**2)
    curve, moved, converged = np.eye(count), 0.0, cuts == 0
    for _ in range(_STEPS if cuts else 0):
        slope, curve = _derivatives(found, above, below, levels, last)
        slope, curve = slope - ridge * found, curve + np.diag(ridge)
        step = np.linalg.solve(curve + 1e-10 * np.eye(count), slope)
        there = -np.inf
        for _ in range(_HALVINGS):
            there = _told(found + step, above, below, levels, last) - 0.5 * float(ridge @ (found + step) ** 2)
            if there >= here - _ENOUGH:
                break
            step = step / 2.0
        moved, here, found = float(there - here), there, found + step
        if abs(moved) < _ENOUGH:
            converged = True
            break
    errors = np.sqrt(np.maximum(np.diag(np.linalg.pinv(curve)), 0.0))[cuts:]
    return CumulativeFit(_told(found, above, below, levels, last), found[cuts:], errors, converged)


def _designs(levels: Integers, columns: Floats) -> tuple[Floats, Floats]:
    """Rows that give the cut above a case's level and that below it, shape (cases, cuts + columns)."""
    cuts, cases = int(levels.max()), np.arange(len(levels))
    above, below = np.zeros((2, len(levels), cuts + columns.shape[1]))
    above[:, cuts:] = below[:, cuts:] = -columns
    there = levels < cuts
    above[cases[there], levels[there]] = 1.0
    there = levels > 0
    below[cases[there], levels[there] - 1] = 1.0
    return above, below


def _thresholds(levels: Integers, cuts: int) -> Floats:
    """Those of the shares of all cases together."""
    share = np.cumsum(np.bincount(levels, minlength=cuts + 1))[:cuts] / len(levels)
    return np.asarray(np.log(share / (1.0 - share)))


def _shares(
    found: Floats, above: Floats, below: Floats, levels: Integers, last: np.ndarray
) -> tuple[Floats, Floats, Floats]:
    """Probability of being at most and of being below a case's level, and of the level."""
    from scipy.special import expit

    most = np.where(last, 1.0, expit(above @ found))
    less = np.where(levels == 0, 0.0, expit(below @ found))
    return most, less, np.asarray(most - less)


def _told(found: Floats, above: Floats, below: Floats, levels: Integers, last: np.ndarray) -> float:
    share = _shares(found, above, below, levels, last)[2]
    return float(np.log(np.maximum(share, _LEAST)).sum()) if (share > 0).all() else -np.inf


def _derivatives(
    found: Floats, above: Floats, below: Floats, levels: Integers, last: np.ndarray
) -> tuple[Floats, Floats]:
    """Slope of the log-likelihood, and its curvature with the sign turned round."""
    most, less, share = _shares(found, above, below, levels, last)
    up, down = most * (1.0 - most) / share, -less * (1.0 - less) / share
    curve_up = up * (1.0 - 2.0 * most) - up**2
    curve_down = down * (1.0 - 2.0 * less) - down**2
    both = above.T @ ((up * down)[:, None] * below)
    curve = above.T @ (curve_up[:, None] * above) + below.T @ (curve_down[:, None] * below) - both - both.T
    return np.asarray(above.T @ up + below.T @ down), np.asarray(-curve)
