"""The panel of dilemmas: numbers in words beside every line and cell, others' words as words, damage refused."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from planted_instruments import measured
from pydantic import ValidationError
from report_pages import data, read
from scipy.stats import spearmanr

from agents.personas.reserved import NO_PERSONA
from bench.truth.dilemmas import planted_answers
from valuespectrum.instruments.dilemmas.instrument import Dilemmas
from valuespectrum.instruments.dilemmas.options import DilemmaOptions
from valuespectrum.reference.planted import BY_NAME
from valuespectrum.reporting.elements.data import Estimate, ReportData, ReportedRun
from valuespectrum.reporting.page import render
from valuespectrum.reporting.panels.base import panels_for
from valuespectrum.reporting.panels.choices.staircases import StaircasesPanel, steps_chart
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.parts.staircases_schema import StaircasesPart
from valuespectrum.scoring.staircases.between import ranks_between
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.json_types import Json

NAMES = ("amber", "quartz", "dune")


@pytest.fixture(scope="module")
def rows() -> list[Json]:
    instrument = Dilemmas(DilemmaOptions(rounds=4))
    found = []
    for name in NAMES:
        answers = planted_answers(replace(BY_NAME[name], inertia=0.0), instrument, "one drawn answer", 3)
        told = json.loads(json.dumps(measured(instrument, answers).to_json()))
        found.append(
            {**told, "model": f"simulated:{name}@1", "persona": NO_PERSONA, "strategy": NO_PERSONA, "placebo": False}
        )
    return found


def page(rows: list[Json], values: Json | None = None) -> ReportData:
    scores = {"respondents": rows, "scoring": {"level": 0.95}, "value_sets": {TEN.name: values or TEN.to_json()}}
    return replace(data(), runs=(ReportedRun(Path("run"), Manifest({}, {}), scores),))


def test_every_line_and_cell_is_told_in_words(rows: list[Json]) -> None:
    shown = page(rows)
    assert "staircases" in [panel.id for panel in panels_for(shown)]
    reader = read(render(shown))
    said = " ".join(reader.text)
    assert "Power, preference score: step 1" in said and "quartz" in said
    assert "stochastic transitivity" in said and "Ranks among 3 respondents" in said
    rate = rows[0]["staircases"]["win_rates"]["rates"][8][3]
    if rate is not None:
        assert f"{rate:.2f}".lstrip("0") in said
    assert "staircases" not in [panel.id for panel in panels_for(data())]


def test_words_of_others_stay_words(rows: list[Json]) -> None:
    bad = "<script>alert(1)</script>\u202e"
    told = deepcopy(rows[:1])
    told[0] |= {"model": f"hf:{bad}"}
    told[0]["staircases"] |= {"covers": bad}
    told[0]["staircases"]["transitivity"]["cycles"] = [[bad, "power", "security"]] * 7
    text = render(page(told, TEN.to_json() | {"labels": [bad, *TEN.labels[1:]]}))
    assert "<script" not in text and "\u202e" not in text and "and 2 more" in text


def test_what_intervals_cover_is_said_of_each_where_it_differs(rows: list[Json]) -> None:
    told = deepcopy(rows[:2])
    sentence = told[0]["staircases"]["covers"]
    assert render(page(told)).count(sentence[1:]) == 1, "everybody walked the same"
    told[1]["staircases"] |= {"covers": sentence.replace("dilemmas (", "dilemmas (1")}
    text = render(page(told))
    assert text.count(sentence[1:]) == 1 and "over dilemmas (1" in text


def test_damaged_scores_are_refused_where_they_are_read(rows: list[Json]) -> None:
    whole: Any = rows[0]["staircases"]
    StaircasesPart.model_validate(whole)
    without = {name: each for name, each in whole["slopes"].items() if name != "power"}
    damaged = (
        {**whole, "slopes": without},
        {**whole, "win_rates": {**whole["win_rates"], "rates": [[0.5]]}},
        {**whole, "steps": []},
        {**whole, "transitivity": {**whole["transitivity"], "cycles": [[1]]}},
    )
    for each in damaged:
        with pytest.raises(ValidationError):
            StaircasesPart.model_validate(each)
    others = {**whole, "values": ["of", "another", "set"]}
    assert "Dilemmas, step by step" not in render(page([{**rows[0], "staircases": others}]))


def test_a_step_without_a_number_leaves_a_gap_and_no_dot() -> None:
    chart = str(steps_chart([Estimate(0.5, 0.4, 0.6), Estimate(None), Estimate(-0.5)], "v-power", "told"))
    assert chart.count("<circle") == 2 and chart.count('class="interval') == 1 and "<title>told</title>" in chart
    (path,) = re.findall(r'd="([^"]*)" class="stairs', chart)
    assert path.count("M") == 2 and "L" not in path, "no line goes over what is not known"
    (path,) = re.findall(r'd="([^"]*)" class="stairs', str(steps_chart([Estimate(0.5), Estimate(0.1)], "v", "told")))
    assert path.count("M") == 1 and path.count("L") == 1
    assert str(steps_chart([Estimate(None)], "v-power", "told")).count("stair") == 0


def test_refusals_of_a_step_without_answers_are_unknown_and_few_are_not_none(rows: list[Json]) -> None:
    told = deepcopy(rows[:1])
    steps = told[0]["staircases"]["steps"]
    for step, share in zip(steps, (None, 0.003, *(0.0 for _ in steps[2:])), strict=True):
        step["refusals"]["mean"] = share
    assert "Refused, step by step: –, under 1%, 0%" in render(page(told))


def put(file: str = "here.json", history: str = "full", items: str = "sha256:a", seed: int = 0) -> Manifest:
    settings = {"battery": {"name": "dilemmas", "file": file, "history": history}, "items": items, "seed": seed}
    return Manifest(settings, {})


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (put(), True),
        (put(file="there.json", seed=7), True),
        (put(items="sha256:b"), False),
        (put(history="none"), False),
        (put(file="", items=""), False),
    ],
)
def test_respondents_are_ranked_among_those_who_were_asked_the_same(
    other: Manifest, alike: bool, rows: list[Json]
) -> None:
    first, second = (page(some).runs[0] for some in (rows[:1], rows[1:]))
    runs = (
        replace(first, folder=Path("1"), manifest=put()),
        replace(second, folder=Path("2"), manifest=other),
    )
    among: Any = StaircasesPanel().context(replace(page(rows), runs=runs))["among"]
    assert [each["count"] for each in among] == ([3] if alike else [])


def test_ranks_among_respondents_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    first, last = rng.normal(size=(2, 6, 4))
    first[2, 3] = np.nan
    found = ranks_between(first, last)
    assert found is not None and found.agreement[3] is None and np.isnan(found.first[:, 3]).all()
    wanted = [spearmanr(first[:, place], last[:, place]).statistic for place in range(3)]
    assert found.agreement[:3] == pytest.approx(wanted)
    assert found.moved == pytest.approx(np.nanmean(np.abs(found.first - found.last), axis=1))
    assert found.first[:, 0].min() == 1.0 == found.first[np.argmax(first[:, 0]), 0]
    assert ranks_between(first[:2], last[:2]) is None
