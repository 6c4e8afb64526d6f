"""L7: liking of pictures on a scale of seven steps, asked in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from agents.answers.respondent import Role
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import OWN_WORDS, Form, ItemOptions, PictureBattery, marked_forms, unreviewed
from valuespectrum.instruments.further.faceted import Heard, faceted, told_sets, unheard
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.bank import own_wordings
from valuespectrum.scoring.answered.conclusions import TableStyle
from valuespectrum.scoring.answered.sets import SEVEN_STEPS, ToldSets, found_by
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import OptionAnswers, read_options, verdict_rates
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.instructions.between import faking_between
from valuespectrum.scoring.instructions.parts import instructed
from valuespectrum.scoring.ordinal.rated import RatedAnswers, rated_answers
from valuespectrum.scoring.ratings import ScaleLean, expected_steps, liking_steps
from valuespectrum.scoring.units import Units

if TYPE_CHECKING:
    import pandas as pd

STEPS: tuple[str, ...] = tuple(str(step) for step in range(1, 8))
_MIDDLE, _NEITHER = 4.0, "0"
_ENDS = (1.0, 7.0)
_DIRECTIONS = (("ascending", 1), ("descending", -1))
_LEAST_AGREEMENT = 0.5
"""Correlation of the two directions below which they are said to be ignored."""


@INSTRUMENTS.register("scale7")
class SevenSteps(PictureBattery):
    """How much a respondent likes pictures of each value, 1 to 7."""

    name: ClassVar[str] = "scale7"
    title: ClassVar[str] = "Liking in seven steps"
    measures: ClassVar[str] = "liking of pictures that stand for each value, 1 to 7, in both directions of the scale"
    Options = ItemOptions
    steps: ClassVar[tuple[int, int]] = (1, 7)
    """Lowest and highest number of its scale."""
    items: ClassVar[Sequence[Item]] = (
        Item("scale7", tuple(text for each in own_wordings("scale7")["en"] for text in each.texts.values()), OWN_WORDS),
    )

    def __init__(self, options: ItemOptions | None = None) -> None:
        self.options: ItemOptions = options or ItemOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent."""
        asked = len(self.options.chosen(self.name)) * len(self.options.instructions)
        return len(_DIRECTIONS) * asked * pictures

    def questions(self, setting: Setting) -> PictureAsks:
        """Both directions of all wordings about every picture."""
        return PictureAsks(setting, self._forms, self.options.prefill)

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Expected step by value, mean of both directions."""
        table, read, lean = self._heard(answers, options)
        plain = instructed(answers)
        heard = Heard(
            {str(value): int(count) for value, count in plain["value"][read.counts].value_counts().items()},
            verdict_rates(read, plain["clip"], options.level),
            bias={"scale_lean": Estimate(lean.lean)},
            reliability={"directions": Estimate(lean.agreement)},
            notes=(*unheard(plain, table), *_direction_notes(lean), *unreviewed(self.options, self.name)),
        )
        measured = faceted(self, table, heard, TableStyle(bounds=_ENDS), units, options)
        return measured.with_faking(faking_between(self.sets, answers, options))

    def sets(self, answers: pd.DataFrame, options: ScoringOptions) -> ToldSets:
        """Expected steps by value, clip and wording."""
        return self._heard(answers, options)[0]

    def rated(self, answers: pd.DataFrame, options: ScoringOptions) -> RatedAnswers:
        """Steps by clip, every wording and direction a version of its own."""
        plain = instructed(answers)
        read = read_options(plain, STEPS, options, _NEITHER if self.options.unforced else "")
        turned = (plain["polarity"].astype(float) < 0).to_numpy()
        version: pd.Series[str] = plain["wording"].astype(str) + np.where(turned, " descending", " ascending")
        item = plain["value"] + " " + plain["clip"]
        return rated_answers(plain[["value"]].assign(item=item, version=version), read, turned)

    def _heard(self, answers: pd.DataFrame, options: ScoringOptions) -> tuple[ToldSets, OptionAnswers, ScaleLean]:
        plain = instructed(answers)
        read = read_options(plain, STEPS, options, _NEITHER if self.options.unforced else "")
        rated = plain[["value", "clip", "wording", "polarity"]].assign(number=expected_steps(read.shares))
        rows, lean = liking_steps(rated, _MIDDLE)
        rows = found_by(plain).beside(rows)
        return told_sets(rows, self.value_set, f"{SEVEN_STEPS}, {read.kind}", unit=SEVEN_STEPS), read, lean

    def _forms(self, role: Role) -> Sequence[Form]:
        marks = (*STEPS, _NEITHER) if self.options.unforced else STEPS
        return [
            replace(form, polarity=polarity)
            for wording in self.options.chosen(self.name)
            for text, polarity in _DIRECTIONS
            for form in marked_forms(self.name, wording, text, marks, self.options)
        ]


def _direction_notes(lean: ScaleLean) -> tuple[str, ...]:
    if lean.agreement is None or lean.agreement >= _LEAST_AGREEMENT:
        return ()
    return (
        f"the two directions of the scale agree by {lean.agreement:.2f} only: which end means much is not understood, "
        "and the steps say little about liking",
    )
