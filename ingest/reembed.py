"""Vectors of another embedder for everything in a corpus, from the stored pictures: nothing is decoded again."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from ingest.embedding.base import Embedder
from ingest.embedding.stage import EmbeddingStage, Progress, ThreadEncoder
from vectorstore.corpus import Corpus


@dataclass(frozen=True, slots=True)
class ReembedReport:
    """What one run did."""

    embedder: str
    """Id of the embedder whose vectors are complete now."""
    pictures: int
    """Pictures that were encoded; frames that show the same picture share a vector."""
    frames_embedded: int
    frames_known: int
    """Frames that had a vector of this embedder before."""
    seconds: float

    def to_json(self) -> dict[str, object]:
        """The document that ``corpus reembed --json`` prints."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}


def reembed(corpus: Corpus, embedder: Embedder, progress: Progress | None = None, batch: int = 32) -> ReembedReport:
    """Give every frame a vector of this embedder.

    Resumable: a run that ends early leaves what it has done, and the next one does the rest. The vectors of other
    embedders stay and can be searched all the while; until this one is complete it is not the default. Which frames
    count as duplicates does not change.

    Args:
        corpus: Opened for writing.
        embedder: The new one.
        progress: Called from this thread with ``"embed"`` and ``"index"``.
        batch: Pictures at once.

    Raises:
        EmbedderError: The embedder failed.
        CorpusError: A stored picture cannot be read.
        StorageError: Disk full or read-only.
    """
    started = time.monotonic()
    tell = progress or (lambda stage, done, total: None)
    stage = EmbeddingStage(corpus, ThreadEncoder(embedder), batch, tell, mark=False)
    known = corpus.embedded_count(embedder.id)
    pictures = corpus.pictures_without_vector(embedder.id)
    with stage:
        stage.queue(pictures)
        stage.finish()
    report = ReembedReport(embedder.id, len(pictures), stage.frames_embedded, known, time.monotonic() - started)
    if report.frames_embedded:
        corpus.add_event("reembed", report.to_json())
    return report
