"""The charts of a report: the value circle, interval rows, rows of pulls, exposure over time."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from valuespectrum.reporting.elements.data import Estimate, ModelProfile, PersonaResult, ReportedSession, ValueRow
from valuespectrum.reporting.elements.svg import arc, element, group, join, picture, polar, sector
from valuespectrum.reporting.elements.words import clean, with_interval
from valuespectrum.theory.values import HIGHER_ORDER, LABELS, VALUES

SECTOR = 360.0 / len(VALUES)
HIGHER_LABELS: Mapping[str, str] = {
    "openness_to_change": "Openness to change",
    "self_enhancement": "Self-enhancement",
    "conservation": "Conservation",
    "self_transcendence": "Self-transcendence",
}
CODES: Mapping[str, str] = {value: label[:2].upper() for value, label in LABELS.items()} | {"self_direction": "SD"}
"""Two letters for each value, where its name has no room."""
ACTIONS: Mapping[str, str] = {
    "like": "liked",
    "watch": "watched",
    "dislike": "disliked",
    "skip": "skipped",
    "not_interested": "not interested",
    "": "no readable answer",
}
"""Actions of a session and how they are written."""

_SIZE = 440.0
_CENTRE = (_SIZE / 2, _SIZE / 2)
_HOLE, _RIM = 26.0, 150.0
_LABEL_RADIUS, _GROUP_RADIUS = 168.0, 200.0
_LABEL_ROOM = 12.0
_LEAST_LABELLED = 0.08
_TALLEST = 46.0


def value_circle(profile: ModelProfile, prefix: str) -> Markup:
    """The ten values in circular order; a sector reaches as far out as the value is liked.

    Args:
        profile: What was measured.
        prefix: Makes ids unique within the page.
    """
    rings = [_ring(level) for level in (0, 25, 50, 75, 100)]
    sectors = [_value_sector(row) for row in profile.rows]
    labels = [
        _curved(f"{prefix}-{value}", label, _LABEL_RADIUS, _span(value), "value-label")
        for value, label in LABELS.items()
    ]
    return picture(
        [*rings, *sectors, *labels, *_group_arcs(prefix)],
        (0.0, 0.0, _SIZE, _SIZE),
        f"Value circle of {profile.model}",
        describe_profile(profile),
    )


def small_circle(profile: ModelProfile) -> Markup:
    """The circle without words, for a comparison of several models."""
    sectors = [_value_sector(row) for row in profile.rows]
    side = 2.0 * (_RIM + 4)
    box = (_CENTRE[0] - side / 2, _CENTRE[1] - side / 2, side, side)
    return picture([_ring(50), _ring(100), *sectors], box, f"Value circle of {profile.model}")


def describe_profile(profile: ModelProfile) -> str:
    """One sentence with all numbers of a profile."""
    known = [f"{LABELS[row.value]} {row.liking.mean:.0f}" for row in profile.rows if row.liking.mean is not None]
    unknown = [LABELS[row.value] for row in profile.rows if row.liking.mean is None]
    if not known:
        return "No value has a number."
    missing = f" No number: {', '.join(unknown)}." if unknown else ""
    return f"Liking from 0 to 100: {', '.join(known)}.{missing}"


def interval_row(row: ValueRow, title: str, span: float | None = None) -> Markup:
    """One line of a forest plot; stretches to the width it is given.

    Args:
        row: What is plotted.
        title: What it is, for readers of screens.
        span: Centred log-odds at either end, 0 being in the middle; ``None`` plots liking from 0 to 100.
    """
    plotted, planted = (row.liking, row.planted) if span is None else (row.headline, row.planted_headline)
    factor, offset = (1.0, 0.0) if span is None else (50.0 / span, 50.0)
    shown = plotted.moved(factor, offset)
    parts = [_line(f"M{at} 0V20", "grid-strong" if at == 50 else "grid") for at in (0, 25, 50, 75, 100)]
    if shown.low is not None and shown.high is not None:
        within = Estimate(shown.mean, max(0.0, shown.low), min(100.0, shown.high))
        parts.append(_whisker(within, 10.0, f"interval v-{row.value}"))
    if planted is not None:
        parts.append(_line(f"M{offset + factor * planted:.2f} 2V18", "planted"))
    if shown.mean is not None:
        parts.append(_line(f"M{min(100.0, max(0.0, shown.mean)):.2f} 10h0", f"dot v-{row.value}"))
    return picture(parts, (0, 0, 100, 20), title, stretch=True)


def pull_row(result: PersonaResult, reach: float) -> Markup:
    """Pull beyond a placebo text (dot) and against no persona (bar), 0 in the middle.

    Args:
        result: One persona.
        reach: What lies at either end.
    """
    parts = [_line(f"M{at} 0V26", "grid-strong" if at == 50 else "grid") for at in (0, 25, 50, 75, 100)]
    for estimate, height, name in ((result.pull, 19.0, "bare"), (result.beyond, 7.0, "aligned")):
        scaled = estimate.moved(50 / reach, 50)
        if scaled.mean is None:
            continue
        parts.append(_whisker(scaled, height, f"interval {name}"))
        shape = f"M{scaled.mean:.2f} {height - 4:g}v8" if name == "bare" else f"M{scaled.mean:.2f} {height:g}h0"
        parts.append(_line(shape, f"dot {name}"))
    known = f"beyond a placebo text {with_interval(result.beyond, 2)}; alone {with_interval(result.pull, 2)}"
    return picture(parts, (0, 0, 100, 26), f"Pull of {result.name}: {known}", stretch=True)


def persona_bars(result: PersonaResult, span: float) -> Markup:
    """Target (outline) and shift of the ten values (filled, with its interval), up for more and down for less.

    Args:
        result: One persona.
        span: Largest absolute shift of the page, so that all personas share one scale.
    """
    parts: list[Markup] = []
    for position, value in enumerate(VALUES):
        left = 4.0 + position * 20.0
        parts.append(_bar(left, 16.0, result.target.get(value, 0.0), "target"))
        shift = result.shifts.get(value, Estimate(None)).moved(1 / span)
        if shift.mean is None:
            continue
        parts.append(_bar(left + 4.0, 8.0, shift.mean, f"bar v-{value}"))
        if shift.low is not None and shift.high is not None:
            low, high = (50 - _TALLEST * max(-1.0, min(1.0, end)) for end in (shift.low, shift.high))
            parts.append(_line(f"M{left + 8:g} {low:.2f}V{high:.2f}", "whisker"))
    parts.append(_line("M0 50H204", "grid-strong"))
    return picture(parts, (0, 0, 204, 100), f"Target and shifts of {result.name}", shifts_in_words(result))


def shifts_in_words(result: PersonaResult) -> str:
    """Every shift with its interval, beside the target where both are of the ten values."""
    parts = []
    for value, shift in result.shifts.items():
        target = f" target {result.target.get(value, 0.0):+g}," if result.over_ten else ""
        parts.append(f"{shift_label(value)}{target} shift {with_interval(shift, result.digits, True)}")
    return "; ".join(parts)


def shift_label(value: str) -> str:
    """A value of any set, for people."""
    return LABELS.get(value) or clean(value.replace("_", " ").capitalize(), 60)


def exposure(session: ReportedSession, window: int) -> Markup:
    """Share of the last ``window`` items by value, stacked, over the steps of a session."""
    shares = exposure_shares(session, window)
    count = len(shares)
    parts = []
    below = [0.0] * count
    for value in (*VALUES, ""):
        above = [low + row.get(value, 0.0) for low, row in zip(below, shares, strict=True)]
        if any(high > low for low, high in zip(below, above, strict=True)):
            top = " ".join(f"{_x(step, count)} {100 - 100 * high:.1f}" for step, high in enumerate(above))
            bottom = " ".join(
                f"{_x(step, count)} {100 - 100 * low:.1f}" for step, low in reversed(list(enumerate(below)))
            )
            parts.append(element("polygon", points=f"{top} {bottom}", class_=f"area v-{value or 'neutral'}"))
        below = above
    last = ", ".join(f"{LABELS.get(value, 'no value')} {share:.0%}" for value, share in (shares or [{}])[-1].items())
    return picture(
        parts, (0, 0, 100, 100), "What the feed showed", f"In the last {window} items: {last}.", stretch=True
    )


def exposure_codes(session: ReportedSession, window: int) -> list[tuple[str, float]]:
    """Where the areas of ``exposure`` end at the right: code of a value and height of its middle in percent from above.

    Areas too thin for a line of text are left out.
    """
    below, codes = 0.0, []
    for value, share in (exposure_shares(session, window) or [{}])[-1].items():
        if value and share >= _LEAST_LABELLED:
            codes.append((CODES[value], round(100 - 100 * (below + share / 2), 1)))
        below += share
    return codes


def action_strip(session: ReportedSession) -> Markup:
    """One mark per step, its height by how much the action says yes."""
    count = max(1, len(session.steps))
    heights = {"like": 20.0, "watch": 15.0, "skip": 10.0, "not_interested": 5.0, "": 2.0}
    parts = []
    for place, step in enumerate(session.steps):
        height = heights.get(step.action, 2.0)
        parts.append(
            element(
                "rect",
                element("title", f"{step.step}: {ACTIONS.get(step.action, step.action[:40])}"),
                x=place * 100.0 / count,
                y=20.0 - height,
                width=80.0 / count,
                height=height,
                class_=f"act-{step.action if step.action in ACTIONS and step.action else 'none'}",
            )
        )
    return picture(parts, (0, 0, 100, 20), "Actions over time", stretch=True)


def exposure_shares(session: ReportedSession, window: int) -> list[dict[str, float]]:
    """Value to share among the last ``window`` items, for every step."""
    values = [step.value for step in session.steps]
    rows = []
    for end in range(1, len(values) + 1):
        recent = values[max(0, end - window) : end]
        rows.append({value: recent.count(value) / len(recent) for value in (*VALUES, "") if value in recent})
    return rows


def _x(step: int, count: int) -> str:
    return f"{100 * step / max(1, count - 1):.2f}"


def _line(path: str, name: str) -> Markup:
    return element("path", d=path, class_=name, vector_effect="non-scaling-stroke")


def _whisker(estimate: Estimate, height: float, name: str) -> Markup:
    if estimate.low is None or estimate.high is None:
        return Markup("")
    return _line(f"M{estimate.low:.2f} {height:g}H{estimate.high:.2f}", name)


def _bar(left: float, width: float, amount: float, name: str) -> Markup:
    height = max(0.6, _TALLEST * min(1.0, abs(amount)))
    top = 50.0 - height if amount > 0 else 50.0
    return element("rect", x=left, y=top, width=width, height=height, rx=1.5, class_=name)


def _radius(liking: float) -> float:
    return _HOLE + (_RIM - _HOLE) * min(100.0, max(0.0, liking)) / 100.0


def _ring(level: int) -> Markup:
    return element(
        "circle", cx=_CENTRE[0], cy=_CENTRE[1], r=_radius(level), class_="ring-strong" if level == 50 else "ring"
    )


def _span(value: str) -> tuple[float, float]:
    """Angles of a value; self-direction is centred at the top."""
    start = SECTOR * VALUES.index(value) - SECTOR / 2
    return start, start + SECTOR


def _value_sector(row: ValueRow) -> Markup:
    start, end = _span(row.value)
    liking = row.liking
    if liking.mean is None:
        x, y = polar(_CENTRE, (_HOLE + _RIM) / 2, (start + end) / 2)
        words = element("title", f"{LABELS[row.value]}: no number{f' ({liking.why})' if liking.why else ''}")
        return element("text", words + "–", x=x, y=y, class_="value-label")
    inner = (start + 1.2, end - 1.2)
    parts = [element("path", d=sector(_CENTRE, (_HOLE, _radius(liking.mean)), *inner), class_="wedge")]
    if liking.low is not None and liking.high is not None:
        band = sector(_CENTRE, (_radius(liking.low), _radius(liking.high)), *inner)
        parts.append(element("path", d=band, class_="band"))
    parts.append(element("path", d=arc(_CENTRE, _radius(liking.mean), *inner), class_="edge"))
    if row.planted is not None:
        parts.append(element("path", d=arc(_CENTRE, _radius(row.planted), *inner), class_="planted-arc"))
    return group([element("title", f"{LABELS[row.value]}: {liking.mean:.0f} of 100"), *parts], class_=f"v-{row.value}")


def _curved(name: str, text: str, radius: float, span: tuple[float, float], style: str) -> Markup:
    """Words along the circle, read from outside on the upper half and from inside on the lower half."""
    middle = (sum(span) / 2) % 360
    below = 90 < middle < 270
    # A path longer than its span: letters that run past the end of a path are not drawn.
    start, end = span[0] - _LABEL_ROOM, span[1] + _LABEL_ROOM
    path = arc(_CENTRE, radius, end, start) if below else arc(_CENTRE, radius, start, end)
    words = element("textPath", text, href=f"#{name}", startOffset="50%")
    return join([element("path", id=name, d=path, class_="guide"), element("text", words, class_=style)])


def _group_arcs(prefix: str) -> list[Markup]:
    parts = []
    for name, values in HIGHER_ORDER.items():
        start, end = _span(values[0])[0] + 1.5, _span(values[-1])[1] - 1.5
        parts.append(element("path", d=arc(_CENTRE, _LABEL_RADIUS + 15, start, end), class_="group-arc"))
        parts.append(_curved(f"{prefix}-{name}", HIGHER_LABELS[name], _GROUP_RADIUS, (start, end), "group-label"))
        edge = polar(_CENTRE, _RIM, start - 1.5), polar(_CENTRE, _GROUP_RADIUS + 12, start - 1.5)
        parts.append(element("line", x1=edge[0][0], y1=edge[0][1], x2=edge[1][0], y2=edge[1][1], class_="divider"))
    return parts
