"""What answers depend on beside liking: leans, order and wordings, estimated together with liking."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.scoring.answered.sets import AnsweredSets, set_table
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.analysis import analyse
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.findings import NO_SPREAD
from valuespectrum.scoring.guards.known import mean_over
from valuespectrum.scoring.profile import number
from valuespectrum.scoring.readouts.evidence import FIRST, POLARITY
from valuespectrum.scoring.recovery import spearman
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    from valuespectrum.scoring.facets.tables import SetTable
    from valuespectrum.theory.value_sets import ValueSet

_POINTS = {"yes_lean_points": np.full(4, 25.0), "order_gap_points": 25.0 * FIRST}
"""What each cell's distance from one half weighs."""


def lean_terms(sets: AnsweredSets, value_set: ValueSet, level: float) -> dict[str, Estimate]:
    """Leans of one respondent.

    ``yes_lean`` and ``order_gap`` are log-odds, estimated together with liking (``readouts``), means over the wordings
    asked; their standard error is the mean of those of the wordings, which is what it would be if these erred alike,
    so intervals are rather too wide (Student's t over the sets of log-probabilities). The others are percentage points,
    means over complete sets; their intervals are over clips (or search words) in the wordings asked.

    Args:
        sets: What was answered.
        value_set: Dimensions in order.
        level: Coverage aimed at.
    """
    effects, freedom = sets.liking.effects, _freedom(sets)
    told = {
        "yes_lean": _over_wordings(effects.lean[0], effects.lean_se[0], level, freedom),
        "order_gap": _over_wordings(effects.order[0], effects.order_se[0], level, freedom),
    }
    off = _shares(sets) - 0.5
    facets = Facets(level, wordings=False, least_clips=1)
    for name, weights in _POINTS.items():
        table = set_table(sets.cells, off @ weights, value_set, sets.found_by)
        told[name] = _mean_of(table, facets) if table else Estimate(None)
    # Liking by questions for minus liking by questions against: whether negation is understood it cannot show.
    return told | {"polarity_gap": told["yes_lean_points"].moved(2.0)}


def share_table(sets: AnsweredSets, value_set: ValueSet) -> SetTable | None:
    """Share of liking answers of every set in points of 100: the order of values where there is no number for it.

    Sets that were asked in one polarity only are left out, since a lean is all in them.
    """
    shares = _shares(sets)
    parts = [mean_over(shares[..., sign == POLARITY], 3) for sign in (1.0, -1.0)]
    return set_table(sets.cells, 100.0 * (0.5 + (parts[0] - parts[1]) / 2), value_set, sets.found_by)


def wording_terms(sets: AnsweredSets, table: SetTable | None, level: float) -> Json:
    """Whether another wording of the question would have given the same profile.

    Args:
        sets: What was answered.
        table: Its log-odds, or shares in their place, by value, clip and wording; ``None`` where there are none.
        level: Coverage aimed at.

    Returns:
        ``liking`` (wording to mean liking over values, 0 to 100), ``effects`` (wording to how much more it makes like
        than the mean wording, in log-odds, with an interval over values) and ``spearman`` (mean rank correlation
        between the profiles of two wordings, as ipsative stability in Kovac et al. 2024; ``None`` below two wordings or
        three shared values).
    """
    from scipy.special import expit

    if table is None:
        return {"liking": {}, "effects": {}, "spearman": None}
    profiles = mean_over(table.log_odds, 1)
    means = mean_over(profiles, 0)
    shown = 100.0 * expit(means) if table is sets.table else means
    return {
        "liking": {name: number(mean) for name, mean in zip(table.wordings, shown, strict=True)},
        "effects": {name: each.to_json() for name, each in _effects(sets, level).items()},
        "spearman": _agreement(profiles, table.values),
    }


