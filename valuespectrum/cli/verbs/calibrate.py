"""``calibrate``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import (
    BatchOption,
    EmbedderOption,
    SeedOption,
    one_of,
    pairs,
    refuse_beside,
    refuse_without,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateGiven:
    """What is typed after ``calibrate``."""

    instrument: Annotated[
        str,
        typer.Option(
            help="An instrument that says what it should find.",
            metavar="NAME",
            autocompletion=one_of(lambda: api.known_instruments()),
        ),
    ] = "like"
    corpus: Annotated[
        Path | None,
        typer.Option(help="Corpus of drawn clips; by default one is drawn.", metavar="DIR", show_default=False),
    ] = None
    model: Annotated[
        list[str] | None,
        typer.Option(help="reference:NAME or simulated:PROFILE; default: the open cohort.", show_default=False),
    ] = None
    run: Annotated[Path, typer.Option(help="Run folder; the same command continues it.")] = Path("runs/calibration")
    clips: Annotated[int, typer.Option(help="Clips to draw when no corpus is named.", min=20)] = 220
    top_k: Annotated[int, typer.Option(help="Clips per keyword.", min=1)] = 5
    wordings: Annotated[int, typer.Option(help="Wordings of the like question.", min=1)] = 2
    seed: SeedOption = 0
    embedder: EmbedderOption = ""
    batch_size: BatchOption = 32
    option: Annotated[
        list[str] | None,
        typer.Option(
            help="Option of an instrument that shows no pictures. May be repeated.",
            metavar="NAME=VALUE",
            show_default=False,
        ),
    ] = None
    twins: Annotated[
        bool, typer.Option("--twins", help="Ask the rule-based twins of the cohorts in place of networks.")
    ] = False
    open_sealed: Annotated[
        bool, typer.Option("--open-sealed", help="Compare with the sealed cohort too, once the method is fixed.")
    ] = False
    corpora: Annotated[
        int,
        typer.Option(
            help="Measure twins over so many synthetic corpora, every battery in every readout; no network.",
            min=0,
        ),
    ] = 0
    respondents: Annotated[
        int, typer.Option(help="Twins with values in each of these corpora, and as many without.", min=1)
    ] = 12
    figure: Annotated[
        Path | None, typer.Option(help="Draw what twins show as SVG.", metavar="FILE", show_default=False)
    ] = None


def calibrate(context: typer.Context, given: CalibrateGiven, as_json: JsonOption = False) -> None:
    """Measure models whose values were planted.

    Says how well an instrument recovers them, and what it misses.
    """
    if given.corpora:
        refuse_beside(context, "--corpora", ("corpora", "respondents", "figure", "seed"))
        study = api.TwinStudySettings(
            corpora=given.corpora, respondents=given.respondents, seed=given.seed, figure=given.figure
        )
        with Terminal(as_json) as terminal:
            terminal.show(api.study_twins(study, terminal))
        return
    refuse_without(context, ("respondents", "figure"), "--corpora")
    settings = settings_of(
        api.CalibrateSettings, given, option=pairs("--option", given.option or [], "scoring=nineteen")
    )
    with Terminal(as_json) as terminal:
        terminal.show(api.calibrate(given.model or (), given.run, settings, terminal, typed_command()))
