"""A persona in other words: every statement of the trait bank in three wordings, and a user's own as the file has them.

Other words for the same person have the same target. What they do differently is the wording, and not the person; so
a claim about a persona is made over several of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

import yaml

from agents.personas.persona import Persona, graded, plainly
from vectorstore.foundation.errors import InputError

MOST_WORDINGS = 3
"""In so many wordings stands the trait bank, and so many ways there are to frame a persona (``prompts.FRAMINGS``)."""


@cache
def paraphrases() -> Mapping[str, tuple[str, ...]]:
    """Statement of the trait bank to the same in other words, the second wording first."""
    text = (files("agents") / "data" / "paraphrases.yaml").read_text("utf-8")
    return {statement: tuple(others) for statement, others in yaml.safe_load(text).items()}


def wordings(persona: Persona) -> tuple[Persona, ...]:
    """A persona in all wordings that there are for it, itself first.

    Args:
        persona: In its first wording.

    Returns:
        The persona, then ``ID@2`` and ``ID@3``, as far as all its statements are known in other words. A persona
        without statements, whose words are its profile, has all; one in free words has those of its file.

    Example:
        >>> from agents.personas.persona import load_personas
        >>> [each.id for each in wordings(load_personas()[0])]
        ['lone_explorer', 'lone_explorer@2', 'lone_explorer@3']
    """
    found = [persona]
    for number in range(2, MOST_WORDINGS + 1):
        said = _said(persona, number)
        if said is None:
            break
        found.append(_in_other_words(persona, number, said))
    return tuple(found)


def worded(persona: Persona, number: int) -> Persona:
    """A persona in one of its wordings.

    Args:
        persona: In its first wording.
        number: Which, from 1.

    Raises:
        InputError: There is no such wording.
    """
    known = wordings(persona)
    if not 1 <= number <= len(known):
        words = "one wording" if len(known) == 1 else f"{len(known)} wordings"
        hint = f"choose one of them, or give {persona.id!r} further `wordings` in its file"
        raise InputError(f"persona {persona.id!r} has {words}, no number {number}", hint)
    return known[number - 1]


def _said(persona: Persona, number: int) -> tuple[str, ...] | None:
    """Its lines in another wording; ``None`` where there are no such words."""
    place = number - 2
    if persona.reworded:
        return persona.reworded[place] if place < len(persona.reworded) else None
    if persona.text or persona.interview or persona.kind in ("scrambled", "permuted"):
        return None
    known = [_statement(trait.text, place) for trait in persona.traits]
    return tuple(text for text in known if text is not None) if None not in known else None


def _statement(text: str, place: int) -> str | None:
    plain, strength = plainly(text)
    others = paraphrases().get(plain, ())
    return graded(others[place], strength) if place < len(others) else None


def _in_other_words(persona: Persona, number: int, said: tuple[str, ...]) -> Persona:
    traits = tuple(replace(trait, text=text) for trait, text in zip(persona.traits, said, strict=False))
    return replace(
        persona,
        id=f"{persona.id}@{number}",
        name=f"{persona.name} (wording {number})",
        traits=traits,
        text=said[0] if persona.text else "",
        wording=number,
        reworded=(),
        made_from=persona.id,
    )
