"""Scores as a person reads them, and made again."""

from __future__ import annotations

import json
from pathlib import Path

from small_run import SCORING, write_run

from agents.personas.reserved import NO_PERSONA
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.operations.score import ScoreSettings, describe, score
from valuespectrum.scoring.estimate import Estimate, Score
from valuespectrum.theory.value_sets import TEN, ValueSet, scalars
from vectorstore.foundation.json_types import Json

ANGLES = scalars("angles", "Angles", {"angle": "Angle, degrees", "aversion": "Aversion"})


def described(instrument: str, values: ValueSet, numbers: dict[str, float]) -> str:
    """What a person is told of these numbers, with intervals of a hundredth on either side."""
    scores = {
        name: Score(
            Estimate(number, number - 0.01, number + 0.01),
            Estimate(number - 4, number - 4.01, number - 3.99) if values.one_scale else Estimate(None),
            None,
            9,
            54,
            "ok",
        )
        for name, number in numbers.items()
    }
    one: Json = {"model": "hf:m@1", "persona": NO_PERSONA, "strategy": NO_PERSONA, "placebo": False}
    one |= Measurement(instrument, values, "item", scores).to_json()
    return describe({"respondents": [one], "value_sets": {values.name: values.to_json()}, "personas": []})


def test_steps_have_decimals_enough_to_see_on_which_side_of_the_mean_they_are() -> None:
    told = described("portraits", TEN, dict.fromkeys(TEN.dimensions, 4.03))
    assert told.count("+0.03 [+0.02, +0.04]") == 10 and "4.03 [4.02, 4.04]" in told


def test_numbers_on_scales_of_their_own_are_written_each_by_its_size() -> None:
    told = described("svo", ANGLES, {"angle": 33.2, "aversion": 0.314})
    assert "33.2 [33.2, 33.2]" in told and "0.31 [0.30, 0.32]" in told
    shares = described("behaviour", TEN, {value: 5.0 * place for place, value in enumerate(TEN.dimensions, start=1)})
    assert "5.0 [5.0, 5.0]" in shares and "50.0 [50.0, 50.0]" in shares


def test_scores_are_made_again_with_the_seed_of_the_run(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", seed=5)
    before = (run / "scores.json").read_bytes()
    score(run, ScoreSettings(draws=SCORING.draws))
    assert (run / "scores.json").read_bytes() == before, "the same answers, the same numbers"
    other = score(run, ScoreSettings(draws=SCORING.draws, seed=0)).document
    assert (json.loads(before)["scoring"]["seed"], other["scoring"]["seed"]) == (5, 0), "another one can be named"
