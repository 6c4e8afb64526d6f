"""How often the index finds what comparing with every vector finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus

GOAL = 0.99
"""Below this the answers of the index are not to be trusted, and a snapshot says so."""

_NEIGHBOURS = 10
_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True)
class Recall:
    """How well the index answered a sample of queries."""

    embedder_id: str
    recall: float
    """Mean share of the ten nearest that the index found, 0 to 1; 1 without queries, of which nobody is told."""
    queries: int

    @property
    def holds(self) -> bool:
        """Whether the index can be trusted."""
        return self.recall >= GOAL

    @property
    def told(self) -> float | None:
        """``recall`` for whoever reads it; ``None`` where there were no vectors to ask with."""
        return self.recall if self.queries else None

    def __str__(self) -> str:
        """In words, e.g. ``"0.9950 over 200 queries"``."""
        return f"{self.recall:.4f} over {self.queries} queries" if self.queries else "not measured without vectors"


def recall_at_10(corpus: Corpus, sample: int = 200, seed: int = 0, embedder_id: str | None = None) -> Recall:
    """Ask index and exact search for the neighbours of some frames.

    Recall is a property of the vectors at hand: 0.99 on clustered ones, 0.42 on isotropic noise with the same
    settings, hence measured and never assumed. Equally near frames count as found whichever of them is returned.

    Args:
        corpus: An open corpus.
        sample: Number of frames whose vector is a query; all when there are fewer.
        seed: Which frames.
        embedder_id: Whose vectors; ``None`` takes ``Corpus.default_embedder``.

    Raises:
        InputError: The corpus has no vectors of this embedder.
        CorpusError: The index cannot be used or is behind the ledger.
        CorpusLockedError: Another process writes.
    """
    embedder_id = embedder_id or corpus.default_embedder() or ""
    _, vectors = corpus.vectors(embedder_id)
    rows = np.random.default_rng(seed).permutation(len(vectors))[:sample]
    shares = []
    for row in rows:
        exact = corpus.search(vectors[row], _NEIGHBOURS, embedder_id, "exact", unique=False)
        found = corpus.search(vectors[row], _NEIGHBOURS, embedder_id, "chroma", unique=False)
        worst = exact[-1].similarity - _ROUNDING
        shares.append(sum(hit.similarity >= worst for hit in found) / len(exact))
    return Recall(embedder_id, float(np.mean(shares)) if shares else 1.0, len(shares))
