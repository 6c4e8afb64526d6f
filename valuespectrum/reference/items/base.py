"""What an item is: words that can be written and read back, and the planted shares of what is answered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypeVar

import numpy as np

from valuespectrum.instruments.wordings.describing_oneself import INSTRUCTIONS
from valuespectrum.reference.planted import Depicted, Mind

Shares = Mapping[str, float]
"""What may be said next, to probability."""
REFUSAL = "Sorry, I cannot answer that."
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown beside an item: for an answer, a description and a misreading too."""

    shown: Depicted
    description: str = ""
    """What it shows, in words."""
    misread: tuple[float, Depicted] | None = None
    """Share of answers that are about something else, and that other thing."""


class PlantedItem(ABC):
    """One question of one kind; subclasses are frozen dataclasses of what varies."""

    kind: ClassVar[str]
    """Name of the kind of item."""
    pictures: ClassVar[int] = 0
    """How many different pictures it is about; 0 for words alone."""
    personal: ClassVar[bool] = True
    """Whether it asks for a stance, so that it may be refused and instructions matter; else it is a task."""

    @property
    @abstractmethod
    def text(self) -> str:
        """The question."""

    @abstractmethod
    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        """What may be said next; ``None`` when everything is said.

        Args:
            mind: Who answers.
            scenes: What is shown, as many as ``pictures``.
            said: What was said already of this answer, in parts.
        """

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float | None:
        """Liking or preference behind the answer, before polarity and leans; ``None`` where there is none."""
        return None

    def weights(self, scenes: Sequence[Scene]) -> Mapping[str, float] | None:
        """Refined values that the question is about; ``None`` where that is not linear in a profile."""
        return None

    @property
    def played(self) -> Mapping[str, float] | None:
        """Target over the ten values of whoever answers what comes later; ``None`` where it changes nobody."""
        return None

    def carried(self, before: PlantedItem, answer: str) -> int:
        """Which way an earlier answer leans: towards yes or the first option here (1), away (-1), or neither (0)."""
        return 0

    @classmethod
    @abstractmethod
    def draw(cls, rng: np.random.Generator) -> PlantedItem:
        """One at random."""

    @classmethod
    @abstractmethod
    def read(cls, text: str) -> PlantedItem | None:
        """The item that is written so; ``None`` where the text is no item of this kind."""


@dataclass(frozen=True, slots=True)
class Question:
    """An item as it is put: with an instruction, after earlier items."""

    item: PlantedItem
    instruction: str = ""
    """Key of ``INSTRUCTIONS``."""
    before: tuple[tuple[PlantedItem, str], ...] = field(default=())
    """Earlier items with what was answered."""

    @property
    def text(self) -> str:
        """The words of the last turn."""
        return INSTRUCTIONS[self.instruction] + self.item.text

    def mind(self, mind: Mind) -> Mind:
        """The respondent as it meets this question."""
        last = self.item.carried(*self.before[-1]) if self.before else 0
        return replace(mind, frame=self.instruction, last=last)

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str] = ()) -> Shares | None:
        """What may be said next, refusals and misreadings included; ``None`` when everything is said."""
        if said and said[0] == REFUSAL:
            return None
        mind = self.mind(mind)
        shares = self.item.shares(mind, scenes, said)
        if shares is None:
            return None
        for scene in scenes[:1] if len(scenes) == 1 else ():
            if scene.misread is not None:
                part, other = scene.misread
                wrong = self.item.shares(mind, [replace(scene, shown=other)], said)
                shares = _mixed(shares, wrong or shares, part)
        return shares if said else self._with_refusal(shares, mind, scenes)

    def _with_refusal(self, shares: Shares, mind: Mind, scenes: Sequence[Scene]) -> Shares:
        if not self.item.personal:
            return shares
        kept = 1 - mind.member.refuses
        if any(scene.shown.refused for scene in scenes):
            kept *= 1 - mind.member.refusal_rate
        if kept == 1:
            return shares
        return {**{text: share * kept for text, share in shares.items()}, REFUSAL: 1 - kept}


def _mixed(shares: Shares, other: Shares, part: float) -> Shares:
    texts = list(dict.fromkeys([*shares, *other]))
    return {text: (1 - part) * shares.get(text, 0.0) + part * other.get(text, 0.0) for text in texts}


def one_of(said: Sequence[str], shares: Shares) -> Shares | None:
    """The shares of an answer in one part: ``None`` once it is said."""
    return None if said else shares


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One of several at random."""
    return options[int(rng.integers(len(options)))]
