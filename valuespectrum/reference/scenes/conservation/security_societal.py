"""Scenes of societal security: people and things that protect everybody."""

from __future__ import annotations

from math import cos, radians, sin

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, rain, storm_sky
from valuespectrum.reference.painting.canvas import (
    HEIGHT_UNITS,
    WIDTH_UNITS,
    Canvas,
    Colour,
    Point,
    SceneSetting,
    darken,
    lighten,
    mix,
)
from valuespectrum.reference.painting.figures import Pose, head_position, hood, look_of, person
from valuespectrum.reference.painting.props import BLACK, GREY, RED, WHITE, flag, flame, smoke, wheel
from valuespectrum.reference.scenes import scene

_YELLOW: Colour = (250, 206, 40)
_ORANGE: Colour = (246, 126, 36)
_LADDER: Colour = (206, 210, 218)


@scene("fire_engine")
def fire_engine(canvas: Canvas, setting: SceneSetting) -> None:
    """A fire engine at a house: ladder up and crew ready, or the ladder down and the crew asleep while it burns."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.0)
    _town_house(canvas, setting)
    canvas.gradient(light.tint((142, 144, 150)), light.tint((98, 100, 108)), 12.2, HEIGHT_UNITS)
    scale = setting.size
    _engine(canvas, setting, 4.5, 13.4, scale)
    if setting.clutter > 0.5:
        canvas.polygon([(4.0, 15.5), (4.8, 15.5), (4.5, 14.3), (4.3, 14.3)], _ORANGE)
        canvas.rectangle(4.17, 14.85, 4.63, 15.1, WHITE)
    ready = ((2.2, 15.3, "hands_on_hips"), (6.6, 15.3, "waving"))
    asleep = ((1.6, 15.2, "sitting"), (8.4, 15.5, "lying"))
    for index, (x, base, name) in enumerate(asleep if setting.violated else ready):
        facing = 1 if name == "lying" else 0
        _firefighter(canvas, setting, index, (x, base), Pose(name, facing, phase=setting.time * 0.9))


def _firefighter(canvas: Canvas, setting: SceneSetting, index: int, place: Point, pose: Pose) -> None:
    coat: Colour = (74, 70, 62)
    (x, base), height = place, 4.5 * setting.size
    person(canvas, x, base, height, look_of(setting, index, top=coat, bottom=coat, hat=_YELLOW, long_hair=False), pose)
    if pose.name == "lying":
        for along in (0.56, 0.7):
            canvas.rectangle(
                x - along * height, base - 0.15 * height, x - (along - 0.04) * height, base, (226, 240, 90)
            )
        return
    lower = 0.2 * height if pose.name == "sitting" else 0.0
    for up in (0.52, 0.66):
        stripe_y = base - up * height + lower
        canvas.rectangle(x - 0.09 * height, stripe_y, x + 0.09 * height, stripe_y + 0.035 * height, (226, 240, 90))


def _town_house(canvas: Canvas, setting: SceneSetting) -> None:
    light = daylight(setting)
    wall = light.tint(((236, 214, 180), (206, 196, 214), (226, 190, 170), (200, 214, 200))[setting.place % 4], 0.8)
    canvas.rectangle(4.9, 4.2, 8.8, 12.3, wall)
    canvas.polygon([(4.5, 4.3), (5.4, 2.9), (8.3, 2.9), (9.2, 4.3)], light.tint((120, 84, 84), 0.8))
    pane: Colour = (255, 120, 30) if setting.violated else (255, 222, 140) if light.lamps else (170, 204, 224)
    for row in range(3):
        for x in (5.4, 7.2):
            y = 4.9 + row * 1.9
            canvas.rectangle(x, y, x + 1.1, y + 1.3, pane)
            if setting.violated:
                flame(canvas, x + 0.55, y + 1.2, 2.3, setting)
    if setting.violated:
        canvas.glow(6.8, 3.4, 3.4, (255, 150, 50), 0.7)
        for x, height in ((5.0, 2.6), (6.0, 3.8), (7.0, 3.2), (7.9, 3.9), (8.7, 2.4)):
            flame(canvas, x, 4.5, height, setting)


def _engine(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    light = daylight(setting)
    red, left, right = light.tint((216, 36, 36), 0.5), x - 4.0 * scale, x + 4.0 * scale
    top = base - 3.4 * scale
    if not setting.violated:
        _ladder(canvas, left + 1.4 * scale, top, x + 3.0 * scale, top - 6.4 * scale)
    canvas.rectangle(left, top, right - 2.3 * scale, base - 0.2, red, 0.15)
    canvas.polygon(
        [
            (right - 2.4 * scale, top - 0.3 * scale),
            (right - 0.6 * scale, top - 0.3 * scale),
            (right, base - 1.8 * scale),
            (right, base - 0.2),
            (right - 2.4 * scale, base - 0.2),
        ],
        red,
    )
    pane = [(-2.0, -3.3), (-0.8, -3.3), (-0.3, -1.9), (-2.0, -1.9)]
    canvas.polygon([(right + px * scale, base + py * scale) for px, py in pane], light.tint((150, 206, 232), 0.6))
    canvas.rectangle(left, base - 1.5 * scale, right, base - 1.1 * scale, light.tint(WHITE, 0.5))
    for shutter in range(3):
        shutter_x = left + (0.35 + shutter * 1.75) * scale
        shutter_top, shutter_low = top + 0.4 * scale, base - 1.7 * scale
        canvas.rectangle(shutter_x, shutter_top, shutter_x + 1.4 * scale, shutter_low, light.tint(GREY, 0.5), 0.1)
        for slat in (0.75, 1.05, 1.35):
            slat_y = top + slat * scale
            canvas.line([(shutter_x, slat_y), (shutter_x + 1.4 * scale, slat_y)], light.tint(darken(GREY), 0.5), 0.05)
    canvas.ellipse(left + 1.5 * scale, top, 0.7 * scale, 0.4 * scale, fill=darken(GREY))
    _blue_lights(canvas, setting, right, top, scale)
    for hub in (-2.6, 2.4):
        wheel(canvas, x + hub * scale, base - 0.2, 0.85 * scale, setting)
    if setting.violated:
        _ladder(canvas, left + 2.6 * scale, top, left + 0.2 * scale, base + 1.2)
        smoke(canvas, right - 0.6 * scale, base - 2.0 * scale, 4.0 * scale, setting)


def _blue_lights(canvas: Canvas, setting: SceneSetting, right: float, top: float, scale: float) -> None:
    for side, blue_x in ((0.0, right - 2.1 * scale), (0.5, right - 1.1 * scale)):
        flashing = setting.wave(0.6, side) > 0 and not setting.violated
        if flashing:
            canvas.glow(blue_x, top - 0.5 * scale, 1.3, (90, 150, 255), 0.9)
        blue = (120, 190, 255) if flashing else (30, 70, 190)
        canvas.rectangle(blue_x - 0.3, top - 0.7 * scale, blue_x + 0.3, top - 0.3 * scale, blue, 0.1)


def _ladder(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    for shift in (-0.3, 0.3):
        canvas.line([(x0 + shift, y0), (x1 + shift, y1)], _LADDER, 0.16)
    for rung in range(1, 15):
        x, y = x0 + (x1 - x0) * rung / 15, y0 + (y1 - y0) * rung / 15
        canvas.line([(x - 0.3, y), (x + 0.3, y)], _LADDER, 0.11)
    canvas.rectangle(x1 - 0.7, y1 - 0.5, x1 + 0.9, y1 + 0.25, (216, 36, 36), 0.1)


@scene("lifeguard_tower")
def lifeguard_tower(canvas: Canvas, setting: SceneSetting) -> None:
    """A lifeguard watching swimmers from a high tower, or asleep on the sand below it while a swimmer goes under."""
    light = daylight(setting)
    outdoors(canvas, setting, 8.4)
    sea = light.tint((44, 142, 190))
    canvas.gradient(mix(sea, light.sky_bottom, 0.25), sea, 8.4, 11.2)
    for row in range(3):
        y = 8.9 + row * 0.8
        points = [(x * 0.6 - 0.4, y + 0.1 * (-1) ** x + 0.08 * setting.wave(2.0, row / 3)) for x in range(18)]
        canvas.line(points, lighten(sea, 0.35), 0.09, False)
    if setting.violated:
        _drowning_swimmer(canvas, setting, 1.35, 10.6)
    canvas.gradient(light.tint((244, 222, 170)), light.tint((222, 190, 134)), 11.2, HEIGHT_UNITS)
    canvas.line([(x * 0.9, 11.2 + 0.1 * (x % 2)) for x in range(11)], lighten(sea, 0.8), 0.16, False)
    for index in range(1 + round(2 * setting.clutter)):
        swim_x, swim_y = 0.8 + 0.9 * index + 0.2 * setting.wave(2.5, index / 3), 9.6 + 0.5 * (index % 2)
        canvas.ellipse(swim_x, swim_y, 0.24, fill=setting.skin[3 + index])
        canvas.line([(swim_x - 0.3, swim_y + 0.3), (swim_x + 0.3, swim_y + 0.3)], lighten(sea, 0.6), 0.1)
    _tower(canvas, setting, 5.1, 15.0, setting.size)
    lifeguard = look_of(setting, 0, top=(216, 40, 40), bottom=(216, 40, 40), bare=True, hat=(250, 250, 250))
    deck = 15.0 - 5.6 * setting.size
    if setting.violated:
        _life_ring(canvas, setting, 1.3, 13.6)
        canvas.line([(2.4, 15.45), (8.6, 15.45)], light.tint(setting.accent, 0.4), 0.6)
        person(canvas, 8.4, 15.45, 5.4 * setting.size, lifeguard, Pose("lying", 1))
    else:
        hand = (5.1 + (0.95 + 0.1 * setting.wave(3.0)) * setting.size, deck - 3.25 * setting.size)
        person(canvas, 5.1, deck - 0.15, 4.7 * setting.size, lifeguard, Pose("sitting", 0, front_hand=hand))
        _life_ring(canvas, setting, 5.1 - 1.35 * setting.size, deck + 1.5 * setting.size)


def _drowning_swimmer(canvas: Canvas, setting: SceneSetting, x: float, y: float) -> None:
    sea = daylight(setting).tint((44, 142, 190))
    foam, sunk = lighten(sea, 0.7), 0.25 * setting.wave(1.7)
    canvas.ellipse(x, y + 0.1, 1.5, 0.45, foam)
    swimmer = look_of(setting, 4, bare=True)
    person(canvas, x, y + 3.3 + sunk, 4.6, swimmer, Pose("arms_up", 0, setting.time * 1.3))
    canvas.rectangle(0, y + 0.2, x + 1.35, 16.0, sea)
    for row in (0.25, 0.6):
        crest = [(-1.1, 0.0), (-0.3, -0.15), (0.4, 0.0), (1.2, -0.1)]
        canvas.line([(x + dx, y + row + dy) for dx, dy in crest], foam, 0.12)


def _life_ring(canvas: Canvas, setting: SceneSetting, x: float, y: float) -> None:
    light, scale = daylight(setting), setting.size
    canvas.arc(x, y, 0.85 * scale, (0, 360), light.tint(WHITE, 0.4), 0.36 * scale)
    for start in (0, 90, 180, 270):
        canvas.arc(x, y, 0.85 * scale, (start, start + 40), light.tint(RED, 0.6), 0.36 * scale)


def _tower(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    light = daylight(setting)
    wood, red = light.tint((236, 226, 208), 0.7), light.tint(RED, 0.6)
    deck = base - 5.6 * scale
    for inner, outer in ((-1.5, -2.2), (1.5, 2.2)):
        canvas.line([(x + inner * scale, deck), (x + outer * scale, base)], wood, 0.34)
    canvas.line([(x - 1.8 * scale, deck + 2.6 * scale), (x + 2.1 * scale, base - 0.4)], darken(wood, 0.15), 0.18)
    canvas.line([(x + 1.8 * scale, deck + 2.6 * scale), (x - 2.1 * scale, base - 0.4)], darken(wood, 0.15), 0.18)
    for rung in range(6):
        y = deck + (0.6 + rung * 0.85) * scale
        canvas.line([(x - 0.5 * scale, y), (x + 0.5 * scale, y)], darken(wood, 0.25), 0.14)
    for side in (-0.5, 0.5):
        canvas.line([(x + side * scale, deck), (x + side * scale, base)], darken(wood, 0.25), 0.12)
    canvas.rectangle(x - 2.1 * scale, deck - 0.2, x + 2.1 * scale, deck + 0.3, red, 0.08)
    for side in (-1.9, 1.9):
        canvas.line([(x + side * scale, deck), (x + side * scale, deck - 5.6 * scale)], wood, 0.2)
    roof = deck - 5.4 * scale
    canvas.polygon([(x - 2.7 * scale, roof), (x, roof - 1.5 * scale), (x + 2.7 * scale, roof)], red)
    canvas.polygon([(x - 0.8 * scale, roof), (x, roof - 1.5 * scale), (x + 0.8 * scale, roof)], light.tint(WHITE, 0.6))
    flag(canvas, x, roof - 1.3 * scale, 2.0 * scale, setting)
    canvas.rectangle(x - 0.8 * scale, deck - 1.1 * scale, x + 0.8 * scale, deck, darken(wood, 0.3), 0.1)


@scene("lighthouse_storm")
def lighthouse_storm(canvas: Canvas, setting: SceneSetting) -> None:
    """A striped lighthouse in a storm: its beam turns over boats, or it is broken and dark beside a wrecked ship."""
    outdoors(canvas, setting, 11.0)
    storm_sky(canvas, setting)
    if setting.violated:
        _lighthouse_ruin(canvas, setting, 3.9, 12.6, setting.size)
    else:
        _beam(canvas, setting, 5.0, 12.6 - 8.0 * setting.size)
        _lighthouse(canvas, setting, 5.0, 12.6, setting.size)
    _storm_sea(canvas, setting)
    rain(canvas, setting)


def _beam(canvas: Canvas, setting: SceneSetting, x: float, y: float) -> None:
    reach = 9.0 * setting.wave(3.2)
    soft = mix(daylight(setting).sky_bottom, (255, 244, 170), 0.7)
    canvas.polygon([(x, y), (x + reach, y - 1.1), (x + reach, y + 1.1)], soft)
    canvas.polygon([(x, y), (x - reach * 0.8, y - 0.9), (x - reach * 0.8, y + 0.9)], soft)
    canvas.glow(x, y, 1.8, (255, 246, 180), 0.9)


def _lighthouse(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    red, top, lamp = daylight(setting).tint(RED, 0.6), base - 7.2 * scale, base - 8.0 * scale
    _shaft(canvas, setting, x, base, scale)
    canvas.rectangle(x - 1.1 * scale, top - 0.15, x + 1.1 * scale, top + 0.15, BLACK)
    canvas.rectangle(x - 0.6 * scale, lamp - 0.55 * scale, x + 0.6 * scale, top, (255, 244, 170))
    for post in (-0.6, 0.0, 0.6):
        canvas.line([(x + post * scale, lamp - 0.55 * scale), (x + post * scale, top)], BLACK, 0.08)
    canvas.pie(x, lamp - 0.5 * scale, 0.85 * scale, (180, 360), red)


def _lighthouse_ruin(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    """The lower half of the tower, its jagged edge, and the lantern room fallen to its foot."""
    light = daylight(setting)
    white, red, top = light.tint(WHITE, 0.6), light.tint(RED, 0.6), base - 7.2 * scale
    _shaft(canvas, setting, x, base, scale, first=2)
    edge = top + 7.2 * scale * 0.4
    stumps = ((-1.0, 0.0), (-0.75, -1.3), (-0.4, -0.5), (0.0, -0.9), (0.35, 0.1), (0.7, -0.4), (1.0, 0.05))
    canvas.polygon([(x + dx * scale, edge + dy * scale) for dx, dy in stumps], red)
    canvas.polygon([(x + 0.3, edge), (x - 0.1, edge + 1.3), (x + 0.5, edge + 2.2), (x + 0.2, edge + 1.2)], BLACK)
    fallen_x, fallen_y = x - 2.7, base - 0.3
    roof = ((-1.5, -0.4), (-0.5, -1.5), (0.2, -0.3), (-0.6, 0.7))
    canvas.polygon([(fallen_x + dx * scale, fallen_y + dy * scale) for dx, dy in roof], red)
    room = ((0.1, -0.5), (1.1, -0.2), (0.7, 0.9), (-0.5, 0.7))
    canvas.polygon([(fallen_x + dx * scale, fallen_y + dy * scale) for dx, dy in room], white)
    canvas.line([(fallen_x + 1.1 * scale, fallen_y - 0.3), (fallen_x + 0.7 * scale, fallen_y + 0.9)], BLACK, 0.3)


def _shaft(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float, first: int = 0) -> None:
    """The rock and the striped tower, from its ``first`` of five bands down."""
    light = daylight(setting)
    white, red = light.tint(WHITE, 0.6), light.tint(RED, 0.6)
    rock = [(x - 4.0, base + 1.5), (x - 2.0, base - 0.5), (x + 2.2, base - 0.6), (x + 4.2, base + 1.5)]
    canvas.polygon(rock, light.tint((96, 92, 92)))
    bands, top = 5, base - 7.2 * scale
    for band in range(first, bands):
        upper, lower = band / bands, (band + 1) / bands
        narrow, wide = (0.75 + 0.6 * upper) * scale, (0.75 + 0.6 * lower) * scale
        y0, y1 = top + (base - top) * upper, top + (base - top) * lower
        corners = [(x - narrow, y0), (x + narrow, y0), (x + wide, y1), (x - wide, y1)]
        canvas.polygon(corners, white if band % 2 else red)
    canvas.rectangle(x - 0.4 * scale, base - 1.5 * scale, x + 0.4 * scale, base - 0.3, darken(setting.accent, 0.3), 0.1)


def _storm_sea(canvas: Canvas, setting: SceneSetting) -> None:
    light = daylight(setting)
    sea = light.tint((40, 92, 124))
    for row in range(4):
        y, shade = 12.7 + row * 0.95, darken(sea, 0.1 * row)
        phase = setting.time * 70 * (1 if row % 2 else -1) + row * 80
        crest = [
            (step * 0.3, y + 0.42 * sin(radians(step * 36 + phase)) - 0.15 * cos(radians(step * 72 + phase)))
            for step in range(32)
        ]
        canvas.polygon([*crest, (WIDTH_UNITS + 0.3, HEIGHT_UNITS), (0, HEIGHT_UNITS)], shade)
        canvas.line(crest, lighten(shade, 0.55), 0.1, False)
        if row == 0 and setting.violated:
            _wreck(canvas, setting, 7.0, 13.4)
        if row == 1 and not setting.violated:
            _boat(canvas, setting, 1.9, y + 0.35 * setting.wave(2.0), light.tint(setting.accent, 0.6))
    if setting.clutter > 0.4 and not setting.violated:
        _boat(canvas, setting, 7.3, 14.6 + 0.3 * setting.wave(2.0, 0.4), light.tint(setting.second, 0.6))


def _wreck(canvas: Canvas, setting: SceneSetting, x: float, y: float) -> None:
    """A big ship on its side, broken in two, its mast snapped."""
    light = daylight(setting)
    hull, wood = light.tint(setting.accent, 0.6), light.tint((150, 110, 76), 0.7)
    canvas.line([(x - 0.6, y - 1.6), (x + 0.5, y - 4.4)], wood, 0.24)
    canvas.line([(x + 0.5, y - 4.4), (x + 1.9, y - 3.2)], wood, 0.2)
    canvas.polygon(
        [(x + 0.5, y - 4.3), (x + 1.8, y - 3.2), (x + 0.9, y - 1.9), (x - 0.1, y - 2.6)], light.tint(WHITE, 0.6)
    )
    canvas.polygon([(x - 2.5, y - 3.0), (x - 0.2, y - 1.5), (x - 0.6, y - 0.9), (x - 0.1, y + 0.2), (x - 1.8, y)], hull)
    canvas.polygon([(x + 0.2, y - 1.3), (x + 2.2, y - 2.6), (x + 1.7, y + 0.3), (x + 0.3, y + 0.4)], darken(hull, 0.15))
    canvas.line([(x - 2.5, y - 3.0), (x - 0.2, y - 1.5)], wood, 0.2)
    canvas.line([(x + 0.2, y - 1.3), (x + 2.2, y - 2.6)], wood, 0.2)


def _boat(canvas: Canvas, setting: SceneSetting, x: float, y: float, colour: Colour) -> None:
    tilt = 0.18 * setting.wave(2.0, 0.25)
    canvas.line([(x, y - 0.2), (x + tilt, y - 2.1)], BLACK, 0.1)
    sail = [(x + tilt, y - 2.0), (x + 0.1, y - 0.5), (x + 1.1, y - 0.6 + tilt)]
    canvas.polygon(sail, daylight(setting).tint(WHITE, 0.6))
    hull = ((-1.2, -0.35, -tilt), (1.3, -0.35, tilt), (0.8, 0.5, tilt), (-0.8, 0.5, -tilt))
    canvas.polygon([(x + across, y + down + roll) for across, down, roll in hull], colour)


@scene("police_patrol")
def police_patrol(canvas: Canvas, setting: SceneSetting) -> None:
    """A police officer before a row of shops: keeping watch in a tidy street, or turned away from robbers and fire."""
    light = daylight(setting)
    outdoors(canvas, setting, 9.0)
    for index, x in enumerate((0.1, 4.6)):
        _shop(canvas, setting, x, index)
    canvas.gradient(light.tint((196, 192, 188)), light.tint((160, 158, 160)), 12.4, HEIGHT_UNITS)
    canvas.rectangle(0, 12.3, WIDTH_UNITS, 12.55, light.tint((140, 138, 142)))
    if setting.violated:
        _robbers(canvas, setting)
        _officer(canvas, setting, 1.7, Pose("walking", -1, setting.time * 0.8))
    else:
        walker = look_of(setting, 1)
        person(canvas, 7.2, 14.2, 4.6 * setting.size, walker, Pose("walking", -1, setting.time * 0.7))
        _bin(canvas, setting, 0.9, 14.2)
        _officer(canvas, setting, 4.0, Pose("hands_on_hips", 0))


def _shop(canvas: Canvas, setting: SceneSetting, x: float, index: int) -> None:
    light = daylight(setting)
    walls: tuple[Colour, ...] = ((224, 190, 160), (188, 204, 214), (232, 216, 168), (206, 186, 206))
    wall = light.tint(walls[(setting.place + index) % 4], 0.8)
    stripe = light.tint((setting.accent, setting.second)[index], 0.5)
    canvas.rectangle(x, 3.2, x + 4.3, 12.4, wall)
    canvas.rectangle(x - 0.1, 2.9, x + 4.4, 3.4, darken(wall, 0.2))
    for pane in (0.5, 2.5):
        canvas.rectangle(x + pane, 4.1, x + pane + 1.3, 6.0, (255, 222, 140) if light.lamps else (196, 222, 236))
    canvas.rectangle(x + 0.3, 8.0, x + 4.0, 11.8, darken(wall, 0.45))
    glass: Colour = (96, 84, 92) if setting.violated else (255, 232, 170) if light.lamps else (206, 232, 242)
    canvas.rectangle(x + 0.45, 8.1, x + 3.85, 11.6, glass)
    if setting.violated:
        _shards(canvas, x)
        canvas.polygon([(x, 6.9), (x + 4.3, 8.9), (x + 3.6, 10.4), (x, 8.0)], stripe)
        return
    for goods in range(3):
        colour = (setting.second, (240, 196, 90), setting.accent)[(goods + index) % 3]
        canvas.rectangle(x + 0.75 + goods, 10.3, x + 1.4 + goods, 11.6, light.tint(colour, 0.4), 0.1)
    for band in range(6):
        left = x - 0.1 + band * 0.75
        colour = stripe if band % 2 == 0 else light.tint(WHITE, 0.5)
        canvas.polygon([(left + 0.1, 6.9), (left + 0.75, 6.9), (left + 0.75, 8.4), (left, 8.4)], colour)


def _shards(canvas: Canvas, x: float) -> None:
    glass: Colour = (206, 232, 242)
    for corner, points in (
        ((0.45, 11.6), ((0.0, -1.6), (0.6, -0.5), (1.2, -0.9), (1.6, 0.0))),
        ((3.85, 11.6), ((0.0, -2.0), (-0.5, -0.7), (-1.1, -0.6), (-1.4, 0.0))),
    ):
        edge = [(x + corner[0] + dx, corner[1] + dy) for dx, dy in points]
        canvas.polygon([(x + corner[0], corner[1]), *edge], glass)


def _officer(canvas: Canvas, setting: SceneSetting, x: float, pose: Pose) -> None:
    navy: Colour = (36, 52, 110)
    height = 6.6 * setting.size
    person(canvas, x, 15.4, height, look_of(setting, 0, top=navy, bottom=navy, hat=navy, long_hair=False), pose)
    (head_x, head_y), radius = head_position(x, 15.4, height, pose)
    canvas.rectangle(x - 0.09 * height, 15.4 - 0.5 * height, x + 0.09 * height, 15.4 - 0.46 * height, BLACK)
    canvas.ellipse(head_x + 0.3 * radius * pose.facing, head_y - 0.75 * radius, 0.25 * radius, fill=_YELLOW)
    if pose.facing == 0:
        canvas.ellipse(x + 0.05 * height, 15.4 - 0.68 * height, 0.03 * height, fill=_YELLOW)


def _robbers(canvas: Canvas, setting: SceneSetting) -> None:
    dark: Colour = (58, 56, 66)
    for index, (x, base, height) in enumerate(((4.2, 13.6, 4.6), (6.1, 15.2, 6.2))):
        tall = height * setting.size
        load = (x + 0.35 * tall, base - 0.62 * tall)
        pose = Pose("running", 1, setting.time * 0.9 + index / 2, front_hand=load, back_hand=load)
        person(canvas, x, base, tall, look_of(setting, 2 + index, top=dark, bottom=(70, 78, 96), long_hair=False), pose)
        hood(canvas, x, base, tall, pose, dark)
        left, top, right, low = load[0] - 0.1, load[1] - 0.2 * tall, load[0] + 0.3 * tall, load[1] + 0.1 * tall
        canvas.rectangle(left, top, right, low, WHITE, 0.1)
        canvas.rectangle(left + 0.15, top + 0.15, right - 0.15, low - 0.15, (90, 150, 210))
    _bin(canvas, setting, 3.6, 15.5)


def _bin(canvas: Canvas, setting: SceneSetting, x: float, base: float) -> None:
    green = daylight(setting).tint((60, 120, 90), 0.6)
    if setting.violated:
        canvas.glow(x, base - 1.4, 2.4, (255, 170, 60), 0.8)
        for dx, height in ((-0.7, 1.8), (0.0, 2.8), (0.7, 2.0)):
            flame(canvas, x + dx, base - 0.5, height, setting)
        canvas.polygon([(x - 1.0, base - 0.9), (x + 0.9, base - 1.1), (x + 0.9, base), (x - 1.0, base - 0.1)], green)
        return
    canvas.polygon([(x - 0.55, base - 1.5), (x + 0.55, base - 1.5), (x + 0.42, base), (x - 0.42, base)], green)
    canvas.rectangle(x - 0.65, base - 1.75, x + 0.65, base - 1.45, darken(green), 0.1)
