from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench_fakes import AxesEmbedder, words, world
from scipy.special import expit
from trial_instruments import FourQuestions, Staircase

from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from valuespectrum.calibration.calibrate import PlantedRespondent, calibrate, calibrate_instrument, training_error
from valuespectrum.instruments.battery import BatteryOptions
from valuespectrum.instruments.registry import INSTRUMENTS, InstrumentChoice
from valuespectrum.measuring.benchmark import BenchOptions
from valuespectrum.measuring.instrument_run import InstrumentOptions
from valuespectrum.operations.calibrate import _describe
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.value_sets import FOUR
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError


def _truth(peak: int) -> dict[str, float]:
    return {value: 1.5 * float(np.cos(2 * np.pi * (place - peak) / 10)) for place, value in enumerate(VALUES)}


def _respondent(name: str, log_odds: Mapping[str, float], **leans: float) -> PlantedRespondent:
    planted = {value: 100 * float(expit(theta)) for value, theta in log_odds.items()}
    return PlantedRespondent(name, SimulatedModel(SimulatedProfile(values=dict(log_odds), **leans)), planted)


@pytest.fixture
def options(tmp_path: Path) -> BenchOptions:
    path = tmp_path / "axes.yaml"
    path.write_text(json.dumps({"keywords": {v: [word.word for word in row] for v, row in words(3).words.items()}}))
    return BenchOptions(run=tmp_path / "run", keywords=path, scoring=ScoringOptions(draws=400))


def test_planted_profiles_are_recovered_with_the_coverage_claimed(options: BenchOptions) -> None:
    """Noise of an ask averages to nothing in log-odds, so likings are nearly unbiased and intervals should cover."""
    cohort = [_respondent(f"r{peak}", _truth(peak), yes_lean=0.2 * peak - 1, noise=0.4) for peak in range(10)]
    result = calibrate(options, world(), AxesEmbedder(), cohort)
    assert result["instrument"] == "vqa"
    assert [row["name"] for row in result["respondents"]] == [f"r{peak}" for peak in range(10)]
    assert result["spearman_median"] > 0.95
    assert result["coverage"] >= 0.88
    assert result["centred_rmse"] < 3
    assert len(result["misses"]) == round((1 - result["coverage"]) * 100)
    json.dumps(result, allow_nan=False)


def test_figures_name_their_cohort_and_leave_out_who_does_not_answer_by_values(options: BenchOptions) -> None:
    uneven = _truth(2) | {"power": 1.2, "benevolence": -0.7, "hedonism": -0.4}
    cohort = [
        replace(_respondent("one", uneven, noise=0.1), cohort="open"),
        replace(_respondent("two", _truth(7), noise=0.1), cohort="sealed"),
        replace(_respondent("flat", dict.fromkeys(VALUES, 0.4), noise=0.1), cohort="open"),
        replace(_respondent("same", _truth(5), yes_lean=9, noise=0.1), cohort="open", apart="says yes"),
    ]
    result = calibrate(options, world(), AxesEmbedder(), cohort)
    rows = {row["name"]: row for row in result["respondents"]}
    assert (result["cohort"], list(result["cohorts"])) == ("open and sealed", ["open", "sealed"])
    assert result["apart"] == [{"name": "same", "why": "says yes"}]
    assert result["figures_over"] == 3 and result["cohorts"]["open"]["figures_over"] == 2
    assert not any(miss.startswith("same") for miss in result["misses"])
    assert rows["flat"]["flat"] and rows["flat"]["spearman"] is None and not rows["one"]["flat"]
    assert rows["one"]["off_circle"]["r"] > 0.95
    off = result["cohorts"]["open"]["off_circle"]
    assert off["r"] == pytest.approx(rows["one"]["off_circle"]["r"]) and off["n"] == 10, "of one: the other is flat"
    only = calibrate(replace(options, run=options.run.with_name("only")), world(), AxesEmbedder(), cohort[3:])
    assert (only["coverage"], only["spearman_median"], only["off_circle"], only["misses"]) == (None, None, None, [])
    json.dumps([result, only], allow_nan=False)


def test_without_intervals_no_planted_value_is_said_to_be_missed(options: BenchOptions) -> None:
    """One wording gives no interval: nothing is claimed, so that no share of it is wrong."""
    one = replace(_respondent("one", _truth(2), noise=0.1), cohort="open")
    result = calibrate(replace(options, battery=BatteryOptions(wordings=1)), world(), AxesEmbedder(), [one])
    assert result["coverage"] is None and result["respondents"][0]["unmeasured"] == list(VALUES)
    assert result["spearman_median"] > 0.9 and result["centred_rmse"] < 5
    told = _describe(result)
    assert "no value has an interval, so nothing was claimed" in told and "0%" not in told


def test_wrong_claims_are_found_out(options: BenchOptions) -> None:
    honest = _respondent("honest", _truth(2), noise=0.2)
    liar = PlantedRespondent("liar", _respondent("", _truth(7), noise=0.2).model, honest.planted)
    rows = {row["name"]: row for row in calibrate(options, world(), AxesEmbedder(), [honest, liar])["respondents"]}
    assert rows["honest"]["spearman"] > 0.95 > 0 > rows["liar"]["spearman"]
    assert rows["liar"]["coverage"] <= 0.2 and len(rows["liar"]["outside"]) >= 8


