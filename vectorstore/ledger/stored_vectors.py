"""Vectors as the ledger stores them, and how to tell that they are some."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import CorpusError


def vector_matrix(frame_ids: Sequence[str], blobs: Sequence[bytes], dimension: int) -> NDArray[np.float16]:
    """Stored vectors as (n, dimension).

    Args:
        frame_ids: Whose vectors, for the message.
        blobs: As they stand in the ledger: little-endian half precision.
        dimension: Of the embedder.

    Raises:
        CorpusError: One has another length, or numbers in it that are none.
    """
    for frame_id, blob in zip(frame_ids, blobs, strict=True):
        if len(blob) != 2 * dimension:
            raise _no_vector(frame_id, f"has {len(blob)} bytes, not {2 * dimension}")
    matrix = np.frombuffer(b"".join(blobs), dtype="<f2").reshape(len(blobs), dimension)
    strange = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
    if len(strange):
        raise _no_vector(frame_ids[int(strange[0])], "has numbers in it that are none")
    return matrix


def _no_vector(frame_id: str, problem: str) -> CorpusError:
    return CorpusError(
        f"the vector of frame {frame_id} {problem}",
        "`valuespectrum corpus verify` names all of them; remove their clips and ingest them again",
    )
