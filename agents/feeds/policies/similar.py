"""``similar``: more of what was engaged with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from agents.feeds.policy import POLICIES, later
from agents.feeds.shown import Shown, drawn_evenly, drawn_or_explored
from agents.feeds.state import FeedState
from agents.feeds.taste import check_decay, check_share, check_temperature, similarities, softmax, user_vector
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class SimilarOptions:
    """How strongly, and how long, engagement steers the feed."""

    decay: float = 0.9
    """Factor by which an engagement weighs less with every later item, above 0 to 1."""
    temperature: float = 0.1
    """Of the softmax over similarities, above 0: small values show only the most similar items."""
    exploration: float = 0.1
    """Share of steps that draw uniformly, 0 to 1."""
    diversity: float = later(0.0)
    """How much being like one of the items shown last counts against an item, 0 (not at all) to 1 (nothing else)."""
    window: int = later(10)
    """How many items shown last ``diversity`` looks at, from 1."""

    def __post_init__(self) -> None:
        check_decay(self.decay)
        check_temperature(self.temperature)
        check_share("exploration", self.exploration)
        check_share("diversity", self.diversity)
        if not 1 <= self.window <= 1000:
            raise InputError(f"window must lie in 1..1000, got {self.window}")


@POLICIES.register("similar")
@dataclass(frozen=True, slots=True)
class Similar:
    """More of what was engaged with: softmax of the similarity to the user vector, with a share of exploration.

    The user vector is that of :func:`agents.feeds.taste.user_vector`. With ``diversity`` a score is the similarity
    less that to the most similar of the items shown last, weighed against each other (maximal marginal relevance,
    Carbonell and Goldstein 1998).
    """

    options: SimilarOptions = SimilarOptions()
    name: ClassVar[str] = "similar"
    Options: ClassVar[type] = SimilarOptions

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw by similarity, or uniformly while there is no signal yet."""
        if not len(state.offer):
            return None
        explores, uniform = (float(draw) for draw in rng.random(2))
        user = user_vector(state.stock, state.history, self.options.decay)
        if user is None:
            return drawn_evenly(state.stock, state.offer, "cold_start", uniform)
        scores = self._varied(similarities(state.stock, state.offer, user), state)
        exploit = softmax(scores, self.options.temperature)
        return drawn_or_explored(state, exploit, scores, "exploit", (self.options.exploration, explores, uniform))

    def _varied(self, scores: NDArray[np.float64], state: FeedState) -> NDArray[np.float64]:
        against = self.options.diversity
        if not against:
            return scores
        recent = state.stock.vectors[state.history.rows[-self.options.window :]].astype(np.float64)
        likest = np.max([similarities(state.stock, state.offer, vector) for vector in recent], axis=0)
        return np.asarray((1 - against) * scores - against * likest)
