"""Who answers: the bare model, personas in words, and placebo texts."""

from __future__ import annotations

from collections.abc import Sequence

from agents.answers.respondent import BARE, Role
from agents.personas.persona import Persona
from agents.personas.placebo import placebos
from agents.personas.prompts import QUESTIONNAIRE, Strategy, system_prompt
from agents.personas.reserved import NO_PERSONA, refuse_reserved
from vectorstore.foundation.errors import InputError


def roles(personas: Sequence[Persona], strategies: Sequence[Strategy], placebo_texts: int, seed: int) -> list[Role]:
    """The bare model, then every persona under every strategy, followed by the placebo texts of that strategy.

    The questionnaire needs a bare model of its own, since its scale is not that of the like battery.

    Args:
        personas: Roles to play; none for the bare model alone.
        strategies: How personas are put into words.
        placebo_texts: How many texts that say nothing about values are put in the same way (``placebo.placebos``).
        seed: Root seed of the placebo texts.

    Raises:
        InputError: A persona cannot be put into words that way, its id stands for something else, or there are not so
            many placebo texts.
    """
    _check_ids(personas)
    listed = [BARE]
    for strategy in strategies if personas else ():
        if strategy == QUESTIONNAIRE:
            listed.append(Role(NO_PERSONA, QUESTIONNAIRE, False, ""))
        for persona in personas:
            listed.append(Role(persona.id, strategy, False, system_prompt(persona, strategy)))
        for text in placebos(personas, strategy, placebo_texts, seed):
            listed.append(Role(text.id, strategy, True, system_prompt(text, strategy)))
    return listed


def _check_ids(personas: Sequence[Persona]) -> None:
    """Refuse ids under which one respondent's answers would be taken for another's.

    Raises:
        InputError: There is one.
    """
    seen: set[str] = set()
    for persona in personas:
        refuse_reserved(persona.id, f"persona {persona.id!r:.80}")
        if persona.id in seen:
            raise InputError(f"two personas have the id {persona.id!r:.80}", "give every persona its own id")
        seen.add(persona.id)
