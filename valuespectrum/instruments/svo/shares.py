"""Stored answers to slider items as shares of options, by arrangement and item; what is no answer is no number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.svo.arranging import FACTOR, FIRST
from valuespectrum.instruments.svo.payoffs import OPTIONS, PRIMARY, STEPS, Floats, item_id, payoffs
from valuespectrum.instruments.wordings.choosing import SLIDER_ITEMS
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import OptionAnswers, read_options

if TYPE_CHECKING:
    import pandas as pd

_ROUNDING = 1e-9
_PLACES = {item_id(item): item for item in range(len(SLIDER_ITEMS))}
ITEM_IDS = tuple(_PLACES)
"""The tag ``item`` of every slider ask."""


@dataclass(frozen=True, slots=True)
class SliderShares:
    """Shares of the nine options in every answer of one respondent."""

    arrangements: tuple[str, ...]
    shares: Floats
    """Shape (arrangements, 15, 9), options in the published order; NaN where there is no answer that counts."""
    first: NDArray[np.intp]
    """Shape (arrangements, 15): option that stood first in the list, from 0; -1 where nothing was asked."""
    factor: Floats
    """Shape (arrangements, 15): what points were multiplied by when they were shown."""
    single_texts: bool
    """Whether answers are single most likely texts: they say what was chosen, and not how nearly."""

    def __len__(self) -> int:
        return len(self.arrangements)

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Shape (arrangements, 15): which asks have an answer that counts."""
        return np.asarray(~np.isnan(self.shares[..., 0]))

    def only(self, which: Sequence[int]) -> SliderShares:
        """Some of the arrangements."""
        kept = list(which)
        return replace(
            self,
            arrangements=tuple(self.arrangements[place] for place in kept),
            shares=self.shares[kept],
            first=self.first[kept],
            factor=self.factor[kept],
        )

    def left_out(self) -> list[SliderShares]:
        """The same without each arrangement in turn."""
        everyone = range(len(self))
        return [self.only([other for other in everyone if other != place]) for place in everyone]

    def mean_allocation(self) -> Floats:
        """Mean points to oneself and to the other over the six primary items, each over its arrangements.

        Returns:
            Shape (2,), NaN where an item has no answer.
        """
        primary = list(PRIMARY)
        return np.asarray(
            (item_means(self.shares[:, primary])[..., None] * payoffs()[primary]).sum(axis=1).mean(axis=0)
        )

    def chosen(self) -> Floats:
        """The option of the largest share in every answer, shape (arrangements, 15); -1 where nothing is chosen.

        Where several are as frequent it is the middle of them, so that no end of an item is favoured because it is
        written first; where all are, nothing is chosen.
        """
        known = np.where(self.answered[..., None], self.shares, 0.0)
        most = known >= known.max(axis=2, keepdims=True) - _ROUNDING
        middle = (most * np.arange(OPTIONS)).sum(axis=2) / most.sum(axis=2)
        return np.asarray(np.where(self.answered & ~most.all(axis=2), middle, -1.0))


def item_means(shares: Floats) -> Floats:
    """Mean shares of items over arrangements, shape (items, options); NaN for items without answers."""
    known = ~np.isnan(shares[..., 0])
    count = known.sum(axis=0)[:, None]
    total = np.where(known[..., None], shares, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0))


def taken(answers: pd.DataFrame, shares: Floats) -> Floats:
    """What each answer takes, as mean points to oneself and to the other.

    Args:
        answers: Slider asks with the tag ``item``.
        shares: Shape (asks, 9): shares of the options of each.

    Returns:
        Shape (asks, 2), NaN for answers that do not count.
    """
    return np.asarray((shares[..., None] * payoffs()[answers["item"].map(_PLACES).to_numpy(int)]).sum(axis=1))


def slider_rows(answers: pd.DataFrame) -> pd.DataFrame:
    """Answers to slider items; other asks, such as for a goal, are left out."""
    return answers[answers["item"].isin(ITEM_IDS)]


def read_shares(answers: pd.DataFrame, options: ScoringOptions) -> tuple[SliderShares, OptionAnswers]:
    """Read the slider answers of one respondent.

    Args:
        answers: One row per slider ask, with tags of ``arranging.Arrangement``.
        options: Readout and least mass.

    Returns:
        Shares by arrangement and item, and the answers as they were read, in the order of the rows.
    """
    read = read_options(answers, STEPS, options)
    names = tuple(dict.fromkeys(map(str, answers["arrangement"])))
    shape = (len(names), len(SLIDER_ITEMS))
    shares = np.full((*shape, OPTIONS), np.nan)
    first, factor = np.full(shape, -1, dtype=np.intp), np.ones(shape)
    rows = answers["arrangement"].map({name: place for place, name in enumerate(names)}).to_numpy(int)
    columns = answers["item"].map(_PLACES).to_numpy(int)
    shares[rows, columns] = read.shares
    first[rows, columns] = answers[FIRST].to_numpy(int) - 1
    factor[rows, columns] = answers[FACTOR].to_numpy(float)
    return SliderShares(names, shares, first, factor, read.kind == "greedy_text"), read
