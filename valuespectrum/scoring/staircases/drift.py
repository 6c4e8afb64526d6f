"""How choices give way to a price that rises: change of the log-odds of the course that has it, from step to step.

With log-odds the slope of every dilemma is least squares over its steps, and the drift their mean. Of draws and words a
logistic model is fitted to all answers: a strength of every value (normal prior, standard deviation 3), a lean towards
what is listed first, and the price; its standard error is clustered by dilemma (Liang and Zeger 1986). Both intervals
are Student's over dilemmas.
"""

from __future__ import annotations

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.staircases.preferences import student
from valuespectrum.scoring.staircases.walks import Floats, Integers, Walks

NO_PRICE = "no step has a course whose price rises"
NEVER_MIXED = "choices beside a price are never mixed, so that they tell no slope"
_UNANSWERED = "no step that has a price was answered"
_LEAST_TOLD = 0.1
"""Information on the slope below which nothing but its prior bounds it; residuals are next to nothing there, and so
would be a standard error made of them."""
_PRIOR_SD = 3.0
_ROUNDS = 50
_LARGEST_STEP = 2.0
_LEAST_SPREAD = 1e-12


def price_drift(walks: Walks, level: float, fewest: int) -> Estimate:
    """Change of the log-odds of the course with the price, a step.

    Args:
        walks: Of one respondent; values are best those of the courses themselves, not wider ones.
        level: Coverage aimed at.
        fewest: Dilemmas below which there is no interval.

    Returns:
        Negative where the respondent gives in; nothing where no course has a price, or drawn choices are never mixed.
    """
    priced = walks.priced >= 0
    if not priced.any():
        return Estimate(None, why=NO_PRICE)
    if np.isnan(walks.by_order[priced]).all():
        return Estimate(None, why=_UNANSWERED)
    return _by_slopes(walks, level, fewest) if walks.by_logs else _by_logistic(walks, level, fewest)


def dilemma_slopes(walks: Walks) -> Floats:
    """Slope of the log-odds of the priced course over the steps of each dilemma; NaN where fewer than two are known."""
    logs = walks.log_odds.mean(axis=-1)  # one order alone holds the lean towards the first
    toward = np.where(walks.priced == 0, logs, -logs)
    known = ~np.isnan(toward) & (walks.priced >= 0)
    at = np.broadcast_to(np.arange(walks.steps, dtype=np.float64), known.shape)
    count = known.sum(axis=1)
    middle = np.where(known, at, 0.0).sum(axis=1) / np.maximum(count, 1)
    off = np.where(known, at - middle[:, None], 0.0)
    spread = (off**2).sum(axis=1)
    slope = (off * np.where(known, toward, 0.0)).sum(axis=1)
    told = (count > 1) & (spread > _LEAST_SPREAD)
    return np.asarray(np.divide(slope, spread, out=np.full(len(walks), np.nan), where=told))


def _by_slopes(walks: Walks, level: float, fewest: int) -> Estimate:
    each = dilemma_slopes(walks)
    each = each[~np.isnan(each)]
    if not len(each):
        return Estimate(None, why="no dilemma was answered at two steps in both orders")
    se = float(each.std()) / float(np.sqrt(len(each)))
    return student(float(each.mean()), se, len(each), level, fewest)


def _by_logistic(walks: Walks, level: float, fewest: int) -> Estimate:
    design, chosen, cluster = _answers(walks)
    found = _fitted(design, chosen)
    if found is None:
        return Estimate(None, why="the answers do not tell a slope")
    effects, inverse, residual = found
    if inverse[-1, -1] * _LEAST_TOLD > 1.0:
        return Estimate(None, why=NEVER_MIXED)
    scores = design * residual[:, None]
    clusters, place = np.unique(cluster, return_inverse=True)
    sums = np.zeros((len(clusters), design.shape[1]))
    np.add.at(sums, place, scores)
    covariance = inverse @ (sums.T @ sums) @ inverse
    return student(float(effects[-1]), float(np.sqrt(covariance[-1, -1])), len(clusters), level, fewest)


def _answers(walks: Walks) -> tuple[Floats, Floats, Integers]:
    """A row for every answer: strengths, lean, price; how far the first course was chosen; its dilemma."""
    known = ~np.isnan(walks.by_order) & (walks.priced >= 0)[..., None]
    dilemma, step, order = np.nonzero(known)
    values = walks.values[dilemma, step]
    design = np.zeros((len(dilemma), walks.count + 2))
    rows = np.arange(len(dilemma))
    np.add.at(design, (rows, values[:, 0]), 1.0)
    np.add.at(design, (rows, values[:, 1]), -1.0)
    design[:, -2] = np.where(order == 0, 1.0, -1.0)
    design[:, -1] = step * np.where(walks.priced[dilemma, step] == 0, 1.0, -1.0)
    return design, walks.by_order[dilemma, step, order], dilemma


def _fitted(design: Floats, chosen: Floats) -> tuple[Floats, Floats, Floats] | None:
    """Effects, inverse information and residuals of a logistic model; ``None`` where it does not settle."""
    from scipy.special import expit

    prior = np.full(design.shape[1], 1.0 / _PRIOR_SD**2)
    prior[-2:] = 1e-4  # leans and slopes are not drawn towards nothing
    effects = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        chance = expit(design @ effects)
        information = (design * (chance * (1.0 - chance))[:, None]).T @ design + np.diag(prior)
        step = np.linalg.solve(information, design.T @ (chosen - chance) - prior * effects)
        effects = effects + np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        if np.abs(step).max() < 1e-9:
            residual = chosen - expit(design @ effects)
            return effects, np.asarray(np.linalg.inv(information), np.float64), np.asarray(residual, np.float64)
    return None
