from __future__ import annotations

import json
from collections import Counter
from importlib.metadata import EntryPoint
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.feeds.items import FeedItem
from agents.feeds.policies.balanced import Balanced, BalancedOptions, williams_square
from agents.feeds.policies.similar import Similar, SimilarOptions
from agents.feeds.policies.uniform import Random
from agents.feeds.policy import POLICIES, Policy, load_policy, policy_params
from agents.feeds.shown import Shown
from agents.feeds.state import Engagement, FeedState
from agents.feeds.taste import user_vector
from vectorstore.foundation import plugins
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import STREAMS, shuffled, stream, stream_key

GROUPS = ("power", "security", "hedonism", None)


def make_items(count: int, seed: int = 0, groups: tuple[str | None, ...] = GROUPS) -> list[FeedItem]:
    vectors = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        FeedItem(f"clip{place}", f"frame{place}", groups[place % len(groups)], vectors[place]) for place in range(count)
    ]


def walk(policy: Policy, items: list[FeedItem], steps: int, seed: int = 0) -> list[Shown]:
    history: list[Engagement] = []
    walked = []
    for step in range(steps):
        shown = policy.next(FeedState.of(items, None, history), stream(seed, "policy", step))
        if shown is None:
            break
        walked.append(shown)
        history.append(Engagement(shown.item, 1.0 if shown.item.group == "power" else -0.5))
    return walked


KINDS = st.one_of(
    st.just(Random()),
    st.builds(Balanced, st.builds(BalancedOptions, st.integers(0, 9), st.booleans())),
    st.builds(Similar, st.builds(SimilarOptions, st.floats(0.1, 1), st.floats(1e-4, 100), st.floats(0, 1))),
)


@settings(max_examples=60, deadline=None)
@given(KINDS, st.integers(2, 30), st.integers(0, 1000))
def test_propensities_are_a_distribution_over_unseen_candidates(policy: Policy, count: int, seed: int) -> None:
    walked = walk(policy, make_items(count, seed), count + 1, seed)
    ids = [shown.item.item_id for shown in walked]
    assert len(ids) == len(set(ids)) <= count
    for step, shown in enumerate(walked):
        assert sum(candidate.propensity for candidate in shown.candidates) == pytest.approx(1, abs=1e-12)
        assert all(0 <= candidate.propensity <= 1 for candidate in shown.candidates)
        assert not {candidate.id for candidate in shown.candidates} & set(ids[:step])
        of_shown = next(each for each in shown.candidates if each.id == shown.item.item_id)
        assert of_shown.propensity == shown.propensity > 0


@pytest.mark.parametrize(
    "policy", [Random(), Balanced(), Similar(SimilarOptions(0.9, 0.5, 0.3)), Similar(SimilarOptions(0.9, 0.05, 0))]
)
def test_propensities_are_the_frequencies_of_showing(policy: Policy) -> None:
    items = make_items(12, groups=("power", "security"))
    state = FeedState.of(
        items, items[3:], [Engagement(items[0], 1.0), Engagement(items[1], -0.5), Engagement(items[2], 0)]
    )
    rng = np.random.default_rng(7)
    draws = 6000
    counts: Counter[str] = Counter()
    for _ in range(draws):
        shown = policy.next(state, rng)
        assert shown is not None
        counts[shown.item.item_id] += 1
    assert shown is not None
    for candidate in shown.candidates:
        error = np.sqrt(candidate.propensity * (1 - candidate.propensity) / draws)
        assert abs(counts[candidate.id] / draws - candidate.propensity) <= 4.5 * error + 1e-9


def test_random_shows_every_item_once() -> None:
    walked = walk(Random(), make_items(20), 99)
    assert sorted(shown.item.item_id for shown in walked) == sorted(item.item_id for item in make_items(20))
    assert Random().next(FeedState.of(make_items(2), []), np.random.default_rng(0)) is None


# ------------------------------------------------------------------------------------------ balanced


@pytest.mark.parametrize("count", range(1, 13))
def test_williams_square_balances_position_and_succession(count: int) -> None:
    rows = williams_square(count)
    repeats = len(rows) // count
    assert all(sorted(row) == list(range(count)) for row in rows)
    for column in range(count):
        assert set(Counter(row[column] for row in rows).values()) == {repeats}
    pairs = Counter(pair for row in rows for pair in pairwise(row))
    assert len(pairs) == count * (count - 1)
    assert set(pairs.values()) <= {repeats}


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(0, 30), st.integers(0, 100))
def test_balanced_quotas_never_differ_by_more_than_one(groups: int, first_row: int, seed: int) -> None:
    names: tuple[str | None, ...] = tuple(f"group{place}" for place in range(groups))
    items = make_items(4 * groups, seed, names)
    walked = walk(Balanced(BalancedOptions(first_row=first_row)), items, 4 * groups, seed)
    for length in range(1, len(walked) + 1):
        counts = Counter(shown.item.group for shown in walked[:length])
        assert max(counts.values()) - min(counts[name] for name in names) <= 1
    square = williams_square(groups)
    for round_number in range(4):
        row = square[(first_row + round_number) % len(square)]
        orders = [shown.item.group for shown in walked[round_number * groups : (round_number + 1) * groups]]
        assert orders == [names[place] for place in row]


