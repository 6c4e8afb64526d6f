"""Strengths out of draws and words: a multinomial logit in which every thing on offer has an effect of its own.

Things that stand for one value differ. Shares that are averaged over them before the logit understate strengths, by a
tenth where they differ by .6: so their effects are normal round the strength of their value, and fitted with it by
penalised quasi-likelihood (Breslow and Clayton, J. Am. Stat. Assoc. 88 (1993) 9), with Schall's estimate of their
spread (Biometrika 78 (1991) 719). Single most likely texts have no chances, so that nothing bounds such a spread: there
the effects are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_ROUNDS, _TOLERANCE, _LARGEST_STEP = 100, 1e-6, 1.0
_SETTLED = 1e-3
"""Change of the spread, relative, below which it is left as it is."""
_LOOSE = 1e-3
"""Keeps steps in directions that shares do not show, such as a constant on all values, at 0; it moves nothing else."""
_SPREADS = (1e-6, 9.0)
"""Smallest and largest variance of effects."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What maximises the likelihood."""

    effects: Floats
    """Shape (effects,): coefficients of the design."""
    off: Floats
    """Shape (asks, options): how often each was taken, less how often it was expected to be."""
    information: Floats
    """Shape (effects,): on each coefficient, the others of the design given and effects of things not."""


def fit(design: Floats, said: Floats, things: Floats | None = None) -> Fitted:
    """Fit choices.

    Args:
        design: Shape (asks, options, effects): what each option's utility is made of.
        said: Shape (asks, options): how often each was taken.
        things: Shape (asks, options, things): which thing each option is; ``None`` leaves their effects out.
    """
    fixed = design.shape[-1]
    whole = design if things is None else np.concatenate([design, things], axis=-1)
    total, found = said.sum(axis=1, keepdims=True), np.zeros(whole.shape[-1])
    spread = 0.25
    for _ in range(_ROUNDS):
        shares = _shares(whole @ found)
        centred = (whole - (shares[..., None] * whole).sum(axis=1, keepdims=True)).reshape(-1, len(found))
        precision = np.where(np.arange(len(found)) < fixed, _LOOSE, 1.0 / spread)
        information = centred.T @ ((total * shares).reshape(-1, 1) * centred)
        inverse = np.linalg.inv(information + np.diag(precision))
        score = np.einsum("ap,apk->k", said - total * shares, whole)
        score[fixed:] -= precision[fixed:] * found[fixed:]
        step = np.clip(inverse @ score, -_LARGEST_STEP, _LARGEST_STEP)
        found = found + step
        if np.abs(step).max() < _TOLERANCE:
            break
        if things is not None:
            better = _spread(found[fixed:], np.diag(inverse)[fixed:], spread)
            spread = better if abs(better / spread - 1.0) > _SETTLED else spread
    across, own = information[:fixed, fixed:], information[fixed:, fixed:] + np.diag(precision[fixed:])
    lost = (across * np.linalg.solve(own, across.T).T).sum(axis=1) if things is not None else np.zeros(fixed)
    return Fitted(found[:fixed], said - total * _shares(whole @ found), np.diag(information)[:fixed] - lost)


def _spread(effects: Floats, variances: Floats, before: float) -> float:
    """Variance of effects: their squares over the number of them that the answers tell."""
    told = len(effects) - variances.sum() / before
    return float(np.clip(effects @ effects / told, *_SPREADS)) if told > _TOLERANCE else _SPREADS[0]


def _shares(utilities: Floats) -> Floats:
    raised = np.exp(utilities - utilities.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
