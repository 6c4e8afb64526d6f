"""The slider measure of social value orientation: whose points count how much, by fifteen choices among allocations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from agents.models.base import Ask, Stimulus
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import ANSWER_TOKENS, OWN_WORDS
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.question_list import QuestionList
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.svo.arranging import FACTOR, FIRST, Arrangement, Arranging, arranged
from valuespectrum.instruments.svo.measured import UNIT, measured_orientation
from valuespectrum.instruments.svo.payoffs import PRIMARY, item_id
from valuespectrum.instruments.svo.saying import ORIENTATION
from valuespectrum.instruments.wordings.choosing import SLIDER, SLIDER_ITEMS
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import ValueSet

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class SliderOptions(Arranging):
    """Options of the instrument."""

    secondary: bool = True
    """Whether the nine secondary items are asked, which tell inequality aversion from joint gain."""

    @property
    def asked(self) -> range:
        """Items that are asked, from 0."""
        return range(len(SLIDER_ITEMS)) if self.secondary else PRIMARY


@INSTRUMENTS.register("svo")
class Svo:
    """Social value orientation by the slider measure, in other orders and on other scales."""

    name: ClassVar[str] = "svo"
    title: ClassVar[str] = "Social value orientation"
    measures: ClassVar[str] = (
        "how much the points of somebody unknown count beside one's own, as an angle, by choices among allocations"
    )
    Options = SliderOptions
    value_set: ClassVar[ValueSet] = ORIENTATION
    unit: ClassVar[str] = UNIT
    pictures: ClassVar[Assignment | None] = None
    columns: ClassVar[tuple[str, ...]] = ("value", UNIT, FIRST, FACTOR)
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    items: ClassVar[Sequence[Item]] = tuple(
        Item(item_id(item), (SLIDER.text,), OWN_WORDS, ORIENTATION.dimensions) for item in range(len(SLIDER_ITEMS))
    )

    def __init__(self, options: SliderOptions | None = None) -> None:
        self.options: SliderOptions = options or SliderOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent."""
        return len(self.options.asked) * self.options.arrangements

    def questions(self, setting: Setting) -> QuestionList:
        """Every item in every arrangement, each asked by itself."""
        drawn = arranged(self.options, setting.seed, self.name)
        return QuestionList(setting, [slider_ask(each, item) for each in drawn for item in self.options.asked])

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """The angle of what is taken, the weights behind it, and whether answers hang together."""
        return measured_orientation(self, answers, options, self.options)

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """What the weights of a respondent with a planted orientation should be; of what it takes nothing is said.

        Args:
            planted: With ``svo_angle`` and ``inequality_aversion``, where they are known.
        """
        names = {"weights_angle": "svo_angle", "inequality_aversion": "inequality_aversion"}
        return {dimension: planted[name] for dimension, name in names.items() if name in planted}


def slider_ask(arrangement: Arrangement, item: int) -> Ask:
    """One item in one arrangement, put to nobody yet."""
    return Ask(
        Stimulus(),
        arrangement.question(item),
        arrangement.choices(item),
        max_tokens=ANSWER_TOKENS,
        tags={"item": item_id(item), "value": "angle" if item in PRIMARY else "inequality_aversion"}
        | arrangement.tags(item),
    )
