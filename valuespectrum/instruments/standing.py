"""What is said about the profile of one respondent beside its numbers: how reliable it is, and what shape it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from valuespectrum.scoring.answered.conclusions import Concluded
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.readouts.evidence import Cells
from valuespectrum.scoring.reliability.respondent import ASKED_ONCE, reliability, repeated
from valuespectrum.scoring.structure.shape import covered, shape
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream


@dataclass(frozen=True, slots=True)
class ProfileStanding:
    """Both; empty where there is no profile."""

    reliability: Mapping[str, Estimate] = field(default_factory=dict)
    shape: Json | None = None

    @property
    def details(self) -> dict[str, object]:
        """As a measurement keeps the shape."""
        return {} if self.shape is None else {"shape": self.shape}


def standing(found: Concluded | None, seed: int, cells: Cells | None = None) -> ProfileStanding:
    """Reliability and shape of one profile; nothing of numbers on different scales.

    Args:
        found: What its table of sets says; ``None`` where there is none.
        seed: Of the halves that are drawn.
        cells: The answers themselves, where several were drawn to an ask.
    """
    if found is None or not found.reckoned.table.layout.value_set.one_scale:
        return ProfileStanding()
    table, generator = found.reckoned.table, stream(seed, "reliability")
    again = (ASKED_ONCE,) if cells is None else repeated(cells, generator)
    coefficients = reliability(table, found.analysis, generator, again)
    return ProfileStanding(coefficients, shape(covered(found.reckoned), table.layout.value_set))
