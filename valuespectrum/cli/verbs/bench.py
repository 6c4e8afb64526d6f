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
    KeywordsOption,
    LayoutOption,
    ModelsOption,
    PersonaFileOption,
    PersonasOption,
    PlaceboOption,
    PricesOption,
    SamplesOption,
    SeedOption,
    StrategiesOption,
    StrategyChoice,
    TemperatureOption,
    TopOption,
    one_of,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal


def bench(
    corpus: CorpusOption,
    model: ModelsOption,
    persona: PersonasOption = None,
    personas: PersonaFileOption = None,
    strategy: StrategiesOption = None,
    placebo: PlaceboOption = True,
    battery: Annotated[
        str,
        typer.Option(
            help="like (four balanced cells), paper (as published), or one that is installed.",
            autocompletion=one_of(lambda: api.known_batteries()),
        ),
    ] = "like",
    wordings: Annotated[int, typer.Option(help="Wordings of the like question.", min=1)] = 2,
    top_k: TopOption = 5,
    keywords: KeywordsOption = None,
    run: Annotated[
        Path | None, typer.Option(help="Run folder; the same command continues it. Default: runs/MODEL-BATTERY.")
    ] = None,
    seed: SeedOption = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is stored, what would be asked, and what it would cost.")
    ] = False,
    prices: PricesOption = None,
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
