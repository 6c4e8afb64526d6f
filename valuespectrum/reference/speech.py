"""What people of the reference world say: statements, reasons, actions, with the values that each stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

import yaml

from agents.personas.persona import load_trait_bank
from valuespectrum.instruments.wordings.choosing import own_actions
from valuespectrum.instruments.wordings.speaking import REASON, STRENGTHS
from valuespectrum.reference.kinds import KINDS, LOOKS, TIMES_OF_DAY
from valuespectrum.reference.planted import TEN
from valuespectrum.theory.value_sets import NINETEEN
from valuespectrum.theory.values import LABELS

STATEMENT_STRENGTH = 4.0
"""Strength, 1 to 5, with which a first-person statement or a caption stands for its value."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text stands for."""

    weights: Mapping[str, float]
    """Refined value to weight; negative against it; empty for nothing."""
    strength: float = STATEMENT_STRENGTH
    """1 to 5."""


@cache
def speech() -> Mapping[str, Mapping[str, list[str]]]:
    """Statements, actions and things by refined value."""
    loaded = _document()
    return {
        value: {**cast(Mapping[str, list[str]], loaded[value]), "actions": list(own_actions()[value])}
        for value in NINETEEN.dimensions
    }


@cache
def foundations() -> Mapping[str, str]:
    """What violates each moral foundation, in words."""
    return cast(Mapping[str, str], _document()["foundations"])


def _document() -> Mapping[str, object]:
    text = (files("valuespectrum.reference") / "data" / "speech.yaml").read_text("utf-8")
    loaded: Mapping[str, object] = yaml.safe_load(text)
    return loaded


def reason(value: str, strength: int, place: int) -> str:
    """A reason that stands for a refined value.

    Args:
        value: Which.
        strength: 1 to 5.
        place: Which of the value's things it names.
    """
    return REASON.write(strength=STRENGTHS[strength - 1], thing=speech()[value]["things"][place])


@cache
def statements() -> Mapping[str, Mapping[str, float]]:
    """Every first-person statement, to the weights of what agreeing to it means."""
    found: dict[str, Mapping[str, float]] = {}
    for value, parts in TEN.items():
        for direction, sign in (("positive", 1.0), ("negative", -1.0)):
            for text in load_trait_bank()[value][direction]:
                found[text] = {part: sign / len(parts) for part in parts}
    for value, said in speech().items():
        for direction, sign in (("positive", 1.0), ("negative", -1.0)):
            found |= {text: {value: sign} for text in said[direction]}
    return found


@cache
def named_values() -> Mapping[str, Mapping[str, float]]:
    """Every name of a value as it is written in a question, of the nineteen and of the ten, to weights."""
    names: dict[str, Mapping[str, float]] = {
        LABELS[value].lower(): {part: 1 / len(parts) for part in parts} for value, parts in TEN.items()
    }
    return names | {NINETEEN.label(value).lower(): {value: 1.0} for value in NINETEEN.dimensions}


@cache
def actions() -> Mapping[str, str]:
    """Every action, to the refined value that it serves."""
    return {action: value for value, said in speech().items() for action in said["actions"]}


@cache
def captions() -> Mapping[str, Mapping[str, float]]:
    """Every caption with its time of day, and every caption of a look, to weights."""
    plain = {version.caption: version.weights for kind in KINDS for version in kind.versions}
    plain |= {look.caption: look.weights for look in LOOKS if look.caption not in plain}
    timed = {f"{text} {words}": weights for text, weights in plain.items() for words in TIMES_OF_DAY.values()}
    return plain | timed


@cache
def _things() -> Mapping[str, str]:
    return {thing: value for value, said in speech().items() for thing in said["things"]}


def meaning(text: str) -> Meaning | None:
    """What a text of the reference world stands for; ``None`` for any other text.

    Example:
        >>> meaning("I care very much about keeping a promise.").strength
        4.0
    """
    if found := REASON.read(text):
        value = _things().get(found["thing"])
        if value is not None and found["strength"] in STRENGTHS:
            return Meaning({value: 1.0}, STRENGTHS.index(found["strength"]) + 1.0)
    for known in (statements(), captions()):
        if text in known:
            return Meaning(known[text])
    return None
