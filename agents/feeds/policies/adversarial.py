"""``adversarial``: what a feed shows that works against its user, or tests an observer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from agents.feeds.items import Rows
from agents.feeds.policies.stress import stressing
from agents.feeds.policy import POLICIES
from agents.feeds.shown import Shown, drawn_evenly, drawn_or_explored
from agents.feeds.state import FeedState
from agents.feeds.taste import (
    belief,
    check_decay,
    check_share,
    check_temperature,
    similarities,
    softmax,
    user_vector,
)
from vectorstore.foundation.errors import InputError

_DIMENSIONS, _NOISE = 64, 0.5


@dataclass(frozen=True, slots=True)
class AdversarialOptions:
    """What it is after, and how strictly."""

    mode: Literal["counter", "steer", "boundary", "stress"] = "counter"
    """``counter`` shows what is liked least, ``steer`` pushes one group, ``boundary`` shows what taste is least certain
    of, ``stress`` shows what is hard to look at."""
    group: str = ""
    """Of ``steer``: the group to push, e.g. a value."""
    temperature: float = 0.1
    """Of the softmax over scores, above 0: small values show only the highest."""
    exploration: float = 0.1
    """Share of steps that draw uniformly, 0 to 1."""
    decay: float = 0.9
    """Factor by which an engagement weighs less with every later item, above 0 to 1."""
    alike: float = 0.95
    """Of ``stress``: cosine from which an item counts as nearly the same as one that was shown, 0 to 1."""

    def __post_init__(self) -> None:
        check_decay(self.decay)
        check_temperature(self.temperature)
        check_share("exploration", self.exploration)
        check_share("alike", self.alike)
        if (self.mode == "steer") != bool(self.group):
            raise InputError("a group goes with the mode steer, and with it only", "write adversarial:steer,group=NAME")


@POLICIES.register("adversarial")
@dataclass(frozen=True, slots=True)
class Adversarial:
    """Four ways to work against a user.

    ``counter``: the items least similar to the user vector. ``steer``: items of one group alone, first those most
    similar to what was engaged with, as a feed that keeps its user while it pushes (after AutoLike, arXiv 2502.08933);
    where the group has run out, the items most similar to its mean. ``boundary``: the items whose expected engagement
    is fewest standard deviations from none. ``stress``: see :mod:`agents.feeds.policies.stress`. Without any signal,
    ``counter`` and ``boundary`` draw uniformly.
    """

    options: AdversarialOptions = AdversarialOptions()
    name: ClassVar[str] = "adversarial"
    Options: ClassVar[type] = AdversarialOptions

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw as the mode says.

        Raises:
            InputError: Nothing has the group to push, or nothing is marked as hard to look at.
        """
        if not len(state.offer):
            return None
        explores, uniform = (float(draw) for draw in rng.random(2))
        options, luck = self.options, (self.options.exploration, explores, uniform)
        if options.mode == "stress":
            return stressing(state, options.alike, luck)
        if options.mode == "steer":
            pushed, scores = self._pushed(state)
            chances = softmax(scores, options.temperature)
            return drawn_or_explored(pushed, chances, scores, f"steer:{options.group}", luck)
        found = self._boundary(state) if options.mode == "boundary" else self._counter(state)
        if found is None:
            return drawn_evenly(state.stock, state.offer, "cold_start", uniform)
        return drawn_or_explored(state, softmax(found, options.temperature), found, options.mode, luck)

    def _counter(self, state: FeedState) -> NDArray[np.float64] | None:
        user = user_vector(state.stock, state.history, self.options.decay)
        return None if user is None else -similarities(state.stock, state.offer, user)

    @staticmethod
    def _boundary(state: FeedState) -> NDArray[np.float64] | None:
        if not state.history.weights.any():
            return None
        believed = belief(state.stock, state.history, _DIMENSIONS, _NOISE)
        expected, deviation = believed.predict(state.stock.features(_DIMENSIONS)[state.offer])
        return np.asarray(-np.abs(expected) / np.maximum(deviation, 1e-9))

    def _pushed(self, state: FeedState) -> tuple[FeedState, NDArray[np.float64]]:
        """What is on offer to somebody who is steered, with scores."""
        stock = state.stock
        if self.options.group not in stock.groups:
            known = ", ".join(name for name in stock.groups if name is not None)
            raise InputError(f"no clip has the group {self.options.group!r:.80}", f"groups: {known or 'none'}")
        number = stock.groups.index(self.options.group)
        within = _first_not_empty(
            state.offer[stock.group_of[state.offer] == number], state.unseen[stock.group_of[state.unseen] == number]
        )
        if not len(within):
            members = stock.vectors[stock.group_of == number].astype(np.float64)
            return state, similarities(stock, state.offer, members.mean(axis=0))
        user = user_vector(stock, state.history, self.options.decay)
        narrowed = replace(state, offer=within)
        return narrowed, np.zeros(len(within)) if user is None else similarities(stock, within, user)


def _first_not_empty(one: Rows, other: Rows) -> Rows:
    return one if len(one) else other
