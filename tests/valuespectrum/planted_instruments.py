"""Instruments put to respondents who answer by rule, without a corpus and without a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from agents.answers.respondent import BARE
from agents.models.base import Ask, Model, ModelOptions
from valuespectrum.instruments.base import Instrument, Setting
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.planted import truth_of
from valuespectrum.reference.respondents import read_member
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import HEADLINE, Estimate, Score
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import StimulusRow
from valuespectrum.theory.values import VALUES, centre

SCORING = ScoringOptions(draws=100, over_wordings=False)
"""Most are asked in one wording."""
TIMES = ("morning", "day", "sunset", "night")


class NoPictures:
    """Pictures that nobody opens."""

    def picture_path(self, picture_sha: str) -> Path:
        return Path(f"{picture_sha}.jpg")


def pictures(clips: int = 8, values: Sequence[str] = VALUES) -> list[StimulusRow]:
    """Clips of every value, one picture each."""
    return [
        StimulusRow(value, f"{value} {n % 3}", 1, 0.5, 1.0, f"{value}-{n}/0", f"{value}-{n}", f"{value}-{n}")
        for value in values
        for n in range(clips)
    ]


def setting(rows: Sequence[StimulusRow], seed: int = 0, **given: Any) -> Setting:
    """The bare model before these pictures, each at a time of day."""
    drawn = np.random.default_rng(seed).integers(len(TIMES), size=len(rows))
    shown = {row.frame_id: {"time_of_day": TIMES[place]} for row, place in zip(rows, drawn, strict=True)}
    return Setting((BARE,), rows, NoPictures(), seed, shown, **given)


def member(stated: str) -> CohortMember:
    """A respondent as ``simulated:`` names it."""
    found = read_member(stated)
    assert found is not None, stated
    return found[1]


def twin(stated: str, samples: int = 0) -> TwinModel:
    """Somebody who answers by the planted formulas."""
    return TwinModel(member(stated), ModelOptions(samples=samples), stated)


def answered(asks: Iterable[Ask], model: Model, text_only: bool = False) -> pd.DataFrame:
    """The table of answers as a store gives it."""
    listed = list(asks)
    rows = []
    for ask, answer in zip(listed, model.score(listed), strict=True):
        told = {} if text_only else {f"log_probability_{name}": each for name, each in answer.log_probabilities.items()}
        told |= {} if text_only else {f"count_{name}": each for name, each in answer.counts.items()}
        rows.append({**ask.tags, **told, "text": answer.text, "parsed": answer.parsed, "error": answer.error})
    return pd.DataFrame(rows).assign(model=model.id)


def measured(instrument: Instrument, answers: pd.DataFrame, scoring: ScoringOptions = SCORING) -> Measurement:
    """What an instrument makes of answers."""
    pairs = answers[["value", instrument.unit]].drop_duplicates().itertuples(index=False, name=None)
    return instrument.measure(answers, Units.of(pairs, instrument.unit), scoring)


def ask(instrument: Instrument, stated: str, about: Setting | None = None, samples: int = 0) -> pd.DataFrame:
    """Put an instrument to somebody."""
    questions = cast("Any", instrument).questions(about or setting(pictures()))
    return answered(questions, twin(stated, samples))


def planted(stated: str) -> dict[str, float]:
    """Centred log-odds of liking pictures of each value."""
    return centre(truth_of(member(stated))["log_odds"])


def centred(found: Measurement) -> dict[str, float]:
    """Centred scores that were measured: log-odds, of what has such."""
    known = {value: headline(score).mean for value, score in found.scores.items()}
    return {value: mean for value, mean in known.items() if mean is not None}


def headline(score: Score) -> Estimate:
    """Centred log-odds, or what stands for it."""
    return score.scales.get(HEADLINE, score.centred)
