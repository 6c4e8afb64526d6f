"""A panel that counts respondents."""

from __future__ import annotations

from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.panels.base import Panel


class CountPanel(Panel):
    """How many were asked; its template lies beside this module."""

    id = "count"
    place = 65

    def applies(self, data: ReportData) -> bool:
        return bool(data.runs)

    def title(self, data: ReportData) -> str:
        return "Who was asked"

    def context(self, data: ReportData) -> dict[str, object]:
        return {"respondents": sum(len(run.scores["respondents"]) for run in data.runs)}
