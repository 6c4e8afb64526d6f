"""``corpus remove``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.corpus_options import ChromaOption, CorpusArgument
from valuespectrum.cli.console.terminal import JsonOption, Terminal


def remove(
    corpus: CorpusArgument,
    clip: Annotated[
        list[str] | None, typer.Option(help="Clip id or its beginning. May be repeated.", metavar="ID")
    ] = None,
    uploader: Annotated[
        list[str] | None,
        typer.Option(
            help="Everything of a person: @handle, id, display name or address of the page. May be repeated.",
            metavar="NAME",
        ),
    ] = None,
    url: Annotated[
        list[str] | None, typer.Option(help="Link or path of a source. May be repeated.", metavar="URL")
    ] = None,
    url_list: Annotated[Path | None, typer.Option(help="File with one link or path a line.", metavar="FILE")] = None,
    reason: Annotated[str, typer.Option(help="Code kept beside the keyed hashes.")] = "takedown",
    keep_out: Annotated[
        bool, typer.Option("--keep-out", help="Also keep out for the future what is not here now.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    chroma: ChromaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove clips for good: rows, pictures, vectors, and every trace in the files.

    What was removed never comes in again. Without --yes it only shows what would go (exit code 1), or asks.
    """
    what = api.Takedown(
        clip=tuple(clip or ()),
        uploader=tuple(uploader or ()),
        url=tuple(url or ()),
        url_list=url_list,
        reason=reason,
        keep_out=keep_out,
    )
    with Terminal(as_json) as terminal:

        def agree(words: str) -> bool:
            return yes or terminal.agreed(f"this will go for good:\n{words}", "remove it?")

        found = api.remove(corpus, what, agree, chroma, terminal)
        terminal.show(found)
        if not found.done:
            raise typer.Exit(1)
