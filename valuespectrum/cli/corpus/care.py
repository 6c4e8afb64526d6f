"""``corpus refresh``, ``verify``, ``rebuild`` and ``reembed``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import DecoderName, SamplingName
from valuespectrum.cli.console.corpus_options import ChromaOption, CorpusArgument
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.ingest_options import FetchOption, RayOption, UnconfinedOption, WhereOption
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshGiven:
    """What is typed after ``corpus refresh``."""

    check_links: Annotated[
        bool, typer.Option("--check-links", help="Ask the platforms whether known videos are still there.")
    ] = False
    remove_gone: Annotated[
        bool, typer.Option("--remove-gone", help="Remove for good the clips whose link is dead.")
    ] = False
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try files again that failed before.")] = False
    decoder: Annotated[DecoderName | None, typer.Option(help="As for ingest; by default as the last time.")] = None
    frames: Annotated[
        int | None, typer.Option(help="Frames per new clip; by default as the last time.", min=1, max=64)
    ] = None
    sampling: Annotated[SamplingName | None, typer.Option(help="As for ingest; by default as the last time.")] = None
    embedder: Annotated[str, typer.Option(help="Embedder spec; by default the one that made the corpus.")] = ""
    fetch: FetchOption = None
    unconfined: UnconfinedOption = False
    engine: WhereOption = "local"
    ray_address: RayOption = None
    chroma: ChromaOption = None
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what there is to do, and stop.")] = False


def refresh(corpus: CorpusArgument, given: RefreshGiven, as_json: JsonOption = False) -> None:
    """Bring a corpus up to date with the sources it was made from.

    What is new or changed comes in, failed downloads are tried again, what is gone is marked.
    """
    settings = settings_of(api.RefreshSettings, given)
    with Terminal(as_json) as terminal:
        terminal.show(api.plan_refresh(corpus, settings) if given.dry_run else api.refresh(corpus, settings, terminal))


def verify(
    corpus: CorpusArgument,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Leave out what reads every byte: hashes of pictures, full check of the ledger."),
    ] = False,
    chroma: ChromaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check ledger, pictures, index and snapshots against each other; exit code 1 when something is wrong."""
    with Terminal(as_json) as terminal:
        found = api.verify(corpus, quick, chroma, terminal)
        terminal.show(found)
        if not found.passed:
            raise typer.Exit(1)


def rebuild(corpus: CorpusArgument, chroma: ChromaOption = None, as_json: JsonOption = False) -> None:
    """Make the search index anew from the ledger and swap it in."""
    with Terminal(as_json) as terminal:
        terminal.show(api.rebuild(corpus, chroma, terminal))


def reembed(
    corpus: CorpusArgument,
    embedder: Annotated[str, typer.Option(help="Embedder spec.", metavar="SPEC", show_default=False)],
    chroma: ChromaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add the vectors of another embedder, from the stored pictures.

    Nothing is decoded or downloaded; the old vectors stay. Run again, it does the rest.
    """
    with Terminal(as_json) as terminal:
        terminal.show(api.reembed(corpus, embedder, chroma, terminal))
