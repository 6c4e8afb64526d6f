"""Three reasons for an answer to a question in words: about one thing, or about two that exclude each other.

Nobody was taught it: respondents that follow a rule understand it, the networks do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from valuespectrum.instruments.wordings import speaking as words
from valuespectrum.reference import planted
from valuespectrum.reference.items.base import Scene, pick
from valuespectrum.reference.items.speaking import Reasons
from valuespectrum.reference.planted import Mind
from valuespectrum.reference.speech import actions


@dataclass(frozen=True)
class ReasonsAsked(Reasons):
    """Three reasons for an answer to a question."""

    kind: ClassVar[str] = "three reasons about a question"
    action: str
    other: str = ""
    """The action that it excludes; empty for a question about one."""

    @property
    def question(self) -> str:
        """Without what asks for reasons."""
        if self.other:
            return words.SHOULD_RATHER.write(action=self.action, other=self.other)
        return words.SHOULD.write(action=self.action)

    @property
    def text(self) -> str:
        return f"{self.question}{words.THREE_REASONS}"

    def _values(self, mind: Mind, scenes: Sequence[Scene]) -> Sequence[float]:
        named = [actions()[action] for action in (self.action, self.other) if action]
        return planted.asked_reason_shares(mind, named)

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        first, second = (pick(rng, list(actions())) for _ in range(2))
        return cls(first, second if rng.random() < 0.5 and actions()[first] != actions()[second] else "")

    @classmethod
    def read(cls, text: str) -> Self | None:
        question = text.removesuffix(words.THREE_REASONS)
        if question == text:
            return None
        found = words.SHOULD_RATHER.read(question) or words.SHOULD.read(question) or {}
        named = [found.get(place, "") for place in ("action", "other")]
        known = named[0] in actions() and (not named[1] or named[1] in actions())
        return cls(*named) if known else None
