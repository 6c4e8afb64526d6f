"""One lock: who holds it is named, whatever held it before, and whoever only looks is in nobody's way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vectorstore.foundation.errors import CorpusError, CorpusLockedError
from vectorstore.foundation.locks import FileLock, held_by, hold_alone, is_locked


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".lock"


def test_who_writes_is_named_while_it_writes(path: Path) -> None:
    assert (held_by(path), is_locked(path)) == ("", False)
    lock = FileLock(path, "the books")
    assert held_by(path).startswith(f"process {os.getpid()} on ")
    assert is_locked(path)
    for shared in (False, True):
        with pytest.raises(CorpusLockedError, match=rf"process {os.getpid()} on .*, is writing the books"):
            FileLock(path, "the books", shared=shared)
    lock.release()
    assert (held_by(path), is_locked(path), path.read_bytes()) == ("", False, b"")


def test_who_keeps_others_from_writing_is_not_taken_for_a_writer_of_before(path: Path) -> None:
    path.write_text("process 1 on elsewhere, since long ago,")  # as one that was killed leaves it
    one, other = FileLock(path, "the books", shared=True), FileLock(path, "the books", shared=True)
    assert (held_by(path), is_locked(path)) == ("", False)
    with pytest.raises(CorpusLockedError, match=r"^another process is using the books$"):
        FileLock(path, "the books")
    one.release()
    other.release()
    FileLock(path, "the books").release()


def test_it_is_waited_for_who_only_looks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    glance = FileLock(path, "the books", shared=True)
    naps = []

    def look_away(seconds: float) -> None:
        naps.append(seconds)
        glance.release()

    monkeypatch.setattr("vectorstore.foundation.locks.time.sleep", look_away)
    FileLock(path, "the books").release()
    assert len(naps) == 1


def test_an_open_file_is_a_lock_of_its_own(path: Path) -> None:
    with path.open("wb") as one, path.open("wb") as other:
        hold_alone(one.fileno(), "the diary")
        with pytest.raises(CorpusLockedError, match=r"^another process is writing the diary$"):
            hold_alone(other.fileno(), "the diary")


def test_what_is_no_lock_file_is_left_alone(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CorpusError, match="a link"):
        FileLock(path, "the books")
    assert not (tmp_path / "elsewhere").exists()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(CorpusError, match="not a lock file"):
        FileLock(path, "the books")
