"""Nearest neighbours through Chroma, embedded in this process or on a server: a projection of the ledger.

It holds ids and vectors and nothing else: what Chroma deletes stays readable in its files, so
nothing personal may ever enter it, and to remove vectors for good an index is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from vectorstore.files.layout import INDEX, refuse_foreign_journal
from vectorstore.foreign.inside import Folder, stamp
from vectorstore.foundation.allocator import blank_memory
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.foundation.text import one_line
from vectorstore.index.chroma_client import Client, Collection, HttpSession

_BATCH = 1000
_GRAPH = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 500}
"""Finds nearly all of the ten nearest of 200,000 vectors, where Chroma's own choice misses some."""
_CONNECT = 5.0
"""Seconds within which a server must accept a connection."""
_ANSWER = 300.0
"""Seconds within which it must answer."""


@dataclass(frozen=True, slots=True)
class IndexPlace:
    """Where an index is. A new generation is a new folder, or new collections on a server."""

    root: Path
    """The corpus folder."""
    corpus_key: str
    """Tells the collections of several corpora on one server apart."""
    url: str = ""
    """Of a Chroma server; empty when the index lies in the corpus folder."""
    generation: int = 1

    def __post_init__(self) -> None:
        """Refuse what names no place: the ledger that says it may be anybody's.

        Raises:
            CorpusError: It does not.
        """
        is_url = isinstance(self.url, str) and (not self.url or is_server_url(self.url))
        if not is_url or type(self.generation) is not int or not 1 <= self.generation < 10**18:
            raise CorpusError(f"the ledger of {self.root} names no place where an index can be", MEND)

    @property
    def folder(self) -> Path:
        """Where the files lie when there is no server."""
        return self.root / ("chroma" if self.generation == 1 else f"chroma-{self.generation}")

    @property
    def name(self) -> str:
        """Of the folder."""
        return self.folder.name

    @property
    def prefix(self) -> str:
        """What the names of all its collections begin with."""
        return f"frames-{self.corpus_key}-{self.generation}-" if self.url else "frames-"

    def __str__(self) -> str:
        return f"of {self.root} on {self.url}" if self.url else str(self.folder)


