"""The middle of the clips of a value, whatever a few strange ones among them do.

Tukey's biweight (Mosteller and Tukey, Data Analysis and Regression, 1977), begun at the median: clips further off than
2.5 standard errors do not count at all, so that even strange clips too small to be found leave the middle alone.
"""

from __future__ import annotations

import numpy as np

from valuespectrum.scoring.facets.additive import Bools, Floats

_REACH = 2.5
"""Standard errors from the middle at which a clip counts no more."""
_WIDER = 1.555
"""Variance of such a middle of normal clips, over that of their mean."""
_ROUNDS = 30


def off_middle(rows: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """How far clips lie from the middle of their value, and the variance of that.

    With fewer than half of its clips near any middle there is no telling which are the strange ones: then the middle is
    the mean of all.

    Args:
        rows: Numbers of clips, shape (values, clips); NaN for none.
        variance: Of each.

    Returns:
        Both of the same shape.
    """
    seen = ~np.isnan(rows)
    some = seen.any(axis=-1, keepdims=True)
    middle = np.nanmedian(np.where(some, rows, 0.0), axis=-1, keepdims=True)
    for _ in range(_ROUNDS):
        weight = _weights(rows, middle, variance)
        whole = _sums(weight / variance, seen)
        middle = np.divide(_sums(weight / variance * rows, seen), whole, out=middle.copy(), where=whole > 0)
    near = seen & (_weights(rows, middle, variance) > 0)
    told = 2 * near.sum(axis=-1, keepdims=True) >= seen.sum(axis=-1, keepdims=True)
    middle = np.where(told, middle, _sums(rows, seen) / _counts(seen))
    near, wider = np.where(told, near, seen), np.where(told, _WIDER, 1.0)
    count = _counts(near)
    own = np.where(near, 2.0 * variance / count, 0.0)
    return rows - middle, variance + wider * _sums(variance, near) / count**2 - own


def _weights(rows: Floats, middle: Floats, variance: Floats) -> Floats:
    return np.asarray(np.maximum(1.0 - (rows - middle) ** 2 / (variance * _REACH**2), 0.0) ** 2)


def _sums(rows: Floats, chosen: Bools) -> Floats:
    return np.asarray(np.where(chosen, rows, 0.0).sum(axis=-1, keepdims=True))


def _counts(chosen: Bools) -> Floats:
    return np.asarray(np.maximum(chosen.sum(axis=-1, keepdims=True).astype(np.float64), 1.0))
