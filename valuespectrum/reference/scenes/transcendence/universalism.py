"""Scenes of universalism: nature, peace and equality."""

from __future__ import annotations

import math
from dataclasses import replace

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, sky
from valuespectrum.reference.painting.canvas import Canvas, Colour, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Pose, face, look_of, person
from valuespectrum.reference.painting.props import (
    BLACK,
    FLAME,
    GOLD,
    GREEN,
    RED,
    WHITE,
    WOOD,
    bird,
    flower,
    globe,
    in_light,
    tree,
)
from valuespectrum.reference.scenes import scene


@scene("plant_tree")
def plant_tree(canvas: Canvas, setting: SceneSetting) -> None:
    """Two people set a sapling into a mound of earth: one holds it, one digs with a spade."""
    outdoors(canvas, setting, 10.4)
    grass, earth = in_light((110, 172, 84), setting), in_light((112, 74, 48), setting)
    canvas.ellipse(4.5, 17.4, 8.5, 5.2, grass)
    for index in range(round(1 + 3 * setting.clutter)):
        flower(canvas, (0.8, 8.2, 1.9, 7.1)[index], 15.6, 1.2, setting, (RED, GOLD, setting.second, WHITE)[index])
    size = setting.size
    canvas.pie(4.5, 14.9, 1.7 * size, 180, 360, earth)
    canvas.rectangle(4.5 - 1.7 * size, 14.8, 4.5 + 1.7 * size, 15.1, darken(earth, 0.2), 0.15)
    _sapling(canvas, 4.5, 14.9 - 1.5 * size, 5.0 * size, setting)
    height = 6.9 * size
    hold = (4.4, 12.2)
    left = Pose("kneeling", 1, front_hand=hold, back_hand=(4.4, 12.9))
    person(canvas, 2.2, 15.0, 1.1 * height, look_of(setting, 0, top=setting.accent), left)
    dig = 0.18 * setting.wave(1.4)
    grip = (6.15, 11.3 + dig)
    canvas.line([(6.7, 10.2 + dig), (5.6, 13.6 + dig)], in_light(WOOD, setting), 0.18)
    canvas.polygon([(5.3, 13.4 + dig), (5.95, 13.6 + dig), (5.45, 14.9 + dig), (5.05, 14.5 + dig)], (140, 148, 160))
    right = Pose("standing", -1, front_hand=grip, back_hand=(6.6, 10.4 + dig))
    person(canvas, 7.35, 14.9, height, look_of(setting, 1, top=setting.second, hat=(214, 180, 110)), right)


