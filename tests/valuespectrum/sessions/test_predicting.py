"""Stated profiles predict decisions as much as is planted, and no more: on walkers whose likes are known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from bench.truth.prediction import Foretold, coverage, planted_increment, world
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.sessions.predicting import PredictOptions, stated_predicts
from valuespectrum.sessions.stated import stated_and_revealed
from valuespectrum.sessions.walks.walked import Walker
from vectorstore.foundation.errors import InputError


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_increment_is_what_is_planted(share: float) -> None:
    planted = Foretold(share=share, walkers=16, sessions=3)
    truth = planted_increment(planted)
    found = [stated_predicts(*world(planted, np.random.default_rng([7, trial]))) for trial in range(3)]
    assert all(abs((each.increment.mean or 0.0) - truth) < 0.05 for each in found)
    assert (truth > 0.03) if share else (abs(truth) < 0.002)
    p = [each.p or 0.0 for each in found]
    assert max(p) < 0.05 if share else np.mean(p) > 0.15
    held, intervals = coverage([each.increment for each in found], truth)
    assert intervals == 3 and held > 0.6


def test_without_an_interval_nothing_is_held_or_missed() -> None:
    few, wide = Estimate(0.1, why="few"), Estimate(0.1, 0.05, 0.2)
    assert coverage([few, wide, few], 0.0) == (0.0, 1) and coverage([few, wide], 0.1) == (1.0, 1)
    assert np.isnan(coverage([few], 0.0)[0])


def test_what_is_liked_by_all_is_no_prediction_of_ones_own() -> None:
    """Everybody says the same and likes the same: popularity knows it already."""
    planted = Foretold(share=1.0, walkers=12, own_sd=0.0)
    sessions, stated, quality = world(planted, np.random.default_rng(1))
    found = stated_predicts(sessions, stated, quality)
    assert abs(found.increment.mean or 0.0) < 0.01 and found.base > 0.02


def test_another_wording_of_a_persona_is_nobody_else() -> None:
    """What it does is not how popular a clip is among the others, nor is what it says what the others say."""
    sessions, stated, quality = world(Foretold(walkers=5), np.random.default_rng(3))
    named = {each: Walker("m", f"p{place}", "simple") for place, each in enumerate(stated)}
    once = [replace(each, walker=named[each.walker]) for each in sessions]
    again = [replace(each, walker=each.walker._replace(persona=f"{each.walker.persona}@2")) for each in once]
    said = {named[each]: own for each, own in stated.items()}
    both = said | {each._replace(persona=f"{each.persona}@2"): own for each, own in said.items()}
    alone, worded = stated_predicts(once, said, quality), stated_predicts([*once, *again], both, quality)
    assert worded.walkers == alone.walkers == 5 and worded.sessions == 2 * alone.sessions
    assert abs(worded.base - alone.base) < 0.03
    with pytest.raises(InputError, match="2 walkers"):
        two = ("p0", "p1", "p0@2", "p1@2")
        stated_predicts([*once, *again], {each: own for each, own in both.items() if each.persona in two})


def test_too_little_to_predict_is_refused() -> None:
    sessions, stated, _ = world(Foretold(walkers=4), np.random.default_rng(1))
    with pytest.raises(InputError, match="2 walkers"):
        stated_predicts(sessions, dict(list(stated.items())[:2]))
    silent = [replace(each, kept=np.full(len(each), np.nan)) for each in sessions]
    with pytest.raises(InputError, match="nothing was decided"):
        stated_predicts(silent, stated, options=PredictOptions("watch"))
    told = stated_predicts(sessions, stated).to_json()
    assert "nothing is known of the pictures" in told["covers"]


def test_who_always_decides_alike_leaves_nothing_to_predict() -> None:
    sessions, stated, _ = world(Foretold(walkers=4), np.random.default_rng(1))
    first = sessions[0].walker
    alike = [replace(each, kept=np.full(len(each), float(each.walker == first))) for each in sessions]
    with pytest.raises(InputError, match="decided alike"):
        stated_predicts(alike, stated)
    (row,) = stated_and_revealed(alike, stated)
    assert row["predicts"]["watch"]["increment"] is None and "decided alike" in row["predicts"]["watch"]["why"]
    json.dumps(row, allow_nan=False)


def test_sessions_to_which_something_was_done_reveal_nothing_of_what_was_stated() -> None:
    sessions, stated, _ = world(Foretold(walkers=4), np.random.default_rng(1))
    done = [replace(each, intervened=True, kept=1 - each.kept) for each in sessions]
    other = [replace(each, policy="similar") for each in done]
    assert stated_and_revealed([*sessions, *done, *other], stated) == stated_and_revealed(sessions, stated)


def test_a_model_that_decides_nothing_takes_no_number_from_the_others() -> None:
    sessions, stated, _ = world(Foretold(walkers=4), np.random.default_rng(1))
    silent = sessions[0].walker
    nothing = np.full(len(sessions[0]), np.nan)
    told = [replace(each, kept=nothing, share=nothing) if each.walker == silent else each for each in sessions]
    (row,) = stated_and_revealed(told, stated)
    gaps = {each["model"]: each for each in row["gap"]}
    assert gaps.pop(silent.model)["why"] == "nothing was decided" and len(gaps) == 3
    assert all(each["correlation"] is not None for each in gaps.values())
    without = [each for each in sessions if each.walker != silent]
    assert (
        row["predicts"]["watch"] == stated_predicts(without, stated).to_json()
        and row["predicts"]["watch"]["walkers"] == 3
    )
    json.dumps(row, allow_nan=False)


@pytest.mark.parametrize("seeds", [2, 4])
def test_what_others_do_by_the_same_luck_is_not_popularity_and_no_further_session(seeds: int) -> None:
    """Four roles who toss one coin a clip: what each does is known from the others, and from no other session."""
    luck, (first, *_) = np.random.default_rng(5), world(Foretold(), np.random.default_rng(0))[0]
    walkers = [Walker("m", f"p{number}", "simple") for number in range(4)]
    sessions = []
    for seed in range(seeds):
        kept = luck.integers(2, size=len(first)).astype(float)
        shown = tuple(f"{seed}/{clip}" for clip in first.items)
        sessions += [replace(first, walker=each, seed=seed, kept=kept, share=kept, items=shown) for each in walkers]
    stated = {each: luck.normal(size=10) for each in walkers}
    found = stated_predicts(sessions, stated)
    assert found.base < 0.2 and found.sessions == 4 * seeds
    assert (found.increment.low is None) is (seeds < 3) and ("one seed are one" in found.increment.why) is (seeds < 3)
    people = [replace(each, walker=each.walker._replace(human=True)) for each in sessions]
    alone = stated_predicts(people, {walker._replace(human=True): own for walker, own in stated.items()})
    assert alone.base > 0.5, "people who agree do so each by themselves"
