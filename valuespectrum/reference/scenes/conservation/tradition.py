"""Scenes of tradition: worship, feasts, weddings, ancestors and old ceremonies."""

from __future__ import annotations

import math

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room
from valuespectrum.reference.painting.canvas import Canvas, Colour, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Pose, crowd, hand_position, head_position, look_of, person
from valuespectrum.reference.painting.props import (
    BLACK,
    CREAM,
    GOLD,
    GREEN,
    RED,
    WHITE,
    candle,
    flower,
    in_light,
    lantern,
    pine,
    smoke,
    table,
)
from valuespectrum.reference.scenes import scene

_SEPIA: Colour = (196, 164, 118)


def pagoda(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Temple tower of three storeys with swept roofs; ``(x, y)`` is the middle of its base."""
    roof, wall = in_light((178, 48, 40), setting), in_light((236, 206, 160), setting)
    glow: Colour = (255, 212, 110) if daylight(setting).lamps else (112, 62, 44)
    base = y
    for storey, half in enumerate((0.36, 0.27, 0.18)):
        tall = 0.2 * height
        canvas.rectangle(x - half * height * 0.72, base - tall, x + half * height * 0.72, base, wall)
        for door in range(-1, 2):
            middle = x + door * half * height * 0.44
            canvas.rectangle(middle - 0.035 * height, base - 0.75 * tall, middle + 0.035 * height, base, glow, 0.03)
        top = base - tall
        wide = half * height * 1.25
        canvas.polygon(
            [
                (x - wide, top - 0.04 * height),
                (x - 0.7 * wide, top - 0.05 * height),
                (x - 0.45 * wide, top - 0.1 * height),
                (x + 0.45 * wide, top - 0.1 * height),
                (x + 0.7 * wide, top - 0.05 * height),
                (x + wide, top - 0.04 * height),
                (x + 0.85 * wide, top + 0.03 * height),
                (x - 0.85 * wide, top + 0.03 * height),
            ],
            darken(roof, 0.08 * storey),
        )
        canvas.rectangle(
            x - 0.86 * wide, top + 0.015 * height, x + 0.86 * wide, top + 0.035 * height, darken(roof, 0.4)
        )
        base = top - 0.08 * height
    canvas.line([(x, base), (x, y - height)], in_light(GOLD, setting), 0.025 * height)
    canvas.ellipse(x, y - 0.93 * height, 0.03 * height, fill=in_light(GOLD, setting))


@scene("temple_incense")
def temple_incense(canvas: Canvas, setting: SceneSetting) -> None:
    """A pagoda behind a bronze bowl with smoking incense sticks."""
    outdoors(canvas, setting, 10.4)
    for x in (0.7, 8.3) if setting.clutter > 0.3 else (8.3,):
        pine(canvas, x, 11.6, 3.4, setting)
    stone = in_light((188, 184, 178), setting)
    canvas.polygon([(3.4, 11.6), (5.6, 11.6), (7.4, 16), (1.6, 16)], lighten(stone, 0.2))
    pagoda(canvas, 4.5, 11.9, 9.6 * setting.size, setting)
    for step in range(3):
        canvas.rectangle(
            1.3 - 0.3 * step, 11.8 + 0.3 * step, 7.7 + 0.3 * step, 12.1 + 0.3 * step, darken(stone, 0.1 * step)
        )
    bronze = in_light((126, 98, 58), setting)
    for side in (-1, 1):
        canvas.line([(4.5 + side * 0.9, 13.9), (4.5 + side * 1.2, 15.5)], darken(bronze, 0.3), 0.28)
        canvas.arc(4.5 + side * 1.75, 13.3, 0.35, 0, 360, darken(bronze, 0.2), 0.14)
    for index in range(5):
        x = 3.7 + 0.4 * index
        canvas.line([(x, 13), (x + 0.06 * (index - 2), 11.5)], (168, 62, 44), 0.09)
        canvas.ellipse(x + 0.06 * (index - 2), 11.45, 0.1, fill=(255, 150, 60))
        smoke(canvas, x + 0.06 * (index - 2), 11.4, 4.2, setting, (228, 228, 234))
    canvas.pie(4.5, 13, 1.75, 0, 180, bronze)
    canvas.rectangle(2.65, 12.75, 6.35, 13.1, lighten(bronze, 0.15), 0.15)


@scene("folk_dancers")
def folk_dancers(canvas: Canvas, setting: SceneSetting) -> None:
    """Dancers in costume who circle a maypole, each holding a ribbon."""
    outdoors(canvas, setting, 10)
    top = (4.5, 2.6)
    count = 6 if setting.clutter > 0.3 else 5
    turns = [setting.time * 0.5 + 2 * math.pi * index / count for index in range(count)]
    ribbons = (RED, WHITE, setting.accent, GOLD, setting.second, GREEN)
    pole_drawn = False
    for index in sorted(range(count), key=lambda one: math.sin(turns[one])):
        depth = math.sin(turns[index])
        if depth > 0 and not pole_drawn:
            _maypole(canvas, setting, top)
            pole_drawn = True
        x, y = 4.5 + 3.1 * math.cos(turns[index]), 12.9 + 1.6 * depth
        height = (4.3 + 0.7 * depth) * setting.size
        facing = 1 if depth < 0 else -1
        hop = 0.15 * abs(setting.wave(1.0, index / count))
        pose = Pose("one_arm_up", facing, setting.time)
        hand = hand_position(x, y - hop, height, pose)[0]
        sag = ((top[0] + hand[0]) / 2, (top[1] + hand[1]) / 2 + 0.5)
        canvas.line([top, sag, hand], in_light(ribbons[index], setting), 0.13)
        _dancer(canvas, setting, index, (x, y - hop, height), pose)


def _maypole(canvas: Canvas, setting: SceneSetting, top: tuple[float, float]) -> None:
    canvas.rectangle(4.36, 2.2, 4.64, 13.2, in_light(WHITE, setting))
    for step in range(10):
        y = 3.2 + step
        canvas.polygon([(4.36, y), (4.64, y - 0.5), (4.64, y - 0.1), (4.36, y + 0.4)], in_light(RED, setting))
    for index in range(12):
        turn = math.pi * index / 6
        colour = (GREEN, RED, GREEN, GOLD)[index % 4]
        canvas.ellipse(
            top[0] + 1.15 * math.cos(turn), top[1] + 0.6 + 0.4 * math.sin(turn), 0.3, fill=in_light(colour, setting)
        )
    canvas.ellipse(4.5, 2.1, 0.24, fill=in_light(GOLD, setting))


def _dancer(canvas: Canvas, setting: SceneSetting, index: int, place: tuple[float, float, float], pose: Pose) -> None:
    x, y, height = place
    skirt: Colour = (setting.accent, RED, setting.second)[index % 3]
    person(canvas, x, y, height, look_of(setting, index, top=WHITE, bottom=BLACK), pose)
    swing = 0.03 * height * setting.wave(1.0, index / 5)
    hem = y - 0.16 * height
    canvas.polygon(
        [
            (x - 0.07 * height, y - 0.53 * height),
            (x + 0.07 * height, y - 0.53 * height),
            (x + 0.23 * height + swing, hem),
            (x - 0.23 * height + swing, hem),
        ],
        skirt,
    )
    canvas.line(
        [(x - 0.21 * height + swing, hem - 0.04 * height), (x + 0.21 * height + swing, hem - 0.04 * height)],
        GOLD,
        0.03 * height,
    )
    canvas.polygon(
        [(x - 0.07 * height, y - 0.76 * height), (x + 0.07 * height, y - 0.76 * height), (x, y - 0.53 * height)],
        darken(skirt, 0.35),
    )
    (head_x, head_y), radius = head_position(x, y, height, pose)
    for petal in range(5):
        canvas.ellipse(
            head_x + (petal - 2) * 0.42 * radius,
            head_y - (0.95 - 0.1 * abs(petal - 2)) * radius,
            0.3 * radius,
            fill=(RED, GOLD)[petal % 2],
        )


@scene("lantern_festival")
def lantern_festival(canvas: Canvas, setting: SceneSetting) -> None:
    """Glowing paper lanterns that rise over an old gate and a looking crowd."""
    outdoors(canvas, setting, 12)
    gate = in_light((150, 44, 38), setting)
    for x in (1.0, 8.0):
        canvas.rectangle(x - 0.22, 7.6, x + 0.22, 14, gate)
    canvas.polygon([(-0.2, 6.7), (0.6, 7.1), (8.4, 7.1), (9.2, 6.7), (8.9, 7.7), (0.1, 7.7)], darken(gate, 0.15))
    canvas.rectangle(0.4, 8.3, 8.6, 8.7, gate)
    for index in range(5):
        lantern(canvas, 1.9 + 1.3 * index, 9.35 + 0.05 * setting.wave(2.0, index / 4), 0.95, setting)
    rows = setting.random().random((9 + round(4 * setting.clutter), 3))
    for index, (x, y, near) in enumerate(rows):
        size = (0.75 + 0.75 * near) * setting.size
        height = 13.0 - (y * 14 + setting.time * (0.5 + 0.3 * near)) % 14
        _sky_lantern(canvas, 0.7 + (index * 3.1 + x) % 7.6, height, size, setting)
    crowd(canvas, 14.3, 0.62, [look_of(setting, index) for index in range(6)], True, setting.time * 0.4)


def _sky_lantern(canvas: Canvas, x: float, y: float, size: float, setting: SceneSetting) -> None:
    canvas.glow(x, y, 1.2 * size, (255, 180, 80), 0.65)
    x += 0.08 * setting.wave(3.0, y / 14)
    paper = [
        (x - 0.42 * size, y - 0.7 * size),
        (x + 0.42 * size, y - 0.7 * size),
        (x + 0.55 * size, y),
        (x + 0.34 * size, y + 0.5 * size),
    ]
    canvas.polygon([*paper, (x - 0.34 * size, y + 0.5 * size), (x - 0.55 * size, y)], (250, 150, 60))
    canvas.ellipse(x, y + 0.1 * size, 0.3 * size, 0.38 * size, (255, 226, 140))
    canvas.rectangle(x - 0.34 * size, y + 0.44 * size, x + 0.34 * size, y + 0.54 * size, (160, 80, 40))


@scene("wedding_arch")
def wedding_arch(canvas: Canvas, setting: SceneSetting) -> None:
    """A bride and a groom hand in hand under an arch of flowers."""
    outdoors(canvas, setting, 10.2)
    canvas.polygon([(3.5, 10.2), (5.5, 10.2), (7.6, 16), (1.4, 16)], in_light((238, 226, 226), setting))
    random = setting.random()
    blossoms = (WHITE, (244, 160, 178), lighten(setting.accent, 0.4), (120, 176, 104))
    path = [(1.0, 13.6 - 0.55 * step) for step in range(14)]
    path += [
        (4.5 - 3.5 * math.cos(math.pi * step / 16), 6.0 - 3.5 * math.sin(math.pi * step / 16)) for step in range(17)
    ]
    path += [(8.0, 6.4 + 0.55 * step) for step in range(14)]
    canvas.line(path, in_light((92, 142, 84), setting), 0.5)
    for index, (x, y) in enumerate(path):
        dx, dy, size = random.random(3)
        canvas.ellipse(
            x + 0.5 * dx - 0.25, y + 0.4 * dy - 0.2, 0.28 + 0.16 * size, fill=in_light(blossoms[index % 4], setting)
        )
    height = 6.8 * setting.size
    floor, step = 14.6, 0.62 + 0.2 * setting.size
    near = (4.5, floor - 0.5 * height)
    bride = look_of(setting, 0, top=WHITE, bottom=WHITE, dress=True, long_hair=True)
    groom = look_of(setting, 1, top=(40, 42, 58), bottom=(40, 42, 58), long_hair=False)
    _veil(canvas, 4.5 - step, floor, height)
    person(canvas, 4.5 + step, floor, 1.05 * height, groom, Pose("standing", -1, front_hand=near, back_hand=near))
    canvas.ellipse(4.5 + step - 0.18, floor - 0.66 * height, 0.14, fill=RED)
    person(canvas, 4.5 - step, floor, height, bride, Pose("standing", 1, front_hand=near, back_hand=near))
    canvas.polygon(
        [
            (4.3 - step, floor - 0.5 * height),
            (4.55 - step, floor - 0.5 * height),
            (5.1 - step, floor),
            (3.0 - step, floor),
        ],
        WHITE,
    )
    _bouquet(canvas, near, setting)
    for x, y, speed in random.random((8 + round(8 * setting.clutter), 3)):
        fall = (y * 16 + setting.time * (0.7 + speed)) % 16
        canvas.ellipse(9 * x + 0.3 * setting.wave(2.5, y), fall, 0.11, 0.08, (248, 176, 190))


def _veil(canvas: Canvas, x: float, floor: float, height: float) -> None:
    canvas.polygon(
        [
            (x + 0.1, floor - 1.0 * height),
            (x - 0.5, floor - 0.97 * height),
            (x - 1.5, floor - 0.2),
            (x - 0.2, floor - 0.3),
        ],
        (232, 236, 244),
    )


def _bouquet(canvas: Canvas, place: tuple[float, float], setting: SceneSetting) -> None:
    x, y = place
    for dx, dy, colour in ((-0.22, 0, RED), (0.22, 0, setting.accent), (0, -0.2, (244, 160, 178)), (0, 0.15, WHITE)):
        canvas.ellipse(x + dx, y + dy, 0.24, fill=colour)


@scene("ancestor_portraits")
def ancestor_portraits(canvas: Canvas, setting: SceneSetting) -> None:
    """Three old framed portraits over an altar with burning candles."""
    room(canvas, setting, 13.6)
    size = setting.size
    for index, (x, y, half) in enumerate(((1.65, 8.1, 1.15), (7.35, 8.1, 1.15), (4.5, 7.5, 1.45))):
        _portrait(canvas, (x, y, half * size), setting, index)
    table(canvas, 4.5, 15.2, 3.4, 8.2, (104, 58, 44))
    canvas.rectangle(1.2, 11.8, 7.8, 13.3, lighten(setting.accent, 0.1))
    canvas.rectangle(1.2, 13.1, 7.8, 13.3, GOLD)
    for x, height in ((0.9, 2.1), (2.1, 1.6), (3.3, 2.3), (5.7, 2.3), (6.9, 1.6), (8.1, 2.1)):
        candle(canvas, x, 11.85, height, setting)
    for dx in (-0.45, 0.0, 0.45):
        flower(canvas, 4.5 + dx, 11.5, 1.3 + 0.2 * (dx == 0), setting, WHITE)
    canvas.polygon([(3.95, 10.9), (5.05, 10.9), (4.8, 11.85), (4.2, 11.85)], (96, 122, 170))


def _portrait(canvas: Canvas, place: tuple[float, float, float], setting: SceneSetting, index: int) -> None:
    x, y, half = place
    tall = 1.32 * half
    canvas.rectangle(x - half, y - tall, x + half, y + tall, (196, 150, 50), 0.1)
    canvas.rectangle(x - 0.85 * half, y - 0.88 * tall, x + 0.85 * half, y + 0.88 * tall, (110, 74, 40), 0.05)
    canvas.rectangle(x - 0.78 * half, y - 0.82 * tall, x + 0.78 * half, y + 0.82 * tall, _SEPIA)
    skin, hair = mix(setting.skin[index], _SEPIA, 0.45), mix(setting.hair[index], (236, 226, 206), 0.6)
    coat = mix((70, 52, 40), setting.second, 0.15)
    canvas.pie(x, y + 0.82 * tall, 0.68 * half, 180, 360, coat)
    canvas.rectangle(x - 0.16 * half, y + 0.05 * tall, x + 0.16 * half, y + 0.35 * tall, darken(skin, 0.1))
    canvas.ellipse(x, y - 0.14 * tall, 0.44 * half, 0.5 * half, hair)
    canvas.ellipse(x, y - 0.04 * tall, 0.36 * half, 0.44 * half, skin)
    for side in (-1, 1):
        canvas.ellipse(x + side * 0.14 * half, y - 0.08 * tall, 0.05 * half, fill=(60, 44, 36))
    canvas.line([(x - 0.12 * half, y + 0.16 * tall), (x + 0.12 * half, y + 0.16 * tall)], (110, 66, 50), 0.05 * half)
    if index == 1:
        canvas.pie(x, y + 0.1 * tall, 0.36 * half, 20, 160, hair)


@scene("tea_ceremony")
def tea_ceremony(canvas: Canvas, setting: SceneSetting) -> None:
    """A kneeling host who pours tea for a kneeling guest, before paper screens."""
    room(canvas, setting, 11.4)
    light = daylight(setting)
    canvas.rectangle(0, 5.7, 9, 11.4, (110, 72, 48))
    for panel in range(4):
        x = 0.15 + 2.2 * panel
        canvas.rectangle(x, 5.9, x + 2.1, 11.2, light.tint((250, 244, 226), 0.6))
        for bar in range(1, 3):
            canvas.rectangle(x + 0.7 * bar - 0.04, 5.9, x + 0.7 * bar + 0.04, 11.2, (132, 92, 62))
        for bar in range(1, 5):
            canvas.rectangle(x, 5.9 + 1.06 * bar - 0.04, x + 2.1, 5.9 + 1.06 * bar + 0.04, (132, 92, 62))
    canvas.polygon([(0, 11.4), (9, 11.4), (9, 16), (0, 16)], light.tint((196, 196, 130), 0.5))
    for x in (0.0, 4.5, 9.0):
        canvas.line([(4.5 + (x - 4.5) * 0.8, 11.4), (4.5 + (x - 4.5) * 1.5, 16)], light.tint((86, 110, 66), 0.5), 0.2)
    height, floor = 6.6 * setting.size, 14.4
    _kimono(canvas, (7.4, floor, 0.95 * height), setting, 1, Pose("kneeling", -1))
    pot = (3.55, 10.75 + 0.08 * setting.wave(2.4))
    _kimono(
        canvas,
        (1.75, floor, height),
        setting,
        0,
        Pose("kneeling", 1, front_hand=pot, back_hand=(pot[0] - 0.1, pot[1] + 0.2)),
    )
    canvas.line([(4.55, pot[1] + 0.3), (4.72, pot[1] + 0.7), (4.75, 12.6)], (150, 120, 50), 0.1)
    smoke(canvas, 4.75, 12.1, 2.6, setting, WHITE)
    table(canvas, 4.75, 14.7, 1.7, 3.3, (92, 50, 36))
    canvas.pie(4.75, 12.35, 0.5, 0, 180, lighten(setting.accent, 0.1))
    canvas.rectangle(4.5, 12.75, 5.0, 13.0, darken(setting.accent, 0.2))
    canvas.pie(5.7, 12.55, 0.34, 0, 180, CREAM)
    canvas.rectangle(5.52, 12.8, 5.88, 13.0, CREAM)
    _teapot(canvas, pot[0] + 0.25, pot[1], setting)


def _kimono(canvas: Canvas, place: tuple[float, float, float], setting: SceneSetting, index: int, pose: Pose) -> None:
    x, y, height = place
    robe = (setting.accent, setting.second)[index]
    look = look_of(setting, index, top=robe, bottom=robe, long_hair=False)
    canvas.polygon(
        [
            (x - 0.08 * height * pose.facing, y - 0.36 * height),
            (x + 0.3 * height * pose.facing, y - 0.12 * height),
            (x + 0.3 * height * pose.facing, y),
            (x - 0.32 * height * pose.facing, y),
        ],
        darken(robe, 0.12),
    )
    person(canvas, x, y, height, look, pose)
    (head_x, head_y), radius = head_position(x, y, height, pose)
    canvas.ellipse(head_x - 0.5 * radius * pose.facing, head_y - 1.15 * radius, 0.5 * radius, fill=look.hair)
    canvas.rectangle(x - 0.075 * height, y - 0.4 * height, x + 0.1 * height, y - 0.32 * height, GOLD)


def _teapot(canvas: Canvas, x: float, y: float, setting: SceneSetting) -> None:
    iron: Colour = (66, 70, 82)
    canvas.line([(x + 0.3, y + 0.15), (x + 0.75, y + 0.3)], iron, 0.2)
    canvas.arc(x - 0.05, y - 0.35, 0.5, 160, 350, BLACK, 0.12)
    canvas.ellipse(x, y, 0.58, 0.46, iron)
    canvas.ellipse(x - 0.06, y - 0.44, 0.14, fill=lighten(iron, 0.3))
