"""Items in which something is chosen: actions with a price, allocations of points, moves of a viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from valuespectrum.instruments.wordings import choosing as words
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.reference import planted
from valuespectrum.reference.items.base import PlantedItem, Scene, Shares, one_of, pick
from valuespectrum.reference.items.liking import AboutOnePicture
from valuespectrum.reference.planted import Mind
from valuespectrum.reference.speech import actions, speech
from vectorstore.foundation.text import whole_number

_MOST_POINTS = 999_999


class _TwoActions(PlantedItem):
    """A choice between two actions that serve different values."""

    first: str
    second: str

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        return planted.said_log_odds(mind, self.weights(scenes))

    def weights(self, scenes: Sequence[Scene]) -> Mapping[str, float]:
        return {actions()[self.first]: 1.0, actions()[self.second]: -1.0}


def _two_actions(rng: np.random.Generator) -> tuple[str, str]:
    values = [list(speech())[place] for place in rng.permutation(len(speech()))[:2]]
    first, second = (pick(rng, speech()[value]["actions"]) for value in values)
    return first, second


def _points(own: str, other: str) -> tuple[int, int] | None:
    """Points to oneself and to the other as they are written; ``None`` where they are no numbers to choose by."""
    found = whole_number(own, 0, _MOST_POINTS), whole_number(other, 0, _MOST_POINTS)
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def _known(*said: str) -> bool:
    return all(each in actions() for each in said)


@dataclass(frozen=True)
class Dilemma(_TwoActions):
    """What somebody does who can do only one of two things."""

    kind: ClassVar[str] = "dilemma"
    first: str
    second: str

    @property
    def text(self) -> str:
        return words.DILEMMA.write(first=self.first, second=self.second)

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        first, second = planted.choice_shares(mind, [self.log_odds(mind, scenes), 0.0])
        return one_of(said, {"A": first, "B": second})

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        return cls(*_two_actions(rng))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.DILEMMA.read(text)
        return cls(found["first"], found["second"]) if found and _known(found["first"], found["second"]) else None


@dataclass(frozen=True)
class Staircase(_TwoActions):
    """One step of a dilemma in which the price of one action rises."""

    kind: ClassVar[str] = "staircase"
    template: ClassVar[Template] = words.STAIRCASE
    first: str
    second: str
    step: int
    """1 to 5."""
    priced: int
    """Which action has the price, 0 or 1."""

    @property
    def text(self) -> str:
        return self.template.write(
            step=self.step,
            priced="AB"[self.priced],
            price=words.PRICES[self.step - 1],
            first=self.first,
            second=self.second,
        )

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        first, second = planted.staircase_utilities(
            mind, actions()[self.first], actions()[self.second], self.step, self.priced
        )
        return first - second

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        first, second = planted.choice_shares(mind, [self.log_odds(mind, scenes), 0.0])
        return one_of(said, {"A": first, "B": second})

    def carried(self, before: PlantedItem, answer: str) -> int:
        if not isinstance(before, Staircase) or answer not in ("A", "B"):
            return 0
        chosen = before.first if answer == "A" else before.second
        return 1 if chosen == self.first else -1 if chosen == self.second else 0

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        first, second = _two_actions(rng)
        return cls(first, second, int(rng.integers(1, 6)), int(rng.integers(2)))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = cls.template.read(text)
        step = whole_number(found["step"], 1, len(words.PRICES)) if found else None
        if not found or not step or not _known(found["first"], found["second"]):
            return None
        return cls(found["first"], found["second"], step, int(found["priced"] == "B"))


@dataclass(frozen=True)
class StaircaseShown(Staircase):
    """One step of such a dilemma beside a picture."""

    kind: ClassVar[str] = "staircase beside a picture"
    pictures: ClassVar[int] = 1
    template: ClassVar[Template] = words.STAIRCASE_SHOWN

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        pulls = [planted.shown_pull(actions()[each], scenes[0].shown) for each in (self.first, self.second)]
        return super().log_odds(mind, scenes) + pulls[0] - pulls[1]


@dataclass(frozen=True)
class Payoff(PlantedItem):
    """A choice between two allocations of points."""

    kind: ClassVar[str] = "two allocations"
    first: tuple[int, int]
    """Points to oneself and to the other."""
    second: tuple[int, int]

    @property
    def text(self) -> str:
        (own_a, other_a), (own_b, other_b) = self.first, self.second
        return words.PAYOFF.write(own_a=own_a, other_a=other_a, own_b=own_b, other_b=other_b)

    def log_odds(self, mind: Mind, scenes: Sequence[Scene]) -> float:
        first, second = planted.payoff_utilities(mind, [self.first, self.second])
        return first - second

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        first, second = planted.choice_shares(mind, [self.log_odds(mind, scenes), 0.0])
        return one_of(said, {"A": first, "B": second})

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        own_a, other_a, own_b, other_b = (int(amount) * 10 for amount in rng.integers(1, 10, size=4))
        return cls((own_a, other_a), (own_b, other_b))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.PAYOFF.read(text) or {}
        first, second = (_points(found.get(f"own_{each}", ""), found.get(f"other_{each}", "")) for each in "ab")
        return cls(first, second) if first and second else None


@dataclass(frozen=True)
class Slider(PlantedItem):
    """A slider item: nine allocations."""

    kind: ClassVar[str] = "slider"
    template: ClassVar[Template] = words.SLIDER
    options: tuple[tuple[int, int], ...]
    marks: tuple[str, ...] = tuple(words.OPTION_LETTERS)

    @property
    def text(self) -> str:
        return words.slider_text(self.template, self.options, self.marks)

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        shown = scenes[0].shown if scenes else None
        shares = planted.choice_shares(mind, planted.payoff_utilities(mind, self.options, shown))
        return one_of(said, dict(zip(self.marks, shares, strict=True)))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        options = words.allocations(int(rng.integers(len(words.SLIDER_ITEMS))), float(pick(rng, (1.0, 0.5))))
        return cls(tuple(options[:: pick(rng, (1, -1))]))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = cls.template.read(text)
        rows = [words.ALLOCATION.read(line) for line in found["options"].split("\n")] if found else []
        points = [_points(row["own"], row["other"]) if row else None for row in rows]
        known, marks = [each for each in points if each], tuple(row["letter"] for row in rows if row)
        if len(rows) != len(words.OPTION_LETTERS) or len(known) != len(rows) or len(set(marks)) < len(marks):
            return None
        return cls(tuple(known), marks)


@dataclass(frozen=True)
class SliderShown(Slider):
    """A slider item in which the people of a picture are the other side."""

    kind: ClassVar[str] = "slider with people shown"
    template: ClassVar[Template] = words.SLIDER_SHOWN
    pictures: ClassVar[int] = 1


@dataclass(frozen=True)
class Moves(AboutOnePicture):
    """The six moves of a viewer, ranked."""

    kind: ClassVar[str] = "viewer moves"
    moves: tuple[str, ...]
    """In the order in which they are listed."""

    @property
    def text(self) -> str:
        return words.MOVES.write(options="\n".join(self.moves))

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        # Plackett and Luce: every next place is a choice among the moves that are left.
        utilities = planted.move_utilities(mind, scenes[0].shown)
        taken = {each.strip() for each in said}
        left = {move.split()[0]: utilities[move] for move in self.moves if move.split()[0] not in taken}
        if not left:
            return None
        shares = planted.choice_shares(mind, list(left.values()))
        between = " " if said else ""
        return {between + word: share for word, share in zip(left, shares, strict=True)}

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        moves = list(planted.MOVES)
        return cls(tuple(moves[place] for place in rng.permutation(len(moves))))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.MOVES.read(text)
        moves = found["options"].split("\n") if found else []
        return cls(tuple(moves)) if sorted(moves) == sorted(planted.MOVES) else None
