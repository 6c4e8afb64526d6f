"""What several instruments in stored runs say of the same respondents, and whether they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path

import numpy as np

from agents.answers.respondent import RespondentColumns
from agents.models.model_names import ModelId
from agents.personas.reserved import NO_PERSONA, in_first_wording
from valuespectrum.comparing.respondents import is_called, refuse_twice
from valuespectrum.instruments.measurement import POSTERIOR, read_name
from valuespectrum.instruments.registry import about_others, asks_items_of, published_as
from valuespectrum.runs.failures import outdated
from valuespectrum.runs.run import read_scores
from valuespectrum.scoring.convergence.claims import claimed, said_together, sure_sides, value_verdicts
from valuespectrum.scoring.convergence.matrix import (
    FEWEST_RESPONDENTS,
    Method,
    PairAgreement,
    agreement,
    crossed,
    line_agreement,
)
from valuespectrum.scoring.estimate import Estimate, profile_scale
from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.readouts.evidence import IN_WORDS
from valuespectrum.theory.value_sets import GROUPS, TEN, ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

AXIS: Mapping[str, float] = {"universalism": 0.5, "benevolence": 0.5, "power": -0.5, "achievement": -0.5}
"""Self-transcendence over self-enhancement: the values that an orientation towards others goes with."""
ORIENTATION = "angle"
"""The number that says how much somebody gives to others."""
SESSIONS = "sessions"
"""What an instrument is called that asks nothing and looks at what was done."""
ROLES = (
    "most respondents are roles, written with values in mind: agreement over them shows that instruments see the same "
    "roles, not that a model has these values"
)

REPEAT = "{} are one instrument twice, or ask the same items: that they agree is a repeat, and no claim rests on it"
FINER = (
    "the ten values of {} are means of finer ones: how their errors go together is not kept, so that intervals behind "
    "claims are as wide as they can be"
)


@dataclass(frozen=True, slots=True)
class SaidOfValues:
    """What one instrument says of one respondent."""

    numbers: Mapping[str, Estimate]
    """Each of the ten values, centred; or the one number of an instrument that tells no values."""
    instrument: str
    """Which one, however many runs or feeds it was given in; the one whose items it asks, where it asks another's."""
    finer: bool = False
    """Whether these numbers are means of finer values."""
    freedoms: Mapping[str, float] = field(default_factory=dict)
    """Degrees of freedom behind the intervals, where they are known."""
    level: float = 0.95
    """Of the intervals."""
    posterior: bool = False
    """Whether they are posterior means."""

    def sides(self) -> dict[str, int]:
        """Which values surely lie above 0, and which below."""
        return sure_sides(self.numbers, self.freedoms, self.level)


Methods = dict[str, dict[RespondentColumns, SaidOfValues]]


def convergence_of_runs(runs: Sequence[Path], models: Sequence[str] = (), level: float = 0.95) -> Json:
    """Set what several instruments say of the same respondents beside each other.

    Args:
        runs: Run folders that are scored.
        models: Ids, specs or names of those that count; empty for all.
        level: Of intervals.

    Returns:
        As :func:`convergence`; ``notes`` say of runs that their scores are older than their answers, too.

    Raises:
        InputError: A run cannot be read, is not scored or is named twice, or fewer than two instruments told anything.
    """
    refuse_twice(runs)
    scored = [(run, read_scores(run)) for run in runs]
    document = convergence(scored, models, level)
    older = [caution for run, scores in scored if (caution := outdated(run, scores))]
    return document | {"notes": [*older, *document["notes"]]}


