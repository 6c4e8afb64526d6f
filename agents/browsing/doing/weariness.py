"""How an agent tires: what fatigue and boredom take from the log-odds of going on.

    log-odds of going on = log-odds of the answer - fatigue * minutes watched - boredom * similarity

*Going on* is to keep watching at the glance and after every chunk, and to stay for another clip where leaving is asked
about. Minutes watched are those of the whole session so far, glances left out. Similarity is the mean cosine of the
clip's vector with those of the last ``span`` clips that were shown, and 0 where that is negative or nothing was shown.
Both are 0 by default. They are declared, not measured: a simulated habit on top of what a model answers, so that the
answers themselves are logged without them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import exp, isfinite

import numpy as np

from vectorstore.foundation.errors import InputError

_STEEPEST = 100.0


@dataclass(frozen=True, slots=True)
class WearinessOptions:
    """How fast an agent tires; see the module's text for the formula."""

    fatigue: float = 0.0
    """Log-odds taken per minute watched, from 0."""
    boredom: float = 0.0
    """Log-odds taken where a clip is the same as those before, from 0."""
    span: int = 5
    """Clips that "just seen" reaches back, 1 to 100."""

    def __post_init__(self) -> None:
        for name, number in (("fatigue", self.fatigue), ("boredom", self.boredom)):
            if not (isfinite(number) and 0 <= number <= _STEEPEST):
                raise InputError(f"{name} must lie in 0..{_STEEPEST:g} log-odds, got {number}")
        if not 1 <= self.span <= 100:
            raise InputError(f"span must lie in 1..100 clips, got {self.span}")

    @property
    def tires(self) -> bool:
        """Whether anything is taken at all."""
        return self.fatigue > 0 or self.boredom > 0

    def taken(self, watched: float, similarity: float) -> float:
        """Log-odds that are taken from going on.

        Args:
            watched: Seconds watched in the session so far.
            similarity: To what was just seen, 0 to 1.

        Example:
            >>> WearinessOptions(fatigue=0.5, boredom=2.0).taken(120.0, 0.25)
            1.5
        """
        return self.fatigue * watched / 60 + self.boredom * similarity


def similarity(vector: np.ndarray, earlier: Collection[np.ndarray]) -> float:
    """Mean cosine of a unit vector with earlier ones, at least 0; 0 without earlier ones.

    Args:
        vector: (dimension,), of unit length or zero.
        earlier: The same of what was just seen.
    """
    if not earlier:
        return 0.0
    # Sums instead of products of matrices: their rounding does not depend on the linear algebra library.
    cosines = [float((vector.astype(np.float64) * one.astype(np.float64)).sum()) for one in earlier]
    return max(0.0, sum(cosines) / len(cosines))


def wearied(probability: float, taken: float) -> float:
    """A probability of going on after so many log-odds were taken from it.

    Example:
        >>> round(wearied(0.5, 1.0), 4), wearied(1.0, 5.0), wearied(0.3, 0.0)
        (0.2689, 1.0, 0.3)
    """
    if taken == 0 or probability == 1:
        return probability
    kept = probability * exp(-taken)
    return kept / (kept + 1 - probability)
