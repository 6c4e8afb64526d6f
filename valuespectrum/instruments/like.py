"""The like battery: one yes/no question in four cells, both polarities in both orders of the options.

Asked in several wordings, about pictures that stand for values, so that leans towards yes and towards the first option
cancel. Respondents whose strategy is the questionnaire are asked that instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from agents.answers.respondent import Role
from agents.models.yes_no import NO, YES
from agents.personas.prompts import QUESTIONNAIRE
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import ORDERS, OWN_WORDS, Form, PictureBattery
from valuespectrum.instruments.isq import questionnaire_forms
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.profiled import UnitScores, profiled
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.liking import LIKE_WORDINGS, Wording
from valuespectrum.instruments.wordings.template import options as option_words
from valuespectrum.scoring.answered.sets import AnsweredSets, ToldSets, answered_sets
from valuespectrum.scoring.bias import answer_rates, bias_terms, refusals_by_value, wording_stability
from valuespectrum.scoring.cells import CELLS, ScoringOptions, clip_scores, judge
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.resampling import Resamples

if TYPE_CHECKING:
    import pandas as pd


@INSTRUMENTS.register("like")
class LikeBattery(PictureBattery):
    """Which kinds of pictures a respondent likes."""

    name: ClassVar[str] = "like"
    title: ClassVar[str] = "Like battery"
    measures: ClassVar[str] = "liking of pictures that stand for each value, 0 to 100, with response biases taken out"
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
        """Liking by value, out of complete sets of four cells."""
        judged = judge(answers, options)
        clips = clip_scores(judged)
        rates = answer_rates(judged, options)
        wordings = wording_stability(judged)
        measured = profiled(self, answers, UnitScores(clips, scales={"log_odds": "theta"}), draws, options)
        return replace(
            measured,
            bias={term: Estimate.read(row) for term, row in bias_terms(clips, draws, options).items()},
            rates={name: Estimate.read(row) for name, row in rates.items()},
            reliability={"wordings": Estimate(wordings["spearman"])},
            details={
                "readout": str(judged["readout"].iloc[0]),
                **{f"{name}_rate": rate["mean"] for name, rate in rates.items()},
                "refusal_by_value": refusals_by_value(judged),
                "wordings": wordings,
            },
        )

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
