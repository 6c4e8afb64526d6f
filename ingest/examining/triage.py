"""What is there to do: each item against what the ledger knows, and when a failed download is tried again."""

from __future__ import annotations

import datetime
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from ingest.sources.base import SourceItem
from vectorstore.foundation.clock import utc_now
from vectorstore.foundation.errors import FetchError, MediaError
from vectorstore.ledger.records import Failure
from vectorstore.upkeep.curation import Curation, KnownSource, RemovedKeys

RETRIED = frozenset({"blocked", "unavailable", "deadline", "network", "extractor"})
"""Reasons of failed downloads that may pass with time; all others stay until the source changes."""
FIRST_WAIT = datetime.timedelta(hours=6)
"""Time until a failed download is tried again; twice as long after each further failure ..."""
LONGEST_WAIT = datetime.timedelta(days=32)
"""... up to this."""

_AT_ONCE = 500


class Verdict(Enum):
    """What is to be done with an item."""

    NEW = "new"
    """Never seen."""
    CHANGED = "changed"
    """Seen, but its bytes may have changed since."""
    RETRY = "retry"
    """Failed before; the time for another attempt has come, or the settings differ."""
    OTHER_RECIPE = "other_recipe"
    """Known, but its frames were made in another way."""
    KNOWN = "known"
    FAILED = "failed"
    """Refused before and unchanged since."""
    WAITING = "waiting"
    """A download failed before; not yet tried again."""
    REMOVED = "removed"
    """Removed for good; must not come back."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An item and what is to be done with it."""

    item: SourceItem
    stamp: str
    verdict: Verdict
    known: KnownSource | None
    """What the ledger says; ``None`` when it was never seen."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides, beside the item itself, whether it has been dealt with."""

    recipe_id: str
    mark: str
    """A failure is good for these settings only: what one decoder or limit refuses may pass another."""
    retry_failed: bool = False
    """Try again what failed before, whenever that was."""


def settings_mark(recipe_id: str, options: object) -> str:
    """What is put behind the stamp of a failed source."""
    return " " + hashlib.sha256(f"{recipe_id} {options}".encode()).hexdigest()


def judge(items: Iterable[SourceItem], curation: Curation, settings: Settings) -> Iterator[Judged]:
    """Compare items with the ledger, some hundreds at a time, reading none of the files."""
    removed = curation.removed_keys()
    now = utc_now()
    remaining = iter(items)
    while batch := list(itertools.islice(remaining, _AT_ONCE)):
        known = curation.known([item.locator for item in batch], settings.recipe_id)
        for item in batch:
            stamp, state = item.stamp(), known.get(item.locator)
            yield Judged(item, stamp, _verdict(item, stamp, state, settings, removed, now), state)


def _verdict(
    item: SourceItem, stamp: str, state: KnownSource | None, settings: Settings, removed: RemovedKeys, now: str
) -> Verdict:
    if removed.has("source", item.locator):
        return Verdict.REMOVED
    if state is None:
        return Verdict.NEW
    if state.failure is not None:
        if settings.retry_failed:
            return Verdict.RETRY
        if state.retry_at:
            return Verdict.RETRY if _is_due(state, now) else Verdict.WAITING
        if state.stamp == stamp + settings.mark:
            return Verdict.FAILED
        return Verdict.RETRY if state.stamp.partition(" ")[0] == stamp else Verdict.CHANGED
    if state.stamp != stamp:
        return Verdict.CHANGED
    return Verdict.KNOWN if state.has_recipe else Verdict.OTHER_RECIPE


def retry_at(error: MediaError, attempts: int) -> str | None:
    """When to try a failed download again: UTC, ISO 8601; ``None`` for what does not pass with time.

    Args:
        error: Why it failed now.
        attempts: Failures before this one.
    """
    if not isinstance(error, FetchError) or error.reason not in RETRIED:
        return None
    return (_moment(utc_now()) + _wait(attempts)).isoformat(timespec="seconds")


def _wait(attempts: int) -> datetime.timedelta:
    return min(FIRST_WAIT * int(2 ** min(attempts, 16)), LONGEST_WAIT)


def _is_due(known: KnownSource, now: str) -> bool:
    if known.retry_at <= now:
        return True
    # Longer than it would be after yet another failure: the clock was ahead when that was noted, maybe by years.
    return _moment(known.retry_at) - _moment(now) > _wait(known.attempts)


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def failed_attempts(known: KnownSource | None) -> int:
    """How often a source has failed so far."""
    return known.attempts if known and known.failure else 0


def as_failure(item: SourceItem, error: MediaError) -> Failure:
    """A refusal as the ledger keeps it, which holds no halves of characters: names of files may have any bytes."""
    return Failure(item.locator, error.reason, error.message.encode("utf-8", "backslashreplace").decode())
