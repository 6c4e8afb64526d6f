"""What a policy may use: the items of the session, those on offer, and what happened so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from agents.feeds.items import FeedItem, Rows, Stock


@dataclass(frozen=True, slots=True, eq=False)
class Engagement:
    """One item that was shown and how it was received."""

    item: FeedItem
    weight: float
    """Positive for interest, negative for disinterest, 0 for no signal."""


class FeedHistory(Sequence[Engagement]):
    """What was shown and how it was received, oldest first, as arrays and one by one.

    Args:
        stock: Where the items are.
        rows: (n,) of the items that were shown.
        weights: (n,) how they were received.
    """

    def __init__(self, stock: Stock, rows: Rows, weights: NDArray[np.float64]) -> None:
        self._stock = stock
        self.rows = rows
        self.weights = weights

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Engagement: ...
    @overload
    def __getitem__(self, place: slice) -> FeedHistory: ...
    def __getitem__(self, place: int | slice) -> Engagement | FeedHistory:
        if isinstance(place, slice):
            return FeedHistory(self._stock, self.rows[place], self.weights[place])
        return Engagement(self._stock.items[self.rows[place]], float(self.weights[place]))

    def __iter__(self) -> Iterator[Engagement]:
        return (self[place] for place in range(len(self)))


@dataclass(frozen=True, slots=True, eq=False)
class FeedState:
    """Everything that a policy may use."""

    stock: Stock
    """The items of the catalogue; all rows below are rows of it."""
    unseen: Rows
    """(n,) items of the session that were not shown yet, in the order of the session."""
    offer: Rows
    """(m,) items on offer now, out of ``unseen`` and in its order; propensities are conditional on them."""
    seen: Rows
    """(k,) everything that was shown, also what a feed has been told to forget."""
    history: FeedHistory
    """Oldest first."""

    @property
    def candidates(self) -> Sequence[FeedItem]:
        """The items on offer, one by one: convenient, and slower than their rows."""
        return [self.stock.items[row] for row in self.offer]

    @classmethod
    def of(
        cls, items: Sequence[FeedItem], offer: Iterable[FeedItem] | None = None, history: Iterable[Engagement] = ()
    ) -> FeedState:
        """A state made of single items, to try a policy on.

        Args:
            items: All items of the session.
            offer: Those on offer; by default all that are not in the history.
            history: Oldest first.

        Example:
            >>> state = FeedState.of([FeedItem("a", "", None, np.ones(2)), FeedItem("b", "", None, np.ones(2))])
            >>> [item.item_id for item in state.candidates]
            ['a', 'b']
        """
        stock, past = Stock(items), list(history)
        shown = np.array([stock.row(each.item.item_id) for each in past], dtype=np.intp)
        received = FeedHistory(stock, shown, np.array([each.weight for each in past], dtype=np.float64))
        order = np.array([stock.row(item.item_id) for item in items], dtype=np.intp)
        unseen = order[~np.isin(order, shown)]
        offered = unseen if offer is None else np.array([stock.row(item.item_id) for item in offer], dtype=np.intp)
        return cls(stock, unseen, offered, shown, received)
