"""``steer counterfactual``: answers rewritten until they show wanted values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import ModelFormat
from valuespectrum.operations.shared.loading import check_specs, load_models
from valuespectrum.operations.shared.outcomes import Outcome, flat
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.procedures.procedure import Cast, Named
    from valuespectrum.steering.counterfactual.loop import LoopOptions
    from valuespectrum.steering.counterfactual.summary import BesidePrompt
    from valuespectrum.steering.counterfactual.value_system import ValueSystem
    from valuespectrum.steering.counterfactual.voice import ValueQuestion, Voice

LoopPart = Literal["relations", "concepts", "counterfactual"]
"""LoopParts of the method that can be left out; without all three a value prompt is left."""
LoopRecords = Literal["naive", "reasoning"]
"""What records for fine-tuning hold before the answer: nothing, or all that led to it."""
_ANSWERS, _DOCUMENT = "answers.sqlite", "counterfactual.json"
_LARGEST = 2**30
"""Bytes of a document, whose traces have all prompts and answers."""
_SIDES = {"before": "its own answer", "after": "after the loop", "value_prompt": "value prompt"}


@dataclass(frozen=True, slots=True)
class CounterfactualSettings(CheckedSettings):
    """What is wanted, and how; the names are those of the options of ``valuespectrum steer counterfactual``."""

    bounds: ClassVar[Bounds] = {
        "theta": (0, ENDLESS),
        "rounds": (1, ENDLESS),
        "draws": (1, ENDLESS),
        "temperature": (0.01, ENDLESS),
    }

    want: tuple[str, ...] = ()
    """``VALUE=SCORE``, 1 to 5."""
    theta: float | None = None
    """Largest summed deviation at which an answer is kept; has to be given."""
    attributor: str = ""
    """Model spec; by default the subject's."""
    rewriter: str = ""
    """Model spec; by default the subject's."""
    questions: Path | None = None
    """Question file; models of the reference world have one question and need none."""
    system: Path | None = None
    """File of a value system; by default the circle of Schwartz's ten."""
    relations: Path | None = None
    """Graph file whose signs take the place of its relations."""
    measured: tuple[Path, ...] = ()
    """Scored runs from which relations and covariances are reckoned."""
    labels: Path | None = None
    """File of answers that people rated, shown to the attributor."""
    without: tuple[LoopPart, ...] = ()
    rounds: int = 1
    draws: int = 1
    """How often each question is answered: first most probably, then by words that are drawn at the temperature."""
    beside_prompt: bool = False
    """Whether the value prompt is asked, too."""
    blind: bool = False
    """Whether the attributor reads what was seen instead of seeing it."""
    records: tuple[LoopRecords, ...] = ()
    """Which files for fine-tuning are written."""
    replay: bool = False
    """From stored answers alone, without any model."""
    seed: int = 0
    temperature: float = 1.0
    device: str = "auto"
    dtype: ModelFormat = "auto"


@dataclass(frozen=True, repr=False)
class SteeredAnswers(Outcome):
    """What came of steering answers."""

    traces: Sequence[Json] = field(default=())
    """Everything that happened to each."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each answer."""
        names = ("id", "draw", "outcome", "before", "after", "first", "last")
        return [flat({name: trace[name] for name in names if trace[name] is not None}) for trace in self.traces]


