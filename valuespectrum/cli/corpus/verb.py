"""The ``corpus`` verbs put together, and ``corpus info``."""

from __future__ import annotations

from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.config import with_config
from valuespectrum.cli.console.corpus_options import CorpusArgument
from valuespectrum.cli.console.terminal import JsonOption, Terminal, help_without_verb
from valuespectrum.cli.corpus import (
    care as corpus_care,
)
from valuespectrum.cli.corpus import (
    pictures as corpus_pictures,
)
from valuespectrum.cli.corpus import (
    remove as corpus_remove,
)
from valuespectrum.cli.corpus import (
    search as corpus_search,
)
from valuespectrum.cli.corpus import (
    sources as corpus_sources,
)
from valuespectrum.cli.corpus import (
    states as corpus_states,
)


def build_app() -> typer.Typer:
    """The verbs of a corpus."""
    app = typer.Typer(
        help="Look after a corpus.", invoke_without_command=True, callback=help_without_verb, rich_markup_mode=None
    )
    for verb in (
        *(info, corpus_search.search, corpus_care.refresh, corpus_care.verify, corpus_care.rebuild),
        *(corpus_sources.sources, corpus_sources.forget),
        *(corpus_pictures.label, corpus_pictures.nuisance, corpus_pictures.relevance),
        *(corpus_remove.remove, corpus_care.reembed, corpus_states.snapshot, corpus_states.diff, corpus_states.export),
    ):
        app.command()(with_config(verb))
    return app


def info(
    corpus: CorpusArgument,
    failures: Annotated[int, typer.Option(help="List at most so many kinds of failed sources.", min=0)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show what a corpus holds."""
    with Terminal(as_json) as terminal:
        terminal.show(api.info(corpus, failures))
