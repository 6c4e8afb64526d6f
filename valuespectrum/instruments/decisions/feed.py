"""``decide``: a feed that follows six everyday values by the decision module, where other feeds follow engagement.

The clip that was shown last is the scene, showing each of the clips on offer is what can be done, networks rate them,
and net flows of the decision rule become chances. Nothing in it asks a model, and nothing follows what a user does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from agents.feeds.shown import Shown, drawn_or_explored
from agents.feeds.state import FeedState
from agents.feeds.taste import check_share, check_temperature, softmax
from valuespectrum.instruments.decisions.choosing.blending import INDIFFERENT, Blending, Floats, Form
from valuespectrum.instruments.decisions.choosing.rules import RULES, RuleName, action_scores
from valuespectrum.instruments.decisions.network.saved import DecisionNetwork, chosen_network
from valuespectrum.instruments.decisions.scenes.scene import VALUES
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class DecideOptions:
    """Six preferences from 0 to 1, and how strictly they are followed."""

    curiosity: float = INDIFFERENT
    energy: float = INDIFFERENT
    safety: float = INDIFFERENT
    happiness: float = INDIFFERENT
    intimacy: float = INDIFFERENT
    fairness: float = INDIFFERENT
    temperature: float = 0.1
    """Of the softmax over net flows, above 0: small values show only what is preferred most."""
    exploration: float = 0.1
    """Share of steps that draw uniformly, 0 to 1."""
    rule: RuleName = "promethee"
    """What puts clips in order."""
    form: Form = "paper"
    """Of ratings and preferences coming together: as in the paper, or as in the published code."""
    networks: str = ""
    """Folder of networks of your own, on the vectors of your corpus; ours, on those of the reference embedder, when
    empty."""
    content: str = ""
    """SHA-256 of their weights, filled in when they are read: a log tells which they were."""

    def __post_init__(self) -> None:
        for value in VALUES:
            if not 0 <= getattr(self, value) <= 1:
                raise InputError(f"{value} must lie in 0..1, got {getattr(self, value)}")
        check_temperature(self.temperature)
        check_share("exploration", self.exploration)
        if self.rule not in RULES:
            raise InputError(f"there is no rule {self.rule!r:.40}", f"one of {', '.join(RULES)}")
        Blending(self.form)

    @property
    def preferences(self) -> Floats:
        """Shape (6,)."""
        return np.array([getattr(self, value) for value in VALUES])


class Decide:
    """Shows what somebody with six preferences would have shown after the clip that was shown last.

    Args:
        options: Preferences, and how strictly they are followed.

    Raises:
        InputError: Networks cannot be read, or are others than those of the log.
    """

    name: ClassVar[str] = "decide"
    Options: ClassVar[type] = DecideOptions

    def __init__(self, options: DecideOptions) -> None:
        self._network: DecisionNetwork = chosen_network(options.networks)
        known = self._network.manifest.weights
        if options.content and options.content != known:
            raise InputError(
                "the networks that decided this log are others than those that are here", "bring back those of that log"
            )
        self.options = replace(options, content=known)

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw by net flows.

        Raises:
            InputError: The corpus has vectors that the networks do not read.
        """
        if not len(state.offer):
            return None
        explores, uniform = (float(draw) for draw in rng.random(2))
        ratings = self._network.ratings_of_vectors(state.stock.vectors[state.offer].astype(np.float64))
        scores = action_scores(
            self._scene(state), ratings, self.options.preferences, Blending(self.options.form), self.options.rule
        )
        luck = (self.options.exploration, explores, uniform)
        return drawn_or_explored(state, softmax(scores, self.options.temperature), scores, "decide", luck)

    def _scene(self, state: FeedState) -> Floats:
        """Ratings of the clip that was shown last; nothing is raised where none was."""
        if not len(state.history):
            return np.zeros(len(VALUES))
        last = state.stock.vectors[state.history.rows[-1:]].astype(np.float64)
        return np.asarray(self._network.ratings_of_vectors(last)[0])
