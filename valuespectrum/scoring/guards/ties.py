"""Equal scores: ranks are shared, a constant profile has none, and agreement with it is not known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.alignment import ceiling, correlate
from valuespectrum.scoring.guards.finding import Finding, told
from valuespectrum.scoring.profile import number
from valuespectrum.scoring.ranks import levelled
from vectorstore.foundation.text import percent

Floats = NDArray[np.float64]

MOST_TIED = 0.3


def ties(scores: Floats) -> Finding:
    """Whether values share their scores, so that an order of them would be made up.

    Args:
        scores: Shape (values,), NaN for unknown.
    """
    known = levelled(scores)[~np.isnan(scores)]
    if known.size < 2:
        return Finding("ties", "unknown", None, MOST_TIED, "fewer than two values have a score")
    _, counts = np.unique(known, return_counts=True)
    share = float(counts[counts > 1].sum()) / known.size
    part = percent(share, "")
    failed = (
        "all values have one score: there is no order, and agreement with any target is unknown"
        if len(counts) == 1
        else f"{part} of the values share their score with another: they share ranks"
    )
    return told("ties", share >= MOST_TIED, share, MOST_TIED, ("values have scores of their own", failed))


def alignment_with_ceiling(scores: Floats, target: Floats) -> tuple[float | None, float | None]:
    """Rank correlation of a profile with a target, beside the most that ties in the target allow.

    Args:
        scores: Shape (values,).
        target: The same.

    Returns:
        Both ``None`` where there is nothing to compare, and the first for a constant profile.

    Example:
        >>> alignment_with_ceiling(np.zeros(4), np.array([1.0, 0.0, 0.0, -1.0]))[0] is None
        True
    """
    known = ~np.isnan(scores + target)
    most = number(ceiling(target[known]))
    if most is None:
        return None, None
    return number(float(correlate(scores[known][None, :], target[known])[0])), most
