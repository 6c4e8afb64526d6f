"""Items, scenes and respondents of the reference world, drawn for tests."""

from __future__ import annotations

import numpy as np

from valuespectrum.reference.items.base import PlantedItem, Question, Scene
from valuespectrum.reference.kinds import LOOKS, TIMES_OF_DAY
from valuespectrum.reference.twin.reading import look_scene

Seen = tuple[str, str, int]
"""A look, a time of day, and where words over the picture push."""


def draw_seen(rng: np.random.Generator, count: int) -> list[Seen]:
    """Pictures at random."""
    times = list(TIMES_OF_DAY)
    return [
        (
            LOOKS[int(rng.integers(len(LOOKS)))].id,
            times[int(rng.integers(len(times)))],
            int(rng.integers(-1, 2)),
        )
        for _ in range(count)
    ]


def scenes(seen: list[Seen]) -> tuple[Scene, ...]:
    """What they show."""
    return tuple(look_scene(*each) for each in seen)


def tags(seen: list[Seen]) -> dict[str, str | int | float]:
    """The tags that tell a twin so."""
    named: dict[str, str | int | float] = {}
    for number, (look, time, push) in enumerate(seen, start=1):
        end = f"_{number}" if len(seen) > 1 else ""
        named |= {f"look{end}": look, f"time_of_day{end}": time, f"overlay_push{end}": push}
    return named


def draw_question(
    kind: type[PlantedItem], rng: np.random.Generator, instruction: str = ""
) -> tuple[Question, list[Seen]]:
    """A question of a kind with pictures to go with it."""
    return Question(kind.draw(rng), instruction), draw_seen(rng, kind.pictures)
