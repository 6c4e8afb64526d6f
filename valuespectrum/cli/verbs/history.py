"""``history``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from valuespectrum.cli.console.corpus_options import refuse_existing
from valuespectrum.cli.console.escaping import one_line
from valuespectrum.cli.console.terminal import JsonOption, Terminal, table

if TYPE_CHECKING:
    from ingest.sources.data_export import History
    from ingest.sources.export_entries import Watched


def history(
    export: Annotated[
        Path,
        typer.Argument(
            help="user_data_tiktok.json, Watch History.txt, watch-history.json, videos_watched.json, or their zip.",
            metavar="EXPORT",
            show_default=False,
        ),
    ],
    platform: Annotated[list[str] | None, typer.Option(help="Only this platform. May be repeated.")] = None,
    watched_from: Annotated[
        str | None, typer.Option("--from", help="Only what was watched on this day (UTC) or later.", metavar="DAY")
    ] = None,
    watched_to: Annotated[
        str | None, typer.Option("--to", help="Only what was watched on this day (UTC) or before.", metavar="DAY")
    ] = None,
    count: Annotated[int, typer.Option(help="Show at most so many, the latest; --json has all.", min=0)] = 20,
    links: Annotated[
        Path | None, typer.Option(help="Write the links as a list that `ingest` takes.", metavar="NAME.jsonl")
    ] = None,
    with_times: Annotated[
        bool, typer.Option("--with-times", help="Also write into that list when each was watched.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what you watched, from a platform's export of your own data.

    Nothing is downloaded, sent or stored, except the list that you ask for.
    """
    from ingest.sources.data_export import read_history
    from vectorstore.foundation.errors import InputError

    with Terminal(as_json) as terminal:
        if with_times and not links:
            raise InputError("--with-times without --links", "add --links NAME.jsonl")
        days = _day("--from", watched_from), _day("--to", watched_to)
        found = read_history(export)
        rows = _chosen(found, platform, days)
        document, lines = _shown(rows, found, count)
        if links:
            written, line = _write_links(rows, links, with_times)
            document, lines = document | written, [*lines, line]
        terminal.finish(document, "\n".join(lines))


def _day(option: str, text: str | None) -> str:
    from ingest.cleaning.text import read_day
    from vectorstore.foundation.errors import InputError

    day = read_day(text)
    if text is not None and day is None:
        raise InputError(f"{option} {text[:40]!r} is no day", "write it like 2025-03-31")
    return day or ""


def _chosen(found: History, platforms: list[str] | None, days: tuple[str, str]) -> list[Watched]:
    """Rows of these platforms and days; what has no time is of no day."""
    first, last = days
    wanted = {name.lower() for name in platforms or ()}
    return [
        row
        for row in found.rows
        if (not wanted or row.platform in wanted)
        and (not first or row.time[:10] >= first)
        and (not last or "" < row.time[:10] <= last)
    ]


def _shown(rows: Sequence[Watched], found: History, count: int) -> tuple[dict[str, Any], list[str]]:
    from dataclasses import asdict

    from valuespectrum.reporting.words import clean

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
    lines += [one_line(f"cannot be read: {name}: {reason}") for name, reason in found.unread.items()]
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


def _write_links(rows: Sequence[Watched], target: Path, with_times: bool) -> tuple[dict[str, Any], str]:
    from ingest.sources.data_export import watched_links
    from ingest.sources.manifest import links_manifest
    from vectorstore.foundation.errors import InputError

    refuse_existing(target)
    listed = watched_links(rows, with_times)
    if not listed:
        raise InputError("none of these entries has a link", "there is nothing to write")
    done = links_manifest(listed, target, private=True)
    line = f"{done.written:,} links in {target}: `valuespectrum ingest {target} --corpus DIR --basis WHY` takes them"
    return {"file": str(target), "written": done.written, "left_out": done.left_out}, line
