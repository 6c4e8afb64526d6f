"""Which values a response stands for, from people: their ratings of it against their own scores (Spearman)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Profiles = Mapping[str, Mapping[str, float]]
"""Rater to dimension to score."""


@dataclass(frozen=True, slots=True)
class RatedResponse:
    """What a group of people said of one response."""

    response: str
    raters: tuple[str, ...]
    ratings: tuple[float, ...]
    """1 to 6, in the order of the raters."""


def rank_correlations(rated: RatedResponse, profiles: Profiles, dimensions: Sequence[str]) -> dict[str, float]:
    """Spearman's correlation of the ratings with each dimension of the raters, ties sharing their mean rank.

    Args:
        rated: At least three ratings.
        profiles: Of all its raters.
        dimensions: Which.

    Returns:
        Dimension to correlation, -1 to 1; not-a-number where one side is constant.

    Example:
        >>> rated = RatedResponse("1/1", ("a", "b", "c"), (1.0, 4.0, 6.0))
        >>> rank_correlations(rated, {"a": {"power": 0.1}, "b": {"power": 0.2}, "c": {"power": 0.9}}, ["power"])
        {'power': 1.0}
    """
    scores = np.array([[profiles[rater][each] for each in dimensions] for rater in rated.raters], dtype=np.float64)
    found = correlate_ranks(scores, np.array(rated.ratings, dtype=np.float64))
    return dict(zip(dimensions, found.tolist(), strict=True))


def correlate_ranks(scores: Floats, ratings: Floats) -> Floats:
    """Spearman's correlation of every column with the ratings.

    Args:
        scores: Shape (raters, columns).
        ratings: Shape (raters,).
    """
    from scipy.stats import rankdata

    ranks = rankdata(scores, axis=0) - (len(ratings) + 1) / 2
    rated = rankdata(ratings) - (len(ratings) + 1) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (ranks.T @ rated) / np.sqrt((ranks**2).sum(axis=0) * (rated**2).sum())
    return np.asarray(np.clip(found, -1.0, 1.0))


def p_values(rho: Floats, raters: int) -> Floats:
    """Two-sided p of correlations of ranks, by Student's t with ``raters - 2`` degrees of freedom.

    Example:
        >>> round(float(p_values(np.array([0.3]), 46)[0]), 3)
        0.043
    """
    from scipy.special import stdtr

    freedom = raters - 2
    with np.errstate(divide="ignore"):
        t = rho * np.sqrt(freedom / ((1.0 - rho) * (1.0 + rho)))
    return np.asarray(2.0 * stdtr(freedom, -np.abs(t)))


def in_several_groups(groups: Sequence[Sequence[RatedResponse]]) -> dict[str, tuple[int, ...]]:
    """Raters whose id stands in more than one group, to the groups, from 1."""
    found: dict[str, list[int]] = {}
    for number, group in enumerate(groups, start=1):
        for rater in sorted({rater for rated in group for rater in rated.raters}):
            found.setdefault(rater, []).append(number)
    return {rater: tuple(numbers) for rater, numbers in found.items() if len(numbers) > 1}


def other_score(
    rater: str, group: Sequence[RatedResponse], profiles: Profiles, dimension: str, wanted: Mapping[str, float]
) -> tuple[float, float]:
    """The score of one rater with which published correlations come out best.

    Only the place of a score among those of the other raters matters to ranks, so every place is tried: below, between,
    and equal to theirs.

    Args:
        rater: Whose score is not believed.
        group: The responses that the rater's group rated.
        profiles: Of all raters; that of ``rater`` is not looked at.
        dimension: Which score.
        wanted: Response to the published correlation.

    Returns:
        The score, and the largest difference to the published correlations that is left with it.
    """
    raters = sorted({each for rated in group for each in rated.raters} - {rater})
    known = np.unique([profiles[each][dimension] for each in raters])
    between = (known[1:] + known[:-1]) / 2
    places = np.concatenate([known, between, [known[0] - 1.0, known[-1] + 1.0]])
    left = np.zeros(len(places))
    for rated in group:
        own = np.array([each == rater for each in rated.raters])
        column = np.array([0.0 if each == rater else profiles[each][dimension] for each in rated.raters])
        tried = np.where(own[:, None], places[None, :], column[:, None])
        found = correlate_ranks(tried, np.array(rated.ratings, dtype=np.float64))
        left = np.maximum(left, np.abs(found - wanted[rated.response]))
    best = int(np.argmin(left))
    return float(places[best]), float(left[best])
