"""``bench``: from a corpus and models to scores, or to the cost of them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from os import PathLike
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, ClassVar

from agents.personas.reserved import MOST_PLACEBO_TEXTS, PLACEBO_TEXTS
from valuespectrum.operations.score import Scores, describe
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import (
    EngineName,
    FormName,
    FrameName,
    LayoutName,
    ModelFormat,
    StrategyName,
)
from valuespectrum.operations.shared.loading import (
    check_specs,
    chosen_personas,
    corpus_embedder,
    load_models,
    warn_of_placebos,
)
from valuespectrum.operations.shared.option_files import effective_options
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import in_dollars
from valuespectrum.operations.shared.telling import Advance, Teller, Unattended
from vectorstore.foundation.clock import duration
from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.models.base import Model, ModelOptions
    from agents.personas.persona import Persona
    from ingest.embedding.base import Embedder
    from valuespectrum.measuring.asking import BenchPlan, Expense
    from valuespectrum.measuring.benchmark import BenchOptions
    from valuespectrum.measuring.presenting import PresentOptions
    from valuespectrum.runs.manifest import RunKind
    from vectorstore.corpus import Corpus


@dataclass(frozen=True, slots=True)
class BenchSettings(CheckedSettings):
    """What is asked and how; the names are those of the options of ``valuespectrum bench``."""

    bounds: ClassVar[Bounds] = {
        "placebos": (0, MOST_PLACEBO_TEXTS),
        "wordings": (1, ENDLESS),
        "top_k": (1, ENDLESS),
        "frames": (1, 64),
        "batch_size": (1, ENDLESS),
        "samples": (0, ENDLESS),
        "temperature": (0.01, ENDLESS),
    }

    persona: tuple[str, ...] = ()
    """Personas by name, or ``("all",)``; the model without a persona is always asked."""
    personas: Path | None = None
    """Persona file (YAML) in place of the built-in personas."""
    strategy: tuple[StrategyName, ...] = ("simple",)
    """How personas are put into words."""
    placebos: int = PLACEBO_TEXTS
    """Texts without values that personas are held against; 0 for none, and then no persona gets a verdict."""
    battery: str = "like"
    """How thoroughly: ``"paper"``, ``"quick"``, ``"standard"`` (``"full"`` is several runs: ``bench_level``); or an
    instrument that shows pictures: ``"like"`` (four balanced cells), ``"pairs"``, ``"scale7"`` or another."""
    wordings: int | None = None
    """Wordings of each question, from the first; ``None`` for as many as usual."""
    language: str = ""
    """Languages by code, with commas between them; empty for English."""
    form: FormName | None = None
    """``"unforced"`` adds an option that says neither."""
    frame_of_mind: FrameName | None = None
    """What is said before each question: to be honest, or to make the best impression; ``"all"`` tells how far these
    differ."""
    items: Path | None = None
    """A file of your own wordings and statements (YAML)."""
    params: Mapping[str, str] | None = None
    """Further options of the instrument."""
    top_k: int = 5
    """Clips per keyword."""
    keywords: Path | None = None
    """Keyword list (YAML) in place of our own."""
    stimuli: Path | None = None
    """A set of clips in place of a search (JSON), as ``search_clips`` writes it."""
    present: tuple[str, ...] = ()
    """How clips are shown, several to compare: ``frame`` (the default), ``frames:N``, ``sheet:N``, ``shuffled:N``,
    ``mismatched``, ``blank``, ``noise``, ``text``, ``caption``, ``transcript``, ``described:MODEL``, or a picture with
    words, such as ``frames:4+caption``. Scores are of the first that shows the clip as it is."""
    frames: int = 1
    """Pictures of each clip, in order: short for ``present=("frames:N", ...)``."""
    transcripts: Path | None = None
    """What is said in clips (CSV with the columns ``clip`` and ``text``), in place of what the corpus knows."""
    stress: str = ""
    """``"injection"``: ask again with words in the clips that tell the model what to answer; ``"injection:PLACE"`` for
    one place (``overlay``, ``order``, ``speech``, ``answer``)."""
    seed: int = 0
    """Seed of everything that is drawn."""
    prices: Path | None = None
    """Price table (YAML) in place of our own."""
    embedder: str = ""
    """Embedder spec; empty takes the one that made the corpus."""
    device: str = "auto"
    dtype: ModelFormat = "auto"
    batch_size: int = 32
    """Questions in one forward pass."""
    engine: EngineName = "auto"
    layout: LayoutName = "persona-first"
    samples: int = 0
    """Answers to draw for each question; 0 reads the probabilities themselves."""
    temperature: float = 1.0
    """Of drawn answers."""
    kind: ClassVar[RunKind] = "bench"
    """What sort of run it makes."""

    @property
    def loading(self) -> ModelOptions:
        """How models are loaded."""
        from agents.models.base import ModelOptions

        names = {each.name for each in fields(ModelOptions)} & {each.name for each in fields(self)}
        return ModelOptions(**{name: getattr(self, name) for name in names})

    @property
    def presenting(self) -> PresentOptions:
        """How clips are shown.

        Raises:
            InputError: There is no such way, or it is named twice.
        """
        from valuespectrum.measuring.presenting import PresentOptions
        from valuespectrum.stimuli.presenting.presentation import read_presentations, stress, stressed

        several = (f"frames:{self.frames}",) if self.frames != 1 else ()
        named = read_presentations([*several, *self.present])
        return PresentOptions(stressed(named, stress(self.stress)) if self.stress else named, self.transcripts)

    def in_force(self, corpus: Path, specs: Sequence[str], run: Path) -> Mapping[str, object]:
        """The options in force, as a file of options says them, without those that mean nothing.

        Where the instrument has options of its own they are those of ``instrument run``, which is given its name.

        Args:
            corpus: Its folder.
            specs: Models as they were named.
            run: Run folder.
        """
        idle = {"params"} if self.params is None else {"params", "battery"}
        idle |= {"top-k"} if self.stimuli is not None else set()
        said = effective_options(self, corpus=corpus, model=specs, run=run, option=self.params or ())
        return {name: each for name, each in said.items() if name not in idle}


@dataclass(frozen=True, repr=False)
class Planned(Outcome):
    """What a benchmark would ask and cost."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each model: what is stored, what remains, tokens, money, time."""
        return [{"model": model, **expense} for model, expense in self.document["models"].items()]


