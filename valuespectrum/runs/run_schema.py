"""What ``run.json`` must look like to be read, by the kind of the run: somebody else may have written or damaged it.

Only what a reader uses is named here; further fields of the settings are left alone. Kept apart from ``run.py``
because pydantic is slow to import.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from valuespectrum.runs.manifest import SCHEMA, Manifest, RunKind, manifest_of
from valuespectrum.runs.parts.schema import Count, Flag, Number, Part, Text, ValueName
from vectorstore.foreign.documents import check_shape
from vectorstore.foundation.errors import InputError, SchemaError


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
    judge: Text = ""


class _Role(Part):
    persona: Text
    strategy: Text
    placebo: Flag
    system: Text


class _Asked(Part):
    battery: _Battery
    models: dict[Text, dict[Text, Text]]
    personas: list[_Persona]
    roles: list[_Role]
    seed: Count
    judges: dict[Text, dict[Text, Text]] = Field(default_factory=dict)


class _BenchSettings(_Asked):
    """Pictures found by words, an instrument about each of them."""

    corpus: _Corpus
    keywords: _Keywords
    retrieval: _Retrieval


class _InstrumentSettings(_Asked):
    """Any instrument; one that shows no pictures has no corpus."""

    corpus: _Corpus | None = None
    keywords: _Keywords | None = None
    retrieval: _Retrieval | None = None

    @model_validator(mode="after")
    def _shows_pictures_or_none(self) -> Self:
        if len({part is None for part in (self.corpus, self.keywords, self.retrieval)}) > 1:
            raise ValueError("corpus, keywords and retrieval come together")
        if self.corpus is None and {"corpus", "keywords", "retrieval"} & self.model_fields_set:
            raise ValueError("corpus, keywords and retrieval are left out where no pictures are shown")
        return self


class _RoleplaySettings(_InstrumentSettings):
    """An instrument put to personas."""

    personas: Annotated[list[_Persona], Field(min_length=1)]


class _FeedSettings(Part):
    """The feed of a session."""

    catalogue: Text
    corpus: _Corpus


class _SteerSettings(Part):
    """An intervention."""

    method: Text
    model: Text
    layers: list[Count]
    strength: Number
    data: Text
    seed: Count


class _Pictures(Part):
    clips: Count
    drawn: Count


class _CorpusRecord(Part):
    path: Text | None
    snapshot: Text | None
    pictures: _Pictures | None
    values: dict[ValueName, list[Text]] | None
    sources: dict[Text, Text] | None = None
    likeness: dict[ValueName, dict[ValueName, Number]] | None = None


class _Continued(Part):
    """When a run went on with other versions."""

    begun: Text
    versions: dict[Text, Text]
    platform: Text = ""


class _Provenance(Part):
    begun: Text = ""
    command: Text = ""
    options: dict[Text, bool | int | Number | Text | list[Text]] = Field(default_factory=dict)
    versions: dict[Text, Text] = Field(default_factory=dict)
    continued: list[_Continued] = Field(default_factory=list)


class _Document(Part):
    provenance: _Provenance


class _Bench(_Document):
    settings: _BenchSettings


class _Instrument(_Document):
    settings: _InstrumentSettings


class _Roleplay(_Document):
    settings: _RoleplaySettings


class _Feed(_Document):
    settings: _FeedSettings


class _Steer(_Document):
    settings: _SteerSettings


class _Head(Part):
    kind: RunKind
    corpus: _CorpusRecord


class _FirstHead(Part):
    """Of schema 1, which knew one kind and kept the record of the corpus in the provenance."""

    class _FirstProvenance(Part):
        snapshot: Text = ""
        pictures: _Pictures | None = None

    provenance: _FirstProvenance


_BY_KIND: Mapping[RunKind, type[_Document]] = {
    "bench": _Bench,
    "instrument": _Instrument,
    "roleplay": _Roleplay,
    "feed": _Feed,
    "steer": _Steer,
}


def typed_manifest(document: object, where: str, hint: str, restored: bool = False) -> Manifest:
    """A manifest of either schema out of a document; its settings are not looked at (``check_settings``).

    Args:
        document: As it was parsed.
        where: What it is and where, for the message.
        hint: What to do when it is wrong.
        restored: Whether it is the copy beside the answers.

    Raises:
        InputError: Something else is wrong; the first wrong place is named.
        SchemaError: Another release wrote it and this one cannot read it.
    """
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(document, dict) or type(schema) is not int or schema not in (1, SCHEMA):
        raise SchemaError(
            f"{where} has schema {schema!r:.40}, this release reads 1 and {SCHEMA}",
            "use the release that wrote it, or begin a new run",
        )
    if not all(isinstance(document.get(part), dict) for part in ("settings", "provenance")):
        raise InputError(f"{where} is damaged: it lacks settings or provenance", hint)
    check_shape(_FirstHead if schema == 1 else _Head, document, where, hint)
    return manifest_of(document, restored)


def check_settings(manifest: Manifest, where: str, hint: str) -> None:
    """Refuse settings that readers of this kind of run could not use.

    Raises:
        InputError: The first wrong place is named.
    """
    check_shape(_BY_KIND[manifest.kind], manifest.document, where, hint)
