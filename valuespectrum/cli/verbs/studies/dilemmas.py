"""``instrument make-dilemmas``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import SeedOption
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class DilemmasGiven:
    """What is typed after ``instrument make-dilemmas``."""

    out: Annotated[
        Path, typer.Option(help="Folder for answers, dilemmas, queue and report.", metavar="DIR", show_default=False)
    ]
    judge: Annotated[
        list[str],
        typer.Option(
            help="Model that judges; three as published. May be repeated.", metavar="SPEC", show_default=False
        ),
    ]
    norms: Annotated[
        Path | None,
        typer.Option(help="Text file with a norm a line, to write dilemmas of.", metavar="FILE", show_default=False),
    ] = None
    writer: Annotated[str, typer.Option(help="Model that writes.", metavar="SPEC", show_default=False)] = ""
    dilemmas: Annotated[
        Path | None,
        typer.Option(help="Dilemmas that are there already, to label anew.", metavar="FILE", show_default=False),
    ] = None
    values: Annotated[str, typer.Option(help="schwartz_10 or moral_foundations_6.", metavar="NAME")] = "schwartz_10"
    decided: Annotated[
        Path | None,
        typer.Option(help="A filled in queue.csv of an earlier call.", metavar="FILE", show_default=False),
    ] = None
    tries: Annotated[int, typer.Option(help="How often a step is written before its dilemma is given up.")] = 4
    seed: SeedOption = 0


def make_dilemmas(given: DilemmasGiven, as_json: JsonOption = False) -> None:
    """Make dilemmas in five steps: written by a model, watched and labelled by judges, decided by people where need be.

    Writes dilemmas.json, which `instrument run dilemmas --option file=...` takes, and queue.csv with the courses that
    judges do not agree about. The same command goes on after an interruption.
    """
    settings = settings_of(api.MakeDilemmaSettings, given)
    with Terminal(as_json) as terminal:
        terminal.show(api.make_dilemmas(given.out, settings, terminal))
