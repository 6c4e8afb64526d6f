"""The circle of the theory as numbers, and how a table of correlations agrees with it.

Over respondents (personas, draws, models) values that are neighbours should go together and opposites against each
other. ``R`` is the table of correlations between values, ``D`` the table of steps between them the shorter way round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ranks import levelled
from valuespectrum.theory.value_sets import ValueSet

Floats = NDArray[np.float64]

FEWEST_RESPONDENTS = 10
"""Fewer say nothing about correlations: over three, any two values go together well or badly by chance."""
PERMUTATIONS = 2000
"""Orders of the values that are drawn to see what chance gives."""
_LEAST_SPREAD = 1e-9
_ALIKE = "all pairs of values go together alike"


@dataclass(frozen=True, slots=True)
class Statistic:
    """One number about structure, with what chance gives."""

    value: float | None
    p: float | None = None
    """Share of orders of the values that agree with the theory as well or better; ``None`` where none were drawn."""
    why: str = ""
    """Why there is no number."""


def angles(value_set: ValueSet, shared_wedge: bool = False) -> Floats:
    """Places of the values on the circle of the theory, in radians from the first.

    Args:
        value_set: A circle.
        shared_wedge: Whether conformity and tradition stand at the same angle, as drawn by Schwartz: nine steps of 40
            degrees then, not ten of 36.
    """
    places = np.arange(len(value_set), dtype=np.float64)
    if not (shared_wedge and "conformity" in value_set and "tradition" in value_set):
        return places * 2.0 * np.pi / len(value_set)
    shared = value_set.position("tradition")
    places[shared:] -= 1.0
    return places * 2.0 * np.pi / (len(value_set) - 1)


def distances(value_set: ValueSet, shared_wedge: bool = False) -> Floats:
    """Angles between values, the shorter way round, in radians; shape (values, values)."""
    turn = angles(value_set, shared_wedge)
    gap = np.abs(turn[:, None] - turn[None, :])
    return np.asarray(np.minimum(gap, 2.0 * np.pi - gap))


def correlations(scores: Floats, value_set: ValueSet) -> tuple[Floats | None, str]:
    """Correlations between values over respondents.

    Args:
        scores: Shape (respondents, values), centred within respondents; whoever lacks a value is left out.
        value_set: Names the columns.

    Returns:
        Shape (values, values), or ``None`` with the reason.
    """
    if scores.ndim != 2 or scores.shape[1] != len(value_set):
        return None, f"{len(value_set)} values are needed"
    complete = scores[~np.isnan(scores).any(axis=1)]
    if len(complete) < FEWEST_RESPONDENTS:
        return None, f"{len(complete)} respondents with every value, {FEWEST_RESPONDENTS} are needed"
    flat = [
        name for name, spread in zip(value_set.dimensions, complete.std(axis=0), strict=True) if spread < _LEAST_SPREAD
    ]
    if flat:
        return None, f"respondents do not differ in {', '.join(flat)}"
    found: Floats = np.asarray(np.corrcoef(complete, rowvar=False))
    return (None, _ALIKE) if _all_alike(found) else (found, "")


def pairs(table: Floats) -> Floats:
    """The entries above the diagonal of a symmetric table."""
    return np.asarray(table[np.triu_indices(len(table), 1)])


def distance_agreement(found: Floats, theory: Floats, generator: np.random.Generator | None = None) -> Statistic:
    """Rank correlation between correlations and nearness on the circle: Spearman(R, -D) over pairs of values.

    1 where the nearer always go together better. ``p`` is that of Mantel's test, which gives the values other names
    (Mantel 1967): pairs that share a value are not independent, so no table of Spearman's applies.

    Args:
        found: Correlations, shape (values, values).
        theory: Distances of the same shape.
        generator: Draws orders of the values; without one there is no ``p``.
    """
    ranks = ranked(pairs(found))
    return _permuted(lambda table: pearson(ranks, -table), found, whole(ranked(pairs(theory))), generator)


def cosine_agreement(found: Floats, theory: Floats, generator: np.random.Generator | None = None) -> Statistic:
    """Pearson(R, cos D) over pairs of values: how well one wave describes the correlations.

    Args:
        found: Correlations.
        theory: Distances, in radians.
        generator: As in :func:`distance_agreement`.
    """
    entries = pairs(found)
    return _permuted(lambda table: pearson(entries, np.cos(table)), found, theory, generator)


def order_index(found: Floats, theory: Floats, generator: np.random.Generator | None = None) -> Statistic:
    """Correspondence index of the circular order model (Hubert and Arabie 1987; RANDALL, Tracey 1997).

    Every two pairs of values that lie at different distances are one prediction: the nearer pair goes together better.
    ``(met - violated) / predictions``: 1 when all are met, 0 by chance. Over ten values there are 800 predictions, over
    six types the 72 of RANDALL.

    Args:
        found: Correlations.
        theory: Distances.
        generator: As in :func:`distance_agreement`.
    """
    entries = levelled(pairs(found))
    better = np.sign(entries[:, None] - entries[None, :])
    levels = np.unique(np.round(pairs(theory), 9))

    def index(table: Floats) -> Floats:
        at = [np.abs(table - level) < 1e-6 for level in levels]
        score, predictions, farther = np.zeros(table.shape[:-1]), 0, np.zeros_like(table)
        for here in reversed(at):
            score += np.einsum("...i,...i", here @ better, farther)
            predictions += int(here[(0,) * (table.ndim - 1)].sum() * farther[(0,) * (table.ndim - 1)].sum())
            farther = farther + here
        return np.asarray(score / predictions) if predictions else np.full(table.shape[:-1], np.nan)

    return _permuted(index, found, theory, generator)


def whole(entries: Floats) -> Floats:
    """The symmetric table of which :func:`pairs` gives the entries; 0 on the diagonal."""
    size = round((1 + sqrt(1 + 8 * len(entries))) / 2)
    table = np.zeros((size, size))
    table[np.triu_indices(size, 1)] = entries
    return table + table.T


def relabelled(theory: Floats, generator: np.random.Generator, draws: int = PERMUTATIONS) -> Floats:
    """Pairs of a table whose values were given each other's names, shape (draws, pairs)."""
    size = len(theory)
    orders = generator.permuted(np.tile(np.arange(size), (draws, 1)), axis=1)
    rows, columns = np.triu_indices(size, 1)
    return np.asarray(theory[orders[:, rows], orders[:, columns]])


