"""How often an edge comes again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from planted_graphs import collider, table_of

from valuespectrum.steering.graph.mining import MiningOptions
from valuespectrum.steering.graph.resampling import Draws, ResamplePlan, edge_shares, units_of
from valuespectrum.steering.graph.value_table import RowKey
from vectorstore.foundation.errors import InputError


def test_strong_edges_come_again_and_chance_ones_do_not() -> None:
    told: list[tuple[int, int]] = []
    table, plan = collider(1000, seed=1), ResamplePlan(30)
    shares = edge_shares(table, MiningOptions(), plan, lambda *at: told.append(at))
    assert shares.of("A", "C").forward > 0.7 and shares.of("C", "A").backward == shares.of("A", "C").forward
    assert shares.of("A", "C").joined == 1.0 and shares.of("A", "E").joined < 0.3
    assert (shares.resamples, shares.failed, shares.unit, told[-1]) == (30, 0, "persona", (30, 30))
    assert shares.to_json()["pairs"][0]["joined"] == 1.0
    assert edge_shares(table, MiningOptions(), plan) == shares
    assert edge_shares(table, MiningOptions(), replace(plan, seed=1)) != shares


def test_rows_that_come_twice_join_what_is_unrelated_and_halves_do_not() -> None:
    joined: dict[Draws, list[float]] = {"half": [], "bootstrap": []}
    for seed in range(12):
        generator = np.random.default_rng(seed)
        table = table_of({str(at): generator.standard_normal(120) for at in range(5)})
        for draws, shares in joined.items():
            found = edge_shares(table, MiningOptions(), ResamplePlan(20, draws))
            shares.append(sum(each.joined for each in found.pairs.values()) / 10)
    assert np.mean(joined["half"]) < 0.08 < 0.11 < np.mean(joined["bootstrap"])


def test_personas_are_drawn_with_all_their_rows() -> None:
    table = table_of({"a": np.arange(60.0) % 7, "b": np.arange(60.0) % 5}, personas=6)
    unit, members = units_of(table)
    assert unit == "persona" and [len(each) for each in members] == [10] * 6
    unit, members = units_of(table_of({"a": np.arange(60.0), "b": np.arange(60.0)}, personas=3))
    assert unit == "row" and len(members) == 60


def test_a_value_that_hardly_varies_is_told() -> None:
    spike = np.zeros(40)
    spike[0] = 1.0
    table = table_of({"a": spike, "b": np.arange(40.0)})
    shares = edge_shares(table, MiningOptions(), ResamplePlan(40))
    assert 0 < shares.failed < 40 and shares.resamples + shares.failed == 40
    with pytest.raises(InputError, match="no resampled table"):
        edge_shares(table_of({"a": np.zeros(40), "b": np.arange(40.0)}), MiningOptions(), ResamplePlan(3))


def test_halves_in_which_too_few_rows_are_free_join_nothing() -> None:
    """Seventeen means taken out of 26 rows leave ten free, and none in half of them."""
    generator = np.random.default_rng(0)
    table = table_of({name: generator.standard_normal(26) for name in ("a", "b", "c")})
    keys = tuple(RowKey(f"persona {at}", clip=str(at % 17)) for at in range(26))
    within = replace(table, keys=keys).within("clip")
    assert within.free_rows == 10
    with pytest.raises(InputError, match="no resampled table could be mined"):
        edge_shares(within, MiningOptions(), ResamplePlan(20))


def test_a_draw_in_which_values_are_sums_of_others_fails_alone() -> None:
    generator = np.random.default_rng(0)
    a, c = generator.standard_normal((2, 40))
    b = a.copy()
    b[0] += 1.0
    shares = edge_shares(table_of({"a": a, "b": b, "c": c}), MiningOptions(), ResamplePlan(40))
    assert 0 < shares.failed < 40 and shares.resamples + shares.failed == 40
    assert shares.of("a", "b").joined == 1.0
    with pytest.raises(InputError, match="is a sum of the others"):
        edge_shares(table_of({"a": a, "b": a, "c": c}), MiningOptions(), ResamplePlan(3))
