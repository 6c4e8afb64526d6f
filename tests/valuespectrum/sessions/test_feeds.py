"""Feeds in numbers, against numbers reckoned by hand or by others, and on feeds that are known to follow or not."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, theilslopes
from session_worlds import PlantedFeed, session_of, walk

from valuespectrum.scoring.facets.inference import holm
from valuespectrum.sessions.document import sessions_document
from valuespectrum.sessions.feeds.exposure import (
    amplification,
    distances,
    effective_number,
    gini,
    normalised_entropy,
    theil_sen,
)
from valuespectrum.sessions.feeds.measures import (
    BOUNDS,
    MEASURES,
    exploitation,
    session_amplification,
    session_measures,
)
from valuespectrum.sessions.feeds.personalising import personalisation
from valuespectrum.sessions.feeds.returning import Escape, escape, median_escape, relapse
from valuespectrum.sessions.walks.walked import WalkedSession, Walker
from vectorstore.foundation.errors import InputError

SHARES = st.lists(st.integers(0, 20), min_size=2, max_size=8).filter(any)


@settings(deadline=None)
@given(SHARES)
def test_entropy_and_gini_are_those_of_others(counts: list[int]) -> None:
    total = sum(counts)
    shares = {str(place): count / total for place, count in enumerate(counts)}
    assert normalised_entropy(shares) == pytest.approx(entropy(counts) / np.log(len(counts)))
    assert effective_number(shares) == pytest.approx(np.exp(entropy(counts)))
    apart = np.abs(np.subtract.outer(counts, counts)).mean()
    assert gini(shares) == pytest.approx(apart / 2 / np.mean(counts))


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any), min_size=2, max_size=4))
def test_distances_are_those_of_scipy(rows: list[list[int]]) -> None:
    shares = np.array([np.array(row) / sum(row) for row in rows])
    theirs = [
        [0.0 if (one == other).all() else jensenshannon(one, other, base=2) for other in shares] for one in shares
    ]
    assert distances(shares) == pytest.approx(np.nan_to_num(np.array(theirs)), abs=1e-6)


@settings(deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=2, max_size=12))
def test_the_slope_is_that_of_scipy(numbers: list[float]) -> None:
    assert theil_sen(numbers) == pytest.approx(theilslopes(numbers)[0], abs=1e-9)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 20), min_size=1))
def test_amplification_is_finite_and_zero_when_shown_as_stocked(shown: dict[str, int]) -> None:
    stock = dict.fromkeys("abcde", 7)
    assert all(np.isfinite(value) for value in amplification(shown, stock).values())
    assert amplification(stock, stock) == pytest.approx(dict.fromkeys("abcde", 0.0))
    raised = amplification({**dict.fromkeys("abcde", 3), "a": 9}, stock)
    assert raised["a"] > 0 > raised["b"]


def test_a_balanced_session_is_even_and_does_not_drift() -> None:
    session = session_of(["power", "security"] * 30)
    found = session_measures(session, 20)
    assert set(found) == set(MEASURES)
    assert found["entropy"] == pytest.approx(1) and found["drift"] == 0 and found["coverage"] == 1
    assert session_amplification(session) == pytest.approx({"power": 0.0, "security": 0.0})
    assert np.isnan(found["novelty"]), "without vectors nobody knows"
    with pytest.raises(InputError, match="window"):
        session_measures(session, 0)


def test_what_needs_more_windows_than_there_are_is_unknown() -> None:
    found = session_measures(session_of(["power", "security"] * 10), 20)
    assert np.isnan(found["drift"]) and np.isnan(found["entropy_slope"])
    assert found["like"] == 0 and np.isnan(found["watch_like"])


def test_what_was_refused_is_no_dislike_and_what_was_saved_is_a_like() -> None:
    told = session_of(["power", "security"] * 10, ["like"] * 5 + ["watch"] * 5 + ["skip"] * 5 + ["none"] * 5)
    undecided, saved = np.arange(20) >= 15, np.arange(20) == 7
    kept, liked = (np.where(undecided, np.nan, each) for each in (told.kept, told.liked))
    refused = replace(told, kept=kept, liked=liked)
    assert session_measures(refused)["like"] == pytest.approx(5 / 15)
    also = replace(refused, liked=np.where(saved, 1.0, liked))
    assert session_measures(also)["like"] == pytest.approx(6 / 15)
    only = replace(told, actions=("watch",) * 20, liked=np.where(saved, 1.0, 0.0))
    assert exploitation(only)[0] == pytest.approx(6 / 12), "from the step after it on, every other clip is of its value"
    silent = replace(told, kept=np.full(20, np.nan), liked=np.full(20, np.nan))
    assert np.isnan(session_measures(silent)["like"])


def test_exploitation_has_its_baseline() -> None:
    # Liked at once; of the five clips left, two stand for power.
    session = session_of(["power", "power", "security"], ["like", "watch", "watch"], each=3)
    found, by_chance = exploitation(session)
    assert found == 0.5 and by_chance == pytest.approx((2 / 5 + 1 / 4) / 2)
    assert all(np.isnan(exploitation(session_of(["power"] * 3))))


def test_a_feed_that_follows_nobody_exploits_no_more_than_chance() -> None:
    likes = {"hedonism": 2.0, "security": -2.0}
    beyond = {}
    for follow in (0.0, 1.0):
        feed = PlantedFeed(follow=follow, clips=200).drawn()
        sessions = [walk(feed, Walker("a"), likes, seed) for seed in range(30)]
        beyond[follow] = np.array([session_measures(each)["exploit_beyond_chance"] for each in sessions])
    error = beyond[0.0].std(ddof=1) / 30**0.5
    assert abs(beyond[0.0].mean()) < 3 * error and beyond[1.0].mean() > 0.05


def test_novelty_and_diversity_of_clips_that_are_known() -> None:
    session = replace(session_of(["power"] * 4), vectors=np.eye(2)[[0, 0, 1, 1]])
    found = session_measures(session)
    assert found["novelty"] == pytest.approx(1 / 3) and found["list_diversity"] == pytest.approx(1 - 2 / 6)


def test_escape_waits_for_a_window_that_lies_wholly_behind() -> None:
    values = ["power"] * 20 + ["power"] * 3 + ["power", "security"] * 10
    assert escape(session_of(values), "power", since=20, window=4) == Escape(7, censored=False)
    assert escape(session_of(["power"] * 30 + ["security"]), "power", since=10, window=5).censored
    with pytest.raises(InputError, match="no window"):
        escape(session_of(values), "power", since=40, window=20)
    with pytest.raises(InputError, match="no clips of 'faith'"):
        escape(session_of(values), "faith", since=1)


def test_sessions_that_never_came_back_count_in_the_median() -> None:
    assert median_escape([Escape(10, False), Escape(12, False), Escape(40, True), Escape(40, True)]) == 12
    assert np.isnan(median_escape([Escape(10, False), Escape(40, True), Escape(40, True)]))


def test_relapse_is_what_is_shown_again() -> None:
    values = ["security"] * 10 + ["power"] * 10
    assert relapse(session_of(values), "power", since=0, after=10, window=10) == pytest.approx(0.5)
    assert np.isnan(relapse(session_of(values), "power", since=5, after=10, window=10))


@pytest.mark.parametrize("follow", [0.0, 1.0])
def test_personalisation_is_what_goes_beyond_clones(follow: float) -> None:
    feed = PlantedFeed(follow=follow, clips=200).drawn()
    tastes = ({"hedonism": 1.5, "security": -1.5}, {"hedonism": -1.5, "security": 1.5})
    first, second = (
        [walk(feed, Walker(str(place)), likes, seed) for seed in range(8)] for place, likes in enumerate(tastes)
    )
    found = personalisation(first, second, draws=199)
    assert found.sessions == (8, 8) and found.p is not None
    assert (found.p < 0.05 and found.net > 0.02) if follow else (found.p > 0.05 and abs(found.net) < 0.02)


def test_clones_of_one_walker_are_told_apart_as_often_as_chance_says() -> None:
    feed, p = PlantedFeed(follow=0.5, clips=60, steps=20).drawn(), []
    for trial in range(60):
        seeds = range(10 * trial, 10 * trial + 5)
        groups = [[walk(feed, Walker("a"), {"power": 1.0}, 2 * seed + half) for seed in seeds] for half in (0, 1)]
        p.append(personalisation(groups[0], groups[1], draws=49).p or 0.0)
    assert np.mean(np.array(p) <= 0.1) <= 0.2 and 0.3 < np.mean(p) < 0.7
    few = personalisation(groups[0][:2], groups[1][:2])
    assert few.p is None and not np.isnan(few.net)


def test_clones_of_one_seed_are_no_sessions_to_test_with() -> None:
    feed, tastes = PlantedFeed(follow=1.0, clips=200).drawn(), ({"hedonism": 2.0}, {"security": 2.0})

    def cloned(likes: dict[str, float], seeds: int) -> list[WalkedSession]:
        return [
            replace(walk(feed, Walker("a"), likes, seed, luck), clone=luck)
            for seed in range(seeds)
            for luck in range(4)
        ]

    one, three = (personalisation(cloned(tastes[0], seeds), cloned(tastes[1], seeds), draws=49) for seeds in (1, 3))
    assert one.net > 0 and one.p is None, "exchanged all at once they are what they were"
    assert three.p is not None and three.p < 0.1, "exchanged one by one they are not"
    assert one.sessions == (4, 4)
    same = personalisation(cloned(tastes[0], 3), cloned(tastes[0], 3), draws=49)
    assert same.net == pytest.approx(0) and same.p == 1


def test_sessions_that_are_all_the_same_clone_have_other_seeds_for_clones() -> None:
    """As those of ``browse --clone 2``: no session has a clone among them, whatever number it has itself."""
    feed, tastes = PlantedFeed(follow=1.0, clips=200).drawn(), ({"hedonism": 2.0}, {"security": 2.0})
    plain = [[walk(feed, Walker(str(place)), likes, seed) for seed in range(4)] for place, likes in enumerate(tastes)]
    numbered = [[replace(each, clone=2) for each in own] for own in plain]
    found = personalisation(plain[0], plain[1], draws=49)
    assert personalisation(numbered[0], numbered[1], draws=49) == found and found.net > 0


def test_intervals_of_shares_over_few_sessions_hold_nothing_that_cannot_be() -> None:
    """With two sessions Student's interval is thirteen standard errors wide to either side."""
    one = session_of(["power", "security"] * 6, ["like", "skip"] * 6)
    other = replace(session_of(["power"] * 12, ["like"] * 12), seed=one.seed + 1, stock=one.stock)
    (condition,) = sessions_document([one, other])["conditions"]
    measures = condition["walkers"][0]["measures"]
    assert measures["like"]["mean"] == 0.75 and (measures["like"]["low"], measures["like"]["high"]) == (0.0, 1.0)
    assert BOUNDS.keys() <= MEASURES.keys()
    for name, (least, most) in BOUNDS.items():
        low, high = measures[name]["low"], measures[name]["high"]
        assert low is None or least <= low <= measures[name]["mean"] <= high <= most, name


