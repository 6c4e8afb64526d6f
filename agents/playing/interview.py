"""Interview first: a model in a role talks about itself before anything is measured, and hears its own words later.

An interview is held once, by :func:`interview`, and kept with the persona (its file has it); the strategy
``"interview"`` then shows it, so that a run asks nothing that a replay would have to make up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.models.base import REFUSAL, Answer, Ask, Stimulus, Turn
from agents.models.parsing.refusals import refusal
from agents.models.parsing.text import plain, shown_part
from agents.models.parsing.thinking import split_thinking
from agents.playing.role_breaks import RoleBreaks, count_role_breaks, role_break
from agents.procedures.procedure import SUBJECT, Addressed, Procedure

QUESTIONS: tuple[str, ...] = (
    "What do you do on a day that is all yours?",
    "What would you never give up, and why?",
    "What made you proud not long ago?",
    "What do you gladly leave to others?",
    "What should people know about you before they show you a video?",
)
"""Our own; they name no value."""
_LONGEST = 500
"""Characters of an answer that are kept."""
_TOKENS = 120


@dataclass(frozen=True, slots=True)
class Interviewed:
    """What an interview came to."""

    said: tuple[tuple[str, str], ...]
    """Questions and answers; only what was answered in the role."""
    asked: int
    breaks: RoleBreaks
    refused: int
    """Answers that were none: refused, failed or empty."""


def interview(system: str, questions: Sequence[str] = QUESTIONS, to: str = SUBJECT) -> Procedure[Interviewed]:
    """Hold an interview, one question after the other, each with all that was said before.

    An answer that falls out of the role, refuses or says nothing is counted and forgotten: it is neither shown in the
    next turn nor kept.

    Args:
        system: The words that put the model into its role.
        questions: In their order.
        to: Who is asked.
    """
    turns: list[Turn] = []
    kept: list[tuple[str, str]] = []
    texts: list[str] = []
    refused = 0
    for question in questions:
        ask = Ask(Stimulus(), question, system=system, max_tokens=_TOKENS, turns=tuple(turns))
        (answer,) = yield [Addressed(ask, to)]
        words = _words(answer)
        texts.append(words)
        if not words or _declined(answer, words):
            refused += 1
        elif not role_break(words):
            kept.append((question, words))
            turns += [Turn("user", question), Turn("assistant", words)]
    return Interviewed(tuple(kept), len(questions), count_role_breaks(texts), refused)


def _words(answer: Answer) -> str:
    """What was said on one line, without thinking and control characters."""
    said = "" if answer.error else split_thinking(answer.text)[1]
    line = " ".join("".join(each if each.isprintable() else " " for each in said).split())
    return line[:_LONGEST].rstrip()


def _declined(answer: Answer, words: str) -> bool:
    return answer.parsed == REFUSAL or bool(refusal().search(plain(shown_part(words))) and not role_break(words))
