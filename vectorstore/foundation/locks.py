"""One writer at a time, and a name for the one who writes.

All locks are advisory ones of the operating system (``flock``) on an open file: they end with the process that holds
them, however that ends, and a child that inherits the descriptor holds them, too.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import platform
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import CorpusError, CorpusLockedError

_GLANCE = 0.12
"""Seconds within which whoever only asks who writes (:func:`held_by`, :func:`is_locked`) is done."""
_BETWEEN = 0.02
"""Seconds between two attempts."""
_BUSY = {errno.EWOULDBLOCK, errno.EACCES}
_SOMEBODY = "another process"


class FileLock:
    """The right to write something, or to keep others from writing it, held by means of a file beside it.

    Args:
        path: The lock file; it is made, and names who writes for as long as it is held alone.
        what: What is locked, as a person would call it.
        shared: Whether others may hold it in the same way: then nobody writes.
        patience: Seconds to wait for whoever holds it.

    Raises:
        CorpusLockedError: Another process holds it, or another part of this one.
        CorpusError: Something that is no lock file has its name.
        StorageError: The lock file cannot be made.
    """

    def __init__(self, path: Path, what: str, *, shared: bool = False, patience: float = 0.0) -> None:
        with storage_errors(path):
            self._descriptor = _opened(path)
        try:
            with storage_errors(path):
                if not _taken(self._descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, patience):
                    raise _refused(what, "" if _tried(self._descriptor, fcntl.LOCK_SH) else _holder(path))
        except BaseException:
            os.close(self._descriptor)
            raise
        self._shared = shared
        if not shared:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self._say(f"process {os.getpid()} on {platform.node()}, since {now},")

    def fileno(self) -> int:
        """Descriptor, for a child process that is to hold the lock, too."""
        return self._descriptor

    def release(self) -> None:
        """Let others write."""
        if not self._shared:
            self._say("")
        os.close(self._descriptor)

    def _say(self, holder: str) -> None:
        # Who has to make room on a full disk needs the lock, and not the name in it.
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, holder.encode(), 0)


def hold_alone(descriptor: int, what: str) -> None:
    """Take the lock of a file that is open, until it is closed.

    Args:
        descriptor: Of the file.
        what: What it is, as a person would call it.

    Raises:
        CorpusLockedError: Another process holds it.
        OSError: There can be no lock.
    """
    if not _taken(descriptor, fcntl.LOCK_EX, 0.0):
        raise _refused(what, _SOMEBODY)


def held_by(path: Path) -> str:
    """Who holds a lock alone now, as a person would say it; empty when nobody does.

    Raises:
        StorageError: The lock file cannot be looked at.
    """
    with storage_errors(path):
        try:
            return _holder(path) if _is_held(path) else ""
        except FileNotFoundError:
            return ""


def is_locked(path: Path) -> bool:
    """Whether a process holds this lock alone, as far as we may look; nothing is made where there is no lock file."""
    try:
        return _is_held(path)
    except OSError:
        return False


def _is_held(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return not _tried(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _taken(descriptor: int, kind: int, patience: float) -> bool:
    deadline = time.monotonic() + max(patience, _GLANCE)
    while not _tried(descriptor, kind):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_BETWEEN)
    return True


def _tried(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _BUSY:
            raise
        return False
    return True


def _refused(what: str, writer: str) -> CorpusLockedError:
    doing = f"{writer} is writing" if writer else f"{_SOMEBODY} is using"
    return CorpusLockedError(f"{doing} {what}", "wait until it has finished, then try again")


def _opened(path: Path) -> int:
    # A link would have somebody else's file made or locked, and a pipe would wait for ever.
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise CorpusError(f"{path} is a link, not a lock file", "remove it") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise CorpusError(f"{path} is not a lock file", "remove it")
    return descriptor


def _holder(path: Path) -> str:
    """Who holds a lock alone, as far as its file says; one that was killed is named until the next one comes."""
    try:
        name = path.read_text(encoding="utf-8", errors="replace").strip()[:200]
    except OSError:
        name = ""
    return name or _SOMEBODY
