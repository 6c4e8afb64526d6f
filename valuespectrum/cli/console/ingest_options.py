"""Options of the verbs that bring videos in."""

from __future__ import annotations

from typing import Annotated

import typer

from valuespectrum.api import PlaceName

WhereOption = Annotated[
    PlaceName,
    typer.Option(help="local: threads of this machine; ray: a cluster that sees the files under the same path."),
]
RayOption = Annotated[
    str | None,
    typer.Option(help="Cluster that this machine is part of; a new one here without.", metavar="HOST:PORT"),
]
FetchOption = Annotated[
    list[str] | None,
    typer.Option(help="How to download: cookies=FILE, since=DAY, until=DAY, pace=SECONDS.", metavar="NAME=VALUE"),
]
UnconfinedOption = Annotated[
    bool, typer.Option("--unconfined", help="Work on files of strangers also where this system cannot confine that.")
]
