"""Profiles in four ways of scoring: as found, without wrong clips, with nuisances held equal, over matched clips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from valuespectrum.reporting.elements.data import CLEAR
from valuespectrum.reporting.elements.words import number, short_model
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

WAYS: tuple[tuple[str, str], ...] = (
    ("as found", "wrong clips and nuisances left in"),
    ("wrong clips out", "a clip counts for what blind raters say it shows"),
    ("nuisances out", "brightness, motion, prettiness and so on held equal"),
    ("matched clips", "only clips that are alike in all of these"),
)
"""Ways of scoring in order, and what each is."""


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """One value in all ways of scoring; ``None`` where a way says nothing."""

    value: str
    cells: tuple[tuple[Estimate, bool] | None, ...]
    """Each with whether it stands out after adjustment for ten values."""


@dataclass(frozen=True, slots=True)
class CorrectedProfile:
    """One model in all ways of scoring."""

    model: str
    rows: tuple[CorrectedRow, ...]
    notes: tuple[str, ...]
    """Why a way has no numbers, or what they have to be read with."""
    slopes: tuple[tuple[str, Estimate], ...]
    """For one standard deviation of each nuisance."""
    unit: str
    """What all of it is in."""
    size: int
    """Clips a value in the matched sets; 0 for none."""

    @property
    def estimates(self) -> list[Estimate]:
        """All numbers, of values and of nuisances."""
        cells = [cell[0] for row in self.rows for cell in row.cells if cell is not None]
        return [*cells, *(slope for _, slope in self.slopes)]


def read_corrected(respondent: Json) -> CorrectedProfile | None:
    """Take the corrected profiles out of the scores of a respondent; ``None`` where there are none."""
    corrected = respondent.get("corrected")
    if not corrected:
        return None
    relabelled, adjusted, matched = (corrected.get(name) or {} for name in ("relabelled", "adjusted", "matched"))
    before = (adjusted.get("before") or {}).get("values") or relabelled["before"]["values"]
    parts = [relabelled["after"], adjusted.get("after") or {}, matched.get("after") or {}]
    values: list[Mapping[str, Json]] = [before, *(part.get("values", {}) for part in parts)]
    rows = tuple(
        CorrectedRow(value, tuple(_cell(each.get(value)) for each in values))
        for value in VALUES
        if any(value in each for each in values)
    )
    notes = [f"{WAYS[at][0]}: {part['why']}" for at, part in enumerate(parts, start=1) if part.get("why")]
    if matched.get("size") and not matched.get("balanced"):
        apart = number(matched.get("worst"), 1)
        notes.append(f"{WAYS[3][0]}: still up to {apart} standard deviations apart, so read {WAYS[2][0]}")
    slopes = tuple((name, Estimate.read(row)) for name, row in (adjusted.get("slopes") or {}).items())
    size, unit = matched.get("size", 0), corrected.get("unit", "log-odds")
    return CorrectedProfile(short_model(respondent["model"]), rows, tuple(notes), slopes, unit, size)


def _cell(row: Json | None) -> tuple[Estimate, bool] | None:
    if row is None:
        return None
    p = row.get("centred_p_adjusted")
    return Estimate.read(row, "centred"), p is not None and p < CLEAR
