"""Which clips and frames a search may return, decided in the ledger.

The index is never asked to filter: a filtered query of Chroma takes longer the larger the collection is (170 to 212 ms
over 200,000 vectors), while comparing with every vector in memory and masking the scores takes 15 to 31 ms whatever the
filter lets through.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from vectorstore.foundation.errors import InputError
from vectorstore.ledger.ledger import Ledger

_SAID_BY_A_SOURCE = (
    ("platforms", "platform IN (SELECT value FROM json_each(?))"),
    ("licences", "licence IN (SELECT value FROM json_each(?))"),
    (
        "uploader_keys",
        "source_id IN (SELECT source_id FROM known_as WHERE key IN (SELECT value FROM json_each(?)))",
    ),
    ("source_ids", "source_id IN (SELECT value FROM json_each(?))"),
    ("published_from", "substr(published, 1, 10) >= ?"),
    ("published_to", "published != '' AND substr(published, 1, 10) <= ?"),
)
"""Conditions that one and the same source of a clip must meet."""

_KNOWN_OF_THE_CLIP = (
    ("shortest", "duration >= ?"),
    ("longest", "duration <= ?"),
    ("clip_ids", "video_sha IN (SELECT value FROM json_each(?))"),
)


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What a search is limited to; without any field, nothing is left out.

    A clip with several sources passes when one of them meets all conditions on sources.
    """

    platforms: tuple[str, ...] | None = None
    licences: tuple[str, ...] | None = None
    """As the sources state them, letter for letter."""
    uploader_keys: tuple[str, ...] | None = None
    """Names as the ledger keeps them (``Corpus.uploader_key``): what says one of them, and no more of that person."""
    source_ids: tuple[int, ...] | None = None
    """Numbers of the ledger, e.g. those of all that a person published (``Corpus.person``)."""
    published_from: str | None = None
    """First day, ISO 8601; clips without a date do not pass."""
    published_to: str | None = None
    """Last day, ISO 8601; clips without a date do not pass."""
    shortest: float | None = None
    """Seconds."""
    longest: float | None = None
    """Seconds."""
    clip_ids: tuple[str, ...] | None = None
    except_clip_ids: tuple[str, ...] | None = None
    without_blank: bool = False
    """Leave frames out that show nothing."""
    without_near_duplicates: bool = False
    """Leave clips out that are linked to a clip that was added before them and has what else is asked for."""

    def __post_init__(self) -> None:
        """Refuse dates that are none and empty ranges.

        Raises:
            InputError: A filter that cannot be meant.
        """
        for name in ("published_from", "published_to"):
            _check_day(name, getattr(self, name))
        for name in ("shortest", "longest"):
            seconds = getattr(self, name)
            if seconds is not None and not (math.isfinite(seconds) and seconds >= 0):
                raise InputError(f"{name} must be a number of seconds from 0, got {seconds}")
        if self.shortest is not None and self.longest is not None and self.shortest > self.longest:
            raise InputError(f"no clip is longer than {self.shortest} s and shorter than {self.longest} s")
        if self.published_from and self.published_to and self.published_from > self.published_to:
            raise InputError(f"no day lies after {self.published_from} and before {self.published_to}")

    @property
    def is_empty(self) -> bool:
        """Whether everything passes."""
        said = (getattr(self, field.name) for field in fields(self))
        # A number of seconds may be 0, which equals False.
        return all(value is None or value is False for value in said)


def passing_clips(ledger: Ledger, where: SearchFilter) -> list[int] | None:
    """Clips that have what is asked for, as the ``video`` table numbers them; ``None`` for all.

    What a filter leaves out by name, ``failing_clips`` tells.
    """
    said, said_values = _conditions(where, _SAID_BY_A_SOURCE)
    known, known_values = _conditions(where, _KNOWN_OF_THE_CLIP)
    if not said and not known:
        return None
    # From the sources to the clips: asking each clip for its sources takes ten times as long.
    tables = "source JOIN source_video USING (source_id) JOIN video USING (video_sha)" if said else "video"
    query = f"SELECT DISTINCT video_id FROM {tables} WHERE {' AND '.join([*said, *known])}"
    return [row[0] for row in ledger.select(query, [*said_values, *known_values])]


def failing_clips(ledger: Ledger, where: SearchFilter, passing: Sequence[int] | None) -> list[int]:
    """Clips that a filter leaves out, whatever else they are.

    Args:
        ledger: Open.
        where: The filter.
        passing: What ``passing_clips`` says of the same filter.
    """
    failing = ledger.column(_THESE, where.except_clip_ids) if where.except_clip_ids else []
    if where.without_near_duplicates:
        # What is not to be found itself stands for no other clip.
        there = None if passing is None else set(passing)
        failing += {later for first, later in ledger.select(_TWINS) if there is None or first in there}
    return failing


def clips_that_pass(ledger: Ledger, where: SearchFilter) -> set[str]:
    """Ids of all clips that a filter lets through."""
    passing = passing_clips(ledger, where)
    failing = set(failing_clips(ledger, where, passing))
    rows = ledger.select("SELECT video_id, video_sha FROM video")
    kept = None if passing is None else set(passing)
    return {row[1] for row in rows if row[0] not in failing and (kept is None or row[0] in kept)}


_THESE = "SELECT video_id FROM video WHERE video_sha IN (SELECT value FROM json_each(?))"
_TWINS = """
    SELECT min(one.video_id, other.video_id), max(one.video_id, other.video_id) FROM clip_link
    JOIN video AS one ON one.video_sha = clip_id JOIN video AS other ON other.video_sha = other_id
    WHERE kind = 'near_duplicate'
"""


def _conditions(
    where: SearchFilter, possible: tuple[tuple[str, str], ...]
) -> tuple[list[str], list[str | int | float]]:
    chosen = [(condition, getattr(where, name)) for name, condition in possible if getattr(where, name) is not None]
    values = [json.dumps(value) if isinstance(value, tuple) else value for _, value in chosen]
    return [condition for condition, _ in chosen], values


def _check_day(name: str, day: str | None) -> None:
    if day is None:
        return
    try:
        parsed = datetime.date.fromisoformat(day)
    except ValueError:
        raise InputError(f"{name} is no date: {day!r}", "write it as YYYY-MM-DD") from None
    if parsed.isoformat() != day:
        raise InputError(f"{name} is no date: {day!r}", "write it as YYYY-MM-DD")
