"""The slider items as published: six primary and nine secondary ones of nine allocations each.

Source: Murphy, R. O., Ackermann, K. A., Handgraaf, M. J. J. (2011). Measuring social value orientation. *Judgment and
Decision Making* 6, 771-781. Only payoffs are kept here, which are facts; all words are our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import floor

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.wordings.choosing import SLIDER_ITEMS

Floats = NDArray[np.float64]
OPTIONS = 9
"""Allocations of an item."""
PRIMARY = range(6)
"""Items that make the angle, counted from 0."""
SECONDARY = range(6, 15)
"""Items that tell inequality aversion from joint gain."""
CENTRE = 50.0
"""Points from which the angle is taken."""
_CLOSE = 1e-9
STEPS: tuple[str, ...] = tuple(f"step{step}" for step in range(1, OPTIONS + 1))
"""Names of the options of every item, from its first end to its last, however they are shown."""


def item_id(item: int) -> str:
    """The tag of an item.

    Example:
        >>> item_id(0), item_id(14)
        ('slider-01', 'slider-15')
    """
    return f"slider-{item + 1:02d}"


@cache
def allocations(item: int) -> tuple[tuple[int, int], ...]:
    """The nine allocations of an item, (points to oneself, points to the other), in the published order.

    They lie on a line between the ends; halves are rounded up, as in the published table.

    Args:
        item: 0 to 14.

    Example:
        >>> [other for _, other in allocations(0)]
        [85, 76, 68, 59, 50, 41, 33, 24, 15]
    """
    (own_first, other_first), (own_last, other_last) = SLIDER_ITEMS[item]
    shares = [step / (OPTIONS - 1) for step in range(OPTIONS)]
    return tuple(
        (
            floor(own_first + share * (own_last - own_first) + 0.5),
            floor(other_first + share * (other_last - other_first) + 0.5),
        )
        for share in shares
    )


@cache
def payoffs() -> Floats:
    """All allocations.

    Returns:
        Array of shape (15, 9, 2): item, option, points to oneself and to the other. It is not to be written to.
    """
    table = np.array([allocations(item) for item in range(len(SLIDER_ITEMS))], dtype=np.float64)
    table.setflags(write=False)
    return table


@cache
def best_by_rule() -> Mapping[str, NDArray[np.bool_]]:
    """Which options ideal respondents take: who always wants most for the other, least difference, and so on.

    Allocations are compared on the line before rounding, so that options tie that tie there.

    Returns:
        Rule to an array of shape (15, 9); several options of an item where they tie.
    """
    ends = payoffs()[:, [0, -1], :]
    share = np.linspace(0.0, 1.0, OPTIONS)[None, :, None]
    exact = ends[:, :1] + share * (ends[:, 1:] - ends[:, :1])
    own, other = exact[..., 0], exact[..., 1]
    rules = {
        "altruistic": other,
        "inequality averse": -np.abs(own - other),
        "joint gain": own + other,
        "individualistic": own,
        "competitive": own - other,
    }
    return {name: utility >= utility.max(axis=1, keepdims=True) - _CLOSE for name, utility in rules.items()}
