"""Whether a mined graph joins values as a theory says, better than chance: the names of values are dealt out again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from valuespectrum.steering.graph.value_graph import ValueGraph
from valuespectrum.steering.graph.value_table import Floats
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

_DRAWS = 10_000
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class TheoryAgreement:
    """How well a graph goes with a theory."""

    mean: float | None
    """Mean over edges of what the theory says of the pair, -1 to 1, with the sign of the edge; ``None`` without edges.
    """
    p: float | None
    """Share of ways to deal the names out again that go with it as well or better."""
    edges: int
    theory: str

    def to_json(self) -> Json:
        """As the verb prints it."""
        return {"mean": self.mean, "p": self.p, "edges": self.edges, "theory": self.theory}


def circle_agreement(graph: ValueGraph, values: ValueSet, seed: int = 0) -> TheoryAgreement:
    """Compare a graph with the circle of its values: neighbours should go together, opposites against each other.

    Names are dealt out in the order of the circle, so that the order of columns changes nothing.

    Args:
        graph: Over some of the values.
        values: A circular set.
        seed: Of the permutations.
    """
    ordered = replace(graph, values=tuple(sorted(graph.values, key=values.position)))
    angles = 2 * np.pi * np.array([values.position(value) for value in ordered.values]) / len(values)
    return agreement_with(ordered, np.cos(angles[:, None] - angles), f"the circle of {values.title}", seed)


def agreement_with(graph: ValueGraph, said: Floats, theory: str, seed: int = 0) -> TheoryAgreement:
    """Compare a graph with what a theory says of every pair.

    Args:
        graph: Mined.
        said: Shape (values, values), symmetric, -1 to 1, in the order of the graph's values.
        theory: What it is, in words.
        seed: Of the permutations.
    """
    count = len(graph.values)
    places = {value: at for at, value in enumerate(graph.values)}
    joined = np.zeros((count, count))
    for edge in graph.edges:
        one, other = places[edge.first], places[edge.second]
        joined[one, other] = joined[other, one] = np.sign(edge.correlation)
    if not graph.edges:
        return TheoryAgreement(None, None, 0, theory)
    found = float((joined * said).sum())
    generator = stream(seed, "steering/theory-agreement")
    orders = np.argsort(generator.random((_DRAWS, count)), axis=1)
    dealt = (said[orders[:, :, None], orders[:, None, :]] * joined).sum(axis=(1, 2))
    p = (1 + int((dealt >= found - _ROUNDING).sum())) / (1 + _DRAWS)
    return TheoryAgreement(found / (2 * len(graph.edges)), p, len(graph.edges), theory)
