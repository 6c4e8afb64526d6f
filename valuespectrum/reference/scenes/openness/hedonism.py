"""Scenes of hedonism: sweets, rest and parties."""

from __future__ import annotations

from math import cos, pi, sin

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room, window
from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Pose, head, look_of, person
from valuespectrum.reference.painting.props import candle, in_light, palm, parasol, tree
from valuespectrum.reference.scenes import scene

_SCOOPS: tuple[Colour, ...] = ((250, 224, 160), (244, 150, 170), (124, 78, 52), (170, 220, 170), (196, 160, 220))


@scene("ice_cream_sundae")
def ice_cream_sundae(canvas: Canvas, setting: SceneSetting) -> None:
    """Three scoops with sauce, wafer and a cherry in a tall glass."""
    room(canvas, setting, 11.4)
    canvas.gradient(lighten(setting.second, 0.35), lighten(setting.second, 0.15), 13.2, 16.0)
    size = setting.size
    first = setting.seed % 5
    sway = 0.05 * setting.wave(1.6)
    canvas.polygon([(5.6, 7.0), (7.4, 2.2), (8.2, 2.6), (6.4, 8.0)], (226, 176, 104))
    canvas.line([(6.2, 7.0), (7.8, 2.6)], (190, 136, 70), 0.08)
    for index, (x, y) in enumerate(((-1.35, 7.4), (1.35, 7.4), (0.0, 5.4))):
        canvas.ellipse(4.5 + x * size + sway * (8 - y), y, 1.65 * size, fill=_SCOOPS[(first + index) % 5])
        canvas.ellipse(
            4.1 + x * size + sway * (8 - y), y - 0.6, 0.4, 0.25, fill=lighten(_SCOOPS[(first + index) % 5], 0.5)
        )
    sauce: Colour = (96, 48, 30)
    top = 4.5 + sway * 4
    canvas.pie(top, 5.1, 1.5 * size, 180, 360, sauce)
    for index in range(5):
        drip = 5.3 + 0.5 * (index % 2) + 0.25 * setting.wave(3.0, index / 5)
        canvas.line([(top - 1.15 + 0.57 * index, 5.0), (top - 1.15 + 0.57 * index, drip)], sauce, 0.42)
    for index in range(10):
        angle = index * 2.4
        canvas.line(
            [(top + cos(angle), 4.6 + 0.5 * sin(angle)), (top + cos(angle) + 0.15, 4.7 + 0.5 * sin(angle))],
            _SCOOPS[index % 5],
            0.1,
        )
    canvas.ellipse(top, 3.2, 0.62, fill=(220, 30, 50))
    canvas.ellipse(top - 0.2, 3.0, 0.15, fill=(255, 190, 190))
    canvas.line([(top, 2.7), (top + 0.4, 1.7), (top + 0.9, 1.4)], (90, 130, 50), 0.12)
    glass: Colour = mix((214, 236, 246), setting.accent, 0.25)
    canvas.polygon([(1.2, 8.0), (7.8, 8.0), (5.6, 12.2), (3.4, 12.2)], glass)
    canvas.polygon([(1.9, 8.5), (3.1, 8.5), (3.8, 11.6), (3.5, 11.6)], lighten(glass, 0.6))
    canvas.line([(1.2, 8.0), (7.8, 8.0)], lighten(glass, 0.5), 0.3)
    canvas.rectangle(4.2, 12.2, 4.8, 13.9, glass)
    canvas.ellipse(4.5, 14.1, 1.9, 0.42, fill=darken(glass, 0.1))


