"""Paths as users and their files write them."""

from __future__ import annotations

from pathlib import Path

from vectorstore.foundation.errors import InputError


def user_path(text: str | Path) -> Path:
    """A path with ``~`` for a home folder.

    Args:
        text: As it was written, by anybody.

    Raises:
        InputError: It names the home of somebody who is not known here, or holds a character that no path can have.

    Example:
        >>> user_path("clips/one.mp4")
        PosixPath('clips/one.mp4')
    """
    if "\0" in str(text):
        raise InputError(f"{str(text)!r:.120} is no path: it holds a null character")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise InputError(f"{str(text)!r:.120}: nobody of that name has a home here", "write the path out") from error
