"""The like battery: one yes/no question in four cells, both polarities in both orders of the options.

Asked in several wordings (and languages, forms and frames of mind) about pictures that stand for values, so that leans
towards yes and towards the first option cancel. Respondents whose strategy is the questionnaire are asked that instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from agents.answers.respondent import Role
from agents.personas.prompts import QUESTIONNAIRE
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import (
    LIKE_SIDES,
    OWN_WORDS,
    Form,
    ItemOptions,
    PictureBattery,
    unreviewed,
    yes_no_forms,
)
from valuespectrum.instruments.isq import questionnaire_forms
from valuespectrum.instruments.liked import measured_liking
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.liking import WORDINGS
from valuespectrum.scoring.answered.sets import AnsweredSets, ToldSets, answered_sets
from valuespectrum.scoring.cells import CELLS, ScoringOptions, judge
from valuespectrum.scoring.instructions.between import faking_between
from valuespectrum.scoring.instructions.parts import instructed
from valuespectrum.scoring.units import Units

if TYPE_CHECKING:
    import pandas as pd


@INSTRUMENTS.register("like")
class LikeBattery(PictureBattery):
    """Which kinds of pictures a respondent likes."""

    name: ClassVar[str] = "like"
    title: ClassVar[str] = "Like battery"
    measures: ClassVar[str] = (
        "which values a respondent likes pictures of, on centred log-odds, with response biases taken out"
    )
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = (
        {"polarity": 1, "first": "yes"},
        {"polarity": -1, "first": "no"},
    )
    Options = ItemOptions
    items: ClassVar[Sequence[Item]] = (
        Item("like", tuple(text for each in WORDINGS for text in (each.positive, each.negative)), OWN_WORDS),
    )

    def __init__(self, options: ItemOptions | None = None) -> None:
        self.options: ItemOptions = options or ItemOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent."""
        return CELLS * len(self.options.chosen(self.name)) * len(self.options.instructions) * pictures

    def questions(self, setting: Setting) -> PictureAsks:
        """All cells of all wordings about every picture."""
        return PictureAsks(setting, self._forms, self.options.prefill)

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Liking by value on centred log-odds, with points of 100 beside them."""
        measured = measured_liking(self, instructed(answers), units, options)
        beside = replace(measured, notes=(*measured.notes, *unreviewed(self.options, self.name)))
        return beside.with_faking(faking_between(self.sets, answers, options))

    def answered(self, answers: pd.DataFrame, options: ScoringOptions) -> AnsweredSets:
        """What was said in each cell, and the liking that it tells."""
        return answered_sets(judge(instructed(answers), options), self.value_set)

    def sets(self, answers: pd.DataFrame, options: ScoringOptions) -> ToldSets:
        """Log-odds of liking by value, clip and wording."""
        return self.answered(answers, options).sets

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """What is found of a respondent with planted liking: that liking."""
        return planted

    def _forms(self, role: Role) -> Sequence[Form]:
        if role.strategy == QUESTIONNAIRE:
            return questionnaire_forms()
        chosen = self.options.chosen(self.name)
        return [form for wording in chosen for form in yes_no_forms("like", wording, LIKE_SIDES, self.options)]
