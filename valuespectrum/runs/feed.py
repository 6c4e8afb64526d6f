"""What a session's log leaves out, beside the log: where its clips are, and which values they stand for.

``NAME.jsonl`` is the same, byte for byte, whoever made it with one seed; ``NAME.run.json`` says the rest, so that a
report needs no embedder to know what was shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.runs.manifest import CorpusRecord, Manifest, path_from
from valuespectrum.runs.run import LARGEST_MANIFEST, begun_by, write_json
from vectorstore.foreign.documents import read_json
from vectorstore.foundation.disk import make_folder, storage_errors
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.browsing.catalogue import Catalogue
    from vectorstore.corpus import Corpus

_HINT = "delete it, and the same `valuespectrum browse` writes it anew"


def feed_path(log: Path) -> Path:
    """The manifest of a session log.

    Example:
        >>> feed_path(Path("sessions/amber.jsonl")).name
        'amber.run.json'
    """
    return log.with_name(f"{log.name.removesuffix('.jsonl')}.run.json")


def shared_log(folder: Path) -> Path:
    """Stands for all logs of a folder: its manifest is that of every log that has none of its own.

    Example:
        >>> feed_path(shared_log(Path("runs/study/sessions"))).name
        'feed.run.json'
    """
    return folder / "feed.jsonl"


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """What is known of a feed beside its clips."""

    embedder: str
    """Id of the embedder whose vectors say what is similar."""
    values: Mapping[str, str]
    """Clip id to the value that it stands for."""
    command: str = ""
    """What the user typed."""
    options: Mapping[str, object] = field(default_factory=dict)
    """The options in force, by their long names."""


def write_feed(log: Path, corpus: Corpus, catalogue: Catalogue, record: FeedRecord) -> Path:
    """Write the manifest of a session that is to begin; that of a session that is there already stays.

    Args:
        log: The session log.
        corpus: Where the clips are.
        catalogue: The clips on offer.
        record: What else is known.

    Raises:
        InputError: There is something else.
        StorageError: It cannot be written.
    """
    from vectorstore.snapshots.snapshot import snapshot_with

    path = feed_path(log)
    if read_feed(log) is not None and log.exists():
        return path
    by_value: dict[str, list[str]] = {}
    for clip, value in record.values.items():
        by_value.setdefault(value, []).append(clip)
    content = corpus.content_hash()
    settings = {"catalogue": catalogue.content_hash(), "corpus": {"hash": content, "embedder": record.embedder}}
    snapshot = snapshot_with(corpus.folder, content)
    shown = CorpusRecord(path_from(log.parent, corpus.folder), snapshot, None, by_value)
    with storage_errors(log.parent):
        make_folder(log.parent)
    return write_json(
        path, Manifest(settings, begun_by(record.command, record.options), kind="feed", corpus=shown).document
    )


def read_feed(log: Path) -> Manifest | None:
    """The manifest of a session log, or of all logs of its folder; ``None`` where nobody wrote one.

    Raises:
        InputError: It is damaged, or of another kind of run.
        SchemaError: Another release wrote it and this one cannot read it.
    """
    from valuespectrum.runs.run_schema import check_settings, typed_manifest

    path = next((each for each in map(feed_path, (log, shared_log(log.parent))) if each.exists()), None)
    if path is None:
        return None
    where = f"the manifest {path}"
    manifest = typed_manifest(read_json(path, "the manifest", _HINT, LARGEST_MANIFEST), where, _HINT)
    if manifest.kind != "feed":
        raise InputError(f"{where} is of the kind {manifest.kind}, not of a feed", _HINT)
    check_settings(manifest, where, _HINT)
    return manifest
