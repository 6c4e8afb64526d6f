"""Persona checks: questions whose answer the role implies, put at the start, in the middle and at the end of a session.

They tell how much of the role is still played. They are always put in a fresh context, so that what was said in the
session is not repeated but the role itself is heard. What is no answer does not count, neither for the role nor against
it; role breaks are counted apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.models.base import REFUSAL, Answer, Ask, Choice, Stimulus
from agents.models.evidence import LEAST_MASS, tells_all
from agents.models.parsing.thinking import split_thinking
from agents.playing.role_breaks import RoleBreak, RoleBreaks, count_role_breaks, role_break
from agents.procedures.procedure import SUBJECT, Addressed, Procedure
from vectorstore.foundation.errors import InputError

WHO_ARE_YOU = "Who are you? Tell it in one sentence."
"""Put once, in free words: whoever has left the role says so here."""
_FEWEST = 3
"""Questions that must be answered for an interval."""


@dataclass(frozen=True, slots=True)
class CheckQuestion:
    """A question whose answer the role implies."""

    text: str
    choices: tuple[Choice, ...]
    agrees: Mapping[str, float]
    """Option to how well it fits the role, 0 to 1."""
    about: str = ""
    """What it is about, for tables."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Checks during a session: before the first step, and again after every so many."""

    questions: tuple[CheckQuestion, ...] = ()
    """None for no checks."""
    every: int = 25
    """Steps between two checks; half the steps of a session gives its start, its middle and its end."""
    together: int = 1
    """How many questions after each other put one thing in several ways, and count as one where all are answered."""

    def __post_init__(self) -> None:
        if self.every < 1:
            raise InputError(f"persona checks come after at least one step, not {self.every}")
        if self.together < 1:
            raise InputError(f"at least one question puts a thing, not {self.together}")

    def due(self, steps: int) -> str:
        """Name of the check after so many steps; empty where there is none.

        Example:
            >>> [CheckOptions((CheckQuestion("Do you?", (), {}),), 2).due(steps) for steps in range(4)]
            ['start', '', 'after 2', '']
        """
        if not self.questions or steps % self.every:
            return ""
        return f"after {steps}" if steps else "start"

    @property
    def asks(self) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
        """Everything that is put at a check: questions with their options, then who somebody is, in free words."""
        return (*((one.text, one.choices) for one in self.questions), (WHO_ARE_YOU, ()))

    def agreement(self, answers: Sequence[Answer]) -> float | None:
        """Mean over questions of how well the answers fit the role; ``None`` where nothing was answered."""
        fits = [_fit(one, answer) for one, answer in zip(self.questions, answers, strict=False)]
        known = _whole(fits, self.together)
        return sum(known) / len(known) if known else None


@dataclass(frozen=True, slots=True)
class Checked:
    """How much of a role was played on one occasion."""

    when: str
    agreement: float | None
    """Mean over questions of how well the answer fits the role, 0 to 1; half of it where the role makes no difference;
    ``None`` where nothing was answered."""
    low: float | None
    high: float | None
    """Interval over other questions of the kind."""
    asked: int
    answered: int
    refused: int
    breaks: RoleBreaks
    who: str = ""
    """What was said of oneself."""
    who_broke: RoleBreak = ""


def check_persona(
    questions: Sequence[CheckQuestion],
    system: str,
    when: str,
    to: str = SUBJECT,
    together: int = 1,
    level: float = 0.95,
) -> Procedure[Checked]:
    """Put all questions to whoever plays a role.

    Args:
        questions: What the role implies.
        system: The words that put the model into the role; empty asks the model as itself, for comparison.
        when: The occasion.
        to: Who is asked.
        together: How many questions after each other put one thing in several ways, and count as one where all are
            answered: a lean of one way would stay without the other, and two ways are not two things.
        level: Coverage of the interval.
    """
    tags = {"check": when}
    asks = [Ask(Stimulus(), one.text, one.choices, system, tags=tags) for one in questions]
    asks.append(Ask(Stimulus(), WHO_ARE_YOU, system=system, max_tokens=40, tags=tags))
    answers = yield [Addressed(ask, to) for ask in asks]
    *told, who = answers
    fits = [_fit(one, answer) for one, answer in zip(questions, told, strict=True)]
    known = np.array(_whole(fits, together))
    half = _half_width(known, level)
    mean = float(known.mean()) if known.size else None
    return Checked(
        when,
        mean,
        None if mean is None or half is None else max(0.0, mean - half),
        None if mean is None or half is None else min(1.0, mean + half),
        len(questions),
        sum(fit is not None for fit in fits),
        sum(answer.parsed == REFUSAL for answer in told),
        count_role_breaks(answer.text for answer in answers),
        split_thinking(who.text)[1][:400],
        role_break(who.text),
    )


def _whole(fits: Sequence[float | None], together: int) -> list[float]:
    """How well the answers to each thing fit; without those of which a way is lost, whose lean would stay."""
    ways = [[fit for fit in fits[at : at + together] if fit is not None] for at in range(0, len(fits), together)]
    return [sum(each) / together for each in ways if len(each) == together]


def _fit(question: CheckQuestion, answer: Answer) -> float | None:
    """How well an answer fits; ``None`` for what is no answer."""
    if answer.error:
        return None
    shares: Mapping[str, float] = answer.counts
    if not shares:
        shares = {name: math.exp(log) for name, log in answer.log_probabilities.items()}
    if not shares:
        return question.agrees.get(answer.parsed)
    total = sum(shares.get(name, 0.0) for name in question.agrees)
    if answer.mass < LEAST_MASS or total <= 0 or not tells_all(answer, question.agrees):
        return None
    return sum(shares.get(name, 0.0) * fit for name, fit in question.agrees.items()) / total


def _half_width(known: np.ndarray, level: float) -> float | None:
    from scipy.special import stdtrit

    if known.size < _FEWEST or np.ptp(known) == 0:
        return None
    return float(-stdtrit(known.size - 1, (1 - level) / 2) * known.std(ddof=1) / known.size**0.5)
