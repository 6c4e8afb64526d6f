"""Mines a graph among values out of a table: the PC algorithm (Spirtes, Glymour and Scheines) with Fisher's z test.

Two rules. ``stable`` is ours and does not hang on the order of the columns: skeleton of PC-stable, colliders by the
majority of the sets that part a pair, both by Colombo and Maathuis (2014), and Meek's rules applied to all edges at
once; where two orientations contradict each other, the edge says so. ``published`` is ``causallearn``'s ``pc`` with its
defaults, as Kang et al. (2025) used it; it hangs on the order of the columns (causal-learn issue 82), and needs the
extra ``causal``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valuespectrum.steering.graph.value_graph import GraphEdge, Mark, ValueGraph
from valuespectrum.steering.graph.value_table import Floats, ValueTable, check_table
from vectorstore.foundation.errors import InputError

Bools = NDArray[np.bool_]
Rule = Literal["stable", "published"]
_MOST_TESTS = 1_000_000
"""A table of twenty values takes some thousands."""
_LEAST_VARIANCE = 1e-10
"""Share of a column's variance that others leave unexplained, below which it is a sum of them."""


@dataclass(frozen=True, slots=True)
class MiningOptions:
    """How a graph is mined."""

    alpha: float = 0.05
    """Level of each test of independence, above 0 and below 1."""
    rule: Rule = "stable"
    deepest: int | None = None
    """Most values that a test conditions on; ``None`` for as many as there are neighbours."""

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1 or (self.deepest is not None and self.deepest < 0):
            raise InputError("alpha lies between 0 and 1, and the deepest set has 0 values or more")


def mine(table: ValueTable, options: MiningOptions | None = None) -> ValueGraph:
    """Mine a graph.

    Tests take the rows for independent draws. Rows that share a persona are not: :mod:`.resampling` tells how often an
    edge comes again when personas are drawn anew.

    Args:
        table: At least ten rows; columns that do not vary are left out and named.
        options: Level and rule.

    Raises:
        InputError: The table is too small, a column is a sum of others, or the extra ``causal`` is missing, or its rule
            is wanted of a table that group means were taken out of.
    """
    chosen = options or MiningOptions()
    varying, still = check_table(table).varying()
    if len(varying.values) < 2:
        raise InputError("fewer than two values vary in the table", "measure respondents that differ")
    return mined(varying, chosen, still)


def mined(table: ValueTable, options: MiningOptions, still: tuple[str, ...] = ()) -> ValueGraph:
    """The same for a table that is known to be fit.

    Args:
        table: Every column varies.
        options: Level and rule.
        still: Columns that were left out.

    Raises:
        InputError: A column is a sum of others, or the extra ``causal`` is missing.
    """
    found = _published(table, options) if options.rule == "published" else _stable(table, options)
    values = table.values
    correlation = _correlations(table)
    edges = [
        GraphEdge(*_ends(values[one], values[other], mark), round(float(correlation[one, other]), 12))
        for one, other, mark in found
    ]
    edges.sort(key=lambda edge: (edge.first, edge.second))
    return ValueGraph(values, tuple(edges), len(table), options.alpha, options.rule, still)


def _correlations(table: ValueTable) -> Floats:
    return np.asarray(np.corrcoef(table.scores.T), dtype=np.float64).reshape(2 * (len(table.values),))


Found = list[tuple[int, int, Mark]]
"""Pairs of columns with what lies between them; of an arrow the first is where it comes from."""


def _ends(one: str, other: str, mark: Mark) -> tuple[str, str, Mark]:
    """An edge written in one way: those without direction by the names of their ends."""
    return (other, one, mark) if mark != "->" and other < one else (one, other, mark)


