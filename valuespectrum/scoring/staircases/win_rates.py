"""How often each value wins against each other one, and whether the wins make an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

from valuespectrum.scoring.staircases.preferences import ratio
from valuespectrum.scoring.staircases.walks import Floats, Walks

EVEN = 0.5
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class WinRates:
    """Every pair of values."""

    rates: Floats
    """Shape (values, values): share of the choices between row and column that took the row; NaN where they never
    met."""
    counts: Floats
    """Shape (values, values): steps at which they met."""
    dilemmas: Floats
    """Shape (values, values): dilemmas in which they met."""


def win_rates(walks: Walks, step: int | None = None) -> WinRates:
    """Pairwise win rates of one respondent.

    Args:
        walks: What was chosen.
        step: One step, from 0; ``None`` for all of them.
    """
    some = slice(None) if step is None else slice(step, step + 1)
    here = walks.comparing[:, some]
    dilemma, at = np.nonzero(here)
    pairs = walks.values[:, some][dilemma, at]
    share = walks.share[:, some][dilemma, at]
    won, met, seen = (np.zeros((walks.count, walks.count)) for _ in range(3))
    for one, other, part in ((0, 1, share), (1, 0, 1.0 - share)):
        np.add.at(won, (pairs[:, one], pairs[:, other]), part)
        np.add.at(met, (pairs[:, one], pairs[:, other]), 1.0)
    told = np.unique(np.column_stack([dilemma, np.sort(pairs, axis=1)]), axis=0)
    np.add.at(seen, (told[:, 1], told[:, 2]), 1.0)
    return WinRates(ratio(won, met), met, seen + seen.T)


@dataclass(frozen=True, slots=True)
class Transitivity:
    """What chains of wins come to: one value wins against a second and that against a third, all rates known."""

    chains: int
    """Ordered triples both of whose links are at least one half."""
    weak: tuple[tuple[int, int, int], ...]
    """Those in which the first does not win against the third."""
    moderate: tuple[tuple[int, int, int], ...]
    """Those in which it wins less often than the weaker link."""
    strong: tuple[tuple[int, int, int], ...]
    """Those in which it wins less often than the stronger link."""
    cycles: tuple[tuple[int, int, int], ...]
    """Three values each of which wins against the next more often than not; the smallest first."""
    triples: int
    """Sets of three values whose rates are all known."""


def transitivity(rates: Floats) -> Transitivity:
    """Weak, moderate and strong stochastic transitivity (Tversky and Russo 1969), chain by chain.

    Args:
        rates: Shape (values, values): share of choices between row and column that took the row; NaN where unknown.

    Example:
        >>> circle = np.array([[np.nan, 0.6, 0.4], [0.4, np.nan, 0.6], [0.6, 0.4, np.nan]])
        >>> found = transitivity(circle)
        >>> found.cycles, len(found.weak)
        (((0, 1, 2),), 3)
    """
    chains: list[tuple[int, int, int]] = []
    violated: tuple[list[tuple[int, int, int]], ...] = ([], [], [])
    cycles: list[tuple[int, int, int]] = []
    triples = 0
    for three in combinations(range(len(rates)), 3):
        if not _known(rates, three):
            continue
        triples += 1
        for first, second, third in permutations(three):
            chain = (first, second, third)
            links, closing = (rates[first, second], rates[second, third]), rates[first, third]
            if min(links) < EVEN - _ROUNDING:
                continue
            chains.append(chain)
            for found, bound in zip(violated, (EVEN, min(links), max(links)), strict=True):
                if closing < bound - _ROUNDING:
                    found.append(chain)
            if min(*links, 1.0 - closing) > EVEN + _ROUNDING and first == min(chain):
                cycles.append(chain)
    weak, moderate, strong = (tuple(each) for each in violated)
    return Transitivity(len(chains), weak, moderate, strong, tuple(cycles), triples)


def _known(rates: Floats, three: Sequence[int]) -> bool:
    return not any(np.isnan(rates[one, other]) for one, other in combinations(three, 2))
