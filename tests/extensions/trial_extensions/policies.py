"""A feed policy that shows what was not seen, in the order of the feed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from agents.feeds.shown import Candidate, Shown
from agents.feeds.state import FeedState


class InOrder:
    """The first that is left, always."""

    name: ClassVar[str] = "trial"

    @dataclass(frozen=True)
    class Options:
        """None."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        if not state.candidates:
            return None
        first, *others = state.candidates
        chances = (Candidate(first.item_id, 0.0, 1.0), *(Candidate(item.item_id, 0.0, 0.0) for item in others))
        return Shown(first, "first", chances, 1.0)