def steer_counterfactual(
    model: str, out: str | PathLike[str], settings: CounterfactualSettings, teller: Teller | None = None
) -> SteeredAnswers:
    """Ask questions, look at which values answers show, and rewrite those that are too far from what is wanted.

    Answers are kept in the folder as they come; the same call goes on after an interruption.

    Args:
        model: Model spec of the subject.
        out: Folder for answers, traces and records.
        settings: What is wanted, by whom.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named does not exist, no threshold is given, models do not go together, or values
            have labels by which no rating is found again.
        ModelError: A model cannot be loaded or asked, or nothing is stored of what is replayed.
        StorageError: The folder cannot be written.

    Example::

        vs.steer_counterfactual("simulated:amber", "runs/steered", vs.CounterfactualSettings(("power=5",), theta=1))
    """
    from agents.answers.store import AnswerStore
    from agents.procedures.conductor import ConductOptions, conduct
    from valuespectrum.runs.run import write_json
    from valuespectrum.steering.counterfactual.loop import LoopOptions
    from valuespectrum.steering.counterfactual.voice import LoopParts
    from vectorstore.foundation.disk import make_folder, refuse_unwritable, storage_errors

    teller, folder = teller or Unattended(), user_path(out)
    if settings.theta is None:
        raise InputError("a threshold has to be named: the published one is not known", "for example --theta 1")
    refuse_unwritable(folder / _DOCUMENT)
    options = LoopOptions(settings.theta, settings.rounds, LoopParts(**dict.fromkeys(settings.without, False)))
    system = _system(settings, teller)
    _refuse_nonsense(settings, system)
    store_path = folder / _ANSWERS
    if settings.replay and not store_path.is_file():
        raise InputError(f"{folder} has no stored answers", "run it with its models first")
    cast = _stored_cast(store_path) if settings.replay else _cast(model, settings, system, teller)
    voice = _voice(cast, settings, system)
    named = _procedures(_questions(voice, settings), system, voice, options, settings)
    with storage_errors(folder):
        make_folder(folder)
    found: list[BesidePrompt] = []
    replaying = ConductOptions(replaying=settings.replay)
    with AnswerStore(store_path) as store, teller.progress("steering answers") as advance:
        for each in conduct(named, cast, store, options=replaying):
            found.append(each)
            advance(len(found), len(named))
    document = _document(found, cast, voice, system, settings) | {"out": str(folder)}
    traces = [{**each.to_json(), "draw": each.trace.question.draw} for each in found]
    told: Json = {"system": system.to_json(), "traces": traces}
    _forget_records(folder, told)
    write_json(folder / _DOCUMENT, {**document, **told})
    document["records"] = _write_records(folder, found, system, voice, settings)
    return SteeredAnswers(document, _in_words(document), traces)


def _refuse_nonsense(settings: CounterfactualSettings, system: ValueSystem) -> None:
    """Look at what is wanted, asked and shown before models are loaded.

    Raises:
        InputError: A wanted value, a question or a rated answer is none, or nothing of the loop is left.
    """
    from valuespectrum.steering.counterfactual.objective import read_objective
    from valuespectrum.steering.counterfactual.question_files import read_labels, read_questions

    read_objective(settings.want, system.dimensions)
    if not settings.beside_prompt and settings.without and len(set(settings.without)) == len(get_args(LoopPart)):
        raise InputError("without its three parts the loop is a value prompt", "use --beside-prompt, or keep a part")
    if settings.questions is not None:
        read_questions(settings.questions)
    if settings.labels is not None:
        read_labels(settings.labels, system.labels)


def _stored_cast(path: Path) -> Cast:
    from agents.answers.store import AnswerStore
    from agents.procedures.stored import stored_cast

    with AnswerStore(path) as store:
        return stored_cast(store)


def _cast(model: str, settings: CounterfactualSettings, system: ValueSystem, teller: Teller) -> Cast:
    from agents.models.base import ModelOptions
    from agents.models.model_names import ModelSpec
    from valuespectrum.steering.counterfactual.prompted import check_labels
    from valuespectrum.steering.counterfactual.voice import ROLES

    specs = (model, settings.attributor or model, settings.rewriter or model)
    distinct = list(dict.fromkeys(specs))
    plain = _check_kinds(ModelSpec.parse(spec).scheme for spec in distinct)
    if plain:
        _refuse_for_plain(settings, system)
    else:
        check_labels(system)
        if settings.questions is None:
            raise _no_questions()
    options = ModelOptions(
        device=settings.device,
        dtype=settings.dtype,
        seed=settings.seed,
        repeats_seed=settings.seed,
        temperature=settings.temperature,
    )
    repeats = settings.draws > 1
    check_specs(distinct, options, repeats=repeats)
    teller.doing(f"loading {', '.join(distinct)}")
    loaded = dict(zip(distinct, load_models(distinct, options, repeats=repeats), strict=True))
    return {role: loaded[spec] for role, spec in zip(ROLES, specs, strict=True)}


