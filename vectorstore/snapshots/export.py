"""A corpus as tables for other tools, with a card; nothing in it names a person or quotes one."""

from __future__ import annotations

import contextlib
import itertools
import json
import operator
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vectorstore.files.layout import refuse_inside
from vectorstore.foundation.clock import utc_day
from vectorstore.foundation.disk import durable_file, make_folder, storage_errors, sync_folder
from vectorstore.foundation.errors import CorpusLockedError, InputError
from vectorstore.foundation.locks import FileLock
from vectorstore.ledger.counts import corpus_counts
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.sought import links_looked_at, links_not_reached
from vectorstore.ledger.stored_vectors import vector_matrix
from vectorstore.snapshots.card import CardFacts, write_card
from vectorstore.snapshots.snapshot import Snapshot, index_hash, sound_snapshots, vectors_hash

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus

_CLIPS = """
    SELECT video.video_sha, platform, uploader, substr(published, 1, 10), licence, basis, duration, width, height,
           codec, container, truncated, motion, (SELECT count(*) FROM frame WHERE frame.video_sha = video.video_sha),
           (SELECT CASE min(gone_at) WHEN '' THEN '' ELSE max(gone_at) END
            FROM source_video JOIN source USING (source_id) WHERE video_sha = video.video_sha),
           (SELECT json_group_array(near) FROM (
                SELECT other_id AS near FROM clip_link WHERE clip_id = video.video_sha AND kind = 'near_duplicate'
                UNION SELECT clip_id FROM clip_link WHERE other_id = video.video_sha AND kind = 'near_duplicate'
                ORDER BY 1))
    FROM video
    JOIN source_video ON link_id = (SELECT min(link_id) FROM source_video WHERE video_sha = video.video_sha)
    JOIN source USING (source_id) ORDER BY video.video_sha
"""
_FRAMES = """
    SELECT frame_id, video_sha, recipe_id, position, time, picture_sha, width, height, dhash, duplicate_of,
           brightness, sharpness, text_share, blank FROM frame ORDER BY video_sha, frame_id
"""
_VECTORS = "SELECT model_id, frame_id, vector FROM embedding ORDER BY model_id, frame_id"

_TABLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "clips": (
        _CLIPS,
        {
            **dict.fromkeys(("clip_id", "platform", "uploader", "published", "licence", "basis"), "string"),
            **{"duration": "double", "width": "int32", "height": "int32", "codec": "string", "container": "string"},
            **{"truncated": "bool", "motion": "double", "frames": "int32", "gone_at": "string"},
            "near_duplicates": "texts",
        },
    ),
    "frames": (
        _FRAMES,
        {
            **{"frame_id": "string", "clip_id": "string", "recipe_id": "string", "position": "int32"},
            **{"time": "double", "picture_sha": "string", "width": "int32", "height": "int32"},
            **{"dhash": "string", "duplicate_of": "string", "brightness": "double", "sharpness": "double"},
            **{"text_share": "double", "blank": "bool"},
        },
    ),
    "vectors": (_VECTORS, {"embedder_id": "string", "frame_id": "string", "vector": "halves"}),
}
"""Query, columns and their types by table."""

_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What to export."""

    vectors: bool = False
    """Also the vectors: derived from pictures of people, so off unless asked for."""
    value_coverage: Mapping[str, int] = field(default_factory=dict)
    """Clips that stand for each value, for the card."""
    contact: str = ""
    """Whom to ask for removal, for the card."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written."""

    folder: Path
    rows: Mapping[str, int]
    """Rows by table."""
    snapshot: str
    """Name of the snapshot with this content; empty when there is none."""
    content_hash: str


def export_corpus(corpus: Corpus, target: Path, options: ExportOptions) -> ExportReport:
    """Write ``clips.parquet``, ``frames.parquet``, if asked for ``vectors.parquet``, and ``CARD.md``.

    All of it is of one moment, whatever is written to the corpus meanwhile, and appears at once or not at all.

    Args:
        corpus: An open corpus.
        target: A folder that does not exist yet or is empty.
        options: What to export.

    Raises:
        InputError: The target is something else, or lies in the corpus.
        CorpusLockedError: Another export into it is going on.
        StorageError: Disk full or read-only.
    """
    target = target.absolute()
    _refuse_existing(target)
    refuse_inside(corpus.folder, target)
    tables = [name for name in _TABLES if name != "vectors" or options.vectors]
    with storage_errors(target), _unfinished(target) as unfinished:
        # Another export may have ended since.
        _refuse_existing(target)
        with corpus.ledger.one_state():
            rows = {name: _write_table(corpus.ledger, name, unfinished) for name in tables}
            facts = _facts(corpus, options)
        with durable_file(unfinished / "CARD.md") as file:
            file.write(write_card(facts).encode())
        if target.is_dir():
            target.rmdir()
        # With the lock in it, so that nobody takes it for what a killed export left.
        unfinished.rename(target)
        (target / _LOCK).unlink()
        sync_folder(target.parent)
    return ExportReport(target, rows, facts.snapshot.name if facts.snapshot else "", facts.content_hash)


def _refuse_existing(target: Path) -> None:
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise InputError(f"{target} is there already", "name a new folder")


