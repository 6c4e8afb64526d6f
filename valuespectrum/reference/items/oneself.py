"""Items about oneself: portraits, importance of values, moral foundations, everyday wishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar

import numpy as np

from valuespectrum.instruments.wordings import describing_oneself as words
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.reference import planted
from valuespectrum.reference.items.base import PlantedItem, Scene, Shares, one_of, pick
from valuespectrum.reference.items.liking import digits
from valuespectrum.reference.planted import Mind
from valuespectrum.reference.portrayed import portrayed
from valuespectrum.reference.speech import foundations, named_values, speech, statements

P = TypeVar("P", bound="Portrait")


@dataclass(frozen=True)
class Portrait(PlantedItem):
    """How much somebody who says something is like the respondent, in digits or in words, in either direction."""

    kind: ClassVar[str] = "portrait"
    statement: str
    ascending: bool

    @property
    def text(self) -> str:
        return words.PORTRAITS[self.ascending].write(statement=self.statement)

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        ease = portrayed()[self.statement].ease if self.statement in portrayed() else 0.0
        return planted.said_log_odds(mind, self.weights(scenes)) + ease

    def weights(self, scenes: Sequence[Scene]) -> Mapping[str, float]:
        known = portrayed().get(self.statement)
        return known.weights if known else statements()[self.statement]

    def _distribution(self, mind: Mind, scenes: Sequence[Scene]) -> np.ndarray:
        return planted.rating_distribution(mind, self.log_odds(mind, scenes), 1, 6, self.ascending, agreement=True)

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return one_of(said, digits(self._distribution(mind, scenes)))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, list(statements())), bool(rng.random() < 0.6))

    @classmethod
    def read(cls, text: str) -> Self | None:
        return _read_portrait(cls, words.PORTRAITS, text)


@dataclass(frozen=True)
class LabelledPortrait(Portrait):
    """The same with the six answers in words."""

    kind: ClassVar[str] = "portrait in words"

    @property
    def text(self) -> str:
        return words.LABELLED_PORTRAITS[self.ascending].write(statement=self.statement)

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        labels = words.LABELS if self.ascending else words.LABELS[::-1]
        shares = self._distribution(mind, scenes).tolist()
        return one_of(said, dict(zip(labels, shares, strict=True)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        return _read_portrait(cls, words.LABELLED_PORTRAITS, text)


def _read_portrait(form: type[P], templates: Sequence[Template], text: str) -> P | None:
    for ascending in (False, True):
        found = templates[ascending].read(text)
        # Our form is understood too, though nobody was taught it: it is no part of what is drawn.
        if found and (found["statement"] in statements() or found["statement"] in portrayed()):
            return form(found["statement"], ascending)
    return None


@dataclass(frozen=True)
class Importance(PlantedItem):
    """How important a value is that is named: one of the nineteen or of the ten."""

    kind: ClassVar[str] = "importance"
    value: str
    ascending: bool

    @property
    def text(self) -> str:
        return words.IMPORTANCE_SCALES[self.ascending].write(value=self.value)

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        return planted.said_log_odds(mind, named_values()[self.value])

    def weights(self, scenes: Sequence[Scene]) -> Mapping[str, float]:
        return named_values()[self.value]

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return one_of(
            said, digits(planted.rating_distribution(mind, self.log_odds(mind, scenes), 1, 6, self.ascending))
        )

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, list(named_values())), bool(rng.random() < 0.6))

    @classmethod
    def read(cls, text: str) -> Self | None:
        for ascending in (False, True):
            found = words.IMPORTANCE_SCALES[ascending].read(text)
            if found and found["value"] in named_values():
                return cls(found["value"], ascending)
        return None


@dataclass(frozen=True)
class Foundation(PlantedItem):
    """How much a moral foundation matters."""

    kind: ClassVar[str] = "moral foundation"
    name: str

    @property
    def text(self) -> str:
        return words.FOUNDATION.write(what=foundations()[self.name])

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return one_of(said, digits(planted.rating_distribution(mind, mind.member.foundations[self.name], 1, 6)))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, list(foundations())))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.FOUNDATION.read(text)
        return next((cls(name) for name, what in foundations().items() if found and found["what"] == what), None)


@dataclass(frozen=True)
class Wish(PlantedItem):
    """How strong an everyday wish is."""

    kind: ClassVar[str] = "everyday wish"
    name: str

    @property
    def text(self) -> str:
        return words.WISH.write(what=words.WISHES[self.name])

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return one_of(said, digits(planted.rating_distribution(mind, mind.member.everyday[self.name], 1, 6)))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, list(words.WISHES)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.WISH.read(text)
        return next((cls(name) for name, what in words.WISHES.items() if found and found["what"] == what), None)


@dataclass(frozen=True)
class BetterDescription(PlantedItem):
    """Which of two statements describes the respondent better."""

    kind: ClassVar[str] = "forced choice"
    first: str
    second: str

    @property
    def text(self) -> str:
        return words.BETTER_DESCRIPTION.write(first=self.first, second=self.second)

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        return planted.said_log_odds(mind, self.weights(scenes))

    def weights(self, scenes: Sequence[Scene]) -> Mapping[str, float]:
        first, second = statements()[self.first], statements()[self.second]
        return {value: first.get(value, 0.0) - second.get(value, 0.0) for value in {**first, **second}}

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        first, second = planted.choice_shares(mind, [self.log_odds(mind, scenes), 0.0])
        return one_of(said, {"A": first, "B": second})

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        values = [list(speech())[place] for place in rng.permutation(len(speech()))[:2]]
        first, second = (pick(rng, speech()[value]["positive"]) for value in values)
        return cls(first, second)

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.BETTER_DESCRIPTION.read(text)
        if found and found["first"] in statements() and found["second"] in statements():
            return cls(found["first"], found["second"])
        return None
