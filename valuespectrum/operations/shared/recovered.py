"""Recovered numbers on different scales, as ``calibrate`` prints them."""

from __future__ import annotations

from valuespectrum.operations.shared.tables import table
from vectorstore.foundation.json_types import Json


def numbers_in_words(found: Json) -> str:
    """A row for each respondent and number, then the figures of each cohort.

    Args:
        found: Of ``calibration.calibrate``, for an instrument of numbers on different scales.
    """
    from valuespectrum.reporting.elements.words import number

    rows = [
        (
            row["name"],
            row["cohort"] or "-",
            dimension,
            number(planted, 2),
            number(row["recovered"][dimension], 2),
            number(row["low"][dimension], 2),
            number(row["high"][dimension], 2),
            number(row["error"][dimension], 2, True),
        )
        for row in found["respondents"]
        for dimension, planted in row["planted"].items()
    ]
    header = ("respondent", "cohort", "number", "planted", "found", "from", "to", "error")
    told = [
        _figures(cohort, dimension, figures, found["expected_coverage"])
        for cohort, dimensions in found["cohorts"].items()
        for dimension, figures in dimensions.items()
    ]
    if found["apart"]:
        told.append("Apart: " + "; ".join(f"{each['name']} ({each['why']})" for each in found["apart"]) + ".")
    told.append(f"Intervals are over {found['unit']}s.")
    return f"{table(header, rows)}\n\n" + "\n".join(told)


def _figures(cohort: str, dimension: str, figures: Json, claimed: float) -> str:
    from valuespectrum.reporting.elements.words import number, percent

    told = f"{cohort or 'all'}, {dimension}: {figures['n']} respondents"
    if figures["n"]:
        median, largest = number(figures["median_error"], 2), number(figures["largest_error"], 2)
        told += f", absolute error {median} (median), {largest} (largest)"
    if figures["spearman"] is not None:
        told += f", rank correlation {number(figures['spearman'], 2)}"
    if figures["intervals"]:
        inside = percent(figures["inside"], "")
        told += f"; {inside} of {figures['intervals']} intervals that claim {claimed:.0%} hold it"
    if figures["unmeasured"]:
        told += f"; without a number: {', '.join(figures['unmeasured'])}"
    return told
