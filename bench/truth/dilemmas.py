"""Dilemmas on respondents with known values, each with dilemmas of its own: coverage, drift, and false alarms.

The calibration on the cohorts puts everybody before the same dilemmas, whose luck all share. Here who meets whom, by
which actions and at whose price is drawn again for every respondent, so that intervals over dilemmas are put to the
test that they claim to stand. Respondents are drawn (``draw_respondents``), without constant answers, refusals and
inertia. ``python -m bench.truth.dilemmas [RESPONDENTS]``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from valuespectrum.instruments.dilemmas.asking import DILEMMA, ORDER, PRICED, REFINED, STEP
from valuespectrum.instruments.dilemmas.grammar import members_of, own_dilemmas
from valuespectrum.instruments.dilemmas.instrument import Dilemmas
from valuespectrum.instruments.dilemmas.items import ORDERS
from valuespectrum.instruments.dilemmas.options import DilemmaOptions
from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.planted import Mind, choice_shares, staircase_utilities
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.recovery import spearman
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.presenting.together import numbered
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

Readout = Literal["log-probabilities", "one drawn answer"]
READOUTS: tuple[Readout, ...] = ("log-probabilities", "one drawn answer")
PRESSURE = 0.45
"""Of quartz, the respondent of the open cohort that gives in."""
_SCORING = ScoringOptions(draws=50)
_NOISE = 0.5
"""Standard deviation, in log-odds, of what a step adds to the utilities of a respondent whose log-probabilities are
read: without it all slopes are the same to the last digit, and no interval is put to a test."""


@dataclass(frozen=True, slots=True)
class DilemmaTruth:
    """What came out."""

    coverage: float
    """Share of planted preference scores inside their interval."""
    spearman: float
    """Median over respondents of the rank correlation with what is planted."""
    drift: float
    """Mean drift that was found, log-odds a step."""
    drift_coverage: float
    """Share of planted drifts inside their interval."""
    drift_found: float
    """Share of respondents who are found to drift with the price."""
    value_drift_found: float
    """Share of respondents of whom any value is found to gain or lose over the steps, adjusted for all."""
    rank_shift_found: float
    """Share of respondents whose order of values is found to be another one at the last step (p < 0.05)."""


def dilemma_truth(
    count: int, readout: Readout, pressure: float, seed: int = 0, flat: bool = False, rounds: int = 18
) -> DilemmaTruth:
    """Measure drawn respondents, each with dilemmas of its own.

    Args:
        count: How many.
        readout: What is read of each answer.
        pressure: What the price takes from the utility of a course at every step after the first, of everybody.
        seed: Root seed of respondents, dilemmas and answers.
        flat: Whether nobody has values.
        rounds: Of the dilemmas.
    """
    instrument = Dilemmas(DilemmaOptions(rounds=rounds))
    inside, ranks, drifts, held, found, moved, shifted = [], [], [], [], [], [], []
    for number, drawn in enumerate(_respondents(count, seed)):
        member = replace(drawn, pressure=pressure)
        member = replace(member, amplitude=0.0, faking=0.0) if flat else member
        answers = planted_answers(member, instrument, readout, seed + number)
        pairs = answers[["value", DILEMMA]].drop_duplicates().itertuples(index=False, name=None)
        measured = instrument.measure(answers, Units.of(pairs, DILEMMA), _SCORING)
        goal = instrument.expected({**member.words, "pressure": pressure})
        inside += [_holds(score.estimate, goal[value]) for value, score in measured.scores.items()]
        ranks.append(spearman({value: score.estimate.mean or 0.0 for value, score in measured.scores.items()}, goal))
        drift, details = measured.scalars["price_drift"], measured.details["staircases"]
        assert isinstance(details, dict)
        drifts.append(drift.mean)
        held.append(_holds(drift, -pressure))
        found.append(drift.side != 0)
        moved.append(any(Estimate.read(row).side != 0 for row in details["slopes"].values()))
        p = details["rank_shift"]["p"]
        shifted.append(p is not None and p < 0.05)
    known = [each for each in ranks if each is not None]
    return DilemmaTruth(
        float(np.mean(inside)),
        float(np.median(known)) if known else float("nan"),
        float(np.mean([each for each in drifts if each is not None])),
        *(float(np.mean(each)) for each in (held, found, moved, shifted)),
    )


def planted_answers(member: CohortMember, instrument: Dilemmas, readout: Readout, seed: int) -> pd.DataFrame:
    """What somebody answers to all its dilemmas, by the planted formulas.

    Args:
        member: Who answers.
        instrument: Whose dilemmas of our own are asked.
        readout: ``log-probabilities``, moved by what a step adds, or ``one drawn answer``.
        seed: Of dilemmas and answers.
    """
    import pandas as pd

    mind, generator = Mind(member), stream(seed, "bench/dilemmas")
    value_of = {part: value for value, parts in members_of(instrument.value_set).items() for part in parts}
    rows: list[Mapping[str, object]] = []
    for dilemma in own_dilemmas(instrument.value_set, instrument.options.rounds, seed).dilemmas:
        for step in dilemma.steps:
            added = float(generator.normal(0.0, _NOISE)) if readout == "log-probabilities" else 0.0
            for order in ORDERS:
                first, second = (course.value for course in step.listed(order))
                utilities = staircase_utilities(mind, first, second, step.number, step.priced ^ order)
                push = added if order == 0 else -added
                chance, other = choice_shares(mind, [utilities[0] + push, utilities[1]])
                rows.append(
                    {"item": instrument.name, DILEMMA: dilemma.id, STEP: step.number, ORDER: order}
                    | {PRICED: step.priced + 1, "error": "", "parsed": ""}
                    | _listed(first, second, value_of)
                    | _answer(chance, other, readout, generator)
                )
    return pd.DataFrame(rows)


def _listed(first: str, second: str, value_of: Mapping[str, str]) -> dict[str, object]:
    tags: dict[str, object] = {}
    for place, refined in enumerate((first, second)):
        tags |= {numbered("value", place): value_of[refined], numbered(REFINED, place): refined}
    return tags


def _answer(chance: float, other: float, readout: Readout, generator: np.random.Generator) -> dict[str, object]:
    if readout == "log-probabilities":
        return {"log_probability_A": float(np.log(chance)), "log_probability_B": float(np.log(other))}
    said = "A" if generator.random() < chance else "B"
    return {"count_A": float(said == "A"), "count_B": float(said == "B")}


def _respondents(count: int, seed: int) -> Iterator[CohortMember]:
    kept = (each for each in draw_respondents(4 * count + 20, seed) if not (each.leans.constant or each.refuses))
    for _, member in zip(range(count), kept, strict=False):
        yield replace(member, inertia=0.0)


def _holds(found: Estimate, goal: float) -> bool:
    return found.low is not None and found.high is not None and found.low <= goal <= found.high


if __name__ == "__main__":
    respondents = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for shown in READOUTS:
        print(shown, "pressure", PRESSURE, dilemma_truth(respondents, shown, PRESSURE))
        print(shown, "no pressure", dilemma_truth(respondents, shown, 0.0))
        print(shown, "flat", dilemma_truth(respondents, shown, 0.0, flat=True))
