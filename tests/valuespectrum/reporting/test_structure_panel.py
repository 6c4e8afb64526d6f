"""The structure panel shows what scores say, with chance and people beside it, and says when there is too little."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from report_pages import data, read

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.data import ReportData, ReportedRun
from valuespectrum.reporting.page import render
from valuespectrum.reporting.panels.base import panels_for
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.parts.structure_schema import ShapePart, StructurePart
from valuespectrum.scoring.structure.coarser import Covered
from valuespectrum.scoring.structure.over_respondents import Gathered, structure
from valuespectrum.scoring.structure.references import references
from valuespectrum.scoring.structure.shape import shape
from valuespectrum.theory.value_sets import MORAL_FOUNDATIONS_6, TEN
from vectorstore.foundation.json_types import Json


def page(respondents: int) -> ReportData:
    rng = np.random.default_rng(1)
    rows = np.cos(np.arange(10) * np.pi / 5 - rng.uniform(0, 6, size=(respondents, 1))) + 0.3 * rng.normal(
        size=(respondents, 10)
    )
    rows -= rows.mean(axis=1, keepdims=True)
    found: Json = {"instrument": "vqa", **structure(Gathered(rows, roles=respondents), TEN, rng)}
    people = next(each for each in references() if each.name == "us_adults_151")
    told = shape(Covered(people.means, 0.01 * (np.eye(10) - 0.1)), TEN)
    StructurePart.model_validate(found)
    ShapePart.model_validate(told)
    one = {"model": "hf:<b>/x@1", "persona": NO_PERSONA, "strategy": NO_PERSONA, "shape": told, "instrument": "vqa"}
    one |= {"profile": {"power": {"centred_log_odds": 0.0}}, "readout": "log_probability"}
    scores: Json = {"structure": [found], "respondents": [one, {**one, "persona": "tycoon"}]}
    return replace(data(), runs=(ReportedRun(Path("run"), Manifest({}, {}), scores),))


def test_checks_stand_beside_chance_and_people() -> None:
    shown = page(40)
    assert "structure" in [panel.id for panel in panels_for(shown)]
    text = render(shown)
    read(text)
    assert "Circular order" in text and "RANDALL" in text and "p &lt; 0.001" in text
    assert "not held against the items alone" in text and "roles were played" in text
    assert "no more than it would of noise" in text, "the mean profile of people"
    assert "Conservation" in text and "Schwartz and Cieciuch 2022" in text
    assert "<b>" not in text.replace("<body>", "")


def test_too_few_respondents_get_a_sentence_and_no_number() -> None:
    text = render(page(4))
    assert "no number. 4 respondents with every value, 10 are needed" in text
    assert "RANDALL" not in text and "Schwartz and Cieciuch 2022" in text


def test_scores_of_earlier_releases_have_no_such_panel() -> None:
    assert "structure" not in [panel.id for panel in panels_for(data())]


def test_respondents_of_several_instruments_are_told_apart_and_stand_on_their_own_scales() -> None:
    shown = page(4)
    (run,) = shown.runs
    like = run.scores["respondents"][0]
    acted = {**like, "instrument": "behaviour", "profile": {"power": {}}, "readout": "acts in a feed, percent"}
    runs = (run, replace(run, scores={"structure": run.scores["structure"], "respondents": [acted]}))
    text = render(replace(shown, runs=runs))
    read(text)
    section = text[text.index('<section aria-labelledby="structure">') :].partition("</section>")[0]
    assert "Profiles for themselves, centred log-odds, with 95 % intervals" in section
    assert "centred, on the scale of behaviour (acts in a feed, percent), with" in section
    assert section.count("/x, like") == section.count("/x, behaviour") == 3, "its scale, its wave, its likeness"
    assert section.count("4 respondents with every value, 10 are needed") == 1
    untold = {name: row for name, row in acted.items() if name != "readout"}
    runs = (run, replace(run, scores={"structure": [], "respondents": [untold]}))
    assert "centred, on the scale of behaviour, with" in render(replace(shown, runs=runs))


def test_one_model_in_two_runs_is_called_by_them() -> None:
    """Else its numbers of one run would pass for those of the other."""
    shown = page(4)
    (run,) = shown.runs
    text = render(replace(shown, runs=(run, replace(run, folder=Path("<again>")))))
    read(text)
    section = text[text.index('<section aria-labelledby="structure">') :].partition("</section>")[0]
    assert section.count("/x in run") == section.count("/x in &lt;again&gt;") == 3, "its scale, its wave, its likeness"
    assert section.count(") in run; ") == section.count(") in &lt;again&gt;, over respondents") == 1


def test_profiles_without_a_circle_stand_in_no_table_of_it_whichever_run_comes_first() -> None:
    shown = page(4)
    (run,) = shown.runs
    (like, _) = run.scores["respondents"]
    without = shape(Covered(dict.fromkeys(MORAL_FOUNDATIONS_6.dimensions, 0.0)), MORAL_FOUNDATIONS_6)
    moral = {**like, "instrument": "dilemmas", "value_set": MORAL_FOUNDATIONS_6.name, "shape": without}
    other = replace(run, folder=Path("other"), scores={"structure": [], "respondents": [moral]})
    for runs in ((run, other), (other, run)):
        text = render(replace(shown, runs=runs))
        read(text)
        section = text[text.index('<section aria-labelledby="structure">') :].partition("</section>")[0]
        assert "Schwartz and Cieciuch 2022" in section and "fewer than five values" not in section
        assert "means of the ten" not in section, "of nineteen they are means of nineteen"
        assert section.count("/x, like") == 3 and section.count("/x, dilemmas") == 0
