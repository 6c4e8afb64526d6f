"""``instrument ordinal``: ratings of several respondents by a cumulative logit, and repeats that tell a difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import ReadoutName, ThresholdsName
from valuespectrum.operations.shared.outcomes import CheckOutcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from valuespectrum.comparing.rated import RatedSources
    from valuespectrum.scoring.ordinal.analysis import OrdinalOptions

_ASSUMED_VALUES = 10


@dataclass(frozen=True, slots=True)
class OrdinalSettings(CheckedSettings):
    """How ratings are compared; the names are those of the options of ``valuespectrum instrument ordinal``."""

    bounds: ClassVar[Bounds] = {"steps": (0, 99), "items": (0, ENDLESS), "chains": (2, 64), "draws": (50, 20_000)}

    bayes: bool = False
    """Posterior draws (needs the extra ``bayes``), in place of maximum likelihood."""
    thresholds: ThresholdsName = "shared"
    """Whether all respondents use the scale alike, or each in a way of its own."""
    all_pairs: bool = False
    """Every respondent with every other, in place of the first with the others."""
    model: tuple[str, ...] = ()
    """Models of the runs by id, spec or name; empty for all."""
    persona: tuple[str, ...] = ()
    """Personas of the runs by id, ``none`` for the model as itself, ``all`` for everybody; empty for ``none``."""
    ten: bool = False
    """Put the nineteen refined values together into the ten."""
    steps: int = 0
    """Of the scale of tables; 0 for that of the runs beside them, else six."""
    turned: bool = False
    """Tables count 1 as most like the respondent."""
    form: str = ""
    """Questionnaire whose items are the columns of tables with one person a line."""
    readout: ReadoutName = "auto"
    """What of an answer is read."""
    plan: float | None = None
    """Difference to plan for, in logits, in place of a comparison."""
    power: float = 0.8
    """Chance wanted that the planned study tells the difference."""
    items: int = 0
    """Items of every value in the planned study; 0 for as many as the pilot has, else four."""
    chains: int = 4
    """Chains of posterior draws."""
    draws: int = 1000
    """Posterior draws of each chain, after half as many to warm up."""
    seed: int = 0


@dataclass(frozen=True, repr=False)
class OrdinalComparison(CheckOutcome):
    """Contrasts of values, or the reason why there are none: then it has not passed."""

    @property
    def passed(self) -> bool:
        """Whether something is concluded."""
        return bool(self.document["concluded"])

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each respondent and value: the centred effect with its intervals."""
        return list(self.document["effects"])

    def differences(self) -> Sequence[Mapping[str, object]]:
        """A row for each pair of respondents and value: the difference of centred effects with its intervals."""
        return list(self.document["differences"])


