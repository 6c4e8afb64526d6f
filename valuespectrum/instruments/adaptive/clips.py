"""``adaptive-clips``: how much pictures of each value are liked, in seven steps, asked about as few clips as needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from agents.answers.respondent import Role
from agents.models.base import Ask
from agents.procedures.procedure import Named
from valuespectrum.instruments.adaptive.asking import GRADED_ITEM, LEFT, TURNED, Plan, Pool, adaptive_test
from valuespectrum.instruments.adaptive.banks import TYPICAL, Bank, own_bank, read_bank
from valuespectrum.instruments.adaptive.measured import Scoring, measured
from valuespectrum.instruments.adaptive.options import StopOptions
from valuespectrum.instruments.adaptive.value_test import Choosing, ItemCandidates
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import ItemOptions
from valuespectrum.instruments.further.scale7 import STEPS, SevenSteps
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.reading import items_digest
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import CLIP
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment, StimulusRow
from valuespectrum.theory.value_sets import TEN, ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    import pandas as pd

_POLARITIES = (1, -1)
"""Of each cell: the ascending scale, then the descending one."""
_WITHOUT = "without_parameters"
"""Tag of how many clips were found for the value and are not asked about, since their item parameters are not known."""


@dataclass(frozen=True, slots=True)
class ClipTestOptions(StopOptions):
    """When tests end, and where item parameters of clips are from."""

    error: float = 0.25
    """Standard error at which the test of a value ends, in standard deviations among the twins of the bank. It is
    smaller than for portraits, since clips of a value differ in what they show of it."""
    most: int = 24
    """Most asks about a value."""
    parameters: str = ""
    """Item parameters of clips: empty for those of drawn clips, by what twins are told of them, and of typical ones for
    any other clip; ``typical`` to take every clip for a typical one of its value; or a file by clip, such as a pilot
    makes."""

    @property
    def file(self) -> Path | None:
        """The user's file, where there is one."""
        return user_path(self.parameters) if self.parameters not in ("", TYPICAL) else None

    @property
    def bank(self) -> Bank:
        """The bank in force.

        Raises:
            InputError: The file is wrong.
        """
        if self.file is None:
            return own_bank("clips")
        found = read_bank(self.file)
        answers = next(iter(found.pools.values())).items.categories
        if answers != len(STEPS):
            raise InputError(
                f"items in {self.file} have {answers} answers, and clips are asked about in {len(STEPS)} steps",
                "estimate their parameters from runs of scale7",
            )
        return found

    def item_of(self, row: StimulusRow, look: str) -> str:
        """Item of the bank that a clip counts as.

        Args:
            row: The clip, with the value that it was found for.
            look: What is told of it; empty for nothing.
        """
        if self.file is not None:
            return row.clip_id
        return TYPICAL if self.parameters == TYPICAL or not look else look

    @property
    def own_items(self) -> Mapping[str, str]:
        """What a manifest keeps of the user's file, since other parameters are another run: a hash; nothing of none."""
        return {} if self.file is None else {"items": items_digest(self.file)}


