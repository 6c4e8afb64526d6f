"""A comparison of runs as tables for a person, with what it has to be read with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from valuespectrum.operations.shared.tables import chance, table
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.json_types import Json

CLIPS_SHOWN = 10
"""Clips that a pair lists; the document has all."""


def in_words(document: Json) -> str:
    """All pairs, the order of respondents, and the trend."""
    values = ValueSet.from_json(document["value_set"])
    parts = [_pair(each, values, document) for each in document["comparisons"]]
    if document["places"]:
        parts.append(_places(document, values))
    if document["drift"] is not None and document["drift"]["slope"] is not None:
        parts.append(_trend(document["drift"], values, document["unit"]))
    return "\n\n".join(parts)


def _pair(each: Json, values: ValueSet, document: Json) -> str:
    """One pair."""
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import with_interval

    level = f"{document['level']:.0%}".replace("%", " %")
    rows = [
        (
            values.label(value),
            with_interval(Estimate.read(row), 2, True),
            chance(row["p_adjusted"]),
            chance(row["p_equal"]),
            *(_rank(each["ranks"][side].get(value)) for side in ("first", "second")),
            row["verdict"],
        )
        for value, row in each["values"].items()
    ]
    header = ("value", f"difference [{level}]", "p", "p equal", "rank", "rank", "verdict")
    return "\n".join(
        (
            f"{each['first']} minus {each['second']}, centred {document['unit']}"
            f"{'' if each['design'] == 'paired' else ' (two samples of clips)'}",
            table(header, rows),
            *_about(each, values, document),
            *_clips(each["clips"], values),
        )
    )


def _about(each: Json, values: ValueSet, document: Json) -> Iterator[str]:
    """What the table has to be read with."""
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import listing, with_interval

    differ = each["differ"]
    tested = f"F = {differ['statistic']:.1f}, p {chance(differ['p_adjusted'])}" if differ["p"] is not None else ""
    yield f"Whether the profiles differ at all: {tested or differ['why']}."
    general = Estimate.read(each["general"])
    yield f"How much more the first likes everything: {with_interval(general, 2, True)} (not in the differences)."
    again = each["retest"]
    if again["value"] is not None:
        told = with_interval(Estimate(again["value"], again["low"], again["high"], again["why"]), 2, True)
        yield f"Correlation of the two profiles over {again['n']} values (test and retest, of one model): {told}."
    yield (
        f"p is adjusted for all values and pairs (Holm); equal means within {document['margin']:g} "
        f"{document['unit']} (two one-sided tests). "
        f"{each['covers']}"
    )
    for value, row in each["values"].items():
        if row["why"]:
            yield f"{values.label(value)}: {row['why']}."
    if each["left_out"]:
        yield f"Left out, measured by one of them only: {listing([values.label(value) for value in each['left_out']])}."
    yield from (f"Note: {note}." for note in each["notes"])


def _clips(found: Json, values: ValueSet) -> Iterator[str]:
    """Clips that stand out."""
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import number, with_interval

    if found["why"]:
        yield f"Clips: {found['why']}."
        return
    flagged = found["flagged"]
    expected = f", up to {found['rate']:.0%} of them by chance" if flagged else ""
    yield (
        f"Clips on which they differ beyond these differences: {len(flagged)} of {found['tested']}{expected}; "
        f"spread over clips {number(found['spread'], 2)} log-odds."
    )
    if flagged:
        rows = [
            (row["clip"][:16], values.label(row["value"]), with_interval(Estimate.read(row), 2, True), row["size"])
            for row in flagged[:CLIPS_SHOWN]
        ]
        yield table(("clip", "value", "beyond [95 %]", "size"), rows)
        if len(flagged) > CLIPS_SHOWN:
            yield f"... and {len(flagged) - CLIPS_SHOWN} more (--json has all)"


def _places(document: Json, values: ValueSet) -> str:
    """Who stands where on each value."""
    from valuespectrum.reporting.elements.words import listing

    order, without = document["places"], [values.label(value) for value in document["places_left_out"]]
    shared = list(order[0]["values"])
    rows = [(values.label(value), *(_rank(each["values"].get(value)) for each in order)) for value in shared]
    heading = "Places among all, 1 for the one that likes it most beside its other values, with the places that may be"
    names = [f"{place}: {each['respondent']}" for place, each in enumerate(order, start=1)]
    header = ("value", *(str(place) for place in range(1, len(order) + 1)))
    if not shared:
        return f"{heading}: no value was measured of all."
    left = [f"Without a place, not measured of all: {listing(without)}."] if without else []
    return "\n".join((heading, table(header, rows), *names, *left))


def _trend(drift: Json, values: ValueSet, unit: str) -> str:
    """Slopes."""
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.whiskers import digits_of, span_of
    from valuespectrum.reporting.elements.words import with_interval

    slope = drift["slope"]
    told = {value: row for value, row in slope["values"].items() if row["centred"] is not None}
    digits = digits_of(span_of(Estimate.read(row, "centred") for row in told.values()))
    rows = [
        (
            values.label(value),
            with_interval(Estimate.read(row, "centred"), digits, True),
            chance(row["centred_p_adjusted"]),
        )
        for value, row in told.items()
    ]
    at = ", ".join(f"{place:g}" for place in drift["at"])
    return "\n".join(
        (
            f"Trend over {len(drift['at'])} runs at {at}: centred {unit} a {drift['unit']}",
            table(("value", "slope [95 %]", "p"), rows),
            slope["covers"],
        )
    )


def _rank(row: Mapping[str, int] | None) -> str:
    return "-" if row is None else f"{row['rank']} [{row['rank_low']}, {row['rank_high']}]"
