"""``instrument``: what can be measured with, and a run of any of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, cast

from valuespectrum.operations.bench import (
    BenchBars,
    BenchSettings,
    bench,
    engine_in_words,
    how_asked,
    item_params,
    slug,
)
from valuespectrum.operations.score import Scores, describe
from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.loading import (
    check_specs,
    chosen_personas,
    load_models,
    warn_of_placebos,
)
from valuespectrum.operations.shared.option_files import effective_options
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError, ValueSpectrumError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.plugins import guarded
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from valuespectrum.instruments.base import Instrument
    from valuespectrum.measuring.instrument_run import InstrumentOptions


STIMULI: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "frames": (),
    "caption": ("caption",),
    "transcript": ("transcript",),
    "mismatched": ("mismatched",),
}
"""Whether clips are shown, and which presentation (``--present``) that is; frames are the usual one."""
_OF_SHOWING = frozenset({"present", "frames", "transcripts", "stress"})
_OF_PICTURES = frozenset({"battery", "wordings", "params", "top-k", "keywords", "embedder"} | _OF_SHOWING)
"""Options of a benchmark that say nothing where no pictures are shown."""


@dataclass(frozen=True, repr=False)
class InstrumentList(Outcome):
    """What can be measured with."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each instrument."""
        names = ("name", "title", "measures", "value_set", "unit", "pictures", "asks")
        return [{name: one[name] for name in names} for one in self.document["instruments"]]


@dataclass(frozen=True, slots=True)
class InstrumentSettings(CheckedSettings):
    """A run of an instrument; the names are those of the options of ``valuespectrum instrument run``."""

    corpus: Path | None = None
    """Corpus folder, for an instrument that shows pictures."""
    option: Mapping[str, str] = field(default_factory=dict)
    """Options of the instrument by name."""
    battery: str = ""
    """``"quick"``, ``"standard"`` or ``"full"``: how thoroughly; empty for the options alone."""
    asked: BenchSettings = field(default_factory=BenchSettings)
    """Personas, models and seed; what is about pictures counts for an instrument that shows some."""
    stimulus: str = ""
    """``"none"``, ``"frames"``, ``"caption"``, ``"transcript"`` or ``"mismatched"``: what is shown before it is asked;
    empty for what ``option`` and ``asked`` say."""


def list_instruments() -> InstrumentList:
    """Every instrument that is installed; one that cannot be used is listed with the reason.

    Example::

        vs.list_instruments().to_pandas()
    """
    from valuespectrum.instruments.registry import INSTRUMENTS, load_instrument

    working, broken = INSTRUMENTS.load_all()
    listed: list[Json] = []
    problems = {name: error.message for name, error in broken.items()}
    for name in working:
        try:
            instrument = load_instrument(name)
            listed.append(guarded(instrument, "it cannot be described", partial(_described, instrument)))
        except ValueSpectrumError as error:
            problems[name] = error.message
    cells = [(one["name"], one["value_set"], one["unit"], one["cost"]) for one in listed]
    lines = [
        table(("instrument", "value set", "unit", "asks to one respondent"), cells),
        *(f"{one['name']}: {one['measures']}" for one in listed),
        *(f"cannot be used: {name}: {problem}" for name, problem in problems.items()),
    ]
    return InstrumentList({"instruments": listed, "broken": problems}, "\n".join(lines))


