"""``steer sweep``: find blocks and strength on one half of the units, and tell what they do on the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from itertools import product
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, runtime_checkable

from agents.models.base import ModelOptions
from valuespectrum.operations.bench import BenchBars, BenchSettings, model_slug, slug
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.files import refuse_taken
from valuespectrum.operations.shared.loading import check_specs, corpus_embedder
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from valuespectrum.operations.steering.beforehand import (
    refuse_empty,
    refuse_other_model,
    refuse_other_options,
    refuse_unpaired,
)
from valuespectrum.operations.steering.fit import clips_of, torch_model
from valuespectrum.operations.steering.looking import knowledge_tasks, looked_beside, perplexities
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    from agents.models.base import Model
    from agents.models.capabilities import TorchModel
    from agents.models.steering.intervention import Intervention
    from valuespectrum.instruments.base import Instrument
    from valuespectrum.measuring.benchmark import BenchOptions
    from valuespectrum.measuring.instrument_run import InstrumentOptions
    from valuespectrum.scoring.facets.tables import SetTable
    from valuespectrum.steering.pairs.base import PairSet
    from valuespectrum.steering.sweep.choosing import SweepOutcome, SweepTrial
    from valuespectrum.steering.sweep.effects import SteeringEffect
    from valuespectrum.steering.vectors.fitting import ValueVectors, VectorFitOptions
    from valuespectrum.steering.vectors.method import VectorOptions
    from valuespectrum.steering.vectors.ways import SteeringPlan, Way

SweepThen = Literal["bench", "instrument"]
"""What measures the model once more, as it is and steered."""
_MOST_MODELS = 2_000
"""Settings of one sweep: every block of deep models alone, in three ways and at four strengths, is half of it."""
_SHOWN_BOTH = " Pairs were put with clips of the half that tells, too, so that it is not wholly new to the vectors."
"""What intervals have to be read with where vectors were fitted with clips."""
_SWEPT: Mapping[str, str] = {
    "layers": "--layers",
    "way": "--way",
    "strength": "--strength",
    "accuracy": "--layers",
    "drop_last": "--layers",
}
"""Options of value vectors that say what a sweep tries, to its own options for that."""


@dataclass(frozen=True, slots=True)
class SweepSettings(CheckedSettings):
    """What is tried; the names are those of the options of ``valuespectrum steer sweep``, two of them in the plural."""

    bounds: ClassVar[Bounds] = {"top_k": (1, ENDLESS)}

    corpus: Path | None = None
    """Whose clips are asked about; none for an instrument without pictures."""
    instrument: str = "like"
    instrument_option: Mapping[str, str] = field(default_factory=dict)
    option: Mapping[str, str] = field(default_factory=dict)
    """Of value vectors: pairs, count, put, target, solver."""
    layers: Sequence[str] = ()
    """Sets of blocks, each ``"3"``, ``"2-4"`` and so on; each block alone when empty."""
    strengths: Sequence[float] = (1.0, 2.0, 4.0, 8.0)
    """As of ``--strength``."""
    ways: Sequence[str] = ("fixed", "means", "random")
    """As of ``--way``: the first is the one that is recommended; the others are its rivals."""
    prompts: bool = True
    """Hold it against prompts, too."""
    away: bool = False
    top_k: int = 3
    run: Path | None = None
    """Run folder; by default ``runs/MODEL-sweep-VALUE``, away from it ``runs/MODEL-sweep-VALUE-away``."""
    out: Path | None = None
    """Intervention file for the chosen setting."""
    knowledge: str = ""
    """``reference`` for tasks of the reference world, or a CSV file in the layout of MMLU; empty for none."""
    judge: str = ""
    """A model that judges what the plain and the chosen models say; empty for none."""
    equal_fluency: bool = False
    """Hold ways against each other also where what they make a model say is equally surprising; all settings that work
    are asked to speak for it."""
    then: SweepThen | None = None
    """Measure the model with and without the chosen setting once more, on everything; it has to go into a file."""
    seed: int = 0
    force: bool = False
    """Replace an intervention that is there."""
    loading: ModelOptions = field(default_factory=ModelOptions)


@dataclass(frozen=True, repr=False)
class SteeringSweep(Outcome):
    """What a sweep found."""

    run: Path = Path()

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each setting: what it did to the value on the half that tells."""
        return [
            {name: trial[name] for name in ("way", "strength", "lost")}
            | {"layers": ",".join(map(str, trial["layers"]))}
            | {name: trial["told_by"][name] for name in ("mean", "low", "high")}
            for trial in self.document["trials"]
        ]


