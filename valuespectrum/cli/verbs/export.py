"""``export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import ExportForm
from valuespectrum.cli.console.terminal import JsonOption, Terminal


def export(
    form: Annotated[ExportForm, typer.Argument(help="What to write.", metavar="FORMAT", show_default=False)],
    run: Annotated[Path, typer.Argument(help="Run folder.", metavar="RUN", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(help="File or folder to write. Default: in the run folder, named by the format.", metavar="PATH"),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Corpus folder, for the pictures in inspect's logs; by default the one that was benched.",
            metavar="DIR",
        ),
    ] = None,
    pictures: Annotated[bool, typer.Option(help="Put pictures into inspect's logs.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Write the answers or scores of a run for other programs.

    A table of answers (csv, parquet) or of scores (scores), a folder for Hugging Face datasets (hf), or logs for the
    viewer of Inspect AI (inspect), one per respondent. Answers are one row per ask, with a column per tag; text that a
    spreadsheet would take for a formula gets an apostrophe in CSV. Needs little memory, however long the run.
    """
    with Terminal(as_json) as terminal:
        terminal.show(api.export(form, run, api.ExportSettings(out, corpus, pictures), terminal))
