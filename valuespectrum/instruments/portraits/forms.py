"""Forms: items with words, in the order of their numbers. Ours come with us; words of published ones are the user's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from valuespectrum.instruments.base import Licence
from valuespectrum.instruments.portraits.keys import DATA, SCALES, ScoringKey
from valuespectrum.theory.value_sets import NINETEEN

OWN = "own"
"""Our form."""
ROUNDS = 4
"""Portraits of each value in it."""


@dataclass(frozen=True, slots=True)
class PortraitItem:
    """One portrait."""

    number: int
    """Place in the form, from 1."""
    value: str
    """Of the finest set that the form tells apart; empty for an item that counts for the mean rating alone."""
    paraphrases: tuple[str, ...]
    """The same said in several ways; an official text is one."""
    reversed: tuple[str, ...] = ()
    """The contrary, said in several ways; empty for an official item."""

    @property
    def tag(self) -> str:
        """Name of the item in tables: what intervals draw again.

        Example:
            >>> PortraitItem(7, "face", ("I am careful.",)).tag
            'p07'
        """
        return f"p{self.number:02d}"


@dataclass(frozen=True, slots=True)
class PortraitForm:
    """A questionnaire of portraits."""

    name: str
    key: ScoringKey
    items: tuple[PortraitItem, ...]
    """In the order of their numbers."""
    licence: Licence
    language: str = "en"
    spoken: bool = False
    """Whether portraits are what somebody says (I like ...); else they tell of somebody (It matters to them ...)."""


@cache
def own_form(rounds: int = ROUNDS) -> PortraitForm:
    """Our own portraits, written for this project.

    Args:
        rounds: How many of each of the nineteen values, from the first.
    """
    document = yaml.safe_load((DATA / "own.yaml").read_text("utf-8"))
    said: Mapping[str, list[Mapping[str, list[str]]]] = document["portraits"]
    items = [
        PortraitItem(
            turn * len(NINETEEN) + place + 1,
            value,
            tuple(said[value][turn]["says"]),
            tuple(said[value][turn]["reversed"]),
        )
        for turn in range(rounds)
        for place, value in enumerate(NINETEEN.dimensions)
    ]
    licence = Licence(str(document["licence"]), str(document["source"]))
    return PortraitForm(OWN, _own_key(rounds), tuple(items), licence, spoken=True)


def _own_key(rounds: int) -> ScoringKey:
    step = len(NINETEEN)
    numbers = {
        value: tuple(turn * step + place + 1 for turn in range(rounds))
        for place, value in enumerate(NINETEEN.dimensions)
    }
    title, scale = "Our own portraits", SCALES["portrait"]
    return ScoringKey(OWN, title, "this project", rounds * step, scale, False, NINETEEN, numbers)
