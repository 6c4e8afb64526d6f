"""Intervals over units: Student's for a mean, and none where no unit moves the number, whatever the arithmetic."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from valuespectrum.instruments.portraits.ratings import mean_over_items
from valuespectrum.scoring.convergence.matrix import line_agreement
from valuespectrum.scoring.instructions.between import _open_finding, way_taken
from valuespectrum.scoring.jackknife import ALIKE, jackknifed, left_out_interval
from valuespectrum.scoring.pictures.bootstrap import NO_SPREAD, percentiles
from valuespectrum.sessions.walks.means import ALL_ALIKE, mean_over
from valuespectrum.steering.graph.side_effects import ValueChanges, side_effects
from valuespectrum.steering.graph.value_graph import GraphEffects

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


def test_without_enough_to_tell_nobody_is_said_to_answer_openly() -> None:
    """Neither items that are too few nor a way that hangs on one of them say that open answers are not faked."""
    faked = np.zeros(6)
    faked[2] = 3.0
    hangs, still = way_taken(faked, faked), way_taken(faked, np.zeros(6))
    assert hangs.mean == pytest.approx(1.0) and hangs.why == "it hangs on one item"
    few = [way_taken(faked[:count], faked[:count]) for count in (0, 1, 2)]
    assert still.mean is None and "moved nothing" in still.why
    assert all(each.mean is None and "fewer than 3 items" in each.why for each in few)
    for each in (hangs, still, *few):
        finding = _open_finding(each)
        assert finding.state == "unknown" and each.why in finding.statement


def test_a_line_in_which_respondents_do_not_differ_says_so() -> None:
    count, found = line_agreement(np.full(9, 0.1), np.arange(9.0))
    assert (count, found.mean, found.low) == (9, None, None) and "do not differ" in found.why


def test_draws_that_agree_have_no_interval() -> None:
    drawn = np.random.default_rng(3).normal(size=4000)
    found = percentiles(0.0, drawn, 0.9)
    assert (found.low, found.high) == pytest.approx((-1.645, 1.645), abs=0.1)
    drawn[:30] = 5.0
    alike = percentiles(1.0, np.where(drawn == 5.0, 5.0, 1.0), 0.95)
    assert (alike.mean, alike.low, alike.high, alike.why) == (1.0, None, None, NO_SPREAD)


@pytest.mark.parametrize("number", [0.1, 0.3, 2.0 / 3.0, 0.0, 1.0])
@pytest.mark.parametrize("count", [2, 3, 7, 10])
def test_sessions_that_gave_the_same_have_no_interval(number: float, count: int) -> None:
    """The mean of three tenths is not a tenth to the last digit, and no spread is the rest."""
    found = mean_over([number] * count, 0.95)
    assert found.mean == pytest.approx(number) and found.low is found.high is None and found.why == ALL_ALIKE
    items = mean_over_items(pd.Series([number] * count), 0.95)
    assert items.low is None and items.why == "every item gave the same"


def test_values_that_always_change_together_claim_no_certainty() -> None:
    always = ValueChanges(("a", "b"), np.ones((30, 2), dtype=bool), tuple("p" for _ in range(30)), "", "")
    none = frozenset[str]()
    effects = GraphEffects({"a": frozenset("b"), "b": frozenset("a")}, {"a": none, "b": none})
    found = side_effects(always, effects).expected
    assert (found.mean, found.low, found.why) == (1.0, None, NO_SPREAD)
