"""Which few clips of a value tell respondents apart as all of its clips do, only more: item analysis.

Respondents differ in how they like a clip by its value, and by what has nothing to do with it: light, place, a wrong
value shown. Over the respondents of a search, the centred liking of every clip is split in two: its *slope* over the
mean centred liking of all clips of its value, in log-odds for one standard deviation of respondents, and what is left.
A set is made clip by clip so that its mean has a large slope and leaves little: ``slope - weight * SD(left)``. A single
clip of large slope may owe it to the light; a set whose left-over cancels does not. Clips whose slope is negative move
against their value: they were found for it and show another, or deny it.

What a set is worth is seen on respondents who had no part in choosing it (``clips_worth``).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.jackknife import left_out_interval

Floats = NDArray[np.float64]
FEWEST = 3
"""Respondents below which the liking of clips tells no slope from luck."""
LEFT_OVER_WEIGHT = 4.0
"""Tuned on the open cohort: below, pairs with the same values and another taste for light are told apart."""
_PARTNERS = 8
"""Respondents before and behind everybody that it is told apart from: all of up to seventeen."""
_FEW = f"fewer than {FEWEST + 2} respondents: the set that others choose for two cannot be told"
_ALIKE = "two respondents whose clips others chose are not told apart by their values"
_FURTHEST = 20.0
"""Logarithm beyond which a ratio is no number any more."""


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


def clips_worth(
    liking: Floats, values: Sequence[str], each: int, level: float = 0.95, weight: float = LEFT_OVER_WEIGHT
) -> Estimate:
    """How many clips that nobody chose tell two respondents apart as well as one clip of a sharpened set.

    Two respondents are told apart by clips whose difference of liking hangs on the value: by the F test over clips,
    whose power hangs on the number of clips times the variance between values over that within them. Every two are told
    apart by the set that the *others* choose: whoever chooses clips is told apart by these more than anybody else.

    Args:
        liking: Shape (respondents, clips), log-odds; NaN for none. Who says it of no clip is left out.
        values: Of each clip.
        each: Clips of a value in a set.
        level: Coverage aimed at.
        weight: As of ``sharpest``.

    Returns:
        Above 1 where a set saves clips, with an interval over respondents; without a number for fewer than five.
    """
    known, names = liking[np.isfinite(liking).any(axis=1)], np.array(values)
    count = len(known)
    if count < FEWEST + 2:
        return Estimate(None, why=_FEW)
    pairs = [
        (one, other)
        for one, other in combinations(range(count), 2)
        if min(other - one, count - other + one) <= _PARTNERS
    ]
    rows = np.full((len(pairs), 4), np.nan)
    for row, (one, other) in enumerate(pairs):
        chosen = np.array(sharpest(np.delete(known, [one, other], axis=0), values, each, weight), dtype=np.int64)
        rows[row] = _told_apart(known[one] - known[other], names, chosen)
    kept = np.isfinite(rows).all(axis=1)
    rows, sides = rows[kept], np.array(pairs)[kept]
    left_out = [_log_worth(rows[(sides != person).all(axis=1)]) for person in range(count)]
    whole = _log_worth(rows)
    if np.isnan(whole):
        return Estimate(None, why=_ALIKE)
    found = left_out_interval(whole, left_out, level, (_FEW, "it hangs on one respondent"))
    low, high = (None if end is None else _ratio(end) for end in (found.low, found.high))
    return Estimate(_ratio(whole), low, high, found.why)


def _told_apart(apart: Floats, names: NDArray[np.str_], chosen: NDArray[np.int64]) -> Floats:
    """Variance of a difference between and within values: of chosen clips, and of all clips of the same values."""
    several = [np.flatnonzero(np.isfinite(apart) & (names == value)) for value in dict.fromkeys(names.tolist())]
    both = [(np.intersect1d(places, chosen), places) for places in several]
    some = [(apart[few], apart[places]) for few, places in both if len(few) > 1]
    if len(some) < 2:
        return np.full(4, np.nan)
    return np.array([*_components([few for few, _ in some]), *_components([every for _, every in some])])


def _components(groups: Sequence[Floats]) -> tuple[float, float]:
    """Variance between groups and within them, by analysis of variance of groups of unequal size."""
    sizes, means = np.array([float(len(each)) for each in groups]), np.array([each.mean() for each in groups])
    total, count = sizes.sum(), len(groups)
    within = sum(float(((each - each.mean()) ** 2).sum()) for each in groups) / (total - count)
    between = (sizes * (means - (sizes * means).sum() / total) ** 2).sum() / (count - 1)
    usual = (total - (sizes**2).sum() / total) / (count - 1)
    return float((between - within) / usual), float(within)


def _log_worth(rows: Floats) -> float:
    """Logarithm of the ratio of ratios, over some pairs together; NaN where values do not tell them apart."""
    between, within, plainly_between, plainly_within = rows.sum(axis=0).tolist()
    if min(between, within, plainly_between, plainly_within) <= 0:
        return float("nan")
    return float(np.log(between / within) - np.log(plainly_between / plainly_within))


def _ratio(logarithm: float) -> float:
    return float(np.exp(min(max(logarithm, -_FURTHEST), _FURTHEST)))
