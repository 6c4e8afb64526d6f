"""Agreement of raters against a published example, a count of pairs, and planted truth."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.pictures.agreement import Metric, agreement

NAN = float("nan")
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
"""Krippendorff (2011), Computing Krippendorff's alpha-reliability, part D: four observers, twelve units."""


def found(ratings: Floats, metric: Metric = "nominal", clips: np.ndarray | None = None) -> float:
    units = np.arange(len(ratings)) if clips is None else clips
    mean = agreement(ratings, units, metric, np.random.default_rng(0)).alpha.mean
    assert mean is not None
    return mean


def test_the_published_example_comes_out() -> None:
    assert found(PUBLISHED) == pytest.approx(0.743, abs=5e-4)
    assert found(PUBLISHED, "ordinal") == pytest.approx(0.815, abs=5e-4)


def by_pairs(ratings: Floats) -> float:
    """The definition: pairs within pictures against all pairs."""
    units = [[each for each in row if each == each] for row in ratings]
    units = [unit for unit in units if len(unit) > 1]
    everything = [each for unit in units for each in unit]
    within = sum(sum(a != b for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units) / len(everything)
    pairs = list(permutations(everything, 2))
    return float(1 - within / (sum(a != b for a, b in pairs) / len(pairs)))


def test_it_is_what_counting_pairs_gives() -> None:
    generator = np.random.default_rng(3)
    for _ in range(5):
        ratings = generator.integers(0, 4, (20, 3)).astype(float)
        ratings[generator.random(ratings.shape) < 0.2] = np.nan
        assert found(ratings) == pytest.approx(by_pairs(ratings), abs=1e-12)


def test_two_raters_with_equal_margins_have_cohens_kappa_but_for_one_rating() -> None:
    from sklearn.metrics import cohen_kappa_score

    one = np.repeat([0, 1, 2], 40)
    other = one.copy()
    other[[0, 1, 40, 41, 80, 81]] = [1, 2, 2, 0, 0, 1]
    kappa = cohen_kappa_score(one, other)
    assert found(np.stack([one, other], axis=1).astype(float)) == pytest.approx(1 - (1 - kappa) * 239 / 240, abs=1e-12)


def test_the_interval_holds_the_truth_and_knows_clips() -> None:
    generator = np.random.default_rng(1)
    error, names, hits = 0.3, 5, 0
    # Both right, or both the same other name.
    equal = (1 - error) ** 2 + error**2 / (names - 1)
    truth = 1 - (1 - equal) / (1 - 1 / names)
    for _ in range(40):
        shows = generator.integers(0, names, 60)
        wrong = generator.random((60, 2)) < error
        said = np.where(wrong, (shows[:, None] + generator.integers(1, names, (60, 2))) % names, shows[:, None])
        alpha = agreement(said.astype(float), np.arange(60), "nominal", generator).alpha
        assert alpha.low is not None and alpha.high is not None
        hits += alpha.low <= truth <= alpha.high
    assert hits >= 35
    alone = agreement(said.astype(float), np.arange(60), "nominal", np.random.default_rng(0)).alpha
    thrice = agreement(
        np.repeat(said, 3, axis=0).astype(float), np.repeat(np.arange(60), 3), "nominal", generator
    ).alpha
    assert thrice.high is not None and thrice.low is not None and alone.high is not None and alone.low is not None
    assert thrice.high - thrice.low == pytest.approx(alone.high - alone.low, rel=0.15)


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        (np.full((8, 2), 3.0), "chance cannot be told"),
        (np.array([[1.0, NAN], [NAN, 2.0]]), "nothing was rated twice"),
        (np.array([[1.0, 1.0], [2.0, 2.0]]), "too few clips"),
        (np.repeat([[1.0, 1.0], [2.0, 2.0]], 5, axis=0), "the same in nearly every draw"),
    ],
)
def test_what_cannot_be_told_is_said(ratings: Floats, why: str) -> None:
    alpha = agreement(ratings, np.arange(len(ratings)), "nominal", np.random.default_rng(0)).alpha
    assert alpha.low is None and why in alpha.why.replace("agreement by ", "")
