"""A dilemma in five steps: at each of them two courses of action, of which one can be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from valuespectrum.instruments.wordings.choosing import PRICES, STAIRCASE, TOLD_STEP
from valuespectrum.instruments.wordings.languages import ENGLISH, tongue
from valuespectrum.theory.value_sets import MORAL_FOUNDATIONS_6, NINETEEN, TEN, ValueSet

STEPS = 5
OPTIONS = ("A", "B")
"""Marks of the two courses, in the order in which they are listed."""
NEITHER_MARK = "C"
"""Mark of the unforced form."""
ORDERS = (0, 1)
"""Which course is listed first."""
LABEL_SETS: Mapping[str, ValueSet] = {each.name: each for each in (TEN, MORAL_FOUNDATIONS_6, NINETEEN)}
"""Sets of values that courses can be labelled in, by name."""


@dataclass(frozen=True, slots=True)
class Course:
    """One of the two things that can be done."""

    text: str
    value: str
    """What it serves: a dimension of the labels' set."""
    chances: tuple[tuple[str, float], ...] = ()
    """Values that it may serve with their probabilities, where judges leave that in doubt."""


@dataclass(frozen=True, slots=True)
class DilemmaStep:
    """One step of a dilemma."""

    number: int
    """From 1."""
    courses: tuple[Course, Course]
    situation: str = ""
    conflict: str = ""
    """What pulls which way, in words."""
    priced: int = -1
    """Which course has a price that rises with the steps, 0 or 1; -1 where none is known to."""

    def words(self, order: int, unforced: bool = False) -> str:
        """The question.

        Args:
            order: Which course is listed first.
            unforced: Whether neither may be answered.
        """
        first, second = self.listed(order)
        if self.priced < 0:
            story = "\n".join(text for text in (self.situation, self.conflict) if text)
            asked = TOLD_STEP.write(story=story, first=first.text, second=second.text)
        else:
            mark, price = OPTIONS[self.priced ^ order], PRICES[self.number - 1]
            asked = STAIRCASE.write(step=self.number, priced=mark, price=price, first=first.text, second=second.text)
        return asked + tongue(ENGLISH).cannot_say.format(answer=NEITHER_MARK) if unforced else asked

    def listed(self, order: int) -> tuple[Course, Course]:
        """The courses in the order in which they are listed."""
        return self.courses if order == 0 else (self.courses[1], self.courses[0])


@dataclass(frozen=True, slots=True)
class Escalation:
    """A dilemma that gets harder step by step."""

    id: str
    steps: tuple[DilemmaStep, ...]
    norm: str = ""
    """What one should do, out of which it was made."""


@dataclass(frozen=True, slots=True)
class EscalationSet:
    """Dilemmas whose courses are labelled in one set of values."""

    labels: ValueSet
    dilemmas: tuple[Escalation, ...]
    notes: tuple[str, ...] = ()
    """What was put right when they were read."""
