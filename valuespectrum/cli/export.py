"""``export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from valuespectrum.cli.terminal import JsonOption, Terminal


def export(
    form: Annotated[str, typer.Argument(help="csv or parquet.", metavar="FORMAT", show_default=False)],
    run: Annotated[Path, typer.Argument(help="Run folder.", metavar="RUN", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="File to write. Default: answers.FORMAT in the run folder.", metavar="FILE")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the answers of a run for other programs.

    One row per ask, with a column per tag; needs little memory, however long the run.
    """
    from agents.answer_care import export_answers
    from agents.answers import AnswerStore
    from valuespectrum.run import answers_path

    with Terminal(as_json) as terminal:
        path = out or run / f"answers.{form}"
        with AnswerStore(answers_path(run), read_only=True) as store:
            rows = export_answers(store, path, form)
        terminal.finish({"file": str(path), "rows": rows}, f"{rows:,} rows: {path}")
