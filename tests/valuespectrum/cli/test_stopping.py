"""Whatever signal ends the program: one line, its exit code, no process left, and the same command goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vectorstore.processes.child_process import map_in_children

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent the POSIX way")
HERE = Path(__file__).parents[1]
ROOT = HERE.parents[1]
PROGRAM = """
import sys
sys.path[:0] = {paths!r}
import stopping_deeds
from valuespectrum.cli import exit_codes, main
exit_codes._run = stopping_deeds.{deed}
main()
"""
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def _usual() -> None:
    for number in CODES:
        signal.signal(number, signal.SIG_DFL)


def _no_hangup() -> None:
    _usual()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def start(deed: str, folder: Path, before: Callable[[], None] = _usual) -> subprocess.Popen[str]:
    """The program, as soon as it is at work."""
    code = PROGRAM.format(paths=[str(HERE), str(ROOT)], deed=deed)
    process = subprocess.Popen(
        [sys.executable, "-c", code, "ingest", str(folder / "mark")],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )
    end = time.monotonic() + 60
    while not (folder / "mark").exists() and time.monotonic() < end:
        time.sleep(0.01)
    return process


def end_of(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    _, said = process.communicate(timeout=60)
    return process.returncode, [line for line in said.splitlines() if line]


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("deed", ["wait", "with_children", "fail_while_closing", "while_deleting"])
def test_every_signal_ends_it_in_one_line(number: signal.Signals, deed: str, tmp_path: Path) -> None:
    process = start(deed, tmp_path)
    process.send_signal(number)
    code, lines = end_of(process)
    assert code == CODES[number], lines
    assert len(lines) == 1 and "run the same command again to continue: valuespectrum ingest" in lines[0]
    children = (tmp_path / "mark").read_text().split()
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


@pytest.mark.parametrize("deed", ["wait", "in_a_library", "slow_to_close", "with_threads"])
def test_three_interrupts_end_it_at_once(deed: str, tmp_path: Path) -> None:
    process = start(deed, tmp_path)
    started = time.monotonic()
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    code, lines = end_of(process)
    assert code == 130, lines
    assert time.monotonic() - started < 10
    assert len(lines) == 1 and "run the same command again" in lines[0]


def test_a_hangup_that_was_to_be_ignored_is(tmp_path: Path) -> None:
    process = start("wait_a_little", tmp_path, _no_hangup)
    process.send_signal(signal.SIGHUP)
    assert end_of(process) == (0, [])


def test_a_terminal_that_is_gone_costs_no_traceback(tmp_path: Path) -> None:
    process = start("wait", tmp_path)
    assert process.stderr is not None
    process.stderr.close()
    process.send_signal(signal.SIGHUP)
    assert process.wait(60) == 129


def test_children_are_gone_when_a_parent_leaves_in_the_middle() -> None:
    results = map_in_children("stopping_deeds:own_number", [() for _ in range(4)], 2)
    child = next(results)
    results.close()  # type: ignore[attr-defined]
    assert not Path(f"/proc/{child}").exists()


def test_json_says_it_in_json(tmp_path: Path) -> None:
    code = PROGRAM.format(paths=[str(HERE), str(ROOT)], deed="wait")
    words = [sys.executable, "-c", code, "ingest", str(tmp_path / "mark"), "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, preexec_fn=_usual)
    while not (tmp_path / "mark").exists():
        time.sleep(0.01)
    process.terminate()
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 143
    assert json.loads(out)["error"]["kind"] == "interrupted"