def convergence(scored: Sequence[tuple[Path, Json]], models: Sequence[str] = (), level: float = 0.95) -> Json:
    """The same from scores that are read.

    Args:
        scored: Folder and scores of each run.
        models: Ids, specs or names of those that count; empty for all.
        level: Of intervals.

    Returns:
        ``respondents`` (a persona is one, whatever its wordings), ``values``, ``level``, ``methods`` (``name,
        respondents, reliability``), ``pairs`` (``first, second, respondents, why, repeat, values, convergent,
        discriminant, beyond, signed, disattenuated``), ``axis`` (numbers that tell no values beside the axis that they
        go with), ``matrix`` (``labels, correlations``), ``claims`` (by respondent and value), ``left_out``, ``covers``,
        ``notes``, ``verdicts``.

    Raises:
        InputError: Fewer than two instruments told anything of the same respondents.
    """
    read, read_lines, left_out = _read(scored, models)
    profiles, lines = _over_wordings(read), _over_wordings(read_lines)
    if len(profiles) + len(lines) < 2 or not profiles:
        there = " and ".join([*profiles, *lines]) or "none"
        raise InputError(
            f"agreement takes two instruments that tell of values, and there is {there}",
            "name runs of several instruments over the same models",
        )
    people = [
        who
        for who, count in Counter(who for told in (*profiles.values(), *lines.values()) for who in told).items()
        if count > 1
    ]
    if len(people) < FEWEST_RESPONDENTS:
        raise InputError(
            f"{len(people)} respondents were measured by two instruments, and {FEWEST_RESPONDENTS} are needed",
            "run each instrument on the same models and personas",
        )
    methods = [_method(name, told, people) for name, told in profiles.items()]
    pairs = {
        (one.name, other.name): agreement(one, other, level)
        for at, one in enumerate(methods)
        for other in methods[at + 1 :]
    }
    asked = {name: next(iter(told.values())).instrument for name, told in profiles.items()}
    apart = {names: found for names, found in pairs.items() if len({asked[name] for name in names}) > 1}
    repeats = [REPEAT.format(" and ".join(names)) for names in pairs if names not in apart]
    return {
        "respondents": len(people),
        "values": list(TEN.dimensions),
        "level": level,
        "methods": [_described(each, told) for each, told in zip(methods, profiles.values(), strict=True)],
        "pairs": [_pair(names, found, names not in apart) for names, found in pairs.items()],
        "axis": list(_axis(methods, lines, people, level)),
        "matrix": _matrix(methods),
        "claims": [_claims(who, profiles) for who in people],
        "left_out": left_out,
        "covers": _covers(people),
        "notes": [*_of_roles(people), *repeats, *_means_of_finer(profiles)],
        "verdicts": value_verdicts(apart, TEN.labels),
    }


def _read(scored: Sequence[tuple[Path, Json]], models: Sequence[str]) -> tuple[Methods, Methods, list[str]]:
    """By instrument what tells of the ten values, and what tells one number; and what tells neither."""
    profiles: Methods = {}
    lines: Methods = {}
    left_out: dict[str, None] = {}
    ways = _ways([scores for _, scores in scored], models)
    for run, scores in zip(_called([run for run, _ in scored]), (each for _, each in scored), strict=True):
        sets = {name: ValueSet.from_json(each) for name, each in scores["value_sets"].items()}
        left_out |= {
            f"{read_name(name)} in {run} tells {why}": None
            for name in sorted({one["instrument"] for one in scores["respondents"]})
            if (why := about_others(name))
        }
        level = float(scores.get("scoring", {}).get("level", 0.95))
        for who, one in _counted(scores, models):
            value_set, name = sets[one["value_set"]], read_name(one["instrument"])
            method, asked = _method_name(one, ways), asks_items_of(one["instrument"])
            if (told := _profile(one["profile"], value_set)) is not None:
                if any(each.mean is not None for each in told.values()):
                    drawn_together = POSTERIOR in (one.get("reliability") or {})
                    freedoms = _freedoms(one["profile"], value_set)
                    said = SaidOfValues(told, asked, value_set != TEN, freedoms, level, drawn_together)
                    _add(profiles, method, run, who, said)
            elif ORIENTATION in value_set:
                number = {ORIENTATION: Estimate.read(one["profile"][ORIENTATION])}
                _add(lines, method, run, who, SaidOfValues(number, asked))
            else:
                left_out[f"{name} in {run}: {value_set.title} has no key to the ten values"] = None
        for name, who, rows in _walked(scores):
            if _wanted(who, models):
                revealed = {value: Estimate.read(row) for value, row in rows.items()}
                said = SaidOfValues(revealed, SESSIONS, freedoms=_freedoms(rows, TEN), level=level)
                _add(profiles, name, run, who, said)
    return profiles, lines, list(left_out)


def _counted(scores: Json, models: Sequence[str]) -> Iterator[tuple[RespondentColumns, Json]]:
    """Respondents of a run of whom an instrument tells something of their own."""
    asked = {one["instrument"] for one in scores["respondents"]}
    ours = {name: not published_as(name) and not about_others(name) for name in asked}
    for one in scores["respondents"]:
        who = RespondentColumns(one["model"], one["persona"], one["strategy"], one["placebo"])
        if not who.placebo and _wanted(who, models) and one["profile"] and ours[one["instrument"]]:
            yield who, one


def _ways(scored: Sequence[Json], models: Sequence[str]) -> Mapping[str, set[str]]:
    """In which ways answers to each instrument were read."""
    ways: dict[str, set[str]] = {}
    for scores in scored:
        for _, one in _counted(scores, models):
            ways.setdefault(read_name(one["instrument"]), set()).add(_read_by(one))
    return ways


def _read_by(one: Json) -> str:
    return str(one.get("evidence") or one.get("readout") or "")