def bench(
    corpus: str | PathLike[str],
    models: str | Sequence[str],
    run: str | PathLike[str] | None = None,
    settings: BenchSettings | None = None,
    teller: Teller | None = None,
    command: str = "",
) -> Scores:
    """Measure the values of models: which kinds of pictures they like, with and without personas.

    The same call continues a run that was interrupted.

    Args:
        corpus: Corpus folder.
        models: A model spec, or several.
        run: Run folder; by default ``runs/MODEL-BATTERY``.
        settings: What is asked and how.
        teller: Who is told how it goes.
        command: What the user typed, for the manifest of the run.

    Returns:
        The scores; ``run`` says where they and the answers are.

    Raises:
        InputError: Something that was named does not exist, or the run was begun under other settings.
        CorpusError: The corpus holds no pictures that fit.
        ModelError: A model cannot be loaded, every ask failed, or nothing that it said could be scored.
        StorageError: The run folder cannot be written.

    Example::

        scores = vs.bench("my-corpus", "hf:Qwen/Qwen3-VL-4B-Instruct")
        scores.to_pandas().sort_values("mean")
    """
    from valuespectrum.measuring.benchmark import run_benchmark
    from valuespectrum.measuring.plan import refuse_other_benchmark
    from valuespectrum.runs.failures import refuse_silence, told
    from valuespectrum.runs.run import refuse_other_folders
    from vectorstore.snapshots.snapshot import snapshot_with

    settings, teller = settings or BenchSettings(), teller or Unattended()
    specs = [models] if isinstance(models, str) else list(models)
    options = _options(specs, run, settings)
    refuse_other_folders(options.run)
    tell_level(settings.battery, teller)
    with _prepared(corpus, specs, settings, teller) as (opened, embedder, personas), BenchBars(teller) as bars:
        snapshot = snapshot_with(opened.folder, opened.content_hash())
        options = replace(options, present=options.present.with_words_of(opened))
        effective = settings.in_force(opened.folder, specs, options.run)
        options = replace(options, command=command, effective=effective, corpus=opened.folder, snapshot=snapshot)
        refuse_other_benchmark(options, opened, embedder, specs, personas)
        teller.doing(f"loading {', '.join(specs)}")
        loaded = load_models(specs, settings.loading, settings.prices)
        options = replace(
            options, present=_with_captioners(options.present, dict(zip(specs, loaded, strict=True)), settings)
        )
        asked = {each.id: how_asked(each) for each in loaded}
        for name, how in asked.items():
            teller.say(engine_in_words(name, how))
        teller.doing("preparing the questions")
        scores = run_benchmark(options, opened, embedder, loaded, personas, bars)
    for line in told(scores):
        teller.say(line)
    refuse_silence(scores["failures"], str(options.run))
    teller.warn(scores["caution"])
    text = (
        f"{describe(scores)}\n\nanswers and scores: {options.run}\n"
        f"next: valuespectrum report {quote(str(options.run))} --corpus {quote(str(user_path(corpus)))}"
    )
    return Scores({**scores, "run": str(options.run), "engines": asked}, text, options.run)


