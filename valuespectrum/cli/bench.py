"""``bench``."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from valuespectrum.cli.common import (
    BatchOption,
    CorpusOption,
    DeviceOption,
    DtypeOption,
    EmbedderOption,
    EngineOption,
    ModelHelp,
    PersonaFileOption,
    SeedOption,
    chosen_personas,
    corpus_embedder,
    load_models,
    slug,
    typed_command,
)
from valuespectrum.cli.terminal import JsonOption, Terminal

if TYPE_CHECKING:
    from valuespectrum.benchmark import BenchOptions, BenchPlan


def bench(
    corpus: CorpusOption,
    model: Annotated[list[str], typer.Option(help=f"{ModelHelp} May be repeated.", metavar="SPEC", show_default=False)],
    persona: Annotated[
        list[str] | None, typer.Option(help="Persona by name, or all. May be repeated.", show_default=False)
    ] = None,
    personas: PersonaFileOption = None,
    strategy: Annotated[
        list[str] | None, typer.Option(help="simple (default), profile or isq. May be repeated.", show_default=False)
    ] = None,
    placebo: Annotated[bool, typer.Option(help="Give every persona a placebo to compare with.")] = True,
    battery: Annotated[str, typer.Option(help="like (four balanced cells) or paper (as published).")] = "like",
    wordings: Annotated[int, typer.Option(help="Wordings of the like question.", min=1)] = 2,
    top_k: Annotated[int, typer.Option(help="Clips per keyword.", min=1)] = 5,
    keywords: Annotated[
        Path | None, typer.Option(help="Keyword list (YAML) in place of our own.", metavar="FILE")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="Run folder; the same command continues it. Default: runs/MODEL-BATTERY.")
    ] = None,
    seed: SeedOption = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be asked.")] = False,
    embedder: EmbedderOption = "",
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    batch_size: BatchOption = 32,
    engine: EngineOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Measure the values of models.

    Asks which kinds of pictures they like, with and without personas.
    """
    from agents.models.base import ModelOptions
    from agents.personas import Strategy
    from valuespectrum.battery import BatteryName, BatteryOptions
    from valuespectrum.benchmark import BenchOptions, run_benchmark
    from valuespectrum.retrieval import RetrievalOptions
    from valuespectrum.scoring.cells import ScoringOptions
    from vectorstore.corpus import Corpus
    from vectorstore.snapshot import snapshot_with

    with Terminal(as_json) as terminal:
        options = BenchOptions(
            run=run or Path("runs") / f"{slug('+'.join(model))}-{slug(battery)}",
            battery=BatteryOptions(cast(BatteryName, battery), wordings),
            retrieval=RetrievalOptions(top_k=top_k, assignment="overlapping" if battery == "paper" else "exclusive"),
            keywords=keywords,
            strategies=cast(tuple[Strategy, ...], tuple(strategy or ["simple"])),
            placebos=placebo,
            seed=seed,
            scoring=ScoringOptions(seed=seed),
            command=typed_command(),
        )
        roles = chosen_personas(persona or [], personas)
        with Corpus.open(corpus) as opened, contextlib.ExitStack() as stack:
            loaded = corpus_embedder(opened, embedder)
            if dry_run:
                planned = plan_only(options, opened, loaded, roles, len(model))
                terminal.finish(planned, _describe_plan(planned))
                return
            options = replace(options, snapshot=snapshot_with(opened.folder, opened.content_hash()))
            models = load_models(model, ModelOptions(device, dtype, batch_size, engine, seed))
            scores = run_benchmark(options, opened, loaded, models, roles, BenchBar(terminal, stack))
        terminal.finish({**scores, "run": str(options.run)}, _describe(scores, options.run, corpus))


class BenchBar:
    """Says beforehand what will be asked, then shows one bar per model."""

    def __init__(self, terminal: Terminal, stack: contextlib.ExitStack) -> None:
        self._terminal = terminal
        self._stack = stack
        self._bars: dict[str, Any] = {}

    def planned(self, plan: BenchPlan) -> None:
        """Say what is stored and what remains."""
        for model, remaining in plan.to_ask.items():
            self._terminal.say(
                f"{model}: {plan.respondents:,} respondents, {sum(plan.clips_per_value.values()):,} clips, "
                f"{plan.stored[model]:,} answers stored, {remaining:,} to ask"
            )

    def asked(self, model: str, done: int, total: int) -> None:
        """Move the model's bar."""
        from valuespectrum.report.words import short_model

        if model not in self._bars:
            self._bars[model] = self._stack.enter_context(self._terminal.progress(f"asking {short_model(model)}"))
        self._bars[model](done, total)
        if done == total:
            self._stack.close()


def plan_only(options: BenchOptions, corpus: Any, embedder: Any, personas: Any, models: int) -> dict[str, Any]:
    """What a benchmark would ask, without loading a model or writing anything."""
    from valuespectrum.battery import build_asks, roles
    from valuespectrum.keywords import load_keywords
    from valuespectrum.retrieval import clips_per_value, retrieve

    listed = roles(personas, options.strategies, options.placebos, options.seed)
    rows = retrieve(corpus, embedder, load_keywords(options.keywords), options.search)
    asks = build_asks(rows, corpus, listed, options.battery)
    return {
        "dry_run": True,
        "clips_per_value": clips_per_value(rows),
        "respondents": len(listed) * models,
        "asks_per_model": len(asks),
        "asks": len(asks) * models,
        "run": str(options.run),
    }


def _describe_plan(plan: dict[str, Any]) -> str:
    clips = ", ".join(f"{value} {count}" for value, count in plan["clips_per_value"].items())
    asks = f"{plan['asks']:,} questions for {plan['respondents']:,} respondents"
    return f"{asks}; answers would go to {plan['run']}\nclips: {clips}"


def _describe(scores: dict[str, Any], run: Path, corpus: Path) -> str:
    from valuespectrum.cli.score import describe

    return f"{describe(scores)}\n\nanswers and scores: {run}\nnext: valuespectrum report {run} --corpus {corpus}"
