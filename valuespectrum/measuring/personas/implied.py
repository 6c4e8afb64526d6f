"""Questions whose answer a persona implies: portraits that it does not say itself, for and against its values."""

from __future__ import annotations

from collections.abc import Sequence

from agents.models.base import Choice
from agents.personas.persona import Persona, load_trait_bank, plainly
from agents.personas.prompts import nearest_level
from agents.personas.wordings import paraphrases
from agents.playing.checks import CheckOptions, CheckQuestion
from valuespectrum.instruments.wordings.describing_oneself import PORTRAITS
from vectorstore.foundation.random_streams import stream

DIGITS: tuple[Choice, ...] = tuple(Choice(str(digit), (str(digit),)) for digit in range(1, 7))
WAYS = 2
"""In which each statement is asked about, one after the other: both directions of the scale."""
_SIDES = {"positive": 1, "negative": -1}


def check_questions(persona: Persona, seed: int = 0) -> list[CheckQuestion]:
    """Portraits for and against every value that a persona holds or rejects, each in both directions of the scale.

    A statement that the persona makes itself is not among them, so that they are answered out of the role and not out
    of the prompt; as many speak for a value as against it, so that a lean to agree says nothing.

    Args:
        persona: Whose target implies the answers.
        seed: Root seed of the choice of statements.

    Returns:
        None where nothing is implied: no value of the target comes to a quarter, or the persona says all that there is
        to be asked about those that do.

    Example:
        >>> from agents.personas.persona import load_personas
        >>> len(check_questions(load_personas()[0]))
        12
    """
    generator = stream(seed, f"personas/checks/{persona.made_from or persona.id}")
    said = _own_statements(persona)
    questions: list[CheckQuestion] = []
    for value, sides in load_trait_bank().items():
        level = nearest_level(persona.target[value])
        for side, texts in sides.items():
            left = [text for text in texts if text not in said]
            place = int(generator.integers(len(texts)))
            if level and left:
                questions += _both_ways(left[place % len(left)], value, level * _SIDES[side] > 0)
    return questions


def _own_statements(persona: Persona) -> set[str]:
    """Statements of the trait bank that a persona makes, in whatever wording and however strongly."""
    first = {other: statement for statement, others in paraphrases().items() for other in others}
    plain = (plainly(trait.text)[0] for trait in persona.traits)
    return {first.get(text, text) for text in plain}


def session_checks(persona: Persona | None, every: int) -> CheckOptions:
    """Checks of a session: what its persona implies, at the start and after every so many steps.

    Args:
        persona: Whom the agent plays; nobody, and somebody who implies no answer, is not checked.
        every: Steps between two checks; 0 for none.
    """
    questions = check_questions(persona) if persona is not None and every else []
    return CheckOptions(tuple(questions), every, WAYS) if questions else CheckOptions()


def _both_ways(statement: str, value: str, implied: bool) -> Sequence[CheckQuestion]:
    steps = [place / (len(DIGITS) - 1) for place in range(len(DIGITS))]
    return [
        CheckQuestion(
            PORTRAITS[ascending].write(statement=statement),
            DIGITS,
            {
                digit.name: fit
                for digit, fit in zip(DIGITS, steps if ascending == implied else steps[::-1], strict=True)
            },
            value,
        )
        for ascending in (True, False)
    ]
