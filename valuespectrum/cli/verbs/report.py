"""``report``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportGiven:
    """What is typed after ``report``."""

    corpus: Annotated[
        Path | None,
        typer.Option(help="Corpus folder, for pictures; by default the one that was benched.", metavar="DIR"),
    ] = None
    session: Annotated[
        list[Path] | None, typer.Option(help="Session log to show. May be repeated.", metavar="LOG", show_default=False)
    ] = None
    out: Annotated[Path | None, typer.Option(help="The page; by default report.html in the first run folder.")] = None
    title: Annotated[str, typer.Option(help="Heading of the page.")] = "Value profile"
    before_after: Annotated[
        bool,
        typer.Option(
            help="Show what steering changed: every steered model of these runs beside the same one as it is.",
        ),
    ] = False


def report(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, the most important first.", metavar="RUN")],
    given: ReportGiven,
    as_json: JsonOption = False,
) -> None:
    """Make one self-contained page.

    Out of runs and sessions; needs no model.
    """
    with Terminal(as_json) as terminal:
        settings = api.ReportSettings(
            given.corpus, tuple(given.session or ()), given.out, given.title, given.before_after
        )
        terminal.show(api.report(runs, settings, terminal))