def _method_name(one: Json, ways: Mapping[str, set[str]]) -> str:
    """Its instrument, and how its answers were read where others were read otherwise: readouts are never mixed."""
    name, read = read_name(one["instrument"]), _read_by(one)
    return f"{name} by {IN_WORDS.get(read, read.replace('_', ' '))}" if read and len(ways[name]) > 1 else name


def _called(runs: Sequence[Path]) -> list[str]:
    """Names of runs: their folders, with the ones around them where two are called alike."""
    names = Counter(run.name for run in runs)
    return [run.name if names[run.name] == 1 else str(run) for run in runs]


def _wanted(who: RespondentColumns, models: Sequence[str]) -> bool:
    return not models or any(is_called(who.model, name) for name in models)


def _add(methods: Methods, name: str, run: str, who: RespondentColumns, told: SaidOfValues) -> None:
    """Put it under its instrument; the same instrument again, about the same respondent, is a method of its own."""
    further = (f"{name} in {run}{f', {number}' if number > 1 else ''}" for number in count(1))
    free = next(each for each in chain([name], further) if who not in methods.get(each, {}))
    methods.setdefault(free, {})[who] = told


def _over_wordings(methods: Methods) -> Methods:
    """The same with each persona once: its wordings are no further respondents, and one of them left out no other."""
    found: Methods = {}
    for name, told in methods.items():
        worded: dict[RespondentColumns, list[SaidOfValues]] = {}
        for who, said in told.items():
            worded.setdefault(who._replace(persona=in_first_wording(who.persona)), []).append(said)
        found[name] = {who: _meant(several) for who, several in worded.items()}
    return found


def _meant(worded: Sequence[SaidOfValues]) -> SaidOfValues:
    """Mean over wordings of what is known; their errors are those of the same clips or items, and so go together."""
    first = worded[0]
    if len(worded) == 1:
        return first
    numbers: dict[str, Estimate] = {}
    for value in dict.fromkeys(value for each in worded for value in each.numbers):
        told = [each.numbers[value] for each in worded if value in each.numbers]
        known = [each for each in told if each.mean is not None]
        numbers[value] = Estimate(
            _mean_of([each.mean for each in known]),
            _mean_of([each.low for each in known]),
            _mean_of([each.high for each in known]),
            se=_mean_of([each.se for each in known]),
        )
    return replace(first, numbers=numbers)


def _profile(rows: Json, value_set: ValueSet) -> dict[str, Estimate] | None:
    """Centred numbers over the ten; ``None`` where no key leads there."""
    scale = profile_scale(rows.values())
    own = {value: Estimate.read(row, scale) for value, row in rows.items()}
    if value_set == TEN:
        return own
    members = GROUPS.get((value_set.name, TEN.name))
    if members is None:
        return None
    return {value: _mean([own[each] for each in members[value]]) for value in TEN.dimensions}


def _freedoms(rows: Json, value_set: ValueSet) -> dict[str, float]:
    """Degrees of freedom behind the centred numbers; of means of finer values the fewest that one of these has."""
    own = {value: None if row.get("df") is None else float(row["df"]) for value, row in rows.items()}
    parts: Mapping[str, tuple[str, ...]] = GROUPS.get((value_set.name, TEN.name), {value: (value,) for value in own})
    told = {value: [own.get(each) for each in members] for value, members in parts.items()}
    known = {value: [each for each in found if each is not None] for value, found in told.items()}
    return {value: min(found) for value, found in known.items() if found and len(found) == len(parts[value])}


def _mean(parts: Sequence[Estimate]) -> Estimate:
    """Mean of finer values.

    Nobody keeps how their errors go together. In the standard error they count as independent; the interval, between
    the means of lower and of upper ends, is as wide as errors that go together wholly make it, which is the widest.
    """
    means, errors = [each.mean for each in parts], [each.se for each in parts]
    if not parts or None in means:
        return Estimate(None)
    known = [each for each in errors if each is not None]
    se = sum(each**2 for each in known) ** 0.5 / len(parts) if len(known) == len(parts) else None
    low, high = _mean_of([each.low for each in parts]), _mean_of([each.high for each in parts])
    return Estimate(_mean_of(means), low, high, se=se)


def _mean_of(numbers: Sequence[float | None]) -> float | None:
    """Mean of numbers that are all known; ``None`` where there are none."""
    told = [each for each in numbers if each is not None]
    return sum(told) / len(told) if told and len(told) == len(numbers) else None


def _of_roles(people: Sequence[RespondentColumns]) -> list[str]:
    """That agreement is over roles, where most respondents are some."""
    return [ROLES] if 2 * sum(who.persona != NO_PERSONA for who in people) > len(people) else []


