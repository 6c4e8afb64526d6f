"""Scores of staircases: against counting by hand, brute force, other libraries, and what must hold of any answers."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import linregress, spearmanr

from valuespectrum.scoring.staircases.doubtful import doubtful_scores
from valuespectrum.scoring.staircases.drift import NEVER_MIXED, NO_PRICE, dilemma_slopes, price_drift
from valuespectrum.scoring.staircases.preferences import (
    Resampled,
    rank_correlations,
    ratio,
    slopes,
    step_estimates,
    step_scores,
)
from valuespectrum.scoring.staircases.rank_shift import rank_shift
from valuespectrum.scoring.staircases.walks import Walks
from valuespectrum.scoring.staircases.win_rates import transitivity, win_rates


def walks(dilemmas: int = 12, values: int = 4, seed: int = 0, missing: float = 0.2, logs: bool = False) -> Walks:
    """Random answers to steps that each offer two values."""
    generator = np.random.default_rng(seed)
    served = np.array([[generator.permutation(values)[:2] for _ in range(5)] for _ in range(dilemmas)])
    said = generator.random((dilemmas, 5, 2))
    said[generator.random(said.shape) < missing] = np.nan
    priced = np.broadcast_to(generator.integers(2, size=(dilemmas, 1)), (dilemmas, 5)).copy()
    odds = np.log(said) - np.log1p(-said) if logs else np.full(said.shape, np.nan)
    return Walks(tuple(f"d{place}" for place in range(dilemmas)), served, values, said, odds, priced)


def counted(found: Walks, value: int, step: int) -> list[float]:
    """Shares of a value where it was on offer, one by one."""
    each = []
    for dilemma in range(len(found)):
        share = found.share[dilemma, step]
        if not np.isnan(share) and value in found.values[dilemma, step]:
            each.append(share if found.values[dilemma, step, 0] == value else 1 - share)
    return each


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_a_preference_is_chosen_over_offered_less_one_half(seed: int, logs: bool) -> None:
    found = walks(seed=seed, logs=logs)
    scores = step_scores(found)
    for value in range(4):
        for step in range(5):
            by_hand = counted(found, value, step)
            wanted = np.mean(by_hand) - 0.5 if by_hand else np.nan
            assert scores[step, value] == pytest.approx(wanted, nan_ok=True)


def test_log_odds_take_the_lean_out_of_shares() -> None:
    utility, lean = 0.7, 0.9
    odds = np.array([[[utility + lean, utility - lean]] * 5])
    served = np.array([[[0, 1]] * 5])
    found = Walks(("d",), served, 2, expit(odds), odds, np.zeros((1, 5), dtype=np.int64))
    assert found.share == pytest.approx(np.full((1, 5), expit(utility)))
    assert found.first_listed == pytest.approx(np.full((1, 5), (expit(utility + lean) - expit(utility - lean)) / 2))


@pytest.mark.parametrize("logs", [True, False])
def test_one_order_alone_is_no_preference(logs: bool) -> None:
    found = walks(missing=0.0, logs=logs)
    for cells in (found.by_order, found.log_odds):
        cells[0, 0, 1] = np.nan
        cells[0, 1] = np.nan
    assert np.argwhere(found.one_order).tolist() == [[0, 0]], "a step without any answer is not one"
    assert np.argwhere(np.isnan(found.share)).tolist() == [[0, 0], [0, 1]]
    assert not found.offered[0, :2].any() and win_rates(found).counts.sum() == 2 * (12 * 5 - 2)


def test_a_step_between_equal_values_says_nothing() -> None:
    found = walks(missing=0.0)
    found.values[0, 0] = (2, 2)
    again = Walks(found.names, found.values, 4, found.by_order, found.log_odds, found.priced)
    assert again.offered[0, 0].sum() == 0 and win_rates(again).counts.sum() == 2 * (12 * 5 - 1)


def test_the_interval_is_that_of_a_mean_over_dilemmas() -> None:
    found = walks(dilemmas=60, values=2, missing=0.0)
    drawn = Resampled.draw(len(found), 4000, np.random.default_rng(0))
    estimate = step_estimates(found, drawn, 0.95, 3)[0][1]
    each = np.array(counted(found, 1, 0))
    assert estimate.se == pytest.approx(each.std(ddof=1) / np.sqrt(60), rel=0.05)
    assert estimate.low is not None and estimate.high is not None and estimate.low < estimate.mean < estimate.high  # type: ignore[operator]


def test_a_slope_is_that_of_least_squares() -> None:
    found = walks(dilemmas=20, missing=0.3)
    drawn = Resampled.draw(len(found), 50, np.random.default_rng(0))
    for value, slope in enumerate(slopes(found, drawn, 0.95, 3)):
        points = [(step, share) for step in range(5) for share in counted(found, value, step)]
        assert slope.mean == pytest.approx(linregress(*np.array(points).T).slope)


def test_too_few_dilemmas_have_no_interval() -> None:
    found = walks(dilemmas=2, values=2, missing=0.0)
    drawn = Resampled.draw(2, 50, np.random.default_rng(0))
    assert {each.why for row in step_estimates(found, drawn, 0.95, 3) for each in row} == {"too few dilemmas"}
    assert drawn.weights.sum(axis=1) == pytest.approx(np.full(50, 2.0))


def test_rank_correlations_are_those_of_scipy() -> None:
    found = walks(dilemmas=60, values=6)
    scores = step_scores(found)
    ours = rank_correlations(found)
    assert ours[0] == pytest.approx(1.0)
    assert ours[1:] == pytest.approx([spearmanr(scores[0], scores[step]).statistic for step in range(1, 5)])


def test_a_turned_order_is_found_and_the_same_order_is_not() -> None:
    generator = np.random.default_rng(3)
    served = np.repeat(np.array([generator.permutation(5)[:2] for _ in range(60)])[:, None], 5, axis=1)
    strength = np.linspace(-1.5, 1.5, 5)
    utility = strength[served[..., 0]] - strength[served[..., 1]]
    for turn, least, most in ((1.0, 0.2, 1.0), (-1.0, 0.0, 0.01)):
        odds = np.stack([utility * np.linspace(1.0, turn, 5)] * 2, axis=-1) + generator.normal(0, 0.3, (60, 5, 2))
        found = Walks(tuple(map(str, range(60))), served, 5, expit(odds), odds, np.zeros((60, 5), dtype=np.int64))
        shift = rank_shift(found, np.random.default_rng(0))
        assert least <= shift.p <= most and shift.permutations == 999
    assert shift.first == (5.0, 4.0, 3.0, 2.0, 1.0) and shift.last == (1.0, 2.0, 3.0, 4.0, 5.0)
    assert np.isnan(rank_shift(walks(dilemmas=1, values=2, missing=1.0), np.random.default_rng(0)).p)


@pytest.mark.parametrize("logs", [True, False])
def test_a_planted_price_is_found(logs: bool) -> None:
    generator = np.random.default_rng(1)
    served = np.repeat(np.array([generator.permutation(6)[:2] for _ in range(300)])[:, None], 5, axis=1)
    strength, priced = generator.normal(0, 1, 6), np.repeat(generator.integers(2, size=300)[:, None], 5, axis=1)
    utility = strength[served[..., 0]] - strength[served[..., 1]]
    utility = utility + np.where(priced == 0, -0.45, 0.45) * np.arange(5)
    odds = np.stack([utility + 0.6, utility - 0.6], axis=-1)
    said = expit(odds) if logs else (generator.random(odds.shape) < expit(odds)).astype(float)
    odds = odds + generator.normal(0, 0.2, odds.shape) if logs else np.full(odds.shape, np.nan)
    found = price_drift(Walks(tuple(map(str, range(300))), served, 6, said, odds, priced), 0.95, 3)
    assert found.low is not None and found.high is not None and found.low <= -0.45 <= found.high < -0.3


def test_slopes_of_dilemmas_need_two_answered_steps_in_both_orders() -> None:
    found = walks(dilemmas=3, logs=True, missing=0.0)
    found.log_odds[0, 1:] = np.nan
    found.log_odds[1, :, 0] = np.nan
    assert np.isnan(dilemma_slopes(found)).tolist() == [True, True, False]
    bare = Walks(found.names, found.values, 4, found.by_order, found.log_odds, np.full((3, 5), -1))
    assert price_drift(bare, 0.95, 3).why == NO_PRICE


def test_a_price_that_decides_every_choice_has_no_slope() -> None:
    """The first step is decided by luck, all others by the price: any slope that is steep enough would do."""
    generator = np.random.default_rng(5)
    served = np.repeat(np.array([generator.permutation(4)[:2] for _ in range(60)])[:, None], 5, axis=1)
    priced = np.repeat(generator.integers(2, size=60)[:, None], 5, axis=1)
    said = np.repeat((priced == 1).astype(float)[..., None], 2, axis=-1)
    said[:, 0] = generator.integers(2, size=(60, 2))
    nothing = np.full(said.shape, np.nan)
    names = tuple(map(str, range(60)))
    found = price_drift(Walks(names, served, 4, said, nothing, priced), 0.95, 3)
    assert found.mean is None and found.why == NEVER_MIXED
    first = np.broadcast_to(np.array([1.0, 0.0]), said.shape)
    listed = price_drift(Walks(names, served, 4, first, nothing, priced), 0.95, 3)
    assert listed.mean is None and listed.why == NEVER_MIXED, "what is listed first, always: no drift is no finding"
    silent = price_drift(Walks(names, served, 4, nothing, nothing, priced), 0.95, 3)
    assert silent.mean is None and silent.why == "no step that has a price was answered"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_win_rates_are_counted_pair_by_pair(seed: int) -> None:
    found = walks(seed=seed)
    for step in (None, 2):
        rates = win_rates(found, step)
        known = ~np.isnan(rates.rates)
        assert (rates.rates + rates.rates.T)[known] == pytest.approx(np.ones(known.sum()))
        assert (rates.counts == rates.counts.T).all() and (rates.dilemmas <= rates.counts).all()
    shares = [
        found.share[d, s] if tuple(found.values[d, s]) == (0, 1) else 1 - found.share[d, s]
        for d in range(len(found))
        for s in range(5)
        if sorted(found.values[d, s]) == [0, 1] and not np.isnan(found.share[d, s])
    ]
    whole = win_rates(found)
    assert whole.counts[0, 1] == len(shares)
    assert np.isnan(whole.rates[0, 1]) if not shares else whole.rates[0, 1] == pytest.approx(np.mean(shares))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_transitivity_is_what_brute_force_finds(seed: int) -> None:
    upper = np.triu(np.random.default_rng(seed).random((5, 5)).round(1), 1)
    rates = np.where(upper > 0, upper, 0) + np.tril(1 - upper.T, -1)
    np.fill_diagonal(rates, np.nan)
    rates[0, 4] = rates[4, 0] = np.nan
    found = transitivity(rates)
    chains = [
        (rates[a, b], rates[b, c], rates[a, c])
        for a, b, c in permutations(range(5), 3)
        if not np.isnan([rates[a, b], rates[b, c], rates[a, c]]).any() and min(rates[a, b], rates[b, c]) >= 0.5 - 1e-9
    ]
    assert found.chains == len(chains) and found.triples == 7
    assert len(found.weak) == sum(closing < 0.5 - 1e-9 for *_, closing in chains)
    assert len(found.moderate) == sum(closing < min(one, other) - 1e-9 for one, other, closing in chains)
    assert len(found.strong) == sum(closing < max(one, other) - 1e-9 for one, other, closing in chains)
    rounds = sum(min(one, other, 1 - closing) > 0.5 + 1e-9 for one, other, closing in chains)
    assert 3 * len(found.cycles) == rounds


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_scores_of_certain_labels_are_the_plain_ones(seed: int) -> None:
    found = walks(seed=seed, dilemmas=30)
    plain = ratio(found.chosen.sum(axis=1), found.offered.sum(axis=1)) - 0.5
    doubted = doubtful_scores(replace(found, chances=np.eye(4)[found.values]))
    assert doubted == pytest.approx(plain, nan_ok=True)


def test_wrong_labels_draw_scores_to_each_other_and_their_chances_undo_it() -> None:
    """Planted: a value wins by its strength; a third of the labels are those of the next value."""
    rng, count = np.random.default_rng(8), 10
    served = np.array([[rng.permutation(count)[:2] for _ in range(5)] for _ in range(4000)])
    strength = np.linspace(1.5, -1.5, count)
    odds = strength[served[..., 0]] - strength[served[..., 1]]
    both = np.stack([odds, odds], axis=-1)
    true = Walks(tuple(map(str, range(4000))), served, count, expit(both), both, np.full(odds.shape, -1))
    wrong = rng.random(served.shape) < 1 / 3
    label = (served + wrong) % count
    # What is labelled v serves v, or the value before it: as often as it was mistaken for v.
    chances = (2 / 3) * np.eye(count)[label] + (1 / 3) * np.eye(count)[(label - 1) % count]
    planted = np.nanmean(ratio(true.chosen.sum(axis=1), true.offered.sum(axis=1)) - 0.5, axis=0)
    found = np.nanmean(doubtful_scores(replace(true, chances=chances)), axis=0)
    by_label = replace(true, values=label)
    alone = ratio(by_label.chosen.sum(axis=(0, 1)), by_label.offered.sum(axis=(0, 1))) - 0.5
    assert np.abs(found - planted).max() < 0.025 < 0.1 < np.abs(alone - planted).max()
