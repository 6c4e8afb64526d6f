"""``steer fit`` and ``steer pairs``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import (
    CorpusOption,
    DeviceOption,
    DtypeOption,
    SeedOption,
    pairs,
    refuse_without,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal

ValueOption = Annotated[str, typer.Option(help="One of the ten values.", metavar="VALUE", show_default=False)]
SteeredModelOption = Annotated[
    str, typer.Option(help="A model in this process: hf:REPO_OR_PATH or reference[:NAME].", metavar="SPEC")
]
MethodOptionsOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Option of the method. May be repeated. Of vectors: pairs, count, put, layers, way, target, strength.",
        metavar="NAME=VALUE",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitGiven:
    """What is typed after ``steer fit``."""

    value: ValueOption
    out: Annotated[Path, typer.Option(help="Intervention file to write.", metavar="FILE", show_default=False)]
    model: SteeredModelOption = "reference"
    method: Annotated[str, typer.Option(help="A steering method.", metavar="NAME")] = "vectors"
    away: Annotated[bool, typer.Option("--away", help="Away from the value, not towards it.")] = False
    option: MethodOptionsOption = None
    corpus: CorpusOption = None
    seed: SeedOption = 0
    force: Annotated[bool, typer.Option("--force", help="Replace an intervention that is there.")] = False
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"


def fit(given: FitGiven, as_json: JsonOption = False) -> None:
    """Fit an intervention that moves a model towards a value, or away from it.

    With --corpus, clips are shown with both texts of a pair. The file is used by `--steer FILE` of other verbs.
    """
    loading = api.ModelOptions(given.device, given.dtype)
    settings = settings_of(
        api.FitSettings, given, option=pairs("--option", given.option or [], "way=fixed"), loading=loading
    )
    with Terminal(as_json) as terminal:
        terminal.show(api.fit_steering(given.model, given.value, given.out, settings, terminal))


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsGiven:
    """What is typed after ``steer pairs``."""

    value: ValueOption
    out: Annotated[Path, typer.Option(help="CSV file to write.", metavar="FILE", show_default=False)]
    source: Annotated[str, typer.Option(help="grammar, traits or unmatched.", metavar="NAME")] = "grammar"
    model: Annotated[
        str, typer.Option(help="A model that writes them in place of ours.", metavar="SPEC", show_default=False)
    ] = ""
    count: Annotated[int, typer.Option(help="Pairs.", min=1, max=10_000)] = 100
    seed: SeedOption = 0
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"


def write_pairs(context: typer.Context, given: PairsGiven, as_json: JsonOption = False) -> None:
    """Write pairs of texts for a value and against it, in the published layout.

    Look at them, change them, and fit with `--option pairs=FILE`.
    """
    if not given.model:
        refuse_without(context, ("device", "dtype"), "--model")
    settings = settings_of(api.PairSettings, given, loading=api.ModelOptions(given.device, given.dtype))
    with Terminal(as_json) as terminal:
        terminal.show(api.steering_pairs(given.value, given.out, settings, terminal))
