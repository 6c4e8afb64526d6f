"""How much of a profile is in the pictures: other ways of showing clips beside the one that scores rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.elements.words import short_model, told_apart
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.theory.values import LABELS
from vectorstore.foundation.json_types import Json


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One model under one condition."""

    model: str
    """Its name, with the run where another run has it, too."""
    base: str
    name: str
    clips: int
    kept: Estimate
    visual: Estimate
    general: Estimate
    """How much more everything is liked in the base."""
    p: float | None
    """Of no difference between the two profiles."""
    unchosen: float | None
    """Share of answers without a choice."""
    why: str
    values: Mapping[str, Estimate]
    """Base minus condition, centred."""
    covers: str
    unit: str
    """What these numbers are in."""


@PANELS.register("presentations")
class PresentationsPanel(Panel):
    """Conditions of the models as themselves."""

    id = "presentations"
    place = 25

    def applies(self, data: ReportData) -> bool:
        """Whether clips were shown in several ways."""
        return bool(_rows(data))

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "How much of it is in the pictures"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """The rows, names of values, and all numbers of the first table."""
        rows = _rows(data)
        told = [each for row in rows if not row.why for each in (row.kept, row.visual, row.general)]
        units = " or ".join(dict.fromkeys(row.unit for row in rows if not row.why)) or "log-odds"
        return {"rows": rows, "value_names": LABELS, "told": told, "units": units}


def _rows(data: ReportData) -> list[ConditionRow]:
    found = [
        (name, shown["base"], each)
        for name, run in data.named_runs
        if (shown := run.scores.get("presentations") or {})
        for each in shown.get("conditions", [])
        # What was put into clips has a panel of its own.
        if each["persona"] == each["strategy"] == NO_PERSONA and not each.get("injection")
    ]
    models = told_apart([short_model(each["model"]) for _, _, each in found], [name for name, _, _ in found])
    return [_row(each, base, model) for (_, base, each), model in zip(found, models, strict=True)]


def _row(row: Json, base: str, model: str) -> ConditionRow:
    rates = row.get("rates") or {}
    return ConditionRow(
        model=model,
        base=base,
        name=row["presentation"],
        clips=row.get("n_clips", 0),
        kept=Estimate.read(row["kept"]),
        visual=Estimate.read(row["visual_share"]),
        general=Estimate.read(row.get("general")),
        p=(row.get("differ") or {}).get("p"),
        unchosen=sum(rates.values()) if rates else None,
        why=row["why"],
        values={value: Estimate.read(each) for value, each in row["values"].items()},
        covers=row.get("covers", ""),
        unit=row.get("unit", "log-odds"),
    )
