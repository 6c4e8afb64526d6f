"""Who answers: the bare model, personas in words, and their placebos."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.answers.respondent import BARE, Role
from agents.personas.persona import Persona
from agents.personas.placebo import TraitExchange, placebo
from agents.personas.prompts import QUESTIONNAIRE, Strategy, system_prompt
from agents.personas.reserved import NO_PERSONA, refuse_reserved
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream


def roles(
    personas: Sequence[Persona],
    strategies: Sequence[Strategy],
    placebos: bool,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[Role]:
    """The bare model, then every persona under every strategy, each followed by its placebo.

    The questionnaire needs a bare model of its own, since its scale is not that of the like battery.

    Args:
        personas: Roles to play; none for the bare model alone.
        strategies: How personas are put into words.
        placebos: Whether every persona gets a placebo.
        seed: Root seed; each placebo has a stream of its own, so adding a persona changes no other.
        progress: Told how many placebos are made, and of how many.

    Raises:
        InputError: A persona cannot be put into words that way, or its id stands for something else.
    """
    _check_ids(personas)
    controls: dict[str, Persona] = {}
    if placebos and strategies:
        exchange = TraitExchange(personas)
        for number, persona in enumerate(personas, start=1):
            controls[persona.id] = placebo(persona, stream(seed, f"placebo/{persona.id}"), exchange)
            if progress is not None:
                progress(number, len(personas))
    listed = [BARE]
    for strategy in strategies if personas else ():
        if strategy == QUESTIONNAIRE:
            listed.append(Role(NO_PERSONA, QUESTIONNAIRE, False, ""))
        for persona in personas:
            listed.append(Role(persona.id, strategy, False, system_prompt(persona, strategy)))
            if placebos:
                listed.append(Role(persona.id, strategy, True, system_prompt(controls[persona.id], strategy)))
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


def borrowed_placebos(listed: Sequence[Json]) -> dict[tuple[str, str], str]:
    """Placebos that are only another persona.

    Args:
        listed: Roles of a run as its manifest keeps them.

    Returns:
        (persona, strategy) to the id of the persona whose words the placebo wears.
    """
    owners = {(role["strategy"], role["system"]): role["persona"] for role in listed if not role["placebo"]}
    return {
        (role["persona"], role["strategy"]): owners[role["strategy"], role["system"]]
        for role in listed
        if role["placebo"] and (role["strategy"], role["system"]) in owners
    }