class VectorIndex:
    """One Chroma collection per embedder, cosine distance.

    Only one process at a time may have a folder open: two corrupt it without an error. ``Corpus`` sees to that.

    Args:
        place: Where it is.
        write: Whether folder and collections may be made.

    Raises:
        InputError: The address of the server makes no sense.
        CorpusError: Chroma cannot open it, or the server does not answer.
        StorageError: The folder cannot be made.
    """

    def __init__(self, place: IndexPlace, *, write: bool) -> None:
        self.place = place
        self._write = write
        self._known: dict[str, Collection] = {}
        self._client: Client = _reach_server(place.url) if place.url else self._open_folder()

    def _open_folder(self) -> Client:
        folder = self.place.folder
        with storage_errors(folder), Folder.at(self.place.root) as corpus:
            inner = corpus.inner(folder.name, make=self._write)
        if inner is None:
            raise CorpusError(f"the vector index {folder} is missing", MEND)
        with storage_errors(folder), inner:
            check_files(inner)
        import chromadb

        settings = _settings(is_persistent=True)
        try:
            with blank_memory():
                client: Client = chromadb.PersistentClient(path=str(folder), settings=settings)
        except Exception as error:
            # Chroma keeps what failed to start under its path and would return it to the next attempt.
            chromadb.api.client.SharedSystemClient.clear_system_cache()
            raise self._damaged(error) from error
        return client

    @contextlib.contextmanager
    def _chroma(self) -> Iterator[None]:
        # Chroma writes parts of its files from memory that it never filled, and then they hold whatever the process
        # had there before: captions, vectors that were removed.
        with blank_memory():
            try:
                yield
            except Exception as error:
                raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> CorpusError:
        line = one_line(error)
        return CorpusError(f"the vector index {self.place} cannot be used: {line}", MEND)

    def _collection(self, embedder_id: str) -> Collection:
        if embedder_id not in self._known:
            name = collection_name(embedder_id, self.place.prefix)
            self._known[embedder_id] = (
                self._client.get_or_create_collection(name, embedding_function=None, configuration={"hnsw": _GRAPH})
                if self._write
                else self._client.get_collection(name, embedding_function=None)
            )
        return self._known[embedder_id]

    def upsert(self, embedder_id: str, frame_ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Add or replace vectors, in batches that Chroma accepts.

        Args:
            embedder_id: Whose vectors.
            frame_ids: One id per row.
            vectors: (n, dimension).

        Raises:
            CorpusError: Chroma refused.
        """
        with self._chroma():
            collection = self._collection(embedder_id)
            size = self._batch()
            for start in range(0, len(frame_ids), size):
                stop = start + size
                collection.upsert(ids=list(frame_ids[start:stop]), embeddings=vectors[start:stop])

    def _batch(self) -> int:
        return min(_BATCH, int(self._client.get_max_batch_size()))

    def query(self, embedder_id: str, vector: NDArray[np.float32], count: int) -> list[tuple[str, float]]:
        """The nearest frames, nearest first.

        Returns:
            Frame id and cosine similarity (-1 to 1), at most ``count``.

        Raises:
            CorpusError: Chroma refused.
        """
        return self.query_many(embedder_id, vector[None, :], count)[0]

    def query_many(self, embedder_id: str, vectors: NDArray[np.float32], count: int) -> list[list[tuple[str, float]]]:
        """The nearest frames of each row of (n, dimension), as ``query`` gives them.

        Raises:
            CorpusError: Chroma refused.
        """
        with self._chroma():
            found = self._collection(embedder_id).query(
                query_embeddings=vectors, n_results=count, include=["distances"]
            )
        return [
            [(name, 1.0 - float(distance)) for name, distance in zip(names, distances, strict=True)]
            for names, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def stored(self, embedder_id: str, frame_ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of those frames that the index has.

        Raises:
            CorpusError: Chroma refused.
        """
        with self._chroma():
            found = self._collection(embedder_id).get(ids=list(frame_ids), include=["embeddings"])
        return dict(zip(found["ids"], np.asarray(found["embeddings"], dtype=np.float32), strict=True))

    def count(self, embedder_id: str) -> int:
        """Number of vectors of an embedder.

        Raises:
            CorpusError: Chroma refused.
        """
        with self._chroma():
            return int(self._collection(embedder_id).count())

    def remove_other_generations(self) -> None:
        """On a server, delete the collections of this corpus that are not of this place.

        The server keeps the bytes of deleted vectors in its own files until its operator runs ``chroma vacuum``.

        Raises:
            CorpusError: Chroma refused.
        """
        ours = f"frames-{self.place.corpus_key}-"
        self._delete(lambda name: name.startswith(ours) and not name.startswith(self.place.prefix))

    def remove_generation(self) -> None:
        """On a server, delete the collections of this place.

        Raises:
            CorpusError: Chroma refused.
        """
        self._known.clear()
        self._delete(lambda name: name.startswith(self.place.prefix))

    def _delete(self, is_meant: Callable[[str], bool]) -> None:
        with self._chroma():
            for collection in self._client.list_collections():
                if is_meant(collection.name):
                    self._client.delete_collection(collection.name)

    def close(self) -> None:
        """Let go of the files, or of the server."""
        sessions = _sessions(self._client) if self.place.url else []
        with blank_memory():
            self._client.close()
        for session in sessions:
            # Chroma leaves its connections open.
            session.close()


MEND = "run `valuespectrum ingest` on the corpus again, which mends it, or search with the exact engine"


def _reach_server(url: str) -> Client:
    check_server_url(url)
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or 8000
    try:
        # Chroma itself waits for ever.
        socket.create_connection((host, port), timeout=_CONNECT).close()
        import chromadb

        settings = _settings()
        client: Client = chromadb.HttpClient(host=host, port=port, ssl=parts.scheme == "https", settings=settings)
    except Exception as error:
        line = one_line(error)
        raise CorpusError(f"no Chroma server answers at {url}: {line}", "start one with `chroma run`") from error
    for session in _sessions(client):
        session.timeout = _ANSWER
    return client


def _sessions(client: Client) -> list[HttpSession]:
    """The connections of a client of a server; Chroma has no public name for them."""
    servers = [getattr(part, "_server", None) for part in (client, getattr(client, "_admin_client", None))]
    return [server._session for server in servers if server is not None and hasattr(server, "_session")]


def check_server_url(url: str) -> None:
    """Refuse what is not the plain address of a server.

    Raises:
        InputError: It is not.
    """
    if not is_server_url(url):
        raise InputError(f"{url!r} is not the address of a Chroma server", "write it like http://localhost:8000")


def is_server_url(url: str) -> bool:
    """Whether this is the plain address of a server."""
    try:
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    more = parts.username or parts.password or parts.path.strip("/") or parts.query or parts.fragment
    return named and not more and url.isascii() and url.isprintable()


def collection_name(embedder_id: str, prefix: str = "frames-") -> str:
    """Chroma's name for the vectors of an embedder: 3-512 characters of a small alphabet."""
    return f"{prefix}{hashlib.sha256(embedder_id.encode()).hexdigest()[:32]}"


def _settings(**named: bool) -> object:
    # Without this Chroma obeys a file `.env` of whatever folder the user is in, which can name code to import.
    import chromadb

    made: object = chromadb.Settings(_env_file=None, anonymized_telemetry=False, **named)
    return made


def index_folders(root: Path) -> list[str]:
    """Names of all index folders of a corpus folder: the one in use and what interrupted rebuilds left.

    Raises:
        StorageError: The folder cannot be read.
    """
    with storage_errors(root), Folder.at(root) as corpus:
        return [entry.name for entry in corpus.entries() if INDEX.fullmatch(entry.name)]


def remove_index(root: Path, name: str) -> None:
    """Remove an index folder of a corpus folder; no process may have it open.

    Raises:
        StorageError: It cannot be removed.
    """
    if not INDEX.fullmatch(name):
        raise CorpusError(f"{name!r:.80} is not the name of an index")
    with storage_errors(root), Folder.at(root) as corpus:
        corpus.remove_all(name)


def check_files(index: Folder) -> None:
    """Refuse an index folder with something in it that is no file, or that would have other files changed.

    Raises:
        CorpusError: There is such a thing.
        OSError: The disk refuses.
    """
    for _ in index.files():
        pass
    refuse_foreign_journal(index, "chroma.sqlite3-journal")


def fingerprint(root: Path, name: str) -> str:
    """Names, sizes and times of the files of an index: cheap, and changed by all that can harm it.

    Times of change and numbers of files are set by the system, so no archive can bring the ones that it likes.

    Returns:
        SHA-256; empty when there is no such folder.

    Raises:
        CorpusError: It has something in it that is no file.
        StorageError: The folder cannot be read.
    """
    digest = hashlib.sha256()
    with storage_errors(root), Folder.at(root) as corpus:
        index = corpus.inner(name)
        if index is None:
            return ""
        with index:
            for path, status in index.files():
                digest.update(f"{path}\t{stamp(status)}\n".encode())
    return digest.hexdigest()


def sync_files(root: Path, name: str) -> None:
    """Make the files of an index survive a power cut.

    Raises:
        StorageError: The disk refuses.
    """
    with storage_errors(root), Folder.at(root) as corpus:
        index = corpus.inner(name)
        if index is not None:
            with index:
                index.sync_all()
        corpus.sync()
