"""The profile of the first model: the circle of values and its intervals."""

from __future__ import annotations

from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.elements.words import short_model
from valuespectrum.reporting.panels.base import PANELS, Panel


@PANELS.register("profile")
class ProfilePanel(Panel):
    """What the first model likes pictures of."""

    id = "profile"
    place = 10

    def applies(self, data: ReportData) -> bool:
        """Whether there is one over the ten values."""
        return bool(data.profiles)

    def title(self, data: ReportData) -> str:
        """Its heading, with the model's name."""
        return f"What {short_model(data.profiles[0].model)} likes pictures of"
