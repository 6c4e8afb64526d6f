"""Whether negation is understood, told from single drawn texts: by likelihood, since each says next to nothing.

A test with one dimension and two parameters an item (Birnbaum 1968), fitted by marginal maximum likelihood (Bock and
Lieberman 1970) to what was said about every picture in the four cells:

``logit P(yes | positive) = alpha + order * first + a * z``, ``logit P(yes | negative) = beta + order * first - b * z``

with ``z`` standard normal over pictures. Who understands negation has ``a = b``; who does not hear the "not" has
``b = -a``; whose negative answers have nothing to do with the picture ``b = 0``. Leans are in ``alpha`` and ``beta``:
the ends of the scale, which squeeze shares, hide nothing and feign nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.guards.finding import Finding, told
from valuespectrum.scoring.guards.negation import FEWEST_CLIPS, LEAST_AGREEMENT, NAME, Floats, unknown_negation

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_LOG_WEIGHTS = np.log(_WEIGHTS / _WEIGHTS.sum())
_SURELY = 3.84
"""Chi-square with one degree of freedom at .05."""
_PRIOR = 1e-3
"""Half the precision of all parameters, which keeps answers that are all alike from driving one to infinity."""
_STARTS: tuple[tuple[float, ...], ...] = ((1.0, 1.0), (1.0, 0.1), (0.1, 1.0), (1.0, -0.5))


@dataclass(frozen=True, slots=True)
class _Counted:
    """Pictures with the same answers, counted once."""

    yes: Floats
    """Shape (patterns, 4)."""
    no: Floats
    pictures: Floats
    """Shape (patterns,)."""


def negation_in_texts(yes: Floats, said: Floats) -> Finding:
    """Compare how strongly positive and negative questions tell pictures apart.

    Args:
        yes: Shape (clips, 4) in the order of ``readouts.evidence.CELLS``: how many drawn texts said yes.
        said: How many said yes or no; 0 where none did.

    Returns:
        Its number is the smaller slope over the larger, -1 to 1. Flagged when equal slopes are rejected (likelihood
        ratio, 5 %) and the number is below .5; holds when a smaller slope of 0 is rejected; else unknown.
    """
    both = (said[:, :2].sum(axis=1) > 0) & (said[:, 2:].sum(axis=1) > 0)
    if both.sum() < FEWEST_CLIPS:
        return unknown_negation(f"fewer than {FEWEST_CLIPS} clips were asked about in both polarities")
    counted = _counted(yes, said)
    (_, *slopes), free = _fitted(counted, [(1.0, 0.0), (0.0, 1.0)], _STARTS)
    larger, smaller = sorted(slopes, key=abs, reverse=True)
    agreement = float(np.clip(smaller / larger, -1.0, 1.0)) if abs(larger) > 1e-9 else 0.0
    if agreement < LEAST_AGREEMENT and _worse(counted, [(1.0, 1.0)], free) > _SURELY:
        return told(NAME, True, agreement, LEAST_AGREEMENT, _statements(agreement))
    alone = (1.0, 0.0) if larger == slopes[0] else (0.0, 1.0)
    if _worse(counted, [alone], free) < _SURELY:
        return unknown_negation("too few answers tell one picture from another in both polarities")
    return told(NAME, False, agreement, LEAST_AGREEMENT, _statements(agreement))


def _counted(yes: Floats, said: Floats) -> _Counted:
    patterns, pictures = np.unique(np.concatenate([yes, said - yes], axis=1), axis=0, return_counts=True)
    return _Counted(patterns[:, :4], patterns[:, 4:], pictures.astype(np.float64))


def _worse(counted: _Counted, shape: Sequence[tuple[float, float]], free: float) -> float:
    """Twice the log-likelihood that is lost when both slopes are a multiple of a shape."""
    return 2 * (_fitted(counted, shape, [(1.0,)])[1] - free)


def _fitted(
    counted: _Counted, slopes: Sequence[tuple[float, float]], starts: Sequence[tuple[float, ...]]
) -> tuple[list[float], float]:
    """Order effect and both slopes at the maximum, and the negative log-likelihood there.

    Args:
        counted: What was answered.
        slopes: Directions in the plane of both slopes that are free.
        starts: Sizes of them to begin at; the best end is taken.
    """
    from scipy.optimize import minimize

    directions = np.array(slopes)
    odds = np.log((counted.pictures @ counted.yes + 0.5) / (counted.pictures @ counted.no + 0.5))
    first = [odds[:2].mean(), odds[2:].mean(), (odds[0] - odds[1] + odds[2] - odds[3]) / 4]
    ends = [minimize(_loss, [*first, *start], (counted, directions), method="BFGS", jac=True) for start in starts]
    best = min(ends, key=lambda end: float(end.fun))
    return [float(best.x[2]), *map(float, best.x[3:] @ directions)], float(best.fun)


def _loss(parameters: Floats, counted: _Counted, directions: Floats) -> tuple[float, Floats]:
    """Negative log-likelihood and its gradient."""
    from scipy.special import expit, log_expit, logsumexp

    positive, negative, order = parameters[:3]
    slope = parameters[3:] @ directions
    constant = np.array([positive + order, positive - order, negative + order, negative - order])
    log_odds = constant[:, None] + np.array([slope[0], slope[0], -slope[1], -slope[1]])[:, None] * _NODES
    joint = counted.yes @ log_expit(log_odds) + counted.no @ log_expit(-log_odds) + _LOG_WEIGHTS
    each = logsumexp(joint, axis=1)
    posterior = np.exp(joint - each[:, None]) * counted.pictures[:, None]
    said = counted.yes + counted.no
    score = counted.yes.T @ posterior - (said.T @ posterior) * expit(log_odds)
    level, tilt = score.sum(axis=1), score @ _NODES
    gradient = [level[:2].sum(), level[2:].sum(), level[0] - level[1] + level[2] - level[3]]
    gradient += list(directions @ np.array([tilt[:2].sum(), -tilt[2:].sum()]))
    return (
        float(_PRIOR * parameters @ parameters - counted.pictures @ each),
        2 * _PRIOR * parameters - np.array(gradient),
    )


def _statements(agreement: float) -> tuple[str, str]:
    beside = f"one polarity tells pictures apart {agreement:.2f} times as strongly as the other"
    failed = "negation is not understood" if agreement < 0 else "positive and negative questions do not agree"
    return (
        f"positive and negative questions agree about which pictures are liked ({beside})",
        f"{failed} ({beside}, at least {LEAST_AGREEMENT:.2f} is needed): liking cannot be told from a lean",
    )