def sweep_steering(
    model: str,
    value: str,
    settings: SweepSettings | None = None,
    teller: Teller | None = None,
    command: str = "",
) -> SteeringSweep:
    """Try blocks and strengths, choose on one half of the units, and tell by the other half.

    The same call goes on after a kill: every answer is kept in the run folder under the id of the steered model.

    Args:
        model: A model whose weights are in this process.
        value: One of the ten.
        settings: What is tried and asked.
        teller: Who is told how it goes.
        command: What the user typed, for the manifest.

    Raises:
        InputError: Something that was named does not exist or means nothing, or there are too few units to halve.
        CorpusError: The corpus holds no pictures that fit.
        ModelError: The model cannot be loaded, reached or scored.
        StorageError: The run folder cannot be written.

    Example::

        vs.sweep_steering("reference", "security", vs.SweepSettings(Path("my-corpus")))
    """
    from valuespectrum.runs.run import refuse_other_folders, write_json
    from valuespectrum.steering.sweep.choosing import FOUND
    from valuespectrum.steering.vectors.kept import keep_vectors, kept_vectors
    from valuespectrum.steering.vectors.method import VectorOptions, chosen_pairs, fit_options, missing_pairs
    from vectorstore.foundation.disk import refuse_unwritable

    settings, teller = settings or SweepSettings(), teller or Unattended()
    options = VectorOptions.read(settings.option)
    pairs = chosen_pairs(value, options, settings.seed)  # refuses what there is not before anything is loaded
    run = settings.run or _usual_run(model, value, settings.away)
    if settings.out is not None:
        refuse_taken(settings.out, settings.force or _made_before(settings.out, run, next(iter(settings.ways), "")))
    refuse_unwritable(run / FOUND)
    _refuse_nonsense(value, settings, options)
    refuse_other_folders(run)
    refuse_other_options(run, _said(value, settings))
    _refuse_other_run(settings, run, model)
    for note in missing_pairs(settings.option, pairs):
        teller.say(note)
    teller.doing(f"loading {model}")
    loaded = torch_model(model, settings.loading)
    refuse_other_model(run, loaded.id)
    plans = _plans(len(loaded.decoder_layers()), value, settings, options.target)
    teller.say(f"{len(plans)} settings are tried, and all of them are asked everything")
    with clips_of(settings.corpus if options.put != "raw" else None) as clips:
        how = fit_options(options, clips, settings.seed)
        fitted = kept_vectors(run, loaded.id, pairs, how)
        if fitted is None:
            teller.doing(f"fitting vectors for {value}")
            fitted = _fitted(loaded, pairs, how)
            keep_vectors(fitted, run, how)
    teller.doing(f"preparing {len(plans)} settings")
    tried = _tried(loaded, fitted, plans, settings)
    with _asked(settings, run, command, [model for model, _, _, _ in tried.values()], teller, value) as tables:
        outcome = _outcome(loaded.id, value, tried, tables, settings)
    if settings.equal_fluency:
        teller.doing("listening to every setting that works")
        speak = [tried[each.model][0] for each in outcome.working()]
        outcome = replace(outcome, perplexity=perplexities(loaded, value, speak))
    document = _document(model, outcome, settings, run)
    if clips:
        document["covers"] += _SHOWN_BOTH
    teller.doing("looking at what else changed")
    kept = [loaded.id, *(id for id in document["chosen"].values() if id)]
    document["beside"] = looked_beside(loaded, value, [tried[id][0] for id in kept], settings)
    write_json(run / FOUND, document)
    chosen = outcome.chosen(settings.ways[0])
    if chosen is not None and settings.out is not None:
        _write(fitted, tried[chosen.model][3], settings.out)
        document["file"] = str(settings.out)
        if settings.then:
            document["then"] = str(_measured(model, settings, run, teller, command))
    return SteeringSweep(document, _in_words(document, outcome, settings), run)


