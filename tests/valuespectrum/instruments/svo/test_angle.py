"""The angle of six answers, its categories and ideal points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuespectrum.instruments.svo.angle import (
    CATEGORIES,
    angle_of,
    category,
    drawn_shares,
    ideals,
    random_shares,
    reach,
)
from valuespectrum.instruments.svo.payoffs import allocations, payoffs


def test_allocations_are_those_of_the_published_sheet() -> None:
    assert [own for own, _ in allocations(1)] == [85, 87, 89, 91, 93, 94, 96, 98, 100]
    assert allocations(4)[2] == (88, 63) and sum(allocations(4)[2]) == 151
    assert allocations(14)[0] == (90, 100) and allocations(14)[-1] == (100, 50)
    assert payoffs().shape == (15, 9, 2)
    with pytest.raises(ValueError, match="read-only"):
        payoffs()[0, 0, 0] = 1.0


@settings(deadline=None)
@given(st.lists(st.integers(0, 8), min_size=6, max_size=6))
def test_any_six_answers_agree_with_the_arctangent_of_the_ratio(picked: list[int]) -> None:
    own, other = payoffs()[np.arange(6), picked].mean(axis=0)
    assert own >= 67.5
    assert float(angle_of((own, other))) == pytest.approx(np.degrees(np.arctan((other - 50) / (own - 50))))
    assert reach()[0] - 1e-9 <= float(angle_of((own, other))) <= reach()[1] + 1e-9


def test_an_allocation_that_has_no_ratio_has_an_angle() -> None:
    assert float(angle_of((50, 80))) == 90.0 and float(angle_of((50, 20))) == -90.0


def test_each_ideal_lies_in_its_category() -> None:
    found = ideals()
    assert category(found["altruistic"].low) == "altruistic"
    assert category(found["inequality averse"].low) == "prosocial"
    assert {category(found["joint gain"].low), category(found["joint gain"].high)} == {"prosocial"}
    assert {category(found["individualistic"].low), category(found["individualistic"].high)} == {"individualistic"}
    assert category(found["competitive"].low) == "competitive"


def test_random_shares_sum_to_one() -> None:
    assert sum(random_shares().values()) == pytest.approx(1.0)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 8), min_size=6, max_size=6))
def test_six_words_are_of_the_category_of_their_angle(picked: list[int]) -> None:
    shares = np.eye(9)[picked]
    own, other = payoffs()[np.arange(6), picked].mean(axis=0)
    drawn = drawn_shares(shares)
    assert drawn == {name: float(name == category(float(angle_of((own, other))))) for name in CATEGORIES}


def test_blind_shares_are_those_of_all_ways_to_answer() -> None:
    assert drawn_shares(np.full((6, 9), 1 / 9)) == pytest.approx(dict(random_shares()))
