"""Put questions to respondents, their points to judges, and reckon what the answers tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agents.answers.respondent import BARE, Role
from agents.judges.cases import Case
from agents.judges.panel import Panel, judged
from agents.procedures.procedure import Addressed, Procedure
from valuespectrum.instruments.adaem.novelty import Texts
from valuespectrum.instruments.adaem.stems import AnswerForm, PointsReply, Stem, replies
from valuespectrum.instruments.judging.plain import PlainCarries
from valuespectrum.scoring.telling.informativeness import Telling, TellingOptions, ValuesTold, telling
from valuespectrum.theory.value_sets import ValueSet

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
_CODES = {"yes": 1.0, "no": 0.0}


@dataclass(frozen=True, slots=True)
class Answerer:
    """One respondent of a search."""

    name: str
    """As tables show it."""
    to: str
    """Role in the cast."""
    form: AnswerForm
    role: Role = BARE


@dataclass(frozen=True, slots=True)
class JudgedAsking:
    """Who judges what answers carry, and how."""

    panel: Panel
    values: ValueSet
    texts: Texts
    telling: TellingOptions = field(default_factory=TellingOptions)
    draw: int = 1


@dataclass(frozen=True, slots=True)
class Answered:
    """One question with what respondents said to it."""

    stem: Stem
    replies: tuple[PointsReply | None, ...]
    """By person; ``None`` for no answer."""
    points: tuple[Bools | None, ...]
    """By person: shape (points, values), which values each point carries; ``None`` for no answer, or none that judges
    could judge."""
    question: Bools
    """Shape (values,): values that the question itself carries; none where judges gave no verdict, see ``score``."""
    score: Telling | None
    """``None`` where fewer than two were heard, or judges left open what the question itself carries."""
    liking: tuple[float, ...] = ()
    """By person: log-odds of liking, NaN for none; empty where that was not asked."""

    @property
    def total(self) -> float:
        """S; NaN where there is none."""
        return self.score.total if self.score else float("nan")

    def carried(self) -> NDArray[np.int8]:
        """Shape (people, values): 1 where an answer carries a value, 0 where not, -1 for no answer."""
        values = len(self.question)
        rows = [np.full(values, -1) if each is None else each.any(axis=0).astype(int) for each in self.points]
        return np.array(rows, np.int8).reshape(len(rows), values)


def answered(stems: Sequence[Stem], people: Sequence[Answerer], asking: JudgedAsking) -> Procedure[list[Answered]]:
    """Ask every question of everybody, have the points judged, and score the questions.

    Two rounds of asks, whatever the number of questions.

    Args:
        stems: Questions.
        people: Respondents.
        asking: Who judges.
    """
    wanted = [Addressed(each.form.ask(stem, each.role, asking.draw), each.to) for stem in stems for each in people]
    said = replies((yield wanted) if wanted else [])
    texts = dict.fromkeys(point for reply in said if reply for point in reply.points)
    texts |= dict.fromkeys(stem.words for stem in stems if stem.words)
    carries = yield from carried_values(list(texts), asking)
    found = []
    for place, stem in enumerate(stems):
        own = tuple(said[place * len(people) : (place + 1) * len(people)])
        found.append(_scored(stem, own, carries, asking))
    return found


def judged_values(texts: Sequence[str], asking: JudgedAsking) -> Procedure[Mapping[str, Floats]]:
    """Which values texts carry: what more than half of the judges say of every value.

    Args:
        texts: Different ones.
        asking: Who judges.

    Returns:
        Text to shape (values,): 1, 0, or NaN for what judges leave open.
    """
    verdicts = (yield from judged(cases_of(texts, asking.values), asking.panel)).consensus()
    coded = np.array([_CODES.get(verdict, np.nan) for verdict in verdicts], dtype=np.float64)
    return dict(zip(texts, coded.reshape(len(texts), len(asking.values)), strict=True))


def carried_values(texts: Sequence[str], asking: JudgedAsking) -> Procedure[Mapping[str, Bools]]:
    """The same of texts of which nothing is left open.

    Args:
        texts: Different ones.
        asking: Who judges.

    Returns:
        Text to shape (values,); a text of which judges leave a value open is left out, since it is not known what it
        carries.
    """
    found = yield from judged_values(texts, asking)
    return {text: np.asarray(values > 0) for text, values in found.items() if not np.isnan(values).any()}


def cases_of(texts: Sequence[str], values: ValueSet) -> list[Case]:
    """Every text with every value, in order, as judges are asked."""
    return [Case("", text, name, tags={"item": "judge", "value": ""}) for text in texts for name in values.dimensions]


def _knows_no_question(panel: Panel) -> bool:
    """Whether judges know texts of the reference world alone, where no question carries anything."""
    return all(isinstance(form, PlainCarries) for form in panel.values())


def _scored(
    stem: Stem, said: tuple[PointsReply | None, ...], carries: Mapping[str, Bools], asking: JudgedAsking
) -> Answered:
    heard = [[point for point in reply.points if point in carries] if reply else [] for reply in said]
    points = tuple(np.stack([carries[point] for point in each]) if each else None for each in heard)
    question = carries.get(stem.words, np.zeros(len(asking.values), bool))
    known = [each for each in points if each is not None]
    # Of a question that may carry anything nobody knows how far it is from its answers.
    carried = not asking.telling.beta or not stem.words or stem.words in carries or _knows_no_question(asking.panel)
    if len(known) < 2 or not carried:
        return Answered(stem, said, points, question, None)
    most = max(len(each) for each in known)
    # The last point again changes neither what all points share nor what any carries.
    padded = np.stack([np.concatenate([each, *[each[-1:]] * (most - len(each))]) for each in known])
    alike = asking.texts.alike([each for each in heard if each]) if asking.telling.opinions else None
    return Answered(stem, said, points, question, telling(ValuesTold(padded, question, alike), asking.telling))
