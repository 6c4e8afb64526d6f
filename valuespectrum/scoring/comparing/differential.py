"""Clips that work differently for two respondents: they differ there by more than their profiles say.

As items of a test that favour one group among people of equal ability (differential item functioning: Holland and
Wainer 1993), a clip counts when the two respondents differ about it otherwise than about other clips of its value. What
is tested is how far the difference ``D[v, c]``, averaged over wordings, lies from the middle of its value
(``middles``), against what wordings make of it (``clip_noise``). Of the clips that are flagged a stated share is
expected to be flagged wrongly (Benjamini and Hochberg, J. R. Stat. Soc. B 57 (1995) 289).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.comparing.clip_noise import clip_variances
from valuespectrum.scoring.comparing.middles import off_middle
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets import findings
from valuespectrum.scoring.facets.additive import Floats, fit_additive
from valuespectrum.scoring.facets.findings import Inferred
from valuespectrum.scoring.facets.inference import Tested, false_discoveries
from valuespectrum.scoring.facets.tables import SetTable
from vectorstore.foundation.json_types import Json

RATE = 0.05
"""Share of wrong ones among the clips that are flagged."""
MODERATE, LARGE = 0.43, 0.64
"""Log-odds from which on the Educational Testing Service calls an item's difference moderate (B) and large (C): 1 and
1.5 of its delta units of 2.35 (Zwick 2012, ETS RR-12-08)."""
_LEAST_CLIPS = 3
_NOTHING = 1e-12
_NO_NOISE = "all wordings told the clips apart in the same way: nothing shows how sure a single clip is"


@dataclass(frozen=True, slots=True)
class ClipDifference:
    """One clip of one value."""

    value: str
    clip: str
    residual: Inferred
    """How much more the first likes it than the second, beyond their difference in the value, in log-odds; its
    ``p_adjusted`` is the rate of false discoveries at which it is flagged."""

    @property
    def size(self) -> str:
        """``large``, ``moderate`` or ``small``."""
        return size_of(self.residual.estimate.mean or 0.0)

    def to_json(self) -> Json:
        """As a comparison keeps it."""
        return {"value": self.value, "clip": self.clip, **self.residual.to_json(), "size": self.size}


@dataclass(frozen=True, slots=True)
class Differential:
    """What two respondents differ about clip by clip."""

    flagged: tuple[ClipDifference, ...]
    """Largest first."""
    tested: int
    """Clips that were looked at; one that stands for two values counts twice."""
    rate: float
    spread: float | None = None
    """Standard deviation, over clips, of true differences beyond the profiles, in log-odds; all clips count."""
    error: float | None = None
    """Standard error of one residual, the middle one."""
    why: str = ""
    """Why nothing was tested."""

    def to_json(self) -> Json:
        """As a comparison keeps it."""
        return {
            "flagged": [clip.to_json() for clip in self.flagged],
            "tested": self.tested,
            "rate": self.rate,
            "spread": self.spread,
            "se": self.error,
            "why": self.why,
        }


def size_of(log_odds: float) -> str:
    """What a difference of an item is called: ``large``, ``moderate`` or ``small``.

    Example:
        >>> size_of(-0.5)
        'moderate'
    """
    return "large" if abs(log_odds) >= LARGE else "moderate" if abs(log_odds) >= MODERATE else "small"


def differential(differences: SetTable, rate: float = RATE, level: float = 0.95) -> Differential:
    """Find the clips about which two respondents differ beyond their profiles.

    Args:
        differences: First minus second, set by set, read by log-probabilities: single sets of drawn answers are not
            normal enough for tests of single clips.
        rate: Share of wrong ones among the flagged, at most, on average.
        level: Of the interval of each residual, not adjusted.

    Returns:
        The flagged clips; none, with the reason, where clips cannot be told from wordings.
    """
    table = differences.log_odds
    fit = fit_additive(table)
    seen = fit.row_seen & (fit.row_seen.sum(axis=-1) >= _LEAST_CLIPS)[:, None] & fit.connected[:, None]
    freedom = float(fit.freedom[seen.any(axis=-1)].sum())
    tested = int(seen.sum())
    if not tested:
        return Differential((), 0, rate, why=findings.TOO_FEW)
    if freedom < 1 or not (fit.seen.sum(axis=-1) > 1).any():
        return Differential((), tested, rate, why=findings.ONE_WORDING)
    if float((fit.residuals[seen.any(axis=-1)] ** 2).sum()) / freedom <= _NOTHING:
        return Differential((), tested, rate, why=_NO_NOISE)
    error, spare = clip_variances(fit, seen)
    rows = np.where(seen, fit.rows, np.nan)
    off, variance = off_middle(rows, error)
    found = Tested(off, np.sqrt(variance), spare)
    q, half = false_discoveries(found.p), found.half_width(level)
    flagged = [_clip(differences, place, found, half, q) for place in zip(*np.nonzero(q < rate), strict=True)]
    flagged.sort(key=lambda clip: (-abs(clip.residual.estimate.mean or 0.0), clip.value, clip.clip))
    spread = math.sqrt(max(_variance(rows) - float(np.nanmean(error)), 0.0))
    return Differential(tuple(flagged), tested, rate, spread, float(np.nanmedian(found.se)))


def _variance(rows: Floats) -> float:
    """Of clips about the mean of their value."""
    seen = ~np.isnan(rows)
    count = np.maximum(seen.sum(axis=-1, keepdims=True), 1)
    off = np.where(seen, rows - np.where(seen, rows, 0.0).sum(axis=-1, keepdims=True) / count, 0.0)
    return float((off**2).sum() / np.maximum(seen.sum(axis=-1) - 1.0, 0.0).sum())


def _clip(differences: SetTable, place: tuple[int, int], found: Tested, half: Floats, q: Floats) -> ClipDifference:
    mean, width = float(found.estimate[place]), float(half[place])
    estimate = Estimate(mean, mean - width, mean + width, se=float(found.se[place]))
    finding = Inferred(estimate, float(found.freedom[place]), float(found.p[place]), float(q[place]))
    value, column = place
    clip = differences.clip_names[differences.clips[value, column]]
    return ClipDifference(differences.values[value], clip, finding)
