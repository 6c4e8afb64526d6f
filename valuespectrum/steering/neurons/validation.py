"""Whether an edit moves what a model says of itself: portraits before and after, item by item.

Each portrait is asked in both directions of its scale. An item's shift is the mean rating after less that before, less
the same over all items, so that a model that merely agrees more has moved no value. The interval of a value is
Student's over the shifts of its items: it covers other portraits of the same value, not other ways to ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.models.base import Answer, Ask, Model
from valuespectrum.instruments.portraits.asking import PortraitWay, portrait_asks
from valuespectrum.instruments.portraits.forms import own_form
from valuespectrum.theory.value_sets import GROUPS
from vectorstore.foundation.errors import ModelError

_LEAST_MASS = 0.5
"""Probability on the numbers, together, below which an answer is none."""
_FEWEST = 3
_ALIKE = 1e-9
"""Standard error below which items differ by rounding only."""


@dataclass(frozen=True, slots=True)
class ValueShift:
    """How far a value moved, in steps of a scale from 1 to 6, against the mean of all items."""

    mean: float
    low: float | None
    """``None`` where all its items moved alike: nothing shows how far others would."""
    high: float | None
    items: int

    @property
    def clear(self) -> bool:
        """Whether there is an interval, on one side of nothing."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class PortraitShifts:
    """What changed between two models in what they say of themselves."""

    shifts: Mapping[str, ValueShift]
    """By value of the ten."""
    level: float
    """By how much the mean rating of all items rose: agreeing more, which is no value."""
    unread: int
    """Items that one of the two did not answer with a number."""


def portrait_shifts(before: Model, after: Model, level: float = 0.95) -> PortraitShifts:
    """Ask two models the same portraits, and compare value by value.

    Args:
        before: As it is.
        after: With an edit.
        level: Of the intervals.

    Raises:
        ModelError: Too few portraits were answered with a number by both.
    """
    asks = [
        ask
        for ask in portrait_asks(own_form(), 1, [PortraitWay(), PortraitWay(ascending=False)])
        if ask.tags["keyed"] == 1
    ]
    ratings = [_ratings(asks, list(model.score(asks))) for model in (before, after)]
    items = {str(ask.tags["item"]): str(ask.tags["value"]) for ask in asks}
    moved = {item: ratings[1][item] - ratings[0][item] for item in items if all(item in side for side in ratings)}
    if len(moved) < len(items) / 2:
        raise ModelError(
            f"{len(items) - len(moved)} of {len(items)} portraits were not answered with a number before or after",
            "a weaker edit may leave answers readable",
        )
    level_shift = float(np.mean(list(moved.values())))
    members = GROUPS["schwartz_19", "schwartz_10"]
    shifts = {}
    for value, parts in members.items():
        own = np.array([moved[item] - level_shift for item, part in items.items() if part in parts and item in moved])
        if len(own) >= _FEWEST:
            shifts[value] = _shift(own, level)
    return PortraitShifts(shifts, level_shift, len(items) - len(moved))


def _shift(own: NDArray[np.float64], level: float) -> ValueShift:
    from scipy.special import stdtrit

    error = float(own.std(ddof=1) / np.sqrt(len(own)))
    mean = float(own.mean())
    if error < _ALIKE:
        return ValueShift(mean, None, None, len(own))
    half = float(stdtrit(len(own) - 1, (1 + level) / 2)) * error
    return ValueShift(mean, mean - half, mean + half, len(own))


def _ratings(asks: Sequence[Ask], answers: Sequence[Answer]) -> dict[str, float]:
    """Mean rating of each item over both directions of its scale, 1 to 6; items with an unread answer are left out."""
    found: dict[str, list[float]] = {}
    unread = set()
    for ask, answer in zip(asks, answers, strict=True):
        item = str(ask.tags["item"])
        shares = {int(name): np.exp(each) for name, each in answer.log_probabilities.items()}
        mass = sum(shares.values())
        if answer.error or not mass >= _LEAST_MASS:  # neither where it is not a number
            unread.add(item)
            continue
        rating = sum(number * share for number, share in shares.items()) / mass
        found.setdefault(item, []).append(rating if ask.tags["polarity"] == 1 else 7 - rating)
    return {item: float(np.mean(each)) for item, each in found.items() if item not in unread}
