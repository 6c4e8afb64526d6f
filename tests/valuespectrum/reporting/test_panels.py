"""A report is the panels that apply, in order; one more is a module and a template, ours or of a package."""

from __future__ import annotations

import json
import sys
from abc import ABCMeta
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from report_pages import data, read

from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.page import render
from valuespectrum.reporting.panels import base
from valuespectrum.reporting.panels.base import PANELS, Panel, broken_panels, panels_for
from valuespectrum.scoring.guards.finding import told
from valuespectrum.steering.sweep.choosing import FOUND
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.plugins import Extensions

FOLDER = Path(base.__file__).parent
ORDER = [
    *("profile", "models", "instruments", "presentations", "personas", "sessions"),
    *("guards", "bias", "planted", "examples", "limits", "provenance"),
]
UNSHOWN = [
    *(
        "before_after",
        "convergence",
        "decisions",
        "injections",
        "obeying",
        "pictures",
        "staircases",
        "steering",
        "structure",
        "telling",
        "walks",
        "watched",
    )
]
"""What the page of the tests has no data for."""


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Extensions[Panel]]:
    """A registry like ours, to which a test may add."""
    added = replace(PANELS)
    added._registered.update(PANELS._own())
    monkeypatch.setattr(base, "PANELS", added)
    yield added


