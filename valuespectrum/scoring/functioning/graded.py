"""The same question put to a graded response model: does an item need parameters of its own in a group?

The value is a trait whose mean and spread may differ between groups; an item works differently where letting it have a
slope and cuts of its own in each group raises the likelihood (Thissen, Steinberg & Wainer 1993; Kim & Cohen 1998). What
respondents are matched by is then the trait itself and not a sum of answers with error. Items that the ordinal
logistic tests found are free in both models, so that they are no anchors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.inference import false_discoveries
from valuespectrum.scoring.functioning.cases import Cases, ordered_levels
from valuespectrum.scoring.functioning.items import UNSETTLED, ItemFunction, RatioTest
from valuespectrum.scoring.graded.fitting import FitOptions, FittedItems, fit
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

NO_ANCHOR = "all other items of its value are strange: nothing is left to match by"
_HOW = FitOptions(nodes=31, most=300, tolerance=1e-3)


@dataclass(frozen=True, slots=True)
class GradedFunction:
    """What groups do to one item, by the graded response model."""

    test: RatioTest | None
    """That it has one set of parameters in all groups; ``None`` where nothing was tested."""
    gaps: tuple[float, ...] = ()
    """How many levels higher its expected answer is in each further group than in the first, at one trait; the mean
    over that group."""
    why: str = ""

    def to_json(self) -> Json:
        """As a comparison keeps it."""
        told: Json = dict.fromkeys(("statistic", "df", "p", "q"))
        if self.test is not None:
            told = self.test.to_json()
        return told | {"gaps": list(self.gaps), "why": self.why}


def graded_functions(cases: Cases, items: Sequence[ItemFunction]) -> list[GradedFunction]:
    """Look at every item that could be tested.

    Args:
        cases: Answers of all groups.
        items: What the ordinal logistic tests say of each item.

    Returns:
        One for each item, in their order, with rates of false discoveries over all of them.
    """
    found = [GradedFunction(None, why=each.why) for each in items]
    for value in dict.fromkeys(cases.values):
        places = [int(at) for at in cases.of_value(value) if not items[at].why]
        if len(places) > 1:
            strange = [at for at in places if items[at].flags]
            for at, each in zip(places, _of_value(cases, places, strange), strict=True):
                found[at] = each
    p = np.array([each.test.p if each.test else np.nan for each in found])
    return [
        replace(each, test=replace(each.test, q=float(rate))) if each.test else each
        for each, rate in zip(found, false_discoveries(p), strict=True)
    ]


def _of_value(cases: Cases, places: Sequence[int], strange: Sequence[int]) -> list[GradedFunction]:
    """Compare the two models for every item of one value."""
    levels = _levels(cases, places)
    shares = np.stack([_shares(column, int(levels.max()) + 1) for column in levels.T], axis=1)
    return [
        _of_item(cases, shares, [at in strange and at != place for at in places], column)
        for column, place in enumerate(places)
    ]


def _of_item(cases: Cases, shares: Floats, free: Sequence[bool], item: int) -> GradedFunction:
    """Compare the two models for one item.

    Args:
        cases: Answers of all groups.
        shares: Levels as shares, shape (cases, items, levels).
        free: Which other items have parameters of their own in each group.
        item: Which.
    """
    if sum(free) == len(free) - 1:
        return GradedFunction(None, why=NO_ANCHOR)
    try:
        narrow, wide = (_fitted(shares, cases, [*free[:item], own, *free[item + 1 :]]) for own in (False, True))
    except InputError as error:  # answers without any noise have no slope
        return GradedFunction(None, why=error.message)
    if not (wide.fitted.converged and narrow.fitted.converged):
        return GradedFunction(None, why=UNSETTLED)
    freedom = (len(cases.groups) - 1) * int(shares[:, item].any(axis=0).sum())
    statistic = max(2.0 * (wide.fitted.log_likelihood - narrow.fitted.log_likelihood), 0.0)
    return GradedFunction(RatioTest.of(statistic, freedom), wide.gaps(item))


@dataclass(frozen=True, slots=True)
class _Split:
    """A fit in which some items are as many as there are groups."""

    fitted: FittedItems
    columns: tuple[tuple[int, ...], ...]
    """Of each item, the column of every group; one for all where it is not free."""

    def gaps(self, item: int) -> tuple[float, ...]:
        """Differences of the expected answer, averaged over the trait in each further group."""
        told = []
        for group, column in enumerate(self.columns[item][1:], start=1):
            theta, weights = self.fitted.populations[group].quadrature()
            both = self.fitted.items.only([self.columns[item][0], column]).expected(theta)
            told.append(float(np.exp(weights) @ (both[:, 1] - both[:, 0])))
        return tuple(told)


def _fitted(shares: Floats, cases: Cases, free: Sequence[bool]) -> _Split:
    """Fit with the free items split by group."""
    groups = len(cases.groups)
    parts: list[Floats] = []
    columns: list[tuple[int, ...]] = []
    for item, is_free in enumerate(free):
        here = len(parts)
        columns.append(tuple(range(here, here + groups)) if is_free else (here,))
        own = shares[:, item]
        parts += [own * (cases.group == group)[:, None] for group in range(groups)] if is_free else [own]
    return _Split(fit(np.stack(parts, axis=1), _HOW, cases.group), tuple(columns))


def _levels(cases: Cases, places: Sequence[int]) -> np.ndarray:
    """Levels of every item, shape (cases, items); -1 for what was not answered."""
    levels = np.full((len(cases.group), len(places)), -1, dtype=np.int64)
    for column, place in enumerate(places):
        there = cases.answered(place)
        levels[there, column] = ordered_levels(cases.scores[there, place])
    return levels


def _shares(levels: np.ndarray, categories: int) -> Floats:
    return np.asarray((levels[:, None] == np.arange(categories)).astype(np.float64))
