"""The human side of Value Portrait: tags from the ratings of people, and how many of them chance would give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan

import numpy as np

from valuespectrum.instruments.value_portrait.clone import Clone
from valuespectrum.instruments.value_portrait.rules import FAMILIES, published_rules
from valuespectrum.instruments.value_portrait.tagging import (
    RatedResponse,
    in_several_groups,
    other_score,
    p_values,
    rank_correlations,
)
from valuespectrum.reproduction.rows import ComparedNumber
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.errors import InputError

SAME = 1e-6
"""Largest difference of two correlations that count as the same."""
_LEVEL = 0.05
_DIMENSIONS = tuple(name for family in FAMILIES.values() for name in family.dimensions)
Correlations = Mapping[str, Mapping[str, float]]
"""Response to dimension to correlation."""


def people_rows(clone: Clone, tags: Mapping[str, int]) -> Iterator[ComparedNumber]:
    """Correlations of ratings with the raters' scores, and the tags that follow, beside the published ones.

    Args:
        clone: With ratings and profiles of people.
        tags: Set of dimensions to the published number of tags.

    Raises:
        InputError: The ratings read backwards.
    """
    published = {response: each.correlations for response, each in clone.responses.items()}
    ours = {
        rated.response: rank_correlations(rated, clone.profiles, _DIMENSIONS)
        for group in clone.groups
        for rated in group
    }
    _refuse_backwards(ours, published, clone)
    yield _stored_twice(clone)
    shared = in_several_groups(clone.groups)
    mended: dict[str, Mapping[str, float]] = dict(ours)
    for number, group in enumerate(clone.groups, start=1):
        found = _RatedGroup(number, group, ours, published)
        yield from _group_rows(found, clone)
        if found.wrong:
            for rater in (rater for rater, groups in shared.items() if number in groups):
                mended |= _with_other_profile(found, rater, clone)
        yield from _difference_rows(found, mended, shared)
    yield _agreeing("correlations with the ten that agree", ours, published, shared)
    yield _agreeing("the same, each rater with a profile that fits the group", mended, published, {})
    yield from _tags_again(mended, tags)
    yield from _by_chance(clone)


def _refuse_backwards(ours: Correlations, published: Correlations, clone: Clone) -> None:
    pairs = [(ours[each][value], published[each][value]) for each in published for value in TEN.dimensions]
    known = np.array([pair for pair in pairs if not isnan(pair[0])])
    if len(known) < 3 or np.corrcoef(known.T)[0, 1] < 0:
        raise InputError(
            f"the ratings in {clone.root} read backwards, or are of other people: their correlations are those "
            "published with the sign turned",
            "6 is very much like me in the file that is meant",
        )


def _stored_twice(clone: Clone) -> ComparedNumber:
    """The repository keeps the correlations with the ten values in two files."""
    apart = max(
        abs(rho - clone.responses[key].correlations[value]) for (key, value), (rho, _) in clone.correlations.items()
    )
    return ComparedNumber("largest difference of the correlations that are stored twice", apart, 0.0, 0.0)


@dataclass(frozen=True)
class _RatedGroup:
    """People who rated the same responses."""

    number: int
    rated: Sequence[RatedResponse]
    ours: Correlations
    published: Correlations

    @cached_property
    def wrong(self) -> tuple[str, ...]:
        """Dimensions of which a correlation differs."""
        return tuple(
            name
            for name in _DIMENSIONS
            if not all(
                _same(self.ours[each.response][name], self.published[each.response][name]) for each in self.rated
            )
        )

    def largest(self, found: Correlations) -> float | None:
        """Largest difference to what was published; ``None`` where a correlation is none, since all raters agree."""
        apart = [
            abs(found[each.response][name] - self.published[each.response][name])
            for each in self.rated
            for name in _DIMENSIONS
        ]
        return None if any(map(isnan, apart)) else max(apart)


def _group_rows(group: _RatedGroup, clone: Clone) -> Iterator[ComparedNumber]:
    apart = [
        float(p_values(np.array([group.published[each.response][value]]), len(each.raters))[0])
        - clone.correlations[each.response, value][1]
        for each in group.rated
        for value in TEN.dimensions
    ]
    largest = max(map(abs, apart))
    yield ComparedNumber(f"group {group.number}, largest difference of p", largest, 0.0, SAME)


def _with_other_profile(group: _RatedGroup, rater: str, clone: Clone) -> Correlations:
    """Correlations of a group were the doubtful scores of a rater those that fit best."""
    places = {}
    for name in group.wrong:
        wanted = {each.response: group.published[each.response][name] for each in group.rated}
        places[name], _ = other_score(rater, group.rated, clone.profiles, name, wanted)
    profiles = {**clone.profiles, rater: {**clone.profiles[rater], **places}}
    return {each.response: rank_correlations(each, profiles, _DIMENSIONS) for each in group.rated}


def _difference_rows(
    group: _RatedGroup, mended: Correlations, shared: Mapping[str, tuple[int, ...]]
) -> Iterator[ComparedNumber]:
    doubtful = {rater: groups for rater, groups in shared.items() if group.number in groups} if group.wrong else {}
    why = f"{_named(doubtful)} with one stored profile: see the next row" if doubtful else ""
    name = f"group {group.number}, largest difference of correlations"
    yield ComparedNumber(name, group.largest(group.ours), 0.0, SAME, why)
    if doubtful:
        note = (
            f"one place among the others' scores on each of {len(group.wrong)} dimensions gives all correlations with "
            f"the {len(group.rated)} responses: the profile that is stored is another person's"
        )
        name = f"group {group.number}, were the profile of {', '.join(doubtful)} another"
        yield ComparedNumber(name, group.largest(mended), 0.0, SAME, "", note)


def _agreeing(
    name: str, found: Correlations, published: Correlations, shared: Mapping[str, tuple[int, ...]]
) -> ComparedNumber:
    same = [_same(found[each][value], published[each][value]) for each in published for value in TEN.dimensions]
    why = "" if all(same) or not shared else f"{_named(shared)}: one profile stands for two people"
    return ComparedNumber(name, float(sum(same)), float(len(same)), 0.0, why)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= SAME


def _named(shared: Mapping[str, tuple[int, ...]]) -> str:
    return "; ".join(
        f"rater {rater} stands in groups {' and '.join(map(str, groups))}" for rater, groups in shared.items()
    )


def _tags_again(found: Correlations, tags: Mapping[str, int]) -> Iterator[ComparedNumber]:
    for family in FAMILIES.values():
        count = sum(told[name] > published_rules().threshold for told in found.values() for name in family.dimensions)
        yield ComparedNumber(f"tags by our own correlations, {family.title}", float(count), tags[family.name], 0.0)


def _by_chance(clone: Clone) -> Iterator[ComparedNumber]:
    """What of the tags no more than chance would give: 5,200 pairs were tested, none of them with others in mind."""
    rated = [each for group in clone.groups for each in group]
    cut = np.array([published_rules().threshold])
    alone = sum(float(p_values(cut, len(each.raters))[0]) / 2 * len(TEN) for each in rated)
    note = "expected above .30 were no response about any value: what stands behind a part of the tags"
    yield ComparedNumber("tags of the ten by chance alone", alone, note=note)
    p = np.sort([p for _, p in clone.correlations.values()])
    below = np.nonzero(p <= _LEVEL * np.arange(1, len(p) + 1) / len(p))[0]
    kept = p[below[-1]] if len(below) else 0.0
    sure = sum(rho > published_rules().threshold and p <= kept for rho, p in clone.correlations.values())
    yield ComparedNumber(
        "tags of the ten that stand at a false discovery rate of 5 %",
        float(sure),
        note="Benjamini and Hochberg, over all pairs",
    )
