"""``adaptive-portraits``: what matters to a respondent, by as few of our portraits as needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from agents.models.base import Ask
from agents.procedures.procedure import Named
from valuespectrum.instruments.adaptive.asking import GRADED_ITEM, LEFT, TURNED, Plan, Pool, adaptive_test
from valuespectrum.instruments.adaptive.banks import Bank, own_bank
from valuespectrum.instruments.adaptive.measured import KEYED, Scoring, measured
from valuespectrum.instruments.adaptive.options import StopOptions
from valuespectrum.instruments.adaptive.value_test import Choosing, ItemCandidates
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.portraits.asking import portrait_asks
from valuespectrum.instruments.portraits.forms import own_form
from valuespectrum.instruments.portraits.instrument import PortraitInstrument
from valuespectrum.instruments.portraits.options import PortraitOptions
from valuespectrum.instruments.question_list import put_to
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import NINETEEN, ValueSet

if TYPE_CHECKING:
    import pandas as pd

_CELLS = ((1, 1), (-1, 1), (-1, -1), (1, -1))
"""Keying and polarity of each cell. Agreeing with everything moves a straight and a reversed portrait in opposite
directions, and so do high numbers on the same scale: in the first two cells both cancel, and in the last two."""


@dataclass(frozen=True, slots=True)
class PortraitTestOptions(StopOptions):
    """When tests end, and over which values they are scored."""

    scoring: Literal["nineteen", "ten", "four"] = "ten"
    """Every one of the nineteen values has a test of its own; scores are means over them."""

    @property
    def form(self) -> PortraitOptions:
        """The whole form that the test stands for."""
        return PortraitOptions(scoring=self.scoring, prefill=self.prefill)


@INSTRUMENTS.register("adaptive-portraits")
class AdaptivePortraits:
    """What a respondent says matters to it, by as few portraits as needed."""

    name: ClassVar[str] = "adaptive-portraits"
    items_of: ClassVar[str] = PortraitInstrument.name
    title: ClassVar[str] = "Adaptive test with portraits"
    measures: ClassVar[str] = (
        "how much a respondent is like people who say what matters to them: the mean rating that is expected to our "
        "whole form, by a graded response model of each of the nineteen values"
    )
    Options = PortraitTestOptions
    unit: ClassVar[str] = "item"
    pictures: ClassVar[Assignment | None] = None
    columns: ClassVar[tuple[str, ...]] = ("value", "item", GRADED_ITEM, KEYED, TURNED, LEFT)
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    steps: ClassVar[tuple[int, int]] = PortraitInstrument.steps

    def __init__(self, options: PortraitTestOptions | None = None) -> None:
        self.options: PortraitTestOptions = options or PortraitTestOptions()

    @property
    def value_set(self) -> ValueSet:
        """What is scored."""
        return self.options.form.value_set

    @property
    def items(self) -> Sequence[Item]:
        """Our portraits."""
        return self._whole.items

    def cost(self, pictures: int) -> int:
        """Asks to one respondent, at most."""
        return self.options.most * len(NINETEEN)

    def procedures(self, setting: Setting) -> Iterator[Named[object]]:
        """A test of every value for each respondent."""
        choosing, asks = Choosing(self.options.rule, self.options.among), self._asks()
        for role in setting.respondents:
            pools = {
                value: _pool(own_bank("portraits"), value, [put_to(role, ask) for ask in listed])
                for value, listed in asks.items()
            }
            plan = Plan(role, pools, choosing, setting.seed, self.name)
            yield Named(f"{self.name} {role.words} {plan.digest}", adaptive_test(plan))

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Expected mean rating by value, with posterior intervals."""
        scoring = Scoring(
            own_bank("portraits"), self.options.form.members, self.options.rule, "portraits", self._whole.cost(0)
        )
        return measured(self, answers, scoring, options)

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """What the whole form should find."""
        return self._whole.expected(planted)

    def expected_centred(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """The same minus the mean rating."""
        return self._whole.expected_centred(planted)

    @property
    def _whole(self) -> PortraitInstrument:
        return PortraitInstrument(self.options.form)

    def _asks(self) -> Mapping[str, Sequence[Ask]]:
        """Everything that the whole form asks, by value."""
        form = self.options.form
        listed: dict[str, list[Ask]] = {}
        for ask in portrait_asks(own_form(), form.wordings, form.ways, form.prefill):
            listed.setdefault(str(ask.tags["value"]), []).append(ask)
        return listed


def _pool(bank: Bank, value: str, asks: Sequence[Ask]) -> Pool:
    """Wordings of the portraits of one value, each in both directions of the scale."""
    told: dict[str, dict[int, Ask]] = {}
    for ask in asks:
        keyed, polarity = int(ask.tags[KEYED]), int(ask.tags["polarity"])
        name = f"{ask.tags['item']}/{ask.tags['wording']}"
        told.setdefault(name, {})[_CELLS.index((keyed, polarity))] = replace(
            ask, tags={**ask.tags, TURNED: keyed * polarity}
        )
    places = bank.pool(value).places
    cells = np.array([[cell in each for cell in range(len(_CELLS))] for each in told.values()])
    graded = bank.pool(value).items.only([places[name] for name in told])
    # All wordings of a value are one area: a cell has few of each portrait, and none would be left to choose from.
    areas = np.zeros(len(told), dtype=np.intp)
    return Pool(tuple(told), ItemCandidates(graded, cells, areas), list(told.values()))
