"""``history``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryGiven:
    """What is typed after ``history``."""

    platform: Annotated[list[str] | None, typer.Option(help="Only this platform. May be repeated.")] = None
    watched_from: Annotated[
        str | None, typer.Option("--from", help="Only what was watched on this day (UTC) or later.", metavar="DAY")
    ] = None
    watched_to: Annotated[
        str | None, typer.Option("--to", help="Only what was watched on this day (UTC) or before.", metavar="DAY")
    ] = None
    count: Annotated[int, typer.Option(help="Show at most so many, the latest; --json has all.", min=0)] = 20
    links: Annotated[
        Path | None, typer.Option(help="Write the links as a list that `ingest` takes.", metavar="NAME.jsonl")
    ] = None
    with_times: Annotated[
        bool, typer.Option("--with-times", help="Also write into that list when each was watched.")
    ] = False


def history(
    export: Annotated[
        Path,
        typer.Argument(
            help="user_data_tiktok.json, Watch History.txt, watch-history.json, videos_watched.json, or their zip.",
            metavar="EXPORT",
            show_default=False,
        ),
    ],
    given: HistoryGiven,
    as_json: JsonOption = False,
) -> None:
    """Show what you watched, from a platform's export of your own data.

    Nothing is downloaded, sent or stored, except the list that you ask for.
    """
    settings = api.HistorySettings(
        tuple(given.platform or ()), given.watched_from, given.watched_to, given.count, given.links, given.with_times
    )
    with Terminal(as_json) as terminal:
        terminal.show(api.history(export, settings))
