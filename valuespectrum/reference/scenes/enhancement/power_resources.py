"""Drawings of the power-resources kinds: gold, money and expensive things, and the lack or loss of them."""

from __future__ import annotations

import math

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, sky
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
from valuespectrum.reference.painting.figures import Appearance, Pose, head_position, look_of, mix_point, person
from valuespectrum.reference.painting.props import GOLD, flame, palm, smoke
from valuespectrum.reference.scenes import scene

GOLD_LIGHT, GOLD_DARK = lighten(GOLD, 0.5), darken(GOLD, 0.28)
_DARK: Colour = (34, 36, 48)
_NOTE: Colour = (158, 214, 150)
_NOTE_DARK: Colour = (58, 132, 82)


@scene("sports_car")
def sports_car(canvas: Canvas, setting: SceneSetting) -> None:
    """A white villa with columns and palms, and what stands in front of it.

    Endorsed: a low sports car, seen from the side. Violated: a rusty old bicycle; the villa is boarded up.
    """
    light = daylight(setting)
    outdoors(canvas, setting, 10.2)
    _villa(canvas, setting, 10.3)
    canvas.gradient(light.tint((150, 152, 160)), light.tint((108, 110, 118)), 11.6, 15.2)
    for column in range(-1, 6):
        canvas.rectangle(column * 2.0, 14.7, column * 2.0 + 1.0, 14.85, light.tint((240, 240, 240)))
    if setting.violated:
        _bicycle(canvas, setting, 4.5, 14.4, 1.1 * setting.size)
        return
    _car(canvas, setting, 4.5, 13.9 + 0.03 * setting.wave(0.5), 1.1 * setting.size)


def _villa(canvas: Canvas, setting: SceneSetting, base: float) -> None:
    light = daylight(setting)
    wall, lit = light.tint((252, 248, 238)), light.lamps and not setting.violated
    pane = (255, 222, 130) if lit else light.tint((128, 184, 214))
    canvas.rectangle(1.0, base - 4.4, 8.0, base + 0.4, wall)
    canvas.rectangle(2.6, base - 6.4, 6.4, base - 4.2, wall)
    canvas.rectangle(0.7, base - 4.6, 8.3, base - 4.2, light.tint((222, 208, 186)))
    canvas.rectangle(2.3, base - 6.7, 6.7, base - 6.3, light.tint((222, 208, 186)))
    for x in (3.0, 4.1, 5.2):
        canvas.rectangle(x, base - 6.0, x + 0.8, base - 4.8, pane)
    for x in (1.5, 2.75, 5.45, 6.7):
        canvas.rectangle(x, base - 3.6, x + 0.85, base - 0.4, pane)
    canvas.rectangle(3.95, base - 3.2, 5.05, base + 0.4, light.tint(darken(setting.second, 0.3)))
    for x in (1.1, 2.4, 3.65, 5.1, 6.35, 7.6):
        canvas.rectangle(x, base - 4.2, x + 0.26, base + 0.4, light.tint((234, 226, 212)))
    if setting.violated:
        _boards(canvas, setting, base)
    for x in (0.3, 8.3):
        palm(canvas, x, base + 0.5, 6.4, setting)


def _boards(canvas: Canvas, setting: SceneSetting, base: float) -> None:
    """Planks nailed crosswise over the door and the windows of the villa."""
    plank = daylight(setting).tint((162, 112, 66), 0.7)
    openings = [(x, base - 3.6, base - 0.4) for x in (1.35, 6.6)] + [(3.2, base - 6.0, base - 4.8)]
    openings += [(4.5, base - 6.0, base - 4.8), (3.4, base - 3.3, base + 0.2)]
    for left, top, low in openings:
        wide = 1.3 if top < base - 5 else 2.0 if left == 3.4 else 1.4
        canvas.line([(left, top), (left + wide, low)], darken(plank, 0.15), 0.4)
        canvas.line([(left + wide, top), (left, low)], plank, 0.4)


