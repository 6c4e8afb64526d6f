"""What a set of questions says of its respondents: gains over seeds, win rates, and intervals of both."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import norm, t

from bench.truth.win_rates import Planted, measured
from valuespectrum.instruments.adaem.asking import Answered
from valuespectrum.instruments.adaem.reported import improvement, newest_scores, primed, reported, value_scores
from valuespectrum.instruments.adaem.stems import Stem
from valuespectrum.scoring.telling.informativeness import Telling
from valuespectrum.scoring.telling.rating import RatingOptions
from valuespectrum.theory.value_sets import TEN


def test_how_far_questions_are_above_their_seeds_is_told_with_an_interval_over_arms() -> None:
    def told(arm: int, total: float) -> Answered:
        return Answered(Stem("x", arm=f"{arm}"), (), (), np.zeros(10, bool), Telling(total, 0, 0, 0, 0))

    before, after = [5.0, 4.0, 6.0, 5.5, 4.5, 5.0], [6.0, 6.5, 6.0, 7.0, 5.0, 6.6]
    found = [told(arm, total + way) for arm, total in enumerate(after) for way in (-0.5, 0.5)]
    row = improvement([told(arm, total) for arm, total in enumerate(before)], found)
    without = [
        sum(after[:arm] + after[arm + 1 :]) / sum(before[:arm] + before[arm + 1 :]) - 1 for arm in range(len(before))
    ]
    half = 2.570582 * np.sqrt(5 / 6 * sum((each - np.mean(without)) ** 2 for each in without))
    assert row["share_above"] == pytest.approx(sum(after) / sum(before) - 1)
    assert row["share_above_high"] - row["share_above"] == pytest.approx(half, rel=1e-5)
    few = improvement([told(0, 5.0), told(1, 4.0)], [told(0, 6.0), told(1, 6.0)])
    assert few["share_above"] is not None and few["share_above_low"] is None and "fewer than 5 arms" in few.values()
    assert improvement([], [told(0, 6.0)])["share_above"] is None


def test_the_interval_over_arms_covers_a_planted_gain() -> None:
    def told(arm: int, total: float) -> Answered:
        return Answered(Stem("x", arm=f"{arm}"), (), (), np.zeros(10, bool), Telling(total, 0, 0, 0, 0))

    covered, trials, arms = 0, 400, 12
    rng = np.random.default_rng(5)
    for _ in range(trials):
        begun, gains = rng.normal(5, 1, arms), rng.normal(0.8, 0.4, arms)
        found = [
            told(arm, begun[arm] + gains[arm] + rng.normal(0, 0.3))
            for arm in range(arms)
            for _ in range(int(rng.integers(1, 5)))
        ]
        row = improvement([told(arm, total) for arm, total in enumerate(begun)], found)
        covered += row["share_above_low"] <= 0.8 / 5 <= row["share_above_high"]
    assert 0.92 <= covered / trials <= 0.98


def carried_by(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """Who named the first value by question; nobody named any other, and -1 is no answer."""
    first = np.array(rows, np.int8)[:, :, None]
    return np.concatenate([first, np.where(first < 0, -1, np.zeros((1, 1, 9), np.int8))], axis=2)


def test_a_value_without_games_has_no_win_rate_and_no_part_in_reliability() -> None:
    rows = [[1, 0, 0, -1], [0, 1, 0, -1], [1, 1, 0, -1], [1, 1, 1, -1], [1, 0, 1, -1], [0, 0, 1, -1]] * 3
    carried = carried_by(rows)
    found = value_scores(carried, RatingOptions())
    assert np.isnan(found[:, 1:]).all(), "nobody named them"
    assert np.isnan(found[3]).all() and found[:3, 0].mean() == pytest.approx(50), "who never answers is no opponent"
    assert found[:3] == pytest.approx(value_scores(carried[:, :3], RatingOptions()), nan_ok=True)
    questions = [
        Answered(Stem(f"q{place}"), (None,) * 4, tuple(None if each[0] < 0 else each[None] == 1 for each in row),
                 np.zeros(10, bool), Telling(1.0, 0, 0, 0, 0))
        for place, row in enumerate(carried)
    ]  # fmt: skip
    told = reported(questions, list("abcd"), TEN, RatingOptions(), 0)
    assert told["scores"][3] == {"respondent": "d", **dict.fromkeys(TEN.dimensions)}
    assert told["scores"][0][TEN.dimensions[1]] is None and told["reliability"]["between_models"] is None
    assert told["reliability"]["within_models"] == 0.0 and json.loads(json.dumps(told, allow_nan=False)) == told
    assert primed(told["scores"], [("a", "b", TEN.dimensions[1])]).keys() <= {"same group", "opposite"}


def test_win_rates_do_not_hang_on_which_questions_stand_last() -> None:
    """One names the value in the first half, the other in the second: both as often."""
    carried = carried_by([[1, 0]] * 200 + [[0, 1]] * 200)
    assert value_scores(carried, RatingOptions())[1, 0] > 80
    questions = [
        Answered(Stem(f"q{place}"), (None,) * 2, tuple(each[None] == 1 for each in row), np.zeros(10, bool), None)
        for place, row in enumerate(carried)
    ]
    told = reported(questions, ["a", "b"], TEN, RatingOptions(), 0)
    assert 30 < told["scores"][0][TEN.dimensions[0]] < 70


def test_a_win_rate_has_an_interval_over_questions() -> None:
    """Against leaving out every question by hand; a value that one question alone decides has none."""
    rng = np.random.default_rng(8)
    carried = (rng.random((12, 4, 10)) < 0.4).astype(np.int8)
    carried[:, :, 1], carried[:, :, 2] = 0, 1
    carried[3, 0, 1] = 1
    found = newest_scores(carried, RatingOptions(), 0.95)
    whole = value_scores(carried, RatingOptions(), range(3))[-1]
    left_out = [
        value_scores(np.delete(carried, place, axis=0), RatingOptions(), range(3))[-1, 0] for place in range(12)
    ]
    deviates, squares = norm.ppf(np.array(left_out) / 100), np.var(norm.ppf(np.array(left_out) / 100))
    freedom = 2 * 12 * squares**2 / (np.mean((deviates - deviates.mean()) ** 4) - squares**2)
    half = t.ppf(0.975, min(freedom, 11)) * np.sqrt(11 * squares)
    ends = 100 * norm.cdf(norm.ppf(whole[0] / 100) + np.array([-half, half]))
    assert found[0].mean == pytest.approx(whole[0]) and [found[0].low, found[0].high] == pytest.approx(ends.tolist())
    assert found[1].mean == pytest.approx(whole[1]) and found[1].low is None and "few questions" in found[1].why
    assert found[2].mean is None and "sets who names it" in found[2].why
    assert newest_scores(carried[:4], RatingOptions(), 0.95)[0].why in ("fewer than 5 questions", found[2].why)


@pytest.mark.parametrize(("lean_sd", "least"), [(0.8, 0.9), (0.0, 0.88)])
def test_intervals_of_win_rates_hold_what_is_planted(lean_sd: float, least: float) -> None:
    """Also where nobody differs: there an interval without 50 is a false alarm."""
    found = measured(Planted(40, values=4, lean_sd=lean_sd), 1, 40, 1)
    assert found.holds >= least and found.without == 0.0
    assert found.apart <= 0.12 if lean_sd == 0 else found.apart > 0.12


def test_roles_held_against_the_same_scores_of_a_model_are_no_independent_pairs() -> None:
    """Two models in four roles for each of five values. What errs of a model as itself, errs in all that share it."""
    rng, told = np.random.default_rng(3), {0.0: Counter[str](), 3.0: Counter[str]()}
    aims = ["power", "benevolence", "stimulation", "security", "self_direction"]
    pairs = [(name, f"{name}/{aim}/{role}", aim) for name in "ab" for aim in aims for role in range(4)]
    trials = 300
    for planted, found in told.items():
        for _ in range(trials):
            scores = {name: rng.normal(50, 2, 10) for name in ["a", "b", *(role for _, role, _ in pairs)]}
            for _, role, aim in pairs:
                scores[role][TEN.dimensions.index(aim)] += planted
            rows = [{"respondent": name, **dict(zip(TEN.dimensions, row, strict=True))} for name, row in scores.items()]
            moved = primed(rows, pairs)
            found.update(side for side in moved if moved[side]["by_role"]["p"] < 0.05)
            found["as if apart"] += moved["target"]["p"] < 0.05
        assert moved["target"]["n"] == 40 and moved["target"]["by_role"]["n"] == 10
        # Benevolence, power, security, and stimulation with self-direction.
        assert moved["same group"]["by_role"]["n"] == 8
        assert all(0.02 * trials <= found[side] <= 0.08 * trials for side in ("same group", "opposite"))
    assert 0.02 * trials <= told[0.0]["target"] <= 0.08 * trials < told[0.0]["as if apart"]
    assert told[3.0]["target"] >= 0.8 * trials
