"""The ``corpus`` verbs put together, and ``corpus info``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.corpus_options import CorpusArgument
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.console.verbs import NamedCommand, Verb
from valuespectrum.cli.corpus import care, pictures, remove, search, sources, states


def info(
    corpus: CorpusArgument,
    failures: Annotated[int, typer.Option(help="List at most so many kinds of failed sources.", min=0)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show what a corpus holds."""
    with Terminal(as_json) as terminal:
        terminal.show(api.info(corpus, failures))


VERBS: Mapping[str, NamedCommand] = {
    "info": Verb(info),
    "search": Verb(search.search),
    "refresh": Verb(care.refresh),
    "verify": Verb(care.verify),
    "rebuild": Verb(care.rebuild),
    "sources": Verb(sources.sources),
    "forget": Verb(sources.forget),
    "label": Verb(pictures.label),
    "nuisance": Verb(pictures.nuisance),
    "relevance": Verb(pictures.relevance),
    "remove": Verb(remove.remove),
    "reembed": Verb(care.reembed),
    "snapshot": Verb(states.snapshot),
    "diff": Verb(states.diff),
    "export": Verb(states.export),
}
"""The verbs of a corpus, in the order of the help."""