class CountPanel(Panel):
    """Of a package: how many runs there are."""

    id = "trial_count"
    place = 15

    def applies(self, data: ReportData) -> bool:
        """Whether there is something to count."""
        return bool(data.examples)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Counted & bounded"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """The number."""
        return {"count": len(data.examples), "text": "<b>"}

    @property
    def template(self) -> Path:
        """In the folder of the test."""
        return Path(__file__).with_name("trial_count.html.jinja")


def test_our_panels_come_in_the_order_of_the_page() -> None:
    assert [panel.id for panel in panels_for(data())] == ORDER
    assert not broken_panels()
    lone = replace(data(), profiles=data().profiles[:1], groups=(), personas=(), sessions=(), examples=(), runs=())
    assert [panel.id for panel in panels_for(lone)] == ["profile", "guards", "bias", "planted", "limits", "provenance"]
    anchors = [entry for panel in panels_for(data()) for entry in panel.contents(data())]
    assert [anchor for anchor, _ in anchors] == [name if name != "sessions" else "session-1" for name in ORDER]
    page = render(data())
    sections = [attributes["aria-labelledby"] for tag, attributes in read(page).tags if tag == "section"]
    assert sections == [anchor for anchor, _ in anchors]


def test_every_module_is_a_panel_with_a_template_and_every_template_has_a_module() -> None:
    modules = {path.stem for path in FOLDER.rglob("*.py")} - {"__init__", "base"}
    assert modules == {path.name.removesuffix(".html.jinja") for path in FOLDER.rglob("*.jinja")} == {*ORDER, *UNSHOWN}
    assert set(PANELS.names()) >= modules


def test_a_panel_of_a_package_stands_at_its_place(theirs: Extensions[Panel]) -> None:
    before = render(data())
    theirs.register("trial_count")(CountPanel)
    page = render(data())
    sections = [attributes["aria-labelledby"] for tag, attributes in read(page).tags if tag == "section"]
    assert sections[:3] == ["profile", "trial_count", "models"]
    assert '<a href="#trial_count">Counted &amp; bounded</a>' in page
    assert "1 example, &lt;b&gt;" in page
    start = page.index('<section aria-labelledby="trial_count">')
    end = page.index("</section>", start) + len("</section>\n")
    entry = '<li><a href="#trial_count">Counted &amp; bounded</a></li>'
    assert (page[:start] + page[end:]).replace(entry, "") == before
    assert render(replace(data(), examples=())).count("trial_count") == 0


def test_a_panel_that_fails_is_named(theirs: Extensions[Panel], monkeypatch: pytest.MonkeyPatch) -> None:
    theirs.register("trial_count")(CountPanel)
    monkeypatch.setattr(CountPanel, "context", lambda self, data: {})
    with pytest.raises(InputError, match="the panel 'trial_count' cannot be shown: 'count' is undefined"):
        render(data())


@pytest.mark.parametrize("part", ["applies", "title", "contents", "context"])
def test_whatever_of_a_panel_fails_the_panel_is_named(
    theirs: Extensions[Panel], monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def fail(self: Panel, data: ReportData) -> None:
        raise RuntimeError("their\nfault")

    theirs.register("trial_count")(CountPanel)
    monkeypatch.setattr(CountPanel, part, fail)
    with pytest.raises(InputError, match="the panel 'trial_count' cannot be shown: their fault"):
        render(data())


def test_entries_of_another_shape_are_the_fault_of_their_panel(
    theirs: Extensions[Panel], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs.register("trial_count")(CountPanel)
    monkeypatch.setattr(CountPanel, "contents", lambda self, data: ["no pair"])
    with pytest.raises(InputError, match="the panel 'trial_count' cannot be shown"):
        render(data())


@pytest.mark.parametrize("part", ["id", "place", "title", "template"])
def test_a_panel_that_lacks_a_part_is_told_and_left_out(
    theirs: Extensions[Panel], monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    lacking = {"title": Panel.title, "template": property(lambda self: Path(__file__).with_name("missing.jinja"))}
    body = {name: thing for name, thing in vars(CountPanel).items() if name not in ("__dict__", "__weakref__", part)}
    if part in lacking:
        body[part] = lacking[part]
    theirs.register("trial_count")(ABCMeta("Lacking", (Panel,), body))
    assert [panel.id for panel in panels_for(data())] == ORDER
    (error,) = broken_panels()
    said = {
        "template": "is no panel",
        "title": "abstract method",
        "id": "no attribute 'id'",
        "place": "no attribute 'place'",
    }
    assert said[part] in str(error)


def test_what_is_no_panel_is_told_and_left_out(theirs: Extensions[Panel]) -> None:
    theirs.register("trial_count")(dict)
    assert [panel.id for panel in panels_for(data())] == ORDER
    (error,) = broken_panels()
    assert "is no panel" in str(error)


def test_the_template_lies_beside_the_module() -> None:
    for panel in panels_for(data()):
        beside = Path(str(sys.modules[type(panel).__module__].__file__)).parent
        assert panel.template == beside / f"{panel.id}.html.jinja" and panel.template.is_file()
        assert FOLDER in (beside, beside.parent)


def test_what_tells_models_apart_is_told_of_each_run_and_way_of_reading() -> None:
    said = "90% of the variance between models is a lean"
    row = told("directional", True, 0.9, 0.5, ("", said)).to_json()
    (run,) = data().runs
    one, read_twice = (
        replace(run, scores={**run.scores, "between_models": {"directional": dict.fromkeys(kinds, row)}})
        for kinds in (("log_probability",), ("log_probability", "samples"))
    )
    assert f'<p class="small">{said}.</p>' in render(replace(data(), runs=(one,)))
    both = render(replace(data(), runs=(one, replace(one, folder=Path("again")))))
    assert f"In the run run, {said}." in both and f"In the run again, {said}." in both
    twice = render(replace(data(), runs=(read_twice,)))
    assert f"By log-probabilities, {said}." in twice and f"By counted draws, {said}." in twice


def test_sweeps_of_several_runs_are_called_by_them(tmp_path: Path) -> None:
    """Two sweeps of one model for one value differ in what their headings say by nothing else."""
    trial = {"way": "fixed", "layers": [1], "strength": 1.0, "model": "m:steered", "lost": 0.0}
    found = {
        **{"value": "security", "main": "fixed", "model": "m", "verdicts": [], "instrument": "like", "away": False},
        **{"trials": [{**trial, "told_by": {"mean": 0.5}, "effect": {"changes": {}}}]},
        **{"chosen": {"fixed": "m:steered"}, "covers": "", "around": {}, "beside": {}},
    }
    runs = [replace(data().runs[0], folder=tmp_path / name / "sweep") for name in ("one", "two")]
    for run in runs:
        run.folder.mkdir(parents=True)
        (run.folder / FOUND).write_text(json.dumps(found))
    page = render(replace(data(), runs=tuple(runs)))
    assert [page.count(f">m, run {name}/sweep</span>") for name in ("one", "two")] == [1, 1]
    assert ">m</span>" in render(replace(data(), runs=tuple(runs[:1])))


def test_the_test_of_all_values_claims_what_the_intervals_claim() -> None:
    """Search words are not drawn again where intervals are over sources, nor wordings where they are these alone."""
    page = render(data())
    remark = page.partition("Do the values differ at all? ")[2].partition("</p>")[0]
    assert remark.startswith("F = ") and "; the test covers what the intervals cover." in remark
    assert "search words" not in remark.partition(data().first.covers)[0]
