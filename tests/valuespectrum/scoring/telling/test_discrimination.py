"""A few clips that tell respondents apart as all do, only more."""

from __future__ import annotations

import numpy as np
import pytest

from valuespectrum.scoring.telling.discrimination import clips_worth, sharpest, slopes

VALUES = [value for value in "abcde" for _ in range(40)]


def world(people: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Liking with planted weights: strays move with nothing, denied clips against their value, light is a taste."""
    rng = np.random.default_rng(seed)
    held, taste = rng.normal(0, 1, (people, 5)), rng.normal(0, 1, people)
    fixed = np.random.default_rng(7)
    weight = fixed.choice([1.0, 0.5, 0.0, -0.8], 200, p=[0.4, 0.3, 0.2, 0.1])
    light = fixed.choice([-0.7, -0.2, 0.2, 0.7], 200)
    places = np.repeat(np.arange(5), 40)
    liking = held[:, places] * weight + taste[:, None] * light + rng.normal(0, 0.1, (people, 200))
    return liking, weight


def test_strays_and_denied_clips_are_left_out_and_light_cancels() -> None:
    liking, weight = world(8, 1)
    chosen = sharpest(liking, VALUES, 6)
    assert len(chosen) == 30 and weight[chosen].min() >= 0 and weight[chosen].mean() > weight.mean() + 0.2
    _, left = slopes(liking, VALUES)

    def left_over(places: list[int]) -> float:
        return float(left[:, places].reshape(8, 5, 6).mean(axis=2).std())

    assert left_over(chosen) < 0.5 * left_over(sharpest(liking, VALUES, 6, weight=0.0))


def test_the_slope_is_that_of_a_regression() -> None:
    liking, _ = world(12, 2)
    slope, left = slopes(liking, VALUES)
    centred = liking - liking.mean(axis=1, keepdims=True)
    whole = centred[:, :40].mean(axis=1)
    fitted = np.polyfit((whole - whole.mean()) / whole.std(), centred[:, 3], 1)
    assert np.isclose(slope[3], fitted[0])
    assert np.allclose(left[:, :40].T @ (whole - whole.mean()), 0)


def test_what_nobody_answered_is_in_nobodys_way() -> None:
    liking, _ = world(8, 3)
    liking[0, 0] = np.nan
    assert np.isfinite(slopes(liking, VALUES)[0]).all()
    flat = np.zeros((4, 200))
    assert np.isnan(slopes(flat, VALUES)[0]).all() and sharpest(flat, VALUES, 3) == []


def test_who_answers_nothing_is_left_out_and_two_make_no_set() -> None:
    liking, _ = world(8, 4)
    mute = np.vstack([liking, np.full((1, 200), np.nan)])
    assert sharpest(mute, VALUES, 4) == sharpest(liking, VALUES, 4) != []
    two = np.vstack([liking[:2], np.full((3, 200), np.nan)])
    assert sharpest(two, VALUES, 4) == []


def test_a_chosen_clip_is_worth_several_for_respondents_who_did_not_choose_it() -> None:
    liking, _ = world(12, 5)
    liking[0, :20] = np.nan
    found = clips_worth(liking, VALUES, 6)
    assert found.mean is not None and found.low is not None and found.high is not None
    assert 1 < found.low < found.mean < found.high and found.mean > 2


def test_where_all_clips_are_alike_choosing_saves_nothing() -> None:
    rng = np.random.default_rng(6)
    held = rng.normal(0, 1, (12, 5))[:, np.repeat(np.arange(5), 40)]
    assert clips_worth(held + rng.normal(0, 1, held.shape), VALUES, 6).mean == pytest.approx(1, abs=0.4)


def test_too_few_respondents_and_such_as_do_not_differ_tell_no_worth() -> None:
    liking, _ = world(8, 4)
    few = clips_worth(np.vstack([liking[:4], np.full((2, 200), np.nan)]), VALUES, 4)
    assert few.mean is None and few.why.startswith("fewer than 5 respondents")
    flat = clips_worth(np.zeros((6, 200)), VALUES, 4)
    assert flat.mean is None and "not told apart" in flat.why
