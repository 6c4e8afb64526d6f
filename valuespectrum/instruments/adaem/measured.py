"""From stored answers and stored verdicts to a measurement: the judges' procedures are driven by what is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from agents.answers.schema import CHOICE_COLUMN, COUNT_COLUMN
from agents.judges.cases import Case
from agents.judges.panel import JUDGE, PanelVerdicts, judge_role, judged
from agents.judges.watching import Tried, closed_trial, remarks, tried
from agents.models.base import Answer, Ask
from agents.models.model_names import ModelId
from agents.procedures.procedure import Addressed, Procedure, alone
from valuespectrum.instruments.adaem.asking import Floats, JudgedAsking, cases_of, judged_values, named_values
from valuespectrum.instruments.adaem.novelty import Texts
from valuespectrum.instruments.adaem.question_file import QuestionSet
from valuespectrum.instruments.adaem.reported import newest_scores
from valuespectrum.instruments.adaem.stems import PointsReply, read_reply
from valuespectrum.instruments.base import JUDGED, Instrument
from valuespectrum.instruments.judging.findings import judge_findings
from valuespectrum.instruments.judging.labels import labels_of
from valuespectrum.instruments.judging.plain import judge_form
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.profiled import UnitScores, profiled
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.scoring.judged.correction import JudgeError, corrected_share
from valuespectrum.scoring.pictures.agreement import agreement
from valuespectrum.scoring.shares import share_row
from valuespectrum.scoring.telling.rating import RatingOptions
from valuespectrum.scoring.units import Units
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import shuffled, stream

if TYPE_CHECKING:
    import pandas as pd

QUESTION = "question"
"""Tag: the question that an ask puts."""
_TRIAL = 100
_UNTRIED = "the judges were not tried to the end: what is to be said of them is not known, run the same command again"
_SHOWN = 200
"""Questions whose answers are kept for the page."""
T = TypeVar("T")


def marked(procedure: Procedure[T]) -> Procedure[T]:
    """A procedure whose asks to judges are found again by a tag: whoever asked first, all respondents share them."""
    with closing(procedure):
        try:
            wanted = next(procedure)
            while True:
                answers = yield [replace(each, ask=_marked(each.ask)) if _to_judge(each) else each for each in wanted]
                wanted = procedure.send(answers)
        except StopIteration as ended:
            found: T = ended.value
            return found


def _to_judge(each: Addressed) -> bool:
    return each.to.startswith(JUDGE)


def _marked(ask: Ask) -> Ask:
    return replace(ask, tags={**ask.tags, "item": "judge", "value": "", JUDGED: asked_hash(ask)})


def asked_hash(ask: Ask) -> str:
    """What an ask to a judge is found by."""
    return hashlib.sha256(ask.question.encode()).hexdigest()[:24]


@dataclass(frozen=True)
class StoredJudge:
    """A judge whose verdicts are rows of a table."""

    id: str
    said: Mapping[str, Answer]
    """Hash of what was asked to what came back."""
    settings: Mapping[str, str] = field(default_factory=dict)

    def knows(self, ask: Ask) -> bool:
        """Whether it was asked that, whatever came of it."""
        return asked_hash(ask) in self.said

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """What is stored; a failure where nothing is."""
        nothing = Answer(error="not stored")
        return (self.said.get(asked_hash(ask), nothing) for ask in asks)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """The same."""
        return self.score(asks)


@dataclass(frozen=True)
class _HeardReasons:
    """What a respondent said, as judges see it."""

    replies: tuple[PointsReply | None, ...]
    points: tuple[Floats | None, ...]
    """Shape (points, values): 1, 0, or NaN for what judges leave open; ``None`` without points, or judges."""

    @property
    def open_points(self) -> int:
        """Points of which judges leave a value open."""
        return sum(int(np.isnan(each).any(axis=1).sum()) for each in self.points if each is not None)


def stored_judges(verdicts: pd.DataFrame) -> dict[str, StoredJudge]:
    """Judges of a run by role, in the order of their names.

    Args:
        verdicts: Rows with the tag ``judged``.
    """
    chances = [str(name) for name in verdicts if str(name).startswith(CHOICE_COLUMN)]
    counted = [str(name) for name in verdicts if str(name).startswith(COUNT_COLUMN)]
    found: dict[str, dict[str, Answer]] = {}
    for row in verdicts.to_dict("records"):
        counts = {name.removeprefix(COUNT_COLUMN): int(row[name]) for name in counted if row[name] == row[name]}
        told = {name.removeprefix(CHOICE_COLUMN): float(row[name]) for name in chances if row[name] == row[name]}
        answer = Answer(told, parsed=str(row["parsed"]), error=str(row["error"]), counts=counts)
        found.setdefault(str(row["model"]), {})[str(row[JUDGED])] = answer
    return {judge_role(place): StoredJudge(model, found[model]) for place, model in enumerate(sorted(found))}


def measured_reasons(
    instrument: Instrument, answers: pd.DataFrame, questions: QuestionSet, options: ScoringOptions
) -> Measurement:
    """What one respondent names in its reasons.

    Args:
        instrument: Whose measurement it is.
        answers: Rows of the respondent, and those of the judges.
        questions: What was asked.
        options: Scoring options.
    """
    asked_judges = answers[JUDGED].fillna("") != "" if JUDGED in answers else np.zeros(len(answers), bool)
    own, verdicts = answers[~asked_judges], answers[asked_judges]
    judges = stored_judges(verdicts)
    asking = JudgedAsking(
        {role: judge_form(each.id, TEN, "carries") for role, each in judges.items()}, TEN, Texts(no_vectors)
    )
    heard = _heard(own, questions, asking, judges)
    table, every = _table(heard, questions)
    units = Units.of(every[["value", QUESTION]].itertuples(index=False, name=None), QUESTION)
    found = profiled(instrument, every, UnitScores(table, "named"), units, options)
    trial = _trial(asking, judges)
    guards = _findings(trial, _said(heard, asking, judges), judges, own) if trial else ()
    came = set(own.loc[own["error"] == "", QUESTION].astype(str))
    heard_of = np.array([stem.id in came for stem in questions.stems], float)
    silent = heard_of * np.array([reply is None for reply in heard.replies])
    named = [guard.statement.rstrip(".") for guard in guards if guard.flagged]
    notes = [*named, "the side that is taken counts for nothing", "values are named in reasons: they need not be held"]
    notes += [*_searched(own, questions), *([_UNTRIED] if judges and trial is None else [])]
    if heard.open_points:
        every_point = sum(len(each) for each in heard.points if each is not None)
        told = f"{heard.open_points} of {every_point} points have a value that judges leave open"
        notes.append(f"{told}: their answers are left out of these values")
    return replace(
        found,
        rates={"no answer": Estimate.read(share_row(silent, heard_of, options.level))},
        guards=(*found.guards, *guards),
        notes=(*found.notes, *notes),
        details={
            **found.details,
            "adaem": _details(heard, questions, trial, options)
            | {"judge_agreement": _agreement(heard, asking, judges)},
        },
    )


def _heard(
    own: pd.DataFrame, questions: QuestionSet, asking: JudgedAsking, judges: Mapping[str, StoredJudge]
) -> _HeardReasons:
    rows = own[own["error"] == ""]
    said = dict(zip(rows[QUESTION].astype(str), rows["text"].astype(str), strict=True))
    replies = tuple(read_reply(said[stem.id]) if stem.id in said else None for stem in questions.stems)
    texts = list(dict.fromkeys(point for reply in replies if reply for point in reply.points))
    said_of = alone(judged_values(texts, asking), judges) if judges else {}
    points = []
    for reply in replies:
        known = [said_of[point] for point in reply.points] if reply and judges else []
        points.append(np.stack(known) if known else None)
    return _HeardReasons(replies, tuple(points))


def _table(heard: _HeardReasons, questions: QuestionSet) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a question and value: with what was named, and of everything that was asked."""
    import pandas as pd

    every = pd.DataFrame([(value, stem.id) for stem in questions.stems for value in TEN.dimensions])
    every.columns = pd.Index(["value", QUESTION])
    rows = [
        (value, stem.id, 100.0 * named, 1)
        for stem, points in zip(questions.stems, heard.points, strict=True)
        if points is not None
        for value, named in zip(TEN.dimensions, named_values(points).tolist(), strict=True)
        if not np.isnan(named)
    ]
    table = pd.DataFrame(rows, columns=["value", QUESTION, "named", "answers"])
    return table, every


