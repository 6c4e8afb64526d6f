"""Conditions of reading the scores, and whether they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.elements.words import flag
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.scoring.readouts.evidence import IN_WORDS

_LABELS: Mapping[str, str] = {
    "negation": "Negation",
    "refusals": "Refusals",
    "mass": "In the form that was asked for",
    "wordings": "Agreement of wordings",
    "words": "Search words",
    "ties": "Ties",
    "orthogonality": "Balance of questions",
    "constant": "One word for everything",
    "strong_leans": "Cut log-odds",
}
_STATES: Mapping[str, str] = {"holds": "holds", "flagged": "flagged", "unknown": "not known"}


@PANELS.register("guards")
class GuardsPanel(Panel):
    """A table of guards for every profile that has any."""

    id = "guards"
    place = 45

    def applies(self, data: ReportData) -> bool:
        """Whether anything was checked."""
        return any(profile.guards for profile in data.profiles)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Whether the scores may be read"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """Names of guards and states, and what tells the models of each run apart."""
        return {
            "guard_labels": _LABELS,
            "states": _STATES,
            "flag": flag,
            "checked": [profile for profile in data.profiles if profile.guards],
            "between": _between(data),
        }


def _between(data: ReportData) -> Sequence[str]:
    """How much of what tells models apart is a lean, of every run with several and every way of reading answers."""
    found = [
        (name, kind, Finding.from_json("directional", row).statement)
        for name, run in data.named_runs
        for kind, row in run.scores.get("between_models", {}).get("directional", {}).items()
        if row.get("number") is not None
    ]
    runs, kinds = ({each[place] for each in found} for place in (0, 1))
    told = [
        f"in the run {name}, " * (len(runs) > 1) + f"by {IN_WORDS.get(kind, kind)}, " * (len(kinds) > 1) + statement
        for name, kind, statement in found
    ]
    return [sentence[:1].upper() + sentence[1:] for sentence in told]
