"""The session logs of a run of the kind ``roleplay``, and what is known of the pictures of their clips."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.runs.run import write_json
from valuespectrum.sessions.walks.walked import WalkedSession, read_walked

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


def sessions_of_run(run: Path) -> list[WalkedSession]:
    """Its sessions that have a step, by the names of their logs.

    Raises:
        InputError: A log is damaged.
        SchemaError: Another release wrote it.
    """
    return [read_walked(log) for log in logs_of_run(run) if begun(log)]


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
