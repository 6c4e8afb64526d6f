"""Predictive check: do tables that the model draws look like the one it was fitted to?

Two discrepancies (Gelman, Meng and Stern 1996), both chi-square sums: how often each respondent used each step, and how
answers spread over single cells. A table far outside what the model draws is not described by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.design import OrdinalDesign
from valuespectrum.scoring.ordinal.likelihood import step_chances
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

Floats = NDArray[np.float64]

LEAST_P = 0.01
"""Share of drawn tables as far from the model as this one, below which the model does not describe it."""
_REPLICATES = (100, 500)
_CELLS = 5_000_000
"""Cells that are drawn in all, about."""


@dataclass(frozen=True, slots=True)
class Predictive:
    """How far a table is from what the model draws."""

    scale_use: float
    """Share of drawn tables in which respondents use steps at least as differently from the model."""
    spread: float
    """The same for single cells."""
    oddest: str
    """Respondent whose use of the steps is farthest from the model."""

    @property
    def why_not(self) -> list[str]:
        """Reasons not to conclude anything; empty where there are none."""
        found = []
        if self.scale_use < LEAST_P:
            found.append(
                f"the model does not describe how respondents use the scale, {self.oddest} least of all (p < "
                f"{LEAST_P:g})"
            )
        if self.spread < LEAST_P:
            found.append(f"answers scatter more than the model says (p < {LEAST_P:g})")
        return found

    def to_json(self) -> Json:
        """As a document keeps it."""
        return {"scale_use_p": self.scale_use, "spread_p": self.spread, "farthest": self.oddest, "least_p": LEAST_P}


def replicates(design: OrdinalDesign) -> int:
    """How many tables are drawn: fewer of large ones, whose distances vary less."""
    least, most = _REPLICATES
    return max(least, min(most, _CELLS // len(design.group)))


def predictive_check(design: OrdinalDesign, places: Iterable[tuple[Floats, Floats]], seed: int) -> Predictive:
    """Draw tables and set the one that there is beside them.

    Args:
        design: Table and effects.
        places: Thresholds (groups, thresholds) and predictors (cells,) for each table that is drawn.
        seed: Root seed.
    """
    rng = stream(seed, "ordinal predictive check")
    observed = _packed(design)
    asked = np.maximum(np.rint(observed.sum(axis=1)), 1.0)
    size = asked / observed.sum(axis=1)
    use: list[bool] = []
    scatter: list[bool] = []
    farthest = np.zeros(len(design.table.respondents))
    for thresholds, predictors in places:
        chances = step_chances(design, thresholds, predictors)
        chances /= chances.sum(axis=1, keepdims=True)
        drawn = rng.multinomial(asked.astype(np.int64), chances) / size[:, None]
        expected = chances * observed.sum(axis=1, keepdims=True)
        own, other = (_by_respondent(design, each, expected) for each in (observed, drawn))
        use.append(bool(other.sum() >= own.sum()))
        farthest += own
        scatter.append(bool(_distance(drawn, expected).sum() >= _distance(observed, expected).sum()))
    oddest = design.table.respondents[int(farthest.argmax())]
    return Predictive(float(np.mean(use)), float(np.mean(scatter)), oddest)


def _packed(design: OrdinalDesign) -> Floats:
    """Shape (cells, steps): answers by the steps that the cell's group uses, in order."""
    last = design.used.sum(axis=1)[design.group]
    rows = np.arange(len(last))
    packed = np.hstack([design.upper, np.zeros((len(last), 1))])
    packed[rows, last] = design.lower[rows, last - 1]
    return packed


def _distance(counts: Floats, expected: Floats) -> Floats:
    there = expected > 1e-9
    return np.divide((counts - expected) ** 2, expected, out=np.zeros_like(expected), where=there)


def _by_respondent(design: OrdinalDesign, counts: Floats, expected: Floats) -> Floats:
    """Shape (respondents,): chi-square of the use of steps."""
    shape = (len(design.table.respondents), counts.shape[1])
    sums, means = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, design.table.codes["respondent"], counts)
    np.add.at(means, design.table.codes["respondent"], expected)
    return np.asarray(_distance(sums, means).sum(axis=1))