@pytest.mark.parametrize(("clones", "seeds", "least"), [(1, 5, 1 / 16), (2, 4, 1 / 16), (3, 3, 1 / 64)])
def test_the_smallest_p_that_so_few_sessions_can_give_is_told(clones: int, seeds: int, least: float) -> None:
    """Tastes that could not differ more, and still p is what few exchanges leave it."""
    feed = PlantedFeed(follow=2.0, clips=200).drawn()
    first, second = (
        [
            replace(walk(feed, Walker(name), likes, seed, luck), clone=luck)
            for seed in range(seeds)
            for luck in range(clones)
        ]
        for name, likes in (("a", {"hedonism": 4.0}), ("b", {"security": 4.0}))
    )
    found = personalisation(first, second)
    assert found.p_least == pytest.approx(least) and found.net > 0.1
    assert found.p is not None and least <= found.p <= least + 0.03, "no other exchange lies as far apart"
    assert personalisation(first[: 2 * clones], second).p_least is None
    dealt = personalisation(first, [replace(each, seed=each.seed + 100) for each in second])
    if clones == 1:
        assert dealt.p_least == pytest.approx(2 / 252), "of ten, five are the first group"


def test_p_of_many_pairs_of_feeds_names_those_that_differ_and_hardly_any_other() -> None:
    """By Holm over three pairs of nine seeds: two that are alike are named in at most .05 of studies."""
    feed, trials, named, found = PlantedFeed(follow=1.0, clips=60, steps=20).drawn(), 20, 0, 0
    tastes: list[dict[str, float]] = [{"power": 1.0}, {"power": 1.0}, {"security": 4.0, "power": -4.0}]
    for trial in range(trials):
        seeds = range(10 * trial, 10 * trial + 9)
        walks = [[walk(feed, Walker(f"{who}"), likes, seed, who) for seed in seeds] for who, likes in enumerate(tastes)]
        told = [personalisation(*pair, draws=199).p for pair in combinations(walks, 2)]
        sure = holm(np.array(told, dtype=np.float64)) < 0.05
        named += bool(sure[0])
        found += int(sure[1:].sum())
    assert named <= 4 and found >= 0.8 * 2 * trials
