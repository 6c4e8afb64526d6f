"""Scores set right for what pictures differ in beside the value: brightness, motion, prettiness and the like.

Analysis of covariance: ``y = theta_v + slopes . (x - mean x) + rest``, with one slope a nuisance for all values. It is
estimated *within* values, where the value is the same for all clips, and applied *across* them. The adjusted mean is
``M_v - slopes . (x_v - mean over values of x_v)``: what the value would score, were its clips as bright, as pretty and
so on as the clips of all. Its covariance has two parts, that of the means over residuals, and
``(x_v - x) Var(slopes) (x_u - x)``, with clusters of clips in both (sandwich).

What is not measured is not adjusted for, and a nuisance that is measured with reliability r is taken out by r alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.additive import Bools, Floats, fit_additive
from valuespectrum.scoring.facets.analysis import reckon
from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.inference import Errors, Parts, Tested, centring, errors, tested
from valuespectrum.scoring.facets.moments import across_values, within_values
from valuespectrum.scoring.facets.overlap import Overlap
from valuespectrum.scoring.facets.tables import SetTable
from valuespectrum.scoring.pictures.balance import Nuisances, mean_nuisances, placed, standardised, varying
from valuespectrum.scoring.pictures.reworked import Reworked, concluded, refused, restricted, with_covariance

_LEAST_FREEDOM = 10
"""Clips beyond values and nuisances below which slopes are not estimated."""
SAME = "liking does not vary about it: nothing shows how sure it is"
"""Why a slope has no interval."""
_STILL = "the same for all clips of a value that have all ratings"
_ROUNDING = 1e-12
"""Standard error of a slope below which nothing but arithmetic differs."""


@dataclass(frozen=True, slots=True)
class Slopes:
    """How liking goes with nuisances within values."""

    slope: Floats
    """Logits per unit, shape (..., nuisances)."""
    covariance: Floats
    """Shape (..., nuisances, nuisances)."""
    freedom: Floats
    """Degrees of freedom of the residuals, shape (...)."""
    inflation: Floats
    """By how much estimating slopes has shrunk the residual variance, shape (...)."""


@dataclass(frozen=True, slots=True)
class Levelled:
    """Adjusted means of many respondents."""

    centred: Tested
    means: Floats
    """Shape (..., values)."""
    errors: Errors
    slopes: Slopes


def slopes_within(rows: Floats, nuisances: Floats, clusters: Clusters) -> Slopes:
    """Regress clips on nuisances within values.

    Args:
        rows: Log-odds of clips, shape (..., values, clips); NaN where there is none.
        nuisances: Shape (..., values, clips, nuisances).
        clusters: Which clips belong together.
    """
    there = ~np.isnan(rows)
    x, y = _within(nuisances, there), _within(rows[..., None], there)[..., 0]
    bread = np.linalg.pinv(np.einsum("...vcp,...vcq->...pq", x, x), hermitian=True, rcond=1e-9)
    slope = np.einsum("...pq,...vcq,...vc->...p", bread, x, y)
    rest = y - np.einsum("...vcp,...p->...vc", x, slope)
    pulls = np.stack([clusters.sums(each * rest) for each in np.moveaxis(x, -1, 0)], axis=-1)
    meat = np.einsum("...kp,...kq->...pq", pulls, pulls)
    clips, values = there.sum(axis=(-2, -1)), there.any(axis=-1).sum(axis=-1)
    groups = (clusters.sums(there.astype(np.float64)) > 0).sum(axis=-1)
    spent = np.linalg.matrix_rank(bread, hermitian=True)
    freedom = (clips - values - spent).astype(np.float64)
    small = (clips - values) / np.maximum(freedom, 1.0)
    several = groups / np.maximum(groups - values, 1.0)
    covariance = bread @ meat @ bread * (small * several)[..., None, None]
    return Slopes(slope, covariance, np.asarray(freedom), np.asarray(small))


def level(table: Floats, nuisances: Floats, clusters: Clusters, overlap: Overlap | None, facets: Facets) -> Levelled:
    """Adjusted centred log-odds.

    Args:
        table: Log-odds, shape (..., values, clips, wordings).
        nuisances: Shape (..., values, clips, nuisances).
        clusters: Which clips belong together.
        overlap: Which serve several values.
        facets: Over what to generalize.
    """
    there: Bools = np.asarray(~np.isnan(table).all(axis=-1))
    chosen: Bools = np.asarray(there.any(axis=-1))
    found = slopes_within(fit_additive(table).rows, nuisances, clusters)
    means = mean_nuisances(nuisances, there)
    centre = np.where(chosen[..., None], means, 0.0).sum(axis=-2) / chosen.sum(axis=-1)[..., None]
    excess = np.einsum("...vcp,...p->...vc", nuisances - centre[..., None, None, :], found.slope)
    within = within_values(table - excess[..., None], clusters, overlap)
    across = across_values(within, chosen)
    apart = np.where(chosen[..., None], means - centre[..., None, :], 0.0)
    extra = apart @ found.covariance @ np.swapaxes(apart, -1, -2)
    over = with_covariance(_widened(errors(within, across, chosen, facets.wordings), found.inflation), extra)
    return Levelled(tested(across.means, centring(chosen), over), across.means, over, found)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One profile before and after, over the same clips."""

    before: Reworked
    after: Reworked
    slopes: Mapping[str, Estimate]
    """Logits for one standard deviation (within values) of each nuisance."""
    clips: int
    """Clips with all ratings, of values with enough of them."""
    unused: Mapping[str, str]
    """Nuisances that were not adjusted for, and why."""

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        return {
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "slopes": {name: slope.to_json() for name, slope in self.slopes.items()},
            "n_clips": self.clips,
            "unused": dict(self.unused),
        }


