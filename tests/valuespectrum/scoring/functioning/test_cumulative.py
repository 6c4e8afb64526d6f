"""The cumulative logit, held to a second maximiser, to closed forms, and to what was planted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from valuespectrum.scoring.functioning.cumulative import fit_cumulative


def drawn(seed: int, cases: int = 400) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    columns = generator.standard_normal((cases, 2))
    told = columns @ [1.2, -0.6] + generator.logistic(size=cases)
    return np.digitize(told, [-2.0, -0.5, 0.5, 2.5]), columns


def told(parameters: np.ndarray, levels: np.ndarray, columns: np.ndarray) -> float:
    """The likelihood again, written otherwise."""
    cuts, slopes = parameters[:-2], parameters[-2:]
    edges = np.concatenate([[-np.inf], np.cumsum(np.r_[cuts[0], np.exp(cuts[1:])]), [np.inf]])
    line = columns @ slopes
    return -float(np.log(expit(edges[levels + 1] - line) - expit(edges[levels] - line)).sum())


@pytest.mark.parametrize("seed", range(3))
def test_another_maximiser_ends_at_the_same_top(seed: int) -> None:
    levels, columns = drawn(seed)
    fitted = fit_cumulative(levels, columns)
    other = minimize(told, np.r_[-1.0, 0.0, 0.0, 0.0, 0.0, 0.0], args=(levels, columns), method="BFGS")
    assert fitted.converged
    assert fitted.log_likelihood == pytest.approx(-other.fun, abs=0.01)
    assert fitted.slopes == pytest.approx(other.x[-2:], abs=5e-3)
    assert fitted.errors == pytest.approx(np.sqrt(np.diag(np.asarray(other.hess_inv, dtype=np.float64)))[-2:], rel=0.15)


def test_without_columns_it_is_the_entropy_of_the_levels() -> None:
    levels = np.repeat([0, 1, 2], [5, 10, 15])
    share = np.array([5, 10, 15]) / 30
    assert fit_cumulative(levels, np.empty((30, 0))).log_likelihood == pytest.approx(30 * (share @ np.log(share)))


def test_two_levels_are_a_logistic_regression() -> None:
    levels, column = np.repeat([0, 1, 0, 1], [30, 10, 15, 45]), np.repeat([0.0, 1.0], [40, 60])[:, None]
    odds = np.log((45 / 15) / (10 / 30))
    assert fit_cumulative(levels, column).slopes[0] == pytest.approx(odds, abs=0.01)


def test_groups_that_are_told_apart_entirely_keep_their_slope_finite() -> None:
    levels = np.repeat([0, 1, 2], 20)
    fitted = fit_cumulative(levels, (levels - 1.0)[:, None])
    assert fitted.converged and 5 < fitted.slopes[0] < 50
