"""Whether a graph goes with a theory, and how often one that does not is said to."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from planted_graphs import table_of

from valuespectrum.steering.graph.agreement import agreement_with, circle_agreement
from valuespectrum.steering.graph.mining import mine
from valuespectrum.steering.graph.value_graph import GraphEdge, ValueGraph
from valuespectrum.theory.value_sets import TEN

_EDGES = ((0, 2, 0.4), (1, 4, 0.3), (6, 9, -0.3))


def _graph(*edges: tuple[str, str, float]) -> ValueGraph:
    made = tuple(GraphEdge(one, other, "--", size) for one, other, size in edges)
    return ValueGraph(tuple("abcd"), made, 100, 0.05, "stable")


def test_the_share_is_that_of_all_ways_to_deal_names_out() -> None:
    generator = np.random.default_rng(0)
    half = generator.uniform(-1, 1, (4, 4))
    said = np.triu(half, 1) + np.triu(half, 1).T
    graph = _graph(("a", "b", 0.5), ("b", "c", -0.4))
    found = agreement_with(graph, said, "a theory")
    assert found.mean == pytest.approx((said[0, 1] - said[1, 2]) / 2)
    every = [said[order[0], order[1]] - said[order[1], order[2]] for order in permutations(range(4))]
    assert found.p == pytest.approx(np.mean(np.array(every) >= said[0, 1] - said[1, 2] - 1e-9), abs=0.02)


def test_a_graph_without_edges_tells_nothing() -> None:
    found = agreement_with(_graph(), np.zeros((4, 4)), "a theory")
    assert (found.mean, found.p, found.edges) == (None, None, 0)


def test_a_planted_circle_is_found_and_none_seldom() -> None:
    generator = np.random.default_rng(1)
    angles = 2 * np.pi * np.arange(10) / 10
    low = []
    for planted in (1.0, 0.0):
        for _ in range(25):
            peaks = generator.uniform(0, 2 * np.pi, 60)[:, None]
            scores = planted * np.cos(angles - peaks) + 0.7 * generator.standard_normal((60, 10))
            table = table_of(dict(zip(TEN.dimensions, scores.T, strict=True)))
            low.append((planted, (circle_agreement(mine(table), TEN).p or 1.0) < 0.05))
    assert sum(hit for planted, hit in low if planted) == 25
    assert sum(hit for planted, hit in low if not planted) <= 4


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_columns_changes_nothing(seed: int) -> None:
    names = TEN.dimensions
    made = tuple(GraphEdge(names[first], names[second], "--", size) for first, second, size in _EDGES)
    moved = tuple(str(name) for name in np.random.default_rng(seed).permutation(names))
    one, other = (circle_agreement(ValueGraph(each, made, 100, 0.05, "stable"), TEN, 5) for each in (names, moved))
    assert moved != names and one == other and 0.05 < (one.p or 0) < 0.95
