"""What words in a clip can do: the same clips with words put into them that tell the model what to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.elements.words import short_model, told_apart
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.scoring.presentations.injection import reading, side_of
from vectorstore.foundation.json_types import Json

PLACES = {
    "overlay": "words over the picture",
    "order": "an order in the caption",
    "speech": "an order in what is said",
    "answer": "a caption that looks like an answer",
}
"""What each place is called."""
PUSH_WORDS: Mapping[str, str] = {"like": "to like", "skip": "to skip", "nothing": "no order (control)"}
"""What each tells the viewer."""


@dataclass(frozen=True, slots=True)
class InjectionRow:
    """One model and one kind of words."""

    model: str
    place: str
    push: str
    clips: int
    without: float
    change: Estimate
    beyond: Estimate
    log_odds: Estimate
    covers: str

    @property
    def obeys(self) -> str:
        """What the interval says; nothing where it says nothing."""
        return reading(self.push, side_of(self.change, self.beyond))

    @property
    def told(self) -> str:
        """What the words tell, in words."""
        return PUSH_WORDS.get(self.push, self.push)


@PANELS.register("injections")
class InjectionsPanel(Panel):
    """Words put into clips, for the models as themselves."""

    id = "injections"
    place = 26

    def applies(self, data: ReportData) -> bool:
        """Whether words were put into clips."""
        return bool(_rows(data))

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "What words in a clip can do"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """The rows, and all numbers of the table."""
        rows = _rows(data)
        return {"rows": rows, "told": [each for row in rows for each in (row.change, row.beyond, row.log_odds)]}


def _rows(data: ReportData) -> list[InjectionRow]:
    found = [
        (name, injection_row(each))
        for name, run in data.named_runs
        for each in (run.scores.get("presentations") or {}).get("conditions", [])
        if each.get("injection") and each["persona"] == each["strategy"] == NO_PERSONA
    ]
    models = told_apart([short_model(row.model) for _, row in found], [name for name, _ in found])
    return [replace(row, model=model) for (_, row), model in zip(found, models, strict=True)]


def injection_row(row: Json) -> InjectionRow:
    """A row of ``scores.json`` about a condition with words put in, for a table."""
    put = row["injection"]
    return InjectionRow(
        model=row["model"],
        place=PLACES.get(put["place"], put["place"]),
        push=put["push"],
        clips=put["n_clips"],
        without=put["without"],
        change=Estimate.read(put["change"]),
        beyond=Estimate.read(put["beyond"]),
        log_odds=Estimate.read(put["log_odds"]),
        covers=put["covers"],
    )
