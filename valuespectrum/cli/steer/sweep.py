"""``steer sweep``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.groups import LocalGiven, settings_of
from valuespectrum.cli.console.options import (
    CorpusOption,
    SeedOption,
    TopOption,
    pairs,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.steer.fit import SteeredModelOption, ValueOption


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepGiven:
    """What is typed after ``steer sweep``."""

    value: ValueOption
    model: SteeredModelOption = "reference"
    corpus: CorpusOption = None
    instrument: Annotated[str, typer.Option(help="What is measured with.", metavar="NAME")] = "like"
    instrument_option: Annotated[
        list[str] | None,
        typer.Option(help="Option of the instrument. May be repeated.", metavar="NAME=VALUE", show_default=False),
    ] = None
    option: Annotated[
        list[str] | None,
        typer.Option(
            help="Option of value vectors: pairs, count, put, target. May be repeated.",
            metavar="NAME=VALUE",
            show_default=False,
        ),
    ] = None
    layers: Annotated[
        list[str] | None,
        typer.Option(
            help="Blocks that are steered together, e.g. 3 or 2-4. May be repeated. Default: each alone.",
            metavar="BLOCKS",
            show_default=False,
        ),
    ] = None
    strength: Annotated[
        list[float] | None,
        typer.Option(help="A strength. May be repeated. Default: 1, 2, 4, 8.", metavar="NUMBER", show_default=False),
    ] = None
    way: Annotated[
        list[str] | None,
        typer.Option(
            help="fixed, least, means or random; the first is recommended. Default: fixed, means, random.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None
    prompts: Annotated[bool, typer.Option(help="Hold it against prompts, too.")] = True
    away: Annotated[bool, typer.Option("--away", help="Away from the value, not towards it.")] = False
    top_k: TopOption = 3
    knowledge: Annotated[
        str,
        typer.Option(
            help="Questions with one right answer: reference, or a CSV file as of MMLU.",
            metavar="NAME|FILE",
            show_default=False,
        ),
    ] = ""
    judge: Annotated[
        str, typer.Option(help="A model that judges what is said.", metavar="SPEC", show_default=False)
    ] = ""
    equal_fluency: Annotated[
        bool, typer.Option("--equal-fluency", help="Hold ways against each other at equal perplexity, too.")
    ] = False
    run: Annotated[
        Path | None,
        typer.Option(help="Run folder; the same command continues it. Default: runs/MODEL-sweep-VALUE[-away]."),
    ] = None
    out: Annotated[
        Path | None, typer.Option(help="Intervention file for the chosen setting.", metavar="FILE", show_default=False)
    ] = None
    then: Annotated[
        api.SweepThen | None,
        typer.Option(help="Measure once more with and without it (--out): bench or instrument.", show_default=False),
    ] = None
    seed: SeedOption = 0
    force: Annotated[bool, typer.Option("--force", help="Replace an intervention that is there.")] = False


def sweep(given: SweepGiven, local: LocalGiven, as_json: JsonOption = False) -> None:
    """Find blocks and strength on one half of the clips, and tell what they do on the other.

    Says when nothing works, what else changes, and whether a prompt, the difference of means or a random direction
    moves the value further.
    """
    settings = settings_of(
        api.SweepSettings,
        given,
        strengths=tuple(given.strength or (1.0, 2.0, 4.0, 8.0)),
        ways=tuple(given.way or ("fixed", "means", "random")),
        instrument_option=pairs("--instrument-option", given.instrument_option or [], "wordings=1"),
        option=pairs("--option", given.option or [], "put=persona"),
        loading=settings_of(api.ModelOptions, local),
    )
    with Terminal(as_json) as terminal:
        terminal.show(api.sweep_steering(given.model, given.value, settings, terminal, typed_command()))
