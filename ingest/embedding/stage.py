"""Pictures to vectors beside everything else: batches go to a few other threads, results come back in order.

The encoder's threads read stored pictures and encode; the ledger is written by the calling thread alone. Few batches
are under way, so the thread that decodes and commits waits when the encoder is the slower one; then its threads have
all the cores.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.embedding.base import ConcurrentEmbedder, Embedder
from ingest.embedding.cores import count_cores, short_pauses, torch_threads
from ingest.examining.near_duplicates import duplicates_by_vector
from vectorstore.corpus import Corpus
from vectorstore.foreign.pictures import PICTURE_KINDS
from vectorstore.foundation.errors import CorpusError, EmbedderError
from vectorstore.ledger.records import EmbedderRecord

Progress = Callable[[str, int, int], None]
"""Called with stage (``"decode"``, ``"embed"``, ``"index"``, ``"links"``), number done, and number known so far."""

_INDEX_EVERY = 256
"""Vectors after which the index is brought up to date: often, since it costs nothing while decoders work."""

_Batch = tuple[list[str], "Future[NDArray[np.float32]]"]


class Encoder(Protocol):
    """Turns stored pictures into vectors, here or (``ingest/engines/ray.py``) elsewhere."""

    @property
    def record(self) -> EmbedderRecord:
        """Whose vectors these are."""

    @property
    def at_once(self) -> int:
        """Batches that may be encoded at the same time, each asked for by a thread of its own."""

    def encode(self, pictures: Sequence[Path]) -> NDArray[np.float32]:
        """Vectors of JPEG files: (n, dimension), unit length.

        Raises:
            EmbedderError: The embedder failed.
            CorpusError: A picture cannot be read.
        """


class ThreadEncoder:
    """Encodes in the calling thread.

    Args:
        embedder: Does the work; several batches at a time if it is a ``ConcurrentEmbedder``.
        turns: Given for one batch at a time where several are encoded; by default there is always one to give.
    """

    def __init__(self, embedder: Embedder, turns: AbstractContextManager[object] | None = None) -> None:
        self.record = EmbedderRecord(embedder.id, embedder.spec, embedder.dimension)
        self.at_once = embedder.at_once if isinstance(embedder, ConcurrentEmbedder) else 1
        self._embedder = embedder
        # One batch at a time is encoded with an accelerator or with all cores: it has not to wait for one of them.
        self._turns = turns if turns and self.at_once > 1 else contextlib.nullcontext()

    def encode(self, pictures: Sequence[Path]) -> NDArray[np.float32]:
        """See ``Encoder``."""
        with self._turns:
            return self._embedder.images([_open_picture(path) for path in pictures])


class EmbeddingStage:
    """Embeds queued pictures and stores vectors and index. Use as a context manager.

    Args:
        corpus: Opened for writing.
        encoder: For the vectors.
        batch: Pictures at once, across clips.
        progress: Told about ``"embed"`` and ``"index"``.
        mark: Whether frames that an earlier frame of their clip nearly equals are marked.
    """

    def __init__(self, corpus: Corpus, encoder: Encoder, batch: int, progress: Progress, mark: bool = True) -> None:
        self.frames_embedded = 0
        self.frames_marked = 0
        self._corpus = corpus
        self._encoder = encoder
        self._embedder_id = encoder.record.embedder_id
        self._batch = batch
        self._progress = progress
        self._mark = mark
        self._waiting: deque[str] = deque()
        self._running: deque[_Batch] = deque()
        self._seen = 0
        self._done = 0
        self._unindexed = 0
        self._threads = ThreadPoolExecutor(encoder.at_once, thread_name_prefix="embed")
        self._settings = contextlib.ExitStack()
        corpus.add_embedder(encoder.record)

    def __enter__(self) -> Self:
        self._settings.enter_context(torch_threads(max(1, count_cores() // self._encoder.at_once)))
        self._settings.enter_context(short_pauses())
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._settings.close()

    def queue(self, picture_shas: Sequence[str]) -> None:
        """Pictures to be embedded, in this order."""
        self._waiting.extend(picture_shas)
        self._seen += len(picture_shas)

    def advance(self) -> None:
        """Encode whole batches of what waits; store what is ready; wait only when too much is under way."""
        while len(self._waiting) >= self._batch:
            self._start(self._batch)
        while self._running and self._running[0][1].done():
            self._store()

    def finish(self) -> None:
        """Encode and store everything, and bring the index up to date.

        Raises:
            EmbedderError: The embedder failed.
            CorpusError: A stored picture cannot be read.
            StorageError: Disk full or read-only.
        """
        # In equal parts, so that no thread is left over at the end.
        parts = max(self._encoder.at_once, -(-len(self._waiting) // self._batch))
        for part in range(min(parts, len(self._waiting)), 0, -1):
            self._start(-(-len(self._waiting) // part))
        while self._running:
            self._store()
        self._index()

    def _start(self, size: int) -> None:
        while len(self._running) > self._encoder.at_once:
            self._store()
        shas = [self._waiting.popleft() for _ in range(size)]
        self._running.append((shas, self._threads.submit(self._encode, shas)))

    def _encode(self, shas: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._encoder.encode([self._corpus.picture_path(sha) for sha in shas])
        record = self._encoder.record
        if vectors.shape != (len(shas), record.dimension):
            raise EmbedderError(
                f"embedder {record.embedder_id} returned {vectors.shape} for {len(shas)} pictures "
                f"of dimension {record.dimension}"
            )
        return vectors

    def _store(self) -> None:
        shas, encoded = self._running.popleft()
        vectors = encoded.result()
        if self._mark:
            # Before the vectors: whoever finds them all stored may rely on the marks.
            self._mark_duplicates(shas, vectors)
        added = self._corpus.add_embeddings(self._embedder_id, shas, vectors)
        self.frames_embedded += added
        self._done += len(shas)
        self._progress("embed", self._done, self._seen)
        self._unindexed += added
        if self._unindexed >= _INDEX_EVERY:
            self._index()

    def _mark_duplicates(self, shas: Sequence[str], vectors: NDArray[np.float32]) -> None:
        curation = self._corpus.curation
        # As the ledger will have them, so that it does not matter which vectors of a clip were stored before.
        stored = vectors.astype(np.float16).astype(np.float32)
        fresh = dict(zip(shas, stored, strict=True))
        marks: dict[str, str] = {}
        # What another embedder has looked at stays as it is: searches with its vectors would find something else.
        for clip_id in curation.clips_showing(shas, self._embedder_id):
            frames = self._corpus.frames(clip_id)
            missing = [frame.picture_sha for frame in frames if frame.picture_sha not in fresh]
            earlier = curation.picture_vectors(self._embedder_id, missing) if missing else {}
            marks |= duplicates_by_vector(frames, earlier | fresh)
        if marks:
            curation.mark_duplicates(marks)
            self.frames_marked += len(marks)

    def _index(self) -> None:
        done = self._corpus.index_pending()
        self._unindexed = 0
        if done:
            self._progress("index", done, done)


def _open_picture(path: Path) -> Image.Image:
    try:
        with Image.open(path, formats=PICTURE_KINDS) as picture:
            return picture.convert("RGB")
    # What Pillow raises on damaged files, and on those that claim to be huge: a corpus may be anybody's.
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise CorpusError(f"the stored picture {path} cannot be read: {error}", "restore it from a copy") from error
