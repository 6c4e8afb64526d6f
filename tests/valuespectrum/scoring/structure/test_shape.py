"""What a profile alone tells of structure: broader values cover what was planted, noise is called noise."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from facet_tables import set_table, waves

from bench.truth.respondents import Law, answer
from valuespectrum.scoring.facets.analysis import reckon
from valuespectrum.scoring.structure.coarser import Covered
from valuespectrum.scoring.structure.references import references
from valuespectrum.scoring.structure.shape import covered, shape
from valuespectrum.theory.value_sets import BIG_FIVE, FOUR, NINETEEN, TEN, grouped

LAW = Law(clips=10, wordings=3, value_wording=0.3)


def test_broader_values_and_axes_cover_what_was_planted() -> None:
    drawn = answer(LAW, 90, np.random.default_rng(1))
    inside: list[bool] = []
    widths = []
    for table, truth in zip(drawn.table, drawn.truth, strict=True):
        found = shape(covered(reckon(set_table(table))), TEN)
        centred = dict(zip(TEN.dimensions, truth - truth.mean(), strict=True))
        broader = grouped(centred, TEN, FOUR)
        goals = {**broader, "openness_over_conservation": broader["openness_to_change"] - broader["conservation"]}
        rows = {**found["broader"]["schwartz_4"], **found["axes"]}
        inside += [rows[name]["low"] <= goal <= rows[name]["high"] for name, goal in goals.items()]
        widths.append(rows["conservation"]["high"] - rows["conservation"]["low"])
    assert 0.91 <= np.mean(inside) <= 0.99
    assert np.median(widths) < 1.5, "and say something"


def test_errors_of_centred_scores_are_those_of_the_profile() -> None:
    reckoned = reckon(set_table(waves(10, 6, 3)))
    found = covered(reckoned)
    assert found.covariance is not None
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(reckoned.centred.se)
    assert found.covariance.sum() == pytest.approx(0.0, abs=1e-12), "centred scores sum to nothing, and so do errors"
    few = waves(10, 6, 3)
    few[0, 1:] = np.nan
    partly = covered(reckon(set_table(few)))
    assert "self_direction" not in partly.scores
    row = shape(partly, TEN)["broader"]["schwartz_4"]["openness_to_change"]
    assert row["mean"] is None and row["why"] == "not measured: self_direction"


def test_people_look_like_people_and_every_source_is_named() -> None:
    sample = next(each for each in references() if each.name == "us_adults_151")
    found = shape(Covered(sample.means), TEN)
    rows = {row["name"]: row for row in found["people"]}
    assert rows["us_adults_151"]["spearman"] == pytest.approx(1.0) and rows["gss_2012"]["spearman"] > 0.7
    assert all(row["source"] and row["n"] > 100 for row in rows.values())
    assert found["wave"]["r_squared"] == pytest.approx(0.38, abs=0.01) and "no more than" in found["wave"]["told"]
    assert found["broader"]["schwartz_4"]["conservation"]["low"] is None, "of no known error"
    json.dumps(found, allow_nan=False)


def test_nineteen_values_are_brought_to_ten_and_four_and_ten_are_never_stretched() -> None:
    sample = next(each for each in references() if each.value_set is NINETEEN)
    found = shape(Covered(sample.means), NINETEEN)
    assert set(found["broader"]) == {"schwartz_10", "schwartz_4"} and set(found["axes"]) and len(found["people"]) == 4
    assert found["broader"]["schwartz_10"]["power"]["mean"] == pytest.approx((-1.33 - 1.40) / 2)
    ten = {row["name"]: row for row in shape(Covered(grouped(sample.means, NINETEEN, TEN)), TEN)["people"]}
    assert ten["pan_cultural_49"]["spearman"] == pytest.approx(1.0)
    traits = shape(Covered(dict.fromkeys(BIG_FIVE.dimensions, 0.0)), BIG_FIVE)
    assert traits == {"wave": None, "broader": {}, "axes": {}, "people": []}


def test_a_profile_without_values_shows_no_wave_but_that_of_noise() -> None:
    rng = np.random.default_rng(2)
    drawn = answer(replace(LAW, value=1e-9), 60, rng)
    told = [shape(covered(reckon(set_table(table))), TEN)["wave"] for table in drawn.table]
    assert np.mean([each["p"] < 0.05 for each in told]) <= 0.15
