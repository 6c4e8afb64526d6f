"""Backgrounds shared by the scenes: skies, landscapes and rooms that show the time of day and the place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from valuespectrum.reference.painting.canvas import (
    HEIGHT_UNITS,
    WIDTH_UNITS,
    Canvas,
    Colour,
    SceneSetting,
    darken,
    lighten,
    mix,
)


@dataclass(frozen=True, slots=True)
class Daylight:
    """The light of one time of day."""

    sky_top: Colour
    """Sky colour at the zenith."""
    sky_bottom: Colour
    """Sky colour at the horizon."""
    light: Colour
    """Colour that everything outdoors is blended towards."""
    darkness: float
    """0 to 1: how far it is blended; 0 is full daylight."""
    cloud: Colour
    """Colour of clouds."""
    lamps: bool
    """Whether lamps and windows are lit."""

    def tint(self, colour: Colour, strength: float = 1.0) -> Colour:
        """A colour as it looks in this light; ``strength`` below 1 keeps more of the colour (indoors, near lamps)."""
        return mix(colour, self.light, self.darkness * strength)


LIGHTS: Mapping[str, Daylight] = {
    "morning": Daylight((138, 196, 236), (255, 214, 184), (255, 214, 190), 0.16, (255, 240, 230), False),
    "day": Daylight((62, 152, 232), (190, 230, 252), (255, 255, 255), 0.0, (255, 255, 255), False),
    "sunset": Daylight((98, 62, 142), (255, 148, 74), (176, 72, 66), 0.32, (255, 186, 150), False),
    "night": Daylight((10, 14, 46), (44, 54, 108), (16, 22, 64), 0.6, (52, 60, 106), True),
}
"""Time of day to its light."""

_WINDOW_SUNS: Mapping[str, tuple[float, Colour]] = {
    "morning": (0.62, (255, 246, 206)),
    "day": (0.26, (255, 236, 120)),
    "sunset": (0.78, (255, 212, 98)),
}
_STAR: Colour = (238, 240, 255)
_CONCRETE: Colour = (170, 174, 182)
_GRASS: Colour = (116, 180, 92)
_SAND: Colour = (240, 214, 160)
_MEADOW: Colour = (150, 190, 96)


def daylight(setting: SceneSetting) -> Daylight:
    """The light of the setting's time of day: tint for colours, darkness, whether lamps are lit."""
    return LIGHTS[setting.time_of_day]


def sky(canvas: Canvas, setting: SceneSetting, horizon: float = 10.0) -> None:
    """Fill the picture from the top down to ``horizon`` with sky: sun or moon, stars, drifting clouds."""
    light = daylight(setting)
    canvas.gradient(light.sky_top, light.sky_bottom, 0.0, horizon)
    random = setting.random()
    side = 1.9 if random.random() < 0.5 else 7.1
    if setting.time_of_day == "night":
        for x, y, size in random.random((34, 3)):
            canvas.ellipse(x * WIDTH_UNITS, y * horizon * 0.8, 0.025 + 0.035 * size, fill=_STAR)
        _moon(canvas, side, 2.2, light.sky_top)
    elif setting.time_of_day == "day":
        canvas.glow(side, 2.0, 1.6, (255, 250, 200), 0.7)
        canvas.ellipse(side, 2.0, 0.72, fill=(255, 232, 112))
    elif setting.time_of_day == "sunset":
        canvas.glow(side, horizon - 1.5, 2.4, (255, 226, 130), 0.8)
        canvas.ellipse(side, horizon - 1.5, 1.15, fill=(255, 206, 92))
    else:
        canvas.glow(side, horizon - 3.2, 1.9, (255, 246, 214), 0.9)
        canvas.ellipse(side, horizon - 3.2, 0.75, fill=(255, 244, 204))
    for index, (x, y, size) in enumerate(random.random((3, 3))):
        drift = (x * 12 + setting.time * (0.12 + 0.08 * size)) % 12 - 1.5
        cloud(canvas, drift, 1.2 + index * 1.5 + y, 0.5 + 0.4 * size, light.cloud)


