"""The values that an answer is looked at for: what they mean, how they relate, how they vary together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Literal

import numpy as np

from valuespectrum.instruments.judging.labels import labels_of
from valuespectrum.steering.graph.value_graph import ValueGraph
from valuespectrum.steering.graph.value_table import FEWEST_ROWS, Floats, ValueTable
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foreign.documents import check_shape, read_yaml
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

Sign = Literal[-1, 0, 1]
"""Opposing, unrelated, consistent."""
Relations = Mapping[tuple[str, str], Sign]
"""Pairs, either way round, that are not unrelated."""
_LEAST = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ValueSystem:
    """Dimensions with a relation graph G and a covariance matrix Sigma.

    Raises:
        InputError: LoopParts do not fit each other, or Sigma is no covariance.
    """

    dimensions: tuple[str, ...]
    labels: Mapping[str, str]
    """How each is written for people."""
    definitions: Mapping[str, str]
    """One line each."""
    relations: Relations
    """G."""
    covariance: Floats
    """Sigma, in the order of the dimensions; its diagonal says how much each varies, its rows what goes along."""
    source: str = ""
    """Where G and Sigma are from, in words."""

    def __post_init__(self) -> None:
        count = len(self.dimensions)
        if not count or len(set(self.dimensions)) < count:
            raise InputError("a value system names every value once", "look at its names")
        if set(self.labels) != set(self.dimensions) or set(self.definitions) != set(self.dimensions):
            raise InputError("a value system has a label and a definition for every value", "write the missing ones")
        strange = [end for pair in self.relations for end in pair if end not in self.dimensions]
        strange += [first for first, second in self.relations if first == second]
        if strange:
            raise InputError(f"a relation names {strange[0]!r:.60}", "relations are between two of the values")
        if any(self.relations.get((second, first), sign) != sign for (first, second), sign in self.relations.items()):
            raise InputError("two values are told to be consistent and opposing", "a relation has one sign")
        self._check_covariance()

    def _check_covariance(self) -> None:
        table = self.covariance
        if table.shape != (len(self.dimensions),) * 2 or not np.isfinite(table).all():
            raise InputError(f"covariances are a square table of {len(self.dimensions)} numbers a side")
        size = max(float(np.abs(table).max()), _LEAST)
        if np.abs(table - table.T).max() > 1e-6 * size or np.linalg.eigvalsh(table).min() < -1e-6 * size:
            raise InputError(
                "the covariances are none: a covariance matrix is symmetric and has no negative eigenvalue",
                "reckon them from one table of scores",
            )

    def related(self, dimension: str) -> dict[str, Sign]:
        """Every other dimension that is not unrelated to one, in the order of the system."""
        found: dict[str, Sign] = {}
        for other in self.dimensions:
            sign = self.relations.get((dimension, other), self.relations.get((other, dimension), 0))
            if sign:
                found[other] = sign
        return found

    def importance(self, dimension: str) -> float:
        """How much a dimension varies, beside the others: 1 on average, and where nothing varies."""
        spread = np.sqrt(np.clip(np.diag(self.covariance), 0, None))
        mean = float(spread.mean())
        return float(spread[self.dimensions.index(dimension)] / mean) if mean > 0 else 1.0

    def to_json(self) -> Json:
        """As a file of value systems has it."""
        return {
            "dimensions": {
                each: {"label": self.labels[each], "definition": self.definitions[each]} for each in self.dimensions
            },
            "relations": [[first, second, sign] for (first, second), sign in sorted(self.relations.items())],
            "covariance": [[float(number) for number in row] for row in self.covariance],
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class _WrittenDimension:
    label: str
    definition: str


@dataclass(frozen=True, slots=True)
class _WrittenSystem:
    dimensions: dict[str, _WrittenDimension]
    relations: tuple[tuple[str, str, Sign], ...] = ()
    covariance: tuple[tuple[float, ...], ...] | None = None
    source: str = ""


def read_system(path: Path) -> ValueSystem:
    """Read a value system: YAML or JSON with ``dimensions``, ``relations`` and ``covariance``.

    Without covariances every value varies alike and by itself.

    Raises:
        InputError: It is no such file, or its parts do not fit.
    """
    hint = "dimensions: {NAME: {label, definition}}, relations: [[NAME, NAME, 1 or -1]], covariance: [[...]]"
    found = check_shape(_WrittenSystem, read_yaml(path, "value system", hint), f"value system {path}", hint)
    signs: dict[frozenset[str], Sign] = {}
    for first, second, sign in found.relations:
        if signs.setdefault(frozenset((first, second)), sign) != sign:
            raise InputError(
                f"value system {path} gives the relation of {first!r:.60} and {second!r:.60} more than one sign",
                "leave one of the lines out",
            )
    covariance = found.covariance or np.eye(len(found.dimensions))
    if len({len(row) for row in covariance}) > 1:
        raise InputError(f"value system {path} has rows of covariances of different lengths", hint)
    return ValueSystem(
        tuple(found.dimensions),
        {name: each.label for name, each in found.dimensions.items()},
        {name: each.definition for name, each in found.dimensions.items()},
        {(first, second): sign for first, second, sign in found.relations if sign},
        np.array(covariance, dtype=np.float64),
        found.source or str(path),
    )


def circle_system(values: ValueSet) -> ValueSystem:
    """The system that a circle of values stands for: neighbours are consistent, opposites opposing.

    Sigma is the cosine of the angle between two values: what a circle says before anything is measured.

    Args:
        values: A circular set that has definitions.

    Raises:
        InputError: It is no circle, or has no definitions.
    """
    labels = {label.name: label for label in labels_of(values)}
    half = len(values) / 2
    relations: dict[tuple[str, str], Sign] = {}
    for at, first in enumerate(values.dimensions):
        for second in values.dimensions[at + 1 :]:
            steps = values.circular_distance(first, second)
            if steps <= 1 or steps >= half - 1:
                relations[first, second] = 1 if steps <= 1 else -1
    angles = 2 * np.pi * np.arange(len(values)) / len(values)
    return ValueSystem(
        values.dimensions,
        {name: label.written for name, label in labels.items()},
        {name: label.definition for name, label in labels.items()},
        relations,
        np.cos(angles[:, None] - angles),
        f"the circle of {values.title}",
    )


def measured_system(system: ValueSystem, table: ValueTable, graph: ValueGraph) -> ValueSystem:
    """The same with relations and covariances that were measured.

    Args:
        system: Labels and definitions.
        table: Measured profiles over at least its dimensions.
        graph: Mined from that table: joined values are consistent or opposing by the sign of their correlation.

    Raises:
        InputError: The table lacks a dimension, or has too few rows.
    """
    if len(table) < FEWEST_ROWS:
        raise InputError(f"{len(table)} profiles are too few for covariances", f"measure {FEWEST_ROWS}")
    known = set(system.dimensions)
    relations: dict[tuple[str, str], Sign] = {
        (edge.first, edge.second): 1 if edge.correlation > 0 else -1
        for edge in graph.edges
        if {edge.first, edge.second} <= known
    }
    covariance = np.cov(table.columns(system.dimensions).scores.T).reshape(len(known), len(known))
    source = f"measured over {len(table)} profiles, rule {graph.rule}, alpha {graph.alpha:g}"
    return ValueSystem(system.dimensions, system.labels, system.definitions, relations, covariance, source)


def with_graph(system: ValueSystem, graph: ValueGraph) -> ValueSystem:
    """The same with the relations of a graph file; covariances stay.

    Raises:
        InputError: The graph has none of the values.
    """
    known = set(system.dimensions)
    if not known & set(graph.values):
        raise InputError("the graph is about other values", f"about some of {', '.join(system.dimensions)}")
    relations: dict[tuple[str, str], Sign] = {
        (edge.first, edge.second): 1 if edge.correlation > 0 else -1
        for edge in graph.edges
        if {edge.first, edge.second} <= known and isfinite(edge.correlation) and edge.correlation
    }
    source = f"relations of a graph over {graph.rows} rows; {system.source}"
    return ValueSystem(system.dimensions, system.labels, system.definitions, relations, system.covariance, source)
