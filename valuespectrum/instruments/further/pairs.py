"""Pairs: which of two pictures of different values is liked more, asked in both orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, sqrt
from typing import TYPE_CHECKING, ClassVar

from agents.answers.respondent import Role
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import OWN_WORDS, Form, PictureBattery, unreviewed
from valuespectrum.instruments.further.choosing import ChoiceFormat, ChoiceOptions, chosen, measured_choices
from valuespectrum.instruments.further.designs import matched_pairs
from valuespectrum.instruments.further.several import SetAsks
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.bank import own_wordings
from valuespectrum.instruments.wordings.languages import tongue
from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import NEITHER, ScoringOptions
from valuespectrum.scoring.instructions.between import faking_between
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import StimulusRow
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

_FORMAT = ChoiceFormat(("first", "second"), NEITHER, "clip")
_ORDERS = 2
_VALUE_PAIRS = len(TEN) * (len(TEN) - 1) // 2


@INSTRUMENTS.register("pairs")
class Pairs(PictureBattery):
    """Which values' pictures are taken over those of others."""

    name: ClassVar[str] = "pairs"
    title: ClassVar[str] = "Pairs of pictures"
    measures: ClassVar[str] = (
        "chance that a picture of each value is taken over one of another, by pairs in both orders"
    )
    Options = ChoiceOptions
    columns: ClassVar[tuple[str, ...]] = _FORMAT.columns
    items: ClassVar[Sequence[Item]] = (
        Item("pairs", tuple(each.texts["choose"] for each in own_wordings("pairs")["en"]), OWN_WORDS),
    )

    def __init__(self, options: ChoiceOptions | None = None) -> None:
        self.options: ChoiceOptions = options or ChoiceOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent, where all ten values have pictures."""
        asked = len(self.options.chosen(self.name)) * len(self.options.instructions)
        return _VALUE_PAIRS * self.options.rounds * _ORDERS * asked

    def questions(self, setting: Setting) -> SetAsks:
        """Pairs of pictures of different values, alike in what is known of them beside, in both orders."""
        groups: dict[str, list[StimulusRow]] = {}
        for row in setting.rows:
            groups.setdefault(row.value, []).append(row)
        generator = stream(setting.seed, "instruments/pairs")
        distance = Unlikeness(setting.nuisances() if setting.nuisances else {})
        pairs = matched_pairs(groups, self.options.rounds, generator, distance)
        return SetAsks(
            setting, [order for pair in pairs for order in (pair, pair[::-1])], self._forms, self.options.prefill
        )

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Strengths of values by Bradley and Terry, with ties by Davidson."""
        made = chosen(answers, _FORMAT, self.options.unforced, self.value_set, options)
        notes = unreviewed(self.options, self.name)
        measured = measured_choices(self, answers, made, units, options, notes)
        return measured.with_faking(faking_between(self.sets, answers, options))

    def sets(self, answers: pd.DataFrame, options: ScoringOptions) -> ToldSets:
        """Log-odds of being taken, by value, clip and wording."""
        return chosen(answers, _FORMAT, self.options.unforced, self.value_set, options).sets

    def _forms(self, role: Role) -> Sequence[Form]:
        beside = (NEITHER,) if self.options.unforced else ()
        names = (*_FORMAT.options, *beside)
        found = []
        for wording in self.options.chosen(self.name):
            spoken = tongue(wording.language)
            words = wording.texts["choose"].format(options=spoken.join(names))
            choices = tuple(spoken.choice(name) for name in names)
            found += [
                Form(
                    self.name,
                    wording.tag,
                    1,
                    "",
                    spoken.instructions[frame] + words,
                    choices,
                    self.options.instruction_tag(frame),
                )
                for frame in self.options.instructions
            ]
        return found


class Unlikeness:
    """How different two pictures are in what is not measured: distance of their nuisance ratings, in deviations.

    Args:
        nuisance: Frame id to ratings by name; a rating that one of the two lacks does not count.

    Example:
        >>> one, other = (StimulusRow("power", "w", 1, 0.0, 0.0, frame, frame, "") for frame in "ab")
        >>> Unlikeness({"a": {"bright": 0.0}, "b": {"bright": 2.0}})(one, other)
        2.0
    """

    def __init__(self, nuisance: Mapping[str, Mapping[str, float]]) -> None:
        self._rated = {
            frame: {name: rating for name, rating in ratings.items() if isfinite(rating)}
            for frame, ratings in nuisance.items()
        }
        known: dict[str, list[float]] = {}
        for ratings in self._rated.values():
            for name, rating in ratings.items():
                known.setdefault(name, []).append(rating)
        self._spread = {name: _deviation(each) for name, each in known.items()}

    def __call__(self, one: StimulusRow, other: StimulusRow) -> float:
        """The distance; 0 where nothing is known of one of them."""
        first, second = self._rated.get(one.frame_id, {}), self._rated.get(other.frame_id, {})
        shared = set(first) & set(second)
        return sqrt(sum(((first[name] - second[name]) / self._spread[name]) ** 2 for name in sorted(shared)))


def _deviation(numbers: Sequence[float]) -> float:
    mean = sum(numbers) / len(numbers)
    return sqrt(sum((each - mean) ** 2 for each in numbers) / len(numbers)) or 1.0
