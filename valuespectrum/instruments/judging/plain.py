"""Judges of the reference world: they know one fixed question, which value of nineteen a text stands for.

It is asked once a text; whether the text carries one of the ten follows from the value that is named. So such a judge
finds one value in a text at most, where a judge with the published form is asked about each. Texts that the reference
world does not know get no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agents.judges.cases import Case, JudgeForm, JudgeVerdict, chosen
from agents.judges.forms import NONE, Carries, Names
from agents.models.base import Answer, Ask, Choice, Stimulus
from agents.models.model_names import ModelId
from agents.models.yes_no import NO, YES
from valuespectrum.instruments.judging.labels import labels_of
from valuespectrum.instruments.wordings.speaking import TEXT_VALUE
from valuespectrum.theory.value_sets import GROUPS, NINETEEN, TEN, ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import quotable, visible_line

Kind = Literal["carries", "names"]
"""Whether a text carries a label, yes or no; or which label it carries most."""
PLAIN_SCHEMES = ("reference", "simulated")
"""Models that know the fixed texts of the reference world and nothing else."""
_OF_TEN: Mapping[str, str] = {
    part: value
    for value, parts in GROUPS["schwartz_19", "schwartz_10"].items()
    for part in parts
    if (part, value) != ("humility", "tradition")  # it counts for itself in the reference world
}


@dataclass(frozen=True, slots=True)
class PlainNames:
    """Which of the ten a text stands for most, asked over the nineteen."""

    @property
    def name(self) -> str:
        """Form and version."""
        return "plain names 1"

    @property
    def options(self) -> Sequence[Choice]:
        """The ten, and none, under which humility and face fall."""
        return (*(Choice(value, _forms(value)) for value in TEN.dimensions), Choice(NONE, _forms(NONE)))

    def asks(self, case: Case) -> Sequence[Ask]:
        """One ask, the same for every label."""
        text = quotable(case.text)
        stopped = f"{text}." if visible_line(case.text).endswith(".") else text
        return (Ask(Stimulus(), TEXT_VALUE.write(text=stopped), tuple(self.options), max_tokens=16, tags=case.tags),)

    def read(self, case: Case, answers: Sequence[Answer]) -> JudgeVerdict:
        """One of the ten, none or nothing."""
        return chosen(answers[0])


@dataclass(frozen=True, slots=True)
class PlainCarries:
    """Whether a text stands for one of the ten: read off the value that is named."""

    naming: PlainNames = PlainNames()

    @property
    def name(self) -> str:
        """Form and version."""
        return "plain carries 1"

    @property
    def options(self) -> Sequence[Choice]:
        """Yes and no."""
        return YES, NO

    def asks(self, case: Case) -> Sequence[Ask]:
        """One ask a text, the same for every label."""
        return self.naming.asks(case)

    def read(self, case: Case, answers: Sequence[Answer]) -> JudgeVerdict:
        """Yes where the value that is named is the one asked about."""
        named = self.naming.read(case, answers)
        return JudgeVerdict("yes" if named.choice == case.label else "no") if named.choice else named


def _forms(name: str) -> tuple[str, ...]:
    if name == NONE:
        names = [NONE, *(NINETEEN.label(part) for part in NINETEEN.dimensions if part not in _OF_TEN)]
    else:
        names = [TEN.label(name), *(NINETEEN.label(part) for part, value in _OF_TEN.items() if value == name)]
    return tuple(dict.fromkeys(form for each in names for form in (each.lower(), each.capitalize())))


def judge_form(model: str, values: ValueSet, kind: Kind) -> JudgeForm:
    """How one model is asked to judge.

    Args:
        model: Its id.
        values: What texts are judged for.
        kind: Yes or no to one label, or which label.

    Raises:
        InputError: The model knows the reference world only, and the set is not Schwartz's ten.
    """
    if ModelId.parse(model).scheme in PLAIN_SCHEMES:
        if values.name != TEN.name:
            raise InputError(f"{model} judges texts for Schwartz's ten values only", "name another judge")
        return PlainCarries() if kind == "carries" else PlainNames()
    labels = labels_of(values)
    return Carries(labels) if kind == "carries" else Names(labels)
