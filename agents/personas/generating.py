"""Personas out of any profile over the ten values: statements of the trait bank that spell it out."""

from __future__ import annotations

import math
from collections.abc import Mapping

from agents.personas.file import check_entry
from agents.personas.persona import (
    GIVEN,
    Persona,
    Trait,
    bank_statements,
    graded,
    load_trait_bank,
    value_names,
)
from agents.personas.prompts import nearest_level
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

_SIDES = {1: "positive", -1: "negative"}
_FEW = 3
"""Up to so many values that count wholly have two statements each, so that a persona does not hang on one."""


def from_profile(identity: str, name: str, profile: Mapping[str, float], seed: int = 0) -> Persona:
    """A persona that spells out a profile.

    Every value is rounded to a level of the profile prompt: one that counts wholly has one or two statements of the
    trait bank on its side, one that counts half has one that holds "up to a point", and one near 0 has none.

    Args:
        identity: Id of the persona, as in a file; the statements are drawn with it.
        name: Name.
        profile: Value to importance in -1..1; values left out count as 0.
        seed: Root seed of the choice and the order of statements.

    Returns:
        A persona whose target is the profile as it was given, not as it was rounded.

    Raises:
        InputError: A value is unknown, a number lies outside, all values round to 0, or the id or name cannot be used.

    Example:
        >>> [trait.text for trait in from_profile("mine", "Mine", {"power": -0.4}).traits][0][:15]
        'Up to a point: '
    """
    check_entry({"id": identity, "name": name, "target": dict(profile)}, f"persona {identity!r:.80}")
    target = {value: float(profile.get(value, 0.0)) for value in value_names()}
    if unknown := sorted(set(profile) - set(target)):
        raise InputError(f"unknown value {unknown[0]!r:.80}", f"known: {', '.join(target)}")
    traits = statements_for(target, identity, seed)
    if not traits:
        raise InputError(
            f"no value of persona {identity!r} counts for a quarter or more", "give a profile in -1..1, or rescale it"
        )
    return Persona(identity, name, traits, target, "generated", target_from=GIVEN)


def statements_for(target: Mapping[str, float], identity: str, seed: int = 0) -> tuple[Trait, ...]:
    """Statements of the trait bank that spell out a profile, those that count most first.

    Args:
        target: All ten values, -1 to 1.
        identity: Of whom; the statements are drawn with it.
        seed: Root seed.
    """
    generator = stream(seed, f"personas/{identity}")
    levels = {value: nearest_level(importance) for value, importance in target.items()}
    few = sum(abs(level) == 1 for level in levels.values()) <= _FEW
    traits = []
    for value, level in sorted(levels.items(), key=lambda pair: -abs(pair[1])):
        known = load_trait_bank()[value][_SIDES[int(math.copysign(1, level))]]
        order = generator.permutation(len(known))
        for place in order[: (2 if few and abs(level) == 1 else 1) if level else 0]:
            trait = bank_statements()[known[place]]
            traits.append(Trait(graded(trait.text, abs(level)), value, trait.direction, abs(level)))
    return tuple(traits)


def rescaled(profile: Mapping[str, float]) -> dict[str, float]:
    """A profile on any scale as one in -1..1: its mean taken off, then divided by what lies farthest from it.

    Args:
        profile: Value to a number, the higher the more it matters.

    Raises:
        InputError: A number is none, or all are the same.

    Example:
        >>> rescaled({"power": 1, "security": 3, "hedonism": 5})
        {'power': -1.0, 'security': 0.0, 'hedonism': 1.0}
    """
    if not profile or not all(math.isfinite(number) for number in profile.values()):
        raise InputError("a profile needs numbers", "write for example power=1,security=-0.5")
    mean = sum(profile.values()) / len(profile)
    farthest = max(abs(number - mean) for number in profile.values())
    if farthest < 1e-9:
        raise InputError("the profile calls all values alike", "give at least two different numbers")
    return {value: (number - mean) / farthest for value, number in profile.items()}
