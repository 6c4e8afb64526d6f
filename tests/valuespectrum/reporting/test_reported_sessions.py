"""Sessions on the page of a report: what was done is what the log says."""

from __future__ import annotations

from pathlib import Path

from browse_fixtures import TASTE, Leaning, make_catalogue, session

from agents.browsing.session import browse
from agents.models.base import Answer, Ask
from valuespectrum.reporting.sessions import read_session

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
