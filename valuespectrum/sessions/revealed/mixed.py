"""A mixed logistic model of what many sessions decided: values by role, with effects of clips.

``logit P(y = 1) = intercept(role, kind) + sum_v w_v(clip) beta(role, v) + u(clip)``, with clip effects ``u`` drawn from
a normal distribution whose variance is estimated (``clip_effects``) by penalised quasi-likelihood (Breslow and Clayton
1993, JASA 88, 9). ``beta`` is what all roles have in common plus what this one has beside it, with normal priors of
standard deviations 5 and 3, which keep separated data finite. ``y`` may be a share between 0 and 1. A clip's effect is
one for all roles, so a clip that everybody likes is not taken for a value. Roles that walked with one seed share their
luck, so for effects of clips they count as one (the prior weighs as often as decisions hang on one draw): taken for
so many, luck would be explained by clips, and what is left of decisions by betas that are too large.

Of few yes/no decisions log-odds come out too far from 0, on average and more the fewer there are; what that comes to by
first order (Cox and Snell 1968, J. R. Stat. Soc. B 30, 248) is taken off.

Errors come from influences: how much each session, each clip and each of their cells moves the fit (the one-step
estimate of leaving it out). Sums of their squares are the sandwich variance; over sessions and clips at once it is
``V_sessions + V_clips - V_cells`` (Cameron, Gelbach and Miller 2011, J. Bus. Econ. Stat. 29, 238).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuespectrum.sessions.revealed.clip_effects import clip_variance
from valuespectrum.sessions.revealed.decisions import FLAT_PRECISION, PRIOR, SHARED_PRIOR, Decisions, Floats, Integers

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FEWEST_CLIPS = 3
"""Clips of a value that a role must have decided about for the value to count."""
_ROUNDS = 60
_SETTLED = 1e-6
_AT_ONCE = 4096
"""Cells whose leverage is reckoned at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Influences:
    """How much each part of the data moves every beta, shape (parts, roles, values)."""

    sessions: Floats
    clips: Floats
    cells: Floats
    stratum: Integers
    """Of each session: those of one stratum are one sample."""
    group: Integers
    """The value that each clip shows most of: clips of one value are one sample."""
    alike: Floats
    """Shape (roles, values): variance, by the model, of a beta of which all was decided alike; 0 for others.

    Where a role says the same of every clip of a value, sessions and clips differ in nothing, and only the prior keeps
    the number finite: what other sessions would have shown is not seen in these."""
    centre: Floats
    """Shape (roles, values, values): each beta minus the mean of its role's known ones."""

    def variance(self, weights: Floats, over_clips: bool) -> tuple[Floats, Floats]:
        """Variances of weighted sums of betas, with Satterthwaite's degrees of freedom.

        Args:
            weights: Shape (sums, roles, values).
            over_clips: Whether clips are drawn again beside sessions.
        """
        variance, below = _pooled(_squares(self.sessions, weights), self.stratum)
        if over_clips:
            share = self.clip_share(weights)
            clips, further = _pooled(_squares(self.clips, weights), self.group)
            variance, below = variance + share * clips, below + share**2 * further
        if self.alike.any():
            plain = np.einsum("srv,rvw->srw", weights, self.centre)
            variance = variance + (plain**2 * self.alike).sum(axis=(1, 2))
        return variance, np.divide(variance**2, below, out=np.ones_like(variance), where=below > 0)

    def clip_share(self, weights: Floats) -> Floats:
        """How much of what clips move sums by is not seen over sessions already, 0 to 1."""
        clips, cells = (_squares(each, weights).sum(axis=0) for each in (self.clips, self.cells))
        more = np.maximum(clips - cells, 0.0)
        return np.asarray(np.divide(more, clips, out=np.zeros_like(clips), where=clips > 0))


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """What was fitted."""

    beta: Floats
    """Shape (roles, values), each row minus its mean over the values that the role decided about; NaN for others."""
    counts: Integers
    """Clips of each value that a role decided about, same shape."""
    influences: Influences
    clip_sd: float
    """Standard deviation of the clip effects, in log-odds."""


def fit_mixed(data: Decisions) -> MixedFit:
    """Fit the model.

    Args:
        data: At least one decision; a role that decided nothing has no profile.
    """
    model, variance = _Model(data), clip_variance(data)
    solved = _settled(model, variance)
    return _told(data, model, solved, variance)


def _settled(model: _Model, variance: float) -> _Solved:
    """Newton's method."""
    theta, effects = np.zeros(model.width), np.zeros(model.clips.shape[1])
    solved = model.step(theta, effects, variance)
    for _ in range(_ROUNDS):
        moved = max(float(np.abs(solved.theta - theta).max()), float(np.abs(solved.effects - effects).max()))
        theta, effects = solved.theta, solved.effects
        solved = model.step(theta, effects, variance)
        if moved < _SETTLED:
            break
    return solved


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    theta: Floats
    effects: Floats
    predicted: Floats
    """Probability of 1 in every cell."""
    inverse: Floats
    """Inverse of the information on theta, clip effects taken out."""
    shared: Floats
    """Shape (items, width): information that clip effects and theta share, over that of the clip effect."""


