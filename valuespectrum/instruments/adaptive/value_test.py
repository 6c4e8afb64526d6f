"""The test of one value: what was asked and answered, what is asked next, and why it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.graded.choosing import Reason, StopRule, most_informative
from valuespectrum.scoring.graded.items import Floats, GradedItems
from valuespectrum.scoring.graded.posterior import Posterior, posterior


@dataclass(frozen=True, slots=True)
class Choosing:
    """How the next item is chosen, and when a test ends."""

    rule: StopRule
    among: int
    """How many of the most informative items are drawn from (exposure control)."""


@dataclass(frozen=True)
class ItemCandidates:
    """What may be asked about one value."""

    items: GradedItems
    cells: NDArray[np.bool_]
    """Shape (items, cells): in which cells each item can be asked. Cells are ways of asking whose leans cancel in
    neighbours: the first and the second, the third and the fourth."""
    areas: NDArray[np.intp]
    """Shape (items,): part of the value that each item is about. Parts are asked about equally often, since the most
    informative items of a value may all be about one."""


@dataclass
class ValueTest:
    """A test of one value as it goes on."""

    candidates: ItemCandidates
    choosing: Choosing
    draw: Callable[[int, str], float]
    """Uniform number of a named random stream at a step, after answers that come to this."""
    first: int = 0
    """Cell that comes first, so that not all values begin in the same one."""
    asked: list[int] = field(default_factory=list)
    shares: Floats = field(init=False)
    answered: NDArray[np.intp] = field(init=False)
    """Answers that count, by cell."""

    def __post_init__(self) -> None:
        items = self.candidates.items
        self.shares = np.zeros((len(items), items.categories))
        self.answered = np.zeros(self.candidates.cells.shape[1], dtype=np.intp)

    @property
    def posterior(self) -> Posterior:
        """What is known of the trait."""
        places = self.asked
        return posterior(self.candidates.items.only(places), self.shares[places])

    @property
    def free(self) -> NDArray[np.bool_]:
        """Which items can be asked and were not; each is asked once, whatever comes of it."""
        free = np.asarray(self.candidates.cells.any(axis=1))
        free[self.asked] = False
        return free

    @property
    def reason(self) -> Reason:
        """Why the test ended; empty while it goes on."""
        free = int(self.free.sum())
        return self.choosing.rule.reason(self.posterior.sd, int(self.answered.sum()), len(self.asked), free)

    def next(self) -> tuple[int, int]:
        """Place of the item that is asked next, and its cell: of those with the fewest answers."""
        cells, free = self.candidates.cells, self.free
        cell = next(cell for cell in self._cells() if (free & cells[:, cell]).any())
        usable = self._least_asked(free & cells[:, cell])
        known = self.posterior.mean
        information = self.candidates.items.information(np.array([known]))[0]
        # Models in one role share the stream's name: what they answered tells their luck apart. Zero has no sign.
        draw = self.draw(len(self.asked), f"{round(known, 2) + 0.0:+.2f}")
        return most_informative(information, usable, self.choosing.among, draw), cell

    def hear(self, place: int, cell: int, shares: Floats) -> None:
        """Take in an answer.

        Args:
            place: Of the item.
            cell: In which it was asked.
            shares: Of the categories; zeros for what is no answer.
        """
        self.asked.append(place)
        self.shares[place] = shares
        self.answered[cell] += int(shares.sum() > 0)

    def _least_asked(self, usable: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Those of the areas that were asked about least."""
        areas = self.candidates.areas
        counts = np.bincount(areas[self.asked], minlength=int(areas.max()) + 1)[areas]
        return np.asarray(usable & (counts == counts[usable].min()))

    def _cells(self) -> Sequence[int]:
        """Cells, those with the fewest answers first."""
        count = len(self.answered)
        turned = [(self.first + step) % count for step in range(count)]
        return sorted(turned, key=lambda cell: int(self.answered[cell]))
