"""``popular``: more of what many have seen or liked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from agents.feeds.files import NumbersByItem, read_counts
from agents.feeds.policy import POLICIES
from agents.feeds.shown import Shown, drawn_or_explored
from agents.feeds.state import FeedState
from agents.feeds.taste import check_share
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class PopularOptions:
    """How popular each item is, and how much that counts."""

    counts: str
    """CSV file with the columns ``clip`` and ``count``; clips that are not in it count as 0."""
    exponent: float = 1.0
    """Chances go with this power of the counts: 0 makes all alike, large values show only the most popular."""
    smoothing: float = 1.0
    """Added to every count, above 0, so that everything can be shown."""
    exploration: float = 0.1
    """Share of steps that draw uniformly, 0 to 1."""
    content: str = ""
    """SHA-256 of the file, filled in when it is read: a log tells which counts they were."""

    def __post_init__(self) -> None:
        check_share("exploration", self.exploration)
        if not 0 <= self.exponent <= 100:
            raise InputError(f"exponent must lie in 0..100, got {self.exponent}")
        if not 0 < self.smoothing <= 1e12:
            raise InputError(f"smoothing must lie above 0 and up to 1e12, got {self.smoothing}")


@POLICIES.register("popular")
class Popular:
    """Chances by how often items were seen or liked elsewhere, whatever the user does.

    Args:
        options: The counts and how much they count.

    Raises:
        InputError: The counts cannot be read, or are other ones than those of the log.
    """

    name: ClassVar[str] = "popular"
    Options: ClassVar[type] = PopularOptions

    def __init__(self, options: PopularOptions) -> None:
        self._counts: NumbersByItem = read_counts(options.counts, options.content)
        self.options = self._counts.noted(options)

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw by popularity.

        Raises:
            InputError: The counts know no clip of the catalogue.
        """
        if not len(state.offer):
            return None
        explores, uniform = (float(draw) for draw in rng.random(2))
        numbers = self._counts.of(state.stock)
        if not numbers.any():
            # All alike would be a random feed under the name of this one.
            raise InputError(
                f"{self.options.counts} has no count above 0 of any clip of this catalogue",
                "its column clip is to hold ids of clips, as session logs have them",
            )
        counts = numbers[state.offer]
        logarithms = self.options.exponent * np.log(counts + self.options.smoothing)
        chances = np.exp(logarithms - logarithms.max())
        luck = (self.options.exploration, explores, uniform)
        return drawn_or_explored(state, chances / chances.sum(), counts, "popular", luck)
