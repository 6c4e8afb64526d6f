"""The session logs of a run of the kind ``roleplay``, and what is known of the pictures of their clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.runs.run import write_json
from valuespectrum.sessions.walks.walked import WalkedSession, read_walked
from vectorstore.foundation.errors import InputError, ValueSpectrumError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus

SESSIONS = "sessions"
"""Folder of a run with the logs of its sessions."""
_QUALITY = "quality.json"
"""Beside them: clip to measures of its pictures."""
_HINT = "delete it, and the same `valuespectrum roleplay` writes it anew"


def logs_of_run(run: Path) -> list[Path]:
    """Its session logs, by name; none for other runs."""
    return sorted((run / SESSIONS).glob("*.jsonl"))


def sessions_of_run(run: Path) -> tuple[list[WalkedSession], dict[Path, str]]:
    """Its sessions that have a step, by the names of their logs, and why others cannot be read.

    Raises:
        InputError: None of its logs can be read.
        SchemaError: Another release wrote all of them.
    """
    found, left_out = read_sessions([log for log in logs_of_run(run) if not _not_begun(log)])
    return list(found.values()), left_out


def read_sessions(logs: Sequence[Path]) -> tuple[dict[Path, WalkedSession], dict[Path, str]]:
    """Sessions by their logs, and why others cannot be read: one of many is no reason to tell nothing of the rest.

    Args:
        logs: With the manifest of each, or of all, beside it.

    Raises:
        InputError: A log is missing, or none can be read.
    """
    found: dict[Path, WalkedSession] = {}
    errors: dict[Path, ValueSpectrumError] = {}
    for log in logs:
        try:
            found[log] = read_walked(log)
        except ValueSpectrumError as error:
            if not log.is_file():
                raise
            errors[log] = error
    if errors and not found:
        raise next(iter(errors.values()))
    return found, {log: error.message for log, error in errors.items()}


def refuse_copies(read: Mapping[Path, WalkedSession]) -> None:
    """Refuse copies of the log of a person: each would be another session, and intervals too narrow.

    Args:
        read: Sessions by their logs.

    Raises:
        InputError: Two are of one session.
    """
    first: dict[tuple[str, str, int], Path] = {}
    for log, each in read.items():
        if each.walker.human:
            other = first.setdefault((each.walker.model, each.policy, each.seed), log)
            if other != log:
                raise InputError(f"{other} and {log} are of one session of one person", "name one of them")


def left_out_rows(left_out: Mapping[Path, str]) -> list[Json]:
    """Logs that cannot be read, as a document has them: ``log`` and ``why``."""
    return [{"log": str(log), "why": why} for log, why in left_out.items()]


def left_out_in_words(rows: Sequence[Json]) -> list[str]:
    """The same as lines for a person.

    Example:
        >>> left_out_in_words([{"log": "sessions/a.jsonl", "why": "it is damaged"}])
        ['sessions/a.jsonl is left out: it is damaged']
    """
    return [f"{row['log']} is left out: {row['why']}" for row in rows]


def _not_begun(log: Path) -> bool:
    """Whether its session was stopped before its first step; what is wrong with a log is told when it is read."""
    try:
        return not begun(log)
    except ValueSpectrumError:
        return False


def begun(log: Path) -> bool:
    """Whether a session showed anything: it may have been stopped before its first step.

    Raises:
        InputError: The log is damaged.
        SchemaError: Another release wrote it.
    """
    from agents.browsing.log import read_log

    return bool(read_log(log).events)


def keep_quality(run: Path, corpus: Corpus) -> None:
    """Write down what the pictures of each clip are like, as the ledger knows it: means over its frames.

    Raises:
        StorageError: It cannot be written.
    """
    found: dict[str, dict[str, float]] = {}
    for clip in sorted(corpus.clip_ids()):
        frames = corpus.frames(clip)
        measured = {
            "brightness": [frame.brightness for frame in frames],
            "sharpness": [frame.sharpness for frame in frames],
            "text_share": [frame.text_share for frame in frames],
        }
        known = {name: [each for each in numbers if each is not None] for name, numbers in measured.items()}
        found[clip] = {name: sum(numbers) / len(numbers) for name, numbers in known.items() if numbers}
    write_json(run / SESSIONS / _QUALITY, found)


def quality_of_run(run: Path) -> Mapping[str, Mapping[str, float]]:
    """Clip to measures of its pictures; empty where nobody wrote them down.

    Raises:
        InputError: The file is damaged.
    """
    from pydantic import FiniteFloat

    from vectorstore.foreign.documents import check_shape, read_json

    path = run / SESSIONS / _QUALITY
    if not path.is_file():
        return {}
    where = f"the measures of pictures {path}"
    return check_shape(
        dict[str, dict[str, FiniteFloat]], read_json(path, "the measures of pictures", _HINT), where, _HINT
    )
