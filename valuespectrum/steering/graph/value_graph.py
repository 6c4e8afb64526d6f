"""A graph among values: its edges, what follows from moving a value, and a form of it without detours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vectorstore.foreign.documents import check_shape, read_json
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import networkx as nx

Mark = Literal["->", "--", "<->"]
"""An arrow; an edge whose direction the table does not tell; an edge for which it tells both."""
Reading = Literal["both-ways", "cpdag"]
"""Whether an edge without direction runs both ways, as in Kang et al. (2025), or is left open."""
GRAPH_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """Two values that no other values explain away."""

    first: str
    """Where an arrow comes from; of other edges the name that sorts first."""
    second: str
    mark: Mark
    correlation: float
    """Of the two columns, nothing held fixed."""


@dataclass(frozen=True, slots=True)
class GraphEffects:
    """What moving each value should move."""

    expected: Mapping[str, frozenset[str]]
    """Value to the values that follow from it."""
    unexpected: Mapping[str, frozenset[str]]
    """To those that do not; those about which the graph says nothing are in neither."""

    @property
    def open(self) -> dict[str, frozenset[str]]:
        """Value to the values that may follow from it and may not."""
        everything = frozenset(self.expected)
        return {one: everything - {one} - self.expected[one] - self.unexpected[one] for one in self.expected}


@dataclass(frozen=True, slots=True)
class ValueGraph:
    """Values and edges, with what they were mined from."""

    values: tuple[str, ...]
    edges: tuple[GraphEdge, ...]
    rows: int
    """Rows of the table."""
    alpha: float
    rule: str
    still: tuple[str, ...] = ()
    """Values that did not vary, so that nothing is known of them."""

    def marked(self, mark: Mark) -> tuple[GraphEdge, ...]:
        """The edges of one kind."""
        return tuple(edge for edge in self.edges if edge.mark == mark)

    def arrows(self, reading: Reading = "both-ways") -> frozenset[tuple[str, str]]:
        """The graph as arrows.

        Args:
            reading: Edges without one direction run both ways, or are left out.
        """
        directed = {(edge.first, edge.second) for edge in self.marked("->")}
        if reading == "cpdag":
            return frozenset(directed)
        others = {(edge.first, edge.second) for edge in self.edges if edge.mark != "->"}
        return frozenset(directed | others | {(second, first) for first, second in others})

    def effects(self, reading: Reading = "both-ways") -> GraphEffects:
        """What moving each value should move: the values that it reaches.

        Args:
            reading: With ``"cpdag"`` only what every direction of the open edges agrees about is expected, only what
                none of them allows is unexpected, and the rest is open.
        """
        sure, possible = (reached(self.arrows(each), self.values) for each in (reading, "both-ways"))
        everything = frozenset(self.values)
        return GraphEffects(sure, {one: everything - {one} - possible[one] for one in self.values})

    @property
    def has_cycle(self) -> bool:
        """Whether arrows alone lead from a value back to it: then they cannot all be causes."""
        return any(one in ends for one, ends in _reached_with_itself(self.arrows("cpdag"), self.values).items())

    def to_json(self) -> Json:
        """As a graph file keeps it."""
        return {
            "schema": GRAPH_SCHEMA,
            "values": list(self.values),
            "edges": [asdict(edge) for edge in self.edges],
            "rows": self.rows,
            "alpha": self.alpha,
            "rule": self.rule,
            "still": list(self.still),
        }


@dataclass(frozen=True, slots=True)
class _WrittenGraph:
    """What is looked at in a graph file."""

    schema: Literal[1]
    values: tuple[str, ...]
    edges: tuple[GraphEdge, ...]
    rows: int
    alpha: float
    rule: str
    still: tuple[str, ...] = ()


def read_graph(path: Path) -> ValueGraph:
    """Read a graph file, or the document that ``steer graph --json`` prints.

    Raises:
        InputError: It is none.
    """
    hint = "name a file that `valuespectrum steer graph` wrote"
    document = read_json(path, "value graph", hint)
    inside = document.get("graph", document) if isinstance(document, dict) else document
    found = check_shape(_WrittenGraph, inside, f"value graph {path}", hint)
    unknown = [end for edge in found.edges for end in (edge.first, edge.second) if end not in found.values]
    if unknown or len(set(found.values)) < len(found.values):
        raise InputError(f"value graph {path} has an edge to {unknown[:1]} or names a value twice", hint)
    return ValueGraph(found.values, found.edges, found.rows, found.alpha, found.rule, found.still)


def _graph(arrows: Iterable[tuple[str, str]], values: Sequence[str]) -> nx.DiGraph[str]:
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(values)
    graph.add_edges_from(arrows)
    return graph


def reached(arrows: Iterable[tuple[str, str]], values: Sequence[str]) -> dict[str, frozenset[str]]:
    """Value to all others that a path of arrows leads to.

    Example:
        >>> reached([("a", "b"), ("b", "c")], "abc")["a"] == {"b", "c"}
        True
    """
    import networkx as nx

    graph = _graph(arrows, values)
    return {value: frozenset(nx.descendants(graph, value)) - {value} for value in values}


def _reached_with_itself(arrows: Iterable[tuple[str, str]], values: Sequence[str]) -> dict[str, frozenset[str]]:
    pairs = list(arrows)
    ends = reached(pairs, values)
    return {
        value: ends[value] | {value for first, second in pairs if second == value and first in ends[value]}
        for value in values
    }


def reduced(arrows: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Arrows without detours: as few as lead to the same values, all of them among those given.

    Where arrows go round in circles there can be several such forms; arrows are then left out in the order of their
    names, so that the order in which they are given makes no difference.

    Example:
        >>> sorted(reduced([("a", "b"), ("b", "c"), ("a", "c")]))
        [('a', 'b'), ('b', 'c')]
    """
    import networkx as nx

    given = sorted(set(arrows))
    graph = _graph(given, ())
    for first, second in given:
        graph.remove_edge(first, second)
        if not nx.has_path(graph, first, second):
            graph.add_edge(first, second)
    return frozenset(graph.edges)