@scene("beach_lounger")
def beach_lounger(canvas: Canvas, setting: SceneSetting) -> None:
    """A person in sunglasses stretched out on a lounger under a parasol by the sea."""
    outdoors(canvas, setting, 8.2)
    sand = in_light((244, 216, 158), setting)
    canvas.gradient(in_light((60, 170, 205), setting), in_light((40, 140, 190), setting), 7.6, 10.0)
    canvas.gradient(sand, darken(sand, 0.12), 10.0, 16.0)
    foam = 10.0 + 0.15 * setting.wave(2.4)
    canvas.line([(0.9 * i, foam + 0.1 * (i % 2)) for i in range(11)], in_light((250, 252, 255), setting), 0.25, False)
    if setting.clutter > 0.3:
        palm(canvas, 8.0, 11.0, 6.0, setting)
    parasol(canvas, 2.9, 13.6, 8.6, setting)
    frame = in_light((250, 246, 236), setting)
    canvas.line([(0.9, 10.1), (3.2, 13.0), (8.4, 13.0)], setting.second, 0.55)
    for x in (2.4, 5.0, 7.6):
        canvas.line([(x, 13.1), (x, 14.4)], frame, 0.22)
    look = look_of(setting, 0)
    breathe = 0.05 * setting.wave(2.6)
    hip: Point = (3.8, 12.4)
    canvas.line([hip, (6.0, 11.1 + 2 * breathe), (7.0, 12.5)], darken(look.skin, 0.12), 0.62)
    canvas.line([hip, (6.3, 12.5), (8.2, 12.5)], look.skin, 0.62)
    canvas.line([hip, (4.6, 12.4)], setting.accent, 0.85)
    canvas.line([hip, (2.3, 10.6 - breathe)], look.skin, 1.05)
    head(canvas, 1.6, 9.5 - breathe, 0.85 * setting.size, look, Pose(facing=1))
    canvas.line([(1.5, 9.45 - breathe), (2.35, 9.45 - breathe)], (30, 30, 36), 0.34)
    canvas.line([(2.4, 10.9), (3.2, 12.1), (4.4, 11.6)], darken(look.skin, 0.08), 0.42)
    canvas.ellipse(1.2, 14.9, 0.6, fill=setting.second)


@scene("dance_party")
def dance_party(canvas: Canvas, setting: SceneSetting) -> None:
    """People dancing under a mirror ball with coloured beams of light."""
    night = setting.time_of_day == "night"
    wall: Colour = (48, 26, 76) if night else (92, 52, 124)
    canvas.gradient(darken(wall, 0.3), wall, 0.0, 11.5)
    window(canvas, setting, 0.4, 2.0, 1.9, 3.0)
    lights: tuple[Colour, ...] = ((255, 80, 160), (80, 220, 255), (255, 220, 70), (120, 255, 130), (200, 120, 255))
    for index, colour in enumerate(lights):
        angle = pi / 2 + 0.3 * (index - 2) + 0.22 * setting.wave(2.0, index / 5)
        reach = [(4.5 + 13 * cos(angle + s), 2.4 + 13 * sin(angle + s)) for s in (-0.07, 0.07)]
        canvas.polygon([(4.5, 2.4), *reach], mix(wall, colour, 0.4))
    tiles = int(setting.time * 3)
    for row in range(4):
        for column in range(6):
            colour = lights[(row * 2 + column + tiles) % 5]
            canvas.rectangle(
                column * 1.5, 11.5 + 1.15 * row, column * 1.5 + 1.45, 12.6 + 1.15 * row, mix(wall, colour, 0.65)
            )
    canvas.line([(4.5, 0), (4.5, 1.2)], (210, 210, 220), 0.08)
    canvas.ellipse(4.5, 2.5, 1.35, fill=(176, 184, 206))
    for row in range(5):
        for column in range(5):
            shine = (row * 3 + column * 2 + tiles) % 4
            x = 4.5 + (column - 2) * 0.48 * (1.0 - 0.12 * abs(row - 2))
            facet = ((255, 255, 255), (206, 214, 234), (206, 214, 234), lights[row])[shine]
            canvas.rectangle(x - 0.19, 1.42 + 0.45 * row, x + 0.19, 1.78 + 0.45 * row, facet)
    dancers = ((1.5, 12.9, "arms_up"), (7.5, 12.9, "waving"), (3.0, 14.8, "one_arm_up"), (6.0, 14.9, "arms_up"))
    for index, (x, y, pose) in enumerate(dancers):
        beat = setting.wave(0.8, index / 4)
        look = look_of(setting, index, dress=index % 2 == 0)
        person(
            canvas,
            x + 0.18 * beat,
            y - 0.25 * abs(beat),
            5.6 * setting.size,
            look,
            Pose(pose, 0, setting.time * 1.2 + index / 4),
        )


