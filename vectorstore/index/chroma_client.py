"""What this project uses of Chroma, which has no types that could be checked: written down once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class QueryResult(TypedDict):
    """Neighbours of each vector that was asked for, nearest first."""

    ids: Sequence[Sequence[str]]
    distances: Sequence[Sequence[float]]


class GetResult(TypedDict):
    """What is stored under some ids, in an order of Chroma's own."""

    ids: Sequence[str]
    embeddings: Vectors | Sequence[Sequence[float]]


class Collection(Protocol):
    """Vectors with ids."""

    name: str

    def upsert(self, *, ids: list[str], embeddings: Vectors) -> None:
        """Add or replace."""

    def query(self, *, query_embeddings: Vectors, n_results: int, include: Sequence[str]) -> QueryResult:
        """Find the nearest of each row."""

    def get(self, *, ids: list[str], include: Sequence[str]) -> GetResult:
        """Read by id; unknown ids are left out."""

    def count(self) -> int:
        """Number of vectors."""


class Client(Protocol):
    """A folder or a server."""

    def get_or_create_collection(
        self, name: str, *, embedding_function: None, configuration: Mapping[str, object]
    ) -> Collection:
        """Open a collection, made where there is none."""

    def get_collection(self, name: str, *, embedding_function: None) -> Collection:
        """Open a collection."""

    def list_collections(self) -> Sequence[Collection]:
        """All collections."""

    def delete_collection(self, name: str) -> None:
        """Remove a collection."""

    def get_max_batch_size(self) -> int:
        """Vectors that one call may bring."""

    def close(self) -> None:
        """Let go of files."""


class HttpSession(Protocol):
    """The connections of a client of a server."""

    timeout: float

    def close(self) -> None:
        """End them."""
