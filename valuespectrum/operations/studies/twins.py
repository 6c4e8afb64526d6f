"""``calibrate --corpora``: what batteries and readouts recover of twins, over corpora drawn afresh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json


@dataclass(frozen=True, slots=True)
class TwinStudySettings(CheckedSettings):
    """How much is drawn; the names are those of the options of ``valuespectrum calibrate``."""

    bounds: ClassVar[Bounds] = {"corpora": (0, ENDLESS), "respondents": (1, ENDLESS)}

    corpora: int = 20
    """Corpora, each with clips, search words and respondents of its own."""
    respondents: int = 12
    """Respondents with values in each corpus; as many more have none."""
    seed: int = 0
    figure: Path | None = None
    """Where to draw what was found, as SVG."""


@dataclass(frozen=True, repr=False)
class TwinStudy(Outcome):
    """What batteries recover in each readout."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each battery and readout."""
        return list(self.document["rows"])


def study_twins(settings: TwinStudySettings | None = None, teller: Teller | None = None) -> TwinStudy:
    """Measure respondents that answer by the planted formulas: bias, error, ranks, coverage and false alarms.

    Args:
        settings: How much is drawn.
        teller: Who is told how it goes.

    Raises:
        InputError: Nothing is to be drawn, or a file that is no drawing stands where the figure goes.
        StorageError: The figure cannot be written.

    Example::

        vs.study_twins(vs.TwinStudySettings(corpora=4)).to_pandas()
    """
    from valuespectrum.calibration.figure import draw
    from valuespectrum.calibration.study import StudyOptions, run_study
    from vectorstore.foundation.disk import refuse_foreign, storage_errors, write_durably

    settings, teller = settings or TwinStudySettings(), teller or Unattended()
    if settings.corpora < 1 or settings.respondents < 1:
        raise InputError("no corpus or no respondent is to be drawn", "name numbers above 0")
    figure = settings.figure
    if figure is not None:
        refuse_foreign(figure, _is_drawing, "a figure")
    with teller.progress("drawing corpora, asking twins") as advance:
        found = run_study(StudyOptions(settings.corpora, settings.respondents, settings.seed), advance)
    if figure is not None:
        with storage_errors(figure):
            write_durably(figure, draw(found).encode())
        found["figure"] = str(figure)
    return TwinStudy(found, _in_words(found))


def _is_drawing(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"<svg "


def _in_words(found: Json) -> str:
    header = ("battery", "readout", "told", "rank corr.", "off circle", "slope", "error", "points", "covered", "alarms")
    asks = {each["name"]: each["asks"] for each in found["batteries"]}
    rows = [
        (
            f"{row['battery']} ({asks[row['battery']]:,} asks)",
            row["readout_in_words"],
            "-" if row["told"] is None else f"{row['told']:.0%}",
            *(_number(row[name], 2) for name in ("spearman", "off_circle", "slope", "rmse")),
            _number(row["rmse_points"], 1),
            _share(row, "coverage"),
            _share(row, "omnibus"),
        )
        for row in found["rows"]
    ]
    figure = f"\nfigure: {found['figure']}" if "figure" in found else ""
    return (
        f"{table(header, rows)}\n\n{found['corpora']} corpora drawn afresh, in each {found['respondents']} respondents "
        f"with values and as many without. Intervals claim {found['expected_coverage']:.0%}. In brackets: standard "
        "errors, of coverage clustered by corpus and value, of false alarms (values found to differ where there are "
        "none) by corpus. A dash is what a readout does not tell, or nobody published."
        f"{figure}"
    )


def _number(number: float | None, digits: int) -> str:
    return "-" if number is None else f"{number:.{digits}f}"


def _share(row: Json, name: str) -> str:
    share, error = row[name], row[f"{name}_se"]
    return "-" if share is None else f"{share:.3f}" + ("" if error is None else f" ({error:.3f})")
