"""Which few clips of a value tell respondents apart as all of its clips do, only more: item analysis.

Respondents differ in how they like a clip by its value, and by what has nothing to do with it: light, place, a wrong
value shown. Over the respondents of a search, the centred liking of every clip is split in two: its *slope* over the
mean centred liking of all clips of its value, in log-odds for one standard deviation of respondents, and what is left.
A set is made clip by clip so that its mean has a large slope and leaves little: ``slope - weight * SD(left)``. A single
clip of large slope may owe it to the light; a set whose left-over cancels does not. Clips whose slope is negative move
against their value: they were found for it and show another, or deny it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST = 3
"""Respondents below which the liking of clips tells no slope from luck."""
LEFT_OVER_WEIGHT = 4.0
"""Tuned on the open cohort: below, pairs with the same values and another taste for light are told apart."""


def slopes(liking: Floats, values: Sequence[str]) -> tuple[Floats, Floats]:
    """How far every clip moves with its value, and what is left of it.

    Args:
        liking: Shape (respondents, clips), log-odds, one or more of everybody; NaN for none, which is taken as the
            respondent's mean.
        values: Of each clip.

    Returns:
        Slopes, shape (clips,), NaN where respondents do not differ in a value; and what is left, shape (respondents,
        clips).

    Example:
        >>> two = np.array([[1.0, 2.0, -1.0, -2.0], [-1.0, -2.0, 1.0, 2.0]])
        >>> slopes(two, ["a", "a", "b", "b"])[0].tolist()
        [1.0, 2.0, 1.0, 2.0]
    """
    middle = np.nanmean(liking, axis=1, keepdims=True)
    centred = np.where(np.isfinite(liking), liking, middle) - middle
    centred = centred - centred.mean(axis=0)
    slope, left = np.full(liking.shape[1], np.nan), centred.copy()
    names = np.array(values)
    for value in dict.fromkeys(values):
        places = np.flatnonzero(names == value)
        whole = centred[:, places].mean(axis=1)
        if whole.std() > 1e-9:
            unit = whole / whole.std()
            slope[places] = centred[:, places].T @ unit / len(unit)
            left[:, places] -= np.outer(unit, slope[places])
    return slope, left


def sharpest(liking: Floats, values: Sequence[str], each: int, weight: float = LEFT_OVER_WEIGHT) -> list[int]:
    """The set of clips that tells most of every value.

    Args:
        liking: Shape (respondents, clips), log-odds; NaN for none. Who says it of no clip is left out.
        values: Of each clip.
        each: Clips of a value.
        weight: Of what is left.

    Returns:
        Places, value by value, in the order in which they were taken; fewer of a value where only so many have a
        slope above 0, and none at all of fewer than three respondents.
    """
    liking = liking[np.isfinite(liking).any(axis=1)]
    if len(liking) < FEWEST:
        return []
    slope, left = slopes(liking, values)
    names, chosen = np.array(values), list[int]()
    for value in dict.fromkeys(values):
        places = np.flatnonzero((names == value) & (np.nan_to_num(slope) > 0))
        sum_slope, sum_left = 0.0, np.zeros(len(liking))
        for count in range(1, min(each, len(places)) + 1):
            mean_left = (sum_left[:, None] + left[:, places]) / count
            gain = (sum_slope + slope[places]) / count - weight * mean_left.std(axis=0)
            best = int(np.argmax(gain))
            chosen.append(int(places[best]))
            sum_slope += slope[places[best]]
            sum_left = sum_left + left[:, places[best]]
            places = np.delete(places, best)
    return chosen
