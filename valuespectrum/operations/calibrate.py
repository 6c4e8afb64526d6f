"""``calibrate``: models whose values were planted, measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.bench import BenchBars
from valuespectrum.operations.ingest import stage_progress
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.loading import check_specs, corpus_embedder, load_models
from valuespectrum.operations.shared.option_files import effective_options
from valuespectrum.operations.shared.outcomes import Outcome, flat
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.models.base import Model, ModelOptions
    from valuespectrum.calibration.calibrate import PlantedRespondent
    from valuespectrum.measuring.benchmark import BenchOptions
    from valuespectrum.measuring.instrument_run import InstrumentOptions
    from valuespectrum.reference.cohort import CohortMember


_PLANTED = ("reference", "simulated")
"""Kinds of models that may have values which were planted."""
_DIGITS = {"points": 1, "preference score": 3}
"""Decimals of an error on each scale; two on any other."""
_UNITS = {"centred steps": "steps", "preference score": "of a preference score"}
"""What an error is in where that is not called as the scale is."""


@dataclass(frozen=True, slots=True)
class CalibrateSettings(CheckedSettings):
    """How planted values are measured; the names are those of the options of ``valuespectrum calibrate``."""

    bounds: ClassVar[Bounds] = {
        "clips": (20, ENDLESS),
        "top_k": (1, ENDLESS),
        "wordings": (1, ENDLESS),
        "batch_size": (1, ENDLESS),
    }

    instrument: str = "like"
    """One that says what it should find of planted values."""
    corpus: Path | None = None
    """Corpus of drawn clips; by default one is drawn beside the run."""
    clips: int = 220
    """Clips to draw when no corpus is named."""
    top_k: int = 5
    """Clips per keyword."""
    wordings: int = 2
    """Wordings of the like question."""
    seed: int = 0
    embedder: str = ""
    """Embedder spec; empty takes the one that made the corpus."""
    batch_size: int = 32
    """Questions in one forward pass."""
    option: Mapping[str, str] = field(default_factory=dict)
    """Options of an instrument that shows no pictures, by name."""
    twins: bool = False
    """Ask the rule-based twins of the cohorts in place of the networks: no network has learnt the instrument."""
    open_sealed: bool = False
    """Compare with the sealed cohort too: only once the method is fixed."""


@dataclass(frozen=True, repr=False)
class Calibration(Outcome):
    """How well planted values were recovered."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each respondent."""
        return [flat(row) for row in self.document["respondents"]]


