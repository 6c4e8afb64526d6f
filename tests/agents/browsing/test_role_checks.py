"""Persona checks in a session: when they come, what they leave in the log, and that a replay asks nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from browse_fixtures import Leaning, make_catalogue, session

from agents.browsing.interventions import intervention_from
from agents.browsing.log import read_log
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.session import browse
from agents.models.base import Answer, Ask, Choice
from agents.personas.persona import load_personas
from agents.playing.checks import WHO_ARE_YOU, CheckOptions, CheckQuestion
from agents.playing.role_breaks import count_role_breaks

DIGITS = tuple(Choice(str(digit), (str(digit),)) for digit in (1, 2, 3))
QUESTIONS = (
    CheckQuestion("Are you rich?", DIGITS, {"1": 0.0, "2": 0.5, "3": 1.0}, "power"),
    CheckQuestion("Are you kind?", DIGITS, {"1": 1.0, "2": 0.5, "3": 0.0}, "benevolence"),
)
CATALOGUE = make_catalogue()
PERSONA = load_personas()[0]


class Forgetful:
    """Plays its role for so many checks."""

    id = "forgetful"

    def __init__(self, checks: int) -> None:
        self.settings: Mapping[str, str] = {"checks": str(checks)}
        self._left, self._plain = checks, Leaning()
        self.asked: list[Ask] = []

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return (self._answer(ask) for ask in asks)

    generate = score

    def _answer(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        plays = self._left > 0
        if ask.question == WHO_ARE_YOU:
            self._left -= 1
            return Answer(text="A person of means." if plays else "I'm just an AI assistant.")
        if ask.choices != DIGITS:
            return next(self._plain.score([ask]))
        if not plays:
            return Answer(text="As an AI, I am neither.", parsed="refusal")
        said = "3" if "rich" in ask.question else "1"
        return Answer(text=said, parsed=said)


def test_checks_come_between_steps_in_a_fresh_context_and_are_logged(tmp_path: Path) -> None:
    options = replace(session(steps=8), checks=CheckOptions(QUESTIONS, 4))
    model, log = Forgetful(2), tmp_path / "log.jsonl"
    record = browse(options, CATALOGUE, model, PERSONA, log)
    found = {name: fit for event in record.events for name, fit in (event.checks or {}).items()}
    assert found == {"start": 1.0, "after 4": 1.0, "after 8": None}
    checked = [ask for ask in model.asked if ask.question in {WHO_ARE_YOU, *(one.text for one in QUESTIONS)}]
    assert len(checked) == 9 and all(not ask.turns and not ask.frames and ask.system for ask in checked)
    assert [event.asked.count("check") for event in record.events if event.asked] == [3, 0, 0, 3, 0, 0, 0, 3]
    assert count_role_breaks(text for event in record.events for text in event.raw_answer).machine == 3
    assert not any(event.refusal for event in record.events), "a check decides nothing"


def test_checks_change_neither_the_feed_nor_what_is_done() -> None:
    plain, checked = (
        browse(replace(session(steps=8), checks=each), CATALOGUE, Forgetful(9), PERSONA).events
        for each in (CheckOptions(), CheckOptions(QUESTIONS, 2))
    )
    assert [(one.item_id, one.action, one.watch_s) for one in plain] == [
        (one.item_id, one.action, one.watch_s) for one in checked
    ]
    assert all(event.checks is None and event.asked is None for event in plain)


def test_checked_sessions_are_replayed_taken_up_and_continued(tmp_path: Path) -> None:
    options = replace(session(steps=8), checks=CheckOptions(QUESTIONS, 4))
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    browse(options, CATALOGUE, Forgetful(9), PERSONA, whole)
    assert replay(whole, CATALOGUE).identical and replay_alone(whole).identical
    lines = whole.read_bytes().splitlines(keepends=True)
    cut.write_bytes(b"".join(lines[:6]))
    browse(options, CATALOGUE, Forgetful(9), PERSONA, cut)
    assert cut.read_bytes() == whole.read_bytes()
    browse(replace(options, steps=12), CATALOGUE, Forgetful(9), PERSONA, cut)
    names = [name for event in read_log(cut).events for name in event.checks or ()]
    assert names == ["start", "after 4", "after 8", "after 12"]


def test_whoever_was_told_to_be_somebody_else_is_not_checked_for_it(tmp_path: Path) -> None:
    other = replace(intervention_from("2-5:persona=somebody"), system="You are somebody.")
    options = replace(session(steps=8), checks=CheckOptions(QUESTIONS, 2), interventions=(other,))
    model, log = Forgetful(9), tmp_path / "log.jsonl"
    record = browse(options, CATALOGUE, model, PERSONA, log)
    assert [name for event in record.events for name in event.checks or ()] == ["start", "after 2", "after 8"]
    assert all(ask.system != other.system for ask in model.asked if ask.question == WHO_ARE_YOU)
    assert replay(log, CATALOGUE).identical and replay_alone(log).identical


def test_a_log_whose_checks_were_edited_is_not_the_same(tmp_path: Path) -> None:
    options = replace(session(steps=4), checks=CheckOptions(QUESTIONS, 4))
    log = tmp_path / "log.jsonl"
    browse(options, CATALOGUE, Forgetful(9), PERSONA, log)
    before = log.read_bytes()
    log.write_bytes(before.replace(b'"checks":{"start":1.0}', b'"checks":{"start":0.5}'))
    assert log.read_bytes() != before
    assert not replay(log, CATALOGUE).identical and not replay_alone(log).identical


@pytest.mark.parametrize("strategy", ["simple", "profile", "anchor"])
def test_sessions_take_every_strategy_that_can_be_spoken(strategy: str) -> None:
    record = browse(session(steps=1, strategy=strategy), CATALOGUE, Leaning(), PERSONA)
    assert record.manifest.persona["kind"] == strategy


@pytest.mark.parametrize(("said", "agreement"), [(("3", "1"), 1.0), (("3", ""), None), (("", "1"), None)])
def test_a_question_of_which_one_way_is_lost_tells_nothing(said: tuple[str, str], agreement: float | None) -> None:
    """A lean to high numbers would stay without the other way."""
    answers = [Answer(text=each, parsed=each or "refusal") for each in said]
    assert CheckOptions(QUESTIONS, 4, 2).agreement(answers) == agreement
    assert CheckOptions(QUESTIONS, 4).agreement(answers) == 1.0
