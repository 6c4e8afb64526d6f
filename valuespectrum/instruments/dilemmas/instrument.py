"""``dilemmas``: which value wins a choice, and whether that changes as a dilemma gets harder over five steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from agents.procedures.procedure import Named
from valuespectrum.instruments.base import Item, Licence, Setting
from valuespectrum.instruments.battery import OWN_WORDS
from valuespectrum.instruments.dilemmas.asking import (
    DILEMMA,
    ORDER,
    PRICED,
    REFINED,
    STEP,
    WalkPlan,
    walk_staircases,
)
from valuespectrum.instruments.dilemmas.grammar import expected_preferences, members_of
from valuespectrum.instruments.dilemmas.items import ORDERS, STEPS, EscalationSet
from valuespectrum.instruments.dilemmas.measured import measured_staircases, walked
from valuespectrum.instruments.dilemmas.options import DilemmaOptions
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.choosing import STAIRCASE
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.presenting.together import numbered
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import NINETEEN, ValueSet

if TYPE_CHECKING:
    import pandas as pd


@INSTRUMENTS.register("dilemmas")
class Dilemmas:
    """Preferences of values in dilemmas that get harder step by step."""

    name: ClassVar[str] = "dilemmas"
    title: ClassVar[str] = "Dilemmas in five steps"
    measures: ClassVar[str] = (
        "how often each value wins a choice where it is on offer, less one half, and how that changes over five steps"
    )
    Options = DilemmaOptions
    unit: ClassVar[str] = DILEMMA
    pictures: ClassVar[Assignment | None] = None
    columns: ClassVar[tuple[str, ...]] = (
        *(numbered(name, place) for name in ("value", REFINED) for place in (0, 1)),
        *(DILEMMA, STEP, ORDER, PRICED),
    )
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    chosen_in_words: ClassVar[str] = "preference score"

    def __init__(self, options: DilemmaOptions | None = None) -> None:
        self.options: DilemmaOptions = options or DilemmaOptions()

    @cached_property
    def value_set(self) -> ValueSet:
        """What is scored."""
        return self.options.scored

    @property
    def scored_with_file(self) -> str:
        """The user's file where its labels alone say which values are scored."""
        return "dilemmas" if self.options.file and not self.options.values else ""

    @property
    def items(self) -> Sequence[Item]:
        """The form of our own dilemmas; those of a file are the user's."""
        if self.options.file:
            licence = Licence("the file's own", "the user's file")
            asked = self._dilemmas(0).dilemmas
            return [Item(each.id, tuple(step.words(0) for step in each.steps), licence) for each in asked]
        return [Item(self.name, (STAIRCASE.text,), OWN_WORDS, self.value_set.dimensions)]

    @property
    def told_of_items(self) -> Sequence[str]:
        """What was put right when the file was read."""
        return self._dilemmas(0).notes if self.options.file else ()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent."""
        return len(self._dilemmas(0).dilemmas) * STEPS * len(ORDERS)

    def procedures(self, setting: Setting) -> Iterator[Named[object]]:
        """One walk through all staircases for each respondent."""
        found = self._dilemmas(setting.seed)
        value_of = self._value_of(found)
        for role in setting.respondents:
            plan = WalkPlan(role, found.dilemmas, value_of, self.options, setting.seed, self.name)
            yield Named(f"{self.name} {role.words} {plan.digest}", walk_staircases(plan))

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Preferences by value, by step and by pair, with intervals over dilemmas."""
        labels = NINETEEN if not self.options.file else self.value_set
        found = walked(answers, self.value_set, labels, self.options.unforced, options)
        measured = measured_staircases(self, answers, found, units, options)
        own = () if self.options.file else ("the dilemmas are of our own grammar: prices are told, stories are not",)
        return replace(measured, notes=(*measured.notes, *own))

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """The preference scores that are planted.

        Args:
            planted: Each of the nineteen refined values with its utility in words, in log-odds, and ``pressure``.
        """
        return expected_preferences(planted, planted.get("pressure", 0.0), self.value_set)

    def _dilemmas(self, seed: int) -> EscalationSet:
        return self.options.dilemmas(seed)

    def _value_of(self, found: EscalationSet) -> dict[str, str]:
        if self.options.file:
            return {value: value for value in found.labels.dimensions}
        return {part: value for value, parts in members_of(self.value_set).items() for part in parts}
