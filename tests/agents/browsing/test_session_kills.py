"""Sessions that are killed, at any byte and for real, go on to the log that they would have left undisturbed."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from browse_fixtures import TASTE, Leaning, make_catalogue, session

from agents.browsing.doing.actions import FURTHER, further_acts
from agents.browsing.doing.memory import MemoryOptions
from agents.browsing.doing.weariness import WearinessOptions
from agents.browsing.interventions import intervention_from
from agents.browsing.log import Event, SessionLog, encode
from agents.browsing.options import SessionOptions
from agents.browsing.session import SessionRecord, browse
from agents.feeds.policy import load_policy
from agents.models.base import Answer, Ask

CATALOGUE = make_catalogue(40)
OPTIONS = session(
    steps=7,
    policy=load_policy("similar"),
    actions=further_acts([name for name in FURTHER if name != "exit"]),
    memory=MemoryOptions("summary", 3),
    weariness=WearinessOptions(0.3, 0.5),
    interventions=(intervention_from("2-4:cool_down"), intervention_from("5:swap_policy=random")),
)
KILLS = 50


@dataclass
class Talking(Leaning):
    """Also writes."""

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        self.asked += asks
        return iter([Answer(text="Quite nice.")] * len(asks))


def run(log: Path | None, options: SessionOptions = OPTIONS) -> SessionRecord:
    return browse(options, CATALOGUE, Talking({**TASTE, "power": 3.0}), log=log)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    log = tmp_path_factory.mktemp("whole") / "log.jsonl"
    run(log)
    return log.read_bytes()


def cuts(whole: bytes) -> list[int]:
    """Places that differ in kind: around every end of a line, inside numbers, texts and names, and evenly between."""
    ends = [place + 1 for place, byte in enumerate(whole) if byte == 10]
    around = [end + shift for end in ends for shift in (-1, 0, 1)]
    even = [len(whole) * part // 27 for part in range(28)]
    return sorted({place for place in (*around, *even) if 0 <= place <= len(whole)})


def test_a_log_cut_at_every_kind_of_place_is_completed_to_the_same_bytes(tmp_path: Path, whole: bytes) -> None:
    places = cuts(whole)
    assert len(places) >= KILLS - 5
    log = tmp_path / "log.jsonl"
    for place in places:
        log.write_bytes(whole[:place])
        record = run(log)
        assert log.read_bytes() == whole, place
        assert record.taken_up == max(0, whole[:place].count(b"\n") - 1)


def test_one_session_killed_fifty_times_leaves_the_log_of_one_that_was_not(tmp_path: Path, whole: bytes) -> None:
    """At nearly every attempt the write of one event is torn at another byte; only every ninth gets through."""
    log, append = tmp_path / "log.jsonl", SessionLog.append
    attempts = kills = 0

    class KilledError(Exception):
        """The process is gone."""

    def torn(self: SessionLog, event: Event) -> None:
        nonlocal attempts, kills
        attempts += 1
        if kills == KILLS or attempts % 9 == 0:
            append(self, event)
            return
        kills += 1
        line = encode(event)
        with log.open("ab") as file:
            file.write(line[: kills * 97 % len(line)])
        raise KilledError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SessionLog, "append", torn)
        while not (log.exists() and log.read_bytes() == whole):
            with contextlib.suppress(KilledError):
                run(log)
            assert attempts <= 2 * KILLS
    assert kills == KILLS


REALLY = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = ["tests/agents", "tests/agents/browsing"]
import agents.browsing.log as logs
from test_session_kills import run
left, write = int(sys.argv[2]), logs._write
def torn(file, line):
    global left
    left -= len(line)
    if left <= 0:
        file.write(line[: max(1, len(line) + left)])
        os.kill(os.getpid(), signal.SIGKILL)
    write(file, line)
logs._write = torn
run(Path(sys.argv[1]))
"""


def test_a_process_that_is_really_killed_again_and_again_goes_on(tmp_path: Path, whole: bytes) -> None:
    log = tmp_path / "log.jsonl"
    for share in (0.02, 0.4, 0.4):
        command = [sys.executable, "-c", REALLY, str(log), str(int(share * len(whole)))]
        killed = subprocess.run(command, check=False, cwd=Path(__file__).parents[3])
        assert killed.returncode == -signal.SIGKILL
        assert whole.startswith(log.read_bytes())
    assert run(log).taken_up > 2 and log.read_bytes() == whole


def test_more_steps_continue_and_say_where(tmp_path: Path, whole: bytes) -> None:
    log, straight = tmp_path / "log.jsonl", tmp_path / "straight.jsonl"
    longer = replace(OPTIONS, steps=10)
    run(log)
    record = run(log, longer)
    run(straight, longer)
    assert (record.taken_up, len(record.events)) == (7, 10) and log.read_bytes() == straight.read_bytes()
