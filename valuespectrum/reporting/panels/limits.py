"""What numbers of this kind cannot say."""

from __future__ import annotations

from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.panels.base import PANELS, Panel


@PANELS.register("limits")
class LimitsPanel(Panel):
    """What a reader must not take the numbers for."""

    id = "limits"
    place = 70

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "What these numbers can and cannot say"
