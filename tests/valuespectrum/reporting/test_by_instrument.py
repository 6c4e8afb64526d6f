"""A report of several instruments shows every profile of every run, each under its instrument and on its scale."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_pages import data, read
from session_worlds import session_of

import valuespectrum as vs
from agents.personas.reserved import NO_PERSONA
from valuespectrum.comparing.groups.convergence import convergence_of_runs
from valuespectrum.comparing.groups.functioning import FunctioningOptions, functioning_of_runs
from valuespectrum.instruments.measurement import Measurement, read_name
from valuespectrum.operations.report import corpus_of_runs
from valuespectrum.operations.shared.telling import Unattended
from valuespectrum.reporting import load
from valuespectrum.reporting.elements.data import ReportData, ReportedSession
from valuespectrum.reporting.elements.instruments import APART, CENTRED, LOG_ODDS
from valuespectrum.reporting.elements.words import findings, headline
from valuespectrum.reporting.page import render
from valuespectrum.reporting.panels.base import panels_for
from valuespectrum.runs.manifest import CorpusRecord, Manifest
from valuespectrum.scoring.estimate import HEADLINE, Estimate, Score
from valuespectrum.sessions.walks.walked import Walker
from valuespectrum.theory.value_sets import NINETEEN, TEN, ValueSet, scalars
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

ANGLE = scalars("svo", "Social value orientation", {"angle": "Angle, degrees"})


def respondent(instrument: str, values: ValueSet = TEN, unit: str = "item", mean: float = 4.0, **who: object) -> Json:
    """One profile as scores keep it."""
    scales = {HEADLINE: Estimate(0.5, 0.2, 0.8)} if instrument in ("like", "pairs") else {}
    centred = Estimate(1.0, 0.5, 1.5) if values.one_scale else Estimate(None)
    score = Score(Estimate(mean, 3.0, 5.0), centred, (1, 1, 2), 7, 7, "ok", scales)
    measured = Measurement(instrument, values, unit, dict.fromkeys(values.dimensions, score), covers=f"covers {unit}s")
    role = {"model": "hf:m@1", "persona": NO_PERSONA, "strategy": NO_PERSONA, "placebo": False, "n_asks": 70}
    return {**role, **measured.to_json(), **who}


def page_of(monkeypatch: pytest.MonkeyPatch, runs: dict[str, list[Json]]) -> ReportData:
    """The data of a report of runs with these respondents."""
    sets = {one.name: one.to_json() for one in (TEN, NINETEEN, ANGLE)}
    shared = {"value_sets": sets, "scoring": {"level": 0.9}, "personas": []}
    made = {"battery": {"name": "like"}, "models": {}, "personas": [], "roles": [], "seed": 0}
    monkeypatch.setattr(load, "read_manifest", lambda folder: Manifest(made, {"command": f"bench --run {folder}"}))
    monkeypatch.setattr(load, "read_scores", lambda folder: {**shared, "respondents": runs[str(folder)]})
    return load.load_report(load.ReportSources(tuple(map(Path, runs))), "several")


SEVERAL = {
    "first": [respondent("like", unit="clip"), respondent("like", unit="clip", persona="tycoon", strategy="simple")],
    "second": [respondent("pairs", unit="clip", mean=77.0, model="hf:n@1")],
    "third": [respondent("scale7"), respondent("svo", ANGLE, mean=33.0), respondent("scale7", NINETEEN)],
    "again": [respondent("like", unit="clip", mean=66.0)],
}


def test_every_respondent_of_every_run_is_shown_once_and_on_its_own_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    found = page_of(monkeypatch, SEVERAL)
    told = [(group.instrument, group.values, group.unit, group.scale) for group in found.groups]
    assert told == [
        ("like", TEN.title, "clip", LOG_ODDS),
        ("pairs", TEN.title, "clip", LOG_ODDS),
        ("scale7", TEN.title, "item", CENTRED),
        ("svo", ANGLE.title, "item", APART),
        ("scale7", NINETEEN.title, "item", CENTRED),
    ]
    shown = [(one.run, one.model, one.role) for group in found.groups for one in group.profiles]
    assert sorted(shown) == sorted(
        [("first", "hf:m@1", ""), ("first", "hf:m@1", "tycoon"), ("second", "hf:n@1", ""), ("again", "hf:m@1", "")]
        + [("third", "hf:m@1", "")] * 3
    )
    assert [profile.model for profile in found.profiles] == ["hf:m@1"], "side by side stands one instrument alone"
    assert {group.level for group in found.groups} == {0.9}


def test_the_page_names_instrument_dimensions_unit_and_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    found = page_of(monkeypatch, SEVERAL)
    page = render(found)
    words = " ".join("".join(read(page).text).split())
    assert "instruments" in [panel.id for panel in panels_for(found)]
    for group in found.groups:
        assert f"{group.title}: {group.values}" in words and f"Instrument {group.instrument}" in words
    assert "each number on a scale of its own" in words and "Angle, degrees" in words
    for number in (">77<", ">66<", "33.00"):
        assert number.strip("<>") in page
    assert "All 7 profiles of these runs, 1 of them of personas and placebo texts." in words
    svo = page.split("Social value orientation</h3>")[1].split("</section>")[0].split("<h3>")[0]
    assert "Centred" not in svo and 'class="plot"' not in svo
    captions = re.findall(r"<caption>(.*?)</caption>", page.split('aria-labelledby="instruments"')[1])
    assert any("with 90 % intervals over items" in each for each in captions)
    (said,) = [sentence for sentence in findings(found) if "stands under its instrument" in sentence]
    assert said.startswith("The first profile is by the instrument “Like battery”; “Pairs of pictures”")


def test_leans_and_answers_that_do_not_count_stand_beside_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    leans = {"scale_lean": Estimate(0.25, 0.125, 0.375), "label_order": Estimate(None)}
    shares = {"refusal": Estimate(0.25, 0.125, 0.5), "unparsed": Estimate(0.0, 0.0, 0.5)}
    bias, rates = ({name: each.to_json() for name, each in rows.items()} for rows in (leans, shares))
    found = page_of(monkeypatch, {"first": [respondent("portraits", bias=bias, rates=rates)]})
    words = " ".join("".join(read(render(found)).text).split())
    assert "Leans, and what answers hang on: scale lean +0.25 [+0.12, +0.38]." in words
    assert "Answers that do not count: refusal 25.0 [12.5, 50.0] %." in words
    # Of liking they stand in a table of their own.
    liked = page_of(monkeypatch, {"first": [respondent("like", unit="clip", bias=bias, rates=rates)]})
    assert "what answers hang on" not in render(liked)


def test_a_profile_says_of_which_run_it_is_where_several_measured_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    said = (
        "The profile of hf:m is that of the run “first” alone; what “again” found of it stands under “Every profile”."
    )
    assert [each for each in findings(page_of(monkeypatch, SEVERAL)) if "Every profile" in each] == [said]
    runs = {name: SEVERAL[name] for name in ("first", "again")} | {"other": [respondent("like", model="hf:n@1")]}
    page = render(page_of(monkeypatch, runs))
    assert said in page.split('aria-labelledby="models"')[1].partition("</section>")[0]
    assert not any("Every profile" in each for each in findings(page_of(monkeypatch, {"first": SEVERAL["first"]})))


def test_runs_in_folders_of_one_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    like, other = respondent("like", unit="clip"), respondent("like", unit="clip", model="hf:n@1")
    found = page_of(monkeypatch, {"one/like": [like], "two/like": [other], "two/svo": [respondent("svo", ANGLE)]})
    assert [one.run for group in found.groups for one in group.profiles] == ["one/like", "two/like", "svo"]
    assert [text for label, text in found.provenance if label == "Run"] == ["one/like", "two/like", "svo"]
    commands = [f"bench --run {run}" for run in ("one/like", "two/like", "two/svo")]
    assert [text for label, text in found.provenance if label == "Command"] == commands and not found.command
    alone = page_of(monkeypatch, {"one/like": [like]})
    assert alone.command == commands[0] and "Command" not in dict(alone.provenance)
    unfinished = replace(found.runs[1], scores=found.runs[1].scores | {"n_planned": 9, "n_answered": 4})
    (said,) = [each for each in findings(replace(found, runs=(found.runs[0], unfinished))) if "not finished" in each]
    assert said.startswith("The run two/like is not finished")
    assert "run two/like" in render(found)


def test_asks_that_failed_are_told_and_are_no_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    found = page_of(monkeypatch, {"first": SEVERAL["first"]})
    assert findings(found)[0].startswith("From 70 answers about ")
    row = {"model": "hf:m@1", "persona": NO_PERSONA, "placebo": False, "failed": 3, "asks": 70, "reason": "timed\nout"}
    failing = replace(found.runs[0], scores=found.runs[0].scores | {"failures": [row]})
    profile = replace(found.profiles[0], rates={"error": Estimate(3 / 70)})
    told = findings(replace(found, runs=(failing,), profiles=(profile,)))
    assert told[0].startswith("From 70 asks (some of which failed) about ")
    assert "The run first: 3 of 70 asks to hf:m@1 failed: timed out." in told


def test_a_warning_is_about_those_whom_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "caution", lambda embedder, models, pictures: "others" * ("hf:m@1" in models))
    runs = {"one": [respondent("like", unit="clip", model="hf:n@1")], "two": [respondent("like", unit="clip")]}
    found = page_of(monkeypatch, runs)
    assert [(each.model, each.doubted) for each in found.profiles] == [("hf:n@1", False), ("hf:m@1", True)]
    assert "say nothing about what" not in headline(found)
    assert headline(replace(found, profiles=found.profiles[::-1])) == "These numbers say nothing about what hf:m likes."


def test_a_run_over_other_dimensions_alone_has_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    found = page_of(monkeypatch, {"third": [respondent("svo", ANGLE, mean=33.0)]})
    page = render(found)
    assert not found.profiles and "33.00" in page and "likes pictures of" not in page
    assert headline(found) == "What “Social value orientation” found of hf:m."
    assert ("Intervals", "level 0.9; what each covers stands beside it") in found.provenance


@pytest.mark.parametrize("instrument", ["svo-shown", "adaptive-clips", "forced-choice", "dilemmas", "adaem"])
def test_what_is_no_liking_of_pictures_is_not_shown_as_such(monkeypatch: pytest.MonkeyPatch, instrument: str) -> None:
    """Angles towards people, steps of a scale and choices among words stand under their instruments alone."""
    found = page_of(monkeypatch, {"first": [respondent(instrument)]})
    assert not found.profiles and headline(found).startswith("What “")
    assert "likes pictures of" not in render(found)
    beside = page_of(monkeypatch, {"first": [respondent(instrument)], "again": SEVERAL["again"]})
    assert [read_name(profile.instrument) for profile in beside.profiles] == ["like"] and len(beside.groups) == 2


def test_what_one_panel_shows_whole_is_not_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = page_of(monkeypatch, {"first": [respondent("like", unit="clip")]})
    assert "instruments" not in [panel.id for panel in panels_for(found)]
    assert not [sentence for sentence in findings(found) if "instrument" in sentence]


def test_others_names_are_words() -> None:
    page = render(replace(data(), groups=data("<b>x").groups))
    assert "<b>x" not in page and "&lt;b&gt;x" in page


@pytest.mark.parametrize("personas", [3, 30])
def test_many_personas_stand_behind_one_line_and_each_is_still_there(
    monkeypatch: pytest.MonkeyPatch, personas: int
) -> None:
    roles = [respondent("like", persona=f"role{number}", strategy="simple") for number in range(personas)]
    page = render(page_of(monkeypatch, {"first": [respondent("like"), *roles]}))
    lines = re.findall(r"<summary>([^<]*)</summary>", page)
    assert ("30 profiles of personas and placebo texts" in lines) == (personas == 30)
    assert [sum(line.endswith(f" as role{number}") for line in lines) for number in range(personas)] == [1] * personas


def test_two_revisions_of_a_model_are_called_by_them(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [respondent("like", unit="clip", model=f"hf:m@{revision}") for revision in ("one", "two")]
    page = render(page_of(monkeypatch, {"first": both}))
    assert "<title>hf:m@one, hf:m@two · several" in page
    models = page.split('aria-labelledby="models"')[1].partition("</section>")[0]
    assert "hf:m@one" in models and "hf:m@two" in models
    assert "<title>hf:m · several" in render(page_of(monkeypatch, {"first": both[:1]}))


def test_nothing_that_is_named_twice_is_counted_twice(tmp_path: Path) -> None:
    run, again, people = tmp_path / "run", tmp_path / "other" / ".." / "run", tmp_path / "people.csv"
    people.write_text("respondent,value,item,rating\n", encoding="utf-8")
    for refuse in (
        lambda: load.load_report(load.ReportSources((run, again)), "twice"),
        lambda: convergence_of_runs([run, again]),
        lambda: functioning_of_runs([run, again], FunctioningOptions()),
    ):
        with pytest.raises(InputError, match=r"the run .*run is named twice"):
            refuse()
    with pytest.raises(InputError, match=r"the session log .*run is named twice"):
        load.load_report(load.ReportSources((), sessions=(run, again)), "twice")
    with pytest.raises(InputError, match=r"the file .*people\.csv is named twice"):
        functioning_of_runs([people, people], FunctioningOptions())


def test_a_copy_of_the_log_of_a_person_is_no_further_session(monkeypatch: pytest.MonkeyPatch) -> None:
    person = replace(session_of(["power", "security"] * 6), walker=Walker("human:one", human=True))
    monkeypatch.setattr("valuespectrum.sessions.walks.walked.read_walked", lambda log, known_values: person)
    monkeypatch.setattr("valuespectrum.sessions.run_logs.begun", lambda log: True)
    monkeypatch.setattr(load, "read_session", lambda *asked: ReportedSession("human:one", "a person", "random", 0, ()))
    with pytest.raises(InputError, match=r"one\.jsonl and two\.jsonl are of one session of one person"):
        load.load_report(load.ReportSources((), sessions=(Path("one.jsonl"), Path("two.jsonl"))), "copies")


def test_pictures_are_of_the_first_run_whose_corpus_is_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The first run of a report may be of a questionnaire, which has none."""
    made = {"battery": {"name": "like"}, "models": {}, "personas": [], "roles": [], "seed": 0}
    paths = {"portraits": None, "moved": "../gone", "like": "../corpus", "pairs": "../other"}
    for folder in ("corpus", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "corpus.sqlite").touch()
    monkeypatch.setattr(
        "valuespectrum.runs.run.read_manifest",
        lambda run: Manifest(made, {}, corpus=CorpusRecord(path=paths[run.name])),
    )
    monkeypatch.setattr("vectorstore.corpus.Corpus.open", contextlib.nullcontext)

    def opened(*names: str, named: Path | None = None) -> object:
        with contextlib.ExitStack() as stack:
            return corpus_of_runs(named, [tmp_path / name for name in names], Unattended(), stack)

    assert opened("portraits", "moved", "like", "pairs") == tmp_path / "corpus" == opened("like")
    assert opened("pairs", "like") == tmp_path / "other"
    assert opened("portraits", "moved") is None
    assert opened("portraits", "like", named=tmp_path / "other") == tmp_path / "other"
    with pytest.raises(InputError, match="no run is named"):
        vs.report([])
