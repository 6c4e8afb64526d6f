"""Runs, corpus, models, versions, command."""

from __future__ import annotations

from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.panels.base import PANELS, Panel


@PANELS.register("provenance")
class ProvenancePanel(Panel):
    """Everything that is needed to make the page again."""

    id = "provenance"
    place = 80

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Where this comes from"
