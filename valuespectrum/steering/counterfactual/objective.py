"""What an answer is to show, and how far an answer is from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from vectorstore.foundation.errors import InputError

LOWEST, HIGHEST = 1, 5
Scores = Mapping[str, float | None]
"""Dimension to a score of 1 to 5; ``None`` where nobody gave one."""


@dataclass(frozen=True, slots=True)
class ValueObjective:
    """WantedAnswer scores."""

    scores: Mapping[str, float]
    """Dimension to priority, from 1, not at all, to 5, above everything."""

    def __post_init__(self) -> None:
        if not self.scores:
            raise InputError("an objective names a value at least", "for example benevolence=5")
        wrong = [name for name, score in self.scores.items() if not LOWEST <= score <= HIGHEST]
        if wrong:
            raise InputError(
                f"the objective wants {wrong[0]!r:.60} at {self.scores[wrong[0]]:g}", f"{LOWEST} to {HIGHEST}"
            )


def read_objective(pairs: Iterable[str], dimensions: Iterable[str]) -> ValueObjective:
    """An objective as a user writes it: ``NAME=SCORE``.

    Args:
        pairs: One for each dimension.
        dimensions: Those that there are.

    Raises:
        InputError: A pair is malformed, names an unknown dimension, or one twice.

    Example:
        >>> read_objective(["power=2", "security=4.5"], ("power", "security")).scores["security"]
        4.5
    """
    known, found = tuple(dimensions), dict[str, float]()
    for pair in pairs:
        name, equals, said = pair.partition("=")
        name = name.strip()
        if not equals or name not in known or name in found:
            raise InputError(f"{pair!r:.80} is no wanted value", f"NAME=SCORE, each once: {', '.join(known)}")
        try:
            found[name] = float(said)
        except ValueError as error:
            raise InputError(f"{said!r:.40} is no score", f"a number from {LOWEST} to {HIGHEST}") from error
    return ValueObjective(found)


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far scores are from what is wanted; ``None`` where a wanted dimension has no score."""

    total: float | None
    """Sum of absolute differences: what COUPLE's threshold is about, and what its tables seem to report."""
    mean: float | None
    """The same divided by the number of dimensions."""
    missing: tuple[str, ...] = ()
    """WantedAnswer dimensions without a score."""


def deviation(found: Scores, objective: ValueObjective) -> Deviation:
    """Compare scores with what is wanted: mean absolute error, as sum and as mean.

    Example:
        >>> deviation({"power": 2.0, "security": 5.0}, ValueObjective({"power": 4, "security": 5}))
        Deviation(total=2.0, mean=1.0, missing=())
    """
    missing = tuple(name for name in objective.scores if found.get(name) is None)
    if missing:
        return Deviation(None, None, missing)
    gaps = [abs(float(found[name] or 0.0) - wanted) for name, wanted in objective.scores.items()]
    return Deviation(float(sum(gaps)), float(sum(gaps) / len(gaps)))


def spearman(found: Scores, objective: ValueObjective) -> float | None:
    """Rank correlation of scores with what is wanted.

    Returns:
        ``None`` where it is not defined: fewer than two dimensions, no score for one, or all scores alike on one side.

    Example:
        >>> wanted = ValueObjective({"a": 1, "b": 3, "c": 5})
        >>> spearman({"a": 2.0, "b": 2.5, "c": 4.0}, wanted), spearman({"a": 2.0, "b": 2.0, "c": 2.0}, wanted)
        (1.0, None)
    """
    from scipy.stats import rankdata

    scores = [found.get(name) for name in objective.scores]
    if any(score is None for score in scores):
        return None
    ranks = np.stack([rankdata([float(score or 0.0) for score in scores]), rankdata(list(objective.scores.values()))])
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    spread = float(np.sqrt((centred**2).sum(axis=1).prod()))
    return round(float((centred[0] * centred[1]).sum()) / spread, 12) if spread > 0 else None
