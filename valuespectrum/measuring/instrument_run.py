"""A run of an instrument that shows no pictures of a corpus: its questions or its procedures, put to every respondent.

Instruments that ask about pictures are run by ``valuespectrum.measuring.benchmark``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agents.answers.store import AnswerStore
from agents.judges.panel import judge_role
from agents.models.ask_key import each_once
from agents.models.base import Model
from agents.personas.persona import Persona
from agents.procedures.conductor import Standing, conduct
from agents.procedures.procedure import SUBJECT, Named
from valuespectrum.instruments.base import Adaptive, Listed, Setting
from valuespectrum.instruments.question_list import listed_asks, named_procedure
from valuespectrum.instruments.registry import InstrumentChoice, load_instrument
from valuespectrum.measuring.asking import Asking, AskingOptions, BenchProgress, Silent
from valuespectrum.measuring.run_scores import write_scores
from valuespectrum.runs.run import JUDGES, Run
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json


@dataclass(frozen=True, slots=True)
class InstrumentOptions(AskingOptions):
    """One run of an instrument: what is asked, beside whom and how."""

    choice: InstrumentChoice = field(kw_only=True)
    """The instrument with its options; one that shows no pictures."""
    judges: Sequence[Model] = ()
    """Who judges answers, for an instrument that has them judged (``base.WithJudges``)."""


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
        InputError: Options, personas, judges or an existing run do not fit, or the instrument shows pictures.
        ModelError: A model failed as a whole, every ask to it failed, or nothing that it said could be scored.
        StorageError: The run directory cannot be written.
    """
    instrument = load_instrument(options.choice.name, options.choice.params)
    if instrument.pictures is not None:
        raise InputError(f"the instrument {instrument.name!r} asks about pictures", "name a corpus with --corpus")
    teller = progress or Silent()
    asked = Asking(options, models, personas, teller)
    each_once(options.judges)
    setting = Setting(asked.roles, seed=options.seed)
    settings = asked.settings(instrument)
    if options.judges:
        settings[JUDGES] = {judge.id: dict(judge.settings) for judge in options.judges}
    with (
        Run.open(options.run, settings, options.command, kind="instrument", options=options.effective) as run,
        AnswerStore(run.answers_path) as store,
    ):
        store.keep_manifest(json.dumps(run.manifest.document))
        if isinstance(instrument, Adaptive):
            conduct_all(instrument, setting, models, store, teller, options.judges)
        else:
            assert isinstance(instrument, Listed), "the registry takes no other"
            asked.put(listed_asks(instrument, setting), store)
        teller.working("scoring")
        return write_scores(run.folder, store, options.scoring, silent=options.silent)


def conduct_all(
    instrument: Adaptive,
    setting: Setting,
    models: Sequence[Model],
    store: AnswerStore,
    teller: BenchProgress,
    judges: Sequence[Model] = (),
) -> None:
    """Drive the procedures of an instrument for every model.

    Args:
        instrument: What asks.
        setting: Whom, about what.
        models: Who answers.
        store: Where answers are and go.
        teller: Told how far it is.
        judges: Who judges answers.
    """
    judging = {judge_role(place): judge for place, judge in enumerate(judges)}
    most = len(setting.respondents) * instrument.cost(len(setting.rows))
    for model in models:

        def standing(now: Standing, model: Model = model) -> None:
            teller.asked(model.id, min(now.asked + now.stored, most), most)

        for _ in conduct(_procedures(instrument, setting), {SUBJECT: model, **judging}, store, standing):
            pass
        teller.asked(model.id, most, most)


def _procedures(instrument: Adaptive, setting: Setting) -> Iterator[Named[object]]:
    return (named_procedure(each, instrument.name) for each in instrument.procedures(setting))
