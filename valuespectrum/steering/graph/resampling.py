"""How sure each edge is: the share of resampled tables in which it comes again, personas drawn anew.

Two ways to draw. ``half`` takes half of the personas, each once (Meinshausen and Buehlmann 2010): two values that have
nothing to do with each other are then joined as seldom as the level of the tests says. ``bootstrap`` takes as many as
there are, with repetition; the tests do not know that rows come twice, and join unrelated values three times as often
(Steck and Jaakkola 2003; ``python -m bench.truth.value_graph`` shows both).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from valuespectrum.steering.graph.mining import MiningOptions, mined
from valuespectrum.steering.graph.value_graph import ValueGraph
from valuespectrum.steering.graph.value_table import FEWEST_ROWS, RowKey, ValueTable
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import first_shuffled, stream

FEWEST_UNITS = 5
Draws = Literal["half", "bootstrap"]


@dataclass(frozen=True, slots=True)
class ResamplePlan:
    """How tables are drawn again."""

    resamples: int = 200
    draws: Draws = "half"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class PairShares:
    """In what share of the resampled tables two values are joined, and how."""

    forward: float = 0.0
    """An arrow from the first to the second."""
    backward: float = 0.0
    undirected: float = 0.0
    both: float = 0.0
    """Arrows that contradict each other."""

    @property
    def joined(self) -> float:
        """Any edge at all."""
        return self.forward + self.backward + self.undirected + self.both


@dataclass(frozen=True, slots=True)
class EdgeShares:
    """What resampling says of every pair."""

    resamples: int
    """That could be mined."""
    failed: int
    """That could not, since a value did not vary in them or was a sum of others, or too few rows were free."""
    draws: Draws
    unit: str
    units: int
    pairs: Mapping[tuple[str, str], PairShares] = field(default_factory=dict)
    """Every pair that was joined at least once; the name that sorts first stands first."""

    def of(self, one: str, other: str) -> PairShares:
        """What is known of two values, seen from the first."""
        if (one, other) in self.pairs:
            return self.pairs[one, other]
        turned = self.pairs.get((other, one), PairShares())
        return PairShares(turned.backward, turned.forward, turned.undirected, turned.both)

    def to_json(self) -> Json:
        """Pairs by how often they are joined."""
        rows = [
            {
                "first": first,
                "second": second,
                "joined": share.joined,
                "forward": share.forward,
                "backward": share.backward,
                "undirected": share.undirected,
                "both": share.both,
            }
            for (first, second), share in self.pairs.items()
        ]
        return {
            "resamples": self.resamples,
            "failed": self.failed,
            "draws": self.draws,
            "unit": self.unit,
            "units": self.units,
            "pairs": sorted(rows, key=lambda row: (-float(str(row["joined"])), str(row["first"]), str(row["second"]))),
        }


def edge_shares(
    table: ValueTable,
    options: MiningOptions,
    plan: ResamplePlan,
    progress: Callable[[int, int], None] | None = None,
) -> EdgeShares:
    """Mine tables of personas that are drawn again, with all their rows.

    Args:
        table: Profiles; where rows have no persona that differs, rows are drawn.
        options: As of the graph.
        plan: How many tables, and how they are drawn.
        progress: Told how many are done, of how many.

    Raises:
        InputError: There are too few personas, or no table could be mined.
    """
    unit, members = units_of(table)
    if len(members) < FEWEST_UNITS:
        raise InputError(
            f"{len(members)} {unit}s are too few to draw again", f"measure {FEWEST_UNITS}, or take --resamples 0"
        )
    counts: dict[tuple[str, str], np.ndarray] = {}
    done = 0
    refused: InputError | None = None
    for number in range(plan.resamples):
        generator = stream(plan.seed, "steering/edge-shares", number)
        if plan.draws == "half":
            chosen = first_shuffled(len(members), len(members) // 2, generator)
        else:
            chosen = generator.integers(len(members), size=len(members))
        drawn = table.rows(np.concatenate([members[at] for at in chosen]))
        varying, still = drawn.varying()
        if not still and drawn.free_rows >= FEWEST_ROWS:
            try:
                _count(mined(varying, options), counts)
                done += 1
            except InputError as error:  # few rows can make a sum of others of a value that is none
                refused = error
        if progress is not None:
            progress(number + 1, plan.resamples)
    if not done and refused is not None:
        raise refused
    if not done:
        raise InputError(
            "no resampled table could be mined: a value varies in too few rows, or there are too few",
            "leave that value out, measure more, or take --resamples 0",
        )
    pairs = {pair: PairShares(*(count / done).tolist()) for pair, count in sorted(counts.items())}
    return EdgeShares(done, plan.resamples - done, plan.draws, unit, len(members), pairs)


def units_of(table: ValueTable) -> tuple[str, Sequence[np.ndarray]]:
    """What is drawn again, and the rows of each: respondents with all their rows, else the rows themselves."""
    for name, of in _UNITS:
        groups: dict[tuple[str, ...], list[int]] = {}
        for place, key in enumerate(table.keys):
            groups.setdefault(of(key), []).append(place)
        if len(groups) >= FEWEST_UNITS:
            return name, [np.array(places) for places in groups.values()]
    return "row", [np.array([place]) for place in range(len(table))]


_UNITS: tuple[tuple[str, Callable[[RowKey], tuple[str, ...]]], ...] = (
    ("persona", lambda key: (key.persona,)),
    ("respondent", lambda key: (key.model, key.persona)),
)


def _count(graph: ValueGraph, counts: dict[tuple[str, str], np.ndarray]) -> None:
    for edge in graph.edges:
        pair = (min(edge.first, edge.second), max(edge.first, edge.second))
        kind = {"--": 2, "<->": 3}.get(edge.mark, int(edge.first != pair[0]))
        counts.setdefault(pair, np.zeros(4))[kind] += 1