@scene("bubble_bath")
def bubble_bath(canvas: Canvas, setting: SceneSetting) -> None:
    """A smiling person in a bathtub full of foam, bubbles floating up."""
    room(canvas, setting, 13.0)
    tile = daylight(setting).tint((150, 206, 214), 0.4)
    canvas.rectangle(0, 6.6, 9, 13.0, tile)
    for row in range(5):
        canvas.line([(0, 6.6 + 1.3 * row), (9, 6.6 + 1.3 * row)], lighten(tile, 0.4), 0.07, False)
    for column in range(7):
        canvas.line([(0.4 + 1.4 * column, 6.6), (0.4 + 1.4 * column, 13)], lighten(tile, 0.4), 0.07, False)
    look = look_of(setting, 0, bare=True)
    rest = 0.1 * setting.wave(2.4)
    canvas.line([(3.2, 11), (3.2, 9.6)], look.skin, 1.9)
    head(canvas, 3.2, 7.6 + rest, 1.15 * setting.size, look, Pose(facing=0))
    towel = lighten(setting.accent, 0.3)
    canvas.pie(3.2, 7.0 + rest, 1.3 * setting.size, 180, 360, towel)
    canvas.ellipse(3.6, 5.8 + rest, 0.55, 0.4, fill=darken(towel, 0.1))
    canvas.line([(7.6, 9.6), (7.6, 8.2), (6.9, 8.2), (6.9, 8.7)], (196, 202, 210), 0.26)
    canvas.line([(6.3, 10.4), (6.9, 8.9)], look.skin, 0.62)
    canvas.ellipse(7.0, 8.7, 0.42, fill=look.skin)
    tub: Colour = (250, 250, 250)
    for index, (x, y) in enumerate(setting.random().random((16, 2))):
        foam: Colour = (255, 255, 255) if index % 3 else (226, 240, 250)
        canvas.ellipse(0.9 + 7.2 * x, 10.3 + 0.5 * y + 0.08 * setting.wave(1.5, index / 8), 0.65, fill=foam)
    canvas.rectangle(0.3, 10.6, 8.7, 11.3, darken(tub, 0.08), 0.34)
    canvas.polygon([(0.7, 11.2), (8.3, 11.2), (7.5, 14.4), (1.5, 14.4)], tub)
    canvas.polygon([(5.6, 11.3), (8.2, 11.3), (7.45, 14.3), (5.6, 14.3)], darken(tub, 0.06))
    for x in (2.0, 7.0):
        canvas.ellipse(x, 14.6, 0.45, fill=(220, 176, 80))
    for index in range(9):
        rise = (setting.time * 0.25 + index * 0.37) % 1.0
        x, y, r = 1.0 + (index * 2.3) % 7.4, 10.4 - 8.6 * rise, 0.2 + 0.06 * (index % 4)
        canvas.ellipse(x, y, r, fill=(232, 246, 255))
        canvas.ellipse(x, y, 0.7 * r, fill=(186, 222, 240))
        canvas.ellipse(x - 0.3 * r, y - 0.3 * r, 0.22 * r, fill=(255, 255, 255))
    if setting.clutter > 0.4:
        candle(canvas, 8.2, 10.6, 1.4, setting)


