"""Which value each course serves: several judges, what they agree on, and a person for the rest.

As published, each course gets exactly one value, the two of a step must differ, two of three judges decide, and people
do where they do not. What three judges leave in doubt stays beside the label, as the probabilities of values
(``scoring.judged.latent``). Judges see situation, conflict and the other course. Agreement, which was not published, is
Krippendorff's alpha over dilemmas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agents.judges.cases import Case
from agents.judges.forms import NONE
from agents.judges.panel import PanelVerdicts
from valuespectrum.instruments.dilemmas.items import OPTIONS, STEPS, Course, DilemmaStep, Escalation
from valuespectrum.scoring.judged.latent import FEWEST_JUDGES, latent_labels
from valuespectrum.scoring.pictures.agreement import RaterAgreement, agreement
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.random_streams import stream

_SURE = 0.002
"""Probability below which a value is not named among those that a course may serve."""


@dataclass(frozen=True, slots=True)
class LabelledDilemmas:
    """What labelling came to."""

    whole: tuple[Escalation, ...]
    """Dilemmas each of whose steps sets two values against each other."""
    open: tuple[Case, ...]
    """Courses that a person is to decide."""
    agreement: RaterAgreement
    unanimous: float | None
    """Share of courses to which all judges gave one and the same value."""
    by_consensus: int
    """Courses that judges decided."""
    by_people: int
    """Courses that people decided."""
    same_value: int
    """Steps both of whose courses the judges gave one value."""


def label_cases(dilemmas: Sequence[Escalation]) -> tuple[Case, ...]:
    """Every course, as judges and people are asked about it."""
    return tuple(
        Case(
            case_id(dilemma.id, step.number, place),
            course.text,
            beside={
                "Situation": step.situation,
                "Conflict": step.conflict,
                "What could be done instead": step.courses[1 - place].text,
            },
        )
        for dilemma in dilemmas
        for step in dilemma.steps
        for place, course in enumerate(step.courses)
    )


def case_id(dilemma: str, number: int, place: int) -> str:
    """Name of a course.

    Example:
        >>> case_id("7", 2, 1)
        '7 2B'
    """
    return f"{dilemma} {number}{OPTIONS[place]}"


def put_together(
    dilemmas: Sequence[Escalation], said: PanelVerdicts, values: ValueSet, decided: Mapping[str, str]
) -> LabelledDilemmas:
    """Labels by consensus of more than half of the judges, else by people; what has neither is open.

    Args:
        dilemmas: What was put, in the order of ``label_cases``.
        said: What judges say of every course.
        values: What courses are labelled with.
        decided: Course to the value that a person gave it, which goes before what judges say.
    """
    names = [case.id for case in said.cases]
    agreed = dict(zip(names, said.consensus(), strict=True))
    judged_value = {name: value if value in values else "" for name, value in agreed.items()}
    final = {name: decided.get(name) or judged_value[name] for name in names}
    doubts = {} if len(said.verdicts) < FEWEST_JUDGES else _doubts(said, values, decided)
    same, unclear = 0, {name for name in names if not final[name]}
    for dilemma in dilemmas:
        for number in range(1, STEPS + 1):
            pair = [case_id(dilemma.id, number, place) for place in (0, 1)]
            same += judged_value[pair[0]] == judged_value[pair[1]] != ""
            if final[pair[0]] == final[pair[1]] != "":
                unclear |= set(pair)
    labelled = (replace(each, steps=tuple(_labelled_steps(each, final, doubts))) for each in dilemmas)
    whole = tuple(each for each in labelled if not unclear & set(_names_of(each)))
    return LabelledDilemmas(
        whole,
        tuple(case for case in said.cases if case.id in unclear),
        _agreement(dilemmas, said, values),
        _unanimous(said),
        sum(bool(judged_value[name]) and name not in decided for name in names),
        sum(name in decided for name in names),
        same,
    )


def published_layout(dilemmas: Sequence[Escalation]) -> list[dict[str, object]]:
    """Dilemmas as a file in the published layout has them."""
    return [_entry(each) for each in dilemmas]


def _entry(dilemma: Escalation) -> dict[str, object]:
    told: dict[str, object] = {"norm": dilemma.norm, "idx": dilemma.id}
    for step in dilemma.steps:
        told |= {f"step {step.number}_situation": step.situation, f"step {step.number}_dilemma": step.conflict}
        for mark, course in zip(OPTIONS, step.courses, strict=True):
            told |= {f"step {step.number}_choice{mark}": course.text}
            told |= {f"step {step.number}_choice{mark}_value": course.value}
            if course.chances:
                told |= {f"step {step.number}_choice{mark}_chances": dict(course.chances)}
    return told


def _names_of(dilemma: Escalation) -> Iterator[str]:
    return (case_id(dilemma.id, step.number, place) for step in dilemma.steps for place in (0, 1))


def _doubts(
    said: PanelVerdicts, values: ValueSet, decided: Mapping[str, str]
) -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Course to the values that it may serve, where judges named it and leave that in doubt."""
    coded = _coded(said, values)
    chances = latent_labels(coded, len(values) + 1)[:, : len(values)]
    found = {}
    for case, row in zip(said.cases, chances, strict=True):
        told = [(value, float(chance)) for value, chance in zip(values.dimensions, row, strict=True) if chance > _SURE]
        if case.id not in decided and len(told) > 1:
            total = sum(chance for _, chance in told)
            found[case.id] = tuple((value, round(chance / total, 4)) for value, chance in told)
    return found


def _coded(said: PanelVerdicts, values: ValueSet) -> NDArray[np.float64]:
    """Shape (courses, judges): place of the value that was named, behind them none; also of no courses at all."""
    coded = np.array(said.coded([*values.dimensions, NONE]), dtype=np.float64)
    return coded.reshape(len(said.cases), len(said.verdicts))


def _labelled_steps(
    dilemma: Escalation, final: Mapping[str, str], doubts: Mapping[str, tuple[tuple[str, float], ...]]
) -> Iterator[DilemmaStep]:
    for step in dilemma.steps:
        first, second = (
            Course(course.text, final[name := case_id(dilemma.id, step.number, place)], doubts.get(name, ()))
            for place, course in enumerate(step.courses)
        )
        yield replace(step, courses=(first, second))


def _agreement(dilemmas: Sequence[Escalation], said: PanelVerdicts, values: ValueSet) -> RaterAgreement:
    """Alpha over dilemmas, whose courses stand and fall together."""
    coded = _coded(said, values)
    courses = np.array([len(list(_names_of(each))) for each in dilemmas], dtype=np.int64)
    clusters = np.repeat(np.arange(len(courses), dtype=np.int64), courses)
    return agreement(coded, clusters, "nominal", stream(0, "dilemmas/agreement"), named="dilemmas")


def _unanimous(said: PanelVerdicts) -> float | None:
    rows = list(zip(*said.verdicts.values(), strict=True))
    alike = [len({each.choice for each in row}) == 1 and bool(row[0].choice) for row in rows]
    return sum(alike) / len(alike) if alike else None
