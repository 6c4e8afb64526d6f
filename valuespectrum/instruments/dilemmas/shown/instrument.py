"""``dilemmas-shown``: do choices change because words get graver, or because pictures do?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import OWN_WORDS
from valuespectrum.instruments.dilemmas.asking import DILEMMA, ORDER, PRICED, STEP
from valuespectrum.instruments.dilemmas.items import ORDERS, STEPS
from valuespectrum.instruments.dilemmas.shown.asking import LEVEL, NAME, SEQUENCE, ShownDilemmaAsks, ShownDilemmaOptions
from valuespectrum.instruments.dilemmas.shown.measured import SOURCES, measured_sources
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.choosing import STAIRCASE_SHOWN
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import CLIP
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import ValueSet

if TYPE_CHECKING:
    import pandas as pd


@INSTRUMENTS.register(NAME)
class DilemmasShown:
    """Drift by words and drift by pictures, told apart."""

    name: ClassVar[str] = NAME
    title: ClassVar[str] = "Dilemmas beside pictures"
    measures: ClassVar[str] = (
        "how a choice changes as a price rises in words, and as what is shown beside it gets graver, each by itself"
    )
    Options = ShownDilemmaOptions
    value_set: ClassVar[ValueSet] = SOURCES
    unit: ClassVar[str] = SEQUENCE
    pictures: ClassVar[Assignment | None] = "exclusive"
    columns: ClassVar[tuple[str, ...]] = ("value", CLIP, SEQUENCE, LEVEL, DILEMMA, STEP, ORDER, PRICED)
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    items: ClassVar[Sequence[Item]] = (Item(NAME, (STAIRCASE_SHOWN.text,), OWN_WORDS),)

    def __init__(self, options: ShownDilemmaOptions | None = None) -> None:
        self.options: ShownDilemmaOptions = options or ShownDilemmaOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent."""
        return pictures * self.options.rounds * STEPS * len(ORDERS)

    def questions(self, setting: Setting) -> ShownDilemmaAsks:
        """Every step about every picture."""
        return ShownDilemmaAsks(setting, self.options)

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Slopes over steps and over levels, with intervals over sequences."""
        return measured_sources(self, answers, options)

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """The drift by words that is planted; that by pictures hangs on what is shown.

        Args:
            planted: With ``pressure``.
        """
        return {"text_drift": -planted["pressure"]} if "pressure" in planted else {}
