"""The picture effect: what a profile is when clips are shown in one way, minus what it is in another.

Both conditions ask the same questions about the same clips, so they are compared set by set, paired over clips and
wordings (``scoring.facets.comparison``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.analysis import Reckoned, reckon
from valuespectrum.scoring.facets.comparison import Comparison, compare
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.findings import ONE_VALUE
from valuespectrum.scoring.facets.inference import omnibus
from valuespectrum.scoring.facets.tables import SetTable, collect, difference
from valuespectrum.scoring.presentations.share import Moments, kept_share

_SET = ["value", "clip", "wording"]
Lent = Mapping[tuple[str, str], str]
"""Value and clip to the value of the picture that the clip was shown with in its place."""


@dataclass(frozen=True, slots=True)
class PictureEffect:
    """One condition beside the base."""

    comparison: Comparison
    """Base minus condition, value by value."""
    kept: Estimate
    """Share of the base profile that the condition keeps: 1 when nothing changed, 0 when nothing is left."""

    @property
    def lost(self) -> Estimate:
        """Share that goes with what the condition takes away; the visual share, where that is the picture alone."""
        if self.kept.low is None or self.kept.high is None:
            return Estimate(None if self.kept.mean is None else 1.0 - self.kept.mean, why=self.kept.why)
        assert self.kept.mean is not None
        return Estimate(1.0 - self.kept.mean, 1.0 - self.kept.high, 1.0 - self.kept.low)


def picture_effect(
    base: SetTable, condition: SetTable, facets: Facets | None = None, lent: Lent | None = None
) -> PictureEffect:
    """Compare two conditions of one respondent.

    Args:
        base: Sets of the condition that scores rest on.
        condition: Sets of another one.
        facets: Over what to generalize.
        lent: Whose pictures stand in the place of a clip's own, where the condition shows wrong ones.

    Raises:
        InputError: Answers were read in different ways, or the two share no set.
    """
    facets = facets or Facets()
    both = difference(base, condition)
    reckoned = [reckon(table, facets) for table in (_shared(base, both), both, _shared(condition, both))]
    shares = None if lent is None else _lent_shares(both, lent)
    unknown = _unknown(reckoned[0])
    kept = Estimate(None, why=unknown) if unknown else kept_share(_moments(*reckoned), shares, facets.level)
    return PictureEffect(compare(base, condition, facets), kept)


def _unknown(base: Reckoned) -> str:
    """Why nothing can be said of a share of the base profile: errors of too few values are known."""
    if base.comparable.sum() > 1:
        return ""
    return next((why for why, chosen in zip(base.why, base.chosen, strict=True) if chosen and why), ONE_VALUE)


def _shared(table: SetTable, both: SetTable) -> SetTable:
    """The sets of one condition that the other has, too."""
    return collect([table.frame().merge(both.frame()[_SET], on=_SET)], table.layout)


def _moments(base: Reckoned, lost: Reckoned, condition: Reckoned) -> Moments:
    chosen = base.comparable & lost.chosen & condition.chosen
    means = [np.where(chosen, np.nan_to_num(each.across.means), 0.0) for each in (base, lost)]
    freedoms = [float(omnibus(each.across.means, each.errors).below) for each in (base, lost, condition)]
    known = [freedom for freedom in freedoms if np.isfinite(freedom)]
    first, second, third = (_covariance(each) for each in (base, lost, condition))
    return Moments(means[0], means[1], (first, second, third), chosen, min(known, default=float("nan")))


def _covariance(found: Reckoned) -> Floats:
    return np.asarray(np.nan_to_num(np.diag(found.errors.parts.diagonal) + found.errors.shared))


def _lent_shares(table: SetTable, lent: Lent) -> Floats:
    """Which share of a value's clips was shown with pictures of which other value."""
    shares = np.zeros((len(table.values), len(table.values)))
    for place, value in enumerate(table.values):
        clips = [table.clip_names[code] for code in table.clips[place] if code >= 0]
        for clip in clips:
            if (value, clip) in lent:
                shares[place, table.layout.value_set.position(lent[value, clip])] += 1.0 / len(clips)
    return shares
