"""From a yes/no question to a probability that the model's leans do not reach.

A question is asked in balanced cells: both polarities ("keep watching?", "scroll on?") times both orders of the option
words. Each cell gives log-odds of the positive outcome; a lean to *yes* or to the first option adds to some cells what
it takes from others, so that it cancels from the mean of the log-odds. Where no two cells of opposite polarity
were answered nothing is decided: a lean would pass for a decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log

from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import NO_CHOICE, NO_PICTURE, REFUSAL, UNPARSED, Answer, Ask, Choice, Stimulus, Turn
from agents.models.evidence import LEAST_LOG_PROBABILITY, log_odds
from agents.models.parsing.declining import written_words
from agents.models.yes_no import NO, YES
from agents.playing.checks import CheckOptions
from agents.procedures.procedure import SUBJECT, Addressed, Procedure
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import in_utf8, visible_line

_SLOT = "{options}"
_LONGEST_TEXT = 2000
_WHO_TOKENS = 40
"""Of the answer to who somebody is."""
_LONGEST_WRITTEN = 600


@dataclass(frozen=True, slots=True)
class YesNoQuestion:
    """One question with two answers; ``{options}`` in its texts takes the two option words."""

    positive: str
    """The ``yes`` option is the positive outcome."""
    negative: str = ""
    """The opposite question, of which the ``no`` option is the positive outcome; empty when there is none."""
    yes: Choice = YES
    no: Choice = NO

    def __post_init__(self) -> None:
        for text in (self.positive, self.negative or _SLOT):
            if _SLOT not in text:
                raise InputError(f"the question {text!r} has no place for its options", f"write {_SLOT} into it")
        if self.yes.name == self.no.name or not (self.yes.surfaces and self.no.surfaces):
            raise InputError(f"the question {self.positive!r} needs two different options")


@dataclass(frozen=True, slots=True)
class DecisionOptions:
    """How answers become a decision."""

    balanced: bool = True
    """Ask all cells; otherwise only the positive text with the ``yes`` option first, leans included."""
    text_certainty: float = 0.95
    """Probability that a text answer stands for when a model gives no log-probabilities, 0.5 to 1 (excluded)."""
    refusal_share: float = 0.5
    """Share of the cells that must be refused for the question to count as refused, above 0 to 1."""

    def __post_init__(self) -> None:
        if not 0.5 <= self.text_certainty < 1:
            raise InputError(f"text_certainty must lie from 0.5 to below 1, got {self.text_certainty}")
        if not 0 < self.refusal_share <= 1:
            raise InputError(f"refusal_share must lie above 0 and up to 1, got {self.refusal_share}")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a question came to."""

    probability: float | None
    """Of the positive outcome; ``None`` when the question was refused or not answered."""
    refused: bool = False


_Place = tuple[int, str]
"""Of a cell in the balance: its polarity, and which option stands first."""


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    choices: tuple[Choice, Choice]
    sign: int

    @property
    def tags(self) -> dict[str, str | int]:
        """What a simulated model, which cannot read, needs to know of the text."""
        return {"polarity": self.sign, "first": self.choices[0].name}

    @property
    def place(self) -> _Place:
        """Where it stands in the balance."""
        return self.sign, self.choices[0].name


@dataclass(slots=True)
class Interview:
    """The questions of one step, put to one agent under one persona; keeps what was asked and answered."""

    system: str
    options: DecisionOptions
    prefill: str = ""
    tags: Mapping[str, str | int | float] = field(default_factory=dict)
    to: str = SUBJECT
    """The role that is asked."""
    turns: tuple[Turn, ...] = ()
    """What memory puts before every question that is not asked fresh."""
    asks: list[Ask] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """Which question each of them belongs to."""

    def decide(self, question: YesNoQuestion, stimulus: Stimulus, name: str = "") -> Procedure[Decision]:
        """Ask a question about a stimulus; one whose name begins with ``fresh_`` without earlier turns."""
        cells = _cells(question, self.options.balanced)
        turns = () if name.startswith(FRESH) else self.turns
        asks = [
            Ask(
                stimulus,
                cell.text,
                cell.choices,
                self.system,
                self.prefill,
                tags={**self.tags, **cell.tags},
                turns=turns,
            )
            for cell in cells
        ]
        answers = yield from self._put(asks, name)
        return _decision(question, cells, answers, self.options)

    def write(self, request: str, stimulus: Stimulus, name: str, tokens: int) -> Procedure[str]:
        """Have something written; empty where the model declines, fails or writes nothing.

        Args:
            request: What is asked for.
            stimulus: What it is about.
            name: Of the question.
            tokens: Longest answer.
        """
        ask = Ask(stimulus, request, (), self.system, max_tokens=tokens, tags=self.tags, turns=self.turns)
        (answer,) = yield from self._put([ask], name)
        return written(answer)

    def check(self, checks: CheckOptions, name: str) -> Procedure[float | None]:
        """Ask what the role implies, in a fresh context; how well the answers fit it, 0 to 1, if there are any."""
        asks = [
            Ask(Stimulus(), text, choices, self.system, max_tokens=_WHO_TOKENS, tags={CHECK: 1})
            for text, choices in checks.asks
        ]
        answers = yield from self._put(asks, name)
        return checks.agreement(answers)

    def _put(self, asks: Sequence[Ask], name: str) -> Procedure[list[Answer]]:
        told = yield [Addressed(ask, self.to) for ask in asks]
        answers = [checked(answer, ask) for answer, ask in zip(told, asks, strict=True)]
        self.asks += asks
        self.answers += answers
        self.names += [name] * len(asks)
        return answers

    def prompt_hash(self) -> str:
        """SHA-256 over everything that was put to the model so far."""
        return prompt_hash(self.asks)


