"""Numbers of sessions as numbers of conditions: the session is the unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.sessions.walks.walked import WalkedSession, Walker

ONE_SESSION = "one session: nothing shows how another would go"
ALL_ALIKE = "all sessions gave the same"
_ROUNDING = 1e-12
"""Standard error, beside the mean, below which nothing but arithmetic differs."""


def mean_over(numbers: Sequence[float], level: float) -> Estimate:
    """Mean over sessions with Student's interval; sessions without the number are left out and not counted.

    Example:
        >>> found = mean_over([1.0, 2.0, 3.0, float("nan")], 0.95)
        >>> found.mean, found.n, round(found.high, 2)
        (2.0, 3, 4.48)
    """
    from scipy.special import stdtrit

    known = np.array([each for each in numbers if not np.isnan(each)])
    if not known.size:
        return Estimate(None, why="no session has it")
    mean, count = float(known.mean()), int(known.size)
    if count < 2:
        return Estimate(mean, why=ONE_SESSION, n=count)
    se = float(known.std(ddof=1)) / count**0.5
    if se <= _ROUNDING * max(1.0, abs(mean)):
        return Estimate(mean, why=ALL_ALIKE, n=count)
    half = float(stdtrit(count - 1, (1 + level) / 2)) * se
    return Estimate(mean, mean - half, mean + half, se=se, n=count)


def units(sessions: Sequence[WalkedSession]) -> list[tuple[Walker, int]]:
    """Of which draw each session is: clones of one seed, which share what is drawn, are one; people have one each."""
    return [(each.walker, place if each.walker.human else each.seed) for place, each in enumerate(sessions)]


def mean_of_sessions(sessions: Sequence[WalkedSession], numbers: Sequence[float], level: float) -> Estimate:
    """:func:`mean_over`, where clones of one seed count once, with their mean.

    Args:
        sessions: Whose numbers they are.
        numbers: One of each; those without the number are left out.
        level: Of the interval.
    """
    found: dict[tuple[Walker, int], list[float]] = {}
    for unit, each in zip(units(sessions), numbers, strict=True):
        if not np.isnan(each):
            found.setdefault(unit, []).append(each)
    return mean_over([float(np.mean(each)) for each in found.values()], level)


def mean_difference(first: Mapping[int, float], second: Mapping[int, float], level: float) -> Estimate:
    """Mean of the differences seed by seed, over the seeds that both have.

    Example:
        >>> mean_difference({0: 1.0, 1: 3.0}, {0: 0.5, 1: 2.0, 2: 9.0}, 0.95).mean
        0.75
    """
    return mean_over([first[seed] - second[seed] for seed in first if seed in second], level)


def by_seed(sessions: Sequence[WalkedSession], numbers: Sequence[float]) -> dict[int, float]:
    """Seed to the number of its session; the mean of several with one seed."""
    found: dict[int, list[float]] = {}
    for session, each in zip(sessions, numbers, strict=True):
        found.setdefault(session.seed, []).append(each)
    return {seed: float(np.mean(each)) for seed, each in found.items()}