def plan_bench(
    corpus: str | PathLike[str],
    models: str | Sequence[str],
    run: str | PathLike[str] | None = None,
    settings: BenchSettings | None = None,
    teller: Teller | None = None,
) -> Planned:
    """What ``bench`` would ask and cost; loads no model and writes nothing into the run.

    Args:
        corpus: As for ``bench``.
        models: As for ``bench``.
        run: As for ``bench``.
        settings: As for ``bench``.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named does not exist.
        CorpusError: The corpus holds no pictures.

    Example::

        vs.plan_bench("my-corpus", "openai:gpt-4o-mini").to_pandas()
    """
    from valuespectrum.measuring.plan import plan_benchmark

    settings, teller = settings or BenchSettings(), teller or Unattended()
    specs = [models] if isinstance(models, str) else list(models)
    options = _options(specs, run, settings)
    tell_level(settings.battery, teller)
    with _prepared(corpus, specs, settings, teller) as (opened, embedder, personas):
        options = replace(options, present=options.present.with_words_of(opened))
        teller.doing("planning")
        planned = plan_benchmark(options, opened, embedder, specs, personas)
    teller.warn(planned.caution)
    return Planned(_plan_document(planned, options.run), _describe_plan(planned, options.run))


def refuse_benchmark(specs: Sequence[str], run: str | PathLike[str] | None, settings: BenchSettings) -> None:
    """Refuse an instrument, models and a run folder that ``bench`` would refuse, for whoever does something else first.

    Args:
        specs: As for ``bench``.
        run: As for ``bench``.
        settings: As for ``bench``.

    Raises:
        InputError: Something that was named does not exist or does not fit, or the folder holds something else.
        ModelError: A name, an option or this machine cannot be.
        StorageError: The run folder cannot be written.
    """
    from valuespectrum.runs.run import refuse_other_folders

    refuse_other_folders(_options(specs, run, settings).run)
    further = [spec for spec in settings.presenting.described_by if spec not in specs]
    check_specs([*specs, *further], settings.loading, settings.prices)


@contextlib.contextmanager
def _prepared(
    corpus: str | PathLike[str], specs: Sequence[str], settings: BenchSettings, teller: Teller
) -> Iterator[tuple[Corpus, Embedder, tuple[Persona, ...]]]:
    """Everything that was named, looked at and opened; models are not loaded yet."""
    from vectorstore.corpus import Corpus

    teller.doing("looking at models and personas")
    further = [spec for spec in settings.presenting.described_by if spec not in specs]
    check_specs([*specs, *further], settings.loading, settings.prices)
    personas = chosen_personas(settings.persona, settings.personas)
    warn_of_placebos(teller, personas, settings.personas)
    teller.doing(f"opening {user_path(corpus)}")
    with Corpus.open(user_path(corpus)) as opened:
        if not opened.clip_ids():
            raise CorpusError(
                f"{user_path(corpus)} holds no pictures", "add some: valuespectrum ingest VIDEOS --corpus DIR"
            )
        if strange := settings.presenting.strange_transcripts(opened):
            teller.say(strange)
        teller.doing("loading the embedder")
        yield opened, corpus_embedder(opened, settings.embedder), personas


