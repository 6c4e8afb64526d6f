"""Coordinates in which the posterior of an ordinal model is nearly round.

Three changes make it so. Thresholds and effects are told together with the mean of the drawn effects in their cells, of
which answers know the sum far better than the parts. Drawn effects are told in units of their standard deviation, which
may go through 0 to the other sign: its logarithm has no lower end, and chains would get lost there. What is left is
turned and stretched by the curvature at the top, which Newton's method finds first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.design import OrdinalDesign
from valuespectrum.scoring.ordinal.maximum import Top

Floats = NDArray[np.float64]

_LEAST_STEP = 0.05
"""Logits: least width of a spread."""


@dataclass(frozen=True, slots=True)
class RoundCoordinates:
    """All parameters on one line.

    Lowest threshold of each group, logarithms of the gaps above it, effects, drawn effects in units of their spreads,
    spreads with a sign.
    """

    design: OrdinalDesign
    centre: Floats
    turn: Floats
    """Shape (parameters, the same): from the sampler's coordinates."""
    means: Floats
    """Shape (groups + effects, drawn effects): what each drawn effect, in logits, adds to lowest thresholds and
    effects."""

    @classmethod
    def around(cls, design: OrdinalDesign, top: Top, spreads: Floats) -> RoundCoordinates:
        """Round at the top: by the inverse of the curvature, and for spreads by how many levels tell of them."""
        means, units = _means(design), np.repeat(spreads, _levels(design))
        groups, width, drawn = len(design.used), len(top.effects), len(top.drawn)
        edge = int(design.used.sum())
        gaps = np.diff(top.thresholds, axis=1)[design.used[:, 1:]]
        parts = (top.thresholds[:, 0], np.log(np.maximum(gaps, 1e-6)), top.effects, top.drawn, spreads)
        centre = np.concatenate(parts)
        bend = np.eye(edge + width + drawn)
        bend[:edge, :edge] = _to_gaps(design, gaps)
        for rows, part in ((slice(groups), means[:groups]), (slice(edge, edge + width), means[groups:])):
            bend[rows, edge + width :] = -part * units
            centre[rows] -= part @ (units * top.drawn)
        covariance = top.factor.solve(np.eye(edge + width + drawn))
        covariance = bend @ (0.5 * (covariance + covariance.T)) @ bend.T
        turn = np.zeros((len(centre), len(centre)))
        end = edge + width + drawn
        turn[:end, :end] = np.linalg.cholesky(covariance + 1e-12 * np.eye(end))
        told = np.array([min(0.5, 1.0 / np.sqrt(2.0 * term.levels)) for term in design.terms])
        turn[end:, end:] = np.diag(np.maximum(told * spreads, _LEAST_STEP))
        return cls(design, centre, turn, means)

    def parted(self, drawn: Floats) -> tuple[Floats, Floats, Floats]:
        """Draws in the model's own terms.

        Args:
            drawn: Shape (..., parameters), in the sampler's coordinates.

        Returns:
            Thresholds (..., groups, thresholds), effects and standardised drawn effects (..., coefficients), and
            spreads (..., terms).
        """
        places = self.centre + drawn @ self.turn.T
        groups, inner, width = len(self.design.used), self.design.used[:, 1:], self.design.effects.shape[1]
        edge, end = groups + int(inner.sum()), places.shape[-1] - len(self.design.terms)
        spreads, standard = places[..., end:], places[..., edge + width : end]
        logits = standard * np.repeat(spreads, _levels(self.design), axis=-1)
        gaps = np.ones((*places.shape[:-1], *inner.shape))
        gaps[..., inner] = np.exp(places[..., groups:edge])
        lowest = (places[..., :groups] + logits @ self.means[:groups].T)[..., None]
        thresholds = np.concatenate([lowest, lowest + np.cumsum(gaps, axis=-1)], axis=-1)
        effects = places[..., edge : edge + width] + logits @ self.means[groups:].T
        signs = np.repeat(np.sign(spreads), _levels(self.design), axis=-1)
        return thresholds, np.concatenate([effects, signs * standard], axis=-1), np.abs(spreads)


def _levels(design: OrdinalDesign) -> NDArray[np.int64]:
    return np.array([term.levels for term in design.terms], dtype=np.int64)


def _means(design: OrdinalDesign) -> Floats:
    """Means of drawn effects over the answers of each respondent on each value, as :class:`RoundCoordinates` has it."""
    table, gamma = design.table, design.gamma
    shape = gamma.shape
    cell = table.codes["respondent"] * shape[1] + table.codes["value"]
    weights = table.counts.sum(axis=1)
    total = np.bincount(cell, weights, gamma.size)
    own = np.zeros((gamma.size, design.drawn))
    start = 0
    for term in design.terms:
        np.add.at(own, (cell, start + term.codes), weights / total[cell])
        start += term.levels
    held = np.flatnonzero(gamma.reshape(-1) < 0)
    reference = own[held]
    of_group = np.repeat(np.arange(len(held)), shape[1]) if len(held) > 1 else np.zeros(gamma.size, dtype=np.int64)
    whole = np.zeros((len(held) + design.effects.shape[1], design.drawn))
    whole[: len(held)] = reference
    free = np.flatnonzero(gamma.reshape(-1) >= 0)
    whole[len(held) + gamma.reshape(-1)[free]] = reference[of_group[free]] - own[free]
    return whole


def _to_gaps(design: OrdinalDesign, gaps: Floats) -> Floats:
    """Derivatives of lowest thresholds and logarithms of gaps by thresholds in use."""
    number = np.full(design.used.shape, -1)
    number[design.used] = np.arange(int(design.used.sum()))
    rows = np.zeros((int(design.used.sum()),) * 2)
    groups = len(design.used)
    rows[np.arange(groups), number[:, 0]] = 1.0
    group, column = np.nonzero(design.used[:, 1:])
    at = groups + np.arange(len(group))
    rows[at, number[group, column + 1]] = 1.0 / gaps
    rows[at, number[group, column]] = -1.0 / gaps
    return rows
