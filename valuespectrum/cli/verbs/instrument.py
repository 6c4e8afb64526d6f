"""``instrument``: what can be measured with, and a run of any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from valuespectrum import api
from valuespectrum.cli.console.options import (
    BatchOption,
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
    ModelsOption,
    PersonaFileOption,
    PersonasOption,
    PlacebosOption,
    PresentOption,
    PricesOption,
    SamplesOption,
    SeedOption,
    StrategiesOption,
    StrategyChoice,
    TemperatureOption,
    TopOption,
    TranscriptsOption,
    one_of,
    pairs,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.console.verbs import Named, Verb
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
    language: LanguageOption = ""
    form: FormOption = None
    frame_of_mind: FrameOption = None
    items: ItemsOption = None
    persona: PersonasOption = None
    personas: PersonaFileOption = None
    strategy: StrategiesOption = None
    placebos: PlacebosOption = api.PLACEBO_TEXTS
    top_k: TopOption = 5
    keywords: KeywordsOption = None
    present: PresentOption = None
    frames: FramesOption = 1
    transcripts: TranscriptsOption = None
    run: Annotated[
        Path | None, typer.Option(help="Run folder; the same command continues it. Default: runs/MODEL-NAME.")
    ] = None
    seed: SeedOption = 0
    prices: PricesOption = None
    embedder: EmbedderOption = ""
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"
    batch_size: BatchOption = 32
    engine: EngineOption = "auto"
    layout: LayoutOption = "persona-first"
    samples: SamplesOption = 0
    temperature: TemperatureOption = 1.0


def run_instrument(
    name: Annotated[
        str,
        typer.Argument(
            help="An instrument (`instrument list`).",
            metavar="NAME",
            show_default=False,
            autocompletion=one_of(lambda: api.known_instruments()),
        ),
    ],
    given: InstrumentGiven,
    as_json: JsonOption = False,
) -> None:
    """Measure the values of models with any instrument.

    `bench` is the short form of `instrument run like`.
    """
    asked = api.BenchSettings(
        persona=tuple(given.persona or ()),
        personas=given.personas,
        strategy=tuple(each.value for each in given.strategy or [StrategyChoice.simple]),
        language=given.language,
        form=given.form,
        frame_of_mind=given.frame_of_mind,
        items=given.items,
        placebos=given.placebos,
        top_k=given.top_k,
        keywords=given.keywords,
        present=tuple(given.present or ()),
        frames=given.frames,
        transcripts=given.transcripts,
        seed=given.seed,
        prices=given.prices,
        embedder=given.embedder,
        device=given.device,
        dtype=given.dtype,
        batch_size=given.batch_size,
        engine=given.engine,
        layout=given.layout,
        samples=given.samples,
        temperature=given.temperature,
    )
    with Terminal(as_json) as terminal:
        options = pairs("--option", given.option or [], "wordings=2")
        settings = api.InstrumentSettings(given.corpus, options, given.battery, asked, given.stimulus or "")
        terminal.show(api.run_instrument(name, given.model, given.run, settings, terminal, typed_command()))


VERBS: Mapping[str, Named] = {
    "list": Verb(list_instruments),
    "run": Verb(run_instrument, steers=True),
    "make-dilemmas": Verb(make_dilemmas),
    "ordinal": Verb(ordinal),
    "search": Verb(search),
}
"""The verbs of instruments, in the order of the help."""
