"""What a run is, typed: its kind, what decides its answers, what it was shown, how it came about.

``run.json`` is the same as JSON (``runs.run`` reads and writes it, ``runs.run_schema`` checks it).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal, Self, get_args

from agents.answers.respondent import Respondent, RespondentColumns, Role, cast_of
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

SCHEMA = 2
"""Version of the layout of ``run.json``; version 1 is read."""
RunKind = Literal["bench", "instrument", "roleplay", "feed", "steer"]
KINDS: tuple[RunKind, ...] = get_args(RunKind)

_SINCE_SCHEMA_2 = ("snapshot", "pictures")
"""What stood in the provenance before there was a record of the corpus."""


@dataclass(frozen=True, slots=True)
class CorpusRecord:
    """The corpus of a run beside its content hash: what a reader needs and nothing is asked by; ``None`` is unknown."""

    path: str | None = None
    """Its folder, from the folder of the run."""
    snapshot: str | None = None
    """Name of the snapshot that it was at when the run began; empty when it was at none."""
    pictures: Mapping[str, int] | None = None
    """How many ``clips`` it has and how many are ``drawn`` by us; ``None`` where nobody looked."""
    values: Mapping[str, Sequence[str]] | None = None
    """Value to the clips that stood for it; a clip may stand for several."""
    likeness: Mapping[str, Mapping[str, float]] | None = None
    """How alike what stood for two values is to the embedder, -1 to 1; ``None`` where nobody looked."""
    sources: Mapping[str, str] | None = None
    """Clip to a number that stands for who published it; clips of nobody known are left out, ``None`` where all are."""

    def folder(self, run: Path) -> Path | None:
        """Where the corpus is, if there is one at that place now.

        Args:
            run: Folder of the run.
        """
        if self.path is None:
            return None
        folder = Path(os.path.normpath(run.absolute() / self.path))
        # os.path answers no where a name is too long to be one, or none at all.
        return folder if os.path.isfile(folder / "corpus.sqlite") else None  # noqa: PTH113

    def clip_values(self) -> dict[str, str]:
        """Clip to the first value that it stood for."""
        listed = ((clip, value) for value, clips in (self.values or {}).items() for clip in clips)
        found: dict[str, str] = {}
        for clip, value in listed:
            found.setdefault(clip, value)
        return found

    def completed(self, later: CorpusRecord) -> CorpusRecord:
        """The same with what a later command knows, too: where the corpus lies now, and whatever was unknown."""
        return CorpusRecord(
            self.path if later.path is None else later.path,
            later.snapshot if self.snapshot is None else self.snapshot,
            later.pictures if self.pictures is None else self.pictures,
            later.values if self.values is None else self.values,
            later.likeness if self.likeness is None else self.likeness,
            later.sources if self.sources is None else self.sources,
        )

    @property
    def document(self) -> Json:
        """As it is written."""
        values = None if self.values is None else {value: list(clips) for value, clips in self.values.items()}
        pictures = None if self.pictures is None else dict(self.pictures)
        likeness = None if self.likeness is None else {value: dict(row) for value, row in self.likeness.items()}
        known = {"path": self.path, "snapshot": self.snapshot, "pictures": pictures, "values": values}
        further = {"sources": None if self.sources is None else dict(self.sources), "likeness": likeness}
        return known | {name: each for name, each in further.items() if each is not None}


def path_from(run: Path, corpus: Path) -> str:
    """Where a corpus is, seen from the folder of a run: the two may be moved together.

    Example:
        >>> path_from(Path("out/runs/profile"), Path("out/corpus"))
        '../../corpus'
    """
    return Path(os.path.relpath(corpus, run)).as_posix()


@dataclass(frozen=True, slots=True)
class PersonaRecord:
    """A persona as a run keeps it."""

    id: str
    name: str
    source: str
    target: Mapping[str, float]
    """Value to importance, -1 to 1."""
    judge: str = ""
    """Id of the model that judged the target; empty where none did."""


@dataclass(frozen=True, slots=True)
class ShownPictures:
    """What decides which pictures are shown."""

    corpus_hash: str
    embedder: str
    keywords: str
    """Name of the keyword list."""
    keywords_digest: str
    top_k: int
    """Clips per keyword."""


@dataclass(frozen=True, slots=True)
class AskedSettings:
    """What decides the answers where an instrument is put to respondents: ``bench``, ``instrument``, ``roleplay``."""

    instrument: str
    instrument_options: Mapping[str, object]
    models: Mapping[str, Mapping[str, str]]
    """Model id to its settings."""
    personas: tuple[PersonaRecord, ...]
    roles: tuple[Role, ...]
    seed: int
    shown: ShownPictures | None
    """``None`` for an instrument that shows no pictures."""

    @classmethod
    def read(cls, settings: Json) -> Self:
        """Take them out of a checked document."""
        options = dict(settings["battery"])
        return cls(
            instrument=options.pop("name"),
            instrument_options=options,
            models=settings["models"],
            personas=tuple(
                PersonaRecord(row["id"], row["name"], row.get("source", ""), row["target"], row.get("judge", ""))
                for row in settings["personas"]
            ),
            roles=tuple(
                Role(row["persona"], row["strategy"], row["placebo"], row["system"]) for row in settings["roles"]
            ),
            seed=settings["seed"],
            shown=_shown(settings) if settings.get("corpus") else None,
        )

    @property
    def cast(self) -> dict[RespondentColumns, Respondent]:
        """Every respondent, by what stands for it in tables."""
        return cast_of(self.models, self.roles)

    @property
    def persona_names(self) -> dict[str, str]:
        """Id of each persona to its name."""
        return {persona.id: persona.name for persona in self.personas}


def _shown(settings: Json) -> ShownPictures:
    corpus, keywords = settings["corpus"], settings["keywords"]
    return ShownPictures(
        corpus["hash"], corpus["embedder"], keywords["name"], keywords["digest"], settings["retrieval"]["top_k"]
    )


@dataclass(frozen=True, slots=True)
class FeedSettings:
    """What a session's log does not say about its feed: everything else is in the first line of the log."""

    catalogue_hash: str
    """Of the clips on offer, as in the log."""
    corpus_hash: str
    embedder: str

    @classmethod
    def read(cls, settings: Json) -> Self:
        """Take them out of a checked document."""
        return cls(settings["catalogue"], settings["corpus"]["hash"], settings["corpus"]["embedder"])


