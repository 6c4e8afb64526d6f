"""What a published table of change frequencies tells of a graph that was not published with it.

A graph gives each value a set of values that follow from it; the table tells the mean change frequency inside and
outside of that set, for two ways of steering. All sets that give these numbers exactly are found, and of them those
that fit together: what follows from something that follows, follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.steering.graph.value_table import Floats
from vectorstore.foundation.errors import InputError

SAME = 1e-9
"""Largest difference of two frequencies that count as the same number."""
MOST_FAMILIES = 10_000
_MOST_VALUES = 20
_MOST_SETS = 20_000
_BLOCK = 2**16


@dataclass(frozen=True, slots=True, eq=False)
class Steered:
    """One way of steering."""

    frequencies: Floats
    """(values, values) how often the second changed among the rows in which the first did; NaN where it never did."""
    expected: Floats
    """(values,) published mean inside of each value's set; NaN for an empty one."""
    unexpected: Floats
    """The same outside."""


@dataclass(frozen=True, slots=True)
class FittingSets:
    """What the table tells."""

    families: tuple[Mapping[int, frozenset[int]], ...]
    """Value to what follows from it, in every way that gives the published numbers."""
    more: bool
    """Whether there are more of them than were looked for."""

    @property
    def sure(self) -> int:
        """Values whose set is the same in all of them."""
        return (
            0
            if not self.families
            else sum(len({family[value] for family in self.families}) == 1 for value in self.families[0])
        )


def fitting_sets(ways: Sequence[Steered]) -> FittingSets:
    """Find every graph's effects that give the published numbers.

    Args:
        ways: Ways of steering whose frequencies are known.

    Raises:
        InputError: There are too many values to look at all sets.
    """
    count = len(ways[0].frequencies)
    if count > _MOST_VALUES:
        raise InputError(f"the sets of {count} values are too many to look at", f"at most {_MOST_VALUES}")
    sets = [_sets_of(value, ways, count) for value in range(count)]
    if any(len(each) > _MOST_SETS for each in sets):
        return FittingSets((), True)
    order = sorted(range(count), key=lambda value: len(sets[value]))
    found: list[Mapping[int, frozenset[int]]] = []
    for family in _fitting(order, sets, {}):
        found.append({value: family[value] for value in range(count)})
        if len(found) > MOST_FAMILIES:
            return FittingSets(tuple(found[:-1]), True)
    return FittingSets(tuple(found), False)


def _fitting(
    order: Sequence[int], sets: Sequence[Sequence[frozenset[int]]], chosen: dict[int, frozenset[int]]
) -> Iterator[dict[int, frozenset[int]]]:
    if len(chosen) == len(order):
        yield dict(chosen)
        return
    value = order[len(chosen)]
    for each in sets[value]:
        if all(_fit(value, each, other, its) for other, its in chosen.items()):
            chosen[value] = each
            yield from _fitting(order, sets, chosen)
            del chosen[value]


def _fit(one: int, its: frozenset[int], other: int, others: frozenset[int]) -> bool:
    """What follows from something that follows, follows; a value does not follow from itself."""
    return (other not in its or others - {one} <= its) and (one not in others or its - {other} <= others)


def _sets_of(value: int, ways: Sequence[Steered], count: int) -> list[frozenset[int]]:
    others = np.array([each for each in range(count) if each != value])
    found: list[frozenset[int]] = []
    for start in range(0, 2 ** len(others), _BLOCK):
        numbers = np.arange(start, min(start + _BLOCK, 2 ** len(others)))
        inside = (numbers[:, None] >> np.arange(len(others))) & 1 == 1
        fits = np.ones(len(inside), dtype=bool)
        for way in ways:
            told = way.frequencies[value, others]
            if not np.isnan(told).any():
                fits &= _agrees(inside, told, way.expected[value]) & _agrees(~inside, told, way.unexpected[value])
        found += [frozenset(others[row].tolist()) for row in inside[fits]]
    return found


def _agrees(inside: np.ndarray, told: Floats, published: float) -> np.ndarray:
    """Which sets have the published mean; where none was published, which are empty."""
    sizes = inside.sum(axis=1)
    if np.isnan(published):
        return np.asarray(sizes == 0)
    means = np.divide(inside @ told, sizes, out=np.full(len(inside), np.nan), where=sizes > 0)
    return np.asarray(np.abs(means - published) <= SAME)
