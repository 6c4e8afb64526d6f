"""Sets of clips that are alike in everything measured but the value: the alternative to adjusting.

Every value is matched to one *template*, a small set of nuisance ratings drawn from all clips: each template point gets
one clip of each value, so that the sum of distances is least (optimal assignment; template matching of several groups:
Silber et al., Health Services Research 49 (2014) 1446). Then clips are exchanged for others of the same value as long
as that brings the mean of the value nearer to that of the template. Larger sets are taken before smaller ones, and the
first whose values lie nowhere further apart than the tolerance is kept; clips are thrown away for that, without a look
at answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.pictures.balance import imbalance, spread_within, standardised

_SHARES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
TOLERANCE = 0.25
"""Standard deviations between a value and the mean over values that are let pass."""
_TEMPLATES = 24
"""Templates that are tried for every size."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Which clips are left."""

    keep: Bools
    """Shape (values, clips)."""
    size: int
    """Clips of every value; 0 where none could be matched."""
    before: Floats
    """Imbalance of every value and nuisance, in standard deviations within values."""
    after: Floats

    @property
    def worst(self) -> float:
        """The largest distance that is left."""
        return float(np.nanmax(np.abs(self.after), initial=0.0))


def match(
    nuisances: Floats, there: Bools, generator: np.random.Generator, tolerance: float = TOLERANCE, least: int = 4
) -> Matched:
    """Choose clips.

    Args:
        nuisances: Shape (values, clips, nuisances).
        there: Which places have a clip with all ratings; values with fewer than ``least`` stay out.
        generator: Draws templates.
        tolerance: Largest distance between a value and the mean over values that is let pass, in standard deviations.
        least: Fewest clips of a value.

    Returns:
        The largest sets within the tolerance, or else the best balanced ones; none where fewer than two values have the
        clips, since there is nothing to be alike to.
    """
    whole = there & (there.sum(axis=1) >= least)[:, None]
    sd = spread_within(nuisances, whole)
    before = imbalance(nuisances, whole, sd)
    smallest = min((int(count) for count in whole.sum(axis=1) if count), default=0)
    x = standardised(nuisances, whole)
    best = Matched(np.zeros_like(there), 0, before, np.full_like(before, np.nan))
    if whole.any(axis=1).sum() < 2:
        return best
    for size in dict.fromkeys(max(round(share * smallest), least) for share in _SHARES):
        if size >= smallest:
            continue
        keep = _matched(x, whole, size, generator)
        found = Matched(keep, size, before, imbalance(nuisances, keep, sd))
        if not best.size or found.worst < best.worst:
            best = found
        if found.worst <= tolerance:
            return found
    return best


def _matched(x: Floats, there: Bools, size: int, generator: np.random.Generator) -> Bools:
    """The best of several templates: its clips lie nearest to it over all values."""
    from scipy.optimize import linear_sum_assignment

    values = np.flatnonzero(there.any(axis=1))
    places = [np.flatnonzero(there[value]) for value in values]
    clips = [x[value, place] for value, place in zip(values, places, strict=True)]
    everything = np.concatenate(clips)
    least, chosen, goal = np.inf, [np.zeros(0, dtype=np.int64) for _ in places], everything[0]
    for _ in range(_TEMPLATES):
        template = everything[generator.permutation(len(everything))[:size]]
        costs = [((template[:, None] - own[None]) ** 2).sum(axis=-1) for own in clips]
        pairs = [linear_sum_assignment(cost)[1] for cost in costs]
        total = sum(float(cost[np.arange(size), pair].sum()) for cost, pair in zip(costs, pairs, strict=True))
        if total < least:
            least, chosen, goal = total, pairs, template.mean(axis=0)
    keep = np.zeros_like(there)
    for value, place, own, members in zip(values, places, clips, chosen, strict=True):
        keep[value, place[_exchanged(own, members, goal)]] = True
    return keep


def _exchanged(clips: Floats, members: NDArray[np.int64], goal: Floats) -> NDArray[np.int64]:
    """Members of which some are exchanged for others, so that their mean lies as near to a goal as exchanges bring it.

    Args:
        clips: Of one value, shape (clips, nuisances).
        members: Places of those that are in.
        goal: Shape (nuisances,).
    """
    inside = np.isin(np.arange(len(clips)), members)
    for _ in range(len(clips)):
        out, come = np.flatnonzero(inside), np.flatnonzero(~inside)
        off = clips[inside].mean(axis=0) - goal
        moved = off + (clips[come][None] - clips[out][:, None]) / len(out)
        distance = (moved**2).sum(axis=-1)
        best = np.unravel_index(distance.argmin(), distance.shape)
        if distance[best] >= (off**2).sum() - 1e-12:
            break
        inside[out[best[0]]], inside[come[best[1]]] = False, True
    return np.flatnonzero(inside)
