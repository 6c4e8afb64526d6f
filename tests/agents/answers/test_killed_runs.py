"""Runs killed in the middle: what was stored stays, verifies, and is never asked for again.

A few moments; ``python -m tests.agents.killed_run --kills 50`` draws many at random.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from killed_run import Watch, finish, run_child
from tiny_models import FolderMaker

MOMENTS = (("sql", 1), ("sql", 60), ("asked", 2), ("stored", 150), ("clock", 0.05))


def killed(folder: Path, name: str, moments: tuple[tuple[str, float], ...]) -> None:
    watch, kept = Watch(folder), 0
    for event, moment in moments:
        done = run_child(folder, name, event, moment)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert watch.check() == ""
        assert len(watch.stored) >= kept
        kept = len(watch.stored)
    assert finish(folder, name, watch) == ""
    assert kept > 0


def test_a_killed_run_of_a_simulated_model_goes_on(tmp_path: Path) -> None:
    killed(tmp_path, "simulated", MOMENTS)


@pytest.mark.timeout(120)
def test_a_killed_run_of_a_transformers_model_goes_on(tmp_path: Path, tiny_model_folder: FolderMaker) -> None:
    from tiny_models import BUILDERS

    killed(tmp_path, str(tiny_model_folder(next(iter(BUILDERS)))), (("stored", 20),))
