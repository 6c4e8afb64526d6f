"""Finds the frames most similar to a vector: exactly, by comparing with all, or through the index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.index.chroma import VectorIndex
from vectorstore.ledger.filters import SearchFilter, failing_clips, passing_clips
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import EmbedderRecord, Frame, Hit
from vectorstore.ledger.stored_vectors import vector_matrix

ENGINES = ("auto", "exact", "chroma")
"""How to search: ``exact`` compares with every vector, ``chroma`` asks the index."""

_LARGEST_EXACT = 500_000


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How to search and what to leave out."""

    count: int = 10
    engine: str = "auto"
    unique: bool = True
    """Leave marked near-duplicates of other frames out."""
    where: SearchFilter | None = None


@dataclass(frozen=True, slots=True)
class VectorTable:
    """All vectors of an embedder in memory, ordered by frame id, with what filters ask of each."""

    frame_ids: list[str]
    vectors: NDArray[np.float32]
    """(n, dimension), unit length."""
    clips: NDArray[np.int64]
    """(n,): row numbers in the ``video`` table."""
    originals: NDArray[np.int64]
    """(n,): row of the frame marked as showing the same before; its own without a mark, -1 without a vector."""
    blank: NDArray[np.bool_]
    """(n,): whether a frame shows nothing."""


class Searcher:
    """Searches of one open corpus; keeps the vectors it has read.

    Args:
        ledger: Where vectors and what filters ask for stand.
        open_index: Gives the index when it is needed first.
    """

    def __init__(self, ledger: Ledger, open_index: Callable[[], VectorIndex]) -> None:
        self._ledger = ledger
        self._open_index = open_index
        self._tables: dict[str, VectorTable] = {}
        self._indexed: dict[str, tuple[int, int]] = {}
        """Version of the ledger at which the index was seen to be complete, and number of vectors in it."""

    def forget(self) -> None:
        """Read everything anew next time: the ledger has changed."""
        self._tables.clear()
        self._indexed.clear()

    def table(self, embedder_id: str) -> VectorTable:
        """The vectors of an embedder that the ledger knows."""
        if embedder_id not in self._tables:
            self._tables[embedder_id] = _read_table(self._ledger, embedder_id)
        return self._tables[embedder_id]

    def search(self, vector: ArrayLike, embedder: EmbedderRecord, options: SearchOptions) -> list[Hit]:
        """The frames most similar to a vector, best first; equals ordered by frame id.

        Args:
            vector: (dimension,); any length but zero.
            embedder: Whose vectors; must be known to the ledger.
            options: What to find.

        Raises:
            InputError: Wrong engine, count or dimension, or a filter with the engine ``"chroma"``.
            CorpusError: The index cannot be used or is behind the ledger.
        """
        engine = self._engine(embedder.embedder_id, options)
        query = _query(vector, embedder.dimension)
        find = self._exactly if engine == "exact" else self._through_index
        found = find(embedder.embedder_id, query, options)
        return [Hit(frame, similarity, rank) for rank, (frame, similarity) in enumerate(found, start=1)]

    def _engine(self, embedder_id: str, options: SearchOptions) -> str:
        filtered = options.where is not None and not options.where.is_empty
        if options.engine not in ENGINES:
            raise InputError(f"unknown search engine {options.engine!r}", f"choose one of {', '.join(ENGINES)}")
        if options.count < 1:
            raise InputError(f"count must be at least 1, got {options.count}")
        if options.engine == "chroma" and filtered:
            raise InputError("the engine chroma searches without filters only", "choose exact or auto")
        if options.engine != "auto":
            return options.engine
        # Counting takes as long as a search, and what is in memory already need not be counted.
        if embedder_id in self._tables:
            total = len(self._tables[embedder_id].frame_ids)
        else:
            total = self._ledger.count("embedding", "model_id = ?", (embedder_id,))
        return "exact" if filtered or total <= _LARGEST_EXACT else "chroma"

    def _exactly(
        self, embedder_id: str, query: NDArray[np.float32], options: SearchOptions
    ) -> list[tuple[Frame, float]]:
        while True:
            table = self.table(embedder_id)
            similarities = table.vectors @ query
            rows = nearest(similarities, self._allowed(table, options), options.count)
            frames = self._ledger.frames_by_id([table.frame_ids[row] for row in rows])
            if len(frames) == len(rows):
                return [(frames[table.frame_ids[row]], float(similarities[row])) for row in rows]
            # Another process has removed a frame since the vectors were read: what comes next takes its place.
            self.forget()

    def _allowed(self, table: VectorTable, options: SearchOptions) -> NDArray[np.bool_]:
        allowed = self._passing(table, options.where)
        return _without_copies(table, allowed) if options.unique else allowed

    def _passing(self, table: VectorTable, where: SearchFilter | None) -> NDArray[np.bool_]:
        allowed: NDArray[np.bool_] = np.ones(len(table.frame_ids), dtype=bool)
        if where is None or where.is_empty:
            return allowed
        if where.without_blank:
            allowed &= ~table.blank
        passing = passing_clips(self._ledger, where)
        failing = failing_clips(self._ledger, where, passing)
        # Clips without a vector are numbered too, so the highest number is not always that of a vector.
        numbers = max([0, *(passing or []), *failing, int(table.clips.max(initial=0))]) + 1
        passes = np.full(numbers, passing is None)
        passes[passing or []] = True
        passes[failing] = False
        allowed &= passes[table.clips]
        return allowed

    def _through_index(
        self, embedder_id: str, query: NDArray[np.float32], options: SearchOptions
    ) -> list[tuple[Frame, float]]:
        index = self._open_index()
        total = self._indexed_vectors(embedder_id)
        if not total:
            return []
        # How many of the nearest are marked duplicates is not known beforehand, so ask for more until it suffices.
        limit = options.count
        while True:
            ranked = sorted(index.query(embedder_id, query, min(limit, total)), key=lambda pair: (-pair[1], pair[0]))
            frames = self._ledger.frames_by_id([frame_id for frame_id, _ in ranked])
            pairs = [(frames[frame_id], similarity) for frame_id, similarity in ranked if frame_id in frames]
            kept = [(frame, similarity) for frame, similarity in pairs if not (options.unique and frame.duplicate_of)]
            if len(kept) >= options.count or limit >= total:
                return kept[: options.count]
            limit *= 4

    def _indexed_vectors(self, embedder_id: str) -> int:
        """How many vectors the index has, which must be all."""
        version = self._ledger.version()
        # Counting takes longer than a search, so it is done once for each state of the ledger.
        if self._indexed.get(embedder_id, (None, 0))[0] != version:
            missing = self._ledger.count("embedding", "model_id = ? AND indexed = 0", (embedder_id,))
            if missing:
                raise CorpusError(
                    f"the index lacks {missing} vectors",
                    "run `valuespectrum ingest` on the corpus again, or search with the exact engine",
                )
            self._indexed[embedder_id] = version, self._ledger.count("embedding", "model_id = ?", (embedder_id,))
        return self._indexed[embedder_id][1]


