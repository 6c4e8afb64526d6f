"""One writer at a time, and a name for the one who writes."""

from __future__ import annotations

import fcntl
import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

from vectorstore.foundation.disk import FolderLock, storage_errors
from vectorstore.foundation.errors import CorpusLockedError

_PAUSES = (0.02, 0.1, 0.0)
"""Seconds before the next try: whoever only asks who writes (:func:`held_by`) is done within one."""


class WriterLock:
    """The right to write something; it ends with the process, however that ends.

    Args:
        path: The lock file; it names its holder while it is held.
        what: What is locked, as a person would call it.

    Raises:
        CorpusLockedError: Another process holds it, or another part of this one.
        StorageError: The lock file cannot be made.
    """

    def __init__(self, path: Path, what: str) -> None:
        self._lock = self._taken(path, what)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with storage_errors(path):
            os.ftruncate(self._lock.fileno(), 0)
            os.pwrite(self._lock.fileno(), f"process {os.getpid()} on {platform.node()}, since {now},".encode(), 0)

    @staticmethod
    def _taken(path: Path, what: str) -> FolderLock:
        for pause in _PAUSES:
            try:
                return FolderLock(path, exclusive=True)
            except CorpusLockedError as error:
                held = error
                time.sleep(pause)
        raise CorpusLockedError(f"{_holder(path)} is writing {what}", "wait until it has finished") from held

    def release(self) -> None:
        """Let others write."""
        self._lock.release()


def held_by(path: Path) -> str:
    """Who holds a lock now, as a person would say it; empty when nobody does.

    Raises:
        StorageError: The lock file cannot be looked at.
    """
    with storage_errors(path):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return ""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(path)
        finally:
            os.close(descriptor)
    return ""


def _holder(path: Path) -> str:
    """Who holds a lock, as far as its file says."""
    try:
        name = path.read_text(encoding="utf-8", errors="replace").strip()[:200]
    except OSError:
        name = ""
    return name or "another process"
