"""Personas of a run: each set beside the bare model and the placebo texts that the same instrument measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.answers.respondent import RespondentColumns
from agents.personas.reserved import NO_PERSONA, is_placebo_text
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.personas.placebos import movement
from valuespectrum.scoring.personas.pull import Floats
from valuespectrum.scoring.personas.rows import movement_row
from valuespectrum.theory.value_sets import TEN, carried
from vectorstore.foundation.json_types import Json

LOG_ODDS = "log_odds"
POINTS = "points"
"""The scale of an instrument that has no log-odds."""
NO_BARE = "the model without a persona was not measured by the same instrument, or its answers were read in another way"
_READOUT = "readout"


@dataclass(frozen=True, slots=True)
class Measured:
    """One respondent with what was measured."""

    who: RespondentColumns
    by: Measurement


def persona_rows(
    respondents: Sequence[Measured], targets: Mapping[str, Mapping[str, float]], options: ScoringOptions
) -> Iterator[Json]:
    """What every persona did whose target says something about what was measured.

    Args:
        respondents: Of one run; only what the same instrument measured is compared.
        targets: Persona to target profile over the ten values, in -1..1.
        options: Level, and how many clips a value needs to count.

    Returns:
        Rows of ``scoring.personas.rows.movement_row`` with what names the respondent, and ``target``. A persona without
        a bare model has the verdict ``unknown``.
    """
    for one in respondents:
        values = one.by.value_set
        if one.who.persona not in targets or one.who.placebo or not one.by.scores or not values.one_scale:
            continue
        target = targets[one.who.persona]
        goal = carried({value: float(target.get(value, 0.0)) for value in TEN.dimensions}, TEN, values)
        if goal is None:
            continue
        beside = [other for other in respondents if _comparable(other, one)]
        bare = next((other for other in beside if other.who.persona == NO_PERSONA), None)
        texts = [other for other in beside if _is_placebo_of(other.who, one.who)]
        scale = LOG_ODDS if _has_log_odds(one.by) else POINTS
        judged = movement(
            _numbers(one.by, scale, options),
            _numbers(bare.by, scale, options) if bare else np.full(len(values), np.nan),
            np.array([goal[value] for value in values.dimensions]),
            [_numbers(other.by, scale, options) for other in texts],
            options.level,
        )
        told = movement_row(judged, values.dimensions, scale) | ({} if bare else {"why": NO_BARE})
        yield {**one.who.but("placebo"), "target": dict(target), **told}


def _comparable(other: Measured, one: Measured) -> bool:
    """Whether the same model was measured by the same instrument, and its answers read in the same way."""
    return (
        other.who.bare == one.who.bare
        and other.by.instrument == one.by.instrument
        and other.by.value_set == one.by.value_set
        and other.by.details.get(_READOUT) == one.by.details.get(_READOUT)
    )


def _is_placebo_of(text: RespondentColumns, role: RespondentColumns) -> bool:
    """Whether a placebo was put as the persona is; in earlier releases each persona had one of its own."""
    mine = is_placebo_text(text.persona) or text.persona == role.persona
    return text.placebo and text.strategy == role.strategy and mine


def _has_log_odds(measured: Measurement) -> bool:
    scales = [score.scales.get(LOG_ODDS) for score in measured.scores.values()]
    return any(scale is not None and scale.mean is not None for scale in scales)


def _numbers(measured: Measurement, scale: str, options: ScoringOptions) -> Floats:
    """One number for every dimension, not-a-number for those of too few clips."""
    found = [
        (score.scales.get(LOG_ODDS, Estimate(None)) if scale == LOG_ODDS else score.estimate).mean
        if score.n_units >= options.minimum_clips
        else None
        for score in measured.scores.values()
    ]
    return np.array([np.nan if mean is None else mean for mean in found])
