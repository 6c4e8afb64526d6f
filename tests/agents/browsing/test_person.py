"""A person in the agent's seat: what they do becomes a log like any other, and can be walked again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from browse_fixtures import make_catalogue, session
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.browsing.log import Event, encode
from agents.browsing.person import PERSON, PersonWalk, Reaction, person_manifest
from agents.feeds.policy import read_policy
from vectorstore.foundation.errors import InputError

CATALOGUE = make_catalogue(10)
ACTIONS = ("watch", "like", "skip", "not_interested")


def walked(reactions: list[Reaction], **changes: Any) -> list[Event]:
    walk = PersonWalk(session(**changes), CATALOGUE)
    events = []
    for step, reaction in enumerate(reactions):
        shown = walk.choose(step)
        assert shown is not None
        events.append(walk.take(step, shown, reaction))
    return events


REACTIONS = st.builds(
    Reaction,
    action=st.sampled_from(ACTIONS),
    watched=st.floats(0, 100),
    in_front=st.floats(0, 100),
    rating=st.none() | st.integers(1, 5),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(REACTIONS, max_size=8), st.sampled_from(["random", "similar:exploration=0", "balanced"]))
def test_whatever_people_do_can_be_walked_again(reactions: list[Reaction], policy: str) -> None:
    events = walked(reactions, policy=read_policy(policy))
    again = PersonWalk(session(policy=read_policy(policy)), CATALOGUE)
    assert [encode(event) for event in events] == [
        encode(repeated) for event in events if (repeated := again.repeat(event))
    ]


def test_stars_without_end_in_a_log_are_refused() -> None:
    event = walked([Reaction("watch", 1.0, 1.0, rating=5)])[0]
    with pytest.raises(InputError, match="stars"):
        PersonWalk(session(), CATALOGUE).repeat(replace(event, parsed=("9" * 5_000,)))


def test_what_people_like_steers_the_feed_as_what_models_like() -> None:
    """Somebody who likes one group alone sees more of it than somebody who likes another."""
    counts = {}
    for wanted in ("power", "hedonism"):
        walk = PersonWalk(session(policy=read_policy("similar:temperature=0.05,exploration=0")), make_catalogue(60))
        seen = []
        for step in range(15):
            shown = walk.choose(step)
            assert shown is not None
            seen.append(shown.item.group)
            liked = shown.item.group == wanted
            walk.take(step, shown, Reaction("like" if liked else "not_interested", 2.0, 2.0))
        counts[wanted] = seen
    assert counts["power"].count("power") > 10 > 3 > counts["hedonism"].count("power")


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "buy"},
        {"action": "exec"},
        {"watched": -0.1},
        {"watched": float("nan")},
        {"in_front": float("inf")},
        {"in_front": 1e6},
        {"rating": 0},
        {"rating": 6},
    ],
)
def test_what_nobody_can_do_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Reaction(**{"action": "watch", "watched": 1.0, "in_front": 1.0, **wrong})


def test_a_manifest_says_that_it_is_a_person_and_which_page_it_was() -> None:
    one = person_manifest(session(), CATALOGUE, "abc", {"ratings": True})
    assert one.human and one.model["id"] == f"{PERSON}abc" and one.session["page"] == {"ratings": True}
    assert one.persona["id"] is None
    others = [
        person_manifest(session(), CATALOGUE, "abd", {"ratings": True}),
        person_manifest(session(), CATALOGUE, "abc", {"ratings": False}),
        person_manifest(session(seed=4), CATALOGUE, "abc", {"ratings": True}),
    ]
    assert len({each.run_id for each in (one, *others)}) == 4
