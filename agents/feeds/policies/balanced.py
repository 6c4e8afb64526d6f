"""``balanced``: every group equally often, in an order that balances what follows what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from agents.feeds.items import Rows
from agents.feeds.policy import POLICIES
from agents.feeds.shown import Shown, drawn_evenly
from agents.feeds.state import FeedState
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class BalancedOptions:
    """How groups take turns."""

    first_row: int = 0
    """Row of the Latin square that the session starts with; give parallel sessions different rows."""
    include_ungrouped: bool = False
    """Whether items without a group form a group of their own; otherwise they are never shown."""

    def __post_init__(self) -> None:
        if self.first_row < 0:
            raise InputError(f"first_row must not be negative, got {self.first_row}")


@POLICIES.register("balanced")
@dataclass(frozen=True, slots=True)
class Balanced:
    """Equal quotas: each round shows every group once, in an order that balances what follows what.

    The orders are the rows of a Williams square (Williams 1949, "Experimental designs balanced for the estimation
    of residual effects"). Within a group every item on offer has equal probability; of a group that is rare, so that
    none of it is on offer, every item of the session that was not shown. A group that has run out is passed over.
    """

    options: BalancedOptions = BalancedOptions()
    name: ClassVar[str] = "balanced"
    Options: ClassVar[type] = BalancedOptions

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw from the group whose turn it is.

        Raises:
            InputError: No item of the catalogue has a group.
        """
        groups, count = state.stock.groups, len(state.stock.groups)
        left = np.bincount(state.stock.group_of[state.unseen], minlength=count)
        shown = np.bincount(state.stock.group_of[state.history.rows], minlength=count)
        taking_part = [
            number
            for number, group in enumerate(groups)
            if left[number] + shown[number] and (group is not None or self.options.include_ungrouped)
        ]
        if not taking_part:
            raise InputError("the balanced policy needs items with groups", "use the policy random instead")
        if not left[taking_part].any():
            return None
        rounds = min(shown[number] for number in taking_part if left[number])
        rows = williams_square(len(taking_part))
        order = [taking_part[place] for place in rows[(self.options.first_row + int(rounds)) % len(rows)]]
        turn = next(number for number in order if left[number] and shown[number] == rounds)
        stock = _of_group(state, state.offer, turn)
        if not len(stock):
            stock = _of_group(state, state.unseen, turn)
        return drawn_evenly(state.stock, stock, f"quota:{groups[turn] or 'none'}", rng.random())


def _of_group(state: FeedState, rows: Rows, group: int) -> Rows:
    return np.asarray(rows[state.stock.group_of[rows] == group])


@cache
def williams_square(count: int) -> list[list[int]]:
    """Orders of ``count`` things in which each comes first, second, ... and after each other equally often.

    Returns:
        ``count`` rows for an even number, twice as many for an odd one.

    Example:
        >>> williams_square(4)
        [[0, 3, 1, 2], [1, 0, 2, 3], [2, 1, 3, 0], [3, 2, 0, 1]]
    """
    zigzag = [-(place // 2 + 1) if place % 2 == 0 else place // 2 + 1 for place in range(count - 1)]
    first = [0, *(step % count for step in zigzag)]
    rows = [[(place + shift) % count for place in first] for shift in range(count)]
    return rows if count % 2 == 0 else [*rows, *([*reversed(row)] for row in rows)]