@dataclass(frozen=True, slots=True)
class SteerSettings:
    """What decides an intervention."""

    method: str
    model: str
    """Id of the model that is steered."""
    layers: tuple[int, ...]
    strength: float
    data: str
    """Hash of what it was fitted to."""
    seed: int

    @classmethod
    def read(cls, settings: Json) -> Self:
        """Take them out of a checked document."""
        names = ("method", "model", "strength", "data", "seed")
        return cls(layers=tuple(settings["layers"]), **{name: settings[name] for name in names})


@dataclass(frozen=True, slots=True)
class Manifest:
    """A run as its manifest tells it."""

    settings: Json
    """Everything that decides what is asked of whom, as JSON; a run never holds answers under different settings."""
    provenance: Json
    """When, by which command and with which versions the run was begun."""
    restored: bool = False
    """Whether it comes from the copy beside the answers, since ``run.json`` was lost or torn."""
    kind: RunKind = "bench"
    corpus: CorpusRecord = field(default_factory=CorpusRecord)
    schema: int = SCHEMA
    """Of the document that it was read from."""

    @property
    def document(self) -> Json:
        """As it is written."""
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "settings": self.settings,
            "corpus": self.corpus.document,
            "provenance": self.provenance,
        }

    @property
    def asked(self) -> AskedSettings:
        """The settings of a run that puts an instrument to respondents.

        Raises:
            InputError: It is of another kind.
        """
        if self.kind in ("feed", "steer"):
            raise InputError(
                f"a run of the kind {self.kind} measures no profile", "name a run of `valuespectrum bench`"
            )
        return AskedSettings.read(self.settings)

    @property
    def feed(self) -> FeedSettings:
        """The settings of a feed.

        Raises:
            InputError: It is of another kind.
        """
        self._refuse_other("feed")
        return FeedSettings.read(self.settings)

    @property
    def steer(self) -> SteerSettings:
        """The settings of an intervention.

        Raises:
            InputError: It is of another kind.
        """
        self._refuse_other("steer")
        return SteerSettings.read(self.settings)

    def knowing(self, corpus: CorpusRecord) -> Manifest:
        """The same with what is known of the corpus by now."""
        return replace(self, corpus=self.corpus.completed(corpus))

    def going_on(self, begun: Json) -> Manifest:
        """The same with the versions by which it goes on, where it was not asked with these so far.

        Args:
            begun: How it would be begun now.
        """
        later = self.provenance.get("continued", [])
        if not isinstance(later, list):
            return self  # damage is told when it is read
        last = later[-1] if later else self.provenance
        before = last.get("versions") if isinstance(last, dict) else None
        if not before or before == begun["versions"]:
            return self
        now = {name: begun[name] for name in ("begun", "versions", "platform")}
        return replace(self, provenance=self.provenance | {"continued": [*later, now]})

    def _refuse_other(self, kind: RunKind) -> None:
        if self.kind != kind:
            raise InputError(f"this is a run of the kind {self.kind}, not {kind}", "name another run")


def manifest_of(document: Json, restored: bool = False) -> Manifest:
    """A manifest out of a document of either schema; what schema 1 does not say is unknown.

    Args:
        document: With ``settings`` and ``provenance``, the rest unchecked as far as its reader has not looked.
        restored: Whether it is the copy beside the answers.
    """
    settings, provenance = dict(document["settings"]), dict(document["provenance"])
    if document["schema"] == 1:
        told = {name: provenance.pop(name, None) for name in _SINCE_SCHEMA_2}
        return Manifest(settings, provenance, restored, "bench", CorpusRecord(**told), 1)
    corpus = CorpusRecord(**{each.name: document["corpus"].get(each.name) for each in fields(CorpusRecord)})
    return Manifest(settings, provenance, restored, document["kind"], corpus, SCHEMA)
