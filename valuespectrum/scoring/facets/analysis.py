"""The profile of one respondent on centred log-odds, each number with the facets that its interval covers.

The headline is ``theta_v`` minus the mean over all measured values: it does not move with general liking, leans or a
wording that pleases as such. Beside it stand the log-odds themselves and points of 100, whose intervals have to cover
how pleasing wordings are in general, too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets import findings
from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.facets.covering import Covering, Facets, covering
from valuespectrum.scoring.facets.findings import Inferred, found, known
from valuespectrum.scoring.facets.inference import (
    NOTHING,
    Errors,
    Omnibus,
    Tested,
    centring,
    errors,
    holm,
    omnibus,
    tested,
)
from valuespectrum.scoring.facets.levels import levels
from valuespectrum.scoring.facets.moments import Across, Within, across_values, within_values
from valuespectrum.scoring.facets.tables import SetTable


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Everything that conclusions about one table are drawn from."""

    table: SetTable
    facets: Facets
    within: Within
    across: Across
    errors: Errors
    chosen: Bools
    """Which values are compared."""
    why: tuple[str, ...]
    """Why the interval of each value is not known; empty where it is."""

    @property
    def centred(self) -> Tested:
        """Centred log-odds."""
        return tested(self.across.means, centring(self.chosen), self.errors)

    @property
    def centred_covariance(self) -> Floats:
        """How their errors vary together, shape (values, values): centring alone makes them depend."""
        return self.errors.covariance(centring(self.chosen))

    @property
    def omnibus(self) -> Omnibus:
        """Whether the compared values differ at all."""
        return omnibus(self.across.means, self.errors)

    @property
    def comparable(self) -> Bools:
        """Which values have an interval."""
        return np.asarray(self.chosen & np.array([not reason for reason in self.why]))


@dataclass(frozen=True, slots=True)
class ValueFinding:
    """One value."""

    centred: Inferred
    """Log-odds minus the mean over the measured values: the headline."""
    log_odds: Inferred
    points: Estimate
    """The log-odds as points of 100, for a clip in the middle."""
    clips: int
    clusters: int
    status: str
    """``ok``, or what is missing."""

    @property
    def has_interval(self) -> bool:
        """Whether it has one on any scale."""
        return any(each.estimate.low is not None for each in (self.centred, self.log_odds))

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        scales = {
            **self.centred.to_json("centred"),
            **self.log_odds.to_json("log_odds"),
            **self.points.to_json("points"),
        }
        return {**scales, "n_clips": self.clips, "n_clusters": self.clusters, "status": self.status}


