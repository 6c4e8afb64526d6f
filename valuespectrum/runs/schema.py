"""What ``run.json`` and ``scores.json`` must look like to be read: somebody else may have written or damaged them.

Only what a reader uses is named here; further fields are left alone. Kept apart from ``run.py`` because pydantic
is slow to import.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from valuespectrum.theory.values import VALUES
from vectorstore.foreign.documents import check_shape

Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Count = Annotated[int, Field(ge=0, strict=True)]
Text = Annotated[str, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]


def _known(name: str) -> str:
    if name not in VALUES:
        raise ValueError(f"{name[:40]!r} is no value")
    return name


def _whole(given: dict[str, Any]) -> dict[str, Any]:
    missing = [value for value in VALUES if value not in given]
    if missing:
        raise ValueError(f"{', '.join(missing)} missing")
    return given


ValueName = Annotated[str, Field(strict=True), AfterValidator(_known)]


_BARE = "none"
_SHOWN_WITH_A_PROFILE = {"bias", "overall", "notes", "n_clips"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Battery(_Part):
    name: Text
    wordings: Count = 0


class _Corpus(_Part):
    hash: Text
    embedder: Text


class _Keywords(_Part):
    name: Text
    digest: Text


class _Retrieval(_Part):
    top_k: Count


class _Persona(_Part):
    id: Text
    name: Text
    source: Text = ""
    target: dict[ValueName, Number]


class _Role(_Part):
    persona: Text
    strategy: Text
    placebo: Flag
    system: Text


class _Settings(_Part):
    corpus: _Corpus
    keywords: _Keywords
    retrieval: _Retrieval
    battery: _Battery
    models: dict[Text, dict[Text, Text]]
    personas: list[_Persona]
    roles: list[_Role]
    seed: int


class _Pictures(_Part):
    clips: Count
    drawn: Count


class _Provenance(_Part):
    begun: Text = ""
    command: Text = ""
    snapshot: Text = ""
    pictures: _Pictures | None = None
    versions: dict[Text, Text] = {}


class RunDocument(_Part):
    """``run.json``."""

    settings: _Settings
    provenance: _Provenance


class _Estimate(_Part):
    mean: Number | None
    low: Number | None
    high: Number | None
    why: Text = ""


class _ValueRow(_Estimate):
    centred: Number | None
    centred_low: Number | None
    centred_high: Number | None
    centred_why: Text = ""
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    n_clips: Count
    n_answers: Count


class _Paper(_Part):
    scores: Annotated[dict[ValueName, Number | None], AfterValidator(_whole)]
    n: Annotated[dict[ValueName, Count], AfterValidator(_whole)]


class _Differences(_Part):
    statistic: Number | None = None
    p: Number | None
    values: Count = 0


class _Respondent(_Part):
    model: Text
    persona: Text
    strategy: Text
    placebo: Flag
    n_asks: Count
    instrument: Text = ""
    profile: Annotated[dict[ValueName, _ValueRow], AfterValidator(_whole)] = {}
    paper: _Paper | None = None
    overall: _Estimate | None = None
    differences: _Differences | None = None
    bias: dict[Text, _Estimate] = {}
    rates: dict[Text, _Estimate] = {}
    refusal_by_value: dict[ValueName, Number] = {}
    readout: Text = ""
    notes: list[Text] = []
    n_clips: Count = 0

    @model_validator(mode="after")
    def _measured(self) -> Self:
        if not self.profile and self.paper is None:
            raise ValueError("neither profile nor paper")
        missing = _SHOWN_WITH_A_PROFILE - self.model_fields_set
        if self.profile and self.persona == self.strategy == _BARE and missing:
            raise ValueError(f"{', '.join(sorted(missing))} missing")
        return self


class _PersonaRow(_Part):
    model: Text
    persona: Text
    strategy: Text
    target: dict[ValueName, Number]
    aligned: Number | None
    placebo: Number | None = None
    bare: Number | None = None
    difference: Number | None = None
    gain: Number | None = None
    ceiling: Number | None = None
    moved: Literal["closer", "away", "unclear"] | None = None
    aligned_why: Text = ""
    placebo_why: Text = ""
    bare_why: Text = ""
    difference_why: Text = ""
    gain_why: Text = ""


class _Scoring(_Part):
    draws: Count
    level: Annotated[float, Field(gt=0, lt=1)]


class ScoresDocument(_Part):
    """``scores.json``."""

    scoring: _Scoring
    respondents: Annotated[list[_Respondent], Field(min_length=1)]
    personas: list[_PersonaRow]


def check_run_document(document: Any, where: str, hint: str) -> None:
    """Refuse a ``run.json`` that its readers could not use.

    Raises:
        InputError: It has another shape; the first wrong place is named.
    """
    check_shape(RunDocument, document, where, hint)


def check_scores_document(document: Any, where: str, hint: str) -> None:
    """Refuse a ``scores.json`` that its readers could not use.

    Raises:
        InputError: It has another shape; the first wrong place is named.
    """
    check_shape(ScoresDocument, document, where, hint)
