"""``steer graph``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import GraphDraws, GraphReading, GraphRule, GraphScale
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import SeedOption
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphGiven:
    """What is typed after ``steer graph``."""

    out: Annotated[Path, typer.Option(help="Graph file to write; the picture (.svg) goes beside it.")] = Path(
        "value-graph.json"
    )
    alpha: Annotated[float, typer.Option(help="Level of each test of independence.", min=1e-12, max=0.999)] = 0.05
    rule: Annotated[
        GraphRule,
        typer.Option(help="published is that of Kang et al.; it hangs on the order of columns (extra causal)."),
    ] = "stable"
    reading: Annotated[
        GraphReading, typer.Option(help="Whether an edge without direction runs both ways, or is left open.")
    ] = "cpdag"
    deepest: Annotated[
        int | None, typer.Option(help="Most values that a test holds fixed.", min=0, show_default=False)
    ] = None
    resamples: Annotated[
        int, typer.Option(help="Tables drawn again, for how often each edge comes; 0 for none.", min=0, max=100_000)
    ] = 200
    draws: Annotated[
        GraphDraws, typer.Option(help="half of the personas, each once; or as many as there are, with repetition.")
    ] = "half"
    scale: Annotated[GraphScale, typer.Option(help="Scores of runs as measured, or minus each one's mean.")] = "raw"
    instrument: Annotated[
        str, typer.Option(help="Which, where runs are of several.", metavar="NAME", show_default=False)
    ] = ""
    within: Annotated[
        str,
        typer.Option(help="Take out what varies with this alone: model or clip.", metavar="FIELD", show_default=False),
    ] = ""
    base: Annotated[
        str,
        typer.Option(
            help="Persona that the others are held against; by default none.", metavar="NAME", show_default=False
        ),
    ] = ""
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Intervention that counts, beside none. May be repeated.", metavar="NAME", show_default=False
        ),
    ] = None
    seed: SeedOption = 0
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False


def graph(
    sources: Annotated[
        list[Path],
        typer.Argument(
            help="Folders of scored runs; or one CSV file, a row a persona and intervention, a column a value.",
            metavar="RUN|TABLE",
            show_default=False,
        ),
    ],
    given: GraphGiven,
    as_json: JsonOption = False,
) -> None:
    """Mine a causal graph among values: which one moves when which other one is moved.

    Writes the graph, with how often each edge comes again, and a picture; tells how often values change together
    that the graph expects to.
    """
    settings = settings_of(api.GraphSettings, given)
    with Terminal(as_json) as terminal:
        terminal.show(api.mine_graph(list(sources), settings, terminal))
