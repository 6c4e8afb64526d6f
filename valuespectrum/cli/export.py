"""``export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from valuespectrum.cli.terminal import JsonOption, Terminal


def export(
    form: Annotated[str, typer.Argument(help="csv, parquet, hf or inspect.", metavar="FORMAT", show_default=False)],
    run: Annotated[Path, typer.Argument(help="Run folder.", metavar="RUN", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(help="File or folder to write. Default: in the run folder, named by the format.", metavar="PATH"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the answers of a run for other programs.

    A table (csv, parquet), a folder for Hugging Face datasets (hf), or logs for the viewer of Inspect AI (inspect).
    One row per ask, with a column per tag; needs little memory, however long the run.
    """
    from valuespectrum.run_export import export_run

    with Terminal(as_json) as terminal:
        path, rows = export_run(run, form, out)
        terminal.finish({"file": str(path), "rows": rows}, f"{rows:,} rows: {path}")