def yes_by_polarity(sets: AnsweredSets) -> Json:
    """Mean answer to positive and to negative questions about every value: what tells leans of models from liking.

    Returns:
        ``positive`` and ``negative`` (value to mean log-odds, or share, of the word yes), and ``variance``, the mean
        sampling variance of one of these numbers over clips.
    """
    cells = sets.cells.share()[0]
    found: Json = {}
    variances = []
    for name, sign in (("positive", 1.0), ("negative", -1.0)):
        clips = mean_over(mean_over(cells[..., sign == POLARITY], 3), 2)
        count = (~np.isnan(clips)).sum(axis=1)
        means = mean_over(clips, 1)
        square = np.nansum((clips - means[:, None]) ** 2, axis=1)
        variances.append(np.divide(square, count * (count - 1), out=np.full(len(count), np.nan), where=count > 1))
        found[name] = {value: number(mean) for value, mean in zip(sets.cells.values, means, strict=True)}
    known = np.concatenate(variances)
    return found | {"variance": number(float(mean_over(known, 0)))}


def _shares(sets: AnsweredSets) -> Floats:
    """Share or probability of the word yes, shape (values, clips, wordings, cells); NaN where nothing was said."""
    from scipy.special import expit

    share = sets.cells.share()[0]
    return np.asarray(expit(share)) if sets.kind == "log_probability" else share


def _mean_of(table: SetTable, facets: Facets) -> Estimate:
    """Mean over the values that were asked about; of one alone it is the number of that one."""
    found = analyse(table, facets)
    told = [row for row in found.values.values() if row.clips]
    return told[0].log_odds.estimate if len(told) == 1 else found.general.estimate


def _freedom(sets: AnsweredSets) -> float | None:
    """Degrees of freedom of the spread of leans over sets; nobody knows them of counts and texts."""
    if sets.kind != "log_probability":
        return None
    complete = (sets.cells.said[0] > 0).all(axis=-1).sum(axis=(0, 1))
    told = ~np.isnan(sets.liking.effects.lean[0])
    return float((complete[told] - 1).sum())


def _over_wordings(leans: Floats, errors: Floats, level: float, freedom: float | None) -> Estimate:
    from scipy.special import ndtri, stdtrit

    mean = number(float(mean_over(leans, 0)))
    error = float(mean_over(np.where(np.isnan(leans), np.nan, errors), 0))
    if mean is None or not error > 1e-9:
        return Estimate(mean, why="" if mean is None else NO_SPREAD)
    end = (1.0 + level) / 2.0
    half = float(ndtri(end) if freedom is None else stdtrit(freedom, end)) * error
    return Estimate(mean, mean - half, mean + half, se=error)


def _effects(sets: AnsweredSets, level: float) -> dict[str, Estimate]:
    """Of wordings, with intervals over values."""
    from scipy.special import stdtrit

    means, errors = (each[0] for each in sets.liking.effects.wording_effects())
    values = int((~np.isnan(sets.liking.effects.theta[0]).all(axis=(1, 2))).sum())
    half = stdtrit(max(values - 1.0, 1.0), (1.0 + level) / 2.0) * errors
    found = {}
    for name, mean, wide, error in zip(sets.cells.wordings, means, half, errors, strict=True):
        if np.isnan(mean):
            found[name] = Estimate(None)
        elif error > 1e-9:
            found[name] = Estimate(float(mean), float(mean - wide), float(mean + wide), se=float(error))
        else:
            found[name] = Estimate(float(mean), why=NO_SPREAD)
    return found


def _agreement(profiles: Floats, values: tuple[str, ...]) -> float | None:
    agreed = []
    for first, second in combinations(range(profiles.shape[1]), 2):
        shared = np.flatnonzero(~np.isnan(profiles[:, [first, second]]).any(axis=1))
        one, other = ({values[v]: float(profiles[v, w]) for v in shared} for w in (first, second))
        agreed.append(spearman(one, other))
    known = [each for each in agreed if each is not None]
    return float(np.mean(known)) if known else None
