"""Intervals from leaving units out."""

import numpy as np
import pytest
from scipy.stats import t, ttest_1samp

from valuespectrum.scoring.jackknife import left_out_interval

WHY = ("too few", "hangs on one")


def _without_each(numbers: np.ndarray) -> list[float]:
    return [float(np.delete(numbers, place).mean()) for place in range(len(numbers))]


@pytest.mark.parametrize("uneven", [False, True])
def test_units_that_weigh_alike_give_the_interval_of_student(uneven: bool) -> None:
    numbers = np.array([1.0, 3.0] * 4)
    found = left_out_interval(2.0, _without_each(numbers), 0.95, WHY, uneven=uneven)
    known = ttest_1samp(numbers, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((known.low, known.high))


def test_one_unit_that_moves_all_leaves_two_degrees_of_freedom() -> None:
    numbers = np.array([*[0.0] * 400, 100.0])
    plain, wary = (
        left_out_interval(numbers.mean(), _without_each(numbers), 0.95, WHY, uneven=uneven) for uneven in (False, True)
    )
    assert plain.se is not None and plain.se == wary.se and plain.high is not None and wary.high is not None
    assert plain.high - numbers.mean() == pytest.approx(t.ppf(0.975, 400) * plain.se)
    assert wary.high - numbers.mean() == pytest.approx(t.ppf(0.975, 2 / 400 + 2) * plain.se, rel=0.02)


def test_intervals_of_heavy_tails_hold_more_often_where_units_may_weigh_unevenly() -> None:
    rng = np.random.default_rng(3)
    held = {False: 0, True: 0}
    for numbers in rng.standard_t(2.5, (400, 12)):
        for uneven in held:
            found = left_out_interval(float(numbers.mean()), _without_each(numbers), 0.8, WHY, uneven=uneven)
            assert found.low is not None and found.high is not None
            held[uneven] += found.low <= 0 <= found.high
    assert held[True] > held[False]
