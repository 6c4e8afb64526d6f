"""Scores over fewer and broader values, with the errors that they inherit.

A broader value is the mean of its members (official keys of the PVQ-RR, 2021), and the two axes of the theory are
differences of broader values. All are weighted sums, so with the covariance ``C`` of the scores the squared standard
error of ``w y`` is ``w C w'``: errors of values that were centred together are not independent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.structure.circle import Floats
from valuespectrum.theory.value_sets import FOUR, GROUPS, ValueSet
from vectorstore.foundation.errors import InputError

AXES: Mapping[str, tuple[str, str]] = {
    "openness_over_conservation": ("openness_to_change", "conservation"),
    "self_transcendence_over_self_enhancement": ("self_transcendence", "self_enhancement"),
}
"""The two oppositions of the theory: one broader value minus its contrary."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Scores with what is known of their errors."""

    scores: Mapping[str, float]
    """Value to score; values that were not measured are missing."""
    covariance: Floats | None = None
    """Of the errors, in the order of ``scores``; ``None`` when not known."""
    quantile: float = 1.96
    """Standard errors on each side that an interval has."""


def weights(finer: ValueSet, coarser: ValueSet) -> Floats:
    """Weight of every finer value in every coarser one, shape (coarser, finer); rows sum to 1.

    Raises:
        InputError: No key leads from one to the other.
    """
    members = GROUPS.get((finer.name, coarser.name))
    if members is None:
        raise InputError(f"no key leads from {finer.title} to {coarser.title}", "take sets of Schwartz's values")
    table = np.zeros((len(coarser), len(finer)))
    for row, name in enumerate(coarser.dimensions):
        for member in members[name]:
            table[row, finer.position(member)] = 1.0 / len(members[name])
    return table


def coarser_scores(found: Covered, finer: ValueSet, coarser: ValueSet) -> dict[str, Estimate]:
    """Scores of broader values; one of which a member was not measured is not known.

    Args:
        found: Scores over ``finer``.
        finer: Set of the scores.
        coarser: Set to bring them to.
    """
    return _sums(found, finer, dict(zip(coarser.dimensions, weights(finer, coarser), strict=True)))


def axis_scores(found: Covered, finer: ValueSet) -> dict[str, Estimate]:
    """The two oppositions of the theory, each one broader value minus its contrary."""
    table = weights(finer, FOUR)
    rows = {name: table[FOUR.position(first)] - table[FOUR.position(second)] for name, (first, second) in AXES.items()}
    return _sums(found, finer, rows)


def _sums(found: Covered, finer: ValueSet, rows: Mapping[str, Floats]) -> dict[str, Estimate]:
    given = list(found.scores)
    columns = [finer.position(name) for name in given]
    scores = np.array([found.scores[name] for name in given], dtype=np.float64)
    known = dict(zip(given, np.isfinite(scores), strict=True))
    sums = {}
    for name, row in rows.items():
        lacking = [each for each, weight in zip(finer.dimensions, row, strict=True) if weight and not known.get(each)]
        if lacking:
            sums[name] = Estimate(None, why=f"not measured: {', '.join(lacking)}")
            continue
        weight = row[columns]
        used = weight != 0.0
        mean = float(weight[used] @ scores[used])
        if found.covariance is None:
            sums[name] = Estimate(mean, why="the errors of its members together are not known")
            continue
        variance = float(weight[used] @ found.covariance[np.ix_(used, used)] @ weight[used])
        if not np.isfinite(variance) or variance <= 0.0:
            sums[name] = Estimate(mean, why="the errors of its members are not known")
            continue
        error = sqrt(variance)
        half = found.quantile * error
        sums[name] = Estimate(mean, mean - half, mean + half, se=error)
    return sums
