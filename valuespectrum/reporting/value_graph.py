"""A value graph as one SVG: values round a circle, arrows between them, words for people who hear it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import hypot

from markupsafe import Markup

from valuespectrum.reporting.elements.svg import as_file, element, picture, polar
from valuespectrum.reporting.elements.words import percent
from valuespectrum.steering.graph.value_graph import GraphEdge, ValueGraph

TITLE = "Relations among values"
"""What a picture is called, unless somebody says otherwise."""
_SIDE, _RADIUS, _DOT = 560.0, 200.0, 5.0
_BOX = (-120.0, 40.0, 800.0, 480.0)
"""Room for names beside the circle."""
_INK, _SOFT = "#1d2330", "#7a8292"
_COLOURS: Mapping[bool, str] = {True: "#1b6ca8", False: "#a33b4a"}
"""Whether the two go up together."""
_BEND = 0.12
_HEAD = 8.0
_IN_WORDS: Mapping[str, str] = {
    "->": "{first} moves {second}",
    "--": "{first} with {second}",
    "<->": "{first} with {second}, directions contradict",
}
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """An edge with what is known of it beside."""

    edge: GraphEdge
    share: float | None = None
    """In how many resampled tables its ends are joined, 0 to 1; ``None`` where none were drawn."""

    @property
    def words(self) -> str:
        """The edge for people."""
        told = _IN_WORDS[self.edge.mark].format(first=self.edge.first, second=self.edge.second)
        sure = "" if self.share is None else f", again in {percent(self.share, '')}"
        return f"{told} ({self.edge.correlation:+.2f}{sure})"


def draw_graph(graph: ValueGraph, shares: Mapping[frozenset[str], float] | None = None, title: str = TITLE) -> str:
    """A graph as SVG.

    Lines are as strong as they come again in resampled tables, blue where two values go up together, red and broken
    where one goes up as the other goes down; every line has its words as a title.

    Args:
        graph: What to draw.
        shares: Ends of an edge to how often they are joined.
        title: What it is of.
    """
    drawn = [
        DrawnEdge(edge, None if shares is None else shares.get(frozenset((edge.first, edge.second)), 0.0))
        for edge in graph.edges
    ]
    centre = (_SIDE / 2, _SIDE / 2)
    angles = {value: 360.0 * place / len(graph.values) for place, value in enumerate(graph.values)}
    places = {value: polar(centre, _RADIUS, angle) for value, angle in angles.items()}
    left, top, width, height = _BOX
    parts = [element("rect", x=left, y=top, width=width, height=height, fill="#ffffff")]
    parts += [_edge(each, places, centre) for each in drawn]
    parts += [part for value, angle in angles.items() for part in _value(value, angle, centre)]
    words = f"{len(graph.edges)} relations among {len(graph.values)} values, from {graph.rows} rows, surest first: "
    surest = sorted(drawn, key=lambda each: (-(each.share or 0.0), -abs(each.edge.correlation)))
    words += "; ".join(each.words for each in surest) or "none"
    whole = picture(parts, _BOX, title, words)
    return as_file(whole)


def _edge(drawn: DrawnEdge, places: Mapping[str, Point], centre: Point) -> Markup:
    edge = drawn.edge
    start, end = places[edge.first], places[edge.second]
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    bent = (middle[0] + _BEND * (centre[0] - middle[0]), middle[1] + _BEND * (centre[1] - middle[1]))
    colour = _COLOURS[edge.correlation >= 0]
    width = 2.0 if drawn.share is None else 0.8 + 2.6 * drawn.share
    first, last = _toward(start, bent, 2 * _DOT), _toward(end, bent, 2 * _DOT)
    line = element(
        "path",
        d=f"M{first[0]:.1f} {first[1]:.1f}Q{bent[0]:.1f} {bent[1]:.1f} {last[0]:.1f} {last[1]:.1f}",
        stroke=colour,
        stroke_width=width,
        stroke_dasharray=None if edge.correlation >= 0 else "7 3",
        fill="none",
    )
    heads = [_head(last, bent, colour)] if edge.mark != "--" else []
    heads += [_head(first, bent, colour)] if edge.mark == "<->" else []
    return element("g", element("title", Markup.escape(drawn.words)) + line + Markup("").join(heads))


def _toward(point: Point, other: Point, by: float) -> Point:
    length = hypot(other[0] - point[0], other[1] - point[1]) or 1.0
    return point[0] + by * (other[0] - point[0]) / length, point[1] + by * (other[1] - point[1]) / length


def _head(tip: Point, behind: Point, colour: str) -> Markup:
    length = hypot(behind[0] - tip[0], behind[1] - tip[1]) or 1.0
    along = ((behind[0] - tip[0]) / length, (behind[1] - tip[1]) / length)
    base = (tip[0] + _HEAD * along[0], tip[1] + _HEAD * along[1])
    across = (-along[1] * _HEAD / 2, along[0] * _HEAD / 2)
    corners = [tip, (base[0] + across[0], base[1] + across[1]), (base[0] - across[0], base[1] - across[1])]
    return element("path", d="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z", fill=colour)


def _value(value: str, angle: float, centre: Point) -> Iterator[Markup]:
    dot, label = polar(centre, _RADIUS, angle), polar(centre, _RADIUS + 16, angle)
    side = "middle" if angle % 180 < 8 or angle % 180 > 172 else "start" if angle < 180 else "end"
    yield element("circle", cx=dot[0], cy=dot[1], r=_DOT, fill=_SOFT)
    yield element(
        "text",
        Markup.escape(value.replace("_", " ")),
        x=label[0],
        y=label[1] + 4,
        text_anchor=side,
        fill=_INK,
        font_size="11.5",
        font_family="system-ui, sans-serif",
    )