def _bicycle(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    light = daylight(setting)
    rust, tyre = light.tint((186, 92, 44), 0.25), light.tint((52, 48, 48), 0.25)
    radius = 1.25 * scale
    hub_y, sway = base - radius, 0.05 * setting.wave(1.6)
    canvas.ellipse(x, base + 0.05, 3.4 * scale, 0.22, fill=light.tint((84, 84, 92)))
    for hub_x in (x - 1.85 * scale, x + 1.85 * scale):
        canvas.arc(hub_x, hub_y, radius, (0, 360), tyre, 0.2 * scale)
        for spoke in range(4):
            turn = math.pi * spoke / 4 + setting.time
            reach_x, reach_y = 0.9 * radius * math.cos(turn), 0.9 * radius * math.sin(turn)
            ends = [(hub_x - reach_x, hub_y - reach_y), (hub_x + reach_x, hub_y + reach_y)]
            canvas.line(ends, light.tint((176, 168, 164), 0.5), 0.05)
        canvas.ellipse(hub_x, hub_y, 0.16 * scale, fill=rust)

    def tube(colour: Colour, width: float, *points: Point) -> None:
        placed = [(x + (px + sway * py) * scale, hub_y - py * scale) for px, py in points]
        canvas.line(placed, colour, width * scale)

    tube(rust, 0.2, (-1.85, 0.0), (-0.7, 1.75), (1.35, 1.75), (0.0, -0.1), (-1.85, 0.0))
    tube(rust, 0.2, (0.0, -0.1), (-0.85, 2.1))
    tube(rust, 0.2, (1.85, 0.0), (1.2, 2.5))
    tube(tyre, 0.3, (-1.3, 2.2), (-0.4, 2.15))
    tube(tyre, 0.2, (0.75, 2.75), (1.2, 2.55), (1.5, 2.75))
    canvas.rectangle(x + 1.5 * scale, hub_y - 2.4 * scale, x + 2.9 * scale, hub_y - 1.4 * scale, (190, 146, 86), 0.1)
    canvas.ellipse(x, hub_y + 0.1 * scale, 0.3 * scale, fill=darken(rust, 0.3))


def _car(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    light = daylight(setting)
    paint = light.tint(setting.accent, 0.5)

    def place(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x + px * scale, base + py * scale) for px, py in points]

    canvas.ellipse(x, base + 0.12, 3.9 * scale, 0.28, fill=light.tint((70, 72, 80)))
    body = [(-3.7, -0.3), (-3.75, -0.95), (-3.3, -1.25), (-2.2, -1.4), (-0.9, -2.25), (0.6, -2.3), (1.7, -1.55)]
    canvas.polygon(place([*body, (3.1, -1.25), (3.75, -0.75), (3.7, -0.3)]), paint)
    canvas.polygon(place([(-0.95, -2.05), (-0.05, -2.1), (-0.05, -1.45), (-1.95, -1.45)]), light.tint((60, 84, 110)))
    canvas.polygon(place([(0.15, -2.1), (0.6, -2.08), (1.45, -1.45), (0.15, -1.45)]), light.tint((60, 84, 110)))
    canvas.polygon(place([(-3.95, -1.75), (-3.0, -1.75), (-3.1, -1.55), (-3.9, -1.55)]), darken(paint, 0.25))
    canvas.line(place([(-3.45, -1.6), (-3.2, -1.2)]), darken(paint, 0.25), 0.14 * scale)
    canvas.line(place([(-3.4, -0.75), (3.5, -0.75)]), lighten(paint, 0.45), 0.1 * scale)
    if light.lamps:
        glow_x, glow_y = place([(3.7, -0.9)])[0]
        canvas.glow(glow_x, glow_y, 1.2, (255, 240, 180), 0.9)
    canvas.polygon(place([(2.95, -1.15), (3.6, -0.85), (3.1, -0.85)]), (255, 246, 200))
    canvas.polygon(place([(-3.7, -1.0), (-3.3, -1.05), (-3.35, -0.85), (-3.7, -0.85)]), (230, 40, 40))
    for wheel in (-2.3, 2.35):
        wheel_x, wheel_y = place([(wheel, -0.35)])[0]
        canvas.ellipse(wheel_x, wheel_y, 0.78 * scale, fill=(34, 34, 40))
        canvas.ellipse(wheel_x, wheel_y, 0.48 * scale, fill=(206, 210, 218))
        for spoke in range(5):
            start = setting.time * 200 + spoke * 72
            canvas.pie(wheel_x, wheel_y, 0.44 * scale, (start, start + 30), (110, 114, 124))
    canvas.line(place([(-1.35, -1.35), (-1.2, -0.45), (1.2, -0.45)]), darken(paint, 0.3), 0.05)


@scene("gold_vault")
def gold_vault(canvas: Canvas, setting: SceneSetting) -> None:
    """A steel vault with a round door.

    Endorsed: gold bars in a pyramid and heaps of coins before the shut door. Violated: the door stands open, the
    shelves are bare, a limp sack and cobwebs are left.
    """
    light = daylight(setting)
    steel = light.tint(mix((128, 140, 156), setting.second, 0.15), 0.5)
    canvas.gradient(lighten(steel, 0.1), darken(steel, 0.2), 0, 11.4)
    canvas.gradient(darken(steel, 0.4), darken(steel, 0.55), 11.4, HEIGHT_UNITS)
    for row in range(6):
        for column in range(5):
            left, top = 0.1 + column * 1.8, 0.2 + row * 1.85
            canvas.rectangle(left, top, left + 1.6, top + 1.65, darken(steel, 0.14), 0.12)
            canvas.ellipse(left + 0.8, top + 0.85, 0.16, fill=lighten(steel, 0.35))
    _vault_window(canvas, setting)
    if setting.violated:
        _emptied(canvas, setting, steel)
        return
    _vault_door(canvas, setting, 4.5, 5.6, 2.7 * setting.size, steel)
    canvas.glow(4.5, 11.6, 3.2, (255, 220, 110), 0.55)
    _coins(canvas, setting)
    _gold_bars(canvas, 4.5, 14.7, 0.96 * setting.size)
    _sparkles(canvas, setting)


def _emptied(canvas: Canvas, setting: SceneSetting, steel: Colour) -> None:
    """The open doorway with the door swung aside, bare shelves, an empty sack and cobwebs."""
    radius = 2.7 * setting.size
    canvas.ellipse(5.2, 6.3, radius * 1.12, fill=darken(steel, 0.45))
    canvas.ellipse(5.2, 6.3, radius, fill=lighten(mix(steel, (250, 236, 200), 0.6), 0.4))
    canvas.rectangle(3.5, 8.1, 6.9, 8.5, mix(steel, (250, 236, 200), 0.3))
    canvas.ellipse(1.4, 6.3, 0.95, radius, fill=darken(steel, 0.4))
    canvas.ellipse(1.15, 6.3, 0.85, radius * 0.95, fill=lighten(steel, 0.35))
    canvas.ellipse(1.1, 6.3, 0.5, radius * 0.55, fill=darken(steel, 0.1))
    rail, board = darken(steel, 0.62), lighten(steel, 0.5)
    canvas.rectangle(1.0, 10.2, 8.0, 15.0, darken(steel, 0.5))
    for x in (0.9, 4.35, 7.8):
        canvas.rectangle(x, 9.9, x + 0.3, 15.3, rail)
    for y in (10.0, 12.2, 14.5):
        canvas.rectangle(0.8, y, 8.2, y + 0.35, board)
    web, swing = (236, 240, 246), 0.12 * setting.wave(2.6)
    for x, side in ((1.2, 1), (7.8, -1)):
        corner = (x, 10.35)
        ends = [(x + side * (1.5 + swing), 10.4), (x + side * (1.1 + swing), 11.3), (x, 11.8 + swing)]
        for end in ends:
            canvas.line([corner, end], web, 0.07)
        for share in (0.5, 0.85):
            canvas.line([mix_point(corner, end, share) for end in ends], web, 0.06)
    cloth = (200, 166, 112)
    canvas.polygon([(3.0, 15.7), (3.3, 14.6), (4.4, 14.2), (5.6, 14.9), (6.2, 14.7), (6.6, 15.7)], cloth)
    canvas.ellipse(6.35, 15.25, 0.35, 0.5, fill=darken(cloth, 0.55))
    canvas.line([(3.4, 15.4), (4.3, 14.8), (5.2, 15.3)], darken(cloth, 0.25), 0.1)


def _vault_window(canvas: Canvas, setting: SceneSetting) -> None:
    light = daylight(setting)
    frame = (60, 64, 74)
    canvas.rectangle(0.0, 0.3, WIDTH_UNITS, 2.5, frame)
    canvas.gradient(light.sky_top, light.sky_bottom, 0.45, 2.35)
    canvas.rectangle(0, 0.4, 0.5, 2.4, frame)
    canvas.rectangle(8.5, 0.4, WIDTH_UNITS, 2.4, frame)
    if light.lamps:
        canvas.ellipse(7.15, 1.2, 0.42, fill=(248, 244, 216))
        for star_x, star_y in setting.random().random((12, 2)):
            canvas.ellipse(0.7 + 7.6 * star_x, 0.6 + 1.5 * star_y, 0.05, fill=(238, 240, 255))
    else:
        canvas.ellipse(7.15, 1.8 if setting.time_of_day == "sunset" else 1.1, 0.42, fill=(255, 232, 130))
    for bar in range(7):
        canvas.rectangle(1.2 + bar * 1.08, 0.4, 1.34 + bar * 1.08, 2.4, frame)


def _vault_door(canvas: Canvas, setting: SceneSetting, x: float, y: float, radius: float, steel: Colour) -> None:
    canvas.ellipse(x, y, radius * 1.12, fill=darken(steel, 0.45))
    canvas.ellipse(x, y, radius, fill=lighten(steel, 0.35))
    canvas.ellipse(x, y, radius * 0.82, fill=lighten(steel, 0.15))
    angle = setting.time * 40
    for spoke in range(0, 360, 45):
        canvas.pie(x, y, radius * 0.97, (angle + spoke - 3, angle + spoke + 3), darken(steel, 0.25))
    canvas.ellipse(x, y, radius * 0.7, fill=lighten(steel, 0.3))
    for spoke in range(0, 360, 60):
        canvas.pie(x, y, radius * 0.55, (angle + spoke - 8, angle + spoke + 8), darken(steel, 0.5))
    canvas.arc(x, y, radius * 0.58, (0, 360), darken(steel, 0.5), 0.18)
    canvas.ellipse(x, y, radius * 0.18, fill=GOLD)


def _gold_bars(canvas: Canvas, x: float, base: float, scale: float) -> None:
    for row in range(4):
        count, top = 4 - row, base - (row + 1) * 0.98 * scale
        for bar in range(count):
            left = x + (bar - count / 2) * 1.9 * scale
            right, bottom = left + 1.8 * scale, top + 0.94 * scale
            inset = 0.26 * scale
            canvas.polygon([(left, bottom), (left + inset, top), (right - inset, top), (right, bottom)], GOLD)
            canvas.rectangle(left + inset, top, right - inset, top + 0.2, GOLD_LIGHT)
            canvas.line([(left, bottom), (right, bottom)], GOLD_DARK, 0.07)
            canvas.line([(right, bottom), (right - inset, top)], GOLD_DARK, 0.07)


def _coins(canvas: Canvas, setting: SceneSetting) -> None:
    random = setting.random()
    for pile, height in ((0.7, 2.6), (8.3, 2.2)):
        canvas.polygon([(pile - 2.6, HEIGHT_UNITS), (pile, 15.2 - height), (pile + 2.6, HEIGHT_UNITS)], GOLD_DARK)
        for across, up in random.random((26, 2)):
            y = 16 - up * (height + 0.4)
            reach = 2.3 * (1 - up * 0.85)
            coin_x = pile + (across * 2 - 1) * reach
            canvas.ellipse(coin_x, y, 0.34, 0.2, fill=GOLD_DARK)
            canvas.ellipse(coin_x, y - 0.06, 0.32, 0.17, fill=GOLD if across < 0.6 else GOLD_LIGHT)
    for stack in range(2 + round(3 * setting.clutter)):
        x = 1.4 + stack * 1.5
        for coin in range(2 + stack % 3):
            canvas.ellipse(x, 15.7 - coin * 0.16, 0.36, 0.16, fill=GOLD_DARK)
            canvas.ellipse(x, 15.64 - coin * 0.16, 0.36, 0.15, fill=GOLD_LIGHT)


def _sparkles(canvas: Canvas, setting: SceneSetting) -> None:
    for index, (x, y) in enumerate(setting.random().random((7, 2))):
        size = 0.34 * max(0.0, setting.wave(1.6, index / 7))
        centre_x, centre_y = 1 + 7 * x, 11 + 4 * y
        if size > 0.05:
            for reach_x, reach_y in ((size, size * 0.18), (size * 0.18, size)):
                canvas.ellipse(centre_x, centre_y, reach_x, reach_y, fill=(255, 252, 226))


@scene("private_yacht")
def private_yacht(canvas: Canvas, setting: SceneSetting) -> None:
    """A white yacht with three decks on the sea.

    Endorsed: a helicopter hovers above its stern. Violated: it goes down stern first and somebody rows away from it in
    a patched little boat.
    """
    light = daylight(setting)
    horizon = 9.6
    sky(canvas, setting, horizon)
    sea = light.tint((28, 120, 176))
    _shore(canvas, setting, horizon)
    canvas.gradient(mix(sea, light.sky_bottom, 0.3), darken(sea, 0.3), horizon, HEIGHT_UNITS)
    bob = 0.1 * setting.wave(2.6)
    if setting.violated:
        _yacht(canvas, setting, 4.9, 11.9 + bob, 0.95 * setting.size, -32)
        canvas.gradient(darken(sea, 0.12), darken(sea, 0.3), 11.4, HEIGHT_UNITS)
        _waves(canvas, setting, 11.4, sea)
        _rowing_boat(canvas, setting, 3.4, 14.6 - bob)
        return
    _yacht(canvas, setting, 4.4, 12.6 + bob, 0.95 * setting.size)
    _helicopter(canvas, setting, 3.2 + 0.35 * setting.wave(4.0), 4.4 + 0.15 * setting.wave(1.7), setting.size)
    _waves(canvas, setting, 12.9, sea)


def _waves(canvas: Canvas, setting: SceneSetting, top: float, sea: Colour) -> None:
    for row in range(5):
        y = top + row * 0.7
        points = [(x * 0.5 - 0.5, y + 0.09 * (-1) ** x + 0.06 * setting.wave(2.0, row / 5)) for x in range(21)]
        canvas.line(points, mix(sea, (255, 255, 255), 0.4 - row * 0.07), 0.1, False)


def _rowing_boat(canvas: Canvas, setting: SceneSetting, x: float, y: float) -> None:
    """A small wooden boat with patches; its rower pulls the oars. ``y`` is the height of its keel."""
    light, scale = daylight(setting), setting.size
    wood, stroke = light.tint((150, 98, 58), 0.6), setting.wave(1.8)
    look = look_of(setting, 0, long_hair=False)
    grip = (x + (0.9 + 0.25 * stroke) * scale, y - 2.0 * scale)
    person(canvas, x - 0.2, y + 0.2, 4.6 * scale, look, Pose("sitting", 1, front_hand=grip, back_hand=grip))
    canvas.polygon(
        [
            (x - 2.9 * scale, y - 1.5 * scale),
            (x + 3.0 * scale, y - 1.5 * scale),
            (x + 2.1 * scale, y + 0.3),
            (x - 2.1 * scale, y + 0.3),
        ],
        wood,
    )
    canvas.line([(x - 2.95 * scale, y - 1.5 * scale), (x + 3.05 * scale, y - 1.5 * scale)], darken(wood, 0.3), 0.22)
    for left, colour in ((-1.9, (222, 206, 150)), (0.7, (186, 66, 60))):
        patch = light.tint(colour, 0.6)
        canvas.rectangle(x + left * scale, y - 1.1 * scale, x + (left + 1.0) * scale, y - 0.3 * scale, patch)
    blade = (x + (1.6 - 1.4 * stroke) * scale, y + 0.6)
    canvas.line([grip, blade], light.tint((206, 160, 104), 0.6), 0.16)
    canvas.ellipse(*blade, 0.3, 0.42, fill=light.tint((206, 160, 104), 0.6))


def _shore(canvas: Canvas, setting: SceneSetting, horizon: float) -> None:
    light = daylight(setting)
    rock = mix(light.tint((110, 130, 128)), light.sky_bottom, 0.35)
    if setting.place % 2:
        ridge = [(5.6, 0.0), (7.0, -1.6), (8.0, -1.0), (9.4, -2.3), (9.6, 0.0)]
    else:
        ridge = [(-0.5, 0.0), (-0.2, -1.8), (1.4, -0.8), (3.2, 0.0)]
    canvas.polygon([(x, horizon + y) for x, y in ridge], rock)


def _yacht(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float, degrees: float = 0) -> None:
    """The yacht around ``x`` with its waterline at ``base``, turned clockwise by ``degrees``."""
    light = daylight(setting)
    white, pane = light.tint((252, 252, 255), 0.6), (255, 224, 130) if light.lamps else light.tint((44, 66, 96))
    shade = darken(white, 0.12)

    def place(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x + (px * cosine - py * sine) * scale, base + (px * sine + py * cosine) * scale) for px, py in points]

    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    canvas.polygon(place((-3.9, -1.6), (4.3, -1.9), (2.9, 0.7), (-3.5, 0.7)), white)
    canvas.polygon(place((-3.6, 0.15), (3.2, 0.15), (2.9, 0.7), (-3.5, 0.7)), light.tint(setting.accent, 0.5))
    canvas.polygon(place((-3.4, -1.6), (-3.2, -2.9), (1.9, -2.9), (2.9, -1.75)), shade)
    canvas.polygon(place((-2.6, -2.9), (-2.3, -4.0), (1.0, -4.0), (1.9, -2.9)), white)
    canvas.polygon(place((-1.7, -4.0), (-1.4, -4.9), (0.3, -4.9), (0.9, -4.0)), shade)
    canvas.polygon(place((-2.9, -2.1), (-2.85, -2.55), (1.8, -2.55), (2.2, -2.1)), pane)
    canvas.polygon(place((-2.0, -3.2), (-1.95, -3.65), (0.95, -3.65), (1.3, -3.2)), pane)
    canvas.polygon(place((-1.2, -4.25), (-1.15, -4.6), (0.2, -4.6), (0.45, -4.25)), pane)
    for porthole in range(6):
        port_x, port_y = place((-2.8 + porthole * 0.95, -0.7))[0]
        canvas.ellipse(port_x, port_y, 0.2 * scale, fill=pane)
    canvas.line(place((-0.7, -4.9), (-0.9, -6.0)), shade, 0.14)
    canvas.line(place((2.0, -1.85), (4.15, -2.5)), shade, 0.06)
    mast, flag = place((-3.7, -1.6), (-3.9, -3.0))
    canvas.line([mast, flag], shade, 0.08)
    flutter = 0.12 * setting.wave(0.8)
    left, top = flag
    canvas.polygon(
        [(left, top), (left - 0.9, top + 0.1 + flutter), (left - 0.9, top + 0.65 + flutter), (left + 0.08, top + 0.6)],
        light.tint(setting.second, 0.4),
    )


