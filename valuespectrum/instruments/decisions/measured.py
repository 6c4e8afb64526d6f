"""From decisions to six weights with intervals over scenes, and how far what is done follows what is said.

An act's utility is ``sum_v weight_v rating_v + lean * (listed first)``, and what comes first is drawn by the logit of
utilities (McFadden 1974); what comes next likewise of the rest (Plackett 1975; Luce 1959). Weights are log-odds for one
whole rating; those of probabilities are told by their logarithms, since there is more to acts than ratings, and likely
acts count more, since logarithms of small probabilities are mostly noise. They are those of decisions for oneself.
Decisions for somebody whose wishes are told have a weight more, ``follows``, of ``sum_v (2 wish_v - 1) rating_v``,
beside which the own weights count by a share that is fitted, too. Ratings are those that were planted or given with the
scenes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.decisions.choosing.blending import Floats
from valuespectrum.instruments.decisions.choosing.orders import (
    Order,
    average_overlap,
    chance_first,
    chance_overlap,
    same_first,
)
from valuespectrum.instruments.decisions.network.deciding import Decider, RatedScene
from valuespectrum.instruments.decisions.reading import VALUES, DecidedOnce, DecisionAnswers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.logit import Counting, fitted_weights, inverted_weights
from valuespectrum.scoring.estimate import Estimate, Score
from valuespectrum.scoring.guards.finding import Finding, told
from valuespectrum.scoring.jackknife import left_out_interval
from vectorstore.foundation.text import percent

_RUNAWAY = 15.0
"""Weights that are larger say that choices are never mixed, and not how large they are."""
LEAST_P = 0.05
_MOST_LISTED = 0.9
_WHY = ("too few scenes", "it hangs on one scene")
_ALIKE, _TOLD = 1e-9, 1e-6
"""Of what ratings vary by: the share that is rounding, and how far from 1 that of a weight may be that they tell."""


@dataclass(frozen=True, slots=True)
class RevealedWeights:
    """Weights behind decisions, of all scenes and without each."""

    whole: Floats
    """Shape (8,): the six, the lean to what is listed first, and ``follows``; NaN for what nothing was asked about, or
    what ratings that go together do not tell apart."""
    left_out: Floats
    """Shape (scenes, 8)."""
    why: str = ""
    """Why they say nothing."""

    def estimate(self, number: Callable[[Floats], float], level: float) -> Estimate:
        """A number of the weights with its interval over scenes."""
        whole = number(self.whole)
        if self.why or np.isnan(whole):
            return Estimate(None, why=self.why or "nothing that was asked tells it")
        return left_out_interval(whole, [number(each) for each in self.left_out], level, _WHY)


def revealed_weights(found: DecisionAnswers, options: ScoringOptions, counting: Counting = "likely") -> RevealedWeights:
    """Fit the weights, unless answers do not tell any.

    Args:
        found: Answers.
        options: ``minimum_clips`` is the fewest scenes that have an interval.
        counting: How options count whose probabilities are known.
    """
    nothing, none = np.full(len(VALUES) + 2, np.nan), np.zeros((0, len(VALUES) + 2))
    if found.kind == "greedy_text":
        why = "single texts say what was chosen, not how nearly: draw several (--samples)"
        return RevealedWeights(nothing, none, why)
    if not any(not len(each.wishes) for each in found.decided):
        return RevealedWeights(nothing, none, "no answers")
    described, shares = _design(found.decided)
    told = found.kind == "log_probability"
    other = np.array([len(each.wishes) > 0 for each in found.decided])
    known = np.append(~np.isclose(np.nan_to_num(described[~other][..., :-1]), 0.0).all(axis=(0, 1)), False)

    def solved(some: Floats, rows: np.ndarray, start: Floats | None = None) -> Floats:
        if told:
            return inverted_weights(some, shares[rows], counting, start)
        return fitted_weights(some, shares[rows], start)

    def fit(rows: np.ndarray, start: Floats | None) -> Floats:
        weights = nothing.copy()
        own, others = rows & ~other, rows & other
        if not own.any():
            return weights
        weights[known] = solved(described[own][..., known], own, start)
        untold = np.append(~_told_apart(described[own][..., :-1]), False)
        if others.any():
            acts, lean, follows = np.split(described[others], [len(VALUES), len(VALUES) + 1], axis=-1)
            kept = np.where(np.isnan(lean), np.nan, np.nan_to_num(acts) @ np.nan_to_num(weights[: len(VALUES), None]))
            weights[-1] = solved(np.concatenate([kept, lean, follows], axis=-1), others)[-1]
        return np.where(untold, np.nan, weights)

    whole = fit(np.ones(len(described), bool), None)
    if np.abs(np.nan_to_num(whole)).max() > _RUNAWAY:
        return RevealedWeights(
            nothing, none, "choices are never mixed, so weights have no size: draw several (--samples)"
        )
    scenes = np.array([each.scene for each in found.decided])
    names = np.unique(scenes)
    enough, start = len(names) >= options.minimum_clips, np.nan_to_num(whole[known])
    left_out = [fit(scenes != name, start) for name in names] if enough else []
    return RevealedWeights(whole, np.array(left_out).reshape(-1, len(nothing)))


def _design(decided: Sequence[DecidedOnce]) -> tuple[Floats, Floats]:
    """What tells acts apart, shape (answers, acts, 8) with NaN for acts that are gone, and their shares."""
    most = max(len(each.left) for each in decided)
    described = np.full((len(decided), most, len(VALUES) + 2), np.nan)
    shares = np.zeros((len(decided), most))
    for row, each in enumerate(decided):
        here, acts = len(each.left), each.ratings[1][list(each.left)]
        other = len(each.wishes) > 0
        described[row, :here, : len(VALUES)] = acts
        described[row, :here, len(VALUES)] = [float(act == each.leads) for act in each.left]
        described[row, :here, len(VALUES) + 1] = acts @ (2 * each.wishes - 1) if other else 0.0
        shares[row, :here] = each.shares
    return described, shares


def _told_apart(described: Floats) -> NDArray[np.bool_]:
    """Which weights what was asked tells: those that no other weights can stand for, shape (weights,).

    Where acts of a scene do not differ in a value, or differ in two values alike, any weights would do as well; least
    squares and the prior take the smallest, which is no finding.
    """
    there = ~np.isnan(described[..., :1])
    acts = np.where(there, described, 0.0)
    apart = np.where(there, acts - acts.sum(axis=1, keepdims=True) / there.sum(axis=1, keepdims=True), 0.0)
    held = np.einsum("aoi,aoj->ij", apart, apart)
    return np.asarray(np.diag(np.linalg.pinv(held, rcond=_ALIKE, hermitian=True) @ held) > 1.0 - _TOLD)


def value_scores(weights: RevealedWeights, found: DecisionAnswers, level: float) -> dict[str, Score]:
    """The six, with what they are above or below their mean."""
    own = [each for each in found.decided if not len(each.wishes)]
    scores = {}
    for place, value in enumerate(VALUES):
        touched = [each for each in own if np.ptp(each.ratings[1][list(each.left), place]) > 0]
        estimate = weights.estimate(lambda each, place=place: float(each[place]), level)  # type: ignore[misc]
        centred = weights.estimate(lambda each, place=place: float(each[place] - each[: len(VALUES)].mean()), level)  # type: ignore[misc]
        status = "ok" if estimate.mean is not None else estimate.why
        scores[value] = Score(estimate, centred, None, len({each.scene for each in touched}), len(touched), status)
    return scores


@dataclass(frozen=True, slots=True)
class Followed:
    """How far orders follow stated wishes, by scene."""

    numbers: Mapping[str, Mapping[str, float]]
    """Name of a number to scene to its mean over the orders of the scene."""

    def estimates(self, options: ScoringOptions) -> dict[str, Estimate]:
        """Means over scenes, with intervals over them."""
        found = {}
        for name, by_scene in self.numbers.items():
            rows = np.array(list(by_scene.values()))
            enough = len(rows) >= options.minimum_clips
            left_out = [float(np.delete(rows, place).mean()) for place in range(len(rows))] if enough else []
            found[name] = left_out_interval(float(rows.mean()) if len(rows) else np.nan, left_out, options.level, _WHY)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class ListedOrder:
    """An order of acts with the list that it was made of."""

    unit: str
    """Scene or clip."""
    listed: Order
    order: Order
    rated: RatedScene | None
    """``None`` where nobody rated it."""


def listed_orders(found: DecisionAnswers) -> list[ListedOrder]:
    """Whole orders of scenes, for oneself."""
    known = {(each.scene, each.arrangement): each for each in found.decided}
    return [
        ListedOrder(key[0], known[key].listed, order, RatedScene(*known[key].ratings))
        for key, order in found.orders().items()
    ]


def agreement_numbers(
    orders: Sequence[ListedOrder], stated: Mapping[str, float], decider: Decider
) -> dict[str, dict[str, float]]:
    """Orders beside those that follow from stated wishes by the decision rule, and beside what needs no values.

    Args:
        orders: Those of a unit follow each other as they were asked.
        stated: Value to how strong the wish is said to be; all six, or nothing follows from them.
        decider: The rule.

    Returns:
        Name to unit to mean: ``stated_os_sim, stated_first_acc`` (the rule from stated wishes) and
        ``stated_os_sim_above_chance``, ``chance_...``, ``printed_...`` (acts as they were listed), and
        ``steady_os_sim`` (a list of one unit and the same turned round, one after the other).
    """
    numbers: dict[str, dict[str, list[float]]] = {}

    def add(name: str, unit: str, number: float) -> None:
        numbers.setdefault(name, {}).setdefault(unit, []).append(number)

    wishes = np.array([stated[value] for value in VALUES]) if len(stated) == len(VALUES) else None
    by_unit: dict[str, list[ListedOrder]] = {}
    for each in orders:
        by_unit.setdefault(each.unit, []).append(each)
        ways, count = {"printed": each.listed}, len(each.order)
        add("chance_os_sim", each.unit, chance_overlap(count))
        add("chance_first_acc", each.unit, chance_first(count))
        if wishes is not None and each.rated is not None:
            ways["stated"] = decider.order(each.rated, wishes)
            above = average_overlap(ways["stated"], each.order) - chance_overlap(count)
            add("stated_os_sim_above_chance", each.unit, above)
        for name, other in ways.items():
            add(f"{name}_os_sim", each.unit, average_overlap(other, each.order))
            add(f"{name}_first_acc", each.unit, float(same_first(other, each.order)))
    for unit, several in by_unit.items():
        for before, after in pairwise(several):
            if after.listed == before.listed[::-1]:
                add("steady_os_sim", unit, average_overlap(before.order, after.order))
    return {name: {unit: float(np.mean(each)) for unit, each in units.items()} for name, units in numbers.items()}


def follows_values(weights: RevealedWeights) -> Finding:
    """Guard: whether any of the six weights differs from none, by Hotelling's test over scenes.

    Values that ratings of acts do not tell have no weight and no part in it.
    """
    from scipy.special import fdtrc

    asked = ~np.isnan(weights.whole[: len(VALUES)])
    size, count = int(asked.sum()), len(weights.left_out)
    rows = weights.left_out[:, : len(VALUES)][:, asked]
    if weights.why or not size or count <= size + 1 or np.isnan(rows).any():
        few = "too few scenes to tell whether decisions follow the six values at all"
        why = weights.why or (few if size else "what acts are rated for tells none of the six values")
        return Finding("follows_values", "unknown", None, LEAST_P, f"{why[:1].upper()}{why[1:]}.")
    spread = (count - 1) / count * (rows - rows.mean(axis=0)).T @ (rows - rows.mean(axis=0))
    mean = weights.whole[: len(VALUES)][asked]
    statistic = float(mean @ np.linalg.pinv(spread, hermitian=True) @ mean)
    p = float(fdtrc(size, count - size, statistic * (count - size) / (size * (count - 1))))
    words = (
        "Decisions follow what acts are rated for the six values.",
        "Decisions are not shown to follow what acts are rated for the six values: the weights may mean nothing.",
    )
    return told("follows_values", p >= LEAST_P, p, LEAST_P, words)


def takes_first_listed(found: DecisionAnswers) -> Finding:
    """Guard: whether what comes first is not simply what is listed first, as in one published baseline.

    Of all scenes that were decided, also where an order broke off, or nothing but the first was asked for.
    """
    taken: dict[str, list[float]] = {}
    for each in found.decided:
        if not len(each.wishes) and len(each.left) == len(each.ratings[1]):
            taken.setdefault(each.scene, []).append(float(each.first == each.leads))
    if not taken:
        return Finding("takes_first_listed", "unknown", None, _MOST_LISTED, "No scene was decided.")
    share = float(np.mean([np.mean(orders) for orders in taken.values()]))
    words = (
        "What is listed first is not simply taken first.",
        f"What is listed first is taken first in {percent(share, '')} of all orders: they may say nothing of values.",
    )
    return told("takes_first_listed", share >= _MOST_LISTED, share, _MOST_LISTED, words)
