"""How far scores of models over values tell models apart, and how far they can be trusted (AdAEM, tables 3 to 15)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def between_models(scores: Floats, centred: bool = False) -> float:
    """Mean correlation of pairs of models over dimensions: the lower, the more the models are told apart.

    Args:
        scores: Shape (models, dimensions).
        centred: Whether each dimension's mean over models is taken off first. Without that, dimensions that all models
            have more of than others decide: sixteen published profiles correlate at .84 for that reason alone.

    Returns:
        NaN where a model's scores are all the same, or fewer than two models or dimensions are there.

    Example:
        >>> round(between_models(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1.0, 2.0, 4.0]])), 3)
        -0.333
    """
    if min(scores.shape) < 2:
        return float("nan")
    numbers = scores - scores.mean(axis=0) if centred else scores
    spread = numbers.std(axis=1)
    if (spread <= 1e-12).any():
        return float("nan")
    correlations = np.asarray(np.corrcoef(numbers))
    return float(correlations[np.triu_indices(len(numbers), 1)].mean())


def within_models(scores: Floats) -> float:
    """Mean over models of the standard deviation over dimensions (of the population): the higher, the more is told.

    NaN where there are no scores.

    Args:
        scores: Shape (models, dimensions).
    """
    return float(scores.std(axis=1).mean()) if scores.size else float("nan")


@dataclass(frozen=True, slots=True)
class FoldReliability:
    """How far disjoint parts of a set of questions find the same."""

    alpha: float
    """Cronbach's, folds as items and model x value as cases; NaN where nothing differs."""
    variation: float
    """Mean over model x value of standard deviation over mean between folds (CV)."""


def over_folds(scores: Floats) -> FoldReliability:
    """Agreement of folds.

    Args:
        scores: Shape (folds, models, dimensions), of one or more folds each; positive. What one does not know, NaN,
            is left out of all.

    Example:
        >>> over_folds(np.array([[[1.0, 2.0]], [[1.0, 2.0]], [[1.0, 2.0]]])).alpha
        1.0
    """
    folds = len(scores)
    every = scores.reshape(folds, -1)
    cases = every[:, np.isfinite(every).all(axis=0)]
    whole = cases.sum(axis=0).var(ddof=1) if cases.shape[1] > 1 else 0.0
    alpha = folds / (folds - 1) * (1 - cases.var(axis=1, ddof=1).sum() / whole) if folds > 1 and whole > 0 else np.nan
    means = cases.mean(axis=0)
    known = means > 0
    variation = (cases.std(axis=0, ddof=1)[known] / means[known]).mean() if folds > 1 and known.any() else np.nan
    return FoldReliability(float(alpha), float(variation))


@dataclass(frozen=True, slots=True)
class Shift:
    """Whether scores moved between two conditions."""

    before: float
    """Mean."""
    after: float
    t: float
    """Paired; before minus after, as the paper has it."""
    p: float
    effect: float
    """Mean difference over the standard deviation of differences (Cohen's d of pairs), after minus before."""
    n: int


def shifted(before: Floats, after: Floats) -> Shift:
    """Paired t test of two conditions, e.g. before and after a model was told to hold a value.

    Args:
        before: Shape (pairs,).
        after: Shape (pairs,).

    Returns:
        NaN for t, p and effect where fewer than three pairs are there or all differ by the same.
    """
    from scipy.special import stdtr

    count, apart = len(before), before - after
    spread = float(apart.std(ddof=1)) if count > 2 else 0.0
    t = float(apart.mean() / (spread / np.sqrt(count))) if spread > 1e-12 else float("nan")
    p = float(2 * stdtr(count - 1, -abs(t))) if np.isfinite(t) else float("nan")
    effect = float(-apart.mean() / spread) if spread > 1e-12 else float("nan")
    return Shift(float(before.mean()), float(after.mean()), t, p, effect, count)