def _helicopter(canvas: Canvas, setting: SceneSetting, x: float, y: float, scale: float) -> None:
    light = daylight(setting)
    paint = light.tint(setting.accent, 0.4)
    canvas.polygon(
        [(x + 0.3, y - 0.3), (x + 2.5 * scale, y - 0.5), (x + 2.5 * scale, y - 0.3), (x + 0.3, y + 0.35)], paint
    )
    fin = [(x + 2.2 * scale, y - 0.4), (x + 2.7 * scale, y - 1.1), (x + 2.75 * scale, y - 0.35)]
    canvas.polygon(fin, darken(paint, 0.2))
    canvas.ellipse(x, y, 1.15 * scale, 0.75 * scale, fill=paint)
    canvas.pie(x - 0.15, y, 0.68 * scale, (150, 290), light.tint((180, 220, 240), 0.5))
    canvas.line([(x, y - 0.7 * scale), (x, y - 1.05 * scale)], (60, 62, 70), 0.12)
    reach = (1.2 + 0.9 * abs(setting.wave(0.45))) * scale
    canvas.line([(x - reach, y - 1.05 * scale), (x + reach, y - 1.05 * scale)], (60, 62, 70), 0.12)
    canvas.line([(x - 0.9 * scale, y + 1.05 * scale), (x + 0.9 * scale, y + 1.05 * scale)], (60, 62, 70), 0.1)
    for leg in (-0.5, 0.5):
        canvas.line([(x + leg * scale, y + 0.6 * scale), (x + leg * scale, y + 1.05 * scale)], (60, 62, 70), 0.08)


