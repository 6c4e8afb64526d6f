"""``doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.options import DeviceOption, DtypeOption, refuse_without
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorGiven:
    """What is typed after ``doctor``."""

    model: Annotated[str, typer.Option(help="Also load this model and check how it answers.")] = ""
    layouts: Annotated[
        bool, typer.Option("--layouts", help="Measure instead how far the model's two prompt layouts agree.")
    ] = False
    asks: Annotated[
        int, typer.Option(help="Asks with which number formats, or layouts, are compared.", min=1, max=10_000)
    ] = 48
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"
    run: Annotated[
        Path | None, typer.Option(help="Check this run folder instead: every key and every answer.", metavar="RUN")
    ] = None


def doctor(context: typer.Context, given: DoctorGiven, as_json: JsonOption = False) -> None:
    """Check the installation, and a model; or a run.

    A model must see pictures and answer alike through all engines; what bfloat16 changes is measured.
    Exit code 1 when something is not right.
    """
    if not given.model:
        refuse_without(context, ("asks", "device", "dtype"), "--model")
    with Terminal(as_json) as terminal:
        found = api.doctor(
            given.model, given.run, api.DoctorSettings(given.layouts, given.asks, given.device, given.dtype)
        )
        terminal.show(found)
    if not found.passed:
        raise typer.Exit(1)
