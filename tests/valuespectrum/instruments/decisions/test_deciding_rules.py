"""Rules that order actions, and how far orders agree: properties, worked examples, and all orders counted."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from valuespectrum.instruments.decisions.choosing.blending import ABLATIONS, Blending, sigmoid
from valuespectrum.instruments.decisions.choosing.orders import (
    average_overlap,
    borda_consensus,
    chance_first,
    chance_overlap,
    consensus_of_others,
    order_of,
    points_of_order,
    positional_ensemble,
    same_first,
)
from valuespectrum.instruments.decisions.choosing.rules import (
    RULES,
    action_scores,
    outranking_flows,
    outranking_flows_of_code,
)

SCENE = np.array([0.5] * 6)
ACTIONS = np.array([[0.9, 0.1, 0.5, 0.5, 0.5, 0.5], [0.7, 0.7, 0.3, 0.3, 0.5, 0.5], [0.5] * 6, [1, 1, 1, -1, -1, -1]])
EVEN = np.full(6, 0.5)
RNG = np.random.default_rng(1)


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_chance_is_the_mean_over_all_orders(count: int) -> None:
    every = list(permutations(range(count)))
    told = every[len(every) // 3]
    assert np.mean([average_overlap(told, other) for other in every]) == pytest.approx(chance_overlap(count))
    assert np.mean([same_first(told, other) for other in every]) == pytest.approx(chance_first(count))


def test_seven_moves_have_the_chance_that_is_told() -> None:
    assert (round(100 * chance_overlap(7), 2), round(100 * chance_first(7), 2)) == (57.14, 14.29)


def test_overlap_counts_what_is_shared_down_to_each_depth() -> None:
    assert average_overlap((0, 1, 2), (1, 0, 2)) == pytest.approx((0 + 1 + 1) / 3)
    assert average_overlap((0, 1, 2, 3), (0, 1)) == 1.0


def test_the_paper_form_follows_its_formula_pair_by_pair() -> None:
    """Against loops that were written down from the formulas one by one."""
    scene, actions, preferences = RNG.uniform(-1, 1, 6), RNG.uniform(-1, 1, (4, 6)), RNG.uniform(0, 1, 6)
    sharp = [1 / (1 + np.exp(-10 * (p - 0.5))) for p in preferences]

    def near(rating: float, weight: float) -> float:
        return 0.3 * (1 - abs(abs(rating) - weight)) + 0.7 * rating

    r = [[near(row[j], sharp[j]) / (1 + np.exp(-abs(near(scene[j], sharp[j])))) for j in range(6)] for row in actions]
    flows = []
    for i in range(4):
        out = sum(sharp[j] / (1 + np.exp(-(r[i][j] - r[k][j]))) for k in range(4) if k != i for j in range(6)) / 3
        into = sum(sharp[j] / (1 + np.exp(-(r[k][j] - r[i][j]))) for k in range(4) if k != i for j in range(6)) / 3
        flows.append(out - into)
    assert action_scores(scene, actions, preferences, Blending()) == pytest.approx(flows)


def test_flows_sum_to_nothing_and_a_better_action_comes_first() -> None:
    better = np.vstack([ACTIONS[2], ACTIONS[2] + 0.1])
    for flows in (outranking_flows, outranking_flows_of_code):
        assert flows(better, EVEN).sum() == pytest.approx(0.0, abs=1e-12)
        assert order_of(flows(better, EVEN)) == (1, 0)


def test_the_code_form_takes_the_level_of_an_action_away() -> None:
    """What is better in every value alike gains nothing there, and wins in the paper's form."""
    level = np.array([[0.2] * 6, [0.8] * 6])
    assert action_scores(SCENE, level, EVEN, Blending(form="code")) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert order_of(action_scores(SCENE, level, EVEN, Blending())) == (1, 0)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_prefers_what_is_better_in_what_is_wanted(rule: str) -> None:
    wanted = np.array([1.0, 0, 0, 0, 0, 0])
    actions = np.zeros((3, 6))
    actions[:, 0] = (-0.5, 0.9, 0.2)
    assert order_of(action_scores(np.zeros(6), actions, wanted, Blending(), rule)) == (1, 2, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", RULES)
def test_actions_that_are_all_alike_have_finite_equal_scores(rule: str) -> None:
    for form in ("paper", "code"):
        scores = action_scores(SCENE, np.zeros((3, 6)), EVEN, Blending(form), rule)  # type: ignore[arg-type]
        assert np.isfinite(scores).all() and np.ptp(scores) < 1e-12


def test_ablations_leave_out_what_they_say() -> None:
    preferences, other = RNG.uniform(0, 1, 6), RNG.uniform(0, 1, 6)
    scene, far = RNG.uniform(-1, 1, 6), RNG.uniform(-1, 1, 6)

    def scored(what: str, scene: np.ndarray, held: np.ndarray) -> np.ndarray:
        return action_scores(scene, ACTIONS, held, Blending().without(what))  # type: ignore[arg-type]

    assert set(ABLATIONS) == {"only_action", "no_preference", "no_subjective", "no_scene"}
    assert scored("no_preference", scene, preferences) == pytest.approx(scored("no_preference", scene, other))
    assert scored("no_scene", scene, preferences) == pytest.approx(scored("no_scene", far, preferences))
    assert scored("only_action", scene, preferences) == pytest.approx(scored("only_action", far, other))
    plain = Blending().without("no_subjective").blended(scene, ACTIONS, preferences)
    assert plain == pytest.approx(sigmoid(np.abs(scene)) * ACTIONS)


def test_consensus_is_by_mean_place_and_of_the_others_alone() -> None:
    orders = [(0, 1, 2), (1, 0, 2), (1, 2, 0)]
    assert borda_consensus(orders) == (1, 0, 2)
    assert consensus_of_others(orders)[2] == (0, 1, 2)  # a tie stays as listed


def test_the_ensemble_gives_the_ends_more() -> None:
    assert points_of_order((2, 0, 1, 3)).tolist() == [3.0, 0.0, 5.0, -2.0]
    assert positional_ensemble([(0, 1, 2, 3), (0, 2, 1, 3), (1, 0, 2, 3)]) == (0, 1, 2, 3)
