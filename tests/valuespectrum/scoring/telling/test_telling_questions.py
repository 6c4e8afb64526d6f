"""How far a question tells models apart, who wins, and how far that can be trusted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from valuespectrum.scoring.telling.informativeness import TellingOptions, ValuesTold, divergence, telling
from valuespectrum.scoring.telling.rating import RatingOptions, Skills, rated, win_rates
from valuespectrum.scoring.telling.reports import between_models, over_folds, shifted, within_models
from vectorstore.foundation.errors import InputError


def slow_total(told: ValuesTold, options: TellingOptions) -> float:
    """The printed formula over sets, one pair and one model at a time."""
    answers = [
        [{place for place, carried in enumerate(point) if carried} for point in answer] for answer in told.points
    ]
    whole = [set().union(*points) for points in answers]
    question = {place for place, carried in enumerate(told.question) if carried}

    def below(overlap: int) -> int:
        return max(overlap, 1) if options.denominator == "max" else overlap + 1

    ordered = list(itertools.permutations(range(len(whole)), 2))
    pairs = [len(whole[a] | whole[b]) / below(len(whole[a] & whole[b])) for a, b in ordered]
    apart = [1 - told.alike[a, b] for a, b in ordered] if told.alike is not None and options.opinions else [0.0]
    add = np.sum if options.pairs == "sum" else np.mean
    breadth = np.mean(
        [len(all_) / below(len(set.intersection(*points))) for all_, points in zip(whole, answers, strict=True)]
    )
    distance = np.mean([len(each ^ question) for each in whole])
    sign = 1 if options.question == "reward" else -1
    return float(add(pairs) + add(apart) + breadth + sign * options.beta / 2 * distance)


@pytest.mark.parametrize("denominator", ["max", "plus-one"])
@pytest.mark.parametrize("pairs", ["mean", "sum"])
@pytest.mark.parametrize("question", ["reward", "subtract"])
def test_s_is_the_printed_formula_with_named_repairs(denominator: str, pairs: str, question: str) -> None:
    rng = np.random.default_rng(3)
    options = TellingOptions(denominator, pairs, question, 0.7)  # type: ignore[arg-type]
    for _ in range(20):
        models = int(rng.integers(2, 7))
        alike = rng.random((models, models))
        alike = (alike + alike.T) / 2
        told = ValuesTold(rng.random((models, 3, 10)) < 0.2, rng.random(10) < 0.2, alike)
        assert telling(told, options).total == pytest.approx(slow_total(told, options))


def test_different_values_score_higher_than_equal_ones_and_one_model_tells_nothing() -> None:
    eye = np.eye(10, dtype=bool)
    same, other = eye[[0, 0, 0]], eye[[4, 4, 4]]
    question = np.zeros(10, bool)
    assert (
        telling(ValuesTold(np.stack([same, other]), question)).total
        > telling(ValuesTold(np.stack([same, same]), question)).total
    )
    with pytest.raises(InputError):
        telling(ValuesTold(same[None], question))


def test_divergence_is_between_nothing_and_a_bit_and_leaves_out_who_says_nothing() -> None:
    chances = np.array([[0.2, 1.0, np.nan, 0.3], [0.2, 0.0, 0.4, 0.9], [0.2, np.nan, np.nan, 0.5]])
    found = divergence(chances)
    assert found[0] == pytest.approx(0) and found[1] == pytest.approx(1) and np.isnan(found[2]) and 0 < found[3] < 1
    scipy_stats = pytest.importorskip("scipy.stats")
    column = chances[:, 3]
    entropy = [scipy_stats.entropy([p, 1 - p], base=2) for p in (*column, column.mean())]
    assert found[3] == pytest.approx(entropy[-1] - np.mean(entropy[:-1]))


# What trueskill 0.4.5 (PyPI) makes of these games, without draws: weights of 1, and of one over the size of the team.
PEER = {
    False: ([9.9755, -2.4263, 7.9611, 4.5371, 7.4404], [2.4246, 2.4968, 2.3218, 2.5931, 2.344]),
    True: ([29.9146, 20.7502, 26.8957, 24.8162, 25.168], [2.4809, 2.5751, 2.141, 2.5862, 1.9811]),
}


@pytest.mark.parametrize("partial", [False, True])
def test_skills_are_those_of_another_implementation(partial: bool) -> None:
    games = np.random.default_rng(0).integers(-1, 2, (60, 5)).astype(np.int8)
    skills = rated(games, RatingOptions(partial=partial))
    assert skills.mu.round(4).tolist() == PEER[partial][0] and skills.sigma.round(4).tolist() == PEER[partial][1]


@pytest.mark.parametrize("partial", [False, True])
def test_the_order_of_models_is_recovered_and_the_mean_is_fifty(partial: bool) -> None:
    """As the notes on the package found: Spearman 0.94 to 1 with six models and 200 questions or more."""
    rng = np.random.default_rng(1)
    chances = np.linspace(0.1, 0.7, 6)
    games = (rng.random((400, 6)) < chances).astype(np.int8)
    skills = rated(games, RatingOptions(partial=partial))
    scores = win_rates(skills)
    assert np.corrcoef(np.argsort(np.argsort(scores)), np.arange(6))[0, 1] >= 0.94
    assert scores.mean() == pytest.approx(50)
    assert win_rates(skills, gamma=100.0).std() < scores.std()
    assert win_rates(skills, opponents=[0])[5] > 50 > win_rates(skills, opponents=[5])[0]


def test_a_game_with_an_empty_team_says_nothing() -> None:
    games = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, 1]], np.int8)
    before, after = Skills.before(3), rated(games)
    assert after.mu.tolist() == before.mu.tolist() and after.sigma.tolist() == before.sigma.tolist()


def test_reports_find_what_is_planted() -> None:
    rng = np.random.default_rng(2)
    models, means = rng.normal(0, 1, (8, 10)), rng.normal(0, 5, 10)
    assert between_models(models + means) > 0.8 > 0.1 > abs(between_models(models + means, centred=True) + 1 / 7)
    assert within_models(np.array([[0.0, 2.0], [1.0, 1.0]])) == 0.5
    folds = 50 + 10 * models + rng.normal(0, 3, (5, 8, 10))
    found = over_folds(folds)
    # Spearman and Brown: five folds, each with a reliability of 100 / 109.
    assert (
        found.alpha == pytest.approx(5 * (100 / 109) / (1 + 4 * 100 / 109), abs=0.02) and 0.03 < found.variation < 0.1
    )
    assert np.isnan(between_models(np.ones((2, 3)))) and np.isnan(over_folds(np.ones((3, 2, 2))).alpha)
    moved = shifted(np.zeros(9), np.arange(9.0))
    stats = pytest.importorskip("scipy.stats").ttest_rel(np.zeros(9), np.arange(9.0))
    assert (moved.t, moved.p) == pytest.approx((stats.statistic, stats.pvalue))
    assert np.isnan(shifted(np.zeros(2), np.ones(2)).t)
