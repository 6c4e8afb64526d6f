"""``persona judge``, ``interview`` and ``check``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import SpokenStrategy
from valuespectrum.cli.console.groups import settings_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeGiven:
    """What is typed after ``persona judge``."""

    model: OneModelOption
    personas: PersonaFileOption = None
    persona: PersonasOption = None
    out: NewFileOption = Path("judged.yaml")
    seed: SeedOption = 0
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"
    force: ForceOption = False


def judge(given: JudgeGiven, as_json: JsonOption = False) -> None:
    """Have a model judge what personas without a target value."""
    with Terminal(as_json) as terminal:
        settings = settings_of(api.PersonaAskSettings, given)
        terminal.show(api.judge_personas(given.model, given.out, settings, terminal))


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewGiven:
    """What is typed after ``persona interview``."""

    model: OneModelOption
    personas: PersonaFileOption = None
    persona: PersonasOption = None
    strategy: SpokenOption = "simple"
    out: NewFileOption = Path("interviewed.yaml")
    seed: SeedOption = 0
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"
    force: ForceOption = False


def interview(given: InterviewGiven, as_json: JsonOption = False) -> None:
    """Interview a model in every role; `--strategy interview` then lets it hear what it said."""
    with Terminal(as_json) as terminal:
        settings = settings_of(api.PersonaAskSettings, given)
        terminal.show(api.interview_personas(given.model, given.out, settings, terminal))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckGiven:
    """What is typed after ``persona check``."""

    model: OneModelOption
    personas: PersonaFileOption = None
    persona: PersonasOption = None
    strategy: SpokenOption = "simple"
    seed: SeedOption = 0
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"


def check(given: CheckGiven, as_json: JsonOption = False) -> None:
    """Ask a model in every role what the role implies, and the same without the role.

    Role breaks ("as an AI ...") are counted apart; they are no answers.
    """
    with Terminal(as_json) as terminal:
        settings = settings_of(api.PersonaAskSettings, given)
        terminal.show(api.check_personas(given.model, settings, terminal))
