"""Watches what would be left of a folder after a power cut: only what was synchronised, under names that were.

SQLite synchronises its own files, in its own code; they are left out.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_OWN_BUSINESS = (".sqlite", ".sqlite3", "-wal", "-shm", "-journal", ".lock")


def _left_out(name: str) -> bool:
    return name.endswith(_OWN_BUSINESS)


class SyncedDisk:
    """What is on the disk itself of everything below a folder; what was there at the start is."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._contents: dict[int, str] = {}
        self._names: dict[int, set[tuple[str, int]]] = {}
        self.faults: list[str] = []
        """Names that were given to files that were not on the disk."""
        for folder, names in self._walk():
            self._names[folder.stat().st_ino] = names
            for name, number in names:
                if (folder / name).is_file():
                    self._contents[number] = _digest(folder / name)

    def sync(self, descriptor: int) -> None:
        """Note that a file or a folder was synchronised."""
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            self._names[status.st_ino] = _names(Path(f"/proc/self/fd/{descriptor}"))
        else:
            self._contents[status.st_ino] = _digest(Path(f"/proc/self/fd/{descriptor}"))

    def name(self, source: Path) -> None:
        """Note that a file is about to get another name."""
        status = source.lstat()
        if stat.S_ISREG(status.st_mode) and self._contents.get(status.st_ino) != _digest(source):
            self.faults.append(f"{source.name} was given its name before it was on the disk")

    def lost(self) -> list[str]:
        """What a power cut would take now: files with their content, and names."""
        missing = []
        for folder, names in self._walk():
            known = self._names.get(folder.stat().st_ino, set())
            missing += [f"{(folder / name).relative_to(self._root)} (its name)" for name, _ in sorted(names - known)]
            missing += [
                f"{(folder / name).relative_to(self._root)} (its content)"
                for name, number in sorted(names)
                if (folder / name).is_file() and self._contents.get(number) != _digest(folder / name)
            ]
        return missing

    def _walk(self) -> Iterator[tuple[Path, set[tuple[str, int]]]]:
        for folder, _, _ in os.walk(self._root):
            yield Path(folder), _names(Path(folder))


def _names(folder: Path) -> set[tuple[str, int]]:
    return {(entry.name, entry.inode()) for entry in os.scandir(folder) if not _left_out(entry.name)}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def watched(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SyncedDisk]:
    """Watch a folder while a block runs, in this process."""
    disk = SyncedDisk(root)
    fsync, replace, rename = os.fsync, os.replace, os.rename

    def noted_fsync(descriptor: int) -> None:
        fsync(descriptor)
        disk.sync(descriptor if isinstance(descriptor, int) else descriptor.fileno())

    def _noted(do: object) -> object:
        def noted(source: str | Path, target: str | Path, **folders: int) -> None:
            inside = folders.get("src_dir_fd")
            disk.name(Path(f"/proc/self/fd/{inside}") / source if inside is not None else Path(source))
            do(source, target, **folders)  # type: ignore[operator]

        return noted

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", noted_fsync)
        patch.setattr(os, "replace", _noted(replace))
        patch.setattr(os, "rename", _noted(rename))
        yield disk
