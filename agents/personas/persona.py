"""Personas: roles in words, with the ten-value profile that the words spell out.

A persona is shown to a model as a system prompt (:mod:`agents.personas.prompts`). Its *target* says which values it
holds, so that what it does to a profile can be set beside that; placebo texts (:mod:`agents.personas.placebo`) say
nothing about values in equally many words, and show what any words do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml

from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.personas.file import PersonaEntry, TraitEntry

DIRECTIONS: Mapping[str, int] = {"positive": 1, "negative": -1}
"""Sides of the trait bank, and the direction of the statements on each."""
_SHOWN = 20


@cache
def _bank() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    text = (files("agents") / "data" / "trait_bank.yaml").read_text("utf-8")
    loaded = yaml.safe_load(text)
    return {value: {side: tuple(loaded[value][side]) for side in DIRECTIONS} for value in loaded}


def load_trait_bank() -> dict[str, dict[str, list[str]]]:
    """First-person statements by value (circle order) and direction (``"positive"``, ``"negative"``)."""
    return {value: {side: list(texts) for side, texts in sides.items()} for value, sides in _bank().items()}


def value_names() -> tuple[str, ...]:
    """The ten values in circle order, as the trait bank lists them."""
    return tuple(_bank())


@dataclass(frozen=True, slots=True)
class Trait:
    """One statement of a persona about itself."""

    text: str
    value: str | None = None
    """The value that the statement speaks about; ``None`` when nobody said."""
    direction: int = 0
    """+1: the value matters to the person; -1: it does not; 0: not known."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A role in words with its profile."""

    id: str
    name: str
    traits: tuple[Trait, ...]
    target: Mapping[str, float]
    """All ten values, -1 to 1: what the role is meant to hold; alignment is computed against it."""
    source: str
    """``"built-in"`` or the name of the user's file."""
    description: str = ""


@cache
def _statements() -> Mapping[str, Trait]:
    return {
        text: Trait(text, value, DIRECTIONS[side])
        for value, sides in _bank().items()
        for side, texts in sides.items()
        for text in texts
    }


def load_personas(path: Path | str | None = None) -> tuple[Persona, ...]:
    """Read personas.

    A trait that is a statement of the trait bank brings its value and direction along; a trait of the user's
    own may name them, or stay untagged. Without a target the profile is what the tagged traits say.

    Args:
        path: A user's YAML file; ``None`` for the built-in personas.

    Returns:
        The personas in file order.

    Raises:
        InputError: The file or an entry cannot be used; the message names the entry.
    """
    from agents.personas.file import read_entries

    if path is not None:
        return tuple(_persona(entry, str(path), Path(path).name) for entry in read_entries(Path(path)))
    with as_file(files("agents") / "data" / "personas.yaml") as own:
        return tuple(_persona(entry, own.name, "built-in") for entry in read_entries(own))


def select(personas: Sequence[Persona], names: Sequence[str]) -> tuple[Persona, ...]:
    """Pick personas by id or name, in the order asked for.

    Raises:
        InputError: A name is unknown.
    """
    called: dict[str, list[Persona]] = {}
    for persona in personas:
        called.setdefault(persona.name.casefold(), []).append(persona)
    by_id = {persona.id: persona for persona in personas}
    chosen = []
    for name in names:
        found = [by_id[name]] if name in by_id else called.get(name.casefold(), [])
        if not found:
            raise InputError(f"unknown persona {name!r:.80}", f"known: {_listed([each.id for each in personas])}")
        if len(found) > 1:
            raise InputError(
                f"{len(found)} personas are called {name!r:.80}",
                f"name one by id: {_listed([one.id for one in found])}",
            )
        chosen += found
    return tuple({persona.id: persona for persona in chosen}.values())


def _listed(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:_SHOWN])
    return f"{shown} and {len(ids) - _SHOWN:,} more" if len(ids) > _SHOWN else shown


def _persona(entry: PersonaEntry, place: str, source: str) -> Persona:
    label = f"{place}: persona {entry.id!r}"
    traits = tuple(_trait(row, label) for row in entry.traits)
    if not traits and not any((entry.target or {}).values()):
        raise InputError(f"{label}: neither traits nor a target", "say who the persona is")
    repeated = [trait.text for trait in traits if sum(other.text == trait.text for other in traits) > 1]
    if repeated:
        raise InputError(f"{label}: the trait {repeated[0]!r} stands twice", "remove one of them")
    target = _target(entry.target, label) if entry.target is not None else _spelled_out(traits)
    return Persona(entry.id, entry.name, traits, target, source, entry.description)


def _trait(row: str | TraitEntry, label: str) -> Trait:
    if isinstance(row, str):
        return _statements().get(row, Trait(row))
    if (row.value is None) != (row.direction == 0):
        raise InputError(f"{label}: trait {row.text!r} needs both value and direction", "or neither of them")
    if row.value is not None and row.value not in value_names():
        raise InputError(f"{label}: unknown value {row.value!r}", f"known: {', '.join(value_names())}")
    return Trait(row.text, row.value, row.direction)


def _target(stated: Mapping[str, float], label: str) -> dict[str, float]:
    unknown = sorted(set(stated) - set(value_names()))
    if unknown:
        raise InputError(f"{label}: unknown value {unknown[0]!r}", f"known: {', '.join(value_names())}")
    return {value: float(stated.get(value, 0.0)) for value in value_names()}


def _spelled_out(traits: Sequence[Trait]) -> dict[str, float]:
    balance = {value: sum(trait.direction for trait in traits if trait.value == value) for value in value_names()}
    return {value: float(np.sign(total)) for value, total in balance.items()}
