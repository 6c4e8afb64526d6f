"""Names that lead nowhere else: everything of a corpus folder is reached from a handle of it, name by name.

A corpus may come from somebody else, so what lies in it is data of theirs. A link there could make us read, write or
delete what is not in the corpus, a pipe could make us wait for ever, and a name in a file could climb out of the
folder. So names follow one grammar, links are never followed, and only regular files are opened. The path that the user
typed is trusted, links on the way included; everything below it is not.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from vectorstore.foundation.disk import UNFINISHED, durable_entry
from vectorstore.foundation.errors import CorpusError

_NAME = re.compile(r"[A-Za-z0-9._-]{1,255}")
_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFREG: "a file",
}
_HINT = "no corpus of ours has such a thing; remove it, or get the corpus anew from where it came"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""A pipe opened without waiting is seen to be one, and a link is not opened at all."""
_FOLDER = _READ | os.O_DIRECTORY


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """Something in a folder."""

    name: str
    status: os.stat_result
    """Of itself, also where it is a link."""

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return stat.S_ISREG(self.status.st_mode)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.status.st_mode)


class Folder:
    """A folder held open: what is named in it is in it, whatever becomes of its path meanwhile.

    Args:
        path: For messages.
        descriptor: Of the folder; closed with this.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def at(cls, path: Path) -> Self:
        """The folder that the user named; links on the way to it are the user's own.

        Raises:
            OSError: There is none, or it may not be entered.
        """
        return cls(path, os.open(path, _FOLDER & ~os.O_NOFOLLOW))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def inner(self, name: str, *, make: bool = False) -> Folder | None:
        """A folder in this one, to be closed by the caller; ``None`` when there is none.

        Args:
            name: One name of the grammar.
            make: Make it, for the owner alone, when it is missing.

        Raises:
            CorpusError: It is something else, or the name is none.
            OSError: The disk refuses.
        """
        _check_name(name, self.path)
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=self._descriptor)
                self.sync()
        try:
            return Folder(self.path / name, os.open(name, _FOLDER, dir_fd=self._descriptor))
        except FileNotFoundError:
            return None
        except OSError as error:
            self._refuse_unless(name, stat.S_IFDIR)
            raise error

    def entries(self) -> list[FolderEntry]:
        """What is in it, in order of names; what vanishes meanwhile is left out."""
        found: list[FolderEntry] = []
        with os.scandir(self._descriptor) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    found.append(FolderEntry(entry.name, entry.stat(follow_symlinks=False)))
        return sorted(found, key=lambda entry: entry.name)

    def files(self, depth: int = 4) -> Iterator[tuple[str, os.stat_result]]:
        """Every file in it and in its folders, with its path from here.

        Args:
            depth: Levels of folders.

        Raises:
            CorpusError: Something is neither a file nor a folder, lies deeper, or has no name of the grammar.
        """
        for entry in self.entries():
            inner = self.inner(entry.name) if entry.is_folder else None
            if inner is not None:
                with inner:
                    if not depth:
                        raise CorpusError(f"{inner.path} lies too deep", _HINT)
                    yield from ((f"{entry.name}/{name}", status) for name, status in inner.files(depth - 1))
            else:
                _check_name(entry.name, self.path)
                self._refuse_unless(entry.name, stat.S_IFREG)
                yield entry.name, entry.status

    def status(self, name: str) -> os.stat_result | None:
        """Of a file or folder itself; ``None`` when there is none."""
        _check_name(name, self.path)
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def check(self, name: str, kind: int = stat.S_IFREG) -> None:
        """Refuse what has this name and is neither missing nor of this kind (``stat.S_IFREG``, ``stat.S_IFDIR``).

        Raises:
            CorpusError: It is something else.
        """
        _check_name(name, self.path)
        self._refuse_unless(name, kind)

    def open(self, name: str, flags: int = _READ) -> IO[bytes]:
        """A regular file, to be read.

        Raises:
            CorpusError: It is something else.
            OSError: It is missing, or the disk refuses.
        """
        _check_name(name, self.path)
        try:
            descriptor = os.open(name, flags, dir_fd=self._descriptor)
        except FileNotFoundError:
            raise
        except OSError as error:
            self._refuse_unless(name, stat.S_IFREG)
            raise error
        try:
            _refuse(self.path / name, os.fstat(descriptor), stat.S_IFREG)
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise

    def read(self, name: str, most: int) -> bytes:
        """All of a regular file.

        Raises:
            CorpusError: It is something else, or has more than ``most`` bytes.
            OSError: It is missing, or the disk refuses.
        """
        with self.open(name) as file:
            if os.fstat(file.fileno()).st_size > most:
                raise _too_large(self.path / name, most)
            return file.read(most)

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """A file to write, for the owner alone, that takes its name whole and on disk when the block ends.

        It does not appear at all if the block fails. Call ``sync`` to have its name survive a power cut, too.

        Raises:
            OSError: The disk refuses.
        """
        _check_name(name, self.path)
        with durable_entry(self._descriptor, name, mode=0o600) as file:
            yield file

    def remove(self, name: str) -> None:
        """Delete a file, or a link itself; a missing one is none to delete.

        Raises:
            OSError: The disk refuses.
        """
        _check_name(name, self.path)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)

    def remove_all(self, name: str) -> None:
        """Delete a file, a link itself, or a folder with all that is in it, without ever following a link.

        Raises:
            OSError: The disk refuses.
        """
        status = self.status(name)
        if status is not None and stat.S_ISDIR(status.st_mode):
            shutil.rmtree(name, dir_fd=self._descriptor)
        else:
            self.remove(name)

    def sweep(self) -> int:
        """Delete what killed writers left unfinished; the number of files."""
        leftovers = [entry.name for entry in self.entries() if entry.name.endswith(UNFINISHED) and entry.is_file]
        for name in leftovers:
            self.remove(name)
        return len(leftovers)

    def sync(self) -> None:
        """Make names that were given or taken survive a power cut."""
        os.fsync(self._descriptor)

    def sync_all(self, depth: int = 4) -> None:
        """Make everything in it survive a power cut.

        Raises:
            CorpusError: Something is neither a file nor a folder, or lies deeper.
        """
        for entry in self.entries():
            inner = self.inner(entry.name) if entry.is_folder and depth else None
            if inner is not None:
                with inner:
                    inner.sync_all(depth - 1)
            else:
                with self.open(entry.name) as file:
                    os.fsync(file.fileno())
        self.sync()

    def _refuse_unless(self, name: str, kind: int) -> None:
        status = self.status(name)
        if status is not None:
            _refuse(self.path / name, status, kind)


def _refuse(path: Path, status: os.stat_result, kind: int) -> None:
    found = stat.S_IFMT(status.st_mode)
    if found != kind:
        raise CorpusError(f"{path} is {_KINDS.get(found, 'something else')}, not {_KINDS[kind]}", _HINT)


def _check_name(name: str, folder: Path) -> None:
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise CorpusError(f"{folder} has or names something that no corpus has: {name!r:.100}", _HINT)


def refuse_other(path: Path, kind: int = stat.S_IFREG, most: int | None = None) -> None:
    """Refuse what has this path and is neither missing nor of this kind, for libraries that open paths themselves.

    Args:
        path: Below a corpus folder.
        kind: ``stat.S_IFREG`` or ``stat.S_IFDIR``.
        most: Bytes that it may have.

    Raises:
        CorpusError: It is something else, a link included, or larger.
        OSError: The disk refuses.
    """
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    _refuse(path, status, kind)
    if most is not None and status.st_size > most:
        raise _too_large(path, most)


def _too_large(path: Path, most: int) -> CorpusError:
    return CorpusError(f"{path} is larger than {most // 2**20} MiB", _HINT)


def stamp(status: os.stat_result) -> str:
    """Of which bytes a file is, as far as the system tells: file system, number, size, times of writing and change."""
    return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
