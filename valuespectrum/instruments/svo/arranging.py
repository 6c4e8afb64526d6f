"""How slider items are shown: options in other orders, points on other scales, marks that mean nothing.

The angle does not change when points are multiplied or when some are added for both, so that known items need not be
shown as they are known. In every nine arrangements each option of an item stands once in each place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from agents.models.base import Choice
from valuespectrum.instruments.svo.payoffs import OPTIONS, STEPS, allocations
from valuespectrum.instruments.wordings.choosing import MARKS, SLIDER, SLIDER_ITEMS, slider_text
from valuespectrum.instruments.wordings.template import Template
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

Marks = Literal["neutral", "letters", "digits"]
Payoffs = Literal["rescaled", "published"]
RESCALED: tuple[tuple[int, int], ...] = tuple((factor, added) for factor in (1, 2, 3) for added in (-10, 0, 25))
"""Factors on all points, and what is added to them; no point falls below five."""
AS_PUBLISHED = (1, 0)
MOST = 90
"""Arrangements at most."""
FIRST, FACTOR = "first", "factor"
"""Tags: number of the option that stands first in the list, from 1; the factor on the points that are shown."""


@dataclass(frozen=True, slots=True)
class Arranging:
    """How often and how items are shown."""

    arrangements: int = 9
    """How many times, 1 to 90; with a multiple of nine each option stands in each place equally often."""
    marks: Marks = "neutral"
    """Marks of the options: letters that stand for nothing, the published letters A to I, or digits."""
    payoffs: Payoffs = "rescaled"
    """Whether points are shown on other scales."""
    shuffled: bool = True
    """Whether options are shown in other orders than the published one."""

    def __post_init__(self) -> None:
        if not 1 <= self.arrangements <= MOST:
            raise InputError(f"arrangements must lie in 1..{MOST}, got {self.arrangements}", "9 are usual")
        if not self.shuffled and self.payoffs == "published" and self.arrangements > 1:
            raise InputError("every arrangement would be the published one", "ask arrangements=1, or leave one to vary")

    @property
    def balanced(self) -> bool:
        """Whether every option stands in every place equally often."""
        return self.shuffled and self.arrangements % OPTIONS == 0


@dataclass(frozen=True, slots=True)
class Arrangement:
    """All items in one of their forms."""

    name: str
    marks: str
    factor: int
    added: int
    orders: tuple[tuple[int, ...], ...]
    """For each of the fifteen items its options, from 0, in the order in which they are shown."""

    @property
    def digest(self) -> str:
        """Names what is shown."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    def question(self, item: int, template: Template = SLIDER) -> str:
        """The words of an item.

        Args:
            item: From 0.
            template: Who the other side is.
        """
        points = allocations(item)
        shown = [tuple(self.factor * each + self.added for each in points[option]) for option in self.orders[item]]
        return slider_text(template, [(own, other) for own, other in shown], self.marks)

    def choices(self, item: int) -> tuple[Choice, ...]:
        """The options by their published places, however they are shown and marked."""
        marks = dict(zip(self.orders[item], self.marks, strict=True))
        return tuple(Choice(step, (marks[option],)) for option, step in enumerate(STEPS))

    def tags(self, item: int) -> dict[str, str | int | float]:
        """What a score needs to know of how an item was shown."""
        order = self.orders[item]
        return {"arrangement": self.name, FACTOR: self.factor, FIRST: order[0] + 1}


def arranged(how: Arranging, seed: int, purpose: str) -> tuple[Arrangement, ...]:
    """Draw arrangements.

    Args:
        how: How many, and what may vary.
        seed: Root seed.
        purpose: Names the random stream.

    Returns:
        For each nine, all factors and additions once, and for each item a Latin square of options and places.
    """
    rng = stream(seed, f"instruments/svo/{purpose}")
    return tuple(_all_of(how, rng))


def _all_of(how: Arranging, rng: np.random.Generator) -> Iterator[Arrangement]:
    for start in range(0, how.arrangements, OPTIONS):
        scales = [RESCALED[place] for place in rng.permutation(len(RESCALED))]
        squares = [_square(rng) for _ in SLIDER_ITEMS]
        for turn in range(min(OPTIONS, how.arrangements - start)):
            factor, added = scales[turn] if how.payoffs == "rescaled" else AS_PUBLISHED
            orders = [square[turn] if how.shuffled else tuple(range(OPTIONS)) for square in squares]
            name = f"p{start + turn + 1:02d}"
            yield Arrangement(name, MARKS[how.marks], factor, added, tuple(orders))


def _square(rng: np.random.Generator) -> Sequence[tuple[int, ...]]:
    """Nine orders of nine options in which each stands in each place once."""
    options, places, turns = (rng.permutation(OPTIONS) for _ in range(3))
    return [tuple(int(options[(place + turn) % OPTIONS]) for place in places) for turn in turns]
