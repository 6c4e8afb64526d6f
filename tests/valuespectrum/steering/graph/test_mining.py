"""The mined graph: planted ones come back, causal-learn finds the same edges, and the order of columns is nothing."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from planted_graphs import collider, random_table, table_of

from valuespectrum.steering.graph.mining import MiningOptions, Rule, _oriented, _Skeleton, mine, p_values
from valuespectrum.steering.graph.value_graph import ValueGraph
from valuespectrum.steering.graph.value_table import ValueTable
from vectorstore.foundation.errors import InputError

WHY = "causal-learn is not installed (the extra causal)"


def _marks(graph: ValueGraph) -> set[tuple[str, str, str]]:
    return {(edge.first, edge.second, edge.mark) for edge in graph.edges}


def _joined(graph: ValueGraph) -> set[frozenset[str]]:
    return {frozenset((edge.first, edge.second)) for edge in graph.edges}


@pytest.mark.parametrize("rule", ["stable", "published"])
def test_a_planted_collider_comes_back(rule: Rule) -> None:
    if rule == "published":
        pytest.importorskip("causallearn", reason=WHY)
    graph = mine(collider(), MiningOptions(rule=rule))
    assert _marks(graph) == {("A", "C", "->"), ("B", "C", "->"), ("C", "D", "->")}
    assert graph.rows == 2000 and not graph.has_cycle


def test_a_chain_has_edges_without_direction() -> None:
    generator = np.random.default_rng(1)
    a, noise, more = generator.standard_normal((3, 2000))
    chain = table_of({"A": a, "B": a + noise, "C": a + noise + more})
    assert _marks(mine(chain)) == {("A", "B", "--"), ("B", "C", "--")}


def test_edges_that_contradict_each_other_say_so() -> None:
    # Two colliders that share an edge: A -> B <- C and B -> C <- D cannot both be.
    generator = np.random.default_rng(2)
    a, d, shared, one, other = generator.standard_normal((5, 4000))
    graph = mine(table_of({"A": a, "B": a + shared + one, "C": d + shared + other, "D": d}))
    assert ("B", "C", "<->") in _marks(graph)


@pytest.mark.parametrize("seed", range(6))
def test_edges_are_those_of_causal_learn(seed: int) -> None:
    pytest.importorskip("causallearn", reason=WHY)
    table = random_table(seed)
    assert _joined(mine(table)) == _joined(mine(table, MiningOptions(rule="published")))


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_columns_makes_no_difference(seed: int) -> None:
    # Few rows, so that tests err and orientations contradict each other.
    table = random_table(seed, values=9, rows=80, chance=0.6)
    graph, generator = mine(table), np.random.default_rng(seed)
    assert len(graph.edges) > 5
    for _ in range(10):
        order = [str(value) for value in generator.permutation(table.values)]
        again = mine(table.columns(order))
        assert again.edges == graph.edges
        assert again.arrows() == graph.arrows()


@pytest.mark.parametrize("seed", range(3))
def test_names_make_no_difference(seed: int) -> None:
    table = random_table(seed, rows=80, chance=0.6)
    others = dict(zip(table.values, reversed("abcdefgh"), strict=True))
    renamed = mine(replace(table, values=tuple(others.values()))).arrows()
    assert renamed == {(others[first], others[second]) for first, second in mine(table).arrows()}


def _same_class(truth: np.ndarray) -> np.ndarray:
    """Edges that point the same way in every graph with the same edges and colliders, by trying all of them."""
    count, near = len(truth), truth | truth.T
    pairs = list(combinations(range(count), 2))
    joined = [pair for pair in pairs if near[pair]]
    kept = []
    for turned in product((False, True), repeat=len(joined)):
        graph = np.zeros_like(truth)
        for (one, other), back in zip(joined, turned, strict=True):
            graph[(other, one) if back else (one, other)] = True
        power, cyclic = graph.copy(), False
        for _ in range(count):
            cyclic |= bool(np.diag(power).any())
            power = power.astype(int) @ graph.astype(int) > 0
        if not cyclic and _colliders(graph, near) == _colliders(truth, near):
            kept.append(graph)
    return np.asarray(np.all(kept, axis=0))


def _colliders(graph: np.ndarray, near: np.ndarray) -> set[tuple[int, int, int]]:
    return {
        (one, middle, other)
        for one, other in combinations(range(len(graph)), 2)
        for middle in np.flatnonzero(graph[one] & graph[other]).tolist()
        if not near[one, other]
    }


@pytest.mark.parametrize("seed", range(12))
def test_with_right_colliders_directions_are_those_of_the_whole_class(seed: int) -> None:
    generator = np.random.default_rng(seed)
    count, order = 5, np.random.default_rng(seed + 100).permutation(5)
    upper = np.triu(generator.random((count, count)) < 0.6, 1)
    truth = upper[np.ix_(order, order)]
    near, shape = truth | truth.T, (count, count, count)
    without, with_it = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for one, other in combinations(range(count), 2):
        for middle in np.flatnonzero(near[one] & near[other]):
            collides = truth[one, middle] and truth[other, middle]
            without[one, other, middle] = without[other, one, middle] = collides
            with_it[one, other, middle] = with_it[other, one, middle] = not collides
    heads = _oriented(_Skeleton(near, without, with_it))
    assert np.array_equal(heads & ~heads.T, _same_class(truth))


def test_a_middle_of_which_nobody_knows_whether_it_collides_turns_no_edge() -> None:
    """Meek's third rule needs that a is no collider between c and d, which half of the parting sets leave open."""
    near, shape = np.zeros((4, 4), dtype=bool), (4, 4, 4)
    a, b, c, d = range(4)
    for one, other in ((a, b), (a, c), (a, d), (c, b), (d, b)):
        near[one, other] = near[other, one] = True
    without, with_it = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    without[c, d, b] = without[d, c, b] = True
    assert np.argwhere(_oriented(_Skeleton(near, without, with_it))).tolist() == [[c, b], [d, b]]
    with_it[c, d, a] = with_it[d, c, a] = True
    assert np.argwhere(_oriented(_Skeleton(near, without, with_it))).tolist() == [[a, b], [c, b], [d, b]]


