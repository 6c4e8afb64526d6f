"""Paths as users and their files write them."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path

from vectorstore.foundation.errors import InputError


def user_path(text: str | PathLike[str]) -> Path:
    """A path with ``~`` for a home folder.

    Args:
        text: As it was written, by anybody.

    Raises:
        InputError: It is no path, names the home of somebody who is not known here, or holds a character that no path
            can have.

    Example:
        >>> user_path("clips/one.mp4")
        PosixPath('clips/one.mp4')
    """
    try:
        written = os.fspath(text)
    except TypeError as error:
        raise InputError(f"{text!r:.120} is no path", "name a file or a folder") from error
    if not isinstance(written, str):
        raise InputError(f"{text!r:.120} is no path", "write it as text, not as bytes")
    if "\0" in written:
        raise InputError(f"{written!r:.120} is no path: it holds a null character")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise InputError(f"{written!r:.120}: nobody of that name has a home here", "write the path out") from error
