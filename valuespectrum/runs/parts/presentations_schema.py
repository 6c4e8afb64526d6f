"""What ``scores.json`` must say of the conditions of showing clips to be read."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from valuespectrum.runs.parts.schema import Count, Flag, Number, Part, Text


class _Number(Part):
    mean: Number | None
    low: Number | None = None
    high: Number | None = None
    why: Text = ""


class _Tested(_Number):
    p_adjusted: Number | None = None
    verdict: Text = ""


class _Differ(Part):
    p: Number | None


class _Injection(Part):
    place: Text
    push: Text
    change: _Number
    beyond: _Number
    log_odds: _Number
    without: Number
    n_clips: Count
    covers: Text


class ShownCondition(Part):
    """One respondent under one condition, beside the one that scores rest on."""

    model: Text
    persona: Text
    strategy: Text
    placebo: Flag
    presentation: Text
    n_clips: Count = 0
    n_answers: Count = 0
    rates: dict[Text, Number] = Field(default_factory=dict)
    why: Text
    unit: Text = "log-odds"
    kept: _Number | None
    visual_share: _Number | None
    values: dict[Text, _Tested]
    general: _Number | None = None
    differ: _Differ | None = None
    covers: Text = ""
    injection: _Injection | None = None

    @model_validator(mode="after")
    def _compared(self) -> Self:
        if not self.why and None in (self.kept, self.general, self.differ):
            raise ValueError("neither a comparison nor a reason why there is none")
        return self


class ShownConditions(Part):
    """All of a run."""

    base: Text
    conditions: list[ShownCondition]
