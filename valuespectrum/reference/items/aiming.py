"""Being a person with a social value: its traits, its goal, and what it chooses then.

A twin plays such a person as it plays a persona: by its obedience, towards values that go with the social value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from valuespectrum.instruments.wordings import goals as words
from valuespectrum.reference import planted
from valuespectrum.reference.items.base import PlantedItem, Scene, Shares, one_of, pick
from valuespectrum.reference.items.choosing import Slider
from valuespectrum.reference.planted import Mind

_TRAITS: Mapping[str, str] = {
    "altruistic": "I give.\nI put others first.",
    "prosocial": "I share.\nI am fair to all.",
    "individualistic": "I look after myself.\nI let others be.",
    "competitive": "I want to win.\nI want to be ahead of others.",
}


@dataclass(frozen=True)
class Traits(PlantedItem):
    """The traits of a person with a social value; what comes later is answered by that person."""

    kind: ClassVar[str] = "traits of a social value"
    personal: ClassVar[bool] = False
    target: str

    @property
    def text(self) -> str:
        return words.traits_question(self.target)

    @property
    def played(self) -> Mapping[str, float]:
        return planted.SOCIAL_VALUES[self.target]

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return one_of(said, {_TRAITS[self.target]: 1.0})

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, tuple(words.HELD)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        return next((cls(target) for target in words.HELD if text == words.traits_question(target)), None)


@dataclass(frozen=True)
class Goal(PlantedItem):
    """What somebody is after before points are shared."""

    kind: ClassVar[str] = "goal"

    @property
    def text(self) -> str:
        return words.GOAL.text

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        angle = planted.orientation(mind)
        own = "much" if angle < 50 else "little"
        other = "much" if angle > 20 else "little" if angle < -10 else "whatever comes"
        return one_of(said, {f"I want {own} for myself and {other} for the other.": 1.0})

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls()

    @classmethod
    def read(cls, text: str) -> Self | None:
        return cls() if text == words.GOAL.text else None


@dataclass(frozen=True)
class AimedSlider(PlantedItem):
    """A slider item that is answered by a goal."""

    kind: ClassVar[str] = "slider with a goal"
    goal: str
    slider: Slider

    @property
    def text(self) -> str:
        return words.AIMED.write(goal=self.goal, question=self.slider.text)

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return self.slider.shares(mind, scenes, said)

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(words.NO_GOAL, Slider.draw(rng))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.AIMED.read(text)
        slider = Slider.read(found["question"]) if found else None
        return cls(found["goal"], slider) if found and slider else None
