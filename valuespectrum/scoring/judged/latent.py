"""What several judges leave open: the probability of every label of a case, from their verdicts alone.

Dawid and Skene (Applied Statistics 28 (1979) 20): each judge names one label for another with chances of its own, and
errs independently of the others where the right label is given; both the chances and the right labels are fitted by
expectation and maximisation. What all judges get wrong alike, because a text misleads them all, is not seen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST_JUDGES = 3
"""Below, verdicts do not tell how often a judge errs."""
_PRIOR = 0.02
"""Verdicts that are added for each wrong label, so that no confusion counts as impossible."""
_ROUNDS, _SETTLED = 200, 1e-6


def latent_labels(verdicts: Floats, count: int) -> Floats:
    """Probability of each label.

    Args:
        verdicts: Shape (cases, judges): code of the label that was named, from 0; NaN for no verdict.
        count: How many labels there are.

    Returns:
        Shape (cases, labels); NaN where no judge gave a verdict.

    Example:
        >>> said = np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 1]], float)
        >>> latent_labels(said, 2)[4].round(1).tolist()
        [1.0, 0.0]
    """
    named = np.nan_to_num(verdicts[..., None], nan=-1.0) == np.arange(count)
    heard = named.any(axis=(1, 2))
    chances = named.sum(axis=1) / np.maximum(named.sum(axis=(1, 2)), 1)[:, None]
    for _ in range(_ROUNDS):
        confused = np.einsum("ct,cjs->jts", chances, named) + _PRIOR
        confused[:, np.arange(count), np.arange(count)] += 1.0
        confused /= confused.sum(axis=2, keepdims=True)
        common = (chances[heard].sum(axis=0) + _PRIOR) / (heard.sum() + count * _PRIOR)
        logs = np.log(common) + np.einsum("cjs,jts->ct", named, np.log(confused))
        better = np.exp(logs - logs.max(axis=1, keepdims=True))
        better /= better.sum(axis=1, keepdims=True)
        settled = np.abs(better - chances)[heard].max(initial=0.0) < _SETTLED
        chances = np.where(heard[:, None], better, chances)
        if settled:
            break
    return np.where(heard[:, None], chances, np.nan)
