"""Instruments in which respondents describe themselves are set beside what is planted in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from valuespectrum.calibration.calibrate import _scale
from valuespectrum.instruments.adaptive.clips import AdaptiveClips
from valuespectrum.instruments.like import LikeBattery
from valuespectrum.operations.calibrate import CalibrateSettings, _error, calibrate
from valuespectrum.reference.planted import BY_NAME, said_shares
from vectorstore.foundation.errors import InputError

SHORT = {"rounds": "3", "wordings": "1"}


def test_twins_of_the_cohort_are_measured_by_portraits(tmp_path: Path) -> None:
    """Pearl's circle is turned when values come in words, so that pictures would be the wrong truth."""
    settings = CalibrateSettings(instrument="portraits", option=SHORT)
    found = calibrate(["simulated:amber", "simulated:pearl"], tmp_path / "run", settings)
    document = found.document
    assert document["scale"] == "centred steps" and document["unit"] == "item"
    assert [row["name"] for row in document["respondents"]] == ["simulated:amber", "simulated:pearl"]
    assert document["cohort"] == "simulated" and document["cohorts"]["simulated"]["figures_over"] == 2
    assert document["spearman_median"] > 0.9 and document["coverage"] >= 0.8
    assert "steps" in str(found) and "items" in str(found)
    for row in document["respondents"]:
        assert abs(sum(row["planted"].values()) / 10) < 1 < max(row["planted"].values())
        assert row["off_circle"] is None


def test_who_says_nothing_of_itself_is_refused(tmp_path: Path) -> None:
    """A profile of the ten values is about pictures alone."""
    with pytest.raises(InputError, match="should say of itself"):
        calibrate(
            "simulated:security=2,power=-1", tmp_path / "run", CalibrateSettings(instrument="portraits", option=SHORT)
        )
    with pytest.raises(InputError, match="options of like"):
        calibrate("simulated:amber", tmp_path / "run", CalibrateSettings(option={"wordings": "1"}))


def test_texts_of_the_users_are_refused_before_anything_is_asked(tmp_path: Path) -> None:
    texts = {"form": "pvq_40", "file": str(tmp_path / "texts.csv")}
    with pytest.raises(InputError, match="about our own portraits, not about the Portrait Values") as refused:
        calibrate("simulated:amber", tmp_path / "run", CalibrateSettings(instrument="portraits", option=texts))
    assert refused.value.hint == "leave form and file out" and not (tmp_path / "run").exists()


def test_an_error_is_told_on_the_scale_of_its_instrument() -> None:
    """Steps of one to seven are no points of a hundred, and a scale that an extension brings has a name."""
    assert _error(0.254, _scale(AdaptiveClips())) == "0.25 steps" and _error(0.254, "stars") == "0.25 stars"
    assert _error(2.54, _scale(LikeBattery())) == "2.5 points"


def test_a_scale_shows_less_than_is_planted() -> None:
    shown, held = said_shares(BY_NAME["amber"]), BY_NAME["amber"].words
    assert sorted(shown, key=lambda value: shown[value]) == sorted(held, key=lambda value: held[value])
    assert min(shown.values()) > 5 and max(shown.values()) < 95
