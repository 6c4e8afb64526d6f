"""How far profiles would come out again, and whether values are arranged as the theory says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from agents.personas.reserved import NO_PERSONA
from valuespectrum.instruments.measurement import read_name
from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.elements.reliability import coefficients
from valuespectrum.reporting.elements.svg import element, picture
from valuespectrum.reporting.elements.words import alike, number, respondents_named, told_apart, with_interval
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.theory.value_sets import FOUR, VALUE_SETS
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.json_types import Json

CHECKS: tuple[tuple[str, str, str], ...] = (
    ("distance", "Nearer on the circle, more alike", "rank correlation of likeness and nearness, over pairs of values"),
    ("cosine", "One wave", "correlation of likeness and the cosine of the angle between values"),
    ("order_index", "Circular order", "predictions of the circle that are met, minus those that are not (RANDALL)"),
)
"""Name in the scores, label, explanation."""
_AXES: Mapping[str, str] = {
    "openness_over_conservation": "Openness to change over conservation",
    "self_transcendence_over_self_enhancement": "Self-transcendence over self-enhancement",
}


@PANELS.register("structure")
class StructurePanel(Panel):
    """Coefficients of reliability; the circle over respondents; wave, broader values and likeness to people."""

    id = "structure"
    place = 45

    def applies(self, data: ReportData) -> bool:
        """Whether scores say anything about it; those of earlier releases do not."""
        return bool(coefficients(data)) or any(run.scores.get("structure") for run in data.runs)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Reliability and structure"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """What was found of all runs, and how it is written."""
        named = [(name, one) for name, run in data.named_runs for one in run.scores["respondents"] if _shown(one)]
        shown = [one for _, one in named]
        names = respondents_named(shown, [run for run, _ in named])
        shapes = [_Shape(one, name) for one, name in zip(shown, names, strict=True)]
        circles = _circles(data)
        samples = next((shape.people for shape in shapes if shape.people), ())
        return {
            "found": [circle for circle in circles if not circle.why],
            "unfound": alike((circle.why, circle.title) for circle in circles if circle.why),
            "noted": dict.fromkeys(note for circle in circles if circle.why for note in circle.notes),
            "about": bool(circles),
            "scales": alike((shape.scale, shape) for shape in shapes if shape.estimates),
            "waves": [(shape.model, shape.wave) for shape in shapes if shape.wave],
            "samples": samples,
            "likened": [shape for shape in shapes if shape.people and len(shape.people) == len(samples)],
            "lacking": [each for shape in shapes for each in shape.estimates],
            "reliability": coefficients(data),
        }


def _circles(data: ReportData) -> list[_Circle]:
    """Of all runs; one that another run has, too, is called by its run."""
    named = [(name, _Circle(each)) for name, run in data.named_runs for each in run.scores.get("structure", [])]
    circles = [circle for _, circle in named]
    titles = told_apart([circle.title for circle in circles], [run for run, _ in named])
    for circle, title in zip(circles, titles, strict=True):
        circle.title = title
    return circles


def _shown(one: Json) -> bool:
    return bool(one.get("shape")) and one["persona"] == one["strategy"] == NO_PERSONA


class _Circle:
    """One table of correlations as a reader sees it."""

    def __init__(self, each: Json) -> None:
        values = VALUE_SETS[each["value_set"]].title if each["value_set"] in VALUE_SETS else each["value_set"]
        read = each.get("readout", "").replace("_", " ")
        self.title = f"{values} ({', '.join(filter(None, (each['instrument'], read)))})"
        self.why, self.notes = each["why"], each["notes"]
        self.respondents, self.complete = each["respondents"], each["complete"]
        self.rows: list[tuple[str, str, str, str, str]] = []
        self.map, self.told, self.semantic = Markup(""), "", ""
        if self.why:
            return
        people = each["people"]
        for name, label, explanation in CHECKS:
            row = each[name]
            self.rows.append((label, explanation, number(row["value"], 2, True), _chance(row), number(people[name], 2)))
        drawn, semantic = each["map"], each["semantic"]
        off = f"{number(drawn['displacement'], 1)} places off its place in the order, on average"
        about = f"Tucker's phi with the circle after rotation; a value is {off}; stress {number(drawn['stress'], 2)}"
        phi = number(drawn["congruence"], 2), _chance(drawn), number(people["congruence"], 2)
        self.rows.append(("Map in the plane", about, *phi))
        self.map, self.told = _map(drawn["points"]), semantic["told"]
        if semantic["partial"] is not None:
            alone, all_in, beyond = (number(semantic[name], 2, True) for name in ("semantic", "observed", "partial"))
            self.semantic = (
                f"items alone {alone}, answers {all_in}, answers beyond the items {beyond} ({_chance(semantic)})"
            )


class _Shape:
    """One profile as a reader sees it."""

    def __init__(self, one: Json, name: str) -> None:
        shape = one["shape"]
        self.model, self.scale = name, _scale(one)
        wave, values = shape["wave"], VALUE_SETS.get(one.get("value_set", ""))
        # Only of values on a circle is a wave looked for.
        few = "fewer than five values are known" if values is not None and values.circular else ""
        self.wave = few if wave is None else wave["told"]
        broader, axes = shape["broader"].get(FOUR.name, {}), shape["axes"]
        self.broader = [(FOUR.label(name), _estimate(row)) for name, row in broader.items()]
        self.axes = [(_AXES[name], _estimate(row)) for name, row in axes.items()]
        self.estimates = [Estimate.read(row) for row in (*broader.values(), *axes.values())]
        self.people: Sequence[Json] = shape["people"]
        self.likeness = [number(each["spearman"], 2, True) for each in self.people]


def _scale(one: Json) -> str:
    """In which unit the numbers of a shape are."""
    if any("centred_log_odds" in row for row in one["profile"].values()):
        return "centred log-odds"
    read = one.get("readout", "").replace("_", " ")
    return f"centred, on the scale of {read_name(one['instrument'])}{f' ({read})' if read else ''}"


def _estimate(row: Json) -> str:
    return with_interval(Estimate.read(row), 2, sign=True)


def _chance(row: Json) -> str:
    p = row.get("p")
    return "–" if p is None else ("p < 0.001" if p < 0.001 else f"p = {p:.3f}")


def _map(points: Mapping[str, Sequence[float]]) -> Markup:
    """Values as points, the circle of the theory behind them."""
    radius, size = 80.0, 260.0
    largest = max((abs(end) for point in points.values() for end in point), default=1.0) or 1.0
    parts = [element("circle", cx=size / 2, cy=size / 2, r=radius, class_="ring-strong")]
    for value, (x, y) in points.items():
        left, top = size / 2 + radius * x / largest, size / 2 - radius * y / largest
        label = LABELS.get(value, value.replace("_", " "))
        name = f"v-{value}" if value in VALUES else "neutral"
        parts.append(element("circle", element("title", label), cx=left, cy=top, r=5.0, class_=f"wedge {name}"))
        parts.append(element("text", label, x=left, y=top - 8, class_="value-label", text_anchor="middle"))
    return picture(parts, (-40, 0, size + 80, size), "Map of the values", "Values that go together lie together.")
