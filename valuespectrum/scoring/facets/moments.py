"""What a table of complete sets says about means and their variances, before anything is concluded from it.

For ``theta[v, c, w] = mean_v + clip + wording + value x wording + clip x wording``, clips nested in values and perhaps
in clusters: ``Var(M_v) = a_v + (s2_w + s2_vw) / W``, where ``a_v`` is the variance over clips (or clusters) of clip
means divided by their number, and holds clip x wording and noise. ``s2_w`` cancels where values are compared, ``s2_vw``
does not: it is the mean square of ``M_vw - M_v - M_w + G`` less what clips x wordings alone would make of it, pooled
over values (crossed and nested random effects: Brennan, Generalizability Theory, 2001, chapter 3).

All arrays may have leading axes: tables of many respondents.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.additive import Additive, Bools, Floats, fit_additive
from valuespectrum.scoring.facets.clusters import Clusters, Sizes, likeness
from valuespectrum.scoring.facets.overlap import Overlap


@dataclass(frozen=True, slots=True)
class MeanSquare:
    """A variance estimated from squares, and how many independent ones stand behind it."""

    size: Floats
    freedom: Floats


@dataclass(frozen=True, slots=True)
class Within:
    """What is known within each value; axes (..., values)."""

    clips: Additive
    """Clips and wordings; axes (..., values, clips, wordings)."""
    means: Floats
    """Log-odds of liking; NaN where nothing was answered."""
    sizes: Sizes
    """Clusters of clips."""
    over_clips: MeanSquare
    """Variance of each mean over clips (or clusters); NaN with fewer than two."""
    spread: Floats
    """Variance of each mean over that of one clip: 1 / clips, or more where clips of one cluster are alike."""
    shared: Floats
    """Covariance of means whose values share clips or clusters, shape (..., values, values), 0 on the diagonal."""
    noise: MeanSquare
    """Variance of the mean of one wording about the value's own, by clips x wordings alone; NaN with one wording."""
    wordings: Floats
    """How many wordings each value was asked in."""
    deviations: Floats
    """Clips minus the mean of their value, 0 where there is none, shape (..., values, clips)."""


@dataclass(frozen=True, slots=True)
class Across:
    """Mean squares of the table of values and wordings; shape (...), NaN with one wording."""

    interaction: MeanSquare
    """Of value x wording."""
    wording: MeanSquare
    """Of the wordings' means, times the number of values."""
    noise: MeanSquare
    """What clips x wordings alone make of either."""
    means: Floats
    """Value means fitted beside wordings, shape (..., values): those of the values where all share their wordings."""


def within_values(table: Floats, clusters: Clusters, overlap: Overlap | None = None) -> Within:
    """Reckon means and their variances over clips.

    Args:
        table: Log-odds, shape (..., values, clips, wordings); NaN where a set is missing.
        clusters: Which clips belong together; each its own where nothing is known.
        overlap: Which clips or clusters serve several values, where any does.
    """
    clips = fit_additive(table)
    present = clips.row_seen.astype(np.float64)
    sizes = Sizes.of(clusters, present)
    count = sizes.clips
    rows = np.where(present > 0, clips.rows, 0.0)
    means = np.divide(rows.sum(axis=-1), count, out=np.full(count.shape, np.nan), where=count > 0)
    deviations = np.where(present > 0, rows - means[..., None], 0.0)
    factor, freedom, spread = sizes.corrections(likeness(clusters, sizes, deviations))
    pull = _pulls(clips, deviations, count)
    through = clips.column_influences
    across = np.stack([clusters.by_value(clusters.sums(each) ** 2) for each in np.moveaxis(through, -1, 0)]).sum(axis=0)
    wordings = clips.column_seen.sum(axis=-1).astype(np.float64)
    noise = np.divide(factor * across, wordings - 1.0, out=np.full(count.shape, np.nan), where=wordings > 1)
    root = np.sqrt(np.where(np.isnan(factor), 0.0, factor))
    values = count.shape[-1]
    covariances = np.zeros((*count.shape, values)) if overlap is None else overlap.covariances(pull)
    return Within(
        clips,
        means,
        sizes,
        MeanSquare(factor * clusters.by_value(clusters.sums(pull) ** 2), freedom),
        spread,
        covariances * root[..., :, None] * root[..., None, :],
        MeanSquare(noise, freedom * np.maximum(wordings - 1.0, 0.0)),
        wordings,
        deviations,
    )


def _pulls(clips: Additive, deviations: Floats, count: Floats) -> Floats:
    """How far each clip pulls the mean of its value, shape (..., values, clips).

    Where sets are missing, the estimated wordings enter the mean of a clip, and a clip pulls through them as well.
    """
    size = count[..., None]
    own = np.divide(deviations, size, out=np.zeros_like(deviations), where=size > 0)
    asked = clips.seen.sum(axis=-1, keepdims=True)
    share = np.divide(clips.seen, asked, out=np.zeros_like(clips.seen), where=asked > 0).sum(axis=-2)
    weights = np.divide(share, size, out=np.zeros_like(share), where=size > 0)
    return np.asarray(own - (clips.column_influences * weights[..., None, :]).sum(axis=-1))


def across_values(within: Within, chosen: Bools) -> Across:
    """Pool value x wording over values.

    Args:
        within: What is known within each value.
        chosen: The values that are compared, shape (..., values).
    """
    chosen = chosen & ~np.isnan(within.means)
    fit = fit_additive(np.where(chosen[..., None], within.means[..., None] + within.clips.columns, np.nan))
    interaction = _ratio((fit.residuals**2).sum(axis=(-2, -1)), fit.freedom)
    values, spare = fit.row_seen.sum(axis=-1).astype(np.float64), fit.column_seen.sum(axis=-1) - 1.0
    main = _ratio(values * np.where(fit.column_seen, fit.columns**2, 0.0).sum(axis=-1), spare)
    known = chosen & ~np.isnan(within.noise.size)
    sizes = np.where(known, within.noise.size, 0.0)
    squares = _ratio(sizes**2, np.where(known, within.noise.freedom, 1.0)).sum(axis=-1)
    noise = _ratio(sizes.sum(axis=-1), known.sum(axis=-1).astype(np.float64))
    return Across(
        MeanSquare(interaction, fit.freedom),
        MeanSquare(main, np.maximum(spare, 0.0)),
        MeanSquare(noise, _ratio(sizes.sum(axis=-1) ** 2, squares)),
        fit.rows,
    )


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))
