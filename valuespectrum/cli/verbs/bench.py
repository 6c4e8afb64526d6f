"""``bench``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from valuespectrum import api
from valuespectrum.cli.console.options import (
    BatchOption,
    CorpusOption,
    DeviceOption,
    DtypeOption,
    EmbedderOption,
    EngineOption,
    FormOption,
    FrameOption,
    FramesOption,
    ItemsOption,
    KeywordsOption,
    LanguageOption,
    LayoutOption,
    ModelHelp,
    PersonaFileOption,
    PersonasOption,
    PlacebosOption,
    PresentOption,
    PricesOption,
    SamplesOption,
    SeedOption,
    StimuliOption,
    StrategiesOption,
    StrategyChoice,
    StressOption,
    TemperatureOption,
    TopOption,
    TranscriptsOption,
    one_of,
    refuse_beside,
    refuse_without,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from vectorstore.foundation.errors import InputError

_WISHES = ("target_se", "detect", "across_personas")
"""Parameters that a plan goes by."""


def bench(
    context: typer.Context,
    corpus: CorpusOption = None,
    model: Annotated[
        list[str] | None, typer.Option(help=f"{ModelHelp} May be repeated.", metavar="SPEC", show_default=False)
    ] = None,
    persona: PersonasOption = None,
    personas: PersonaFileOption = None,
    strategy: StrategiesOption = None,
    placebos: PlacebosOption = api.PLACEBO_TEXTS,
    battery: Annotated[
        str,
        typer.Option(
            help="paper, quick, standard or full; or one instrument: like, pairs, scale7 ... (`instrument list`).",
            autocompletion=one_of(lambda: api.known_batteries()),
        ),
    ] = "like",
    wordings: Annotated[
        int | None, typer.Option(help="Wordings of each question; 2 where nothing is named.", min=1, show_default=False)
    ] = None,
    language: LanguageOption = "",
    form: FormOption = None,
    frame_of_mind: FrameOption = None,
    items: ItemsOption = None,
    top_k: TopOption = 5,
    keywords: KeywordsOption = None,
    stimuli: StimuliOption = None,
    present: PresentOption = None,
    frames: FramesOption = 1,
    transcripts: TranscriptsOption = None,
    stress: StressOption = "",
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
    plan: Annotated[
        bool, typer.Option("--plan", help="Say how many clips, wordings and draws to ask; this run is the pilot.")
    ] = False,
    pilot: Annotated[
        Path | None,
        typer.Option(help="Plan from this run, and ask nothing.", metavar="RUN", show_default=False),
    ] = None,
    target_se: Annotated[
        float | None,
        typer.Option(help="Plan for this standard error of a centred log-odds.", min=1e-6, show_default=False),
    ] = None,
    detect: Annotated[
        float | None,
        typer.Option(
            help="Plan to find such a difference between two models four times in five; 0.5 where nothing is wished.",
            min=1e-6,
            show_default=False,
        ),
    ] = None,
    across_personas: Annotated[
        bool, typer.Option("--across-personas", help="Plan for the values of a model across its roles.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure the values of models.

    Asks which kinds of pictures they like, with and without personas.
    """
    wish = api.DesignSettings(target_se, detect, across_personas, prices, seed)
    if pilot is not None:
        refuse_beside(context, "--pilot", ("pilot", "plan", "prices", "seed", *_WISHES))
        with Terminal(as_json) as terminal:
            terminal.show(api.plan_design(pilot, wish))
        return
    if corpus is None or not model:
        missing = "--corpus DIR" if corpus is None else "--model SPEC"
        raise TyperException(f"missing option {missing}")
    if plan and dry_run:
        raise InputError("--plan asks a pilot, and --dry-run asks nothing", "leave one of them out")
    if plan and len(api.known_parts(battery)) > 1:
        raise InputError(
            f"--battery {battery} asks several instruments, and --plan plans one", "name one: --battery like"
        )
    if not plan:
        refuse_without(context, _WISHES, "--plan")
    settings = api.BenchSettings(
        persona=tuple(persona or ()),
        personas=personas,
        strategy=tuple(each.value for each in strategy or [StrategyChoice.simple]),
        placebos=placebos,
        battery=battery,
        wordings=wordings,
        language=language,
        form=form,
        frame_of_mind=frame_of_mind,
        items=items,
        top_k=top_k,
        keywords=keywords,
        stimuli=stimuli,
        present=tuple(present or ()),
        frames=frames,
        transcripts=transcripts,
        stress=stress,
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
        if len(api.known_parts(battery)) > 1:
            _bench_level(terminal, corpus, model, run, settings, dry_run)
            return
        if dry_run:
            terminal.show(api.plan_bench(corpus, model, run, settings, terminal))
            return
        scores = api.bench(corpus, model, run, settings, terminal, typed_command())
        terminal.show(api.plan_design(scores.run, wish) if plan else scores)


def _bench_level(
    terminal: Terminal, corpus: Path, model: list[str], run: Path | None, settings: api.BenchSettings, dry_run: bool
) -> None:
    if dry_run:
        terminal.show(api.plan_level(corpus, model, run, settings, terminal))
    else:
        terminal.show(api.bench_level(corpus, model, run, settings, terminal, typed_command()))
