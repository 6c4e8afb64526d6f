"""However many procedures are conducted, each gets what it would get alone."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.answers.export import verify_answers
from agents.answers.store import AnswerStore
from agents.models.ask_key import ask_content, ask_key, canonical_json
from agents.models.base import Answer, Ask, Choice, FrameReference, Stimulus
from agents.procedures.conductor import ConductOptions, conduct
from agents.procedures.procedure import Addressed, Named, Procedure, alone

YES_NO = (Choice("yes", ("yes",)), Choice("no", ("no",)))
ROLES = ("subject", "judge", "second judge")


@dataclass
class Oracle:
    """Answers from the hash of what is asked, so that every answer can be told from every other."""

    id: str = "oracle@1"
    settings: dict[str, str] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    windows: list[int] = field(default_factory=list)
    stops_after: int | None = None
    """Answers until it is interrupted."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        self.windows.append(len(asks))
        for ask in asks:
            if self.stops_after is not None and len(self.asked) >= self.stops_after:
                raise KeyboardInterrupt
            self.asked.append(ask)
            yield self.answer(ask)

    generate = score

    def answer(self, ask: Ask) -> Answer:
        digest = hashlib.sha256(canonical_json([self.id, ask_content(ask)]).encode()).digest()
        if digest[0] < 20:
            return Answer(error="overloaded", tokens=digest[1])
        if not ask.choices:
            return Answer(text=digest.hex(), tokens=digest[1])
        counts = {"yes": digest[2], "no": digest[3]} if digest[0] < 60 else {}
        scored = {} if counts else {"yes": -digest[2] / 7 - 0.01, "no": -digest[3] / 7 - 0.01}
        return Answer(scored, digest.hex()[:6], "yes" if digest[2] < digest[3] else "no", digest[1], "", counts)


def cast(**limits: Any) -> dict[str, Oracle]:
    """Two of the three roles are played by one model."""
    subject, judge = Oracle(**limits), Oracle("judge@2")
    return {"subject": subject, "judge": judge, "second judge": judge}


def scripted(seed: int) -> Procedure[list[Answer]]:
    """What it asks, of whom, how much and how long depends on all answers so far; many ask the same."""
    heard: list[Answer] = []
    state = hashlib.sha256(str(seed).encode()).digest()
    for _ in range(state[0] % 6):
        wanted = [
            Addressed(
                Ask(
                    Stimulus(tuple(FrameReference(f"{n:064x}", Path(f"{n}.jpg")) for n in range(state[place] % 3))),
                    f"Question {state[place + 5] % 4}?",
                    YES_NO if state[place + 10] % 3 else (),
                    system="" if state[place + 15] % 2 else "You are old.",
                    tags={"seed": seed},
                ),
                ROLES[state[place + 20] % 3],
            )
            for place in range(state[1] % 5)
        ]
        answers = yield wanted
        assert len(answers) == len(wanted)
        heard += answers
        state = hashlib.sha256(state + repr([(one.text, one.error) for one in answers]).encode()).digest()
    return heard


def named(seeds: Sequence[int]) -> Iterator[Named[list[Answer]]]:
    return (Named(f"{place}: {seed}", scripted(seed)) for place, seed in enumerate(seeds))


SEEDS = st.lists(st.integers(0, 60), max_size=12)
OPTIONS = st.builds(ConductOptions, in_flight=st.integers(1, 13), window=st.none() | st.integers(1, 9))


@settings(max_examples=60, deadline=None)
@given(SEEDS, OPTIONS)
def test_any_interleaving_gives_what_each_gets_alone(seeds: list[int], options: ConductOptions) -> None:
    one_by_one = [alone(scripted(seed), cast()) for seed in seeds]
    assert list(conduct(named(seeds), cast(), None, None, options)) == one_by_one


@settings(max_examples=40, deadline=None)
@given(SEEDS, OPTIONS, OPTIONS, st.integers(0, 8), st.integers(0, 40))
def test_what_is_stored_and_what_is_interrupted_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    seeds: list[int],
    options: ConductOptions,
    later: ConductOptions,
    before: int,
    stop: int,
) -> None:
    path = tmp_path_factory.mktemp("store") / "answers.sqlite"
    one_by_one = [alone(scripted(seed), cast()) for seed in seeds]
    with AnswerStore(path) as store:
        part = list(conduct(named(seeds[:before]), cast(), store, None, options))
        assert part == one_by_one[:before]
        with contextlib.suppress(KeyboardInterrupt):
            list(conduct(named(seeds), cast(stops_after=stop), store, None, options))
        good = {str(key) for key, error in zip(*_column(store), strict=True) if not error}
        players = cast()
        assert list(conduct(named(seeds), players, store, None, later)) == one_by_one
        again = [ask_key(ask, model) for model in (players["subject"], players["judge"]) for ask in model.asked]
        assert len(again) == len(set(again)) and not good & set(again)
        assert verify_answers(store).problems == ()


def _column(store: AnswerStore) -> tuple[list[str], list[str]]:
    table = store.table()
    done = table[table["answered"] | (table["error"] != "")] if len(table) else table
    return (list(done["key"]), list(done["error"])) if len(table) else ([], [])


def test_equal_asks_count_once_and_come_in_the_order_of_the_planner(tmp_path: Path) -> None:
    def asks(pictures: str, personas: str) -> Procedure[int]:
        wanted = [
            Addressed(Ask(Stimulus((FrameReference(picture * 64, Path("p")),)), "Q?", YES_NO, system=persona))
            for persona in personas
            for picture in pictures
        ]
        return len((yield wanted))

    for store in (None, AnswerStore(tmp_path / "answers.sqlite")):
        model = Oracle()
        procedures = [Named("a", asks("abc", "xy")), Named("b", asks("bad", "zyx"))]
        assert list(conduct(procedures, {"subject": model}, store)) == [6, 9]
        order = ["".join((ask.stimulus.frames[0].picture_sha[0], ask.system)) for ask in model.asked]
        assert order == ["ax", "ay", "az", "bx", "by", "bz", "cx", "cy", "dx", "dy", "dz"]
        if store is not None:
            store.close()