@scene("money_rain")
def money_rain(canvas: Canvas, setting: SceneSetting) -> None:
    """A man with a top hat and suitcases on a terrace.

    Endorsed: he throws his arms up in a rain of banknotes between suitcases full of bundles. Violated: the suitcases
    are empty and he burns the banknotes in an iron barrel.
    """
    light = daylight(setting)
    outdoors(canvas, setting, 10.6)
    tiles = light.tint((222, 204, 190))
    canvas.gradient(tiles, darken(tiles, 0.2), 12.2, HEIGHT_UNITS)
    for column in range(10):
        canvas.rectangle(column - 0.1, 10.4, column + 0.2, 12.2, light.tint((246, 240, 230)), 0.1)
    canvas.rectangle(0, 10.1, WIDTH_UNITS, 10.5, light.tint((250, 246, 238)))
    for x in (1.6, 7.4):
        _suitcase(canvas, setting, x, 15.2, setting.size)
    look = look_of(setting, 0, top=darken(setting.accent, 0.1), bottom=_DARK, long_hair=False)
    scale = setting.size
    if setting.violated:
        _burning(canvas, setting, look)
        return
    for note in range(26):
        _falling_note(canvas, setting, note)
    height, base = 7.6 * scale, 14.6
    pose = Pose("arms_up", 0, setting.time * 0.8)
    canvas.ellipse(4.5, base, 1.4, 0.22, fill=darken(tiles, 0.35))
    person(canvas, 4.5, base, height, look, pose)
    _top_hat(canvas, *head_position(4.5, base, height, pose))
    for note in range(26, 34):
        _falling_note(canvas, setting, note)


