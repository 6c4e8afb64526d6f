"""The benchmark from corpus to scores: retrieve pictures, ask, store, score. Running it again continues.

Everything is written into one run directory (``valuespectrum.runs.run``); ``score_run`` makes the scores again from the
stored answers, without corpus or model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agents.answers.planner import AskSource, WorkPlan, answer_plan, plan
from agents.answers.respondent import Role, columns_of
from agents.answers.store import AnswerStore
from agents.models.base import Model, ModelOptions
from agents.personas.persona import Persona
from agents.personas.prompts import Strategy
from ingest.embedding.base import Embedder
from valuespectrum.costs.prices import load_prices
from valuespectrum.costs.spending import Spending, spending
from valuespectrum.instruments.base import Instrument, Listed, Pictures, Setting
from valuespectrum.instruments.battery import BatteryOptions
from valuespectrum.instruments.question_list import NamedAsks
from valuespectrum.instruments.registry import InstrumentChoice, Plain, load_installed, load_instrument, settings_of
from valuespectrum.instruments.roles import borrowed_placebos, roles
from valuespectrum.reference.recognition import tally
from valuespectrum.reference.truth import caution, made_for_drawings
from valuespectrum.runs.failures import failures, refuse_emptiness, unscored
from valuespectrum.runs.manifest import CorpusRecord, path_from
from valuespectrum.runs.run import Run, open_answers, read_manifest, write_json
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.schema import SCHEMA
from valuespectrum.stimuli.keywords import load_keywords
from valuespectrum.stimuli.retrieval import (
    RetrievalOptions,
    Searchable,
    StimulusRow,
    clips_by_value,
    clips_per_value,
    retrieve,
)
from vectorstore.foundation.errors import CorpusError, InputError, ModelError
from vectorstore.foundation.json_types import Json
from vectorstore.ledger.records import Clip

if TYPE_CHECKING:
    import pandas as pd


_NOT_SCORED = ("key", "details", "weight_*", "keyword", "rank", "similarity", "tokens")
"""Columns of the table of answers that no score looks at."""


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """One benchmark: what is asked, how it is scored, where it is kept."""

    run: Path
    """Run directory; made when missing, continued when it is there."""
    battery: BatteryOptions | InstrumentChoice = field(default_factory=BatteryOptions)
    """The instrument with its options; one that shows pictures."""
    retrieval: RetrievalOptions | None = None
    """``None`` takes what belongs to the instrument: clips for one value each, or overlapping."""
    keywords: Path | None = None
    """A keyword list of the user's; ``None`` takes our own."""
    strategies: tuple[Strategy, ...] = ("simple",)
    """How personas are put into words."""
    placebos: bool = True
    """Whether every persona gets a placebo."""
    seed: int = 0
    scoring: ScoringOptions = field(default_factory=ScoringOptions)
    prices: Path | None = None
    """A price table of the user's; ``None`` takes our own."""
    specs: tuple[str, ...] = ()
    """What the models were loaded from, in their order: prices and budgets named there count. Empty takes their ids."""
    loading: ModelOptions = field(default_factory=ModelOptions)
    """How the models were loaded: samples cost more than one answer."""
    command: str = ""
    """What the user typed, for the manifest."""
    effective: Mapping[str, object] = field(default_factory=dict)
    """The options in force, by their long names, for the manifest."""
    corpus: Path | None = None
    """Where the corpus lies, for the manifest; ``None`` for one that lies nowhere."""
    snapshot: str = ""
    """Name of the snapshot that the corpus is at, for the manifest; empty when there is none."""

    @property
    def instrument(self) -> Listed:
        """The instrument with its options.

        Raises:
            InputError: It is unknown, an option is out of range, or it shows no pictures.
        """
        return picture_instrument(self.battery.name, self.battery.params)

    @property
    def search(self) -> RetrievalOptions:
        """The retrieval options in force."""
        return self.retrieval or retrieval_of(self.instrument)


