"""Remembers which states of files were looked at or written here, so that each stranger is looked at once.

The memory lies in the user's own cache folder, never beside what it is about: a corpus that says of itself that it is
in order has said nothing. It holds hashes only. Where there is no such folder nothing is remembered, and everything is
looked at each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from vectorstore.foreign.inside import Folder

_MOST = 4000
"""States that are remembered; beyond twice as many, the oldest are forgotten."""


def is_known(state: str) -> bool:
    """Whether a state was remembered by this user on this machine.

    Args:
        state: All that tells these bytes from others: place, system's numbers and times of the files, kind of look.
    """
    with contextlib.suppress(OSError), Folder.at(_home()) as home:
        return home.status(_name(state)) is not None
    return False


def remember(state: str) -> None:
    """Note that a state was looked at, or comes from here. Does nothing where nothing can be noted."""
    with contextlib.suppress(OSError):
        path = _home(make=True)
        (path / _name(state)).touch(mode=0o600)
        noted = list(path.iterdir())
        if len(noted) > 2 * _MOST:
            for old in sorted(noted, key=lambda each: each.lstat().st_mtime)[:-_MOST]:
                old.unlink(missing_ok=True)


def cache_home() -> Path:
    """The user's folder for what can be made again; a place where nothing can be, where nobody knows it."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    except RuntimeError:
        # Without HOME, as a user whom the system does not know: so programs run in some containers.
        return Path(os.devnull)


def _home(*, make: bool = False) -> Path:
    """The folder of the memory.

    Raises:
        OSError: There is none, or others could write to it.
    """
    folder = cache_home() / "valuespectrum" / "looked-at"
    if make:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or shared:
        raise PermissionError(f"{folder} is open to others")
    return folder


def _name(state: str) -> str:
    return hashlib.sha256(state.encode(errors="surrogateescape")).hexdigest()