def calibrate(
    models: str | Sequence[str] = (),
    run: str | PathLike[str] = "runs/calibration",
    settings: CalibrateSettings | None = None,
    teller: Teller | None = None,
    command: str = "",
) -> Calibration:
    """Measure models whose values were planted: how well an instrument recovers them, and what it misses.

    There are two cohorts, and every figure says which one it is from: on the open one a method can be tuned, on the
    sealed one it is shown, after ``CalibrateSettings.open_sealed``.

    Args:
        models: ``reference:NAME`` or ``simulated:PROFILE``; without any, the open cohort, and the sealed one too where
            it is opened.
        run: Run folder; the same call continues it.
        settings: How.
        teller: Who is told how it goes.
        command: What the user typed, for the manifest of the run.

    Raises:
        InputError: Nobody knows the values of a model, it is sealed, or clips are not drawn by us.
        ModelError: A model cannot be loaded or asked.
        StorageError: The run folder cannot be written.

    Example::

        vs.calibrate(["reference:amber", "reference:birch"]).to_pandas()
    """
    from agents.models.base import ModelOptions
    from valuespectrum.calibration.calibrate import calibrate as run_calibration
    from valuespectrum.calibration.calibrate import calibrate_instrument, recoverable, refuse_other_clips
    from valuespectrum.instruments.registry import load_instrument
    from valuespectrum.measuring.benchmark import drawn_pictures
    from valuespectrum.reference.truth import all_drawn
    from valuespectrum.runs.run import refuse_other_folders
    from vectorstore.corpus import Corpus

    settings, teller, folder = settings or CalibrateSettings(), teller or Unattended(), user_path(run)
    named = [models] if isinstance(models, str) else list(models)
    if settings.twins and named:
        raise InputError("twins of the cohorts are asked in place of models", "leave out either the models or --twins")
    specs, unveiled = _chosen(named, settings.open_sealed)
    instrument = load_instrument(settings.instrument, settings.option)
    recoverable(instrument)
    if settings.option and instrument.pictures is not None:
        raise InputError(f"options of {settings.instrument} cannot be named here", "leave --option out")
    _refuse_idle(settings, instrument.pictures is not None)
    loading = ModelOptions(batch_size=settings.batch_size, seed=settings.seed)
    if not settings.twins:
        _refuse_unplanted(specs, loading)
    refuse_other_folders(folder)
    # Twins are asked in place of models, so that a file of options may not name both.
    effective = effective_options(settings, model=() if settings.twins else specs, run=folder)
    if instrument.pictures is None:
        with BenchBars(teller) as bars:
            teller.doing("loading the models")
            planted = _respondents(specs, loading, unveiled, settings.twins)
            asked = replace(_instrument_options(folder, settings, command), effective=effective)
            found = calibrate_instrument(asked, planted, bars)
        return Calibration(found, _describe(found))
    if settings.corpus is None and not folder.name:
        raise InputError(f"a corpus is drawn beside the run, and {folder} has no name", "name a folder with --run")
    corpus = settings.corpus or _drawn_corpus(folder.with_name(f"{folder.name}-corpus"), settings, teller)
    teller.doing(f"opening {corpus}")
    with Corpus.open(corpus) as opened, BenchBars(teller) as bars:
        embedder = corpus_embedder(opened, settings.embedder)
        refuse_other_clips(opened, embedder.id, specs)
        teller.doing("loading the models")
        options = replace(_options(folder, settings, command), corpus=corpus, effective=effective)
        planted = _respondents(specs, loading, unveiled, settings.twins)
        if not settings.twins and all_drawn(drawn_pictures(opened, embedder.id, specs)):
            planted = [_with_twin(each, loading) for each in planted]
        found = run_calibration(options, opened, embedder, planted, bars)
    return Calibration(found, _describe(found))


def _refuse_idle(settings: CalibrateSettings, shows_pictures: bool) -> None:
    """Refuse settings that would be passed over.

    Raises:
        InputError: They are about pictures, and the instrument shows none; or about drawing a corpus that is there.
    """
    idle: tuple[str, ...] = ("corpus", "clips", "top_k", "wordings", "embedder")
    why = f"to {settings.instrument}, which shows no pictures"
    if shows_pictures:
        idle, why = () if settings.corpus is None else ("clips",), "beside --corpus"
    usual = CalibrateSettings()
    for name in idle:
        if getattr(settings, name) != getattr(usual, name):
            raise InputError(f"--{name.replace('_', '-')} means nothing {why}", "leave it out")


def _options(run: Path, settings: CalibrateSettings, command: str) -> BenchOptions:
    from valuespectrum.instruments.battery import BatteryOptions
    from valuespectrum.measuring.benchmark import BenchOptions, picture_instrument, retrieval_of
    from valuespectrum.scoring.cells import ScoringOptions

    battery = BatteryOptions(settings.instrument, settings.wordings)
    return BenchOptions(
        run=run,
        battery=battery,
        retrieval=retrieval_of(picture_instrument(battery.name, battery.params), settings.top_k),
        seed=settings.seed,
        scoring=ScoringOptions(seed=settings.seed),
        command=command,
    )


def _instrument_options(run: Path, settings: CalibrateSettings, command: str) -> InstrumentOptions:
    from valuespectrum.instruments.registry import InstrumentChoice
    from valuespectrum.measuring.instrument_run import InstrumentOptions
    from valuespectrum.scoring.cells import ScoringOptions

    return InstrumentOptions(
        run=run,
        choice=InstrumentChoice(settings.instrument, dict(settings.option)),
        seed=settings.seed,
        scoring=ScoringOptions(seed=settings.seed),
        command=command,
    )


