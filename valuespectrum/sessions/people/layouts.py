"""What people watched, out of files that a user brings: two published layouts, and one's own watch history.

``personaact``: ``{P01..}/session_*.json`` with ``session_id, collector, platform, start_time, actions[{timestamp,
actions[{type}], viewing_duration, video_path}]``; paths have backslashes, and ``timestamp`` is UTC where
``start_time`` and the names of files are local time, so only the former is read. ``shortvideo``: one CSV with
``user_id, pid, exposed_time, watch_time, cvm_like, comment, follow, collect, forward, hate``. ``history``: a platform's
export of one's own data, which tells what was watched and not for how long.

Licences of the published sets are not known to us: they are read where a user has them, and nothing of them is here.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath

from vectorstore.foreign.documents import check_width, read_json, read_regular, repeated_column
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line, visible_line

Note = Callable[[str], None]
"""Takes a sentence about what is left out."""
_LARGEST = 2**30
"""Bytes of a table: some ten million rows."""
_LARGEST_SESSION = 2**26
_MOST_FILES = 100_000
_SIGNALS: Mapping[str, str] = {
    "like": "like",
    "comment": "comment",
    "share": "share",
    "forward": "share",
    "collect": "save",
    "save": "save",
    "favorite": "save",
    "follow": "follow",
    "dislike": "not_interested",
    "hate": "not_interested",
    "not_interested": "not_interested",
}
"""What a published log calls a signal, and what it is called here."""
_STRENGTH = ("not_interested", "follow", "share", "save", "like", "comment")
"""Where several were sent, the first of these stands for the clip."""
_COLUMNS = ("user_id", "pid", "exposed_time", "watch_time")
_FLAGS: Mapping[str, str] = {
    "cvm_like": "like",
    "comment": "comment",
    "forward": "share",
    "collect": "save",
    "follow": "follow",
    "hate": "not_interested",
}

_UNSENT = ("", "false", "nan", "none", "null")
"""How tables write that a signal was not sent, besides 0."""


@dataclass(frozen=True, slots=True)
class PersonWatched:
    """One clip that a person was shown."""

    person: str
    session: str
    """Of the person; empty where the layout has none and gaps in time tell."""
    time: float
    """Seconds since 1970, UTC; NaN where unknown."""
    clip: str
    """What the layout calls it: the name of a file without folder and ending, or a link."""
    seconds: float | None
    """Watched; ``None`` where the layout does not say."""
    signal: str = ""
    """Action that was sent, by our names; empty for none."""


def read_layout(layout: str, path: Path, note: Note = lambda words: None) -> list[PersonWatched]:
    """Everything that people watched, in the order of the files.

    Args:
        layout: One of :data:`LAYOUTS`.
        path: Folder or file.
        note: Told, in words, what of the files is not in the rows.

    Raises:
        InputError: The layout is unknown, or a file is not of it; the place is named.
    """
    if layout not in LAYOUTS:
        raise InputError(f"there is no layout {layout!r:.40}", f"choose one of {', '.join(LAYOUTS)}")
    rows = list(LAYOUTS[layout](path, note))
    if not rows:
        raise InputError(f"{path} has nothing that a person watched", f"is it of the layout {layout}?")
    return rows


def _personaact(folder: Path, note: Note) -> Iterator[PersonWatched]:
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder", "name the folder with the folders of the people (raw_data)")
    there = sorted(folder.glob("*/session_*.json"))
    files = [each for each in there if not each.is_symlink()]
    if len(files) < len(there):
        note(f"{folder}: {len(there) - len(files):,} sessions that are links to other files are left out")
    if len(files) > _MOST_FILES:
        raise InputError(f"{folder} has more than {_MOST_FILES:,} sessions", "take them in parts")
    for file in files:
        document = read_json(file, "the session", "it should be as PersonaAct writes it", _LARGEST_SESSION)
        steps = document.get("actions") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(steps, list):
            raise InputError(f"{file} has no list of actions", "it should be as PersonaAct writes it")
        for number, step in enumerate(steps):
            if not isinstance(step, dict) or not isinstance(step.get("video_path"), str):
                raise InputError(f"{file}, action {number}: no video_path", "it should be as PersonaAct writes it")
            acts = step.get("actions") or []
            if not isinstance(acts, list):
                raise InputError(f"{file}, action {number}: actions is no list", "it should be as PersonaAct writes it")
            told = [each.get("type") for each in acts if isinstance(each, dict)]
            yield PersonWatched(
                person=file.parent.name,
                session=str(document.get("session_id") or file.stem),
                time=_utc(step.get("timestamp"), f"{file}, action {number}: timestamp"),
                clip=PureWindowsPath(step["video_path"]).stem,
                seconds=_seconds(step.get("viewing_duration"), f"{file}, action {number}: viewing_duration"),
                signal=_strongest(_SIGNALS[str(each).lower()] for each in told if str(each).lower() in _SIGNALS),
            )


def _shortvideo(path: Path, _: Note) -> Iterator[PersonWatched]:
    try:
        text = read_regular(path, _LARGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error})", "name the table of interactions (CSV)") from error
    for line, row in _rows(path, text):
        where, person, clip = f"{path}, line {line}", row["user_id"], row["pid"]
        if not person or not clip:
            raise InputError(f"{where}: no user_id or no pid", "every row is of a person and a video")
        yield PersonWatched(
            person=person,
            session="",
            time=_utc(row["exposed_time"], f"{where}: exposed_time"),
            clip=clip,
            seconds=_seconds(row["watch_time"], f"{where}: watch_time"),
            signal=_strongest(action for name, action in _FLAGS.items() if _sent(row.get(name), f"{where}: {name}")),
        )


def _rows(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """Rows of a table of interactions, each with the line that it ends on."""
    # Strict, since a quotation mark that nothing closes would take the rows behind it into its cell.
    table, last = csv.DictReader(io.StringIO(text), strict=True), 0
    try:
        check_width(len(table.fieldnames or ()), str(path))
        lacking = [name for name in _COLUMNS if name not in (table.fieldnames or ())]
        if lacking:
            raise InputError(f"{path} has no column {', '.join(lacking)}", "name the table of interactions (CSV)")
        if twice := repeated_column(list(table.fieldnames or ())):
            raise InputError(f"{path} has the column {twice!r:.80} twice", "leave one of them, or rename it")
        last = table.line_num
        for row in table:
            last = table.line_num
            if any(cell.strip() for cell in row.get(None) or ()):
                told = f"{path}, line {last}: more cells than the first line has"
                raise InputError(told, "put a text that has a comma in quotes")
            yield last, row
    except csv.Error as error:
        hint = "correct it; a cell with a quotation mark in it has it twice"
        raise InputError(f"{path}: what follows line {last} is no row ({one_line(error)})", hint) from error


def _history(path: Path, note: Note) -> Iterator[PersonWatched]:
    from ingest.sources.data_export import read_history

    found = read_history(path)
    for name, why in found.unread.items():
        lost = f"{visible_line(name)} cannot be read and is left out ({visible_line(why)})"
        note(f"{path}: {lost}")
    if without := sum(not row.url for row in found.rows):
        note(f"{path}: {without:,} entries without a link are left out")
    if found.passed_over:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in found.reasons.items())
        note(f"{path}: {found.passed_over:,} other entries are passed over ({reasons})")
    for row in found.rows:
        if row.url:
            yield PersonWatched("me", "", _utc(row.time or None, f"{path}: time"), row.url, None)


LAYOUTS: Mapping[str, Callable[[Path, Note], Iterator[PersonWatched]]] = {
    "personaact": _personaact,
    "shortvideo": _shortvideo,
    "history": _history,
}
"""Layouts by name."""


def _strongest(signals: Iterator[str]) -> str:
    sent = set(signals)
    return next((each for each in _STRENGTH if each in sent), "")


def _sent(told: str | None, where: str) -> bool:
    """Whether a column says that a signal was sent; an empty cell says that it was not."""
    said = (told or "").strip().casefold()
    if said in _UNSENT or said == "true":
        return said == "true"
    number = _number(said)
    if number is None or number < 0:
        raise InputError(f"{where}: {told!r:.40} is neither 1 nor 0", "correct it, or leave the row out")
    return number > 0


def _seconds(told: object, where: str) -> float | None:
    if told is None or told == "":
        return None
    number = _number(told)
    if number is None or not 0 <= number < 1e6:
        raise InputError(f"{where}: {told!r:.40} is no number of seconds", "correct it, or leave the row out")
    return number


def _utc(told: object, where: str) -> float:
    """Seconds since 1970; what has no zone is UTC. NaN for nothing."""
    if told is None or told == "":
        return math.nan
    number = _number(told)
    if number is not None and number >= 0:
        return number / 1000 if number > 1e11 else number
    try:
        time = datetime.fromisoformat(str(told)[:64].strip().replace("Z", "+00:00"))
    except ValueError:
        raise InputError(f"{where}: {told!r:.40} is no time", "write it like 2025-03-31T12:00:00Z") from None
    return (time.replace(tzinfo=UTC) if time.tzinfo is None else time).timestamp()


def _number(told: object) -> float | None:
    try:
        number = float(told) if isinstance(told, str | int | float) and not isinstance(told, bool) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
