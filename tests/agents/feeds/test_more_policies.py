"""What each policy is for, and that every logged chance is the chance over seeds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from feed_items import AXES, axis_items, drawn_items, session_log

from agents.feeds.items import FeedItem
from agents.feeds.policies.bandit import best, normal_draws
from agents.feeds.policy import Policy, load_policy, policy_params, read_policy
from agents.feeds.shown import Shown
from agents.feeds.state import Engagement, FeedState
from agents.feeds.taste import belief
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

SPECS = (
    "random",
    "popular:counts=COUNTS,exploration=0.2",
    "similar:temperature=0.3,exploration=0.2,diversity=0.4",
    "bandit:thompson,exploration=0.1",
    "bandit:linucb,exploration=0.3",
    "balanced",
    "adversarial:counter,temperature=0.4",
    "adversarial:steer,group=power,exploration=0.2",
    "adversarial:boundary,temperature=0.5",
    "adversarial:stress,exploration=0.5,alike=0.6",
    "file:FEED:by_place,strength=2",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("feeds")
    (made / "counts.csv").write_text("clip,count\n" + "".join(f"clip{place},{place}\n" for place in range(3, 12)))
    (made / "feed.py").write_text(
        "def by_place(state, strength: float = 1.0):\n    return [1 + strength * k for k in range(len(state.offer))]\n"
    )
    return made


def made(spec: str, folder: Path) -> Policy:
    return read_policy(spec.replace("COUNTS", str(folder / "counts.csv")).replace("FEED", str(folder / "feed.py")))


def some_state() -> FeedState:
    items = drawn_items(12, marks={5: ("blank",), 7: ("lettering",), 8: ("blank",)})
    past = [Engagement(items[0], 1.0), Engagement(items[1], -0.5), Engagement(items[2], 0.0)]
    return FeedState.of(items, items[3:], past)


def chosen(policy: Policy, state: FeedState, seed: int) -> Shown:
    shown = policy.next(state, stream(seed, "policy", len(state.history)))
    assert shown is not None
    return shown


@pytest.mark.parametrize("spec", SPECS)
def test_the_chance_that_is_told_is_the_frequency_over_seeds(spec: str, folder: Path) -> None:
    policy, state, seeds = made(spec, folder), some_state(), 2500
    shown = [chosen(policy, state, seed) for seed in range(seeds)]
    counts = Counter(each.item.item_id for each in shown)
    told = {each.id: each.propensity for each in shown[0].candidates}
    assert all(each.candidates == shown[0].candidates for each in shown)
    assert sum(told.values()) == pytest.approx(1, abs=1e-12) and set(counts) <= set(told)
    for item_id, chance in told.items():
        error = np.sqrt(chance * (1 - chance) / seeds)
        assert abs(counts[item_id] / seeds - chance) <= 4.5 * error + 1e-9, item_id
    assert all(each.propensity == told[each.item.item_id] > 0 for each in shown)


@pytest.mark.parametrize("spec", SPECS)
def test_a_feed_shows_nothing_twice_and_ends(spec: str, folder: Path) -> None:
    policy, items, past = made(spec, folder), drawn_items(9, marks={3: ("blank",)}), list[Engagement]()
    for step in range(12):
        state = FeedState.of(items, None, past)
        if (shown := policy.next(state, stream(1, "policy", step))) is None:
            break
        assert shown.item.item_id not in {each.item.item_id for each in past}
        past.append(Engagement(shown.item, (-1.0, 0.3, 1.0)[step % 3]))
    left_out = 2 if spec == "balanced" else 0  # items without a group
    assert len(past) == 9 - left_out


@pytest.mark.parametrize("spec", SPECS)
def test_a_policy_is_made_again_from_what_a_log_says_of_it(spec: str, folder: Path) -> None:
    policy = made(spec, folder)
    again = load_policy(policy.name, **policy_params(policy))
    assert policy_params(again) == policy_params(policy)
    assert chosen(again, some_state(), 3).candidates == chosen(policy, some_state(), 3).candidates


# ------------------------------------------------------------------------------------------ what each is for


def chances(policy: Policy, state: FeedState) -> dict[str, float]:
    """Chance of each group."""
    shown = chosen(policy, state, 0)
    by_group = dict.fromkeys(AXES, 0.0)
    for each in shown.candidates:
        by_group[each.id[0]] += each.propensity
    return by_group


def liked(weights: dict[str, float]) -> FeedState:
    items = axis_items()
    first = {item.item_id[0]: item for item in reversed(items)}
    return FeedState.of(items, None, [Engagement(first[group], weight) for group, weight in weights.items()])


def test_popular_shows_more_of_what_counts_more(folder: Path) -> None:
    policy = load_policy("popular", counts=str(folder / "counts.csv"), exploration=0, exponent=2, smoothing=1)
    told = {each.id: each.propensity for each in chosen(policy, some_state(), 0).candidates}
    assert told["clip11"] / told["clip3"] == pytest.approx((12 / 4) ** 2)
    even = load_policy("popular", counts=str(folder / "counts.csv"), exponent=0)
    assert chosen(even, some_state(), 0).propensity == pytest.approx(1 / 9)


def test_counts_of_other_clips_are_no_popular_feed(tmp_path: Path) -> None:
    for rows in ("elsewhere,3\n", "", "clip3,0\n"):
        (tmp_path / "counts.csv").write_text(f"clip,count\n{rows}")
        policy = load_policy("popular", counts=str(tmp_path / "counts.csv"))
        with pytest.raises(InputError, match="no count above 0"):
            policy.next(some_state(), stream(0, "policy", 0))


def test_diversity_keeps_away_from_what_was_shown_last() -> None:
    state = liked({"a": 1.0})
    plain, varied = (chances(load_policy("similar", exploration=0, diversity=share), state) for share in (0, 0.9))
    assert plain["a"] > 0.9 and varied["a"] < 0.1


@pytest.mark.parametrize("rule", ["thompson", "linucb"])
def test_a_bandit_learns_what_is_engaged_with(rule: str) -> None:
    policy, items, past = load_policy("bandit", rule=rule, noise=0.3), axis_items(12), list[Engagement]()
    for step in range(30):
        shown = policy.next(FeedState.of(items, None, past), stream(5, "policy", step))
        assert shown is not None
        past.append(Engagement(shown.item, 1.0 if shown.item.group == "b" else -0.5))
    groups = Counter(each.item.group for each in past)
    assert groups["b"] == 12  # all that there are


def test_thompson_draws_are_of_the_belief_that_ridge_regression_gives() -> None:
    state = liked({"a": 1.0, "b": -0.4, "c": 0.2})
    found = belief(state.stock, state.history, 64, 0.5)
    shown, weights = state.stock.vectors[state.history.rows].astype(float), state.history.weights
    covariance = np.linalg.inv(np.eye(4) + shown.T @ shown / 0.25)
    np.testing.assert_allclose(found.mean, covariance @ shown.T @ weights / 0.25, atol=1e-12)
    np.testing.assert_allclose(found.factor @ found.factor.T, covariance, atol=1e-12)
    draws = normal_draws(4000, 4, 3)
    assert abs(draws.mean()) < 0.03 and draws.std() == pytest.approx(1, abs=0.03)
    np.testing.assert_array_equal(draws, normal_draws(4000, 4, 3))
    assert (draws != normal_draws(4000, 4, 4)).all()


def test_equal_scores_share_a_win() -> None:
    assert best(np.zeros((1, 4))).tolist() == [0.25] * 4


def test_counter_shows_what_is_liked_least_and_steer_one_group() -> None:
    state = liked({"a": 1.0, "b": -1.0})
    against = chances(load_policy("adversarial", mode="counter", exploration=0), state)
    assert against["b"] > against["c"] > against["a"] and against["c"] == pytest.approx(against["d"])
    assert chances(read_policy("adversarial:steer,group=c,exploration=0"), state)["c"] == pytest.approx(1)
    gone = FeedState.of(
        [item for item in axis_items() if item.group != "c"] + axis_items()[6:7],
        None,
        [Engagement(axis_items()[6], 1.0)],
    )
    assert set(chances(read_policy("adversarial:steer,group=c,exploration=0"), gone)) == set(AXES)
    with pytest.raises(InputError, match="no clip has the group 'x'"):
        chosen(read_policy("adversarial:steer,group=x"), state, 0)


def test_boundary_shows_what_is_least_certain() -> None:
    unsure = chances(load_policy("adversarial", mode="boundary", exploration=0), liked({"a": 1.0, "b": -1.0, "c": 1.0}))
    assert unsure["d"] > 0.99


def test_stress_takes_turns_through_what_is_hard_to_look_at() -> None:
    items = drawn_items(40, marks={3: ("blank",), 9: ("blank",), 4: ("lettering",), 5: ("lettering", "injection")})
    policy, past, reasons = load_policy("adversarial", mode="stress", exploration=0, alike=1.0), list[Engagement](), []
    for step in range(6):
        shown = policy.next(FeedState.of(items, None, past), stream(0, "policy", step))
        assert shown is not None
        past.append(Engagement(shown.item, 0.3))
        reasons.append(shown.reason)
        if shown.reason.startswith("stress:"):
            assert shown.reason.removeprefix("stress:") in shown.item.marks
    assert set(reasons[:4]) >= {"stress:blank", "stress:lettering"} and "ordinary" in reasons
    with pytest.raises(InputError, match="hard to look at"):
        chosen(policy, FeedState.of(drawn_items(5)), 0)


def test_a_clip_like_one_that_was_shown_counts_as_a_near_duplicate() -> None:
    items = [*axis_items(), FeedItem("blank", "", None, np.ones(4, np.float32) / 2, ("blank",))]
    state = FeedState.of(items, None, [Engagement(items[0], 0.3)])
    reasons = {
        chosen(load_policy("adversarial", mode="stress", exploration=0), state, seed).reason for seed in range(3)
    }
    assert reasons == {"stress:near_duplicate"}


# ------------------------------------------------------------------------------------------ recorded


def test_replay_and_yoked_show_what_a_log_shows(tmp_path: Path) -> None:
    items = drawn_items(8)
    log, steps = session_log(tmp_path / "log.jsonl", items, (5, 2, 7))
    for name, reason in (("replay", "replay"), ("yoked", "yoked:exploit")):
        policy, past = load_policy(name, log=str(log)), list[Engagement]()
        for place in (5, 2, 7):
            shown = chosen(policy, FeedState.of(items, items[:1], past), 9)
            assert (shown.item.item_id, shown.reason) == (f"clip{place}", reason)
            past.append(Engagement(shown.item, -1.0))
            wanted = (
                steps[len(past) - 1]["candidates"]
                if name == "yoked"
                else [{"id": f"clip{place}", "score": 0.0, "propensity": 1.0}]
            )
            assert [
                {"id": one.id, "score": one.score, "propensity": one.propensity} for one in shown.candidates
            ] == wanted
        assert policy.next(FeedState.of(items, None, past), stream(0, "policy", 3)) is None


def test_what_was_put_between_moves_no_recorded_feed(tmp_path: Path) -> None:
    items = drawn_items(8)
    log, _ = session_log(tmp_path / "log.jsonl", items, (5, 2))
    past = [Engagement(items[5], 1.0), Engagement(items[1], 1.0)]
    assert chosen(load_policy("yoked", log=str(log)), FeedState.of(items, None, past), 0).item.item_id == "clip2"


def test_a_log_of_other_clips_or_that_shows_something_else_is_refused(tmp_path: Path) -> None:
    items = drawn_items(8)
    log, _ = session_log(tmp_path / "log.jsonl", items, (5, 2))
    policy = load_policy("yoked", log=str(log))
    with pytest.raises(InputError, match="no item 'clip5'"):
        chosen(policy, FeedState.of(drawn_items(3)), 0)
    session_log(log, items, (2, 5))
    with pytest.raises(InputError, match="shows something else"):
        load_policy("yoked", **policy_params(policy))
    log.write_text("nothing\n")
    with pytest.raises(InputError, match="no session log"):
        read_policy(f"replay:{log}")
    with pytest.raises(InputError, match="cannot read"):
        read_policy(f"replay:{tmp_path / 'gone.jsonl'}")


def test_a_last_line_that_a_power_cut_damaged_is_left_out_of_a_recording(tmp_path: Path) -> None:
    log, _ = session_log(tmp_path / "log.jsonl", drawn_items(8), (5, 2))
    whole = log.read_bytes()
    known = policy_params(load_policy("yoked", log=str(log)))
    for torn in (b'{"step":', b"\0\0\0\n", b'{"step":2,"item\n'):
        log.write_bytes(whole + torn)
        assert policy_params(load_policy("yoked", log=str(log))) == known
    first, _, rest = whole.partition(b"\n")
    log.write_bytes(first + b"\n\0\0\0\n" + rest)
    with pytest.raises(InputError, match="line 2"):
        load_policy("yoked", log=str(log))