@dataclass(frozen=True, slots=True)
class Difference:
    """The omnibus test, or why there is none."""

    ratio: float | None = None
    above: float | None = None
    below: float | None = None
    p: float | None = None
    values: int = 0
    why: str = ""

    def to_json(self) -> dict[str, float | int | str | None]:
        """As scores keep it."""
        return {
            "statistic": self.ratio,
            "df_above": self.above,
            "df_below": self.below,
            "p": self.p,
            "values": self.values,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one table says."""

    values: dict[str, ValueFinding]
    general: Inferred
    """Mean log-odds over the measured values: general liking, which centring takes away."""
    differ: Difference
    covering: Covering
    facets: Facets = field(default_factory=Facets)

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        return {
            "values": {value: row.to_json() for value, row in self.values.items()},
            "general": self.general.to_json(),
            "differ": self.differ.to_json(),
            "covers": self.covering.sentence,
            "level": self.facets.level,
        }


def reckon(table: SetTable, facets: Facets | None = None) -> Reckoned:
    """Means, variances and what is missing.

    Args:
        table: Log-odds by value, clip and wording.
        facets: Over what to generalize.
    """
    facets = facets or Facets()
    clusters, overlap = table.grouping(facets.clusters)
    within = within_values(table.log_odds, clusters, overlap)
    chosen = (within.sizes.clips >= facets.least_clips) & ~np.isnan(within.means)
    chosen &= chosen.sum() >= 2 and table.layout.value_set.one_scale
    across = across_values(within, chosen)
    why = tuple(_missing(table, facets, within, across, v) for v in range(len(table.values)))
    return Reckoned(table, facets, within, across, errors(within, across, chosen, facets.wordings), chosen, why)


def _missing(table: SetTable, facets: Facets, within: Within, across: Across, value: int) -> str:
    """Why the error of a value is not known."""
    clips = int(within.sizes.clips[value])
    if clips < facets.least_clips:
        return findings.TOO_FEW if clips else findings.NO_CLIPS
    if within.sizes.clusters[value] < 2:
        return findings.ONE_CLUSTER.format(cluster=table.layout.cluster.replace("_", " ") or "clip")
    if not within.over_clips.size[value] > NOTHING:
        return findings.NO_SPREAD
    if not within.clips.connected[value]:
        return findings.APART
    if facets.wordings and within.wordings[value] < 2:
        return findings.ONE_WORDING
    return findings.NOT_CROSSED if facets.wordings and math.isnan(across.interaction.size) else ""


def analyse(table: SetTable, facets: Facets | None = None) -> Analysis:
    """Score one table.

    Args:
        table: Log-odds by value, clip and wording.
        facets: Over what to generalize.

    Returns:
        Every value with estimate, standard error, degrees of freedom, interval, p and adjusted p.
    """
    reckoned = reckon(table, facets)
    facets, level = reckoned.facets, reckoned.facets.level
    centred, differ = reckoned.centred, differences(reckoned)
    adjusted = adjust(np.where(reckoned.comparable, centred.p, np.nan), differ)
    own, general = levels(reckoned.within, reckoned.across, reckoned.errors, facets.wordings)
    alone = "" if reckoned.chosen.any() else findings.ONE_VALUE
    rows = {}
    for place, value in enumerate(table.values):
        why = reckoned.why[place]
        log_odds = found(own, place, level, why)
        rows[value] = ValueFinding(
            found(centred, place, level, why or alone, adjusted),
            log_odds,
            _points(log_odds.estimate),
            int(reckoned.within.sizes.clips[place]),
            int(reckoned.within.sizes.clusters[place]),
            why or alone or "ok",
        )
    reason = alone or next((reckoned.why[v] for v in np.flatnonzero(reckoned.chosen) if reckoned.why[v]), "")
    covers = replace(covering(table, reckoned.within, facets), given=any(row.has_interval for row in rows.values()))
    return Analysis(rows, found(general, 0, level, reason), differ, covers, facets)


def differences(reckoned: Reckoned) -> Difference:
    """Test whether the values differ at all; values without an error of their own stay out."""
    chosen = reckoned.comparable
    count = int(chosen.sum())
    if count < 2:
        reasons = [why for why, seen in zip(reckoned.why, reckoned.chosen, strict=True) if seen and why]
        return Difference(values=count, why=reasons[0] if reasons else findings.ONE_VALUE)
    across = across_values(reckoned.within, chosen)
    outcome = omnibus(across.means, errors(reckoned.within, across, chosen, reckoned.facets.wordings))
    ratio, above, below, p = (known(float(each)) for each in (outcome.ratio, outcome.above, outcome.below, outcome.p))
    return Difference(ratio, above, below, p, count)


def adjust(p: Floats, differ: Difference) -> Floats:
    """Holm's p-values, and none below that of the omnibus test: a value stands out only where values differ at all."""
    return np.fmax(holm(p), np.where(np.isnan(p), np.nan, np.nan if differ.p is None else differ.p))


def _points(log_odds: Estimate) -> Estimate:
    from scipy.special import expit

    ends = (log_odds.mean, log_odds.low, log_odds.high)
    mean, low, high = (None if end is None else float(100.0 * expit(end)) for end in ends)
    return Estimate(mean, low, high, log_odds.why)
