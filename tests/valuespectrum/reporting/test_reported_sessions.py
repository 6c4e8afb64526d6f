"""Sessions on the page of a report: what was done is what the log says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from browse_fixtures import TASTE, Leaning, make_catalogue, session
from report_pages import data

from agents.browsing.session import browse
from agents.models.base import Answer, Ask
from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.load import ReportSources, _sessions
from valuespectrum.reporting.page import render
from valuespectrum.reporting.panels.sessions import SessionsPanel
from valuespectrum.reporting.sessions import read_session
from vectorstore.foundation.json_types import Json

CATALOGUE = make_catalogue()
VALUES = {item: group for item, group in CATALOGUE.groups.items() if group}


class Flaky(Leaning):
    """One of its four answers to a question never comes, as of a server that is busy."""

    def _answer(self, ask: Ask) -> Answer:
        lost = ask.tags["polarity"] == -1 and ask.choices[0].name == "no"
        return Answer(error="timed out") if lost else super()._answer(ask)


def test_an_answer_that_was_lost_hides_nothing_that_was_done(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    record = browse(session(), CATALOGUE, Flaky(TASTE, refuses="security"), log=log)
    done = [event.action for event in record.events]
    assert all(event.error for event in record.events) and {"like", "none"} <= set(done)
    shown = read_session(log, None, {}, VALUES)
    assert [step.action for step in shown.steps] == ["" if action == "none" else action for action in done]


def said(towards: Json, **more: object) -> Json:
    """Sessions in numbers of one model, of whose persona there is no verdict."""
    measures = {
        "like": {"mean": 0.5, "low": None, "high": None, "why": "all sessions gave the same"},
        "drift": {"mean": None, "low": None, "high": None, "why": "no session has it"},
    }
    walker = {"model": "hf:m", "persona": NO_PERSONA, "strategy": NO_PERSONA, "human": False, "placebo": False}
    persona = {
        "model": "hf:m",
        "persona": "tycoon",
        "strategy": "simple",
        "verdict": "unknown",
        "why": "too few values",
    }
    condition = {
        **{"model": "hf:m", "policy": "random", "human": False, "sessions": 2, "reweighted": True, "covers": "Seeds."},
        "walkers": [walker | {"sessions": 2, "measures": measures}],
        "personas": [persona | {"target": {"power": 1.0}, "towards": towards}],
    }
    return {"level": 0.9, "window": 20, "conditions": [condition], "published": {"rows": []}, **more}


def section_of(shown: ReportData) -> str:
    page = render(shown)
    section = page[page.index('aria-labelledby="walks"') :].partition("</section>")[0]
    return " ".join(re.sub("<[^>]*>", " ", section).split())


def test_sessions_of_several_runs_are_told_under_the_run_of_each() -> None:
    both = section_of(replace(data(), walks=(said({}, run="x/role"), said({}, run="y/role"), said({}))))
    headings = [
        f"policy random, 2 sessions, {where}" for where in ("run x/role", "run y/role", "of logs that were named")
    ]
    assert [both.count(heading) for heading in headings] == [1, 1, 1]
    alone = section_of(replace(data(), walks=(said({}, run="x/role"),)))
    assert "policy random, 2 sessions " in alone and "x/role" not in alone


def test_a_number_of_sessions_that_lacks_something_has_its_reason_below() -> None:
    text = section_of(replace(data(), walks=(said({}),)))
    assert text.count("with 90 % intervals") == 2
    for why in (
        "no interval: all sessions gave the same",
        "no number: no session has it",
        "no number: too few values",
    ):
        assert text.count(why) == 1, why
    assert "tycoon simple persona" in text and "unknown" in text, "of whom nothing is known is named all the same"
    known = section_of(replace(data(), walks=(said({"persona": {"mean": 0.3, "low": 0.1, "high": 0.5}}),)))
    assert "+0.30 [+0.10, +0.50]" in known and "Unknown: too few values." in known


def test_each_of_several_sessions_has_the_name_of_its_log(tmp_path: Path) -> None:
    """Seeds of one model under one policy differ in nothing else that a heading could say."""
    logs = [tmp_path / "walks" / f"{name}.jsonl" for name in ("m-random-3", "m-random-4")]
    for seed, log in enumerate(logs, start=3):
        log.parent.mkdir(exist_ok=True)
        browse(session(seed=seed), CATALOGUE, Leaning(TASTE), log=log)
    shown = _sessions(ReportSources((), sessions=tuple(logs)), {}, VALUES)
    headings = ["A walk through a feed: m-random-3", "A walk through a feed: m-random-4"]
    assert [title for _, title in SessionsPanel().contents(replace(data(), sessions=shown))] == headings
    page = render(replace(data(), sessions=shown))
    assert [page.count(f'">{heading}</a>') for heading in headings] == [1, 1]
    assert [page.count(f'">{heading} <a') for heading in headings] == [1, 1]
    assert "</em>, seed 3, and reacts" in page and "</em>, seed 4, and reacts" in page
    assert [title for _, title in SessionsPanel().contents(replace(data(), sessions=shown[:1]))] == [headings[0][:21]]
