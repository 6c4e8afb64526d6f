"""What ``scores.json`` says of decisions in scenes and of values named in reasons, as far as a reader uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import Field, model_validator

from valuespectrum.runs.parts.schema import Count, Number, Part, Text

_MOST_ACTS = 100


class DecisionsPart(Part):
    """What one respondent says of its wishes, and in which order it does things."""

    stated: dict[Text, Number]
    orders: dict[Text, list[Count]]
    ranked: dict[Text, list[list[Count]]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for scene, order in self.orders.items():
            _check_whole(scene, order)
        _check_ranked(self.ranked)
        return self


class ShownDecisionsPart(Part):
    """What one respondent says of its wishes, and how it ranks moves about clips."""

    stated: dict[Text, Number]
    ranked: dict[Text, list[list[Count]]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _check_ranked(self.ranked)
        return self


def _check_whole(unit: str, order: Sequence[int]) -> None:
    if not 1 <= len(order) <= _MOST_ACTS or sorted(order) != list(range(len(order))):
        raise ValueError(f"the order of {unit[:40]!r} does not name every act once")


def _check_ranked(ranked: Mapping[str, Sequence[Sequence[int]]]) -> None:
    for unit, orders in ranked.items():
        for order in orders:
            _check_whole(unit, order)
        if len({len(order) for order in orders}) > 1:
            raise ValueError(f"the orders of {unit[:40]!r} are not of the same acts")


class _Reasons(Part):
    id: Text
    question: Text
    points: list[Text]
    values: list[Text]
    opponents: dict[Text, Number]


class _WinRate(Part):
    mean: Number | None
    low: Number | None
    high: Number | None
    why: Text = ""


class ReasonsPart(Part):
    """What one respondent named in its reasons, and how often it wins by that."""

    answers: list[_Reasons] = Field(default_factory=list)
    win_rates: dict[Text, Number | None] = Field(default_factory=dict)
    win_rate_ranges: dict[Text, _WinRate] = Field(default_factory=dict)
