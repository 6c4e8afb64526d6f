"""Agreement of profiles with a target, and the most that there can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ranks import levelled

Floats = NDArray[np.float64]

_FEWEST_VALUES = 3


def correlate(rows: Floats, target: Floats) -> Floats:
    """Rank correlation of every row with the target (Spearman).

    Args:
        rows: Shape (n, values).
        target: Shape (values,).

    Returns:
        Shape (n,); NaN for rows that are constant up to rounding, which agree with nothing and contradict nothing.
    """
    from scipy.stats import rankdata

    rows, target = rankdata(levelled(rows), axis=1), rankdata(target)
    left = rows - rows.mean(axis=1, keepdims=True)
    right = target - target.mean()
    scale = np.sqrt((left**2).sum(axis=1) * (right**2).sum())
    return np.asarray(np.divide(left @ right, scale, out=np.full(len(rows), np.nan), where=scale > 1e-12))


def ceiling(target: Floats) -> float:
    """Largest rank correlation with a target that a profile without equal scores can reach.

    Values that a target does not tell apart share a rank, and a measured profile has to put them into some order: a
    target with three nonzero values, two of them equal, cannot be reached beyond 0.81.

    Args:
        target: Shape (values,).

    Returns:
        0 to 1; NaN for fewer than three values or a constant target.

    Example:
        >>> round(ceiling(np.array([1.0, 1.0, 0.5, 0, 0, 0, 0, 0, 0, 0])), 3)
        0.809
    """
    if len(target) < _FEWEST_VALUES:
        return float("nan")
    return float(correlate(np.arange(len(target), dtype=float)[None, :], np.sort(target))[0])
