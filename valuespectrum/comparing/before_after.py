"""Steered models beside the same as they are: what changed on each value, how many answers got lost, what else moved.

A pair is one model in one role under one instrument, unsteered and steered, of one run or of two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from shlex import quote

import numpy as np

from agents.answers.respondent import RespondentColumns
from valuespectrum.comparing.pairing import notes_on
from valuespectrum.comparing.respondents import RunRespondent, labels, refuse_twice
from valuespectrum.measuring.set_tables import profile_sets
from valuespectrum.runs.run import differences, read_manifest, read_scores
from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.findings import known
from valuespectrum.scoring.facets.inference import holm
from valuespectrum.scoring.facets.tables import SetTable, difference
from valuespectrum.steering.sweep.choosing import written
from valuespectrum.steering.sweep.effects import SteeringEffect, change_of_groups, effect_of, placed_around
from valuespectrum.steering.target import SteeringTarget, findings_about, target_of
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foreign.typed import made_from
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

MOST_PAIRS = 45
"""Pairs above which nothing is shown; the run of a sweep holds one for every setting that it tried."""
TARGET = "target"
_FIXED = (
    "Intervals draw units and wordings like these again: not other models, not other pairs that the intervention was "
    "made from, and not other seeds."
)
_STEERING = ("steering", "spoken_to", "prompt", "engine_reason")
"""Settings of a model that say how it is steered."""
_SCORED_ALIKE: Mapping[str, str] = {"minimum_mass": "--minimum-mass", "over": "--over"}
"""Options of scoring that both of a pair must share, and what the command line calls them."""
_KNOWLEDGE, _FLUENCY = ("knowledge",), ("perplexity", "grammatical")
"""What a sweep looks at beside the values that tells knowledge, and fluency."""


@dataclass(frozen=True, slots=True)
class _Answered:
    """One respondent with all that is known of its answers."""

    party: RunRespondent
    lost: float
    """Share of asks that were refused, unreadable or failed."""
    scored: Json
    """Its row of the scores."""
    scoring: ScoringOptions

    @property
    def run(self) -> Path:
        """Its run."""
        return self.party.run

    @property
    def who(self) -> RespondentColumns:
        """What stands for it in the run."""
        return self.party.who


@dataclass(frozen=True, slots=True)
class _Compared:
    """One respondent unsteered and steered, with what changed."""

    before: _Answered
    after: _Answered
    facets: Facets
    effect: SteeringEffect
    apart: SetTable
    """Steered minus unsteered, set by set."""
    findings: Json | None
    """Of the sweep that made it."""


def before_after(runs: Sequence[Path]) -> Json:
    """Put every steered respondent of some scored runs beside the same one as it is.

    Args:
        runs: Run folders; where the same respondent stands unsteered in several, its own run counts, else the first.

    Returns:
        ``pairs``, each with ``before`` and ``after`` (who and where), ``target``, ``values`` (value to change of the
        centred score, interval, p, p by Holm for all values of all pairs, whether it changed, and the group on the
        circle), ``groups`` (mean changes), ``general``, ``p_differ`` (by Holm for all pairs), ``lost`` and ``rates``
        (shares before and after), ``beside`` and ``not_measured``; ``left_out``: steered respondents without numbers,
        and why.

    Raises:
        InputError: A run cannot be read or is named twice, no run holds a steered respondent, there are too many, or
            none of them has numbers beside the same one unsteered.
    """
    refuse_twice(runs)
    everyone = [each for run in runs for each in _answered(run)]
    named = labels([each.party for each in everyone])
    everyone = [
        replace(each, party=replace(each.party, label=label)) for each, label in zip(everyone, named, strict=True)
    ]
    steered = [each for each in everyone if each.party.respondent.model.steering and not each.who.placebo]
    if not steered:
        raise InputError(
            "no run here holds a steered model, so nothing can be shown before and after",
            "ask the model with --steer FILE, too, or run steer sweep --then bench",
        )
    if len(steered) > MOST_PAIRS:
        raise InputError(
            f"the runs hold {len(steered)} steered respondents, and at most {MOST_PAIRS} are shown before and after",
            "name a run of fewer, such as RUN/before-after of a sweep",
        )
    compared: list[_Compared] = []
    left_out: list[Json] = []
    for after in steered:
        try:
            compared.append(_compared(_unsteered(after, everyone), after))
        except InputError as error:
            left_out.append({"label": after.party.label, "why": error.message})
    if not compared:
        more = f" (and {len(left_out) - 1} more like it)" if len(left_out) > 1 else ""
        raise InputError(f"nothing can be shown before and after: {left_out[0]['why']}{more}", "name other runs")
    effects = _adjusted([each.effect for each in compared])
    pairs = [_pair(replace(each, effect=effect), len(compared)) for each, effect in zip(compared, effects, strict=True)]
    return {"pairs": pairs, "left_out": left_out, "fixed": _FIXED}


def _answered(run: Path) -> Iterator[_Answered]:
    """Everybody in a run, scored as its scores are.

    Raises:
        InputError: It cannot be read.
    """
    manifest, scores = read_manifest(run), read_scores(run)
    wanted = {each.name for each in fields(ScoringOptions)}
    try:
        options = {name: each for name, each in scores["scoring"].items() if name in wanted}
        scoring = made_from(ScoringOptions, options, "scoring")
    except ValueError as error:
        again = f"valuespectrum score {quote(str(run))}"
        raise InputError(f"the scores of {run} are damaged: {error}", again) from error
    rows = {RespondentColumns(**{name: row[name] for name in RespondentColumns._fields}): row for row in _rows(scores)}
    for who, (sets, lost) in profile_sets(run, scoring).items():
        told = _with_scores(sets.told, rows.get(who, {}))
        yield _Answered(RunRespondent(run, who, manifest, sets.instrument, told), lost, rows.get(who, {}), scoring)


def _rows(scores: Json) -> list[Json]:
    return [row for row in scores["respondents"] if set(RespondentColumns._fields) <= set(row)]


def _with_scores(told: ToldSets, scored: Json) -> ToldSets:
    """What a respondent says, and nothing where its scores tell none: one answer to everything is no profile."""
    profile: Mapping[str, Json] = scored.get("profile") or {}
    if told.table is None or not profile or any(row.get("mean") is not None for row in profile.values()):
        return told
    why = scored.get("identification", {}).get("why") or next(iter(profile.values())).get("status", "")
    return replace(told, table=None, status="not identifiable", why=told.why or str(why))


def _unsteered(after: _Answered, everyone: Sequence[_Answered]) -> _Answered:
    """The same model as it is, in the same role under the same instrument.

    Raises:
        InputError: No run here holds it.
    """
    who = after.who._replace(model=str(after.party.respondent.model.without_steering))
    same = [
        each
        for each in everyone
        if each.who == who
        and each.party.respondent.role == after.party.respondent.role
        and each.party.instrument == after.party.instrument
    ]
    found = next((each for each in same if each.run == after.run), next(iter(same), None))
    if found is None:
        raise InputError(
            f"no run here holds {who.model} unsteered, asked as {after.party.label} is (role "
            f"{after.party.respondent.role.words}, instrument {after.party.instrument})"
        )
    return found


def _compared(before: _Answered, after: _Answered) -> _Compared:
    """What changed of one respondent.

    Raises:
        InputError: The answers of one tell no liking, both were not scored alike, or the two share no set.
    """
    _refuse_other_scoring(before, after)
    plain, steered, scoring = before.party.table, after.party.table, after.scoring
    facets = Facets(scoring.level, scoring.over_wordings, least_clips=scoring.minimum_clips)
    try:
        effect, apart = effect_of(plain, steered, facets), difference(steered, plain)
    except InputError as error:
        raise InputError(f"{before.party.label} and {after.party.label}: {error.message}", error.hint) from error
    if not any(each.mean is not None for each in effect.changes.values()):
        raise InputError(f"{before.party.label} and {after.party.label} share too few units of any two values")
    findings = findings_about(after.run, after.party.respondent.model)
    return _Compared(before, after, facets, effect, apart, findings)


def _refuse_other_scoring(before: _Answered, after: _Answered) -> None:
    """Refuse a change that may be one of what counts as an answer, or of what its interval draws.

    Raises:
        InputError: The two were scored with different options.
    """
    for name, option in _SCORED_ALIKE.items():
        one, other = getattr(before.scoring, name), getattr(after.scoring, name)
        if one != other:
            raise InputError(
                f"{before.party.label} was scored with {option} {one}, {after.party.label} with {other}",
                f"score {before.run} or {after.run} again (`valuespectrum score RUN`)",
            )


def _adjusted(effects: Sequence[SteeringEffect]) -> list[SteeringEffect]:
    """The same with p by Holm for all values of all pairs, and those of two profiles being one for all pairs."""
    rows = [(place, value) for place, each in enumerate(effects) for value in each.p]
    found = _holm([effects[place].p[value] for place, value in rows])
    differ = _holm([each.p_differ for each in effects])
    adjusted: list[dict[str, float | None]] = [{} for _ in effects]
    for (place, value), p in zip(rows, found, strict=True):
        # A value changed only where the profiles differ at all, as in one pair alone.
        adjusted[place][value] = None if p is None else max(p, differ[place] or 0.0)
    return [
        replace(each, p_differ=same, p_adjusted=mine)
        for each, same, mine in zip(effects, differ, adjusted, strict=True)
    ]


def _holm(p: Sequence[float | None]) -> list[float | None]:
    return [known(each) for each in holm(np.array([np.nan if each is None else each for each in p]))]


def _pair(told: _Compared, pairs: int) -> Json:
    """Everything about one pair of so many."""
    before, after, effect = told.before, told.after, told.effect
    plain, scoring, model = before.party.table, after.scoring, after.party.respondent.model
    target = target_of(model, told.findings, str(after.party.manifest.provenance.get("command", "")))
    if target.value not in plain.values or not plain.layout.value_set.circular:
        why = target.told_by if not target.value else f"{target.value} is not measured on a circle here"
        target = SteeringTarget("", told_by=why)
    groups = placed_around(target.value, plain.values) if target.value else {}
    group_of = {value: name for name, some in groups.items() for value in some} | {target.value: TARGET}
    values = {value: _changed(effect, value, scoring.level, group_of.get(value, "")) for value in effect.changes}
    return {
        "before": before.party.to_json(),
        "after": after.party.to_json(),
        "unit": after.party.told.unit,
        "level": scoring.level,
        "value_set": plain.layout.value_set.to_json(),
        "target": target.to_json(),
        "values": values,
        "verdict": _verdict(values, effect, plain.layout.value_set, pairs),
        "groups": _groups(told, target.value),
        "general": effect.general.to_json(),
        "p_differ": effect.p_differ,
        "lost": {"before": before.lost, "after": after.lost},
        "rates": _rates(before.scored, after.scored),
        **_beside(told.findings, before.who.model, after.who.model),
        "n_units": len(told.apart.clip_names),
        "n_wordings": len(told.apart.wordings),
        "covers": effect.covers,
        "notes": [
            *notes_on(before.party, after.party, "paired", told.apart),
            *_asked_otherwise(before, after),
            *_flattered(told.findings, after),
        ],
    }


def _changed(effect: SteeringEffect, value: str, level: float, group: str) -> Json:
    """One value; whether it changed is not known without a p."""
    adjusted = effect.p_adjusted[value]
    return {
        **effect.changes[value].to_json(),
        "p": effect.p[value],
        "p_adjusted": adjusted,
        "changed": None if adjusted is None else adjusted < 1.0 - level,
        "group": group,
    }


def _verdict(values: Mapping[str, Json], effect: SteeringEffect, value_set: ValueSet, pairs: int) -> str:
    """What can be said of the values, in words."""
    judged = {value: row["changed"] for value, row in values.items() if row["changed"] is not None}
    if all(each.mean == 0 for each in effect.changes.values()) and effect.general.mean == 0:
        return "nothing changed: both answered alike"
    if not judged:
        return "whether a value changed cannot be told: no change has an interval"
    moved = [f"{value_set.label(value)} {written(effect.changes[value])}" for value, told in judged.items() if told]
    by = "by Holm" if pairs == 1 else f"by Holm over all {pairs} pairs"
    if not moved:
        return f"no change of a value is shown, of {len(judged)} {by}"
    return f"changed, of {len(judged)} values {by}: {', '.join(moved)}"


def in_words(document: Json) -> list[str]:
    """A line for each pair, and for each respondent that is left out.

    Args:
        document: Of ``before_after``.
    """
    pairs = [f"{pair['after']['label']}: {pair['verdict']}" for pair in document["pairs"]]
    return [*pairs, *(f"{each['label']} is left out: {each['why']}" for each in document["left_out"])]


def _groups(told: _Compared, target: str) -> Json:
    """Mean changes of the target, and of those beside and opposite to it; nothing without a target."""
    if not target:
        return {}
    own = {TARGET: told.effect.changes[target]} if target in told.effect.changes else {}
    found = own | change_of_groups(told.before.party.table, told.after.party.table, target, told.facets)
    return {name: each.to_json() for name, each in found.items()}


def _rates(before: Json, after: Json) -> Json:
    """Shares of answers by what became of them, of both."""
    rows: list[Mapping[str, Json]] = [each.get("rates") or {} for each in (before, after)]
    return {
        name: {"before": Estimate.read(rows[0][name]).to_json(), "after": Estimate.read(rows[1][name]).to_json()}
        for name in rows[0]
        if name in rows[1]
    }


def _beside(findings: Json | None, before: str, after: str) -> Json:
    """What a sweep measured beside the values, of both; and what was not."""
    told = (findings or {}).get("beside", {})
    both = [told.get(model) if isinstance(told, dict) else None for model in (before, after)]
    first, second = (each if isinstance(each, dict) else {} for each in both)
    rows = {
        str(name): {"before": _number(first.get(name)), "after": _number(number)}
        for name, number in second.items()
        if _number(number) is not None
    }
    wanted = {"knowledge": _KNOWLEDGE, "fluency": _FLUENCY}
    missing = [name for name, some in wanted.items() if not set(some) & set(rows)]
    return {"beside": rows, "not_measured": missing}


def _number(found: object) -> float | None:
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return None
    return float(found)


def _asked_otherwise(before: _Answered, after: _Answered) -> Iterator[str]:
    """Settings in which the two differ beside the steering itself."""
    conditions = [
        {name: each for name, each in one.party.respondent.conditions.items() if name not in _STEERING}
        for one in (before, after)
    ]
    told = [str(each) for each in differences(conditions[0], conditions[1], ())]
    if told:
        yield f"the two were asked in different ways: {'; '.join(told)}"


def _flattered(findings: Json | None, after: _Answered) -> Iterator[str]:
    """That a setting was chosen on what it is told by here."""
    found = findings or {"chosen": {}}
    chosen = found["chosen"].values() if isinstance(found["chosen"], dict) else ()
    if after.who.model in chosen and found.get("instrument") == after.party.instrument:
        yield (
            f"a sweep chose this setting by half of the units that it found, which flatters the change of "
            f"{found['value']} here; its own page tells the other half alone"
        )
