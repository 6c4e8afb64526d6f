"""Which clips and frames a search may return, decided in the ledger.

The index is never asked to filter: a filtered query of Chroma takes longer the larger the collection is (170 to 212 ms
over 200,000 vectors), while comparing with every vector in memory and masking the scores takes 15 to 31 ms whatever the
filter lets through.
"""

from __future__ import annotations

import datetime
import json
import math
from dataclasses import dataclass, fields

from vectorstore.errors import InputError
from vectorstore.ledger import Ledger

_SAID_BY_A_SOURCE = (
    ("platforms", "platform IN (SELECT value FROM json_each(?))"),
    ("licences", "licence IN (SELECT value FROM json_each(?))"),
    ("uploader_keys", "uploader IN (SELECT value FROM json_each(?))"),
    ("published_from", "substr(published, 1, 10) >= ?"),
    ("published_to", "published != '' AND substr(published, 1, 10) <= ?"),
)
"""Conditions that one and the same source of a clip must meet."""

_KNOWN_OF_THE_CLIP = (
    ("shortest", "duration >= ?"),
    ("longest", "duration <= ?"),
    ("clip_ids", "video.video_sha IN (SELECT value FROM json_each(?))"),
    ("except_clip_ids", "video.video_sha NOT IN (SELECT value FROM json_each(?))"),
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
    """As the ledger keeps them (``Corpus.uploader_key``)."""
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
    """Leave clips out that are linked to a clip that was added before them."""

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
        return all(getattr(self, field.name) in (None, False) for field in fields(self))


def passing_clips(ledger: Ledger, where: SearchFilter) -> list[int]:
    """Row numbers of the clips that pass, as the ``video`` table counts them."""
    said, said_values = _conditions(where, _SAID_BY_A_SOURCE)
    known, known_values = _conditions(where, _KNOWN_OF_THE_CLIP)
    if said:
        known.append(
            "EXISTS (SELECT 1 FROM source_video JOIN source USING (source_id) "
            f"WHERE source_video.video_sha = video.video_sha AND {' AND '.join(said)})"
        )
    if where.without_near_duplicates:
        known.append(_NO_EARLIER_TWIN)
    query = f"SELECT video_id FROM video WHERE {' AND '.join(known) or '1'}"
    return [row[0] for row in ledger.select(query, [*known_values, *said_values])]


_NO_EARLIER_TWIN = """NOT EXISTS (
    SELECT 1 FROM clip_link JOIN video AS twin
    ON twin.video_sha = CASE clip_id WHEN video.video_sha THEN other_id ELSE clip_id END
    WHERE video.video_sha IN (clip_id, other_id) AND twin.video_id < video.video_id)"""


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
