"""``history``: what somebody watched, from a platform's export of their own data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.files import refuse_existing
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.escaping import printable_line
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from ingest.sources.data_export import History
    from ingest.sources.export_entries import Watched


@dataclass(frozen=True, slots=True)
class HistorySettings(CheckedSettings):
    """What of a history is shown and written down."""

    bounds: ClassVar[Bounds] = {"count": (0, ENDLESS)}

    platform: tuple[str, ...] = ()
    """Only these platforms; empty for all."""
    watched_from: str | None = None
    """Only what was watched on this day (UTC) or later, as ``2025-03-31``."""
    watched_to: str | None = None
    """Only what was watched on this day (UTC) or before."""
    count: int = 20
    """Rows in the text, the latest; the document has all."""
    links: Path | None = None
    """A new file for the links, as a list that ``ingest`` takes."""
    with_times: bool = False
    """Whether that list says when each was watched."""


@dataclass(frozen=True, repr=False)
class WatchHistory(Outcome):
    """What was watched."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each time that something was watched."""
        return list(self.document["rows"])


def history(export: str | PathLike[str], settings: HistorySettings | None = None) -> WatchHistory:
    """Show what you watched, from a platform's export of your own data.

    Nothing is downloaded, sent or stored, except the list that is asked for.

    Args:
        export: user_data_tiktok.json, Watch History.txt, watch-history.json, videos_watched.json, or their zip.
        settings: What of it is shown and written down.

    Raises:
        InputError: It is no such export, a day or platform is none, or the list is there already.

    Example::

        vs.history("user_data_tiktok.json").to_pandas()
    """
    from ingest.sources.data_export import read_history

    settings = settings or HistorySettings()
    if settings.with_times and not settings.links:
        raise InputError("--with-times without --links", "add --links NAME.jsonl")
    days = _day("--from", settings.watched_from), _day("--to", settings.watched_to)
    if all(days) and days[0] > days[1]:
        raise InputError(f"no day lies after {days[0]} and before {days[1]}", "exchange --from and --to")
    platforms = _platforms(settings.platform)
    found = read_history(user_path(export))
    rows = _chosen(found, platforms, days)
    document, lines = _shown(rows, found, settings.count)
    if settings.links:
        written, line = _write_links(rows, settings.links, settings.with_times)
        document, lines = document | written, [*lines, line]
    return WatchHistory(document, "\n".join(lines))


def _day(option: str, text: str | None) -> str:
    from ingest.cleaning.text import read_day

    day = read_day(text)
    if text is not None and day is None:
        raise InputError(f"{option} {text[:40]!r} is no day", "write it like 2025-03-31")
    return day or ""


def _platforms(names: Sequence[str]) -> set[str]:
    from ingest.cleaning.link_rules import PLATFORMS

    known = [platform.name for platform in PLATFORMS]
    for name in names:
        if name.lower() not in known:
            raise InputError(f"no watch history is of a platform {name[:40]!r}", f"choose one of {', '.join(known)}")
    return {name.lower() for name in names}


def _chosen(found: History, platforms: Collection[str], days: tuple[str, str]) -> list[Watched]:
    """Rows of these platforms and days; what has no time is of no day."""
    first, last = days
    return [
        row
        for row in found.rows
        if (not platforms or row.platform in platforms)
        and (not first or row.time[:10] >= first)
        and (not last or "" < row.time[:10] <= last)
    ]


def _shown(rows: Sequence[Watched], found: History, count: int) -> tuple[Json, list[str]]:
    from dataclasses import asdict

    from valuespectrum.reporting.elements.words import clean

    numbers = {
        "watched": len(rows),
        "clips": len({row.url for row in rows if row.url}),
        "without_link": sum(not row.url for row in rows),
        "passed_over": found.passed_over,
        "other_files": found.other_files,
    }
    latest = rows[len(rows) - count :] if count < len(rows) else rows
    cells = [(row.time or "-", row.platform, row.url or "-", clean(row.uploader, 40) or "-") for row in latest]
    lines = [table(("time", "platform", "link", "uploader"), cells)] if cells else []
    if len(latest) < len(rows):
        lines.append(f"... and {len(rows) - len(latest):,} more (--count N shows more)")
    lines.append(
        f"{numbers['watched']:,} watched, {numbers['clips']:,} clips with a link, {numbers['without_link']:,} entries "
        f"without; {numbers['passed_over']:,} other entries passed over{_why(found)}"
    )
    if found.other_files:
        lines.append(f"{found.other_files:,} files of the archive are no watch histories")
    lines += [printable_line(f"cannot be read: {name}: {reason}") for name, reason in found.unread.items()]
    unread = [{"file": name, "problem": reason} for name, reason in found.unread.items()]
    return {
        **numbers,
        "passed_over_why": dict(found.reasons),
        "unread_files": unread,
        "rows": [asdict(row) for row in rows],
    }, lines


def _why(found: History) -> str:
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in found.reasons.items())
    return f" ({reasons})" if reasons else ""


def _write_links(rows: Sequence[Watched], target: Path, with_times: bool) -> tuple[Json, str]:
    from ingest.sources.data_export import watched_links
    from ingest.sources.manifest import links_manifest

    refuse_existing(target)
    listed = watched_links(rows, with_times)
    if not listed:
        raise InputError("none of these entries has a link", "there is nothing to write")
    done = links_manifest(listed, target, private=True)
    taking = f"`valuespectrum ingest {quote(str(target))} --corpus DIR --basis WHY`"
    line = f"{done.written:,} links in {target}: {taking} takes them"
    return {"file": str(target), "written": done.written, "left_out": done.left_out}, line