@contextlib.contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """The folder in which an export is made, by one alone; nothing of it stays if that fails."""
    folder = target.with_name(f".{target.name}.tmp")
    if folder.is_symlink():
        raise InputError(f"{folder} is a link", "remove it")
    make_folder(folder, 0o700)
    lock = FileLock(folder / _LOCK, f"the export {target}")
    try:
        if not _is_still(lock, folder):
            raise CorpusLockedError(f"another process has just ended the export {target}", "try again")
        try:
            # What a killed export left.
            _clear(folder)
            yield folder
        except BaseException:
            with contextlib.suppress(OSError):
                _clear(folder)
                # Last: from now on the folder may be somebody else's.
                (folder / _LOCK).unlink()
                folder.rmdir()
            raise
    finally:
        lock.release()


def _is_still(lock: FileLock, folder: Path) -> bool:
    """Whether a lock is that of a folder; whoever was waited for has renamed or removed it."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), (folder / _LOCK).lstat())
    except FileNotFoundError:
        return False


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != _LOCK:
            path.unlink()


def _facts(corpus: Corpus, options: ExportOptions) -> CardFacts:
    ledger = corpus.ledger
    content_hash = corpus.content_hash()
    hashes = {each.embedder_id: vectors_hash(ledger, each.embedder_id) for each in corpus.embedders()}
    recipes = ledger.select("SELECT recipe_id, settings FROM recipe ORDER BY recipe_id")
    return CardFacts(
        counts=corpus_counts(ledger),
        content_hash=content_hash,
        recipes={recipe_id: json.loads(settings) for recipe_id, settings in recipes},
        embedders={
            each.embedder_id: (each.dimension, corpus.embedded_count(each.embedder_id)) for each in corpus.embedders()
        },
        index_hash=index_hash(hashes),
        vector_hashes={embedder_id: digest for embedder_id, (_, digest) in hashes.items()},
        snapshot=_snapshot_of(corpus.folder, content_hash, index_hash(hashes)),
        vectors=options.vectors,
        value_coverage=options.value_coverage,
        contact=options.contact,
        day=utc_day().isoformat(),
        links_checked=links_looked_at(ledger),
        links_unchecked=links_not_reached(ledger),
    )


def _snapshot_of(folder: Path, content: str, index: str) -> Snapshot | None:
    """The first snapshot with this content, of those with these vectors where there is one."""
    named = [each for each in sound_snapshots(folder) if each.content_hash == content]
    return min(named, key=lambda each: each.index_hash != index, default=None)


def _write_table(ledger: Ledger, name: str, folder: Path) -> int:
    import pyarrow
    from pyarrow import parquet

    query, columns = _TABLES[name]
    types = {"texts": pyarrow.list_(pyarrow.string()), "halves": pyarrow.list_(pyarrow.float16())}
    schema = pyarrow.schema(
        {column: types.get(kind) or pyarrow.type_for_alias(kind) for column, kind in columns.items()}
    )
    written = 0
    with (
        durable_file(folder / f"{name}.parquet") as file,
        parquet.ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        for rows in ledger.stream(query):
            if name == "vectors":
                _check_vectors(ledger, rows)
            cells = zip(*rows, strict=True)
            values = [_column(kind, column) for kind, column in zip(columns.values(), cells, strict=True)]
            writer.write_table(pyarrow.table(values, schema=schema))
            written += len(rows)
    return written


def _check_vectors(ledger: Ledger, rows: Sequence[sqlite3.Row]) -> None:
    """Refuse vectors that are none: ``rows`` are those of ``_VECTORS``."""
    for embedder_id, group in itertools.groupby(rows, key=operator.itemgetter(0)):
        _, frame_ids, blobs = zip(*group, strict=True)
        vector_matrix(frame_ids, blobs, ledger.dimension(embedder_id))


def _column(kind: str, cells: Sequence[object]) -> list[object]:
    import numpy as np

    readers: dict[str, Callable[[Any], object]] = {  # Open: a cell, of the type that its column has
        "bool": bool,
        "texts": json.loads,
        "halves": lambda blob: np.frombuffer(blob, dtype="<f2"),
    }
    read = readers.get(kind)
    return [read(cell) for cell in cells] if read else list(cells)


@dataclass(frozen=True, slots=True)
class ExportedLink:
    """What a list of links says about one source of a clip."""

    platform: str
    page_url: str
    locator: str
    clip_id: str
    times: tuple[float, ...]
    """Of the frames, seconds."""


def exported_links(corpus: Corpus) -> Iterator[ExportedLink]:
    """Sources of all clips that were not found dead, ordered by clip; that a file is gone says nothing of its page."""
    query = """
        SELECT platform, page_url, locator, video_sha,
               (SELECT json_group_array(time) FROM (SELECT time FROM frame WHERE video_sha = source_video.video_sha
                ORDER BY position)) FROM source_video JOIN source USING (source_id)
        WHERE state = 'linked' AND (gone_at = '' OR (page_url != '' AND locator NOT LIKE '%://%'))
        ORDER BY video_sha, locator
    """
    with corpus.ledger.one_state():
        for rows in corpus.ledger.stream(query):
            for platform, page_url, locator, clip_id, times in rows:
                yield ExportedLink(platform, page_url, locator, clip_id, tuple(json.loads(times)))
