"""``corpus remove``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.corpus_options import ChromaOption, CorpusArgument
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveGiven:
    """What is typed after ``corpus remove``."""

    clip: Annotated[list[str] | None, typer.Option(help="Clip id or its beginning. May be repeated.", metavar="ID")] = (
        None
    )
    uploader: Annotated[
        list[str] | None,
        typer.Option(
            help="Everything of a person: @handle, id, display name or address of the page. May be repeated.",
            metavar="NAME",
        ),
    ] = None
    url: Annotated[list[str] | None, typer.Option(help="Link or path of a source. May be repeated.", metavar="URL")] = (
        None
    )
    url_list: Annotated[Path | None, typer.Option(help="File with one link or path a line.", metavar="FILE")] = None
    reason: Annotated[str, typer.Option(help="Code kept beside the keyed hashes.")] = "takedown"
    keep_out: Annotated[bool, typer.Option("--keep-out", help="Also keep out for the future what is not here now.")] = (
        False
    )
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False
    chroma: ChromaOption = None


def remove(corpus: CorpusArgument, given: RemoveGiven, as_json: JsonOption = False) -> None:
    """Remove clips for good: rows, pictures, vectors, and every trace in the files.

    What was removed never comes in again. Without --yes it only shows what would go (exit code 1), or asks.
    """
    what = api.Takedown(
        clip=tuple(given.clip or ()),
        uploader=tuple(given.uploader or ()),
        url=tuple(given.url or ()),
        url_list=given.url_list,
        reason=given.reason,
        keep_out=given.keep_out,
    )
    with Terminal(as_json) as terminal:

        def agree(words: str) -> bool:
            return given.yes or terminal.agreed(f"this will go for good:\n{words}", "remove it?")

        found = api.remove(corpus, what, agree, given.chroma, terminal)
        terminal.show(found)
        if not found.done:
            raise typer.Exit(1)
