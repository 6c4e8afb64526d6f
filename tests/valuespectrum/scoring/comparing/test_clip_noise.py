"""How sure single clips are, and the middle of their value: held to formulas and to samples drawn by them."""

from __future__ import annotations

import numpy as np
import pytest

from valuespectrum.scoring.comparing.clip_noise import clip_variances
from valuespectrum.scoring.comparing.middles import off_middle
from valuespectrum.scoring.facets.additive import fit_additive

VALUES, CLIPS, WORDINGS = 10, 30, 4


def drawn(prior: float | None, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A table of noise, and the variance of every clip: one for all, or scaled inverse chi-squared round 1."""
    generator = np.random.default_rng(seed)
    true = np.ones((VALUES, CLIPS)) if prior is None else prior / generator.chisquare(prior, (VALUES, CLIPS))
    return np.sqrt(true)[..., None] * generator.standard_normal((VALUES, CLIPS, WORDINGS)), true


def told(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    fit = fit_additive(table)
    return clip_variances(fit, fit.row_seen)


def test_clips_that_are_alike_have_nearly_one_variance() -> None:
    variance, freedom = told(drawn(None)[0])
    assert variance.mean() == pytest.approx(1 / WORDINGS, rel=0.1)
    assert variance.std() / variance.mean() < 0.35 and freedom.min() > 5 * (WORDINGS - 1)


def test_variances_are_nearer_to_the_truth_than_one_for_all_or_each_its_own() -> None:
    table, true = drawn(6.0)
    variance, freedom = told(table)
    fit = fit_additive(table)
    own = (fit.residuals**2).sum(axis=-1) / fit.freedom.sum() * VALUES * CLIPS
    errors = [np.mean(np.log(each / true) ** 2) for each in (WORDINGS * variance, own, np.full(true.shape, own.mean()))]
    assert errors[0] < min(errors[1:])
    assert WORDINGS - 1 < freedom.max() < 6 + WORDINGS


def test_wordings_that_agree_exactly_about_one_clip_do_not_make_it_certain() -> None:
    table, _ = drawn(None)
    table[3, 5] = 0.0
    variance, _ = told(table)
    assert variance[3, 5] > 0.2 * np.median(variance)


def test_a_single_wording_has_the_variance_of_all() -> None:
    table, _ = drawn(None)
    table[:, 0, 1:] = np.nan
    variance, freedom = told(table)
    assert np.isfinite(variance).all() and np.isfinite(freedom).all()
    assert variance[:, 0] == pytest.approx(WORDINGS * np.median(variance), rel=0.5)


def test_strange_clips_leave_the_middle_alone() -> None:
    generator = np.random.default_rng(2)
    rows = generator.standard_normal((400, 15))
    rows[:, :4] += 4.0
    off, variance = off_middle(rows, np.ones(rows.shape))
    middle = (rows - off)[:, 0]
    assert abs(middle.mean()) < 0.1
    scaled = (off / np.sqrt(variance))[:, 4:]
    assert np.mean(scaled**2) == pytest.approx(1.0, abs=0.06)


def test_without_strange_clips_residuals_have_the_variance_that_is_told() -> None:
    rows = np.random.default_rng(3).standard_normal((600, 15))
    off, variance = off_middle(rows, np.ones(rows.shape))
    assert np.mean(off**2 / variance) == pytest.approx(1.0, abs=0.04)


def test_clips_that_lie_everywhere_have_their_mean_as_middle() -> None:
    rows = np.array([[-9.0, -3.0, 0.0, 4.0, 13.0, np.nan]])
    off, variance = off_middle(rows, np.full(rows.shape, 0.01))
    assert off[0, :5] == pytest.approx(rows[0, :5] - 1.0)
    assert variance[0, :5] == pytest.approx(0.01 * (1 - 1 / 5)) and np.isnan(off[0, 5])
