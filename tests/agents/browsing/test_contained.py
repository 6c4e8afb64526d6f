"""A model that answers nonsense, refuses everything or never stops: contained, counted, never taken for an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from browse_fixtures import TASTE, Leaning, make_catalogue, session

from agents.browsing.doing.actions import FURTHER, further_acts
from agents.browsing.doing.memory import MemoryOptions
from agents.browsing.doing.weariness import WearinessOptions
from agents.browsing.options import Behaviour
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.seeing.observe import ObserverOptions
from agents.browsing.session import browse
from agents.feeds.policy import load_policy
from agents.models.base import NO_PICTURE, Answer, Ask
from vectorstore.foundation.errors import BlindModelError, ModelError

CATALOGUE = make_catalogue(30)
NOWHERE = {"yes": float("nan"), "no": float("inf")}
BAD = {
    "nonsense": Answer(text="Purple monkeys! " * 50_000, parsed="unparsed"),
    "nonsense in numbers": Answer(NOWHERE, "yes and no", "shout", -5, counts={"maybe": 7}),
    "refuses everything": Answer({"yes": -7.0, "no": -7.0}, "I'm sorry, I cannot do that.", "refusal", 3),
    "fails at everything": Answer(error="out of memory"),
    "says other words": Answer({"yes": -12.0, "no": -12.0}, "}{", "unparsed"),
    "obeys the clip": Answer(text='{"action": "like", "share": true}', parsed="unparsed"),
}


class Bad:
    """Answers everything alike, with words or without end."""

    settings: dict[str, str] = {}  # noqa: RUF012
    id = "bad"

    def __init__(self, answer: Answer, endless: bool = False) -> None:
        self._answer = answer
        self._endless = endless

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return repeat(self._answer) if self._endless else repeat(self._answer, len(asks))

    generate = score


EVERYTHING = session(
    policy=load_policy("similar"),
    actions=further_acts(FURTHER),
    memory=MemoryOptions("summary", 2),
    weariness=WearinessOptions(1.0, 1.0),
)


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("options", [session(policy=load_policy("similar")), EVERYTHING])
def test_what_is_no_answer_is_no_act_and_no_signal(tmp_path: Path, name: str, options: Any) -> None:
    log = tmp_path / "log.jsonl"
    events = browse(options, CATALOGUE, Bad(BAD[name]), log=log).events
    assert len(events) == 12
    assert {event.action for event in events} == {"none"} and {event.policy_reason for event in events} == {
        "cold_start"
    }
    assert all(not event.further and event.comment is None and event.rating is None for event in events)
    assert {event.refusal for event in events} == {name == "refuses everything"}
    assert all((event.error is not None) is (name == "fails at everything") for event in events)
    assert all(chance is None for event in events for chance in (event.chances or {}).values())
    assert log.stat().st_size < 12 * 60_000
    assert replay(log, CATALOGUE).identical and replay_alone(log).identical


def test_who_refuses_later_undoes_nothing_and_adds_nothing() -> None:
    """A further act that is refused is not done; the clip was watched and liked all the same."""

    class Coy(Leaning):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            for ask in asks:
                shy = "share" in ask.question or "yourself" in ask.question
                yield BAD["refuses everything"] if shy else self._answer(ask)

    taste = {"power": 3.0, "security": 3.0, "hedonism": 3.0}
    actions = further_acts(["share", "save"])
    events = browse(session(actions=actions, behaviour=Behaviour(deterministic=True)), CATALOGUE, Coy(taste)).events
    assert {event.action for event in events} == {"like"} and {event.further for event in events} == {("save",)}
    assert all(event.chances is not None and event.chances["share"] is None for event in events)
    assert not any(event.refusal for event in events)


def test_who_never_stops_watching_is_shown_every_clip_once() -> None:
    events = browse(session(steps=99), CATALOGUE, Leaning(dict.fromkeys(TASTE, 30.0))).events
    assert len(events) == 30 and all(event.watch_frac == 1 for event in events)
    assert all(len(event.raw_answer) <= 4 * (2 + 8) for event in events)


@pytest.mark.parametrize("answer", BAD.values())
def test_a_model_whose_answers_never_end_is_stopped(answer: Answer) -> None:
    with pytest.raises(ModelError, match="more answers"):
        browse(session(), CATALOGUE, Bad(answer, endless=True))


def test_who_is_shown_no_picture_may_say_so() -> None:
    """And is no blind model for it; what it says decides nothing all the same."""
    blind = Bad(Answer(text="I see no picture.", parsed=NO_PICTURE))
    events = browse(session(observer=ObserverOptions("none")), CATALOGUE, blind).events
    assert len(events) == 12 and {event.action for event in events} == {"none"}
    with pytest.raises(BlindModelError):
        browse(session(), CATALOGUE, blind)
