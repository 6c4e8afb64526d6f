"""Further acts, fatigue and boredom: only where they are enabled, at declared weights, moving nobody else's luck."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import exp, log
from pathlib import Path
from typing import Any

import pytest
from browse_fixtures import TASTE, Leaning, logit, make_catalogue, session
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.browsing.doing.actions import FURTHER, OWN, ActionOptions, further_acts
from agents.browsing.doing.weariness import WearinessOptions, similarity, wearied
from agents.browsing.options import Behaviour
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.session import browse
from agents.feeds.policy import load_policy
from agents.models.base import Answer, Ask
from vectorstore.foundation.errors import InputError

CATALOGUE = make_catalogue(30)
ALL = further_acts(FURTHER)
STAYING = further_acts([name for name in FURTHER if name != "exit"])


class Writing(Leaning):
    """Writes what it is told to write, where words are asked for."""

    words: Answer = Answer(text="What a  <b>day</b>\nfor a walk!")

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        self.asked += asks
        return iter([self.words] * len(asks))


def writing(words: Answer, taste: float = 3.0) -> Writing:
    model = Writing(dict.fromkeys(TASTE, taste))
    model.words = words
    return model


def test_only_what_is_enabled_is_asked_about() -> None:
    plain = browse(session(), CATALOGUE, Leaning(TASTE)).events
    assert all(event.asked is None and event.further is None and event.chances is None for event in plain)
    for name in FURTHER:
        events = browse(session(actions=further_acts([name])), CATALOGUE, Writing(TASTE)).events
        asked = {each for event in events for each in event.asked or ()} - {"glance", "watch", "like"}
        assert asked <= {name, "comment_text"} and (name in asked)
        for event in events:
            assert event.asked is not None and len(event.asked) == len(event.raw_answer) == len(event.tokens)


def test_enabling_an_act_moves_no_other() -> None:
    """Every act has its own place in its stream, and what was drawn before stays what it was."""
    both = browse(session(actions=further_acts(["share", "follow"])), CATALOGUE, Leaning(TASTE)).events
    one = browse(session(actions=further_acts(["follow"])), CATALOGUE, Leaning(TASTE)).events
    plain = browse(session(), CATALOGUE, Leaning(TASTE)).events
    assert [event.item_id for event in both] == [event.item_id for event in one] == [event.item_id for event in plain]
    assert [event.action for event in both] == [event.action for event in one] == [event.action for event in plain]
    followed = [["follow" in (event.further or ()) for event in events] for events in (both, one)]
    assert followed[0] == followed[1] and any(followed[0]) and not all(followed[0])


@pytest.mark.parametrize("name", FURTHER)
def test_an_act_is_done_as_often_as_it_is_meant(name: Any) -> None:
    """Its chance is that of the answers, whichever way its question is put."""
    catalogue = make_catalogue(400, groups=("power",))
    model = Writing({"power": 0.4})
    act = further_acts([name])
    events = browse(session(steps=400, pool=400, actions=act), catalogue, model).events
    told = [event for event in events if (event.chances or {}).get(name) is not None]
    chance = 1 / (1 + exp(0.4 if OWN[name].against else -0.4))
    assert all(event.chances is not None and event.chances[name] == pytest.approx(chance) for event in told)
    done = [name in (event.further or ()) or event.action == name for event in told]
    if name == "exit":
        assert done[-1] and not any(done[:-1]) and len(events) < 400
    else:
        assert sum(done) / len(done) == pytest.approx(chance, abs=4 * (chance * (1 - chance) / len(done)) ** 0.5)


def test_what_is_done_tells_the_feed_its_declared_weight() -> None:
    """Only sharing counts here, so a feed that learns from it alone shows more of what is shared."""
    from agents.browsing.options import EngagementWeights

    silent = Behaviour(weights=EngagementWeights(0.0, 0.0, 0.0, 0.0), deterministic=True)
    policy = load_policy("similar", exploration=0, temperature=0.01)
    for weight in (0.0, 1.0):
        act = ActionOptions({"share": replace(OWN["share"], weight=weight)})
        events = browse(session(behaviour=silent, policy=policy, actions=act), CATALOGUE, Leaning(TASTE)).events
        reasons = {event.policy_reason for event in events[2:]}
        assert ("exploit" in reasons) is (weight > 0)


def test_who_closes_the_app_ends_the_session(tmp_path: Path) -> None:
    log_file = tmp_path / "log.jsonl"
    options = session(steps=20, actions=further_acts(["exit"]))
    record = browse(options, CATALOGUE, Leaning({"power": -0.5}), log=log_file)
    assert record.left and 0 < len(record.events) < 20
    assert record.events[-1].further == ("exit",) and not any("exit" in (e.further or ()) for e in record.events[:-1])
    report, alone = replay(log_file, CATALOGUE), replay_alone(log_file)
    assert report.identical and report.complete and alone.identical and alone.complete, (report, alone)
    longer = browse(replace(options, steps=25), CATALOGUE, Leaning({"power": -0.5}), log=log_file)
    assert longer.events == record.events and longer.taken_up == len(record.events)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (Answer(text="What a  <b>day</b>\nfor a walk!"), "What a <b>day</b> for a walk!"),
        (Answer(text="<think>hm</think>Nice."), "Nice."),
        (Answer(text="I'm sorry, but I cannot write comments."), None),
        (Answer(text="", error="timeout"), None),
        (Answer(text="   \n"), None),
        (Answer(text="x" * 100_000), "x" * 600),
    ],
)
def test_comments_are_what_was_written_and_nothing_else(tmp_path: Path, words: Answer, kept: str | None) -> None:
    """A refusal, an error or nothing is no comment, and no act."""
    log_file = tmp_path / "log.jsonl"
    options = session(steps=3, actions=further_acts(["comment"]), behaviour=Behaviour(deterministic=True))
    events = browse(options, CATALOGUE, writing(words), log=log_file).events
    assert [event.comment for event in events] == [kept] * 3
    assert all(event.further == (("comment",) if kept else ()) for event in events)
    assert all(len(text) <= 2000 for event in events for text in event.raw_answer)
    assert replay(log_file, CATALOGUE).identical and replay_alone(log_file).identical


@pytest.mark.parametrize("actions", [STAYING, ALL])
def test_sessions_with_every_act_are_replayed_and_taken_up(tmp_path: Path, actions: ActionOptions) -> None:
    options = session(actions=actions, policy=load_policy("similar"), weariness=WearinessOptions(0.4, 0.9))
    log_file, cut = tmp_path / "log.jsonl", tmp_path / "cut.jsonl"
    events = browse(options, CATALOGUE, Writing({"power": 1.5, "security": 1.0}), log=log_file).events
    assert replay(log_file, CATALOGUE).identical, replay(log_file, CATALOGUE).difference
    assert replay_alone(log_file).identical, replay_alone(log_file).difference
    lines = log_file.read_bytes().splitlines(keepends=True)
    cut.write_bytes(b"".join(lines[: len(events) // 2 + 1]))
    browse(options, CATALOGUE, Writing({"power": 1.5, "security": 1.0}), log=cut)
    assert cut.read_bytes() == log_file.read_bytes()


@pytest.mark.parametrize(
    "make",
    [
        lambda: further_acts(["shout"]),
        lambda: ActionOptions({"shout": OWN["share"]}),  # type: ignore[dict-item]
        lambda: replace(OWN["share"], weight=float("inf")),
        lambda: ActionOptions(comment_tokens=0),
        lambda: ActionOptions(comment=" "),
        lambda: WearinessOptions(fatigue=-1),
        lambda: WearinessOptions(boredom=float("nan")),
        lambda: WearinessOptions(span=0),
    ],
)
def test_acts_and_weariness_out_of_range_are_refused(make: Any) -> None:
    with pytest.raises(InputError):
        make()


# ------------------------------------------------------------------------------------------ weariness


@settings(deadline=None)
@given(st.floats(0.001, 0.999), st.floats(0, 20))
def test_weariness_is_taken_from_the_log_odds(probability: float, taken: float) -> None:
    assert logit(wearied(probability, taken)) == pytest.approx(logit(probability) - taken, abs=1e-6)


@settings(deadline=None, max_examples=15)
@given(st.floats(0, 3), st.floats(0, 3))
def test_the_formula_is_what_is_logged(fatigue: float, boredom: float) -> None:
    """Minutes watched and similarity to the clips just seen, reckoned here from the log and the vectors."""
    weariness = WearinessOptions(fatigue, boredom, span=3)
    events = browse(session(weariness=weariness), CATALOGUE, Leaning(TASTE)).events
    vectors = [CATALOGUE.clips[event.item_id].item.vector for event in events]
    for place, event in enumerate(events):
        near = [float(vectors[place] @ vector) for vector in vectors[max(0, place - 3) : place]]
        alike = max(0.0, sum(near) / len(near)) if near and boredom else 0.0
        minutes = sum(before.watch_s for before in events[:place]) / 60
        expected = fatigue * minutes + boredom * alike
        if fatigue or boredom:
            assert event.weariness == pytest.approx(expected, abs=1e-5)
        else:
            assert event.weariness is None and event.similarity is None


def test_the_tired_watch_less_and_say_the_same() -> None:
    """What is answered stays; only what is drawn from it changes, and earlier with time."""
    catalogue, model = make_catalogue(300, groups=("power",)), Leaning({"power": 1.5})
    options = session(steps=300, pool=300)
    fresh = browse(options, catalogue, model).events
    tired = browse(replace(options, weariness=WearinessOptions(fatigue=0.5)), catalogue, model).events
    assert [event.item_id for event in fresh] == [event.item_id for event in tired]
    assert all(event.chances and event.chances["glance"] == pytest.approx(1 / (1 + exp(-1.5))) for event in tired)
    halves = [sum(event.watch_s for event in tired[half : half + 150]) for half in (0, 150)]
    assert halves[1] < 0.8 * halves[0] < 0.9 * sum(event.watch_s for event in fresh[:150])
    weary = [event.weariness for event in tired if event.weariness is not None]
    assert len(weary) == 300 and all(one <= other for one, other in pairwise(weary))


def test_more_of_the_same_bores() -> None:
    alike = similarity(CATALOGUE.clips["clip000"].item.vector, [CATALOGUE.clips["clip003"].item.vector])
    other = similarity(CATALOGUE.clips["clip000"].item.vector, [CATALOGUE.clips["clip001"].item.vector])
    assert alike > 0.9 > 0.2 > other >= 0 == similarity(CATALOGUE.clips["clip000"].item.vector, [])
    assert log(1) == WearinessOptions().taken(1e6, 1.0)
