"""Maximum likelihood of a cumulative logit with drawn effects, by Laplace's approximation.

Thresholds, effects and standardised drawn effects are found by Newton's method on the joint log-likelihood, which is
concave. Standard deviations of drawn effects maximise the likelihood with all of those integrated out by Laplace's
approximation (restricted likelihood, as in lme4 and TMB), so that items and people count as samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.design import OrdinalDesign
from valuespectrum.scoring.ordinal.likelihood import LikelihoodSlopes, grouped, slopes
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from scipy.sparse import csc_array, csr_array
    from scipy.sparse.linalg import SuperLU

Floats = NDArray[np.float64]

SPREADS = (0.02, 8.0)
"""Smallest and largest standard deviation of a drawn effect, in logits."""
_START = 0.5
_STEPS, _HALVINGS = 60, 30
_SMALL = 1e-9
"""Squared length of a Newton step, measured by the curvature, below which the top is reached."""
_FAR = 15.0
"""Logits beyond which an effect is on its way to infinity."""
_TRIES = 8
"""Times that each spread is tried, about."""
_FINITE = "fit with --bayes, whose prior keeps it finite, or leave the respondent or the value out"


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """Normal densities around 0 that are multiplied in; none for plain maximum likelihood."""

    thresholds: float = 0.0
    """Precision of every threshold."""
    effects: Floats | None = None
    """Shape (effects, effects): precision of the effects."""


@dataclass(frozen=True, slots=True)
class Top:
    """Where the joint log-likelihood is highest for given spreads."""

    thresholds: Floats
    """Shape (groups, thresholds), filled up with rising numbers where a group has fewer."""
    effects: Floats
    """Shape (effects,): the free ones, in the order of the design's columns."""
    drawn: Floats
    """Shape (levels,): drawn effects in units of their standard deviation, term after term."""
    predictors: Floats
    """Shape (cells,)."""
    factor: SuperLU
    """Of the curvature: thresholds that are used, effects, drawn effects, in this order."""
    value: float
    """Log-likelihood with priors and the densities of the drawn effects."""
    reached: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit by maximum likelihood."""

    design: OrdinalDesign
    top: Top
    spreads: Floats
    """Shape (terms,): standard deviations of the drawn effects, in logits."""
    covariance: Floats
    """Shape (effects, effects): of the free effects, items and people drawn again."""
    converged: bool

    def gamma(self) -> Floats:
        """Shape (respondents, values): effects; only contrasts within a respondent mean anything."""
        return spread_out(self.design, self.top.effects)


def spread_out(design: OrdinalDesign, effects: Floats) -> Floats:
    """Effects of respondent x value out of the free ones; leading axes are kept."""
    free = np.concatenate([effects, np.zeros((*effects.shape[:-1], 1))], axis=-1)
    return np.asarray(free[..., design.gamma])


def maximum_likelihood(design: OrdinalDesign, advance: Callable[[int, int], None] | None = None) -> Fit:
    """Fit the model.

    Args:
        design: Table and effects.
        advance: Told how many times the spreads were tried, of about how many.

    Raises:
        InputError: Some effect has no finite estimate, since its answers do not overlap with others.

    Example::

        maximum_likelihood(design_of(table)).gamma()
    """
    _refuse_ends(design)
    top, spreads, converged = find_spreads(design, NormalPrior(), advance)
    _refuse_distance(design, top.effects)
    edge, width = int(design.used.sum()), len(top.effects)
    unit = np.zeros((edge + width + len(top.drawn), width))
    unit[edge + np.arange(width), np.arange(width)] = 1.0
    covariance = top.factor.solve(unit)[edge : edge + width]
    return Fit(design, top, spreads, 0.5 * (covariance + covariance.T), converged and top.reached)


def find_spreads(
    design: OrdinalDesign, prior: NormalPrior, advance: Callable[[int, int], None] | None = None
) -> tuple[Top, Floats, bool]:
    """Standard deviations of the drawn effects with everything else integrated out, and the top at them.

    Args:
        design: Table and effects.
        prior: Densities that are multiplied in.
        advance: Told how many times the spreads were tried, of about how many.

    Returns:
        The top, the standard deviations in logits, and whether they were found.
    """
    from scipy.optimize import minimize

    if not design.terms:
        top = find_top(design, np.zeros(0), prior)
        return top, np.zeros(0), top.reached
    last: list[Top] = []
    tried = 0

    def lost(logarithms: Floats) -> float:
        nonlocal tried
        tried += 1
        if advance is not None:
            advance(tried, max(tried, _TRIES * (len(design.terms) + 1)))
        top = find_top(design, np.exp(logarithms), prior, last[-1] if last else None)
        last[:] = [top]
        return -top.value + 0.5 * float(np.log(np.abs(top.factor.U.diagonal())).sum())

    limits = [(float(np.log(SPREADS[0])), float(np.log(SPREADS[1])))] * len(design.terms)
    start = np.full(len(design.terms), np.log(_START))
    # Stops where the logarithm of the likelihood is known to some thousandths.
    found = minimize(lost, start, method="L-BFGS-B", bounds=limits, options={"eps": 1e-4, "ftol": 1e-7, "gtol": 1e-2})
    spreads = np.exp(found.x)
    return find_top(design, spreads, prior, last[-1]), spreads, bool(np.isfinite(found.fun))


def held_at_an_end(design: OrdinalDesign) -> list[tuple[str, str, str]]:
    """Respondent, value and end (highest or lowest) where every answer is the last step that could be given."""
    table = design.table
    found = []
    for side, end in ((design.upper, "highest"), (design.lower, "lowest")):
        beside = np.zeros((len(table.respondents), len(table.values)))
        np.add.at(beside, (table.codes["respondent"], table.codes["value"]), side.sum(axis=1))
        found += [(table.respondents[who], table.values[what], end) for who, what in np.argwhere(beside <= 0)]
    return found


def _refuse_ends(design: OrdinalDesign) -> None:
    """Refuse respondents that could not have answered higher or lower on a value.

    Raises:
        InputError: There are some.
    """
    for who, value, end in held_at_an_end(design)[:1]:
        raise InputError(
            f"every answer of {who!r:.80} on {value!r:.80} is the {end} step in use (separation): maximum likelihood "
            "has no finite effect for it",
            _FINITE,
        )


def _refuse_distance(design: OrdinalDesign, effects: Floats) -> None:
    """Refuse effects that were on their way to infinity.

    Raises:
        InputError: There are some.
    """
    away = spread_out(design, effects)
    away = np.abs(away - away.mean(axis=1, keepdims=True))
    if away.max() > _FAR or not np.isfinite(away).all():
        who, what = np.unravel_index(int(away.argmax()), away.shape)
        table = design.table
        raise InputError(
            f"the answers of {table.respondents[who]!r:.80} on {table.values[what]!r:.80} do not overlap with others "
            "(separation): maximum likelihood has no finite effect for it",
            _FINITE,
        )


def find_top(design: OrdinalDesign, spreads: Floats, prior: NormalPrior | None = None, start: Top | None = None) -> Top:
    """Newton's method on the joint log-likelihood.

    Args:
        design: Table and effects.
        spreads: Shape (terms,): standard deviations of the drawn effects.
        prior: Densities that are multiplied in.
        start: Where to begin.

    Raises:
        InputError: There is no top, since some effect has no finite estimate.
    """
    prior = prior or NormalPrior()
    columns = predictor_columns(design, spreads)
    place = _Place.first(design) if start is None else _Place(start.thresholds, np.append(start.effects, start.drawn))
    value, gradient, curvature = _at(design, columns, place, prior)
    reached = False
    for _ in range(_STEPS):
        factor = _factorised_at(design, curvature, place)
        step = factor.solve(gradient)
        if float(step @ gradient) < _SMALL:
            reached = True
            break
        length = 1.0
        for _ in range(_HALVINGS):
            other = place.moved(design, length * step)
            found = _at(design, columns, other, prior)
            if found[0] >= value:
                break
            length /= 2.0
        else:
            break
        place, (value, gradient, curvature) = other, found
    effects = place.coefficients[: design.effects.shape[1]]
    drawn = place.coefficients[design.effects.shape[1] :]
    return Top(place.thresholds, effects, drawn, columns @ place.coefficients, factor, value, reached)


@dataclass(frozen=True, slots=True)
class _Place:
    thresholds: Floats
    coefficients: Floats

    @classmethod
    def first(cls, design: OrdinalDesign) -> _Place:
        """Thresholds by the shares of all answers, and no effects."""
        from scipy.special import logit

        upper, lower = grouped(design.upper, design), grouped(design.lower, design)
        total = upper.sum(axis=1) + np.take_along_axis(lower, design.used.sum(axis=1)[:, None] - 1, axis=1)[:, 0]
        shares = np.clip(np.cumsum(upper, axis=1) / total[:, None], 1e-3, 1.0 - 1e-3)
        thresholds = np.maximum.accumulate(logit(shares) + 1e-3 * np.arange(shares.shape[1]), axis=1)
        return cls(thresholds + 1e-3 * np.arange(shares.shape[1]), np.zeros(design.effects.shape[1] + design.drawn))

    def moved(self, design: OrdinalDesign, step: Floats) -> _Place:
        """Some way on."""
        edge = int(design.used.sum())
        thresholds = self.thresholds.copy()
        thresholds[design.used] += step[:edge]
        return _Place(thresholds, self.coefficients + step[edge:])


def predictor_columns(design: OrdinalDesign, spreads: Floats) -> csr_array:
    """Shape (cells, coefficients): what effects, and drawn ones in units of their standard deviation, come with."""
    from scipy.sparse import csr_array, hstack

    cells = np.arange(len(design.group))
    drawn = [
        csr_array((np.full(len(cells), spread), (cells, term.codes)), shape=(len(cells), term.levels))
        for term, spread in zip(design.terms, spreads, strict=True)
    ]
    return csr_array(hstack([design.effects, *drawn], format="csr"))


def _at(
    design: OrdinalDesign, columns: csr_array, place: _Place, prior: NormalPrior
) -> tuple[float, Floats, csc_array]:
    """Value, gradient and minus the second derivatives of the joint log-likelihood."""
    from scipy.sparse import block_array, block_diag, csc_array, diags_array, eye_array

    edge, width = int(design.used.sum()), design.effects.shape[1]
    found = slopes(design, place.thresholds, columns @ place.coefficients)
    held = np.zeros((width, width)) if prior.effects is None else prior.effects
    pulled = np.concatenate([held @ place.coefficients[:width], place.coefficients[width:]])
    kept = place.thresholds[design.used]
    value = found.value - 0.5 * float(pulled @ place.coefficients + prior.thresholds * kept @ kept)
    gradient = np.concatenate(
        [found.thresholds[design.used] - prior.thresholds * kept, columns.T @ found.predictors - pulled]
    )
    weights = diags_array(found.curvature.sum(axis=1))
    inner = columns.T @ weights @ columns + block_diag([csc_array(held), eye_array(design.drawn)])
    across = _threshold_rows(design, found.curvature) @ columns
    corner = _threshold_curvature(design, found) + prior.thresholds * np.eye(edge)
    whole = block_array([[csc_array(corner), -across], [-across.T, inner]], format="csc")
    return value, gradient, csc_array(whole)


def _threshold_rows(design: OrdinalDesign, curvature: Floats) -> csr_array:
    """Shape (thresholds in use, cells): curvature of each threshold in the cells of its group."""
    from scipy.sparse import csr_array

    number = np.full(design.used.shape, -1)
    number[design.used] = np.arange(int(design.used.sum()))
    row, cell = number[design.group], np.broadcast_to(np.arange(len(design.group))[:, None], curvature.shape)
    there = row >= 0
    shape = (int(design.used.sum()), len(design.group))
    return csr_array((curvature[there], (row[there], cell[there])), shape=shape)


def _threshold_curvature(design: OrdinalDesign, found: LikelihoodSlopes) -> Floats:
    """Shape (thresholds in use, the same)."""
    own = grouped(found.curvature, design)
    groups, width = own.shape
    whole = np.zeros((groups, width, groups, width))
    for group in range(groups):
        block = np.diag(own[group])
        apart = found.apart[group]
        block[:-1, :-1] += np.diag(apart)
        block[1:, 1:] += np.diag(apart)
        block -= np.diag(apart, 1) + np.diag(apart, -1)
        whole[group, :, group, :] = block
    flat = whole.reshape(groups * width, groups * width)
    used = design.used.reshape(-1)
    return np.asarray(flat[np.ix_(used, used)])


def _factorised_at(design: OrdinalDesign, curvature: csc_array, place: _Place) -> SuperLU:
    """Factors of the curvature, which is flat where effects are on their way to infinity together.

    Raises:
        InputError: It is flat.
    """
    from scipy.sparse.linalg import splu

    try:
        return splu(curvature, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    except RuntimeError as error:
        _refuse_distance(design, place.coefficients[: design.effects.shape[1]])
        raise InputError(
            "answers in some way of asking do not overlap with others (separation): maximum likelihood has no finite "
            "effects for them",
            _FINITE,
        ) from error
