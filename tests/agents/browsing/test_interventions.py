"""What is done to a feed at a step: it is logged, does what it says, and the paired session is the same before it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browse_fixtures import TASTE, Leaning, make_catalogue, session

from agents.browsing.catalogue import Catalogue
from agents.browsing.interventions import KINDS, FeedIntervention, intervention_from
from agents.browsing.log import encode, read_log
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.seeing.beside import ClipFacts
from agents.browsing.seeing.observe import ObserverOptions
from agents.browsing.session import browse
from agents.feeds.policy import load_policy
from vectorstore.foundation.errors import InputError

CATALOGUE = make_catalogue(60)
FEED = load_policy("similar", exploration=0.1)
LIKES = Catalogue([replace(clip, facts=ClipFacts(likes=7)) for clip in CATALOGUE.clips.values()])
EACH = (
    "6:swap_policy=random",
    "6:swap_policy=similar:temperature=0.5",
    "6:inject=clip001+clip059",
    "6-9:cool_down",
    "6-11:balanced",
    "6:reset",
    "6:persona=somebody",
    "6-9:label=This may be advertising.",
    "6-9:words=order:like",
    "6:hide_counts",
)


def done(*texts: str) -> tuple[FeedIntervention, ...]:
    return tuple(
        replace(each, system="You are somebody.") if each.kind == "persona" else each
        for each in map(intervention_from, texts)
    )


def walked(*texts: str, log: Path | None = None, steps: int = 15) -> tuple[Any, Leaning]:
    model = Leaning(TASTE)
    observer = ObserverOptions(beside=("likes",))
    options = session(policy=FEED, steps=steps, interventions=done(*texts), observer=observer)
    return browse(options, LIKES, model, log=log), model


@pytest.mark.parametrize("text", EACH)
def test_the_paired_session_is_the_same_up_to_the_step(tmp_path: Path, text: str) -> None:
    """Byte for byte, and with the same luck after it: only what the intervention is meant to change may differ."""
    log = tmp_path / "log.jsonl"
    (record, _), (without, _) = walked(text, log=log), walked()
    before = [[encode(event) for event in each.events[:6]] for each in (record, without)]
    assert before[0] == before[1]
    assert record.manifest.streams == without.manifest.streams and record.manifest.seed == without.manifest.seed
    in_force = [event.step for event in record.events if event.intervention]
    assert in_force and min(in_force) == 6 and all(event.intervention is None for event in without.events)
    assert {event.intervention for event in record.events[6:7]} == {text.partition(":")[2]}
    assert replay(log, LIKES).identical, replay(log, LIKES).difference
    assert replay_alone(log).identical, replay_alone(log).difference
    assert read_log(log).events == record.events


@pytest.mark.parametrize("text", EACH)
def test_a_session_that_is_cut_in_the_middle_of_it_goes_on(tmp_path: Path, text: str) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    walked(text, log=whole)
    cut.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:9]))
    walked(text, log=cut)
    assert cut.read_bytes() == whole.read_bytes()


def test_two_sessions_in_which_nothing_differs_are_told_apart_by_nothing() -> None:
    """Common random numbers: an intervention that changes nothing that matters leaves every event but its name."""
    record, without = walked("6:hide_counts")[0], walked()[0]
    assert [replace(event, intervention=None, prompt_hash="") for event in record.events] == [
        replace(event, prompt_hash="") for event in without.events
    ]


def test_another_policy_decides_from_then_on() -> None:
    record, _ = walked("6:swap_policy=random")
    assert {event.policy_reason for event in record.events[6:]} == {"random"}
    assert "random" not in {event.policy_reason for event in record.events[:6]}


def test_injected_clips_are_shown_in_their_order_and_never_twice() -> None:
    record, _ = walked("3:inject=clip001+clip059", "8:inject=clip001")
    events = record.events
    assert [event.item_id for event in events[3:5]] == ["clip001", "clip059"]
    assert all(event.policy_reason == "injected" and event.candidates[0].propensity == 1 for event in events[3:5])
    assert events[8].policy_reason != "injected" and events[8].intervention == "inject=clip001"
    assert max(Counter(event.item_id for event in events).values()) == 1
    drawn = session(policy=FEED, items=5, steps=4, interventions=done("0:inject=clip001+clip059"))
    assert [event.item_id for event in browse(drawn, LIKES, Leaning(TASTE)).events[:2]] == ["clip001", "clip059"]


def test_a_cool_down_is_even_and_counts_for_nothing() -> None:
    record, _ = walked("0-14:cool_down", steps=17)
    assert {event.policy_reason for event in record.events[:15]} == {"random"}
    assert record.events[15].policy_reason == "cold_start", "nothing that was done before counts"


def test_a_balanced_block_shows_every_group_equally_often_whatever_came_before() -> None:
    record, _ = walked("6-11:balanced")
    assert Counter(CATALOGUE.groups[event.item_id] for event in record.events[6:12]) == dict.fromkeys(TASTE, 2)


def test_a_reset_makes_the_feed_begin_anew() -> None:
    record, _ = walked("6:reset")
    assert record.events[6].policy_reason == "cold_start"
    assert max(Counter(event.item_id for event in record.events).values()) == 1


def test_persona_label_and_counts_reach_the_prompt_for_as_long_as_they_hold() -> None:
    _, model = walked("4:persona=somebody", "6-9:label=Advert.", "12:hide_counts")
    for ask in model.asked:
        step = int(ask.tags["step"])
        assert ask.system == ("You are somebody." if step >= 4 else "")
        assert ('Note: "Advert".' in ask.stimulus.caption) is (6 <= step <= 9)
        assert ("Likes: 7." in ask.stimulus.caption) is (step < 12)


def test_several_are_told_in_order() -> None:
    record, _ = walked("2:swap_policy=random", "3-4:cool_down", "4:hide_counts")
    codes = [event.intervention for event in record.events[1:6]]
    assert codes == [
        None,
        "swap_policy=random",
        "swap_policy=random; cool_down",
        "swap_policy=random; cool_down; hide_counts",
        "swap_policy=random; hide_counts",
    ]


def test_every_kind_has_an_example_that_is_one() -> None:
    for kind, told in KINDS.items():
        assert intervention_from(told.split("`")[1]).kind == kind
    assert {each.kind for each in done(*EACH)} == set(KINDS)


@pytest.mark.parametrize(
    "text",
    [
        *("", "6", "reset", "x:reset", "-1:reset", "6-:reset", "9-6:cool_down", "6:explode", "6:inject", "6:inject=+"),
        *("6-9:reset", "6-6:reset", "6-9:inject=clip001+clip002"),
        *("6:reset=now", "6:label= ", "6:swap_policy=nowhere", "6:inject=nowhere", "6:swap_policy=similar:depth=3"),
        *(
            "6:words",
            "6:words=like",
            "6:words=overlay:up",
            "6:words=overlay:like,share=0",
            "6:words=order:like,share=no",
        ),
        *("6:words=order:like,share=nan", "6:words=order:like,share=0.5,share=0.5", "6:words=order:like,seed=1"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_asked(text: str) -> None:
    model = Leaning(TASTE)
    with pytest.raises(InputError) as told:
        browse(session(interventions=done(text)), LIKES, model)
    assert not model.asked and "\n" not in told.value.message


def test_vectors_of_the_catalogue_are_not_touched() -> None:
    before = {name: clip.item.vector.copy() for name, clip in LIKES.clips.items()}
    walked(*EACH[:1])
    assert all(np.array_equal(before[name], clip.item.vector) for name, clip in LIKES.clips.items())
