"""What the three batteries about pictures have in common: options, columns, the licence of our own words."""

from __future__ import annotations

from dataclasses import dataclass

from valuespectrum.instruments.base import Licence
from valuespectrum.instruments.questions import LIKE_WORDINGS
from vectorstore.foundation.errors import InputError

OWN_WORDS = Licence("Apache-2.0", "this project")
"""Of questions that we wrote."""
ABOUT_PICTURES = ("value", "clip", "frame", "wording", "polarity", "first")
"""Tags of every ask about a picture that a score looks at."""


@dataclass(frozen=True, slots=True)
class BatteryOptions:
    """Which battery, and in how many words."""

    name: str = "like"
    """An instrument that shows pictures."""
    wordings: int = 2
    """How many wordings of the like question, from the first."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers a closed question."""

    @property
    def params(self) -> dict[str, str | int | float | bool]:
        """Options of the instrument: those that are not as usual, so that one that has no such options can be named."""
        usual = BatteryOptions()
        given: dict[str, str | int | float | bool] = {}
        if self.wordings != usual.wordings:
            given["wordings"] = self.wordings
        if self.prefill != usual.prefill:
            given["prefill"] = self.prefill
        return given


@dataclass(frozen=True, slots=True)
class WordingOptions:
    """Options of the batteries; all have the same, so that a run can be taken up whichever it is of."""

    wordings: int = 2
    """How many wordings of the like question, from the first."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers a closed question."""

    def __post_init__(self) -> None:
        if not 1 <= self.wordings <= len(LIKE_WORDINGS):
            raise InputError(f"wordings must lie in 1..{len(LIKE_WORDINGS)}, got {self.wordings}")
