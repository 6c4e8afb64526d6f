"""Picking personas by what a user types: an id or a name, or one of its wordings or shuffles.

``tycoon`` is the persona itself, ``tycoon@2`` the same in other words, ``tycoon~scrambled`` and ``tycoon~permuted``
placebos that are made of it. No file can hold such ids, so that none is taken for another.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.personas.persona import Persona
from agents.personas.shuffled import SHUFFLES, shuffled
from agents.personas.wordings import worded
from vectorstore.foundation.errors import InputError

_SHOWN = 20
_WORDING, _SHUFFLE = "@", "~"


def select(personas: Sequence[Persona], names: Sequence[str]) -> tuple[Persona, ...]:
    """Pick personas by id or name, in the order asked for.

    Args:
        personas: Those that there are.
        names: Each an id or a name, with ``@2`` behind it for another wording, ``~scrambled`` or ``~permuted`` for a
            placebo of it.

    Raises:
        InputError: A name is unknown, or there is no such wording or shuffle.

    Example:
        >>> from agents.personas.persona import load_personas
        >>> [each.id for each in select(load_personas(), ["tycoon", "Tycoon@2", "tycoon~permuted"])]
        ['tycoon', 'tycoon@2', 'tycoon~permuted']
    """
    called: dict[str, list[Persona]] = {}
    for persona in personas:
        called.setdefault(persona.name.casefold(), []).append(persona)
    by_id = {persona.id: persona for persona in personas}
    chosen = []
    for typed in names:
        known = typed in by_id or typed.casefold() in called
        name, variant = (typed, "") if known else _taken_apart(typed)
        found = [by_id[name]] if name in by_id else called.get(name.casefold(), [])
        if not found:
            raise InputError(f"unknown persona {name!r:.80}", f"known: {_listed([each.id for each in personas])}")
        if len(found) > 1:
            raise InputError(
                f"{len(found)} personas are called {name!r:.80}",
                f"name one by id: {_listed([one.id for one in found])}",
            )
        chosen.append(_variant(found[0], variant))
    return tuple({persona.id: persona for persona in chosen}.values())


def _taken_apart(typed: str) -> tuple[str, str]:
    """Name, and what stands behind it with its sign; empty for nothing."""
    place = max(typed.rfind(sign) for sign in (_WORDING, _SHUFFLE))
    return (typed[:place], typed[place:]) if place > 0 else (typed, "")


def _variant(persona: Persona, variant: str) -> Persona:
    asked = variant[1:]
    if variant.startswith(_WORDING):
        if not asked.isascii() or not asked.isdigit():
            raise InputError(f"{persona.id}{variant:.20} names no wording", f"write {persona.id}@2")
        return worded(persona, min(int(asked), 10_000))
    if variant.startswith(_SHUFFLE):
        kind = next((each for each in SHUFFLES if each == asked), None)
        if kind is None:
            raise InputError(f"{persona.id}{variant:.40} names no shuffle", f"known: {', '.join(SHUFFLES)}")
        return shuffled(persona, kind, seed=0)
    return persona


def _listed(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:_SHOWN])
    return f"{shown} and {len(ids) - _SHOWN:,} more" if len(ids) > _SHOWN else shown
