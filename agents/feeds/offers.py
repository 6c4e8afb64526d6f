"""What is on offer at each step of a session: drawn from what was not shown yet, in arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.feeds.items import Rows, Stock
from agents.feeds.state import FeedHistory, FeedState
from vectorstore.foundation.random_streams import first_shuffled, stream

_ROOM = 64
"""Steps that a history has room for at first."""


class Offers:
    """What was shown in a session and what is on offer next; the feed's side of a walk.

    Args:
        stock: The items of the catalogue.
        seed: Root of the session's streams; ``catalogue`` and ``candidates`` are drawn from.
        items: Draw this many of the catalogue; ``None`` takes all.
        pool: Most items on offer at a step.
    """

    def __init__(self, stock: Stock, seed: int, items: int | None, pool: int) -> None:
        self._stock = stock
        self._seed = seed
        self._pool = pool
        count = len(stock) if items is None else min(items, len(stock))
        self._unseen: Rows = first_shuffled(len(stock), count, stream(seed, "catalogue"))
        self._rows: Rows = np.empty(_ROOM, dtype=np.intp)
        self._weights: NDArray[np.float64] = np.empty(_ROOM)
        self._taken = 0

    def state(self, step: int) -> FeedState:
        """What a policy may use at this step; changes nothing."""
        unseen = self._unseen
        offer = unseen
        if len(unseen) > self._pool:
            places = first_shuffled(len(unseen), self._pool, stream(self._seed, "candidates", step))
            offer = unseen[np.sort(places)]
        seen = self._rows[: self._taken]
        return FeedState(self._stock, unseen, offer, seen, FeedHistory(self._stock, seen, self._weights[: self._taken]))

    def take(self, item_id: str, weight: float) -> None:
        """Note that an item was shown and how it was received.

        Args:
            item_id: Of the catalogue.
            weight: Positive for interest, negative for disinterest, 0 for no signal.
        """
        row = self._stock.row(item_id)
        if self._taken == len(self._rows):
            self._rows, self._weights = (
                np.resize(self._rows, 2 * self._taken),
                np.resize(self._weights, 2 * self._taken),
            )
        self._rows[self._taken], self._weights[self._taken] = row, weight
        self._taken += 1
        self._unseen = self._unseen[self._unseen != row]
