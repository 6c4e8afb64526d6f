"""One writer at a time, and a name for the one who writes."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from vectorstore.errors import CorpusLockedError
from vectorstore.storage import FolderLock, storage_errors


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
        try:
            self._lock = FolderLock(path, exclusive=True)
        except CorpusLockedError as error:
            raise CorpusLockedError(f"{_holder(path)} is writing {what}", "wait until it has finished") from error
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with storage_errors(path):
            os.ftruncate(self._lock.fileno(), 0)
            os.pwrite(self._lock.fileno(), f"process {os.getpid()} on {platform.node()}, since {now},".encode(), 0)

    def release(self) -> None:
        """Let others write."""
        self._lock.release()


def _holder(path: Path) -> str:
    """Who holds a lock, as far as its file says."""
    try:
        name = path.read_text(encoding="utf-8", errors="replace").strip()[:200]
    except OSError:
        name = ""
    return name or "another process"
