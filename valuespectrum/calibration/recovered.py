"""What scoring makes of the answers of many respondents whose values are known, set beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from valuespectrum.scoring.facets.clusters import Clusters, Integers
from valuespectrum.scoring.facets.inference import centring, errors, holm, omnibus, tested
from valuespectrum.scoring.facets.moments import across_values, within_values
from valuespectrum.scoring.guards.known import mean_over
from valuespectrum.scoring.readouts.evidence import Cells, Floats
from valuespectrum.scoring.readouts.liking import Liking, estimate_liking


@dataclass(frozen=True, slots=True)
class Recovered:
    """Arrays over respondents and values; NaN for what is not told."""

    order: Floats
    """Whatever puts values in order."""
    log_odds: Floats
    points: Floats
    """Liking, 0 to 100."""
    inside: Floats
    """1 where the planted value lies in the interval that is given, else 0."""
    omnibus: Floats
    """1 where values were found to differ, shape (respondents,)."""
    family: Floats
    """1 where any value stood out, adjusted for all and after the omnibus test, shape (respondents,)."""

    def part(self, chosen: slice) -> Recovered:
        """Some of the respondents."""
        return Recovered(*(getattr(self, each.name)[chosen] for each in fields(self)))

    @classmethod
    def stacked(cls, parts: Sequence[Recovered]) -> Recovered:
        """The same of several corpora, with an axis for them in front."""
        return cls(*(np.stack([getattr(part, each.name) for part in parts]) for each in fields(cls)))


def recovered(cells: Cells, clusters: Integers, truth: Floats, level: float) -> Recovered:
    """Score the answers of the like battery as a run does.

    Args:
        cells: Answers, in one readout.
        clusters: Search word of every clip, shape (values, clips).
        truth: Planted log-odds of liking, shape (respondents, values).
        level: Coverage aimed at.
    """
    from scipy.special import expit

    liking = estimate_liking(cells)
    told = ~np.isnan(liking.effects.theta).all(axis=(1, 2, 3))
    found = _nothing(truth.shape)
    found.order[:] = _ordered(liking)
    if not told.any():
        return found
    within = within_values(liking.effects.theta[told], Clusters.of(clusters))
    chosen = ~np.isnan(within.means)
    across = across_values(within, chosen)
    known = errors(within, across, chosen)
    centred = tested(across.means, centring(chosen), known)
    goal = np.where(chosen, truth[told], np.nan)
    off = np.abs(centred.estimate - (goal - mean_over(goal, 1)[:, None]))
    differ, single = omnibus(across.means, known).p, holm(centred.p)
    found.log_odds[told] = np.where(chosen, across.means, np.nan)
    found.points[told] = 100.0 * expit(found.log_odds[told])
    found.inside[told] = np.where(chosen, off <= centred.half_width(level), np.nan)
    found.omnibus[told] = differ < 1.0 - level
    found.family[told] = (np.maximum(single, differ[:, None]) < 1.0 - level).any(axis=1)
    return found


def recovered_as_published(cells: Cells, truth: Floats, level: float) -> Recovered:
    """The same by the published rule: 100 times the share of yes, with the exact interval of that share.

    Args:
        cells: Answers to one question in one form.
        truth: As for :func:`recovered`.
        level: Coverage aimed at; of log-probabilities and draws nothing was published, so they have no interval.
    """
    from scipy.special import betaincinv, expit

    share = cells.share()
    clips = mean_over(np.where(cells.kind == "log_probability", expit(share), share).reshape(*truth.shape, -1), 2)
    found = _nothing(truth.shape)
    found.order[:], found.points[:] = clips, 100.0 * clips
    if cells.kind in ("log_probability", "samples"):
        return found
    said, yes = (each.sum(axis=(2, 3, 4)) for each in (cells.said, cells.yes))
    tail = (1.0 - level) / 2.0
    low = np.where(yes > 0, betaincinv(np.maximum(yes, 1.0), said - yes + 1.0, tail), 0.0)
    high = np.where(yes < said, betaincinv(yes + 1.0, np.maximum(said - yes, 1.0), 1.0 - tail), 1.0)
    found.inside[:] = np.where(said > 0, (low <= expit(truth)) & (expit(truth) <= high), np.nan)
    return found


def _nothing(shape: tuple[int, ...]) -> Recovered:
    each, whole = (np.full((count, *axes), np.nan) for count, axes in ((4, shape), (2, shape[:1])))
    return Recovered(each[0], each[1], each[2], each[3], whole[0], whole[1])


def _ordered(liking: Liking) -> Floats:
    """What puts values in order: log-odds, or the shares of single most likely texts that tell nothing more."""
    if liking.kind != "greedy_text":
        return liking.effects.profile()
    told = np.array([one.values & (one.status != "not identifiable") for one in liking.told])
    return np.where(told, liking.shares, np.nan)
