"""``calibrate``."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from valuespectrum.cli.console.options import (
    BatchOption,
    EmbedderOption,
    SeedOption,
    corpus_embedder,
    load_models,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal, table
from valuespectrum.cli.verbs.bench import BenchBar

if TYPE_CHECKING:
    from agents.models.base import Model


def calibrate(
    corpus: Annotated[
        Path | None,
        typer.Option(help="Corpus of drawn clips; by default one is drawn.", metavar="DIR", show_default=False),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="reference:NAME or simulated:PROFILE; default: the whole cohort.", show_default=False),
    ] = None,
    run: Annotated[Path, typer.Option(help="Run folder; the same command continues it.")] = Path("runs/calibration"),
    clips: Annotated[int, typer.Option(help="Clips to draw when no corpus is named.", min=20)] = 220,
    top_k: Annotated[int, typer.Option(help="Clips per keyword.", min=1)] = 5,
    wordings: Annotated[int, typer.Option(help="Wordings of the like question.", min=1)] = 2,
    seed: SeedOption = 0,
    embedder: EmbedderOption = "",
    batch_size: BatchOption = 32,
    as_json: JsonOption = False,
) -> None:
    """Measure models whose values were planted.

    Says how well the instrument recovers them, and what it misses.
    """
    from agents.models.base import ModelOptions
    from valuespectrum.calibration.calibrate import calibrate as run_calibration
    from valuespectrum.calibration.calibrate import refuse_other_clips
    from valuespectrum.instruments.asks import BatteryOptions
    from valuespectrum.measuring.benchmark import BenchOptions
    from valuespectrum.reference.planted import COHORT
    from valuespectrum.scoring.cells import ScoringOptions
    from valuespectrum.stimuli.retrieval import RetrievalOptions
    from vectorstore.corpus import Corpus

    with Terminal(as_json) as terminal:
        specs = model or [f"reference:{respondent.name}" for respondent in COHORT]
        options = BenchOptions(
            run=run,
            battery=BatteryOptions(wordings=wordings),
            retrieval=RetrievalOptions(top_k=top_k),
            seed=seed,
            scoring=ScoringOptions(seed=seed),
            command=typed_command(),
        )
        folder = corpus or drawn_corpus(run.with_name(f"{run.name}-corpus"), clips, seed, terminal)
        terminal.doing(f"opening {folder}")
        with Corpus.open(folder) as opened, contextlib.ExitStack() as stack:
            loaded = corpus_embedder(opened, embedder)
            refuse_other_clips(opened, loaded.id, specs)
            terminal.doing("loading the models")
            models = load_models(specs, ModelOptions(batch_size=batch_size, seed=seed))
            found = run_calibration(options, opened, loaded, _planted(specs, models), BenchBar(terminal, stack))
        terminal.finish(found, _describe(found))


def drawn_corpus(folder: Path, clips: int, seed: int, terminal: Terminal) -> Path:
    """Draw clips of the reference world and ingest them; what is there is not made again."""
    from ingest.embedding.base import load_embedder
    from ingest.pipeline import ingest
    from valuespectrum.cli.verbs.ingest import stage_progress
    from valuespectrum.reference.drawing import draw_corpus
    from vectorstore.corpus import Corpus

    with terminal.progress("drawing clips") as advance:
        draw_corpus(folder.with_name(f"{folder.name}-clips"), clips, seed, advance)
    with Corpus.ensure(folder) as opened, stage_progress(terminal) as progress:
        ingest([folder.with_name(f"{folder.name}-clips")], opened, load_embedder("reference"), progress=progress)
    return folder


def _planted(specs: list[str], models: list[Model]) -> list[Any]:
    from valuespectrum.calibration.calibrate import PlantedRespondent
    from valuespectrum.reference.truth import planted_profile
    from vectorstore.foundation.errors import InputError

    respondents = []
    for spec, model in zip(specs, models, strict=True):
        planted = planted_profile(model.id, model.settings)
        if planted is None:
            raise InputError(f"nobody knows the values of {spec}", "calibrate with reference:NAME or simulated:PROFILE")
        respondents.append(PlantedRespondent(spec, model, planted))
    return respondents


def _describe(found: dict[str, Any]) -> str:
    from valuespectrum.reporting.words import number

    rows = [
        (
            row["name"],
            number(row["spearman"], 2),
            f"{row['coverage']:.0%}",
            number(row["centred_rmse"], 1),
            number(row["bias"], 1, True),
            ", ".join(row["outside"]) or "-",
        )
        for row in found["respondents"]
    ]
    header = ("respondent", "rank correlation", "covered", "centred error", "bias", "outside the interval")
    summary = (
        f"median rank correlation {number(found['spearman_median'], 2)}; {found['coverage']:.0%} of planted values lie "
        f"inside intervals that claim {found['expected_coverage']:.0%}; "
        f"centred error {number(found['centred_rmse'], 1)} points\n"
        "Intervals are over clips. All respondents see the same clips, so their intervals are not independent trials."
    )
    return f"{table(header, rows)}\n\n{summary}"
