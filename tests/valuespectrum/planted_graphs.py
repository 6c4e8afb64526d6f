"""Tables whose graph is known, for several tests."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from valuespectrum.steering.graph.value_table import Floats, RowKey, ValueTable


def table_of(columns: Mapping[str, Floats], personas: int = 0) -> ValueTable:
    """A table with these columns; so many personas share the rows evenly, or each row has its own."""
    scores = np.stack(list(columns.values()), axis=1)
    keys = [
        RowKey(f"persona {row % personas}", f"feature {row // personas}") if personas else RowKey(f"persona {row}")
        for row in range(len(scores))
    ]
    return ValueTable(tuple(columns), tuple(keys), scores)


def collider(rows: int = 2000, seed: int = 0) -> ValueTable:
    """A -> C <- B, C -> D, and E by itself."""
    generator = np.random.default_rng(seed)
    a, b, e = generator.standard_normal((3, rows))
    c = 0.8 * a + 0.8 * b + generator.standard_normal(rows)
    d = 0.9 * c + generator.standard_normal(rows)
    return table_of({"A": a, "B": b, "C": c, "D": d, "E": e})


def random_table(seed: int, values: int = 8, rows: int = 400, chance: float = 0.35) -> ValueTable:
    """A table of a drawn graph."""
    generator = np.random.default_rng(seed)
    scores = np.zeros((rows, values))
    for at in range(values):
        weights = generator.uniform(0.3, 0.9, at) * generator.choice([-1, 1], at) * (generator.random(at) < chance)
        scores[:, at] = scores[:, :at] @ weights + generator.standard_normal(rows)
    return table_of({f"value {at}": scores[:, at] for at in range(values)})
