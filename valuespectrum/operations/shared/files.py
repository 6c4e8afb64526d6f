"""Files that an operation writes."""

from __future__ import annotations

from pathlib import Path

from vectorstore.foundation.errors import InputError


def refuse_existing(target: Path) -> None:
    """A list is written to a new file only.

    Raises:
        InputError: There is something already.
    """
    if target.exists():
        raise InputError(f"{target} is there already", "name a new file")