def _refuse_nonsense(value: str, settings: SweepSettings, options: VectorOptions) -> None:
    """Look at everything that is needed late before a model is loaded and asked for an hour.

    Raises:
        InputError: Something that was named does not exist or means nothing.
        ModelError: The judge cannot be.
    """
    from agents.models.model_names import ModelSpec
    from valuespectrum.instruments.judging.plain import PLAIN_SCHEMES
    from valuespectrum.steering.vectors.method import fit_options, wanted_probability
    from valuespectrum.steering.vectors.ways import LEAST, SteeringPlan

    for name in settings.option:
        if name in _SWEPT:
            raise InputError(f"--option {name} means nothing to a sweep, which tries several", f"use {_SWEPT[name]}")
    fit_options(options, (), settings.seed)
    wanted_probability(options.target, value)
    ways: list[Way] = list(settings.ways)  # type: ignore[arg-type]
    for way in ways:
        SteeringPlan((0,), way)
    if "target" in settings.option and LEAST not in ways:
        raise InputError("--option target is about --way least, which is not tried", "leave it out, or add that way")
    wrong = [each for each in settings.strengths if not (isfinite(each) and each > 0)]
    if wrong:
        raise InputError(
            f"a strength of {wrong[0]:g} cannot be tried",
            "name numbers above 0, e.g. --strength 4; --away goes the other way",
        )
    instrument = _instrument(settings)  # refuses one that there is not, and its options
    refuse_unpaired(instrument, value)
    shows = instrument.pictures is not None
    if settings.corpus is None and (settings.then == "bench" or shows):
        asks = "bench" if settings.then == "bench" else f"the instrument {settings.instrument!r}"
        raise InputError(f"{asks} asks about pictures", "name a corpus with --corpus")
    if settings.corpus is not None and not shows and settings.then != "bench" and options.put == "raw":
        raise InputError(
            f"--corpus means nothing here: the instrument {settings.instrument!r} shows no pictures, and texts alone "
            "are put without clips",
            "leave --corpus out, or add --option put=persona",
        )
    if settings.then and settings.out is None:
        raise InputError("--then measures the chosen setting, which has to go into a file", "name one with --out")
    knowledge_tasks(settings.knowledge)
    if settings.judge:
        check_specs([settings.judge], settings.loading)
        if ModelSpec.parse(settings.judge).scheme in PLAIN_SCHEMES:
            raise InputError(
                f"{settings.judge} knows the reference world only, and cannot say where an answer leans",
                "name another model with --judge",
            )
    if settings.corpus is not None and shows:
        refuse_empty(settings.corpus)


def _usual_run(model: str, value: str, away: bool) -> Path:
    """A folder for each model, value and direction: what one answered is no answer of another."""
    return Path("runs") / f"{model_slug(model)}-sweep-{slug(value)}{'-away' if away else ''}"


def _refuse_other_run(settings: SweepSettings, run: Path, model: str) -> None:
    """Refuse a run that was begun under other settings, as far as these are known before vectors are fitted.

    Raises:
        InputError: It was.
        CorpusError: There is no such corpus.
    """
    from valuespectrum.measuring.plan import refuse_other_benchmark, refuse_other_instrument
    from vectorstore.corpus import Corpus

    if not run.is_dir():
        return
    if _instrument(settings).pictures is None:
        refuse_other_instrument(_instrument_options(settings, run), [model])
    elif settings.corpus is not None:
        with Corpus.open(settings.corpus) as opened:
            asked = _bench_options(settings, run)
            refuse_other_benchmark(asked, opened, corpus_embedder(opened, ""), [model])


def _made_before(out: Path, run: Path, main: str) -> bool:
    """Whether a file is the one that the same run chose by this way: the same command may go on after it was written.

    With another way first it is another command, which would put another intervention in its place.
    """
    from agents.models.model_names import ModelId
    from agents.models.steering.files import is_intervention, read_intervention
    from agents.models.steering.intervention import together
    from valuespectrum.steering.sweep.choosing import FOUND, read_findings

    if not (run / FOUND).is_file() or not is_intervention(out):
        return False
    try:
        found = read_findings(run)
    except InputError:
        return False  # damaged findings are made anew, and tell of no file
    chosen = str(found["chosen"].get(main) or "") if found["main"] == main else ""
    return bool(chosen) and ModelId.parse(chosen).steering == together([read_intervention(out)])


