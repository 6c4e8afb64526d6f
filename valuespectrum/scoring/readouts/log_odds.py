"""Liking out of log-probabilities: a linear mixed model on the cells of every set.

``log-odds(yes) = polarity * theta[v, c, w] + lean[v, c, w] + first * order[v, c, w] + polarity * first * cross[w] +
noise``, where theta is free and lean and order vary round the means of their wording. The estimate is generalised least
squares (Aitken 1936): of a complete set it is the mean of
``polarity * log-odds``, whatever the leans; of a set with a missing
cell the lean and order of the wording, as far as they are alike over clips, stand in for what is missing, and the
variance says what that costs. Variance components come from the complete sets (method of moments).
"""

from __future__ import annotations

import numpy as np

from valuespectrum.scoring.readouts.effects import Effects
from valuespectrum.scoring.readouts.evidence import FIRST, POLARITY, Cells, Floats

_FEWEST_SETS = 3
"""Complete sets of a wording below which its lean is not known."""
_ABSENT = 1e12
"""Variance of a cell that is missing."""
_ROUNDING = 1e-10
_CONTRASTS = np.array([np.ones(4), FIRST, POLARITY * FIRST])
"""Lean, order, and what both polarities do not share of the order effect."""


def fit_log_odds(cells: Cells) -> Effects:
    """Liking of every set and the leans of every wording.

    Args:
        cells: Of the kind ``log_probability``.

    Returns:
        Effects; theta is NaN for sets without an answer, and for incomplete ones of wordings whose lean is not known.
    """
    log_odds, there = np.where(cells.said > 0, cells.yes, 0.0), cells.said > 0
    complete = np.asarray(there.all(axis=-1))
    nuisance, spread = _nuisance(log_odds, complete)
    weights, variances = _weights(spread)
    pattern = there @ np.array([1, 2, 4, 8])
    at = np.arange(len(log_odds))[:, None, None, None]
    known = np.nan_to_num(nuisance) @ _CONTRASTS
    rest = np.where(there, log_odds - known[:, None, None, :, :], 0.0)
    theta = (weights[at, pattern] * rest).sum(axis=-1)
    told = there.any(axis=-1) & (complete | ~np.isnan(nuisance[..., 0])[:, None, None, :])
    variance = np.where(told, variances[at, pattern], np.nan)
    means, errors = _told(nuisance, spread, complete)
    return Effects(
        np.where(told, theta, np.nan), variance, means[..., 0], errors[..., 0], means[..., 1], errors[..., 1]
    )


def _nuisance(log_odds: Floats, complete: np.ndarray) -> tuple[Floats, Floats]:
    """Lean, order and cross effect of every wording, and their variances over sets within wordings.

    Returns:
        Shapes (respondents, wordings, 3) and (respondents, 3); NaN where too few sets are complete.
    """
    found = np.where(complete[..., None], log_odds @ _CONTRASTS.T / 4, 0.0)
    count = complete.sum(axis=(1, 2)).astype(np.float64)[..., None]
    enough = count >= _FEWEST_SETS
    mean = np.divide(
        found.sum(axis=(1, 2)), count, out=np.full((*found.shape[:1], *found.shape[3:]), np.nan), where=enough
    )
    off = np.where(complete[..., None] & enough[:, None, None], found - mean[:, None, None], 0.0)
    freedom = np.where(enough, count - 1, 0).sum(axis=1)
    spread = np.divide((off**2).sum(axis=(1, 2, 3)), freedom, out=np.zeros((*off.shape[:1], 3)), where=freedom > 0)
    return mean, spread


def _weights(spread: Floats) -> tuple[Floats, Floats]:
    """What each cell weighs in theta for each pattern of present cells, and the variance of theta.

    Returns:
        Shapes (respondents, 16, 4) and (respondents, 16).
    """
    noise = 4 * spread[:, 2] + _ROUNDING
    covariance = noise[:, None, None] * np.eye(4)
    for term, direction in ((0, np.ones(4)), (1, FIRST)):
        covariance = covariance + np.maximum(spread[:, term] - noise / 4, 0)[:, None, None] * np.outer(
            direction, direction
        )
    there = (np.arange(16)[:, None] >> np.arange(4)) & 1
    absent = _ABSENT * (1 - there)[:, :, None] * np.eye(4)
    inverse = np.linalg.inv(covariance[:, None] + absent[None]) * there[None, :, :, None] * there[None, :, None, :]
    score = inverse @ POLARITY
    information = score @ POLARITY
    weights = np.divide(score, information[..., None], out=np.zeros_like(score), where=information[..., None] > 0)
    variance = np.divide(1.0, information, out=np.full_like(information, np.nan), where=information > 0)
    return weights, variance


def _told(nuisance: Floats, spread: Floats, complete: np.ndarray) -> tuple[Floats, Floats]:
    """Lean and order of wordings with standard errors over sets."""
    count = complete.sum(axis=(1, 2)).astype(np.float64)[..., None]
    error = np.sqrt(np.divide(spread[:, None], count, out=np.full_like(nuisance, np.nan), where=count >= _FEWEST_SETS))
    return nuisance, error
