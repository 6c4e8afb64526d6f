"""Which item is asked next, and when a test ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.graded.items import Floats
from vectorstore.foundation.errors import InputError

Reason = Literal["", "precise", "most asks", "end of the bank"]
"""Why a test ended; empty while it goes on."""


@dataclass(frozen=True, slots=True)
class StopRule:
    """When a test ends.

    Raises:
        InputError: A number is out of range.
    """

    error: float = 0.3
    """Standard error of the trait (its standard deviation in the population is 1) at which a test ends."""
    least: int = 2
    """Answers that count below which it goes on whatever the error."""
    most: int = 12
    """Asks after which it ends, answered or not."""
    step: int = 1
    """Answers that belong together, so that leans cancel: it is precise after a multiple of so many only."""

    def __post_init__(self) -> None:
        if not 0 < self.error < 1:
            raise InputError(f"the standard error to stop at must lie between 0 and 1, got {self.error:g}")
        if not 1 <= self.least <= self.most or self.step < 1:
            raise InputError(f"at least {self.least} and at most {self.most} asks leave no test", "1 <= least <= most")

    def reason(self, error: float, answered: int, asked: int, free: int) -> Reason:
        """Why a test ends here.

        Args:
            error: Standard error so far.
            answered: Answers that count.
            asked: Asks, whatever came of them.
            free: Items that are left.
        """
        if answered >= self.least and answered % self.step == 0 and error <= self.error:
            return "precise"
        if asked >= self.most:
            return "most asks"
        return "" if free else "end of the bank"


def most_informative(information: Floats, free: NDArray[np.bool_], among: int, draw: float) -> int:
    """One of the most informative items that are free ("randomesque" exposure control, Kingsbury & Zara 1989).

    Whoever always asks the best item asks everybody the same few, whose peculiarities are then taken for the trait;
    drawing among the best ones costs little information.

    Args:
        information: Shape (items,), at the trait as it is known so far.
        free: Shape (items,): which may be asked; at least one.
        among: How many of the best are drawn from; 1 always takes the best.
        draw: Uniform number from 0 to below 1, of a named random stream.

    Returns:
        Place of the item; of equal ones the first counts as better.
    """
    places = np.flatnonzero(free)
    best = places[np.argsort(-information[places], kind="stable")[:among]]
    return int(best[int(draw * len(best))])
