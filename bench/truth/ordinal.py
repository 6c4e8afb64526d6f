"""Planted ratings: how often intervals of ordinal contrasts hold the truth, and how often nothing is called something.

``python -m bench.truth.ordinal coverage|alarms|power|people|bayes [TABLES]`` prints what docs/statistics/ordinal.md
tells.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.table import RatingTable, rating_table
from vectorstore.foundation.random_streams import stream

Floats = NDArray[np.float64]

THRESHOLDS = (-2.2, -1.0, 0.0, 1.0, 2.2)
"""Between six steps that are all used."""


@dataclass(frozen=True, slots=True)
class PlantedRatings:
    """What a table is drawn from."""

    respondents: int = 3
    values: int = 10
    items: int = 4
    """Of every value."""
    versions: int = 1
    repeats: int = 10
    """Answers to every item in every version."""
    people: int = 0
    """That are one respondent together, each of whom answers everything ``repeats`` times; 0 for none."""
    effects: Floats | None = None
    """Shape (respondents, values); drawn with standard deviation 0.8 where nothing is said."""
    item: float = 0.5
    """Standard deviations, in logits: of items,"""
    within: float = 0.3
    """of items within respondents,"""
    cell: float = 0.0
    """of items within respondents and versions,"""
    person: float = 0.0
    """of people,"""
    person_value: float = 0.0
    """and of people within values."""
    thresholds: tuple[float, ...] = field(default=THRESHOLDS)

    def truth(self, seed: int) -> Floats:
        """The effects, shape (respondents, values)."""
        if self.effects is not None:
            return self.effects
        return 0.8 * stream(seed, "planted effects").normal(size=(self.respondents, self.values))


def planted_table(planted: PlantedRatings, seed: int) -> RatingTable:
    """Draw a table, and whatever is drawn in it, anew."""
    import pandas as pd

    rng = stream(seed, "planted ratings")
    shape = (planted.respondents, planted.values, planted.items, planted.versions, max(planted.people, 1))
    who, what, item, version, person = (each.reshape(-1) for each in np.indices(shape))
    eta = (
        planted.truth(seed)[who, what]
        + planted.item * rng.normal(size=shape[1:3])[what, item]
        + planted.within * rng.normal(size=shape[:3])[who, what, item]
        + 0.4 * rng.normal(size=(shape[0], shape[3]))[who, version] * (planted.versions > 1)
        + planted.cell * rng.normal(size=shape[:4])[who, what, item, version]
        + planted.person * rng.normal(size=(shape[0], shape[4]))[who, person]
        + planted.person_value * rng.normal(size=(shape[0], shape[1], shape[4]))[who, what, person]
    )
    below = 1.0 / (1.0 + np.exp(-(np.array(planted.thresholds)[None, :] - eta[:, None])))
    chances = np.diff(np.hstack([np.zeros((len(eta), 1)), below, np.ones((len(eta), 1))]), axis=1)
    counts = rng.multinomial(planted.repeats, chances).astype(np.float64)
    rows = {
        "respondent": [f"model {number}" for number in who],
        "value": [f"value {number}" for number in what],
        "item": [f"value {one}, item {other}" for one, other in zip(what, item, strict=True)],
        "version": [f"version {number}" for number in version],
        "person": [f"person {number}" if planted.people else "" for number in person],
    }
    return rating_table(pd.DataFrame(rows), counts, [f"value {number}" for number in range(planted.values)])
