"""Drawings of the power kinds: gold, heights, expensive things and people who look down on others."""

from __future__ import annotations

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, sky, window
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
from valuespectrum.reference.painting.figures import Pose, crowd, head_position, look_of, person
from valuespectrum.reference.painting.props import GOLD, GREY, flag, palm, star
from valuespectrum.reference.scenes import scene

GOLD_LIGHT, GOLD_DARK = lighten(GOLD, 0.5), darken(GOLD, 0.28)
_HALLS: tuple[Colour, ...] = ((196, 178, 214), (222, 196, 168), (170, 192, 206), (206, 176, 176))
_FACADES: tuple[Colour, ...] = ((224, 214, 196), (204, 190, 176), (214, 220, 226), (230, 204, 180))
_DARK: Colour = (34, 36, 48)


@scene("sports_car")
def sports_car(canvas: Canvas, setting: SceneSetting) -> None:
    """A low sports car, seen from the side, in front of a white villa with columns and palms."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.2)
    _villa(canvas, setting, 10.3)
    canvas.gradient(light.tint((150, 152, 160)), light.tint((108, 110, 118)), 11.6, 15.2)
    for column in range(-1, 6):
        canvas.rectangle(column * 2.0, 14.7, column * 2.0 + 1.0, 14.85, light.tint((240, 240, 240)))
    _car(canvas, setting, 4.5, 13.9 + 0.03 * setting.wave(0.5), 1.1 * setting.size)


def _villa(canvas: Canvas, setting: SceneSetting, base: float) -> None:
    light = daylight(setting)
    wall, pane = light.tint((252, 248, 238)), (255, 222, 130) if light.lamps else light.tint((128, 184, 214))
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
    for x in (0.3, 8.3):
        palm(canvas, x, base + 0.5, 6.4, setting)


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
            canvas.pie(wheel_x, wheel_y, 0.44 * scale, start, start + 30, (110, 114, 124))
    canvas.line(place([(-1.35, -1.35), (-1.2, -0.45), (1.2, -0.45)]), darken(paint, 0.3), 0.05)


@scene("gold_vault")
def gold_vault(canvas: Canvas, setting: SceneSetting) -> None:
    """A steel vault with an open round door, gold bars in a pyramid and heaps of coins."""
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
    _vault_door(canvas, setting, 4.5, 5.6, 2.7 * setting.size, steel)
    canvas.glow(4.5, 11.6, 3.2, (255, 220, 110), 0.55)
    _coins(canvas, setting)
    _gold_bars(canvas, 4.5, 14.7, 0.96 * setting.size)
    _sparkles(canvas, setting)


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
        canvas.pie(x, y, radius * 0.97, angle + spoke - 3, angle + spoke + 3, darken(steel, 0.25))
    canvas.ellipse(x, y, radius * 0.7, fill=lighten(steel, 0.3))
    for spoke in range(0, 360, 60):
        canvas.pie(x, y, radius * 0.55, angle + spoke - 8, angle + spoke + 8, darken(steel, 0.5))
    canvas.arc(x, y, radius * 0.58, 0, 360, darken(steel, 0.5), 0.18)
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
    """A white yacht with three decks on the sea, a helicopter hovering above its stern."""
    light = daylight(setting)
    horizon = 9.6
    sky(canvas, setting, horizon)
    sea = light.tint((28, 120, 176))
    _shore(canvas, setting, horizon)
    canvas.gradient(mix(sea, light.sky_bottom, 0.3), darken(sea, 0.3), horizon, HEIGHT_UNITS)
    bob = 0.1 * setting.wave(2.6)
    _yacht(canvas, setting, 4.4, 12.6 + bob, 0.95 * setting.size)
    _helicopter(canvas, setting, 3.2 + 0.35 * setting.wave(4.0), 4.4 + 0.15 * setting.wave(1.7), setting.size)
    for row in range(5):
        y = 12.9 + row * 0.7
        points = [(x * 0.5 - 0.5, y + 0.09 * (-1) ** x + 0.06 * setting.wave(2.0, row / 5)) for x in range(21)]
        canvas.line(points, mix(sea, (255, 255, 255), 0.4 - row * 0.07), 0.1, False)


def _shore(canvas: Canvas, setting: SceneSetting, horizon: float) -> None:
    light = daylight(setting)
    rock = mix(light.tint((110, 130, 128)), light.sky_bottom, 0.35)
    if setting.place % 2:
        ridge = [(5.6, 0.0), (7.0, -1.6), (8.0, -1.0), (9.4, -2.3), (9.6, 0.0)]
    else:
        ridge = [(-0.5, 0.0), (-0.2, -1.8), (1.4, -0.8), (3.2, 0.0)]
    canvas.polygon([(x, horizon + y) for x, y in ridge], rock)


def _yacht(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    light = daylight(setting)
    white, pane = light.tint((252, 252, 255), 0.6), (255, 224, 130) if light.lamps else light.tint((44, 66, 96))
    shade = darken(white, 0.12)

    def place(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x + px * scale, base + py * scale) for px, py in points]

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
    canvas.pie(x - 0.15, y, 0.68 * scale, 150, 290, light.tint((180, 220, 240), 0.5))
    canvas.line([(x, y - 0.7 * scale), (x, y - 1.05 * scale)], (60, 62, 70), 0.12)
    reach = (1.2 + 0.9 * abs(setting.wave(0.45))) * scale
    canvas.line([(x - reach, y - 1.05 * scale), (x + reach, y - 1.05 * scale)], (60, 62, 70), 0.12)
    canvas.line([(x - 0.9 * scale, y + 1.05 * scale), (x + 0.9 * scale, y + 1.05 * scale)], (60, 62, 70), 0.1)
    for leg in (-0.5, 0.5):
        canvas.line([(x + leg * scale, y + 0.6 * scale), (x + leg * scale, y + 1.05 * scale)], (60, 62, 70), 0.08)


@scene("golden_throne")
def golden_throne(canvas: Canvas, setting: SceneSetting) -> None:
    """A crowned ruler with a sceptre on a tall golden throne at the end of a red carpet."""
    light = daylight(setting)
    wall = light.tint(_HALLS[setting.place % 4], 0.6)
    canvas.gradient(darken(wall, 0.25), wall, 0, 12)
    canvas.gradient(darken(wall, 0.35), darken(wall, 0.5), 12, HEIGHT_UNITS)
    for x in (0.75, 6.75):
        window(canvas, setting, x, 1.5, 1.5, 4.6)
    for x in (0.0, 2.5, 6.0, 8.5):
        canvas.rectangle(x, 0, x + 0.5, 12.2, lighten(wall, 0.35))
        canvas.rectangle(x - 0.15, 11.8, x + 0.65, 12.3, lighten(wall, 0.2))
    red = light.tint((176, 32, 48), 0.35)
    for step, half in enumerate((3.4, 3.8, 4.3)):
        canvas.rectangle(4.5 - half, 12.4 + step * 0.6, 4.5 + half, 13.1 + step * 0.6, darken(wall, 0.1 + 0.1 * step))
    canvas.polygon([(3.2, 12.4), (5.8, 12.4), (6.6, HEIGHT_UNITS), (2.4, HEIGHT_UNITS)], red)
    canvas.glow(4.5, 6.5, 3.6, (255, 226, 140), 0.5)
    scale = setting.size
    _throne(canvas, setting, 4.5, 13.0, scale)
    _ruler(canvas, setting, 4.5, 13.0, 6.6 * scale)


def _throne(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    cloth = daylight(setting).tint((150, 24, 44), 0.3)
    top = base - 8.2 * scale
    canvas.ellipse(x, top + 0.6 * scale, 1.75 * scale, 1.3 * scale, fill=GOLD_DARK)
    canvas.polygon(
        [(x - 2.0 * scale, top), (x + 2.0 * scale, top), (x + 1.7 * scale, base - 1), (x - 1.7 * scale, base - 1)], GOLD
    )
    canvas.rectangle(x - 1.35 * scale, top + 0.6 * scale, x + 1.35 * scale, base - 1.2, cloth, 0.4)
    star(canvas, x, top + 0.05 * scale, 0.62 * scale, GOLD_LIGHT)
    for side in (-1, 1):
        canvas.ellipse(x + side * 1.95 * scale, top - 0.15 * scale, 0.42 * scale, fill=GOLD_LIGHT)
        canvas.rectangle(x + side * 2.1 * scale, base - 3.4 * scale, x + side * 2.75 * scale, base, GOLD, 0.12)
        canvas.ellipse(x + side * 2.42 * scale, base - 3.5 * scale, 0.45 * scale, fill=GOLD_LIGHT)
    canvas.rectangle(x - 2.2 * scale, base - 2.0 * scale, x + 2.2 * scale, base - 0.05, GOLD_DARK, 0.15)
    canvas.rectangle(x - 1.9 * scale, base - 1.7 * scale, x + 1.9 * scale, base - 1.3 * scale, GOLD_LIGHT, 0.1)


def _ruler(canvas: Canvas, setting: SceneSetting, x: float, base: float, height: float) -> None:
    robe = darken(setting.accent, 0.2)
    look = look_of(setting, 0, top=robe, bottom=darken(robe, 0.3))
    hand = (x + 0.27 * height, base - 0.36 * height + 0.02 * height * setting.wave(2.4))
    pose = Pose("sitting", 0, front_hand=hand, back_hand=(x - 0.24 * height, base - 0.34 * height))
    canvas.line([(hand[0] - 0.02, hand[1] + 0.2 * height), (hand[0] + 0.05, hand[1] - 0.34 * height)], GOLD_LIGHT, 0.16)
    canvas.ellipse(hand[0] + 0.05, hand[1] - 0.36 * height, 0.26, fill=setting.second)
    person(canvas, x, base, height, look, pose)
    skirt = [(-0.1, 0.34), (0.1, 0.34), (0.2, 0.22), (0.19, 0.02), (-0.19, 0.02), (-0.2, 0.22)]
    canvas.polygon([(x + across * height, base - up * height) for across, up in skirt], robe)
    fur, chin = (250, 248, 240), base - 0.57 * height
    canvas.rectangle(x - 0.2 * height, base - 0.06 * height, x + 0.2 * height, base, fur, 0.15)
    canvas.rectangle(x - 0.025 * height, chin, x + 0.025 * height, base - 0.03 * height, fur)
    canvas.rectangle(x - 0.15 * height, chin, x + 0.15 * height, chin + 0.055 * height, fur, 0.15)
    (head_x, head_y), radius = head_position(x, base, height, pose)
    crown(canvas, head_x, head_y - 0.62 * radius, 1.15 * radius)


def crown(canvas: Canvas, x: float, y: float, half: float) -> None:
    """A golden crown with jewels; ``(x, y)`` is the middle of its lower edge, ``half`` half its width."""
    canvas.polygon(
        [
            (x - half, y),
            (x - 1.15 * half, y - 1.1 * half),
            (x - 0.5 * half, y - 0.6 * half),
            (x, y - 1.4 * half),
            (x + 0.5 * half, y - 0.6 * half),
            (x + 1.15 * half, y - 1.1 * half),
            (x + half, y),
        ],
        (255, 206, 60),
    )
    for across, up in ((-1.15, 1.15), (0.0, 1.45), (1.15, 1.15)):
        canvas.ellipse(x + across * half, y - up * half, 0.16 * half, fill=(255, 240, 170))
    for across in (-0.55, 0.0, 0.55):
        canvas.ellipse(x + across * half, y - 0.28 * half, 0.14 * half, fill=(210, 40, 60))


@scene("corner_office")
def corner_office(canvas: Canvas, setting: SceneSetting) -> None:
    """A boss, seen from behind, looks down on a city through the glass wall of a top floor."""
    light = daylight(setting)
    sky(canvas, setting, 9.0)
    plane_x = (setting.time * 0.9 + setting.seed % 11) % 11 - 1
    canvas.line([(plane_x - 1.6, 4.5), (plane_x - 0.4, 4.4)], mix(light.cloud, light.sky_top, 0.3), 0.08)
    canvas.line([(plane_x - 0.35, 4.4), (plane_x + 0.4, 4.35)], light.tint(GREY, 0.4), 0.18)
    canvas.line([(plane_x - 0.2, 4.7), (plane_x + 0.1, 4.4), (plane_x - 0.15, 4.1)], light.tint(GREY, 0.4), 0.1)
    _city_below(canvas, setting)
    frame = light.tint((58, 62, 74), 0.5)
    for x in (-0.15, 2.9, 5.85, 8.85):
        canvas.rectangle(x, 0, x + 0.26, 12.4, frame)
    canvas.rectangle(0, 0, WIDTH_UNITS, 0.7, frame)
    canvas.rectangle(0, 12.0, WIDTH_UNITS, 12.5, frame)
    carpet = light.tint(((120, 92, 80), (84, 96, 120), (104, 116, 104), (116, 88, 104))[setting.place % 4], 0.5)
    canvas.gradient(carpet, darken(carpet, 0.3), 12.5, HEIGHT_UNITS)
    if light.lamps:
        canvas.glow(4.4, 1.0, 3.0, (255, 226, 150), 0.6)
        canvas.rectangle(3.2, 0.45, 5.6, 0.75, (255, 244, 200), 0.1)
    x, height = 3.1 + 0.08 * setting.wave(4.0), 7.0 * setting.size
    look = look_of(setting, 0, top=_DARK, bottom=darken(_DARK, 0.3), long_hair=False)
    canvas.ellipse(x, 14.05, 1.3, 0.22, fill=darken(carpet, 0.4))
    person(canvas, x, 14.0, height, look, Pose("hands_on_hips", 0, back_view=True))
    _desk(canvas, setting)


def _city_below(canvas: Canvas, setting: SceneSetting) -> None:
    light = daylight(setting)
    random = setting.random()
    for row in range(4):
        base = mix(light.tint((104, 118, 150)), light.sky_bottom, 0.5 - 0.15 * row)
        lit = (255, 220, 120) if light.lamps else lighten(base, 0.35)
        for column in range(8 - row):
            width = 9.4 / (8 - row)
            x, top = column * width - 0.2, 8.1 + row * 0.95 - 1.3 * random.random()
            canvas.rectangle(x, top, x + width * 0.86, 12.4, darken(base, 0.1 * (column % 2)))
            for pane in range(4):
                if random.random() < 0.7:
                    pane_y = top + 0.25 + pane * 0.4
                    canvas.rectangle(x + 0.2, pane_y, x + 0.2 + width * 0.4, pane_y + 0.15, lit)


def _desk(canvas: Canvas, setting: SceneSetting) -> None:
    wood = daylight(setting).tint((110, 66, 42), 0.5)
    canvas.rectangle(6.4, 8.9, 8.5, 13.2, (40, 38, 44), 0.5)
    canvas.rectangle(6.7, 9.2, 8.2, 12.4, (64, 60, 68), 0.3)
    canvas.rectangle(4.7, 12.3, 9.0, 12.75, lighten(wood, 0.25), 0.08)
    canvas.rectangle(4.9, 12.75, 9.0, 15.4, wood)
    canvas.rectangle(5.2, 13.1, 8.7, 15.0, darken(wood, 0.2), 0.1)
    canvas.polygon([(5.1, 12.3), (5.0, 11.0), (6.5, 11.0), (6.6, 12.3)], (190, 194, 204))
    canvas.rectangle(6.95, 11.95, 8.2, 12.3, GOLD, 0.05)
    if setting.clutter > 0.4:
        canvas.rectangle(8.45, 11.6, 8.8, 12.3, setting.second, 0.08)


@scene("leader_balcony")
def leader_balcony(canvas: Canvas, setting: SceneSetting) -> None:
    """A leader speaks from a palace balcony between two long banners; a crowd looks up."""
    light = daylight(setting)
    sky(canvas, setting, 14.0)
    wall = light.tint(_FACADES[setting.place % 4], 0.9)
    canvas.rectangle(0.5, 3.0, 8.5, HEIGHT_UNITS, wall)
    canvas.polygon([(0.2, 3.1), (4.5, 1.4), (8.8, 3.1)], darken(wall, 0.12))
    canvas.rectangle(0.2, 3.0, 8.8, 3.5, darken(wall, 0.2))
    star(canvas, 4.5, 2.5, 0.45)
    _banner(canvas, setting, 0.9)
    _banner(canvas, setting, 6.3)
    canvas.rectangle(3.3, 4.4, 5.7, 9.6, (255, 224, 150) if light.lamps else light.tint((86, 66, 62)), 0.5)
    scale = setting.size
    sway = 0.35 * setting.wave(1.4)
    raised = (4.5 + 1.05 * scale + sway * 0.5, 9.6 - 4.9 * scale + abs(sway) * 0.4)
    look = look_of(setting, 0, top=_DARK, bottom=_DARK, long_hair=False)
    person(canvas, 4.5, 9.9, 4.9 * scale, look, Pose("one_arm_up", 0, front_hand=raised))
    _balustrade(canvas, wall)
    looks = [look_of(setting, index, long_hair=False) for index in range(12)]
    flags = 1 + round(2 * setting.clutter)
    for index in range(flags):
        flag(canvas, 0.6 + 2.9 * index, 14.0, 3.0 + 0.15 * setting.wave(0.9, index / 3), setting)
    crowd(canvas, 13.2, 0.46, looks[:7], sway=setting.time)
    crowd(canvas, 14.7, 0.62, looks[6:11], sway=setting.time + 0.4)


def _banner(canvas: Canvas, setting: SceneSetting, x: float) -> None:
    light = daylight(setting)
    cloth = light.tint(setting.accent, 0.5)
    shift = 0.1 * setting.wave(2.0, x / 9)
    low = x + shift
    canvas.polygon([(x, 3.9), (x + 1.8, 3.9), (low + 1.8, 11.0), (low + 0.9, 10.3), (low, 11.0)], cloth)
    canvas.line([(x - 0.2, 3.9), (x + 2.0, 3.9)], GOLD_DARK, 0.16)
    left = x + shift * 0.5
    for stripe_y in (4.5, 9.4):
        canvas.rectangle(left, stripe_y, left + 1.8, stripe_y + 0.4, light.tint(setting.second, 0.5))
    star(canvas, left + 0.9, 6.9, 0.75, light.tint((255, 226, 120), 0.3))


def _balustrade(canvas: Canvas, wall: Colour) -> None:
    canvas.rectangle(2.5, 9.7, 6.5, 10.4, darken(wall, 0.3), 0.08)
    for column in range(9):
        canvas.rectangle(2.75 + column * 0.42, 8.5, 2.98 + column * 0.42, 9.75, lighten(wall, 0.3), 0.08)
    canvas.rectangle(2.5, 8.2, 6.5, 8.55, lighten(wall, 0.4), 0.08)
    for tip in (4.25, 4.75):
        canvas.line([(4.5, 8.3), (tip, 7.5)], _DARK, 0.07)
        canvas.ellipse(tip, 7.45, 0.13, fill=_DARK)
