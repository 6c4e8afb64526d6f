"""Whether six answers hang together, beside all ways to answer."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from valuespectrum.instruments.svo.consistency import (
    inequality_share,
    inequality_share_by_chance,
    nearest_ideal,
    steps_to_ideal,
    transitive,
    transitive_by_chance,
)
from valuespectrum.instruments.svo.payoffs import payoffs
from valuespectrum.instruments.svo.shares import SliderShares

_PAIRS = (("P", "C"), ("C", "I"), ("A", "P"), ("A", "C"), ("I", "A"), ("I", "P"))
"""Allocations at the first and last end of each primary item."""


def _ordered(towards: tuple[int, ...]) -> bool:
    """Whether some weak order of the four allocations prefers as these six answers do: by trying all of them."""
    for order in product(range(4), repeat=4):
        rank = dict(zip("APIC", order, strict=True))
        if all(np.sign(rank[last] - rank[first]) == sign for (first, last), sign in zip(_PAIRS, towards, strict=True)):
            return True
    return False


def test_answers_are_transitive_exactly_where_an_order_of_the_four_explains_them() -> None:
    places = {1: 0, 0: 4, -1: 8}
    share = 0.0
    for towards in product((1, 0, -1), repeat=6):
        found = transitive(np.array([places[sign] for sign in towards]))
        assert found == _ordered(towards)
        share += found * float(np.prod([1 / 9 if sign == 0 else 4 / 9 for sign in towards]))
    assert transitive_by_chance() == pytest.approx(share) and share == pytest.approx(0.258, abs=0.001)


def test_every_strict_order_is_transitive() -> None:
    for order in permutations("APIC"):
        rank = {name: place for place, name in enumerate(order)}
        chosen = np.array([0 if rank[first] < rank[last] else 8 for first, last in _PAIRS])
        assert transitive(chosen)


@pytest.mark.parametrize("rule", ["altruistic", "inequality averse", "joint gain", "individualistic", "competitive"])
def test_who_follows_a_rule_is_nearest_to_it(rule: str) -> None:
    shares = np.eye(9)[steps_to_ideal()[rule].argmin(axis=1)]
    name, apart = nearest_ideal(shares[:6])
    assert apart == 0.0
    if rule in ("altruistic", "competitive", "inequality averse"):
        assert name == rule


def test_equality_and_joint_gain_are_the_ends_of_the_share() -> None:
    def share_of(rule: str) -> float:
        best = steps_to_ideal()[rule]
        shares = np.eye(9)[best.argmin(axis=1)][None]
        return inequality_share(SliderShares(("p",), shares, np.zeros((1, 15), int), np.ones((1, 15)), False))

    assert share_of("inequality averse") == 1.0 and share_of("joint gain") == 0.0
    assert 0.4 < inequality_share_by_chance() < 0.6


def test_equal_points_are_nearest_to_no_difference() -> None:
    apart = np.abs(payoffs()[..., 0] - payoffs()[..., 1])
    nearest = steps_to_ideal()["inequality averse"] == 0
    assert all(apart[item][nearest[item]].max() <= apart[item].min() + 1 for item in range(15))


def test_options_that_are_as_frequent_prefer_neither_end() -> None:
    """Read from the other end, the same draws choose the same: no end is favoured because it is written first."""
    counts = np.random.default_rng(3).multinomial(4, [1 / 9] * 9, size=(6, 15)).astype(float)
    counts[0, 0] = [2, 0, 0, 0, 0, 0, 0, 0, 2]

    def chosen(shares: np.ndarray) -> np.ndarray:
        names, size = tuple(f"p{place}" for place in range(6)), shares.shape[:2]
        return SliderShares(names, shares, np.zeros(size, dtype=np.intp), np.ones(size), False).chosen()

    found = chosen(counts / 4)
    assert np.array_equal(chosen(counts[..., ::-1] / 4), 8 - found)
    assert found[0, 0] == 4 and transitive(np.full(6, 4.0))
    assert (chosen(np.full((6, 15, 9), 1 / 9)) == -1).all(), "whoever takes all alike has chosen nothing"
    alone = (counts == counts.max(axis=2, keepdims=True)).sum(axis=2) == 1
    assert alone.any() and np.array_equal(found[alone], counts.argmax(axis=2)[alone])
