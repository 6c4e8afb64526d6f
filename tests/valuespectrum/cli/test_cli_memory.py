"""Too little memory is one line, whoever notices it first."""

from __future__ import annotations

import errno
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from valuespectrum.checks import run as run_check
from valuespectrum.cli import exit_codes as guard
from valuespectrum.cli import main

WORDS = (
    MemoryError(),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:124] . DefaultCPUAllocator: can't allocate memory: 1 bytes"),
    RuntimeError("can't start new thread"),
    ImportError("libtorch_cpu.so: failed to map segment from shared object"),
)


@pytest.mark.parametrize("error", WORDS, ids=lambda error: type(error).__name__)
def test_lack_of_memory_is_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(folder: Path) -> None:
        raise error

    monkeypatch.setattr(run_check, "check_run", fail)
    assert main(["doctor", "--run", "run"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: there is not enough memory")


@pytest.mark.parametrize("error", [RuntimeError("shapes do not fit"), ImportError("no module"), OSError(errno.EIO, "")])
def test_bugs_of_ours_keep_their_traceback(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(folder: Path) -> None:
        raise error

    monkeypatch.setattr(run_check, "check_run", fail)
    with pytest.raises(type(error)):
        main(["doctor", "--run", "run"])


def test_a_limit_under_which_nothing_works_is_said_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "valuespectrum", "score", str(tmp_path)]
    limit = guard.LEAST_MEMORY - 1

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    done = subprocess.run(command, preexec_fn=limited, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: this process may have 2,047 MiB of memory, and 2,048 are needed (raise the limit: ulimit -v unlimited)"
    ]
    helped = subprocess.run([*command, "--help"], preexec_fn=limited, capture_output=True, timeout=60, check=False)
    assert helped.returncode == 0