def _no_questions() -> InputError:
    return InputError("no questions were named", "write a list of {id, question} and name it with --questions")


def _check_kinds(schemes: Iterable[str]) -> bool:
    """Whether the models are of the reference world.

    Raises:
        InputError: Some are and some are not.
    """
    from valuespectrum.instruments.judging.plain import PLAIN_SCHEMES

    plain = {scheme in PLAIN_SCHEMES for scheme in schemes}
    if len(plain) > 1:
        raise InputError(
            "models of the reference world know its fixed questions only, others do not",
            "name subject, attributor and rewriter of one kind",
        )
    return plain == {True}


def _refuse_for_plain(settings: CounterfactualSettings, system: ValueSystem) -> None:
    """Refuse what models of the reference world have no words for.

    Raises:
        InputError: Something of that is wanted.
    """
    from valuespectrum.theory.value_sets import TEN

    if settings.labels or settings.blind or not set(system.dimensions) <= set(TEN.dimensions):
        raise InputError(
            "models of the reference world know Schwartz's ten values, no ratings and no descriptions",
            "leave --labels and --blind out, and name some of the ten",
        )


def _voice(cast: Cast, settings: CounterfactualSettings, system: ValueSystem) -> Voice:
    from agents.models.model_names import ModelId
    from valuespectrum.steering.counterfactual.plain import PlainVoice
    from valuespectrum.steering.counterfactual.prompted import PromptedVoice
    from valuespectrum.steering.counterfactual.question_files import read_labels

    if _check_kinds(ModelId.parse(model.id).scheme for model in cast.values()):
        _refuse_for_plain(settings, system)
        return PlainVoice()
    labels = read_labels(settings.labels, system.labels) if settings.labels else ()
    return PromptedVoice(shown=not settings.blind, examples=labels)


def _questions(voice: Voice, settings: CounterfactualSettings) -> tuple[ValueQuestion, ...]:
    from agents.models.base import Stimulus
    from valuespectrum.steering.counterfactual.plain import PlainVoice
    from valuespectrum.steering.counterfactual.question_files import read_questions
    from valuespectrum.steering.counterfactual.voice import ValueQuestion

    if settings.questions is None:
        if not isinstance(voice, PlainVoice):
            raise _no_questions()
        asked: tuple[ValueQuestion, ...] = (ValueQuestion("reasons", voice.question(Stimulus())),)
    else:
        asked = read_questions(settings.questions)
        if isinstance(voice, PlainVoice):
            asked = tuple(replace(each, text=voice.question(each.stimulus)) for each in asked)
    return tuple(replace(each, draw=draw) for each in asked for draw in range(settings.draws))


def _system(settings: CounterfactualSettings, teller: Teller) -> ValueSystem:
    from valuespectrum.steering.counterfactual.value_system import (
        circle_system,
        measured_system,
        read_system,
        with_graph,
    )
    from valuespectrum.steering.graph.mining import mine
    from valuespectrum.steering.graph.run_table import table_of_runs
    from valuespectrum.steering.graph.value_graph import read_graph
    from valuespectrum.theory.value_sets import TEN

    system = circle_system(TEN) if settings.system is None else read_system(settings.system)
    if settings.measured:
        measured = table_of_runs(settings.measured, warn=teller.warn).columns(system.dimensions)
        system = measured_system(system, measured, mine(measured))
    return with_graph(system, read_graph(settings.relations)) if settings.relations else system


