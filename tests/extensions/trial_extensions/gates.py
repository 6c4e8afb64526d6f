"""A gate that looks at how long a question is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agents.models.steering.written import Arrays, Document


@dataclass(frozen=True)
class LengthScorer:
    """Counts letters, and takes as many off as the file says."""

    spared: int
    kind: str = "trial"

    def __call__(self, question: str) -> float:
        return float(max(0, len(question) - self.spared))

    def written(self) -> tuple[Document, Arrays]:
        return {"spared": self.spared}, {}


def read(document: Mapping[str, object], arrays: Arrays) -> LengthScorer:
    spared = document["spared"]
    assert isinstance(spared, int) and not arrays
    return LengthScorer(spared)
