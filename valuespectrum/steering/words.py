"""Words that steer: a value named with its definition, as the hard prompts of Kang et al. (2025), or a persona."""

from __future__ import annotations

from agents.models.spoken import SpokenIntervention
from agents.personas.persona import Persona
from agents.personas.prompts import Strategy, system_prompt
from valuespectrum.instruments.judging.labels import labels_of
from valuespectrum.theory.value_sets import TEN

_INCLINED = {True: "inclined", False: "disinclined"}


def value_words(value: str, towards: bool = True) -> SpokenIntervention:
    """Words that name a value and say what it means; the frame is that of the paper, definitions are ours.

    Args:
        value: One of the ten.
        towards: Towards it, or away from it.

    Raises:
        InputError: There is no such value.

    Example:
        >>> value_words("power", towards=False).words.partition(", which")[0]
        'You are disinclined to the value of Power'
    """
    TEN.position(value)
    label = next(each for each in labels_of(TEN) if each.name == value)
    meaning = label.definition.strip().rstrip(".")
    words = f"You are {_INCLINED[towards]} to the value of {label.written}, which means {meaning}."
    direction = "towards" if towards else "away"
    return SpokenIntervention(f"{value.replace('_', '-')}-{direction}", words, {"value": value, "direction": direction})


def persona_words(persona: Persona, strategy: Strategy = "simple") -> SpokenIntervention:
    """The words of a persona as an intervention.

    Args:
        persona: Any.
        strategy: How it is put.

    Raises:
        InputError: The persona has no words for this strategy, or an id that no intervention can have.
    """
    return SpokenIntervention(
        persona.id.lower().replace("@", "-"), system_prompt(persona, strategy), {"persona": persona.id}
    )
