"""Pictures as files whose name is their content: ``frames/ab/ab12....jpg``."""

from __future__ import annotations

import contextlib
import hashlib
import re
import stat
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from vectorstore.foreign.inside import Folder, refuse_other
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import CorpusError

_SHA = re.compile(r"[0-9a-f]{64}")
_HOME = re.compile(r"[0-9a-f]{2}")
_FILE = re.compile(r"[0-9a-f]{64}\.jpg")
_LARGEST = 64 * 2**20
"""Bytes that no picture of ours has."""


class FrameStore:
    """Content-addressed JPEG files below one folder. Safe from several threads.

    Args:
        folder: The ``frames`` folder of a corpus; made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, picture_sha: str) -> Path:
        """Where a picture lies, whether or not it is there.

        Raises:
            CorpusError: ``picture_sha`` is not a SHA-256 in hexadecimal (it could name a file elsewhere), or what lies
                there is a link, a pipe, or too large for a picture.
        """
        if not _SHA.fullmatch(picture_sha):
            raise CorpusError(f"not a picture hash: {picture_sha!r:.80}")
        path = self._folder / picture_sha[:2] / f"{picture_sha}.jpg"
        with storage_errors(self._folder):
            refuse_other(self._folder, stat.S_IFDIR)
            refuse_other(path.parent, stat.S_IFDIR)
            refuse_other(path, most=_LARGEST)
        return path

    def put(self, pictures: Sequence[bytes]) -> list[str]:
        """Store picture files; on return they survive a crash.

        Args:
            pictures: Encoded pictures.

        Returns:
            SHA-256 of each, in order.

        Raises:
            CorpusError: A link or the like lies where one belongs.
            StorageError: Disk full or read-only.
        """
        shas = [hashlib.sha256(picture).hexdigest() for picture in pictures]
        homes: dict[str, dict[str, bytes]] = {}
        for sha, picture in zip(shas, pictures, strict=True):
            homes.setdefault(sha[:2], {})[sha] = picture
        with storage_errors(self._folder), self._open(make=True) as frames:
            for name, group in homes.items():
                _put(frames, name, group)
        return shas

    def sweep(self) -> int:
        """Remove what killed writers left unfinished; only the holder of the writer lock may call this.

        Returns:
            Number of files removed.
        """
        with storage_errors(self._folder):
            return sum(home.sweep() for home in self._homes())

    def is_sound(self, picture_sha: str) -> bool:
        """Whether a picture's file is there and is what its name says."""
        try:
            with self._open() as frames, _inner(frames, picture_sha[:2]) as home:
                content = home.read(f"{picture_sha}.jpg", _LARGEST)
                return hashlib.sha256(content).hexdigest() == picture_sha
        except (OSError, CorpusError):
            return False

    def shas(self) -> Iterator[str]:
        """Hashes of all pictures that lie here, in no order.

        Raises:
            CorpusError: Something here is a link, a pipe or the like.
        """
        with storage_errors(self._folder):
            for home in self._homes():
                for entry in home.entries():
                    if _FILE.fullmatch(entry.name):
                        home.check(entry.name)
                        yield entry.name.removesuffix(".jpg")

    def remove_all_but(self, picture_shas: Set[str]) -> int:
        """Delete all other pictures; only the holder of the writer lock may call this.

        Returns:
            Number of files deleted.

        Raises:
            StorageError: The folder cannot be written.
        """
        removed = 0
        with storage_errors(self._folder):
            for home in self._homes():
                names = [entry.name for entry in home.entries() if _FILE.fullmatch(entry.name)]
                doomed = [name for name in names if name.removesuffix(".jpg") not in picture_shas]
                for name in doomed:
                    home.remove(name)
                if doomed:
                    home.sync()
                removed += len(doomed)
        return removed

    @contextlib.contextmanager
    def _open(self, *, make: bool = False) -> Iterator[Folder]:
        with Folder.at(self._folder.parent) as corpus, _inner(corpus, self._folder.name, make=make) as frames:
            yield frames

    def _homes(self) -> Iterator[Folder]:
        """The folders in which pictures lie, each open until the next."""
        try:
            with self._open() as frames:
                for entry in frames.entries():
                    if _HOME.fullmatch(entry.name):
                        with _inner(frames, entry.name) as home:
                            yield home
        except FileNotFoundError:
            return


def _put(frames: Folder, name: str, pictures: dict[str, bytes]) -> None:
    with _inner(frames, name, make=True) as home:
        missing = {sha: picture for sha, picture in pictures.items() if not _holds(home, f"{sha}.jpg", picture)}
        for sha, picture in missing.items():
            with home.writing(f"{sha}.jpg") as file:
                file.write(picture)
        if missing:
            home.sync()


def _holds(home: Folder, name: str, picture: bytes) -> bool:
    """Whether the picture is there; what has its name and other bytes is not."""
    status = home.status(name)
    if status is None:
        return False
    home.check(name)
    return status.st_size == len(picture) and home.read(name, _LARGEST) == picture


@contextlib.contextmanager
def _inner(folder: Folder, name: str, *, make: bool = False) -> Iterator[Folder]:
    inner = folder.inner(name, make=make)
    if inner is None:
        raise FileNotFoundError(name)
    with inner:
        yield inner
