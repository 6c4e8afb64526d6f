"""The profile in one frame of mind, with what faking does to it where all three were asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from valuespectrum.instruments.base import Tabled
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.wordings.languages import FAKE_GOOD, HONEST
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.instructions.faking import faking_effect
from valuespectrum.scoring.instructions.parts import INSTRUCTION_TAG, instructed, spoken_frames

if TYPE_CHECKING:
    import pandas as pd


def with_faking(
    measured: Measurement, instrument: Tabled, answers: pd.DataFrame, options: ScoringOptions
) -> Measurement:
    """The measurement with the scalar ``faking`` and its details, where both instructions were given.

    Args:
        measured: Of the frame of mind that is scored.
        instrument: What makes a table of sets out of answers that carry no instruction.
        answers: Of all frames of mind.
        options: Scoring options.
    """
    if not {HONEST, FAKE_GOOD} <= set(spoken_frames(answers)):
        return measured
    faked, honest = (instrument.sets(_plain(instructed(answers, name)), options).table for name in (FAKE_GOOD, HONEST))
    wordings = max((len(table.wordings) for table in (faked, honest) if table is not None), default=1)
    facets = Facets(options.level, wordings=wordings > 1, least_clips=options.minimum_clips)
    effect = faking_effect(faked, honest, facets)
    return replace(
        measured,
        scalars={**measured.scalars, "faking": effect.size},
        details={**measured.details, "faking_effect": effect.to_json()},
    )


def _plain(answers: pd.DataFrame) -> pd.DataFrame:
    """Answers that pass for those without an instruction."""
    return answers.assign(**{INSTRUCTION_TAG: ""})
