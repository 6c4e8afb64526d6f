"""Measurements are written and read without loss."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from valuespectrum.instruments.measurement import Measurement
from valuespectrum.scoring.estimate import Estimate, Score
from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.theory.value_sets import FOUR, VALUE_SETS, scalars
from vectorstore.foundation.errors import InputError

ANGLE = scalars("svo", "Social Value Orientation", {"angle": "Angle, degrees"})


def _measured(**more: object) -> Measurement:
    scores = {
        name: Score(
            Estimate(1.5 * place, 1.0, 2.0, "", 0.25),
            Estimate(-0.5, -1.0, 0.0),
            (place + 1, 1, 4),
            7,
            28,
            "ok",
            {"log_odds": Estimate(0.1, why="too few clips")},
        )
        for place, name in enumerate(FOUR.dimensions)
    }
    return Measurement(
        instrument="portraits",
        value_set=FOUR,
        unit="item",
        scores=scores,
        overall=Estimate(2.0, 1.0, 3.0),
        scalars={"consistency": Estimate(0.9, 0.8, 1.0)},
        bias={"yes_lean": Estimate(0.0, why="the same in nearly every draw")},
        rates={"refusal": Estimate(0.1, 0.0, 0.3, n=12)},
        reliability={"wordings": Estimate(0.7)},
        differences={"statistic": 3.0, "p": 0.2, "values": 4},
        verdicts=("prefers nothing",),
        notes=("four items only",),
        n_units=7,
        n_unscored=1,
        centred_over=4,
        details={"readout": "text", **more},
    )


def test_a_measurement_comes_back_from_its_json() -> None:
    measured = _measured()
    assert Measurement.from_json(json.loads(json.dumps(measured.to_json(), allow_nan=False))) == measured


def test_named_numbers_come_back_with_the_set_that_names_them() -> None:
    score = Score(Estimate(37.5, 30.0, 44.0), Estimate(None), None, 6, 6, "ok")
    measured = Measurement("svo", ANGLE, "item", {"angle": score}, verdicts=("prosocial",))
    row = measured.to_json()
    assert Measurement.from_json(row, {**VALUE_SETS, "svo": ANGLE}) == measured
    with pytest.raises(InputError, match="no value set 'svo'"):
        Measurement.from_json(row)


def test_units_that_are_clips_are_counted_under_the_name_that_scripts_read() -> None:
    score = Score(Estimate(1.0), Estimate(None), None, 3, 12, "ok")
    assert score.to_json("clip")["n_clips"] == score.to_json("clip")["n_units"] == 3
    assert "n_clips" not in score.to_json("dilemma")


def test_a_detail_cannot_take_the_place_of_a_field() -> None:
    with pytest.raises(InputError, match="detail named 'bias'"):
        _measured(bias={}).to_json()


def test_an_estimate_turned_round_keeps_its_ends_in_order() -> None:
    turned = Estimate(1.0, 0.5, 2.0, se=0.3).moved(-2.0, 1.0)
    assert turned == Estimate(-1.0, -3.0, 0.0, se=0.6)


def test_what_a_flagged_guard_says_is_a_note_once() -> None:
    guards = (
        Finding("order", "flagged", 0.1, 0.3, "Answers hang on nothing."),
        Finding("items", "flagged", 4.0, 5.0, "four items only"),
        Finding("claims", "flagged", 0.0, 0.5, "prefers nothing"),
        Finding("mass", "holds", 0.9, 0.8, "all was answered"),
        Finding("words", "unknown", None, 0.8, "nothing was said"),
    )
    named = replace(_measured(), guards=guards).naming_flagged()
    assert named.notes == ("four items only", "Answers hang on nothing")
    assert named.naming_flagged() == named and _measured().naming_flagged() == _measured()
