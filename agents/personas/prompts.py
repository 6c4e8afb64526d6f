"""The words that put a model into a role: a list of traits, or how much each value matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import copysign, floor
from typing import Literal

from agents.personas.persona import Persona, value_names
from agents.personas.reserved import is_placebo_text
from vectorstore.foundation.errors import InputError

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
    return _told("You are a person with these traits:", lines)


def profile_prompt(profile: Mapping[str, float]) -> str:
    """System prompt that states how important each of the ten values is.

    Args:
        profile: Value to importance in -1..1; values left out count as 0.
    """
    return listed_prompt(
        f"{value.replace('_', '-')} is {LEVEL_WORDS[nearest_level(profile.get(value, 0.0))]}" for value in value_names()
    )


def listed_prompt(statements: Iterable[str]) -> str:
    """System prompt that lists what is so for a person, in the form of ``profile_prompt``."""
    return _told("You are a person for whom", [f"- {statement}" for statement in statements])


def _told(opening: str, lines: Sequence[str]) -> str:
    return "\n".join([opening, *lines, "Answer as this person would."])


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
        strategy: ``"simple"`` and ``"isq"`` list the traits, ``"profile"`` states the profile; a placebo text was
            written for one strategy and is put that way.

    Raises:
        InputError: The strategy is unknown, or needs traits that the persona does not have.
    """
    if strategy not in ("simple", "profile", "isq"):
        raise InputError(f"unknown persona strategy {strategy!r}", "choose simple, profile or isq")
    if persona is None:
        return ""
    statements = [trait.text for trait in persona.traits]
    if strategy == "profile":
        return listed_prompt(statements) if is_placebo_text(persona.id) else profile_prompt(persona.target)
    return simple_prompt(statements)
