"""What the causal graph of values finds of planted relations: ``python -m bench.truth.value_graph [--open-sealed]``.

Tables: edges and arrows of drawn graphs, by rows and neighbours; unrelated values that are joined, where rows share
personas, and in resampled tables drawn in two ways; how often the interval of side effects leaves out what is so; and
the graph of a cohort, measured by portraits as itself and in roles, beside the circle that is planted in it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from agents.models.base import ModelOptions
from agents.personas.persona import load_personas
from valuespectrum.instruments.registry import InstrumentChoice
from valuespectrum.measuring.instrument_run import InstrumentOptions, run_instrument
from valuespectrum.reference.cohort import COHORT, CohortMember
from valuespectrum.reference.sealed import sealed_cohort
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.steering.graph.agreement import circle_agreement
from valuespectrum.steering.graph.mining import MiningOptions, Rule, mine
from valuespectrum.steering.graph.resampling import Draws, ResamplePlan, edge_shares
from valuespectrum.steering.graph.run_table import table_of_runs
from valuespectrum.steering.graph.side_effects import ValueChanges, side_effects
from valuespectrum.steering.graph.value_graph import GraphEffects
from valuespectrum.steering.graph.value_table import Floats, RowKey, ValueTable
from valuespectrum.theory.value_sets import TEN
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.random_streams import stream

OPENED_BY = "bench --open-sealed"
_COUNT = len(VALUES)
_OFTEN = 0.8
"""Share of resampled tables from which on an edge would be believed."""


def table(scores: Floats, personas: int = 0) -> ValueTable:
    """Scores of ten values; so many personas share the rows, or each row has its own."""
    keys = [
        RowKey(str(row % personas), str(row // personas)) if personas else RowKey(str(row))
        for row in range(len(scores))
    ]
    return ValueTable(VALUES, tuple(keys), scores)


def drawn_graph(neighbours: float, rows: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """A drawn acyclic graph over ten values and rows of scores that follow it.

    Returns:
        (values, values) whether the first moves the second; (rows, values).
    """
    order = generator.permutation(_COUNT)
    weights = np.zeros((_COUNT, _COUNT))
    for at, one in enumerate(order):
        for other in order[at + 1 :]:
            if generator.random() < neighbours / (_COUNT - 1):
                weights[one, other] = generator.uniform(0.3, 0.8) * generator.choice([-1, 1])
    scores = np.zeros((rows, _COUNT))
    for at in order:
        scores[:, at] = scores @ weights[:, at] + generator.standard_normal(rows)
    return (weights != 0).astype(np.float64), scores


def graphs(samples: int, rule: Rule) -> Iterator[str]:
    """Precision and recall of edges and of arrows."""
    yield f"rule {rule}: rows, neighbours | edges right, found | arrows right, found (of all that there are)"
    for rows in (100, 300, 1000):
        for neighbours in (2.0, 4.0):
            hits = np.zeros(6)
            for number in range(samples):
                generator = stream(0, f"value-graph/{neighbours}/{rows}", number)
                truth, scores = drawn_graph(neighbours, rows, generator)
                found = np.zeros((2, _COUNT, _COUNT))
                for edge in mine(table(scores), MiningOptions(rule=rule)).edges:
                    one, other = VALUES.index(edge.first), VALUES.index(edge.second)
                    found[0, one, other] = found[0, other, one] = 1
                    found[1, one, other] = edge.mark == "->"
                both = np.maximum(truth, truth.T)
                hits += [
                    *((found[0] * both).sum(), found[0].sum(), both.sum()),
                    *((found[1] * truth).sum(), found[1].sum(), truth.sum()),
                ]
            shares = (hits[0] / hits[1], hits[0] / hits[2], hits[3] / hits[4], hits[3] / hits[5])
            yield f"{rows:5d} {neighbours:4.0f} | " + " ".join(f"{share:6.3f}" for share in shares)


def unrelated(samples: int) -> Iterator[str]:
    """How often values are joined that have nothing to do with each other, where rows share personas."""
    yield "personas, rows of each, share of variance that is the persona's | joined by one table | in 80 % of halves"
    for personas, rows in ((200, 1), (20, 10), (40, 5)):
        for share in (0.0, 0.5, 0.9) if rows > 1 else (0.0,):
            joined = np.zeros(2)
            for number in range(samples):
                generator = stream(1, f"value-graph/{personas}/{share}", number)
                own = generator.standard_normal((personas, _COUNT))
                each = np.tile(np.sqrt(share) * own, (rows, 1))
                scores = each + np.sqrt(1 - share) * generator.standard_normal((personas * rows, _COUNT))
                rowed = table(scores, personas if rows > 1 else 0)
                joined[0] += len(mine(rowed).edges)
                again = edge_shares(rowed, MiningOptions(), ResamplePlan(20))
                joined[1] += sum(pair.joined >= _OFTEN for pair in again.pairs.values())
            one, often = joined / samples / (_COUNT * (_COUNT - 1) / 2)
            yield f"{personas:4d} {rows:3d} {share:4.1f} | {one:6.3f} | {often:6.3f}"


def shares(samples: int) -> Iterator[str]:
    """How often unrelated values are joined in tables drawn again in two ways."""
    yield "draws | mean share of unrelated pairs, 100 rows"
    ways: tuple[Draws, ...] = ("half", "bootstrap")
    for draws in ways:
        total = 0.0
        for number in range(samples):
            scores = stream(2, "value-graph/shares", number).standard_normal((100, _COUNT))
            found = edge_shares(table(scores), MiningOptions(), ResamplePlan(20, draws))
            total += sum(pair.joined for pair in found.pairs.values()) / 45
        yield f"{draws:9s} | {total / samples:6.3f}"


def intervals(samples: int) -> Iterator[str]:
    """How often the interval of expected minus unexpected leaves out 0 where all values change alike."""
    yield "personas, rows of each | interval leaves out 0"
    generator = stream(3, "value-graph/effects")
    expected = {value: frozenset(VALUES[at + 1 : at + 4]) for at, value in enumerate(VALUES)}
    others = {value: frozenset(VALUES) - its - {value} for value, its in expected.items()}
    effects = GraphEffects(expected, others)
    for personas, rows in ((12, 1), (25, 1), (25, 10), (100, 10)):
        wrong = 0
        for _ in range(samples):
            rate = generator.beta(2, 2, (personas, 1, 1))
            changed = (generator.random((personas, rows, _COUNT)) < rate).reshape(-1, _COUNT)
            names = tuple(str(each) for each in np.repeat(np.arange(personas), rows))
            apart = side_effects(ValueChanges(VALUES, changed, names, "", ""), effects).apart
            wrong += apart.side != 0
        yield f"{personas:4d} {rows:3d} | {wrong / samples:6.3f}"


def measured(members: Sequence[CohortMember], roles: int, folder: Path) -> ValueTable:
    """Everybody measured by portraits, as itself and in so many roles that have a target."""
    personas = [each for each in load_personas() if any(each.target.values())][:roles]
    options = InstrumentOptions(
        run=folder, choice=InstrumentChoice("portraits", {"wordings": "1"}), strategies=("profile",), placebos=0
    )
    run_instrument(options, [TwinModel(each, ModelOptions(), each.name) for each in members], personas)
    return table_of_runs([folder])


def cohort(opened: bool, roles: int) -> Iterator[str]:
    """The graph of a cohort beside its circle."""
    everybody = sealed_cohort(OPENED_BY) if opened else COHORT
    members = [each for each in everybody if each.amplitude and not each.leans.constant]
    with tempfile.TemporaryDirectory() as folder:
        whole = measured(members, roles, Path(folder) / "run")
    ten = whole.columns([value for value in TEN.dimensions if value in whole.values])
    yield f"{'sealed' if opened else 'open'} cohort, {len(members)} respondents, portraits"
    yield "rows | edges | mean cosine of joined values, with the sign of the edge | p of names dealt out again"
    for name, rows in (("as itself and in roles", ten), ("as itself", ten.where(lambda key: not key.persona))):
        if len(rows) >= _COUNT:
            graph = mine(rows)
            found = circle_agreement(graph, TEN)
            if found.mean is not None and found.p is not None:
                yield f"{name}, {len(rows)} rows | {found.edges} | {found.mean:+.3f} | {found.p:.4f}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--roles", type=int, default=10)
    parser.add_argument("--open-sealed", action="store_true", help="the sealed cohort in place of the open one")
    parser.add_argument("--only", choices=("graphs", "unrelated", "shares", "intervals", "cohort"))
    given = parser.parse_args()
    tables: dict[str, Callable[[], Iterator[str]]] = {
        "graphs": lambda: (line for rule in ("stable", "published") for line in graphs(given.samples, rule)),
        "unrelated": lambda: unrelated(given.samples),
        "shares": lambda: shares(given.samples),
        "intervals": lambda: intervals(given.samples),
        "cohort": lambda: cohort(given.open_sealed, given.roles),
    }
    for name, lines in tables.items():
        if given.only in (None, name):
            print(f"## {name}")
            for line in lines():
                print(line, flush=True)


if __name__ == "__main__":
    main()
