"""What ``scores.json`` says of decisions in scenes and of values named in reasons, as far as a reader uses it."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from valuespectrum.runs.parts.schema import Count, Number, Part, Text

_MOST_ACTS = 100


class DecisionsPart(Part):
    """What one respondent says of its wishes, and in which order it does things."""

    stated: dict[Text, Number]
    orders: dict[Text, list[Count]]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for scene, order in self.orders.items():
            if not 1 <= len(order) <= _MOST_ACTS or sorted(order) != list(range(len(order))):
                raise ValueError(f"the order of {scene[:40]!r} does not name every act once")
        return self


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
