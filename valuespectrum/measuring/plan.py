"""What a benchmark would ask and cost, without loading a model or writing into its run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from agents.answers.planner import AskSource, WorkPlan, estimated, plan
from agents.answers.store import AnswerStore
from agents.models.ask_key import TAGS_READ
from agents.models.base import Answer, Ask
from agents.models.model_names import ModelId, ModelSpec
from agents.personas.persona import Persona
from ingest.embedding.base import Embedder
from valuespectrum.costs.prices import load_prices
from valuespectrum.costs.spending import Spending, spending
from valuespectrum.instruments.registry import load_instrument
from valuespectrum.measuring.asking import Asking, BenchPlan, Expense, Silent, asked_roles, expense
from valuespectrum.measuring.benchmark import (
    BenchCorpus,
    BenchOptions,
    benchmark_settings,
    drawn_pictures,
    found_rows,
    picture_asks,
)
from valuespectrum.measuring.captions import CAPTIONS, LIKELY_CAPTION, CaptionAsks, stored_captions
from valuespectrum.measuring.instrument_run import InstrumentOptions
from valuespectrum.measuring.presenting import PICTURES, FoundClips, show
from valuespectrum.reference.truth import caution
from valuespectrum.runs.run import JUDGES, refuse_other_settings
from valuespectrum.stimuli.presenting.made import MadePictures
from valuespectrum.stimuli.retrieval import clips_per_value


def plan_benchmark(
    options: BenchOptions,
    corpus: BenchCorpus,
    embedder: Embedder,
    specs: Sequence[str],
    personas: Sequence[Persona] = (),
) -> BenchPlan:
    """What ``run_benchmark`` would do, by model spec.

    What a run has stored is counted when its list of asks is the one that would be asked now; else the list is written
    into a file that is thrown away.

    Raises:
        InputError: Options, personas or a spec do not fit.
    """
    options.present.refuse_for(options.instrument)
    prices = load_prices(options.prices)
    costs = {spec: spending(spec, prices, options.loading) for spec in specs}
    listed = asked_roles(options, personas)
    rows = found_rows(options, corpus, embedder)
    present = options.present
    found = FoundClips.of(
        rows, corpus, [UnloadedModel(spec) for spec in dict.fromkeys([*specs, *present.described_by])]
    )
    requests = CaptionAsks(rows, found.one_frame)
    described = _captions(options.run / CAPTIONS, present.described_by, requests)
    with TemporaryDirectory() as folder:
        made = MadePictures(Path(folder) / PICTURES, options.run / PICTURES)
        shown = show(present, found, described, made, options.seed)
        asks = picture_asks(options, listed, shown)
        expenses = _expenses(options.run / "answers.sqlite", asks, costs, Path(folder))
        captioners = {spec: spending(spec, prices, options.loading) for spec in present.described_by}
        describing = _expenses(options.run / CAPTIONS, requests, captioners, Path(folder))
    warning = caution(embedder.id, specs, drawn_pictures(corpus, embedder.id, specs))
    placebos = sum(role.placebo for role in listed)
    return BenchPlan(clips_per_value(rows), len(listed), expenses, warning, shown.clips, describing, placebos)


def _expenses(path: Path, asks: AskSource, costs: Mapping[str, Spending], folder: Path) -> dict[str, Expense]:
    """What remains of a list for each spec, counting what a store has of it already.

    Args:
        path: Of the store, whether or not there is one.
        asks: The list.
        costs: Spec to its prices.
        folder: Where a list that no store has is written down for the moment.
    """
    known = {spec: _stored(path, asks, spec, cost) for spec, cost in costs.items()}
    with AnswerStore(folder / path.name) as store:
        return {
            spec: expense(known[spec] or plan(asks, UnloadedModel(spec), store, cost.replies, cost.tiles), cost)
            for spec, cost in costs.items()
        }


def _captions(path: Path, captioners: Sequence[str], requests: CaptionAsks) -> dict[tuple[str, str], tuple[str, str]]:
    """What captioners have written, and a text of likely length for what is still to come."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for spec in captioners:
        work = _stored(path, requests, spec)
        if work is None or work.to_ask:
            pictures = (ask.stimulus.frames[0].picture_sha for ask in requests)
            found |= {(spec, picture): (LIKELY_CAPTION, "") for picture in pictures}

        def named(model: str, spec: str = spec) -> bool:
            return names(spec, model)

        found |= {(spec, picture): written for picture, written in stored_captions(path, named).items()}
    return found


