"""What is put before judges, and what they say of it. What is no answer never becomes a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agents.models.base import NO_CHOICE, NO_PICTURE, REFUSAL, UNPARSED, Answer, Ask, Choice, FrameReference

_MOSTLY = 0.5
"""Probability of all options together from which an answer is read off it."""
FAILED = "failed"
"""Why there is no label: the ask failed."""


@dataclass(frozen=True, slots=True)
class Label:
    """Something that a text may carry, e.g. a value."""

    name: str
    """Stable, as verdicts hold it."""
    written: str
    """As judges are told and name it."""
    definition: str
    """One line."""
    examples: tuple[str, ...] = ()
    """Texts that surely carry it, and no other of its set: judges are tried on them."""
    forms: tuple[str, ...] = ()
    """Further written forms that count as it."""

    @property
    def choice(self) -> Choice:
        """The option of a judge who names labels."""
        forms = (form for name in (self.written, *self.forms) for form in (name, name.lower(), name.capitalize()))
        return Choice(self.name, tuple(dict.fromkeys(forms)))


@dataclass(frozen=True, slots=True)
class Case:
    """Words of strangers, and what is asked of them."""

    id: str
    text: str
    label: str = ""
    """Name of the label that it is asked about; empty where a judge is to name one, or the form asks something else."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Further words of strangers that belong to it (a question, a caption), by what they are called."""
    frames: tuple[FrameReference, ...] = ()
    """Pictures that belong to it."""
    tags: Mapping[str, str | int | float] = field(default_factory=dict)
    """Bookkeeping of its asks; never shown."""


@dataclass(frozen=True, slots=True)
class JudgeVerdict:
    """What one judge says of one case."""

    choice: str = ""
    """Name of an option; empty where the judge gave none."""
    why: str = ""
    """Why there is none: ``refusal``, ``no_picture``, ``unparsed`` or ``failed``."""

    @property
    def yes(self) -> bool | None:
        """Of a closed question; ``None`` where there is no answer."""
        return self.choice == "yes" if self.choice else None


class JudgeForm(Protocol):
    """How cases are put to one kind of judge and how its words are read: one verdict a case."""

    @property
    def name(self) -> str:
        """Which form and version; what was asked in another is another verdict."""

    @property
    def options(self) -> Sequence[Choice]:
        """Every choice that a verdict can have."""

    def asks(self, case: Case) -> Sequence[Ask]:
        """What is asked about a case; asks that several cases share are put once."""

    def read(self, case: Case, answers: Sequence[Answer]) -> JudgeVerdict:
        """The verdict on a case.

        Args:
            case: As it was asked about.
            answers: To its asks, in their order.
        """


def chosen(answer: Answer) -> JudgeVerdict:
    """The option that one answer to a closed question says.

    The most probable one, where the options have half of the probability; else its words, or the most frequent of those
    drawn. Words that decline, or see no picture, outweigh probabilities. Several options with equal shares are none.

    Example:
        >>> chosen(Answer(text="Yes.", parsed="yes")).choice, chosen(Answer(text="Hm.", parsed="unparsed")).why
        ('yes', 'unparsed')
        >>> chosen(Answer(counts={"yes": 2, "no": 2})).why
        'unparsed'
    """
    if answer.error:
        return JudgeVerdict(why=FAILED)
    said = answer.parsed
    if answer.log_probabilities and said not in (REFUSAL, NO_PICTURE) and answer.mass >= _MOSTLY:
        said = _most(answer.log_probabilities)
    if answer.counts:
        said = _most(answer.counts)
    return JudgeVerdict(said) if said and said not in NO_CHOICE else JudgeVerdict(why=said or UNPARSED)


def _most(told: Mapping[str, float]) -> str:
    """What has most of the probability, or of the draws; unparsed where several have as much."""
    most = max(told.values())
    first, *others = (name for name, number in told.items() if number == most)
    return first if not others else UNPARSED
