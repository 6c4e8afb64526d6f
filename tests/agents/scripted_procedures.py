"""Procedures whose every step depends on all answers before, and a model whose every answer depends on the ask.

As a script: scripted_procedures.py STORE NUMBER conducts some of them and kills itself at the NUMBER-th answer.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from agents.answers.store import AnswerStore
from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Answer, Ask, Choice, FrameReference, Stimulus
from agents.procedures.conductor import ConductOptions, conduct
from agents.procedures.procedure import Addressed, Named, Procedure

YES_NO = (Choice("yes", ("yes",)), Choice("no", ("no",)))
ROLES = ("subject", "judge", "second judge")


@dataclass
class Oracle:
    """Answers from the hash of what is asked, so that every answer can be told from every other."""

    id: str = "oracle@1"
    settings: dict[str, str] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    windows: list[int] = field(default_factory=list)
    before_each: Callable[[], None] = lambda: None
    """Called before every answer."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        self.windows.append(len(asks))
        for ask in asks:
            self.before_each()
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


def cast(before_each: Callable[[], None] = lambda: None) -> dict[str, Oracle]:
    """Two of the three roles are played by one model."""
    subject, judge = Oracle(before_each=before_each), Oracle("judge@2", before_each=before_each)
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


def main(path: str, number: str) -> None:
    """Conduct some procedures, and die on the way."""
    answered = 0

    def then_die() -> None:
        nonlocal answered
        answered += 1
        if answered == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    with AnswerStore(Path(path)) as store:
        list(conduct(named(range(40)), cast(then_die), store, None, ConductOptions(in_flight=15, window=8)))


if __name__ == "__main__":
    main(*sys.argv[1:])
