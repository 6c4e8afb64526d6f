"""Scores set right for clips that show another value than they were found for.

The mean over clips found for value v is a mixture: ``M_v = sum_u C[v, u] theta_u``, with C[v, u] the share of them that
show u. So ``theta = C^-1 M`` (a Wald estimator: what a clip was found for is the instrument, what it shows the cause).
Given the labels it has no bias, whatever C is, and its error is that of the residuals ``y_i - theta_(shown by i)``:
that a sample of labels happens to hold many or few wrong clips is in C and in M alike, and cancels. The intervals are
those of the facets, over the residuals; the uncertainty of the relabelling is in them.

Clips that show none of the compared values, or a value violated, say nothing about theta and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.facets.analysis import reckon
from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.inference import Errors, Tested, centring, errors, tested
from valuespectrum.scoring.facets.moments import across_values, within_values
from valuespectrum.scoring.facets.overlap import Overlap
from valuespectrum.scoring.facets.tables import SetTable
from valuespectrum.scoring.pictures.reworked import Reworked, concluded, refused, restricted

Shown = Mapping[tuple[str, str], Mapping[str, float]]
"""(value that it was found for, clip) to value that it shows, with probability."""

_LEAST_RIGHT = 0.5
"""Share of right clips below which a value cannot be told from those that its clips show instead."""
_MOSTLY = 0.5
"""Probability of compared values above which a clip is used."""
_LEAST_SINGULAR = 0.2
"""Smallest singular value of C: below it, errors would grow more than fivefold."""


@dataclass(frozen=True, slots=True)
class Unmixed:
    """Corrected means of many respondents."""

    centred: Tested
    means: Floats
    """Of the clips as they were found, shape (..., values)."""
    errors: Errors
    """Of these means, over residuals."""


def unmix(table: Floats, shown: Floats, clusters: Clusters, overlap: Overlap | None, facets: Facets) -> Unmixed:
    """Corrected centred log-odds.

    Args:
        table: Log-odds, shape (..., values, clips, wordings).
        shown: Probability of what each clip shows, shape (..., values, clips, values), summing to 1 for clips that
            are there; rows of values that are not compared are 0.
        clusters: Which clips belong together.
        overlap: Which serve several values.
        facets: Over what to generalize.
    """
    there: Bools = np.asarray(~np.isnan(table).all(axis=-1))
    chosen: Bools = np.asarray(there.any(axis=-1))
    confusion = confused(shown, there)
    filled = confusion + np.eye(table.shape[-3]) * ~chosen[..., None]
    inverse = np.linalg.inv(filled) * (chosen[..., None] & chosen[..., None, :])
    means = within_values(table, clusters, overlap).means
    theta = (inverse @ np.where(chosen, means, 0.0)[..., None])[..., 0]
    # Zero on average within each value: the means stay, and what varies is the residual.
    excess = ((shown - confusion[..., None, :]) * theta[..., None, None, :]).sum(axis=-1)
    within = within_values(table - excess[..., None], clusters, overlap)
    across = across_values(within, chosen)
    over = errors(within, across, chosen, facets.wordings)
    return Unmixed(tested(across.means, centring(chosen) @ inverse, over), across.means, over)


def confused(shown: Floats, there: Bools) -> Floats:
    """Mean of what the clips of every value show, shape (..., values, values); rows sum to 1, or are 0."""
    count = there.sum(axis=-1)[..., None].astype(np.float64)
    total = np.where(there[..., None], shown, 0.0).sum(axis=-2)
    return np.asarray(np.divide(total, count, out=np.zeros_like(total), where=count > 0))


@dataclass(frozen=True, slots=True)
class Correction:
    """One profile before and after, over the same clips and values."""

    before: Reworked
    after: Reworked
    clips: Mapping[str, int]
    """Clips of every compared value that were relabelled and show a compared value."""
    confusion: Mapping[str, Mapping[str, float]]
    """Value that clips were found for to the shares of what they show."""
    left_out: tuple[str, ...]
    """Values with too few such clips, or of which most clips show something else."""

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        return {
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "n_clips": dict(self.clips),
            "confusion": {value: dict(row) for value, row in self.confusion.items()},
            "left_out": list(self.left_out),
        }


def correct(table: SetTable, shown: Shown, facets: Facets | None = None) -> Correction:
    """Correct one respondent's profile.

    Args:
        table: Log-odds by value, clip and wording.
        shown: What clips show, by blind raters; clips without an entry are left out, as are those that show no value
            that is compared.
        facets: Over what to generalize.

    Returns:
        Centred log-odds with intervals, or the reason why they cannot be told.
    """
    facets = facets or Facets()
    keep, told = _usable(memberships(table, shown), facets.least_clips)
    chosen, confusion = np.asarray(keep.any(axis=-1)), confused(told, keep)
    left_out = [
        value for value, asked, stays in zip(table.values, table.clips >= 0, chosen, strict=True) if asked.any() > stays
    ]
    counts = {value: int(count) for value, count in zip(table.values, keep.sum(axis=-1), strict=True) if count}
    rows = {
        value: {name: float(share) for name, share in zip(table.values, row, strict=True) if share}
        for value, row in zip(table.values, confusion, strict=True)
        if row.any()
    }
    why = _not_told(confusion[np.ix_(chosen, chosen)])
    if why:
        return Correction(refused(why), refused(why), counts, rows, tuple(left_out))
    kept = restricted(table, keep)
    clusters, overlap = kept.grouping(facets.clusters)
    plain, unmixed = reckon(kept, facets), unmix(kept.log_odds, told, clusters, overlap, facets)
    before = concluded(table.values, plain.centred, plain.across.means, plain.errors, plain.why, facets)
    after = concluded(table.values, unmixed.centred, unmixed.means, unmixed.errors, plain.why, facets)
    return Correction(before, after, counts, rows, tuple(left_out))


def memberships(table: SetTable, shown: Shown) -> Floats:
    """What each place of a table shows, shape (values, clips, values); 0 where nobody looked."""
    told = np.zeros((*table.clips.shape, len(table.values)))
    for place, value in enumerate(table.values):
        for at in np.flatnonzero(table.clips[place] >= 0):
            seen = shown.get((value, table.clip_names[table.clips[place, at]]), {})
            told[place, at] = [seen.get(name, 0.0) for name in table.values]
    return told


def _usable(told: Floats, least: int) -> tuple[Bools, Floats]:
    """Which clips say something about values that can be told apart, and what those show."""
    chosen = np.ones(len(told), dtype=np.bool_)
    while True:
        among = told * chosen[:, None, None] * chosen
        mass = among.sum(axis=-1)
        keep = mass >= _MOSTLY
        among = np.divide(among, mass[..., None], out=np.zeros_like(among), where=keep[..., None])
        enough = (keep.sum(axis=-1) >= least) & (np.diagonal(confused(among, keep)) >= _LEAST_RIGHT)
        if not (chosen & ~enough).any():
            return np.asarray(keep), among
        chosen = chosen & enough


def _not_told(confusion: Floats) -> str:
    if len(confusion) < 2:
        return "fewer than two values have enough clips that show them, as far as they were relabelled"
    if np.linalg.svd(confusion, compute_uv=False).min() < _LEAST_SINGULAR:
        return "clips of different values show the same mixture: the values cannot be told apart"
    return ""
