"""``corpus sources`` and ``corpus forget``."""

from __future__ import annotations

from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.corpus_options import ChromaOption, CorpusArgument
from valuespectrum.cli.console.terminal import JsonOption, Terminal


def sources(corpus: CorpusArgument, as_json: JsonOption = False) -> None:
    """List what was named to fill a corpus, and how many of its clips each source stands for."""
    with Terminal(as_json) as terminal:
        terminal.show(api.sources(corpus))


def forget(
    corpus: CorpusArgument,
    source: Annotated[
        str, typer.Argument(help="As `corpus sources` lists it, or its number.", metavar="SOURCE", show_default=False)
    ],
    with_clips: Annotated[
        bool, typer.Option("--with-clips", help="Also take out the clips for which no other source stands.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    chroma: ChromaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Undo that a source was named, for example with a wrong --columns.

    Its failures go, what a list said is unsaid, and no refresh looks there any more. Clips stay, unless --with-clips
    is given; everything may come in again. Without --yes it only shows what would go (exit code 1), or asks.
    """
    with Terminal(as_json) as terminal:

        def agree(what: str) -> bool:
            return yes or terminal.agreed(f"this will be forgotten:\n{what}", "forget it?")

        found = api.forget(corpus, source, agree, with_clips, chroma, terminal)
        terminal.show(found)
        if not found.done:
            raise typer.Exit(1)
