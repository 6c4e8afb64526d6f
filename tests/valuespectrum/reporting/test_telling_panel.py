"""The panel of telling questions: where reasons differ, escaped, and only where somebody was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from report_pages import data, read

from valuespectrum.reporting.elements.data import ReportData, ReportedRun
from valuespectrum.reporting.page import environment
from valuespectrum.reporting.panels.asked.telling import TellingPanel
from valuespectrum.runs.manifest import Manifest
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.json_types import Json

HOSTILE = "<script>alert(1)</script>\nShould we?"


def answer(question: str, *values: str) -> Json:
    points = [f"about {value} <b>" for value in values]
    told = {"id": question[:9], "question": question, "stance": "yes", "points": points, "values": list(values)}
    return told | {"opponents": {"power": 0.5}}


def shown(respondents: Sequence[Sequence[Json]]) -> ReportData:
    rows = [
        {"model": f"a:model-{place}@1", "persona": "none", "adaem": {"answers": list(each), "win_rates": {}}}
        for place, each in enumerate(respondents)
    ]
    return replace(data(), runs=(ReportedRun(Path("r"), Manifest({}, {}), {"respondents": rows}),))


def section(found: ReportData) -> str:
    panel = TellingPanel()
    assert panel.applies(found)
    template = environment().from_string(panel.template.read_text(encoding="utf-8"))
    return template.render(
        {"data": found, "first": found.profiles[0], "title": panel.title(found), **panel.context(found)}
    )


def test_the_question_on_which_most_differ_comes_first_and_all_is_escaped() -> None:
    same, apart = "Should all agree?", HOSTILE
    text = section(
        shown(
            [
                [answer(same, "power"), answer(apart, "power", "security")],
                [answer(same, "power"), answer(apart, "hedonism")],
                [answer(same, "power"), answer(apart, "power")],
            ]
        )
    )
    read(text)
    assert "<script>" not in text and "&lt;b&gt;" in text
    assert text.index("alert(1)") < text.index("Should all agree?")
    assert "(2.0)" in text and "Hedonism" in text and "model-1" in text and "Power 50%" in text


def test_one_respondent_stands_beside_those_of_the_search() -> None:
    text = section(shown([[answer("Alone?", "security")]]))
    assert "(1.5)" in text, "security, which nobody else named, and half of them power"


def test_where_nobody_was_asked_there_is_no_such_panel() -> None:
    assert not TellingPanel().applies(data())
    assert not TellingPanel().applies(shown([[]]))


def test_roles_of_one_model_and_runs_of_one_respondent_are_told_apart() -> None:
    rates = dict.fromkeys(TEN.dimensions, 50.0)
    rows = [
        {"model": "a:m@1", "strategy": strategy, "persona": "tycoon", "adaem": {"answers": [], "win_rates": rates}}
        for strategy in ("simple", "profile")
    ]
    runs = [
        ReportedRun(Path(name), Manifest({}, {}), {"respondents": several})
        for name, several in (("one", rows), ("two", rows[:1]))
    ]
    told = TellingPanel().context(replace(data(), runs=tuple(runs)))["rates"]
    assert isinstance(told, list)
    assert [who for who, _ in told] == ["a:m as tycoon in one", "a:m as tycoon (profile)", "a:m as tycoon in two"]


def test_a_win_rate_stands_with_its_interval_or_why_there_is_none() -> None:
    rates = dict.fromkeys(TEN.dimensions, 50.0) | {"power": None}
    ranges = {value: {"mean": rate, "low": 40.0, "high": 61.0, "why": ""} for value, rate in rates.items()}
    ranges["power"] = {"mean": None, "low": None, "high": None, "why": "no question sets them apart"}
    row = {"model": "a:m@1", "adaem": {"answers": [answer("Q?")], "win_rates": rates, "win_rate_ranges": ranges}}
    runs = (ReportedRun(Path("r"), Manifest({}, {}), {"respondents": [row]}),)
    text = section(replace(data(), runs=runs))
    assert "50 [40, 61]" in text and "no number: no question sets them apart" in text
