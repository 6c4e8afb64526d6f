"""Places of several respondents on one value: held to planted order, ties among it."""

from __future__ import annotations

import numpy as np
from facet_tables import set_table

from bench.truth.respondents import VALUES, Law, answer
from valuespectrum.scoring.comparing.places import Place, placed, places
from valuespectrum.scoring.facets.comparison import compare


def test_three_respondents_stand_in_the_order_that_was_planted() -> None:
    truth = np.zeros((3, VALUES))
    truth[:, 0], truth[:, 1] = (2.0, 1.0, 0.0), (0.0, 0.0, 3.0)
    # All like everything equally in the mean, so that centring leaves the other values equal.
    truth[:, -1] = -truth.sum(axis=1)
    law = Law(clips=15, wordings=3, together=3)
    tables = [set_table(each) for each in answer(law, 3, np.random.default_rng(1), truth).table]
    order = places({(i, j): compare(tables[i], tables[j]) for i in range(3) for j in range(i + 1, 3)})
    assert [each["self_direction"].rank for each in order] == [1, 2, 3]
    assert order[2]["stimulation"] == Place(1, 1, 1)
    equal = [place for each in order for place in list(each.values())[2:-1]]
    assert len(equal) == 3 * (VALUES - 3)
    assert sum((place.low, place.high) == (1, 3) for place in equal) >= 0.9 * len(equal)
    assert places({}) == []


def test_intervals_hold_every_place_that_true_ties_allow() -> None:
    from scipy.stats import norm

    generator, truth, error, samples = np.random.default_rng(0), np.array([0.0, 0.0, 0.0, 1.0, 1.0]), 0.3, 400
    first, last = 1 + (truth > truth[:, None]).sum(axis=1), 5 - (truth < truth[:, None]).sum(axis=1)
    held = np.zeros(5)
    for _ in range(samples):
        found = truth + error * generator.standard_normal(5)
        gap = found[:, None] - found
        told = placed(gap, 2 * norm.sf(np.abs(gap) / (error * 2**0.5)), 0.95)
        held += [one.low <= low and high <= one.high for one, low, high in zip(told, first, last, strict=True)]
    assert (held / samples >= 0.95 - 2 * (0.05 * 0.95 / samples) ** 0.5).all()


def test_those_who_answer_alike_throughout_share_their_place() -> None:
    gap, p = np.array([[0, 0, 2], [0, 0, 2], [-2, -2, 0.0]]), np.full((3, 3), np.nan)
    p[2, :2] = p[:2, 2] = 1e-6
    assert placed(gap, p, 0.95) == [Place(1, 1, 2), Place(1, 1, 2), Place(3, 3, 3)]


def test_a_place_lies_in_its_interval_where_pairs_contradict_each_other() -> None:
    """A surely beats B, B surely C and C surely A, each on other clips."""
    gap = np.array([[0, 5, -1], [-5, 0, 1], [1, -1, 0.0]])
    told = placed(gap, np.where(np.eye(3) > 0, np.nan, 1e-6), 0.95)
    assert all(each.low <= each.rank <= each.high for each in told)


def test_a_value_that_one_pair_lacks_has_no_places() -> None:
    table = np.random.default_rng(3).normal(size=(3, VALUES, 6, 2))
    table[1, 4] = np.nan
    tables = [set_table(each) for each in table]
    pairs = {(i, j): compare(tables[i], tables[j]) for i in range(3) for j in range(i + 1, 3)}
    assert all(len(each) == VALUES - 1 and "power" not in each for each in places(pairs))
