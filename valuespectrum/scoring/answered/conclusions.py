"""From a table of sets to rows of scores: estimates with intervals, adjusted p-values and ranks, in their own units.

Log-odds are shown on three scales: centred log-odds, the headline; log-odds; and points of 100, for a clip in the
middle. The centred points are what the headline comes to where the respondent likes things in general as much as it
does: their interval holds 0 exactly where that of the headline does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import CLIP, HEADLINE, Estimate, Score
from valuespectrum.scoring.facets.analysis import Analysis, Reckoned, ValueFinding, analyse, reckon
from valuespectrum.scoring.facets.covering import UNTOLD, Facets
from valuespectrum.scoring.facets.findings import NO_CLIPS, ONE_WORDING, TOO_FEW
from valuespectrum.scoring.facets.ranking import Rank, rank
from valuespectrum.scoring.facets.tables import SetTable


@dataclass(frozen=True, slots=True)
class Concluded:
    """What one table says."""

    reckoned: Reckoned
    analysis: Analysis
    ranks: Mapping[str, Rank]


@dataclass(frozen=True, slots=True)
class TableStyle:
    """How the numbers of a table are shown."""

    unit: str = CLIP
    """What clips are called, where they are items or dilemmas."""
    bounds: tuple[float, float] = (float("-inf"), float("inf"))
    """Smallest and largest that a mean can be."""
    log_odds: bool = False
    """Whether they are log-odds, and points of 100 stand beside them."""

    def words(self, text: str) -> str:
        """Text about clips as text about units.

        Example:
            >>> TableStyle("dilemma").words("too few clips")
            'too few dilemmas'
        """
        return text if self.unit == CLIP else text.replace(UNTOLD, "").replace("clip", self.unit)


def conclude(table: SetTable, facets: Facets, options: ScoringOptions) -> Concluded:
    """Estimates, tests and ranks of one table.

    Args:
        table: Numbers by dimension, clip and wording.
        facets: Over what intervals generalize.
        options: Seed and number of the draws behind the probabilities of ranks.
    """
    reckoned = reckon(table, facets)
    return Concluded(reckoned, analyse(table, facets), rank(reckoned, options.seed, options.draws))


def way_out(found: Concluded, shown: TableStyle) -> tuple[str, ...]:
    """What to do where one wording left no interval; nothing elsewhere."""
    if not found.reckoned.facets.wordings or ONE_WORDING not in found.reckoned.why:
        return ()
    return (
        shown.words("ask in more wordings, or score with --these-wordings for intervals over clips within this one"),
    )


def rows(found: Concluded, shown: TableStyle, answers: Mapping[str, int]) -> dict[str, Score]:
    """Every dimension with its score.

    Args:
        found: What the table says.
        shown: On which scale.
        answers: How many answers stand behind each dimension.

    Returns:
        Numbers that cannot be known are ``None``; the status is ``ok``, ``too few clips`` (a mean without interval) or
        ``no clips``, whatever the unit is called.
    """
    general = found.analysis.general.estimate.mean
    return {
        value: _row(value, finding, found, shown, (answers.get(value, 0), general))
        for value, finding in found.analysis.values.items()
    }


def _row(
    value: str, finding: ValueFinding, found: Concluded, shown: TableStyle, counted: tuple[int, float | None]
) -> Score:
    answers, general = counted
    own, centred = _worded(finding.log_odds.estimate, shown), _worded(finding.centred.estimate, shown)
    scales = {HEADLINE: centred, "log_odds": own} if shown.log_odds else {}
    rank = found.ranks.get(value)
    return Score(
        _worded(finding.points, shown) if shown.log_odds else clipped(own, shown.bounds),
        centred_points(centred, general) if shown.log_odds else centred,
        (rank.rank, rank.low, rank.high) if rank else None,
        finding.clips,
        answers,
        shown.words(finding.status) if finding.status in (NO_CLIPS, TOO_FEW) else "ok",
        scales,
        finding.centred.freedom,
        finding.centred.p,
        finding.centred.p_adjusted,
        finding.clusters,
        rank.chances if rank else (),
    )


def overall(found: Concluded, shown: TableStyle) -> Estimate:
    """Mean over what is measured: the level that centring takes away."""
    general = _worded(found.analysis.general.estimate, shown)
    return points(general) if shown.log_odds else clipped(general, shown.bounds)


def points(log_odds: Estimate) -> Estimate:
    """Log-odds as points of 100.

    Example:
        >>> points(Estimate(0.0)).mean
        50.0
    """
    mean, low, high = (_point(end) for end in (log_odds.mean, log_odds.low, log_odds.high))
    return Estimate(mean, low, high, log_odds.why)


def centred_points(centred: Estimate, general: float | None) -> Estimate:
    """Points of 100 above the general level.

    Args:
        centred: Centred log-odds.
        general: Log-odds of the general level.
    """
    level = _point(general)
    if general is None or level is None:
        return Estimate(None)
    ends = (None if end is None else _point(general + end) for end in (centred.mean, centred.low, centred.high))
    mean, low, high = (None if end is None else end - level for end in ends)
    return Estimate(mean, low, high, centred.why)


def clipped(estimate: Estimate, bounds: tuple[float, float]) -> Estimate:
    """The same within the ends of its scale."""
    if estimate.low is None or estimate.high is None:
        return estimate
    low, high = max(estimate.low, bounds[0]), min(estimate.high, bounds[1])
    return Estimate(estimate.mean, low, high, estimate.why, estimate.se, estimate.n)


def _point(log_odds: float | None) -> float | None:
    from scipy.special import expit

    return None if log_odds is None else float(100.0 * expit(log_odds))


def _worded(estimate: Estimate, shown: TableStyle) -> Estimate:
    """The same with its reason in words of the unit; what is not known needs none."""
    why = shown.words(estimate.why) if estimate.mean is not None else ""
    return Estimate(estimate.mean, estimate.low, estimate.high, why, estimate.se, estimate.n)
