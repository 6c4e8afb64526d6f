"""Log-likelihood of a cumulative logit, with its first and second derivatives.

With logistic errors ``F(a) - F(b) = F(a) (1 - F(b)) (1 - exp(b - a))``, so that the likelihood of a step is that of two
yes/no answers, one at each threshold around it, and a part that holds neighbouring thresholds apart (McCullagh 1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.design import OrdinalDesign

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LikelihoodSlopes:
    """Derivatives of the log-likelihood at some thresholds and predictors."""

    value: float
    """The log-likelihood; minus infinity where thresholds are out of order."""
    thresholds: Floats
    """Shape (groups, thresholds): first derivatives by thresholds."""
    predictors: Floats
    """Shape (cells,): the same by linear predictors."""
    curvature: Floats
    """Shape (cells, thresholds): minus the second derivative at each threshold; a row's sum is that by the predictor,
    an entry is minus that by the threshold and the predictor."""
    apart: Floats
    """Shape (groups, thresholds - 1): what is added to the curvature for neighbouring thresholds."""


def slopes(design: OrdinalDesign, thresholds: Floats, predictors: Floats) -> LikelihoodSlopes:
    """The log-likelihood of a table and its derivatives.

    Args:
        design: The table.
        thresholds: Shape (groups, thresholds), rising; those that a group does not have are not looked at.
        predictors: Shape (cells,).
    """
    from scipy.special import expit, log_expit

    at = thresholds[design.group] - predictors[:, None]
    below = expit(at)
    value = float(np.sum(design.upper * log_expit(at) + design.lower * log_expit(-at)))
    pull = design.upper - (design.upper + design.lower) * below
    curvature = (design.upper + design.lower) * below * (1.0 - below)
    by_threshold = grouped(pull, design)
    gaps = np.diff(thresholds, axis=1)
    between = inner_answers(design)
    there = between > 0
    if np.any(gaps[there] <= 0):
        return LikelihoodSlopes(-np.inf, by_threshold, -pull.sum(axis=1), curvature, np.zeros_like(gaps))
    safe = np.where(there, gaps, 1.0)
    value += float(np.sum(between * np.log(-np.expm1(-safe))))
    push = between / np.expm1(safe)
    by_threshold[:, 1:] += push
    by_threshold[:, :-1] -= push
    apart = between * np.exp(safe) / np.expm1(safe) ** 2
    return LikelihoodSlopes(value, by_threshold, -pull.sum(axis=1), curvature, apart)


def grouped(rows: Floats, design: OrdinalDesign) -> Floats:
    """Sums of rows, one a cell, over the cells of each group."""
    sums = np.zeros((len(design.used), rows.shape[1]))
    np.add.at(sums, design.group, rows)
    return sums


def inner_answers(design: OrdinalDesign) -> Floats:
    """Shape (groups, thresholds - 1): answers between neighbouring thresholds."""
    return np.where(design.used[:, 1:], grouped(design.upper, design)[:, 1:], 0.0)


def step_chances(design: OrdinalDesign, thresholds: Floats, predictors: Floats) -> Floats:
    """Shape (cells, thresholds + 1): probability of every step that the cell's group uses, in order; 0 beyond them."""
    from scipy.special import expit

    there = design.used[design.group]
    below = np.where(there, expit(thresholds[design.group] - predictors[:, None]), 1.0)
    edges = np.hstack([np.zeros((len(below), 1)), below, np.ones((len(below), 1))])
    return np.diff(edges, axis=1)
