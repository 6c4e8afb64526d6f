"""``bench``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from valuespectrum import api
from valuespectrum.cli.console.groups import (
    AnsweringGiven,
    ItemsGiven,
    RolesGiven,
    refuse_ways_of_nobody,
    settings_of,
)
from valuespectrum.cli.console.options import (
    CorpusOption,
    ModelHelp,
    PricesOption,
    SeedOption,
    StimuliOption,
    StressOption,
    one_of,
    refuse_beside,
    refuse_idle,
    refuse_without,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from vectorstore.foundation.errors import InputError

_WISHES = ("target_se", "detect", "across_personas")
"""Parameters that a plan goes by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchGiven:
    """What is typed after ``bench``."""

    corpus: CorpusOption = None
    model: Annotated[
        list[str] | None, typer.Option(help=f"{ModelHelp} May be repeated.", metavar="SPEC", show_default=False)
    ] = None
    battery: Annotated[
        str,
        typer.Option(
            help="paper, quick, standard or full; or one instrument: like, pairs, scale7 ... (`instrument list`).",
            autocompletion=one_of(lambda: api.known_batteries()),
        ),
    ] = "like"
    wordings: Annotated[
        int | None, typer.Option(help="Wordings of each question; 2 where nothing is named.", min=1, show_default=False)
    ] = None
    stimuli: StimuliOption = None
    stress: StressOption = ""
    run: Annotated[
        Path | None, typer.Option(help="Run folder; the same command continues it. Default: runs/MODEL-BATTERY.")
    ] = None
    seed: SeedOption = 0
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is stored, what would be asked, and what it would cost.")
    ] = False
    prices: PricesOption = None
    plan: Annotated[
        bool, typer.Option("--plan", help="Say how many clips, wordings and draws to ask; this run is the pilot.")
    ] = False
    pilot: Annotated[
        Path | None,
        typer.Option(help="Plan from this run, and ask nothing.", metavar="RUN", show_default=False),
    ] = None
    target_se: Annotated[
        float | None,
        typer.Option(help="Plan for this standard error of a centred log-odds.", min=1e-6, show_default=False),
    ] = None
    detect: Annotated[
        float | None,
        typer.Option(
            help="Plan to find such a difference between two models four times in five; 0.5 where nothing is wished.",
            min=1e-6,
            show_default=False,
        ),
    ] = None
    across_personas: Annotated[
        bool, typer.Option("--across-personas", help="Plan for the values of a model across its roles.")
    ] = False


def bench(
    context: typer.Context,
    given: BenchGiven,
    items: ItemsGiven,
    roles: RolesGiven,
    answering: AnsweringGiven,
    as_json: JsonOption = False,
) -> None:
    """Measure the values of models.

    Asks which kinds of pictures they like, with and without personas.
    """
    wish = api.DesignSettings(given.target_se, given.detect, given.across_personas, given.prices, given.seed)
    if given.pilot is not None:
        refuse_beside(context, "--pilot", ("pilot", "plan", "prices", "seed", *_WISHES))
        with Terminal(as_json) as terminal:
            terminal.show(api.plan_design(given.pilot, wish))
        return
    if given.corpus is None or not given.model:
        missing = "--corpus DIR" if given.corpus is None else "--model SPEC"
        raise TyperException(f"missing option {missing}")
    if given.plan and given.dry_run:
        raise InputError("--plan asks a pilot, and --dry-run asks nothing", "leave one of them out")
    if given.plan and len(api.known_parts(given.battery)) > 1:
        raise InputError(
            f"--battery {given.battery} asks several instruments, and --plan plans one", "name one: --battery like"
        )
    if not given.plan:
        refuse_without(context, _WISHES, "--plan")
    refuse_ways_of_nobody(context, roles)
    if given.stimuli is not None:
        refuse_idle(context, ("top_k",), "--stimuli")
    settings = settings_of(api.BenchSettings, given, items, roles, answering)
    if given.plan:
        api.check_pilot(settings, wish)
    with Terminal(as_json) as terminal:
        if len(api.known_parts(given.battery)) > 1:
            _bench_level(terminal, given.corpus, given.model, given.run, settings, given.dry_run)
            return
        if given.dry_run:
            terminal.show(api.plan_bench(given.corpus, given.model, given.run, settings, terminal))
            return
        scores = api.bench(given.corpus, given.model, given.run, settings, terminal, typed_command())
        terminal.show(api.plan_design(scores.run, wish) if given.plan else scores)


def _bench_level(
    terminal: Terminal, corpus: Path, model: list[str], run: Path | None, settings: api.BenchSettings, dry_run: bool
) -> None:
    if dry_run:
        terminal.show(api.plan_level(corpus, model, run, settings, terminal))
    else:
        terminal.show(api.bench_level(corpus, model, run, settings, terminal, typed_command()))