def _means_of_finer(profiles: Methods) -> Iterator[str]:
    """What claims of instruments over finer values have to be read with."""
    for name, told in profiles.items():
        if any(each.finer for each in told.values()):
            yield FINER.format(name)


def _walked(scores: Json) -> Iterator[tuple[str, RespondentColumns, Json]]:
    """What models did in sessions: rows of the profiles that their choices reveal, by policy."""
    for condition in (scores.get("sessions") or {}).get("conditions", ()):
        for walker in condition["walkers"]:
            revealed = walker.get("revealed")
            if revealed and not walker["human"] and not walker["placebo"]:
                who = RespondentColumns(walker["model"], walker["persona"], walker["strategy"])
                yield f"{SESSIONS} ({condition['policy']})", who, revealed


def _method(name: str, told: Mapping[RespondentColumns, SaidOfValues], people: Sequence[RespondentColumns]) -> Method:
    """Numbers of all respondents, each centred over its ten values."""
    shape = (len(people), len(TEN))
    scores, errors = np.full(shape, np.nan), np.full(shape, np.nan)
    for row, who in enumerate(people):
        for column, value in enumerate(TEN.dimensions):
            found = told[who].numbers.get(value) if who in told else None
            if found is not None and found.mean is not None:
                scores[row, column] = found.mean
                errors[row, column] = np.nan if found.se is None else found.se
    posterior = any(each.posterior for each in told.values())
    return Method(name, scores - scores.mean(axis=1, keepdims=True), errors, posterior)


def _described(method: Method, told: Mapping[RespondentColumns, SaidOfValues]) -> Json:
    reliability = {value: _known(each) for value, each in zip(TEN.dimensions, method.reliability, strict=True)}
    return {"name": method.name, "respondents": len(told), "reliability": reliability}


def _pair(names: tuple[str, str], found: PairAgreement, repeat: bool) -> Json:
    values = zip(TEN.dimensions, found.values, strict=True) if found.values else ()
    return {
        "first": names[0],
        "second": names[1],
        "respondents": found.respondents,
        "why": found.why,
        "repeat": repeat,
        "values": {value: each.to_json() for value, each in values},
        "convergent": found.convergent.to_json(),
        "discriminant": found.discriminant.to_json(),
        "beyond": found.beyond.to_json(),
        "signed": found.signed,
        "disattenuated": found.disattenuated,
    }


def _axis(
    methods: Sequence[Method], lines: Methods, people: Sequence[RespondentColumns], level: float
) -> Iterator[Json]:
    """Each number that tells no values beside the axis of every profile, and those axes beside each other."""
    weights = np.array([AXIS.get(value, 0.0) for value in TEN.dimensions])
    sides = {method.name: method.scores @ weights for method in methods}
    for name, told in lines.items():
        means = [told[who].numbers[ORIENTATION].mean if who in told else None for who in people]
        line = np.array([np.nan if mean is None else mean for mean in means])
        for method, side in sides.items():
            count, found = line_agreement(line, side, level)
            yield {"first": name, "second": method, "respondents": count, **found.to_json()}


def _matrix(methods: Sequence[Method]) -> Json:
    """Correlations of every value of every instrument with every other, over respondents that both measured whole."""
    rows: list[list[float | None]] = []
    for one in methods:
        parts = [_whole(one, other) for other in methods]
        rows += [[_known(each) for each in row] for row in np.concatenate(parts, axis=1)]
    return {
        "labels": [[method.name, value] for method in methods for value in TEN.dimensions],
        "correlations": rows,
    }


def _whole(one: Method, other: Method) -> Floats:
    there = ~np.isnan(one.scores).any(axis=1) & ~np.isnan(other.scores).any(axis=1)
    if there.sum() < FEWEST_RESPONDENTS:
        return np.full((len(TEN), len(TEN)), np.nan)
    return crossed(one.scores[there], other.scores[there])


def _claims(who: RespondentColumns, profiles: Methods) -> Json:
    own: dict[str, list[Mapping[str, int]]] = {}
    for told in profiles.values():
        if who in told:
            own.setdefault(told[who].instrument, []).append(told[who].sides())
    sides = {
        value: [
            side
            for several in own.values()
            for side in said_together([each[value] for each in several if value in each])
        ]
        for value in TEN.dimensions
    }
    return {
        "respondent": ModelId.parse(who.model).short,
        **who._asdict(),
        "instruments": len(own),
        "values": {value: claimed(each) for value, each in sides.items()},
    }


def _covers(people: Sequence[RespondentColumns]) -> str:
    models = len({who.model for who in people})
    few = models < len(people)
    roles = (
        f", which are roles of {models} {'model' if models == 1 else 'models'}: others are not covered" if few else ""
    )
    return f"Intervals leave out one respondent at a time: they are over respondents like these {len(people)}{roles}."


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
