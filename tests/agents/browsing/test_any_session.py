"""Whatever is combined: a log is replayed byte for byte, follows from its answers, and is taken up where it was cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from browse_fixtures import TASTE, Leaning, make_catalogue, session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.browsing.catalogue import Catalogue
from agents.browsing.doing.actions import FURTHER, further_acts
from agents.browsing.doing.decisions import CHECK
from agents.browsing.doing.memory import MemoryOptions
from agents.browsing.doing.weariness import WearinessOptions
from agents.browsing.interventions import intervention_from
from agents.browsing.options import Behaviour, SessionOptions
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.seeing.beside import ClipFacts
from agents.browsing.seeing.observe import observer_from
from agents.browsing.session import browse
from agents.feeds.policy import load_policy
from agents.models.base import Answer, Ask
from agents.models.yes_no import NO, YES
from agents.playing.checks import CheckOptions, CheckQuestion

CATALOGUE = Catalogue(
    [
        replace(clip, facts=ClipFacts("jo", 5, ("a", "b")), transcript=((0.0, 1.5, "One."), (2.0, 4.0, "Two.")))
        for clip in make_catalogue(20).clips.values()
    ]
)
SIGHTS = ("frames", "frames:3+transcript", "shuffled:3", "caption+likes", "transcript", "none", "frames+creator+topics")
DEEDS = (
    "2:swap_policy=random",
    "1-4:cool_down",
    "3:inject=clip001+clip002",
    "2-5:balanced",
    "3:reset",
    "0:hide_counts",
)


CHECKS = CheckOptions((CheckQuestion("Are you kind?", (YES, NO), {"yes": 1.0, "no": 0.0}),), 3)


@dataclass
class Moody(Leaning):
    """Writes, refuses one kind of clip and fails at another, and is kind."""

    def _answer(self, ask: Ask) -> Answer:
        return Answer({"yes": -0.2, "no": -2.0}, "yes", "yes", 3) if CHECK in ask.tags else super()._answer(ask)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        self.asked += asks
        return iter([Answer(text=f"Hm {len(ask.turns)}.") for ask in asks])


@st.composite
def sessions(draw: st.DrawFn) -> SessionOptions:
    deeds = draw(st.lists(st.sampled_from(DEEDS), unique=True, max_size=3))
    mode: Any = draw(st.sampled_from(["none", "transcript", "summary", "retrieval"]))
    return session(
        seed=draw(st.integers(0, 3)),
        steps=7,
        policy=load_policy(draw(st.sampled_from(["random", "balanced", "similar"]))),
        observer=observer_from(draw(st.sampled_from(SIGHTS))),
        behaviour=Behaviour(deterministic=draw(st.booleans()), max_chunks=draw(st.sampled_from([1, 3]))),
        actions=further_acts(draw(st.lists(st.sampled_from(FURTHER), unique=True))),
        memory=MemoryOptions(mode, draw(st.integers(1, 3)), fresh_every=draw(st.integers(0, 2))),
        weariness=WearinessOptions(draw(st.sampled_from([0.0, 1.0])), draw(st.sampled_from([0.0, 1.0]))),
        interventions=tuple(map(intervention_from, deeds)),
        checks=draw(st.sampled_from([CheckOptions(), CHECKS])),
        items=draw(st.sampled_from([None, 12])),
        pool=draw(st.sampled_from([6, 256])),
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(options=sessions(), kept=st.integers(0, 6), refuses=st.sampled_from(["", "hedonism"]))
def test_any_session_is_replayed_and_taken_up(
    tmp_path_factory: pytest.TempPathFactory, options: SessionOptions, kept: int, refuses: str
) -> None:
    log = tmp_path_factory.getbasetemp() / "any.jsonl"
    log.unlink(missing_ok=True)

    def run() -> None:
        browse(options, CATALOGUE, Moody({**TASTE, "power": 1.0}, refuses=refuses, fails="security"), log=log)

    run()
    whole, found, alone = log.read_bytes(), replay(log, CATALOGUE), replay_alone(log)
    assert found.identical and found.complete, found.difference
    assert alone.identical, alone.difference
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[: kept + 1]))
    run()
    assert log.read_bytes() == whole
