"""From numbers by value, clip and wording to a measurement, with intervals over all facets that were asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.scoring.answered.sets import SEARCH_WORD, ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate, Score
from valuespectrum.scoring.facets.analysis import ValueFinding, analyse, reckon
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.ranking import rank
from valuespectrum.scoring.facets.tables import Layout, collect
from valuespectrum.scoring.profile import ANY_NUMBER, Scale, profile
from valuespectrum.scoring.readouts.identify import Status
from valuespectrum.scoring.resampling import Resamples
from valuespectrum.theory.value_sets import ValueSet

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Reading:
    """How the numbers of an instrument are told."""

    own: Callable[[ValueFinding], Estimate]
    """A value on the instrument's own scale."""
    scales: Callable[[ValueFinding], Mapping[str, Estimate]] = field(default=lambda finding: {})
    """The same on further scales."""
    level: bool = False
    """Whether the mean over values says anything; choices among values have none."""


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
    rows: pd.DataFrame, value_set: ValueSet, readout: str, status: Status = "identified", why: str = ""
) -> ToldSets:
    """A table of sets out of rows.

    Args:
        rows: ``value, clip, wording, theta``, and ``search_word`` where it is known.
        value_set: Dimensions in order.
        readout: How answers were read, in words that say what the numbers are: only equal ones are compared.
        status: Whether the numbers are told.
        why: What is not.
    """
    if rows.empty or rows["theta"].isna().all():
        return ToldSets(None, readout, "not identifiable", why or "nothing that was said could be read")
    layout = Layout(value_set, SEARCH_WORD if SEARCH_WORD in rows else "", readout=readout)
    return ToldSets(collect([rows], layout), readout, status, why)


def faceted(
    instrument: Instrument, told: ToldSets, heard: Heard, reading: Reading, draws: Resamples, options: ScoringOptions
) -> Measurement:
    """A measurement with intervals over clips, wordings and, where they are known, search words."""
    values = instrument.value_set
    if told.table is None:
        return _untold(instrument, told, heard)
    facets = Facets(options.level, wordings=len(told.table.wordings) > 1, least_clips=options.minimum_clips)
    found, ranks = analyse(told.table, facets), rank(reckon(told.table, facets), options.seed)
    scores = {
        value: Score(
            reading.own(finding),
            finding.centred.estimate,
            (ranks[value].rank, ranks[value].low, ranks[value].high) if value in ranks else None,
            finding.clips,
            heard.answers.get(value, 0),
            finding.status,
            reading.scales(finding),
        )
        for value, finding in found.values.items()
    }
    frame = told.table.frame().rename(columns={"clip": draws.unit})
    units = frame.groupby(["value", draws.unit])["theta"].mean().reset_index()
    readout = [told.why] if told.why else []
    return Measurement(
        instrument.name,
        values,
        draws.unit,
        scores,
        overall=found.general.estimate if reading.level else Estimate(None),
        bias=heard.bias,
        rates={name: Estimate.read(row) for name, row in heard.rates.items()},
        reliability=heard.reliability,
        differences={"statistic": found.differ.ratio, "p": found.differ.p, "values": found.differ.values},
        notes=(found.covering.sentence.replace("clips", f"{draws.unit}s"), *readout, *heard.notes),
        n_units=int(units[draws.unit].nunique()),
        n_unscored=len(set(draws.units) - set(units[draws.unit])),
        centred_over=sum(score.status == "ok" for score in scores.values()),
        details={
            "readout": told.readout,
            **{f"{name}_rate": row["mean"] for name, row in heard.rates.items()},
        },
        profile=profile(units, "theta", draws, options, Scale(values, ANY_NUMBER)),
    )


def _untold(instrument: Instrument, told: ToldSets, heard: Heard) -> Measurement:
    empty = Score(Estimate(None), Estimate(None), None, 0, 0, told.status)
    return Measurement(
        instrument.name,
        instrument.value_set,
        instrument.unit,
        dict.fromkeys(instrument.value_set.dimensions, empty),
        rates={name: Estimate.read(row) for name, row in heard.rates.items()},
        notes=(f"{told.status}: {told.why}", *heard.notes),
        details={"readout": told.readout, **{f"{name}_rate": row["mean"] for name, row in heard.rates.items()}},
    )
