"""Items about liking what is shown or described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Self

import numpy as np

from valuespectrum.instruments.wordings import liking as words
from valuespectrum.instruments.wordings.questionnaire import ISQ_RATINGS, ISQ_YES_NO, PAPER_QUESTION, RATING_SUFFIX
from valuespectrum.instruments.wordings.speaking import DESCRIBE
from valuespectrum.instruments.wordings.template import options
from valuespectrum.reference import planted
from valuespectrum.reference.items.base import PlantedItem, Scene, Shares, one_of, pick
from valuespectrum.reference.planted import Mind
from valuespectrum.reference.speech import captions, meaning, reason
from valuespectrum.theory.value_sets import NINETEEN

ORDERS = (("yes", "no"), ("no", "yes"))
_PLAIN = 5
"""How often the wordings of the like battery are drawn for one time that the others are."""


class AboutOnePicture(PlantedItem):
    """An item whose answer follows from the liking of one picture."""

    pictures: ClassVar[int] = 1

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        return planted.seen_log_odds(mind, scenes[0].shown)

    def weights(self, scenes: Sequence[Scene]) -> Mapping[str, float]:
        return scenes[0].shown.weights


@dataclass(frozen=True)
class _Form:
    """One text of the like question."""

    wording: str
    polarity: int
    yes: str
    no: str
    yes_first: bool


@cache
def _forms() -> Mapping[str, _Form]:
    """Every text of the like question in all wordings, polarities, orders and languages."""
    found: dict[str, _Form] = {}
    for wording in words.WORDINGS:
        for order in ORDERS:
            for polarity, text in ((1, wording.positive), (-1, wording.negative)):
                form = _Form(wording.name, polarity, "yes", "no", order[0] == "yes")
                found[text.format(options=options(order))] = form
    for language in words.LANGUAGES:
        for first, second in ((language.yes, language.no), (language.no, language.yes)):
            for polarity, text in ((1, language.positive), (-1, language.negative)):
                form = _Form(language.code, polarity, language.yes, language.no, first == language.yes)
                found[text.format(options=language.options.format(first=first, second=second))] = form
    return found


@cache
def _drawn() -> Sequence[str]:
    plain = {wording.name for wording in words.LIKE_WORDINGS}
    return [text for text, form in _forms().items() for _ in range(_PLAIN if form.wording in plain else 2)]


@dataclass(frozen=True)
class Like(AboutOnePicture):
    """The like question in one wording, polarity, order and language."""

    kind: ClassVar[str] = "like"
    written: str

    @property
    def text(self) -> str:
        return self.written

    @property
    def form(self) -> _Form:
        """What the text means."""
        return _forms()[self.written]

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        return super().log_odds(mind, scenes) + planted.WORDING_EFFECTS[self.form.wording]

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        form = self.form
        yes = planted.yes_probability(mind, self.log_odds(mind, scenes), form.polarity, form.yes_first)
        return one_of(said, {form.yes: yes, form.no: 1 - yes})

    def carried(self, before: PlantedItem, answer: str) -> int:
        if not isinstance(before, Like) or answer not in (before.form.yes, before.form.no):
            return 0
        return before.form.polarity if answer == before.form.yes else -before.form.polarity

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, _drawn()))

    @classmethod
    def read(cls, text: str) -> Self | None:
        return cls(text) if text in _forms() else None


@cache
def _questionnaire() -> Mapping[str, bool]:
    """Yes/no terms of the questionnaire and the published question, to whether yes is named first."""
    found = {text.format(options=options(order)): order[0] == "yes" for text in ISQ_YES_NO.values() for order in ORDERS}
    return {**found, PAPER_QUESTION: True}


@dataclass(frozen=True)
class QuestionnaireTerm(AboutOnePicture):
    """A yes/no term of the Inductive Scoring Questionnaire, or the published question."""

    kind: ClassVar[str] = "questionnaire term"
    written: str

    @property
    def text(self) -> str:
        return self.written

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        yes = planted.yes_probability(mind, self.log_odds(mind, scenes), 1, _questionnaire()[self.written])
        return one_of(said, {"yes": yes, "no": 1 - yes})

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, list(_questionnaire())))

    @classmethod
    def read(cls, text: str) -> Self | None:
        return cls(text) if text in _questionnaire() else None


@dataclass(frozen=True)
class Rating(AboutOnePicture):
    """A rated term of the Inductive Scoring Questionnaire, 0 to 9."""

    kind: ClassVar[str] = "rating"
    term: str

    @property
    def text(self) -> str:
        return f"{ISQ_RATINGS[self.term]} {RATING_SUFFIX}"

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return one_of(said, digits(planted.rating_distribution(mind, self.log_odds(mind, scenes), 0, 9), 0))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, list(ISQ_RATINGS)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        return next((cls(term) for term in ISQ_RATINGS if cls(term).text == text), None)


@dataclass(frozen=True)
class LikingScale(AboutOnePicture):
    """Liking on a scale of seven steps in either direction."""

    kind: ClassVar[str] = "liking scale"
    ascending: bool

    @property
    def text(self) -> str:
        return words.LIKING_SCALES[self.ascending].text

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        shares = planted.rating_distribution(mind, self.log_odds(mind, scenes), 1, 7, self.ascending)
        return one_of(said, digits(shares))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(bool(rng.integers(2)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        return next((cls(way) for way in (False, True) if words.LIKING_SCALES[way].text == text), None)


def digits(shares: np.ndarray, lowest: int = 1) -> Shares:
    """Shares by digit."""
    return {str(digit): float(share) for digit, share in enumerate(shares, start=lowest)}


@dataclass(frozen=True)
class Captioned(PlantedItem):
    """A like question about a picture with a caption that fits it or not."""

    kind: ClassVar[str] = "captioned picture"
    pictures: ClassVar[int] = 1
    caption: str
    like: Like

    @property
    def text(self) -> str:
        return words.CAPTIONED.write(words=self.caption, question=self.like.text)

    def _with_caption(self, scenes: Sequence[Scene]) -> list[Scene]:
        from dataclasses import replace

        return [replace(each, shown=replace(each.shown, caption=captions()[self.caption])) for each in scenes]

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        return self.like.log_odds(mind, self._with_caption(scenes))

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return self.like.shares(mind, self._with_caption(scenes), said)

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, list(captions())), Like.draw(rng))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.CAPTIONED.read(text)
        like = Like.read(found["question"]) if found else None
        return cls(found["words"], like) if found and like and found["words"] in captions() else None


class _InWords(PlantedItem):
    """A yes/no item about liking something that words describe."""

    spoken: str
    yes_first: bool

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        return planted.said_log_odds(mind, self.weights(scenes))

    def weights(self, scenes: Sequence[Scene]) -> Mapping[str, float]:
        found = meaning(self.spoken)
        return found.weights if found else {}

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        yes = planted.yes_probability(mind, self.log_odds(mind, scenes), 1, self.yes_first)
        return one_of(said, {"yes": yes, "no": 1 - yes})


@dataclass(frozen=True)
class CaptionAlone(_InWords):
    """Whether a video would be liked of which only the caption is given."""

    kind: ClassVar[str] = "caption alone"
    spoken: str
    yes_first: bool

    @property
    def text(self) -> str:
        return words.DESCRIBED.write(caption=self.spoken, options=options(ORDERS[not self.yes_first]))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(pick(rng, list(captions())), bool(rng.integers(2)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.DESCRIBED.read(text)
        return (
            cls(found["caption"], found["options"] == "yes or no") if found and found["caption"] in captions() else None
        )


@dataclass(frozen=True)
class TranscriptAlone(_InWords):
    """Whether a video would be liked in which somebody says something."""

    kind: ClassVar[str] = "transcript alone"
    spoken: str
    yes_first: bool

    @property
    def text(self) -> str:
        return words.TRANSCRIBED.write(speech=self.spoken, options=options(ORDERS[not self.yes_first]))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        value = pick(rng, NINETEEN.dimensions)
        return cls(reason(value, int(rng.integers(1, 6)), int(rng.integers(3))), bool(rng.integers(2)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.TRANSCRIBED.read(text)
        return cls(found["speech"], found["options"] == "yes or no") if found and meaning(found["speech"]) else None


@dataclass(frozen=True)
class Describe(PlantedItem):
    """What the picture shows."""

    kind: ClassVar[str] = "description"
    pictures: ClassVar[int] = 1
    personal: ClassVar[bool] = False

    @property
    def text(self) -> str:
        return DESCRIBE

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        return one_of(said, {f"{scenes[0].description}.": 1.0})

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls()

    @classmethod
    def read(cls, text: str) -> Self | None:
        return cls() if text == DESCRIBE else None


@dataclass(frozen=True)
class Pair(PlantedItem):
    """Which of two pictures is liked more."""

    kind: ClassVar[str] = "pair of pictures"
    pictures: ClassVar[int] = 2

    @property
    def text(self) -> str:
        return words.FIRST_OR_SECOND.text

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        first, second = (planted.seen_log_odds(mind, scene.shown) for scene in scenes)
        return planted.BEST_SCALE * (first - second)

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        first, second = planted.choice_shares(mind, [self.log_odds(mind, scenes), 0.0])
        return one_of(said, {"first": first, "second": second})

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls()

    @classmethod
    def read(cls, text: str) -> Self | None:
        return cls() if text == words.FIRST_OR_SECOND.text else None


@dataclass(frozen=True)
class OneOfFour(PlantedItem):
    """Which of four pictures is liked most, or least."""

    kind: ClassVar[str] = "best or worst of four"
    pictures: ClassVar[int] = 4
    best: bool

    @property
    def text(self) -> str:
        return (words.BEST_OF_FOUR if self.best else words.WORST_OF_FOUR).text

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        sign = planted.BEST_SCALE if self.best else -planted.BEST_SCALE
        shares = planted.choice_shares(mind, [sign * planted.seen_log_odds(mind, scene.shown) for scene in scenes])
        return one_of(said, digits(np.array(shares)))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(bool(rng.integers(2)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        return next((cls(way) for way in (True, False) if cls(way).text == text), None)
