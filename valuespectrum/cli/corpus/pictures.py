"""``corpus label``, ``nuisance`` and ``relevance``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import RaterName
from valuespectrum.cli.console.corpus_options import CorpusArgument
from valuespectrum.cli.console.options import (
    BatchOption,
    DeviceOption,
    DtypeOption,
    EmbedderOption,
    KeywordsOption,
    SeedOption,
    TopOption,
    refuse_idle,
    refuse_without,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal

_OfRun = Annotated[
    Path | None,
    typer.Option(
        "--run",
        help="Take the pictures that a run showed; by default those that `bench` would show.",
        metavar="DIR",
        show_default=False,
    ),
]
_RatingsOption = Annotated[
    Path | None,
    typer.Option("--ratings", help="Folder of ratings; by default CORPUS-ratings.", metavar="DIR", show_default=False),
]
_JudgeOption = Annotated[str, typer.Option("--model", help="The judge, a model spec.", metavar="SPEC")]
_OF_JUDGES = ("device", "dtype", "batch_size")
"""Parameters that say how a judge is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGiven:
    """What is typed after ``corpus label``."""

    by: Annotated[RaterName, typer.Option(help="A judge model, an embedder, or people who fill in a table.")] = "judge"
    model: _JudgeOption = ""
    rater: Annotated[
        str, typer.Option(help="Name of the rater; people need one, others are named by what they are.")
    ] = ""
    file: Annotated[
        Path | None,
        typer.Option(
            help="Table of people (CSV): written to be filled in where it is not there, else read.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None
    run: _OfRun = None
    ratings: _RatingsOption = None
    top_k: TopOption = 5
    keywords: KeywordsOption = None
    embedder: EmbedderOption = ""
    seed: SeedOption = 0
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"
    batch_size: BatchOption = 32


def label(context: typer.Context, corpus: CorpusArgument, given: LabelGiven, as_json: JsonOption = False) -> None:
    """Have somebody say which value each picture expresses, not told what it was found for.

    Which value most, endorsed, violated or absent, and how strongly (1 to 5).
    """
    if given.run is not None:
        refuse_idle(context, ("top_k",) if given.by == "embedding" else ("top_k", "keywords", "embedder"), "--run")
    if given.by != "judge":
        refuse_idle(context, _OF_JUDGES, f"--by {given.by}")
    if given.by != "people":
        refuse_idle(context, ("seed",), f"--by {given.by}")
    who = api.LabelSettings(by=given.by, rater=given.rater, file=given.file, seed=given.seed)
    settings = api.PictureSettings(
        run=given.run, ratings=given.ratings, top_k=given.top_k, keywords=given.keywords, embedder=given.embedder
    )
    judge = api.JudgeSettings(model=given.model, device=given.device, dtype=given.dtype, batch_size=given.batch_size)
    with Terminal(as_json) as terminal:
        terminal.show(api.label(corpus, who, settings, judge, terminal))


@dataclass(frozen=True, slots=True, kw_only=True)
class NuisanceGiven:
    """What is typed after ``corpus nuisance``."""

    model: _JudgeOption = ""
    run: _OfRun = None
    ratings: _RatingsOption = None
    top_k: TopOption = 5
    keywords: KeywordsOption = None
    embedder: EmbedderOption = ""
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"
    batch_size: BatchOption = 32


def nuisance(context: typer.Context, corpus: CorpusArgument, given: NuisanceGiven, as_json: JsonOption = False) -> None:
    """Measure what pictures differ in beside the value: brightness, colour, text, motion, prettiness.

    Faces need OpenCV. With --model, a judge says how pretty each picture is, too.
    """
    if given.run is not None:
        refuse_idle(context, ("top_k", "keywords"), "--run")
    if not given.model:
        refuse_without(context, _OF_JUDGES, "--model")
    settings = api.PictureSettings(
        run=given.run, ratings=given.ratings, top_k=given.top_k, keywords=given.keywords, embedder=given.embedder
    )
    judge = api.JudgeSettings(model=given.model, device=given.device, dtype=given.dtype, batch_size=given.batch_size)
    with Terminal(as_json) as terminal:
        terminal.show(api.nuisance(corpus, settings, judge, terminal))


def relevance(
    corpus: CorpusArgument,
    rater: Annotated[
        list[str] | None, typer.Option(help="Whose labels count; by default all that can. May be repeated.")
    ] = None,
    run: _OfRun = None,
    ratings: _RatingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how many clips of each value do not show it, how far raters agree, and what else differs.

    `score RUN --ratings DIR` corrects scores for it.
    """
    settings = api.PictureSettings(run=run, ratings=ratings)
    with Terminal(as_json) as terminal:
        terminal.show(api.relevance(corpus, settings, rater or ()))
