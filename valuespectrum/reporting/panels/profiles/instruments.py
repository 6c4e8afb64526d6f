"""Every profile of every run: instrument by instrument, each with its dimensions, its unit and its scale."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.elements.whiskers import digits_of, marks, span_of, whisker
from valuespectrum.reporting.panels.base import PANELS, Panel

_MOST_UNFOLDED = 12
"""Profiles of one group above which those of personas stand behind one line: a page of lines is no overview."""


@PANELS.register("instruments")
class InstrumentsPanel(Panel):
    """Whom the runs measured, by which instrument, and what came out."""

    id = "instruments"
    place = 25

    def applies(self, data: ReportData) -> bool:
        """Whether there is a profile that no other panel shows whole."""
        return sum(len(group.profiles) for group in data.groups) > len(data.profiles)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Every profile, by instrument" if len(data.groups) > 1 else "Every profile"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """How many there are, and the scale that each group shares."""
        spans = [span_of(group.centred) for group in data.groups]
        profiles = [profile for group in data.groups for profile in group.profiles]
        return {
            "scaled": list(zip(data.groups, spans, [min(2, digits_of(span)) for span in spans], strict=True)),
            "count": len(profiles),
            "roles": sum(bool(profile.role) for profile in profiles),
            "most_unfolded": _MOST_UNFOLDED,
            "several_runs": len({profile.run for profile in profiles}) > 1,
            "marks": marks,
            "whisker": whisker,
        }