def test_balanced_passes_over_groups_that_ran_out_and_leaves_ungrouped_items_alone() -> None:
    items = make_items(12, groups=("power", "power", "security", None))
    groups = [shown.item.group for shown in walk(Balanced(), items, 99)]
    assert Counter(groups) == {"power": 6, "security": 3}
    with_rest = [shown.item.group for shown in walk(Balanced(BalancedOptions(include_ungrouped=True)), items, 99)]
    assert Counter(with_rest) == {"power": 6, "security": 3, None: 3}
    with pytest.raises(InputError, match="groups"):
        walk(Balanced(), make_items(4, groups=(None,)), 1)


# ------------------------------------------------------------------------------------------ similar


def test_similar_starts_even_and_then_follows_engagement() -> None:
    axis = np.eye(4, dtype=np.float32)
    items = [
        FeedItem(f"{group}{number}", "f", group, axis[place]) for place, group in enumerate("abcd") for number in "123"
    ]
    policy = Similar(SimilarOptions(temperature=0.1, exploration=0.0))
    first = policy.next(FeedState.of(items, items), np.random.default_rng(0))
    assert first is not None and first.reason == "cold_start" and first.propensity == pytest.approx(1 / 12)
    history = [Engagement(items[0], 1.0), Engagement(items[3], -1.0)]
    shown = policy.next(FeedState.of(items, items[1:3] + items[4:], history), np.random.default_rng(0))
    assert shown is not None and shown.reason == "exploit"
    by_group = dict.fromkeys("abcd", 0.0)
    for candidate in shown.candidates:
        by_group[candidate.id[0]] += candidate.propensity
    assert by_group["a"] > by_group["c"] == pytest.approx(by_group["d"])
    assert by_group["c"] > by_group["b"]


@settings(deadline=None)
@given(st.floats(0.05, 1), st.lists(st.integers(-100, 100), min_size=1, max_size=6))
def test_user_vector_is_the_decayed_weighted_mean(decay: float, weights: list[int]) -> None:
    items = make_items(len(weights))
    history = [Engagement(item, weight / 100) for item, weight in zip(items, weights, strict=True)]
    state = FeedState.of(items, None, history)
    user = user_vector(state.stock, state.history, decay)
    if not any(weights):
        assert user is None
        return
    factors = np.array(weights) * decay ** np.arange(len(weights))[::-1]
    expected = factors @ np.stack([item.vector for item in items]).astype(float) / np.abs(factors).sum()
    assert user is not None
    np.testing.assert_allclose(user, expected, atol=1e-9)
    assert np.linalg.norm(expected) <= 1 + 1e-6


def test_signals_that_have_faded_to_nothing_leave_a_cold_start() -> None:
    items = make_items(200)
    history = [Engagement(items[0], 1.0), *(Engagement(item, 0.0) for item in items[1:])]
    state = FeedState.of(items, None, history)
    assert user_vector(state.stock, state.history, 0.001) is None


def test_full_exploration_is_uniform_whatever_was_liked() -> None:
    items = make_items(6)
    shown = Similar(SimilarOptions(exploration=1.0)).next(
        FeedState.of(items, items[1:], [Engagement(items[0], 1.0)]), np.random.default_rng(0)
    )
    assert shown is not None and shown.reason == "explore"
    assert [each.propensity for each in shown.candidates] == pytest.approx([0.2] * 5)


# ------------------------------------------------------------------------------------------ registry


def test_policies_are_made_by_name_with_checked_options() -> None:
    policy = load_policy("similar", temperature="0.2", exploration=0)
    assert policy == Similar(SimilarOptions(temperature=0.2, exploration=0.0))
    assert json.loads(json.dumps(policy_params(policy))) == {"decay": 0.9, "temperature": 0.2, "exploration": 0.0}
    assert load_policy(policy.name, **policy_params(policy)) == policy
    assert load_policy("random") == Random()
    assert isinstance(load_policy("balanced"), Policy)


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("similer", {}, "unknown policy 'similer'"),
        ("similar", {"heat": 1}, "no option 'heat'"),
        ("similar", {"temperature": "warm"}, "option temperature"),
        ("similar", {"temperature": 0}, "temperature"),
        ("similar", {"decay": 1.5}, "decay"),
        ("similar", {"exploration": float("nan")}, "exploration"),
        ("balanced", {"first_row": -1}, "first_row"),
        ("random", {"seed": 1}, "no option 'seed'"),
    ],
)
def test_bad_policies_are_refused(name: str, params: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_policy(name, **params)


def test_installed_policies_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("mine", "agents.feeds.policies.uniform:Random", POLICIES.group),
        EntryPoint("lost", "no_such_package:Policy", POLICIES.group),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)
    with pytest.raises(InputError, match="'mine' calls itself 'random': logs would name another one"):
        load_policy("mine")
    with pytest.raises(InputError, match="cannot be loaded"):
        load_policy("lost")


# ------------------------------------------------------------------------------------------ streams


def test_streams_are_independent_of_each_other_and_repeatable() -> None:
    assert len({stream_key(name) for name in STREAMS}) == len(STREAMS)
    draws = {
        (seed, name, step): stream(seed, name, step).random() for seed in (0, 1) for name in STREAMS for step in (0, 1)
    }
    assert len(set(draws.values())) == len(draws)
    assert all(stream(*key).random() == draw for key, draw in draws.items())


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(0, 99))
def test_shuffled_is_a_permutation(count: int, seed: int) -> None:
    assert sorted(shuffled(count, stream(seed, "catalogue"))) == list(range(count))
