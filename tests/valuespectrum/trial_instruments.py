"""Instruments of the tests: a questionnaire over four values, an angle, and a staircase that goes by the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from agents.answers.respondent import Role
from agents.models.base import Ask, Choice, Stimulus
from agents.procedures.procedure import Addressed, Named, Procedure
from valuespectrum.instruments.base import Item, Licence, Setting
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.profiled import UnitScores, profiled
from valuespectrum.instruments.question_list import QuestionList, put_to
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import FOUR, ValueSet, scalars

OWN = Licence("CC0-1.0", "these tests")
CHOICES = (Choice("yes", ("yes",)), Choice("no", ("no",)))


@dataclass(frozen=True)
class Few:
    per_value: int = 3

    def __post_init__(self) -> None:
        assert self.per_value > 0


class FourQuestions:
    """Asks how much each of four values matters; no picture."""

    Options = Few
    name: ClassVar[str] = "trial"
    title: ClassVar[str] = "Trial questionnaire"
    measures: ClassVar[str] = "how often a respondent says yes to a value"
    value_set: ClassVar[ValueSet] = FOUR
    unit: ClassVar[str] = "item"
    pictures: ClassVar[Assignment | None] = None
    columns: ClassVar[tuple[str, ...]] = ("value",)
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()

    def __init__(self, options: Few | None = None) -> None:
        self.options = options or Few()

    @property
    def items(self) -> Sequence[Item]:
        return [Item(f"{value}-{n}", (f"{n}. Does {value} matter?",), OWN, (value,)) for value, n in self._asked()]

    def cost(self, pictures: int) -> int:
        return len(self.value_set) * self.options.per_value

    def questions(self, setting: Setting) -> QuestionList:
        return QuestionList(
            setting,
            [
                Ask(
                    Stimulus(),
                    f"{n}. Does {value} matter?",
                    CHOICES,
                    tags={"item": f"{value}-{n}", "value": value, f"weight_{_basic(value)}": 1.0},
                )
                for value, n in self._asked()
            ],
        )

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        heard = answers[answers["parsed"].isin(["yes", "no"])]
        scores = heard.assign(like=100.0 * np.exp(heard["log_probability_yes"].astype(float)), answers=1)
        return profiled(self, answers, UnitScores(scores[["value", "item", "like", "answers"]]), units, options)

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        return {value: planted[_basic(value)] for value in self.value_set.dimensions}

    def _asked(self) -> Iterator[tuple[str, int]]:
        return ((value, n) for value in self.value_set.dimensions for n in range(self.options.per_value))


def _basic(value: str) -> str:
    """A value whose weight a simulated model reads."""
    return {"conservation": "security", "openness_to_change": "stimulation"}.get(value, "power")


ANGLE = scalars("trial_angle", "Trial angle", {"angle": "Angle, degrees"})


@dataclass(frozen=True)
class Nothing:
    """No options."""


class Staircase:
    """Goes up a step after every yes and down after every no: what is asked hangs on what was answered."""

    Options = Nothing
    name: ClassVar[str] = "stairs"
    title: ClassVar[str] = "Trial staircase"
    measures: ClassVar[str] = "a height in steps"
    value_set: ClassVar[ValueSet] = ANGLE
    unit: ClassVar[str] = "step"
    pictures: ClassVar[Assignment | None] = None
    columns: ClassVar[tuple[str, ...]] = ("value", "step", "height")
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    items: ClassVar[Sequence[Item]] = ()
    steps: ClassVar[int] = 6

    def __init__(self, options: Nothing | None = None) -> None:
        self.options = options or Nothing()

    def cost(self, pictures: int) -> int:
        return self.steps

    def procedures(self, setting: Setting) -> Iterator[Named[object]]:
        return (Named(f"stairs/{role.words}", self._walk(role)) for role in setting.respondents)

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        heights = answers.assign(like=answers["height"].astype(float), answers=1)
        scores = UnitScores(heights[["value", "step", "like", "answers"]], bounds=(-90.0, 90.0))
        return profiled(self, answers, scores, units, options)

    def _walk(self, role: Role) -> Procedure[object]:
        height = 0
        for step in range(self.steps):
            tags: dict[str, str | int | float] = {
                "item": f"at {height}",
                "value": "angle",
                "step": f"s{step}",
                "height": height,
            }
            ask = Ask(Stimulus(), f"Step {step}: is {height} too low?", CHOICES, tags={**tags, "weight_power": 1.0})
            (answer,) = yield [Addressed(put_to(role, ask))]
            height += 1 if answer.parsed == "yes" else -1
        return height
