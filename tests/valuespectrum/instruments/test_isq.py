"""The formula of the questionnaire against published scores."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_instruments import measured

from agents.models.yes_no import NO, YES
from valuespectrum.instruments.isq import IsqOptions, QuestionnaireOptions, isq_score, questionnaire_forms
from valuespectrum.instruments.registry import load_instrument, settings_of
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError


def test_isq_golden_scores() -> None:
    assert isq_score((10, 10, 10, 10), (1, 1)) == 100
    assert isq_score((7, 8, 6, 9), (0, 0)) == 50
    assert isq_score((0, 0, 0, 0), (-1, -1), IsqOptions(signed_terms=True)) == pytest.approx(-100 / 3)
    # The published sample row, 49.58333, is reached with p_a + a_d = -0.025 only.
    assert isq_score((7, 8, 6, 9), (-0.025, 0), IsqOptions(signed_terms=True)) == pytest.approx(49.58333, abs=1e-5)
    assert IsqOptions().threshold == 60


def test_isq_refuses_terms_outside_their_range() -> None:
    with pytest.raises(InputError, match="terms"):
        isq_score((1, 1, 1, 1), (-0.5, 0))
    with pytest.raises(InputError, match="ratings"):
        isq_score((11, 1, 1, 1), (0, 0))
    with pytest.raises(InputError, match="ratings"):
        isq_score((float("nan"), 1, 1, 1), (0, 0))


@settings(deadline=None)
@given(st.floats(0, 1))
def test_isq_terms_fill_their_range(probability: float) -> None:
    assert IsqOptions().term(probability) == probability
    assert isq_score((5, 5, 5, 5), (IsqOptions(True).term(probability), 0), IsqOptions(True)) <= 100


def test_open_points_are_options_of_the_instrument() -> None:
    asked = load_instrument("isq", {"signed_terms": "true", "threshold": "50", "lowest": "1"})
    assert isinstance(asked.options, QuestionnaireOptions)
    assert asked.options.formula == IsqOptions(signed_terms=True, threshold=50.0, lowest=1)
    assert settings_of(load_instrument("isq")) == {"name": "isq", "wordings": 2, "prefill": ""}
    for wrong in ({"threshold": "101"}, {"threshold": "nan"}, {"lowest": "2"}, {"threshold": "-20"}):
        with pytest.raises(InputError):
            load_instrument("isq", wrong)


def test_an_interval_holds_its_score_where_terms_may_be_negative() -> None:
    """Who says no to both terms lies below 0, where no interval may be cut off."""
    rows = [
        {
            **{**form.tags, "value": value, "clip": f"{value}-{n}", "frame": f"{value}-{n}/0", "text": "", "error": ""},
            "parsed": "no" if form.choices == (YES, NO) else str(n % 3),
        }
        for value in VALUES
        for n in range(4)
        for form in questionnaire_forms()
    ]
    found = measured(load_instrument("isq", {"signed_terms": "true"}), pd.DataFrame(rows))
    for each in (*(score.estimate for score in found.scores.values()), found.overall):
        assert each.mean is not None and each.low is not None and each.high is not None
        assert -100 / 3 <= each.low < each.mean < each.high < 0
