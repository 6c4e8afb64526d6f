"""What ``scores.json`` says of structure, as far as a reader uses it."""

from __future__ import annotations

from pydantic import Field

from valuespectrum.runs.parts.schema import Count, Number, Part, Text


class _Known(Part):
    mean: Number | None
    low: Number | None
    high: Number | None
    why: Text = ""


class _Statistic(Part):
    value: Number | None
    p: Number | None
    why: Text = ""


class _Map(Part):
    points: dict[Text, tuple[Number, Number]]
    stress: Number
    congruence: Number
    displacement: Number
    p: Number


class _Semantic(Part):
    observed: Number | None
    semantic: Number | None
    partial: Number | None
    p: Number | None
    told: Text


class _People(Part):
    distance: Number
    cosine: Number
    order_index: Number
    congruence: Number


class StructurePart(Part):
    """The circle over the respondents of one instrument, read in one way."""

    instrument: Text
    readout: Text = ""
    value_set: Text
    respondents: Count
    complete: Count
    why: Text
    people: _People
    notes: list[Text]
    distance: _Statistic | None
    cosine: _Statistic | None
    order_index: _Statistic | None
    map: _Map | None
    semantic: _Semantic | None


class _Wave(Part):
    told: Text


class _Sample(Part):
    title: Text
    source: Text
    spearman: Number | None


class ShapePart(Part):
    """One profile."""

    wave: _Wave | None = None
    broader: dict[Text, dict[Text, _Known]] = Field(default_factory=dict)
    axes: dict[Text, _Known] = Field(default_factory=dict)
    people: list[_Sample] = Field(default_factory=list)
