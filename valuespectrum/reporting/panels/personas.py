"""What personas did to their models, against no persona and against placebo texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil

from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.panels.base import PANELS, Panel


@PANELS.register("personas")
class PersonasPanel(Panel):
    """Keep, pull and verdict of every persona, and its shifts beside its target."""

    id = "personas"
    place = 30

    def applies(self, data: ReportData) -> bool:
        """Whether there were personas."""
        return bool(data.personas)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "What personas did"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """How many models played, and the scales that all charts share."""
        return {
            "persona_models": len({result.model for result in data.personas}),
            "span": _furthest(shift for result in data.personas for shift in result.shifts.values()) or 1.0,
            "reach": ceil(_furthest(each for result in data.personas for each in (result.pull, result.beyond))) or 1,
            "in_log_odds": all(result.in_log_odds for result in data.personas),
            "covers": list(dict.fromkeys(result.covers for result in data.personas if result.covers)),
        }


def _furthest(estimates: Iterable[Estimate]) -> float:
    """Largest absolute end of an interval, or number."""
    ends = (end for each in estimates for end in (each.mean, each.low, each.high) if end is not None)
    return max(map(abs, ends), default=0.0)
