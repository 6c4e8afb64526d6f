"""Writing and labelling with models: procedures driven from a store, so that both go on after a kill."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agents.answers.store import AnswerStore
from agents.judges.cases import Case
from agents.judges.forms import Closed
from agents.judges.panel import JUDGE, Panel, PanelVerdicts, Spent, judge_role, judged
from agents.judges.people import read_queue
from agents.judges.watching import JudgeRemark, naming_trial, remarks, tried
from agents.models.ask_key import canonical_json
from agents.models.base import Model
from agents.procedures.conductor import Standing, conduct
from agents.procedures.procedure import Cast, Named
from valuespectrum.instruments.dilemmas.items import Escalation
from valuespectrum.instruments.dilemmas.making.chain import (
    GRAVER,
    WRITER,
    WrittenDilemma,
    graver_trial,
    written_dilemma,
)
from valuespectrum.instruments.dilemmas.making.labelling import LabelledDilemmas, label_cases, put_together
from valuespectrum.instruments.judging.labels import labels_of
from valuespectrum.instruments.judging.plain import judge_form
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foreign.documents import read_regular
from vectorstore.foundation.errors import InputError

_LARGEST = 2**20
"""Bytes of a file of norms."""
_MOST_NORMS, _LONGEST_NORM = 5000, 500
_TRIAL_CASES = 30
_HINT = "a text file with one norm a line"


@dataclass(frozen=True, slots=True)
class Makers:
    """Who makes dilemmas."""

    judges: tuple[Model, ...]
    writer: Model | None = None

    @property
    def panel(self) -> Cast:
        """Role to judge."""
        return {judge_role(place): judge for place, judge in enumerate(self.judges)}


@dataclass(frozen=True, slots=True)
class JudgedDilemmas:
    """What judges and people made of dilemmas."""

    labelled: LabelledDilemmas
    remarks: tuple[JudgeRemark, ...]
    """What is to be said of the judges."""
    spent: Mapping[str, Spent]
    """Judge to what its labels took."""
    queue: tuple[Case, ...] = ()
    """What a person is to decide, then what people decided: a copy of it holds all of that."""
    decided: Mapping[str, str] = field(default_factory=dict)
    """Course to the value that a person gave it."""


def read_norms(path: Path) -> tuple[str, ...]:
    """The norms of a file; empty lines are left out.

    Raises:
        InputError: It cannot be read, is too large, or holds no norm or one that is too long.
    """
    try:
        lines = read_regular(path, _LARGEST).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"norms {path} cannot be read: it is not UTF-8 text", _HINT) from error
    except OSError as error:
        raise InputError(f"norms {path} cannot be read: {error.strerror or error}", _HINT) from error
    norms = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not norms or len(norms) > _MOST_NORMS:
        raise InputError(f"norms {path}: 1 to {_MOST_NORMS:,} norms are needed, there are {len(norms):,}", _HINT)
    if long := [place for place, norm in enumerate(norms, 1) if len(norm) > _LONGEST_NORM]:
        raise InputError(f"norms {path}: norm {long[0]} has more than {_LONGEST_NORM} characters", _HINT)
    return norms


def write_all(
    norms: Sequence[str], makers: Makers, store: AnswerStore, tries: int, told: Callable[[int, int], None]
) -> tuple[WrittenDilemma, ...]:
    """Write a dilemma out of every norm.

    Args:
        norms: What one should do.
        makers: With a writer.
        store: Where answers are and go.
        tries: How often a step is written before its dilemma is given up.
        told: How many are done, and of how many.
    """
    assert makers.writer is not None, "somebody writes"
    panel: dict[str, Closed] = dict.fromkeys(makers.panel, GRAVER)
    procedures = (
        Named(f"{GRAVER.name} {place} {tries} {norm}", written_dilemma(place, norm, panel, tries))
        for place, norm in enumerate(norms, 1)
    )
    found: list[WrittenDilemma] = []
    for each in conduct(procedures, {**makers.panel, WRITER: makers.writer}, store):
        found.append(each)
        told(len(found), len(norms))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class WatchedSteps:
    """What is known of the judges who said whether steps are graver."""

    remarks: tuple[JudgeRemark, ...] = ()
    asks: Mapping[str, int] = field(default_factory=dict)
    """Judge to what it was asked, the trial apart."""


def watched_steps(written: Sequence[WrittenDilemma], makers: Makers, store: AnswerStore) -> WatchedSteps:
    """Try judges on pairs of steps of which it is known which is graver, and look at what they said of those written.

    Args:
        written: What the chain came to.
        makers: With judges.
        store: Where answers are and go.
    """
    panel: dict[str, Closed] = dict.fromkeys(makers.panel, GRAVER)
    (attempted,) = conduct([Named(f"trial {GRAVER.name}", tried(graver_trial(), panel))], makers.panel, store)
    heard = [said for each in written for said in each.said]
    verdicts = {role: tuple(verdict for said in heard for verdict in said.verdicts[role]) for role in panel}
    models = {role: model.id for role, model in makers.panel.items()}
    found = remarks(attempted, PanelVerdicts(tuple(case for said in heard for case in said.cases), verdicts), models)
    told = (replace(each, statement=f"asked whether a step is graver, {each.statement}") for each in found)
    asks = {model: sum(said.spent[role].asks for said in heard) for role, model in models.items()}
    return WatchedSteps(tuple(told), asks)


def label_all(
    dilemmas: Sequence[Escalation],
    values: ValueSet,
    makers: Makers,
    store: AnswerStore,
    decided: Path | None = None,
    told: Callable[[int, int], None] = lambda done, wanted: None,
) -> JudgedDilemmas:
    """Label every course by judges, and by people where they decided.

    Args:
        dilemmas: Labels that they have are not looked at.
        values: What courses are labelled in.
        makers: With judges.
        store: Where answers are and go.
        decided: A filled in queue.
        told: How many verdicts are in, and of how many.

    Raises:
        InputError: The queue is wrong, or a judge cannot judge for these values.
    """
    cases = label_cases(dilemmas)
    verdicts = read_queue(decided, cases, values.dimensions) if decided is not None else ()
    by_people = {case.id: said.choice for case, said in zip(cases, verdicts, strict=False) if said.choice}
    panel: Panel = {role: judge_form(model.id, values, "names") for role, model in makers.panel.items()}
    trial = naming_trial(labels_of(values), _TRIAL_CASES)
    (attempted,) = conduct([Named(f"trial {values.name}", tried(trial, panel))], makers.panel, store)
    said = _judged(cases, values, panel, (makers, store), told)
    models = {role: model.id for role, model in makers.panel.items()}
    subjects = [makers.writer.id] if makers.writer is not None else []
    labelled = put_together(dilemmas, said, values, by_people)
    left = {case.id for case in labelled.open}
    return JudgedDilemmas(
        labelled,
        remarks(attempted, said, models, subjects),
        {models[role]: spent for role, spent in said.spent.items()},
        (*labelled.open, *(case for case in cases if case.id in by_people and case.id not in left)),
        by_people,
    )


def _judged(
    cases: Sequence[Case],
    values: ValueSet,
    panel: Panel,
    by: tuple[Makers, AnswerStore],
    told: Callable[[int, int], None],
) -> PanelVerdicts:
    """What the panel says of every course; nothing is asked about nothing."""
    makers, store = by
    shown = [[case.id, case.text, *case.beside.values()] for case in cases]
    digest = hashlib.sha256(canonical_json([shown, panel[JUDGE].name]).encode()).hexdigest()[:16]
    wanted = len(cases) * len(panel)

    def standing(now: Standing) -> None:
        if wanted:
            told(wanted - now.waiting, wanted)

    procedure = Named(f"labels {values.name} {digest}", judged(cases, panel))
    (said,) = conduct([procedure], makers.panel, store, standing)
    return said
