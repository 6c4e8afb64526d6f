"""The graded response model in groups: planted populations and items come back, and the groups' means are no fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from valuespectrum.scoring.functioning.cases import Cases
from valuespectrum.scoring.functioning.graded import NO_ANCHOR, graded_functions
from valuespectrum.scoring.functioning.items import ItemFunction, item_functions
from valuespectrum.scoring.graded.fitting import FitOptions, fit
from valuespectrum.scoring.graded.items import GradedItems

QUICK = FitOptions(nodes=31, most=300, tolerance=1e-3)


def drawn(items: GradedItems, theta: np.ndarray, seed: int) -> np.ndarray:
    below = np.cumsum(items.probabilities(theta), axis=2)
    level = (np.random.default_rng(seed).random(below.shape[:2])[..., None] > below).sum(axis=2)
    return np.asarray(level[..., None] == np.arange(items.categories), dtype=np.float64)


def test_another_mean_of_a_group_is_told_from_easier_items() -> None:
    items = GradedItems(np.array([1.5, 2.0, 1.0]), np.array([[-1.0, 0.0, 1.0]] * 3))
    generator = np.random.default_rng(0)
    theta = np.concatenate([generator.normal(0.0, 1.0, 800), generator.normal(0.7, 1.3, 800)])
    fitted = fit(drawn(items, theta, 1), QUICK, np.repeat([0, 1], 800))
    assert fitted.populations[0].mean == 0.0 and fitted.populations[0].sd == 1.0
    assert fitted.populations[1].mean == pytest.approx(0.7, abs=0.15)
    assert fitted.populations[1].sd == pytest.approx(1.3, abs=0.2)
    assert fitted.items.slopes == pytest.approx(items.slopes, abs=0.35)


def test_one_group_is_what_no_groups_are() -> None:
    items = GradedItems(np.array([1.5, 1.0]), np.array([[-1.0, 1.0]] * 2))
    answers = drawn(items, np.random.default_rng(2).normal(size=200), 3)
    alone, grouped = fit(answers, QUICK), fit(answers, QUICK, np.zeros(200, dtype=np.intp))
    assert alone.log_likelihood == grouped.log_likelihood and alone.populations == grouped.populations


def cases(off: float, seed: int, respondents: int = 400) -> Cases:
    """Four items of one trait, which the second group holds more; the first item is easier for it."""
    generator = np.random.default_rng(seed)
    cuts = np.sort(generator.normal(0.0, 1.5, (4, 4)), axis=1) + 0.2 * np.arange(4)
    items = GradedItems(generator.uniform(1.2, 2.2, 4), cuts)
    group = generator.permutation(respondents) % 2
    theta = generator.normal(size=respondents) + 0.5 * group
    said = drawn(items, theta, seed)
    odd = drawn(GradedItems(items.slopes, cuts - off), theta, seed + 1)
    said[group == 1, 0] = odd[group == 1, 0]
    scores = said @ np.arange(5.0)
    return Cases(("a", "b"), group, np.arange(respondents), tuple("wxyz"), ("v",) * 4, scores)


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_item_is_found_with_its_sign_and_no_other(seed: int) -> None:
    asked = cases(1.2, seed)
    found = graded_functions(asked, item_functions(asked))
    named = [each.test is not None and each.test.q < 0.05 for each in found]
    assert named == [True, False, False, False] and found[0].gaps[0] > 0.2


def test_chance_finds_as_little_as_it_should() -> None:
    p = [
        each.test.p
        for seed in range(8)
        for each in graded_functions(cases(0.0, seed, 250), [ItemFunction(name, "v") for name in "wxyz"])
        if each.test
    ]
    assert len(p) == 32 and np.mean(np.array(p) < 0.05) <= 0.16 and 0.36 < np.mean(p) < 0.65


def test_what_was_not_tested_says_why() -> None:
    asked = cases(0.0, 5, 60)
    asked.scores[:, 0] = 3.0
    first, *others = graded_functions(asked, item_functions(asked))
    assert first.test is None and first.why and first.to_json()["p"] is None
    assert all(each.test is not None for each in others)


def test_without_another_item_that_is_not_strange_nothing_is_tested() -> None:
    asked = cases(0.0, 6, 100)
    items = [ItemFunction(name, "v", flags=("uniform",)) for name in "xyz"]
    first, *others = graded_functions(asked, [ItemFunction("w", "v"), *items])
    assert first.why == NO_ANCHOR and first.test is None and all(each.test for each in others)


def test_answers_without_noise_are_refused_a_number_and_do_not_end_the_rest() -> None:
    asked = cases(0.0, 7, 100)
    steep = replace(asked, scores=np.repeat(np.arange(100)[:, None] // 20, 4, axis=1).astype(float))
    found = graded_functions(steep, [ItemFunction(name, "v") for name in "wxyz"])
    assert all(each.test is None or np.isfinite(each.test.p) for each in found)
    assert all(each.test is not None or each.why for each in found)
