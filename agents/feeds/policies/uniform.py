"""``random``: every item on offer with equal probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from agents.feeds.policy import POLICIES
from agents.feeds.shown import Shown, drawn_evenly
from agents.feeds.state import FeedState


@dataclass(frozen=True, slots=True)
class RandomOptions:
    """A random feed has nothing to set."""


@POLICIES.register("random")
@dataclass(frozen=True, slots=True)
class Random:
    """Every candidate with equal probability, without replacement."""

    options: RandomOptions = RandomOptions()
    name: ClassVar[str] = "random"
    Options: ClassVar[type] = RandomOptions

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw uniformly."""
        return drawn_evenly(state.stock, state.offer, "random", rng.random()) if len(state.offer) else None
