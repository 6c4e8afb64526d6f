"""``corpus search``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import SearchEngine
from valuespectrum.cli.console.corpus_options import ChromaOption, CorpusArgument
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import one_of, refuse_idle, refuse_without
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchGiven:
    """What is typed after ``corpus search``."""

    words: Annotated[str, typer.Argument(help="What to look for, in words.", metavar="[WORDS]", show_default=False)] = (
        ""
    )
    picture: Annotated[Path | None, typer.Option(help="Look for what resembles a picture.", metavar="FILE")] = None
    clip: Annotated[
        str, typer.Option(help="Look for what resembles a clip of the corpus (id or its beginning).", metavar="ID")
    ] = ""
    value: Annotated[
        str,
        typer.Option(
            help="Look for the keywords of a value, e.g. hedonism.", autocompletion=one_of(lambda: api.known_values())
        ),
    ] = ""
    said: Annotated[
        str,
        typer.Option(
            help="Words that are said in the clip (its transcript). Alone: clips that say them most often first. "
            "Beside one of the ways above: only clips that say all of them.",
            metavar="WORDS",
        ),
    ] = ""
    keywords: Annotated[
        Path | None, typer.Option(help="Keyword list (YAML) in place of our own, for --value.", metavar="FILE")
    ] = None
    platform: Annotated[list[str] | None, typer.Option(help="Only this platform. May be repeated.")] = None
    licence: Annotated[list[str] | None, typer.Option(help="Only this licence. May be repeated.")] = None
    uploader: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this uploader: @handle, id, display name or address of the page. May be repeated.",
            metavar="NAME",
        ),
    ] = None
    published_from: Annotated[
        str | None, typer.Option("--from", help="Only what was published on this day or later.", metavar="YYYY-MM-DD")
    ] = None
    published_to: Annotated[
        str | None, typer.Option("--to", help="Only what was published on this day or before.", metavar="YYYY-MM-DD")
    ] = None
    shortest: Annotated[float | None, typer.Option(help="Only clips of so many seconds or more.")] = None
    longest: Annotated[float | None, typer.Option(help="Only clips of so many seconds or less.")] = None
    without_blank: Annotated[bool, typer.Option("--without-blank", help="Leave blank frames out.")] = False
    without_near_duplicates: Annotated[
        bool, typer.Option("--without-near-duplicates", help="Leave later uploads of the same video out.")
    ] = False
    count: Annotated[int, typer.Option(help="How many clips (or frames) at most.", min=1)] = 10
    all_frames: Annotated[
        bool, typer.Option("--all-frames", help="Every frame that fits, not the best one of each clip.")
    ] = False
    embedder: Annotated[str, typer.Option(help="Embedder spec; by default the one that made the corpus.")] = ""
    engine: Annotated[
        SearchEngine, typer.Option("--engine", "--search", help="chroma searches without filters only.")
    ] = "auto"
    chroma: ChromaOption = None


def search(context: typer.Context, corpus: CorpusArgument, given: SearchGiven, as_json: JsonOption = False) -> None:
    """Find the clips that fit words, a picture, a clip or a value best, each by its best frame, or by what is said."""
    if not given.value:
        refuse_without(context, ("keywords",), "--value")
    if given.said and not (given.words or given.picture or given.clip or given.value):
        refuse_idle(context, ("embedder", "engine", "all_frames", "without_blank"), "--said alone")
    query = settings_of(api.Query, given)
    filters = settings_of(api.Filter, given)
    with Terminal(as_json) as terminal:
        terminal.show(api.search(corpus, query, filters, given.chroma, terminal))