def _sapling(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    stem, leaf = in_light((120, 84, 50), setting), in_light((92, 190, 78), setting)
    sway = 0.1 * setting.wave(2.4)
    canvas.line([(x, y), (x + sway, y - height)], stem, 0.2)
    for step in range(1, 5):
        side = 1 if step % 2 else -1
        at = y - height * (0.3 + 0.16 * step)
        tip = (x + side * 1.25 + sway, at - 0.65)
        canvas.line([(x, at + 0.1), tip], stem, 0.1)
        canvas.polygon([(x + side * 0.2, at), (x + side * 0.55, at - 0.75), tip, (x + side * 0.95, at - 0.1)], leaf)
    canvas.ellipse(x + sway, y - height - 0.35, 0.34, 0.6, lighten(leaf, 0.15))


@scene("hands_globe")
def hands_globe(canvas: Canvas, setting: SceneSetting) -> None:
    """A turning ring of people in many colours, hand in hand around the globe."""
    sky(canvas, setting, 16)
    middle, radius, count = (4.5, 8.4), 1.95 * setting.size, 9
    canvas.glow(*middle, 4.4, (255, 255, 255), 0.45)
    tall = 1.75 * setting.size
    turns = [2 * math.pi * index / count + 0.22 * setting.time for index in range(count)]
    clothes = (setting.accent, setting.second, GOLD, (226, 110, 60), (70, 160, 110), WHITE)

    def at(turn: float, reach: float) -> tuple[float, float]:
        return middle[0] + reach * math.sin(turn), middle[1] - reach * math.cos(turn)

    for index, turn in enumerate(turns):
        cloth = clothes[index % len(clothes)]
        skin = setting.skin[index % len(setting.skin)]
        for side in (-1, 1):
            spread = side * 0.1
            canvas.line(
                [at(turn + spread, radius), at(turn + spread / 3, radius + 0.5 * tall)],
                darken(cloth, 0.45),
                0.2 * setting.size,
            )
            shoulder, hand = (
                at(turn + side * 0.05, radius + 0.66 * tall),
                at(turn + side * math.pi / count, radius + 0.52 * tall),
            )
            canvas.line([shoulder, hand], skin, 0.17 * setting.size)
        canvas.line([at(turn, radius + 0.4 * tall), at(turn, radius + 0.62 * tall)], cloth, 0.6 * setting.size)
        x, y = at(turn, radius + 1.02 * tall)
        canvas.ellipse(
            *at(turn, radius + 1.07 * tall), 0.43 * setting.size, fill=setting.hair[index % len(setting.hair)]
        )
        canvas.ellipse(x, y, 0.37 * setting.size, fill=skin)
        face(canvas, x, y, 0.36 * setting.size)
    globe(canvas, *middle, radius, setting)
    if setting.clutter > 0.4:
        for x, y in ((1.2, 2.2), (7.6, 14.4), (1.6, 14.0)):
            bird(canvas, x, y, 0.9, setting, WHITE)


@scene("peace_dove")
def peace_dove(canvas: Canvas, setting: SceneSetting) -> None:
    """A big white dove with an olive branch flies over a rainbow."""
    outdoors(canvas, setting, 13.4)
    light = daylight(setting)
    colours: tuple[Colour, ...] = (
        (232, 64, 58),
        (246, 146, 44),
        (252, 220, 72),
        (84, 184, 92),
        (62, 132, 220),
        (132, 84, 190),
    )
    for index, colour in enumerate(colours):
        canvas.arc(4.5, 13.4, 5.2 - 0.36 * index, 180, 360, light.tint(colour, 0.35), 0.42)
    size, x, y = setting.size, 4.4, 6.3 + 0.25 * setting.wave(1.8)
    flap = setting.wave(0.9)

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * size, y + dy * size

    shade: Colour = (214, 222, 234)
    canvas.polygon(
        [
            at(0.5, -0.1),
            at(1.3, -2.6 - 1.1 * flap),
            at(2.3, -3.4 - 1.4 * flap),
            at(2.0, -1.2 - 0.5 * flap),
            at(1.4, 0.3),
        ],
        shade,
    )
    for feather in range(4):
        canvas.polygon(
            [at(-1.5, -0.1), at(-3.7, -0.6 + 0.5 * feather), at(-3.4, 0.0 + 0.5 * feather), at(-1.3, 0.6)],
            (WHITE, shade)[feather % 2],
        )
    canvas.polygon([at(-1.9, 0.1), at(-0.6, -0.75), at(1.3, -0.75), at(2.0, -0.2), at(1.2, 0.9), at(-0.4, 1.0)], WHITE)
    canvas.ellipse(*at(0.5, 0.1), 1.45 * size, 0.92 * size, WHITE)
    canvas.ellipse(*at(2.0, -0.55), 0.68 * size, fill=WHITE)
    for feather in range(3):
        tip = at(-1.6 - 0.5 * feather, -2.9 + 0.8 * feather - (1.5 - 0.4 * feather) * flap)
        canvas.polygon(
            [at(0.9, -0.2), at(0.2 - 0.3 * feather, -1.9 + 0.5 * feather - 0.8 * flap), tip, at(-0.7, 0.4)],
            (WHITE, lighten(shade, 0.5))[feather % 2],
        )
    canvas.ellipse(*at(2.2, -0.68), 0.1 * size, fill=BLACK)
    canvas.polygon([at(2.58, -0.72), at(3.15, -0.4), at(2.55, -0.3)], FLAME)
    canvas.line([at(2.7, -0.5), at(3.2, 0.3), at(3.4, 1.3)], (86, 110, 54), 0.12 * size)
    for leaf, (dx, dy) in enumerate(((3.0, 0.0), (3.2, 0.45), (3.35, 0.9), (3.4, 1.35))):
        for side in (-1, 1):
            tip = at(dx + side * 0.55, dy + 0.25)
            canvas.polygon(
                [at(dx, dy), at(dx + side * 0.35, dy - 0.12), tip, at(dx + side * 0.2, dy + 0.3)],
                (GREEN, lighten(GREEN, 0.2))[leaf % 2],
            )


@scene("beach_cleanup")
def beach_cleanup(canvas: Canvas, setting: SceneSetting) -> None:
    """Two volunteers on a beach put bottles and cans into a sack."""
    outdoors(canvas, replace(setting, place=2), 9.6)
    random = setting.random()
    for index in range(6 + round(5 * setting.clutter)):
        x, y, turn = random.random(3)
        _litter(canvas, 0.5 + 8 * x, 10.8 + 4.9 * y, turn, (setting.seed + index) % 3)
    size = setting.size
    height, floor = 7.6 * size, 14.9
    vest: Colour = (250, 160, 40)
    reach = (4.2, 14.2 - 0.3 * abs(setting.wave(2.0)))
    _litter(canvas, reach[0], reach[1] + 0.3, 0.3, 0)
    left = look_of(setting, 0, top=vest, hat=setting.accent)
    person(canvas, 2.1, floor, height, left, Pose("bowing", 1, front_hand=reach, back_hand=(2.9, 12.4)))
    sack = (5.2, 12.3)
    right = look_of(setting, 1, top=vest, hat=setting.second)
    canvas.ellipse(sack[0], 14.2, 1.35 * size, 1.2 * size, (44, 48, 60))
    canvas.polygon(
        [
            (sack[0] - 0.35, sack[1] - 0.3),
            (sack[0] + 0.35, sack[1] - 0.3),
            (sack[0] + 1.1 * size, 14),
            (sack[0] - 1.1 * size, 14),
        ],
        (44, 48, 60),
    )
    canvas.line([(sack[0] - 0.6 * size, 13.3), (sack[0] - 0.75 * size, 14.4)], (104, 110, 126), 0.16)
    canvas.line([(sack[0] - 0.35, sack[1]), (sack[0] + 0.35, sack[1])], FLAME, 0.16)
    person(
        canvas,
        6.9,
        floor,
        height,
        right,
        Pose("standing", -1, front_hand=(sack[0] + 0.2, sack[1] - 0.2), back_hand=(6.0, sack[1] - 0.3)),
    )
    bird(canvas, 2.4, 4.2, 1.1, setting, WHITE)


def _litter(canvas: Canvas, x: float, y: float, turn: float, sort: int) -> None:
    """A bottle (0), a can (1) or crumpled paper (2) lying on the sand."""
    dx, dy = 0.45 * math.cos(6 * turn), 0.2 * math.sin(6 * turn)
    if sort == 0:
        canvas.line([(x - dx, y - dy), (x + 0.3 * dx, y + 0.3 * dy)], (84, 176, 150), 0.34)
        canvas.line([(x, y), (x + dx, y + dy)], (84, 176, 150), 0.15)
        canvas.ellipse(x + dx, y + dy, 0.1, fill=RED)
    elif sort == 1:
        canvas.line([(x - 0.5 * dx, y - 0.5 * dy), (x + 0.5 * dx, y + 0.5 * dy)], RED, 0.34, rounded=False)
        canvas.ellipse(x + 0.5 * dx, y + 0.5 * dy, 0.12, 0.17, (206, 210, 216))
    else:
        canvas.polygon([(x - 0.3, y), (x - 0.1, y - 0.3), (x + 0.3, y - 0.2), (x + 0.25, y + 0.15)], WHITE)


@scene("whale_ocean")
def whale_ocean(canvas: Canvas, setting: SceneSetting) -> None:
    """A whale and fish under the surface of a clear sea."""
    sky(canvas, setting, 3.4)
    light = daylight(setting)
    upper, lower = light.tint((62, 190, 214), 0.75), light.tint((10, 62, 124), 0.75)
    canvas.gradient(upper, lower, 2.6, 16)
    for x in (1.2, 4.0, 7.2):
        shift = 0.3 * setting.wave(5.0, x)
        canvas.polygon(
            [(x + shift, 2.8), (x + 0.9 + shift, 2.8), (x - 0.6 + shift, 13), (x - 2.2 + shift, 13)],
            lighten(upper, 0.12),
        )
    for wave in range(7):
        canvas.ellipse(wave * 1.5 + 0.2 * setting.wave(2.0), 2.7, 0.85, 0.22, lighten(upper, 0.45))
    sand = light.tint((222, 200, 146), 0.6)
    canvas.ellipse(4.5, 17.2, 8, 2.4, sand)
    _seaweed(canvas, setting)
    _whale(canvas, setting)
    schools = ((FLAME, 11.9, 0.9), (setting.accent, 13.0, -0.7), (GOLD, 4.4, 0.6))
    for row, (colour, y, speed) in enumerate(schools):
        for index in range(2 + round(2 * setting.clutter)):
            x = (index * 1.6 + row * 2.3 + speed * setting.time) % 11 - 1
            _fish(canvas, x, y + 0.6 * (index % 2), 0.85, colour, 1 if speed > 0 else -1)
    for x, y, size in setting.random().random((10, 3)):
        canvas.ellipse(9 * x, 15 - (y * 12 + setting.time * 0.8) % 12, 0.07 + 0.12 * size, fill=lighten(upper, 0.5))


def _seaweed(canvas: Canvas, setting: SceneSetting) -> None:
    for x, height in ((0.7, 3.4), (1.3, 2.5), (7.6, 2.7), (8.3, 3.8)):
        points = [(x + 0.25 * math.sin(step + setting.time * 2), 15.6 - height * step / 5) for step in range(6)]
        canvas.line(points, in_light((48, 140, 90), setting), 0.24)


def _whale(canvas: Canvas, setting: SceneSetting) -> None:
    size, x, y = setting.size, 4.5, 8.1 + 0.25 * setting.wave(3.4)
    skin: Colour = mix((44, 82, 138), daylight(setting).light, 0.3 * daylight(setting).darkness)
    tail = 0.5 * setting.wave(1.7)

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * size, y + dy * size

    canvas.polygon([at(1.2, -0.9), at(3.3, -0.9 + 0.5 * tail), at(3.4, -0.3 + 0.5 * tail), at(1.2, 1.0)], skin)
    canvas.polygon(
        [at(3.1, -0.6 + 0.5 * tail), at(3.3, -2.2 + tail), at(4.3, -2.3 + tail), at(3.6, -0.4 + 0.5 * tail)],
        darken(skin, 0.12),
    )
    canvas.polygon(
        [at(3.1, -0.5 + 0.5 * tail), at(4.4, -0.6 + tail), at(4.5, 0.3 + tail), at(3.3, 0.0 + 0.5 * tail)], skin
    )
    canvas.ellipse(*at(-0.7, 0), 3.1 * size, 1.85 * size, skin)
    belly = lighten(skin, 0.72)
    canvas.polygon([at(-3.55, 0.75), at(-1.0, 0.7), at(1.3, 0.9), at(0.4, 1.55), at(-1.0, 1.85), at(-2.5, 1.5)], belly)
    for groove in range(4):
        canvas.line(
            [at(-3.2 + 0.4 * groove, 0.9 + 0.18 * groove), at(0.3, 0.95 + 0.18 * groove)], darken(belly, 0.15), 0.05
        )
    canvas.polygon(
        [at(-0.9, 0.7), at(0.3, 0.7), at(0.8, 2.6 + 0.5 * tail), at(0.2, 2.7 + 0.5 * tail)], darken(skin, 0.2)
    )
    canvas.ellipse(*at(-2.5, 0.05), 0.24 * size, fill=WHITE)
    canvas.ellipse(*at(-2.55, 0.07), 0.14 * size, fill=BLACK)
    canvas.line([at(-3.6, 0.7), at(-2.7, 0.72), at(-2.2, 0.5)], darken(skin, 0.45), 0.09)


def _fish(canvas: Canvas, x: float, y: float, length: float, colour: Colour, facing: int) -> None:
    canvas.polygon(
        [
            (x - facing * 0.3 * length, y),
            (x - facing * 0.65 * length, y - 0.28 * length),
            (x - facing * 0.65 * length, y + 0.28 * length),
        ],
        darken(colour),
    )
    canvas.ellipse(x, y, 0.45 * length, 0.27 * length, colour)
    canvas.ellipse(x + facing * 0.22 * length, y - 0.06 * length, 0.06 * length, fill=BLACK)


@scene("justice_scales")
def justice_scales(canvas: Canvas, setting: SceneSetting) -> None:
    """Great golden scales in balance with one person on each pan, before a court house."""
    sky(canvas, setting, 12.4)
    stone = in_light((224, 218, 206), setting)
    canvas.gradient(darken(stone, 0.25), darken(stone, 0.4), 12.2, 16)
    canvas.polygon([(0.2, 5.2), (4.5, 2.6), (8.8, 5.2)], stone)
    canvas.polygon([(1.5, 4.95), (4.5, 3.2), (7.5, 4.95)], darken(stone, 0.14))
    canvas.rectangle(0.3, 5.2, 8.7, 5.9, darken(stone, 0.08))
    canvas.rectangle(0.6, 5.9, 8.4, 12.2, darken(stone, 0.35))
    for column in range(5):
        canvas.rectangle(0.65 + 1.8 * column - 0.05, 5.9, 1.2 + 1.8 * column, 12.2, lighten(stone, 0.2))
    for step in range(3):
        canvas.rectangle(
            0.4 - 0.3 * step, 12.0 + 0.4 * step, 8.6 + 0.3 * step, 12.4 + 0.4 * step, darken(stone, 0.06 * step)
        )
    _scales(canvas, setting)


def _scales(canvas: Canvas, setting: SceneSetting) -> None:
    size, gold = setting.size, (236, 184, 44)
    tilt = 0.07 * setting.wave(2.8)
    top, reach = 6.4, 2.75 * (0.7 + 0.3 * size)
    canvas.rectangle(2.9, 15.0, 6.1, 15.6, darken(gold, 0.25), 0.2)
    canvas.rectangle(3.5, 14.5, 5.5, 15.1, darken(gold, 0.1), 0.2)
    canvas.rectangle(4.3, top, 4.7, 14.7, gold)
    canvas.line([(4.5 - reach, top + tilt), (4.5 + reach, top - tilt)], gold, 0.34)
    canvas.ellipse(4.5, top, 0.5, fill=gold)
    canvas.ellipse(4.5, top, 0.25, fill=lighten(gold, 0.6))
    for side in (-1, 1):
        x, y = 4.5 + side * reach, top - side * tilt
        pan = y + 5.3
        for edge in (-1.5, 1.5):
            canvas.line([(x, y), (x + edge, pan)], darken(gold, 0.35), 0.07)
        look = look_of(setting, 0 if side < 0 else 1, top=setting.accent, bottom=(60, 66, 90))
        person(canvas, x, pan + 0.1, 4.3 * (0.6 + 0.4 * size), look, Pose("standing", 0))
        canvas.pie(x, pan, 1.6, 15, 165, gold)
        canvas.rectangle(x - 1.6, pan - 0.1, x + 1.6, pan + 0.25, lighten(gold, 0.2), 0.1)
    if setting.clutter > 0.5:
        tree(canvas, 0.5, 14.6, 2.8, setting)
        tree(canvas, 8.6, 14.6, 2.8, setting)
