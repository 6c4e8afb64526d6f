"""Best and worst of four pictures, in a balanced incomplete block design of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from agents.answers.respondent import Role
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import OWN_WORDS, Form, PictureBattery, marked_forms, unreviewed
from valuespectrum.instruments.further.choosing import ChoiceFormat, ChoiceOptions, chosen, measured_choices
from valuespectrum.instruments.further.designs import SET, best_worst_sets, blocks, turned
from valuespectrum.instruments.further.several import SetAsks
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.bank import own_wordings
from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.instructions.between import faking_between
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import StimulusRow
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

_FORMAT = ChoiceFormat(tuple(str(place) for place in range(1, SET + 1)), "0", "clip")
_SIDES = (("best", 1), ("worst", -1))


@INSTRUMENTS.register("best-worst")
class BestWorst(PictureBattery):
    """Which values' pictures are taken first and last out of four."""

    name: ClassVar[str] = "best-worst"
    title: ClassVar[str] = "Best and worst of four"
    measures: ClassVar[str] = (
        "chance that a picture of each value is taken over one of another, by best and worst of four"
    )
    Options = ChoiceOptions
    columns: ClassVar[tuple[str, ...]] = _FORMAT.columns
    items: ClassVar[Sequence[Item]] = tuple(
        Item(side, tuple(each.texts[side] for each in own_wordings("best-worst")["en"]), OWN_WORDS)
        for side, _ in _SIDES
    )

    def __init__(self, options: ChoiceOptions | None = None) -> None:
        self.options: ChoiceOptions = options or ChoiceOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent, where all ten values have pictures."""
        asked = len(self.options.chosen(self.name)) * len(self.options.instructions) * len(_SIDES)
        return len(blocks(len(TEN))) * SET * self.options.rounds * asked

    def questions(self, setting: Setting) -> SetAsks:
        """Sets of four pictures of different values, each picture in each place once."""
        groups: dict[str, list[StimulusRow]] = {}
        for row in setting.rows:
            groups.setdefault(row.value, []).append(row)
        sets = best_worst_sets(groups, self.options.rounds, stream(setting.seed, "instruments/best-worst"))
        return SetAsks(setting, [turn for each in sets for turn in turned(each)], self._forms, self.options.prefill)

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Strengths of values by the multinomial logit of best and worst choices."""
        made = chosen(answers, _FORMAT, self.options.unforced, self.value_set, options)
        notes = unreviewed(self.options, self.name)
        measured = measured_choices(self, answers, made, units, options, notes)
        return measured.with_faking(faking_between(self.sets, answers, options))

    def sets(self, answers: pd.DataFrame, options: ScoringOptions) -> ToldSets:
        """Log-odds of being taken, by value, clip and wording."""
        return chosen(answers, _FORMAT, self.options.unforced, self.value_set, options).sets

    def _forms(self, role: Role) -> Sequence[Form]:
        marks = (*_FORMAT.options, _FORMAT.neither) if self.options.unforced else _FORMAT.options
        return [
            replace(form, polarity=sign)
            for wording in self.options.chosen(self.name)
            for side, sign in _SIDES
            for form in marked_forms(side, wording, side, marks, self.options)
        ]
