"""``score``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import OverName, ReadoutName
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import refuse_without
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreGiven:
    """What is typed after ``score``."""

    readout: Annotated[ReadoutName, typer.Option(help="What of an answer is scored.")] = "auto"
    draws: Annotated[int, typer.Option(help="Draws behind the chances of ranks.", min=100)] = 2000
    minimum_mass: Annotated[
        float, typer.Option(help="Least probability of yes and no together for an answer to count.", min=0, max=1)
    ] = 0.1
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of what is drawn; by default that of the run.", min=0, show_default=False),
    ] = None
    ratings: Annotated[
        Path | None,
        typer.Option(
            help="Folder of ratings (`corpus label`, `corpus nuisance`): adds profiles corrected for wrong clips and "
            "for what pictures differ in beside the value.",
            metavar="DIR",
            show_default=False,
        ),
    ] = None
    rater: Annotated[
        list[str] | None,
        typer.Option(help="Whose labels correct; by default all that can. May be repeated.", show_default=False),
    ] = None
    other_wordings: Annotated[
        bool,
        typer.Option(
            "--other-wordings/--these-wordings",
            help="Whether intervals cover other wordings like those asked, or these alone.",
        ),
    ] = True
    over: Annotated[
        OverName,
        typer.Option(help="What intervals draw again with clips: the words that found them, or who published them."),
    ] = "search-words"


def score(
    context: typer.Context,
    run: Annotated[Path, typer.Argument(help="Run folder.", metavar="RUN", show_default=False)],
    given: ScoreGiven,
    as_json: JsonOption = False,
) -> None:
    """Make scores from stored answers.

    Needs no model and no corpus.
    """
    if given.ratings is None:
        refuse_without(context, ("rater",), "--ratings")
    with Terminal(as_json) as terminal:
        settings = settings_of(api.ScoreSettings, given)
        terminal.show(api.score(run, settings, terminal))
