"""Items that ask for a text or a judgement of one: reasons, values of texts and pictures, rewriting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from valuespectrum.instruments.wordings import speaking as words
from valuespectrum.reference import planted
from valuespectrum.reference.items.base import PlantedItem, Scene, Shares, one_of, pick
from valuespectrum.reference.items.liking import digits
from valuespectrum.reference.planted import Mind
from valuespectrum.reference.speech import captions, meaning, reason, speech, statements
from valuespectrum.theory.value_sets import NINETEEN
from vectorstore.foundation.text import whole_number

_OPENING, _BETWEEN, _END = "I care ", " about ", "."
_REASONS = 3
_PARTS = 2
"""Decisions in a reason: how strongly, and about what."""
_LABELS = tuple(NINETEEN.label(value).lower() for value in NINETEEN.dimensions)
_NAMES = dict(zip(NINETEEN.dimensions, _LABELS, strict=True))
_VALUES = dict(zip(_LABELS, NINETEEN.dimensions, strict=True))


def _strength_words(shares: Sequence[float], before: str) -> Shares:
    return {f"{before}{_OPENING}{word}": float(share) for word, share in zip(words.STRENGTHS, shares, strict=True)}


def _things(shares: Sequence[float], after: str) -> Shares:
    found: dict[str, float] = {}
    for value, share in zip(NINETEEN.dimensions, shares, strict=True):
        things = speech()[value]["things"]
        found |= {f"{_BETWEEN}{thing}{_END}{after}": float(share) / len(things) for thing in things}
    return found


@dataclass(frozen=True)
class Reasons(PlantedItem):
    """Three reasons, each standing for a value with the planted probability, about a picture or about none."""

    kind: ClassVar[str] = "three reasons"

    @property
    def text(self) -> str:
        return words.REASONS.text

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        number, part = divmod(len(said), _PARTS)
        if number == _REASONS:
            return None
        values = self._values(mind, scenes)
        if part == 0:
            held = planted.profile(mind, "words")
            level = 1 + 4 * planted.sigmoid(sum(share * held[value] for value, share in zip(held, values, strict=True)))
            return _strength_words(planted.strength_distribution(level, 1.0).tolist(), f"{number + 1}. ")
        return _things(values, "\n" if number + 1 < _REASONS else "")

    def _values(self, mind: Mind, scenes: Sequence[Scene]) -> Sequence[float]:
        """Probability that a reason stands for each of the nineteen values."""
        return planted.reason_shares(mind, scenes[0].shown if scenes else None)

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls()

    @classmethod
    def read(cls, text: str) -> Self | None:
        return cls() if text == cls().text else None


@dataclass(frozen=True)
class ReasonsSeen(Reasons):
    """Three reasons about a picture."""

    kind: ClassVar[str] = "three reasons about a picture"
    pictures: ClassVar[int] = 1

    @property
    def text(self) -> str:
        return words.REASONS_SEEN.text


def _named(weights: Mapping[str, float]) -> Shares:
    return {_NAMES.get(value, value): share for value, share in planted.judged_values(weights).items()}


@dataclass(frozen=True)
class TextValue(PlantedItem):
    """Which value a text stands for, asked of a judge."""

    kind: ClassVar[str] = "value of a text"
    personal: ClassVar[bool] = False
    written: str

    @property
    def text(self) -> str:
        return words.TEXT_VALUE.write(text=self.written)

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        found = meaning(self.written)
        return one_of(said, _named(found.weights if found else {}))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(_any_text(rng))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.TEXT_VALUE.read(text)
        return cls(found["text"]) if found and meaning(found["text"]) else None


def _any_text(rng: np.random.Generator) -> str:
    draw = rng.random()
    if draw < 0.6:
        return reason(pick(rng, NINETEEN.dimensions), int(rng.integers(1, 6)), int(rng.integers(3)))
    return pick(rng, list(statements() if draw < 0.85 else captions()))


@dataclass(frozen=True)
class TextStrength(PlantedItem):
    """How strongly a text stands for a value, 1 to 5; 1 where it stands for another one."""

    kind: ClassVar[str] = "strength of a text"
    personal: ClassVar[bool] = False
    written: str
    value: str

    @property
    def text(self) -> str:
        return words.TEXT_STRENGTH.write(text=self.written, value=_NAMES[self.value])

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        found = meaning(self.written)
        level = found.strength if found and found.weights.get(self.value, 0.0) > 0 else 1.0
        return one_of(said, digits(planted.strength_distribution(level)))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        written = _any_text(rng)
        found = meaning(written)
        own = [value for value, weight in found.weights.items() if weight > 0] if found else []
        return cls(written, pick(rng, own) if own and rng.random() < 0.7 else pick(rng, NINETEEN.dimensions))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.TEXT_STRENGTH.read(text)
        if found and meaning(found["text"]) and found["value"] in _VALUES:
            return cls(found["text"], _VALUES[found["value"]])
        return None


@dataclass(frozen=True)
class PictureValue(PlantedItem):
    """Which value a picture is about, asked of a judge."""

    kind: ClassVar[str] = "value of a picture"
    pictures: ClassVar[int] = 1
    personal: ClassVar[bool] = False
    short: bool
    """The shorter of two wordings."""

    @property
    def text(self) -> str:
        return words.VALUE_SHOWN if self.short else words.PICTURE_VALUE.text

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return one_of(said, _named(scenes[0].shown.weights))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(bool(rng.integers(2)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        return next((cls(short) for short in (True, False) if cls(short).text == text), None)


@dataclass(frozen=True)
class PictureDirection(PlantedItem):
    """Whether a value is lived, denied or absent in a picture."""

    kind: ClassVar[str] = "direction of a picture"
    pictures: ClassVar[int] = 1
    personal: ClassVar[bool] = False
    value: str

    @property
    def text(self) -> str:
        return words.PICTURE_DIRECTION.write(value=_NAMES[self.value])

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        weight = scenes[0].shown.weights.get(self.value, 0.0)
        right = "lived" if weight > 0 else "denied" if weight < 0 else "absent"
        error = planted.JUDGE_ERROR / 2
        return one_of(said, {name: 1 - 2 * error if name == right else error for name in ("lived", "denied", "absent")})

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, NINETEEN.dimensions))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.PICTURE_DIRECTION.read(text)
        return cls(_VALUES[found["value"]]) if found and found["value"] in _VALUES else None


@dataclass(frozen=True)
class Rewrite(PlantedItem):
    """A reason made to stand for another value at another strength."""

    kind: ClassVar[str] = "rewriting"
    personal: ClassVar[bool] = False
    written: str
    value: str
    strength: int

    @property
    def text(self) -> str:
        return words.REWRITE.write(text=self.written, value=_NAMES[self.value], strength=self.strength)

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        if len(said) == _PARTS:
            return None
        if not said:
            return {f"{_OPENING}{words.STRENGTHS[self.strength - 1]}": 1.0}
        things = speech()[self.value]["things"]
        return {f"{_BETWEEN}{thing}{_END}": 1 / len(things) for thing in things}

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        start, goal = (pick(rng, NINETEEN.dimensions) for _ in range(2))
        return cls(reason(start, int(rng.integers(1, 6)), int(rng.integers(3))), goal, int(rng.integers(1, 6)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.REWRITE.read(text)
        strength = whole_number(found["strength"], 1, len(words.STRENGTHS)) if found else None
        if found and strength and meaning(found["text"]) and found["value"] in _VALUES:
            return cls(found["text"], _VALUES[found["value"]], strength)
        return None
