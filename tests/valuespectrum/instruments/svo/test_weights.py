"""Weights behind slider choices, against another optimiser and planted ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from valuespectrum.instruments.svo.payoffs import payoffs
from valuespectrum.instruments.svo.shares import SliderShares
from valuespectrum.instruments.svo.weights import ChoiceWeights, fitted, fitted_without_each


def shown(weights: ChoiceWeights, arrangements: int = 9, draws: int = 0, seed: int = 0) -> SliderShares:
    """Shares of a respondent with these weights: exact ones, or counted from draws."""
    rng = np.random.default_rng(seed)
    first = rng.integers(9, size=(arrangements, 15))
    factor = rng.choice([1.0, 2.0, 3.0], size=(arrangements, 1)).repeat(15, axis=1)
    own, other = (payoffs()[None, ..., side] * factor[..., None] / 10 for side in (0, 1))
    utility = weights.own * own + weights.other * other - weights.difference * np.abs(own - other)
    utility = utility + weights.lean * (np.arange(9) == first[..., None])
    shares = np.exp(utility - utility.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    if draws:
        shares = rng.multinomial(draws, shares) / draws
    return SliderShares(tuple(map(str, range(arrangements))), shares, first, factor, False)


@pytest.mark.parametrize(
    ("angle", "difference", "lean"), [(-14.0, 0.0, 1.2), (32.0, 0.0, -0.6), (45.0, 0.3, 0.0), (170.0, 0.1, 2.0)]
)
def test_exact_shares_give_the_planted_weights(angle: float, difference: float, lean: float) -> None:
    turned = np.radians(angle)
    found = fitted(shown(ChoiceWeights(0.6 * np.cos(turned), 0.6 * np.sin(turned), difference, lean)))
    assert found is not None
    assert found.angle == pytest.approx(angle, abs=0.01) and found.size == pytest.approx(0.6, abs=1e-3)
    assert found.inequality_aversion == pytest.approx(difference / 0.6, abs=1e-3)
    assert found.lean == pytest.approx(lean, abs=1e-3)


def test_draws_give_the_maximum_that_another_optimiser_finds() -> None:
    drawn = shown(ChoiceWeights(0.3, 0.2, 0.1, 0.5), draws=4, seed=2)
    found = fitted(drawn)
    own, other = (payoffs()[None, ..., side] * drawn.factor[..., None] / 10 for side in (0, 1))
    parts = np.stack([own, other, -np.abs(own - other), np.arange(9) == drawn.first[..., None]], axis=-1)

    def loss(weights: np.ndarray) -> float:
        utility = parts @ weights
        return float(-(drawn.shares * (utility - np.logaddexp.reduce(utility, axis=2)[..., None])).sum())

    best = minimize(loss, np.zeros(4), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 5000})
    assert found is not None
    assert [found.own, found.other, found.difference, found.lean] == pytest.approx(list(best.x), abs=1e-3)


def test_choices_that_are_never_mixed_leave_weights_finite() -> None:
    sure = shown(ChoiceWeights(50.0, 0.0, 0.0, 0.0))
    found = fitted(sure)
    assert found is not None and np.isfinite(found.size) and found.size > 1.0


def test_no_answers_give_no_weights() -> None:
    some = shown(ChoiceWeights(0.3, 0.2, 0.0, 0.0))
    nothing = SliderShares(
        some.arrangements, np.full_like(some.shares, np.nan), some.first, some.factor, some.single_texts
    )
    assert fitted(nothing) is None and fitted_without_each(nothing) == [None] * 9