def test_what_training_missed_is_told_apart_from_what_clips_make_unsure(options: BenchOptions) -> None:
    missed = np.random.default_rng(1).normal(0, 0.3, size=(4, 10))
    missed -= missed.mean(axis=1, keepdims=True)
    cohort = []
    for peak, off in enumerate(missed):
        truth = _truth(peak)
        network = {value: truth[value] + error for value, error in zip(VALUES, off, strict=True)}
        known = _respondent(f"r{peak}", truth, noise=0.1, yes_lean=0.1 * peak)
        cohort.append(replace(_respondent(f"r{peak}", network, noise=0.1), planted=known.planted, twin=known.model))
    cohort.append(_respondent("alone", _truth(7)))
    result = calibrate(options, world(), AxesEmbedder(), cohort)
    error = result["training_error"]
    assert (len(result["respondents"]), error["respondents"]) == (5, 4)
    assert error["sd"] == pytest.approx(np.sqrt((missed**2).sum() / 36), abs=0.06)
    assert error["twin_coverage"] >= 0.85 > 0.6 > result["coverage"]
    assert error["slope"] == pytest.approx(1.0, abs=0.1)
    alone = calibrate(replace(options, run=options.run.with_name("alone")), world(), AxesEmbedder(), cohort[4:])
    assert alone["training_error"] is None


def test_who_tells_no_log_odds_has_no_training_error() -> None:
    """Whose liking was not identifiable, and every respondent of an instrument on another scale."""
    off = {value: 0.3 * (-1) ** place for place, value in enumerate(VALUES)}
    pairs, measured = [], {}
    for peak, silent in ((1, False), (5, True)):
        truth = _truth(peak)
        known = _respondent(f"r{peak}", truth)
        network = _respondent(f"r{peak}", _plus(truth, off))
        pairs.append(replace(network, planted=known.planted, twin=known.model))
        measured[known.model.id] = {"profile": _row(truth)}
        untold = {value: {"mean": 4.0} for value in VALUES}
        measured[network.model.id] = {"profile": untold if silent else _row(_plus(truth, off))}
    one, other = pairs
    error = training_error([one], measured)
    assert error is not None and error == training_error(pairs, measured)
    assert error["sd"] == pytest.approx(np.sqrt(10 * 0.3**2 / 9)) and error["twin_coverage"] == 1.0
    assert training_error([other], measured) is None
    # Of a value that the network does not tell nothing is missed, and it moves the middle of neither.
    measured[one.model.id]["profile"]["power"].pop("log_odds")
    rest = np.array([off[value] for value in VALUES if value != "power"])
    fewer = training_error([one], measured)
    assert fewer is not None and fewer["sd"] == pytest.approx(np.sqrt(((rest - rest.mean()) ** 2).sum() / 8))


def _plus(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    return {value: first[value] + second[value] for value in VALUES}


def _row(log_odds: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """A profile as scores have it, with intervals of a log-odds to either side."""
    middle = float(np.mean(list(log_odds.values())))
    return {
        value: {
            "mean": 100 * float(expit(theta)),
            "log_odds": theta,
            "centred_log_odds": theta - middle,
            "centred_log_odds_low": theta - middle - 1.0,
            "centred_log_odds_high": theta - middle + 1.0,
        }
        for value, theta in log_odds.items()
    }


def test_cohorts_that_cannot_be_compared_are_refused(options: BenchOptions) -> None:
    one, same = _respondent("one", _truth(1)), _respondent("two", _truth(1))
    partial = PlantedRespondent("part", one.model, {"power": 50.0})
    for cohort, complaint in (([], "no respondent"), ([one, same], "two respondents"), ([partial], "lacks")):
        with pytest.raises(InputError, match=complaint):
            calibrate(options, world(), AxesEmbedder(), cohort)
    published = BenchOptions(run=options.run, battery=BatteryOptions(name="paper"))
    with pytest.raises(InputError, match="does not say what it should find"):
        calibrate(published, world(), AxesEmbedder(), [one])


def test_an_instrument_without_pictures_is_calibrated_on_its_own_scale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(INSTRUMENTS._registered, "trial", FourQuestions)
    monkeypatch.setitem(INSTRUMENTS._registered, "stairs", Staircase)
    choice = InstrumentChoice("trial", {"per_value": "12"})
    cohort = [_respondent(f"r{peak}", _truth(peak), noise=0.2) for peak in range(3)]
    found = calibrate_instrument(
        InstrumentOptions(tmp_path / "run", choice=choice, scoring=ScoringOptions(draws=200)), cohort
    )
    assert (found["instrument"], found["unit"]) == ("trial", "item")
    assert found["centred_rmse"] < 3 and found["coverage"] > 0.6
    planted = found["respondents"][0]["planted"]
    assert set(planted) == set(FOUR.dimensions)
    assert planted["conservation"] == cohort[0].planted["security"]
    with pytest.raises(InputError, match="'stairs' does not say what it should find"):
        calibrate_instrument(InstrumentOptions(tmp_path / "other", choice=InstrumentChoice("stairs")), cohort)
