"""The one place that asks the file system about names that users, lists and folders bring.

Any such call may fail in a dozen ways: a name too long, a folder that may not be entered, a disk that has gone. None of
them ends a run: each is a reason about one name, and the rest goes on.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import itertools
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from vectorstore.foundation.errors import InputError, MediaError, StorageError
from vectorstore.ledger.records import Failure

_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
_MOST_READINGS = 16
"""Ways in which the brackets of a pattern are read."""
_ESCAPED = re.compile(rb"\\(x[0-9a-f]{2})")
_ONE_FORMAT = re.compile(r"\.f(?:[0-9]|dash-|hls-|http-)[\w-]{0,40}\Z")
"""How yt-dlp ends the name of a file of pictures alone, or of sound alone, where it does not join them."""
_REASONS = {
    errno.ENOENT: "missing",
    errno.ENOTDIR: "missing",
    errno.ELOOP: "not_a_file",
    errno.ENAMETOOLONG: "bad_name",
    errno.EILSEQ: "bad_name",
    errno.EINVAL: "bad_name",
}


def file_error(name: str, error: OSError | ValueError) -> MediaError | StorageError:
    """Why a file cannot be used.

    Args:
        name: As it is to be shown.
        error: Of the call; a ``ValueError`` is a name with a zero byte.

    Returns:
        ``missing``, ``not_a_file`` (links that go round), ``bad_name`` (there can be no such file) or ``unreadable``
        (not allowed, or the disk fails). Too many open files say nothing about the file.
    """
    if not isinstance(error, OSError):
        return MediaError(f"{name}: not a possible file name", "bad_name")
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return StorageError("too many open files", "use fewer decode workers")
    return MediaError(f"{name}: {error.strerror or error}", _REASONS.get(error.errno or 0, "unreadable"))


def look_at(path: Path, name: str, *, follow: bool = False) -> os.stat_result:
    """What the file system says about a path.

    Args:
        path: Any name.
        name: As it is to be shown.
        follow: Whether a link is what it leads to.

    Raises:
        MediaError: As ``file_error``.
        StorageError: Too many open files.
    """
    try:
        return path.stat() if follow else path.lstat()
    except (OSError, ValueError) as error:
        raise file_error(name, error) from error


def is_gone(path: str | Path) -> bool:
    """Whether there is certainly no such file; a folder that may not be entered says nothing about what is in it."""
    try:
        os.lstat(path)
    except (OSError, ValueError) as error:
        return isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.ENOTDIR)
    return False


def is_there(path: str | Path) -> bool:
    """Whether there certainly is such a file, folder or link."""
    return os.path.lexists(path)


def is_folder(path: Path) -> bool:
    """Whether it certainly is a folder, or a link to one."""
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir() raises for some of these names


def first_link(folder: Path, path: Path) -> Path | None:
    """The first part of a path below a folder that is a symbolic link.

    Raises:
        MediaError: As ``file_error``: nobody can tell.
        StorageError: Too many open files.
    """
    parts = path.relative_to(folder).parts
    for depth in range(len(parts)):
        part = folder.joinpath(*parts[: depth + 1])
        try:
            mode = look_at(part, printable(Path(part.name))).st_mode
        except MediaError as error:
            if error.reason == "missing":
                return None
            raise
        if stat.S_ISLNK(mode):
            return part
    return None


def spelled_as_there(folder: Path, path: Path) -> Path:
    """A path below a folder with each part written as it is on the disk; as it is given where nothing is there.

    Letters with marks have two spellings (NFC, NFD) that look alike: systems, archives and programs choose either.

    Args:
        folder: Whose own name is taken as it is.
        path: Below it.
    """
    found = folder
    for part in path.relative_to(folder).parts:
        spellings = (part, unicodedata.normalize("NFC", part), unicodedata.normalize("NFD", part))
        found /= part if part.isascii() else next((each for each in spellings if is_there(found / each)), part)
    return found


def settle(path: Path) -> Path:
    """The same file under a path without links, as folders are now: ``open_found`` opens no other.

    Whether the file itself is a link is left for ``open_found`` to see.

    Args:
        path: Any name.
    """
    try:
        return Path(os.path.realpath(path.parent), path.name)
    except (OSError, ValueError):
        return path.absolute()


@contextlib.contextmanager
def open_found(path: Path) -> Iterator[tuple[int, str]]:
    """The folder of a file, opened from the root on, part by part, and the name of the file in it.

    So no folder on the way can be exchanged for a link between finding a file and opening it.

    Args:
        path: As ``settle`` gives it.

    Yields:
        Descriptor of the folder, and a name, for calls that take ``dir_fd``.

    Raises:
        OSError: A part is not there or may not be entered; with ``ELOOP``, it is a link.
    """
    absolute = path.absolute()
    folder = os.open(absolute.anchor, _FOLDER)
    try:
        for part in absolute.parts[1:-1]:
            try:
                below = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            except NotADirectoryError as error:
                if stat.S_ISLNK(os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode):
                    raise OSError(errno.ELOOP, f"{part} is a symbolic link, not a folder") from error
                raise
            os.close(folder)
            folder = below
        yield folder, absolute.name
    finally:
        os.close(folder)


def check_regular(mode: int, name: str) -> None:
    """Refuse what is no regular file.

    Args:
        mode: As ``os.stat`` gives it.
        name: As it is to be shown.

    Raises:
        MediaError: ``not_a_file``.
    """
    if stat.S_ISREG(mode):
        return
    kinds = {
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
    }
    raise MediaError(f"{name}: {kinds.get(stat.S_IFMT(mode), 'a device')}, not a regular file", "not_a_file")


def open_descriptor(descriptor: int, name: str) -> BinaryIO:
    """The file of a descriptor, which is closed with it, or at once where it is of anything else.

    Raises:
        MediaError: As ``check_regular``.
    """
    try:
        # Python makes no file of a folder, either, which is no error of the disk.
        check_regular(os.fstat(descriptor).st_mode, name)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_beside(path: Path, most: int) -> bytes | None:
    """A small file that lies beside a clip, opened over no link; ``None`` where there is none.

    Args:
        path: As ``settle`` gives it.
        most: Bytes.

    Raises:
        MediaError: As ``file_error``; ``not_a_file`` for anything but a regular file, ``too_big`` for more bytes.
        StorageError: Too many open files.
    """
    try:
        with open_found(path) as (folder, name):
            # If a pipe lies there, opening it must not hang.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise file_error(printable(Path(path.name)), error) from error
    with open_descriptor(descriptor, printable(Path(path.name))) as file:
        if os.fstat(descriptor).st_size > most:
            raise MediaError(f"{printable(Path(path.name))}: more than {most:,} bytes", "too_big")
        try:
            return file.read(most)
        except OSError as error:
            raise file_error(printable(Path(path.name)), error) from error


@dataclass(slots=True)
class Listing:
    """What a folder or pattern leads to."""

    files: list[Path] = field(default_factory=list)
    unreadable: list[Failure] = field(default_factory=list)
    """Folders that could not be listed."""

    def note(self, error: OSError) -> None:
        """A folder could not be listed; one that has gone in the meantime has nothing in it."""
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            failed = file_error(str(error.filename), error)
            if isinstance(failed, StorageError):
                raise failed from error
            where = printable(Path(error.filename))
            self.unreadable.append(Failure(where, failed.reason, error.strerror or str(error)))


def list_below(folder: Path) -> Listing:
    """All files below a folder, sorted; folders that are links are not entered.

    Raises:
        StorageError: Too many open files.
    """
    listing = Listing()
    # Not by os.walk(), which calls itself for each folder and fails where a thousand lie in one another.
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if not _leads_to_folder(entry):
                        listing.files.append(Path(entry.path))
                    elif not entry.is_symlink():
                        waiting.append(entry.path)
        except OSError as error:
            listing.note(error)
    listing.files.sort()
    return listing


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # As with links that go round: the guard will say what is wrong with it.
        return False


def list_matches(pattern: str) -> Listing:
    """Everything that a pattern matches, sorted; what has the very name goes before what the name would match.

    Brackets that match nothing are letters: ``Shorts [abc]`` is how downloads are called. ``**`` enters no links.

    Raises:
        InputError: ``**`` stands for more folders in one another than Python steps down.
        StorageError: Too many open files.
    """
    try:
        return _matching(pattern)
    except RecursionError as error:
        raise InputError(
            f"too many folders lie in one another for {pattern}", "name a folder in place of **"
        ) from error


def _matching(pattern: str) -> Listing:
    listing = Listing()
    for parts in _readings(_split(pattern)):
        matches = sorted(glob.glob(os.path.join(*parts), recursive=True))  # noqa: PTH118, PTH207 - any root
        listing.files = [path for path in map(Path, matches) if "**" not in parts or not _is_below_link(path, parts)]
        for folder in _listed_folders(parts):
            try:
                os.scandir(folder).close()
            except OSError as error:
                listing.note(error)
        if listing.files or listing.unreadable:
            break
    return listing


def _readings(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The pattern with brackets as they are, then with more and more of them as letters."""
    choices = [(part, part.replace("[", "[[]")) if "[" in part and "[[]" not in part else (part,) for part in parts]
    yield from itertools.islice(itertools.product(*choices), _MOST_READINGS)


