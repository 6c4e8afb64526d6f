"""How much clips differ in what everybody likes of them: the variance of clip effects, from every role alone.

Schall's rule (1991, Biometrika 78, 719) inside the penalised quasi-likelihood of ``mixed``. Roles with one seed share
their luck, so what they agree about is not the clip's doing: each role is fitted alone, and all of them at once in
arrays with an axis for roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.sessions.revealed.decisions import FLAT_PRECISION, PRIOR, SHARED_PRIOR, Decisions, Floats

LEAST_VARIANCE = 1e-4
_FIRST_VARIANCE = 0.25
_ROUNDS = 60
_SETTLED = 1e-6
_LEAP = 3.0
"""Longest step of a number, in log-odds."""
_AT_ONCE = 4_000_000
"""Numbers in the largest array."""


def clip_variance(data: Decisions) -> float:
    """Variance of the effects of clips, mean over roles.

    Args:
        data: At least one decision; a role that decided nothing says nothing about clips.
    """
    return float(np.mean(np.concatenate([_Alone(each).variances()[each.decided] for each in _chunks(data)])))


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """Sums over the decisions of some roles, by clip and kind."""

    weight: Floats
    """Shape (roles, items, kinds)."""
    said: Floats
    """Weight times what was decided, same shape."""
    loadings: Floats
    """Shape (items, values)."""

    @property
    def decided(self) -> NDArray[np.bool_]:
        """Roles that decided anything."""
        return np.asarray(self.weight.any(axis=(1, 2)))


def _chunks(data: Decisions) -> Iterator[_Tables]:
    """Roles, so many at a time that their arrays stay small."""
    width = data.values + data.kinds
    some = max(1, _AT_ONCE // max(1, len(data.loadings) * width))
    for first in range(0, data.roles, some):
        own = (data.role >= first) & (data.role < first + some)
        items, item = np.unique(data.item[own], return_inverse=True)
        shape = (min(some, data.roles - first), len(items), data.kinds)
        cell = ((data.role[own] - first) * shape[1] + item) * shape[2] + data.kind[own]
        size = shape[0] * shape[1] * shape[2]
        weight, said = (
            np.bincount(cell, each, size).astype(np.float64).reshape(shape)
            for each in (data.weight[own], data.weight[own] * data.y[own])
        )
        yield _Tables(weight, said, data.loadings[items])


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """Where every role stands."""

    theta: Floats
    """Shape (roles, values + kinds)."""
    effects: Floats
    """Shape (roles, items)."""
    own: Floats
    """Information on each clip effect, its prior included, same shape."""
    shared: Floats
    """Information that clip effects and theta share, over that of the clip effect, shape (roles, items, width)."""
    inverse: Floats
    """Inverse of the information on theta, clip effects taken out, shape (roles, width, width)."""


class _Alone:
    """Newton's method for each of some roles alone.

    What all roles have in common and what one has beside it cannot be told apart in one role: their sum has the sum of
    their prior variances.
    """

    def __init__(self, tables: _Tables) -> None:
        self._tables = tables
        self._roles, items, kinds = tables.weight.shape
        values = tables.loadings.shape[1]
        self._seen = tables.weight > 0
        both = PRIOR**2 + SHARED_PRIOR**2
        self._prior = np.array([1.0 / both] * values + [FLAT_PRECISION] * kinds)
        # The larger of the two parts that a step of a value is made of.
        self._part = np.array([max(PRIOR, SHARED_PRIOR) ** 2 / both] * values + [1.0] * kinds)
        design = np.zeros((items, kinds, values + kinds))
        design[:, :, :values] = tables.loadings[:, None]
        design[:, np.arange(kinds), values + np.arange(kinds)] = 1.0
        self._design = design

    def variances(self) -> Floats:
        """Of the clip effects, by role."""
        width = self._design.shape[-1]
        variance = np.full(self._roles, _FIRST_VARIANCE)
        theta, effects = np.zeros((self._roles, width)), np.zeros(self._tables.weight.shape[:2])
        state = self._step(theta, effects, variance)
        going = np.ones(self._roles, dtype=bool)
        for _ in range(_ROUNDS):
            moved = np.maximum(
                (np.abs(state.theta - theta) * self._part).max(axis=1), np.abs(state.effects - effects).max(axis=1)
            )
            theta, effects, before = state.theta, state.effects, variance
            variance = np.where(going, _next_variances(state, variance), variance)
            going = going & ~((moved < _SETTLED) & (np.abs(variance - before) < _SETTLED * before))
            if not going.any():
                break
            state = self._step(theta, effects, variance)
        return variance

    def _step(self, theta: Floats, effects: Floats, variance: Floats) -> _State:
        weight, design = self._tables.weight, self._design
        predicted = np.einsum("ikw,rw->rik", design, theta) + effects[:, :, None]
        share = 1.0 / (1.0 + np.exp(-np.clip(predicted, -30, 30)))
        residual = self._tables.said - weight * share
        information = np.where(self._seen, np.maximum(weight * share * (1.0 - share), 1e-10), 0.0)
        own = information.sum(axis=2) + 1.0 / variance[:, None]
        weighted = information[..., None] * design
        cross = weighted.sum(axis=2)
        shared = cross / own[..., None]
        flat = design.reshape(-1, design.shape[-1])
        left = np.swapaxes(weighted.reshape(len(weight), *flat.shape), 1, 2) @ flat
        left += np.diag(self._prior) - np.swapaxes(cross, 1, 2) @ shared
        inverse = np.linalg.inv(left)
        score = np.einsum("rik,ikw->rw", residual, design) - self._prior * theta
        clip_score = residual.sum(axis=2) - effects / variance[:, None]
        move = _times(inverse, score - _times(np.swapaxes(shared, 1, 2), clip_score))
        clip_move = clip_score / own - _times(shared, move)
        # Steps are shortened where they would leap, as with data that are almost separated.
        longest = np.maximum((np.abs(move) * self._part).max(axis=1), np.abs(clip_move).max(axis=1))
        size = np.maximum(1.0, longest / _LEAP)[:, None]
        return _State(theta + move / size, effects + clip_move / size, own, shared, np.asarray(inverse))


def _next_variances(state: _State, variance: Floats) -> Floats:
    """Schall's update: squares of the effects over their effective number."""
    error = 1.0 / state.own + ((state.shared @ state.inverse) * state.shared).sum(axis=2)
    effective = np.clip(1.0 - error / variance[:, None], 0.0, 1.0).sum(axis=1)
    squares = (state.effects**2).sum(axis=1)
    known = effective > 1e-3
    found = np.divide(squares, effective, out=np.zeros_like(squares), where=known)
    return np.asarray(np.maximum(found, LEAST_VARIANCE))


def _times(matrices: NDArray[np.float64], vectors: NDArray[np.float64]) -> Floats:
    """Matrix times vector, role by role."""
    return np.asarray((matrices @ vectors[..., None])[..., 0])
