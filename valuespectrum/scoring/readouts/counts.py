"""Liking out of counted draws: all sets of a wording in one logistic regression with Firth's correction.

``logit P(yes) = polarity * theta[v, c] + lean + first * order`` with one lean and one order effect for all sets of a
wording. Firth's correction (Biometrika 80 (1993) 27) takes the first-order bias out of theta and of the leans, which
many free thetas would otherwise bias (Neyman and Scott 1948). The information matrix is an arrow (thetas only meet the
leans), so one step costs as much as there are cells. Where the draws of a set are few, ``texts`` is to be used: the
correction is a prior, and must not count as evidence (``identify`` says when it would).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.readouts.effects import Effects
from valuespectrum.scoring.readouts.evidence import FIRST, POLARITY, Cells, Floats

_ROUNDS = 60
_LARGEST_STEP = 1.0
_TOLERANCE = 1e-6
_LEANS = np.stack([np.ones(4), FIRST], axis=-1)
"""What lean and order are multiplied with, shape (4, 2)."""


def fit_counts(cells: Cells) -> Effects:
    """Liking of every set that said something, and the leans of every wording.

    Args:
        cells: Of the kind ``samples``.
    """
    respondents, values, clips, wordings, _ = cells.said.shape
    batch = [np.moveaxis(array, 3, 1).reshape(-1, values * clips, 4) for array in (cells.yes, cells.said)]
    theta, leans = np.zeros(batch[0].shape[:2]), np.zeros((len(batch[0]), 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(_ROUNDS):
            step = _step(batch[0], batch[1], theta, leans)
            theta, leans = theta + step.theta, leans + step.leans
            if max(np.abs(step.theta).max(initial=0), np.abs(step.leans).max(initial=0)) < _TOLERANCE:
                break
    last = _step(batch[0], batch[1], theta, leans)
    silent = batch[1].sum(axis=-1) == 0
    shape = (respondents, wordings, values, clips)
    spread = [np.moveaxis(np.where(silent, np.nan, each).reshape(shape), 1, 3) for each in (theta, last.variance)]
    found = np.where(silent.all(axis=1)[:, None], np.nan, leans).reshape(respondents, wordings, 2)
    error = np.where(silent.all(axis=1)[:, None], np.nan, last.errors).reshape(respondents, wordings, 2)
    return Effects(spread[0], spread[1], found[..., 0], error[..., 0], found[..., 1], error[..., 1])


@dataclass(frozen=True, slots=True)
class _Step:
    theta: Floats
    leans: Floats
    variance: Floats
    """Of theta."""
    errors: Floats
    """Standard errors of the leans."""


def _step(yes: Floats, said: Floats, theta: Floats, leans: Floats) -> _Step:
    """One step of Newton for every wording of every respondent, by the Schur complement of the arrow."""
    from scipy.special import expit

    chance = expit(POLARITY * theta[..., None] + (leans @ _LEANS.T)[:, None])
    weight = said * chance * (1 - chance)
    heard = weight.sum(axis=-1)
    pull = np.divide(
        weight * POLARITY @ _LEANS, heard[..., None], out=np.zeros((*heard.shape, 2)), where=heard[..., None] > 0
    )
    whole = np.einsum("bsi,ij,ik->bjk", weight, _LEANS, _LEANS)
    inverse = np.linalg.pinv(whole - np.einsum("bs,bsj,bsk->bjk", heard, pull, pull), hermitian=True)
    alone = np.divide(1.0, heard, out=np.zeros_like(heard), where=heard > 0)
    across = _LEANS - POLARITY[:, None] * pull[..., None, :]
    leverage = weight * (alone[..., None] + np.einsum("bsij,bjk,bsik->bsi", across, inverse, across))
    score = yes - said * chance + leverage * (0.5 - chance)
    by_set = score @ POLARITY
    towards = np.einsum("bsi,ij->bj", score, _LEANS) - np.einsum("bsj,bs->bj", pull, by_set)
    leans_step = np.clip(np.einsum("bjk,bk->bj", inverse, towards), -_LARGEST_STEP, _LARGEST_STEP)
    step = by_set * alone - np.einsum("bsj,bj->bs", pull, leans_step)
    variance = alone + np.einsum("bsj,bjk,bsk->bs", pull, inverse, pull)
    errors = np.sqrt(np.maximum(np.diagonal(inverse, axis1=1, axis2=2), 0))
    return _Step(np.clip(step, -_LARGEST_STEP, _LARGEST_STEP), leans_step, variance, errors)