class _Model:
    """Design and Newton steps; decisions of one role and kind about one clip are one cell."""

    def __init__(self, data: Decisions) -> None:
        from scipy.sparse import csr_matrix

        each = data.values + data.kinds
        self.data, self.width = data, data.roles * each + data.values
        key = (data.role * data.kinds + data.kind) * len(data.loadings) + data.item
        cells, self.cell = np.unique(key, return_inverse=True)
        item, rest = cells % len(data.loadings), cells // len(data.loadings)
        role, kind, count = rest // data.kinds, rest % data.kinds, len(cells)
        self.weight = np.bincount(self.cell, data.weight)
        self.said = np.bincount(self.cell, data.weight * data.y)
        loading = csr_matrix(data.loadings)[item].tocoo()
        rows = np.concatenate([loading.row, np.arange(count), loading.row])
        shared = data.roles * each + loading.col
        columns = np.concatenate([role[loading.row] * each + loading.col, role * each + data.values + kind, shared])
        entries = np.concatenate([loading.data, np.ones(count), loading.data])
        self.design: csr_matrix = csr_matrix((entries, (rows, columns)), shape=(count, self.width))
        shape = (count, len(data.loadings))
        self.clips: csr_matrix = csr_matrix((np.ones(count), (np.arange(count), item)), shape=shape)
        self.sharing = _sharing(data)
        own = np.where(np.tile(np.arange(each) < data.values, data.roles), 1.0 / PRIOR**2, FLAT_PRECISION)
        self.prior = np.concatenate([own, np.full(data.values, 1.0 / SHARED_PRIOR**2)])

    def step(self, theta: Floats, effects: Floats, variance: float) -> _Solved:
        """One step of Newton's method."""
        predicted = self.design @ theta + self.clips @ effects
        share = 1.0 / (1.0 + np.exp(-np.clip(predicted, -30, 30)))
        residual = self.said - self.weight * share
        information = np.maximum(self.weight * share * (1.0 - share), 1e-10)
        weighted = self.design.multiply(information[:, None]).tocsr()
        tight = self.sharing / variance
        own = np.asarray(self.clips.T @ information) + tight
        cross = np.asarray((self.clips.T @ weighted).todense())
        shared = cross / own[:, None]
        left = np.asarray((self.design.T @ weighted).todense()) + np.diag(self.prior) - cross.T @ shared
        inverse = np.asarray(np.linalg.inv(left), dtype=np.float64)
        score = self.design.T @ residual - self.prior * theta
        clip_score = self.clips.T @ residual - effects * tight
        move = inverse @ (score - shared.T @ clip_score)
        clip_move = clip_score / own - shared @ move
        # Steps are shortened where they would leap, as with data that are almost separated.
        size = max(1.0, float(np.abs(move).max(initial=0.0)) / 3.0, float(np.abs(clip_move).max(initial=0.0)) / 3.0)
        return _Solved(theta + move / size, effects + clip_move / size, share, inverse, shared)

    def bias(self, solved: _Solved) -> Floats:
        """How much too far theta is on average, to first order; nothing for shares, which vary less than decisions."""
        if not np.isin(self.data.y, (0.0, 1.0)).all():
            return np.zeros(self.width)
        share, leverage = solved.predicted, np.empty(len(solved.predicted))
        for first in range(0, len(leverage), _AT_ONCE):
            rows = self.design[first : first + _AT_ONCE]
            told = np.asarray(rows.multiply(rows @ solved.inverse).sum(axis=1))
            leverage[first : first + _AT_ONCE] = told.ravel()
        pushed = np.maximum(self.weight * share * (1.0 - share), 1e-10) * leverage * (share - 0.5)
        moved = self.design.T @ pushed - solved.shared.T @ (self.clips.T @ pushed)
        return np.asarray(solved.inverse @ moved)

    def influence(self, solved: _Solved, part: Integers, parts: int, whole_clips: bool = False) -> Floats:
        """What each part of the decisions moves theta by, shape (parts, width).

        Args:
            solved: At the end.
            part: The part of each decision.
            parts: How many there are; some may have decided nothing.
            whole_clips: Whether parts hold all decisions about their clips: nothing is then left to the clip effects.
        """
        from scipy.sparse import csr_matrix

        residual = self.data.weight * (self.data.y - solved.predicted[self.cell])
        shape = (parts, len(solved.predicted))
        sums: csr_matrix = csr_matrix((residual, (part, self.cell)), shape=shape)
        moved = np.asarray((sums @ self.design).todense())
        if not whole_clips:
            moved = moved - np.asarray((sums @ self.clips) @ solved.shared)
        return np.asarray(moved @ solved.inverse)


def _sharing(data: Decisions) -> Floats:
    """How many decisions about each clip hang on one draw of luck, at least 1; shape (items,)."""
    luck, items = data.cluster if data.luck is None else data.luck, len(data.loadings)
    draws = np.unique((luck * data.kinds + data.kind) * items + data.item) % items
    decided, drawn = (np.bincount(each, minlength=items) for each in (data.item, draws))
    return np.asarray(np.maximum(decided, 1) / np.maximum(drawn, 1))


