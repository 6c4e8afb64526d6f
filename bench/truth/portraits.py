"""Portraits on respondents with known values, with items drawn anew again and again: coverage and false alarms.

The calibration on the cohorts asks everybody the same items, whose luck all share. Here strength and ease of every item
are drawn again for every respondent, as in ``reference/portrayed.py``, so that intervals over items are put to the test
that they claim to stand. ``python -m bench.truth.portraits [RESPONDENTS]``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from agents.answers.respondent import BARE
from valuespectrum.instruments.base import Listed, SaidInSteps, Setting
from valuespectrum.instruments.portraits.instrument import PortraitInstrument
from valuespectrum.instruments.portraits.options import PortraitOptions
from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.planted import Mind, rating_distribution, said_shares
from valuespectrum.reference.portrayed import EASE, STRENGTHS, WORDING_EASE
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.recovery import spearman
from valuespectrum.scoring.units import Units
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

_SCORING = ScoringOptions(draws=50)
AnswersOf = Callable[["pd.DataFrame", CohortMember, np.random.Generator], Mapping[str, np.ndarray]]


class RatedStatements(Listed, SaidInSteps, Protocol):
    """An instrument in which respondents rate what is said, whose questions are known beforehand."""


@dataclass(frozen=True, slots=True)
class PortraitTruth:
    """What came out."""

    coverage: float
    """Share of planted centred ratings inside their interval."""
    spearman: float
    """Median over respondents of the rank correlation with what is planted."""
    differ: float
    """Share of respondents of whom values are said to differ (at .05)."""
    stands_out: float
    """Share of respondents of whom any value is said to stand out, adjusted for all."""


def planted_portraits(
    count: int, seed: int = 0, flat: bool = False, options: PortraitOptions | None = None
) -> PortraitTruth:
    """Measure drawn respondents, each with items of its own.

    Args:
        count: How many.
        seed: Root seed of respondents and items.
        flat: Whether nobody has values, so that whatever is found is a false alarm.
        options: Of the instrument.
    """
    instrument = PortraitInstrument(options or PortraitOptions())
    return planted_truth_of(instrument, _answers, planted_respondents(count, seed, flat), seed)


def planted_truth_of(
    instrument: RatedStatements, answers_of: AnswersOf, respondents: Iterable[CohortMember], seed: int
) -> PortraitTruth:
    """Measure respondents with an instrument in which they rate what is said, each with items of its own.

    Args:
        instrument: What is asked.
        answers_of: What somebody answers to every ask.
        respondents: Who is asked.
        seed: Root seed of the items.
    """
    asked = _asked(instrument)
    inside, ranks, differ, alarms = [], [], [], []
    for number, member in enumerate(respondents):
        answers = asked.assign(**answers_of(asked, member, stream(seed, f"bench/{instrument.name}", number)))
        units = Units.of(answers[["value", "item"]].drop_duplicates().itertuples(index=False, name=None), "item")
        found, goal = instrument.measure(answers, units, _SCORING), instrument.expected_centred(said_shares(member))
        for value, score in found.scores.items():
            low, high = score.centred.low, score.centred.high
            inside.append(low is not None and high is not None and low <= goal[value] <= high)
        measured = {value: score.centred.mean or 0.0 for value, score in found.scores.items()}
        ranks.append(spearman(measured, goal))
        p = (found.differences or {}).get("p")
        differ.append(isinstance(p, float) and p < 0.05)
        adjusted = [score.p_adjusted for score in found.scores.values()]
        alarms.append(any(each is not None and each < 0.05 for each in adjusted))
    known = [each for each in ranks if each is not None]
    return PortraitTruth(
        float(np.mean(inside)),
        float(np.median(known)) if known else float("nan"),
        float(np.mean(differ)),
        float(np.mean(alarms)),
    )


def planted_respondents(count: int, seed: int, flat: bool) -> Iterator[CohortMember]:
    """Respondents who answer by their values, whatever leans they have."""
    kept = (each for each in draw_respondents(4 * count + 20, seed) if not (each.leans.constant or each.refuses))
    for _, member in zip(range(count), kept, strict=False):
        yield replace(member, amplitude=0.0, faking=0.0) if flat else member


def _asked(instrument: RatedStatements) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([{**ask.tags, "parsed": "", "error": ""} for ask in instrument.questions(Setting((BARE,)))])


def _answers(asked: pd.DataFrame, member: CohortMember, generator: np.random.Generator) -> Mapping[str, np.ndarray]:
    """Log-probabilities of the six numbers, with items drawn for this respondent alone."""
    items, mind = {}, Mind(member)
    for item in asked["item"].unique():
        eases = {wording: float(generator.normal(0, WORDING_EASE)) for wording in asked["wording"].unique()}
        items[item] = (float(generator.uniform(*STRENGTHS)), float(generator.normal(0, EASE)), eases)
    rows = []
    for item, value, wording, keyed, polarity in asked[["item", "value", "wording", "keyed", "polarity"]].itertuples(
        index=False
    ):
        strength, ease, eases = items[item]
        meant = keyed * (strength * member.words[value] + ease) + eases[wording]
        rows.append(rating_distribution(mind, meant, 1, 6, polarity > 0, agreement=True))
    logs = np.log(np.maximum(np.array(rows), 1e-12))
    return {f"log_probability_{number}": logs[:, number - 1] for number in range(1, 7)}


if __name__ == "__main__":
    respondents = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for options in (PortraitOptions(scoring="ten"), PortraitOptions(scoring="nineteen")):
        print(options.scoring, planted_portraits(respondents, options=options))
        print(options.scoring, "flat", planted_portraits(respondents, flat=True, options=options))
