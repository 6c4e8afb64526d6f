"""``adaem``: which values a respondent names in its reasons, question by question, beside others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from agents.answers.respondent import Role
from agents.judges.panel import Panel, judge_role
from agents.judges.watching import closed_trial, tried
from agents.models.ask_key import canonical_json
from agents.procedures.procedure import SUBJECT, Addressed, Named, Procedure
from valuespectrum.instruments.adaem.asking import JudgedAsking, carried_values
from valuespectrum.instruments.adaem.measured import QUESTION, marked, measured_reasons, no_vectors
from valuespectrum.instruments.adaem.novelty import Texts
from valuespectrum.instruments.adaem.question_file import Form, QuestionSet, read_questions, read_seeds
from valuespectrum.instruments.adaem.stems import AnswerForm, PlainReasons, StanceAndPoints, Stem, replies
from valuespectrum.instruments.base import Item, Licence, Setting
from valuespectrum.instruments.judging.labels import labels_of
from valuespectrum.instruments.judging.plain import judge_form
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.reading import items_digest
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import TEN, ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    import pandas as pd

_TRIAL = 100
"""Cases of the trial of judges, about."""
_LICENCE = Licence("MIT", "valuespectrum")


@dataclass(frozen=True, slots=True)
class AdaemOptions:
    """Options of the instrument."""

    questions: str = ""
    """Questions that a search found (``questions.json``); our twenty topics where none are named."""
    judge: str = ""
    """Models that say which values a point carries, specs with a comma between them."""
    draw: int = 1
    """Number of the repeat in which answers are drawn; 0 takes the most probable ones."""

    @property
    def own_items(self) -> Mapping[str, str]:
        """What a manifest keeps of the user's file, since other questions are another run.

        Raises:
            InputError: It cannot be read.
        """
        return {"items": items_digest(user_path(self.questions))} if self.questions else {}

    @property
    def judges(self) -> tuple[str, ...]:
        """Specs of the judges."""
        return tuple(filter(None, (spec.strip() for spec in self.judge.split(","))))

    def found(self) -> QuestionSet:
        """The questions.

        Raises:
            InputError: They cannot be read, or are about other values.
        """
        import numpy as np

        if self.questions:
            found = read_questions(user_path(self.questions))
            if found.values != TEN:
                raise InputError(f"{self.questions} is about {found.values.title}", f"name questions about {TEN.title}")
            return found
        stems = tuple(read_seeds())
        return QuestionSet("published", TEN, (), stems, np.zeros((len(stems), 0, len(TEN)), np.int8))


@INSTRUMENTS.register("adaem")
class Adaem:
    """Which values a respondent names when it gives reasons (AdAEM, arXiv 2505.13531)."""

    name: ClassVar[str] = "adaem"
    title: ClassVar[str] = "Values named in reasons"
    measures: ClassVar[str] = (
        "in how many of its answers to telling questions a respondent names a value among its three reasons, as judges "
        "say, whatever side it takes"
    )
    Options = AdaemOptions
    value_set: ClassVar[ValueSet] = TEN
    unit: ClassVar[str] = QUESTION
    pictures: ClassVar[Assignment | None] = None
    columns: ClassVar[tuple[str, ...]] = ("value", QUESTION)
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    one_answer_says: ClassVar[str] = "one reason for everything is a profile of one value"
    scored_with_file: ClassVar[str] = "questions"

    def __init__(self, options: AdaemOptions | None = None) -> None:
        self.options: AdaemOptions = options or AdaemOptions()

    @property
    def items(self) -> Sequence[Item]:
        """Our topics; those of a search are the user's."""
        if self.options.questions:
            return ()
        return [Item(stem.id, (stem.text,), _LICENCE) for stem in self.options.found().stems]

    @property
    def judges(self) -> Sequence[str]:
        """Models that judge, as specs; the conductor casts them as ``judge``, ``judge 2`` and so on."""
        return self.options.judges

    def cost(self, pictures: int) -> int:
        """Asks to one respondent; judges are asked about every point beside that."""
        return len(self.options.found().stems)

    def procedures(self, setting: Setting) -> Iterator[Named[object]]:
        """Every question put to every respondent, then its points to the judges; and a trial of the judges.

        Raises:
            InputError: Nobody is to judge.
        """
        if not self.options.judges:
            raise InputError("nobody is to judge which values are named", "--option judge=SPEC")
        found = self.options.found()
        panel = {judge_role(place): judge_form(spec, TEN, "carries") for place, spec in enumerate(self.judges)}
        told = [[stem.id, stem.text, stem.caption] for stem in found.stems]
        digest = hashlib.sha256(canonical_json([told, self.options.draw, found.form]).encode()).hexdigest()[:16]
        for role in setting.respondents:
            asked = _answered(role, found.stems, _form(found.form), (panel, self.options.draw))
            yield Named(f"{self.name} {role.words} {digest}", marked(asked))
        yield Named(f"{self.name} trial {digest}", marked(tried(closed_trial(labels_of(TEN), _TRIAL), panel)))

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Share of questions in whose answers each value was named, with the error of the judges beside it."""
        del units
        return measured_reasons(self, answers, self.options.found(), options)


def _form(form: Form) -> AnswerForm:
    return PlainReasons() if form == "plain" else StanceAndPoints()


def _answered(role: Role, stems: Sequence[Stem], form: AnswerForm, how: tuple[Panel, int]) -> Procedure[object]:
    """One respondent's answers, and what judges say of their points."""
    panel, draw = how
    said = replies((yield [Addressed(form.ask(stem, role, draw), SUBJECT) for stem in stems]))
    texts = list(dict.fromkeys(point for reply in said if reply for point in reply.points))
    carries = yield from carried_values(texts, JudgedAsking(panel, TEN, Texts(no_vectors), draw=draw))
    return len(carries)
