"""The angle of social value orientation, its categories, and what they would be by chance.

    angle = atan2(mean points to the other - 50, mean points to oneself - 50)

over the six primary items, in degrees. Public scorers take the arctangent of the ratio, which does not exist at a mean
of 50 to oneself; on answers to the six items, where it is at least 67.5, both agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from valuespectrum.instruments.svo.payoffs import CENTRE, PRIMARY, Floats, best_by_rule, payoffs

BOUNDARIES: tuple[float, float, float] = (57.15, 22.45, -12.04)
"""Published borders between the four categories, in degrees, from the altruistic down."""
CATEGORIES: tuple[str, ...] = ("altruistic", "prosocial", "individualistic", "competitive")
"""In the order of falling angles."""


def angle_of(allocation: ArrayLike) -> Floats:
    """Angle of mean allocations in degrees.

    Args:
        allocation: Shape (..., 2): mean points to oneself and to the other over the six primary items, on the published
            scale of 15 to 100.

    Example:
        >>> [round(float(angle_of(each)), 2) for each in ((85, 85), (100, 50), (50, 100))]
        [45.0, 0.0, 90.0]
    """
    away = np.asarray(allocation, dtype=np.float64) - CENTRE
    return np.asarray(np.degrees(np.arctan2(away[..., 1], away[..., 0])))


def category(angle: float) -> str:
    """The published category of an angle; a border belongs to the category below it.

    Example:
        >>> category(60.0), category(57.15), category(22.45), category(-12.04)
        ('altruistic', 'prosocial', 'individualistic', 'competitive')
    """
    return CATEGORIES[sum(angle <= border for border in BOUNDARIES)]


@dataclass(frozen=True, slots=True)
class Ideal:
    """The angles that somebody can have who always does what one rule says; several, where options tie."""

    low: float
    """Degrees."""
    high: float


@cache
def ideals() -> Mapping[str, Ideal]:
    """Angles of ideal respondents: who always takes most for the other, least difference, most together, and so on.

    Returns:
        ``altruistic``, ``inequality averse``, ``joint gain``, ``individualistic``, ``competitive``.

    Example:
        >>> round(ideals()["altruistic"].low, 2), round(ideals()["individualistic"].high, 2)
        (61.39, 7.82)
    """
    return {name: _ideal(best[list(PRIMARY)]) for name, best in best_by_rule().items()}


def _ideal(best: NDArray[np.bool_]) -> Ideal:
    """Lowest and highest angle of those who take a best option of every item."""
    angles = angle_of(_means([points[kept] for points, kept in zip(payoffs()[list(PRIMARY)], best, strict=True)]))
    return Ideal(float(angles.min()), float(angles.max()))


def _means(options: list[Floats]) -> Floats:
    """Mean allocation of every way to take one option of each item, shape (ways, 2)."""
    sums = np.zeros((1, 2))
    for each in options:
        sums = (sums[:, None, :] + each[None, :, :]).reshape(-1, 2)
    return np.asarray(sums / len(options))


@cache
def random_angles() -> Floats:
    """The angle of every way to answer the six primary items, shape (531441,), in degrees."""
    angles = angle_of(_means(list(payoffs()[list(PRIMARY)])))
    angles.setflags(write=False)
    return angles


@cache
def _categories() -> NDArray[np.intp]:
    """Of every way to answer the place of its category, in the order of ``random_angles``."""
    below = np.searchsorted(np.array(BOUNDARIES[::-1]), random_angles(), side="left")
    return np.asarray(len(BOUNDARIES) - below, dtype=np.intp)


@cache
def random_shares() -> Mapping[str, float]:
    """Share of each category among all ways to answer: what somebody who draws options blindly comes to.

    Example:
        >>> {name: round(100 * share, 2) for name, share in random_shares().items()}
        {'altruistic': 0.05, 'prosocial': 50.68, 'individualistic': 49.23, 'competitive': 0.04}
    """
    counts = np.bincount(_categories(), minlength=len(CATEGORIES)) / len(random_angles())
    return {name: float(share) for name, share in zip(CATEGORIES, counts, strict=True)}


def drawn_shares(shares: Floats) -> dict[str, float]:
    """Chance of each category where one option of every item is drawn; the mean allocation has a single one.

    Args:
        shares: Shape (6, 9): shares of the options of the primary items, in their order.
    """
    ways = np.ones(1)
    for each in shares:
        ways = np.multiply.outer(ways, each).ravel()
    found = np.bincount(_categories(), weights=ways, minlength=len(CATEGORIES))
    return {name: min(float(chance), 1.0) for name, chance in zip(CATEGORIES, found, strict=True)}


@cache
def reach() -> tuple[float, float]:
    """Smallest and largest angle that six answers can give, in degrees."""
    return float(random_angles().min()), float(random_angles().max())
