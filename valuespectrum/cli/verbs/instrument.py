"""``instrument``: what can be measured with, and a run of any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from valuespectrum import api
from valuespectrum.cli.console.groups import (
    AnsweringGiven,
    ItemsGiven,
    RolesGiven,
    refuse_ways_of_nobody,
    settings_of,
)
from valuespectrum.cli.console.options import (
    ModelsOption,
    PricesOption,
    SeedOption,
    one_of,
    pairs,
    refuse_without,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.console.verbs import NamedCommand, Verb
from valuespectrum.cli.verbs.studies.dilemmas import make_dilemmas
from valuespectrum.cli.verbs.studies.ordinal import ordinal
from valuespectrum.cli.verbs.studies.telling import search


def list_instruments(as_json: JsonOption = False) -> None:
    """Show what can be measured with.

    What each asks, over which values, and under which terms its questions may be passed on (with --json).
    """
    with Terminal(as_json) as terminal:
        terminal.show(api.list_instruments())


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentGiven:
    """What is typed after ``instrument run``."""

    name: Annotated[
        str,
        typer.Argument(
            help="An instrument (`instrument list`).",
            metavar="NAME",
            show_default=False,
            autocompletion=one_of(lambda: api.known_instruments()),
        ),
    ]
    model: ModelsOption
    corpus: Annotated[
        Path | None,
        typer.Option(help="Corpus folder, for an instrument that shows pictures.", metavar="DIR", show_default=False),
    ] = None
    option: Annotated[
        list[str] | None,
        typer.Option(help="Option of the instrument. May be repeated.", metavar="NAME=VALUE", show_default=False),
    ] = None
    stimulus: Annotated[
        Literal["none", "frames", "caption", "transcript", "mismatched"] | None,
        typer.Option(
            help="What is shown before it is asked; mismatched are clips of other values. By default what the "
            "instrument shows.",
            show_default=False,
        ),
    ] = None
    battery: Annotated[
        str,
        typer.Option(
            help="quick, standard or full: in how many words, and in which frames of mind.",
            autocompletion=one_of(lambda: api.known_levels()),
            show_default=False,
        ),
    ] = ""
    run: Annotated[
        Path | None, typer.Option(help="Run folder; the same command continues it. Default: runs/MODEL-NAME.")
    ] = None
    seed: SeedOption = 0
    prices: PricesOption = None


def run_instrument(
    context: typer.Context,
    given: InstrumentGiven,
    items: ItemsGiven,
    roles: RolesGiven,
    answering: AnsweringGiven,
    as_json: JsonOption = False,
) -> None:
    """Measure the values of models with any instrument.

    `bench` is the short form of `instrument run like`.
    """
    if given.corpus is None:
        refuse_without(context, ("top_k", "keywords", "embedder"), "--corpus")
    refuse_ways_of_nobody(context, roles)
    asked = settings_of(api.BenchSettings, items, roles, answering, seed=given.seed, prices=given.prices)
    with Terminal(as_json) as terminal:
        options = pairs("--option", given.option or [], "wordings=2")
        settings = api.InstrumentSettings(given.corpus, options, given.battery, asked, given.stimulus or "")
        terminal.show(api.run_instrument(given.name, given.model, given.run, settings, terminal, typed_command()))


VERBS: Mapping[str, NamedCommand] = {
    "list": Verb(list_instruments),
    "run": Verb(run_instrument, steers=True),
    "make-dilemmas": Verb(make_dilemmas),
    "ordinal": Verb(ordinal),
    "search": Verb(search),
}
"""The verbs of instruments, in the order of the help."""
