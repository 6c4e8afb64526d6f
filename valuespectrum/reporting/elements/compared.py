"""Takes a comparison of runs apart for the page: pairs, order of respondents, trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from valuespectrum.reporting.elements.data import Estimate
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.json_types import Json

CLIPS_SHOWN = 12
"""Clips that a pair shows."""


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """One value of two respondents, or one value's slope."""

    value: str
    label: str
    difference: Estimate
    p: float | None
    """Adjusted."""
    verdict: str = ""
    ranks: tuple[str, str] = ("–", "–")
    why: str = ""


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Two respondents."""

    first: str
    second: str
    rows: tuple[ComparedValue, ...]
    differ: float | None
    """P of the test whether the profiles differ at all."""
    general: Estimate
    covers: str
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    clips: Json
    """As in the document."""

    @property
    def estimates(self) -> list[Estimate]:
        """Of all values."""
        return [row.difference for row in self.rows]


def read_pairs(document: Json) -> list[ComparedPair]:
    """All pairs of a comparison."""
    values = ValueSet.from_json(document["value_set"])
    return [_pair(each, values) for each in document["comparisons"]]


def read_slopes(document: Json) -> list[ComparedValue]:
    """The trend; empty where there is none."""
    drift = document["drift"] or {}
    values = ValueSet.from_json(document["value_set"])
    rows = (drift.get("slope") or {}).get("values", {})
    return [
        ComparedValue(value, values.label(value), Estimate.read(row, "centred"), row["centred_p_adjusted"])
        for value, row in rows.items()
        if row["centred"] is not None
    ]


def read_places(document: Json) -> tuple[list[str], list[tuple[str, str, list[str]]]]:
    """Respondents, and for each value its name, its label and everybody's place."""
    order, values = document["places"], ValueSet.from_json(document["value_set"])
    shared: Sequence[str] = list(order[0]["values"]) if order else []
    rows = [(value, values.label(value), [_rank(each["values"].get(value)) for each in order]) for value in shared]
    return [each["respondent"] for each in order], rows


def _pair(each: Json, values: ValueSet) -> ComparedPair:
    ranks = [each["ranks"][side] for side in ("first", "second")]
    rows = tuple(
        ComparedValue(
            value,
            values.label(value),
            Estimate.read(row),
            row["p_adjusted"],
            row["verdict"],
            (_rank(ranks[0].get(value)), _rank(ranks[1].get(value))),
            row["why"],
        )
        for value, row in each["values"].items()
    )
    return ComparedPair(
        each["first"],
        each["second"],
        rows,
        each["differ"]["p_adjusted"],
        Estimate.read(each["general"]),
        each["covers"],
        tuple(each["notes"]),
        tuple(values.label(value) for value in each["left_out"]),
        each["clips"],
    )


def _rank(row: Mapping[str, int] | None) -> str:
    """``2 (1–4)``, or the rank alone where it is sure."""
    if row is None:
        return "–"
    low, high = row["rank_low"], row["rank_high"]
    return str(row["rank"]) if low == high else f"{row['rank']} ({low}–{high})"
