"""What a run of an instrument keeps of its options."""

from __future__ import annotations

import pytest

from valuespectrum.operations.instrument import _kept

PLAIN = {"questions": "found/questions.json", "judge": "openai:m, simulated:grove"}


@pytest.mark.parametrize("more", ["?budget_tokens=9", "?budget_money=2&concurrency=1", "?batch=1"])
def test_a_run_goes_on_with_another_budget_of_its_judges(more: str) -> None:
    typed = PLAIN | {"judge": f"openai:m{more}, simulated:grove"}
    assert _kept(typed, (f"openai:m{more}", "simulated:grove")) == PLAIN


def test_what_changes_answers_of_judges_is_kept() -> None:
    typed = PLAIN | {"judge": "openai:m?thinking=off,"}
    assert _kept(typed, ("openai:m?thinking=off",)) == typed
    assert _kept(typed, ()) == typed
