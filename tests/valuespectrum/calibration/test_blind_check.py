"""The blind check sees what lies off the circle, and does not see it where it is not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from valuespectrum.calibration import blind_check
from valuespectrum.calibration.blind_check import OnTheCircle, answers_of, check, features
from valuespectrum.reference.cohort import ANGLES
from valuespectrum.reference.planted import BY_NAME


def test_free_values_win_where_there_are_deviations_and_only_there() -> None:
    gains = {name: check(BY_NAME[name], 300, 800)["gain"] for name in ("amber", "haven", "wheat")}
    assert min(gains.values()) > 0.005
    without = [check(OnTheCircle.like(BY_NAME[name]), 300, 800)["gain"] for name in gains]
    assert max(without) < 0.005
    flat = check(BY_NAME["jade"], 300, 800)
    assert flat["flat"] and flat["gain"] < 0.005


def test_the_control_is_the_same_respondent_on_the_circle() -> None:
    amber, control = BY_NAME["amber"], OnTheCircle.like(BY_NAME["amber"])
    assert (control.leans, control.peak, control.name) == (amber.leans, amber.peak, amber.name)
    numbers = np.array(list(control.pictures.values()))
    angles = np.array(list(ANGLES.values()))
    assert numbers == pytest.approx(amber.elevation + amber.amplitude * np.cos(angles - np.radians(amber.peak)))


def test_answers_are_counted_without_refusals_and_again_the_same() -> None:
    one, two = (answers_of(BY_NAME["night"], 40, 5) for _ in range(2))
    assert features(one).shape == (40, 25) and set(one.yes) == {0.0, 1.0}
    assert np.array_equal(features(one), features(two)) and np.array_equal(one.yes, two.yes)


def test_it_says_whether_the_truth_is_no_circle(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(blind_check, "COHORT", (BY_NAME["haven"], BY_NAME["jade"]))
    words = ["--answers", "200", "--held-out", "200"]
    assert blind_check.main([*words, "--json"]) == 1, "two respondents are not 22"
    found = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in found["respondents"]] == ["haven", "jade"] and not found["passed"]
    monkeypatch.setattr(blind_check, "NEEDED", 1)
    assert blind_check.main(words) == 0
    assert "jade" in (told := capsys.readouterr().out) and ", flat" in told and "control" in told
