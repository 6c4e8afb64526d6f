"""Ratings in both directions of a scale: the expected number, with the lean towards high numbers taken out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
NO_SPREAD = 1e-9
"""Standard deviation in steps at or below which numbers differ by rounding alone, and correlate with nothing."""
_SET = ["value", "clip", "wording"]


@dataclass(frozen=True, slots=True)
class ScaleLean:
    """What ratings hold beside liking."""

    lean: float | None
    """Steps towards high numbers, whatever they mean; unknown where no question was asked in both directions."""
    agreement: float | None
    """Correlation of the two directions over sets, the descending one turned round: near 1 where the direction is
    understood, below 0 where it is ignored."""


def expected_steps(shares: Floats, lowest: int = 1) -> Floats:
    """Expected number of a rating; NaN where there are no shares.

    Args:
        shares: Shape (asks, steps), in the order of the numbers.
        lowest: Number of the first step.

    Example:
        >>> expected_steps(np.array([[0.5, 0.0, 0.5], [0.0, 0.0, 1.0]])).tolist()
        [2.0, 3.0]
    """
    return np.asarray(shares @ np.arange(lowest, lowest + shares.shape[1]))


def liking_steps(rated: pd.DataFrame, middle: float) -> tuple[pd.DataFrame, ScaleLean]:
    """Liking of every set out of ratings in both directions.

    A number is ``middle + polarity * liking + lean``: the mean of ``polarity * (number - middle)`` over both directions
    is the liking alone. Of a set that lacks a direction, the mean lean of its wording is taken off.

    Args:
        rated: ``value, clip, wording, polarity`` (1 where high numbers mean much) and ``number``, NaN for no answer.
        middle: Number in the middle of the scale.

    Returns:
        ``value, clip, wording, theta`` (steps of the scale, the middle included), and the lean.
    """
    cells = rated.dropna(subset=["number"]).groupby([*_SET, "polarity"], as_index=False)["number"].mean()
    wide = cells.pivot(index=_SET, columns="polarity", values="number").reindex(columns=[1, -1]) - middle
    up, down = wide[1], wide[-1]
    own = (up + down) / 2.0
    lean = own.groupby(level="wording").transform("mean")
    liking = ((up - down) / 2.0).fillna(up - lean).fillna(lean - down)
    both = wide.dropna()
    agreement = None
    if len(both) > 2 and min(both[1].std(), both[-1].std()) > NO_SPREAD:
        agreement = float(np.corrcoef(both[1], -both[-1])[0, 1])
    table = (liking + middle).to_frame("theta").reset_index().dropna(subset=["theta"])
    mean = own.groupby(level="wording").mean().mean() if len(own) else np.nan
    return table, ScaleLean(None if np.isnan(mean) else float(mean), agreement)