def cloud(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    """A flat-bottomed cloud around ``x`` with its base at ``y``, about ``4 * size`` wide."""
    canvas.rectangle(x - 1.7 * size, y - 0.56 * size, x + 1.7 * size, y, colour, 0.28 * size)
    canvas.ellipse(x - 0.6 * size, y - 0.6 * size, 0.62 * size, 0.56 * size, fill=colour)
    canvas.ellipse(x + 0.35 * size, y - 0.75 * size, 0.78 * size, 0.72 * size, fill=colour)


def storm_sky(canvas: Canvas, setting: SceneSetting) -> None:
    """Dark drifting clouds under the top edge and a flash of lightning now and then, over any sky."""
    light = daylight(setting)
    grey = mix(light.tint((92, 102, 122)), light.sky_top, 0.25)
    drift = 0.4 * setting.wave(9.0)
    for x, y, size in ((1.2, 2.2, 1.5), (5.2, 1.7, 1.7), (8.4, 2.7, 1.4), (3.0, 3.4, 1.1)):
        cloud(canvas, x + drift, y, size, darken(grey, 0.06 * y))
    if setting.time % 2.4 < 0.3:
        canvas.line([(1.6, 3.0), (1.1, 4.6), (1.7, 4.7), (1.0, 6.8)], (255, 250, 190), 0.14)


def rain(canvas: Canvas, setting: SceneSetting) -> None:
    """Slanting rain over everything that is drawn so far."""
    colour = mix(daylight(setting).sky_bottom, (230, 238, 250), 0.6)
    for x, y in setting.random().random((46, 2)):
        top, left = (y * 16 + setting.time * 14) % 16, x * 10 - 0.5
        canvas.line([(left, top), (left - 0.18, top + 0.6)], colour, 0.04, False)


def outdoors(canvas: Canvas, setting: SceneSetting, horizon: float = 10.0) -> None:
    """Sky, a far layer by ``setting.place`` (0 city, 1 hills, 2 sea, 3 village) and the ground below ``horizon``."""
    sky(canvas, setting, horizon)
    _FAR_LAYERS[setting.place % 4](canvas, setting, horizon)


def ground_colour(setting: SceneSetting) -> Colour:
    """The colour of the ground at the horizon that ``outdoors`` draws for this place and time of day."""
    return daylight(setting).tint((_CONCRETE, _GRASS, _SAND, _MEADOW)[setting.place % 4])


def room(canvas: Canvas, setting: SceneSetting, floor_y: float = 12.0) -> None:
    """An indoor wall and floor coloured by place, a window that shows the time of day, a lamp lit at night."""
    light = daylight(setting)
    wall, floor = _ROOM_COLOURS[setting.place % 4]
    lit_wall = light.tint(wall, 0.55)
    canvas.gradient(lighten(lit_wall, 0.12), lit_wall, 0.0, floor_y)
    canvas.gradient(light.tint(floor, 0.55), light.tint(darken(floor, 0.22), 0.55), floor_y, HEIGHT_UNITS)
    for column in range(-3, 13):
        near = 4.5 + (column - 4.5) * 1.9
        canvas.line([(column, floor_y), (near, HEIGHT_UNITS)], light.tint(darken(floor, 0.14), 0.55), 0.05, False)
    canvas.rectangle(0, floor_y - 0.28, WIDTH_UNITS, floor_y, light.tint(lighten(wall, 0.55), 0.4))
    left = setting.random().random() < 0.5
    window(canvas, setting, 0.7 if left else 5.6, 1.6, 2.7, 3.6)
    _ceiling_lamp(canvas, setting, 6.4 if left else 2.6)


def window(canvas: Canvas, setting: SceneSetting, x: float, y: float, width: float, height: float) -> None:
    """A window with its upper left corner at ``(x, y)``: sky, sun or moon of the time of day behind a white frame."""
    light = daylight(setting)
    frame = light.tint((250, 248, 242), 0.4)
    canvas.rectangle(x - 0.16, y - 0.16, x + width + 0.16, y + height + 0.16, frame, 0.08)
    for step in range(6):
        strip = mix(light.sky_top, light.sky_bottom, step / 5)
        canvas.rectangle(x, y + height * step / 6, x + width, y + height * (step + 1) / 6, strip)
    if setting.time_of_day == "night":
        for star_x, star_y in setting.random().random((8, 2)):
            canvas.ellipse(x + 0.1 + star_x * (width - 0.2), y + 0.1 + star_y * height * 0.7, 0.04, fill=_STAR)
        _moon(canvas, x + width * 0.72, y + height * 0.26, light.sky_top, 0.36)
    else:
        low, sun = _WINDOW_SUNS[setting.time_of_day]
        canvas.ellipse(x + width * 0.72, y + height * low, 0.42, fill=sun)
    canvas.rectangle(x + width / 2 - 0.06, y, x + width / 2 + 0.06, y + height, frame)
    canvas.rectangle(x, y + height * 0.5 - 0.06, x + width, y + height * 0.5 + 0.06, frame)
    canvas.rectangle(x - 0.32, y + height + 0.1, x + width + 0.32, y + height + 0.32, darken(frame, 0.12), 0.06)


_ROOM_COLOURS: tuple[tuple[Colour, Colour], ...] = (
    ((206, 222, 232), (176, 138, 104)),
    ((240, 224, 196), (150, 112, 84)),
    ((204, 228, 210), (196, 164, 128)),
    ((238, 210, 204), (138, 116, 118)),
)


def _moon(canvas: Canvas, x: float, y: float, behind: Colour, radius: float = 0.8) -> None:
    canvas.ellipse(x, y, radius, fill=(248, 244, 216))
    canvas.ellipse(x - radius * 0.42, y - radius * 0.18, radius * 0.84, fill=behind)


def _ceiling_lamp(canvas: Canvas, setting: SceneSetting, x: float) -> None:
    light = daylight(setting)
    if light.lamps:
        canvas.glow(x, 2.1, 2.6, (255, 224, 140), 0.75)
    canvas.line([(x, 0), (x, 1.2)], (70, 66, 70), 0.06)
    canvas.polygon([(x - 0.3, 1.2), (x + 0.3, 1.2), (x + 0.75, 1.9), (x - 0.75, 1.9)], light.tint(setting.second, 0.3))
    canvas.ellipse(x, 1.95, 0.3, 0.2, fill=(255, 242, 180) if light.lamps else (226, 224, 216))


def _ground(canvas: Canvas, setting: SceneSetting, horizon: float) -> None:
    colour = ground_colour(setting)
    canvas.gradient(colour, darken(colour, 0.18), horizon, HEIGHT_UNITS)


def _city(canvas: Canvas, setting: SceneSetting, horizon: float) -> None:
    light = daylight(setting)
    random = setting.random()
    far = mix(light.tint((120, 134, 168)), light.sky_bottom, 0.5)
    for column in range(6):
        x = column * 1.6 - 0.3
        canvas.rectangle(x, horizon - 2.6 - 2.2 * random.random(), x + 1.4, horizon, far)
    near = mix(light.tint((92, 104, 140)), light.sky_bottom, 0.2)
    panes = (255, 220, 120) if light.lamps else lighten(near, 0.3)
    for column in range(5):
        x, top = column * 1.95 - 0.5, horizon - 1.4 - 1.9 * random.random()
        canvas.rectangle(x, top, x + 1.5, horizon, near)
        for pane_x in (0.25, 0.65, 1.05):
            for row in range(int((horizon - top) / 0.55)):
                if random.random() < 0.65:
                    pane_y = top + 0.25 + row * 0.55
                    canvas.rectangle(x + pane_x, pane_y, x + pane_x + 0.22, pane_y + 0.28, panes)
    _ground(canvas, setting, horizon)


def _hills(canvas: Canvas, setting: SceneSetting, horizon: float) -> None:
    light = daylight(setting)
    shift = setting.random().random()
    axis = np.linspace(0, WIDTH_UNITS, 24)
    layers: tuple[tuple[Colour, float, float], ...] = (
        (mix(light.tint((112, 158, 150)), light.sky_bottom, 0.45), 1.7, 0.75),
        (mix(light.tint((92, 160, 104)), light.sky_bottom, 0.2), 0.8, 1.05),
    )
    for colour, height, frequency in layers:
        crest = horizon - height - 0.55 * np.sin(axis * frequency + 6 * shift + height)
        ridge = [(float(x), float(y)) for x, y in zip(axis, crest, strict=True)]
        canvas.polygon([(0.0, horizon + 0.1), *ridge, (WIDTH_UNITS, horizon + 0.1)], colour)
    _ground(canvas, setting, horizon)


def _coast(canvas: Canvas, setting: SceneSetting, horizon: float) -> None:
    light = daylight(setting)
    sea = light.tint((52, 140, 190))
    canvas.gradient(mix(sea, light.sky_bottom, 0.35), sea, horizon - 1.3, horizon + 0.1)
    for row, (x, y) in enumerate(setting.random().random((7, 2))):
        glint_x = (x * 10 + 0.25 * setting.wave(3.0, row / 7)) % 9
        canvas.line([(glint_x, horizon - 1.15 + y), (glint_x + 0.6, horizon - 1.15 + y)], lighten(sea, 0.35), 0.05)
    _ground(canvas, setting, horizon)
    foam = horizon + 0.06 * setting.wave(3.0)
    canvas.line([(x * 0.9, foam + 0.07 * (x % 2)) for x in range(11)], lighten(sea, 0.7), 0.14, False)


def _village(canvas: Canvas, setting: SceneSetting, horizon: float) -> None:
    light = daylight(setting)
    random = setting.random()
    canvas.ellipse(4.5, horizon + 1.2, 7.0, 2.6, fill=mix(light.tint((124, 172, 110)), light.sky_bottom, 0.3))
    panes = (255, 218, 116) if light.lamps else light.tint((120, 150, 176))
    walls: tuple[Colour, ...] = ((246, 232, 206), (232, 206, 180), (222, 226, 222), (240, 214, 190))
    for column in range(4):
        x, height = column * 2.35 + 0.4 * random.random(), 0.9 + 0.5 * random.random()
        wall, top = mix(light.tint(walls[column]), light.sky_bottom, 0.12), horizon - height
        canvas.rectangle(x, top, x + 1.6, horizon, wall)
        canvas.polygon([(x - 0.2, top), (x + 0.8, top - 0.9), (x + 1.8, top)], light.tint((178, 84, 66)))
        for pane_x in (0.3, 0.95):
            canvas.rectangle(x + pane_x, top + 0.22, x + pane_x + 0.34, top + 0.6, panes)
    _ground(canvas, setting, horizon)


_FAR_LAYERS: tuple[Callable[[Canvas, SceneSetting, float], None], ...] = (_city, _hills, _coast, _village)
