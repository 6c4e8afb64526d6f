"""What was planted in models of ours: the whole truth beside what was measured."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.panels.base import PANELS, Panel


@PANELS.register("planted")
class PlantedPanel(Panel):
    """The nineteen values, what of them lies off the circle, leans and other traits."""

    id = "planted"
    place = 55

    def applies(self, data: ReportData) -> bool:
        """Whether anything is known."""
        return any(profile.truth for profile in data.profiles)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "What was planted"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """A profile of each model of which it is known."""
        known = {profile.model: profile for profile in reversed(data.profiles) if profile.truth}
        return {"known": list(known.values())[::-1]}
