"""A graph's effects, its form without detours, and its file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from valuespectrum.steering.graph.value_graph import GraphEdge, ValueGraph, reached, read_graph, reduced
from vectorstore.foundation.errors import InputError


def _graph(*edges: tuple[str, str, str]) -> ValueGraph:
    made = tuple(GraphEdge(first, second, mark, 0.5) for first, second, mark in edges)  # type: ignore[arg-type]
    return ValueGraph(tuple("abcd"), made, 100, 0.05, "stable")


@pytest.mark.parametrize("seed", range(20))
def test_leaving_out_detours_keeps_what_reaches_what(seed: int) -> None:
    generator = np.random.default_rng(seed)
    names = [f"v{at}" for at in range(7)]
    pairs = [(one, other) for one in names for other in names if one != other]
    arrows = [pair for pair in pairs if generator.random() < 0.3]
    fewer = reduced(arrows)
    assert fewer <= set(arrows) and reached(fewer, names) == reached(arrows, names)
    for arrow in fewer:
        assert reached(fewer - {arrow}, names) != reached(fewer, names), "an arrow could still be left out"
    assert reduced(reversed(arrows)) == fewer


def test_edges_without_direction_run_both_ways_or_stay_open() -> None:
    graph = _graph(("a", "b", "->"), ("b", "c", "--"), ("c", "d", "<->"))
    assert graph.arrows() == {("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("d", "c")}
    assert graph.arrows("cpdag") == {("a", "b")}
    both, sure = graph.effects(), graph.effects("cpdag")
    assert both.expected["a"] == {"b", "c", "d"} and both.unexpected["b"] == {"a"}
    assert sure.expected["a"] == {"b"} and sure.open["a"] == {"c", "d"} and sure.unexpected["d"] == {"a"}
    assert not any(both.open.values())


def test_arrows_in_a_circle_are_told() -> None:
    assert _graph(("a", "b", "->"), ("b", "c", "->"), ("c", "a", "->")).has_cycle
    assert not _graph(("a", "b", "->"), ("b", "c", "--")).has_cycle


def test_a_graph_file_is_read_back(tmp_path: Path) -> None:
    graph, path = _graph(("a", "b", "->"), ("b", "c", "<->")), tmp_path / "graph.json"
    path.write_text(json.dumps(graph.to_json()))
    assert read_graph(path) == graph
    path.write_text(json.dumps({"graph": graph.to_json(), "other": 1}))
    assert read_graph(path) == graph


@pytest.mark.parametrize("change", [{"edges": [["a", "b"]]}, {"schema": 2}, {"values": ["a"]}, {"values": ["a", "a"]}])
def test_another_file_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "graph.json"
    path.write_text(json.dumps(_graph(("a", "b", "->")).to_json() | change))
    with pytest.raises(InputError, match="value graph"):
        read_graph(path)
