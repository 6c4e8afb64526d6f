"""Leans of an answerer that have nothing to do with values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from valuespectrum.reporting.elements.data import ModelProfile, ReportData
from valuespectrum.reporting.elements.words import with_interval
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.scoring.estimate import Estimate

DIAGNOSTICS: tuple[tuple[str, str, str, str], ...] = (
    ("yes_lean_points", "Yes-lean", "points towards the word yes, whatever yes means; 0 is none", "points"),
    ("order_gap_points", "Order gap", "points towards the option named first; 0 is none", "points"),
    ("polarity_gap", "Polarity gap", "liking by questions for minus liking by questions against", "points"),
    ("refusal", "Refusals", "share of answers that decline", "share"),
    ("no_picture", "No picture", "share of answers that say there is no picture", "share"),
    ("unparsed", "Unreadable", "share of answers that are neither yes, no nor a refusal", "share"),
    ("low_mass", "Off form", "share of answers with little probability on yes and no together", "share"),
    ("mismatch", "Word and odds differ", "share of answers whose word is the less likely one", "share"),
)
"""Name in the scores, label, explanation, kind."""
_COUNTED: Mapping[str, str] = {"refusal": "never counted as dislike", "no_picture": "never counted"}
"""How answers count that are none, but by the published protocol."""


@PANELS.register("bias")
class BiasPanel(Panel):
    """Leans and rates of every profile."""

    id = "bias"
    place = 50

    def applies(self, data: ReportData) -> bool:
        """Whether any of them was measured."""
        return bool(_known(data))

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "How it answers, whatever it is asked"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """Those that were measured, and how one is written."""
        known = _known(data)
        protocol = [profile.published for profile in data.profiles]
        return {
            "diagnostics": [(name, label, _explained(name, told, protocol), kind) for name, label, told, kind in known],
            "diagnostic": _diagnostic,
            "shown": [_lookup(profile, name) for profile in data.profiles for name, *_ in known],
            "four_ways": any(_lookup(profile, "yes_lean_points") is not None for profile in data.profiles),
            "by_protocol": any(protocol),
            "by_protocol_alone": all(protocol),
        }


def _known(data: ReportData) -> list[tuple[str, str, str, str]]:
    return [row for row in DIAGNOSTICS if any(_lookup(profile, row[0]) for profile in data.profiles)]


def _explained(name: str, explanation: str, protocol: Sequence[bool]) -> str:
    """What a number is, and how such answers count in the profiles on the page."""
    if name not in _COUNTED:
        return explanation
    if all(protocol):
        return f"{explanation}; a no by the published protocol"
    return f"{explanation}; {_COUNTED[name]}{', but as a no by the published protocol' if any(protocol) else ''}"


def _lookup(profile: ModelProfile, name: str) -> Estimate | None:
    found = profile.bias.get(name) or profile.rates.get(name)
    return found if found is not None and found.mean is not None else None


def _diagnostic(profile: ModelProfile, name: str, kind: str) -> str:
    found = _lookup(profile, name)
    if found is None:
        return "–"
    if kind == "points":
        return with_interval(found, 1, sign=True)
    return f"{with_interval(found.moved(100), 1)} %"
