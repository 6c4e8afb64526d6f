"""The feed policy ``decide``: true chances, six preferences, logs that are held to their networks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.feeds.items import FeedItem
from agents.feeds.policy import load_policy, policy_params, read_policy
from agents.feeds.state import Engagement, FeedState
from valuespectrum.instruments.decisions.choosing.blending import Blending
from valuespectrum.instruments.decisions.choosing.rules import action_scores
from valuespectrum.instruments.decisions.feed import Decide
from valuespectrum.instruments.decisions.network.heads import DecisionHead
from valuespectrum.instruments.decisions.network.saved import (
    DecisionNetwork,
    NetworkManifest,
    own_network,
    save_network,
)
from vectorstore.foundation.errors import InputError

RNG = np.random.default_rng(3)
VECTORS = RNG.normal(size=(12, 128)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)
ITEMS = [FeedItem(f"clip{place:02d}", f"frame{place}", None, vector) for place, vector in enumerate(VECTORS)]


def state(seen: int = 0) -> FeedState:
    return FeedState.of(ITEMS, None, [Engagement(item, 1.0) for item in ITEMS[:seen]])


def test_chances_are_those_of_the_decision_rule() -> None:
    policy = read_policy("decide:curiosity=0.9,fairness=0.1,temperature=0.05,exploration=0.2")
    shown = policy.next(state(1), np.random.default_rng(0))
    assert shown is not None and shown.reason in ("decide", "explore")
    ratings = own_network().ratings_of_vectors(VECTORS.astype(np.float64))
    preferences = np.array([0.9, 0.5, 0.5, 0.5, 0.5, 0.1])
    scores = action_scores(ratings[0], ratings[1:], preferences, Blending())
    raised = np.exp((scores - scores.max()) / 0.05)
    assert [each.score for each in shown.candidates] == pytest.approx(scores.tolist())
    wanted = 0.8 * raised / raised.sum() + 0.2 / 11
    assert [each.propensity for each in shown.candidates] == pytest.approx(wanted.tolist())


def test_propensities_are_frequencies() -> None:
    policy, place = load_policy("decide", safety=1.0, temperature=0.02), state(2)
    drawn = [policy.next(place, np.random.default_rng(seed)) for seed in range(1000)]
    counts = Counter(each.item.item_id for each in drawn if each is not None)
    told = {each.id: each.propensity for each in drawn[0].candidates}  # type: ignore[union-attr]
    assert all(abs(counts[name] / 1000 - share) < 0.06 for name, share in told.items())
    assert sum(told.values()) == pytest.approx(1.0)


def test_other_preferences_show_other_clips() -> None:
    first, other = (
        [each.score for each in load_policy("decide", **told).next(state(), RNG).candidates]  # type: ignore[union-attr]
        for told in ({"energy": 1.0, "intimacy": 0.0}, {"energy": 0.0, "intimacy": 1.0})
    )
    assert np.argmax(first) != np.argmax(other)


def test_a_log_names_its_networks_and_others_are_refused(tmp_path: Path) -> None:
    params = policy_params(load_policy("decide", curiosity="0.7"))
    assert params["content"] == own_network().manifest.weights and params["curiosity"] == 0.7
    assert isinstance(load_policy("decide", **params), Decide)
    with pytest.raises(InputError, match="others than those that are here"):
        load_policy("decide", content="0" * 64)


def test_networks_of_ones_own_are_read_and_held_to_the_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"in_weight": (24, 8), "in_bias": (24,), "out_weight": (8, 8), "out_bias": (8,)}
    sizes |= {"hidden_weight": (4, 8), "hidden_bias": (4,), "last_weight": (6, 4), "last_bias": (6,)}
    head = DecisionHead.from_arrays({name: RNG.normal(size=shape) for name, shape in sizes.items()})
    save_network(tmp_path, DecisionNetwork(head, head, NetworkManifest("e@1", "mine:e", 8, 2, 1.0, "joined", "")))
    policy = load_policy("decide", networks=str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert policy_params(load_policy("decide", networks="~"))["content"] == policy_params(policy)["content"]
    with pytest.raises(InputError, match="read 8 numbers a state"):
        policy.next(state(), RNG)
    with pytest.raises(InputError, match="no-such"):
        load_policy("decide", networks=str(tmp_path / "no-such"))


@pytest.mark.parametrize(
    "params",
    [{"curiosity": 2}, {"rule": "fate"}, {"form": "other"}, {"temperature": 0}, {"exploration": 2}, {"glory": 1}],
)
def test_options_that_make_no_sense_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        load_policy("decide", **params)


def test_nothing_on_offer_ends_the_feed() -> None:
    assert load_policy("decide").next(state(12), RNG) is None
