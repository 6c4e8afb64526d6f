"""What the batteries about pictures have in common: forms of questions, choices, options, the licence of our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from agents.models.base import Choice
from valuespectrum.instruments.base import Licence
from valuespectrum.instruments.wordings.liking import WORDINGS
from valuespectrum.scoring.estimate import CLIP
from valuespectrum.scoring.instructions.parts import INSTRUCTION_TAG
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import TEN, ValueSet
from vectorstore.foundation.errors import InputError

DIGITS: tuple[str, ...] = tuple(str(digit) for digit in range(10))
"""Names of the options of a rating."""
RATINGS: tuple[Choice, ...] = tuple(Choice(digit, (digit,)) for digit in DIGITS)
ORDERS: tuple[tuple[str, str], ...] = (("yes", "no"), ("no", "yes"))
"""Both orders in which yes and no can be listed."""
ANSWER_TOKENS, REPLY_TOKENS = 12, 32
"""Longest answer to a closed and to an open question."""
OWN_WORDS = Licence("Apache-2.0", "this project")
"""Of questions that we wrote."""
ABOUT_PICTURES = ("value", "clip", "frame", "wording", "polarity", "first")
"""Tags of every ask about a picture that a score looks at."""


@dataclass(frozen=True, slots=True)
class Form:
    """One question as it is put."""

    item: str
    wording: str
    polarity: int
    """1 where yes means more of what is measured, -1 where it means less."""
    first: str
    """The option word that is listed first; empty where there is no order."""
    question: str
    choices: tuple[Choice, ...] = ()
    """Empty for an open question."""
    instruction: str = ""
    """Frame of mind that the question sets; empty for the neutral one."""

    @property
    def tags(self) -> dict[str, str | int | float]:
        """Tags of its asks."""
        return {
            "item": self.item,
            "wording": self.wording,
            "polarity": self.polarity,
            "order": f"{self.first}-first" if self.first else "",
            "first": self.first,
            **({INSTRUCTION_TAG: self.instruction} if self.instruction else {}),
        }


@dataclass(frozen=True, slots=True)
class BatteryOptions:
    """Which battery, and in how many words."""

    name: str = "like"
    """An instrument that shows pictures."""
    wordings: int = 2
    """How many wordings, from the first."""
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
    """How many wordings, from the first."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers a closed question."""

    def __post_init__(self) -> None:
        if not 1 <= self.wordings <= len(WORDINGS):
            raise InputError(f"wordings must lie in 1..{len(WORDINGS)}, got {self.wordings}")


class PictureBattery:
    """What the batteries about pictures have in common; each says what it asks and how it is scored."""

    Options = WordingOptions
    value_set: ClassVar[ValueSet] = TEN
    unit: ClassVar[str] = CLIP
    pictures: ClassVar[Assignment | None] = "exclusive"
    columns: ClassVar[tuple[str, ...]] = ABOUT_PICTURES
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()

    def __init__(self, options: WordingOptions | None = None) -> None:
        self.options = options or WordingOptions()
