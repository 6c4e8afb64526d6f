"""Where the work of an ingest is done: in threads of this process, or (``ingest/engines/ray.py``) on a Ray cluster.

Only looking at files and encoding pictures can be elsewhere. What is known, what is written and in which order is
decided by the pipeline in either case, so that the corpus is the same.
"""

from __future__ import annotations

import threading
from typing import Protocol, runtime_checkable

from ingest.decoding.decode import DecodeOptions
from ingest.embedding.base import Embedder
from ingest.embedding.cores import count_cores
from ingest.embedding.stage import Encoder, ThreadEncoder
from ingest.examining.executors import ConfinedFiles, Files, FilesInTurn, ThreadFiles


@runtime_checkable
class IngestEngine(Protocol):
    """Does the two kinds of work that cost time."""

    @property
    def encoder(self) -> Encoder:
        """Encodes pictures."""

    def files(self, options: DecodeOptions, confined: ConfinedFiles, isolate: bool) -> Files:
        """What looks at local files.

        Args:
            options: How to decode.
            confined: For what has to be decoded in a confined process of this machine.
            isolate: Decode every file in a confined process.
        """


class LocalEngine:
    """Works in threads of this process.

    Args:
        embedder: Encodes the pictures.
        workers: Files at once.
    """

    def __init__(self, embedder: Embedder, workers: int) -> None:
        # Decoders and encoders that share a core within milliseconds find its caches full of the others' data.
        self._turns = threading.BoundedSemaphore(max(workers, count_cores()))
        self.encoder = ThreadEncoder(embedder, self._turns)
        self._workers = workers

    def files(self, options: DecodeOptions, confined: ConfinedFiles, isolate: bool) -> Files:
        """See ``IngestEngine``."""
        return FilesInTurn(confined if isolate else ThreadFiles(options, self._workers), self._turns)
