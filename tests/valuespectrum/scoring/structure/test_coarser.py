"""Broader values, axes, and people to compare with."""

from __future__ import annotations

import numpy as np
import pytest

from valuespectrum.scoring.structure.coarser import Covered, axis_scores, coarser_scores, weights
from valuespectrum.scoring.structure.references import likenesses, references
from valuespectrum.theory.value_sets import FOUR, NINETEEN, TEN, VALUE_SETS, grouped
from vectorstore.foundation.errors import InputError


def test_broader_scores_are_means_of_their_members() -> None:
    rng = np.random.default_rng(1)
    for finer, coarser in ((NINETEEN, TEN), (NINETEEN, FOUR), (TEN, FOUR)):
        profile = dict(zip(finer.dimensions, rng.normal(size=len(finer)).tolist(), strict=True))
        found = coarser_scores(Covered(profile), finer, coarser)
        assert {name: each.mean for name, each in found.items()} == pytest.approx(grouped(profile, finer, coarser))
        assert weights(finer, coarser).sum(axis=1) == pytest.approx(np.ones(len(coarser)))
        assert all(each.low is None and each.why for each in found.values())
    with pytest.raises(InputError, match="no key leads"):
        weights(TEN, VALUE_SETS["big_five"])


def test_intervals_of_broader_scores_and_axes_cover() -> None:
    rng = np.random.default_rng(2)
    root = rng.normal(size=(10, 10)) * 0.2
    centring = np.eye(10) - 0.1
    covariance = centring @ root @ root.T @ centring
    truth = dict(zip(TEN.dimensions, centring @ rng.normal(size=10), strict=True))
    expected = {name: each.mean for name, each in axis_scores(Covered(truth), TEN).items()}
    expected |= {name: each.mean for name, each in coarser_scores(Covered(truth), TEN, FOUR).items()}
    inside = []
    for _ in range(600):
        noise = centring @ root @ rng.normal(size=10)
        noisy = Covered({name: truth[name] + each for name, each in zip(truth, noise, strict=True)}, covariance)
        found = axis_scores(noisy, TEN) | coarser_scores(noisy, TEN, FOUR)
        inside += [
            each.low is not None and each.high is not None and each.low <= (expected[name] or 0) <= each.high
            for name, each in found.items()
        ]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)


def test_what_was_not_measured_is_not_guessed() -> None:
    profile = dict.fromkeys(TEN.dimensions, 0.5)
    del profile["power"]
    profile["security"] = float("nan")
    found = coarser_scores(Covered(profile, np.eye(9)), TEN, FOUR)
    assert found["self_enhancement"].mean is None and found["self_enhancement"].why == "not measured: power"
    assert found["conservation"].mean is None and "security" in found["conservation"].why
    assert found["openness_to_change"].se == pytest.approx(3**-0.5)
    unknown = np.eye(9)
    unknown[0, 0] = np.nan
    openness = coarser_scores(Covered(profile, unknown), TEN, FOUR)["openness_to_change"]
    assert openness.mean == 0.5 and openness.low is None and openness.se is None and openness.why


def test_samples_of_people_have_a_source_and_a_direction() -> None:
    for one in references():
        assert one.source and one.n > 100 and set(one.means) == set(one.value_set.dimensions)
        ten = one.means if one.value_set is TEN else grouped(one.means, NINETEEN, TEN)
        assert ten["benevolence"] > 0 > ten["power"], "a scale read backwards is the classic mistake"
        assert abs(np.mean(list(ten.values()))) < 0.15


def test_a_profile_resembles_the_sample_that_it_is() -> None:
    for number, one in enumerate(references()):
        rows = likenesses(one.means, one.value_set)
        assert rows[number].spearman == pytest.approx(1) and rows[number].pearson == pytest.approx(1)
    refined = references()[0].means
    nineteen, ten = likenesses(refined, NINETEEN), likenesses(grouped(refined, NINETEEN, TEN), TEN)
    assert [row.values for row in nineteen] == [19, 10, 10, 10]
    assert [row.spearman for row in nineteen[1:]] == [row.spearman for row in ten[1:]], "by the official key"
    flat = likenesses(dict.fromkeys(TEN.dimensions, 1.0), TEN)
    assert {row.spearman for row in flat} == {None} and {row.why for row in flat} == {"a flat profile"}
    few = likenesses({"power": 1.0, "security": 2.0}, TEN)
    assert all(row.spearman is None and row.why == "2 values are known of both" for row in few)
    backwards = likenesses({name: -mean for name, mean in references()[1].means.items()}, TEN)
    assert all(row.spearman is not None and row.spearman < -0.7 for row in backwards)