def _fitted(loaded: TorchModel, pairs: PairSet, how: VectorFitOptions) -> ValueVectors:
    from valuespectrum.steering.vectors.fitting import fit_vectors

    return fit_vectors(loaded, {pairs.value: pairs}, how)[pairs.value]


def _plans(count: int, value: str, settings: SweepSettings, target: str) -> list[SteeringPlan]:
    """Every way with every set of blocks, of a model that has so many, and every strength.

    Raises:
        InputError: There are no such blocks, or too many settings.
    """
    from valuespectrum.steering.vectors.layers import read_layers
    from valuespectrum.steering.vectors.method import wanted_probability
    from valuespectrum.steering.vectors.ways import SteeringPlan

    blocks = [read_layers(each, count) for each in settings.layers] or [(n,) for n in range(count)]
    probability = wanted_probability(target, value)
    ways: list[Way] = list(settings.ways)  # type: ignore[arg-type]
    plans = [
        SteeringPlan(layers, way, strength, probability, settings.away, seed=settings.seed)
        for way, layers, strength in product(ways, blocks, sorted(set(settings.strengths)))
    ]
    if not plans or len(plans) > _MOST_MODELS:
        raise InputError(
            f"{len(plans)} settings cannot be tried, 1 to {_MOST_MODELS:,} can",
            "name blocks, strengths and ways, or fewer of them",
        )
    return plans


@runtime_checkable
class Resteerable(Protocol):
    """A model that can be had with further interventions."""

    def steered(self, interventions: Sequence[Intervention]) -> Model:
        """The same weights with these, asked in the same way."""


Tried = tuple["Model", str, float, "SteeringPlan | None"]
"""A model, how it is steered, how strongly, and by which plan; a prompt has none."""


def _tried(
    loaded: TorchModel, fitted: ValueVectors, plans: Sequence[SteeringPlan], settings: SweepSettings
) -> dict[str, Tried]:
    """Id to the model, its way, its strength and its plan; the plain model first."""
    from agents.models.base import Model
    from valuespectrum.steering.sweep.prompted import PromptedModel, value_prompts
    from valuespectrum.steering.vectors.ways import intervention_of

    if not (isinstance(loaded, Resteerable) and isinstance(loaded, Model)):
        raise ModelError(f"{loaded.id} cannot be steered", "name hf:... or reference")
    found: dict[str, Tried] = {loaded.id: (loaded, "", 0.0, None)}
    for plan in plans:
        steered = loaded.steered([intervention_of(fitted, plan)])
        found[steered.id] = (steered, plan.way, plan.strength, plan)
    for name, words in value_prompts(fitted.value, settings.away).items() if settings.prompts else ():
        prompted = PromptedModel(loaded, words, name)
        found[prompted.id] = (prompted, name, 1.0, None)
    return found


@contextmanager
def _asked(
    settings: SweepSettings, run: Path, command: str, models: Sequence[Model], teller: Teller, value: str
) -> Iterator[dict[str, tuple[SetTable | None, float]]]:
    """Put the instrument's questions to all models; id to what they say set by set, and the share of lost answers."""
    from valuespectrum.measuring.benchmark import run_benchmark
    from valuespectrum.measuring.instrument_run import run_instrument
    from vectorstore.corpus import Corpus

    instrument, said = _instrument(settings), _said(value, settings)
    with BenchBars(teller) as bars:
        if instrument.pictures is None:
            wanted = replace(_instrument_options(settings, run), command=command, effective=said)
            run_instrument(wanted, models, (), bars)
        elif settings.corpus is None:
            raise InputError(f"the instrument {instrument.name!r} asks about pictures", "name a corpus with --corpus")
        else:
            with Corpus.open(settings.corpus) as opened:
                asked = replace(_bench_options(settings, run), command=command, effective=said)
                run_benchmark(asked, opened, corpus_embedder(opened, ""), models, (), bars)
    yield _tables(run, settings)


def _said(value: str, settings: SweepSettings) -> dict[str, object]:
    """What decides which settings are tried and what they are asked, by the names of options, for the manifest."""
    return {
        "value": value,
        "away": settings.away,
        "instrument": settings.instrument,
        "instrument-option": sorted(f"{name}={each}" for name, each in settings.instrument_option.items()),
        "option": sorted(f"{name}={each}" for name, each in settings.option.items()),
        "layers": sorted(settings.layers),
        "strength": [f"{each:g}" for each in sorted(set(settings.strengths))],
        "way": sorted(settings.ways),
        "prompts": settings.prompts,
        **({} if settings.corpus is None else {"top-k": settings.top_k}),
        "seed": settings.seed,
    }


