"""Looks at everything a corpus holds and says what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from vectorstore.files.frame_store import FrameStore
from vectorstore.foundation.errors import CorpusError
from vectorstore.index.keeper import IndexKeeper
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import Problem
from vectorstore.ledger.uploaders import REMOVED
from vectorstore.upkeep.removal import key_hash, namesake, namesakes, unfinished_removals

_LENGTH_TOLERANCE = 0.01
"""How far the length of a vector may be from 1: half precision keeps three digits."""
_RESTORE = "restore it from a copy, or remove the clip and ingest it again"
_REPAIR = "open the corpus for writing once, e.g. with `valuespectrum ingest`"
HARMLESS = frozenset({"picture_unused", "snapshot_gone"})
"""Kinds of problems with which everything is as it should be: what a killed writer leaves that nobody needs, and files
that somebody may have deleted."""


def find_problems(ledger: Ledger, pictures: FrameStore, index: IndexKeeper, *, quick: bool) -> list[Problem]:
    """Everything that is wrong with a corpus, in order of ledger, pictures, vectors, index and removals.

    Args:
        ledger: Of the corpus.
        pictures: Of the corpus.
        index: Of the corpus.
        quick: Leave out what reads every byte: the hashes of pictures and SQLite's full check.

    Raises:
        CorpusError: The ledger cannot be read at all.
    """
    damage = list(_damage(ledger, quick))
    if damage:
        # Nothing that a damaged ledger says about the rest can be relied on.
        return damage
    return [
        *_dangling_rows(ledger),
        *_pictures(ledger, pictures, quick),
        *_vectors(ledger),
        *_index(ledger, index),
        *_removals(ledger),
    ]


def _damage(ledger: Ledger, quick: bool) -> Iterator[Problem]:
    try:
        rows = ledger.select(f"PRAGMA {'quick_check' if quick else 'integrity_check'}")
    except CorpusError as error:
        yield Problem("ledger_damaged", error.message, "restore corpus.sqlite from a copy")
        return
    for row in rows:
        if row[0] != "ok":
            yield Problem("ledger_damaged", str(row[0]), "restore corpus.sqlite from a copy")


def _dangling_rows(ledger: Ledger) -> Iterator[Problem]:
    for table, row, parent, _ in ledger.select("PRAGMA foreign_key_check"):
        yield Problem("row_dangling", f"row {row} of {table} refers to nothing in {parent}", _RESTORE)
    for (clip_id,) in ledger.select(
        "SELECT video_sha FROM video WHERE video_sha NOT IN (SELECT video_sha FROM source_video) ORDER BY video_id"
    ):
        yield Problem("clip_without_source", clip_id, _RESTORE)
    for clip_id, noted, found in ledger.select(
        "SELECT video_sha, frames_got, (SELECT count(*) FROM frame WHERE frame.video_sha = video.video_sha) AS found "
        "FROM video WHERE frames_got != found ORDER BY video_id"
    ):
        yield Problem("frames_missing", f"clip {clip_id} has {found} frames where {noted} were noted", _RESTORE)


def _pictures(ledger: Ledger, pictures: FrameStore, quick: bool) -> Iterator[Problem]:
    known = {row[0] for row in ledger.select("SELECT DISTINCT picture_sha FROM frame")}
    there = set(pictures.shas())
    for sha in sorted(known - there):
        yield Problem("picture_missing", f"{sha}.jpg", _RESTORE)
    for sha in sorted(there - known):
        yield Problem("picture_unused", f"{sha}.jpg", "harmless: an interrupted ingest left it, or is about to name it")
    if not quick:
        for sha in sorted(known & there):
            if not pictures.is_sound(sha):
                yield Problem("picture_changed", f"{sha}.jpg", _RESTORE)


def _vectors(ledger: Ledger) -> Iterator[Problem]:
    for embedder in ledger.embedders():
        query = "SELECT frame_id, vector FROM embedding WHERE model_id = ? ORDER BY frame_id"
        for rows in ledger.stream(query, (embedder.embedder_id,)):
            sized = [row for row in rows if len(row[1]) == 2 * embedder.dimension]
            for frame_id, _ in (row for row in rows if len(row[1]) != 2 * embedder.dimension):
                yield _vector_problem("vector_wrong_size", frame_id, embedder.embedder_id)
            stored = np.frombuffer(b"".join(row[1] for row in sized), dtype="<f2").astype(np.float32)
            lengths = np.linalg.norm(stored.reshape(len(sized), embedder.dimension), axis=1)
            for (frame_id, _), length in zip(sized, lengths, strict=True):
                if not np.isfinite(length):
                    yield _vector_problem("vector_not_finite", frame_id, embedder.embedder_id)
                elif abs(float(length) - 1) > _LENGTH_TOLERANCE:
                    yield _vector_problem("vector_not_unit", frame_id, embedder.embedder_id)


def _vector_problem(kind: str, frame_id: str, embedder_id: str) -> Problem:
    return Problem(kind, f"frame {frame_id}, embedder {embedder_id}", "remove the clip and ingest it again")


def _index(ledger: Ledger, index: IndexKeeper) -> Iterator[Problem]:
    behind = ledger.count("embedding", "indexed = 0")
    if behind:
        yield Problem("index_behind", f"the index lacks {behind} vectors", _REPAIR)
    for name in index.unused_folders():
        yield Problem("index_unused", name, _REPAIR)
    try:
        fault = index.check()
    except CorpusError as error:
        fault = error.message
    if fault:
        yield Problem("index_wrong", fault, "run `valuespectrum corpus rebuild`")


def _removals(ledger: Ledger) -> Iterator[Problem]:
    unfinished = unfinished_removals(ledger)
    if unfinished:
        yield Problem("removal_unfinished", f"{unfinished} removals left traces in files", _REPAIR)
    buried = {(row[0], row[1]) for row in ledger.select("SELECT kind, key_hash FROM tombstone")}
    if not buried:
        return
    for kind, key in _present(ledger):
        if (kind, key_hash(ledger, kind, key)) in buried:
            yield Problem("removed_is_back", f"{kind} {key}", "remove it again")
    # The ledger has hashes of uploaders only, the same as the tombstones.
    known = ledger.select("SELECT key, locator FROM known_as JOIN source USING (source_id)")
    named = [(key, locator) for key, locator in known if (REMOVED, key) in buried]
    left = namesakes(ledger) if named else set()
    for key in sorted({key for key, locator in named if namesake(ledger, locator, key) not in left}):
        yield Problem("removed_is_back", f"uploader {key}", "look at its clips; remove it again if they are theirs")


def _present(ledger: Ledger) -> Iterable[tuple[str, str]]:
    yield from (("clip", clip_id) for clip_id in sorted(ledger.clip_ids()))
    for locator, page_url in ledger.select("SELECT locator, page_url FROM source ORDER BY locator"):
        yield from (("source", name) for name in dict.fromkeys((locator, page_url)) if name)
