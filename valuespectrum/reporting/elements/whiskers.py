"""Dots with whiskers on a scale around 0 that many rows share."""

from __future__ import annotations

import math
from collections.abc import Iterable

from markupsafe import Markup

from valuespectrum.reporting.elements.data import Estimate
from valuespectrum.reporting.elements.svg import element, picture
from valuespectrum.reporting.elements.words import number, with_interval
from valuespectrum.theory.values import VALUES

_ROUND = (1, 2, 5, 10)


def span_of(estimates: Iterable[Estimate], least: float = 0.0) -> float:
    """How far a scale that shows all of them reaches to either side of 0; a round number.

    Example:
        >>> span_of([Estimate(1.2, -0.3, 2.7)])
        5.0
    """
    ends = [abs(end) for each in estimates for end in (each.mean, each.low, each.high) if end is not None]
    reach = max([*ends, least], default=0.0)
    if not reach:
        return 1.0
    tens = 10.0 ** math.floor(math.log10(reach))
    return next(step * tens for step in _ROUND if step * tens >= reach)


def digits_of(span: float) -> int:
    """Decimals that tell numbers on such a scale apart.

    Example:
        >>> digits_of(2.0), digits_of(0.0005)
        (2, 6)
    """
    return max(2, 2 - math.floor(math.log10(span)))


def marks(span: float) -> list[str]:
    """What stands at the ends and in the middle of such a scale.

    Example:
        >>> marks(2)
        ['−2', '0', '2']
    """
    digits = max(0, -math.floor(math.log10(span)))
    return [number(-span, digits), "0", number(span, digits)]


def whisker(estimate: Estimate, span: float, value: str, title: str, margin: float = 0.0) -> Markup:
    """One dot with its interval; stretches to the width it is given.

    Args:
        estimate: What is shown; without a mean nothing but the scale.
        span: How far the scale reaches.
        value: Whose colour it has.
        title: What it is, for people who hear it.
        margin: Half of a band around 0; none where 0.
    """
    parts = [_line(f"M{at} 0V20", "grid-strong" if at == 50 else "grid") for at in (0, 25, 50, 75, 100)]
    if margin:
        left, right = _at(-margin, span), _at(margin, span)
        parts.insert(0, element("rect", x=left, y=0.0, width=right - left, height=20.0, class_="margin"))
    hue = f"v-{value if value in VALUES else 'neutral'}"
    if estimate.low is not None and estimate.high is not None:
        parts.append(_line(f"M{_at(estimate.low, span):.2f} 10H{_at(estimate.high, span):.2f}", f"interval {hue}"))
    if estimate.mean is not None:
        parts.append(_line(f"M{_at(estimate.mean, span):.2f} 10h0", f"dot {hue}"))
    said = f"{title}: {with_interval(estimate, 2, True)}" if estimate.mean is not None else title
    return picture(parts, (0, 0, 100, 20), said, stretch=True)


def _at(place: float, span: float) -> float:
    return 50.0 + 50.0 * max(-1.0, min(1.0, place / span if span else 0.0))


def _line(path: str, name: str) -> Markup:
    return element("path", d=path, class_=name, vector_effect="non-scaling-stroke")
