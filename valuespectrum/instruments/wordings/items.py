"""What an instrument can be asked in: wordings and statements, and which texts and places a wording has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from valuespectrum.instruments.wordings.languages import ENGLISH, languages

TEXTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "like": {"positive": ("options",), "negative": ("options",)},
    "scale7": {"descending": (), "ascending": ()},
    "pairs": {"choose": ("options",)},
    "best-worst": {"best": (), "worst": ()},
    "forced-choice": {"choose": ("first", "second")},
    "behaviour": dict.fromkeys(("stay", "leave", "like", "dislike"), ("options",)),
}
"""The texts that one wording of each instrument has, and the places that each text must name in braces."""
OWN_ITEMS: tuple[str, ...] = tuple(TEXTS)
"""Instruments whose items a user can add to."""


@dataclass(frozen=True, slots=True)
class ItemWording:
    """One wording of the question of an instrument."""

    name: str
    texts: Mapping[str, str]
    """The texts of ``TEXTS``, by name."""
    language: str = ENGLISH

    @property
    def tag(self) -> str:
        """What tells it from all other wordings of the instrument.

        Example:
            >>> ItemWording("like", {}).tag, ItemWording("like", {}, "de").tag
            ('like', 'de/like')
        """
        return self.name if self.language == ENGLISH else f"{self.language}/{self.name}"


def language_of(tag: str) -> str:
    """The language of a wording, out of its tag.

    Example:
        >>> language_of("like"), language_of("de/like")
        ('en', 'de')
    """
    code, _, name = tag.partition("/")
    return code if name and code in languages() else ENGLISH


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement about oneself that stands for a value."""

    text: str
    value: str
    """One of the ten."""
    desirability: float
    """How good an impression it makes, 1 to 9."""
    language: str = ENGLISH


@dataclass(frozen=True, slots=True)
class UserItems:
    """What a user adds."""

    instrument: str = ""
    wordings: tuple[ItemWording, ...] = ()
    statements: tuple[Statement, ...] = ()
    alone: bool = False
    """Whether they are asked in place of ours."""
