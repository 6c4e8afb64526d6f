"""``export``."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.verbs.report import corpus_of_run

if TYPE_CHECKING:
    from valuespectrum.runs.inspect_log import Pictures
    from vectorstore.corpus import Corpus


def export(
    form: Annotated[
        str, typer.Argument(help="csv, parquet, scores, hf or inspect.", metavar="FORMAT", show_default=False)
    ],
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
    from valuespectrum.runs.export import export_run

    with Terminal(as_json) as terminal, contextlib.ExitStack() as stack:
        opened = corpus_of_run(corpus, run, terminal, stack) if form == "inspect" and pictures else None
        terminal.doing(f"writing {form}")
        path, rows = export_run(run, form, out, _files_of(opened) if opened else None)
        terminal.finish({"file": str(path), "rows": rows}, f"{rows:,} rows: {path}")


def _files_of(corpus: Corpus) -> Pictures:
    def find(sha: str) -> Path | None:
        path = corpus.picture_path(sha)
        return path if path.is_file() else None

    return find
