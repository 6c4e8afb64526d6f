"""Scenes at home, made out of parts of our own with planted ratings: any number, and the same for the same seed.

A scene raises each of its values by one situation. An act is one clause, or two about different values of the scene;
its ratings are the sums of those of its clauses, which touch two or three values each. Every sixth part is held back
(``Parts``), so that a network that has learnt the others can be asked about words that it never saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar, cast

import numpy as np
import yaml

from valuespectrum.instruments.decisions.scenes.scene import VALUES, DecisionAct, DecisionScene, value_subsets
from vectorstore.foundation.random_streams import stream

Parts = Literal["taught", "held_back", "all"]
"""Which situations and acts a scene is made of."""
HELD_BACK = 6
"""Every part at a place that is a multiple of it is held back."""
ACTS = 8
"""Acts of a scene, unless said otherwise."""
_FOR = 0.65
"""Share of clauses that serve their value."""
_TWO = 0.5
"""Share of acts with two clauses."""
_IDLE = 0.1
"""Share of acts that are about nothing."""
_THEN = ", and then "
"""Between the clauses of an act."""
T = TypeVar("T")
Clause = tuple[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Household:
    """The parts."""

    places: tuple[str, ...]
    people: tuple[str, ...]
    situations: Mapping[str, tuple[Clause, ...]]
    """Value to situations that raise it above all, with how far they raise each."""
    acts: Mapping[str, tuple[Clause, ...]]
    """Value to clauses that serve it or go against it above all, with ratings of each."""
    idle: tuple[str, ...]


@cache
def household() -> Household:
    """The parts as they are written down."""
    text = (files("valuespectrum.instruments.decisions.scenes") / "data" / "household.yaml").read_text("utf-8")
    loaded = cast(Mapping[str, object], yaml.safe_load(text))
    by_value = cast(Mapping[str, Mapping[str, Sequence[Clause]]], loaded["values"])

    def clauses(kind: str) -> Mapping[str, tuple[Clause, ...]]:
        return {value: tuple((words, rated) for words, rated in by_value[value][kind]) for value in VALUES}

    places, people, idle = (tuple(cast(Sequence[str], loaded[name])) for name in ("places", "people", "idle"))
    return Household(places, people, clauses("situations"), clauses("acts"), idle)


def drawn_scene(
    rng: np.random.Generator, values: Sequence[str], acts: int = ACTS, parts: Parts = "taught"
) -> DecisionScene:
    """Draw a scene about some values.

    Args:
        rng: Luck.
        values: What it is about, one or more.
        acts: How many, all of them different.
        parts: Which parts it is made of; places and people are always of all.
    """
    home = household()
    raised = {value: _pick(rng, _of(home.situations[value], parts)) for value in values}
    told = [f"{raised[value][0][:1].upper()}{raised[value][0][1:]}." for value in rng.permutation(list(values))]
    text = " ".join([_pick(rng, home.places), _pick(rng, home.people), *told])
    drawn: dict[str, DecisionAct] = {}
    while len(drawn) < acts:
        act = _act(rng, values, parts)
        drawn.setdefault(act.text, act)
    return DecisionScene(text, tuple(values), tuple(drawn.values()), _ratings(raised.values()))


def drawn_scenes(
    count: int, seed: int, purpose: str, acts: int = ACTS, parts: Parts = "taught"
) -> Iterator[DecisionScene]:
    """Draw scenes about all subsets of the values in turn.

    Args:
        count: How many; 63 are one of each.
        seed: Root seed.
        purpose: Names the random stream: other purposes, other scenes.
        acts: Of each scene.
        parts: Which parts they are made of.
    """
    subsets = value_subsets()
    for number in range(count):
        rng = stream(seed, f"decisions/scenes/{purpose}", number)
        yield drawn_scene(rng, subsets[number % len(subsets)], acts, parts)


@cache
def _known() -> Mapping[str, Clause]:
    home = household()
    every = [clause for clauses in home.acts.values() for clause in clauses]
    return {words.lower(): (words, rated) for words, rated in [*every, *((idle, {}) for idle in home.idle)]}


def read_act(text: str) -> DecisionAct | None:
    """An act of the grammar with its ratings; ``None`` for any other text.

    Example:
        >>> read_act("Drink a big glass of water, and then sharpen a pencil").ratings
        (0.0, 0.6, 0.0, 0.3, 0.0, 0.0)
    """
    clauses = [_known().get(clause.lower()) for clause in text.split(_THEN)]
    known = [clause for clause in clauses if clause is not None]
    return DecisionAct(text, _ratings(known)) if len(known) == len(clauses) else None


def _act(rng: np.random.Generator, values: Sequence[str], parts: Parts) -> DecisionAct:
    home = household()
    if rng.random() < _IDLE:
        return DecisionAct(f"{_sentence([_pick(rng, home.idle)])}", _ratings([]))
    chosen = [values[place] for place in rng.permutation(len(values))[: 2 if rng.random() < _TWO else 1]]
    said = [_clause(rng, value, parts) for value in chosen]
    clauses = [words for words, _ in said]
    if len(clauses) == 1 and rng.random() < _IDLE:
        clauses.append(_pick(rng, home.idle))
    return DecisionAct(_sentence(clauses), _ratings(said))


def _clause(rng: np.random.Generator, value: str, parts: Parts) -> Clause:
    every = _of(household().acts[value], parts)
    sign = 1 if rng.random() < _FOR else -1
    return _pick(rng, [clause for clause in every if clause[1][value] * sign > 0] or every)


def _ratings(clauses: Iterable[Clause]) -> tuple[float, ...]:
    """Sums over clauses, within -1 to 1."""
    told = [[rated.get(value, 0.0) for value in VALUES] for _, rated in clauses]
    summed = np.clip(np.array(told, dtype=np.float64).reshape(-1, len(VALUES)).sum(axis=0), -1.0, 1.0)
    return tuple(round(float(each), 3) for each in summed)


def _sentence(clauses: Sequence[str]) -> str:
    joined = _THEN.join(clauses)
    return f"{joined[:1].upper()}{joined[1:]}"


def _of(every: Sequence[T], parts: Parts) -> Sequence[T]:
    if parts == "all":
        return every
    held = parts == "held_back"
    return [each for place, each in enumerate(every, start=1) if (place % HELD_BACK == 0) is held]


def _pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]
