"""A steered model beside itself: every value's change with its interval, lost answers, and what else was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.elements.whiskers import marks, span_of, whisker
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.steering.sweep.choosing import COUNTS
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.json_types import Json

_GROUPS: Mapping[str, str] = {
    "target": "target",
    "neighbours": "neighbour",
    "opposites": "opposite",
    "rest": "rest",
    "": "",
}
"""Groups on the circle in the order in which they are shown, and what one of their values is called."""
_MEANS: Mapping[str, str] = {"neighbours": "Neighbours", "opposites": "Opposites", "rest": "The rest"}
_BESIDE: Mapping[str, str] = {
    "knowledge": "Tasks done right, share of those answered",
    "tasks": "Tasks answered",
    "perplexity": "Fluency: perplexity of what is said, as the unsteered model finds it",
    "grammatical": "Fluency: answers that a judge finds grammatical, share",
    "control": "Control: answers that a judge finds on the wanted side, share",
    "unclear": "Verdicts of the judge that are unclear, share",
    "judged": "Answers on which the judge has a verdict",
}
_RATES: Mapping[str, str] = {
    "refusal": "Refused",
    "no_picture": "Said to see no picture",
    "unparsed": "Not readable",
    "low_mass": "Little probability on the choices",
    "error": "Failed",
    "mismatch": "Words against probabilities",
    "neither": "Neither",
}
"""Shares that most instruments tell; what others tell has their own words."""
_VERDICTS: Mapping[bool | None, str] = {True: "changed", False: "not shown", None: "not known"}


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One value of a pair."""

    value: str
    label: str
    place: str
    """Where it stands on the circle, seen from the target; empty without one."""
    change: Estimate
    p_adjusted: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class ShownPair:
    """One model unsteered and steered."""

    document: Json
    """As the verb prints it."""
    target: str
    """Label of the target; empty where nothing tells one."""
    rows: tuple[ChangedValue, ...]
    means: tuple[tuple[str, Estimate], ...]
    """Groups on the circle with the mean change of their values."""
    general: Estimate
    rates: tuple[tuple[str, Estimate, Estimate], ...]
    beside: tuple[tuple[str, float | None, float | None, int], ...]
    """What the sweep measured: of both, and places behind the point."""

    @property
    def estimates(self) -> list[Estimate]:
        """Every change."""
        return [*(row.change for row in self.rows), *(each for _, each in self.means)]

    @property
    def share_estimates(self) -> list[Estimate]:
        """Every share of answers."""
        return [each for _, *both in self.rates for each in both]

    @property
    def span(self) -> float:
        """How far the scale of all changes reaches."""
        return span_of(self.estimates)


@PANELS.register("before_after")
class BeforeAfterPanel(Panel):
    """Each steered respondent minus the same one as it is."""

    id = "before_after"
    place = 34

    def applies(self, data: ReportData) -> bool:
        """Whether it was asked for."""
        return data.before_after is not None

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "The same model, unsteered and steered"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """All pairs."""
        found = data.before_after or {"pairs": [], "left_out": [], "fixed": ""}
        pairs = [_shown(each) for each in found["pairs"]]
        return {"found": found, "pairs": pairs, "whisker": whisker, "marks": marks}


def _shown(pair: Json) -> ShownPair:
    values = ValueSet.from_json(pair["value_set"])
    order = list(_GROUPS)
    rows = sorted(pair["values"].items(), key=lambda each: order.index(each[1]["group"]))
    target = pair["target"]["value"]
    return ShownPair(
        pair,
        values.label(target) if target else "",
        tuple(_row(values.label(value), value, row) for value, row in rows),
        tuple((label, Estimate.read(pair["groups"][name])) for name, label in _MEANS.items() if name in pair["groups"]),
        Estimate.read(pair["general"]),
        tuple(
            (_RATES.get(name, name.replace("_", " ")), Estimate.read(each["before"]), Estimate.read(each["after"]))
            for name, each in pair["rates"].items()
        ),
        tuple(
            (label, pair["beside"][name]["before"], pair["beside"][name]["after"], 0 if name in COUNTS else 2)
            for name, label in _BESIDE.items()
            if name in pair["beside"]
        ),
    )


def _row(label: str, value: str, row: Json) -> ChangedValue:
    return ChangedValue(
        value, label, _GROUPS[row["group"]], Estimate.read(row), row["p_adjusted"], _VERDICTS[row["changed"]]
    )
