"""Writers killed in the middle: the same command again ends in the corpus of an undisturbed run.

A short list of moments; ``python -m tests.ingest.killed_ingest --kills 100`` draws many at random.
"""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest
from killed_ingest import do_work, fingerprint, prepare, run_child
from videos import VideoWriter, write_numbered

MOMENTS = {
    "ingest": (("fsync", 3), ("decode", 2), ("embed", 2), ("index", 1)),
    "redo": (("decode", 2),),
    "reembed": (("embed", 2),),
}


@pytest.mark.parametrize("work", MOMENTS)
def test_a_killed_run_continues_to_the_corpus_of_an_undisturbed_one(tmp_path: Path, work: str) -> None:
    source, before, whole, killed = (tmp_path / name for name in ("source", "before", "whole", "killed"))
    for number in range(3):
        write_numbered(source / f"{number}.mp4", VideoWriter(frames=16, hue=80 * number))
    before.mkdir()
    prepare(work, str(source), before)
    shutil.copytree(before, whole)
    do_work(work, str(source), str(whole), lambda event: None)
    expected = fingerprint(whole)
    for event, number in MOMENTS[work]:
        shutil.rmtree(killed, ignore_errors=True)
        shutil.copytree(before, killed)
        done = run_child(work, source, killed, event, number)
        assert done.returncode == -signal.SIGKILL, done.stderr
        do_work(work, str(source), str(killed), lambda event: None)
        assert fingerprint(killed) == expected, (event, number)
