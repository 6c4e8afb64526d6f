"""Personas: roles in words, with the ten-value profile that the words spell out.

A persona is shown to a model as a system prompt. Its *target* says which values it holds, so that alignment can
be computed; a placebo says other values in equally many words, so that alignment has something to be compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import as_file, files
from math import copysign, floor
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import yaml

from agents.personas.reserved import PLACEBO_MARK
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.personas.file import PersonaEntry, TraitEntry

Strategy = Literal["simple", "profile", "isq"]
"""How a persona is put to a model; ``"isq"`` shows the simple prompt and scores a questionnaire."""
QUESTIONNAIRE: Strategy = "isq"
"""The strategy whose asks are questionnaire terms."""

LEVEL_WORDS: Mapping[float, str] = {
    1.0: "very important",
    0.5: "important",
    0.0: "somewhat important",
    -0.5: "hardly important",
    -1.0: "not important",
}
"""Levels of the profile prompt, from the most to the least important."""

_DIRECTIONS: Mapping[str, int] = {"positive": 1, "negative": -1}
_PLACEBO_DRAWS = 512
_PLACEBO_SLACK = 0.05
_MOST_PARTNERS = 512
"""Personas that one is compared with to find a partner for the exchange of traits."""
_SHOWN = 20


@cache
def _bank() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    text = (files("agents") / "data" / "trait_bank.yaml").read_text("utf-8")
    loaded = yaml.safe_load(text)
    return {value: {side: tuple(loaded[value][side]) for side in _DIRECTIONS} for value in loaded}


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
    shown_target: Mapping[str, float] | None = None
    """The profile that the words really spell out, where it is another one (placebo); ``None``: the target."""

    @property
    def stated(self) -> Mapping[str, float]:
        """The profile that the words spell out."""
        return self.target if self.shown_target is None else self.shown_target


@cache
def _statements() -> Mapping[str, Trait]:
    return {
        text: Trait(text, value, _DIRECTIONS[side])
        for value, sides in _bank().items()
        for side, texts in sides.items()
        for text in texts
    }


# ---------------------------------------------------------------------------------------------- prompts


def simple_prompt(traits: Sequence[str]) -> str:
    """System prompt that lists traits.

    Args:
        traits: Statements in the order in which they are shown; at least one.

    Raises:
        InputError: There is no trait.
    """
    if not traits:
        raise InputError("a persona without traits has no simple prompt", "use the strategy 'profile'")
    lines = [f"{number}. {trait}" for number, trait in enumerate(traits, start=1)]
    return "\n".join(["You are a person with these traits:", *lines, "Answer as this person would."])


def profile_prompt(profile: Mapping[str, float]) -> str:
    """System prompt that states how important each of the ten values is.

    Args:
        profile: Value to importance in -1..1; values left out count as 0.
    """
    lines = [
        f"- {value.replace('_', '-')} is {LEVEL_WORDS[nearest_level(profile.get(value, 0.0))]}"
        for value in value_names()
    ]
    return "\n".join(["You are a person for whom", *lines, "Answer as this person would."])


def nearest_level(importance: float) -> float:
    """Round an importance in -1..1 to a level of :data:`LEVEL_WORDS`; a tie goes away from zero.

    Example:
        >>> nearest_level(0.6), nearest_level(-0.25), nearest_level(0.2)
        (0.5, -0.5, 0.0)
    """
    half_steps = floor(abs(importance) * 2 + 0.5)
    return copysign(min(half_steps, 2) / 2, importance) if half_steps else 0.0


def system_prompt(persona: Persona | None, strategy: Strategy = "simple") -> str:
    """The words that put a model into a role; empty for no persona.

    Args:
        persona: The role, or ``None``.
        strategy: ``"simple"`` and ``"isq"`` list the traits, ``"profile"`` states the profile.

    Raises:
        InputError: The strategy is unknown, or needs traits that the persona does not have.
    """
    if strategy not in ("simple", "profile", "isq"):
        raise InputError(f"unknown persona strategy {strategy!r}", "choose simple, profile or isq")
    if persona is None:
        return ""
    if strategy == "profile":
        return profile_prompt(persona.stated)
    return simple_prompt([trait.text for trait in persona.traits])


# ---------------------------------------------------------------------------------------------- files


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


# ---------------------------------------------------------------------------------------------- placebo


class TraitExchange:
    """Personas by the number of their traits, put in order once for any number of placebos.

    Args:
        personas: The set that traits can be exchanged within.
    """

    def __init__(self, personas: Sequence[Persona]) -> None:
        self._by_count: dict[int, list[tuple[int, Persona]]] = {}
        for place, persona in enumerate(personas):
            if persona.traits:
                self._by_count.setdefault(len(persona.traits), []).append((place, persona))

    def partners(self, persona: Persona, rng: np.random.Generator) -> list[Persona]:
        """Others whose number of traits comes nearest; some hundreds at most, drawn at random of more."""
        count = len(persona.traits)
        for distance in sorted({abs(other - count) for other in self._by_count}):
            listed = [
                each for number in {count - distance, count + distance} for each in self._by_count.get(number, ())
            ]
            if len(listed) > _MOST_PARTNERS:
                drawn = rng.choice(len(listed), _MOST_PARTNERS, replace=False)
                listed = [listed[place] for place in drawn]
            # In the order of the file, on which the draw of a partner depends.
            nearest = [other for _, other in sorted(listed, key=lambda each: each[0]) if other.id != persona.id]
            if nearest:
                return nearest
        return []


def placebo(persona: Persona, rng: np.random.Generator, others: Sequence[Persona] | TraitExchange = ()) -> Persona:
    """Make a control for a persona: as many words of the same kind about other values.

    The target's nonzero values move to other values, none stays in place. Among drawn moves one is taken whose
    profile is as unrelated to the target as possible: rank correlation near zero, rather below than above, and
    no likeness round the value circle either (a move from power to achievement would be no control).
    Traits are replaced by statements of the trait bank about the new values, in the same directions.

    Traits that name no value cannot be rewritten; such a persona wears the traits and target of another persona,
    by the same rule the least related one among those whose number of traits comes nearest.

    Args:
        persona: The persona to control for.
        rng: Source of the draw; equal states give equal placebos.
        others: The set that traits can be exchanged with; needed only for untagged traits. For many personas,
            make one ``TraitExchange`` of them.

    Returns:
        A persona with the id ``<id>~placebo``, the original target, and ``shown_target``.

    Raises:
        InputError: Traits are untagged and there is no other persona to exchange them with.
    """
    if any(trait.value is None for trait in persona.traits):
        exchange = others if isinstance(others, TraitExchange) else TraitExchange(others)
        traits, shown = _exchanged(persona, rng, exchange)
    else:
        moves = _unrelated_moves(persona, rng)
        traits = _rewritten(persona.traits, moves, rng)
        shown = dict.fromkeys(value_names(), 0.0)
        shown.update({moves[value]: persona.target[value] for value in moves if persona.target[value]})
    return replace(
        persona,
        id=f"{persona.id}{PLACEBO_MARK}",
        name=f"{persona.name} (placebo)",
        traits=traits,
        shown_target=shown,
    )


def _unrelated_moves(persona: Persona, rng: np.random.Generator) -> dict[str, str]:
    names = value_names()
    spoken = {trait.value for trait in persona.traits}
    moving = [index for index, name in enumerate(names) if persona.target[name] or name in spoken]
    target = np.array([persona.target[name] for name in names])
    places = np.array([rng.permutation(len(names))[: len(moving)] for _ in range(_PLACEBO_DRAWS)])
    deranged = places[(places != np.array(moving)).all(axis=1)]
    shown = np.zeros((len(deranged), len(names)))
    np.put_along_axis(shown, deranged, target[moving][None, :].repeat(len(deranged), axis=0), axis=1)
    relation = _relation(target, shown)
    chosen = deranged[rng.choice(np.flatnonzero(relation <= relation.min() + _PLACEBO_SLACK))]
    return {names[old]: names[new] for old, new in zip(moving, chosen, strict=True)}


def _relation(target: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """(profiles,) how much each row of ``shown`` still says about ``target``; 0 is nothing."""
    from scipy.stats import rankdata

    def correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        first, second = first - first.mean(-1, keepdims=True), second - second.mean(-1, keepdims=True)
        norms = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
        return np.asarray(np.divide((first * second).sum(-1), norms, out=np.zeros_like(norms), where=norms > 1e-9))

    ranks = correlation(rankdata(target), rankdata(shown, axis=1))
    steps = np.arange(len(target))
    circle = np.cos(2 * np.pi * (steps[:, None] - steps[None, :]) / len(target))
    around = correlation(target @ circle, shown @ circle)
    return np.asarray(np.where(ranks > 0, 2 * ranks, -ranks) + np.abs(around) / 2)


def _rewritten(traits: Sequence[Trait], moves: Mapping[str, str], rng: np.random.Generator) -> tuple[Trait, ...]:
    sides = {direction: side for side, direction in _DIRECTIONS.items()}
    unused = {
        (value, direction): [str(text) for text in rng.permutation(texts[side])]
        for value, texts in _bank().items()
        for direction, side in sides.items()
    }
    rewritten = []
    for trait in traits:
        value = moves[str(trait.value)]
        stock = unused[value, trait.direction]
        if not stock:
            raise InputError(
                f"the trait bank has too few statements about {value} for a placebo",
                "use fewer traits of one value and direction",
            )
        rewritten.append(Trait(stock.pop(), value, trait.direction))
    return tuple(rewritten)


def _exchanged(
    persona: Persona, rng: np.random.Generator, exchange: TraitExchange
) -> tuple[tuple[Trait, ...], dict[str, float]]:
    partners = exchange.partners(persona, rng)
    if not partners:
        raise InputError(
            f"persona {persona.id!r}: no placebo, since its traits name no values and there is no other persona",
            "add value and direction to its traits, or a second persona to exchange traits with",
        )
    names = value_names()
    target = np.array([persona.target[name] for name in names])
    relation = _relation(target, np.array([[other.target[name] for name in names] for other in partners]))
    partner = partners[rng.choice(np.flatnonzero(relation <= relation.min() + _PLACEBO_SLACK))]
    return partner.traits, dict(partner.target)
