"""Ranks and correlations that do not hang on rounding: numbers that differ by less share a rank."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDING = 1e-6
"""Points of 100 (or log-odds) up to which neighbouring scores are the same score."""


def levelled(rows: Floats, rounding: float = ROUNDING) -> Floats:
    """Rows of numbers in which those that differ by rounding only are equal: each takes the least of its neighbours.

    Args:
        rows: Shape (n, columns) or (columns,); NaN stays NaN.
        rounding: Largest gap between neighbours that are the same.

    Example:
        >>> levelled(np.array([0.1 + 0.2, 0.3, 5.0])).tolist()
        [0.3, 0.3, 5.0]
    """
    order = np.argsort(rows, axis=-1, kind="stable")
    ascending = np.take_along_axis(rows, order, axis=-1)
    starts = np.ones(ascending.shape, dtype=bool)
    starts[..., 1:] = ~(np.diff(ascending, axis=-1) <= rounding)
    places = np.where(starts, np.arange(rows.shape[-1]), 0)
    level = np.take_along_axis(ascending, np.maximum.accumulate(places, axis=-1), axis=-1)
    result = np.empty_like(rows)
    np.put_along_axis(result, order, level, axis=-1)
    return result
