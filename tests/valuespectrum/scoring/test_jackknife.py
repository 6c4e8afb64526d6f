"""Intervals by leaving out one unit: Student's for a mean, and none where no unit moves the number."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from valuespectrum.scoring.convergence.matrix import line_agreement
from valuespectrum.scoring.instructions.between import _open_finding, way_taken
from valuespectrum.scoring.jackknife import ALIKE, jackknifed, left_out_interval

THINGS = ("thing", "things")


def test_the_interval_of_a_mean_is_that_of_student() -> None:
    numbers = np.random.default_rng(0).normal(3.0, 2.0, 12)
    found = jackknifed(lambda some: float(np.mean(some)), numbers.tolist(), 0.9, 3, THINGS)
    error = numbers.std(ddof=1) / np.sqrt(12)
    assert (found.low, found.high) == pytest.approx(t.interval(0.9, 11, numbers.mean(), error))
    assert found.se == pytest.approx(error)


@pytest.mark.parametrize("number", [0.1, 1e6 / 3, 0.0])
def test_what_no_unit_moves_has_no_interval(number: float) -> None:
    found = jackknifed(lambda some: sum(some) / len(some), [number] * 7, 0.95, 3, THINGS)
    assert found.mean == pytest.approx(number) and found.low is found.high is found.se is None
    assert found.why == ALIKE
    assert left_out_interval(number, [number] * 3, 0.95, ("few", "one"), "as always").why == "as always"


def test_lines_that_go_together_exactly_claim_no_certainty() -> None:
    one = np.random.default_rng(1).normal(size=9)
    count, found = line_agreement(one, 2.0 * one + 1.0)
    assert count == 9 and found.mean == pytest.approx(1.0)
    assert (found.low, found.high, found.why) == (None, None, ALIKE) and found.side == 0


def test_who_openly_says_what_makes_the_best_impression_is_named_without_an_interval() -> None:
    faked = np.random.default_rng(2).normal(size=20)
    whole, nothing = way_taken(faked, faked), way_taken(0.0 * faked, faked)
    assert whole.low is None and _open_finding(whole).flagged
    assert nothing.mean == 0.0 and not _open_finding(nothing).flagged
