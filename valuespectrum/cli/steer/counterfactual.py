"""``steer counterfactual``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import DeviceOption, DtypeOption, ModelHelp, SeedOption, TemperatureOption
from valuespectrum.cli.console.terminal import JsonOption, Terminal


class PartChoice(StrEnum):
    """``LoopPart`` for an option that may be repeated."""

    relations = "relations"
    concepts = "concepts"
    counterfactual = "counterfactual"


class RecordChoice(StrEnum):
    """``LoopRecords`` for an option that may be repeated."""

    naive = "naive"
    reasoning = "reasoning"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterfactualGiven:
    """What is typed after ``steer counterfactual``."""

    model: Annotated[
        str, typer.Option(help=f"Whose answers are steered. {ModelHelp}", metavar="SPEC", show_default=False)
    ]
    want: Annotated[
        list[str],
        typer.Option(
            help="A wanted value, 1 (not at all) to 5 (above everything). May be repeated.",
            metavar="VALUE=SCORE",
            show_default=False,
        ),
    ]
    theta: Annotated[
        float,
        typer.Option(
            help="Largest summed deviation at which an answer is kept. The published one is not known.",
            min=0,
            show_default=False,
        ),
    ]
    questions: Annotated[
        Path | None,
        typer.Option(
            help="List of {id, question, frames} (YAML); models of the reference world need none.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None
    out: Annotated[Path, typer.Option(help="Folder for answers, traces and records; again, it goes on.")] = Path(
        "runs/counterfactual"
    )
    attributor: Annotated[
        str,
        typer.Option(help="Who says which values an answer shows. Default: the model.", metavar="SPEC"),
    ] = ""
    rewriter: Annotated[
        str, typer.Option(help="Who finds concepts and rewrites. Default: the model.", metavar="SPEC")
    ] = ""
    system: Annotated[
        Path | None,
        typer.Option(
            help="Value system (YAML): definitions, relations, covariance. Default: Schwartz's circle.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None
    relations: Annotated[
        Path | None,
        typer.Option(help="Relations of a file of `steer graph`.", metavar="FILE", show_default=False),
    ] = None
    measured: Annotated[
        list[Path] | None,
        typer.Option(
            help="Scored run for relations and covariances. May be repeated.", metavar="RUN", show_default=False
        ),
    ] = None
    labels: Annotated[
        Path | None,
        typer.Option(
            help="Answers that people rated (YAML), as a measure for the attributor.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None
    without: Annotated[
        list[PartChoice] | None,
        typer.Option(help="Leave a part of the method out. May be repeated.", show_default=False),
    ] = None
    rounds: Annotated[int, typer.Option(help="Most rewritings of one answer.", min=1)] = 1
    draws: Annotated[int, typer.Option(help="Answers to each question.", min=1)] = 1
    beside_prompt: Annotated[
        bool, typer.Option("--beside-prompt", help="Ask with a value prompt, too, and compare.")
    ] = False
    blind: Annotated[
        bool, typer.Option("--blind", help="The attributor reads what the model saw in place of the pictures.")
    ] = False
    records: Annotated[
        list[RecordChoice] | None,
        typer.Option(help="Write records for fine-tuning. May be repeated.", show_default=False),
    ] = None
    replay: Annotated[bool, typer.Option("--replay", help="From stored answers, without any model.")] = False
    seed: SeedOption = 0
    temperature: TemperatureOption = 1.0
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"


def counterfactual(given: CounterfactualGiven, as_json: JsonOption = False) -> None:
    """Rewrite answers until they show wanted values, and tell how near they come (COUPLE).

    Every answer is attributed, compared with what is wanted, and rewritten by concepts that would show it; what was
    seen and what says nothing of values stays. Any model that generates can be subject, attributor and rewriter.
    """
    settings = settings_of(api.CounterfactualSettings, given)
    with Terminal(as_json) as terminal:
        terminal.show(api.steer_counterfactual(given.model, given.out, settings, terminal))
