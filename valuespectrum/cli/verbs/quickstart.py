"""``quickstart``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.options import SeedOption
from valuespectrum.cli.console.terminal import JsonOption, Terminal


def quickstart(
    out: Annotated[Path, typer.Option(help="Folder for everything that is made.", metavar="DIR")] = Path(
        "quickstart-out"
    ),
    seed: SeedOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Do the whole job offline on drawn clips.

    Uses small models whose values are known; writes summary.json and report.html.
    """
    with Terminal(as_json) as terminal:
        terminal.show(api.quickstart(api.QuickstartOptions(out, seed), terminal))
