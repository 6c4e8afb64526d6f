"""Orders of actions: how far two agree, what chance makes of that, and what others would have said.

OS-Sim is the mean over depths of the share of actions that two orders have in common down to there, known elsewhere as
average overlap. It has a floor well above zero, so it never stands alone: beside it stand chance, the order in which
actions were listed, and the consensus of other people, which knows nothing of whoever is predicted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from valuespectrum.instruments.decisions.choosing.blending import Floats
from vectorstore.foundation.errors import InputError

Order = tuple[int, ...]
"""Actions from 0, first what is done first."""
_ENDS = (2.0, 1.0)
"""Points beside those of the place, for the first and the second, and taken from the last and the last but one."""


def order_of(scores: Floats) -> Order:
    """Actions by falling score; equal ones as they were listed.

    Example:
        >>> order_of(np.array([0.1, 0.5, 0.1]))
        (1, 0, 2)
    """
    return tuple(int(place) for place in np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable"))


def average_overlap(one: Sequence[int], other: Sequence[int]) -> float:
    """OS-Sim of two orders, 0 to 1; of orders that are not equally long down to the end of the shorter one.

    Raises:
        InputError: One has nothing in it.

    Example:
        >>> average_overlap((0, 1), (1, 0)), average_overlap((0, 1, 2), (0, 1, 2))
        (0.5, 1.0)
    """
    depth = min(len(one), len(other))
    if not depth:
        raise InputError("an order without actions agrees with nothing")
    return sum(len({*one[:down]} & {*other[:down]}) / down for down in range(1, depth + 1)) / depth


def same_first(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two orders begin with the same action."""
    return bool(one) and bool(other) and one[0] == other[0]


def chance_overlap(actions: int) -> float:
    """Expected OS-Sim of any order with one drawn blindly: at depth d, d of n actions are shared by d/n.

    Example:
        >>> chance_overlap(5)
        0.6
    """
    return (actions + 1) / (2 * actions)


def chance_first(actions: int) -> float:
    """Expected First-Acc of an order that is drawn blindly."""
    return 1.0 / actions


def borda_consensus(orders: Sequence[Sequence[int]]) -> Order:
    """Order of Borda: by mean place; equal ones as they were listed.

    Args:
        orders: Of the same actions, one or more.

    Raises:
        InputError: There is none.
    """
    if not orders:
        raise InputError("nobody is there to agree with", "give the orders of at least one other person")
    places = np.array([np.argsort(np.asarray(order)) for order in orders], dtype=np.float64)
    return order_of(-places.mean(axis=0))


def orders_by_unit(orders: Iterable[tuple[str, Order]]) -> dict[str, list[list[int]]]:
    """Scene or clip to every whole order of it, as scores keep them.

    Args:
        orders: Scene or clip, and an order of its acts.
    """
    found: dict[str, list[list[int]]] = {}
    for unit, order in orders:
        found.setdefault(unit, []).append(list(order))
    return found


def consensus_of_others(orders: Sequence[Sequence[int]]) -> list[Order]:
    """For each person the consensus of all others, in their order."""
    return [borda_consensus([*orders[:person], *orders[person + 1 :]]) for person in range(len(orders))]


def points_of_order(order: Sequence[int]) -> Floats:
    """Points of the published ensemble, shape (actions,): one less with every place, and more or less at both ends.

    How many the places themselves have was not published; here the last has none. With fewer than four actions the
    ends meet, and what is said of both is added.
    """
    count = len(order)
    by_place = np.arange(count - 1, -1, -1, dtype=np.float64)
    for place, extra in enumerate(_ENDS[:count]):
        by_place[place] += extra
        by_place[count - 1 - place] -= extra
    points = np.empty(count)
    points[list(order)] = by_place
    return points


def positional_ensemble(orders: Sequence[Sequence[int]]) -> Order:
    """One order out of those of several encoders, by the sum of their points.

    Raises:
        InputError: There is none.
    """
    if not orders:
        raise InputError("an ensemble needs the order of at least one network")
    return order_of(np.sum([points_of_order(order) for order in orders], axis=0))
