"""What ``scores.json`` must look like to be read, and how the layout of the last release is brought forward.

Only what a reader uses is named here; further fields are left alone. Kept apart from ``run.py`` because pydantic
is slow to import.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from agents.personas.reserved import NO_PERSONA
from valuespectrum.instruments.registry import published_as
from valuespectrum.runs.manifest import RunKind
from valuespectrum.runs.parts.acts_schema import ClipActs
from valuespectrum.runs.parts.answered_schema import DecisionsPart, ReasonsPart, ShownDecisionsPart
from valuespectrum.runs.parts.pictures_schema import CorrectedPart, PicturesPart
from valuespectrum.runs.parts.presentations_schema import ShownConditions
from valuespectrum.runs.parts.schema import Count, Flag, Number, Part, Text, ValueName
from valuespectrum.runs.parts.sessions_schema import SessionsPart
from valuespectrum.runs.parts.staircases_schema import StaircasesPart
from valuespectrum.runs.parts.structure_schema import ShapePart, StructurePart
from valuespectrum.scoring.estimate import CLIP
from valuespectrum.scoring.personas.placebos import Verdict
from valuespectrum.scoring.personas.sanitised import Played
from valuespectrum.scoring.schema import SCHEMA
from valuespectrum.theory.value_sets import TEN, ValueSet
from vectorstore.foreign.documents import check_shape
from vectorstore.foundation.errors import InputError, SchemaError
from vectorstore.foundation.json_types import Json

_FIRST_SCHEMA = 1
"""Of runs of the like battery, the published one and the questionnaire, over the ten values."""
_UNTESTED_SCHEMA = 2
"""Whose test of differences took clips for independent: it is not shown any more."""
_SCORE_AGAIN = "scored by an earlier release, whose test of differences took clips for independent: score the run again"
_SHOWN_WITH_A_PROFILE = {"bias", "overall", "notes", "n_units"}


class _Estimate(Part):
    mean: Number | None
    low: Number | None
    high: Number | None
    why: Text = ""
    se: Number | None = None


class _Score(_Estimate):
    centred: Number | None
    centred_low: Number | None
    centred_high: Number | None
    centred_why: Text = ""
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    n_units: Count
    n_answers: Count
    status: Text = ""
    centred_log_odds: Number | None = None
    centred_log_odds_low: Number | None = None
    centred_log_odds_high: Number | None = None
    centred_log_odds_why: Text = ""
    p_adjusted: Number | None = None


class _Set(Part):
    name: Text
    title: Text
    dimensions: list[Text]
    labels: list[Text]
    circular: Flag = False
    one_scale: Flag = True
    source: Text = ""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        try:
            ValueSet.from_json(self.model_dump())
        except InputError as error:
            raise ValueError(error.message) from error
        return self


class _Paper(Part):
    scores: dict[Text, Number | None]
    n: dict[Text, Count]


class _Differences(Part):
    statistic: Number | None = None
    df_above: Number | None = None
    df_below: Number | None = None
    p: Number | None
    values: Count = 0
    why: Text = ""


class _Guard(Part):
    state: Literal["holds", "flagged", "unknown"]
    number: Number | None = None
    threshold: Number = 0.0
    statement: Text


class _Identification(Part):
    status: Literal["identified", "order only", "not identifiable"]
    why: Text = ""


class _Respondent(Part):
    model: Text
    persona: Text
    strategy: Text
    placebo: Flag
    n_asks: Count
    instrument: Text
    value_set: Text
    unit: Text
    profile: dict[Text, _Score]
    paper: _Paper | None = None
    overall: _Estimate | None = None
    differences: _Differences | None = None
    covers: Text = ""
    guards: dict[Text, _Guard] = Field(default_factory=dict)
    identification: _Identification | None = None
    scalars: dict[Text, _Estimate] = Field(default_factory=dict)
    bias: dict[Text, _Estimate] = Field(default_factory=dict)
    rates: dict[Text, _Estimate] = Field(default_factory=dict)
    reliability: dict[Text, _Estimate] = Field(default_factory=dict)
    refusal_by_value: dict[Text, Number] = Field(default_factory=dict)
    readout: Text = ""
    notes: list[Text] = Field(default_factory=list)
    verdicts: list[Text] = Field(default_factory=list)
    n_units: Count = 0
    corrected: CorrectedPart | None = None
    shape: ShapePart | None = None
    staircases: StaircasesPart | None = None
    decisions: DecisionsPart | None = None
    decisions_shown: ShownDecisionsPart | None = None
    adaem: ReasonsPart | None = None
    acts_by_clip: dict[Text, ClipActs] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _measured(self) -> Self:
        if not self.profile and self.paper is None:
            raise ValueError("neither profile nor paper")
        missing = _SHOWN_WITH_A_PROFILE - self.model_fields_set
        if self.profile and self.persona == self.strategy == NO_PERSONA and missing:
            raise ValueError(f"{', '.join(sorted(missing))} missing")
        return self

    def check_shown(self, published: bool) -> None:
        """Refuse scores without the part that is shown of this instrument."""
        if not (self.paper if published else self.profile):
            raise ValueError(f"scores by {self.instrument[:40]!r} have no {'paper' if published else 'profile'}")

    def check_dimensions(self, value_set: _Set) -> None:
        """Refuse parts that are not about the dimensions of the value set, all of them or those that are known."""
        whole = [each for each in (self.profile, self.paper and self.paper.scores, self.paper and self.paper.n) if each]
        for part in [*whole, self.refusal_by_value]:
            strange = sorted(set(part) - set(value_set.dimensions))
            if strange:
                raise ValueError(f"{strange[0][:40]!r} is no dimension of {value_set.name[:40]!r}")
        lacking = [name for part in whole for name in value_set.dimensions if name not in part]
        if lacking:
            raise ValueError(f"{', '.join(lacking[:10])} missing")


class _Shift(_Estimate):
    p_adjusted: Number | None = None


class _Played(Part):
    verdict: Played
    why: Text = ""
    personas: Count = 1


class _Playing(_Played):
    model: Text
    strategy: Text
    instrument: Text


class _PersonaRow(Part):
    model: Text
    persona: Text
    strategy: Text
    target: dict[ValueName, Number]
    verdict: Verdict | None = None
    """``None`` in scores of releases that held a persona against one placebo text."""
    why: Text = ""
    keep: Number | None = None
    pull: Number | None = None
    beyond: Number | None = None
    keep_why: Text = ""
    pull_why: Text = ""
    beyond_why: Text = ""
    target_share: Number | None = None
    placebo_texts: Count = 0
    aligned: Number | None
    bare: Number | None = None
    ceiling: Number | None = None
    shifts: dict[Text, _Shift] = Field(default_factory=dict)
    shifts_from_bare: dict[Text, _Shift] = Field(default_factory=dict)
    covers: Text = ""
    played: _Played | None = None


class _Failed(Part):
    model: Text
    persona: Text
    placebo: Flag
    failed: Count
    asks: Count
    reason: Text


class _BetweenModels(Part):
    directional: dict[Text, _Guard] = Field(default_factory=dict)


class _Scoring(Part):
    draws: Count
    level: Annotated[float, Field(gt=0, lt=1)]


class ScoresDocument(Part):
    """``scores.json``."""

    kind: RunKind
    scoring: _Scoring
    value_sets: dict[Text, _Set]
    respondents: Annotated[list[_Respondent], Field(min_length=1)]
    personas: list[_PersonaRow]
    playing: list[_Playing] = Field(default_factory=list)
    n_planned: Count = 0
    n_answered: Count = 0
    failures: list[_Failed] = Field(default_factory=list)
    between_models: _BetweenModels = Field(default_factory=_BetweenModels)
    pictures: PicturesPart | None = None
    presentations: ShownConditions | None = None
    structure: list[StructurePart] = Field(default_factory=list)
    sessions: SessionsPart | None = None

    @model_validator(mode="after")
    def _readable(self) -> Self:
        for name, value_set in self.value_sets.items():
            if value_set.name != name:
                raise ValueError(f"the value set {value_set.name[:40]!r} stands under {name[:40]!r}")
        published = {name: bool(published_as(name)) for name in {one.instrument for one in self.respondents}}
        for one in self.respondents:
            one.check_shown(published[one.instrument])
            if one.value_set not in self.value_sets:
                raise ValueError(f"the value set {one.value_set[:40]!r} is not described")
            one.check_dimensions(self.value_sets[one.value_set])
        return self


def checked_scores(document: object, path: Path, hint: str) -> Json:
    """Scores of a run, in the present layout whatever release wrote them.

    Args:
        document: As it was parsed.
        path: Where it is, for messages.
        hint: What to do when it is wrong.

    Raises:
        InputError: It has another shape; the first wrong place is named.
        SchemaError: Another release wrote it and this one cannot read it.
    """
    where = f"the scores {path}"
    if isinstance(document, dict):
        schema = document.get("schema")
        if schema == _FIRST_SCHEMA and type(schema) is int:
            document = _brought_forward(document)
        elif schema == _UNTESTED_SCHEMA and type(schema) is int:
            document = _without_the_old_test(document)
        elif schema != SCHEMA:
            raise SchemaError(f"{path} has schema {schema!r:.40}, this release reads {_FIRST_SCHEMA} to {SCHEMA}", hint)
    check_shape(ScoresDocument, document, where, hint)
    assert isinstance(document, dict)
    return document


def _brought_forward(document: Json) -> Json:
    """Scores of schema 1 in the present layout; what is damaged stays as it is, to be named by the check."""
    respondents = document.get("respondents")
    listed = (
        [_scored(one) if isinstance(one, dict) else one for one in respondents]
        if isinstance(respondents, list)
        else respondents
    )
    shared = {"schema": SCHEMA, "kind": "bench", "value_sets": {TEN.name: TEN.to_json()}}
    return _without_the_old_test({**_scored(document), **shared, "respondents": listed})


def _without_the_old_test(document: Json) -> Json:
    """Scores of schema 2 as schema 3; what is damaged stays as it is, to be named by the check."""
    respondents = document.get("respondents")
    listed = (
        [_untested(one) if isinstance(one, dict) else one for one in respondents]
        if isinstance(respondents, list)
        else respondents
    )
    return {**_untested(document), "schema": SCHEMA, "respondents": listed}


def _untested(one: Json) -> Json:
    notes = one.get("notes")
    if not isinstance(one.get("differences"), dict) or not isinstance(notes, list):
        return one
    return one | {"differences": None, "notes": [*notes, _SCORE_AGAIN]}


def _scored(one: Json) -> Json:
    profile = one.get("profile", {})
    rows = (
        {value: _counted(row) if isinstance(row, dict) else row for value, row in profile.items()}
        if isinstance(profile, dict)
        else profile
    )
    about = {"value_set": TEN.name, "unit": CLIP, "profile": rows}
    # The published table was the one thing that told instruments apart before they were named.
    return {"instrument": "paper" if "paper" in one else "", **_counted(one), **about}


def _counted(row: Json) -> Json:
    return row | {"n_units": row["n_clips"]} if "n_clips" in row else row
