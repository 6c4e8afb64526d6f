"""One respondent's walk through all staircases: step by step, each step after what was done before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.answers.respondent import Role
from agents.models.ask_key import canonical_json
from agents.models.base import Answer, Ask, Choice, Stimulus, Turn
from agents.models.evidence import LEAST_MASS
from agents.procedures.procedure import Addressed, Procedure
from valuespectrum.instruments.battery import ANSWER_TOKENS
from valuespectrum.instruments.dilemmas.items import NEITHER_MARK, OPTIONS, ORDERS, STEPS, DilemmaStep, Escalation
from valuespectrum.instruments.dilemmas.options import DilemmaOptions
from valuespectrum.instruments.question_list import put_to
from valuespectrum.stimuli.presenting.together import numbered
from vectorstore.foundation.random_streams import shuffled, stream

DILEMMA, STEP, ORDER, PRICED = "dilemma", "step", "order", "priced"
"""Tags of every ask: which dilemma, which step from 1, which course is listed first, and which of the courses in their
own order has the price that rises (1 or 2; 0 for neither)."""
REFINED = "refined"
"""Tag: the label of a course as it is written, where another value is scored."""
CHANCES = "chances"
"""Tag: values that a course may serve, each with its probability, where its label is in doubt; else there is none."""

_NEITHER = "I could not say."
"""What was done where neither was chosen, for who has choices alone in view."""


@dataclass(frozen=True, slots=True)
class WalkPlan:
    """What one respondent is led through."""

    role: Role
    dilemmas: Sequence[Escalation]
    value_of: dict[str, str]
    """Label of a course to the value that is scored."""
    options: DilemmaOptions
    seed: int
    name: str
    """Of the instrument, for its tags and random streams."""

    @property
    def digest(self) -> str:
        """What tells it from any other plan."""
        options = self.options
        told: list[object] = [self.seed, self.role.system, options.history, options.unforced, options.prefill]
        for each in self.dilemmas:
            told.append([each.id, [[step.words(0), *(course.value for course in step.courses)] for step in each.steps]])
            told += [
                list(map(list, course.chances)) for step in each.steps for course in step.courses if course.chances
            ]
        return hashlib.sha256(canonical_json(told).encode()).hexdigest()[:16]


@dataclass(slots=True)
class _Walk:
    """One staircase in one order as it goes on."""

    dilemma: Escalation
    order: int
    past: list[tuple[str, str, str]] = field(default_factory=list)
    """Question, answer and what was done of each earlier step that was answered."""


def walk_staircases(plan: WalkPlan) -> Procedure[int]:
    """Lead one respondent through every staircase, in both orders of the courses.

    All staircases are walked at once: a round has one step of each, and respondents share batches.

    Args:
        plan: Whom, through what.

    Returns:
        How many answers chose a course.
    """
    walks = [_Walk(each, order) for each in plan.dilemmas for order in ORDERS]
    chosen = 0
    for number in range(1, STEPS + 1):
        asks = [step_ask(plan, walk.dilemma, number, walk.order, _turns(plan, walk, number)) for walk in walks]
        answers = yield [Addressed(ask) for ask in asks]
        for walk, ask, answer in zip(walks, asks, answers, strict=True):
            mark, words = said(answer)
            chosen += mark in OPTIONS
            if words:
                walk.past.append((ask.question, words, _done(walk, number, mark) or words))
    return chosen


def _done(walk: _Walk, number: int, mark: str) -> str:
    """What a mark stands for, told without the options; empty for none."""
    if mark == NEITHER_MARK:
        return _NEITHER
    return walk.dilemma.steps[number - 1].listed(walk.order)[OPTIONS.index(mark)].text if mark else ""


def step_ask(plan: WalkPlan, dilemma: Escalation, number: int, order: int, turns: tuple[Turn, ...] = ()) -> Ask:
    """One step as it is put."""
    step = dilemma.steps[number - 1]
    marks = (*OPTIONS, NEITHER_MARK) if plan.options.unforced else OPTIONS
    tags: dict[str, str | int | float] = {
        "item": plan.name,
        DILEMMA: dilemma.id,
        STEP: number,
        ORDER: order,
        PRICED: step.priced + 1,
    }
    ask = Ask(
        Stimulus(),
        step.words(order, plan.options.unforced),
        tuple(Choice(mark, (mark,)) for mark in marks),
        prefill=plan.options.prefill,
        max_tokens=ANSWER_TOKENS,
        tags=tags | _values(step, order, plan.value_of),
        turns=turns,
    )
    return put_to(plan.role, ask)


def said(answer: Answer) -> tuple[str, str]:
    """The mark that an answer chose, empty for none, and its words; no words where the ask failed.

    Of a model that says no words the likeliest mark, where enough of the probability is about the marks to be scored.
    """
    if answer.error:
        return "", ""
    marks = (*OPTIONS, NEITHER_MARK)
    if answer.parsed in marks:
        return answer.parsed, answer.text.strip() or answer.parsed
    if not answer.parsed and answer.log_probabilities and answer.mass >= LEAST_MASS:
        likeliest = max(answer.log_probabilities, key=lambda name: answer.log_probabilities[name])
        return likeliest, answer.text.strip() or likeliest
    return "", answer.text.strip()


def _values(step: DilemmaStep, order: int, value_of: dict[str, str]) -> dict[str, str | int | float]:
    tags: dict[str, str | int | float] = {}
    for place, course in enumerate(step.listed(order)):
        tags |= {numbered("value", place): value_of[course.value], numbered(REFINED, place): course.value}
        if course.chances:
            tags[numbered(CHANCES, place)] = " ".join(f"{value} {chance:g}" for value, chance in course.chances)
    return tags


def _turns(plan: WalkPlan, walk: _Walk, number: int) -> tuple[Turn, ...]:
    """What of the earlier steps is in view."""
    past = list(walk.past)
    if plan.options.history == "none":
        return ()
    if plan.options.history == "shuffled":
        generator = stream(plan.seed, f"{plan.name}/shuffled/{walk.dilemma.id}/{walk.order}", number)
        past = [past[place] for place in shuffled(len(past), generator)]
    turns: list[Turn] = []
    for place, (question, words, done) in enumerate(past, 1):
        if plan.options.history == "choices":
            question, words = f"What did you do the time before, number {place}?", done
        turns += [Turn("user", question), Turn("assistant", words)]
    return tuple(turns)