def _published(table: ValueTable, options: MiningOptions) -> Found:
    """As ``causallearn`` finds it, columns in the order of the table."""
    if table.groups:
        raise InputError(
            "the published rule takes every row for free, and group means were taken out of these",
            "leave --within out, or take --rule stable",
        )
    try:
        from causallearn.search.ConstraintBased.PC import pc
    except ImportError as error:
        raise InputError(
            "the published rule needs causal-learn", "pip install 'valuespectrum[causal]', or take --rule stable"
        ) from error
    limit = -1 if options.deepest is None else options.deepest
    if limit >= 0:
        raise InputError("the published rule has no deepest set", "leave it out, or take --rule stable")
    try:
        ends = pc(table.scores, options.alpha, show_progress=False).G.graph
    except (ValueError, np.linalg.LinAlgError) as error:
        raise _sums() from error
    found: Found = []
    for one, other in combinations(range(len(table.values)), 2):
        # causal-learn: the entry (i, j) is the end at i of the edge to j; 1 is a head, -1 a tail.
        here, there = ends[one, other], ends[other, one]
        if here == there == -1:
            found.append((one, other, "--"))
        elif here == there == 1:
            found.append((one, other, "<->"))
        elif here or there:
            found.append((one, other, "->") if there == 1 else (other, one, "->"))
    return found


