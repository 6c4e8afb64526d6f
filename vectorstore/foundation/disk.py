"""What the operating system says about disks, turned into our errors; durable writes; the writer lock."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from vectorstore.foundation.errors import CorpusError, CorpusLockedError, InputError, StorageError

UNFINISHED = ".tmp"
"""How the names of files end that are being written; what killed writers left under such names is swept."""

_PAGE = 64 * 1024
"""Bytes: what SQLite may ask for at once."""
_BETWEEN = 0.1
"""Seconds between two attempts to get a lock."""
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
    with _opened_folder(folder) as descriptor:
        os.fsync(descriptor)


def is_unfinished(name: str) -> bool:
    """Whether a file has the name of one that is being written, or was when its writer was killed."""
    return name.startswith(".") and name.endswith(UNFINISHED)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it; what is made survives a power cut.

    Raises:
        OSError: The disk refuses, or something else has the name.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


@contextlib.contextmanager
def durable_file(path: Path, *, mode: int = 0o666, sync_entry: bool = True) -> Iterator[IO[bytes]]:
    """A file to write that appears under its name, whole and on disk, when the block ends; not at all if it fails.

    Everything that the project writes as a whole goes through here: a replaced name without these two
    synchronisations is, after a power cut, the name of an empty file. Who writes the same file meanwhile is waited for.

    Args:
        path: The file; its folder is there.
        mode: Permissions of a new file, before the umask.
        sync_entry: Whether the name, too, is on disk at the end. A writer of many files into one folder says no and
            calls :func:`sync_folder` once.

    Raises:
        OSError: The disk refuses.
    """
    with _opened_folder(path.parent) as folder:
        with durable_entry(folder, path.name, mode=mode) as file:
            yield file
        if sync_entry:
            os.fsync(folder)


@contextlib.contextmanager
def durable_entry(folder: int, name: str, *, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """``durable_file`` in a folder that is held open, whose name the caller makes durable.

    Args:
        folder: Descriptor.
        name: Of the file in it.
        mode: Permissions of a new file, before the umask.

    Raises:
        OSError: The disk refuses.
    """
    unfinished = f".{name}{UNFINISHED}"
    with _held_alone(folder, unfinished, mode) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.replace(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(unfinished, dir_fd=folder)
            raise


def write_durably(path: Path, data: bytes, *, mode: int = 0o666, sync_entry: bool = True) -> None:
    """Write a file with :func:`durable_file`, after its folder where that is missing.

    Raises:
        OSError: The disk refuses.
    """
    make_folder(path.parent)
    with durable_file(path, mode=mode, sync_entry=sync_entry) as file:
        file.write(data)


def refuse_foreign(path: Path, ours: Callable[[Path], bool], what: str) -> None:
    """Refuse to write over a file that is not an earlier output of the same kind.

    Args:
        path: The file to be written.
        ours: Whether a file that is there is such an output; an empty one is.
        what: The kind, as a person would call it.

    Raises:
        InputError: Something else is there.
        StorageError: It cannot be looked at.
    """
    with storage_errors(path):
        if not os.path.lexists(path) or (path.is_file() and not path.is_symlink() and not path.stat().st_size):
            return
        if path.is_symlink() or not path.is_file() or not ours(path):
            raise InputError(f"{path} is there already and is not {what}", "name another file, or delete this one")


@contextlib.contextmanager
def _opened_folder(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _held_alone(folder: int, name: str, mode: int) -> IO[bytes]:
    """A new file under this name that nobody else writes; waits for whoever does."""
    while True:
        try:
            descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode, dir_fd=folder)
        except FileExistsError:
            _clear(folder, name)
            continue
        file = os.fdopen(descriptor, "wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_still(descriptor, folder, name):
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def _clear(folder: int, name: str) -> None:
    """Remove what a killed writer left, once nobody writes it; a link or a pipe of this name is not followed."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_still(descriptor, folder, name):
            os.unlink(name, dir_fd=folder)
    finally:
        os.close(descriptor)


def _is_still(descriptor: int, folder: int, name: str) -> bool:
    """Whether an open file has this name; one that was waited for has its final name by now."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(name, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError:
        return False


class FolderLock:
    """An advisory lock on a corpus folder; it ends with the process, however that ends.

    Args:
        path: The lock file.
        exclusive: Writers exclude everybody; readers of the embedded index exclude only writers.
        patience: Seconds to wait for whoever holds it.

    Raises:
        CorpusLockedError: Another process holds it.
        StorageError: The lock file cannot be made.
    """

    def __init__(self, path: Path, *, exclusive: bool, patience: float = 0.0) -> None:
        with storage_errors(path):
            self._descriptor = _open_lock(path)
        try:
            _take(self._descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH, patience)
        except BaseException as error:
            os.close(self._descriptor)
            if not isinstance(error, OSError):
                raise
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


def _take(descriptor: int, kind: int, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES) or time.monotonic() >= deadline:
                raise
        else:
            return
        time.sleep(_BETWEEN)


def is_locked(path: Path) -> bool:
    """Whether a process holds this lock for itself alone; nothing is made where there is no lock file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno == errno.EWOULDBLOCK
    finally:
        os.close(descriptor)
    return False


def _open_lock(path: Path) -> int:
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
