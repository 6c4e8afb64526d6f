"""``bench``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.options import (
    BatchOption,
    CorpusOption,
    DeviceOption,
    DtypeOption,
    EmbedderOption,
    EngineOption,
    LayoutOption,
    ModelHelp,
    PersonaFileOption,
    SamplesOption,
    SeedOption,
    StrategyChoice,
    TemperatureOption,
    one_of,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal


def bench(
    corpus: CorpusOption,
    model: Annotated[list[str], typer.Option(help=f"{ModelHelp} May be repeated.", metavar="SPEC", show_default=False)],
    persona: Annotated[
        list[str] | None,
        typer.Option(
            help="Persona by name, or all. May be repeated.",
            show_default=False,
            autocompletion=one_of(lambda: ["all", *api.known_personas()]),
        ),
    ] = None,
    personas: PersonaFileOption = None,
    strategy: Annotated[
        list[StrategyChoice] | None,
        typer.Option(help="How personas are put; by default simple. May be repeated.", show_default=False),
    ] = None,
    placebo: Annotated[bool, typer.Option(help="Give every persona a placebo to compare with.")] = True,
    battery: Annotated[
        str,
        typer.Option(
            help="like (four balanced cells), paper (as published), or one that is installed.",
            autocompletion=one_of(lambda: api.known_batteries()),
        ),
    ] = "like",
    wordings: Annotated[int, typer.Option(help="Wordings of the like question.", min=1)] = 2,
    top_k: Annotated[int, typer.Option(help="Clips per keyword.", min=1)] = 5,
    keywords: Annotated[
        Path | None, typer.Option(help="Keyword list (YAML) in place of our own.", metavar="FILE")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="Run folder; the same command continues it. Default: runs/MODEL-BATTERY.")
    ] = None,
    seed: SeedOption = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is stored, what would be asked, and what it would cost.")
    ] = False,
    prices: Annotated[Path | None, typer.Option(help="Price table (YAML) in place of our own.", metavar="FILE")] = None,
    embedder: EmbedderOption = "",
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    batch_size: BatchOption = 32,
    engine: EngineOption = "auto",
    layout: LayoutOption = "persona-first",
    samples: SamplesOption = 0,
    temperature: TemperatureOption = 1.0,
    as_json: JsonOption = False,
) -> None:
    """Measure the values of models.

    Asks which kinds of pictures they like, with and without personas.
    """
    settings = api.BenchSettings(
        persona=tuple(persona or ()),
        personas=personas,
        strategy=tuple(each.value for each in strategy or [StrategyChoice.simple]),
        placebo=placebo,
        battery=battery,
        wordings=wordings,
        top_k=top_k,
        keywords=keywords,
        seed=seed,
        prices=prices,
        embedder=embedder,
        device=device,
        dtype=dtype,
        batch_size=batch_size,
        engine=engine,
        layout=layout,
        samples=samples,
        temperature=temperature,
    )
    with Terminal(as_json) as terminal:
        if dry_run:
            terminal.show(api.plan_bench(corpus, model, run, settings, terminal))
        else:
            terminal.show(api.bench(corpus, model, run, settings, terminal, typed_command()))
