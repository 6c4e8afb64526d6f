"""What ``scores.json`` says of dilemmas in steps, as far as a reader uses it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from valuespectrum.runs.parts.schema import Count, Number, Part, Text

_MOST_VALUES, _MOST_STEPS = 40, 20


class _StepEstimate(Part):
    mean: Number | None
    low: Number | None
    high: Number | None
    why: Text = ""


class _Preference(_StepEstimate):
    n: Count


class _WinRates(Part):
    rates: list[list[Number | None]]
    steps: list[list[Count]]
    dilemmas: list[list[Count]]

    def has(self, values: int) -> bool:
        """Whether all tables have so many rows and columns."""
        tables = (self.rates, self.steps, self.dilemmas)
        return all(len(rows) == values and all(len(row) == values for row in rows) for rows in tables)


class _Refusals(Part):
    mean: Number | None


class _ClimbStep(Part):
    step: Count
    preferences: dict[Text, _Preference]
    refusals: _Refusals


class _Transitive(Part):
    triples: Count
    chains: Count
    weak: Count
    moderate: Count
    strong: Count
    cycles: list[Annotated[list[Text], Field(min_length=1)]]


class _ShiftedRanks(Part):
    moved: Number | None
    p: Number | None


class StaircasesPart(Part):
    """Preferences by step and by pair of one respondent."""

    values: list[Text] = Field(max_length=_MOST_VALUES)
    steps: list[_ClimbStep] = Field(min_length=1, max_length=_MOST_STEPS)
    slopes: dict[Text, _StepEstimate]
    rank_shift: _ShiftedRanks
    win_rates: _WinRates
    transitivity: _Transitive
    covers: Text = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        named = [list(self.slopes), *(list(step.preferences) for step in self.steps)]
        if any(names != self.values for names in named) or not self.win_rates.has(len(self.values)):
            raise ValueError("not every value is there")
        return self
