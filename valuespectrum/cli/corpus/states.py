"""``corpus snapshot``, ``diff`` and ``export``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.corpus_options import ChromaOption, CorpusArgument
from valuespectrum.cli.console.options import refuse_idle, refuse_without
from valuespectrum.cli.console.terminal import JsonOption, Terminal


def snapshot(
    context: typer.Context,
    corpus: CorpusArgument,
    name: Annotated[
        str, typer.Argument(help="Name for the present state; without one, all are listed.", metavar="[NAME]")
    ] = "",
    chroma: ChromaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name the present state of a corpus for good, or list the states that have names."""
    if not name:
        refuse_without(context, ("chroma",), "NAME")
    with Terminal(as_json) as terminal:
        terminal.show(api.snapshot(corpus, name, chroma) if name else api.snapshots(corpus))


def diff(
    corpus: CorpusArgument,
    before: Annotated[str, typer.Argument(help="Earlier snapshot.", show_default=False)],
    after: Annotated[str, typer.Argument(help="Later snapshot.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Say what changed from one snapshot to another."""
    with Terminal(as_json) as terminal:
        terminal.show(api.diff(corpus, before, after))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportGiven:
    """What is typed after ``corpus export``."""

    links: Annotated[bool, typer.Option("--links", help="Only a list of links, times and hashes to publish.")] = False
    vectors: Annotated[bool, typer.Option("--vectors", help="Also the vectors (derived from pictures).")] = False
    values: Annotated[bool, typer.Option("--values", help="Count clips per value in the card.")] = False
    contact: Annotated[str, typer.Option(help="Whom to ask for removal, for the card.")] = ""


def export(
    context: typer.Context,
    corpus: CorpusArgument,
    target: Annotated[Path, typer.Argument(help="New folder, or with --links a new NAME.jsonl.", show_default=False)],
    given: ExportGiven,
    as_json: JsonOption = False,
) -> None:
    """Write a corpus as Parquet tables with a card, or as a list of links that can be ingested again."""
    if given.links:
        refuse_idle(context, ("vectors", "values", "contact"), "--links")
    with Terminal(as_json) as terminal:
        terminal.show(
            api.export_corpus(
                corpus, target, api.CorpusExportSettings(given.links, given.vectors, given.values, given.contact)
            )
        )