def _options(specs: Sequence[str], run: str | PathLike[str] | None, settings: BenchSettings) -> BenchOptions:
    from agents.models.model_names import ModelSpec
    from valuespectrum.instruments.registry import InstrumentChoice
    from valuespectrum.measuring.benchmark import BenchOptions, picture_instrument, retrieval_of
    from valuespectrum.measuring.levels import single
    from valuespectrum.scoring.cells import ScoringOptions

    named = slug("+".join(ModelSpec.parse(each).titled for each in specs))
    if settings.stimuli is not None and settings.keywords is not None:
        raise InputError("--keywords means nothing beside --stimuli, which names the clips", "leave one of them out")
    name, params = single(settings.battery, item_params(settings))
    instrument = picture_instrument(name, params)
    instrument.cost(1)  # refuses words that there are not before anything is begun
    return BenchOptions(
        run=user_path(run) if run else Path("runs") / f"{named}-{slug(settings.battery)}",
        battery=InstrumentChoice(name, params),
        retrieval=retrieval_of(instrument, settings.top_k),
        present=settings.presenting,
        keywords=settings.keywords,
        stimuli=settings.stimuli,
        strategies=settings.strategy or ("simple",),
        placebos=settings.placebos,
        seed=settings.seed,
        scoring=ScoringOptions(seed=settings.seed),
        prices=settings.prices,
        specs=tuple(specs),
        loading=settings.loading,
        kind=settings.kind,
    )


def item_params(settings: BenchSettings) -> dict[str, str | int]:
    """Options of an instrument as settings name them; what is as usual is left out."""
    given: dict[str, str | int] = dict(settings.params or {})
    if settings.wordings is not None:
        given["wordings"] = settings.wordings
    named = {"language": settings.language, "form": settings.form, "frame_of_mind": settings.frame_of_mind}
    given |= {name: said for name, said in named.items() if said}
    return given | ({"items": str(settings.items)} if settings.items else {})


def tell_level(battery: str, teller: Teller) -> None:
    """Say what a level controls for; nothing of an instrument."""
    from valuespectrum.measuring.levels import LEVELS

    for line in LEVELS[battery].lines() if battery in LEVELS else ():
        teller.say(line)


def _with_captioners(present: PresentOptions, loaded: Mapping[str, Model], settings: BenchSettings) -> PresentOptions:
    """With the models that describe pictures; one that is asked as well is loaded once."""
    missing = [spec for spec in present.described_by if spec not in loaded]
    further = load_models(missing, settings.loading, settings.prices) if missing else []
    known = {**loaded, **dict(zip(missing, further, strict=True))}
    return replace(present, captioners={spec: known[spec] for spec in present.described_by})