def _told(data: Decisions, model: _Model, solved: _Solved, variance: float) -> MixedFit:
    counts = _counts(data)
    known = counts >= FEWEST_CLIPS
    centre = _centring(known)
    each = (data.roles, data.values + data.kinds)

    def betas(rows: Floats) -> Floats:
        own, shared = rows[:, : each[0] * each[1]], rows[:, None, each[0] * each[1] :]
        whole = own.reshape(-1, *each)[..., : data.values] + shared
        return np.asarray((whole[:, :, None, :] @ np.swapaxes(centre, 1, 2)[None])[:, :, 0])

    cells = np.unique(data.cluster * len(data.loadings) + data.item, return_inverse=True)[1]
    sessions = betas(model.influence(solved, data.cluster, len(data.stratum)))
    pairs = betas(model.influence(solved, cells, int(cells.max()) + 1))
    clips = betas(model.influence(solved, data.item, len(data.loadings), whole_clips=True))
    group = np.asarray(np.abs(data.loadings).argmax(axis=1), dtype=np.int_)
    influences = Influences(
        _centred(sessions, data.stratum) * _small(data.stratum)[:, None, None],
        clips * _small(group)[:, None, None],
        pairs,
        data.stratum,
        group,
        np.where(known, _alike(data, solved), 0.0),
        centre,
    )
    found = betas((solved.theta - model.bias(solved))[None])[0]
    return MixedFit(np.where(known, found, np.nan), counts, influences, float(np.sqrt(variance)))


def _alike(data: Decisions, solved: _Solved) -> Floats:
    """Variance by the model of each beta of which a role decided all alike, shape (roles, values); 0 for others.

    A kind of which it decided everything alike, as of somebody who never likes, tells no value from another.
    """
    shape, each = (data.roles, data.values), data.values + data.kinds
    least, most = np.ones(shape), np.zeros(shape)
    lowest, highest = np.ones((data.roles, data.kinds)), np.zeros((data.roles, data.kinds))
    np.minimum.at(lowest, (data.role, data.kind), data.y)
    np.maximum.at(highest, (data.role, data.kind), data.y)
    telling = ((lowest < 1.0) & (highest > 0.0))[data.role, data.kind]
    decision, value = np.nonzero((data.loadings[data.item] != 0) & telling[:, None])
    place = data.role[decision], value
    np.minimum.at(least, place, data.y[decision])
    np.maximum.at(most, place, data.y[decision])
    own = np.arange(data.roles)[:, None] * each + np.arange(data.values)
    shared = data.roles * each + np.arange(data.values)
    variances = np.diagonal(solved.inverse)
    whole = variances[own] + variances[shared] + 2.0 * solved.inverse[own, shared]
    return np.asarray(np.where((least == 1.0) | (most == 0.0), whole, 0.0))


def _small(sample: Integers) -> Floats:
    """What makes up for parts that were fitted to; a part that is alone in its sample counts as it is."""
    sizes = np.bincount(sample)[sample]
    return np.asarray(np.sqrt(sizes / np.maximum(sizes - 1.0, 1.0)))


def _centred(influences: Floats, sample: Integers) -> Floats:
    """Influences minus their means over the sample."""
    sums = np.zeros((int(sample.max()) + 1, *influences.shape[1:]))
    np.add.at(sums, sample, influences)
    means = sums / np.maximum(np.bincount(sample), 1)[:, None, None]
    return np.asarray(influences - means[sample])


def _pooled(squares: Floats, sample: Integers) -> tuple[Floats, Floats]:
    """Sums of squares, and what stands below in Satterthwaite's degrees of freedom, each of shape (sums,)."""
    by_sample = np.zeros((int(sample.max()) + 1, squares.shape[1]))
    np.add.at(by_sample, sample, squares)
    freedom = np.maximum(np.bincount(sample) - 1.0, 1.0)
    return by_sample.sum(axis=0), (by_sample**2 / freedom[:, None]).sum(axis=0)


def _centring(known: NDArray[np.bool_]) -> Floats:
    """Each beta minus the mean of the role's known ones, shape (roles, values, values)."""
    seen = known.astype(np.float64)
    totals = np.maximum(seen.sum(axis=1), 1.0)[:, None, None]
    return np.asarray(seen[:, :, None] * (np.eye(known.shape[1]) - seen[:, None, :] / totals))


def _counts(data: Decisions) -> Integers:
    met = np.zeros((data.roles, len(data.loadings)), dtype=bool)
    met[data.role, data.item] = True
    return np.asarray(met.astype(np.int_) @ (data.loadings != 0).astype(np.int_))


def _squares(influences: Floats, weights: Floats) -> Floats:
    """Squared weighted sums, shape (parts, sums)."""
    moved = influences.reshape(len(influences), -1) @ weights.reshape(len(weights), -1).T
    return np.asarray(moved**2)
