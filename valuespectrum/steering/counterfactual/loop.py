"""The loop as a procedure: attribute, compare, intervene, predict, and attribute again.

What COUPLE calls abduction infers V, which is no exogenous noise but one of its own variables; so this is no
counterfactual in the strict sense, but a rewriting that is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf
from typing import Literal

from agents.procedures.procedure import Procedure
from valuespectrum.steering.counterfactual.objective import Deviation, ValueObjective, deviation, spearman
from valuespectrum.steering.counterfactual.value_system import ValueSystem
from valuespectrum.steering.counterfactual.voice import (
    ALL_PARTS,
    Attribution,
    LoopParts,
    ValueQuestion,
    Voice,
    WantedAnswer,
)
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

LoopOutcome = Literal["kept", "rewritten", "no answer", "not attributed", "not rewritten"]
"""Near enough as it was; rewritten, also where a further round changed nothing more; the subject gave none; a wanted
value got no score, of the answer or of what was rewritten last; nothing else came back."""
_ROUNDING = 1e-9
"""Sums of differences that are equal differ by less: .1 + .2 is a little above .3."""


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """How the loop goes."""

    theta: float
    """Largest deviation (the sum) at which an answer is kept. The paper's is not known, so that it has to be given."""
    rounds: int = 1
    """Most rewritings of one answer."""
    parts: LoopParts = ALL_PARTS

    def __post_init__(self) -> None:
        if not 0 <= self.theta < inf or self.rounds < 1:
            raise InputError("theta is 0 or more, and there is one round at least", "for example --theta 1")


@dataclass(frozen=True, slots=True, eq=False)
class LoopStep:
    """One rewriting."""

    found: Attribution
    """Of the answer that was rewritten."""
    apart: Deviation
    concepts: Mapping[str, str]
    response: str
    """What came of it; empty where nothing did."""


@dataclass(frozen=True, slots=True, eq=False)
class LoopTrace:
    """Everything that happened to one answer."""

    question: ValueQuestion
    objective: ValueObjective
    outcome: LoopOutcome
    first: str
    """The subject's own answer."""
    last: str
    """The answer that is left: the first one, byte for byte, where it was kept."""
    steps: tuple[LoopStep, ...]
    before: Attribution | None
    after: Attribution | None
    """Of the last answer."""

    def to_json(self) -> Json:
        """As traces are kept."""
        return {
            "id": self.question.id,
            "question": self.question.text,
            "frames": [frame.picture_sha for frame in self.question.stimulus.frames],
            "objective": dict(self.objective.scores),
            "outcome": self.outcome,
            "first": self.first,
            "last": self.last,
            "before": _attributed(self.before, self.objective),
            "after": _attributed(self.after, self.objective),
            "steps": [
                {
                    "found": _attributed(step.found, self.objective),
                    "concepts": dict(step.concepts),
                    "response": step.response,
                }
                for step in self.steps
            ],
        }


def _attributed(found: Attribution | None, objective: ValueObjective) -> Json | None:
    if found is None:
        return None
    return {
        **asdict(found),
        "deviation": asdict(deviation(found.scores, objective)),
        "spearman": spearman(found.scores, objective),
    }


def counterfactual(
    question: ValueQuestion,
    objective: ValueObjective,
    system: ValueSystem,
    voice: Voice,
    options: LoopOptions,
) -> Procedure[LoopTrace]:
    """Steer one answer to an objective.

    Args:
        question: What the subject is asked; its own answer is what is steered.
        objective: WantedAnswer scores; its dimensions are among the system's.
        system: Definitions, relations and covariances.
        voice: How the roles are asked.
        options: Threshold, rounds, parts.

    Raises:
        InputError: A wanted dimension is not in the system.
    """
    unknown = [name for name in objective.scores if name not in system.dimensions]
    if unknown:
        raise InputError(f"the value system has no {unknown[0]!r:.60}", f"one of {', '.join(system.dimensions)}")
    response = yield from voice.answer(question)
    if not response:
        return LoopTrace(question, objective, "no answer", "", "", (), None, None)
    return (
        yield from steered(
            WantedAnswer(question, response, Attribution({}), objective, system, options.parts), voice, options
        )
    )


def steered(given: WantedAnswer, voice: Voice, options: LoopOptions) -> Procedure[LoopTrace]:
    """The same for an answer that is there.

    Args:
        given: The answer, with what is wanted of it; what was attributed to it is not looked at.
        voice: How the roles are asked.
        options: Threshold, rounds, parts.
    """
    question, objective, system = given.question, given.objective, given.system
    found = yield from voice.attribute(question, given.response, system)
    before, last, steps = found, given.response, list[LoopStep]()
    outcome: LoopOutcome = "kept"
    for _ in range(options.rounds):
        apart = deviation(found.scores, objective)
        if apart.total is None:
            outcome = "not attributed"
            break
        if apart.total <= options.theta + _ROUNDING:
            break
        wanted = WantedAnswer(question, last, found, objective, system, options.parts)
        concepts: Mapping[str, str] = {}
        if options.parts.concepts:
            concepts = yield from voice.concepts(wanted)
        response = yield from voice.predict(wanted, concepts)
        steps.append(LoopStep(found, apart, concepts, response))
        if not response or response == last:
            outcome = "rewritten" if len(steps) > 1 else "not rewritten"
            break
        outcome, last = "rewritten", response
        found = yield from voice.attribute(question, last, system)
    if outcome == "rewritten" and deviation(found.scores, objective).total is None:
        outcome = "not attributed"
    return LoopTrace(question, objective, outcome, given.response, last, tuple(steps), before, found)
