"""``steer list`` and ``steer apply``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.groups import LocalGiven, settings_of
from valuespectrum.cli.console.options import LayoutOption, ModelHelp, pairs
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from vectorstore.foundation.errors import InputError


def list_steering(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Intervention files; none for the methods.", metavar="FILE", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show which methods can steer a model, or what intervention files are.

    What made a file, for which model and out of what, and what it does to which blocks.
    """
    with Terminal(as_json) as terminal:
        terminal.show(api.list_steering(files or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyGiven:
    """What is typed after ``steer apply``."""

    model: Annotated[str, typer.Option("--model", help=ModelHelp, metavar="SPEC", show_default=False)]
    out: Annotated[
        Path | None,
        typer.Option(
            help="Put all of them, as strong as said, into this one file.", metavar="FILE", show_default=False
        ),
    ] = None
    gate: Annotated[
        str | None,
        typer.Option(
            help="Write a gate before them: classifier:EXAMPLES or embedding:EXAMPLES, a CSV file (text, label: for or "
            "against), or grammar or unmatched for our own pairs.",
            metavar="KIND:EXAMPLES",
            show_default=False,
        ),
    ] = None
    gate_option: Annotated[
        list[str] | None,
        typer.Option(
            help="Option of the gate: encoder, above, below, value, seed. May be repeated.",
            metavar="NAME=VALUE",
            show_default=False,
        ),
    ] = None
    layout: LayoutOption = "persona-first"


def apply(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Interventions in their order, each with :strength=NUMBER for another strength.", metavar="FILE"
        ),
    ],
    given: ApplyGiven,
    local: LocalGiven,
    as_json: JsonOption = False,
) -> None:
    """Put interventions on a model, and see that they fit and which engine is exact.

    With --gate, what is written works only for questions that are like the examples that are for.
    Any verb takes the model with them: --steer FILE, or SPEC?steer=FILE as its name.
    """
    with Terminal(as_json) as terminal:
        options = settings_of(api.ModelOptions, given, local)
        told = pairs("--gate-option", given.gate_option or [], "encoder=reference")
        if told and not given.gate:
            raise InputError("--gate-option means nothing without --gate", "name a gate, e.g. --gate classifier:FILE")
        made = api.GateSettings(given.gate, told) if given.gate else None
        terminal.show(api.apply_steering(given.model, files, given.out, options, made))
