"""``bench``."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from valuespectrum.cli.console.options import (
    BatchOption,
    CorpusOption,
    DeviceOption,
    DtypeOption,
    EmbedderOption,
    EngineOption,
    LayoutOption,
    ModelHelp,
    PersonaFileOption,
    SamplesOption,
    SeedOption,
    TemperatureOption,
    chosen_personas,
    corpus_embedder,
    how_asked,
    load_models,
    slug,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.console.watch import duration

if TYPE_CHECKING:
    from valuespectrum.measuring.benchmark import BenchPlan, Expense


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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is stored, what would be asked, and what it would cost.")
    ] = False,
    prices: Annotated[Path | None, typer.Option(help="Price table (YAML) in place of our own.", metavar="FILE")] = None,
    embedder: EmbedderOption = "",
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    batch_size: BatchOption = 32,
    engine: EngineOption = "auto",
    layout: LayoutOption = "persona-first",
    samples: SamplesOption = 0,
    temperature: TemperatureOption = 1.0,
    as_json: JsonOption = False,
) -> None:
    """Measure the values of models.

    Asks which kinds of pictures they like, with and without personas.
    """
    from agents.models.base import ModelOptions
    from agents.models.model_names import ModelSpec
    from agents.personas.persona import Strategy
    from valuespectrum.checks.foresight import check_models
    from valuespectrum.costs.prices import load_prices
    from valuespectrum.costs.spending import with_prices
    from valuespectrum.instruments.asks import BatteryName, BatteryOptions
    from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
    from valuespectrum.measuring.plan import plan_benchmark
    from valuespectrum.runs.failures import refuse_silence, told
    from valuespectrum.scoring.cells import ScoringOptions
    from valuespectrum.stimuli.retrieval import RetrievalOptions
    from vectorstore.corpus import Corpus
    from vectorstore.foundation.errors import CorpusError
    from vectorstore.snapshots.snapshot import snapshot_with

    with Terminal(as_json) as terminal:
        options = BenchOptions(
            run=run or Path("runs") / f"{slug('+'.join(ModelSpec.parse(each).bare for each in model))}-{slug(battery)}",
            battery=BatteryOptions(cast(BatteryName, battery), wordings),
            retrieval=RetrievalOptions(top_k=top_k, assignment="overlapping" if battery == "paper" else "exclusive"),
            keywords=keywords,
            strategies=cast(tuple[Strategy, ...], tuple(strategy or ["simple"])),
            placebos=placebo,
            seed=seed,
            scoring=ScoringOptions(seed=seed),
            prices=prices,
            specs=tuple(model),
            loading=ModelOptions(device, dtype, batch_size, engine, seed, layout, samples, temperature),
            command=typed_command(),
        )
        terminal.doing("looking at models and personas")
        check_models([with_prices(spec, load_prices(prices)) for spec in model], options.loading)
        roles = chosen_personas(persona or [], personas)
        terminal.doing(f"opening {corpus}")
        with Corpus.open(corpus) as opened, contextlib.ExitStack() as stack:
            if not opened.clip_ids():
                raise CorpusError(f"{corpus} holds no pictures", "add some: valuespectrum ingest VIDEOS --corpus DIR")
            terminal.doing("loading the embedder")
            loaded = corpus_embedder(opened, embedder)
            if dry_run:
                terminal.doing("planning")
                planned = plan_benchmark(options, opened, loaded, model, roles)
                terminal.warn(planned.caution)
                terminal.finish(plan_document(planned, options.run), _describe_plan(planned, options.run))
                return
            options = replace(options, snapshot=snapshot_with(opened.folder, opened.content_hash()))
            terminal.doing(f"loading {', '.join(model)}")
            models = load_models(model, options.loading, prices)
            asked = {each.id: how_asked(each) for each in models}
            for name, how in asked.items():
                terminal.say(_engine_in_words(name, how))
            terminal.doing("preparing the questions")
            scores = run_benchmark(options, opened, loaded, models, roles, BenchBar(terminal, stack))
        for line in told(scores):
            terminal.say(line)
        refuse_silence(scores["failures"], str(options.run))
        terminal.warn(scores["caution"])
        terminal.finish({**scores, "run": str(options.run), "engines": asked}, _describe(scores, options.run, corpus))


def _engine_in_words(model: str, told: Mapping[str, str]) -> str:
    """How a model is asked, for a person: engine and reason, layout, number format, and how choices are read."""
    engine = told["explanation"] or f"engine: {told.get('engine', 'its own')}"
    return "; ".join([f"{model}: {engine}", *(told[name] for name in ("layout", "dtype", "choices") if name in told)])


class BenchBar:
    """Says beforehand what will be asked, then shows one bar per model."""

    def __init__(self, terminal: Terminal, stack: contextlib.ExitStack) -> None:
        self._terminal = terminal
        self._stack = stack
        self._bars: dict[str, Any] = {}
        self._stage = self._prepared = ""

    def working(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say what is being prepared, when that takes long."""
        self._prepared = f"{done:,} of {total:,}" if total else ""
        if stage != self._stage:
            self._stage = stage
            self._terminal.doing(stage, lambda: self._prepared)

    def planned(self, plan: BenchPlan) -> None:
        """Say what is stored, what remains, and what it will cost; and why not to ask at all, if so."""
        self._terminal.warn(plan.caution)
        for model, expense in plan.models.items():
            self._terminal.say(describe_expense(model, expense, plan))

    def asked(self, model: str, done: int, total: int) -> None:
        """Move the model's bar."""
        from valuespectrum.reporting.words import short_model

        if model not in self._bars:
            self._bars[model] = self._stack.enter_context(self._terminal.progress(f"asking {short_model(model)}"))
        self._bars[model](done, total)
        if done == total:
            self._stack.close()


