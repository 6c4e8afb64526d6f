"""From numbers by value, clip and wording to a measurement, with intervals over all facets that were asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING

from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.profiled import nothing, place_alone, shared_units, weak_dimensions
from valuespectrum.instruments.standing import standing
from valuespectrum.scoring.answered.conclusions import TableStyle, conclude, overall, points, rows, way_out
from valuespectrum.scoring.answered.sets import FACETS, LOG_ODDS, ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import HEADLINE, Estimate, Score
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import Layout, collect
from valuespectrum.scoring.readouts.identify import Status
from valuespectrum.scoring.units import Units
from valuespectrum.theory.value_sets import ValueSet

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard beside the numbers."""

    answers: Mapping[str, int]
    """Value to the answers about it that count."""
    rates: Mapping[str, Mapping[str, object]]
    bias: Mapping[str, Estimate] = field(default_factory=dict)
    reliability: Mapping[str, Estimate] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def told_sets(
    numbers: pd.DataFrame,
    value_set: ValueSet,
    readout: str,
    status: Status = "identified",
    why: str = "",
    unit: str = LOG_ODDS,
) -> ToldSets:
    """A table of sets out of numbers.

    Args:
        numbers: ``value, clip, wording, theta``, and what clips came by (``FoundBy.beside``) where it is known.
        value_set: Dimensions in order.
        readout: How answers were read, in words that say what the numbers are: only equal ones are compared.
        status: Whether the numbers are told.
        why: What is not.
        unit: What the numbers are in.
    """
    if numbers.empty or numbers["theta"].isna().all():
        return ToldSets(None, readout, "not identifiable", why or "nothing that was said could be read", unit)
    layout = Layout(value_set, next((name for name in FACETS.values() if name in numbers), ""), readout=readout)
    return ToldSets(collect([numbers], layout), readout, status, why, unit)


def unheard(answers: pd.DataFrame, told: ToldSets) -> tuple[str, ...]:
    """What is said of wordings that were asked and told nothing; nothing where all told something."""
    heard = told.table.wordings if told.table else ()
    silent = sorted({str(name) for name in answers["wording"].unique()} - {*heard})
    return (f"nothing that counts was said in the wording {', '.join(silent)}",) if silent and heard else ()


def faceted(
    instrument: Instrument, told: ToldSets, heard: Heard, shown: TableStyle, units: Units, options: ScoringOptions
) -> Measurement:
    """A measurement with intervals over clips, wordings and, where they are known, search words.

    Args:
        instrument: Whose numbers these are.
        told: The numbers.
        heard: What was heard beside them.
        shown: On which scale. Log-odds are taken for strengths, which have no level: beside the centred ones stands the
            chance to be taken over a thing of average strength, in percent.
        units: Those that all respondents were asked about.
        options: Scoring options.
    """
    rates = {name: Estimate.read(row) for name, row in heard.rates.items()}
    details: dict[str, object] = {
        "readout": told.readout,
        **{f"{name}_rate": rate.mean for name, rate in rates.items()},
    }
    base = Measurement(
        instrument.name,
        instrument.value_set,
        units.unit,
        dict.fromkeys(instrument.value_set.dimensions, nothing(told.status)),
        bias=heard.bias,
        rates=rates,
        reliability=heard.reliability,
        notes=(*([told.why] if told.why else []), *heard.notes),
        details=details,
        ends=shown.bounds if all(map(isfinite, shown.bounds)) else None,
    )
    if told.table is None:
        return base
    facets = Facets(options.level, options.over_wordings, least_clips=options.minimum_clips)
    found = conclude(told.table, facets, options)
    scores = rows(found, shown, heard.answers)
    if told.status == "order only":
        scores = {value: place_alone(score) for value, score in scores.items()}
    elif shown.log_odds:
        scores = {value: _strength(score) for value, score in scores.items()}
    told_of = {clip for row in told.table.clips for clip in row[row >= 0]}
    stands = standing(found if told.status == "identified" else None, options.seed)
    return replace(
        base,
        scores=scores,
        reliability={**heard.reliability, **stands.reliability},
        details={**details, **stands.details},
        overall=Estimate(None) if shown.log_odds else overall(found, shown),
        differences=found.analysis.differ.to_json(),
        covers=shown.words(found.analysis.covering.sentence),
        notes=(
            *base.notes,
            *weak_dimensions(scores, units.unit, options),
            *shared_units(units),
            *way_out(found, shown),
        ),
        n_units=len(told_of),
        n_unscored=len(units.names) - len(told_of),
        centred_over=int(found.reckoned.chosen.sum()),
        table=told.table if told.status == "identified" else None,
    )


def _strength(score: Score) -> Score:
    strength = score.scales[HEADLINE]
    return replace(score, estimate=points(strength), scales={HEADLINE: strength})