@scene("hammock_drink")
def hammock_drink(canvas: Canvas, setting: SceneSetting) -> None:
    """A person lying in a striped hammock between two trees, a tall drink in hand."""
    outdoors(canvas, setting, 10.4)
    (palm if setting.place == 2 else tree)(canvas, 0.7, 13.6, 10.5, setting)
    (palm if setting.place == 2 else tree)(canvas, 8.3, 13.6, 10.5, setting)
    swing = 0.35 * setting.wave(2.6)
    low = 11.6 * 1.0
    curve: list[Point] = [
        (1.9 + 0.52 * i + swing * sin(pi * i / 10), 9.5 + (low - 9.5) * sin(pi * i / 10)) for i in range(11)
    ]
    canvas.line([(0.8, 7.6), curve[0]], in_light((240, 230, 206), setting), 0.14)
    canvas.line([(8.2, 7.6), curve[-1]], in_light((240, 230, 206), setting), 0.14)
    look = look_of(setting, 0)
    x = swing
    canvas.line([(4.8 + x, 11.0), (6.2 + x, 9.9), (7.0 + x, 9.2)], look.bottom, 0.62)
    canvas.line([(7.0 + x, 9.3), (7.1 + x, 8.8)], look.skin, 0.5)
    canvas.line([(3.4 + x, 10.3), (4.8 + x, 11.0)], look.top, 1.15)
    head(canvas, 2.7 + x, 9.1, 0.88 * setting.size, look, Pose(facing=1))
    for index, colour in enumerate((setting.accent, (250, 246, 236), setting.second)):
        canvas.line([(px, py + 0.42 * index) for px, py in curve], in_light(colour, setting), 0.5, False)
    canvas.line([(3.7 + x, 10.2), (4.6 + x, 9.9), (4.9 + x, 8.9)], darken(look.top, 0.15), 0.4)
    canvas.polygon([(4.45 + x, 7.2), (5.45 + x, 7.2), (5.25 + x, 9.0), (4.65 + x, 9.0)], (255, 166, 60))
    canvas.rectangle(4.45 + x, 7.0, 5.45 + x, 7.35, (255, 226, 170))
    canvas.line([(5.0 + x, 7.4), (5.6 + x, 6.0)], (240, 60, 80), 0.12)
    canvas.ellipse(4.5 + x, 7.0, 0.4, fill=(250, 216, 70))
    canvas.ellipse(4.95 + x, 8.6, 0.27, fill=look.skin)


@scene("pizza_feast")
def pizza_feast(canvas: Canvas, setting: SceneSetting) -> None:
    """A large round pizza seen from above; a slice is lifted with strings of cheese."""
    room(canvas, setting, 5.0)
    cloth, white = lighten(setting.accent, 0.1), (250, 244, 236)
    for row in range(8):
        for column in range(7):
            canvas.rectangle(
                column * 1.3,
                5.6 + row * 1.3,
                column * 1.3 + 1.3,
                6.9 + row * 1.3,
                cloth if (row + column) % 2 else white,
            )
    x, y, r = 4.5, 11.0, 3.9 * setting.size
    canvas.ellipse(x, y + 0.15, r + 0.35, fill=(176, 120, 72))
    canvas.ellipse(x, y, r, fill=(214, 150, 80))
    canvas.ellipse(x, y, 0.88 * r, fill=(206, 66, 40))
    canvas.ellipse(x, y, 0.84 * r, fill=(252, 208, 96))
    for index, (turn, reach) in enumerate(setting.random().random((16, 2))):
        angle, far = 2 * pi * turn, r * (0.15 + 0.6 * reach)
        px, py = x + far * cos(angle), y + far * sin(angle)
        if index % 3:
            canvas.ellipse(px, py, 0.42, fill=(190, 50, 44))
            canvas.ellipse(px - 0.1, py - 0.1, 0.2, fill=(220, 90, 70))
        else:
            canvas.ellipse(px, py, 0.38, 0.2, fill=(70, 140, 60))
    for cut in range(4):
        angle = cut * pi / 4 + 0.2
        dx, dy = r * cos(angle), r * sin(angle)
        canvas.line([(x - dx, y - dy), (x + dx, y + dy)], (176, 116, 60), 0.08, False)
    canvas.pie(x, y, r + 0.05, 247, 293, (170, 116, 70))
    lift = 1.6 + 0.5 * setting.wave(2.4)
    for strand in (-0.55, 0.0, 0.5):
        canvas.line([(x + strand, y - 0.8 - abs(strand)), (x + 1.4 * strand, y - lift - 1.4)], (255, 224, 130), 0.2)
    tip = y - 0.2 - lift
    canvas.polygon([(x, tip), (x - 1.6, tip - 3.6), (x + 1.6, tip - 3.6)], (252, 208, 96))
    canvas.line([(x - 1.6, tip - 3.7), (x + 1.6, tip - 3.7)], (206, 140, 72), 0.6)
    for dx, dy in ((-0.5, -2.7), (0.55, -2.2), (0.0, -1.3)):
        canvas.ellipse(x + dx, tip + dy, 0.4, fill=(190, 50, 44))
    for index in range(3):
        rise = (setting.time * 0.35 + index / 3) % 1.0
        canvas.glow(2.0 + 2.5 * index, 7.4 - 4.5 * rise, 1.0, (255, 255, 255), 0.45 * (1 - rise))
