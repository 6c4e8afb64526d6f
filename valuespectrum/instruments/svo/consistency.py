"""Whether answers to slider items hang together, beside what blind answers would do.

The six primary items set each pair of four allocations against each other, altruistic (50, 100), prosocial (85, 85),
individualistic (100, 50) and competitive (85, 15): who has an order of these four prefers transitively. The middle of
an item prefers neither. The nine secondary items tell who wants no difference from who wants most together.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.svo.payoffs import OPTIONS, PRIMARY, SECONDARY, Floats, best_by_rule
from valuespectrum.instruments.svo.shares import SliderShares, item_means
from valuespectrum.instruments.wordings.choosing import SLIDER_ITEMS

_MIDDLE = OPTIONS // 2


def transitive(chosen: NDArray[np.intp] | Floats) -> bool:
    """Whether six answers prefer transitively among the four allocations at the ends of the primary items.

    Args:
        chosen: Shape (6,): options of the primary items, from 0; the middle of those that are as frequent.

    Example:
        >>> transitive(np.array([0, 8, 8, 0, 8, 8])), transitive(np.array([0, 0, 0, 8, 0, 0]))
        (True, False)
    """
    return _transitive(tuple(int(np.sign(_MIDDLE - option)) for option in chosen))


@cache
def _transitive(towards_first: tuple[int, ...]) -> bool:
    ends = [SLIDER_ITEMS[item] for item in PRIMARY]
    preferred = {(each, each) for pair in ends for each in pair}
    for (first, last), sign in zip(ends, towards_first, strict=True):
        if sign >= 0:
            preferred.add((first, last))
        if sign <= 0:
            preferred.add((last, first))
    corners = {each for pair in ends for each in pair}
    chains = permutations(corners, 3)
    return all(
        (one, three) in preferred for one, two, three in chains if (one, two) in preferred and (two, three) in preferred
    )


@cache
def transitive_by_chance() -> float:
    """Share of all ways to answer the six primary items that prefer transitively.

    Example:
        >>> round(transitive_by_chance(), 3)
        0.258
    """
    chances = {1: _MIDDLE / OPTIONS, 0: 1 / OPTIONS, -1: _MIDDLE / OPTIONS}
    ways = product(chances, repeat=len(PRIMARY))
    return float(sum(np.prod([chances[sign] for sign in way]) for way in ways if _transitive(way)))


@cache
def steps_to_ideal() -> Mapping[str, Floats]:
    """How far each option of each item is from the nearest that an ideal respondent takes, in steps.

    Returns:
        Rule to an array of shape (15, 9). Where all options of an item are as good by a rule, all are 0.
    """
    apart = np.abs(np.arange(OPTIONS)[:, None] - np.arange(OPTIONS)[None, :])
    return {
        name: np.where(best[:, None, :], apart[None], OPTIONS).min(axis=2).astype(float)
        for name, best in best_by_rule().items()
    }


def nearest_ideal(shares: Floats) -> tuple[str, float]:
    """The ideal respondent to whom answers come nearest.

    Args:
        shares: Shape (6, 9): shares of the options of the primary items.

    Returns:
        Its name, and the mean distance in steps, 0 to 8; an empty name and NaN where an item has no answer.
    """
    if np.isnan(shares).any():
        return "", float("nan")
    primary = list(PRIMARY)
    apart = {name: float((shares * steps[primary]).sum() / len(primary)) for name, steps in steps_to_ideal().items()}
    name = min(apart, key=lambda each: apart[each])
    return name, apart[name]


def inequality_share(shown: SliderShares) -> float:
    """How far the secondary items are answered by difference rather than by joint gain: ours, 0 to 1.

    ``d_joint / (d_joint + d_equal)`` with the mean distances, in steps, from what somebody takes who wants most
    together and who wants no difference. 1 is nothing but equality, 0 nothing but joint gain.

    Returns:
        NaN where a secondary item has no answer.
    """
    return _inequality_share(item_means(shown.shares[:, list(SECONDARY)]))


@cache
def inequality_share_by_chance() -> float:
    """The same of somebody who takes options blindly.

    Example:
        >>> round(inequality_share_by_chance(), 2)
        0.51
    """
    return _inequality_share(np.full((len(SECONDARY), OPTIONS), 1 / OPTIONS))


def _inequality_share(shares: Floats) -> float:
    joint, equal = (
        float((shares * steps_to_ideal()[name][list(SECONDARY)]).sum()) for name in ("joint gain", "inequality averse")
    )
    return joint / (joint + equal) if joint + equal > 0 else float("nan")
