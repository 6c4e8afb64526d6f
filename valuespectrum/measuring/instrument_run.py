"""A run of an instrument that shows no pictures of a corpus: its questions or its procedures, put to every respondent.

Instruments that ask about pictures are run by ``valuespectrum.measuring.benchmark``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.answers.planner import answer_plan, plan
from agents.answers.store import AnswerStore
from agents.models.base import Model, ModelOptions
from agents.personas.persona import Persona
from agents.personas.prompts import Strategy
from agents.procedures.conductor import Standing, conduct
from agents.procedures.procedure import SUBJECT, Named
from valuespectrum.costs.prices import load_prices
from valuespectrum.costs.spending import spending
from valuespectrum.instruments.base import Adaptive, Instrument, Listed, Setting
from valuespectrum.instruments.question_list import NamedAsks, named_procedure
from valuespectrum.instruments.registry import InstrumentChoice, load_instrument
from valuespectrum.instruments.roles import roles
from valuespectrum.measuring.benchmark import (
    BenchPlan,
    BenchProgress,
    Silent,
    asked_settings,
    expense,
    tell,
    write_scores,
)
from valuespectrum.runs.run import Run
from valuespectrum.scoring.cells import ScoringOptions
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json


@dataclass(frozen=True, slots=True)
class InstrumentOptions:
    """One run of an instrument: what is asked, how it is scored, where it is kept."""

    run: Path
    """Run directory; made when missing, continued when it is there."""
    choice: InstrumentChoice
    """The instrument with its options; one that shows no pictures."""
    strategies: tuple[Strategy, ...] = ("simple",)
    """How personas are put into words."""
    placebos: bool = True
    """Whether every persona gets a placebo."""
    seed: int = 0
    scoring: ScoringOptions = field(default_factory=ScoringOptions)
    prices: Path | None = None
    """A price table of the user's; ``None`` takes our own."""
    specs: tuple[str, ...] = ()
    """What the models were loaded from, in their order. Empty takes their ids."""
    loading: ModelOptions = field(default_factory=ModelOptions)
    """How the models were loaded."""
    command: str = ""
    """What the user typed, for the manifest."""
    effective: Mapping[str, object] = field(default_factory=dict)
    """The options in force, by their long names, for the manifest."""


def run_instrument(
    options: InstrumentOptions,
    models: Sequence[Model],
    personas: Sequence[Persona] = (),
    progress: BenchProgress | None = None,
) -> Json:
    """Measure respondents with an instrument that shows no pictures.

    Args:
        options: The run.
        models: Who is asked; each is asked everything.
        personas: Roles to play beside the bare model.
        progress: Told how it goes.

    Returns:
        The scores, as written to ``scores.json``.

    Raises:
        InputError: Options, personas or an existing run do not fit, or the instrument shows pictures.
        ModelError: A model failed as a whole, every ask to it failed, or nothing that it said could be scored.
        StorageError: The run directory cannot be written.
    """
    if not models:
        raise InputError("no model was named", "name at least one with --model")
    if len({model.id for model in models}) < len(models):
        raise InputError("two of the models have one id, so their answers could not be told apart", "name each once")
    instrument = load_instrument(options.choice.name, options.choice.params)
    if instrument.pictures is not None:
        raise InputError(f"the instrument {instrument.name!r} asks about pictures", "name a corpus with --corpus")
    teller = progress or Silent()
    listed = roles(personas, options.strategies, options.placebos, options.seed)
    settings = asked_settings(instrument, models, personas, listed, options.seed)
    with (
        Run.open(options.run, settings, options.command, kind="instrument", options=options.effective) as run,
        AnswerStore(run.answers_path) as store,
    ):
        store.keep_manifest(json.dumps(run.manifest.document))
        _ask(options, instrument, Setting(listed, seed=options.seed), models, store, teller)
        teller.working("scoring")
        return write_scores(run.folder, store, options.scoring)


def _ask(
    options: InstrumentOptions,
    instrument: Instrument,
    setting: Setting,
    models: Sequence[Model],
    store: AnswerStore,
    teller: BenchProgress,
) -> None:
    if isinstance(instrument, Adaptive):
        _conduct(instrument, setting, models, store, teller)
        return
    assert isinstance(instrument, Listed), "the registry takes no other"
    prices, specs = load_prices(options.prices), options.specs or tuple(model.id for model in models)
    costs = [spending(spec, prices, options.loading) for spec in specs]
    asks = NamedAsks(instrument.questions(setting), instrument.name)
    plans = [plan(asks, model, store, cost.replies) for model, cost in zip(models, costs, strict=True)]
    expenses = {str(work.respondent.model): expense(work, cost) for work, cost in zip(plans, costs, strict=True)}
    teller.planned(BenchPlan({}, len(setting.respondents), expenses))
    for model, work in zip(models, plans, strict=True):
        answer_plan(work, model, store, tell(teller, model))


def _conduct(
    instrument: Adaptive, setting: Setting, models: Sequence[Model], store: AnswerStore, teller: BenchProgress
) -> None:
    most = len(setting.respondents) * instrument.cost(0)
    for model in models:

        def standing(now: Standing, model: Model = model) -> None:
            teller.asked(model.id, min(now.asked + now.stored, most), most)

        for _ in conduct(_procedures(instrument, setting), {SUBJECT: model}, store, standing):
            pass
        teller.asked(model.id, most, most)


def _procedures(instrument: Adaptive, setting: Setting) -> Iterator[Named[object]]:
    return (named_procedure(each, instrument.name) for each in instrument.procedures(setting))
