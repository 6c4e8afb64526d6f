"""``feed``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import EmbedderOption, SeedOption, one_of, typed_command
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedGiven:
    """What is typed after ``feed``."""

    corpus: Annotated[Path | None, typer.Option(help="Corpus folder.", metavar="DIR", show_default=False)] = None
    policy: Annotated[
        str,
        typer.Option(
            help="What is shown next, as for browse: NAME or NAME:option=value.",
            autocompletion=one_of(lambda: api.known_policies()),
        ),
    ] = "similar"
    steps: Annotated[int, typer.Option(help="Clips to show to each person.", min=1)] = 50
    seed: SeedOption = 0
    log: Annotated[
        Path | None,
        typer.Option(
            help="Folder for a log of each browser that opens the page, or one file NAME.jsonl for one person;"
            " the same command continues them. Default: sessions."
        ),
    ] = None
    bind: Annotated[
        str,
        typer.Option(
            help="Address to serve on. Another than the default opens the page to everybody in that network who has"
            " the whole link, unencrypted.",
            metavar="ADDRESS",
        ),
    ] = "127.0.0.1"
    port: Annotated[int, typer.Option(help="Port to serve on; 0 takes any that is free.", min=0, max=65535)] = 8765
    portraits: Annotated[
        bool, typer.Option("--portraits", help="Ask people about themselves, before the clips and after.")
    ] = False
    attention: Annotated[
        int, typer.Option(help="Clips between two checks that somebody reads along; 0 for none.", min=0, max=1000)
    ] = 20
    ratings: Annotated[bool, typer.Option(help="Whether clips can be rated with stars.")] = True
    act: Annotated[
        list[str] | None,
        typer.Option(
            help="Also let people comment, share, save or follow: written down, sent nowhere. May be repeated.",
            show_default=False,
        ),
    ] = None
    captions: Annotated[
        bool, typer.Option(help="Whether captions stand below clips; agents do not see them by default.")
    ] = False
    videos: Annotated[
        bool, typer.Option(help="Whether videos are played where their files are still found; else stored pictures.")
    ] = True
    consent: Annotated[
        Path | None, typer.Option(help="What people agree to (plain text), in place of our own.", metavar="FILE")
    ] = None
    embedder: EmbedderOption = ""


def feed(given: FeedGiven, as_json: JsonOption = False) -> None:
    """Serve the feed as a page that people scroll, with the log that agents have.

    Prints a link with a secret in it; open it in a browser on this machine. Goes on until Ctrl-C.
    """
    with Terminal(as_json) as terminal:
        if given.corpus is None:
            raise InputError("no corpus was named", "name it with --corpus DIR")
        settings = settings_of(api.FeedPageSettings, given)
        api.feed(given.corpus, given.log, settings, terminal, terminal.show_now, typed_command())
