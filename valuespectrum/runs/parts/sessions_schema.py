"""The part of ``scores.json`` about sessions (``sessions.document``)."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from valuespectrum.runs.parts.schema import Count, Flag, Number, Part, Text, ValueName
from valuespectrum.scoring.personas.placebos import Verdict


class _SessionNumber(Part):
    mean: Number | None
    low: Number | None
    high: Number | None
    why: Text = ""


class _Walker(Part):
    model: Text
    persona: Text
    strategy: Text
    human: Flag
    placebo: Flag
    sessions: Count
    measures: dict[Text, _SessionNumber]


class _PersonaWalk(Part):
    model: Text
    persona: Text
    strategy: Text
    verdict: Verdict
    why: Text = ""
    target: dict[ValueName, Number]
    towards: dict[Text, _SessionNumber]
    aligned: Number | None = None
    ceiling: Number | None = None


class _Condition(Part):
    model: Text
    policy: Text
    human: Flag
    sessions: Count
    reweighted: Flag
    covers: Text
    walkers: list[_Walker]
    personas: list[_PersonaWalk]


class _Change(Part):
    model: Text
    persona: Text
    strategy: Text
    policy: Text
    human: Flag
    before: Number | None
    after: Number | None
    change: Number | None

    @model_validator(mode="after")
    def _of_two(self) -> Self:
        if self.change is not None and None in (self.before, self.after):
            raise ValueError("a change of what is not known")
        return self


class _Published(Part):
    confounds: Text
    rows: list[_Change]


class _PolicyRow(Part):
    model: Text
    persona: Text
    strategy: Text
    human: Flag
    policy: Text
    than: Text
    towards: Number | None


class _WordsRow(Part):
    model: Text
    persona: Text
    strategy: Text
    human: Flag
    policy: Text
    words: Text
    place: Text
    push: Text
    sessions: Count
    like_without: Number | None
    like: Number | None
    like_beyond: Number | None
    share: Number | None
    share_beyond: Number | None
    verdict: Text
    covers: Text


class _Attention(Part):
    words: Text


class _LeftOut(Part):
    log: Text
    why: Text


class _Who(Part):
    model: Text
    persona: Text


class _Did(Part):
    kept: Number | None
    like: Number | None
    watch_share: Number | None


class _Beside(Part):
    policy: Text
    seed: Count
    person: _Who
    agent: _Who
    steps: Count
    in_step: Number
    shared: Count
    agreement: Number | None
    kappa: Number | None
    person_did: _Did
    agent_did: _Did
    clips: list[tuple[Text, Text, Text | None, Text | None]]


class SessionsPart(Part):
    """Sessions in numbers."""

    window: Count
    level: Number
    conditions: list[_Condition]
    policies: list[_PolicyRow] = Field(default_factory=list)
    words: list[_WordsRow] = Field(default_factory=list)
    published: _Published
    done_to_all: Text = ""
    side_by_side: list[_Beside] = Field(default_factory=list)
    side_by_side_left_out: Count = 0
    attention: _Attention | None = None
    left_out: list[_LeftOut] = Field(default_factory=list)
