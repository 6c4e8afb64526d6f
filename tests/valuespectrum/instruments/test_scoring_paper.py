"""The published table of Value-Spectrum (Li et al., ACL 2025, Table 1) through the paper scorer."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from scipy.stats import binomtest

from valuespectrum.instruments.paper import paper_scores, strict_rates
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.values import VALUES

COLUMNS = (
    *("self_direction", "universalism", "benevolence", "stimulation", "power"),
    *("achievement", "hedonism", "conformity", "tradition", "security"),
)
PUBLISHED = {
    "GPT-4o": (78, 90, 88, 56, 80, 86, 76, 86, 68, 78),
    "DeepSeek-VL2": (66, 68, 82, 68, 76, 62, 72, 78, 80, 64),
    "Claude 3.5 Sonnet": (70, 70, 68, 34, 50, 60, 66, 58, 66, 58),
    "Gemini 2.0 Flash": (84, 90, 86, 92, 94, 92, 82, 86, 92, 90),
    "Blip-2": (72, 78, 68, 48, 28, 48, 52, 64, 74, 40),
    "Qwen2.5-VL-Plus": (70, 56, 70, 40, 62, 58, 60, 56, 70, 52),
    "CogVLM2": (80, 80, 80, 74, 90, 72, 78, 68, 78, 76),
    "InternVL2": (44, 54, 44, 28, 32, 38, 48, 54, 54, 26),
}
PUBLISHED_STD = {
    "GPT-4o": "10.3",
    "DeepSeek-VL2": "7.04",
    "Claude 3.5 Sonnet": "11.2",
    "Gemini 2.0 Flash": "4.02",
    "Blip-2": "16.5",
    "Qwen2.5-VL-Plus": "9.43",
    "InternVL2": "10.8",
}
"""The bar of CogVLM2 is left out: its printed 6.99 does not follow from its printed row (5.87 does)."""
REPLIES = 50


def _replies(model: str) -> pd.DataFrame:
    rows = [
        {"value": value, "text": "Yes, I do." if number < score * REPLIES // 100 else "No.", "error": ""}
        for value, score in zip(COLUMNS, PUBLISHED[model], strict=True)
        for number in range(REPLIES)
    ]
    return pd.DataFrame(rows)


def _rounded(number: float, like: str) -> str:
    return str(Decimal(repr(number)).quantize(Decimal(like), rounding=ROUND_HALF_UP))


@pytest.mark.parametrize("model", PUBLISHED)
def test_fifty_replies_a_value_give_the_published_row(model: str) -> None:
    found = paper_scores(_replies(model))
    assert tuple(found["scores"][value] for value in COLUMNS) == PUBLISHED[model]
    assert found["n"] == dict.fromkeys(VALUES, REPLIES)
    if model in PUBLISHED_STD:
        assert _rounded(found["std"], PUBLISHED_STD[model]) == PUBLISHED_STD[model]


def test_the_published_bar_that_contradicts_its_row_is_not_reproduced() -> None:
    found = paper_scores(_replies("CogVLM2"))
    assert round(found["std"], 2) == 5.87


def test_replies_that_are_neither_are_counted_beside_the_score() -> None:
    table = pd.DataFrame(
        {
            "value": ["power"] * 4,
            "text": ["YES!", "No.", "It is subjective.", ""],
            "error": ["", "", "", "timeout"],
        }
    )
    found = paper_scores(table)
    assert found["scores"]["power"] == pytest.approx(100 / 3)
    assert found["scores"]["security"] is None
    assert found["neither"] == pytest.approx(1 / 3)
    assert found["errors"] == 1


def test_a_run_of_the_published_battery_is_scored_by_the_published_rule() -> None:
    table = _replies("GPT-4o").assign(
        model="GPT-4o",
        persona="none",
        strategy="none",
        placebo=0,
        item="paper",
        frame="f",
        wording="paper",
        polarity=1,
        first="yes",
        parsed="",
    )
    table["clip"] = [f"c{number}" for number in range(len(table))]
    scores = score_answers(table, ScoringOptions(draws=10))
    assert scores["paper"]["mean"] == pytest.approx(78.6)
    row = scores["profile"]["stimulation"]
    exact = binomtest(28, 50).proportion_ci(method="exact")
    assert (row["mean"], row["low"], row["high"]) == pytest.approx((56, 100 * exact.low, 100 * exact.high))
    assert (scores["instrument"], scores["refusal_rate"], scores["unparsed_rate"]) == ("paper", 0.0, 0.0)


def test_refusals_that_the_published_rule_takes_for_dislike_are_shown() -> None:
    table = pd.DataFrame(
        {
            "clip": ["a", "b", "c", "d", "e"],
            "text": ["Yes.", "I'm sorry, I cannot say.", "Lovely colours!", "", ""],
            "parsed": ["", "", "", "refusal", ""],
            "error": [""] * 4 + ["x"],
        }
    )
    rates = strict_rates(table, 0.95)
    for name, count in (("refusal", 2), ("no_picture", 0), ("unparsed", 1)):
        exact = binomtest(count, 4).proportion_ci(method="exact")
        found = rates[name]
        assert (found["mean"], found["low"], found["high"]) == pytest.approx((count / 4, exact.low, exact.high))
    assert strict_rates(table[4:], 0.95)["refusal"]["mean"] is None