def test_tests_of_independence_are_those_of_regression() -> None:
    table = random_table(3).scores
    correlation, sets = np.atleast_2d(np.corrcoef(table.T)), np.array([[2, 3], [4, 7], [5, 6]])
    for found, given in zip(p_values(correlation, len(table), (0, 1), sets), sets, strict=True):
        fixed = np.column_stack([np.ones(len(table)), table[:, given]])
        left = table[:, :2] - fixed @ np.linalg.lstsq(fixed, table[:, :2], rcond=None)[0]
        z = np.sqrt(len(table) - 5) * np.arctanh(np.atleast_2d(np.corrcoef(left.T))[0, 1])
        from scipy.stats import norm

        assert found == pytest.approx(2 * norm.sf(abs(z)), abs=1e-9)


def test_columns_without_relations_are_joined_as_seldom_as_the_level_says() -> None:
    generator = np.random.default_rng(5)
    tables = [table_of({str(at): generator.standard_normal(100) for at in range(6)}) for _ in range(60)]
    share = np.mean([len(mine(table).edges) / 15 for table in tables])
    assert 0.02 < share < 0.08


def test_what_does_not_vary_is_named_and_left_out() -> None:
    table = collider(200)
    still = ValueTable((*table.values, "F"), table.keys, np.column_stack([table.scores, np.ones(200)]))
    graph = mine(still)
    assert graph.still == ("F",) and "F" not in graph.values


def test_centred_profiles_are_refused() -> None:
    table = random_table(0, values=4, chance=1.0)
    centred = replace(table, scores=table.scores - table.scores.mean(axis=1, keepdims=True))
    with pytest.raises(InputError, match="sum of the others"):
        mine(centred)


def test_small_tables_and_odd_levels_are_refused() -> None:
    with pytest.raises(InputError, match="9 whole rows"):
        mine(collider(9))
    with pytest.raises(InputError, match="alpha"):
        MiningOptions(alpha=1.0)
    with pytest.raises(InputError, match="fewer than two values vary"):
        mine(table_of({"A": np.ones(20), "B": np.arange(20.0)}))


def test_a_crowd_of_neighbours_is_refused() -> None:
    generator = np.random.default_rng(0)
    common = generator.standard_normal((300, 1))
    crowd = 0.2 * generator.standard_normal((300, 40)) + common
    with pytest.raises(InputError, match="too many sets"):
        mine(table_of({str(at): crowd[:, at] for at in range(40)}))


def test_without_causal_learn_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "causallearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "causallearn", None)
    with pytest.raises(InputError, match=re.escape("needs causal-learn")) as caught:
        mine(collider(50), MiningOptions(rule="published"))
    assert "valuespectrum[causal]" in caught.value.hint
