"""Files that an operation writes."""

from __future__ import annotations

from pathlib import Path

from vectorstore.foundation.disk import refuse_unwritable, storage_errors
from vectorstore.foundation.errors import InputError


def refuse_existing(target: Path) -> None:
    """A list is written to a new file only.

    Raises:
        InputError: There is something already.
        StorageError: No file can be written there.
    """
    with storage_errors(target):
        if target.exists():
            raise InputError(f"{target} is there already", "name a new file")
    refuse_unwritable(target)


def refuse_taken(target: Path, force: bool) -> None:
    """Refuse the place of an intervention, before anything is loaded or asked, where none may be written.

    Args:
        target: Where it is to be written.
        force: Whether an intervention that is there may be replaced.

    Raises:
        InputError: Something else is there, or an intervention that is to stay.
        StorageError: It cannot be looked at, or no file can be written there.
    """
    from agents.models.steering.files import refuse_other_files

    refuse_other_files(target)
    if target.exists() and not force:
        raise InputError(f"{target} is there already", "name a new file, or add --force")
