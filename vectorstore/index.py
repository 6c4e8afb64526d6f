"""Nearest neighbours through Chroma, embedded in this process: a projection of the ledger.

It holds ids and vectors and nothing else: what Chroma deletes stays readable in its files, so
nothing personal may ever enter it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import CorpusError
from vectorstore.storage import storage_errors

_BATCH = 1000


class VectorIndex:
    """One Chroma collection per embedder, cosine distance.

    Only one process at a time may have the folder open: two corrupt it without an error. ``Corpus`` sees to that.

    Args:
        folder: The ``chroma`` folder of a corpus; made when missing.

    Raises:
        CorpusError: Chroma cannot open it.
        StorageError: The folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with storage_errors(folder):
            folder.mkdir(exist_ok=True, mode=0o700)
        self._client = self._open()

    def _open(self) -> Any:
        import chromadb

        settings = chromadb.Settings(anonymized_telemetry=False, is_persistent=True)
        try:
            return chromadb.PersistentClient(path=str(self._folder), settings=settings)
        except Exception as error:
            # Chroma keeps what failed to start under its path and would return it to the next attempt.
            chromadb.api.client.SharedSystemClient.clear_system_cache()
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> CorpusError:
        line = " ".join(str(error).split())[:200]
        return CorpusError(
            f"the vector index {self._folder} cannot be used: {line}",
            "run `valuespectrum ingest` on the corpus again, which mends it, or search with the exact engine",
        )

    def _collection(self, embedder_id: str) -> Any:
        return self._client.get_or_create_collection(
            collection_name(embedder_id), embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def upsert(self, embedder_id: str, frame_ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Add or replace vectors, in batches that Chroma accepts.

        Args:
            embedder_id: Whose vectors.
            frame_ids: One id per row.
            vectors: (n, dimension).

        Raises:
            CorpusError: Chroma refused.
        """
        try:
            collection = self._collection(embedder_id)
            size = min(_BATCH, int(self._client.get_max_batch_size()))
            for start in range(0, len(frame_ids), size):
                stop = start + size
                collection.upsert(ids=list(frame_ids[start:stop]), embeddings=vectors[start:stop])
        except Exception as error:
            raise self._damaged(error) from error

    def query(self, embedder_id: str, vector: NDArray[np.float32], count: int) -> list[tuple[str, float]]:
        """The nearest frames, nearest first.

        Returns:
            Frame id and cosine similarity (-1 to 1), at most ``count``.

        Raises:
            CorpusError: Chroma refused.
        """
        try:
            found = self._collection(embedder_id).query(
                query_embeddings=vector[None, :], n_results=count, include=["distances"]
            )
        except Exception as error:
            raise self._damaged(error) from error
        return [(name, 1.0 - float(d)) for name, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self, embedder_id: str) -> int:
        """Number of vectors of an embedder.

        Raises:
            CorpusError: Chroma refused.
        """
        try:
            return int(self._collection(embedder_id).count())
        except Exception as error:
            raise self._damaged(error) from error

    def close(self) -> None:
        """Let go of the files."""
        self._client.close()


def collection_name(embedder_id: str) -> str:
    """Chroma's name for the vectors of an embedder: 3-512 characters of a small alphabet."""
    return f"frames-{hashlib.sha256(embedder_id.encode()).hexdigest()[:32]}"


def remove_index(folder: Path) -> None:
    """Remove an index so that it can be made anew from the ledger; no process may have it open.

    Raises:
        StorageError: It cannot be removed.
    """
    with storage_errors(folder):
        if folder.exists():
            shutil.rmtree(folder)
