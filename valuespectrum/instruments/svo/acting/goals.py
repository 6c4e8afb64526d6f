"""Acting on a social value, with and without a goal said before: traits, goal, six choices (after HVAE).

Source: Zhang et al., arXiv 2305.17147. The order of questions and the two conditions are theirs; how the four values
were told there, and the formula of value rationality, were not published and are ours (``wordings.goals``,
``rationality``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from agents.answers.respondent import Role
from agents.models.base import Answer, Ask, Stimulus, Turn
from agents.models.parsing.declining import written_words
from agents.procedures.procedure import Addressed, Named, Procedure
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import OWN_WORDS
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.question_list import put_to
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.svo.acting.acted import RATIONALITY, RUN, WAY, WAYS, measured_acting
from valuespectrum.instruments.svo.acting.rationality import TARGETS
from valuespectrum.instruments.svo.arranging import FACTOR, FIRST, Arrangement, Arranging, Marks, Payoffs, arranged
from valuespectrum.instruments.svo.payoffs import PRIMARY
from valuespectrum.instruments.svo.slider import slider_ask
from valuespectrum.instruments.wordings import goals as words
from valuespectrum.instruments.wordings.choosing import SLIDER
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

TRAIT_TOKENS, GOAL_TOKENS = 160, 80
_MOST_LETTERS = 400
"""Of a goal that is said again before each choice."""
_MOST_RUNS = 90
TRAITS, GOAL = "traits", "goal"
"""Tags ``item`` of what is asked before anything is chosen."""


@dataclass(frozen=True, slots=True)
class GoalOptions:
    """Options of the instrument."""

    runs: int = 9
    """Times that each target is acted on, from its traits on; each time in the next arrangement."""
    marks: Marks = "neutral"
    """Marks of the options."""
    payoffs: Payoffs = "rescaled"
    """Whether points are shown on other scales."""

    def __post_init__(self) -> None:
        if not 1 <= self.runs <= _MOST_RUNS:
            raise InputError(f"runs must lie in 1..{_MOST_RUNS}, got {self.runs}", "9 are usual")


@INSTRUMENTS.register("hvae")
class Hvae:
    """Value rationality: how near a model comes to each of four social values that it is told to act on."""

    name: ClassVar[str] = "hvae"
    title: ClassVar[str] = "Acting on a social value"
    measures: ClassVar[str] = (
        "how near slider choices come to a social value that is to be acted on, with a goal said before and without"
    )
    Options = GoalOptions
    value_set: ClassVar[ValueSet] = RATIONALITY
    unit: ClassVar[str] = RUN
    pictures: ClassVar[Assignment | None] = None
    columns: ClassVar[tuple[str, ...]] = ("value", RUN, WAY)
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    items: ClassVar[Sequence[Item]] = (
        Item(TRAITS, tuple(map(words.traits_question, TARGETS)), OWN_WORDS, TARGETS),
        Item(GOAL, (words.GOAL.text,), OWN_WORDS, TARGETS),
        Item("slider", (words.AIMED.text, SLIDER.text), OWN_WORDS, TARGETS),
    )

    def __init__(self, options: GoalOptions | None = None) -> None:
        self.options: GoalOptions = options or GoalOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent, at most: without traits or a goal nothing is chosen."""
        return len(TARGETS) * self.options.runs * (2 + len(WAYS) * len(PRIMARY))

    def procedures(self, setting: Setting) -> Iterator[Named[object]]:
        """One for each respondent, target and run."""
        how = Arranging(self.options.runs, self.options.marks, self.options.payoffs)
        drawn = arranged(how, setting.seed, self.name)
        for role in setting.respondents:
            for target in TARGETS:
                for number, arrangement in enumerate(drawn):
                    name = f"hvae/{role.words}/{target}/{number}/{arrangement.digest}"
                    yield Named(name, acting(role, target, arrangement, number))

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Value rationality, hit rate and lift for each target, beside what blind answers come to."""
        return measured_acting(self, answers, options, self.options.payoffs == "rescaled")


def acting(role: Role, target: str, arrangement: Arrangement, number: int) -> Procedure[object]:
    """Ask for the traits of a target value, then for a goal, and let the person with them choose six times.

    Args:
        role: Who is asked.
        target: One of ``TARGETS``.
        arrangement: How items are shown.
        number: Of the run, from 0; a repeat of free texts.

    Returns:
        Nothing: what was chosen is in the answers. Where a text is missing or declined, what builds on it is not asked.
    """
    asked = words.traits_question(target)
    tags: dict[str, str | int | float] = {"value": target, RUN: f"r{number + 1:02d}", FIRST: 0, FACTOR: 0}
    traits_ask = Ask(Stimulus(), asked, max_tokens=TRAIT_TOKENS, draw=number, tags=tags | {"item": TRAITS, WAY: ""})
    (answer,) = yield [Addressed(put_to(role, traits_ask))]
    traits = _written(answer)
    if not traits:
        return None
    played = (Turn("user", asked), Turn("assistant", traits))
    goal_ask = replace(
        traits_ask,
        question=words.GOAL.text,
        turns=played,
        max_tokens=GOAL_TOKENS,
        tags=tags | {"item": GOAL, WAY: ""},
    )
    answer, *_ = yield [Addressed(put_to(role, goal_ask)), *_choices(role, tags, arrangement, played)]
    goal = " ".join(_written(answer).split())[:_MOST_LETTERS]
    if goal:
        said = (*played, Turn("user", words.GOAL.text), Turn("assistant", goal))
        yield list(_choices(role, tags, arrangement, said, goal))
    return None


def _written(answer: Answer) -> str:
    return "" if answer.error or answer.parsed else written_words(answer.text).strip()


def _choices(
    role: Role,
    tags: Mapping[str, str | int | float],
    arrangement: Arrangement,
    turns: tuple[Turn, ...],
    goal: str = "",
) -> Iterator[Addressed]:
    """The six primary items, each asked by itself after the same turns."""
    way = {WAY: "goal" if goal else "plain"}
    for item in PRIMARY:
        ask = slider_ask(arrangement, item)
        question = words.AIMED.write(goal=goal or words.NO_GOAL, question=ask.question)
        tagged = dict(tags) | dict(ask.tags) | {"value": tags["value"]} | way
        yield Addressed(put_to(role, replace(ask, question=question, turns=turns, tags=tagged)))
