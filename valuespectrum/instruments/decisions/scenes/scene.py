"""A scene, what can be done in it, and the subsets of the six values that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from valuespectrum.instruments.decisions.choosing.blending import Floats
from valuespectrum.theory.value_sets import VALUE_PILOT_6

VALUES = VALUE_PILOT_6.dimensions
RELATIVES: Mapping[str, tuple[str, ...]] = {
    "curiosity": ("curio", "inquisitive"),
    "energy": ("energ", "vitality", "vigour", "vigor"),
    "safety": ("safe", "secur"),
    "happiness": ("happ", "joy", "cheerful"),
    "intimacy": ("intima", "affection"),
    "fairness": ("fair", "unfair", "equit"),
}
"""Beginnings of words that name a value or are relatives of its name: our list; the published one is the code's own."""


@dataclass(frozen=True, slots=True)
class DecisionAct:
    """Something that can be done."""

    text: str
    ratings: tuple[float, ...]
    """How far it serves each of the six values, -1 to 1."""


@dataclass(frozen=True, slots=True)
class DecisionScene:
    """A scene with what can be done in it."""

    text: str
    values: tuple[str, ...]
    """What it is about."""
    acts: tuple[DecisionAct, ...]
    ratings: tuple[float, ...] = (0.0,) * len(VALUES)
    """How far it raises each of the six values, -1 to 1; zeros where nobody says."""

    @property
    def act_ratings(self) -> Floats:
        """Shape (acts, 6)."""
        return np.array([act.ratings for act in self.acts], dtype=np.float64).reshape(-1, len(VALUES))


def value_subsets() -> tuple[tuple[str, ...], ...]:
    """The 63 subsets of the six values that are not empty, small ones first.

    Example:
        >>> len(value_subsets()), value_subsets()[6]
        (63, ('curiosity', 'energy'))
    """
    return tuple(subset for count in range(1, len(VALUES) + 1) for subset in combinations(VALUES, count))


def named_values(text: str, values: Sequence[str] = VALUES) -> tuple[str, ...]:
    """Values whose name or a relative of it stands in a text, in words of any case.

    Example:
        >>> named_values("She enjoys it safely."), named_values("An affair of state.")
        (('safety',), ())
    """
    found = text.lower()
    return tuple(value for value in values if any(re.search(rf"\b{stem}", found) for stem in RELATIVES[value]))


def without_named(scenes: Sequence[DecisionScene]) -> Iterator[DecisionScene]:
    """The word filter of the published code: scenes that name a value they are about go, and so do such acts.

    The published filter looks for its words anywhere and in one case alone; ours looks for words that begin so.
    """
    for scene in scenes:
        if named_values(scene.text, scene.values):
            continue
        acts = tuple(act for act in scene.acts if not named_values(act.text, scene.values))
        if acts:
            yield DecisionScene(scene.text, scene.values, acts, scene.ratings)
