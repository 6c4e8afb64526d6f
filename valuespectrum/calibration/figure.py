"""The figure of a study: coverage, error and false alarms of every battery in every readout, as one SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from valuespectrum.reporting.elements.svg import as_file, element, picture
from vectorstore.foundation.json_types import Json

_ROW, _TOP, _LEFT, _WIDTH, _GAP = 17.0, 58.0, 230.0, 190.0, 36.0
_INK, _SOFT, _BAND = "#1d2330", "#7a8292", "#e3efe6"
_COLOURS: Mapping[str, str] = {
    "log_probability": "#1b6ca8",
    "samples": "#2a8c5a",
    "sampled_text": "#c27c0e",
    "greedy_text": "#a33b4a",
}


@dataclass(frozen=True, slots=True)
class _Scale:
    """One of the columns."""

    title: str
    name: str
    """Of the number in a row."""
    ends: tuple[float, float]
    ticks: tuple[float, ...]
    band: tuple[float, float]
    """What is wished for."""


_SCALES = (
    _Scale("coverage of 95 % intervals", "coverage", (0.3, 1.0), (0.4, 0.6, 0.8, 0.95), (0.92, 0.98)),
    _Scale("centred error, points of 100", "rmse_points", (0.0, 20.0), (0, 5, 10, 15, 20), (0.0, 0.0)),
    _Scale("values found where there are none", "omnibus", (0.0, 0.2), (0.0, 0.05, 0.1, 0.2), (0.0, 0.07)),
)


def draw(study: Json) -> str:
    """A study as SVG; whiskers are two clustered standard errors, a missing dot is a number that a readout cannot tell.

    Args:
        study: Of ``study.run_study``.
    """
    rows: Sequence[Json] = study["rows"]
    names = list(dict.fromkeys(row["battery"] for row in rows))
    places = {id(row): _TOP + _ROW * (at + 0.6 * names.index(row["battery"])) for at, row in enumerate(rows)}
    bottom = max(places.values(), default=_TOP) + _ROW
    parts: list[Markup] = []
    for at, scale in enumerate(_SCALES):
        parts += _column(scale, _LEFT + at * (_WIDTH + _GAP), bottom, [(places[id(row)], row) for row in rows])
    for row in rows:
        parts.append(_text(row["readout_in_words"], _LEFT - 10, places[id(row)] + 4, "end", _COLOURS[row["readout"]]))
    asks = {each["name"]: each["asks"] for each in study["batteries"]}
    for name in names:
        first = next(places[id(row)] for row in rows if row["battery"] == name)
        parts += [
            _text(name, 8, first + 4, weight="600"),
            _text(f"{asks[name]:,} asks", 8, first + 4 + _ROW, ink=_SOFT),
        ]
    drawn = f"{study['corpora']} corpora, {study['respondents']} respondents with values and as many without in each"
    parts.append(_text(drawn, 8, bottom + 34, ink=_SOFT))
    width = _LEFT + len(_SCALES) * (_WIDTH + _GAP)
    whole = picture(
        [element("rect", x=0, y=0, width=width, height=bottom + 44, fill="#ffffff"), *parts],
        (0.0, 0.0, width, bottom + 44),
        "How well planted values are recovered",
        f"Coverage, centred error and false alarms by battery and readout; {drawn}.",
    )
    return as_file(whole)


def _column(scale: _Scale, left: float, bottom: float, rows: Sequence[tuple[float, Json]]) -> Iterator[Markup]:
    def x(number: float) -> float:
        low, high = scale.ends
        return left + _WIDTH * (min(max(number, low), high) - low) / (high - low)

    low, high = (x(end) for end in scale.band)
    yield _text(scale.title, left, _TOP - 34, weight="600")
    if high > low:
        yield element("rect", x=low, y=_TOP - 12, width=high - low, height=bottom - _TOP + 12, fill=_BAND)
    for tick in scale.ticks:
        yield element("path", d=f"M{x(tick):.1f} {_TOP - 12}V{bottom:.1f}", stroke="#d5d9e0", fill="none")
        yield _text(f"{tick:g}", x(tick), bottom + 14, "middle", _SOFT)
    for place, row in rows:
        number, error = row[scale.name], row.get(f"{scale.name}_se")
        if number is None:
            continue
        colour = _COLOURS[row["readout"]]
        if error:
            ends = f"M{x(number - 2 * error):.1f} {place:.1f}H{x(number + 2 * error):.1f}"
            yield element("path", d=ends, stroke=colour, stroke_width=1.6, fill="none")
        told = f"{row['battery']}, {row['readout_in_words']}: {number:.3f}"
        yield element("circle", element("title", told), cx=x(number), cy=place, r=3.4, fill=colour)


def _text(words: str, x: float, y: float, anchor: str = "start", ink: str = _INK, weight: str | None = None) -> Markup:
    return element(
        "text",
        Markup.escape(words),
        x=x,
        y=y,
        text_anchor=anchor,
        fill=ink,
        font_size="11.5",
        font_weight=weight,
        font_family="system-ui, sans-serif",
    )
