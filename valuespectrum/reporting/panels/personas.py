"""How far personas moved their models, against no persona and against placebos."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.panels.base import PANELS, Panel


@PANELS.register("personas")
class PersonasPanel(Panel):
    """Alignment of every persona, and its measured values beside its target."""

    id = "personas"
    place = 30

    def applies(self, data: ReportData) -> bool:
        """Whether there were personas."""
        return bool(data.personas)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Personas against their targets"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """How many models played, and the scale that all bars share."""
        scores = [abs(score) for result in data.personas for score in result.profile.values()]
        return {
            "persona_models": len({result.model for result in data.personas}),
            "span": max(scores, default=1.0),
        }