@INSTRUMENTS.register("adaptive-clips")
class AdaptiveClips:
    """Liking of pictures of each value, by as few clips as needed."""

    name: ClassVar[str] = "adaptive-clips"
    items_of: ClassVar[str] = SevenSteps.name
    title: ClassVar[str] = "Adaptive test with clips"
    measures: ClassVar[str] = "liking of pictures that stand for each value, 1 to 7, by a graded response model"
    Options = ClipTestOptions
    value_set: ClassVar[ValueSet] = TEN
    unit: ClassVar[str] = CLIP
    pictures: ClassVar[Assignment | None] = "exclusive"
    columns: ClassVar[tuple[str, ...]] = ("value", "clip", GRADED_ITEM, TURNED, LEFT)
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    items: ClassVar[Sequence[Item]] = SevenSteps.items
    scale: ClassVar[str] = "steps"
    steps: ClassVar[tuple[int, int]] = SevenSteps.steps
    own_showing: ClassVar[str] = "an adaptive test shows one picture of each clip that it chooses"
    scored_with_file: ClassVar[str] = "item parameters"

    def __init__(self, options: ClipTestOptions | None = None) -> None:
        self.options: ClipTestOptions = options or ClipTestOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent, at most; a wrong file is refused before anything is begun."""
        if self.options.file is not None:
            _ = self.options.bank
        return min(pictures, self.options.most * len(self.value_set))

    def procedures(self, setting: Setting) -> Iterator[Named[object]]:
        """A test of every value for each respondent."""
        bank, choosing = self.options.bank, Choosing(self.options.rule, self.options.among)
        items = list(_items(self.options, bank, setting))
        if not items:
            raise InputError("no clip of the corpus has item parameters", "name other ones, or parameters=typical")
        lacking = Counter(row.value for row in setting.rows)
        lacking.subtract(each.row.value for each in items)
        for role in setting.respondents:
            pools = _pools(items, bank, self._asks(role, items, setting), lacking)
            plan = Plan(role, pools, choosing, setting.seed, self.name)
            yield Named(f"{self.name} {role.words} {plan.digest}", adaptive_test(plan))

    def _asks(self, role: Role, items: Sequence[_Clip], setting: Setting) -> Mapping[tuple[str, str, int], Ask]:
        """By value, clip and polarity: the questions of the seven-step scale in its first wording."""
        rows = [each.row for each in items]
        scale = SevenSteps(ItemOptions(wordings=1, prefill=self.options.prefill))
        asks = scale.questions(replace(setting, respondents=[role], rows=rows, showing=None))
        return {(str(ask.tags["value"]), str(ask.tags["clip"]), int(ask.tags["polarity"])): ask for ask in asks}

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Expected step for the typical pictures of every value."""
        members = {value: (value,) for value in self.value_set.dimensions}
        scoring = Scoring(self.options.bank, members, self.options.rule, "clips")
        found = measured(self, answers, scoring, options)
        notes, taken = list(found.notes), int((answers[GRADED_ITEM] == TYPICAL).sum())
        if taken:
            known = "about clips whose item parameters are not known: taken for typical"
            notes.append(f"{taken} of {len(answers)} asks were {known}")
        if lost := _without_parameters(answers):
            told = ", ".join(f"{value} {count}" for value, count in lost.items())
            notes.append(f"clips that were found and have no item parameters were not asked about: {told}")
        asked = set(answers["value"])
        silent = [value for value in self.value_set.dimensions if value not in asked]
        if silent and self.options.file is not None:
            notes.append(
                f"nothing was asked about {', '.join(silent)}: no clip that was found for them has item parameters"
            )
        return replace(found, notes=tuple(notes))

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """The step that is expected of somebody whose liking is known, 1 to 7."""
        return {value: self.options.bank.expected(value, planted[value]) for value in self.value_set.dimensions}


@dataclass(frozen=True, slots=True)
class _Clip:
    """A clip with the item that it counts as."""

    row: StimulusRow
    item: str


def _items(options: ClipTestOptions, bank: Bank, setting: Setting) -> Iterator[_Clip]:
    """Clips that have item parameters for the value that they were found for."""
    for row in setting.rows:
        item = options.item_of(row, str(setting.shown.get(row.frame_id, {}).get("look", "")))
        if row.value in bank.pools and item in bank.pools[row.value].places:
            yield _Clip(row, item)


def _without_parameters(answers: pd.DataFrame) -> dict[str, int]:
    """Value to how many of its clips were not asked about; values without any, and of which none was, are left out."""
    import pandas as pd

    if _WITHOUT not in answers:
        return {}
    counts = pd.to_numeric(answers[_WITHOUT], errors="coerce").groupby(answers["value"]).max().dropna()
    return {str(value): int(count) for value, count in counts.items()}


def _pools(
    items: Sequence[_Clip], bank: Bank, asks: Mapping[tuple[str, str, int], Ask], lacking: Mapping[str, int]
) -> dict[str, Pool]:
    pools = {}
    for value in dict.fromkeys(each.row.value for each in items):
        own = [each for each in items if each.row.value == value]
        graded = bank.pool(value).items.only([bank.pool(value).places[each.item] for each in own])
        told = [
            {
                cell: _tagged(asks[value, each.row.clip_id, polarity], polarity, lacking[value])
                for cell, polarity in enumerate(_POLARITIES)
            }
            for each in own
        ]
        _, areas = np.unique([each.row.keyword for each in own], return_inverse=True)
        candidates = ItemCandidates(graded, np.ones((len(own), len(_POLARITIES)), dtype=bool), areas)
        pools[value] = Pool(tuple(each.item for each in own), candidates, told)
    return pools


def _tagged(ask: Ask, polarity: int, lacking: int) -> Ask:
    return replace(ask, tags={**ask.tags, TURNED: polarity, **({_WITHOUT: lacking} if lacking else {})})