@dataclass(frozen=True, repr=False)
class RepeatsPlan(CheckOutcome):
    """How many repeats tell a difference; it has passed where some number does."""

    @property
    def passed(self) -> bool:
        """Whether some number of repeats is enough."""
        return self.document["repeats"] is not None

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each number of repeats: half of the interval, and power."""
        return list(self.document["curve"])


def ordinal(
    places: str | PathLike[str] | Sequence[str | PathLike[str]],
    settings: OrdinalSettings | None = None,
    teller: Teller | None = None,
) -> OrdinalComparison:
    """Compare how respondents rate items of values, by a cumulative logit; needs no model and no corpus.

    Args:
        places: Run folders of instruments that ask for ratings, tables of ratings (CSV), and answers of people.
        settings: How.
        teller: Who is told how far it is.

    Returns:
        Centred effects and differences between respondents with intervals, or why nothing is concluded.

    Raises:
        InputError: A place cannot be read, the table is not what it should be, or numpyro is wanted and missing.
        ModelError: Every ask to a model failed.

    Example::

        vs.ordinal(["runs/one", "runs/two", "people.csv"]).to_pandas()
    """
    from valuespectrum.comparing.rated import rated_table
    from valuespectrum.scoring.ordinal.analysis import analyse
    from valuespectrum.scoring.ordinal.posterior import require_numpyro

    settings, teller = settings or OrdinalSettings(), teller or Unattended()
    _refuse_idle(settings, _paths(places), planned=False)
    if settings.bayes:
        require_numpyro()
    teller.doing("reading ratings")
    ratings = rated_table(_paths(places), _sources(settings))
    with teller.progress("drawing from the posterior" if settings.bayes else "fitting") as advance:
        document = analyse(ratings, _options(settings), advance)
    return OrdinalComparison(document, "\n".join(_compared(document)))


def plan_ratings(
    places: str | PathLike[str] | Sequence[str | PathLike[str]] = (),
    settings: OrdinalSettings | None = None,
    teller: Teller | None = None,
) -> RepeatsPlan:
    """Say how many repeats of every item tell a difference between two respondents.

    Args:
        places: A pilot, as for :func:`ordinal`; without one a scale that is well used is taken for granted.
        settings: With the difference to plan for.
        teller: Who is told how far it is.

    Raises:
        InputError: No difference is named, or the pilot cannot be fitted.
        ModelError: Every ask to a model of the pilot failed.

    Example::

        vs.plan_ratings("pilot.csv", vs.OrdinalSettings(plan=0.8)).document["repeats"]
    """
    from valuespectrum.comparing.rated import rated_table
    from valuespectrum.scoring.ordinal.analysis import study_fit
    from valuespectrum.scoring.ordinal.planning import PlannedStudy, plan_repeats, study_of

    settings, teller = settings or OrdinalSettings(), teller or Unattended()
    if settings.plan is None:
        raise InputError("nothing says which difference to plan for", "name it in logits, e.g. --plan 0.8")
    _refuse_idle(settings, _paths(places), planned=True)
    options = _options(settings)
    known = bool(_paths(places))
    if known:
        teller.doing("reading the pilot")
        ratings = rated_table(_paths(places), _sources(settings))
        with teller.progress("fitting the pilot") as advance:
            study = study_of(study_fit(ratings, options, advance), options.level, settings.items)
    else:
        study = PlannedStudy(_ASSUMED_VALUES, settings.items or 4, level=options.level)
    document = plan_repeats(study, settings.plan, settings.power) | {"pilot": known}
    return RepeatsPlan(document, "\n".join(_planned(document)))


def _refuse_idle(settings: OrdinalSettings, places: Sequence[Path], planned: bool) -> None:
    """Refuse what would be passed over.

    Raises:
        InputError: Something says how a table is read, and there is none; or how a comparison or a plan is made, and it
            is the other.
    """
    tables, runs = any(not place.is_dir() for place in places), any(not place.is_file() for place in places)
    usual = OrdinalSettings()
    for name, said, counts, why in (
        ("items", settings.items != 0, planned, "without --plan"),
        ("power", settings.power != usual.power, planned, "without --plan"),
        ("chains", settings.chains != usual.chains, settings.bayes, "without --bayes"),
        ("draws", settings.draws != usual.draws, settings.bayes, "without --bayes"),
        ("model", bool(settings.model), runs, "without a run"),
        ("persona", bool(settings.persona), runs, "without a run"),
        ("readout", settings.readout != usual.readout, runs, "without a run"),
        ("thresholds", settings.thresholds != usual.thresholds, bool(places), "without a pilot"),
        ("ten", settings.ten, bool(places), "without a pilot"),
        ("bayes", settings.bayes, not planned, "beside --plan"),
        ("all-pairs", settings.all_pairs, not planned, "beside --plan"),
        ("form", settings.form != "", tables, "without a table"),
        ("turned", settings.turned, tables, "without a table"),
        ("steps", settings.steps != 0, tables, "without a table"),
        ("steps", settings.steps != 0, settings.form == "", "beside --form"),
    ):
        if said and not counts:
            raise InputError(f"--{name} means nothing {why}", "leave it out")


def _paths(places: str | PathLike[str] | Sequence[str | PathLike[str]]) -> list[Path]:
    return [user_path(each) for each in ([places] if isinstance(places, str | PathLike) else places)]


def _sources(settings: OrdinalSettings) -> RatedSources:
    from valuespectrum.comparing.rated import RatedSources
    from valuespectrum.comparing.respondents import Wanted
    from valuespectrum.scoring.cells import ScoringOptions

    wanted = Wanted(settings.model, settings.persona) if settings.persona else Wanted(settings.model)
    scoring = ScoringOptions(readout=settings.readout)
    return RatedSources(wanted, settings.steps, settings.turned, settings.form, settings.ten, scoring)


def _options(settings: OrdinalSettings) -> OrdinalOptions:
    from valuespectrum.scoring.ordinal.analysis import OrdinalOptions
    from valuespectrum.scoring.ordinal.posterior import SamplerOptions

    sampler = SamplerOptions(settings.chains, max(200, settings.draws // 2), settings.draws, settings.seed)
    return OrdinalOptions(settings.bayes, settings.thresholds, settings.all_pairs, sampler=sampler)


def _compared(found: Json) -> Iterator[str]:
    """Tables for a person, or why there are none."""
    held = f"{found['answers']:,.0f} answers of {len(found['respondents'])} respondents to {found['items']} items"
    yield f"Cumulative logit by {found['fit']}, {held}"
    if not found["concluded"]:
        yield from ("Nothing is concluded:", *(f"  {why}" for why in found["why"]))
    else:
        yield from _contrasts("effect, centred over values", found["effects"], ("respondent",))
        yield from _contrasts("difference of effects", found["differences"], ("first", "second"))
        spreads = ", ".join(f"{name} {row['estimate']:.2f}" for name, row in found["spreads"].items())
        yield from [f"standard deviations in logits: {spreads}"] * bool(spreads)
        yield found["covers"]
    check, sampling = found["check"], found["sampling"]
    yield (
        f"predictive check: of tables drawn from the model {100 * check['scale_use_p']:.1f} % use the scale as "
        f"differently from it, {100 * check['spread_p']:.1f} % scatter as much"
    )
    if sampling:
        yield (
            f"R-hat {sampling['r_hat']:.3f}, {sampling['effective_draws']:.0f} effective draws, "
            f"{sampling['divergent']} of {sampling['draws']:,} diverged"
        )
    yield from (f"Note: {note}." for note in found["notes"])
    yield found["published"]


def _contrasts(title: str, rows: Sequence[Json], names: Sequence[str]) -> Iterator[str]:
    if not rows:
        return
    cells = [
        (
            " - ".join(row[name] for name in names),
            row["value"],
            f"{row['estimate']:+.2f} [{row['low']:+.2f}, {row['high']:+.2f}]{' *' * row['stands_out']}",
        )
        for row in rows
    ]
    yield table((" - ".join(names), "value", f"{title}, logits [95 %]"), cells)
    if any(row["stands_out"] for row in rows):
        yield "* stands out among all of the table"
    yield ""


def _known(found: Json) -> str:
    """What the plan takes for known."""
    if not found["pilot"]:
        return (
            "Without a pilot: all steps of the scale are used, and items suit all respondents alike, which real ones "
            "do not; name a run or table as pilot."
        )
    if found["items_told"]:
        return "Spreads and the information of an answer are those of the pilot."
    return (
        "The information of an answer is that of the pilot. It has too few answers to each item to tell how items suit "
        "respondents: they are taken to suit all alike, which real ones do not, so that more repeats may be needed."
    )


def _planned(found: Json) -> Iterator[str]:
    asked = f"{found['items']} items of each of {found['values']} values" + (
        f" in {found['versions']} ways of asking" if found["versions"] > 1 else ""
    )
    yield f"A difference of {found['size']:g} logits between two respondents on one value, {asked}"
    rows = [(row["repeats"], f"{row['half_width']:.2f}", f"{row['power']:.2f}") for row in found["curve"]]
    yield table(("repeats of every item", "half of the interval", "power"), rows)
    if found["repeats"] is not None:
        yield f"{found['repeats']} repeats of every item tell it with a power of {found['power']:g}."
    else:
        more = found["items_needed"]
        yield "No number of repeats is enough: items differ in how they suit respondents. " + (
            f"{more} items of every value are needed." if more else "No number of items is enough either."
        )
    yield _known(found)
    yield "Repeats that always bring the same answer, as at temperature 0, add nothing."
