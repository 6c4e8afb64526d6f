"""``browse``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import SpokenStrategy
from valuespectrum.cli.console.options import (
    DeviceOption,
    DtypeOption,
    EmbedderOption,
    EngineOption,
    ModelHelp,
    PersonaFileOption,
    SeedOption,
    one_of,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from vectorstore.foundation.errors import InputError


def browse(
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Corpus folder. A replay takes the one that the log names; without any it checks what it can.",
            metavar="DIR",
        ),
    ] = None,
    model: Annotated[str, typer.Option(help=ModelHelp, metavar="SPEC")] = "",
    persona: Annotated[
        str,
        typer.Option(
            help="Persona by name; none for the model as itself.",
            autocompletion=one_of(lambda: ["none", *api.known_personas()]),
        ),
    ] = "none",
    personas: PersonaFileOption = None,
    strategy: Annotated[SpokenStrategy, typer.Option(help="How the persona is put.")] = "simple",
    policy: Annotated[
        str,
        typer.Option(
            help="What is shown next: random, balanced, similar, or one that is installed.",
            autocompletion=one_of(lambda: api.known_policies()),
        ),
    ] = "similar",
    steps: Annotated[int, typer.Option(help="Clips to show; more than before continue a session.", min=1)] = 50,
    seed: SeedOption = 0,
    out: Annotated[
        Path | None, typer.Option(help="Session log; the same command continues it. Default: sessions/NAME.jsonl.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Walk a logged session again, without a model, and compare.", metavar="LOG")
    ] = None,
    embedder: EmbedderOption = "",
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    engine: EngineOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Let a model walk through a feed and act.

    With or without a persona; the log tells what was shown, why, and with what chance.
    """
    with Terminal(as_json) as terminal:
        if replay is not None:
            found = api.replay(replay, corpus, embedder, terminal)
            terminal.show(found)
            if not found.identical:
                raise typer.Exit(1)
            return
        if corpus is None:
            raise InputError("no corpus was named", "name it with --corpus DIR")
        settings = api.BrowseSettings(
            persona=persona,
            personas=personas,
            strategy=strategy,
            policy=policy,
            steps=steps,
            seed=seed,
            embedder=embedder,
            device=device,
            dtype=dtype,
            engine=engine,
        )
        terminal.show(api.browse(corpus, model, out, settings, terminal, typed_command()))
