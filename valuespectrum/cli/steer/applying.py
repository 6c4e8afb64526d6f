"""``steer list`` and ``steer apply``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.options import DeviceOption, DtypeOption, EngineOption, LayoutOption, ModelHelp
from valuespectrum.cli.console.terminal import JsonOption, Terminal


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


def apply(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Interventions in their order, each with :strength=NUMBER for another strength.", metavar="FILE"
        ),
    ],
    model: Annotated[str, typer.Option("--model", help=ModelHelp, metavar="SPEC", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Put all of them, as strong as said, into this one file.", metavar="FILE", show_default=False
        ),
    ] = None,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    engine: EngineOption = "auto",
    layout: LayoutOption = "persona-first",
    as_json: JsonOption = False,
) -> None:
    """Put interventions on a model, and see that they fit and which engine is exact.

    Any verb takes the model with them: --steer FILE, or SPEC?steer=FILE as its name.
    """
    with Terminal(as_json) as terminal:
        options = api.ModelOptions(device=device, dtype=dtype, engine=engine, layout=layout)
        terminal.show(api.apply_steering(model, files, out, options))
