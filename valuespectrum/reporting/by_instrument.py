"""Takes every profile of every run out of their scores, those on one scale together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.answers.respondent import Role, columns_of
from valuespectrum.instruments.measurement import read_name
from valuespectrum.instruments.registry import about_others, published_as, told_of
from valuespectrum.reporting.elements.data import ReportedRun
from valuespectrum.reporting.elements.instruments import (
    APART,
    CENTRED,
    LOG_ODDS,
    PUBLISHED,
    InstrumentGroup,
    MeasuredProfile,
    MeasuredRow,
)
from valuespectrum.reporting.measured import beside_scores, explained, identified, limits, ranks_of, read_in_words
from valuespectrum.scoring.estimate import HEADLINE, Estimate
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.json_types import Json


def read_groups(runs: Sequence[tuple[str, ReportedRun]], level: float) -> tuple[InstrumentGroup, ...]:
    """Every respondent of every run, nothing left out; numbers of two groups are never on one scale.

    Args:
        runs: Each behind what the page calls it, in the order in which their profiles are shown.
        level: Of all their intervals.
    """
    groups: dict[InstrumentGroup, list[MeasuredProfile]] = {}
    for called, run in runs:
        sets = {name: ValueSet.from_json(each) for name, each in run.scores["value_sets"].items()}
        for one in run.scores["respondents"]:
            values = sets[one["value_set"]]
            group = replace(_group(one, values), level=level)
            groups.setdefault(group, []).append(_profile(called, one, values, group.scale))
    return tuple(replace(group, profiles=tuple(profiles)) for group, profiles in groups.items())


def _group(one: Json, values: ValueSet) -> InstrumentGroup:
    title, measures = told_of(one["instrument"])
    name, read = read_name(one["instrument"]), read_in_words(one)
    return InstrumentGroup(name, title, measures, values.title, one.get("unit", ""), read, _scale(one, values))


def _scale(one: Json, values: ValueSet) -> str:
    if published_as(one["instrument"]):
        return PUBLISHED
    if any(HEADLINE in row for row in (one.get("profile") or {}).values()):
        return LOG_ODDS
    return CENTRED if values.one_scale else APART


def _profile(run: str, one: Json, values: ValueSet, scale: str) -> MeasuredProfile:
    measured = one.get("profile") or {name: {"mean": each} for name, each in one["paper"]["scores"].items()}
    status, why = identified(one)
    who, about = columns_of(one), about_others(one["instrument"])
    leans, lost = beside_scores(one)
    return MeasuredProfile(
        run=run,
        model=who.model,
        role="" if who == who.bare else Role(who.persona, who.strategy, who.placebo).words,
        rows=tuple(_row(name, values.label(name), row, scale) for name, row in measured.items()),
        scalars={name: Estimate.read(row) for name, row in one.get("scalars", {}).items()},
        leans=leans,
        lost=lost,
        status="" if status == "identified" else f"{status}: {why}",
        covers=str(one.get("covers", "")),
        verdicts=tuple(map(str, one.get("verdicts", ()))),
        notes=(*map(str, one.get("notes", ())), *limits(one), *([f"these numbers say {about}"] if about else [])),
    )


def _row(name: str, label: str, row: Json, scale: str) -> MeasuredRow:
    centred = {LOG_ODDS: HEADLINE, CENTRED: "centred"}.get(scale)
    return MeasuredRow(
        dimension=name,
        label=label,
        score=explained(row, ""),
        centred=explained(row, centred) if centred else Estimate(None),
        rank=ranks_of(row) if centred else None,
        units=row.get("n_units", 0),
    )
