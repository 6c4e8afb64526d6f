"""``reproduce``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import TargetName
from valuespectrum.cli.console.terminal import JsonOption, Terminal


def reproduce(
    target: Annotated[TargetName, typer.Argument(help="What was published.", metavar="TARGET", show_default=False)],
    data: Annotated[
        Path | None,
        typer.Argument(
            help="File or folder of its data, where they are not ours to pass on.", metavar="DATA", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make published numbers again, beside the published ones.

    Exit code 1 when a number that should agree does not, 2 when data are missing.
    """
    with Terminal(as_json) as terminal:
        found = api.reproduce(target, data)
        terminal.show(found)
    if not found.passed:
        raise typer.Exit(1)
