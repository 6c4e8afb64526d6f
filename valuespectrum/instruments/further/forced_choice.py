"""Forced choice between two statements about oneself that make about the same impression and stand for two values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING, ClassVar

from agents.models.base import Ask, Choice, Stimulus
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import ANSWER_TOKENS, OWN_WORDS, unreviewed
from valuespectrum.instruments.further.choosing import ChoiceFormat, ChoiceOptions, chosen, measured_choices
from valuespectrum.instruments.further.designs import matched_pairs
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.question_list import QuestionList
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.bank import own_statements, own_wordings
from valuespectrum.instruments.wordings.items import ItemWording, Statement
from valuespectrum.instruments.wordings.languages import tongue
from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.instructions.between import faking_between
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.presenting.together import numbered
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import TEN, ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

_FORMAT = ChoiceFormat(("A", "B"), "C", "statement", "desirability")
_ORDERS = 2
_NOT_EQUAL = (
    "how good an impression statements make cannot be told apart from what they stand for: strengths are not at equal "
    "desirability"
)
_GUESSED = "how good an impression statements make is our own guess: nobody was asked"


@INSTRUMENTS.register("forced-choice")
class ForcedChoice:
    """Which values' statements a respondent takes for its own."""

    name: ClassVar[str] = "forced-choice"
    title: ClassVar[str] = "Forced choice of statements"
    measures: ClassVar[str] = (
        "chance that a statement of each value is taken over one of another that makes as good an impression"
    )
    Options = ChoiceOptions
    value_set: ClassVar[ValueSet] = TEN
    unit: ClassVar[str] = _FORMAT.unit
    pictures: ClassVar[Assignment | None] = None
    columns: ClassVar[tuple[str, ...]] = _FORMAT.columns
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()

    def __init__(self, options: ChoiceOptions | None = None) -> None:
        self.options = options or ChoiceOptions()

    @property
    def items(self) -> Sequence[Item]:
        """Its statements, in English."""
        listed = own_statements("en")
        frames = tuple(each.texts["choose"] for each in own_wordings(self.name)["en"])
        return [
            Item(self.name, frames, OWN_WORDS),
            *(Item(f"{each.value}: {each.text}", (each.text,), OWN_WORDS, (each.value,)) for each in listed),
        ]

    def cost(self, pictures: int) -> int:
        """Asks to one respondent, where statements of all ten values are there."""
        return sum(1 for _ in self._asks(0))

    def questions(self, setting: Setting) -> QuestionList:
        """Pairs of statements in both orders, in all wordings and frames of mind."""
        return QuestionList(setting, list(self._asks(setting.seed)))

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Strengths of values at equal desirability."""
        made = chosen(answers, _FORMAT, self.options.unforced, self.value_set, options)
        rated = () if self.options.items else (_GUESSED,)
        equal = () if any(not isnan(fit.covariate) for fit in made.found.values()) else (_NOT_EQUAL,)
        notes = (*rated, *(equal if made.told.table else ()), *unreviewed(self.options, self.name))
        measured = measured_choices(self, answers, made, units, options, notes)
        bias = {"desirability" if name == "covariate" else name: each for name, each in measured.bias.items()}
        return replace(measured, bias=bias).with_faking(faking_between(self.sets, answers, options))

    def sets(self, answers: pd.DataFrame, options: ScoringOptions) -> ToldSets:
        """Log-odds of being taken, by value, statement and wording."""
        return chosen(answers, _FORMAT, self.options.unforced, self.value_set, options).sets

    def _asks(self, seed: int) -> Iterator[Ask]:
        selection = self.options.selection(self.name)
        wordings = selection.chosen()
        for language in selection.languages:
            groups: dict[str, list[Statement]] = {value: [] for value in self.value_set.dimensions}
            for each in selection.statements(language):
                groups[each.value].append(each)
            generator = stream(seed, f"instruments/forced-choice/{language}")
            pairs = matched_pairs(groups, self.options.rounds, generator, _unlikeness)
            if not pairs:
                raise InputError("there are statements of one value only", "add some of another value to the items")
            for pair in pairs:
                for order in (pair, pair[::-1]):
                    for wording in (each for each in wordings if each.language == language):
                        yield from self._put(order, wording)

    def _put(self, order: tuple[Statement, Statement], wording: ItemWording) -> Iterator[Ask]:
        spoken, first, second = tongue(wording.language), *order
        marks = (*_FORMAT.options, _FORMAT.neither) if self.options.unforced else _FORMAT.options
        further = spoken.cannot_say.format(answer=_FORMAT.neither) if self.options.unforced else ""
        words = wording.texts["choose"].format(first=first.text, second=second.text) + further
        about: dict[str, str | int | float] = {"item": self.name, "wording": wording.tag, "polarity": 1}
        for place, each in enumerate(order):
            about |= {
                numbered("value", place): each.value,
                numbered("statement", place): each.text,
                numbered("desirability", place): each.desirability,
            }
        for frame in self.options.instructions:
            tag = self.options.instruction_tag(frame)
            yield Ask(
                Stimulus(),
                spoken.instructions[frame] + words,
                tuple(Choice(mark, (mark,)) for mark in marks),
                prefill=self.options.prefill,
                max_tokens=ANSWER_TOKENS,
                tags=about | ({"instruction": tag} if tag else {}),
            )


def _unlikeness(one: Statement, other: Statement) -> float:
    return abs(one.desirability - other.desirability)
