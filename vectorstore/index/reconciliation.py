"""What is done to an index in a process of its own, and how to tell whether it agrees with the ledger.

A damaged Chroma can kill the process that reads it, so a doubtful index is looked at by a child. And Chroma writes
memory that it never filled into its files: whatever the process had there before, captions or removed vectors. So an
index that takes the place of another is written by a child, too, which has never seen what was removed.

The child prints one JSON object. It ends with its parent, and holds the parent's lock until then.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict
from pathlib import Path

from vectorstore.files.layout import LEDGER
from vectorstore.foreign.inside import Folder
from vectorstore.foreign.looking import LONGEST, answer, ask_child, limit
from vectorstore.index.chroma import IndexPlace, VectorIndex, check_files
from vectorstore.index.graph_check import find_harm
from vectorstore.index.search import unit_rows
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import EmbedderRecord

SAMPLE = 200
"""Vectors of each embedder that are looked at."""
BATCH = 1000
"""Vectors that are read and written at once."""
_MISSES = 0.05
"""Share of vectors that may not find themselves: an approximate graph misses 1-2 % of vectors without any structure,
a damaged one 7-23 %."""
_SAME = 0.9999
"""Cosine from which two vectors count as the same."""
_PATIENCE = LONGEST
_SPACE = 2 * 2**30
_SPACE_PER_BYTE = 6
"""Bytes of memory that looking at an index may take, at all and for each byte of it: measured 0.2 GB and 2."""
_CHILD = "vectorstore.index.reconciliation:main"


def find_fault(index: VectorIndex, ledger: Ledger, *, complete: bool) -> str:
    """What is wrong with an index, in words; empty when its size and a sample of it agree with the ledger.

    Args:
        index: To look at.
        ledger: The truth.
        complete: Whether it must hold all vectors, or only those that the ledger counts as indexed. It may hold more
            of them: a killed writer leaves such.

    Raises:
        CorpusError: Chroma refused to read it.
    """
    faults = (_find_fault(index, ledger, embedder, complete) for embedder in ledger.embedders())
    return next((fault for fault in faults if fault), "")


def _find_fault(index: VectorIndex, ledger: Ledger, embedder: EmbedderRecord, complete: bool) -> str:
    name = embedder.embedder_id
    total = ledger.count("embedding", "model_id = ?", (name,))
    expected = total if complete else ledger.count("embedding", "model_id = ? AND indexed = 1", (name,))
    if not expected:
        return ""
    have = index.count(name)
    if not expected <= have <= total:
        return f"it holds {have} vectors of {name}, the ledger {total}"
    frame_ids, stored = ledger.sample_vectors(name, SAMPLE, indexed_only=not complete)
    wanted = unit_rows(stored)
    found = index.stored(name, frame_ids)
    for frame_id, vector in zip(frame_ids, wanted, strict=True):
        if frame_id not in found:
            return f"it lacks {frame_id}"
        if found[frame_id].shape != vector.shape or not float(found[frame_id] @ vector) > _SAME:
            return f"its vector of {frame_id} is another one"
    nearest = index.query_many(name, wanted, min(10, have))
    # Frames with the same picture share a vector, so one may be found in place of the other.
    misses = sum(
        not any(other == frame_id or similarity > _SAME for other, similarity in row)
        for frame_id, row in zip(frame_ids, nearest, strict=True)
    )
    if misses > max(1, int(_MISSES * len(frame_ids))):
        return f"{misses} of {len(frame_ids)} vectors of {name} are not found by themselves"
    return ""


def write_vectors(place: IndexPlace, ledger: Ledger) -> None:
    """Bring all vectors from the ledger into an index, in order of frame ids; the ledger is not changed.

    Raises:
        CorpusError: Chroma refused.
        StorageError: Disk full or read-only.
    """
    index = VectorIndex(place, write=True)
    try:
        for embedder in ledger.embedders():
            name, after = embedder.embedder_id, ""
            while True:
                frame_ids, stored = ledger.vectors_after(name, after, BATCH, unindexed_only=False)
                if not frame_ids:
                    break
                # The index gets the stored values, so that making it anew gives the same answers.
                index.upsert(name, frame_ids, unit_rows(stored))
                after = frame_ids[-1]
    finally:
        index.close()


def fault_seen_by_child(place: IndexPlace, lock: int) -> str:
    """``find_fault`` in a process of its own, for an index folder that no process has open.

    Args:
        place: The folder.
        lock: Descriptor of the lock that keeps others away.

    Returns:
        What is wrong, in words; empty when nothing is.
    """
    return _run_child("check", place, lock, _PATIENCE)


def built_by_child(place: IndexPlace, lock: int) -> str:
    """``write_vectors`` in a process of its own, which then looks at what lies on the disk.

    Args:
        place: A new folder.
        lock: Descriptor of the lock that keeps others away.

    Returns:
        What went wrong, in words; empty when nothing did.
    """
    return _run_child("build", place, lock, None)


def _run_child(task: str, place: IndexPlace, lock: int, patience: float | None) -> str:
    facts = json.dumps(asdict(place) | {"root": str(place.root.absolute())})
    return ask_child(_CHILD, [task, facts], [lock], patience)


def main(task: str, facts: str) -> None:
    """What the child does.

    Args:
        task: ``"check"`` or ``"build"``.
        facts: The fields of the ``IndexPlace`` as JSON.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    fields = json.loads(facts)
    place = IndexPlace(**(fields | {"root": Path(fields["root"])}))
    answer(lambda: (_look if task == "check" else _build)(place, Ledger(place.root / LEDGER, write=False)))


def _look(place: IndexPlace, ledger: Ledger) -> str:
    """What is wrong with an index that may be anybody's."""
    with Folder.at(place.folder) as folder:
        check_files(folder)
        on_disk = sum(status.st_blocks * 512 for _, status in folder.files())
    limit(_SPACE + _SPACE_PER_BYTE * on_disk)
    if harm := find_harm(place.folder, {each.dimension for each in ledger.embedders()}):
        return harm
    return _compare(place, ledger, complete=False)


def _build(place: IndexPlace, ledger: Ledger) -> str:
    write_vectors(place, ledger)
    return _compare(place, ledger, complete=True)


def _compare(place: IndexPlace, ledger: Ledger, *, complete: bool) -> str:
    if not ledger.count("embedding"):
        return ""
    index = VectorIndex(place, write=False)
    try:
        return find_fault(index, ledger, complete=complete)
    finally:
        index.close()


def _end_with_parent() -> None:
    # The pipe ends when the parent does, however that happens.
    os.read(0, 1)
    os._exit(1)
