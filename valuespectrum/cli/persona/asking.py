"""``persona judge``, ``interview`` and ``check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import SpokenStrategy
from valuespectrum.cli.console.options import (
    DeviceOption,
    DtypeOption,
    ModelHelp,
    PersonaFileOption,
    PersonasOption,
    SeedOption,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.persona.files import ForceOption, NewFileOption

OneModelOption = Annotated[str, typer.Option("--model", help=ModelHelp, metavar="SPEC", show_default=False)]
SpokenOption = Annotated[SpokenStrategy, typer.Option("--strategy", help="How a persona is put.")]


def judge(
    model: OneModelOption,
    personas: PersonaFileOption = None,
    persona: PersonasOption = None,
    out: NewFileOption = Path("judged.yaml"),
    seed: SeedOption = 0,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Have a model judge what personas without a target value."""
    with Terminal(as_json) as terminal:
        settings = api.PersonaAskSettings(
            personas, tuple(persona or ()), seed=seed, device=device, dtype=dtype, force=force
        )
        terminal.show(api.judge_personas(model, out, settings, terminal))


def interview(
    model: OneModelOption,
    personas: PersonaFileOption = None,
    persona: PersonasOption = None,
    strategy: SpokenOption = "simple",
    out: NewFileOption = Path("interviewed.yaml"),
    seed: SeedOption = 0,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Interview a model in every role; `--strategy interview` then lets it hear what it said."""
    with Terminal(as_json) as terminal:
        settings = api.PersonaAskSettings(personas, tuple(persona or ()), strategy, seed, device, dtype, force)
        terminal.show(api.interview_personas(model, out, settings, terminal))


def check(
    model: OneModelOption,
    personas: PersonaFileOption = None,
    persona: PersonasOption = None,
    strategy: SpokenOption = "simple",
    seed: SeedOption = 0,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Ask a model in every role what the role implies, and the same without the role.

    Role breaks ("as an AI ...") are counted apart; they are no answers.
    """
    with Terminal(as_json) as terminal:
        settings = api.PersonaAskSettings(personas, tuple(persona or ()), strategy, seed, device, dtype)
        terminal.show(api.check_personas(model, settings, terminal))
