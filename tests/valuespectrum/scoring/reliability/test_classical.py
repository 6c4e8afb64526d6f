"""Alpha, omega, halves and repeats, beside what others reckon and what was planted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from valuespectrum.scoring.reliability.classical import alpha, mrat, omega, retest, split_half, wording_split_half

Floats = NDArray[np.float64]


def one_trait(rng: np.random.Generator, n: int, loadings: Floats, unique: float) -> Floats:
    return np.asarray(rng.normal(size=(n, 1)) * loadings + np.sqrt(unique) * rng.normal(size=(n, len(loadings))))


def test_alpha_is_that_of_two_way_analysis_of_variance() -> None:
    """Hoyt (1941): ``1 - MS(residual) / MS(people)``."""
    rng = np.random.default_rng(1)
    items = one_trait(rng, 40, np.full(5, 0.8), 1.0)
    people = 5 * ((items.mean(axis=1) - items.mean()) ** 2).sum() / 39
    rest = items - items.mean(axis=1, keepdims=True) - items.mean(axis=0) + items.mean()
    assert alpha(items).value == pytest.approx(1 - (rest**2).sum() / (39 * 4) / people, abs=1e-12)


def test_alpha_covers_and_omega_is_what_was_planted() -> None:
    rng = np.random.default_rng(2)
    inside = []
    for _ in range(300):
        row = alpha(one_trait(rng, 50, np.ones(4), 2.0))
        assert row.low is not None and row.high is not None
        inside.append(row.low <= 16 / (16 + 8) <= row.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.035)
    loadings = np.array([0.3, 0.6, 0.9, 1.2])
    found = omega(one_trait(rng, 20_000, loadings, 0.8))
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + 4 * 0.8)
    assert found.value == pytest.approx(truth, abs=0.01)
    lower = alpha(one_trait(rng, 20_000, loadings, 0.8)).value
    assert lower is not None and lower < truth - 0.02, "alpha is a bound where items differ"


def test_omega_of_three_items_is_the_exact_factor() -> None:
    items = one_trait(np.random.default_rng(3), 300, np.array([0.8, 1.0, 1.2]), 1.0)
    c = np.cov(items, rowvar=False)
    squared = [c[0, 1] * c[0, 2] / c[1, 2], c[0, 1] * c[1, 2] / c[0, 2], c[0, 2] * c[1, 2] / c[0, 1]]
    shared = np.sqrt(squared).sum() ** 2
    assert omega(items).value == pytest.approx(shared / (shared + np.trace(c) - sum(squared)), abs=1e-6)


def test_omega_agrees_with_maximum_likelihood_of_another_library() -> None:
    from sklearn.decomposition import FactorAnalysis

    items = one_trait(np.random.default_rng(4), 5000, np.array([0.5, 0.8, 1.0, 1.1, 0.7]), 1.0)
    fitted = FactorAnalysis(1, tol=1e-6, max_iter=2000, svd_method="lapack").fit(items)
    shared = float(fitted.components_.sum()) ** 2
    assert omega(items).value == pytest.approx(shared / (shared + fitted.noise_variance_.sum()), abs=0.003)


def test_halves_at_full_length_are_the_reliability_of_the_mean() -> None:
    """Reliability of a mean of n is ``s / (s + e / n)``; halves must foresee the correlation of two whole ones."""
    rng = np.random.default_rng(5)
    for levels in (4, 5, 12):
        truth = rng.normal(size=(200, 1))
        noisy = truth + 1.5 * rng.normal(size=(200, levels))
        expected = 1 / (1 + 1.5**2 / levels)
        found = wording_split_half(noisy, rng).value
        assert found == pytest.approx(expected, abs=0.07)
        if levels % 2 == 0:
            assert split_half(noisy, rng).value == pytest.approx(expected, abs=0.07)


def test_halves_of_odd_and_unequal_numbers_are_stepped_up_to_all_of_them() -> None:
    """Of three clips a half is one: the whole is three times as long, and not twice."""
    rng = np.random.default_rng(9)
    noisy = rng.normal(size=(6000, 1)) + 1.5 * rng.normal(size=(6000, 3))
    assert split_half(noisy, rng).value == pytest.approx(1 / (1 + 1.5**2 / 3), abs=0.04)
    noisy[::2, 2] = np.nan
    error = 1.5**2 * (1 / 3 + 1 / 2) / 2
    assert split_half(noisy, rng).value == pytest.approx(1 / (1 + error), abs=0.04)


def test_repeats_cover_their_correlation() -> None:
    rng = np.random.default_rng(6)
    inside = []
    for _ in range(400):
        truth = rng.normal(size=40)
        row = retest(truth + rng.normal(size=40), truth + rng.normal(size=40))
        assert row.low is not None and row.high is not None
        inside.append(row.low <= 0.5 <= row.high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_the_mean_rating_is_over_all_items_and_no_hole_becomes_a_number() -> None:
    ratings = np.array([[1.0, 2, 3, 6], [np.nan, 4, 4, 4], [np.nan] * 4])
    found = mrat(ratings)
    assert found[:2].tolist() == [3.0, 4.0] and np.isnan(found[2])


def test_where_nothing_can_be_said_there_is_no_number() -> None:
    rng = np.random.default_rng(7)
    good = rng.normal(size=(10, 3))
    flat = good.copy()
    flat[:, 1] = 3.0
    for items in (good[:2], good[:, :1], flat, np.full((10, 3), np.nan), np.ones((10, 3))):
        for coefficient in (alpha(items), omega(items)):
            assert coefficient.value is None and coefficient.low is None and coefficient.why
    assert "alpha" in omega(good[:, :2]).why
    trait = rng.normal(size=(200, 1))
    heywood = np.hstack([trait, trait + 1e-9 * rng.normal(size=(200, 1)), trait + rng.normal(size=(200, 1))])
    assert (omega(heywood).value is None) == bool(omega(heywood).why.startswith("one item"))
    for table in (np.ones((10, 1)), np.ones((2, 8)), np.ones((10, 8)), np.full((10, 8), np.nan), np.empty((0, 0))):
        for halves in (split_half, wording_split_half):
            assert halves(table, rng).value is None and halves(table, rng).why
    assert retest(np.ones(10), np.arange(10.0)).value is None
    assert retest(np.arange(2.0), np.arange(2.0)).value is None
    same = retest(np.arange(9.0), np.arange(9.0))
    assert same.value == pytest.approx(1) and same.low is None and same.why == "the same twice"


def test_halves_that_contradict_each_other_are_not_stepped_up() -> None:
    """Spearman and Brown's formula has no lower end: at -1 for two halves, at -.5 for a third of the whole."""
    rng, rows = np.random.default_rng(8), np.array([[0.0, 1.0], [1.0, 0.1], [2.0, -1.0]])
    straight = float(np.corrcoef(rows.T)[0, 1])
    for halves in (wording_split_half(rows, rng), split_half(rows[:, ::-1], rng)):
        assert halves.value is not None and -1.0 <= halves.value <= 1.0
    assert wording_split_half(rows, rng).value == pytest.approx(straight)
    third = wording_split_half(rng.normal(size=(3, 3)), rng).value
    assert third is not None and -1.0 <= third <= 1.0
