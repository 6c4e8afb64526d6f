"""How much of a profile is still there when clips are shown in another way.

With centred log-odds ``b`` of the values in the base condition and ``d = b - c`` of what the other condition ``c``
takes away, ``s = <x, d> / <x, x>`` is the share that is lost, and ``1 - s`` the share that is kept; ``x`` is ``b``, or,
where clips are shown with pictures of other clips, ``b`` minus what those pictures would make of it. Both products are
freed of what errors add to them (the two conditions share clips and wordings, so their errors go together). The
interval is Fieller's for the ratio (Q. J. Pharm. Pharmacol. 17 (1944) 117), with the variance of a product of normal
vectors: where the base has no profile that could be lost, it has no ends, and nothing is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.additive import Bools, Floats

NO_PROFILE = "the profile that could be lost is not told from none"
NO_SPREAD = "every clip keeps exactly this share: nothing shows how sure it is"
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Moments:
    """Two conditions on the same sets."""

    base: Floats
    """Means of the values in the base condition, shape (values,), log-odds; 0 where a value is not compared."""
    lost: Floats
    """Base minus the other condition."""
    covariances: tuple[Floats, Floats, Floats]
    """Of the means of the base, of what is lost, and of the other condition; shape (values, values)."""
    chosen: Bools
    """Which values are compared."""
    freedom: float
    """Degrees of freedom of these covariances."""


def kept_share(moments: Moments, lent: Floats | None = None, level: float = 0.95) -> Estimate:
    """The share of the base profile that the other condition keeps.

    Args:
        moments: The two conditions.
        lent: Shape (values, values): which share of a value's clips was shown with pictures of which other value;
            ``None`` where clips were not shown with pictures of others.
        level: Coverage aimed at.

    Returns:
        1 when nothing changed, 0 when nothing is left, with an interval over clips and wordings; no number where the
        base has no profile.
    """
    from scipy.special import stdtrit

    ratio = _Ratio.of(moments, lent)
    if ratio.below <= 0 or not np.isfinite(moments.freedom):
        return Estimate(None, why=NO_PROFILE)
    reach = float(stdtrit(moments.freedom, (1.0 + level) / 2.0)) ** 2
    variance = ratio.variance
    square = ratio.below**2 - reach * variance[2]
    linear = -2.0 * ratio.above * ratio.below - reach * variance[1]
    constant = ratio.above**2 - reach * variance[0]
    inside = linear**2 - 4.0 * square * constant
    if square <= 0 or inside < 0:
        return Estimate(None, why=NO_PROFILE)
    lost = ratio.above / ratio.below
    middle, half = -linear / (2.0 * square), np.sqrt(inside) / (2.0 * square)
    if half < _NOTHING:
        return Estimate(1.0 - lost, why=NO_SPREAD)
    return Estimate(1.0 - lost, 1.0 - float(middle + half), 1.0 - float(middle - half))


@dataclass(frozen=True, slots=True)
class _Ratio:
    """Estimates of both products, and the variance of ``above - s * below`` as a polynomial in s."""

    above: float
    below: float
    variance: tuple[float, float, float]
    """Coefficients of 1, s and s^2."""

    @classmethod
    def of(cls, moments: Moments, lent: Floats | None) -> _Ratio:
        chosen = moments.chosen.astype(np.float64)
        both = np.outer(chosen, chosen)
        centre = both * np.eye(len(chosen)) - both / max(chosen.sum(), 1.0)
        taken = centre @ (np.eye(len(chosen)) - (np.zeros_like(both) if lent is None else lent))
        base, lost, other = moments.covariances
        x, d = taken @ moments.base, centre @ moments.lost
        spread, gap = taken @ base @ taken.T, centre @ lost @ centre.T
        shared = taken @ (base + lost - other) @ centre.T / 2.0
        at = [
            _product_variance(x, d - s * x, spread, gap - s * (shared + shared.T) + s**2 * spread, shared - s * spread)
            for s in (-1.0, 0.0, 1.0)
        ]
        square, linear = (at[2] + at[0]) / 2.0 - at[1], (at[2] - at[0]) / 2.0
        return cls(float(x @ d - np.trace(shared)), float(x @ x - np.trace(spread)), (at[1], linear, square))


def _product_variance(x: Floats, e: Floats, spread: Floats, gap: Floats, shared: Floats) -> float:
    """Variance of the product of two normal vectors around their means, from one draw of each."""
    return float(x @ gap @ x + e @ spread @ e + 2.0 * x @ shared.T @ e)
