"""Controls for personas: as many words of the same kind about other values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from agents.personas.persona import DIRECTIONS, Persona, Trait, load_trait_bank, value_names
from agents.personas.reserved import PLACEBO_MARK
from vectorstore.foundation.errors import InputError

_PLACEBO_DRAWS = 512
_PLACEBO_SLACK = 0.05
_MOST_PARTNERS = 512
"""Personas that one is compared with to find a partner for the exchange of traits."""


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
    sides = {direction: side for side, direction in DIRECTIONS.items()}
    unused = {
        (value, direction): [str(text) for text in rng.permutation(texts[side])]
        for value, texts in load_trait_bank().items()
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
