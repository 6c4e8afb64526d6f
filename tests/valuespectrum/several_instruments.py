"""Scores as runs of several instruments over the same respondents would have written them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from valuespectrum.theory.value_sets import NINETEEN, TEN, ValueSet, grouped, scalars

ANGLE = scalars("orientation", "Orientation", {"angle": "Angle"})
PEOPLE = 20
TRUTH = np.random.default_rng(0).standard_normal((PEOPLE, len(NINETEEN)))


def scores(instrument: str, value_set: ValueSet, table: np.ndarray, people: int = PEOPLE) -> dict[str, Any]:
    """What a run of an instrument would have written."""

    def row(number: float) -> dict[str, Any]:
        ends = {"mean": number, "low": number - 0.2, "high": number + 0.2, "se": 0.1}
        return ends | {
            f"centred{name}": each for name, each in zip(("", "_low", "_high", "_se"), ends.values(), strict=True)
        }

    respondents = [
        {
            **{"model": f"simulated:m{at}@1", "persona": "none", "strategy": "none", "placebo": False},
            **{"instrument": instrument, "value_set": value_set.name},
            "profile": {value: row(float(each)) for value, each in zip(value_set.dimensions, numbers, strict=True)},
        }
        for at, numbers in enumerate(table[:people])
    ]
    return {"value_sets": {value_set.name: value_set.to_json()}, "respondents": respondents}


def ten(noise: float = 0.1, seed: int = 1) -> np.ndarray:
    """The ten values of the same people, measured with some noise."""
    held = [grouped(dict(zip(NINETEEN.dimensions, row.tolist(), strict=True)), NINETEEN, TEN) for row in TRUTH]
    true = np.array([[row[value] for value in TEN.dimensions] for row in held])
    return true + noise * np.random.default_rng(seed).standard_normal(true.shape)


OTHERS = np.array(
    [{"universalism": 1.0, "benevolence": 1.0, "power": -1.0}.get(value, 0.0) for value in TEN.dimensions]
)
RUNS = [
    (Path("one"), scores("vqa", TEN, ten())),
    (Path("two"), scores("portraits", NINETEEN, TRUTH)),
    (Path("three"), scores("svo", ANGLE, (ten(seed=2) @ OTHERS)[:, None])),
]
