"""``bandit``: learns which vectors are engaged with, and tries where it is uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from agents.feeds.policy import POLICIES
from agents.feeds.products import small_product
from agents.feeds.shown import Shown, drawn_or_explored
from agents.feeds.state import FeedState
from agents.feeds.taste import Belief, belief, check_share
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

_TIE = 1e-9
"""Scores this close are equal: their last digits differ between processors."""


@dataclass(frozen=True, slots=True)
class BanditOptions:
    """What it believes before, and how it tries."""

    rule: Literal["thompson", "linucb"] = "thompson"
    """``thompson`` shows what is best under one drawn belief, ``linucb`` what could be best at most."""
    width: float = 1.0
    """Of ``linucb``: how many standard deviations above its expectation an item is rated, from 0."""
    noise: float = 0.5
    """Standard deviation of an engagement around what vectors tell, above 0; large values learn slowly."""
    dimensions: int = 64
    """Numbers of a vector that are learnt from; longer ones are projected."""
    draws: int = 256
    """Of ``thompson``: how many beliefs there are to draw from at a step; chances are multiples of one over it."""
    exploration: float = 0.05
    """Share of steps that draw uniformly, 0 to 1; above 0 everything on offer can be shown."""

    def __post_init__(self) -> None:
        check_share("exploration", self.exploration)
        if not (0 <= self.width <= 1000 and 1e-3 <= self.noise <= 1000):
            raise InputError(f"width must lie in 0..1000 and noise in 0.001..1000, got {self.width} and {self.noise}")
        if not (1 <= self.dimensions <= 512 and 1 <= self.draws <= 4096):
            raise InputError(
                f"dimensions must lie in 1..512 and draws in 1..4096, got {self.dimensions} and {self.draws}"
            )


@POLICIES.register("bandit")
@dataclass(frozen=True, slots=True)
class Bandit:
    """A linear bandit over the clips' vectors; what it learns is engagement.

    Its belief is a Bayesian ridge regression of engagement on vectors. ``linucb`` (Li et al. 2010) shows the item
    whose expectation plus ``width`` standard deviations is highest; the score is that sum. ``thompson`` (Agrawal and
    Goyal 2013) draws one belief and shows what is best under it; the score is the expectation.

    The chance of winning a Thompson draw has no closed form. So the beliefs that can be drawn at a step are a fixed
    set, the same in every session, of which ``rng`` picks one: the chance of an item is then exactly the share of those
    under which it wins.
    """

    options: BanditOptions = BanditOptions()
    name: ClassVar[str] = "bandit"
    Options: ClassVar[type] = BanditOptions

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw by what is believed about engagement."""
        if not len(state.offer):
            return None
        explores, uniform = (float(draw) for draw in rng.random(2))
        believed = belief(state.stock, state.history, self.options.dimensions, self.options.noise)
        features = state.stock.features(self.options.dimensions)[state.offer]
        expected, deviation = believed.predict(features)
        if self.options.rule == "linucb":
            scores = expected + self.options.width * deviation
            chances = best(scores[None, :])
        else:
            scores, chances = expected, self._winning(believed, features, len(state.history))
        luck = (self.options.exploration, explores, uniform)
        return drawn_or_explored(state, chances, scores, self.options.rule, luck)

    def _winning(self, believed: Belief, features: NDArray[np.float64], step: int) -> NDArray[np.float64]:
        normal = normal_draws(self.options.draws, len(believed.mean), step)
        beliefs = believed.mean + small_product(normal, believed.factor.T)
        return best(small_product(beliefs, features.T))


def best(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the rows in which each column has the highest score; equals share it.

    Args:
        scores: (rows, n).

    Example:
        >>> best(np.array([[1.0, 3.0, 3.0], [5.0, 0.0, 0.0]])).tolist()
        [0.5, 0.25, 0.25]
    """
    winning = scores >= scores.max(axis=1, keepdims=True) - _TIE
    return np.asarray((winning / winning.sum(axis=1, keepdims=True)).mean(axis=0))


def normal_draws(count: int, dimensions: int, step: int) -> NDArray[np.float64]:
    """(count, dimensions) standard normal numbers, the same for a step in every session and in every release of numpy.

    Made of uniform numbers (Box and Muller 1958), whose stream numpy keeps.
    """
    uniform = stream(0, "thompson", step).random((2, count, dimensions))
    return np.asarray(np.sqrt(-2 * np.log1p(-uniform[0])) * np.cos(2 * np.pi * uniform[1]))
