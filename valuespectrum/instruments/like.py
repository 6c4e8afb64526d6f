"""The like battery: one yes/no question in four cells, both polarities in both orders of the options.

Asked in several wordings, about pictures that stand for values, so that leans towards yes and towards the first option
cancel. Respondents whose strategy is the questionnaire are asked that instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from agents.answers.respondent import Role
from agents.models.yes_no import NO, YES
from agents.personas.prompts import QUESTIONNAIRE
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import ORDERS, OWN_WORDS, Form, PictureBattery
from valuespectrum.instruments.isq import questionnaire_forms
from valuespectrum.instruments.liked import measured_liking
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.liking import LIKE_WORDINGS, Wording
from valuespectrum.instruments.wordings.template import options as option_words
from valuespectrum.scoring.answered.sets import AnsweredSets, ToldSets, answered_sets
from valuespectrum.scoring.cells import CELLS, ScoringOptions, judge
from valuespectrum.scoring.resampling import Resamples

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
    items: ClassVar[Sequence[Item]] = (
        Item("like", tuple(text for each in LIKE_WORDINGS for text in (each.positive, each.negative)), OWN_WORDS),
    )

    def cost(self, pictures: int) -> int:
        """Asks to one respondent."""
        return CELLS * self.options.wordings * pictures

    def questions(self, setting: Setting) -> PictureAsks:
        """All cells of all wordings about every picture."""
        return PictureAsks(setting, self._forms, self.options.prefill)

    def measure(self, answers: pd.DataFrame, draws: Resamples, options: ScoringOptions) -> Measurement:
        """Liking by value on centred log-odds, with points of 100 beside them."""
        return measured_liking(self, answers, draws, options)

    def answered(self, answers: pd.DataFrame, options: ScoringOptions) -> AnsweredSets:
        """What was said in each cell, and the liking that it tells."""
        return answered_sets(judge(answers, options), self.value_set)

    def sets(self, answers: pd.DataFrame, options: ScoringOptions) -> ToldSets:
        """Log-odds of liking by value, clip and wording."""
        return self.answered(answers, options).sets

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """What is found of a respondent with planted liking: that liking."""
        return planted

    def _forms(self, role: Role) -> Sequence[Form]:
        if role.strategy == QUESTIONNAIRE:
            return questionnaire_forms()
        return [form for wording in LIKE_WORDINGS[: self.options.wordings] for form in _cells(wording)]


def _cells(wording: Wording) -> Iterator[Form]:
    for polarity, text in ((1, wording.positive), (-1, wording.negative)):
        for order in ORDERS:
            question = text.format(options=option_words(order))
            yield Form("like", wording.name, polarity, order[0], question, (YES, NO))
