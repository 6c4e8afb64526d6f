"""``steer export``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.options import refuse_without
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorExportGiven:
    """What is typed after ``steer export``."""

    out: Annotated[Path, typer.Option(help="Control vector to write (GGUF).", metavar="FILE", show_default=False)]
    request: Annotated[
        Path | None,
        typer.Option(help="Also write what the server is told with each request (JSON).", show_default=False),
    ] = None
    at: Annotated[
        str, typer.Option(help="Where the control vector will lie on the server.", metavar="PATH", show_default=False)
    ] = ""
    form: Annotated[
        api.RequestForm,
        typer.Option(help="What the server reads: steer_vector_request (request) or steering (spec)."),
    ] = "request"
    hint: Annotated[
        str, typer.Option(help="Which model it is for, as servers show it.", metavar="NAME", show_default=False)
    ] = ""


def export(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(help="Intervention; :strength=NUMBER behind it goes into the vectors.", metavar="FILE")
    ],
    given: VectorExportGiven,
    as_json: JsonOption = False,
) -> None:
    """Write an intervention for a server that steers.

    Servers add vectors at every token; whatever else an intervention does is refused by name.
    """
    if given.request is None:
        refuse_without(context, ("at", "form"), "--request")
    with Terminal(as_json) as terminal:
        terminal.show(api.export_steering(file, given.out, given.request, given.at, given.hint, given.form))
