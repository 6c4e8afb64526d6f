"""The permutation test over kinds of people: type I, power, and what is dealt out again."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from valuespectrum.instruments.svo.people.differing import differing


def test_p_is_that_of_all_deals() -> None:
    angles, kinds = np.array([1.0, 4.0, 2.0, 7.0, 9.0, 8.0]), list("aabbcc")

    def spread(labels: tuple[str, ...]) -> float:
        means = [np.mean([one for one, label in zip(angles, labels, strict=True) if label == kind]) for kind in "abc"]
        return float(sum(2 * (mean - angles.mean()) ** 2 for mean in means))

    whole = [spread(labels) >= spread(tuple(kinds)) - 1e-9 for labels in permutations(kinds)]
    found = differing(angles, kinds, [""] * 6, 1, deals=4000)
    assert found.statistic == pytest.approx(spread(tuple(kinds)))
    assert found.p == pytest.approx(np.mean(whole), abs=0.025)


@pytest.mark.parametrize("words", [False, True])
def test_no_difference_is_found_as_seldom_as_is_claimed(words: bool) -> None:
    rng = np.random.default_rng(5)
    kinds = [kind for kind in "abcd" for _ in range(12)]
    named = [f"{kind}{place // 3}" if words else "" for kind in "abcd" for place in range(12)]
    found = []
    for seed in range(400):
        # Clips of one search word are alike: their labels go together where that is known.
        shared = np.repeat(rng.normal(0, 3.0 if words else 0.0, 16), 3)
        tested = differing(20 + shared + rng.normal(0, 4, 48), kinds, named, seed, deals=99)
        assert tested.unit == ("search word" if words else "clip")
        found.append((tested.p or 1.0) <= 0.05)
    assert 0.025 < np.mean(found) < 0.08


def test_a_difference_is_found() -> None:
    rng = np.random.default_rng(6)
    kinds = [kind for kind in "abcd" for _ in range(12)]
    shift = np.repeat([0.0, 0.0, 4.0, 8.0], 12)
    found = [differing(shift + rng.normal(0, 4, 48), kinds, [""] * 48, seed, deals=99).p for seed in range(40)]
    assert np.mean([(each or 1.0) <= 0.05 for each in found]) > 0.9


def test_too_little_to_compare_is_said() -> None:
    found = differing(np.array([1.0, 2.0, 3.0]), ["a", "b", "b"], [""] * 3, 0)
    assert found.p is None and "fewer than two kinds" in found.why
    assert differing(np.array([]), [], [], 0).p is None


@pytest.mark.parametrize("apart", [0.0, 8.0])
def test_clips_of_a_word_with_several_kinds_are_set_beside_those_of_the_same_word(apart: float) -> None:
    """Most clips of a word are of one kind: what words have for themselves must not pass for what kinds have."""
    rng = np.random.default_rng(7)
    found = []
    kinds = [kind for number in range(16) for kind in ("ab"[number % 2], "ab"[number % 2], "ab"[1 - number % 2])]
    words = [f"word {number}" for number in range(16) for _ in range(3)]
    for seed in range(400):
        own = np.repeat(rng.normal(0, 12.0, 16), 3) + apart * np.array([kind == "b" for kind in kinds])
        tested = differing(20 + own + rng.normal(0, 4, 48), kinds, words, seed, deals=99)
        assert (tested.unit, tested.within) == ("clip", "search word")
        found.append((tested.p or 1.0) <= 0.05)
    assert np.mean(found) > 0.9 if apart else 0.02 < np.mean(found) < 0.08


def test_kinds_that_no_word_has_side_by_side_are_not_compared() -> None:
    found = differing(np.arange(6.0), list("aabbaa"), ["", "", "one", "one", "two", "two"], 0)
    assert found.p is None and found.why == "no search word found clips of two kinds"
