"""Labels by people: a table of pictures to fill in, blind and shuffled, and reading it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from valuespectrum.stimuli.ratings.labels import NAMES, NO_VALUE, STATES, STRENGTHS, PictureLabel, ShownPicture, State
from valuespectrum.stimuli.ratings.sheets import number_in, read_sheet, write_sheet, wrong
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import shuffled, stream

COLUMNS = ("frame", "picture", "value", "state", "strength")
"""What a person sees: the picture's file, and three cells to fill in."""
_WHAT = "the table of labels"
_TO_FILL = ("frame", "value", "state", "strength")


def write_queue(path: Path, pictures: Sequence[ShownPicture], files: Mapping[str, Path], seed: int) -> int:
    """Write a table to be filled in.

    Nothing in it tells what a picture was found for: order is drawn, and pictures are named by their hash.

    Args:
        path: A new file.
        pictures: What is to be looked at; a picture that stands for several values comes once.
        files: Picture to its file.
        seed: Of the order.

    Returns:
        How many pictures there are.

    Raises:
        InputError: The file is there already: somebody may have begun to fill it in.
        StorageError: It cannot be written.
    """
    if path.exists():
        raise InputError(f"{path} is there already, perhaps with labels in it", "name a new file, or remove it")
    once = list({each.frame: each for each in pictures}.values())
    order = shuffled(len(once), stream(seed, "labelling queue"))
    rows = ({"frame": once[at].frame, "picture": str(files[once[at].picture])} for at in order)
    write_sheet(path, COLUMNS, ({"value": "", "state": "", "strength": "", **row} for row in rows))
    return len(once)


def read_queue(path: Path, pictures: Sequence[ShownPicture]) -> list[PictureLabel]:
    """Read a table that somebody has filled in; rows without a value are left for later.

    Args:
        path: CSV with the columns ``frame, value, state, strength``.
        pictures: What could be looked at.

    Raises:
        InputError: A cell holds something else, a picture is unknown or comes twice, or nothing is filled in; the line
            is named.
    """
    known = {each.frame: each for each in pictures}
    labels: dict[str, PictureLabel] = {}
    for line, row in read_sheet(path, _WHAT, _TO_FILL):
        frame = row["frame"]
        if not row["value"]:
            if row["state"] or row["strength"]:
                raise wrong(_WHAT, path, line, "a state or a strength without a value", _names())
            continue
        if frame not in known:
            raise wrong(
                _WHAT, path, line, f"no picture {frame!r} was to be labelled", "use the table as it was written"
            )
        if frame in labels:
            raise wrong(_WHAT, path, line, f"the picture {frame!r} comes twice", "keep one of the rows")
        labels[frame] = _filled(path, line, row, known[frame].clip)
    if not labels:
        raise InputError(f"{path} has no label yet", f"fill in the column value with {_names()}")
    return list(labels.values())


def _filled(path: Path, line: int, row: Mapping[str, str], clip: str) -> PictureLabel:
    value = row["value"].lower().replace("-", "_").replace(" ", "_")
    if value not in NAMES:
        raise wrong(_WHAT, path, line, f"{row['value']!r} is no value", f"write {_names()}")
    state = row["state"].lower() or ("absent" if value == NO_VALUE else "")
    if state not in STATES or (state == "absent") != (value == NO_VALUE):
        hint = "write endorsed or violated, or nothing"
        raise wrong(_WHAT, path, line, f"{row['state']!r} is no state of {value}", hint)
    try:
        strength = number_in(row["strength"], *STRENGTHS)
    except ValueError as error:
        raise wrong(_WHAT, path, line, f"{row['strength']!r} is no strength", "write 1 to 5, or nothing") from error
    found: State = next(each for each in STATES if each == state)
    return PictureLabel(row["frame"], clip, value, found, strength, named=True)


def _names() -> str:
    return f"one of {', '.join(NAMES)}"
