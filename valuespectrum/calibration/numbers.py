"""How well an instrument recovers planted numbers that are on different scales, such as an angle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from valuespectrum.scoring.recovery import spearman
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json


def compare_numbers(profile: Mapping[str, Json], planted: Mapping[str, float]) -> Json:
    """Set what was found of one respondent beside what was planted.

    Args:
        profile: Dimension to a row of scores, with ``mean, low, high``.
        planted: Dimension to what should be found; dimensions that nothing was planted of are left out.

    Returns:
        ``planted, recovered, low, high, error`` (found minus planted) and ``inside`` by dimension; ``inside`` is
        ``None`` where there is no interval, ``recovered`` and ``error`` where nothing was found.

    Raises:
        InputError: Nothing was planted that the instrument finds.
    """
    compared = [dimension for dimension in profile if dimension in planted]
    if not compared:
        raise InputError("nothing was planted that this instrument finds", "calibrate with twins, or with another one")
    rows = {dimension: _row(profile[dimension], planted[dimension]) for dimension in compared}
    return {name: {dimension: row[name] for dimension, row in rows.items()} for name in _COLUMNS}


def by_cohort(rows: Sequence[Json]) -> Json:
    """Figures of each cohort and dimension over respondents.

    Args:
        rows: With ``cohort`` and what ``compare_numbers`` gives.

    Returns:
        Cohort to dimension to ``n`` (respondents with a number), ``unmeasured`` (names of those without),
        ``median_error`` and ``largest_error`` (absolute), ``spearman`` (between respondents; ``None`` where nothing
        varies), ``intervals`` (how many have one) and ``inside`` (share of these that hold the planted number).
    """
    cohorts = dict.fromkeys(row["cohort"] for row in rows)
    return {cohort: _figures([row for row in rows if row["cohort"] == cohort]) for cohort in cohorts}


_COLUMNS = ("planted", "recovered", "low", "high", "error", "inside")


def _row(found: Json, planted: float) -> Json:
    mean, low, high = (found[name] for name in ("mean", "low", "high"))
    bounded = low is not None and high is not None
    return {
        "planted": planted,
        "recovered": mean,
        "low": low,
        "high": high,
        "error": None if mean is None else mean - planted,
        "inside": low <= planted <= high if bounded else None,
    }


def _figures(rows: Sequence[Json]) -> Json:
    dimensions = dict.fromkeys(dimension for row in rows for dimension in row["planted"])
    return {dimension: _of_dimension(rows, dimension) for dimension in dimensions}


def _of_dimension(rows: Sequence[Json], dimension: str) -> Json:
    planted = {row["name"]: row["planted"][dimension] for row in rows}
    found = {row["name"]: row["recovered"][dimension] for row in rows if row["recovered"][dimension] is not None}
    errors = [abs(found[name] - planted[name]) for name in found]
    inside = [row["inside"][dimension] for row in rows if row["inside"][dimension] is not None]
    return {
        "n": len(found),
        "unmeasured": [name for name in planted if name not in found],
        "median_error": median(errors) if errors else None,
        "largest_error": max(errors, default=None),
        "spearman": spearman(found, {name: planted[name] for name in found}) if len(found) > 2 else None,
        "intervals": len(inside),
        "inside": sum(inside) / len(inside) if inside else None,
    }
