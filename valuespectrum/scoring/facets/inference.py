"""From mean squares to standard errors, degrees of freedom, p-values and the omnibus test.

The variance of a contrast is a sum of mean squares with known weights; its degrees of freedom are Satterthwaite's
(Biometrics Bulletin 2 (1946) 110): ``(sum k_i MS_i)^2 / sum((k_i MS_i)^2 / df_i)``. Of centred means, with V values:
``Var(centred_v) = (1 - 1/V)^2 a_v + sum_{u != v} a_u / V^2 + (1 - 1/V) s2_vw / W``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.facets.moments import Across, MeanSquare, Within

NOTHING = 1e-12
"""Variance in squared logits at or below which nothing varied."""


@dataclass(frozen=True, slots=True)
class Tested:
    """Estimates with what is known of their errors; arrays of one shape."""

    estimate: Floats
    se: Floats
    freedom: Floats

    @property
    def p(self) -> Floats:
        """Two-sided p of the estimate being 0."""
        return self.beyond(0.0)

    def beyond(self, null: float) -> Floats:
        """Two-sided p of the estimate being ``null``."""
        return np.minimum(2.0 * self.tail(np.abs(self.estimate - null)), 1.0)

    def tail(self, distance: Floats) -> Floats:
        """Chance of an error larger than a distance, one-sided."""
        from scipy.special import stdtr

        return np.asarray(stdtr(self.freedom, -_ratio(distance, self.se)))

    def half_width(self, level: float) -> Floats:
        """From the estimate to either end of its interval."""
        from scipy.special import stdtrit

        return np.asarray(stdtrit(self.freedom, (1.0 + level) / 2.0) * self.se)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the variances of the means are sums of."""

    clips: Floats
    """Variance over clips, shape (..., values); 0 for values that are not compared."""
    wording: Floats
    """Variance by value x wording, shape (..., values)."""

    @property
    def diagonal(self) -> Floats:
        """Variances of the means."""
        return self.clips + self.wording


@dataclass(frozen=True, slots=True)
class Errors:
    """Variances of the means of the compared values, and how well they are known.

    Variances are what each value's own clips show. Their degrees of freedom come from *working* variances instead:
    one variance of clips for all values, and of value x wording the estimate plus its standard error. Taken from the
    estimates themselves they would be too many exactly where an estimate is too small by luck; with three search words
    a value that covered .93 and found false differences in .16 of models, with working variances .97 and .01.
    """

    chosen: Bools
    """Which values are compared, shape (..., values)."""
    parts: Parts
    shared: Floats
    """Covariances, shape (..., values, values)."""
    working: Parts
    clip_freedom: Floats
    interaction: tuple[MeanSquare, MeanSquare]
    """Working mean squares of which the variance by wording is the difference, over the number of wordings."""
    wordings: Floats

    def variances(self, weights: Floats) -> Floats:
        """Variances of weighted sums of means.

        Args:
            weights: Shape (..., contrasts, values); 0 for what is not compared.
        """
        covered = (weights[..., :, None, :] @ self.shared[..., None, :, :] @ weights[..., :, :, None])[..., 0, 0]
        return np.asarray((weights**2 * self.parts.diagonal[..., None, :]).sum(axis=-1) + covered)

    def covariance(self, weights: Floats) -> Floats:
        """How the errors of weighted sums of the means of one table vary together, shape (contrasts, contrasts).

        Args:
            weights: Shape (contrasts, values); 0 for what is not compared.
        """
        return np.asarray(weights @ (np.diag(self.parts.diagonal) + self.shared) @ weights.T)

    def freedoms(self, squares: Floats) -> Floats:
        """Degrees of freedom of sums of variances.

        Args:
            squares: Weights of the variances, shape (..., sums, values).
        """
        clips = squares * self.working.clips[..., None, :]
        wording = squares * self.working.wording[..., None, :]
        asked = wording.any(axis=-1)
        share = np.where(asked, _ratio(squares, self.wordings[..., None, :], 0.0).sum(axis=-1), 0.0)
        below = (clips**2 / self.clip_freedom[..., None, :]).sum(axis=-1)
        for square in self.interaction:
            size = np.where(share > 0, share * np.nan_to_num(square.size)[..., None], 0.0)
            below = below + _ratio(size**2, square.freedom[..., None], 0.0)
        return _ratio((clips + wording).sum(axis=-1) ** 2, below)


