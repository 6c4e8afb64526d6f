"""The panel of agreement: shown where two instruments measured the same respondents, escaped, and only there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from report_pages import data, read
from several_instruments import RUNS, scores, ten

from valuespectrum.reporting.elements.data import ReportedRun
from valuespectrum.reporting.page import environment
from valuespectrum.reporting.panels.validity.convergence import ConvergencePanel
from valuespectrum.runs.manifest import Manifest
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.json_types import Json


def section(count: int) -> str:
    return rendered(RUNS[:count])


def rendered(scored: Sequence[tuple[Path, Json]]) -> str:
    runs = tuple(ReportedRun(folder, Manifest({}, {}), scores) for folder, scores in scored)
    shown, panel = replace(data(), runs=runs), ConvergencePanel()
    assert panel.applies(shown)
    template = environment().from_string(panel.template.read_text(encoding="utf-8"))
    return template.render(
        {"data": shown, "first": shown.profiles[0], "title": panel.title(shown), **panel.context(shown)}
    )


def test_agreement_stands_with_its_intervals_and_claims() -> None:
    text = section(3)
    read(text)
    assert "like and portraits over 20 respondents, with 95 % intervals over respondents" in text
    assert text.count("<td>yes</td>") == 10 and "instruments agree (like and portraits)" in text
    assert "Numbers that tell no value" in text and "they are over respondents like these 20" in text


def test_a_role_under_two_strategies_has_two_names() -> None:
    def played(scores: Json) -> Json:
        first, second, *others = scores["respondents"]
        role = {"model": first["model"], "persona": "tycoon"}
        roles = [{**first, **role, "strategy": "simple"}, {**second, **role, "strategy": "profile"}]
        return {**scores, "respondents": [*roles, *others]}

    text = rendered([(folder, played(scores)) for folder, scores in RUNS[:2]])
    assert "simulated:m0 as tycoon</th>" in text and "simulated:m0 as tycoon (profile)</th>" in text


def test_what_is_left_out_is_named() -> None:
    """Who reads the page alone would take an instrument that is not there for one that was not run."""
    text = rendered([*RUNS, (Path("shown"), scores("svo-shown", TEN, ten(seed=9)))])
    read(text)
    assert "Left out: svo-shown in shown tells how much is given to people who live a value" in text
    assert "Left out" not in section(3)


def test_without_a_number_that_tells_no_value_there_is_no_such_table() -> None:
    assert "Numbers that tell no value" not in section(2)


@pytest.mark.parametrize("count", [0, 1])
def test_one_instrument_is_not_beside_another(count: int) -> None:
    runs = tuple(ReportedRun(folder, Manifest({}, {}), scores) for folder, scores in RUNS[:count])
    assert not ConvergencePanel().applies(replace(data(), runs=runs))
