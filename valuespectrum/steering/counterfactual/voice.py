"""What the loop asks of whom, as a contract: words for user's models, and for models of the reference world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agents.models.base import Answer, Stimulus
from agents.models.parsing.thinking import split_thinking
from agents.procedures.procedure import SUBJECT, Addressed, Procedure
from valuespectrum.steering.counterfactual.objective import Scores, ValueObjective
from valuespectrum.steering.counterfactual.value_system import ValueSystem

ATTRIBUTOR, REWRITER = "attributor", "rewriter"
"""Who says which values an answer shows; who puts concepts into words and rewrites."""
_NOTHING = Stimulus()
ROLES = (SUBJECT, ATTRIBUTOR, REWRITER)


@dataclass(frozen=True, slots=True)
class ValueQuestion:
    """What the subject is asked."""

    id: str
    text: str
    stimulus: Stimulus = _NOTHING
    """Frames are a fixed parent of whatever follows: no step changes what was seen."""
    system: str = ""
    """Words that put the subject into a role."""
    draw: int = 0
    """Number of a repeat."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Which values an answer shows."""

    scores: Scores
    """Every dimension of the system."""
    concepts: Mapping[str, str] = field(default_factory=dict)
    """Dimension to the words of the answer that show it; C_r."""
    residue: str = ""
    """What of the answer has nothing to do with values: eps_2."""


@dataclass(frozen=True, slots=True)
class LoopParts:
    """Which parts of the method are used; without all three a value prompt is left."""

    relations: bool = True
    """G and Sigma are told."""
    concepts: bool = True
    """Concepts are found before words are."""
    counterfactual: bool = True
    """The answer that was given is rewritten; else a new one is asked for."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of what is not used."""
        return tuple(name for name in ("relations", "concepts", "counterfactual") if not getattr(self, name))


ALL_PARTS = LoopParts()
NO_PARTS = LoopParts(relations=False, concepts=False, counterfactual=False)
"""A value prompt."""


@dataclass(frozen=True, slots=True, eq=False)
class WantedAnswer:
    """One intervention do(V = v) on one answer."""

    question: ValueQuestion
    response: str
    found: Attribution
    objective: ValueObjective
    system: ValueSystem
    parts: LoopParts = ALL_PARTS


class Voice(Protocol):
    """How the steps of the loop are put into words and read; every step is a part of a procedure."""

    @property
    def name(self) -> str:
        """Which words, with a version: other words are another procedure."""

    def answer(self, question: ValueQuestion) -> Procedure[str]:
        """The subject's own answer; empty where it gave none."""

    def attribute(self, question: ValueQuestion, response: str, system: ValueSystem) -> Procedure[Attribution]:
        """Abduction: which values an answer shows."""

    def concepts(self, wanted: WantedAnswer) -> Procedure[Mapping[str, str]]:
        """Action: one concept for each wanted dimension, those that could not be found left out."""

    def predict(self, wanted: WantedAnswer, concepts: Mapping[str, str]) -> Procedure[str]:
        """Prediction: the answer that shows the wanted values; empty where none was given."""

    def value_prompt(self, question: ValueQuestion, objective: ValueObjective, system: ValueSystem) -> Addressed:
        """The baseline: the question together with the wanted values."""


def said(answer: Answer) -> str:
    """The words of an answer without thinking; empty where the ask failed or nothing was said.

    Example:
        >>> said(Answer(text=" <think>hm</think> I help. "))
        'I help.'
    """
    return "" if answer.error else split_thinking(answer.text)[1].strip()


def asked_once(ask: Addressed) -> Procedure[str]:
    """One ask, and its words."""
    answers: Sequence[Answer] = yield [ask]
    return said(answers[0])