def _sums() -> InputError:
    return InputError(
        "a value is a sum of the others (centred profiles are), so that no test can condition on all of them",
        "take raw scores, or leave a value out",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Skeleton:
    near: Bools
    """(values, values) whether there is an edge."""
    without: Bools
    """(values, values, values) whether most sets that part the first two lack the third."""
    with_it: Bools
    """The same: have it."""


def _stable(table: ValueTable, options: MiningOptions) -> Found:
    skeleton = _skeleton(_correlations(table), table.free_rows, options)
    heads = _oriented(skeleton)
    found: Found = []
    for one, other in zip(*np.nonzero(np.triu(skeleton.near)), strict=True):
        here, there = heads[other, one], heads[one, other]
        if here == there:
            found.append((int(one), int(other), "<->" if here else "--"))
        else:
            found.append((int(one), int(other), "->") if there else (int(other), int(one), "->"))
    return found


class _Tests:
    """Tests of independence on one table, as many as are bearable.

    Args:
        correlation: Of all columns.
        rows: Sample size.
        options: Level, and how many values are conditioned on.
    """

    def __init__(self, correlation: Floats, rows: int, options: MiningOptions) -> None:
        self._correlation, self._rows, self._alpha = correlation, rows, options.alpha
        most = min(len(correlation) - 2, rows - 4)
        self.deepest = most if options.deepest is None else min(options.deepest, most)
        self._left = _MOST_TESTS

    def parting(self, near: Bools, pair: tuple[int, int], size: int) -> NDArray[np.intp]:
        """The sets of so many neighbours of either end that part a pair, shape (sets, size).

        Raises:
            InputError: There are too many sets to look at, or a column is a sum of others.
        """
        sides = [[int(at) for at in np.flatnonzero(near[end]) if at not in pair] for end in pair]
        self._left -= sum(comb(len(side), size) for side in sides)
        if self._left < 0:
            raise InputError(
                f"values have up to {int(near.sum(axis=1).max())} neighbours, too many sets of them to look at",
                "lower --alpha, or bound the sets with --deepest 3",
            )
        sets = _sets(sides, size)
        return sets[p_values(self._correlation, self._rows, pair, sets) > self._alpha] if len(sets) else sets


def _skeleton(correlation: Floats, rows: int, options: MiningOptions) -> _Skeleton:
    """Which pairs no set of neighbours parts; every depth sees the neighbours that there were before it."""
    tests = _Tests(correlation, rows, options)
    near = ~np.eye(len(correlation), dtype=bool)
    for depth in range(tests.deepest + 1):
        before = near.copy()
        if not (before.sum(axis=1) - 1 >= depth).any():
            break
        for pair in _pairs(before):
            if len(tests.parting(before, pair, depth)):
                near[pair] = near[pair[::-1]] = False
    return _majority(near, tests)


def _majority(near: Bools, tests: _Tests) -> _Skeleton:
    """For each pair without edge, which middles stand in most of the sets of final neighbours that part it."""
    count = len(near)
    without, with_it = np.zeros((2, count, count, count), dtype=bool)
    for pair in _pairs(~near & ~np.eye(count, dtype=bool)):
        if not (near[pair[0]] & near[pair[1]]).any():
            continue
        inside, parting = np.zeros(count), 0
        for depth in range(min(tests.deepest, int(near[list(pair)].sum(axis=1).max())) + 1):
            parts = tests.parting(near, pair, depth)
            parting += len(parts)
            inside += np.bincount(parts.ravel(), minlength=count)
        without[pair] = without[pair[::-1]] = 2 * inside < parting
        with_it[pair] = with_it[pair[::-1]] = 2 * inside > parting
    return _Skeleton(near, without, with_it)


def _pairs(chosen: Bools) -> list[tuple[int, int]]:
    return [(int(one), int(other)) for one, other in zip(*np.nonzero(np.triu(chosen)), strict=True)]


def _sets(sides: Sequence[Sequence[int]], size: int) -> NDArray[np.intp]:
    """All sets of so many of either side, each once, shape (sets, size)."""
    chosen = dict.fromkeys(each for side in sides for each in combinations(side, size))
    return np.array(list(chosen), dtype=np.intp).reshape(len(chosen), size)


def p_values(correlation: Floats, rows: int, pair: tuple[int, int], sets: NDArray[np.intp]) -> Floats:
    """Fisher's z test of no partial correlation, two-sided.

    Args:
        correlation: Of all columns.
        rows: Sample size.
        pair: The two columns.
        sets: What is held fixed, shape (tests, size), one size for all.

    Raises:
        InputError: A column is a sum of others.
    """
    from scipy.special import ndtr

    places = np.concatenate([np.broadcast_to(np.array(pair), (len(sets), 2)), sets], axis=1)
    parts = correlation[places[:, :, None], places[:, None, :]]
    try:
        inverse = np.linalg.inv(parts)
    except np.linalg.LinAlgError as error:
        raise _sums() from error
    diagonal = inverse[:, [0, 1], [0, 1]]
    if not np.isfinite(diagonal).all() or diagonal.max() > 1 / _LEAST_VARIANCE or diagonal.min() <= 0:
        raise _sums()
    partial = np.clip(-inverse[:, 0, 1] / np.sqrt(diagonal.prod(axis=1)), -1 + 1e-15, 1 - 1e-15)
    z = sqrt(rows - sets.shape[1] - 3) * np.abs(np.arctanh(partial))
    return np.asarray(2 * ndtr(-z), dtype=np.float64)


def _oriented(skeleton: _Skeleton) -> Bools:
    """(values, values) whether there is a head at the second of the edge between the two."""
    near = skeleton.near
    apart = ~near & ~np.eye(len(near), dtype=bool)
    # (one, middle, other): both near the middle and apart from each other
    unshielded = near[:, :, None] & near[None, :, :] & apart[:, None, :]
    colliders = unshielded & skeleton.without.transpose(0, 2, 1)
    chains = unshielded & skeleton.with_it.transpose(0, 2, 1)
    heads: Bools = np.asarray(colliders.any(axis=2))
    while True:
        wanted = _implied(near, heads, chains)
        implied = wanted & ~wanted.T
        if not implied.any():
            return heads
        heads = np.asarray(heads | implied)


def _implied(near: Bools, heads: Bools, chains: Bools) -> Bools:
    """Heads that Meek's rules 1 to 3 put on edges that have none yet, all at once."""
    arrows, bare = heads & ~heads.T, near & ~heads & ~heads.T
    # 1: a -> b -- c, a and c apart, b no collider
    chained = (arrows[:, :, None] & chains).any(axis=0)
    # 2: a -> b -> c, a -- c
    around = arrows.astype(np.intp) @ arrows.astype(np.intp) > 0
    # 3: a -- c -> b, a -- d -> b, c and d apart, a no collider between them, a -- b
    through = bare[:, :, None] & arrows[None, :, :]
    double = np.einsum("acb,cad,adb->ab", through.astype(np.intp), chains.astype(np.intp), through.astype(np.intp)) > 0
    return np.asarray(bare & (chained | around | double))
