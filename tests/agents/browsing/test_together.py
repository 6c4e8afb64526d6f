"""Many sessions at once: the same logs, byte for byte, in fewer and larger batches."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from browse_fixtures import QUESTIONS, TASTE, Leaning, make_catalogue

from agents.browsing.log import Event, read_log
from agents.browsing.options import SessionOptions
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.session import Session, browse, browse_together
from agents.feeds.policy import load_policy
from agents.models.base import NO_PICTURE, Answer, Ask, Model
from agents.models.local.simulated import SimulatedModel, read_profile
from agents.personas.persona import load_personas
from agents.procedures.conductor import ConductOptions
from vectorstore.foundation.errors import BlindModelError, InputError, ModelError

CATALOGUE = make_catalogue(30)
POLICIES = [load_policy(name) for name in ("random", "balanced", "similar")]
PERSONAS = [None, *load_personas()[:2]]


class Batched(SimulatedModel):
    """Notes how many asks it is handed at a time, and stops when it was told to."""

    def __init__(
        self, profile: str = "power=1.5,yes_lean=0.8,noise=0.7", then: Callable[[], None] | None = None
    ) -> None:
        super().__init__(read_profile(profile))
        self.batches: list[int] = []
        self._then = then

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        self.batches.append(len(asks))
        if self._then is not None and len(self.batches) == 12:
            self._then()
        return super().score(asks)


def sessions(folder: Path, models: Sequence[Model], count: int = 12) -> list[Session]:
    """Of different lengths, under different policies, seeds and personas."""
    return [
        Session(
            SessionOptions(QUESTIONS, seed=place // 3, steps=5 + place % 4, policy=POLICIES[place % 3]),
            models[place % len(models)],
            PERSONAS[place // 2 % 3],
            folder / f"{place}.jsonl",
        )
        for place in range(count)
    ]


def one_by_one(listed: Sequence[Session]) -> list[bytes]:
    for each in listed:
        browse(each.options, CATALOGUE, each.model, each.persona, each.log)
    return logs(listed)


def logs(listed: Sequence[Session]) -> list[bytes]:
    return [each.log.read_bytes() if each.log and each.log.exists() else b"" for each in listed]


@pytest.mark.parametrize("options", [None, ConductOptions(in_flight=3), ConductOptions(in_flight=50, window=7)])
def test_sessions_at_once_write_the_logs_that_each_writes_alone(tmp_path: Path, options: ConductOptions | None) -> None:
    expected = one_by_one(sessions(tmp_path / "alone", [Batched(), Leaning(TASTE, refuses="hedonism")]))
    model = Batched()
    listed = sessions(tmp_path / "together", [model, Leaning(TASTE, refuses="hedonism")])
    seen: list[tuple[Session, Event]] = []
    records = list(browse_together(listed, CATALOGUE, lambda *step: seen.append(step), options))
    assert logs(listed) == expected
    assert [len(record.events) for record in records] == [5 + place % 4 for place in range(12)]
    for each, record in zip(listed, records, strict=True):
        assert tuple(event for session, event in seen if session is each) == record.events
        assert each.log is not None and read_log(each.log).events == record.events
        assert replay(each.log, CATALOGUE).identical and replay_alone(each.log).identical
    assert max(model.batches) > 4 * 4 or options is not None


def test_equal_sessions_cost_one(tmp_path: Path) -> None:
    model = Batched()
    options = SessionOptions(QUESTIONS, steps=6)
    list(browse_together([Session(options, model) for _ in range(10)], CATALOGUE))
    alone = Batched()
    browse(options, CATALOGUE, alone)
    assert model.batches == alone.batches


def test_a_model_that_fails_leaves_logs_that_can_be_taken_up(tmp_path: Path) -> None:
    def fail() -> None:
        raise ModelError("the server is gone")

    expected = one_by_one(sessions(tmp_path / "alone", [Batched()]))
    with pytest.raises(ModelError, match="the server is gone"):
        list(browse_together(sessions(tmp_path / "together", [Batched(then=fail)]), CATALOGUE))
    listed = sessions(tmp_path / "together", [Batched()])
    begun = [log.count(b"\n") for log in logs(listed)]
    assert sum(begun) > 12 and all(whole.startswith(log) for whole, log in zip(expected, logs(listed), strict=True))
    list(browse_together(listed, CATALOGUE))
    assert logs(listed) == expected


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = ["tests/agents", "tests/agents/browsing"]
from test_together import CATALOGUE, Batched, browse_together, sessions
kill = lambda: os.kill(os.getpid(), signal.SIGKILL)
list(browse_together(sessions(Path(sys.argv[1]), [Batched(then=kill)]), CATALOGUE))
"""


def test_a_killed_process_is_taken_up(tmp_path: Path) -> None:
    expected = one_by_one(sessions(tmp_path / "alone", [Batched()]))
    command = [sys.executable, "-c", KILLED, str(tmp_path / "together")]
    assert subprocess.run(command, check=False, cwd=Path(__file__).parents[3]).returncode == -signal.SIGKILL
    listed = sessions(tmp_path / "together", [Batched()])
    assert all(whole.startswith(log) for whole, log in zip(expected, logs(listed), strict=True))
    assert any(log.count(b"\n") > 1 for log in logs(listed))
    list(browse_together(listed, CATALOGUE))
    assert logs(listed) == expected


def test_a_session_that_cannot_go_on_is_named_and_the_others_keep_their_steps(tmp_path: Path) -> None:
    listed = sessions(tmp_path, [Batched()])
    expected = one_by_one(listed)
    broken = listed[4].log
    assert broken is not None
    before = broken.read_bytes()
    edited = before.replace(b'"action":"skip"', b'"action":"like"', 1).replace(b'"watch_s":', b'"watch_s":1', 1)
    broken.write_bytes(edited)
    with pytest.raises(InputError, match="cannot be repeated") as told:
        list(browse_together(listed, CATALOGUE))
    assert told.value.__notes__ == [f"in the procedure {str(broken)!r}"]
    assert broken.read_bytes() == edited
    assert [log for place, log in enumerate(logs(listed)) if place != 4] == [
        log for place, log in enumerate(expected) if place != 4
    ]


def test_two_sessions_do_not_write_one_log(tmp_path: Path) -> None:
    listed = sessions(tmp_path, [Batched()], 2)
    with pytest.raises(InputError, match=r"0\.jsonl"):
        list(browse_together([listed[0], replace(listed[1], log=listed[0].log)], CATALOGUE))


def test_a_model_that_sees_nothing_is_stopped(tmp_path: Path) -> None:
    class Blind(Batched):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            return (Answer(text="No image was provided.", parsed=NO_PICTURE) for _ in asks)

    with pytest.raises(BlindModelError, match="sees no picture"):
        list(browse_together(sessions(tmp_path, [Blind()]), CATALOGUE))


def test_more_sessions_than_files_may_be_open(tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = len(list(Path("/dev/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken + 20, before[1]))
    try:
        listed = sessions(tmp_path, [Batched()], 40)
        assert len(list(browse_together(listed, CATALOGUE, options=ConductOptions(in_flight=10)))) == 40
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
