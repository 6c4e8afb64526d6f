"""The first word comes soon, no silence is long, what is quick says nothing, and what is said about time is honest."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from valuespectrum.cli.console import watch as watch_module
from valuespectrum.cli.console.terminal import Terminal, quiet_libraries
from valuespectrum.cli.console.watch import RemainingTime, Watch
from valuespectrum.operations.bench import BenchBars


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Minutes in tenths of a second."""
    for name, seconds in {"FIRST_WORD": 0.1, "SILENCE": 0.2, "_LOOKS": 0.01}.items():
        monkeypatch.setattr(watch_module, name, seconds)


def _until(happened: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something that another thread does: on a busy machine its turn may come late."""
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.01)


def test_what_takes_long_says_so_again_and_again(quick: None) -> None:
    lines: list[str] = []
    with Watch(lines.append) as watch:
        watch.doing("loading hf:some/model")
        _until(lambda: len(lines) >= 2)
    assert lines[0] == "loading hf:some/model ..."
    assert len(lines) >= 2 and lines[1].startswith("loading hf:some/model: for ")


def test_what_is_quick_says_nothing_and_questions_are_left_in_peace(quick: None) -> None:
    lines: list[str] = []
    with Watch(lines.append) as watch:
        watch.doing("opening")
        watch.pause(True)
        time.sleep(0.3)
        watch.pause(False)
        watch.doing("searching")
    assert lines in ([], ["working ..."])


def test_progress_without_a_terminal_is_lines_with_numbers(quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def said() -> bool:
        told.append(capsys.readouterr().err)
        return "asking: 3 of 10" in "".join(told)

    with Terminal(True) as terminal:
        with terminal.progress("asking") as advance:
            advance(3, 10)
            _until(said)
        terminal.finish({"done": True}, "")
    shown = capsys.readouterr()
    assert shown.out == '{"done": true}\n'
    lines = [line for line in ("".join(told) + shown.err).splitlines() if line.startswith("asking")]
    assert lines[0] == "asking ..." and "asking: 3 of 10" in lines


def test_the_first_word_comes_even_when_nothing_was_announced(quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def said() -> bool:
        told.append(capsys.readouterr().err)
        return "".join(told).startswith("working ...")

    with Terminal(False):
        _until(said)
    assert said()


def test_time_that_is_left_goes_by_what_was_done_now() -> None:
    pace = RemainingTime()
    # 900 of 1,000 were stored by an earlier run: they took no time, and say nothing about the rest.
    assert pace.left(900, 1000, now=0.0) is None
    assert pace.left(901, 1000, now=100.0) is None, "one is not enough to tell"
    assert pace.left(910, 1000, now=20.0) == pytest.approx(180.0)
    assert pace.left(1000, 1000, now=200.0) is None
    assert RemainingTime().left(0, 0, now=0.0) is None


def test_libraries_that_retry_and_fail_say_nothing_and_we_say_it_in_one_line(tmp_path: Path) -> None:
    code = (
        "import logging, sys, warnings\n"
        "from valuespectrum.cli.console.terminal import Terminal\n"
        "with Terminal(False):\n"
        "    logging.getLogger('huggingface_hub.utils._http').warning('Retrying in 8s [Retry 5/5].')\n"
        "    logging.error('Failed to download weights')\n"
        "    try:\n        raise OSError('no network')\n"
        "    except OSError:\n        logging.getLogger('transformers.x').exception('cannot load')\n"
        "    warnings.warn('deprecated')\n"
        "    logging.getLogger('ingest.sources').warning('row 3\\nis broken')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stderr == "row 3\\nis broken\n"


def test_preparing_says_how_far_it_is(quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    with Terminal(False) as terminal, BenchBars(terminal) as bars:
        for number in range(60):
            bars.working("making placebos", number, 60)
            time.sleep(0.01)
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("making")]
    assert len(lines) >= 2 and all(re.fullmatch(r"making placebos: \d+ of 60", line) for line in lines)


def test_the_watch_begins_before_a_verb_imports_anything(tmp_path: Path) -> None:
    code = (
        "import sys, time, threading\n"
        "from valuespectrum.cli import main\n"
        "from valuespectrum.cli.console import watch\n"
        "watch.FIRST_WORD = 0.0\n"
        "told, write = [], sys.stderr.write\n"
        "sys.stderr.write = lambda text: (told.append(text), write(text))[1]\n"
        "import valuespectrum.cli.app as app\n"
        "from valuespectrum.cli.console.terminal import Terminal\n"
        "def slow():\n"
        "    end = time.monotonic() + 30\n"
        "    while not told and time.monotonic() < end:\n"
        "        time.sleep(0.01)\n"
        "    with Terminal(False) as terminal:\n"
        "        assert len([one for one in threading.enumerate() if one.name == 'watch']) == 1\n"
        "        terminal.finish({}, 'done')\n"
        "app.build_app = lambda: lambda *_, **__: slow()\n"
        "sys.exit(main(['x']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout == "done\n" and done.stderr.startswith("working ...")


def test_handlers_are_taken_away_again() -> None:
    before = list(logging.getLogger().handlers)
    with quiet_libraries():
        assert len(logging.getLogger().handlers) == len(before) + 1
    assert logging.getLogger().handlers == before
