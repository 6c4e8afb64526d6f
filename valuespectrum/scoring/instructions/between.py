"""The faking effect of one respondent who was asked in all frames of mind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.instructions.faking import FakingEffect, faking_effect
from valuespectrum.scoring.instructions.parts import FAKE_GOOD, HONEST, INSTRUCTION_TAG, instructed, spoken_frames

if TYPE_CHECKING:
    import pandas as pd


def faking_between(
    sets: Callable[[pd.DataFrame, ScoringOptions], ToldSets], answers: pd.DataFrame, options: ScoringOptions
) -> FakingEffect | None:
    """How far the profile under the instruction to make the best impression lies from the honest one.

    Args:
        sets: Makes a table of sets out of answers that carry no instruction.
        answers: Of all frames of mind.
        options: Scoring options.

    Returns:
        ``None`` where the two instructions were not given.
    """
    if not {HONEST, FAKE_GOOD} <= set(spoken_frames(answers)):
        return None
    faked, honest = (
        sets(instructed(answers, name).assign(**{INSTRUCTION_TAG: ""}), options).table for name in (FAKE_GOOD, HONEST)
    )
    wordings = max((len(table.wordings) for table in (faked, honest) if table is not None), default=1)
    facets = Facets(options.level, options.over_wordings and wordings > 1, least_clips=options.minimum_clips)
    return faking_effect(faked, honest, facets)
