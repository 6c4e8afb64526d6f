"""Posterior draws: they agree with maximum likelihood, and say when they are not to be believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from valuespectrum.calibration.planted_ratings import PlantedRatings, planted_table
from valuespectrum.scoring.ordinal.analysis import OrdinalOptions, analyse
from valuespectrum.scoring.ordinal.posterior import ChainReport, SamplerOptions, require_numpyro
from vectorstore.foundation.errors import InputError

BALANCED = PlantedRatings(respondents=2, values=3, items=4, repeats=300, item=0.15, within=0.15)
WHY = "numpyro is not installed (the extra bayes)"


def test_bad_draws_are_named() -> None:
    assert not ChainReport(1.004, 900.0, 0, 2000).why_not
    told = ChainReport(1.2, 30.0, 55, 2000).why_not
    assert len(told) == 3 and "R-hat is 1.200" in told[0] and "30 effective" in told[1] and "55 of 2,000" in told[2]
    assert len(ChainReport(float("nan"), float("nan"), 0, 2000).why_not) == 2, "what is unknown is not good"


def test_without_numpyro_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="needs numpyro") as caught:
        require_numpyro()
    assert "valuespectrum[bayes]" in caught.value.hint


def test_both_ways_agree_on_balanced_answers() -> None:
    pytest.importorskip("numpyro", reason=WHY)
    table = planted_table(BALANCED, 4)
    ours, full = (
        analyse(table, OrdinalOptions(bayes=bayes, sampler=SamplerOptions(2, 600, 2500))) for bayes in (False, True)
    )
    assert ours["concluded"] and full["concluded"], full["why"]
    for kind in ("effects", "differences"):
        numbers = [np.array([row["estimate"] for row in found[kind]]) for found in (ours, full)]
        assert np.abs(numbers[0] - numbers[1]).max() < 0.02
    assert full["sampling"]["r_hat"] < 1.01


def test_draws_that_are_too_few_conclude_nothing_and_separation_is_held_by_the_prior() -> None:
    pytest.importorskip("numpyro", reason=WHY)
    table = planted_table(replace(BALANCED, repeats=5), 4)
    counts = table.counts.copy()
    own = (table.codes["respondent"] == 1) & (table.codes["value"] == 2)
    counts[own] = 5 * np.eye(counts.shape[1])[-1]
    found = analyse(replace(table, counts=counts), OrdinalOptions(bayes=True, sampler=SamplerOptions(2, 60, 20)))
    assert not found["concluded"] and found["effects"] == [] and "effective" in " ".join(found["why"])
    assert any("the prior alone holds that effect" in note for note in found["notes"])
