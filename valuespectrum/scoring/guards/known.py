"""Means of what is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mean_over(numbers: Floats, axis: int) -> Floats:
    """Mean of what is known; NaN where nothing is."""
    count = (~np.isnan(numbers)).sum(axis=axis)
    return np.asarray(
        np.divide(np.nansum(numbers, axis=axis), count, out=np.full(count.shape, np.nan), where=count > 0)
    )
