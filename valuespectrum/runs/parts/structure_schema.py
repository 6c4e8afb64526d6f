"""What ``scores.json`` says of structure, as far as a reader uses it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from valuespectrum.runs.parts.schema import Count, Number, Part, Text

_Axis = Literal["openness_over_conservation", "self_transcendence_over_self_enhancement"]


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

    @model_validator(mode="after")
    def _told(self) -> Self:
        if not self.why and None in (self.distance, self.cosine, self.order_index, self.map, self.semantic):
            raise ValueError("neither numbers nor a reason why there are none")
        return self


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
    axes: dict[_Axis, _Known] = Field(default_factory=dict)
    people: list[_Sample] = Field(default_factory=list)