def _said(heard: _HeardReasons, asking: JudgedAsking, judges: Mapping[str, StoredJudge]) -> PanelVerdicts:
    """What every judge says of the points of the respondent, each once; of those that all were asked about."""
    points = dict.fromkeys(point for reply in heard.replies if reply for point in reply.points)
    asked = _asked_about(cases_of(list(points), TEN), asking, judges)
    return alone(judged(asked, asking.panel), judges)


def _trial(asking: JudgedAsking, judges: Mapping[str, StoredJudge]) -> Tried | None:
    """What judges said on trial; nothing where nobody judged, or a run was broken off before they were tried."""
    trial = closed_trial(labels_of(TEN), _TRIAL)
    if not judges or len(_asked_about(trial.cases, asking, judges)) < len(trial.cases):
        return None
    return alone(tried(trial, asking.panel), judges)


def _asked_about(cases: Sequence[Case], asking: JudgedAsking, judges: Mapping[str, StoredJudge]) -> list[Case]:
    """Cases that were put to every judge: what was not put is no failure of theirs."""
    return [
        case
        for case in cases
        if all(judge.knows(ask) for role, judge in judges.items() for ask in asking.panel[role].asks(case))
    ]


def _findings(
    trial: Tried, said: PanelVerdicts, judges: Mapping[str, StoredJudge], own: pd.DataFrame
) -> tuple[Finding, ...]:
    subjects = [str(model) for model in dict.fromkeys(own["model"])]
    return judge_findings(remarks(trial, said, {role: each.id for role, each in judges.items()}, subjects))


