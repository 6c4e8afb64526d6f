"""What taking a covariate out of strengths costs: its coefficient is estimated, and that error is shared by all values.

Things that make a better impression are taken more often, whatever they stand for; so a term ``slope * covariate``
stands beside strengths. With ``x`` what is left of the covariate beside values and places, the slope is off by
``sum_u e_u g_u / sum x^2``, with ``g_u`` the sum of x over the places in which a thing stands and ``e_u`` its own
effect; and a value by that times how far its things lie from the mean of the covariate. The spread of things round
their value does not show this, so it is widened until it does: the mean of a value then has both variances.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NOTHING = 1e-9


def is_told(design: Floats) -> bool:
    """Whether the last column of a design, the covariate, differs from what the others can be."""
    own, left = float(np.linalg.norm(design[:, -1])), float(np.linalg.norm(_left(design)[0]))
    return left > _NOTHING * max(own, 1.0) * len(design)


def widened(rows: Floats, theta: Floats, design: Floats, things: NDArray[np.int64], sign: Floats) -> Floats:
    """One-step values whose spread holds the error of the covariate, too.

    Args:
        rows: Shape (things, 3): value, thing, one-step value.
        theta: Shape (values,): mean of each value's; NaN where there are none.
        design: Shape (places of all asks, effects), centred within asks: values first, the covariate last.
        things: Shape (places of all asks,): which row stands there.
        sign: The same shape: -1 where the worst is named.
    """
    left, slopes = _left(design)
    value = rows[:, 0].astype(np.int64)
    count = np.bincount(value, minlength=len(theta)).astype(np.float64)
    off = rows[:, 2] - theta[value]
    square = np.bincount(value, weights=off**2, minlength=len(theta))
    spare = len(rows) - (count > 0).sum() - 1
    pull = np.bincount(things, weights=sign * left, minlength=len(rows))
    error = square.sum() / max(spare, 1) * (pull @ pull) / (left @ left) ** 2
    far = slopes[: len(theta)] - slopes[: len(theta)][count > 0].mean()
    own = np.divide(square, count - 1, out=np.zeros_like(square), where=count > 1)
    wider = np.sqrt(1.0 + np.divide(count * far**2 * error, own, out=np.zeros_like(own), where=own > 0))
    return np.column_stack([rows[:, :2], theta[value] + off * wider[value]])


def _left(design: Floats) -> tuple[Floats, Floats]:
    """What is left of the covariate beside the other effects, and how much of each of them it holds."""
    slopes = np.asarray(np.linalg.lstsq(design[:, :-1], design[:, -1], rcond=1e-10)[0], dtype=np.float64)
    return design[:, -1] - design[:, :-1] @ slopes, slopes
