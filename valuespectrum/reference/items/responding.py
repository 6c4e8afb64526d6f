"""How close responses to something written, or to what is seen, are to one's thoughts: items of Value Portrait.

Nobody was taught them: respondents that follow a rule understand them, the networks do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Self

import numpy as np

from valuespectrum.instruments.value_portrait.items import OWN, Response, read_responses
from valuespectrum.instruments.value_portrait.prompts import own_words, seen_words
from valuespectrum.instruments.value_portrait.rules import VERSIONS
from valuespectrum.instruments.wordings.describing_oneself import LABELS
from valuespectrum.reference import planted
from valuespectrum.reference.items.base import PlantedItem, Scene, Shares, one_of, pick
from valuespectrum.reference.planted import Mind
from valuespectrum.reference.portrayed import EASE, STRENGTHS, WORDING_EASE
from vectorstore.foundation.random_streams import stream


@dataclass(frozen=True)
class WrittenResponse(PlantedItem):
    """How close a response to something written is to the respondent's thoughts.

    Responses differ, as those of real questionnaires do: each has a strength with which it stands for its value, and an
    ease with which anybody agrees to it, drawn once (as those of our portraits are).
    """

    kind: ClassVar[str] = "response to something written"
    response: str
    """Id."""
    version: str
    ascending: bool

    @property
    def text(self) -> str:
        return own_words(self.version, _responses()[self.response], self.ascending)

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        ease, by_version = _drawn(self.response)[1:]
        return planted.said_log_odds(mind, self.weights(scenes)) + ease + by_version[VERSIONS.index(self.version)]

    def weights(self, scenes: Sequence[Scene]) -> Mapping[str, float]:
        return {_responses()[self.response].designed: _drawn(self.response)[0]}

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return one_of(said, _labelled(mind, self.log_odds(mind, scenes), self.ascending))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, list(_responses())), pick(rng, VERSIONS), bool(rng.random() < 0.5))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = _written().get(text)
        return cls(*found) if found else None


@dataclass(frozen=True)
class SeenResponse(PlantedItem):
    """How close a response to what is seen is to the respondent's thoughts."""

    kind: ClassVar[str] = "response to what is seen"
    pictures: ClassVar[int] = 1
    version: str
    side: int
    """1 for a response that welcomes what is seen, -1 for one that does not."""
    ascending: bool

    @property
    def text(self) -> str:
        return seen_words(self.version, self.side, self.ascending)

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        return self.side * planted.seen_log_odds(mind, scenes[0].shown)

    def weights(self, scenes: Sequence[Scene]) -> Mapping[str, float]:
        return {value: self.side * weight for value, weight in scenes[0].shown.weights.items()}

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return one_of(said, _labelled(mind, self.log_odds(mind, scenes), self.ascending))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, VERSIONS), pick(rng, (1, -1)), bool(rng.random() < 0.5))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = _about_seen().get(text)
        return cls(*found) if found else None


def _labelled(mind: Mind, log_odds: float, ascending: bool) -> Shares:
    shares = planted.rating_distribution(mind, log_odds, 1, len(LABELS), ascending, agreement=True)
    return dict(zip(LABELS if ascending else LABELS[::-1], shares.tolist(), strict=True))


@cache
def _responses() -> Mapping[str, Response]:
    return {each.id: each for each in read_responses(OWN)}


@cache
def _drawn(response: str) -> tuple[float, float, tuple[float, ...]]:
    """Strength, ease, and the ease of each version."""
    number = 10 * _responses()[response].query + _responses()[response].option
    drawn = stream(0, "reference/value-portrait", number)
    strength, ease = float(drawn.uniform(*STRENGTHS)), float(drawn.normal(0, EASE))
    return strength, ease, tuple(float(drawn.normal(0, WORDING_EASE)) for _ in VERSIONS)


@cache
def _written() -> Mapping[str, tuple[str, str, bool]]:
    return {
        own_words(version, response, ascending): (response.id, version, ascending)
        for response in _responses().values()
        for version in VERSIONS
        for ascending in (True, False)
    }


@cache
def _about_seen() -> Mapping[str, tuple[str, int, bool]]:
    return {
        seen_words(version, side, ascending): (version, side, ascending)
        for version in VERSIONS
        for side in (1, -1)
        for ascending in (True, False)
    }
