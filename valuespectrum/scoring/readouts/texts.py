"""Liking out of single texts: a logistic mixed model with a random effect of clips, by its marginal likelihood.

``logit P(yes) = polarity * (value + wording + spread * z[clip]) + lean[wording] + first * order[wording]``, z standard
normal. One or a few answers to a cell say too little for a liking of their own; the clips are integrated out
(Gauss-quadrature on a grid, on which the chances of all clips are shared, so that a step is a matrix product), and the
rest is fitted by expectation and maximisation with a free scale of z (Liu, Rubin and Wu, Biometrika 85 (1998) 755).

What comes back per clip and wording is the one-step value: the fitted liking plus the information, inverted, times the
clip's share of the score. Their mean is the estimate of a value with its wordings let free, and their spread over clips
its sandwich variance (Huber 1967), so that all later steps treat texts as they treat log-probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.readouts.effects import Effects
from valuespectrum.scoring.readouts.evidence import FIRST, POLARITY, Cells, Floats

GRID: Floats = np.linspace(-4.0, 4.0, 21)
"""Places of the standard normal effect of a clip."""
_LOG_WEIGHT = -0.5 * GRID**2
_ROUNDS = 60
_TOLERANCE = 1e-3
_LARGEST_STEP = 0.5
_FARTHEST = 8.0
"""Log-odds beyond which answers of one kind drive no number."""


@dataclass(slots=True)
class _Fit:
    """Fixed effects, shape (respondents, effects), and the spread of clips, shape (respondents,)."""

    effects: Floats
    spread: Floats


@dataclass(frozen=True, slots=True)
class _Expected:
    """Sums over the posterior of the clips."""

    posterior: Floats
    """Shape (respondents, values, clips, grid)."""
    chance: Floats
    """Shape (respondents, values, cells, grid), the cells of all wordings."""


def fit_texts(cells: Cells) -> Effects:
    """One-step liking of every set that said something, and the leans of every wording.

    Args:
        cells: Of any kind but ``log_probability``.
    """
    respondents, values, clips, wordings, _ = cells.said.shape
    yes, said = (array.reshape(respondents, values, clips, wordings * 4) for array in (cells.yes, cells.said))
    design = _design(values, wordings)
    fit = _Fit(np.zeros((respondents, design.shape[-1])), np.full(respondents, 0.5))
    for _ in range(_ROUNDS):
        if _improve(fit, design, yes, said) < _TOLERANCE:
            break
    expected = _expect(fit, design, yes, said)
    theta, variance = _one_step(fit, design, expected, yes, said)
    silent = cells.said.sum(axis=-1) == 0
    leans = fit.effects[:, values + wordings - 1 :].reshape(respondents, 2, wordings)
    errors = _errors(design, expected, said)[:, values + wordings - 1 :].reshape(respondents, 2, wordings)
    unheard = cells.said.sum(axis=(1, 2, 4)) == 0
    lean, order = (np.where(unheard, np.nan, leans[:, term]) for term in (0, 1))
    return Effects(
        np.where(silent, np.nan, theta), np.where(silent, np.nan, variance), lean, errors[:, 0], order, errors[:, 1]
    )


def _design(values: int, wordings: int) -> Floats:
    """Shape (values, wordings * 4, effects): liking of values, contrasts of wordings, leans, orders."""
    signs = np.tile(POLARITY, wordings)
    of_wording = np.repeat(np.eye(wordings), 4, axis=0)
    contrasts = of_wording[:, : wordings - 1] - of_wording[:, wordings - 1 :]
    shared = np.hstack([signs[:, None] * contrasts, of_wording, np.tile(FIRST, wordings)[:, None] * of_wording])
    own = signs[None, :, None] * np.eye(values)[:, None, :]
    return np.concatenate([own, np.broadcast_to(shared, (values, *shared.shape))], axis=-1)


def _expect(fit: _Fit, design: Floats, yes: Floats, said: Floats) -> _Expected:
    from scipy.special import expit, log_expit, softmax

    signs = np.tile(POLARITY, design.shape[1] // 4)
    fixed = np.einsum("vip,rp->rvi", design, fit.effects)
    logit = fixed[..., None] + signs[:, None] * fit.spread[:, None, None, None] * GRID
    fits = yes @ logit + said @ log_expit(-logit)
    return _Expected(softmax(fits + _LOG_WEIGHT, axis=-1), expit(logit))


def _improve(fit: _Fit, design: Floats, yes: Floats, said: Floats) -> float:
    """One round; returns the largest change."""
    signs = np.tile(POLARITY, design.shape[1] // 4)
    expected = _expect(fit, design, yes, said)
    mass = np.swapaxes(said, 2, 3) @ expected.posterior
    hits = np.swapaxes(yes, 2, 3) @ expected.posterior
    surprise = hits - mass * expected.chance
    weight = mass * expected.chance * (1 - expected.chance)
    score = np.einsum("rvi,vip->rp", surprise.sum(axis=-1), design)
    information = np.einsum("rvi,vip,vis->rps", weight.sum(axis=-1), design, design, optimize=True)
    step = np.einsum("rps,rs->rp", np.linalg.pinv(information, hermitian=True, rcond=1e-9), score)
    step = np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
    slope = (surprise * signs[:, None] * GRID).sum(axis=(1, 2, 3))
    curve = (weight * GRID**2).sum(axis=(1, 2, 3))
    wider = np.clip(np.divide(slope, curve, out=np.zeros_like(slope), where=curve > 0), -0.2, 0.2)
    fit.effects = np.clip(fit.effects + step, -_FARTHEST, _FARTHEST)
    fit.spread = np.clip(fit.spread + wider, 0.0, 3.0)
    return float(max(np.abs(step).max(initial=0), np.abs(wider).max(initial=0)))


def _one_step(fit: _Fit, design: Floats, expected: _Expected, yes: Floats, said: Floats) -> tuple[Floats, Floats]:
    """Fitted liking of every set plus its share of the score of its value and wording; and the variance it stands for.

    Arrays are over respondents, values, wordings, clips and, where they depend on it, the grid.
    """
    respondents, values, clips, cells = said.shape
    wordings = cells // 4
    by_set = [np.moveaxis(each.reshape(respondents, values, clips, wordings, 4), 3, 2) for each in (yes, said)]
    chance = expected.chance.reshape(respondents, values, wordings, 4, len(GRID))
    posterior = expected.posterior[:, :, None]
    score_at = (by_set[0] @ POLARITY)[..., None] - by_set[1] @ (chance * POLARITY[:, None])
    mean = (posterior * score_at).sum(axis=-1)
    heard = (posterior * (by_set[1] @ (chance * (1 - chance)))).sum(axis=(3, 4))
    off = (score_at - mean[..., None]) * np.sqrt(posterior)
    flat = off.reshape(respondents, values, wordings, -1)
    information = heard[..., None] * np.eye(wordings) - flat @ np.swapaxes(flat, 2, 3)
    asked = (by_set[1].sum(axis=-1) > 0).sum(axis=3)
    inverse = np.linalg.pinv(information, hermitian=True, rcond=1e-9)
    step = np.swapaxes(inverse @ mean, 2, 3) * asked[:, :, None]
    liking = fit.effects[:, :values, None, None] + _wordings(fit, values, wordings)[:, None, None]
    variance = np.diagonal(inverse, axis1=2, axis2=3) * asked
    return liking + step, np.broadcast_to(variance[:, :, None], step.shape)


def _wordings(fit: _Fit, values: int, wordings: int) -> Floats:
    contrasts = fit.effects[:, values : values + wordings - 1]
    return np.hstack([contrasts, -contrasts.sum(axis=1, keepdims=True)])


def _errors(design: Floats, expected: _Expected, said: Floats) -> Floats:
    """Standard errors of the fixed effects, given the clips."""
    mass = np.swapaxes(said, 2, 3) @ expected.posterior
    heard = (mass * expected.chance * (1 - expected.chance)).sum(axis=-1)
    information = np.einsum("rvi,vip,vis->rps", heard, design, design, optimize=True)
    inverse = np.linalg.pinv(information, hermitian=True, rcond=1e-9)
    return np.asarray(np.sqrt(np.maximum(np.diagonal(inverse, axis1=1, axis2=2), 0)))