def adjust(table: SetTable, nuisances: Nuisances, facets: Facets | None = None) -> Adjustment:
    """Adjust one respondent's profile for what its pictures differ in beside the value.

    Args:
        table: Log-odds by value, clip and wording.
        nuisances: Ratings of clips. Those that hardly any clip has, or that are equal for all, are not used; clips that
            lack one of the others are left out.
        facets: Over what to generalize.

    Returns:
        Centred log-odds with intervals, or the reason why they cannot be adjusted.
    """
    facets = facets or Facets()
    spread, unused = placed(table, nuisances)
    rated = restricted(table, (table.clips >= 0) & np.isfinite(spread).all(axis=-1))
    # Clips of values with too few of them tell no slope: they are gone before it is asked whether there are enough.
    chosen = reckon(rated, facets).chosen
    kept = restricted(rated, (rated.clips >= 0) & chosen[:, None])
    there = kept.clips >= 0
    count, names = int(there.sum()), [name for name in nuisances.names if name not in unused]
    spare = count - int(chosen.sum()) - len(names)
    why = "" if names else "no nuisance was measured"
    if names and chosen.sum() < 2:
        why = "fewer than two values have enough rated clips"
    elif names and spare < _LEAST_FREEDOM:
        why = f"{count} rated clips are too few to tell {len(names)} nuisances from values"
    if why:
        return Adjustment(refused(why), refused(why), {}, count, unused)
    plain = reckon(kept, facets)
    clusters, overlap = kept.grouping(facets.clusters)
    filled = np.where(np.isfinite(spread), spread, 0.0)
    x, told = standardised(filled, there), varying(filled, there)
    unused |= {name: _STILL for name, varies in zip(names, told, strict=True) if not varies}
    levelled = level(kept.log_odds, x, clusters, overlap, facets)
    before = concluded(table.values, plain.centred, plain.across.means, plain.errors, plain.why, facets)
    after = concluded(table.values, levelled.centred, levelled.means, levelled.errors, plain.why, facets)
    slopes = _told(levelled.slopes, names, facets.level)
    return Adjustment(before, after, {name: slopes[name] for name in names if name not in unused}, count, unused)


def _told(slopes: Slopes, names: list[str], covered: float) -> dict[str, Estimate]:
    from scipy.special import stdtrit

    half = float(stdtrit(slopes.freedom, (1.0 + covered) / 2.0))
    errors_of = np.sqrt(np.diagonal(slopes.covariance))
    pairs = zip(names, slopes.slope.tolist(), errors_of.tolist(), strict=True)
    return {
        name: Estimate(mean, mean - half * se, mean + half * se, se=se) if se > _ROUNDING else Estimate(mean, why=SAME)
        for name, mean, se in pairs
    }


def _within(numbers: Floats, there: Bools) -> Floats:
    """Deviations from the mean of the value, 0 where there is no clip."""
    means = mean_nuisances(np.where(there[..., None], numbers, 0.0), there)
    return np.where(there[..., None], numbers - means[..., None, :], 0.0)


def _widened(found: Errors, by: Floats) -> Errors:
    """Errors over residuals from which slopes have taken their part."""
    scale = by[..., None]
    return replace(
        found,
        parts=Parts(found.parts.clips * scale, found.parts.wording),
        working=Parts(found.working.clips * scale, found.working.wording),
        shared=found.shared * scale[..., None],
    )
