"""``compare --functioning``: items that work differently in groups of respondents, and what may be compared at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import ClassVar

from valuespectrum.operations.shared.checked import Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import AcrossName, ReadoutName
from valuespectrum.operations.shared.outcomes import Outcome, flat
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

ITEMS_SHOWN = 20
"""Items that are listed; the document has all."""


@dataclass(frozen=True, slots=True)
class FunctioningSettings(CheckedSettings):
    """What makes the groups; the names are those of the options of ``valuespectrum compare --functioning``."""

    bounds: ClassVar[Bounds] = {"minimum_mass": (0, 1)}

    across: AcrossName = "run"
    """What makes the groups: ``run``, ``model``, ``persona``, ``stimulus``, ``wording``."""
    form: str = ""
    """Questionnaire that files with one person a line hold, such as ``pvq_40``; empty where a line is one answer."""
    turned: bool = False
    """Whether files count 1 as most like the respondent."""
    graded: bool = False
    """Ask a graded response model as well, item by item, which takes longer."""
    readout: ReadoutName = "auto"
    """What of an answer is read."""
    minimum_mass: float = 0.1
    """Least probability of the options together for an answer to count."""


@dataclass(frozen=True, repr=False)
class Functioning(Outcome):
    """Items in groups of respondents."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each item: tests, shifts in log-odds, size, and what was found."""
        return [flat(each) for each in self.document["items"]]


def functioning(
    runs: str | PathLike[str] | Sequence[str | PathLike[str]],
    settings: FunctioningSettings | None = None,
    teller: Teller | None = None,
) -> Functioning:
    """Look for items that work differently in groups of respondents; needs no model and no corpus.

    Args:
        runs: Run folders of one instrument, each a group unless something else makes the groups; and files of people's
            answers (CSV, ``.rda``), each a group.
        settings: What makes the groups.
        teller: Who is told how it goes.

    Returns:
        Ordinal logistic tests of every item (uniform and non-uniform) with effect sizes and rates of false discoveries,
        and for each value whether configural, metric and scalar invariance hold, fail, or are not shown.

    Raises:
        InputError: A folder is no run, instruments differ, or a group is missing or too small.
        ModelError: Every ask to a model failed.

    Example::

        vs.functioning(["runs/en", "runs/de"]).to_pandas()
    """
    from valuespectrum.comparing.groups.functioning import FunctioningOptions, functioning_of_runs
    from valuespectrum.scoring.cells import ScoringOptions

    settings, teller = settings or FunctioningSettings(), teller or Unattended()
    folders = [user_path(run) for run in ([runs] if isinstance(runs, str | PathLike) else runs)]
    teller.doing("looking at items")
    scoring = ScoringOptions(readout=settings.readout, minimum_mass=settings.minimum_mass)
    document = functioning_of_runs(
        folders,
        FunctioningOptions(
            settings.across, form=settings.form, turned=settings.turned, graded=settings.graded, scoring=scoring
        ),
    )
    return Functioning(document, _in_words(document))


def _in_words(document: Json) -> str:
    groups = ", ".join(f"{each['name']} ({each['cases']})" for each in document["groups"])
    values = ValueSet.from_json(document["value_set"])
    parts = [f"{document['instrument']} in groups by {document['across']}: {groups}", *_found(document, values)]
    parts.append(_steps(document, values))
    parts.append("\n".join(document["verdicts"]))
    parts.append("\n".join([document["covers"], *(f"note: {note}" for note in document["notes"])]))
    return "\n\n".join(parts)


def _found(document: Json, values: ValueSet) -> Iterator[str]:
    """Items that were found, the largest first."""
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import number, with_interval

    flagged = [each for each in document["items"] if each["flags"]]
    tested = sum(each["uniform"] is not None for each in document["items"])
    share = f"{100 * document['rate']:g} %"
    if not flagged:
        yield f"none of {tested} items was found to work differently"
        return
    flagged.sort(key=lambda each: -abs(_largest(each)))
    first, *further = (each["name"] for each in document["groups"])
    rows = [
        (
            each["item"],
            values.label(each["value"]),
            ", ".join(each["flags"]),
            each["size"],
            *(with_interval(Estimate.read(shift), 2, True) for shift in each["shifts"]),
            number(each["r2"], 3),
            *([_graded(each["graded"], document["rate"])] if each["graded"] else []),
        )
        for each in flagged[:ITEMS_SHOWN]
    ]
    head = ("item", "value", "found", "size", *(f"{name} above {first}" for name in further), "R2 gained")
    head += ("graded model",) if flagged[0]["graded"] else ()
    more = f"\nand {len(flagged) - ITEMS_SHOWN} more (--json has all)" if len(flagged) > ITEMS_SHOWN else ""
    yield (
        f"{len(flagged)} of {tested} items work differently, log-odds of a higher answer at an equal value (of them "
        f"{share} wrong at most, on average)\n{table(head, rows)}{more}"
    )


def _graded(told: Json, rate: float) -> str:
    """What the graded response model says of an item."""
    from valuespectrum.reporting.elements.words import number

    if told["q"] is None:
        return "not tested"
    gaps = ", ".join(number(gap, 2, True) for gap in told["gaps"])
    return f"{'found' if told['q'] < rate else 'not found'} ({gaps} levels)"


def _largest(each: Json) -> float:
    return max((abs(shift["mean"]) for shift in each["shifts"]), default=0.0)


def _steps(document: Json, values: ValueSet) -> str:
    """The three steps of invariance by value, with differences of level where they may be told."""
    first, *further = (each["name"] for each in document["groups"])
    rows = [
        (
            values.label(value),
            *(row[step]["status"] for step in ("configural", "metric", "scalar")),
            *map(_difference, row["differences"]),
        )
        for value, row in document["values"].items()
    ]
    head = ("value", "configural", "metric", "scalar", *(f"{name} minus {first}" for name in further))
    return f"invariance, and differences of level ({document['scale']})\n{table(head, rows)}"


def _difference(told: Json) -> str:
    """A difference of level; that it may not be told is another thing than that it is not known."""
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import with_interval
    from valuespectrum.scoring.functioning.invariance import LEVELS_REFUSED

    if told["mean"] is None:
        return "refused" if told["why"].startswith(LEVELS_REFUSED) else f"not known: {told['why']}"
    return with_interval(Estimate.read(told), 2, True)