def _drawn_corpus(folder: Path, settings: CalibrateSettings, teller: Teller) -> Path:
    """Draw clips of the reference world and ingest them; what is there is not made again."""
    from ingest.embedding.base import load_embedder
    from ingest.pipeline import ingest
    from valuespectrum.reference.drawing import draw_corpus
    from vectorstore.corpus import Corpus

    drawn = folder.with_name(f"{folder.name}-clips")
    with teller.progress("drawing clips") as advance:
        draw_corpus(drawn, settings.clips, settings.seed, advance)
    with Corpus.ensure(folder) as opened, stage_progress(teller) as progress:
        ingest([drawn], opened, load_embedder("reference"), progress=progress)
    return folder


def _chosen(specs: list[str], open_sealed: bool) -> tuple[list[str], tuple[CohortMember, ...]]:
    """Specs of the respondents, and the sealed cohort where it is opened."""
    from agents.models.model_names import ModelSpec
    from valuespectrum.reference.cohort import COHORT, SEALED_NAMES
    from valuespectrum.reference.sealed import sealed_cohort

    if open_sealed:
        opened = sealed_cohort("calibrate --open-sealed")
        return specs or [f"reference:{member.name}" for member in (*COHORT, *opened)], opened
    named = [ModelSpec.parse(spec) for spec in specs]
    if closed := [each.reference for each in named if each.scheme == "reference" and each.reference in SEALED_NAMES]:
        raise InputError(
            f"the planted values of {', '.join(closed)} are sealed",
            "leave them out, or add --open-sealed once nothing of the method will be changed any more",
        )
    return specs or [f"reference:{member.name}" for member in COHORT], ()


def _refuse_unplanted(specs: Sequence[str], loading: ModelOptions) -> None:
    """Refuse models whose values cannot be known, before clips are drawn for them and before they are asked anything.

    Raises:
        InputError: There is one.
        ModelError: A name, an option or this machine cannot be.
    """
    from agents.models.model_names import ModelSpec

    for spec in specs:
        if ModelSpec.parse(spec).scheme not in _PLANTED:
            raise _unknown(spec)
    check_specs(specs, loading)


def _unknown(spec: str) -> InputError:
    return InputError(f"nobody knows the values of {spec}", "calibrate with reference:NAME or simulated:PROFILE")


def _respondents(
    specs: Sequence[str], loading: ModelOptions, opened: tuple[CohortMember, ...], twins: bool
) -> list[PlantedRespondent]:
    if not twins:
        return _planted(specs, load_models(specs, loading), opened)
    from valuespectrum.calibration.calibrate import PlantedRespondent
    from valuespectrum.reference.cohort import COHORT
    from valuespectrum.reference.planted import truth_of
    from valuespectrum.reference.twin.model import TwinModel

    return [
        _of_member(
            PlantedRespondent(
                f"simulated:{each.name}", TwinModel(each, loading, each.name), truth_of(each)["profile"], cohort="open"
            ),
            each,
            each in opened,
        )
        for each in (*COHORT, *opened)
    ]


def _planted(
    specs: Sequence[str], models: Sequence[Model], opened: tuple[CohortMember, ...]
) -> list[PlantedRespondent]:
    from agents.models.model_names import ModelId
    from valuespectrum.calibration.calibrate import PlantedRespondent
    from valuespectrum.reference.truth import planted_member, planted_profile

    respondents = []
    for spec, model in zip(specs, models, strict=True):
        planted = planted_profile(model.id, model.settings, opened)
        if planted is None:
            raise _unknown(spec)
        cohort = "simulated" if ModelId.parse(model.id).scheme == "simulated" else "open"
        known = PlantedRespondent(spec, model, planted, cohort=cohort)
        member = planted_member(model.id, model.settings, opened)
        respondents.append(known if member is None else _of_member(known, member, member in opened))
    return respondents


def _of_member(known: PlantedRespondent, member: CohortMember, is_sealed: bool) -> PlantedRespondent:
    """The same with everything that is planted in a member of a cohort or in a twin."""
    from valuespectrum.reference.planted import said_shares, sigmoid, ten_values

    apart = f"refuses {member.refuses:.0%} of what it is asked" if member.refuses else ""
    if member.leans.constant:
        apart = f"gives one answer to {member.leans.constant:.0%} of what it is asked"
    return replace(
        known,
        planted={value: 100 * sigmoid(held) for value, held in member.pictures.items()} | dict(known.planted),
        traits={
            "svo_angle": member.svo_angle,
            "inequality_aversion": member.inequality_aversion,
            "pressure": member.pressure,
            **{f"everyday_{value}": held for value, held in member.everyday.items()},
        },
        log_odds={**member.pictures, **ten_values(member.pictures)},
        said=said_shares(member),
        words=dict(member.words),
        cohort="sealed" if is_sealed else known.cohort,
        apart=apart,
    )


