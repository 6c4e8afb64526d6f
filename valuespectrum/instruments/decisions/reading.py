"""Stored answers as shares of acts, as orders, and as stated wishes; what is no answer is no number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.decisions.asking import (
    DEED,
    FOR_OTHER,
    LEFT,
    LISTED,
    ORDER,
    RATED,
    SCENE,
    STATED,
    STEPS,
    WISHED_FOR,
    act_name,
    likeliest,
    read_ratings,
)
from valuespectrum.instruments.decisions.choosing.blending import Floats
from valuespectrum.instruments.decisions.choosing.orders import Order
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import OptionAnswers, read_alike, read_options
from valuespectrum.scoring.ratings import expected_steps
from valuespectrum.scoring.readouts.evidence import Kind
from valuespectrum.theory.value_sets import VALUE_PILOT_6

if TYPE_CHECKING:
    import pandas as pd

_STATED_RANGE = (1, len(STEPS))
VALUES = VALUE_PILOT_6.dimensions


@dataclass(frozen=True, slots=True, eq=False)
class DecidedOnce:
    """One answer: which of the acts that were left comes first."""

    scene: str
    arrangement: str
    left: tuple[int, ...]
    shares: Floats
    """Shape (acts left,); NaN for what does not count."""
    listed: Order
    """All acts, from 0, as they were listed."""
    ratings: tuple[Floats, Floats]
    """Of the scene, shape (6,), and of all its acts, (acts, 6)."""
    wishes: Floats
    """Shape (6,) of somebody else, 0 to 1; empty for oneself."""
    said: str = ""
    """Name of the option that the words say; of draws the one that came first of those drawn most often."""

    @property
    def leads(self) -> int:
        """Act that was listed first of those that were left."""
        return next(act for act in self.listed if act in self.left)

    @property
    def first(self) -> int:
        """Act that comes first; of draws that are tied the one that came first."""
        return likeliest(self.shares, self.left, self.said)

    @property
    def firsts(self) -> frozenset[int]:
        """Acts of which none has a larger share; several where draws are tied."""
        most = self.shares.max()
        return frozenset(act for act, share in zip(self.left, self.shares, strict=True) if share == most)


@dataclass(frozen=True, slots=True, eq=False)
class DecisionAnswers:
    """What one respondent said."""

    decided: tuple[DecidedOnce, ...]
    """Those that count."""
    read: tuple[OptionAnswers, ...]
    """Everything that was asked about scenes, in groups with equal options."""
    scenes: NDArray[np.object_]
    """Scene of each answer in ``read``, in their order."""
    stated: Mapping[str, float]
    """Value to how strong the wish is said to be, 0 to 1; without those that were not said."""
    kind: Kind | None
    """How they were read; ``None`` where nothing was, or words were drawn for some and not for others."""

    def orders(self, for_other: bool = False) -> dict[tuple[str, str], Order]:
        """Whole orders by scene and arrangement."""
        steps: dict[tuple[str, str], list[DecidedOnce]] = {}
        for each in self.decided:
            if bool(len(each.wishes)) is for_other:
                steps.setdefault((each.scene, each.arrangement), []).append(each)
        orders = {key: _whole_order(several) for key, several in steps.items()}
        return {key: order for key, order in orders.items() if order}


def _whole_order(steps: Sequence[DecidedOnce]) -> Order:
    """Acts as they went, step by step; nothing where a step is lacking, or is not about what the one before left.

    Read in another way than they were asked by, answers may put something else first than what was taken away.
    """
    steps = sorted(steps, key=lambda each: -len(each.left))
    left, order = set(range(len(steps[0].ratings[1]))), list[int]()
    for step, after in zip_longest(steps, steps[1:]):
        gone = left - set(after.left) if after is not None else {step.first}
        if set(step.left) != left or len(gone) != 1 or not gone <= step.firsts:
            return ()
        order += gone
        left -= gone
    return (*order, *left) if len(left) == 1 else ()


def read_decisions(answers: pd.DataFrame, options: ScoringOptions) -> DecisionAnswers:
    """Read the stored answers of one respondent.

    Args:
        answers: One row per ask, with the tags of ``asking``.
        options: Readout and least mass.
    """
    asked = answers[answers["item"].isin((DEED, FOR_OTHER))]
    decided: list[DecidedOnce] = []
    groups = [(tuple(map(int, str(told).split())), rows) for told, rows in asked.groupby(LEFT, sort=True)]
    reads = read_alike([(rows, [act_name(act) for act in left]) for left, rows in groups], options)
    scenes = []
    for (left, rows), read in zip(groups, reads, strict=True):
        scenes.append(rows[SCENE].to_numpy(object))
        names = [SCENE, ORDER, LISTED, RATED, WISHED_FOR, "parsed"]
        columns = rows[names].astype(str).itertuples(index=False, name=None)
        for (scene, arrangement, order, rated, wished, said), shares, counts in zip(
            columns, read.shares, read.counts, strict=True
        ):
            if counts:
                wishes = np.array(wished.split(), dtype=np.float64) if wished not in ("", "nan") else np.zeros(0)
                listed = tuple(map(int, order.split()))
                decided.append(DecidedOnce(scene, arrangement, left, shares, listed, read_ratings(rated), wishes, said))
    kinds = {read.kind for read in reads}
    return DecisionAnswers(
        tuple(sorted(decided, key=lambda each: (each.scene, each.arrangement, -len(each.left)))),
        tuple(reads),
        np.concatenate(scenes) if scenes else np.zeros(0, dtype=object),
        stated_wishes(answers[answers["item"] == STATED], options),
        kinds.pop() if len(kinds) == 1 else None,
    )


def stated_wishes(rows: pd.DataFrame, options: ScoringOptions) -> dict[str, float]:
    """How strong wishes are said to be, 0 to 1 by value; without those that were not said.

    Args:
        rows: Answers to the six wishes.
        options: Readout and least mass.
    """
    if rows.empty:
        return {}
    read = read_options(rows, [step.name for step in STEPS], options)
    low, high = _STATED_RANGE
    told = dict(zip(rows["value"].astype(str), (expected_steps(read.shares) - low) / (high - low), strict=True))
    return {value: float(told[value]) for value in VALUES if value in told and np.isfinite(told[value])}
