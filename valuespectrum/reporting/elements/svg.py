"""The few shapes that our charts are made of, as escaped SVG.

Charts hold no words except where words follow a curve; everything else is HTML beside them, so that type
stays readable when a chart shrinks to a phone.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, pi, sin

from markupsafe import Markup, escape

from valuespectrum.reporting.elements.words import clean


def element(name: str, content: str = "", **attributes: str | float | None) -> Markup:
    """One SVG element; ``class_`` and underscores become ``class`` and hyphens, ``None`` drops an attribute.

    Example:
        >>> str(element("circle", r=2, class_="dot"))
        '<circle r="2" class="dot"/>'
    """
    pairs = (
        Markup(' {}="{}"').format(_attribute(key), _plain(text)) for key, text in attributes.items() if text is not None
    )
    head = Markup("<{}").format(name) + Markup("").join(pairs)
    return head + (Markup(">{}</{}>").format(content, name) if content else Markup("/>"))


def group(parts: Iterable[str], **attributes: str | float | None) -> Markup:
    """Several elements as one."""
    return element("g", join(parts), **attributes)


def join(parts: Iterable[str]) -> Markup:
    """Elements one after the other; plain strings are escaped."""
    return Markup("").join(escape(part) for part in parts)


def picture(
    parts: Iterable[str],
    box: tuple[float, float, float, float],
    title: str,
    description: str = "",
    stretch: bool = False,
) -> Markup:
    """A whole chart with its title and description for people who hear it.

    Args:
        parts: Elements.
        box: The view box: left, top, width, height.
        title: What it is.
        description: What it says.
        stretch: Fill the box it is put in, whatever its proportions.
    """
    heading = element("title", clean(title)) + (element("desc", clean(description, 1000)) if description else "")
    return element(
        "svg",
        heading + join(parts),
        viewBox=" ".join(_plain(side) for side in box),
        role="img",
        preserveAspectRatio="none" if stretch else None,
    )


def as_file(chart: Markup) -> str:
    """A chart as the content of an SVG file, which must name what it is written in."""
    return str(chart).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + "\n"


def polar(centre: tuple[float, float], radius: float, degrees: float) -> tuple[float, float]:
    """A point by angle; 0 is up and angles run clockwise."""
    angle = degrees * pi / 180.0
    return centre[0] + radius * sin(angle), centre[1] - radius * cos(angle)


def arc(centre: tuple[float, float], radius: float, start: float, end: float) -> str:
    """Path data of an arc from one angle to another, counter-clockwise when ``end`` is smaller."""
    first, last = polar(centre, radius, start), polar(centre, radius, end)
    large, sweep = int(abs(end - start) > 180), int(end > start)
    return f"M{_point(first)}A{_plain(radius)} {_plain(radius)} 0 {large} {sweep} {_point(last)}"


def sector(centre: tuple[float, float], radii: tuple[float, float], start: float, end: float) -> str:
    """Path data of a piece of a ring between two radii and two angles."""
    outer = arc(centre, radii[1], start, end)
    inner = arc(centre, radii[0], end, start)
    return f"{outer}L{inner[1:]}Z"


def _point(point: tuple[float, float]) -> str:
    return f"{_plain(point[0])} {_plain(point[1])}"


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _plain(value: str | float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
