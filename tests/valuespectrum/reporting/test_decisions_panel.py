"""The panel of decisions: what is said beside what is done, with every line that OS-Sim has to be read with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from report_pages import data, read

from agents.models.base import ModelOptions
from valuespectrum.instruments.registry import InstrumentChoice
from valuespectrum.measuring.instrument_run import InstrumentOptions, run_instrument
from valuespectrum.reference.planted import BY_NAME
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.reporting.elements.data import ReportedRun
from valuespectrum.reporting.elements.words import short_model
from valuespectrum.reporting.page import environment
from valuespectrum.reporting.panels.choices.decisions import DecisionsPanel
from valuespectrum.runs.manifest import Manifest
from valuespectrum.scoring.cells import ScoringOptions
from vectorstore.foundation.json_types import Json


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> Json:
    run = tmp_path_factory.mktemp("panel") / "run"
    choice = InstrumentChoice("decisions", {"scenes": 8})
    twins = [TwinModel(BY_NAME[name], ModelOptions(), name) for name in ("amber", "birch", "cedar")]
    return run_instrument(InstrumentOptions(run=run, choice=choice, seed=0, scoring=ScoringOptions()), twins)


def section(scores: Json) -> str:
    shown, panel = replace(data(), runs=(ReportedRun(Path("run"), Manifest({}, {}), scores),)), DecisionsPanel()
    assert panel.applies(shown)
    template = environment().from_string(panel.template.read_text(encoding="utf-8"))
    return template.render({"data": shown, "title": panel.title(shown), **panel.context(shown)})


def test_what_is_said_stands_beside_what_is_done(scores: Json) -> None:
    text = section(scores)
    read(text)
    assert text.count("six everyday values, said and done") == 3
    one = scores["respondents"][0]
    assert f"{one['decisions']['stated']['energy']:.2f}" in text
    weight = one["profile"]["intimacy"]
    assert f"{weight['mean']:+.2f} [" in text.replace("−", "-")


def test_every_line_stands_beside_os_sim(scores: Json) -> None:
    text = section(scores)
    for line in ("Chance", "The order of the list", "Consensus of the 2 other respondents, 8 scenes"):
        assert text.count(f'<th scope="row">{line}</th>') == 3
    assert "62.5" in text and "Rank correlation of what is said with what is done" in text


def test_those_who_follow_the_list_are_not_foretold_by_each_other(scores: Json) -> None:
    """Both orders of a list come to ties, which are broken alike whoever it is."""
    listed = {"ranked": {"s001": [[0, 1, 2, 3], [3, 2, 1, 0]]}}
    alike = [one | {"decisions": one["decisions"] | listed} for one in scores["respondents"]]
    row = '<th scope="row">Consensus of the 2 other respondents, 1 scenes</th>'
    found = section(scores | {"respondents": alike}).split(row)[1].partition("</tr>")[0]
    assert "70.8" in found and "50.0" in found and "100.0" not in found


def test_moves_about_clips_stand_beside_those_of_the_others(scores: Json) -> None:
    ranked = ([[0, 1, 2], [0, 2, 1]], [[0, 1, 2], [0, 1, 2]])
    rows = {"stated_os_sim": {"mean": 0.5, "low": 0.4, "high": 0.6}, "chance_os_sim": {"mean": 2 / 3}}
    shown = [
        {name: each for name, each in one.items() if name != "decisions"}
        | {"profile": rows, "decisions_shown": {"stated": {}, "ranked": {"c1": told}}}
        for one, told in zip(scores["respondents"], ranked, strict=False)
    ]
    text = section(scores | {"respondents": shown})
    read(text)
    assert "said and done" not in text and text.count("(clips) are predicted by") == 2
    assert text.count('<th scope="row">Consensus of the 1 other respondents, 1 clips</th>') == 2
    assert "50.0 [40.0, 60.0]" in text and "66.7" in text and "91.7" in text


def test_a_respondent_alone_has_no_others(scores: Json) -> None:
    alone = scores | {"respondents": scores["respondents"][:1]}
    assert "other respondents, 8 scenes" not in section(alone)


def test_names_are_escaped_and_other_instruments_are_no_decisions(scores: Json) -> None:
    hostile = scores | {"respondents": [scores["respondents"][0] | {"model": "simulated:<script>@1"}]}
    assert "<script>" not in section(hostile)
    others = [{name: each for name, each in one.items() if name != "decisions"} for one in scores["respondents"]]
    runs = (ReportedRun(Path("run"), Manifest({}, {}), scores | {"respondents": others}),)
    assert not DecisionsPanel().applies(replace(data(), runs=runs))


def test_one_respondent_in_two_runs_is_called_by_them(scores: Json) -> None:
    run, panel = ReportedRun(Path("run"), Manifest({}, {}), scores), DecisionsPanel()
    shown = replace(data(), runs=(run, replace(run, folder=Path("deep/run"))))
    deciders = panel.context(shown)["deciders"]
    assert isinstance(deciders, list)
    names = [decider["name"] for decider in deciders]
    assert len(set(names)) == len(names) == 6, "folders of one name are told by what is around them"
    assert [name.rpartition(" in ")[2] for name in names] == ["run"] * 3 + ["deep/run"] * 3


def test_roles_of_one_model_are_called_by_them(scores: Json) -> None:
    one = scores["respondents"][0]
    played = [{"persona": "tycoon", "strategy": strategy} for strategy in ("simple", "profile")]
    roles: list[dict[str, str]] = [{}, *played]
    several = scores | {"respondents": [one | role for role in roles]}
    text = section(several)
    model = short_model(one["model"])
    for role in ("", " as tycoon", " as tycoon (profile)"):
        assert text.count(f"<caption>{model}{role}: six everyday values, said and done.</caption>") == 1