def share_as_good(value: float, others: Floats) -> float:
    """``(1 + number as good or better) / (1 + draws)``: what was found counts as one of the draws."""
    return float((1 + np.sum(others >= value - 1e-12)) / (1 + len(others)))


def _all_alike(found: Floats) -> bool:
    """Whether no value is nearer to one than to another, so that nothing can be arranged."""
    return bool(np.ptp(levelled(pairs(found))) == 0.0)


def _permuted(
    statistic: Callable[[Floats], Floats], found: Floats, theory: Floats, generator: np.random.Generator | None
) -> Statistic:
    if _all_alike(found):
        return Statistic(None, why=_ALIKE)
    value = float(statistic(pairs(theory)))
    if np.isnan(value):
        return Statistic(None, why="nothing differs")
    p = None if generator is None else share_as_good(value, statistic(relabelled(theory, generator)))
    return Statistic(value, p)


def ranked(rows: Floats) -> Floats:
    """Ranks along the last axis; numbers that differ by rounding share theirs."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(levelled(np.asarray(rows, dtype=np.float64)), axis=-1))


def pearson(one: Floats, many: Floats) -> Floats:
    """Correlation of a row with each of many; not-a-number where a side does not vary."""
    first = one - one.mean()
    second = many - many.mean(axis=-1, keepdims=True)
    length = np.sqrt((first**2).sum() * (second**2).sum(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(length > _LEAST_SPREAD, (first * second).sum(axis=-1) / length, np.nan))