class UnloadedModel:
    """Stands for a model whose weights are not there yet: it can be planned for, not asked.

    Args:
        spec: As the user named it.
    """

    def __init__(self, spec: str) -> None:
        self.id = spec
        self.settings: Mapping[str, str] = {}
        if ModelSpec.parse(spec).scheme == "simulated":
            from agents.models.base import ModelOptions
            from agents.models.registry import load_model

            simulated = load_model(spec, ModelOptions())
            self.settings = {TAGS_READ: simulated.settings[TAGS_READ]}

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Refuse."""
        self._refuse()

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Refuse."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise AssertionError(f"{self.id} is only planned for")


def names(spec: str, model: str) -> bool:
    """Whether a model spec can have led to a model id.

    Example:
        >>> names("hf:Qwen/Qwen3-VL", "hf:Qwen/Qwen3-VL@89c2f1"), names("hf:Qwen/Qwen3-VL", "hf:Qwen/Qwen2-VL@1")
        (True, False)
        >>> names("openai:m@http://a/v1?samples=5", "openai:m@http://a/v1"), names("openai:m", "openai:n@http://a/v1")
        (True, False)
        >>> names("reference", "reference:neutral@1"), names("simulated:security=1", "simulated:f00")
        (True, False)
    """
    named = ModelSpec.parse(spec)
    if named.scheme == "simulated":
        from agents.models.base import ModelOptions
        from agents.models.registry import load_model

        return load_model(spec, ModelOptions()).id == model
    return named.could_name(ModelId.parse(model))


def _stored(path: Path, asks: AskSource, spec: str, cost: Spending | None = None) -> WorkPlan | None:
    """What a run has written down of these asks for a model; ``None`` when it has not."""
    if not path.is_file():
        return None
    with AnswerStore(path, read_only=True) as store:
        for worklist in store.worklists(asks.digest):
            if names(spec, str(worklist.respondent.model)):
                return estimated(
                    worklist,
                    store,
                    asks.picture_path,
                    cost.replies if cost else None,
                    cost.tiles if cost else None,
                )
    return None


def refuse_other_benchmark(
    options: BenchOptions,
    corpus: BenchCorpus,
    embedder: Embedder,
    specs: Sequence[str],
    personas: Sequence[Persona] = (),
) -> None:
    """Refuse a run that was begun under other settings, as far as these are known before models are loaded.

    Raises:
        InputError: It was, or options, personas or a spec do not fit.
        CorpusError: A clip of a file is not in the corpus.
    """
    if options.run.is_dir():
        asked = Asking(options, [UnloadedModel(spec) for spec in specs], personas, Silent())
        settings = benchmark_settings(options, corpus, embedder, asked)
        refuse_other_settings(options.run, settings, options.kind, _TOLD_BY_MODELS)


def refuse_other_instrument(options: InstrumentOptions, specs: Sequence[str], personas: Sequence[Persona] = ()) -> None:
    """The same of a run of an instrument that shows no pictures.

    Raises:
        InputError: The run was begun under other settings, or options, personas or a spec do not fit.
    """
    if options.run.is_dir():
        asked = Asking(options, [UnloadedModel(spec) for spec in specs], personas, Silent())
        instrument = load_instrument(options.choice.name, options.choice.params)
        refuse_other_settings(options.run, asked.settings(instrument), "instrument", _TOLD_BY_MODELS)


_TOLD_BY_MODELS = ("models", "captioners", JUDGES)
"""Settings of a run that are known when its models are loaded."""