def plan_document(plan: BenchPlan, run: Path) -> dict[str, Any]:
    """A plan as ``bench --dry-run --json`` prints it."""
    asks = [expense.stored + expense.to_ask for expense in plan.models.values()]
    return {
        "dry_run": True,
        "clips_per_value": plan.clips_per_value,
        "respondents": plan.respondents * len(plan.models),
        "asks_per_model": max(asks, default=0),
        "asks": sum(asks),
        "models": {model: asdict(expense) for model, expense in plan.models.items()},
        "run": str(run),
        "caution": plan.caution,
    }


def describe_expense(model: str, expense: Expense, plan: BenchPlan) -> str:
    """A line for a person: what is stored, what remains, tokens, money, time."""
    clips = sum(plan.clips_per_value.values())
    line = (
        f"{model}: {plan.respondents:,} respondents, {clips:,} clips, "
        f"{expense.stored:,} answers stored, {expense.to_ask:,} to ask"
    )
    if not expense.to_ask:
        return line
    at_most = " at most" if expense.basis == "guessed" else ""
    cost = "unknown (no row in the price table)" if expense.dollars is None else f"${expense.dollars:,.2f}{at_most}"
    time = "unknown (nothing was timed yet)" if expense.seconds is None else f"about {duration(expense.seconds)}"
    tokens = (
        f"{expense.prompt_tokens:,} tokens of prompts ({expense.basis}), {expense.reply_tokens:,} of answers{at_most}"
    )
    return "\n  ".join([line, f"{tokens}; cost {cost}; time {time}", *_money_matters(expense)])


def _money_matters(expense: Expense) -> list[str]:
    """Where the price is from, and whether the budget will do; nothing for what costs nothing."""
    lines = [f"prices: {expense.prices}, check them"] if expense.dollars else []
    limits = [f"${expense.budget_dollars:,.2f}"] if expense.budget_dollars is not None else []
    limits += [f"{expense.budget_tokens:,} tokens"] if expense.budget_tokens is not None else []
    if limits:
        reaches = "is enough for that" if expense.within_budget else "stops it before that, and keeps what was answered"
        lines.append(f"the budget of {' and '.join(limits)} {reaches}")
    return lines


def _describe_plan(plan: BenchPlan, run: Path) -> str:
    clips = ", ".join(f"{value} {count}" for value, count in plan.clips_per_value.items())
    lines = [describe_expense(model, expense, plan) for model, expense in plan.models.items()]
    return "\n".join([*lines, f"answers would go to {run}", f"clips: {clips}"])


def _describe(scores: dict[str, Any], run: Path, corpus: Path) -> str:
    from valuespectrum.cli.verbs.score import describe

    return f"{describe(scores)}\n\nanswers and scores: {run}\nnext: valuespectrum report {run} --corpus {corpus}"
