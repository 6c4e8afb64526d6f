"""What words in clips do, on planted truth: coverage of the change, and silence where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from valuespectrum.scoring.facets.tables import SetTable, collect
from valuespectrum.scoring.presentations.injection import (
    EVERY_CLIP,
    NOT_ASKED,
    TOO_FEW,
    InjectionEffect,
    injection_effect,
)
from valuespectrum.theory.values import VALUES

CLIPS, WORDINGS, RESPONDENTS = 30, 2, 60
NOISE = 0.3


def sigmoid(odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-odds)))


def value_of(clip: int, more: int) -> str:
    return VALUES[(clip + more) % len(VALUES)]


def told(odds: np.ndarray) -> SetTable:
    """A table of log-odds, (clips, wordings); every third clip stands for two values."""
    rows = [
        {"value": value_of(clip, more), "clip": f"c{clip}", "wording": f"w{word}", "theta": odds[clip, word]}
        for clip in range(len(odds))
        for word in range(odds.shape[1])
        for more in range(2 if clip % 3 == 0 else 1)
    ]
    return collect([pd.DataFrame(rows)])


def respondent(push: float, banner: float, rng: np.random.Generator) -> InjectionEffect:
    """Somebody whom words move by ``push``, and any banner by ``banner``; clips differ in how far."""
    clip = rng.normal(0.4, 1.0, (CLIPS, 1)) + rng.normal(0, 0.15, (1, WORDINGS))
    felt = rng.normal(push, 0.4 * abs(push), (CLIPS, 1))
    moved = [clip, clip + banner, clip + banner + felt]
    plain, control, words = (told(odds + rng.normal(0, NOISE, (CLIPS, WORDINGS))) for odds in moved)
    found = injection_effect(plain, words, control)
    assert found is not None
    return found


def truth(push: float, banner: float) -> tuple[float, float]:
    """Change and what is beyond a banner, in points, over all clips of this kind."""
    rng = np.random.default_rng(99)
    count = 200_000
    clip = rng.normal(0.4, np.sqrt(1.0), count) + rng.normal(0, NOISE, count)
    felt = rng.normal(push, 0.4 * abs(push), count)
    rates = [sigmoid(clip), sigmoid(clip + banner), sigmoid(clip + banner + felt)]
    plain, control, words = (float(100 * rate.mean()) for rate in rates)
    return words - plain, words - control


@pytest.mark.parametrize(("push", "banner"), [(0.0, 0.0), (0.8, 0.3)])
def test_planted_changes_are_covered(push: float, banner: float) -> None:
    rng = np.random.default_rng(7)
    change, beyond = truth(push, banner)
    found = [respondent(push, banner, rng) for _ in range(RESPONDENTS)]
    for wanted, estimates in ((change, [each.change for each in found]), (beyond, [each.beyond for each in found])):
        ends = [(each.low, each.high) for each in estimates if each.low is not None and each.high is not None]
        inside = [low <= wanted <= high for low, high in ends]
        assert len(inside) == len(found)
        assert 0.86 <= np.mean(inside) <= 1.0
        assert np.mean([each.mean for each in estimates]) == pytest.approx(wanted, abs=1.0)
    log_odds = [each.log_odds.mean for each in found]
    assert np.mean([each for each in log_odds if each is not None]) == pytest.approx(push + banner, abs=0.05)


def test_a_change_that_every_clip_shows_has_no_interval() -> None:
    odds = np.zeros((CLIPS, WORDINGS))
    found = injection_effect(told(odds), told(odds), told(odds))
    assert found is not None
    assert (found.change.mean, found.change.low, found.change.why) == (0.0, None, EVERY_CLIP)
    assert found.n_clips == CLIPS and found.without == pytest.approx(50.0)


def test_few_clips_and_no_control_are_said() -> None:
    rng = np.random.default_rng(1)
    few, more = told(rng.normal(size=(4, 2))), told(rng.normal(size=(4, 2)))
    found = injection_effect(few, more)
    assert found is not None
    assert found.change.why == TOO_FEW and found.change.low is None
    assert found.beyond.mean is None and found.beyond.why == NOT_ASKED


def test_clips_that_were_not_answered_both_ways_say_nothing() -> None:
    whole = np.random.default_rng(2).normal(size=(CLIPS, WORDINGS))
    gaps = whole + 1.0
    gaps[: CLIPS // 2] = np.nan
    found = injection_effect(told(whole), told(gaps))
    assert found is not None and found.n_clips == CLIPS - CLIPS // 2
    assert found.log_odds.mean == pytest.approx(1.0)
