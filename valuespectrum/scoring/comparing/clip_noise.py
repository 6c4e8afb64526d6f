"""How sure a single clip is, where clips differ in that and each shows it by a handful of wordings.

Pooled over all clips, the variance clip x wording would call every clip strange about which wordings disagree more than
usual. By itself a clip asked in three wordings has two degrees of freedom. So the variance of a clip is drawn towards
the pooled one as if that were ``d0`` further degrees of freedom (a scaled inverse chi-squared law of true variances:
Smyth, Stat. Appl. Genet. Mol. Biol. 3 (2004) 3). ``d0`` comes from how far logarithms of variances scatter beyond
chance. That is taken as its estimate *plus its standard error*: with the estimate alone, differences between clips that
happen not to show would make false alarms.
"""

from __future__ import annotations

import math

import numpy as np

from valuespectrum.scoring.facets.additive import Additive, Bools, Floats

_LEAST_SHARE = 1e-5
"""Of the middle variance; stands in for smaller ones, since where wordings agree exactly there is no logarithm."""
_ROUNDS = 50


def clip_variances(fit: Additive, seen: Bools) -> tuple[Floats, Floats]:
    """Variance of the mean of each clip over wordings, and its degrees of freedom.

    Args:
        fit: Of log-odds by clip and wording, with values as leading axis.
        seen: Clips that count, shape (values, clips).

    Returns:
        Both of shape (values, clips), NaN for other clips.
    """
    asked = fit.seen.sum(axis=-1)
    spare = np.where(seen, np.maximum(asked - 1.0, 0.0), 0.0)
    whole = spare.sum(axis=-1, keepdims=True)
    each = np.divide(fit.freedom[..., None] * spare, whole, out=np.zeros_like(spare), where=whole > 0)
    squares = np.where(seen, (fit.residuals**2).sum(axis=-1), 0.0)
    freedom = float(each.sum())
    pooled = float(squares.sum()) / freedom
    prior = _prior_freedom(squares[each > 0] / each[each > 0], each[each > 0])
    if math.isinf(prior):
        variance, known = np.full(seen.shape, pooled), np.full(seen.shape, freedom)
    else:
        variance, known = (prior * pooled + squares) / (prior + each), np.minimum(prior + each, freedom)
    return np.where(seen, variance / np.maximum(asked, 1.0), np.nan), np.where(seen, known, np.nan)


def _prior_freedom(variances: Floats, freedom: Floats) -> float:
    """What the pooled variance is worth beside that of a clip, in degrees of freedom; infinite where all are alike."""
    from scipy.special import digamma, polygamma

    if len(variances) < 2:
        return math.inf
    logarithms = np.log(np.maximum(variances, _LEAST_SHARE * np.median(variances)))
    off = logarithms - digamma(freedom / 2.0) + np.log(freedom / 2.0)
    chance, fourth = polygamma(1, freedom / 2.0), polygamma(3, freedom / 2.0)
    error = math.sqrt(float((fourth + 2.0 * chance**2).mean()) / len(off))
    scatter = float(off.var(ddof=1) - chance.mean()) + error
    return 2.0 * _inverse_trigamma(scatter) if scatter > 0 else math.inf


def _inverse_trigamma(number: float) -> float:
    """Where the trigamma function is ``number``, by Newton's steps on its inverse (Smyth 2004, appendix)."""
    from scipy.special import polygamma

    place = 0.5 + 1.0 / number
    for _ in range(_ROUNDS):
        there = float(polygamma(1, place))
        step = there * (1.0 - there / number) / float(polygamma(2, place))
        place += step
        if abs(step) < 1e-8 * place:
            break
    return place
