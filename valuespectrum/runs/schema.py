"""What ``run.json`` must look like to be read: somebody else may have written or damaged it.

Only what a reader uses is named here; further fields are left alone. Kept apart from ``run.py`` because pydantic
is slow to import.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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


ValueName = Annotated[str, Field(strict=True), AfterValidator(_known)]


class Part(BaseModel):
    """A part of a document, of which readers use what is named."""

    model_config = ConfigDict(extra="allow")


class _Battery(Part):
    name: Text
    wordings: Count = 0


class _Corpus(Part):
    hash: Text
    embedder: Text


class _Keywords(Part):
    name: Text
    digest: Text


class _Retrieval(Part):
    top_k: Count


class _Persona(Part):
    id: Text
    name: Text
    source: Text = ""
    target: dict[ValueName, Number]


class _Role(Part):
    persona: Text
    strategy: Text
    placebo: Flag
    system: Text


class _Settings(Part):
    corpus: _Corpus | None = None
    keywords: _Keywords | None = None
    retrieval: _Retrieval | None = None
    battery: _Battery
    models: dict[Text, dict[Text, Text]]
    personas: list[_Persona]
    roles: list[_Role]
    seed: int


class _Pictures(Part):
    clips: Count
    drawn: Count


class _Provenance(Part):
    begun: Text = ""
    command: Text = ""
    snapshot: Text = ""
    pictures: _Pictures | None = None
    versions: dict[Text, Text] = {}


class RunDocument(Part):
    """``run.json``."""

    settings: _Settings
    provenance: _Provenance


def check_run_document(document: Any, where: str, hint: str) -> None:
    """Refuse a ``run.json`` that its readers could not use.

    Raises:
        InputError: It has another shape; the first wrong place is named.
    """
    check_shape(RunDocument, document, where, hint)
