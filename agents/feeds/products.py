"""Products of matrices that stay in one thread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_ONE_THREAD = 200_000
"""Multiplications that linear algebra libraries do in one thread."""


def small_product(one: NDArray[np.floating], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, m) product of matrices (n, k) and (k, m), in pieces too small to be given to several threads.

    Threads that wait for each other take longer than the product itself where other work is going on.
    """
    rows = max(1, _ONE_THREAD // max(1, other.size))
    return np.concatenate(
        [one[begin : begin + rows].astype(np.float64) @ other for begin in range(0, max(1, len(one)), rows)]
    )