def picture_instrument(name: str, params: Mapping[str, Plain]) -> Listed:
    """An instrument that a benchmark can be made with.

    Raises:
        InputError: It is unknown, an option is out of range, or it shows no pictures.
    """
    instrument = load_instrument(name, params)
    if instrument.pictures is None or not isinstance(instrument, Listed):
        raise InputError(
            f"the instrument {name!r} does not ask the same about every picture",
            f"run it with: valuespectrum instrument run {name}",
        )
    return instrument


def retrieval_of(instrument: Listed, top_k: int | None = None) -> RetrievalOptions:
    """How clips are found for an instrument that shows pictures.

    Args:
        instrument: It says whether a clip may stand for several values.
        top_k: Clips per keyword; ``None`` for as many as usual.
    """
    options = RetrievalOptions(assignment=instrument.pictures or "exclusive")
    return options if top_k is None else replace(options, top_k=top_k)


@dataclass(frozen=True, slots=True)
class Expense:
    """What remains of a benchmark for one model; estimates, except the counts."""

    stored: int
    """Asks that are answered already."""
    to_ask: int
    """Asks that remain."""
    prompt_tokens: int
    reply_tokens: int
    """At most where they are guessed: answers are usually shorter."""
    basis: str
    """``"measured"`` on this run's answers, or ``"guessed"`` from the length of texts and the size of pictures."""
    dollars: float | None
    """Price of these tokens; ``None`` when the price table does not have the model."""
    seconds: float | None
    """At this run's pace so far; ``None`` when there is none yet."""
    prices: str = ""
    """Where the price is from and of when; empty when there is none."""
    budget_tokens: int | None = None
    """Most tokens that the model's spec allows one command."""
    budget_dollars: float | None = None
    """The same in money."""

    @property
    def within_budget(self) -> bool:
        """Whether what remains fits what the spec allows, by these estimates; true where it sets no limit."""
        tokens = self.prompt_tokens + self.reply_tokens
        return (self.budget_tokens is None or tokens <= self.budget_tokens) and (
            self.budget_dollars is None or self.dollars is None or self.dollars <= self.budget_dollars
        )


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """What a benchmark comes to, told before anything is asked."""

    clips_per_value: Mapping[str, int]
    respondents: int
    """Roles of each model, the bare model and placebos included."""
    models: Mapping[str, Expense]
    """By model id."""
    caution: str = ""
    """Why the numbers will mean nothing (``truth.caution``); empty when there is no such reason."""

    @property
    def stored(self) -> dict[str, int]:
        """Model id to asks that are answered already."""
        return {model: expense.stored for model, expense in self.models.items()}

    @property
    def to_ask(self) -> dict[str, int]:
        """Model id to asks that remain."""
        return {model: expense.to_ask for model, expense in self.models.items()}