def _searched(own: pd.DataFrame, questions: QuestionSet) -> list[str]:
    """What is to be said of who was among the respondents of the search, by its shortest name or its id there."""
    named = {name.partition(" as ")[0] for name in questions.opponents}
    models = {model: ModelId.parse(model).short for model in map(str, own["model"])}
    return [
        f"{short} took part in the search: it may have chosen the questions, and win rates are against itself, too"
        for model, short in models.items()
        if named & {model, short}
    ]


def _details(heard: _HeardReasons, questions: QuestionSet, trial: Tried | None, options: ScoringOptions) -> Json:
    """Points set right for the error of the judges; the rating beside opponents; the questions that tell most."""
    error = _error(trial)
    known = [points for points in heard.points if points is not None]
    told: Json = {
        "judge_agreement": None,
        "judge_error": error.to_json() if error else None,
        "points": {},
        "win_rates": {},
        "opponents": [],
    }
    for place, value in enumerate(TEN.dimensions):
        told_of = [points[~np.isnan(points[:, place]), place] for points in known]
        yes = [float(each.sum()) for each in told_of if len(each)]
        texts = [float(len(each)) for each in told_of if len(each)]
        share = corrected_share(yes, texts, error, options.level) if error else Estimate(None, why="no judge was tried")
        told["points"][value] = share.moved(100.0).to_json()
    if questions.opponents and known:
        nothing = np.full(len(TEN), np.nan)
        own = np.stack([nothing if each is None else named_values(each) for each in heard.points])
        own = np.where(np.isnan(own), -1.0, own)
        carried = np.concatenate([questions.carried, own[:, None, :].astype(np.int8)], axis=1)
        # They stand by S, and skills forget: as they stand the least telling ones would decide.
        carried = carried[shuffled(len(carried), stream(0, "adaem/games"))]
        rates = dict(zip(TEN.dimensions, newest_scores(carried, RatingOptions(), options.level), strict=True))
        told["win_rates"] = {value: each.mean for value, each in rates.items()}
        told["win_rate_ranges"] = {value: each.to_json() for value, each in rates.items()}
        told["opponents"] = list(questions.opponents)
    told["answers"] = _answers(heard, questions)
    return told


def _agreement(heard: _HeardReasons, asking: JudgedAsking, judges: Mapping[str, StoredJudge]) -> Json | None:
    """Krippendorff's alpha of several judges, over points of questions; nothing of one judge."""
    if len(judges) < 2:
        return None
    texts = [(place, point) for place, reply in enumerate(heard.replies) if reply for point in reply.points]
    said = alone(judged(cases_of([point for _, point in texts], TEN), asking.panel), judges)
    clusters = np.repeat(np.array([place for place, _ in texts], np.int64), len(TEN))
    coded = np.array(said.coded(("no", "yes")), np.float64).reshape(-1, len(judges))
    found = agreement(coded, clusters, "nominal", stream(0, "adaem/agreement"), named="questions")
    return found.alpha.to_json("alpha") | {"share": found.share, "n_points": len(texts)}


def _error(trial: Tried | None) -> JudgeError | None:
    """Of the consensus of the panel, over all labels together."""
    if trial is None:
        return None
    said = [None if not verdict else verdict == "yes" for verdict in trial.plain.consensus()]
    return JudgeError.of(said, [right == "yes" for right in trial.trial.right])


def _answers(heard: _HeardReasons, questions: QuestionSet) -> list[Json]:
    """What was said to each question, for the page: points, the values named, and who of the opponents named which."""
    rows: list[Json] = []
    for place, (stem, reply, points) in enumerate(zip(questions.stems, heard.replies, heard.points, strict=True)):
        if points is None or reply is None or np.isnan(points).all():
            continue
        others = questions.carried[place]
        known = others >= 0
        shares = np.where(known, others, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        own = np.asarray((points > 0).any(axis=0))
        rows.append(
            {
                "id": stem.id,
                "question": stem.text or stem.caption or stem.id,
                "stance": reply.stance,
                "points": list(reply.points),
                "values": [name for name, has in zip(TEN.dimensions, own, strict=True) if has],
                "opponents": {name: float(one) for name, one in zip(TEN.dimensions, shares, strict=True) if one},
            }
        )
    return rows[:_SHOWN]


def no_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """For who compares no texts."""
    raise AssertionError("nothing is compared here")
