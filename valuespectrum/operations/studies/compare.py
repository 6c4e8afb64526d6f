"""``compare``: respondents of stored runs beside each other, what differs, what is equal, what cannot be told."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import ReadoutName
from valuespectrum.operations.shared.outcomes import Outcome, flat
from valuespectrum.operations.shared.telling import Teller, Unattended
from valuespectrum.operations.studies.compared import in_words
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from valuespectrum.comparing.compare import ComparingOptions


@dataclass(frozen=True, slots=True)
class CompareSettings(CheckedSettings):
    """Who is compared with whom; the names are those of the options of ``valuespectrum compare``."""

    bounds: ClassVar[Bounds] = {"most_pairs": (1, ENDLESS), "margin": (0.001, ENDLESS), "minimum_mass": (0, 1)}

    model: tuple[str, ...] = ()
    """Ids, specs or names of models, in the order in which they are compared; empty for all."""
    persona: tuple[str, ...] = ()
    """Ids of personas, ``none`` for the model as itself, ``all`` for it and every persona; empty for ``none``."""
    all_pairs: bool = False
    """Every one with every other, in place of the first with the others."""
    most_pairs: int = 45
    """Pairs above which nothing is compared."""
    margin: float | None = None
    """Within which two count as equal, in the unit of what is compared; ``None`` for 0.5 log-odds (12 points of 100 in
    the middle of the scale), 0.5 of seven steps, or 12 percent."""
    drift: bool = False
    """One respondent through the runs, in their order."""
    at: str = ""
    """Where the runs of a drift stand: numbers with commas between them, ``begun`` for days, empty for 0, 1, 2, ..."""
    readout: ReadoutName = "auto"
    """What of an answer is read."""
    minimum_mass: float = 0.1
    """Least probability of yes and no together for an answer to count."""
    other_wordings: bool = True
    """Whether intervals cover other wordings like those asked; else these wordings alone, which is then said."""
    out: Path | None = None
    """A report that shows the comparison."""


@dataclass(frozen=True, repr=False)
class RunComparison(Outcome):
    """Respondents beside each other."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each pair and value: the difference with its interval, p-values and verdict."""
        return [
            {"first": each["first"], "second": each["second"], "value": value, **flat(row)}
            for each in self.document["comparisons"]
            for value, row in each["values"].items()
        ]

    def clips(self) -> Sequence[Mapping[str, object]]:
        """The clips about which two respondents differ beyond their profiles, a row each."""
        return [
            {"first": each["first"], "second": each["second"], **row}
            for each in self.document["comparisons"]
            for row in each["clips"]["flagged"]
        ]


def compare(
    runs: str | PathLike[str] | Sequence[str | PathLike[str]],
    settings: CompareSettings | None = None,
    teller: Teller | None = None,
) -> RunComparison:
    """Compare respondents of one or several runs from their stored answers; needs no model and no corpus.

    Args:
        runs: Run folders; the first respondent of the first is compared with the others.
        settings: Who with whom, and how.
        teller: Who is told what is left out.

    Returns:
        Every pair over the values that both measured: difference of centred log-odds, interval, p adjusted by Holm over
        all values and pairs, equality within the margin, verdict; ranks, and clips that stand out.

    Raises:
        InputError: A folder is no run, answers were read in different ways, nothing is shared, or too few or too many
            respondents are chosen.
        ModelError: Every ask to a model failed.
        StorageError: The page cannot be written.

    Example::

        vs.compare(["runs/one", "runs/two"]).to_pandas()
    """
    from valuespectrum.comparing.compare import compare_runs
    from valuespectrum.reporting.page import refuse_other_pages

    settings, teller = settings or CompareSettings(), teller or Unattended()
    if settings.out is not None:
        refuse_other_pages(settings.out)
    folders = [user_path(run) for run in ([runs] if isinstance(runs, str | PathLike) else runs)]
    document = compare_runs(folders, _options(settings))
    for each in document["left_out"]:
        teller.say(f"note: {each['label']} is left out: {each['why']}")
    if settings.out is not None:
        _show(document, folders, settings.out, teller)
        document["report"] = str(settings.out)
    return RunComparison(document, in_words(document))


def _options(settings: CompareSettings) -> ComparingOptions:
    from valuespectrum.comparing.compare import ComparingOptions
    from valuespectrum.comparing.respondents import Wanted
    from valuespectrum.scoring.cells import ScoringOptions

    wanted = Wanted(settings.model, settings.persona) if settings.persona else Wanted(settings.model)
    return ComparingOptions(
        wanted,
        settings.all_pairs,
        settings.most_pairs,
        settings.margin,
        settings.drift,
        settings.at,
        ScoringOptions(
            readout=settings.readout, minimum_mass=settings.minimum_mass, over_wordings=settings.other_wordings
        ),
    )


def _show(document: Json, folders: Sequence[Path], page: Path, teller: Teller) -> None:
    """Write the report of the runs with the comparison in it."""
    from valuespectrum.operations.report import corpus_of_runs, warn_of_scores
    from valuespectrum.reporting.load import ReportSources, load_report
    from valuespectrum.reporting.page import write_report

    with contextlib.ExitStack() as stack:
        opened = corpus_of_runs(None, folders, teller, stack)
        data = load_report(ReportSources(tuple(folders), opened), "Comparison")
        write_report(replace(data, comparison=document), page)
    for sentence in data.cautions:
        teller.warn(sentence)
    warn_of_scores(data, teller)