def _procedures(
    questions: Sequence[ValueQuestion],
    system: ValueSystem,
    voice: Voice,
    options: LoopOptions,
    settings: CounterfactualSettings,
) -> list[Named[BesidePrompt]]:
    from agents.models.ask_key import canonical_json
    from agents.procedures.procedure import Named
    from valuespectrum.steering.counterfactual.objective import read_objective
    from valuespectrum.steering.counterfactual.summary import beside_prompt, without_prompt

    objective = read_objective(settings.want, system.dimensions)
    steer = beside_prompt if settings.beside_prompt else without_prompt
    named: list[Named[BesidePrompt]] = []
    for question in questions:
        frames = [frame.picture_sha for frame in question.stimulus.frames]
        parts = [
            *(question.id, question.text, question.system, frames, question.draw, dict(objective.scores)),
            *(system.to_json(), repr(voice), repr(options), settings.beside_prompt),
        ]
        digest = hashlib.sha256(canonical_json(parts).encode()).hexdigest()[:24]
        procedure = steer(question, objective, system, voice, options)
        named.append(Named(f"steer/counterfactual/{digest}", procedure))
    return named


def _document(
    found: Sequence[BesidePrompt], cast: Cast, voice: Voice, system: ValueSystem, settings: CounterfactualSettings
) -> Json:
    from valuespectrum.steering.counterfactual.objective import read_objective
    from valuespectrum.steering.counterfactual.summary import summary

    unit = "question" if len({each.trace.question.id for each in found}) > 1 else "answer"
    told = summary(
        found, lambda each: each.trace.question.id + (f"/{each.trace.question.draw}" if unit == "answer" else "")
    )
    return {
        "models": {role: model.id for role, model in cast.items()},
        "voice": voice.name,
        "objective": dict(read_objective(settings.want, system.dimensions).scores),
        "relations": system.source,
        "theta": settings.theta,
        "without": list(settings.without),
        "unit": unit,
        **told,
    }


def _forget_records(folder: Path, told: Json) -> None:
    """Take away records of other answers than these, which would lie beside them as if they were theirs."""
    from vectorstore.foreign.documents import read_json
    from vectorstore.foundation.disk import storage_errors

    path = folder / _DOCUMENT
    if not path.is_file():
        return
    try:
        before = read_json(path, "counterfactual answers", largest=_LARGEST)
    except InputError:
        before = None
    if isinstance(before, dict) and {name: before.get(name) for name in told} == json.loads(json.dumps(told)):
        return
    with storage_errors(folder):
        for kind in get_args(LoopRecords):
            _records_file(folder, kind).unlink(missing_ok=True)


def _records_file(folder: Path, kind: LoopRecords) -> Path:
    return folder / f"{kind}.jsonl"


def _write_records(
    folder: Path, found: Sequence[BesidePrompt], system: ValueSystem, voice: Voice, settings: CounterfactualSettings
) -> Json:
    from valuespectrum.steering.counterfactual.records import sft_records, write_records

    written: Json = {}
    for kind in settings.records:
        path = _records_file(folder, kind)
        records = list(sft_records([each.trace for each in found], system, voice, kind))
        written[kind] = {"file": str(path), "records": write_records(path, records)}
    return written


def _in_words(document: Json) -> str:
    from valuespectrum.reporting.elements.words import reasons, with_interval
    from valuespectrum.scoring.estimate import Estimate

    shown: list[Estimate] = []

    def told(row: Json, sign: bool = False) -> str:
        if not row["n_answers"]:
            return "-"
        shown.append(Estimate.read(row))
        return with_interval(shown[-1], 2, sign)

    cells = [
        (words, *(told(document[side][name]) for name in ("mae_sum", "mae_mean", "spearman")))
        for side, words in _SIDES.items()
        if document[side]["mae_sum"]["n_answers"]
    ]
    outcomes = ", ".join(f"{count} {name}" for name, count in document["outcomes"].items())
    lines = [f"{document['answers']} answers: {outcomes}.", ""]
    lines.append(table(("error from what is wanted", "sum", "mean", "rank correlation"), cells))
    lines.append("")
    for name, words in (("before", "than before"), ("prompt", "than with the value prompt")):
        row = document[f"after_less_{name}"]
        if row["n_answers"]:
            lines.append(f"summed error {words}: {told(row, True)} (below 0: nearer), over {document['unit']}s")
    lines += [f"{sign} {why}" for sign, why in reasons(shown)]
    lines.append(f"attributed by {document['models']['attributor']}, whose own errors are in these numbers.")
    return "\n".join([*lines, f"answers, traces and records: {document['out']}"])