def _with_twin(respondent: PlantedRespondent, loading: ModelOptions) -> PlantedRespondent:
    """The same with its twin beside it, where it is a network of the open cohort."""
    from agents.models.model_names import ModelId
    from valuespectrum.reference.planted import BY_NAME
    from valuespectrum.reference.twin.model import TwinModel

    model = ModelId.parse(respondent.model.id)
    member = BY_NAME.get(model.name) if model.scheme == "reference" else None
    return respondent if member is None else replace(respondent, twin=TwinModel(member, loading, member.name))


def _describe(found: Json) -> str:
    from valuespectrum.operations.shared.recovered import numbers_in_words
    from valuespectrum.reporting.elements.words import number

    if "spearman_median" not in found:
        return numbers_in_words(found)
    digits = _DIGITS.get(found["scale"], 2)
    rows = [
        (
            row["name"],
            row["cohort"] or "-",
            "flat" if row["flat"] else number(row["spearman"], 2),
            _share(row["coverage"]),
            number(row["centred_rmse"], digits),
            number(row["bias"], digits, True),
            "-" if row["flat"] or not row["off_circle"] else number(row["off_circle"]["r"], 2),
            ", ".join(row["outside"]) or "-",
        )
        for row in found["respondents"]
    ]
    header = (
        *("respondent", "cohort", "rank correlation", "covered"),
        *("centred error", "bias", "off the circle", "outside the interval"),
    )
    unit = found["unit"]
    claims = (found["expected_coverage"], found["scale"])
    told = [_figures_in_words(name, found["cohorts"][name], claims) for name in found["cohorts"]]
    if found["apart"]:
        told.append("Apart: " + "; ".join(f"{each['name']} ({each['why']})" for each in found["apart"]) + ".")
    if flat := [row["name"] for row in found["respondents"] if row["flat"]]:
        told.append(f"Flat, with no values to rank: {', '.join(flat)}.")
    if error := found["training_error"]:
        told.append(
            f"Training error apart: networks lie {number(error['sd'], 3)} log-odds (standard deviation) from their "
            "twins, who were asked the same; of the twins "
            f"{_share(error['twin_coverage'])} of planted values lie inside."
        )
    told.append(
        f"Intervals are over {unit}s. All respondents see the same {unit}s, "
        "so their intervals are not independent trials."
    )
    return f"{table(header, rows)}\n\n" + "\n".join(told)


def _error(centred: float | None, scale: str) -> str:
    from valuespectrum.reporting.elements.words import number

    return f"{number(centred, _DIGITS.get(scale, 2))} {_UNITS.get(scale, scale)}"


def _share(known: float | None) -> str:
    from valuespectrum.reporting.elements.words import percent

    return "-" if known is None else percent(known, "")


def _inside(coverage: float | None, claimed: float) -> str:
    from valuespectrum.reporting.elements.words import percent

    if coverage is None:
        return "no value has an interval, so nothing was claimed"
    return f"{percent(coverage, '')} of planted values lie inside intervals that claim {claimed:.0%}"


def _figures_in_words(cohort: str, figures: Json, claims: tuple[float, str]) -> str:
    from valuespectrum.reporting.elements.words import number

    count, (claimed, scale) = figures["figures_over"], claims
    if not count:
        return f"{cohort}: nobody answers by their values, so there are no figures"
    off = figures["off_circle"]
    told = (
        f"{cohort}: figures over {count} that answer by their values: median rank correlation "
        f"{number(figures['spearman_median'], 2)}; {_inside(figures['coverage'], claimed)}; centred error "
        f"{_error(figures['centred_rmse'], scale)}"
    )
    if off is None or off["r"] is None:
        return told
    inside = "" if off["coverage"] is None else f", {_share(off['coverage'])} inside"
    return (
        f"{told}; off the circle r = {number(off['r'], 2)} over {off['n']} values, error {number(off['rmse'], 2)} in "
        f"log-odds{inside}"
    )
