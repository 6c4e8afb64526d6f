"""Placebos that are made of a persona: its own words in another order, or its profile over other values.

The first say nothing in exactly the words that the persona says something in; the second hold as much, of something
else. A persona that does to a profile what its shuffles do is not understood, it is only read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from agents.personas.persona import (
    DIRECTIONS,
    FROM_TRAITS,
    NOBODY,
    Persona,
    Trait,
    bank_statements,
    graded,
    load_trait_bank,
    plainly,
    unspaced,
    value_names,
)
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

Shuffle = Literal["scrambled", "permuted"]
SHUFFLES: tuple[Shuffle, ...] = ("scrambled", "permuted")
"""The words in another order; the profile over other values."""
_TRIALS = 200
"""Orders of the values to choose from."""
_ALIKE = 0.9
"""Correlation of two profiles from which on they are called one."""
_SIDES = {direction: side for side, direction in DIRECTIONS.items()}


def shuffled(persona: Persona, kind: Shuffle, seed: int) -> Persona:
    """A placebo out of a persona.

    Args:
        persona: In its first wording.
        kind: ``"scrambled"``: the words of all its lines, dealt anew over as many lines as long, which say nothing.
            ``"permuted"``: its profile over other values, of the orders that were drawn the one that has least to do
            with it; each tagged statement gives way to one of the trait bank about the other value, and put as a
            profile or an anchor it has the same words to the last one.
        seed: Root seed; each persona has a stream of its own.

    Returns:
        A persona called ``ID~scrambled`` or ``ID~permuted``.

    Raises:
        InputError: There is nothing to shuffle.
    """
    generator = stream(seed, f"personas/{kind}/{persona.id}")
    placebo = replace(
        persona,
        id=f"{persona.id}~{kind}",
        name=f"{persona.name} ({kind})",
        kind=kind,
        reworded=(),
        interview=(),
        interviewed="",
        made_from=persona.id,
    )
    return (_scrambled if kind == "scrambled" else _permuted)(placebo, generator)


def another_persona(placebo: Persona, personas: Sequence[Persona]) -> str:
    """Which other persona a placebo is, in all but its name; empty for none.

    A placebo with the profile of another persona is a treatment, and no placebo.

    Args:
        placebo: A shuffle.
        personas: Those of its file.
    """
    own = _numbers(placebo.target)
    if np.ptp(own) == 0:
        return ""
    others = [each for each in personas if each.id not in (placebo.id, placebo.made_from) and each.kind == "values"]
    alike = [
        (float(np.corrcoef(own, _numbers(each.target))[0, 1]), each.id) for each in others if any_told(each.target)
    ]
    likeness, found = max(alike, default=(0.0, ""))
    return found if likeness >= _ALIKE else ""


def any_told(target: Mapping[str, float]) -> bool:
    """Whether a profile tells values apart."""
    return len(set(target.values())) > 1


def _numbers(target: Mapping[str, float]) -> np.ndarray:
    return np.array([target[value] for value in value_names()])


def _scrambled(placebo: Persona, generator: np.random.Generator) -> Persona:
    lines = [placebo.text] if placebo.text else [trait.text for trait in placebo.traits]
    words = [word for line in lines for word in _plain_words(line)]
    if len({word.casefold() for word in words}) < 2:
        raise InputError(f"{placebo.made_from!r} has no words that could be scrambled", "take ~permuted")
    if any(map(unspaced, lines)):
        raise InputError(
            f"{placebo.made_from!r} is written without blanks between its words, which cannot be told apart",
            "take ~permuted, or hold it against placebo texts",
        )
    if all(len(_plain_words(line)) == 1 for line in lines):
        raise InputError(
            f"{placebo.made_from!r} has one word a line, and says the same in any order of them", "take ~permuted"
        )
    order = generator.permutation(len(words)).tolist()
    dealt = iter([words[place] for place in order])
    told = [_line([next(dealt) for _ in _plain_words(line)]) for line in lines]
    nothing = dict.fromkeys(value_names(), 0.0)
    if placebo.text:
        return replace(placebo, text=told[0], target=nothing, target_from=NOBODY)
    return replace(placebo, traits=tuple(map(Trait, told)), target=nothing, target_from=NOBODY)


def _plain_words(line: str) -> list[str]:
    bare = [word.strip('.,;:!?"') for word in line.split()]
    return [word if word == "I" else word[:1].lower() + word[1:] for word in bare if word]


def _line(words: Sequence[str]) -> str:
    text = " ".join(words)
    return f"{text[:1].upper()}{text[1:]}."


def _permuted(placebo: Persona, generator: np.random.Generator) -> Persona:
    own = _numbers(placebo.target)
    if np.ptp(own) == 0:
        raise InputError(f"{placebo.made_from!r} has no profile that could be permuted", "take ~scrambled")
    if placebo.text:
        raise InputError(
            f"{placebo.made_from!r} is told in free words, which no other profile can be put into", "take ~scrambled"
        )
    orders = [generator.permutation(len(own)) for _ in range(_TRIALS)]
    likeness = [abs(float(np.corrcoef(own, own[order])[0, 1])) for order in orders]
    order = orders[int(np.argmin(likeness))]
    values = value_names()
    # The value at a place takes what stood at order[place]; a statement goes where its importance goes.
    moved = {values[int(old)]: values[new] for new, old in enumerate(order)}
    target = {values[new]: float(own[int(old)]) for new, old in enumerate(order)}
    traits = _moved(placebo.traits, moved, generator)
    return replace(placebo, traits=traits, target=target, target_from=FROM_TRAITS if traits else placebo.target_from)


def _moved(traits: Sequence[Trait], moved: Mapping[str, str], generator: np.random.Generator) -> tuple[Trait, ...]:
    """Tagged statements about other values; those that nobody tagged stay."""
    told: list[Trait] = []
    for trait in traits:
        if trait.value is None:
            told.append(trait)
            continue
        value = moved[trait.value]
        taken = {plainly(each.text)[0] for each in told}
        left = [text for text in load_trait_bank()[value][_SIDES[trait.direction]] if text not in taken]
        if left:
            known = bank_statements()[left[int(generator.integers(len(left)))]]
            told.append(replace(known, text=graded(known.text, trait.strength), strength=trait.strength))
    return tuple(told)
