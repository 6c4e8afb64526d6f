"""What is laid over or round a finished scene: people who look on, and what makes some scenes hard to make out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from valuespectrum.reference.painting.backgrounds import daylight
from valuespectrum.reference.painting.canvas import HEIGHT_UNITS, WIDTH_UNITS, Canvas, SceneSetting, darken, mix

MOST_SPECTATORS = 4
SMALL = 0.6
"""Share of the width that a scene fills which is hard because it is small."""


def spectators(canvas: Canvas, setting: SceneSetting) -> None:
    """Heads and shoulders of ``setting.spectators`` people, from behind, at the lower edge."""
    light = daylight(setting)
    rng = np.random.default_rng([setting.seed, 2])
    offsets = rng.uniform(-0.25, 0.25, (MOST_SPECTATORS, 2))
    places = rng.permutation(MOST_SPECTATORS)[: setting.spectators]
    clothes = (setting.accent, setting.second, darken(setting.accent, 0.4), darken(setting.second, 0.4))
    for index, place in enumerate(sorted(places)):
        x = (place + 0.5) * WIDTH_UNITS / MOST_SPECTATORS + offsets[index, 0]
        y = 14.85 + offsets[index, 1] + 0.05 * setting.wave(1.7, index / 3)
        top, hair = light.tint(clothes[index]), light.tint(setting.hair[-1 - index])
        canvas.ellipse(x, y + 1.75, 1.12, 1.0, fill=darken(top, 0.15))
        canvas.rectangle(x - 0.26, y + 0.3, x + 0.26, y + 1.0, light.tint(darken(setting.skin[-1 - index], 0.12)))
        for side in (-1, 1):
            canvas.ellipse(x + side * 0.6, y + 0.12, 0.14, 0.2, fill=light.tint(setting.skin[-1 - index]))
        canvas.ellipse(x, y, 0.6, 0.72, fill=hair)


def small(canvas: Canvas, setting: SceneSetting, paint: Callable[[Canvas], None]) -> None:
    """The whole scene at a good half of its size, on a plain ground."""
    light = daylight(setting)
    rng = np.random.default_rng([setting.seed, 3])
    ground = mix(setting.second, (236, 232, 224), 0.8)
    canvas.gradient(light.tint(ground), light.tint(darken(ground, 0.12)))
    within = Canvas(2 * round(SMALL * canvas.width / 2))
    paint(within)
    share = within.width / canvas.width
    room = 1 - share
    left, top = WIDTH_UNITS * room * rng.uniform(0.15, 0.85), HEIGHT_UNITS * room * rng.uniform(0.15, 0.85)
    right, bottom = left + WIDTH_UNITS * share, top + HEIGHT_UNITS * share
    canvas.rectangle(left + 0.05, top + 0.1, right + 0.25, bottom + 0.3, light.tint(darken(ground, 0.25)), 0.35)
    canvas.insert(within, left, top, 0.3)


def cluttered(canvas: Canvas, setting: SceneSetting, paint: Callable[[Canvas], None]) -> None:
    """The scene behind many balloons, which drift in front of it."""
    paint(canvas)
    light = daylight(setting)
    rng = np.random.default_rng([setting.seed, 4])
    colours = (setting.accent, setting.second, mix(setting.accent, setting.second, 0.5), (244, 240, 232))
    for number in range(26):
        x, y = rng.uniform(0.2, 8.8), rng.uniform(1.5, 15.5)
        radius = rng.uniform(0.32, 0.62)
        y += 0.15 * setting.wave(rng.uniform(1.5, 3.0), rng.random())
        colour = light.tint(colours[number % len(colours)])
        canvas.line([(x, y + radius), (x + 0.1, y + radius + 0.9)], light.tint((120, 116, 116)), 0.05)
        canvas.ellipse(x, y, radius, 1.15 * radius, fill=colour)
        canvas.ellipse(x - 0.35 * radius, y - 0.4 * radius, 0.2 * radius, fill=mix(colour, (255, 255, 255), 0.55))


def ambiguous(canvas: Canvas, setting: SceneSetting, paint: Callable[[Canvas], None]) -> None:
    """The scene in thick haze, half seen."""
    paint(canvas)
    haze = daylight(setting).tint((226, 228, 232))
    canvas.veil(haze, 0.5)
    rng = np.random.default_rng([setting.seed, 5])
    for _ in range(5):
        x, y = rng.uniform(0.5, 8.5), rng.uniform(4, 14)
        canvas.glow(x + 0.3 * setting.wave(4.0, rng.random()), y, rng.uniform(2.2, 3.6), haze, 0.55)


OBSTACLES: Mapping[str, Callable[[Canvas, SceneSetting, Callable[[Canvas], None]], None]] = {
    "small": small,
    "cluttered": cluttered,
    "ambiguous": ambiguous,
}
"""What makes a scene hard to make out, to how it is drawn then."""
