"""Files written as a whole: all in one way, which a power cut, a kill or a second writer cannot spoil."""

from __future__ import annotations

import ast
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from vectorstore.foundation.disk import durable_file, make_folder, refuse_unwritable, write_durably
from vectorstore.foundation.errors import StorageError

ROOT = Path(__file__).parents[3]
PACKAGES = ("valuespectrum", "agents", "ingest", "vectorstore")
RENAMES = {
    "vectorstore/foundation/disk.py": "the one place",
    "vectorstore/snapshots/export.py": "a folder whose files are synchronised",
    "valuespectrum/operations/steering/applying.py": "a file on disk that a model was loaded with",
    "valuespectrum/reference/training/train.py": "training that is begun anew after a power cut",
    "valuespectrum/reference/training/resuming.py": "the same",
    "valuespectrum/reference/training/material/pictures.py": "the same",
}
"""Modules that may give a file its final name, and why."""
WRITES = {
    "valuespectrum/checks/probes.py": "pictures in a temporary folder",
    "valuespectrum/cli/documentation.py": "pages of this project",
    "valuespectrum/reference/training/train.py": "weights of this project",
    "valuespectrum/reference/training/card.py": "pages of this project",
    "valuespectrum/reference/training/embedder.py": "weights of this project",
    "ingest/downloading/fetcher.py": "cookies for a child, in a temporary folder",
}
"""Modules that may write a file under its final name, and why."""


def _calls(names: set[str]) -> Iterator[tuple[str, int]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                # Texts are replaced with two arguments, files with one; os.replace stands for itself.
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
                    of_os = ast.unparse(node.func.value) == "os"
                    if of_os or node.func.attr.startswith("write") or (len(node.args) == 1 and not node.keywords):
                        yield path.relative_to(ROOT).as_posix(), node.lineno


def test_only_one_place_gives_files_their_final_name() -> None:
    assert {(path, line) for path, line in _calls({"replace", "rename", "renames"}) if path not in RENAMES} == set()


def test_nothing_is_written_under_its_final_name() -> None:
    assert {(path, line) for path, line in _calls({"write_text", "write_bytes"}) if path not in WRITES} == set()


def test_data_is_on_disk_before_its_name_and_the_name_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, steps = tmp_path / "scores.json", []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        steps.append("sync folder" if is_folder else f"sync {os.fstat(descriptor).st_size} bytes")
        fsync(descriptor)

    def noted_replace(source: str, target: str, **folders: int) -> None:
        steps.append(f"name {target}")
        replace(source, target, **folders)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    write_durably(path, b"12345")
    assert steps == ["sync 5 bytes", "name scores.json", "sync folder"]


def test_new_folders_are_on_disk_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, fsync = [], os.fsync

    def noted(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    make_folder(tmp_path / "a" / "b", mode=0o700)
    assert synced == [tmp_path.stat().st_ino, (tmp_path / "a").stat().st_ino]
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), durable_file(path) as file:
        file.write(b"new")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize("kind", ["file", "link", "pipe"])
def test_what_lies_under_the_unfinished_name_harms_nothing(tmp_path: Path, kind: str) -> None:
    path, victim = tmp_path / "run.json", tmp_path / "victim"
    left = tmp_path / ".run.json.tmp"
    victim.write_text("untouched")
    if kind == "file":
        left.write_text("what a killed writer left, longer than the new content")
        left.chmod(0o666)
    elif kind == "pipe":
        os.mkfifo(left)
    else:
        left.symlink_to(victim)
    if kind == "link":
        with pytest.raises(OSError, match="Too many levels of symbolic links"):
            write_durably(path, b"{}")
        assert not path.exists()
    else:
        write_durably(path, b"{}", mode=0o600)
        assert path.read_bytes() == b"{}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not left.exists()
    assert victim.read_text() == "untouched"


def test_two_writers_of_one_file_take_turns(tmp_path: Path) -> None:
    path, begun = tmp_path / "scores.json", threading.Event()
    contents = [letter.encode() * 100_000 for letter in "ab"]

    def write_second() -> None:
        begun.wait()
        write_durably(path, contents[1])

    thread = threading.Thread(target=write_second)
    thread.start()
    with durable_file(path) as file:
        file.write(contents[0][:50_000])
        begun.set()
        thread.join(timeout=0.2)
        assert thread.is_alive(), "the second one waits"
        file.write(contents[0][50_000:])
    thread.join()
    assert path.read_bytes() == contents[1]
    assert [each.name for each in tmp_path.iterdir()] == ["scores.json"]


PLACES = {
    "new": "a.json",
    "missing folders": "new/deep/a.json",
    "in a file": "file/a.json",
    "deep in a file": "file/deep/a.json",
    "a folder": "folder",
    "behind a broken link": "gone/a.json",
    "longest name": "x" * 250,
    "no room for the unfinished name": "x" * 252,
    "name too long": "x" * 300,
    "folder too long": f"{'x' * 300}/a.json",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_place_is_refused_beforehand_just_where_writing_fails(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    path, before = tmp_path / place, sorted(tmp_path.iterdir())
    refused = failed = ""
    try:
        refuse_unwritable(path)
    except StorageError as error:
        refused = error.message
    assert sorted(tmp_path.iterdir()) == before, "nothing is made"
    try:
        write_durably(path, b"{}")
    except OSError as error:
        failed = str(error)
    assert bool(refused) == bool(failed), (refused, failed)
    assert "\n" not in refused


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_closed_folder_is_refused_beforehand(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StorageError, match="Permission denied") as refused:
            refuse_unwritable(tmp_path / "deep" / "a.json")
    finally:
        tmp_path.chmod(0o700)
    assert refused.value.hint == "choose a folder that you may write to"