def _split(pattern: str) -> tuple[str, ...]:
    """The parts of a pattern, with those at its beginning escaped that are there as they are."""
    path = Path(pattern)
    known, parts, all_known = Path(path.anchor), [path.anchor] if path.anchor else [], True
    for part in path.parts[1 if path.anchor else 0 :]:
        all_known = all_known and is_there(known / part)
        known /= part
        parts.append(glob.escape(part) if all_known else part)
    return tuple(parts)


def _listed_folders(parts: tuple[str, ...]) -> Iterator[str]:
    """The folders in which names are looked for."""
    for depth, part in enumerate(parts):
        if glob.has_magic(part) and depth:
            yield from filter(os.path.isdir, glob.glob(os.path.join(*parts[:depth]), recursive=True))  # noqa: PTH118, PTH207


def _is_below_link(path: Path, parts: tuple[str, ...]) -> bool:
    """Whether ``**`` has entered a link on the way to a file."""
    start = len(parts[: parts.index("**")])
    try:
        return first_link(Path(*path.parts[:start]), path.parent) is not None
    except MediaError:
        return True


def own_names(video: Path) -> tuple[str, ...]:
    """What files beside a video that belong to it may be called, without their endings: its own name first.

    Example:
        >>> own_names(Path("a.mp4")), own_names(Path("a.f137.mp4"))
        (('a',), ('a.f137', 'a'))
    """
    return tuple(name for name in dict.fromkeys((video.stem, _ONE_FORMAT.sub("", video.stem))) if name)


def printable(path: Path) -> str:
    r"""A path as text that can be stored and printed, whatever bytes its name has; no two paths have the same.

    A byte that is no text becomes ``\xff``, and so what looks like that in a name becomes ``\x5cxff``.
    """
    return _ESCAPED.sub(rb"\\x5c\1", os.fsencode(path)).decode("utf-8", "backslashreplace")
