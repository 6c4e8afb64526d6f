"""Whether a question is new: its mean similarity to the three nearest that are stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors, shape (texts, dimension): the text side of an embedder."""
_NEAREST = 3


class Texts:
    """Vectors of texts, each encoded once."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._known: dict[str, Vectors] = {}

    def of(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, dimension)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, np.asarray(self._encode(new), np.float32), strict=True))
        return np.stack([self._known[text] for text in texts])

    def alike(self, points: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """How alike the points of each pair of answers are.

        As BERTScore compares words: every point with the nearest one of the other answer, in both directions.

        Args:
            points: Of each answer.

        Returns:
            Shape (answers, answers), 0 to 1.
        """
        vectors = [self.of(each).astype(np.float64) for each in points]
        found = np.ones((len(vectors), len(vectors)))
        for one in range(len(vectors)):
            for other in range(one + 1, len(vectors)):
                cosines = np.clip(vectors[one] @ vectors[other].T, 0.0, 1.0)
                precision, recall = cosines.max(axis=1).mean(), cosines.max(axis=0).mean()
                both = precision + recall
                found[one, other] = found[other, one] = 2 * precision * recall / both if both else 0.0
        return found


class StoredTexts:
    """Everything that was kept so far."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._vectors: Vectors | None = None
        self._count = 0

    def add(self, words: Sequence[str]) -> None:
        """Keep questions."""
        if not words:
            return
        new = self._texts.of(words)
        if self._vectors is None or self._count + len(new) > len(self._vectors):
            grown = np.zeros((2 * (self._count + len(new)), new.shape[1]), np.float32)
            if self._vectors is not None:
                grown[: self._count] = self._vectors[: self._count]
            self._vectors = grown
        self._vectors[self._count : self._count + len(new)] = new
        self._count += len(new)

    def nearness(self, words: str) -> float:
        """Mean cosine to the three nearest questions; 0 where nothing is stored."""
        if self._vectors is None:
            return 0.0
        cosines = self._vectors[: self._count] @ self._texts.of([words])[0]
        nearest = np.partition(cosines, -_NEAREST)[-_NEAREST:] if self._count > _NEAREST else cosines
        return float(nearest.mean())

    def mean_similarity(self) -> float:
        """Mean cosine of pairs; NaN of fewer than two."""
        if self._vectors is None or self._count < 2:
            return float("nan")
        total = self._vectors[: self._count].astype(np.float64).sum(axis=0)
        return float((total @ total - self._count) / (self._count * (self._count - 1)))
