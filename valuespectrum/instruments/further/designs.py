"""Which pictures or statements are set beside each other: balanced over values, and alike in what is not measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np

from vectorstore.foundation.random_streams import shuffled

Thing = TypeVar("Thing")

_BLOCKS: Mapping[int, tuple[tuple[int, ...], ...]] = {
    4: ((0, 1, 2, 3),),
    5: tuple(combinations(range(5), 4)),
    6: tuple(combinations(range(6), 4)),
    7: tuple(tuple((each + shift) % 7 for each in (0, 3, 5, 6)) for shift in range(7)),
    8: tuple(tuple((each + shift) % 7 for each in (0, 3, 5, 6)) for shift in range(7))
    + tuple((*((each + shift) % 7 for each in (1, 2, 4)), 7) for shift in range(7)),
    9: tuple(tuple((each + shift) % 9 for each in base) for base in ((0, 1, 2, 4), (0, 1, 4, 6)) for shift in range(9)),
    10: (
        *((0, 1, 2, 3), (0, 1, 4, 5), (0, 2, 4, 6), (0, 3, 7, 8), (0, 5, 7, 9)),
        *((0, 6, 8, 9), (1, 2, 7, 8), (1, 3, 6, 9), (1, 4, 7, 9), (1, 5, 6, 8)),
        *((2, 3, 5, 9), (2, 4, 8, 9), (2, 5, 6, 7), (3, 4, 5, 8), (3, 4, 6, 7)),
    ),
}
Place = tuple[str, int]
"""A group, and which of its things."""
_PASSES = 20
"""Times that all exchanges are tried, at most."""
_TRIES = 500_000
"""Exchanges that are tried in all, about: large designs stop earlier."""
SET = 4
"""Things in a set of the best-worst design."""


def blocks(values: int) -> tuple[tuple[int, ...], ...]:
    """A balanced incomplete block design of sets of four: every two values meet equally often.

    Args:
        values: How many there are; empty below four, where there is no such design.

    Returns:
        Ten values make 15 sets, in which each value is six times and meets every other twice (Colbourn and Dinitz,
        Handbook of Combinatorial Designs, 2007).

    Example:
        >>> len(blocks(10)), blocks(3)
        (15, ())
    """
    return _BLOCKS.get(values, ())


def turned(things: Sequence[Thing]) -> list[list[Thing]]:
    """Every thing in every place once: the cyclic turns of a list.

    Example:
        >>> turned("abc")
        [['a', 'b', 'c'], ['b', 'c', 'a'], ['c', 'a', 'b']]
    """
    return [[*things[place:], *things[:place]] for place in range(len(things))]


def best_worst_sets(
    groups: Mapping[str, Sequence[Thing]], rounds: int, generator: np.random.Generator
) -> list[list[Thing]]:
    """Sets of four things of four different groups.

    Args:
        groups: Value to the things that stand for it; those without any are left out.
        rounds: How often the design is gone through; its sets take the next things of a value each time.
        generator: A stream of its own.
    """
    names = [name for name, things in groups.items() if things]
    waiting: dict[str, list[Thing]] = {name: [] for name in names}
    found = []
    for _ in range(rounds):
        for block in blocks(len(names)):
            chosen = []
            for place in shuffled(len(block), generator):
                name = names[block[place]]
                waiting[name] = waiting[name] or _mixed(groups[name], generator)
                chosen.append(waiting[name].pop())
            found.append(chosen)
    return found


def matched_pairs(
    groups: Mapping[str, Sequence[Thing]],
    rounds: int,
    generator: np.random.Generator,
    distance: Callable[[Thing, Thing], float],
) -> list[tuple[Thing, Thing]]:
    """Pairs of things of different groups, each two groups equally often, alike in what is not measured.

    Of the pairs that two groups allow, those are taken whose things were used least, and among these the most alike;
    then things of one group change places as long as that makes pairs more alike, which leaves use as it is.

    Args:
        groups: Value to the things that stand for it.
        rounds: How many pairs of each two groups.
        generator: A stream of its own: it decides where things are equally good.
        distance: How different two things are in what is not measured; 0 where nothing is known.
    """
    queues = {name: _mixed(things, generator) for name, things in groups.items() if things}
    used = {name: [0] * len(things) for name, things in queues.items()}
    taken: set[tuple[str, int, str, int]] = set()
    found: list[list[Place]] = []
    for _ in range(rounds):
        for one, other in combinations(queues, 2):
            best = min(
                ((one, i, other, j) for i in range(len(queues[one])) for j in range(len(queues[other]))),
                key=lambda pair: (
                    pair in taken,
                    used[pair[0]][pair[1]] + used[pair[2]][pair[3]],
                    distance(queues[pair[0]][pair[1]], queues[pair[2]][pair[3]]),
                ),
            )
            taken.add(best)
            used[best[0]][best[1]] += 1
            used[best[2]][best[3]] += 1
            found.append([(best[0], best[1]), (best[2], best[3])])
    pairs = _exchanged(found, lambda a, b: distance(queues[a[0]][a[1]], queues[b[0]][b[1]]))
    listed = [(queues[a[0]][a[1]], queues[b[0]][b[1]]) for a, b in pairs]
    return [pair if generator.random() < 0.5 else pair[::-1] for pair in listed]


def _exchanged(pairs: list[list[Place]], distance: Callable[[Place, Place], float]) -> list[list[Place]]:
    """Pairs after things of one group changed places wherever the two pairs are then more alike."""
    pairs = [list(pair) for pair in pairs]
    there = Counter(frozenset(pair) for pair in pairs)
    sides = [(at, side) for at in range(len(pairs)) for side in range(2)]
    same = [(a, b) for a, b in combinations(sides, 2) if pairs[a[0]][a[1]][0] == pairs[b[0]][b[1]][0]]
    for _ in range(min(_PASSES, _TRIES // max(len(same), 1) + 1)):
        better = False
        for (one, i), (other, j) in same:
            first, second = pairs[one][i], pairs[other][j]
            beside, across = pairs[one][1 - i], pairs[other][1 - j]
            now = distance(first, beside) + distance(second, across)
            if distance(second, beside) + distance(first, across) >= now - 1e-9:
                continue
            made = [frozenset((second, beside)), frozenset((first, across))]
            if made[0] == made[1] or any(there[pair] for pair in made):
                continue
            there.subtract([frozenset(pairs[one]), frozenset(pairs[other])])
            there.update(made)
            pairs[one][i], pairs[other][j] = second, first
            better = True
        if not better:
            break
    return pairs


def _mixed(things: Sequence[Thing], generator: np.random.Generator) -> list[Thing]:
    return [things[place] for place in shuffled(len(things), generator)]
