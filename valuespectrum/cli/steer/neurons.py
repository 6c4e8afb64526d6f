"""``steer neurons``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import CountedName, EditedName
from valuespectrum.cli.console.groups import LocalGiven, settings_of
from valuespectrum.cli.console.options import SeedOption
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuronsGiven:
    """What is typed after ``steer neurons``."""

    value: Annotated[str, typer.Option(help="One of the ten, or of the four higher-order values.", metavar="VALUE")]
    threshold: Annotated[float, typer.Option(help="Least difference of firing probabilities (NPTI: 0.1).")]
    gamma: Annotated[float, typer.Option(help="Factor of the boost (NPTI: 0.6 to 1.5).")]
    model: Annotated[
        str, typer.Option(help="A model in this process: hf:REPO_OR_PATH or reference[:NAME].", metavar="SPEC")
    ] = "reference"
    away: Annotated[bool, typer.Option("--away", help="Away from the value.")] = False
    words: Annotated[
        str,
        typer.Option(
            help="descriptions; traits, which the reference models know; or a file with holds, rejects, questions."
        ),
    ] = "descriptions"
    pairs: Annotated[int, typer.Option(help="Questions that are asked under both aspects.", min=1)] = 120
    counted: Annotated[
        CountedName,
        typer.Option(help="Tokens: of the answer; of it without its first (NPTI); or of the question."),
    ] = "answer"
    edited: Annotated[EditedName, typer.Option(help="Tokens that are edited (NPTI: decode).")] = "answering"
    layers: Annotated[str, typer.Option(help="Blocks, e.g. 0-2; by default all.", show_default=False)] = ""
    fewest: Annotated[int, typer.Option(help="Neurons that are taken at least (NPTI: 2000).", min=0)] = 0
    keep: Annotated[float, typer.Option(help="Share of the neurons that are changed at each token (NPTI: 0.9).")] = 1.0
    suppress: Annotated[bool, typer.Option(help="Keep neurons of the opposite aspect from firing.")] = True
    out: Annotated[
        Path | None, typer.Option(help="Intervention file to write.", metavar="FILE", show_default=False)
    ] = None
    validate: Annotated[
        int, typer.Option(help="Ask portraits before and after, and with so many random masks; 0 for none.", min=0)
    ] = 0
    seed: SeedOption = 0
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False


def neurons(given: NeuronsGiven, local: LocalGiven, as_json: JsonOption = False) -> None:
    """Find neurons that fire more often where a value is held than where it is rejected, and steer by them.

    Threshold and gamma have no default: those of the publication are not known, those of its parent method are named.
    """
    settings = settings_of(api.NeuronSettings, given, loading=settings_of(api.ModelOptions, local))
    with Terminal(as_json) as terminal:
        terminal.show(api.find_neurons(given.model, given.value, settings, terminal))
