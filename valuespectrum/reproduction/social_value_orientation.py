"""The slider measure of social value orientation: what follows from its payoffs, beside what was published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from valuespectrum.instruments.svo.angle import (
    BOUNDARIES,
    angle_of,
    category,
    ideals,
    random_angles,
    random_shares,
    reach,
)
from valuespectrum.instruments.svo.payoffs import PRIMARY, allocations, payoffs
from valuespectrum.reproduction.rows import ComparedNumber, printed
from vectorstore.foundation.json_types import Json

PUBLISHED = Path(__file__).parent / "published" / "social_value_orientation.json"
"""What was published, with its source."""
_NEIGHBOURS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "altruistic and prosocial": (("altruistic", "low"), ("joint gain", "high")),
    "prosocial and individualistic": (("joint gain", "low"), ("individualistic", "high")),
    "individualistic and competitive": (("individualistic", "low"), ("competitive", "high")),
}
"""Ideal angles that a boundary lies in the middle of."""


def social_value_orientation() -> list[ComparedNumber]:
    """Payoffs, ideal angles, boundaries and what blind choices come to, from the end points of the items alone.

    Shares of random answers are counted over all 531,441 ways to answer the six primary items.
    """
    facts = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return [
        *_table(facts["payoffs"]),
        *_ideals(facts["ideals"]),
        *_boundaries(facts["boundaries"]),
        *_random(facts["random"]),
        *_always(facts["always"]),
    ]


def _table(published: Mapping[str, Mapping[str, list[int]]]) -> Iterator[ComparedNumber]:
    for place, (number, row) in enumerate(published.items()):
        shown = list(zip(row["self"], row["other"], strict=True))
        agree = sum(ours == theirs for ours, theirs in zip(allocations(place), shown, strict=True))
        yield ComparedNumber(f"allocations of item {number} that agree", agree, len(shown), 0.0)


def _ideals(published: Mapping[str, list[str]]) -> Iterator[ComparedNumber]:
    for name, (low, high) in published.items():
        ours = ideals()[name]
        if low == high:
            yield printed(f"ideal angle, {name}", ours.low, low)
        else:
            yield printed(f"ideal angle, {name}, lowest", ours.low, low)
            yield printed(f"ideal angle, {name}, highest", ours.high, high)
    lowest, highest = reach()
    yield printed("smallest angle of all answers", lowest, published["competitive"][0])
    yield printed("largest angle of all answers", highest, published["altruistic"][0])


def _boundaries(published: Mapping[str, str]) -> Iterator[ComparedNumber]:
    """Boundaries are the middles between ideal angles; those that we sort by are the published numbers."""
    for (name, border), used in zip(published.items(), BOUNDARIES, strict=True):
        above, below = (getattr(ideals()[each], end) for each, end in _NEIGHBOURS[name])
        # 22.453 is printed as 22.45, and by another source as 22.455.
        yield printed(f"boundary of {name}", (above + below) / 2, border)
        yield printed(f"boundary of {name}, as we sort", used, border)


def _random(published: Json) -> Iterator[ComparedNumber]:
    # The published shares were drawn: 50.6 of 200,000 lies within 0.34 of the truth in 499 of 500 cases.
    ours = {"mean angle": float(random_angles().mean())}
    ours |= {name: 100 * share for name, share in random_shares().items()}
    for name, number in ours.items():
        theirs, tolerance = published[name]
        label = f"random answers, {name}" + ("" if name == "mean angle" else ", per cent")
        yield ComparedNumber(label, number, float(theirs), tolerance)


def _always(published: Mapping[str, list[str | int]]) -> Iterator[ComparedNumber]:
    for name, (angle, place) in published.items():
        mean = payoffs()[list(PRIMARY), int(place)].mean(axis=0)
        yield printed(f"always the {name}", float(angle_of(mean)), str(angle), note=category(float(angle_of(mean))))