def run_instrument(
    name: str,
    models: str | Sequence[str],
    run: str | PathLike[str] | None = None,
    settings: InstrumentSettings | None = None,
    teller: Teller | None = None,
    command: str = "",
) -> Scores:
    """Measure the values of models with any instrument; ``bench`` is the short form for the batteries about pictures.

    The same call continues a run that was interrupted.

    Args:
        name: An instrument (``list_instruments``).
        models: A model spec, or several.
        run: Run folder; by default ``runs/MODEL-INSTRUMENT``.
        settings: What is asked and how.
        teller: Who is told how it goes.
        command: What the user typed, for the manifest of the run.

    Raises:
        InputError: Something that was named does not exist, or the run was begun under other settings.
        CorpusError: The corpus holds no pictures that fit.
        ModelError: A model cannot be loaded, every ask failed, or nothing that it said could be scored.
        StorageError: The run folder cannot be written.

    Example::

        vs.run_instrument("like", "reference", settings=vs.InstrumentSettings(Path("my-corpus")))
    """
    from valuespectrum.instruments.registry import load_instrument

    settings, teller = settings or InstrumentSettings(), teller or Unattended()
    settings = _at_level(name, _showing(name, settings), teller)
    instrument = load_instrument(name, settings.option)
    instrument.cost(1)  # refuses words that there are not before anything is begun
    specs = [models] if isinstance(models, str) else list(models)
    if instrument.pictures is None:
        if settings.corpus is not None:
            raise InputError(f"the instrument {name!r} shows no pictures", "leave --corpus out")
        if settings.asked.present or settings.asked.frames != 1 or settings.asked.transcripts or settings.asked.stress:
            raise InputError(
                f"the instrument {name!r} shows no clips", "leave --present, --frames, --transcripts and --stress out"
            )
        return _run(name, specs, run, settings, teller, command)
    if settings.corpus is None:
        raise InputError(f"the instrument {name!r} asks about pictures", "name a corpus with --corpus DIR")
    asked = replace(settings.asked, battery=name, params=dict(settings.option))
    return bench(settings.corpus, specs, run, asked, teller, command)


def _showing(name: str, settings: InstrumentSettings) -> InstrumentSettings:
    """The same with a stimulus as options of the instrument and of the presentation, which is what a run keeps.

    Raises:
        InputError: There is no such stimulus, it is said in two ways, or the instrument cannot be asked so.
    """
    from valuespectrum.instruments.base import WithOrWithoutClips
    from valuespectrum.instruments.registry import load_instrument

    stimulus = settings.stimulus
    if not stimulus:
        return settings
    if stimulus not in STIMULI:
        raise InputError(f"there is no stimulus {stimulus!r:.40}", f"one of {', '.join(STIMULI)}")
    if settings.asked.present:
        raise InputError("--stimulus and --present both say how clips are shown", "leave one of them out")
    asked = replace(settings.asked, present=STIMULI[stimulus])
    instrument, shows = load_instrument(name, settings.option), stimulus != "none"
    if not isinstance(instrument, WithOrWithoutClips):
        if shows == (instrument.pictures is not None):
            return replace(settings, asked=asked)
        why = "shows no clips" if shows else "asks about clips"
        raise InputError(f"the instrument {name!r} {why}: --stimulus {stimulus} means nothing to it", "instrument list")
    option, without, with_clips = instrument.clips_by
    if option in settings.option:
        raise InputError(f"--stimulus and --option {option}= both say whether clips are shown", "leave one of them out")
    return replace(settings, asked=asked, option={**settings.option, option: with_clips if shows else without})


def _at_level(name: str, settings: InstrumentSettings, teller: Teller) -> InstrumentSettings:
    """The same with the options of a level and of the items, and what the level controls for said."""
    from valuespectrum.measuring.levels import instrument_lines, level_params, refuse_both

    given = {option: str(said) for option, said in item_params(settings.asked).items()} | dict(settings.option)
    if settings.battery:
        level = level_params(settings.battery, name)
        refuse_both(settings.battery, level, given)
        given = {option: str(said) for option, said in level.items()} | given
        for line in instrument_lines(settings.battery, name):
            teller.say(line)
    asked = replace(settings.asked, wordings=None, language="", form=None, frame_of_mind=None, items=None, params=None)
    return replace(settings, option=given, asked=asked)


