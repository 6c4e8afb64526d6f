"""What personas did to their models, against no persona and against placebo texts, run by run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from valuespectrum.reporting.elements.data import Estimate, PersonaResult, ReportData
from valuespectrum.reporting.panels.base import PANELS, Panel


@PANELS.register("personas")
class PersonasPanel(Panel):
    """Keep, pull and verdict of every persona, and its shifts beside its target, under the run that it is of."""

    id = "personas"
    place = 30

    def applies(self, data: ReportData) -> bool:
        """Whether there were personas."""
        return bool(data.personas)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "What personas did"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """Runs with their personas, each with scales that its charts share."""
        by_run: dict[str, list[PersonaResult]] = {}
        for result in data.personas:
            by_run.setdefault(result.run, []).append(result)
        return {"played_in": [_one_run(name, results, data) for name, results in by_run.items()]}


def _one_run(name: str, results: Sequence[PersonaResult], data: ReportData) -> Mapping[str, object]:
    return {
        "name": name,
        "results": results,
        "playing": [sentence for run, sentence in data.playing if run == name],
        "models": len({result.model for result in results}),
        "span": _furthest(shift for result in results for shift in result.shifts.values()) or 1.0,
        "reach": ceil(_furthest(each for result in results for each in (result.pull, result.beyond))) or 1,
        "in_log_odds": all(result.in_log_odds for result in results),
        "covers": list(dict.fromkeys(result.covers for result in results if result.covers)),
    }


def _furthest(estimates: Iterable[Estimate]) -> float:
    """Largest absolute end of an interval, or number."""
    ends = (end for each in estimates for end in (each.mean, each.low, each.high) if end is not None)
    return max(map(abs, ends), default=0.0)
