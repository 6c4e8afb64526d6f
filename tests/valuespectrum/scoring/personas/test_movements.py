"""Personas: what was planted is found, what was not is not, and what cannot be told is said."""

from __future__ import annotations

import numpy as np
import pytest

from bench.truth.movements import TARGET, Obeyed, told_apart, verdicts
from valuespectrum.scoring.personas.placebos import movement
from valuespectrum.scoring.personas.pull import regress

BARE = np.random.default_rng(0).normal(0, 1.2, 10)


def test_keep_and_pull_are_what_was_mixed() -> None:
    found = regress(5.0 + 0.25 * BARE + 1.5 * TARGET, BARE, TARGET)
    assert regress(BARE, BARE, TARGET).target_share == pytest.approx(0.0, abs=1e-9)
    assert regress(-TARGET, BARE, TARGET).target_share == pytest.approx(-1.0)
    assert (found.keep, found.pull, found.freedom) == (pytest.approx(0.25), pytest.approx(1.5), 7)
    low, high = found.interval()
    assert low == pytest.approx(high, abs=1e-9)


def test_intervals_agree_with_another_least_squares() -> None:
    from scipy.stats import linregress

    generator = np.random.default_rng(1)
    bare = generator.normal(size=10)
    target = generator.normal(size=10)
    persona = 0.4 * bare + target + generator.normal(0, 0.3, 10)

    def without_bare(numbers: np.ndarray) -> np.ndarray:
        fit = linregress(bare, numbers)
        return numbers - fit.intercept - fit.slope * bare

    partial = linregress(without_bare(target), without_bare(persona))
    found = regress(persona, bare, target)
    assert found.pull == pytest.approx(partial.slope)
    assert found.pull_se == pytest.approx(partial.stderr * (8 / 7) ** 0.5)


@pytest.mark.parametrize(
    ("persona", "bare", "target", "why"),
    [
        (BARE, BARE, np.zeros(10), "the target calls all values alike"),
        (BARE, np.ones(10), TARGET, "the bare model likes all values alike"),
        (BARE, 2 * TARGET + 1, TARGET, "one number"),
        (np.where(np.arange(10) < 6, np.nan, BARE), BARE, TARGET, "fewer than 5 values"),
    ],
)
def test_what_cannot_be_told_is_said(persona: np.ndarray, bare: np.ndarray, target: np.ndarray, why: str) -> None:
    found = regress(persona, bare, target)
    assert why in found.why and np.isnan([found.keep, found.pull]).all()
    judged = movement(persona, bare, target, [BARE] * 5)
    assert judged.verdict == "unknown" and why in judged.why and judged.against_bare is None


def test_fewer_than_five_placebos_give_no_verdict() -> None:
    judged = movement(BARE + TARGET, BARE, TARGET, [BARE + 0.1 * TARGET] * 4)
    assert judged.verdict == "unknown" and "4 placebo texts were measured, 5 are needed" in judged.why
    same = movement(BARE + TARGET, BARE, TARGET, [BARE] * 5)
    assert same.verdict == "unknown" and set(same.shifts) == {None}


def test_shifts_are_centred_and_beside_the_placebos() -> None:
    generator = np.random.default_rng(2)
    placebos = [BARE + generator.normal(0, 0.2, 10) for _ in range(8)]
    shift = np.where(np.arange(10) == 4, 5.0, 0.0)
    judged = movement(BARE + shift + 3.0, BARE, TARGET, placebos)
    found = [each.mean if each else None for each in judged.shifts]
    assert found[4] == pytest.approx(4.5, abs=0.4) and found[0] == pytest.approx(-0.5, abs=0.4)
    assert judged.shifts[4] is not None and judged.shifts[4].low > 0


def test_nothing_is_found_where_nothing_is() -> None:
    """The obeyed placebo is what made an ignored persona look as if it drove models away from its target."""
    found = verdicts(Obeyed(placebo=0.6), 60, seed=0)
    assert found["moved"] + found["moved away"] <= 0.07 and found["unknown"] == 0.0


def test_a_persona_that_works_is_found() -> None:
    found = verdicts(Obeyed(0.9, texts=8, text_sd=0.3), 25, seed=0)
    assert found["moved"] >= 0.8 and found["moved away"] == 0.0


def test_degrees_of_obedience_are_told_apart_better_than_by_the_rank_correlation() -> None:
    found = told_apart(0.75, 0.9, 60, seed=1)
    assert found["target_share"] >= 0.7 and found["target_share"] > found["alignment"]