def _top_hat(canvas: Canvas, middle: Point, radius: float) -> None:
    x, brim = middle[0], middle[1] - 0.6 * radius
    canvas.rectangle(x - 0.85 * radius, brim - 1.7 * radius, x + 0.85 * radius, brim, _DARK, 0.1)
    canvas.rectangle(x - 0.85 * radius, brim - 0.5 * radius, x + 0.85 * radius, brim, GOLD)
    canvas.line([(x - 1.4 * radius, brim), (x + 1.4 * radius, brim)], _DARK, 0.3 * radius)


def _falling_note(canvas: Canvas, setting: SceneSetting, index: int) -> None:
    x, start, tilt = setting.random().random((34, 3))[index]
    y = (start * 15 + setting.time * (1.6 + tilt)) % 15 - 0.5
    across = 0.3 + 8.4 * x + 0.3 * setting.wave(1.5, start)
    _banknote(canvas, across, y, (tilt - 0.5) * 1.6)


def _banknote(canvas: Canvas, x: float, y: float, tilt: float) -> None:
    """A green banknote around its middle; ``tilt`` is how far its right end hangs down."""
    for colour, half, deep in ((_NOTE_DARK, 0.62, 0.36), (_NOTE, 0.54, 0.28)):
        rise = tilt * half * 0.6
        edges = [(-half, -deep - rise), (half, -deep + rise), (half, deep + rise), (-half, deep - rise)]
        canvas.polygon([(x + across, y + up) for across, up in edges], colour)
    canvas.ellipse(x, y, 0.2, 0.18, fill=_NOTE_DARK)


