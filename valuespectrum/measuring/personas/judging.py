"""What a person who is described in words values, judged by a model: the target of a persona in free words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from agents.models.base import Answer, Ask, Stimulus
from agents.models.evidence import LEAST_MASS, tells_all
from agents.personas.persona import Persona
from agents.procedures.procedure import Addressed, Procedure
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.measuring.personas.implied import DIGITS
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.text import inside_quotes

JUDGE = "judge"
"""The role of whoever judges."""
MEANINGS: Mapping[str, str] = {
    "self_direction": "to think, create and decide for oneself",
    "stimulation": "adventure, risk and novelty",
    "hedonism": "pleasure and fun",
    "achievement": "success that others see",
    "power": "money, status and control over others",
    "security": "safety and stability, one's own and that of society",
    "conformity": "to keep rules and not to upset others",
    "tradition": "customs and religion, as they were handed down",
    "benevolence": "the welfare of those who are close",
    "universalism": "justice for all people, and nature",
}
"""The ten values for somebody who does not know them. Our own words."""
SCALES: tuple[Template, Template] = (
    Template(
        'This is what is said of a person: "{words}" How important is this to the person: {meaning}? '
        "Answer with one digit from 1, very important, to 6, not at all."
    ),
    Template(
        'This is what is said of a person: "{words}" How important is this to the person: {meaning}? '
        "Answer with one digit from 1, not at all, to 6, very important."
    ),
)
"""Descending and ascending."""
_MIDDLE, _HALF = 3.5, 2.5


@dataclass(frozen=True, slots=True)
class JudgedTarget:
    """What a judge thinks that a person values."""

    target: Mapping[str, float] | None
    """All ten values, -1 to 1; ``None`` where one of them has no judgement."""
    disagreement: float | None
    """How far the two directions of the scale lie apart, mean over values, in the same unit."""
    silent: tuple[str, ...] = ()
    """Values without a judgement."""


def described(persona: Persona) -> str:
    """What a persona says, in one text without marks that could end the quotation."""
    words = persona.text or " ".join(trait.text for trait in persona.traits)
    return inside_quotes(words)


def judge_persona(persona: Persona, to: str = JUDGE) -> Procedure[JudgedTarget]:
    """Ask a judge how important each of the ten values is to a person, in both directions of the scale.

    The judge hears the words of the persona as a quotation and plays nobody.

    Args:
        persona: With traits or free words.
        to: Who judges.

    Returns:
        The expected digit, taken from both directions, as a number in -1..1. A value that was not answered in both
        has none, and then there is no target at all.
    """
    words = described(persona)
    asks = [
        Ask(Stimulus(), scale.write(words=words, meaning=MEANINGS[value]), DIGITS)
        for value in VALUES
        for scale in SCALES
    ]
    answers = yield [Addressed(ask, to) for ask in asks]
    told = np.array([_expected(answer) for answer in answers]).reshape(len(VALUES), len(SCALES))
    told[:, 0] = 2 * _MIDDLE - told[:, 0]
    found = (told - _MIDDLE) / _HALF
    silent = tuple(value for value, row in zip(VALUES, found, strict=True) if np.isnan(row).any())
    if silent:
        return JudgedTarget(None, None, silent)
    means = found.mean(axis=1).tolist()
    return JudgedTarget(dict(zip(VALUES, means, strict=True)), float(np.abs(np.diff(found, axis=1)).mean()))


def _expected(answer: Answer) -> float:
    """The expected digit; NaN for no answer."""
    if answer.error:
        return float("nan")
    shares: Mapping[str, float] = answer.counts
    if not shares:
        shares = {name: float(np.exp(log)) for name, log in answer.log_probabilities.items()}
    if not shares:
        return float(answer.parsed) if answer.parsed in {digit.name for digit in DIGITS} else float("nan")
    told = {digit.name: shares.get(digit.name, 0.0) for digit in DIGITS}
    whole = sum(told.values())
    if whole <= 0 or answer.mass < LEAST_MASS or not tells_all(answer, told):
        return float("nan")
    return sum(int(name) * share for name, share in told.items()) / whole
