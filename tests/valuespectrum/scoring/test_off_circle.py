"""What lies off the circle is told apart from what lies on it."""

from __future__ import annotations

import numpy as np
import pytest

from valuespectrum.reference.cohort import COHORT
from valuespectrum.reference.planted import ten_values
from valuespectrum.scoring.off_circle import compare_off_circle, pool_off_circle
from valuespectrum.theory.value_sets import FOUR, NINETEEN, TEN, ValueSet
from vectorstore.foundation.json_types import Json

AMBER = COHORT[0]


def _described(log_odds: dict[str, float], half: float = 0.3) -> dict[str, Json]:
    return {
        value: {"log_odds": each, "log_odds_low": each - half, "log_odds_high": each + half}
        for value, each in log_odds.items()
    }


@pytest.mark.parametrize("values", [TEN, NINETEEN], ids=lambda each: each.name)
def test_a_method_that_finds_the_circle_alone_finds_nothing_off_it(values: ValueSet) -> None:
    truth = dict(AMBER.pictures) if values is NINETEEN else ten_values(AMBER.pictures)
    angles = np.array([2 * np.pi * place / len(values) for place in range(len(values))])
    circle = np.stack([np.ones_like(angles), np.cos(angles), np.sin(angles)], axis=1)
    numbers = np.array(list(truth.values()))
    fitted = circle @ np.linalg.lstsq(circle, numbers, rcond=None)[0]
    assert np.corrcoef(fitted, numbers)[0, 1] > 0.7, "which looks good"
    blind = compare_off_circle(_described(dict(zip(truth, fitted, strict=True))), truth, values)
    seeing = compare_off_circle(_described(truth), truth, values)
    assert blind is not None and seeing is not None
    assert blind["r"] is None and blind["rmse"] > 0.3 and blind["coverage"] < 0.8
    assert seeing["r"] == pytest.approx(1) and seeing["rmse"] < 1e-9 and seeing["coverage"] == 1
    assert list(seeing["planted"].values()) == pytest.approx(numbers - fitted)


def test_intervals_of_the_rest_cover_what_they_claim() -> None:
    rng = np.random.default_rng(3)
    truth = dict(AMBER.pictures)
    covered, rows = [], []
    for _ in range(200):
        noise = rng.normal(0, 0.25, len(truth))
        noisy = {value: each + shift for (value, each), shift in zip(truth.items(), noise, strict=True)}
        row = compare_off_circle(_described(noisy, 1.96 * 0.25), truth, NINETEEN)
        assert row is not None
        covered.append(row["coverage"])
        rows.append(row)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.02)
    pooled = pool_off_circle(rows[:24])
    assert pooled is not None and pooled["n"] == 24 * 19
    assert pooled["low"] < pooled["r"] < pooled["high"] and pooled["r"] > 0.85


def test_where_there_is_nothing_to_find_there_is_no_number() -> None:
    flat = compare_off_circle(_described(dict(AMBER.pictures)), dict.fromkeys(AMBER.pictures, 0.4), NINETEEN)
    assert flat is not None and flat["r"] is None and flat["rmse"] > 0
    four = dict.fromkeys(FOUR.dimensions, 0.0)
    assert compare_off_circle(_described(four), four, FOUR) is None
    unbounded = compare_off_circle(
        {v: {"log_odds": each} for v, each in AMBER.pictures.items()}, AMBER.pictures, NINETEEN
    )
    assert unbounded is not None and unbounded["r"] == pytest.approx(1) and unbounded["coverage"] is None
    pooled = pool_off_circle([unbounded])
    assert pooled is not None and pooled["coverage"] is None
    few = dict(list(AMBER.pictures.items())[:5])
    assert compare_off_circle(_described(few), AMBER.pictures, NINETEEN) is None
    assert pool_off_circle([]) is None
