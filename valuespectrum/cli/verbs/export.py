"""``export``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import ExportForm
from valuespectrum.cli.console.options import refuse_idle
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class RunExportGiven:
    """What is typed after ``export``."""

    out: Annotated[
        Path | None,
        typer.Option(help="File or folder to write. Default: in the run folder, named by the format.", metavar="PATH"),
    ] = None
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Corpus folder, for the pictures in inspect's logs; by default the one that was benched.",
            metavar="DIR",
        ),
    ] = None
    pictures: Annotated[bool, typer.Option(help="Put pictures into inspect's logs.")] = True


def export(
    context: typer.Context,
    form: Annotated[ExportForm, typer.Argument(help="What to write.", metavar="FORMAT", show_default=False)],
    run: Annotated[Path, typer.Argument(help="Run folder.", metavar="RUN", show_default=False)],
    given: RunExportGiven,
    as_json: JsonOption = False,
) -> None:
    """Write the answers or scores of a run for other programs.

    A table of answers (csv, parquet) or of scores (scores), a folder for Hugging Face datasets (hf), or logs for the
    viewer of Inspect AI (inspect), one per respondent. Answers are one row per ask, with a column per tag; text that a
    spreadsheet would take for a formula gets an apostrophe in CSV. Needs little memory, however long the run.
    """
    if form != "inspect":
        refuse_idle(context, ("corpus", "pictures"), f"the format {form}")
    with Terminal(as_json) as terminal:
        terminal.show(api.export(form, run, api.ExportSettings(given.out, given.corpus, given.pictures), terminal))
