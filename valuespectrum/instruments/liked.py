"""From answers in four cells (for and against, in both orders of yes and no) to a measurement of liking.

Where the answers do not tell liking as a number, no number is given: single most likely texts tell the order of values
alone (``order only``), and others may tell nothing at all (``not identifiable``), with the reason in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.profiled import nothing, place_alone, shared_units, weak_dimensions
from valuespectrum.instruments.standing import standing
from valuespectrum.scoring.answered.checks import bounds_of, checked, refused_shares
from valuespectrum.scoring.answered.conclusions import Concluded, TableStyle, conclude, overall, rows, way_out
from valuespectrum.scoring.answered.leans import lean_terms, share_table, wording_terms, yes_by_polarity
from valuespectrum.scoring.answered.sets import AnsweredSets, answered_sets
from valuespectrum.scoring.answered.verdicts import verdicts
from valuespectrum.scoring.cells import ScoringOptions, judge
from valuespectrum.scoring.estimate import LIKING_RANGE, Estimate, Score
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.guards.refusals import Bounds
from valuespectrum.scoring.profile import number
from valuespectrum.scoring.ranks import levelled
from valuespectrum.scoring.rates import answer_rates, refusals_by_value
from valuespectrum.scoring.units import Units
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

LOG_ODDS = TableStyle(log_odds=True)
SHARES = TableStyle(bounds=LIKING_RANGE)


def measured_liking(
    instrument: Instrument, answers: pd.DataFrame, units: Units, options: ScoringOptions
) -> Measurement:
    """Liking by value, with leans, order and wordings estimated beside it, and what the guards say.

    Args:
        instrument: Whose questions were put; its unit is the clip.
        answers: Asks of one respondent, as ``scoring.cells.judge`` takes them.
        units: Those that all respondents were asked about.
        options: Scoring options.

    Raises:
        InputError: A value is no dimension of the instrument's value set.
    """
    values = instrument.value_set
    judged = judge(answers, options)
    sets = answered_sets(judged, values)
    numbers = sets.told.status == "identified"
    table = sets.table if numbers else share_table(sets, values) if sets.told.status == "order only" else None
    facets = Facets(options.level, options.over_wordings, least_clips=options.minimum_clips)
    found = conclude(table, facets, options) if table else None
    counts = judged[judged["verdict"] == "value"].groupby("value").size().to_dict()
    scores = _scores(sets, found, {str(value): int(count) for value, count in counts.items()})
    refused = refused_shares(judged, sets)
    guards, bounds = (
        checked(judged, sets, found, refused, options.seed),
        bounds_of(sets, refused, options.minimum_clips),
    )
    rates = answer_rates(judged, options)
    wordings = wording_terms(sets, table, options.level)
    stands = standing(found if numbers else None, options.seed, sets.cells)
    return Measurement(
        instrument=instrument.name,
        value_set=values,
        unit=units.unit,
        scores=scores,
        overall=overall(found, LOG_ODDS) if found and numbers else Estimate(None),
        bias=lean_terms(sets, values, options.level),
        rates={name: Estimate.read(row) for name, row in rates.items()},
        reliability={"wordings": Estimate(wordings["spearman"]), **stands.reliability},
        differences=found.analysis.differ.to_json() if found else None,
        covers=found.analysis.covering.sentence if found else "",
        guards=guards,
        verdicts=_verdicts(sets, found, values, options.level),
        notes=(
            *weak_dimensions(scores, units.unit, options),
            *(way_out(found, LOG_ODDS) if found else ()),
            *shared_units(units),
            *([sets.told.why] if numbers and sets.told.why else []),
            *(finding.statement for finding in guards if finding.flagged),
            *_bounded(bounds, values),
        ),
        n_units=_heard(sets),
        n_unscored=len(answers[["value", "clip"]].drop_duplicates()) - sum(score.n_units for score in scores.values()),
        centred_over=int(found.reckoned.chosen.sum()) if found else 0,
        details={
            "readout": str(judged["readout"].iloc[0]),
            "evidence": sets.kind,
            "identification": {"status": sets.told.status, "why": sets.told.why},
            "yes_by_polarity": yes_by_polarity(sets),
            **{f"{name}_rate": rate["mean"] for name, rate in rates.items()},
            "refusal_by_value": refusals_by_value(judged),
            "refusal_bounds": _bounds(bounds, values),
            "wordings": wordings,
            **stands.details,
        },
        table=table if numbers else None,
    )


def _scores(sets: AnsweredSets, found: Concluded | None, answers: Mapping[str, int]) -> dict[str, Score]:
    """Every value: with its numbers, its place alone, or the reason why there is neither."""
    status = sets.told.status
    told = rows(found, LOG_ODDS if status == "identified" else SHARES, answers) if found else {}
    clips = (sets.cells.said[0].sum(axis=(2, 3)) > 0).sum(axis=1)
    places = _places(found) if found and status == "order only" else {}
    scores = {}
    for place, value in enumerate(sets.cells.values):
        heard, known = int(clips[place]), bool(sets.told.values[place])
        if status == "identified" and (known or not heard):
            scores[value] = told[value] if told else nothing("no clips")
        elif status == "order only" and heard and told:
            scores[value] = _place(told[value], places.get(value))
        else:
            scores[value] = nothing("not identifiable" if heard else "no clips", answers.get(value, 0), heard)
    return scores


def _places(found: Concluded) -> dict[str, tuple[int, int, int]]:
    """Rank of every compared value with the range that it could have.

    A value whose clips all answered alike has a place and no error, so it could be anywhere, and could stand above or
    below any other.
    """
    from scipy.stats import rankdata

    named = [value for value, chosen in zip(found.analysis.values, found.reckoned.chosen, strict=True) if chosen]
    means = found.reckoned.across.means[found.reckoned.chosen]
    ranks = rankdata(-levelled(means), method="min") if named else np.empty(0)
    unsure = len(named) - len(found.ranks)
    ranges = {value: (rank.low, rank.high + unsure) for value, rank in found.ranks.items()}
    return {value: (int(rank), *ranges.get(value, (1, len(named)))) for value, rank in zip(named, ranks, strict=True)}


def _place(score: Score, rank: tuple[int, int, int] | None) -> Score:
    """What is left of a share of liking answers where it stands for an order only."""
    return replace(place_alone(score), rank=rank, scales={"liking_share": score.estimate})


def _verdicts(sets: AnsweredSets, found: Concluded | None, values: ValueSet, level: float) -> tuple[str, ...]:
    told = sets.told
    if told.status == "not identifiable" or found is None:
        return (f"liking is not identifiable: {told.why}",)
    if told.status == "order only":
        return (f"the order of values only is told: {told.why}", *verdicts(found, values, level))
    return verdicts(found, values, level)


def _heard(sets: AnsweredSets) -> int:
    """Clips about which something was said that counts."""
    said = sets.cells.said[0].sum(axis=(2, 3)) > 0
    return len(
        {
            clip
            for row, listed in enumerate(sets.cells.clips)
            for clip, heard in zip(listed, said[row], strict=False)
            if heard
        }
    )


def _bounded(bounds: Bounds | None, values: ValueSet) -> list[str]:
    """Worst and best case of values with many refused clips, in words."""
    if bounds is None:
        return []
    told = (bounds.statement(place, values.label(value)) for place, value in enumerate(values.dimensions))
    return [f"{statement}, in log-odds" for statement in told if statement]


def _bounds(bounds: Bounds | None, values: ValueSet) -> Json:
    """The same as numbers, of values of which any clip was refused."""
    if bounds is None:
        return {}
    names = ("low", "high", "centred_low", "centred_high", "refused")
    return {
        value: {name: number(float(getattr(bounds, name)[place])) for name in names}
        for place, value in enumerate(values.dimensions)
        if bounds.refused[place] > 0
    }
