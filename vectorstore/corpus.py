"""The one front door to a corpus on disk.

::

    CORPUS/corpus.sqlite          ledger, the truth
           frames/ab/ab12....jpg  pictures, named by their content
           chroma/                index, made from the ledger and mended from it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vectorstore.errors import CorpusError, InputError
from vectorstore.frame_store import FrameStore
from vectorstore.index import VectorIndex, remove_index
from vectorstore.ledger import Ledger
from vectorstore.records import (
    Clip,
    EmbedderRecord,
    Failure,
    Frame,
    Hit,
    Media,
    Recipe,
    Source,
    SourceState,
)
from vectorstore.schema import SCHEMA_VERSION, create_ledger, is_ledger
from vectorstore.storage import FolderLock, storage_errors

ENGINES = ("auto", "exact", "chroma")
"""How to search: ``exact`` compares with every vector, ``chroma`` asks the index."""

_Candidates = Callable[[int], list[tuple[str, float]]]

_LARGEST_EXACT = 500_000
_INDEX_BATCH = 1000


class Corpus:
    """Clips, frames, pictures and vectors of one folder. Use ``open``, ``create`` or ``ensure``.

    Not safe for several threads, except ``store_pictures`` and ``picture_path``.
    """

    def __init__(self, folder: Path, lock: FolderLock | None) -> None:
        self.folder = folder
        self._write = lock is not None
        self._lock = lock
        self._index: VectorIndex | None = None
        self._vectors: dict[str, tuple[list[str], NDArray[np.float32]]] = {}
        self._pictures = FrameStore(folder / "frames")
        self._ledger = Ledger(folder / "corpus.sqlite", write=self._write)

    @classmethod
    def create(cls, path: Path | str) -> Corpus:
        """Make an empty corpus and open it for writing.

        Raises:
            CorpusError: There is a corpus already, or a folder with other things in it.
            StorageError: The folder cannot be made.
        """
        folder = Path(path)
        if is_ledger(folder / "corpus.sqlite"):
            raise CorpusError(f"{folder} is a corpus already", "choose another folder or add to this one")
        return cls.ensure(folder)

    @classmethod
    def ensure(cls, path: Path | str) -> Corpus:
        """Open a corpus for writing; make an empty one when the folder is missing or empty.

        Raises:
            CorpusError: The path is something else.
            CorpusLockedError: Another process is using it.
            SchemaError: Another release wrote it and this one cannot use it.
            StorageError: Disk full or read-only.
        """
        folder = Path(path)
        if not is_ledger(folder / "corpus.sqlite"):
            _make_folder(folder)
            lock = FolderLock(folder / ".lock", exclusive=True)
            try:
                create_ledger(folder / "corpus.sqlite")
            finally:
                lock.release()
        return cls.open(folder, write=True)

    @classmethod
    def open(cls, path: Path | str, write: bool = False) -> Corpus:
        """Open a corpus.

        A writer excludes every other writer, sweeps what killed writers left, and brings the index in line
        with the ledger. Readers may read while it works.

        Raises:
            CorpusError: The path is not a corpus.
            CorpusLockedError: ``write`` and another process is using it.
            SchemaError: Another release wrote it and this one cannot use it.
            StorageError: Disk full or read-only.
        """
        folder = Path(path)
        _check_is_corpus(folder)
        if not write:
            return cls(folder, None)
        lock = FolderLock(folder / ".lock", exclusive=True)
        try:
            corpus = cls(folder, lock)
        except BaseException:
            lock.release()
            raise
        try:
            corpus._pictures.sweep()
            corpus._reconcile()
        except BaseException:
            corpus.close()
            raise
        return corpus

    def close(self) -> None:
        """Let go of files and lock."""
        if self._index is not None:
            self._index.close()
            self._index = None
        self._ledger.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- reading

    def info(self) -> dict[str, object]:
        """Counts and identity, as ``corpus info --json`` prints them."""
        embedder = self.default_embedder()
        return {
            "clips": self._ledger.count("video"),
            "frames": self._ledger.count("frame"),
            "embedded": self.embedded_count(embedder) if embedder else 0,
            "embedder": embedder,
            "failed": self._ledger.count("source", "state = 'failed'"),
            "removed": self._ledger.count("tombstone"),
            "snapshot_hash": self.content_hash(),
            "schema": SCHEMA_VERSION,
        }

    def clips(self) -> list[Clip]:
        """All clips in the order they were added."""
        return self._ledger.clips()

    def clip(self, clip_id: str) -> Clip:
        """One clip.

        Raises:
            InputError: There is none with this id.
        """
        found = self._ledger.clips(clip_id)
        if not found:
            raise InputError(f"no clip {clip_id!r} in {self.folder}", "`corpus info` and `corpus search` show clips")
        return found[0]

    def clip_ids(self) -> set[str]:
        """Ids of all clips."""
        return self._ledger.clip_ids()

    def frames(self, clip_id: str | None = None, unique: bool = False) -> list[Frame]:
        """Frames in order of clip and time; ``unique`` leaves marked near-duplicates out."""
        return self._ledger.frames(clip_id, unique=unique)

    def frame(self, frame_id: str) -> Frame:
        """One frame.

        Raises:
            InputError: There is none with this id.
        """
        found = self._ledger.frames_by_id([frame_id])
        if not found:
            raise InputError(f"no frame {frame_id!r} in {self.folder}")
        return found[frame_id]

    def picture_path(self, picture_sha: str) -> Path:
        """The file of a picture.

        Raises:
            CorpusError: ``picture_sha`` is not a hash.
        """
        return self._pictures.path(picture_sha)

    def failures(self) -> list[Failure]:
        """Sources that did not become clips, with reasons."""
        return self._ledger.failures()

    def events(self) -> Iterator[tuple[str, str, dict[str, object]]]:
        """The audit log: time, kind, detail."""
        return self._ledger.events()

    def content_hash(self) -> str:
        """Hash over clip ids, frame ids and pictures: equal for equal content, wherever and however made."""
        return self._ledger.content_hash()

    def embedders(self) -> list[EmbedderRecord]:
        """Embedders whose vectors are here, in order of first use, with what the user typed to get them."""
        return self._ledger.embedders()

    def embedder_ids(self) -> list[str]:
        """Ids of ``embedders``."""
        return [embedder.embedder_id for embedder in self._ledger.embedders()]

    def default_embedder(self) -> str | None:
        """The embedder with the most vectors, the latest when several have equally many; ``None`` without any."""
        order = {name: (self.embedded_count(name), place) for place, name in enumerate(self.embedder_ids())}
        return max(order, key=order.__getitem__, default=None)

    def embedded_count(self, embedder_id: str) -> int:
        """Number of frames with a vector of this embedder."""
        return self._ledger.count("embedding", "model_id = ?", (embedder_id,))

    def vectors(self, embedder_id: str) -> tuple[list[str], NDArray[np.float32]]:
        """Frame ids and unit vectors (n, dimension) float32, ordered by frame id; kept in memory.

        Raises:
            InputError: The corpus has no vectors of this embedder.
        """
        self._known_embedder(embedder_id)
        if embedder_id not in self._vectors:
            frame_ids, stored = self._ledger.vectors(embedder_id)
            self._vectors[embedder_id] = (frame_ids, _unit_rows(stored))
        return self._vectors[embedder_id]

    def search(
        self,
        vector: ArrayLike,
        count: int = 10,
        embedder_id: str | None = None,
        engine: str = "auto",
        unique: bool = True,
    ) -> list[Hit]:
        """The frames most similar to a vector.

        Args:
            vector: (dimension,) of the same embedder; any length but zero.
            count: How many frames at most.
            embedder_id: Whose vectors; ``None`` takes ``default_embedder``.
            engine: ``"exact"``, ``"chroma"`` or ``"auto"`` (exact up to half a million vectors).
            unique: Leave marked near-duplicates out.

        Returns:
            Most similar first; equals ordered by frame id.

        Raises:
            InputError: Wrong engine, count, embedder or dimension.
            CorpusError: The index cannot be used or is behind the ledger.
            CorpusLockedError: ``"chroma"`` while another process writes.
        """
        if engine not in ENGINES:
            raise InputError(f"unknown search engine {engine!r}", f"choose one of {', '.join(ENGINES)}")
        if count < 1:
            raise InputError(f"count must be at least 1, got {count}")
        embedder = self._known_embedder(embedder_id or self.default_embedder())
        query = _query(vector, embedder.dimension)
        name = embedder.embedder_id
        total = self.embedded_count(name)
        if engine == "auto":
            engine = "exact" if total <= _LARGEST_EXACT else "chroma"
        candidates = self._exact_candidates(name, query) if engine == "exact" else self._chroma_candidates(name, query)
        found = self._take(candidates, total, count, unique)
        return [Hit(frame, similarity, rank) for rank, (frame, similarity) in enumerate(found, start=1)]

    def _exact_candidates(self, embedder_id: str, query: NDArray[np.float32]) -> _Candidates:
        frame_ids, matrix = self.vectors(embedder_id)
        similarities = matrix @ query
        order = np.argsort(-similarities, kind="stable")
        return lambda limit: [(frame_ids[row], float(similarities[row])) for row in order[:limit]]

    def _chroma_candidates(self, embedder_id: str, query: NDArray[np.float32]) -> _Candidates:
        missing = self._ledger.count("embedding", "model_id = ? AND indexed = 0", (embedder_id,))
        if missing:
            raise CorpusError(
                f"the index of {self.folder} lacks {missing} vectors",
                "run `valuespectrum ingest` on it again, or search with the exact engine",
            )
        index = self._open_index()
        return lambda limit: sorted(index.query(embedder_id, query, limit), key=lambda pair: (-pair[1], pair[0]))

    def _take(self, candidates: _Candidates, total: int, count: int, unique: bool) -> list[tuple[Frame, float]]:
        # How many of the nearest are marked duplicates is not known beforehand, so ask for more until it suffices.
        limit = count
        while True:
            ranked = candidates(min(limit, total))
            frames = self._ledger.frames_by_id([frame_id for frame_id, _ in ranked])
            pairs = [(frames[frame_id], similarity) for frame_id, similarity in ranked if frame_id in frames]
            kept = [(frame, similarity) for frame, similarity in pairs if not (unique and frame.duplicate_of)]
            if len(kept) >= count or limit >= total:
                return kept[:count]
            limit *= 4

    def _known_embedder(self, embedder_id: str | None) -> EmbedderRecord:
        known = {embedder.embedder_id: embedder for embedder in self._ledger.embedders()}
        if not known:
            raise InputError(f"{self.folder} has no vectors", "run `valuespectrum ingest` with an embedder first")
        if embedder_id not in known:
            raise InputError(f"{self.folder} has no vectors of {embedder_id!r}", f"it has those of {', '.join(known)}")
        return known[embedder_id]

    # ---- writing

    def source_state(self, locator: str) -> SourceState | None:
        """What is known of a source; ``None`` when it was never seen."""
        return self._ledger.source_state(locator)

    def first_frames(self, picture_shas: Sequence[str]) -> dict[str, str]:
        """For each of these pictures that is in the corpus, the first frame that shows it."""
        return self._ledger.first_frames(picture_shas)

    def store_pictures(self, pictures: Sequence[bytes]) -> list[str]:
        """Store JPEG files durably; may be called from several threads.

        Returns:
            SHA-256 of each, in order.

        Raises:
            StorageError: Disk full or read-only.
        """
        return self._pictures.put(pictures)

    def add_clip(self, source: Source, media: Media, recipe: Recipe, frames: Sequence[Frame]) -> None:
        """Add a clip with its frames in one transaction, after ``store_pictures`` has stored their pictures.

        Raises:
            CorpusError: The clip is here already.
            StorageError: Disk full or read-only.
        """
        self._ledger.add_clip(source, media, recipe, frames)

    def link_source(self, source: Source, clip_id: str) -> None:
        """Record that another source leads to a clip that is already here."""
        self._ledger.link_source(source, clip_id)

    def add_failure(self, source: Source, failure: Failure) -> None:
        """Record that a source could not become a clip, and why."""
        self._ledger.add_failure(source, failure)

    def add_event(self, kind: str, detail: Mapping[str, object]) -> None:
        """Append to the audit log."""
        self._ledger.add_event(kind, detail)

    def add_embedder(self, embedder: EmbedderRecord) -> None:
        """Make an embedder known before its vectors are added."""
        self._ledger.add_embedder(embedder)

    def pictures_without_vector(self, embedder_id: str) -> list[str]:
        """Pictures that this embedder has not embedded yet, in the order they were added."""
        return self._ledger.pictures_without_vector(embedder_id)

    def add_embeddings(self, embedder_id: str, picture_shas: Sequence[str], vectors: NDArray[np.float32]) -> int:
        """Store vectors of pictures, as float16, for every frame that shows them.

        Args:
            embedder_id: A known embedder.
            picture_shas: One per row.
            vectors: (n, dimension), unit length.

        Returns:
            Number of frames that got a vector.

        Raises:
            InputError: Wrong shape, or values that are not numbers.
            StorageError: Disk full or read-only.
        """
        dimension = self._known_embedder(embedder_id).dimension
        if vectors.shape != (len(picture_shas), dimension) or not np.isfinite(vectors).all():
            raise InputError(f"vectors of {embedder_id!r} must be finite and ({len(picture_shas)}, {dimension})")
        self._vectors.pop(embedder_id, None)
        return self._ledger.add_vectors(embedder_id, picture_shas, vectors)

    def index_pending(self) -> int:
        """Bring every vector that the index lacks into it.

        Returns:
            Number of vectors brought in.

        Raises:
            CorpusError: The index cannot be used.
            StorageError: Disk full or read-only.
        """
        done = 0
        for embedder_id in self.embedder_ids():
            while True:
                frame_ids, stored = self._ledger.unindexed(embedder_id, _INDEX_BATCH)
                if not frame_ids:
                    break
                # The index gets the stored values, so that making it anew gives the same answers.
                self._open_index().upsert(embedder_id, frame_ids, _unit_rows(stored))
                self._ledger.mark_indexed(embedder_id, frame_ids)
                done += len(frame_ids)
        return done

    def rebuild_index(self) -> int:
        """Throw the index away and make it anew from the ledger.

        Returns:
            Number of vectors in it.

        Raises:
            StorageError: Disk full or read-only.
        """
        if self._index is not None:
            self._index.close()
            self._index = None
        remove_index(self.folder / "chroma")
        self._ledger.mark_unindexed()
        return self.index_pending()

    def _reconcile(self) -> None:
        """Mend the index: a killed writer leaves it behind or, with a batch not yet noted, ahead of the ledger."""
        try:
            self.index_pending()
            agrees = all(self._index_agrees(embedder) for embedder in self._ledger.embedders())
        except CorpusError:
            agrees = False
        if not agrees:
            self.add_event("index_rebuilt", {"vectors": self.rebuild_index()})

    def _index_agrees(self, embedder: EmbedderRecord) -> bool:
        name, expected = embedder.embedder_id, self.embedded_count(embedder.embedder_id)
        if not expected:
            return True
        # The count comes from Chroma's tables; only a query reads its graph.
        anything = np.full(embedder.dimension, embedder.dimension**-0.5, dtype=np.float32)
        index = self._open_index()
        return index.count(name) == expected and len(index.query(name, anything, 1)) == 1

    def _open_index(self) -> VectorIndex:
        if self._index is None:
            if self._lock is None:
                self._lock = FolderLock(self.folder / ".lock", exclusive=False)
            self._index = VectorIndex(self.folder / "chroma")
        return self._index


def _check_is_corpus(folder: Path) -> None:
    hint = "name a folder made by `valuespectrum ingest`"
    if not folder.exists():
        raise CorpusError(f"there is no corpus at {folder}", hint)
    if not folder.is_dir():
        raise CorpusError(f"{folder} is a file, not a corpus folder", hint)
    if not is_ledger(folder / "corpus.sqlite"):
        raise CorpusError(f"{folder} is not a corpus (it has no usable corpus.sqlite)", hint)


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CorpusError(f"{folder} is a file, not a corpus folder", "choose another folder")
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        foreign = sorted(
            entry.name for entry in folder.iterdir() if not entry.name.startswith((".lock", "corpus.sqlite"))
        )
    if foreign:
        raise CorpusError(
            f"{folder} is not a corpus and has other things in it ({foreign[0]})", "choose a new or an empty folder"
        )


def _query(vector: ArrayLike, dimension: int) -> NDArray[np.float32]:
    query = np.asarray(vector, dtype=np.float32)
    length = float(np.linalg.norm(query)) if query.shape == (dimension,) else 0.0
    if not np.isfinite(length) or length == 0.0:
        raise InputError(f"a search needs {dimension} finite numbers, not all zero; got shape {query.shape}")
    return query / np.float32(length)


def _unit_rows(stored: NDArray[np.float16]) -> NDArray[np.float32]:
    rows: NDArray[np.float32] = stored.astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
    return rows
