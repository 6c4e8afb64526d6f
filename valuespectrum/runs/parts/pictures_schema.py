"""What the parts of ``scores.json`` about pictures must look like to be read: ratings, and corrected profiles."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from valuespectrum.runs.parts.schema import Count, Flag, Number, Part, Text, ValueName


class _Wrong(Part):
    wrong: Number | None
    wrong_low: Number | None
    wrong_high: Number | None
    wrong_why: Text = ""
    n_clips: Count
    other: Number | None
    violated: Number | None
    nothing: Number | None
    shown: dict[Text, Count]


class _Agreement(Part):
    alpha: Number | None
    alpha_low: Number | None
    alpha_high: Number | None
    alpha_why: Text = ""
    share: Number | None
    n_pictures: Count


class PicturesPart(Part):
    """What raters say about the pictures of a run."""

    raters: dict[Text, Text]
    rater_errors: dict[Text, Number | None] = Field(default_factory=dict)
    agreement: dict[Text, _Agreement]
    wrong: dict[ValueName, _Wrong]
    balance: dict[ValueName, dict[Text, Number | None]]
    unavailable: dict[Text, Text] = Field(default_factory=dict)
    notes: list[Text] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_table(self) -> Self:
        if len({tuple(sorted(row)) for row in self.balance.values()}) > 1:
            raise ValueError("values are balanced in different things")
        return self


class _Centred(Part):
    centred: Number | None
    centred_low: Number | None
    centred_high: Number | None
    centred_why: Text = ""
    centred_p_adjusted: Number | None = None


class _Reworked(Part):
    values: dict[ValueName, _Centred]
    why: Text = ""


class _Slope(Part):
    mean: Number | None
    low: Number | None
    high: Number | None


class _Relabelled(Part):
    before: _Reworked
    after: _Reworked


class _Adjusted(Part):
    before: _Reworked
    after: _Reworked
    slopes: dict[Text, _Slope]
    unused: dict[Text, Text] = Field(default_factory=dict)


class _Matched(Part):
    size: Count
    worst: Number | None
    balanced: Flag
    after: _Reworked
    balance: dict[ValueName, dict[Text, Annotated[list[Number | None], Field(min_length=1)]]]


class CorrectedPart(Part):
    """One profile set right for its pictures."""

    relabelled: _Relabelled
    adjusted: _Adjusted | None = None
    matched: _Matched | None = None
    unit: Text = "log-odds"
