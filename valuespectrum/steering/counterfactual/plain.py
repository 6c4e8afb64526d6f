"""The loop in the words of the reference world, whose models know a few fixed questions and nothing else.

They give three reasons, say which of the nineteen values a text stands for and how strongly, and rewrite a reason so
that it stands for another value at another strength. The wanted values are Schwartz's ten; the score of a value is the
strength of the strongest reason that stands for it, and 1 where none does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.judges.cases import chosen
from agents.models.base import Ask, Choice, Stimulus
from agents.personas.prompts import profile_prompt
from agents.procedures.procedure import SUBJECT, Addressed, Procedure
from valuespectrum.instruments.wordings.speaking import REASONS, REASONS_SEEN, REWRITE, TEXT_STRENGTH, TEXT_VALUE
from valuespectrum.steering.counterfactual.objective import HIGHEST, LOWEST, Scores, ValueObjective
from valuespectrum.steering.counterfactual.value_system import ValueSystem
from valuespectrum.steering.counterfactual.voice import (
    ATTRIBUTOR,
    REWRITER,
    Attribution,
    ValueQuestion,
    WantedAnswer,
    said,
)
from valuespectrum.theory.value_sets import GROUPS, NINETEEN

_VERSION = "1"
_PARTS: Mapping[str, tuple[str, ...]] = {**GROUPS["schwartz_19", "schwartz_10"], "tradition": ("tradition",)}
"""The ten, as the reference world has them: humility counts for itself."""
_OF_TEN: Mapping[str, str] = {part: value for value, parts in _PARTS.items() for part in parts}
_WRITTEN: Mapping[str, str] = {part: NINETEEN.label(part).lower() for part in NINETEEN.dimensions}
_VALUES: tuple[Choice, ...] = (
    *(Choice(part, (words, words.capitalize())) for part, words in _WRITTEN.items()),
    Choice("none", ("none", "None")),
)
_DIGITS: tuple[Choice, ...] = tuple(Choice(str(digit), (str(digit),)) for digit in range(LOWEST, HIGHEST + 1))
_NUMBERED = re.compile(r"^\d+\.\s+(.+)$", re.MULTILINE)
_TOKENS = 80


@dataclass(frozen=True, slots=True)
class _Reason:
    """One reason as the attributor sees it."""

    text: str
    part: str
    """Of the nineteen; empty where it stands for none, or the attributor did not say."""
    strength: float | None

    @property
    def value(self) -> str:
        """Of the ten; empty for none."""
        return _OF_TEN.get(self.part, "")


@dataclass(frozen=True, slots=True)
class PlainVoice:
    """Fixed questions."""

    @property
    def name(self) -> str:
        """Words and version."""
        return f"plain {_VERSION}"

    def question(self, stimulus: Stimulus) -> str:
        """The one question that is understood."""
        return REASONS_SEEN.text if stimulus.frames else REASONS.text

    def answer(self, question: ValueQuestion) -> Procedure[str]:
        """Three reasons."""
        (answer,) = yield [Addressed(_asked(question, question.system), SUBJECT)]
        return said(answer)

    def attribute(self, question: ValueQuestion, response: str, system: ValueSystem) -> Procedure[Attribution]:
        """Every reason is named and weighed by itself; what was not judged leaves every value without a score."""
        reasons = yield from _looked_at(reasons_of(response))
        return Attribution(_scores(reasons, system), _shown(reasons), "")

    def concepts(self, wanted: WantedAnswer) -> Procedure[Mapping[str, str]]:
        """Which value at which strength: these models know no other concept."""
        yield []
        return {
            name: f"{_WRITTEN[_PARTS[name][0]]} at {round(wanted.objective.scores[name])}" for name in _places(wanted)
        }

    def predict(self, wanted: WantedAnswer, concepts: Mapping[str, str]) -> Procedure[str]:
        """Reasons that fit stay as they are; others are rewritten, or all is said anew under the wanted values."""
        if not wanted.parts.counterfactual:
            (answer,) = yield [self.value_prompt(wanted.question, wanted.objective, wanted.system)]
            return said(answer)
        texts = list(reasons_of(wanted.response))
        tasks = _tasks(wanted, texts)
        asks = [
            Ask(
                Stimulus(),
                REWRITE.write(text=texts[at], value=_WRITTEN[_PARTS[name][0]], strength=score),
                max_tokens=_TOKENS,
                draw=wanted.question.draw,
            )
            for at, name, score in tasks
        ]
        answers = yield [Addressed(ask, REWRITER) for ask in asks]
        for (at, _, _), answer in zip(tasks, answers, strict=True):
            texts[at] = said(answer)
        return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, start=1)) if all(texts) else ""

    def value_prompt(self, question: ValueQuestion, objective: ValueObjective, system: ValueSystem) -> Addressed:
        """The question to somebody for whom the ten values are as important as wanted; others are in the middle."""
        middle = (LOWEST + HIGHEST) / 2
        target = {name: (score - middle) / (HIGHEST - middle) for name, score in objective.scores.items()}
        return Addressed(_asked(question, profile_prompt(target)), SUBJECT)


def _asked(question: ValueQuestion, system: str) -> Ask:
    return Ask(question.stimulus, question.text, system=system, max_tokens=_TOKENS, draw=question.draw)


def reasons_of(response: str) -> tuple[str, ...]:
    r"""The reasons of an answer, one a numbered line.

    Example:
        >>> reasons_of("1. I care a little about honesty.\n2. I care somewhat about rest.")[1]
        'I care somewhat about rest.'
    """
    return tuple(text.strip() for text in _NUMBERED.findall(response))


def _looked_at(texts: Sequence[str]) -> Procedure[list[_Reason]]:
    named = yield [Addressed(Ask(Stimulus(), TEXT_VALUE.write(text=text), _VALUES), ATTRIBUTOR) for text in texts]
    parts = [chosen(answer).choice for answer in named]
    weighed = [(text, part) for text, part in zip(texts, parts, strict=True) if part in _WRITTEN]
    asks = [Ask(Stimulus(), TEXT_STRENGTH.write(text=text, value=_WRITTEN[part]), _DIGITS) for text, part in weighed]
    answers = yield [Addressed(ask, ATTRIBUTOR) for ask in asks]
    digits = iter([chosen(answer).choice for answer in answers])
    found = []
    for text, part in zip(texts, parts, strict=True):
        if part in _WRITTEN:
            digit = next(digits)
            found.append(_Reason(text, part, float(digit) if digit else None))
        else:
            found.append(_Reason(text, "", float(LOWEST) if part == "none" else None))
    return found


def _scores(reasons: Sequence[_Reason], system: ValueSystem) -> Scores:
    if not reasons or any(reason.strength is None for reason in reasons):
        return dict.fromkeys(system.dimensions)
    found = dict.fromkeys(system.dimensions, float(LOWEST))
    for reason in reasons:
        if reason.value in found and reason.strength is not None:
            found[reason.value] = max(found[reason.value], reason.strength)
    return dict(found)


def _shown(reasons: Sequence[_Reason]) -> dict[str, str]:
    """Value to the strongest reason for it."""
    found: dict[str, _Reason] = {}
    for reason in reasons:
        known = found.get(reason.value)
        if reason.value and (known is None or (reason.strength or 0) > (known.strength or 0)):
            found[reason.value] = reason
    return {value: reason.text for value, reason in found.items()}


def _places(wanted: WantedAnswer) -> list[str]:
    """The wanted values that get a reason, as many as there are reasons: the highest first.

    With relations, among those that are equally high those that vary most in Sigma.
    """
    count = len(reasons_of(wanted.response))
    order = list(wanted.objective.scores)

    def rank(name: str) -> tuple[float, float, int]:
        weight = wanted.system.importance(name) if wanted.parts.relations else 0.0
        return -wanted.objective.scores[name], -weight, order.index(name)

    above = [name for name in order if wanted.objective.scores[name] > LOWEST]
    return sorted(above, key=rank)[:count]


def _tasks(wanted: WantedAnswer, texts: Sequence[str]) -> list[tuple[int, str, int]]:
    """Which reason is rewritten to which value at which strength.

    With concepts, reasons that stand for a wanted value keep it, and those that show it as strongly as wanted keep
    their words; without, the first reason takes the first value, and so on.
    """
    free = list(range(len(texts)))
    tasks: list[tuple[int, str, int]] = []
    waiting: list[str] = []
    for name in _places(wanted):
        shown = wanted.found.concepts.get(name)
        if wanted.parts.concepts and shown in texts and (at := texts.index(shown)) in free:
            free.remove(at)
            if wanted.found.scores.get(name) != round(wanted.objective.scores[name]):
                tasks.append((at, name, round(wanted.objective.scores[name])))
        else:
            waiting.append(name)
    tasks += [(free.pop(0), name, round(wanted.objective.scores[name])) for name in waiting if free]
    strongest = [(name, round(wanted.objective.scores[name])) for name in _places(wanted)[:1]]
    beside = {text for name, text in wanted.found.concepts.items() if name not in wanted.objective.scores}
    # What is left over may stand for something that is not wanted: it says the strongest wanted value again.
    tasks += [(at, *each) for at in free if texts[at] not in beside for each in strongest]
    return sorted(tasks)
