"""One feed answered by a person and by an agent: their logs side by side, in numbers and on the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from report_pages import data, read
from session_worlds import session_of

from agents.browsing.log import LogContents
from agents.browsing.options import SessionOptions
from agents.browsing.person import PersonWalk, Reaction, person_manifest
from agents.browsing.session import browse
from agents.feeds.policy import read_policy
from bench.feeds import made_catalogue
from valuespectrum.operations.feed_values import browse_questions
from valuespectrum.operations.studies.roleplay_words import sessions_in_words
from valuespectrum.reference.cohort import COHORT
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.reporting.page import render
from valuespectrum.sessions.document import sessions_document
from valuespectrum.sessions.people.beside import MOST_PAIRS, side_by_side
from valuespectrum.sessions.walks.walked import WalkedSession, Walker, walked

CATALOGUE = made_catalogue(66)
VALUES = {clip.item.item_id: clip.item.group for clip in CATALOGUE.clips.values() if clip.item.group}
STEPS = 24
PASSED = ("skip", "not_interested")


def both(policy: str) -> tuple[WalkedSession, WalkedSession]:
    """A person who likes power alone, by script, and a twin, through the feed of one policy and seed."""
    options = SessionOptions(browse_questions(), seed=3, steps=STEPS, policy=read_policy(policy))
    walk, events = PersonWalk(options, CATALOGUE), []
    for step in range(STEPS):
        shown = walk.choose(step)
        assert shown is not None
        likes = shown.item.group == "power"
        events.append(walk.take(step, shown, Reaction("like" if likes else "skip", 4.0 if likes else 0.4, 5.0)))
    contents = LogContents(person_manifest(options, CATALOGUE, "abc", {}), tuple(events), ())
    record = browse(options, CATALOGUE, TwinModel(COHORT[0]))
    agent = LogContents(record.manifest, record.events, ())
    return walked("person", contents, VALUES), walked("agent", agent, VALUES)


@pytest.mark.parametrize("policy", ["random", "similar:temperature=0.05"])
def test_a_person_and_an_agent_stand_side_by_side(policy: str) -> None:
    person, agent = both(policy)
    (row,) = side_by_side([person, agent])
    follows = policy != "random"
    assert (row["in_step"] < 1) is follows and (row["shared"] < STEPS) is follows
    assert row["person"]["human"] and row["agent"]["model"].startswith("simulated:amber")
    assert [step[2] for step in row["clips"]] == list(person.actions) and [s[0] for s in row["clips"]] == list(
        person.items
    )
    did = dict(zip(agent.items, agent.actions, strict=True))
    assert [step[3] for step in row["clips"]] == [did.get(clip) for clip in person.items]
    if not follows:
        same = [one in ("like", "watch") for one in person.actions], [act not in PASSED for act in agent.actions]
        assert row["agreement"] == pytest.approx(sum(a == b for a, b in zip(*same, strict=True)) / STEPS)
        assert row["person_did"]["like"] == sum(value == "power" for value in person.values) / STEPS


def test_the_page_shows_both() -> None:
    document = sessions_document(both("random"))
    page = render(replace(data(), walks=(document,)))
    text = " ".join(read(page).text)
    assert "The same feed, two who walked" in text and "They agreed about watching on in" in text
    heads = [" ".join(each.split()) for each in text.split("Clip by clip")[1:]]
    assert heads and heads[0].count("skipped") >= STEPS / 2
    assert page.count('class="actions"') >= 2 and "not shown" not in text
    apart = sessions_document(both("similar:temperature=0.05"))
    assert "not shown" in " ".join(read(render(replace(data(), walks=(apart,)))).text)
    earlier = {name: each for name, each in document.items() if name != "side_by_side"}
    assert "two who walked" not in render(replace(data(), walks=(earlier,))), "scores of earlier releases have none"
    assert "The same feed, a person / an agent" in sessions_in_words(document)


def test_pairs_that_are_left_out_are_counted() -> None:
    one = session_of(["power", "security"] * 6, ["like", "skip", "watch"] * 4)
    people = [replace(one, walker=Walker(f"human:{who}", human=True)) for who in range(9)]
    agents = [replace(one, walker=Walker(f"m{who}")) for who in range(5)]
    assert len(side_by_side([*people, *agents])) == MOST_PAIRS == 40
    document = sessions_document([*people, *agents])
    assert len(document["side_by_side"]) == 40 and document["side_by_side_left_out"] == 5
    assert "5 further pairs are left out" in sessions_in_words(document)
    assert "5 further pairs of a person" in " ".join(
        " ".join(read(render(replace(data(), walks=(document,)))).text).split()
    )
    few = sessions_document([*people[:2], *agents])
    assert few["side_by_side_left_out"] == 0 and "left out" not in sessions_in_words(few)


def test_other_feeds_are_not_set_beside() -> None:
    person: dict[str, Any] = {"walker": Walker("human:a", human=True)}
    one = replace(session_of(["power", "security"] * 6), **person)
    agent = replace(session_of(["security", "power"] * 6), items=tuple(reversed(one.items)))
    assert side_by_side([one, replace(agent, seed=1)]) == []
    assert side_by_side([one, replace(agent, walker=Walker("m", "placebo-1"))]) == []
    (row,) = side_by_side([one, agent])
    assert row["in_step"] == 0 and row["shared"] == 12 and row["agreement"] == 1 and row["kappa"] is None
    assert side_by_side([one]) == [] and side_by_side([agent]) == []


def test_what_is_not_known_of_a_person_is_no_number() -> None:
    one = session_of(["power", "security"] * 6)
    known = np.arange(12) % 2 == 0
    person = replace(one, walker=Walker("human:a", human=True), share=np.where(known, 0.5, np.nan))
    (row,) = side_by_side([person, one])
    assert row["person_did"]["watch_share"] == 0.5 and row["agent_did"]["watch_share"] == 1
    (row,) = side_by_side([replace(person, share=np.full(12, np.nan)), one])
    assert row["person_did"]["watch_share"] is None
