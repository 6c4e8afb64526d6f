"""What lies in a corpus folder, and what must not: looked at before anything in it is opened."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import stat
from pathlib import Path

from vectorstore.foreign.inside import Folder
from vectorstore.foundation.disk import UNFINISHED, storage_errors
from vectorstore.foundation.errors import CorpusError, InputError

_LOGGER = logging.getLogger(__name__)

LEDGER = "corpus.sqlite"
LOCK = ".lock"
FRAMES = "frames"
SNAPSHOTS = "snapshots"
INDEX = re.compile(r"chroma(-[1-9][0-9]{0,17})?")
"""Names of index folders."""

_FILES = (LOCK, LEDGER, *(f"{LEDGER}-{part}" for part in ("wal", "shm", "journal")))
_FOLDERS = (FRAMES, SNAPSHOTS)
_JOURNAL_END = bytes.fromhex("d9d505f920a163d7")
"""What a rollback journal of SQLite ends with that names another file."""


def check_layout(folder: Path, *, write: bool) -> None:
    """Refuse a corpus folder in which something of ours is a link, a pipe or the like.

    Args:
        folder: Of the corpus.
        write: Whether it is about to be changed.

    Raises:
        CorpusError: It has something that could lead elsewhere.
        StorageError: It cannot be read.
    """
    with storage_errors(folder), Folder.at(folder) as corpus:
        for name in _FILES:
            corpus.check(name)
        indexes = [entry.name for entry in corpus.entries() if INDEX.fullmatch(entry.name)]
        for name in (*_FOLDERS, *indexes):
            corpus.check(name, stat.S_IFDIR)
        refuse_foreign_journal(corpus, f"{LEDGER}-journal")
        status = corpus.status(LEDGER)
        if write and status is not None and status.st_nlink > 1:
            raise CorpusError(
                f"{folder / LEDGER} has a second name elsewhere (a hard link), which would change with it",
                "copy the folder without hard links, and use the copy",
            )


def refuse_inside(folder: Path, target: Path) -> None:
    """Refuse to write into a corpus folder what is not part of it: a writer may sweep it, and no removal reaches it.

    Args:
        folder: Of the corpus.
        target: What is about to be written.

    Raises:
        InputError: It lies in the folder, or is the folder.
    """
    if Path(os.path.realpath(target)).is_relative_to(os.path.realpath(folder)):
        raise InputError(f"{target} lies in the corpus {folder}, from which it is made", "name a place outside of it")


def foreign_names(folder: Path) -> list[str]:
    """What lies in a folder that is no corpus yet, but for what a killed writer leaves who was about to make one.

    Raises:
        OSError: It cannot be read.
    """
    ours = (LOCK, LEDGER, f".{LEDGER}{UNFINISHED}")
    return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(ours))


def keep_private(folder: Path, *, empty: bool) -> None:
    """See to it that only its owner can look into a corpus folder, or say that others can.

    A folder that was empty is made private, since nobody shares a folder with nothing in it; what is in use is left
    as its owner has it, and one line tells how to change it.

    Args:
        folder: Of the corpus.
        empty: Whether it has just been taken over.
    """
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return
    if empty:
        with contextlib.suppress(PermissionError):
            folder.chmod(mode & stat.S_IRWXU)
            _LOGGER.warning("%s was open to others (mode %o) and is yours alone now", folder, mode)
            return
    _LOGGER.warning("%s is open to others (mode %o); `chmod 700` on it makes it yours alone", folder, mode)


def refuse_foreign_journal(folder: Folder, name: str) -> None:
    """Refuse a rollback journal that names another file, which SQLite would read and delete.

    Raises:
        CorpusError: It does.
        OSError: The disk refuses.
    """
    status = folder.status(name)
    if status is None or status.st_size < len(_JOURNAL_END):
        return
    with folder.open(name) as file:
        file.seek(-len(_JOURNAL_END), os.SEEK_END)
        if file.read() == _JOURNAL_END:
            raise CorpusError(
                f"{folder.path / name} names another file, which opening would delete", "do not open it; remove it"
            )
