"""Placebo texts: as many words as a persona has, in the same form, that say nothing about any value.

What they do to a profile is what any words do. They are made of small facts about a life (``data/placebo_facts.yaml``),
and twelve of them share no statement, so that each is a draw of its own from the texts that there could be. One set
serves every persona of a run: their lengths follow those of the personas, and so do the words that frame them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import yaml

from agents.personas.persona import NOBODY, Persona, Trait, value_names, words_in
from agents.personas.prompts import Strategy, nearest_level
from agents.personas.reserved import MOST_PLACEBO_TEXTS, PLACEBO_TEXTS, placebo_id
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

_SOURCE = "placebo"
_STOPS = (".", "\u3002", "\uff01", "\uff1f")
"""What ends a sentence; beside the full stop those marks that stand in scripts without blanks."""
_GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it, without their whole parts, are spread evenly however many there are (Weyl)."""


class Fact(NamedTuple):
    """Something that is so in a life, in several ways."""

    text: str
    """With ``{}`` for the state."""
    states: tuple[str, ...]


@cache
def load_facts() -> tuple[Fact, ...]:
    """Everything that placebo texts can say."""
    loaded = yaml.safe_load((files("agents") / "data" / "placebo_facts.yaml").read_text("utf-8"))
    return tuple(Fact(row["fact"], tuple(row["states"])) for row in loaded)


def placebos(personas: Sequence[Persona], strategy: Strategy, count: int, seed: int) -> tuple[Persona, ...]:
    """Roles that say nothing about any value, put like personas.

    Args:
        personas: Those that they are compared with; their lengths are spread over those of these.
        strategy: How personas are put into words: traits are matched in number and in words, free words by sentences
            in free words, ten importances by ten facts, an anchor by as many facts as it names values.
        count: How many; 0 for none. Asking for more leaves the first ones as they are.
        seed: Root seed; each text has a stream of its own.

    Returns:
        Personas named ``placebo-1``, ``placebo-2``, ... whose target calls all values alike. Texts are shorter than a
        persona that says more than all facts together.

    Raises:
        InputError: There are not so many.

    Example:
        >>> from agents.personas.persona import load_personas
        >>> [each.id for each in placebos(load_personas(), "simple", 2, seed=0)]
        ['placebo-1', 'placebo-2']
    """
    if not 0 <= count <= MOST_PLACEBO_TEXTS:
        raise InputError(
            f"{count} placebo texts were asked for, and there are {MOST_PLACEBO_TEXTS}",
            f"ask for 0 to {MOST_PLACEBO_TEXTS}; {PLACEBO_TEXTS} are usual",
        )
    lengths = sorted(_length(persona, strategy) for persona in personas)
    framed = sorted({persona.wording for persona in personas})
    texts = []
    for number in range(count if lengths else 0):
        said = _facts(number, seed)
        lines, words, free = lengths[int(len(lengths) * ((number + 0.5) * _GOLDEN % 1))]
        if strategy == "profile":
            statements = [f"the {fact}" for fact in said[: len(value_names())]]
        elif strategy == "anchor":
            statements = said[:lines]
        else:
            statements = _in_as_many_words(said, lines, words)
        texts.append(_role(number + 1, statements, framed[number % len(framed)], free))
    return tuple(texts)


def _role(number: int, statements: Sequence[str], wording: int, free: bool) -> Persona:
    traits = () if free else tuple(Trait(text) for text in statements)
    name, nothing = f"Placebo text {number}", dict.fromkeys(value_names(), 0.0)
    text = " ".join(statements) if free else ""
    return Persona(placebo_id(number), name, traits, nothing, _SOURCE, target_from=NOBODY, text=text, wording=wording)


def _length(persona: Persona, strategy: Strategy) -> tuple[int, int, bool]:
    """Traits, or sentences of free words, their words, and whether these are free; of an anchor the values it names."""
    if strategy == "anchor":
        return max(sum(nearest_level(importance) != 0 for importance in persona.target.values()), 1), 0, False
    if persona.text:
        sentences = sum(persona.text.count(mark) for mark in _STOPS)
        return max(sentences, 1), words_in(persona.text), strategy != "profile"
    return max(len(persona.traits), 1), sum(words_in(trait.text) for trait in persona.traits), False


def _facts(number: int, seed: int) -> list[str]:
    """All facts of one text, in its order; no two texts have one in the same state."""
    facts = load_facts()
    shifts = stream(seed, "placebo/states").integers(0, MOST_PLACEBO_TEXTS, len(facts))
    order = stream(seed, f"placebo/{number}").permutation(len(facts))
    return [facts[at].text.format(facts[at].states[(int(shifts[at]) + number) % MOST_PLACEBO_TEXTS]) for at in order]


def _in_as_many_words(facts: Sequence[str], lines: int, words: int) -> list[str]:
    """The first facts, one a line; then further ones joined to the shortest lines until the words are as many."""
    said = [[fact] for fact in facts[:lines]]
    for fact in facts[lines:]:
        lengths = np.array([_words_of(line) for line in said])
        # "and my", and half of it: nearer with it than without.
        if lengths.sum() + (len(fact.split()) + 2) / 2 > words:
            break
        said[int(lengths.argmin())].append(fact)
    return [f"My {' and my '.join(line)}." for line in said]


def _words_of(line: Sequence[str]) -> int:
    return len(" and my ".join(line).split()) + 1
