"""What the operating system says about disks, turned into our errors; durable writes; the writer lock."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from vectorstore.errors import CorpusError, CorpusLockedError, StorageError

UNFINISHED = ".tmp"
"""How the names of files end that are being written; what killed writers left under such names is swept."""

_PAGE = 64 * 1024
"""Bytes: what SQLite may ask for at once."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextlib.contextmanager
def storage_errors(where: Path) -> Iterator[None]:
    """Turn errors of the disk and of SQLite into ``StorageError`` and ``CorpusError``.

    Args:
        where: What was read or written, for the message.

    Raises:
        StorageError: Disk full, read-only, or failing.
        CorpusError: The SQLite file is damaged.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _from_sqlite(error, where) from error
    except OSError as error:
        raise _from_system(error, where) from error


def no_space(where: Path) -> StorageError:
    """The disk is full."""
    return StorageError(f"no space left to write {where}", "free some disk space and run the same command again")


def tells_of_full_disk(text: str) -> bool:
    """Whether a message of another program's says that the disk is full."""
    return "disk is full" in text or "No space left" in text


def _from_system(error: OSError, where: Path) -> StorageError:
    if error.errno in _FULL:
        return no_space(where)
    if error.errno in _READ_ONLY:
        return StorageError(f"cannot write {where}: {error.strerror}", "choose a folder that you may write to")
    return StorageError(f"cannot use {where}: {error.strerror or error}")


def _from_sqlite(error: sqlite3.DatabaseError, where: Path) -> StorageError | CorpusError:
    text = str(error)
    # SQLite cannot tell why it did not get its shared memory, which lies in a file.
    if "full" in text or ("disk I/O error" in text and not _room(where)):
        return no_space(where)
    if "readonly" in text or "unable to open" in text:
        return StorageError(f"cannot write {where}: {text}", "choose a folder that you may write to")
    if "locked" in text or "busy" in text:
        return CorpusLockedError(f"{where} is in use by another process", "wait until it has finished")
    if isinstance(error, sqlite3.IntegrityError):
        return CorpusError(f"{where} refused a row: {text}")
    if isinstance(error, sqlite3.OperationalError):
        return StorageError(f"cannot use {where}: {text}")
    return CorpusError(f"{where} is damaged: {text}", "restore it from a copy or ingest into a new folder")


def _room(where: Path) -> bool:
    """Whether a page fits on the disk."""
    try:
        return shutil.disk_usage(where.parent).free >= _PAGE
    except OSError:
        return True


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def durable_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that appears under its name, whole and on disk, when the block ends; not at all if it fails."""
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Its folder must still be synchronised for it to survive a power cut.

    Raises:
        OSError: The disk refuses.
    """
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(path.parent.parent)
    unfinished = path.with_name(f"{uuid.uuid4().hex}{UNFINISHED}")
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


class FolderLock:
    """An advisory lock on a corpus folder; it ends with the process, however that ends.

    Args:
        path: The lock file.
        exclusive: Writers exclude everybody; readers of the embedded index exclude only writers.

    Raises:
        CorpusLockedError: Another process holds it.
        StorageError: The lock file cannot be made.
    """

    def __init__(self, path: Path, *, exclusive: bool) -> None:
        with storage_errors(path):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise _from_system(error, path) from error
            raise CorpusLockedError(
                f"another process is using the corpus {path.parent}", "wait until it has finished, then try again"
            ) from None

    def fileno(self) -> int:
        """Descriptor; a child process that inherits it holds the lock, too."""
        return self._descriptor

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)
