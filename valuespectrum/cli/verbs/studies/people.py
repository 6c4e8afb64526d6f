"""``people``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import PeopleLayout
from valuespectrum.cli.console.options import EmbedderOption, refuse_idle
from valuespectrum.cli.console.terminal import JsonOption, Terminal

_IDLE: Mapping[str, tuple[str, ...]] = {"history": ("kept_from",), "personaact": ("gap",)}
"""Parameters of no use to a layout: it says nothing of how long, or which session each clip is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleGiven:
    """What is typed after ``people``."""

    corpus: Annotated[Path, typer.Option(help="Corpus folder; it must hold the clips.", metavar="DIR")]
    out: Annotated[Path, typer.Option(help="Folder for the session logs.", metavar="DIR")] = Path("people")
    kept_from: Annotated[float, typer.Option(help="Seconds from which on a clip counts as watched on.", min=0)] = 3.0
    gap: Annotated[
        float, typer.Option(help="Minutes without a clip that end a session, where the files name none.", min=0.01)
    ] = 30.0
    least_steps: Annotated[int, typer.Option(help="Leave shorter sessions out.", min=1)] = 5
    embedder: EmbedderOption = ""


def people(
    context: typer.Context,
    layout: Annotated[
        PeopleLayout,
        typer.Argument(
            help="personaact, shortvideo, or history for a platform's export of your own data.", metavar="LAYOUT"
        ),
    ],
    files: Annotated[Path, typer.Argument(help="Folder or file of that layout.", metavar="PATH")],
    given: PeopleGiven,
    as_json: JsonOption = False,
) -> None:
    """Take sessions of people out of files that you bring, to compare them with those of agents.

    Nothing is downloaded or sent; ids of people become hashes.
    """
    refuse_idle(context, _IDLE.get(layout, ()), f"the layout {layout}")
    settings = api.PeopleSettings(given.kept_from, given.gap, given.least_steps, given.embedder)
    with Terminal(as_json) as terminal:
        terminal.show(api.people(layout, files, given.corpus, given.out, settings, terminal))
