"""Does the index agree with the ledger? Asked in a child process: a damaged Chroma can kill the one that reads it.

Run as ``python -c ... FOLDER PLACE``, the child prints one JSON object ``{"fault": "..."}``; dying or hanging is an
answer too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from vectorstore.errors import CorpusError
from vectorstore.index import IndexPlace, VectorIndex
from vectorstore.ledger import Ledger
from vectorstore.records import EmbedderRecord
from vectorstore.search import unit_rows

SAMPLE = 200
"""Vectors of each embedder that are looked at."""
_MISSES = 0.05
"""Share of vectors that may not find themselves: an approximate graph misses 1-2 % of vectors without any structure,
a damaged one 7-23 %."""
_SAME = 0.9999
"""Cosine from which two vectors count as the same."""
_PATIENCE = 300.0
"""Seconds after which a child counts as hanging."""
_CHILD = "import sys; sys.path[:0] = [sys.argv[1]]; from vectorstore.reconciliation import main; main(sys.argv[2])"


def find_fault(index: VectorIndex, ledger: Ledger) -> str:
    """What is wrong with an index, in words; empty when a sample of it agrees with the ledger.

    It may hold vectors that the ledger does not count as indexed yet: a killed writer leaves such.

    Raises:
        CorpusError: Chroma refused to read it.
    """
    faults = (_find_fault(index, ledger, embedder) for embedder in ledger.embedders())
    return next((fault for fault in faults if fault), "")


def _find_fault(index: VectorIndex, ledger: Ledger, embedder: EmbedderRecord) -> str:
    name = embedder.embedder_id
    indexed = ledger.count("embedding", "model_id = ? AND indexed = 1", (name,))
    if not indexed:
        return ""
    total, have = ledger.count("embedding", "model_id = ?", (name,)), index.count(name)
    if not indexed <= have <= total:
        return f"it holds {have} vectors of {name}, the ledger {total}"
    frame_ids, stored = ledger.sample_indexed(name, SAMPLE)
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


def find_fault_in_child(place: IndexPlace) -> str:
    """``find_fault`` in a process of its own, for an index folder that no process has open.

    Returns:
        What is wrong, in words; empty when nothing is.
    """
    facts = json.dumps(asdict(place) | {"root": str(place.root)})
    command = [sys.executable, "-c", _CHILD, str(Path(__file__).parents[1]), facts]
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return f"reading it took longer than {_PATIENCE:.0f} s"
    if child.returncode:
        last = (child.stderr.strip().splitlines() or ["no message"])[-1]
        return f"reading it ended with status {child.returncode}: {last[:200]}"
    return str(json.loads(child.stdout.splitlines()[-1])["fault"])


def main(facts: str) -> None:
    """What the child does.

    Args:
        facts: The fields of the ``IndexPlace`` as JSON.
    """
    fields = json.loads(facts)
    place = IndexPlace(**(fields | {"root": Path(fields["root"])}))
    try:
        ledger = Ledger(place.root / "corpus.sqlite", write=False)
        fault = find_fault(VectorIndex(place, write=False), ledger)
    except CorpusError as error:
        fault = error.message
    print(json.dumps({"fault": fault}))
