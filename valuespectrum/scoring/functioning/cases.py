"""Answers of respondents in several groups to the same items: what functioning and invariance are looked for in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.facets.clusters import Integers

FEWEST_CASES = 10
"""Cases of every group that an item needs; with fewer, what the group does cannot be told from who is in it."""
FEWEST_ITEMS = 3
"""Items of a value: with two, neither says which of them is the strange one."""
_MOST_LEVELS = 7
_FEWEST_A_LEVEL = 8
_ROUNDING = 1e-6
"""What scores differ by that are the same."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Respondents by items; a case is one respondent in one group, so that who is in two groups is two cases."""

    groups: tuple[str, ...]
    """Names, the one that others are compared with first."""
    group: Integers
    """Which group each case is in, shape (cases,)."""
    respondent: Integers
    """Who it is, shape (cases,): equal numbers are the same respondent."""
    items: tuple[str, ...]
    values: tuple[str, ...]
    """The value of each item."""
    scores: Floats
    """Shape (cases, items), the higher the more; NaN for what was not answered."""

    @property
    def paired(self) -> bool:
        """Whether some respondent is in more than one group."""
        return len(np.unique(self.respondent)) < len(self.respondent)

    @property
    def counts(self) -> tuple[int, ...]:
        """Cases of each group."""
        return tuple(int(count) for count in np.bincount(self.group, minlength=len(self.groups)))

    def of_value(self, value: str) -> Integers:
        """Places of the items of a value."""
        return np.array([at for at, each in enumerate(self.values) if each == value], dtype=np.int64)

    def answered(self, item: int) -> Bools:
        """Cases that answered an item."""
        return np.asarray(~np.isnan(self.scores[:, item]))


def ordered_levels(scores: Floats, fewest: int = _FEWEST_A_LEVEL) -> Integers:
    """Scores as few ordered levels, none of them rare: what is ordinal of a number, on whatever scale it is.

    Scores with few different numbers keep them; many are cut where they are equally frequent. A level with fewer cases
    than ``fewest`` joins its rarer neighbour: its threshold could not be told.

    Args:
        scores: Shape (cases,), without NaN.
        fewest: Cases that a level must have.

    Returns:
        Shape (cases,), from 0 on.

    Example:
        >>> ordered_levels(np.array([1.0, 1.0, 2.0, 5.0, 5.0]), fewest=2).tolist()
        [0, 0, 0, 1, 1]
    """
    rounded = np.round(scores / _ROUNDING) * _ROUNDING
    known = np.unique(rounded)
    if len(known) > _MOST_LEVELS:
        cuts = np.unique(np.quantile(rounded, np.arange(1, _MOST_LEVELS) / _MOST_LEVELS))
        found = np.searchsorted(cuts, rounded, side="left")
    else:
        found = np.searchsorted(known, rounded)
    _, level = np.unique(found, return_inverse=True)
    count = np.bincount(level)
    while len(count) > 2 and count.min() < fewest:
        rare = int(count.argmin())
        beside = [at for at in (rare - 1, rare + 1) if 0 <= at < len(count)]
        lower = min(rare, min(beside, key=lambda at: int(count[at])))
        level = np.where(level > lower, level - 1, level)
        count = np.bincount(level)
    return np.asarray(level, dtype=np.int64)


def matching(scores: Floats, chosen: Integers) -> Floats:
    """What cases are matched by: the mean of their items, each as wide as any other; mean 0 and spread 1 over cases.

    What differs by rounding alone has no width that it could be given, and stays as narrow as it is.

    Args:
        scores: Shape (cases, items); NaN for what was not answered, which is left out of the mean.
        chosen: Items that count; those that none of the cases answered are left out.

    Returns:
        Shape (cases,); NaN for who answered none of them.
    """
    own = scores[:, chosen]
    own = own[:, ~np.isnan(own).all(axis=0)]
    spread = np.nanstd(own, axis=0)
    own = (own - np.nanmean(own, axis=0)) / np.where(spread > _ROUNDING, spread, 1.0)
    seen = ~np.isnan(own)
    count = seen.sum(axis=1)
    total = np.where(seen, own, 0.0).sum(axis=1)
    mean: Floats = np.divide(total, count, out=np.full(len(own), np.nan), where=count > 0)
    known = mean[~np.isnan(mean)]
    if not len(known):
        return mean
    width = float(known.std())
    return np.asarray((mean - known.mean()) / (width if width > _ROUNDING else 1.0))
