"""From the stored answers of one respondent to a measurement: preferences, how they change, who wins against whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from agents.models.base import REFUSAL
from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.dilemmas.asking import CHANCES, DILEMMA, ORDER, PRICED, REFINED, STEP
from valuespectrum.instruments.dilemmas.items import NEITHER_MARK, OPTIONS, STEPS
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.profiled import UnitScores, profiled
from valuespectrum.scoring.answered.verdicts import listing
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import OptionAnswers, read_options, verdict_rates
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.shares import share_row
from valuespectrum.scoring.staircases.doubtful import doubtful_scores
from valuespectrum.scoring.staircases.drift import NEVER_MIXED, price_drift
from valuespectrum.scoring.staircases.preferences import (
    SAME,
    Resampled,
    rank_correlations,
    ratio,
    slopes,
    step_estimates,
    student,
)
from valuespectrum.scoring.staircases.rank_shift import rank_shift
from valuespectrum.scoring.staircases.walks import Floats, Walks
from valuespectrum.scoring.staircases.win_rates import Transitivity, WinRates, transitivity, win_rates
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.presenting.together import numbered
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

BOUNDS = (-0.5, 0.5)
"""Least and largest preference score."""
_DRAWS = 1000
_LEAST_P = 0.05
_IN_DOUBT = (
    "what judges left in doubt of the labels is in preference scores and their intervals; steps, slopes and win rates "
    "go by the likeliest label"
)


@dataclass(frozen=True, slots=True)
class Walked:
    """The answers of one respondent."""

    walks: Walks
    """By the values that are scored."""
    labelled: Walks
    """By the labels of the courses."""
    read: OptionAnswers


def walked(
    answers: pd.DataFrame, scored: ValueSet, labels: ValueSet, unforced: bool, options: ScoringOptions
) -> Walked:
    """Put the answers of one respondent together.

    Args:
        answers: One row per ask, with the tags of ``asking``.
        scored: Values that are scored.
        labels: Set of the labels of the courses.
        unforced: Whether neither was on offer.
        options: Readout and least mass.
    """
    read = read_options(answers, OPTIONS, options, NEITHER_MARK if unforced else "")
    return Walked(walks_of(answers, read, "value", scored), walks_of(answers, read, REFINED, labels), read)


def walks_of(answers: pd.DataFrame, read: OptionAnswers, column: str, values: ValueSet) -> Walks:
    """Answers as arrays.

    Args:
        answers: One row per ask.
        read: What they say.
        column: Tag that names what a course serves.
        values: What it is one of.
    """
    import pandas as pd

    codes, names = pd.factorize(answers[DILEMMA].astype(str))
    step, order = answers[STEP].to_numpy(np.int64) - 1, answers[ORDER].to_numpy(np.int64)
    listed = np.stack(
        [answers[numbered(column, place)].map(values.position).to_numpy(np.int64) for place in range(len(OPTIONS))]
    )
    shape = (len(names), STEPS)
    served, priced = np.full((*shape, 2), -1), np.full(shape, -1)
    for course in (0, 1):
        served[codes, step, course] = listed[course ^ order, np.arange(len(order))]
    priced[codes, step] = answers[PRICED].to_numpy(np.int64) - 1
    by_order, logs = (np.full((*shape, 2), np.nan) for _ in range(2))
    turned = order == 1
    by_order[codes, step, order] = np.where(turned, read.shares[:, 1], read.shares[:, 0])
    if read.kind == "log_probability":
        apart = read.said[:, 0] - read.said[:, 1]
        logs[codes, step, order] = np.where(turned, -apart, apart)
    doubts = _doubts(answers, values)
    chances = None
    if doubts is not None:
        chances = np.zeros((*shape, 2, len(values)))
        for course in (0, 1):
            chances[codes, step, course] = doubts[course ^ order, np.arange(len(order))]
    return Walks(tuple(map(str, names)), served, len(values), by_order, logs, priced, chances)


def _doubts(answers: pd.DataFrame, values: ValueSet) -> Floats | None:
    """Shape (places, answers, values): probability that the course listed there serves each value, if any is open."""
    columns = [numbered(CHANCES, place) for place in range(len(OPTIONS))]
    if not any(column in answers and (answers[column].fillna("") != "").any() for column in columns):
        return None
    chances = np.zeros((len(OPTIONS), len(answers), len(values)))
    for place, column in enumerate(columns):
        told = answers[column].fillna("").astype(str) if column in answers else [""] * len(answers)
        for row, (text, label) in enumerate(zip(told, answers[numbered("value", place)], strict=True)):
            words = text.split() or [str(label), "1"]
            for value, chance in zip(words[::2], words[1::2], strict=True):
                chances[place, row, values.position(value)] = float(chance)
    return chances


def measured_staircases(
    instrument: Instrument, answers: pd.DataFrame, found: Walked, units: Units, options: ScoringOptions
) -> Measurement:
    """Everything that staircases say of one respondent.

    Args:
        instrument: Whose answers these are.
        answers: Asks of one respondent.
        found: The same, put together.
        units: Those that all respondents were asked about.
        options: Scoring options.
    """
    values, walks = instrument.value_set, found.walks
    base = profiled(instrument, answers, UnitScores(unit_scores(walks, values), "preference", BOUNDS), units, options)
    rates = verdict_rates(found.read, answers[DILEMMA], options.level)
    drift = price_drift(found.labelled, options.level, options.minimum_clips)
    moving = _moving(walks, options)
    details = staircase_details(found, values, answers, moving, options)
    return replace(
        base,
        scalars={"price_drift": drift},
        bias={"first_option": first_option(walks, options)},
        rates={name: Estimate.read(row) for name, row in rates.items()},
        verdicts=(*base.verdicts, *_verdicts(drift, moving, values, details)),
        notes=(*base.notes, *_notes(found.read), *_left_out(walks), *_in_doubt(walks)),
        details={**base.details, "readout": found.read.kind, "staircases": details}
        | {"answered_in_one_order": int(walks.one_order.sum())}
        | {f"{name}_rate": row["mean"] for name, row in rates.items()},
    )


def unit_scores(walks: Walks, values: ValueSet) -> pd.DataFrame:
    """Preference score of every value in every dilemma: the mean over those of its steps that offered it.

    Where labels are in doubt these are one-step values, whose mean and spread are set right for that.
    """
    import pandas as pd

    if walks.chances is None:
        scores = ratio(walks.chosen.sum(axis=1), walks.offered.sum(axis=1)) - 0.5
    else:
        scores = doubtful_scores(walks)
    dilemma, value = np.nonzero(~np.isnan(scores))
    return pd.DataFrame(
        {
            "value": np.array(values.dimensions, dtype=object)[value],
            DILEMMA: np.array(walks.names, dtype=object)[dilemma],
            "preference": scores[dilemma, value],
            "answers": walks.offered.sum(axis=1)[dilemma, value].astype(np.int64),
        }
    )


def first_option(walks: Walks, options: ScoringOptions) -> Estimate:
    """Share of whatever was listed first less one half, over dilemmas."""
    cells = walks.first_listed
    known = ~np.isnan(cells)
    each = ratio(np.where(known, cells, 0.0).sum(axis=1), known.sum(axis=1).astype(np.float64))
    each = each[~np.isnan(each)]
    if not len(each):
        return Estimate(None)
    se = float(each.std()) / float(np.sqrt(len(each)))
    return student(float(each.mean()), se, len(each), options.level, options.minimum_clips)


def _moving(walks: Walks, options: ScoringOptions) -> list[Estimate]:
    """Slope of every value, with intervals that allow for how many values there are."""
    drawn = Resampled.draw(len(walks), _DRAWS, stream(options.seed, "dilemmas/drift"))
    level = 1.0 - (1.0 - options.level) / walks.count
    return slopes(walks, drawn, level, options.minimum_clips)


def staircase_details(
    found: Walked, values: ValueSet, answers: pd.DataFrame, moving: Sequence[Estimate], options: ScoringOptions
) -> Json:
    """Plain JSON of everything that is by step or by pair.

    Args:
        found: Answers of one respondent.
        values: What is scored.
        answers: The same as they are stored.
        moving: Slope of every value.
        options: Level, seed and fewest dilemmas.
    """
    walks = found.walks
    drawn = Resampled.draw(len(walks), _DRAWS, stream(options.seed, "dilemmas/bootstrap"))
    steps = step_estimates(walks, drawn, options.level, options.minimum_clips)
    shift = rank_shift(walks, stream(options.seed, "dilemmas/permutation"))
    pooled = win_rates(walks)
    refusals = _refusals(found.read, answers, options.level)
    return {
        "values": list(values.dimensions),
        "steps": [
            {
                "step": number + 1,
                "preferences": {
                    value: estimate.to_json() | {"n": int((walks.offered[:, number, place] > 0).sum())}
                    for place, (value, estimate) in enumerate(zip(values.dimensions, row, strict=True))
                },
                "refusals": refusals[number],
                "win_rates": _rates_json(win_rates(walks, number)),
            }
            for number, row in enumerate(steps)
        ],
        "slopes": {value: each.to_json() for value, each in zip(values.dimensions, moving, strict=True)},
        "rank_correlation_with_first_step": rank_correlations(walks),
        "rank_shift": {
            "first": _plain(shift.first),
            "last": _plain(shift.last),
            "moved": None if np.isnan(shift.moved) else shift.moved,
            "change": None if np.isnan(shift.change) else shift.change,
            "p": None if np.isnan(shift.p) else shift.p,
            "permutations": shift.permutations,
        },
        "win_rates": _rates_json(pooled),
        "transitivity": transitivity_json(transitivity(pooled.rates), values.dimensions),
        "covers": (
            f"intervals and tests are over dilemmas ({len(walks)}), which are drawn again with all their steps; slopes "
            "allow for how many values there are; other ways of telling the same dilemmas are not covered"
        ),
    }


def _refusals(read: OptionAnswers, answers: pd.DataFrame, level: float) -> list[Json]:
    """Share of refusals in what came back at each step, over dilemmas, each of which is asked about in both orders."""
    import pandas as pd

    codes, names = pd.factorize(answers[DILEMMA].astype(str))
    refused, steps = np.asarray(read.verdict == REFUSAL, dtype=np.float64), answers[STEP].to_numpy(np.int64)
    rows: list[Json] = []
    for number in range(1, STEPS + 1):
        here = (steps == number) & np.asarray(read.verdict != "error")
        hits, asked = (
            np.asarray(np.bincount(codes[here], weights, len(names)), np.float64) for weights in (refused[here], None)
        )
        rows.append(share_row(hits, asked, level))
    return rows


def transitivity_json(found: Transitivity, names: Sequence[str]) -> Json:
    """Counts of chains and the cycles by name."""
    return {
        "triples": found.triples,
        "chains": found.chains,
        "weak": len(found.weak),
        "moderate": len(found.moderate),
        "strong": len(found.strong),
        "cycles": [[names[place] for place in cycle] for cycle in found.cycles],
    }


def _rates_json(found: WinRates) -> Json:
    return {
        "rates": [_plain(row) for row in found.rates],
        "steps": found.counts.astype(int).tolist(),
        "dilemmas": found.dilemmas.astype(int).tolist(),
    }


def _plain(numbers: Sequence[float] | Floats) -> list[float | None]:
    return [None if np.isnan(each) else round(float(each), 6) for each in numbers]


def _verdicts(drift: Estimate, moving: Sequence[Estimate], values: ValueSet, details: Json) -> tuple[str, ...]:
    told = []
    if drift.mean is not None and drift.why == SAME:
        told.append(f"a price changes the log-odds of its course by {drift.mean:+.2f} a step, in every dilemma alike")
    if drift.why == NEVER_MIXED:
        told.append(f"how far a price moves choices is not known: {drift.why}")
    if drift.mean is not None and drift.low is not None and drift.high is not None:
        span = f"{drift.mean:+.2f} log-odds a step ({drift.low:+.2f} to {drift.high:+.2f})"
        how = {-1: "gives in to a rising price", 0: "no giving in to a rising price is shown", 1: "holds on the more"}
        told.append(f"{how[drift.side]}: {span}")
    sides = {side: [name for name, each in _named(moving, values) if _moves(each) == side] for side in (1, -1)}
    words = [f"{listing(sides[side])} {how}" for side, how in ((1, "gains"), (-1, "loses")) if sides[side]]
    if words:
        told.append(f"as steps get harder {' and '.join(words)}")
    elif any(each.low is not None or each.why == SAME for each in moving):
        told.append("no value is shown to gain or lose by steps")
    else:
        why = next((each.why for each in moving if each.why), "nothing was chosen")
        told.append(f"whether values gain or lose by steps is not known: {why}")
    shift = details["rank_shift"]
    if shift["p"] is not None:
        changed = "are others" if shift["p"] < _LEAST_P else "are not shown to be others"
        places = f"values move by {shift['moved']:.1f} places on average"
        told.append(f"preferences at the last step {changed} than at the first (p = {shift['p']:.3f}); {places}")
    if cycles := details["transitivity"]["cycles"]:
        named = [" over ".join(values.label(each).lower() for each in [*cycle, cycle[0]]) for cycle in cycles[:3]]
        told.append(
            f"win rates go round in {len(cycles)} circle{'s' * (len(cycles) > 1)} of three, such as {named[0]}; a rate "
            "near one half, or of few dilemmas, can make one by chance"
        )
    return tuple(told)


def _moves(each: Estimate) -> int:
    """To which side a value moves; also where it does alike in every dilemma, of which there is no interval."""
    alike = each.mean if each.why == SAME and each.mean is not None else 0.0
    return each.side or int(np.sign(round(alike, 9)))


def _named(moving: Sequence[Estimate], values: ValueSet) -> list[tuple[str, Estimate]]:
    return [(values.label(value).lower(), each) for value, each in zip(values.dimensions, moving, strict=True)]


def _left_out(walks: Walks) -> tuple[str, ...]:
    put = walks.values[..., 0] >= 0
    alone, asked = int(walks.one_order.sum()), int(put.sum())
    same = int((put & (walks.values[..., 0] == walks.values[..., 1])).sum())
    told = (
        f"{alone} of {asked} steps were answered in one order alone, which holds the lean towards what is listed "
        "first: no preference, win rate or score of a step is taken of them"
    )
    of_one = f"{same} of {asked} steps have one value on both sides: they say nothing about values, and are in no score"
    return (*((told,) if alone else ()), *((of_one,) if same else ()))


def _in_doubt(walks: Walks) -> tuple[str, ...]:
    return (_IN_DOUBT,) if walks.chances is not None else ()


def _notes(read: OptionAnswers) -> tuple[str, ...]:
    notes: Mapping[str, str] = {
        "greedy_text": "single most likely answers: a preference is which course comes first, not how nearly it did",
        "sampled_text": "one drawn answer an ask: a lean towards what is listed first draws preferences towards 0",
        "samples": "drawn answers: a lean towards what is listed first draws preferences a little towards 0",
    }
    return (notes[read.kind],) if read.kind in notes else ()