CHECK = "check"
"""Name of the questions of a persona check."""
FRESH = "fresh_"
"""Begins the name of a question that is asked without memory."""


def written(answer: Answer) -> str:
    """What a model wrote, on one line; empty where it failed, declined, or said that it sees nothing."""
    if answer.error or answer.parsed in (REFUSAL, NO_PICTURE):
        return ""
    return visible_line(written_words(answer.text))[:_LONGEST_WRITTEN]


def prompt_hash(asks: Sequence[Ask]) -> str:
    """SHA-256 over pictures (by content), captions, questions, options, personas and opening words, in order."""
    return hashlib.sha256(canonical_json([ask_content(ask) for ask in asks]).encode()).hexdigest()


def checked(answer: Answer, ask: Ask) -> Answer:
    """Reduce what a model returned to what an answer may hold; answers are hostile until then.

    Log-probabilities that are no log-probabilities, counts that are none, those of classes that do not exist, and both
    of answers with an error are dropped; text is cut, and halves of characters, with which no log is read again, are
    question marks; unknown classes count as unparsed.
    """
    names = {choice.name for choice in ask.choices}
    kept = {
        name: max(float(value), LEAST_LOG_PROBABILITY)
        for name, value in answer.log_probabilities.items()
        if name in names and float(value) <= 1e-3 and not answer.error
    }
    counts = {
        name: int(count)
        for name, count in answer.counts.items()
        if name in {*names, *NO_CHOICE} and count >= 0 and not answer.error
    }
    known = {*names, *NO_CHOICE} if names else {"", *NO_CHOICE}
    parsed = answer.parsed if answer.parsed in known else UNPARSED
    text, error = (in_utf8(str(told)[:_LONGEST_TEXT]) for told in (answer.text, answer.error))
    return Answer(kept, text, parsed, max(0, int(answer.tokens)), error, counts)


def _cells(question: YesNoQuestion, balanced: bool) -> list[_Cell]:
    orders = ((question.yes, question.no), (question.no, question.yes))
    texts = [(question.positive, 1), *([(question.negative, -1)] if question.negative else [])]
    cells = [
        _Cell(text.replace(_SLOT, f"{first.surfaces[0]} or {second.surfaces[0]}"), (first, second), sign)
        for text, sign in texts
        for first, second in orders
    ]
    return cells if balanced else cells[:1]


def _decision(
    question: YesNoQuestion, cells: Sequence[_Cell], answers: Sequence[Answer], options: DecisionOptions
) -> Decision:
    answered: dict[_Place, float] = {}
    refused = 0
    for cell, answer in zip(cells, answers, strict=True):
        odds = _log_odds(question, answer, options.text_certainty)
        if odds is not None:
            answered[cell.place] = cell.sign * odds
        elif answer.parsed == REFUSAL and not answer.error:
            refused += 1
    if refused >= options.refusal_share * len(answers):
        return Decision(None, refused=True)
    if not _balanced(question, cells, answered):
        return Decision(None)
    by_sign: dict[int, list[float]] = {}
    for (sign, _), number in answered.items():
        by_sign.setdefault(sign, []).append(number)
    # The mean of the polarities' means, so that a lean to yes cancels even where a cell was lost.
    means = [sum(odds) / len(odds) for odds in by_sign.values()]
    return Decision(_logistic(sum(means) / len(means)))


def _balanced(question: YesNoQuestion, cells: Sequence[_Cell], answered: Collection[_Place]) -> bool:
    """Whether leans have where to cancel: two cells were answered that differ in their polarity alone.

    Of a question of one polarity they differ in their order alone; one that is asked once has nothing to cancel with.
    """
    names = (question.yes.name, question.no.name)
    if len(cells) == 1:
        return bool(answered)
    if not question.negative:
        return all((1, name) in answered for name in names)
    return any((1, name) in answered and (-1, name) in answered for name in names)


def _log_odds(question: YesNoQuestion, answer: Answer, certainty: float) -> float | None:
    """Log-odds of the ``yes`` option; ``None`` for an answer that says neither.

    Log-probabilities or draws that say enough win over words; words are read where there is nothing else.
    """
    if answer.error or answer.parsed == NO_PICTURE:
        return None
    if answer.log_probabilities or answer.counts:
        return log_odds(answer, question.yes.name, question.no.name)
    certain = log(certainty / (1 - certainty))
    return {question.yes.name: certain, question.no.name: -certain}.get(answer.parsed)


def _logistic(number: float) -> float:
    return 1 / (1 + exp(-number)) if number > 0 else exp(number) / (1 + exp(number))