def _run(
    name: str,
    specs: Sequence[str],
    run: str | PathLike[str] | None,
    settings: InstrumentSettings,
    teller: Teller,
    command: str,
) -> Scores:
    from valuespectrum.instruments.base import TellsOfItems, WithJudges
    from valuespectrum.instruments.registry import load_instrument
    from valuespectrum.measuring.instrument_run import run_instrument as ask
    from valuespectrum.measuring.plan import refuse_other_instrument
    from valuespectrum.runs.failures import refuse_silence, told
    from valuespectrum.runs.run import refuse_other_folders

    asked = settings.asked
    teller.doing("looking at models and personas")
    instrument = load_instrument(name, settings.option)
    judges = instrument.judges if isinstance(instrument, WithJudges) else ()
    check_specs(list(dict.fromkeys([*specs, *judges])), asked.loading, asked.prices)
    personas = chosen_personas(asked.persona, asked.personas)
    warn_of_placebos(teller, personas, asked.personas)
    kept = replace(settings, option=_kept(settings.option, judges))
    options = _options(name, specs, run, kept, command)
    refuse_other_folders(options.run)
    named = effective_options(asked, model=specs, run=options.run, option=settings.option)
    options = replace(options, effective={each: named[each] for each in named if each not in _OF_PICTURES})
    refuse_other_instrument(options, specs, personas)
    for line in instrument.told_of_items if isinstance(instrument, TellsOfItems) else ():
        teller.say(line)
    with BenchBars(teller) as bars:
        teller.doing(f"loading {', '.join(specs)}")
        every = list(dict.fromkeys([*specs, *judges]))
        loaded = dict(zip(every, load_models(every, asked.loading, asked.prices), strict=True))
        engines = {each.id: how_asked(each) for each in loaded.values()}
        for model, how in engines.items():
            teller.say(engine_in_words(model, how))
        options = replace(options, judges=[loaded[spec] for spec in judges])
        scores = ask(options, [loaded[spec] for spec in specs], personas, bars)
    for line in told(scores):
        teller.say(line)
    refuse_silence(scores["failures"], str(options.run))
    text = f"{describe(scores)}\n\nanswers and scores: {options.run}"
    return Scores({**scores, "run": str(options.run), "engines": engines}, text, options.run)


def _kept(option: Mapping[str, str], judges: Sequence[str]) -> dict[str, str]:
    """Options as a run keeps them: a judge with another budget is the same judge."""
    from agents.models.model_names import ModelSpec

    def same(part: str) -> str:
        spec = part.strip()
        return part.replace(spec, str(ModelSpec.parse(spec).answering)) if spec in judges else part

    return {name: ",".join(map(same, text.split(","))) for name, text in option.items()}


def _options(
    name: str, specs: Sequence[str], run: str | PathLike[str] | None, settings: InstrumentSettings, command: str
) -> InstrumentOptions:
    from agents.models.model_names import ModelSpec
    from valuespectrum.instruments.registry import InstrumentChoice
    from valuespectrum.measuring.instrument_run import InstrumentOptions
    from valuespectrum.scoring.cells import ScoringOptions

    asked = settings.asked
    named = slug("+".join(ModelSpec.parse(each).titled for each in specs))
    return InstrumentOptions(
        run=user_path(run) if run else Path("runs") / f"{named}-{slug(name)}",
        choice=InstrumentChoice(name, dict(settings.option)),
        strategies=asked.strategy or ("simple",),
        placebos=asked.placebos,
        seed=asked.seed,
        scoring=ScoringOptions(seed=asked.seed),
        prices=asked.prices,
        specs=tuple(specs),
        loading=asked.loading,
        command=command,
    )


def _described(instrument: Instrument) -> Json:
    options = asdict(cast("DataclassInstance", instrument.options))
    one_picture = instrument.cost(1)
    return {
        "name": instrument.name,
        "title": instrument.title,
        "measures": instrument.measures,
        "value_set": instrument.value_set.name,
        "dimensions": list(instrument.value_set.dimensions),
        "unit": instrument.unit,
        "pictures": instrument.pictures is not None,
        "asks": one_picture,
        "cost": f"{one_picture} a picture" if instrument.pictures else f"{one_picture}",
        "options": options,
        "items": [
            {"id": item.id, "texts": list(item.texts), "licence": item.licence.name, "source": item.licence.source}
            for item in instrument.items
        ],
    }
