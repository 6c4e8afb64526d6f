"""Before and after steering: what each strength did to the value, what else changed, and how rivals did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from markupsafe import Markup

from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.elements.svg import element, picture
from valuespectrum.reporting.elements.whiskers import marks, span_of, whisker
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.steering.sweep.choosing import COUNTS, FOUND, read_findings
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.json_types import Json

_COLOURS = ("#1b6ca8", "#a33b4a", "#6b7a1f", "#7a4fa3", "#b36b00")
_WIDTH, _HEIGHT, _EDGE = 420.0, 180.0, 16.0


@PANELS.register("steering")
class SteeringPanel(Panel):
    """Dose and response, the values beside the target, and the rivals."""

    id = "steering"
    place = 33

    def applies(self, data: ReportData) -> bool:
        """Whether a run tried to steer."""
        return any((run.folder / FOUND).is_file() for run in data.runs)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Before and after steering"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """What sweeps found."""
        return {
            "sweeps": [
                {"run": name, **_shown(read_findings(run.folder))}
                for name, run in data.named_runs
                if (run.folder / FOUND).is_file()
            ],
            "labels": LABELS,
            "counts": COUNTS,
        }


def _shown(found: Json) -> Mapping[str, object]:
    value = str(found["value"])
    main = found["chosen"].get(found["main"])
    chosen = next((trial for trial in found["trials"] if trial["model"] == main), None)
    changes = chosen["effect"]["changes"] if chosen else {}
    rows = [(each, Estimate.read(changes[each])) for each in VALUES if each in changes]
    span = span_of(estimate for _, estimate in rows)
    return {
        "document": found,
        "value": value,
        "chosen": chosen,
        "rows": [(each, estimate, whisker(estimate, span, each, LABELS[each])) for each, estimate in rows],
        "ends": marks(span),
        "dose": dose_picture(found),
        "rivals": list(_rivals(found)),
        "ways": _coloured(found),
        "beside": [
            (model, {name: each for name, each in told.items() if not isinstance(each, str)})
            for model, told in found["beside"].items()
        ],
    }


def _rivals(found: Json) -> Iterator[tuple[str, Json | None, Estimate]]:
    """Way, its best setting, and what that did on the half that tells."""
    for way, model in found["chosen"].items():
        trial = next((each for each in found["trials"] if each["model"] == model), None)
        yield way, trial, Estimate.read(trial["told_by"]) if trial else Estimate(None)


def _coloured(found: Json) -> list[tuple[str, str]]:
    ways = dict.fromkeys(str(trial["way"]) for trial in found["trials"] if trial["layers"])
    return list(zip(ways, _COLOURS, strict=False))


def dose_picture(found: Json) -> Markup:
    """How far the value moves at each strength, with intervals: a line for each way and set of blocks.

    Args:
        found: What a sweep found; prompts have no strength and stand in the table beside.
    """
    colours = dict(_coloured(found))
    lines: dict[tuple[str, tuple[int, ...]], list[tuple[float, Estimate]]] = {}
    for trial in found["trials"]:
        if trial["layers"]:
            key = str(trial["way"]), tuple(trial["layers"])
            lines.setdefault(key, []).append((float(trial["strength"]), Estimate.read(trial["told_by"])))
    told = [each for several in lines.values() for _, each in several]
    reach, most = span_of(told), max((s for several in lines.values() for s, _ in several), default=1.0)

    def at(strength: float, change: float) -> tuple[float, float]:
        return _EDGE + (_WIDTH - 2 * _EDGE) * strength / most, _HEIGHT / 2 * (1 - 0.9 * change / reach)

    parts: list[Markup] = [element("line", x1=_EDGE, x2=_WIDTH, y1=_HEIGHT / 2, y2=_HEIGHT / 2, stroke="#aab")]
    for (way, _), points in lines.items():
        parts += _line(sorted(points, key=lambda point: point[0]), colours.get(way, "#777"), at)
    words = "; ".join(
        f"{way}, blocks {', '.join(map(str, layers))}: "
        + ", ".join(f"{strength:g} {'' if e.mean is None else format(e.mean, '+.2f')}" for strength, e in points)
        for (way, layers), points in lines.items()
    )
    box = (0.0, 0.0, _WIDTH, _HEIGHT)
    return picture(parts, box, f"Dose and response, {found['value']}", words)


def _line(
    points: Sequence[tuple[float, Estimate]], colour: str, at: Callable[[float, float], tuple[float, float]]
) -> Iterator[Markup]:
    known = [(strength, each, at(strength, each.mean)) for strength, each in points if each.mean is not None]
    path = " ".join(f"{x:.1f},{y:.1f}" for _, _, (x, y) in known)
    yield element("polyline", points=path, fill="none", stroke=colour, stroke_width=1.5)
    for strength, each, (x, y) in known:
        yield element("circle", cx=x, cy=y, r=3, fill=colour)
        if each.low is not None and each.high is not None:
            (_, low), (_, high) = at(strength, each.low), at(strength, each.high)
            yield element("line", x1=x, x2=x, y1=low, y2=high, stroke=colour, stroke_width=1)
