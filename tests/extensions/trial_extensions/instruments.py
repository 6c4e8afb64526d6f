"""An instrument of one question, asked once about every picture, over Schwartz's ten values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from agents.models.base import Choice
from valuespectrum.instruments.base import Item, Licence, Setting
from valuespectrum.instruments.battery import Form
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.profiled import UnitScores, profiled
from valuespectrum.instruments.registry import INSTRUMENT_TAG
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import TEN, ValueSet

if TYPE_CHECKING:
    import pandas as pd

QUESTION = "Would you hang this on your wall? Answer yes or no."
CHOICES = (Choice("yes", ("yes",)), Choice("no", ("no",)))


@dataclass(frozen=True)
class WallOptions:
    """Nothing to set."""


class WallBattery:
    """Which pictures a respondent would hang on a wall."""

    Options = WallOptions
    name: ClassVar[str] = "trial"
    title: ClassVar[str] = "Wall battery"
    measures: ClassVar[str] = "share of pictures of each value that would be hung on a wall, 0 to 100"
    value_set: ClassVar[ValueSet] = TEN
    unit: ClassVar[str] = "clip"
    pictures: ClassVar[Assignment | None] = "exclusive"
    columns: ClassVar[tuple[str, ...]] = ("value", "clip")
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    items: ClassVar[Sequence[Item]] = (Item("wall", (QUESTION,), Licence("CC0-1.0", "this test")),)

    def __init__(self, options: WallOptions | None = None) -> None:
        self.options = options or WallOptions()

    def cost(self, pictures: int) -> int:
        return pictures

    def questions(self, setting: Setting) -> PictureAsks:
        form = Form("wall", "plain", 1, "", QUESTION, CHOICES)
        return PictureAsks(setting, lambda role: (form,), tags={INSTRUMENT_TAG: self.name})

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        heard = answers[answers["parsed"].isin(["yes", "no"])]
        hung = heard.assign(like=100.0 * (heard["parsed"] == "yes"))
        clips = hung.groupby(["value", "clip"], as_index=False).agg(like=("like", "mean"), answers=("like", "size"))
        return profiled(self, answers, UnitScores(clips), units, options)
