"""What the operating system and SQLite say about disks, turned into our errors; durable writes."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from vectorstore.foundation.errors import CorpusError, CorpusLockedError, InputError, SchemaError, StorageError

UNFINISHED = ".tmp"
"""How the names of files end that are being written; what killed writers left under such names is swept."""

_PAGE = 64 * 1024
"""Bytes: what SQLite may ask for at once."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextlib.contextmanager
def storage_errors(where: Path, kind: str = "", instead: str = "ingest into a new folder") -> Iterator[None]:
    """Turn errors of the disk and of SQLite into ``StorageError`` and ``CorpusError``.

    Args:
        where: What was read or written, for the message.
        kind: What the SQLite file should be, where it may be somebody else's, e.g. ``"an answer store"``.
        instead: What to do when it is damaged and there is no copy.

    Raises:
        StorageError: Disk full, read-only, or failing.
        CorpusError: The SQLite file is damaged.
        SchemaError: It is no SQLite file, where ``kind`` is given.
        CorpusLockedError: Another process has been writing it for too long.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if kind and "not a database" in str(error):
            raise SchemaError(f"{where}: not {kind} ({error})", instead) from error
        raise _from_sqlite(error, where, instead) from error
    except OSError as error:
        raise system_error(error, where) from error


def no_space(where: Path) -> StorageError:
    """The disk is full."""
    return StorageError(f"no space left to write {where}", "free some disk space and run the same command again")


def tells_of_full_disk(text: str) -> bool:
    """Whether a message of another program's says that the disk is full."""
    return "disk is full" in text or "No space left" in text


def refused_by_disk(error: OSError) -> bool:
    """Whether the disk is full, or closed to us; anything else may be a fault of ours."""
    return error.errno in _FULL | _READ_ONLY


def system_error(error: OSError, where: Path) -> StorageError:
    """What an error of the operating system means for a user.

    Args:
        error: As it was raised.
        where: What was read or written, for the message.
    """
    if error.errno in _FULL:
        return no_space(where)
    if error.errno in _READ_ONLY:
        return StorageError(f"cannot write {where}: {error.strerror}", "choose a folder that you may write to")
    return StorageError(f"cannot use {where}: {error.strerror or error}")


def _from_sqlite(error: sqlite3.DatabaseError, where: Path, instead: str) -> StorageError | CorpusError:
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
    return CorpusError(f"{where} is damaged: {text}", f"restore it from a copy, or {instead}")


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


def refuse_unwritable(path: Path) -> None:
    """Refuse a place where no file can be written, before work is done that would be lost; nothing is made there.

    Args:
        path: The file that :func:`write_durably` is to write; folders above it may be missing.

    Raises:
        StorageError: It is a folder, what is above it is none or closed to us, or a name is too long.
    """
    with storage_errors(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        folder, missing = path.parent, [f".{path.name}{UNFINISHED}"]
        while not os.path.lexists(folder):
            missing.append(folder.name)
            folder = folder.parent
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(folder, os.W_OK | os.X_OK):
            closed = errno.EROFS if os.statvfs(folder).f_flag & os.ST_RDONLY else errno.EACCES
            raise OSError(closed, os.strerror(closed))
        for name in missing:
            with contextlib.suppress(FileNotFoundError):
                (folder / name).lstat()  # a name that is too long is refused and not missing


def refuse_foreign(path: Path, ours: Callable[[Path], bool], what: str) -> None:
    """Refuse to write over a file that is not an earlier output of the same kind, or where no file can be written.

    Args:
        path: The file to be written.
        ours: Whether a file that is there is such an output; an empty one is.
        what: The kind, as a person would call it.

    Raises:
        InputError: Something else is there.
        StorageError: It cannot be looked at, or not be written.
    """
    with storage_errors(path):
        empty = path.is_file() and not path.is_symlink() and not path.stat().st_size
        if os.path.lexists(path) and not empty and (path.is_symlink() or not path.is_file() or not ours(path)):
            raise InputError(f"{path} is there already and is not {what}", "name another file, or delete this one")
    refuse_unwritable(path)


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
