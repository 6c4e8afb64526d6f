"""Values as points in a plane, and how that map agrees with the circle of the theory.

Multidimensional scaling by majorisation (SMACOF, de Leeuw 1977), started where classical scaling puts the values
(Torgerson 1952), then rotated onto the circle (Procrustes; Schönemann 1966). Starting at the circle itself, as is often
done, finds its order in more than half of all tables of noise: the map stays near where it began.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.structure.circle import Floats, angles, pairs, share_as_good
from valuespectrum.theory.value_sets import ValueSet

Integers = NDArray[np.int64]

_ITERATIONS = 500
_LEAST_GAIN = 1e-8
_ORDERS = 2000


@dataclass(frozen=True, slots=True)
class Map:
    """Values as points, turned onto the circle of the theory."""

    points: Floats
    """Shape (values, 2), unit size, rotated, reflected and scaled onto the theory."""
    stress: float
    """Stress-1: share of the distances that the plane cannot show, 0 for none."""
    congruence: float
    """Tucker's phi with the points of the theory after rotation; from .95 called equal, .85 to .94 fair."""
    order: tuple[str, ...]
    """Values by their angle, from the first."""
    displacement: float
    """How many places a value is off its place in the circular order, on average."""
    p: float
    """Share of random orders whose displacement is as small."""

    @property
    def disparity(self) -> float:
        """Sum of squared differences to the theory after Procrustes, 0 to 1: ``1 - congruence ** 2``."""
        return 1.0 - self.congruence**2

    @property
    def turns(self) -> Floats:
        """Angle of each value in degrees."""
        return np.asarray(np.degrees(np.arctan2(self.points[:, 1], self.points[:, 0])) % 360.0)


def scale(found: Floats, value_set: ValueSet, ordinal: bool = False) -> Map:
    """Draw a map of the values.

    Args:
        found: Correlations, shape (values, values); dissimilarities are ``sqrt(2 (1 - R))``.
        value_set: A circle, in the order of the table.
        ordinal: Whether only the order of dissimilarities counts (ties are broken as the map likes).
    """
    theory = _unit(np.stack([np.cos(angles(value_set)), np.sin(angles(value_set))], axis=1))
    apart = np.sqrt(np.maximum(2.0 * (1.0 - found), 0.0))
    raw, stress = _majorised(apart, _classical(apart), ordinal)
    turned, congruence = rotated(theory, raw)
    order: Integers = np.argsort(np.arctan2(turned[:, 1], turned[:, 0]) % (2.0 * np.pi), kind="stable")
    start = int(np.flatnonzero(order == 0)[0])
    order = np.roll(order, -start)
    off = displacement(order)
    p = share_as_good(-off, -_chance(len(order)))
    return Map(turned, stress, congruence, tuple(value_set.dimensions[each] for each in order), off, p)


def rotated(theory: Floats, points: Floats) -> tuple[Floats, float]:
    """Turn, mirror and scale points onto others.

    Args:
        theory: Shape (n, dimensions).
        points: Of the same shape.

    Returns:
        The points, centred and fitted to ``theory`` at unit size, and Tucker's phi,
        ``sum xy / sqrt(sum x^2 sum y^2)`` of what was rotated: the sum of singular values of ``theory' points``.
    """
    target, moved = _unit(theory), _unit(points)
    left, strengths, right = np.linalg.svd(target.T @ moved)
    phi = float(strengths.sum())
    return moved @ (left @ right).T * phi, phi


def displacement(order: Sequence[int] | Integers) -> float:
    """Mean number of places by which a circular order differs from 0, 1, 2 ..., best turned and best read.

    Example:
        >>> displacement([3, 2, 1, 0]), displacement([1, 0, 2, 3])
        (0.0, 0.5)
    """
    return float(_displacements(np.asarray(order, dtype=np.int64)[None, :])[0])


@cache
def _chance(size: int) -> Floats:
    """Displacements of random orders; they depend on nothing but the number of values."""
    generator = np.random.default_rng(size)
    return _displacements(generator.permuted(np.tile(np.arange(size), (_ORDERS, 1)), axis=1))


def _displacements(orders: Integers) -> Floats:
    size = orders.shape[1]
    places, steps = np.argsort(orders, axis=1), np.arange(size)
    best = np.full(len(orders), float(size))
    for read in (places - steps, -places - steps):
        for turn in range(size):
            gaps = (read - turn) % size
            best = np.minimum(best, np.minimum(gaps, size - gaps).mean(axis=1))
    return best


def _majorised(apart: Floats, start: Floats, ordinal: bool) -> tuple[Floats, float]:
    from scipy.optimize import isotonic_regression

    size = len(apart)
    wanted, points, before = pairs(apart), start.copy(), np.inf
    target = wanted
    stress = np.inf
    for _ in range(_ITERATIONS):
        shown = pairs(_distances(points))
        if ordinal:
            # Ties may be broken as the map likes: among equals, the order of the map (primary approach).
            order = np.lexsort((shown, np.round(wanted, 9)))
            target = np.empty_like(shown)
            target[order] = isotonic_regression(shown[order]).x
            target *= np.sqrt(len(target) / max((target**2).sum(), 1e-300))
        # The best size of the map is free, so stress does not depend on it.
        fit = (shown * target).sum() / max((target**2).sum(), 1e-300)
        stress = float(np.sqrt(((shown - fit * target) ** 2).sum() / max((shown**2).sum(), 1e-300)))
        if before - stress < _LEAST_GAIN:
            break
        before = stress
        points = _guttman(points, shown, target, size)
    return points, stress


def _classical(apart: Floats) -> Floats:
    centring = np.eye(len(apart)) - 1.0 / len(apart)
    strengths, directions = np.linalg.eigh(-0.5 * centring @ apart**2 @ centring)
    return np.asarray(directions[:, -2:] * np.sqrt(np.maximum(strengths[-2:], 1e-6)))


def _guttman(points: Floats, shown: Floats, target: Floats, size: int) -> Floats:
    ratio = np.divide(target, shown, out=np.zeros_like(shown), where=shown > 1e-12)
    weights = np.zeros((size, size))
    weights[np.triu_indices(size, 1)] = -ratio
    weights += weights.T
    np.fill_diagonal(weights, -weights.sum(axis=1))
    return np.asarray(weights @ points / size)


def _distances(points: Floats) -> Floats:
    return np.asarray(np.sqrt(((points[:, None] - points[None, :]) ** 2).sum(axis=-1)))


def _unit(points: Floats) -> Floats:
    centred = points - points.mean(axis=0)
    return np.asarray(centred / max(float(np.linalg.norm(centred)), 1e-300))