def errors(within: Within, across: Across, chosen: Bools, over_wordings: bool = True) -> Errors:
    """Put the variances of the compared values together.

    A value whose clips all come from one search word, or all gave the same, has no variance of its own; the others'
    stands for it in *their* centring, where it weighs 1 / values^2.

    Args:
        within: What is known within values.
        across: What is pooled over them.
        chosen: Which are compared.
        over_wordings: Whether wordings are drawn (else fixed: the ones asked are all that count).
    """
    size, freedom = within.over_clips.size, within.over_clips.freedom
    known = chosen & ~np.isnan(size)
    weight = np.where(known, freedom, 0.0)
    each = np.where(known, _ratio(size, within.spread), 0.0)
    one = _ratio((weight * each).sum(axis=-1, keepdims=True), weight.sum(axis=-1, keepdims=True))
    working = np.where(chosen, one * np.nan_to_num(within.spread), 0.0)
    found, spare, noise = across.interaction.size, across.interaction.freedom, across.noise
    careful = found * (1.0 + np.sqrt(_ratio(np.full(spare.shape, 2.0), spare)))

    def by_wording(square: Floats) -> Floats:
        variance = _positive(square - noise.size)[..., None] if over_wordings else np.zeros((*square.shape, 1))
        return np.where(chosen, _ratio(variance, within.wordings), 0.0)

    return Errors(
        chosen,
        Parts(np.where(known & (size > NOTHING), size, working), by_wording(found)),
        np.where(chosen[..., :, None] & chosen[..., None, :], within.shared, 0.0),
        Parts(working, by_wording(careful)),
        np.where(known, freedom, 1.0),
        (MeanSquare(careful, spare), noise),
        within.wordings,
    )


def centring(chosen: Bools) -> Floats:
    """Weights of each mean minus the mean of all chosen, shape (..., values, values); 0 for the others."""
    seen = chosen.astype(np.float64)
    both = seen[..., :, None] * seen[..., None, :]
    return np.asarray(both * np.eye(chosen.shape[-1]) - _ratio(both, seen.sum(axis=-1)[..., None, None]))


def tested(means: Floats, weights: Floats, found: Errors) -> Tested:
    """Weighted sums of means with their errors.

    Args:
        means: Shape (..., values).
        weights: Shape (..., contrasts, values); a row of zeros gives NaN.
        found: Variances of the means.
    """
    meant = weights.any(axis=-1)
    estimate = (weights * np.where(found.chosen, means, 0.0)[..., None, :]).sum(axis=-1)
    variance = np.where(meant, found.variances(weights), np.nan)
    return Tested(np.where(meant, estimate, np.nan), np.sqrt(np.maximum(variance, 0.0)), found.freedoms(weights**2))


@dataclass(frozen=True, slots=True)
class Omnibus:
    """Test that nothing differs."""

    ratio: Floats
    above: Floats
    below: Floats
    p: Floats


def omnibus(means: Floats, found: Errors) -> Omnibus:
    """Test whether the compared values differ at all.

    ``F = sum (M_v - M)^2 / trace(P S)``, with S the covariance of the means and P the projection that centres: the
    form of Brown and Forsythe (Technometrics 16 (1974) 129), with the degrees of freedom of Box (Ann. Math. Stat. 25
    (1954) 290): ``trace(P S)^2 / trace(P S P S)`` above, Satterthwaite's below, both of working variances.
    """
    from scipy.special import fdtrc

    project = centring(found.chosen)
    own = np.diagonal(project, axis1=-2, axis2=-1)
    deviations = tested(means, project, found).estimate
    values = found.chosen.sum(axis=-1).astype(np.float64)
    trace = (own * found.parts.diagonal).sum(axis=-1) + (project * found.shared).sum(axis=(-2, -1))
    product = project * found.working.diagonal[..., None, :]
    square = (product * np.swapaxes(product, -1, -2)).sum(axis=(-2, -1))
    above = np.minimum(_ratio((own * found.working.diagonal).sum(axis=-1) ** 2, square), values - 1.0)
    below = found.freedoms(own[..., None, :])[..., 0]
    ratio = _ratio(np.nansum(deviations**2, axis=-1), trace)
    return Omnibus(ratio, above, below, np.asarray(fdtrc(above, below, ratio)))


def holm(p: Floats) -> Floats:
    """P-values adjusted for how many there are (Holm, Scand. J. Stat. 6 (1979) 65), along the last axis; NaN stays.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, axis=-1)
    ascending = np.take_along_axis(p, order, axis=-1)
    count = (~np.isnan(p)).sum(axis=-1, keepdims=True)
    steps = ascending * np.maximum(count - np.arange(p.shape[-1]), 1)
    adjusted = np.minimum(np.maximum.accumulate(steps, axis=-1), 1.0)
    result = np.empty_like(p)
    np.put_along_axis(result, order, adjusted, axis=-1)
    return result


def false_discoveries(p: Floats) -> Floats:
    """The rate of false discoveries at which each would just be named; NaN stays.

    All entries are one family, whatever the shape (Benjamini and Hochberg, J. R. Stat. Soc. B 57 (1995) 289).

    Example:
        >>> false_discoveries(np.array([0.01, np.nan, 0.04])).round(3).tolist()
        [0.02, nan, 0.04]
    """
    from scipy.stats import false_discovery_control

    known = ~np.isnan(p)
    result = np.full(p.shape, np.nan)
    if known.any():
        result[known] = false_discovery_control(p[known])
    return result


def _positive(numbers: Floats) -> Floats:
    return np.where(np.isnan(numbers), 0.0, np.maximum(numbers, 0.0))


def _ratio(above: Floats, below: Floats, otherwise: float = np.nan) -> Floats:
    above, below = np.broadcast_arrays(above, below)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, otherwise), where=below > 0))
