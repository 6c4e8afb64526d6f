"""What one respondent did at every step of every dilemma, as arrays: both orders of the courses put together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Walks:
    """Choices between a first and a second course.

    Which course is the first is a matter of the dilemma, not of the order in which they were listed.
    """

    names: tuple[str, ...]
    """Of the dilemmas."""
    values: Integers
    """Shape (dilemmas, steps, 2): value of each course; -1 where a step was not asked."""
    count: int
    """How many values there are."""
    by_order: Floats
    """Shape (dilemmas, steps, 2): how far the first course was chosen, 0 to 1, where it was listed first and where it
    was listed second; NaN without an answer that counts."""
    log_odds: Floats
    """The same in log-odds; NaN throughout where answers are words or draws."""
    priced: Integers
    """Shape (dilemmas, steps): which course has a price that rises, 0 or 1; -1 for neither."""
    chances: Floats | None = None
    """Shape (dilemmas, steps, 2, values): probability that each course serves each value; ``None`` where labels are
    certain."""

    @property
    def steps(self) -> int:
        """How many there are."""
        return int(self.by_order.shape[1])

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def share(self) -> Floats:
        """Shape (dilemmas, steps): how far the first course was chosen, 0 to 1, over both orders; NaN unless both tell.

        Log-odds are averaged, which takes a lean towards what is listed first out of them; of draws and words nothing
        but the share is known. One order alone holds that lean whole.
        """
        from scipy.special import expit

        shares = self.by_order.mean(axis=-1)
        return np.asarray(np.where(self.by_logs, expit(self.log_odds.mean(axis=-1)), shares))

    @property
    def one_order(self) -> NDArray[np.bool_]:
        """Shape (dilemmas, steps): steps that were answered in one order alone, which preferences leave out."""
        return np.asarray(np.isnan(self.share) & ~np.isnan(self.by_order).all(axis=-1))

    @property
    def by_logs(self) -> bool:
        """Whether log-odds are known."""
        return bool((~np.isnan(self.log_odds)).any())

    @property
    def first_listed(self) -> Floats:
        """Shape (dilemmas, steps): share of whatever was listed first less one half; NaN where an order has no answer.

        Example: always the first, 0.5.
        """
        return np.asarray((self.by_order[..., 0] + 1.0 - self.by_order[..., 1]) / 2.0 - 0.5)

    @cached_property
    def comparing(self) -> NDArray[np.bool_]:
        """Shape (dilemmas, steps): steps between two values that were answered in both orders."""
        return np.asarray(~np.isnan(self.share) & (self.values[..., 0] != self.values[..., 1]))

    @cached_property
    def offered(self) -> Floats:
        """Shape (dilemmas, steps, values): 1 where a value was on offer against another one and somebody chose."""
        return self._placed(np.ones_like(self.share), np.ones_like(self.share))

    @cached_property
    def chosen(self) -> Floats:
        """Shape (dilemmas, steps, values): how far a value was chosen; 0 where it was not on offer."""
        return self._placed(self.share, 1.0 - self.share)

    def _placed(self, first: Floats, second: Floats) -> Floats:
        placed = np.zeros((*self.share.shape, self.count))
        where = np.nonzero(self.comparing)
        for course, numbers in enumerate((first, second)):
            placed[(*where, self.values[(*where, np.full(len(where[0]), course))])] = numbers[where]
        return placed
