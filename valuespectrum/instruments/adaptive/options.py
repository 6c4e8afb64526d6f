"""Options of adaptive tests."""

from __future__ import annotations

from dataclasses import dataclass

from valuespectrum.scoring.graded.choosing import StopRule
from vectorstore.foundation.errors import InputError

_PAIR = 2
"""Answers in opposite directions, whose leans cancel."""


@dataclass(frozen=True, slots=True)
class StopOptions:
    """When tests end, and how items are chosen."""

    error: float = 0.35
    """Standard error at which the test of a value ends; the value's standard deviation among the twins on whom the bank
    was fitted is 1."""
    least: int = 2
    """Fewest answers about a value."""
    most: int = 12
    """Most asks about a value."""
    among: int = 3
    """How many of the most informative items the next one is drawn from, so that not everybody is asked the same."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers."""

    def __post_init__(self) -> None:
        _ = self.rule
        if self.among < 1:
            raise InputError(f"the next item is drawn from at least 1, not {self.among}")

    @property
    def rule(self) -> StopRule:
        """When a test ends."""
        return StopRule(self.error, self.least, self.most, _PAIR)
