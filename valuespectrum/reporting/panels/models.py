"""Several models, or several profiles of one, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from valuespectrum.reporting.elements.data import ReportData, ValueRow
from valuespectrum.reporting.panels.base import PANELS, Panel


@PANELS.register("models")
class ModelsPanel(Panel):
    """Centred liking of all profiles in one table."""

    id = "models"
    place = 20

    def applies(self, data: ReportData) -> bool:
        """Whether there is more than one profile."""
        return len(data.profiles) > 1

    def title(self, data: ReportData) -> str:
        """How many there are, and whether they saw the same."""
        models = len({profile.model for profile in data.profiles})
        counted = f"{models} models" if models == len(data.profiles) else f"{len(data.profiles)} profiles"
        return f"{counted} on the same pictures" if data.same_pictures else counted

    def context(self, data: ReportData) -> Mapping[str, object]:
        """Colours, and whether anything was planted."""
        rows = [row for profile in data.profiles for row in profile.rows]
        strongest = max((abs(row.centred.mean or 0.0) for row in rows), default=0.0)
        return {
            "heat": partial(_heat, strongest=strongest),
            "recovered": any(profile.recovery for profile in data.profiles),
        }


def _heat(row: ValueRow, strongest: float) -> int:
    """Strength of a cell's colour in percent; none for a value whose interval holds the model's own mean."""
    return round(70 * abs(row.centred.mean or 0.0) / strongest) if strongest and row.centred.side else 0
