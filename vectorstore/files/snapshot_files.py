"""Where the snapshots of a corpus lie, and how their files are opened: by handle, since a corpus may be anybody's."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from vectorstore.files.layout import SNAPSHOTS
from vectorstore.foreign.inside import Folder
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import InputError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LARGEST = 64 * 2**20
"""Bytes of a description."""


def check_snapshot_name(name: str) -> None:
    """Refuse what cannot be the name of a snapshot.

    Raises:
        InputError: It cannot.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"no name for a snapshot: {name!r:.80}",
            "use 1 to 80 letters, digits, '.', '_' and '-'; begin with a letter or digit",
        )


def snapshot_names(folder: Path) -> list[str]:
    """Names of all snapshots of a corpus folder, in alphabetical order.

    Raises:
        CorpusError: The folder of the snapshots, or one of them, is a link or the like.
        StorageError: It cannot be read.
    """
    names: list[str] = []
    with _home(folder) as home:
        for entry in home.entries() if home else []:
            if home and entry.name.endswith(".json") and _NAME.fullmatch(entry.name.removesuffix(".json")):
                home.check(entry.name)
                names.append(entry.name.removesuffix(".json"))
    return names


def snapshot_text(folder: Path, name: str) -> bytes | None:
    """The description of a snapshot as it stands in its file; ``None`` when there is none.

    Raises:
        InputError: There can be none of this name.
        CorpusError: It is a link or the like, or too large.
        StorageError: It cannot be read.
    """
    check_snapshot_name(name)
    with _home(folder) as home, contextlib.suppress(FileNotFoundError):
        return home.read(f"{name}.json", _LARGEST) if home else None
    return None


@contextlib.contextmanager
def snapshot_rows_file(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """The Parquet file of a snapshot, to be read.

    Raises:
        InputError: There can be none of this name.
        CorpusError: It is a link or the like.
        FileNotFoundError: There is none.
        StorageError: It cannot be read.
    """
    check_snapshot_name(name)
    with Folder.at(folder) as corpus:
        home = corpus.inner(SNAPSHOTS)
        if home is None:
            raise FileNotFoundError(f"{folder / SNAPSHOTS} is missing")
        with home, home.open(f"{name}.parquet") as file:
            yield file


@contextlib.contextmanager
def snapshot_file(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """A file of a snapshot to write, which appears whole and on disk when the block ends.

    Args:
        folder: Of the corpus; the holder of its writer lock calls this, so that leftovers of others can be swept.
        name: Of the file.

    Raises:
        CorpusError: A link or the like lies where it belongs.
        StorageError: Disk full or read-only.
    """
    with storage_errors(folder / SNAPSHOTS), Folder.at(folder) as corpus:
        home = corpus.inner(SNAPSHOTS, make=True)
        if home is None:
            raise FileNotFoundError(f"{folder / SNAPSHOTS} went away")
        with home:
            home.sweep()
            home.check(name)
            with home.writing(name) as file:
                yield file
            home.sync()


@contextlib.contextmanager
def _home(folder: Path) -> Iterator[Folder | None]:
    with storage_errors(folder / SNAPSHOTS), Folder.at(folder) as corpus:
        home = corpus.inner(SNAPSHOTS)
        with home or contextlib.nullcontext():
            yield home