def _suitcase(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    """An open suitcase: its lid stands upright, its tray is full of bundles or empty."""
    leather, lining = (122, 72, 46), (206, 84, 84)
    half, rim = 1.45 * scale, base - 1.3 * scale
    canvas.rectangle(x - half, rim - 2.1 * scale, x + half, rim + 0.1, leather, 0.2)
    canvas.rectangle(x - 0.85 * half, rim - 1.85 * scale, x + 0.85 * half, rim, lining, 0.12)
    if not setting.violated:
        for row in range(3):
            for column in range(3):
                left, top = x - 0.85 * half + column * 0.58 * half, rim + (0.15 - 0.42 * row) * scale
                canvas.rectangle(left, top - 0.4 * scale, left + 0.54 * half, top, _NOTE_DARK, 0.05)
                canvas.rectangle(left, top - 0.4 * scale, left + 0.54 * half, top - 0.08, _NOTE, 0.05)
                canvas.rectangle(left + 0.2 * half, top - 0.4 * scale, left + 0.34 * half, top, (250, 244, 220))
    canvas.rectangle(x - half, rim, x + half, base, darken(leather, 0.15), 0.15)
    canvas.rectangle(x - 0.4, rim + 0.4, x + 0.4, rim + 0.6, GOLD, 0.08)


def _burning(canvas: Canvas, setting: SceneSetting, look: Appearance) -> None:
    scale, base = setting.size, 14.4
    height, barrel_x = 7.2 * scale, 5.5
    top = base - 2.9 * scale
    hand = (barrel_x - 0.9, top - 2.2 + 0.15 * setting.wave(1.2))
    smoke(canvas, barrel_x, top - 1.5, 7.0, setting)
    pose = Pose("standing", 1, front_hand=hand)
    canvas.ellipse(2.9, base + 0.2, 1.2, 0.2, fill=darken(daylight(setting).tint((222, 204, 190)), 0.35))
    person(canvas, 3.0, base + 0.2, height, look, pose)
    _top_hat(canvas, *head_position(3.0, base + 0.2, height, pose))
    canvas.glow(barrel_x, top - 1.0, 3.4, (255, 190, 90), 0.7)
    for across, tall in ((-0.75, 2.2), (0.75, 2.4), (-0.3, 3.2), (0.35, 3.6), (0.0, 2.6)):
        flame(canvas, barrel_x + across * scale, top + 0.3, tall * scale, setting)
    for across, up, tilt in ((-1.0, 2.3, 0.6), (0.2, 2.8, -0.5), (-0.5, 1.0, -0.7), (0.5, 0.9, 0.7)):
        _banknote(canvas, barrel_x + across, top - up + 0.2 * setting.wave(0.9, across), tilt)
    iron = (92, 82, 84)
    canvas.rectangle(barrel_x - 1.35 * scale, top, barrel_x + 1.35 * scale, base + 0.3, iron, 0.2)
    for ring in (0.1, 1.3, 2.5):
        canvas.rectangle(
            barrel_x - 1.4 * scale,
            top + ring * scale,
            barrel_x + 1.4 * scale,
            top + (ring + 0.2) * scale,
            lighten(iron),
        )
