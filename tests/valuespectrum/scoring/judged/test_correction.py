"""Shares set right for a judge's error, on planted error rates."""

from __future__ import annotations

import numpy as np
import pytest

from valuespectrum.scoring.judged.correction import JudgeError, corrected_share


def test_a_perfect_judge_changes_nothing() -> None:
    found = corrected_share([1.0] * 20 + [0.0] * 60, [1.0] * 80, JudgeError(1000, 1000, 1000, 1000))
    assert found.mean == 0.25 and found.low is not None and found.high is not None
    # Agresti and Coull's interval, which this is without error.
    assert found.low == pytest.approx(0.168, abs=0.004) and found.high == pytest.approx(0.355, abs=0.004)


def test_the_published_form_is_undone() -> None:
    """Rogan and Gladen: what the rates make of a share is turned back."""
    for share in (0.0, 0.2, 0.7, 1.0):
        said = share * 0.8 + (1 - share) * 0.1
        assert corrected_share([said * 50] * 40, [50.0] * 40, JudgeError(80, 100, 90, 100)).mean == pytest.approx(share)


@pytest.mark.parametrize(("share", "clustered"), [(0.1, False), (0.5, False), (0.3, True)])
def test_intervals_hold_the_planted_share(share: float, clustered: bool) -> None:
    rng, held, uncorrected = np.random.default_rng(1), 0, 0
    trials, units, texts = 400, 60, 3
    for _ in range(trials):
        known = JudgeError(int(rng.binomial(60, 0.85)), 60, int(rng.binomial(60, 0.9)), 60)
        chance = rng.beta(share * 2, (1 - share) * 2, units) if clustered else np.full(units, share)
        carrying = rng.binomial(texts, chance)
        yes = rng.binomial(carrying, 0.85) + rng.binomial(texts - carrying, 0.1)
        found = corrected_share(yes.astype(float).tolist(), [float(texts)] * units, known)
        held += found.low is not None and found.high is not None and found.low <= share <= found.high
        plain = corrected_share(yes.astype(float).tolist(), [float(texts)] * units, JudgeError(9999, 9999, 9999, 9999))
        uncorrected += plain.low is not None and plain.high is not None and plain.low <= share <= plain.high
    assert 0.92 <= held / trials <= 0.995
    assert share != 0.1 or uncorrected / trials < 0.6


def test_a_judge_that_cannot_tell_gives_no_number() -> None:
    yes, texts = [1.0] * 10, [3.0] * 10
    assert corrected_share(yes, texts, JudgeError(50, 100, 52, 100)).why.startswith("the judge cannot tell")
    assert "tried on fewer" in corrected_share(yes, texts, JudgeError(5, 5, 100, 100)).why
    assert corrected_share([], [], JudgeError(90, 100, 90, 100)).mean is None
    assert JudgeError.of([True, None, False, False], [True, True, False, True]) == JudgeError(1, 2, 1, 1)
