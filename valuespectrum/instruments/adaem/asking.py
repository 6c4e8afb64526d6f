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
    named: tuple[Floats | None, ...] = ()
    """By person, as ``named_values`` has it of all points; ``None`` for no answer, empty where nothing was judged."""

    @property
    def total(self) -> float:
        """S; NaN where there is none."""
        return self.score.total if self.score else float("nan")

    def carried(self) -> NDArray[np.int8]:
        """Shape (people, values): 1 where an answer carries a value, 0 where not, -1 where that is not known."""
        values = len(self.question)
        told = self.named or tuple(None if each is None else _any_of(each) for each in self.points)
        rows = [np.full(values, np.nan) if each is None else np.asarray(each, np.float64) for each in told]
        table = np.array(rows, np.float64).reshape(len(rows), values)
        return np.where(np.isnan(table), -1.0, table).astype(np.int8)


def _any_of(points: Bools) -> Floats:
    return np.asarray(points.any(axis=0), np.float64)


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
    judged_of = yield from judged_values(list(texts), asking)
    found = []
    for place, stem in enumerate(stems):
        own = tuple(said[place * len(people) : (place + 1) * len(people)])
        found.append(_scored(stem, own, judged_of, asking))
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
    return _whole((yield from judged_values(texts, asking)))


def _whole(judged_of: Mapping[str, Floats]) -> Mapping[str, Bools]:
    return {text: np.asarray(values > 0) for text, values in judged_of.items() if not np.isnan(values).any()}


def named_values(points: Floats) -> Floats:
    """What an answer names, shape (values,): 1 where a point does, 0 where none does, NaN where one is left open.

    Also where another point names it: of answers with something open only those that name a value would be left.

    Args:
        points: Shape (points, values), as of ``judged_values``.

    Example:
        >>> named_values(np.array([[1.0, 0.0, 1.0], [0.0, 0.0, np.nan]])).tolist()
        [1.0, 0.0, nan]
    """
    return np.where(np.isnan(points).any(axis=0), np.nan, (points > 0).any(axis=0))


def cases_of(texts: Sequence[str], values: ValueSet) -> list[Case]:
    """Every text with every value, in order, as judges are asked."""
    return [Case("", text, name, tags={"item": "judge", "value": ""}) for text in texts for name in values.dimensions]


def _knows_no_question(panel: Panel) -> bool:
    """Whether judges know texts of the reference world alone, where no question carries anything."""
    return all(isinstance(form, PlainCarries) for form in panel.values())


def _scored(
    stem: Stem, said: tuple[PointsReply | None, ...], judged_of: Mapping[str, Floats], asking: JudgedAsking
) -> Answered:
    texts = [stem.words, *(point for reply in said if reply for point in reply.points)]
    carries = _whole({text: judged_of[text] for text in texts if text in judged_of})
    heard = [[point for point in reply.points if point in carries] if reply else [] for reply in said]
    points = tuple(np.stack([carries[point] for point in each]) if each else None for each in heard)
    every = [np.stack([judged_of[point] for point in reply.points]) if reply else None for reply in said]
    named = tuple(None if each is None else named_values(each) for each in every)
    question = carries.get(stem.words, np.zeros(len(asking.values), bool))
    known = [each for each in points if each is not None]
    # Of a question that may carry anything nobody knows how far it is from its answers.
    carried = not asking.telling.beta or not stem.words or stem.words in carries or _knows_no_question(asking.panel)
    if len(known) < 2 or not carried:
        return Answered(stem, said, points, question, None, named=named)
    most = max(len(each) for each in known)
    # The last point again changes neither what all points share nor what any carries.
    padded = np.stack([np.concatenate([each, *[each[-1:]] * (most - len(each))]) for each in known])
    alike = asking.texts.alike([each for each in heard if each]) if asking.telling.opinions else None
    score = telling(ValuesTold(padded, question, alike), asking.telling)
    return Answered(stem, said, points, question, score, named=named)