def _instrument_options(settings: SweepSettings, run: Path) -> InstrumentOptions:
    """How an instrument without pictures is put to all models."""
    from valuespectrum.instruments.registry import InstrumentChoice
    from valuespectrum.measuring.instrument_run import InstrumentOptions
    from valuespectrum.scoring.cells import ScoringOptions

    choice = InstrumentChoice(settings.instrument, dict(settings.instrument_option))
    scoring = ScoringOptions(seed=settings.seed)
    return InstrumentOptions(run, seed=settings.seed, scoring=scoring, silent=True, choice=choice)


def _bench_options(settings: SweepSettings, run: Path) -> BenchOptions:
    """How an instrument that shows pictures is put to all models."""
    from valuespectrum.instruments.registry import InstrumentChoice
    from valuespectrum.measuring.benchmark import BenchOptions, retrieval_of
    from valuespectrum.scoring.cells import ScoringOptions

    return BenchOptions(
        run,
        seed=settings.seed,
        scoring=ScoringOptions(seed=settings.seed),
        silent=True,
        battery=InstrumentChoice(settings.instrument, dict(settings.instrument_option)),
        retrieval=retrieval_of(_instrument(settings), settings.top_k),
        corpus=settings.corpus,
    )


def _tables(run: Path, settings: SweepSettings) -> dict[str, tuple[SetTable | None, float]]:
    from valuespectrum.measuring.set_tables import profile_sets
    from valuespectrum.scoring.cells import ScoringOptions

    found = profile_sets(run, ScoringOptions(seed=settings.seed))
    return {who.model: (sets.told.table, lost) for who, (sets, lost) in found.items()}


def _outcome(
    plain: str,
    value: str,
    tried: Mapping[str, Tried],
    tables: Mapping[str, tuple[SetTable | None, float]],
    settings: SweepSettings,
) -> SweepOutcome:
    from valuespectrum.steering.sweep.choosing import SilentTrial, SweepOutcome, SweepTrial
    from valuespectrum.steering.sweep.effects import halves

    base, lost = tables[plain]
    if base is None:
        raise ModelError(f"the answers of {plain} tell no profile, so no change of it can be told")
    sides = halves(base, value, settings.seed)
    trials: list[SweepTrial] = []
    silent: list[SilentTrial] = []
    for id, (_, way, strength, plan) in tried.items():
        if id == plain:
            continue
        told, gone = tables.get(id, (None, 1.0))
        layers = plan.layers if plan else ()
        found = _by_halves(base, told, sides)
        if found is None:
            silent.append(SilentTrial(way, layers, strength, id))
            continue
        trials.append(SweepTrial(way, layers, strength, id, *found, max(0.0, gone - lost)))
    if not trials:
        raise ModelError("no steered model gave answers that can be compared", "try lower strengths")
    return SweepOutcome(value, settings.away, tuple(trials), base.values, silent=tuple(silent))


def _by_halves(
    base: SetTable, told: SetTable | None, sides: tuple[frozenset[str], frozenset[str]]
) -> tuple[SteeringEffect, SteeringEffect] | None:
    """What a setting does on the half that chooses and on the half that tells; ``None`` where nothing is in common."""
    from valuespectrum.steering.sweep.effects import effect_of, restricted

    if told is None:
        return None
    try:
        first, second = (effect_of(restricted(base, side), restricted(told, side)) for side in sides)
    except InputError:
        return None
    return first, second


def _document(model: str, outcome: SweepOutcome, settings: SweepSettings, run: Path) -> Json:
    main = settings.ways[0]
    chosen = {way: outcome.chosen(way) for way in outcome.ways}
    return {
        "model": model,
        "value": outcome.value,
        "away": outcome.away,
        "instrument": settings.instrument,
        "run": str(run),
        "main": main,
        "trials": [
            trial.to_json(outcome.value) | {"perplexity": outcome.perplexity.get(trial.model)}
            for trial in outcome.trials
        ],
        "chosen": {way: None if trial is None else trial.model for way, trial in chosen.items()},
        "around": {way: trial.told_by.around(outcome.value, outcome.order) for way, trial in chosen.items() if trial},
        "silent": [each.to_json() for each in outcome.silent],
        "tried": {way: outcome.tried(way) for way in outcome.ways},
        "verdicts": [*outcome.verdicts(main), *outcome.silences()],
        "equal_fluency": _matches(outcome, main),
        "covers": "Intervals are over the units of the half that tells, not over other pairs, seeds or models.",
    }