class BenchBars(contextlib.ExitStack):
    """Says beforehand what will be asked, then shows one bar per model."""

    def __init__(self, teller: Teller) -> None:
        super().__init__()
        self._teller = teller
        self._bars: dict[str, Advance] = {}
        self._stage = self._prepared = ""

    def working(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say what is being prepared, when that takes long."""
        self._prepared = f"{done:,} of {total:,}" if total else ""
        if stage != self._stage:
            self._stage = stage
            self._teller.doing(stage, lambda: self._prepared)

    def planned(self, plan: BenchPlan) -> None:
        """Say what is stored, what remains, and what it will cost; and why not to ask at all, if so."""
        self._teller.warn(plan.caution)
        if plan.shown:
            self._teller.say(shown_in_words(plan))
        for model, expense in plan.models.items():
            self._teller.say(describe_expense(model, expense, plan))

    def asked(self, model: str, done: int, total: int) -> None:
        """Move the model's bar."""
        from valuespectrum.reporting.elements.words import short_model

        if model not in self._bars:
            self._bars[model] = self.enter_context(self._teller.progress(f"asking {short_model(model)}"))
        self._bars[model](done, total)
        if done == total:
            self.close()


def how_asked(model: Model) -> dict[str, str]:
    """The engine that asks a model and why, with what else decides how it is asked."""
    from agents.models.capabilities import ExplainedModel

    told = {name: model.settings[name] for name in ("engine", "layout", "dtype", "choices") if name in model.settings}
    return told | {"explanation": model.explanation if isinstance(model, ExplainedModel) else ""}


def engine_in_words(model: str, told: Mapping[str, str]) -> str:
    """How a model is asked, for a person: engine and reason, layout, number format, and how choices are read."""
    engine = told["explanation"] or f"engine: {told.get('engine', 'its own')}"
    return "; ".join([f"{model}: {engine}", *(told[name] for name in ("layout", "dtype", "choices") if name in told)])


def _plan_document(plan: BenchPlan, run: Path) -> Json:
    asks = [expense.stored + expense.to_ask for expense in plan.models.values()]
    return {
        "dry_run": True,
        "clips_per_value": plan.clips_per_value,
        "respondents": plan.respondents * len(plan.models),
        "placebo_texts": plan.placebos * len(plan.models),
        "asks_per_model": max(asks, default=0),
        "asks": sum(asks),
        "models": {model: asdict(expense) for model, expense in plan.models.items()},
        "presentations": dict(plan.shown),
        "captioners": {spec: asdict(expense) for spec, expense in plan.captioners.items()},
        "run": str(run),
        "caution": plan.caution,
    }


def shown_in_words(plan: BenchPlan) -> str:
    """A line for a person: how clips are shown, and for how many of them there are the words that it takes."""
    clips = max(plan.shown.values())
    each = [name if count == clips else f"{name} ({count:,} of {clips:,} clips)" for name, count in plan.shown.items()]
    return f"shown as: {', '.join(each)}"


def describe_expense(model: str, expense: Expense, plan: BenchPlan) -> str:
    """A line for a person: what is stored, what remains, tokens, money, time."""
    clips = sum(plan.clips_per_value.values())
    shown = f"{clips:,} clips, " if clips else ""
    line = (
        f"{model}: {plan.respondents:,} respondents{_placebos_in_words(expense, plan)}, {shown}"
        f"{expense.stored:,} answers stored, {expense.to_ask:,} to ask"
    )
    if not expense.to_ask:
        return line
    at_most = " at most" if expense.basis == "guessed" else ""
    about = "about " if expense.basis == "guessed" and expense.dollars and expense.dollars >= 0.005 else ""
    cost = "unknown (no row in the price table)" if expense.dollars is None else f"{about}{in_dollars(expense.dollars)}"
    time = "unknown (nothing was timed yet)" if expense.seconds is None else f"about {duration(expense.seconds)}"
    tokens = (
        f"{expense.prompt_tokens:,} tokens of prompts ({expense.basis}), {expense.reply_tokens:,} of answers{at_most}"
    )
    return "\n  ".join([line, f"{tokens}; cost {cost}; time {time}", *_money_matters(expense)])


def _placebos_in_words(expense: Expense, plan: BenchPlan) -> str:
    """How many respondents are placebo texts and what they cost; nothing where nobody plays a persona."""
    if plan.respondents == 1:
        return ""
    share = (expense.stored + expense.to_ask) * plan.placebos // plan.respondents
    asked = f", about {share:,} of the asks" if plan.placebos else ": no verdict about personas"
    return f" (of them {plan.placebos} placebo texts{asked})"


def _money_matters(expense: Expense) -> list[str]:
    """Where the price is from, and whether the budget will do; nothing for what costs nothing."""
    lines = [f"prices: {expense.prices}, check them"] if expense.dollars else []
    limits = [in_dollars(expense.budget_dollars)] if expense.budget_dollars is not None else []
    limits += [f"{expense.budget_tokens:,} tokens"] if expense.budget_tokens is not None else []
    if limits:
        reaches = "is enough for that" if expense.within_budget else "stops it before that, and keeps what was answered"
        lines.append(f"the budget of {' and '.join(limits)} {reaches}")
    return lines


def _describe_plan(plan: BenchPlan, run: Path) -> str:
    clips = ", ".join(f"{value} {count}" for value, count in plan.clips_per_value.items())
    lines = [describe_expense(model, expense, plan) for model, expense in plan.models.items()]
    lines += [
        f"describing pictures, {describe_expense(spec, expense, replace(plan, respondents=1))}"
        for spec, expense in plan.captioners.items()
    ]
    lines += [shown_in_words(plan)] if plan.shown else []
    return "\n".join([*lines, f"answers would go to {run}", f"clips: {clips}"])


def slug(text: str) -> str:
    """Text as part of a file name.

    Example:
        >>> slug("hf:Qwen/Qwen3-VL")
        'hf-Qwen-Qwen3-VL'
    """
    return re.sub(r"[^A-Za-z0-9._=-]+", "-", text).strip("-.")[:60] or "run"


def model_slug(*specs: str) -> str:
    """Models as part of a file name, without options that change no answer: with another budget it goes on there.

    Example:
        >>> model_slug("openai:gpt-4o-mini?budget_money=5", "reference")
        'openai-gpt-4o-mini-reference'
    """
    from agents.models.model_names import ModelSpec

    return slug("+".join(str(ModelSpec.parse(spec).answering) for spec in specs))
