"""The panel of agreement: shown where two instruments measured the same respondents, escaped, and only there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_pages import data, read
from several_instruments import RUNS

from valuespectrum.reporting.elements.data import ReportedRun
from valuespectrum.reporting.page import environment
from valuespectrum.reporting.panels.validity.convergence import ConvergencePanel
from valuespectrum.runs.manifest import Manifest


def section(count: int) -> str:
    runs = tuple(ReportedRun(folder, Manifest({}, {}), scores) for folder, scores in RUNS[:count])
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


def test_without_a_number_that_tells_no_value_there_is_no_such_table() -> None:
    assert "Numbers that tell no value" not in section(2)


@pytest.mark.parametrize("count", [0, 1])
def test_one_instrument_is_not_beside_another(count: int) -> None:
    runs = tuple(ReportedRun(folder, Manifest({}, {}), scores) for folder, scores in RUNS[:count])
    assert not ConvergencePanel().applies(replace(data(), runs=runs))