def _matches(outcome: SweepOutcome, main: str) -> Json:
    """Rival to the largest perplexity and both settings at it; empty where nobody listened."""
    found = {way: outcome.at_equal_fluency(main, way) for way in outcome.ways if way != main}
    return {
        way: {
            "most": match.most,
            "main": match.main.model if match.main else None,
            "rival": match.rival.model if match.rival else None,
        }
        for way, match in found.items()
        if match
    }


def _write(fitted: ValueVectors, plan: SteeringPlan | None, out: Path) -> None:
    from agents.models.steering.files import write_intervention
    from valuespectrum.steering.vectors.ways import intervention_of

    assert plan is not None
    write_intervention(intervention_of(fitted, plan), out)


def _measured(model: str, settings: SweepSettings, run: Path, teller: Teller, command: str) -> Path:
    """A run of the model as it is and steered, on everything that is found."""
    from valuespectrum.operations.bench import bench
    from valuespectrum.operations.instrument import InstrumentSettings, run_instrument
    from valuespectrum.operations.steering.applying import steered_spec

    specs = [model, steered_spec(model, [str(settings.out)])]
    after = run / "before-after"
    asked = _asked_again(settings)
    if settings.then == "bench":
        if settings.corpus is None:
            raise InputError("bench asks about pictures", "name a corpus with --corpus")
        bench(settings.corpus, specs, after, asked, teller, command)
    else:
        corpus = settings.corpus if _instrument(settings).pictures is not None else None
        wanted = InstrumentSettings(corpus, settings.instrument_option, asked=asked)
        run_instrument(settings.instrument, specs, after, wanted, teller, command)
    return after


def _asked_again(settings: SweepSettings) -> BenchSettings:
    """Clips, seed and everything about the model as they were in the sweep: other answers would be another model's."""
    names = {each.name for each in fields(ModelOptions)} & {each.name for each in fields(BenchSettings)}
    loading = {name: getattr(settings.loading, name) for name in names - {"seed"}}
    return BenchSettings(seed=settings.seed, top_k=settings.top_k, **loading)


def _instrument(settings: SweepSettings) -> Instrument:
    from valuespectrum.instruments.registry import load_instrument

    return load_instrument(settings.instrument, settings.instrument_option)


def _in_words(document: Json, outcome: SweepOutcome, settings: SweepSettings) -> str:
    from valuespectrum.reporting.elements.words import percent
    from valuespectrum.steering.sweep.choosing import COUNTS

    rows = []
    for way in outcome.ways:
        for trial in outcome.of(way):
            change = trial.change(outcome.value)
            span = "" if change.low is None or change.high is None else f"{change.low:+.2f} to {change.high:+.2f}"
            mean = "" if change.mean is None else f"{change.mean:+.2f}"
            blocks = ",".join(map(str, trial.layers)) or "-"
            star = "chosen" if document["chosen"].get(way) == trial.model else ""
            rows.append((way, blocks, f"{trial.strength:g}", mean, span, percent(trial.lost), star))
    head = ("way", "blocks", "strength", f"change of {outcome.value}", "95 %", "answers lost", "")
    lines = [table(head, rows), "", *document["verdicts"], document["covers"]]
    around = document["around"].get(settings.ways[0])
    if around:
        told = ", ".join(f"{name} {change:+.2f}" for name, change in around.items() if change is not None)
        lines.append(f"beside {outcome.value}: {told}")
    for model, told in document["beside"].items():
        numbers = ", ".join(
            f"{name} {number:,.0f}" if name in COUNTS else f"{name} {number:.3g}"
            for name, number in told.items()
            if number is not None
        )
        lines += [f"{model}: {numbers}"] if numbers else []
    lines += [f"intervention: {document['file']}"] if "file" in document else []
    lines += [f"before and after: {document['then']}"] if "then" in document else []
    return "\n".join([*lines, f"everything: {document['run']}"])