class BenchProgress(Protocol):
    """Who is told how a benchmark goes."""

    def working(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Called while the benchmark is prepared: what is being done, and how far it is where that is known."""

    def planned(self, plan: BenchPlan) -> None:
        """Called once, before the first question."""

    def asked(self, model: str, done: int, total: int) -> None:
        """Called after each answer, with stored answers included in both numbers."""


class Silent:
    """Tells nobody."""

    def working(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say nothing."""

    def planned(self, plan: BenchPlan) -> None:
        """Say nothing."""

    def asked(self, model: str, done: int, total: int) -> None:
        """Say nothing."""


class BenchCorpus(Searchable, Pictures, Protocol):
    """What a benchmark needs of a corpus (``vectorstore.corpus.Corpus``)."""

    def content_hash(self) -> str:
        """Hash of clips, frames and pictures."""

    def clips(self) -> Sequence[Clip]:
        """Everything known about every clip."""


def run_benchmark(
    options: BenchOptions,
    corpus: BenchCorpus,
    embedder: Embedder,
    models: Sequence[Model],
    personas: Sequence[Persona] = (),
    progress: BenchProgress | None = None,
) -> Json:
    """Measure the values of models, with and without personas.

    Args:
        options: The benchmark.
        corpus: Where pictures come from; must hold vectors of the embedder.
        embedder: Embeds the keywords.
        models: Who is asked; each is asked everything.
        personas: Roles to play beside the bare model.
        progress: Told how it goes.

    Returns:
        The scores (``score_answers``) with ``battery, corpus, clips_per_value, n_planned, n_answered``,
        ``failures`` (:func:`valuespectrum.runs.failures.failures`) and ``caution``
        (:func:`valuespectrum.reference.truth.caution`), as written to ``scores.json``.

    Raises:
        InputError: Options, personas or an existing run do not fit.
        CorpusError: No picture was found.
        ModelError: A model failed as a whole, every ask to it failed, or nothing that it said could be scored.
        StorageError: The run directory cannot be written.
    """
    if not models:
        raise InputError("no model was named", "name at least one with --model")
    if len({model.id for model in models}) < len(models):
        raise InputError("two of the models have one id, so their answers could not be told apart", "name each once")
    teller = progress or Silent()
    keywords = load_keywords(options.keywords)
    prices, specs = load_prices(options.prices), options.specs or tuple(model.id for model in models)
    costs = [spending(spec, prices, options.loading) for spec in specs]
    listed = roles(
        personas,
        options.strategies,
        options.placebos,
        options.seed,
        lambda done, total: teller.working("making placebos", done, total),
    )
    teller.working("hashing the corpus")
    source: Json = {
        "corpus": {"hash": corpus.content_hash(), "embedder": embedder.id},
        "keywords": {"name": keywords.name, "digest": keywords.digest},
        "retrieval": asdict(options.search),
    }
    settings = source | asked_settings(options.instrument, models, personas, listed, options.seed)
    pictures = drawn_pictures(corpus, embedder.id, [model.id for model in models])
    path = None if options.corpus is None else path_from(options.run, options.corpus)
    record = CorpusRecord(path, options.snapshot, pictures)
    opened = Run.open(options.run, settings, options.command, record, options=options.effective)
    with opened as run, AnswerStore(run.answers_path) as store:
        teller.working("looking for pictures of each value")
        rows = retrieve(corpus, embedder, keywords, options.search)
        if not rows:
            raise CorpusError("no picture was found for any keyword", "add clips to the corpus first")
        run.know(CorpusRecord(values=clips_by_value(rows)))
        store.keep_manifest(json.dumps(run.manifest.document))
        asks = picture_asks(options, listed, rows, corpus)
        teller.working("writing down the questions")
        plans = [plan(asks, model, store, cost.replies) for model, cost in zip(models, costs, strict=True)]
        expenses = {str(work.respondent.model): expense(work, cost) for work, cost in zip(plans, costs, strict=True)}
        warning = caution(embedder.id, [model.id for model in models], pictures)
        teller.planned(BenchPlan(clips_per_value(rows), len(listed), expenses, warning))
        teller.working("asking the first questions")
        for model, work in zip(models, plans, strict=True):
            answer_plan(work, model, store, tell(teller, model))
        teller.working("scoring")
        return write_scores(run.folder, store, options.scoring)


def picture_asks(
    options: BenchOptions, listed: Sequence[Role], rows: Sequence[StimulusRow], pictures: Pictures
) -> AskSource:
    """What a benchmark asks.

    Args:
        options: Which instrument.
        listed: Whom.
        rows: About which pictures.
        pictures: Where their files are.
    """
    instrument = options.instrument
    return NamedAsks(instrument.questions(Setting(listed, rows, pictures, options.seed)), instrument.name)


def drawn_pictures(corpus: BenchCorpus, embedder_id: str, models: Sequence[str]) -> dict[str, int] | None:
    """How many clips of a corpus are drawn by us (``recognition.tally``), where somebody is there who needs such.

    Args:
        corpus: Where pictures come from.
        embedder_id: Id of the embedder that finds them.
        models: Ids or specs of the models that are asked.
    """
    return tally(corpus.clips()) if made_for_drawings(embedder_id, models) else None


def score_run(folder: Path, scoring: ScoringOptions) -> Json:
    """Score the stored answers of a run again.

    Raises:
        InputError: The folder is no run, or holds no answers.
    """
    with open_answers(folder) as store:
        return write_scores(folder, store, scoring)


def write_scores(folder: Path, store: AnswerStore, scoring: ScoringOptions) -> Json:
    """Score all answers of a store and write ``scores.json``.

    Raises:
        InputError: The folder is no run, or holds no answers.
        ModelError: Every ask to a model failed, or nothing that it said could be scored; scores are written in the
            latter case.
    """
    manifest = read_manifest(folder)
    settings = manifest.settings
    table = store.table(leave_out=_NOT_SCORED)
    answers = collected(table)
    targets = {persona["id"]: persona["target"] for persona in settings["personas"]}
    battery = dict(settings["battery"])
    instrument = load_installed(battery.pop("name"), battery, str(folder))
    source = settings.get("corpus")
    scores: Json = {"schema": SCHEMA, "kind": manifest.kind} | score_answers(
        answers, scoring, targets, {instrument.name: instrument}
    )
    cast = manifest.asked.cast
    for row in scores["respondents"]:
        row["respondent"] = cast[columns_of(row)].id
    borrowed = borrowed_placebos(settings["roles"])
    for row in scores["personas"]:
        row["placebo_persona"] = borrowed.get((row["persona"], row["strategy"]), "")
    if source:
        clips = answers.groupby("value")["clip"].nunique()
        scores["corpus"] = source
        scores["clips_per_value"] = {str(value): int(count) for value, count in clips.items()}
    scores |= {
        "battery": settings["battery"]["name"],
        "n_planned": len(table),
        "n_answered": int(answers["answered"].sum()),
        "failures": failures(answers),
        "unscored": unscored(scores["respondents"], answers),
        "caution": caution(source["embedder"], settings["models"], manifest.corpus.pictures) if source else "",
    }
    write_json(folder / "scores.json", scores)
    refuse_emptiness(scores["respondents"], scores["unscored"], str(folder))
    return scores


def collected(table: pd.DataFrame) -> pd.DataFrame:
    """Answers and failures of a store's table, without what was planned but not asked yet.

    Raises:
        InputError: Nothing was asked yet.
        ModelError: Every ask to a model failed.
    """
    if table.empty:
        raise InputError("the run holds no answers", "run `valuespectrum bench` first")
    asked = table["answered"] | (table["error"] != "")
    done = table if asked.all() else table[asked]
    for model, asks in done.groupby("model"):
        if not asks["answered"].any():
            raise ModelError(f"every ask to {model} failed, the first with: {asks['error'].iloc[0]}")
    return done


def asked_settings(
    instrument: Instrument, models: Sequence[Model], personas: Sequence[Persona], listed: Sequence[Role], seed: int
) -> Json:
    """What is asked of whom, as a manifest keeps it, beside where pictures come from.

    Args:
        instrument: What is asked.
        models: Who is asked.
        personas: Roles that they play.
        listed: The same in words, with placebos.
        seed: Root seed.
    """
    return {
        "battery": settings_of(instrument),
        "models": {model.id: dict(model.settings) for model in models},
        "personas": [
            {"id": persona.id, "name": persona.name, "source": persona.source, "target": dict(persona.target)}
            for persona in personas
        ],
        "roles": [asdict(role) for role in listed],
        "seed": seed,
    }


def expense(work: WorkPlan, cost: Spending) -> Expense:
    """A plan with its price."""
    return Expense(
        stored=work.stored,
        to_ask=work.to_ask,
        prompt_tokens=work.prompt_tokens,
        reply_tokens=work.reply_tokens,
        basis=work.basis,
        dollars=cost.dollars(work.prompt_tokens, work.reply_tokens),
        seconds=work.seconds,
        prices=cost.prices,
        budget_tokens=cost.budget_tokens,
        budget_dollars=cost.budget_dollars,
    )


def tell(teller: BenchProgress, model: Model) -> Callable[[int, int], None]:
    """Progress of one model."""
    return lambda done, total: teller.asked(model.id, done, total)