def nearest(similarities: NDArray[np.float32], allowed: NDArray[np.bool_], count: int) -> list[int]:
    """Rows of the highest similarities among those allowed, highest first; equals in order of rows.

    Args:
        similarities: (n,).
        allowed: (n,).
        count: How many at most.
    """
    count = min(count, int(allowed.sum()))
    if not count:
        return []
    # Masked scores are cheaper than gathered rows, and a partition cheaper than a whole sort.
    masked = np.where(allowed, similarities, -np.inf)
    worst = np.partition(masked, len(masked) - count)[len(masked) - count]
    rows = np.flatnonzero(masked >= worst)
    return [int(row) for row in rows[np.argsort(-masked[rows], kind="stable")][:count]]


def _without_copies(table: VectorTable, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of frames that show the same, the first; where a filter leaves that one out, one of the others stands for it."""
    alone = table.originals == np.arange(len(allowed))
    kept: NDArray[np.bool_] = allowed & alone
    copies = np.flatnonzero(allowed & ~alone & (table.originals >= 0))
    copies = copies[~allowed[table.originals[copies]]]
    _, first = np.unique(table.originals[copies], return_index=True)
    kept[copies[first]] = True
    return kept


def unit_rows(stored: NDArray[np.float16]) -> NDArray[np.float32]:
    """Stored vectors as unit vectors of full precision.

    Args:
        stored: (n, dimension).
    """
    rows: NDArray[np.float32] = stored.astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
    return rows


def _read_table(ledger: Ledger, embedder_id: str) -> VectorTable:
    frame_ids: list[str] = []
    parts: list[NDArray[np.float32]] = []
    marks: list[tuple[int, bool]] = []
    copied: dict[int, str] = {}
    dimension = ledger.dimension(embedder_id)
    query = (
        "SELECT frame_id, vector, video_id, duplicate_of, blank FROM embedding "
        "JOIN frame USING (frame_id) JOIN video USING (video_sha) WHERE model_id = ? ORDER BY frame_id"
    )
    for rows in ledger.stream(query, (embedder_id,)):
        names = [row[0] for row in rows]
        copied |= {row: each[3] for row, each in enumerate(rows, start=len(frame_ids)) if each[3]}
        frame_ids += names
        parts.append(unit_rows(vector_matrix(names, [row[1] for row in rows], dimension)))
        marks += [(row[2], row[4]) for row in rows]
    known = np.array(marks, dtype=np.int64).reshape(-1, 2)
    originals = np.arange(len(frame_ids), dtype=np.int64)
    if copied:
        rows_by_frame = {name: row for row, name in enumerate(frame_ids)}
        originals[list(copied)] = [rows_by_frame.get(original, -1) for original in copied.values()]
    vectors = np.concatenate(parts) if parts else np.zeros((0, dimension), dtype=np.float32)
    return VectorTable(frame_ids, vectors, known[:, 0], originals, known[:, 1].astype(bool))


def _query(vector: ArrayLike, dimension: int) -> NDArray[np.float32]:
    query = np.asarray(vector, dtype=np.float32)
    length = float(np.linalg.norm(query)) if query.shape == (dimension,) else 0.0
    if not np.isfinite(length) or length == 0.0:
        raise InputError(f"a search needs {dimension} finite numbers, not all zero; got shape {query.shape}")
    return query / np.float32(length)
