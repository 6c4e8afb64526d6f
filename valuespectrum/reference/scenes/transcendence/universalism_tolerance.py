"""Scenes of universalism (tolerance): peace and harmony between unlike people, and their denial."""

from __future__ import annotations

import math

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, sky
from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten
from valuespectrum.reference.painting.figures import Pose, face, head_position, look_of, person
from valuespectrum.reference.painting.props import (
    BLACK,
    FLAME,
    GOLD,
    GREEN,
    GREY,
    RED,
    WHITE,
    WOOD,
    bird,
    flower,
    globe,
    in_light,
    smoke,
    table,
)
from valuespectrum.reference.scenes import scene

_RAINBOW: tuple[Colour, ...] = (
    (232, 64, 58), (246, 146, 44), (252, 220, 72), (84, 184, 92), (62, 132, 220), (132, 84, 190),
)  # fmt: skip
_CRACK: tuple[Point, ...] = ((0.3, -1.35), (-0.22, -0.6), (0.2, -0.2), (-0.28, 0.35), (0.12, 0.7), (-0.3, 1.35))
_DOVE_SHADE: Colour = (214, 222, 234)


@scene("hands_globe")
def hands_globe(canvas: Canvas, setting: SceneSetting) -> None:
    """People of many colours hand in hand around a globe; violated: backs turned, in two groups, the globe broken."""
    sky(canvas, setting, 16)
    middle, radius, count = (4.5, 8.4), 1.95 * setting.size, 9
    canvas.glow(*middle, 4.4, (255, 255, 255), 0.45)
    if setting.violated:
        turns = [side * (math.pi / 2 + 0.52 * row) for side in (-1, 1) for row in (-1.5, -0.5, 0.5, 1.5)]
    else:
        turns = [2 * math.pi * index / count + 0.22 * setting.time for index in range(count)]
    for index, turn in enumerate(turns):
        _around_globe(canvas, setting, index, turn + 0.03 * setting.wave(1.7, index / 3), middle)
    globe(canvas, *middle, radius, setting)
    if setting.violated:
        for share, colour in ((1.0, (120, 30, 36)), (0.62, (36, 26, 40))):
            left = [(middle[0] + (x - 0.2 * share) * radius, middle[1] + y * radius) for x, y in _CRACK]
            right = [(middle[0] + (x + 0.2 * share) * radius, middle[1] + y * radius) for x, y in reversed(_CRACK)]
            canvas.polygon(left + right, colour)
    if setting.clutter > 0.4:
        for x, y in ((1.2, 2.2), (7.6, 14.4), (1.6, 14.0)):
            bird(canvas, x, y, 0.9, setting, WHITE)


def _around_globe(canvas: Canvas, setting: SceneSetting, index: int, turn: float, middle: Point) -> None:
    """One person who stands on the rim of the globe, arms spread to the next ones, or hanging when violated."""
    tall, radius, skin = 1.75 * setting.size, 1.95 * setting.size, setting.skin[index % len(setting.skin)]
    cloth = (setting.accent, setting.second, GOLD, (226, 110, 60), (70, 160, 110), WHITE)[index % 6]
    hair = setting.hair[index % len(setting.hair)]

    def at(angle: float, reach: float) -> Point:
        return middle[0] + reach * math.sin(angle), middle[1] - reach * math.cos(angle)

    for side in (-1, 1):
        feet, hips = at(turn + side * 0.1, radius), at(turn + side * 0.033, radius + 0.5 * tall)
        canvas.line([feet, hips], darken(cloth, 0.45), 0.2 * setting.size)
        shoulder = at(turn + side * 0.05, radius + 0.66 * tall)
        spread, height = (0.13, 0.3) if setting.violated else (math.pi / 9, 0.52)
        canvas.line([shoulder, at(turn + side * spread, radius + height * tall)], skin, 0.17 * setting.size)
    canvas.line([at(turn, radius + 0.4 * tall), at(turn, radius + 0.62 * tall)], cloth, 0.6 * setting.size)
    canvas.ellipse(*at(turn, radius + 1.07 * tall), 0.43 * setting.size, fill=hair)
    if not setting.violated:
        x, y = at(turn, radius + 1.02 * tall)
        canvas.ellipse(x, y, 0.37 * setting.size, fill=skin)
        face(canvas, x, y, 0.36 * setting.size)


@scene("peace_dove")
def peace_dove(canvas: Canvas, setting: SceneSetting) -> None:
    """A white dove with an olive branch flies over a rainbow; violated: it sits in a cage, the rainbow is broken."""
    outdoors(canvas, setting, 13.4)
    light = daylight(setting)
    spans = ((180, 222), (318, 360)) if setting.violated else ((180, 360),)
    for index, colour in enumerate(_RAINBOW):
        for start, end in spans:
            canvas.arc(4.5, 13.4, 5.2 - 0.36 * index, (start, end), light.tint(colour, 0.35), 0.42)
    if setting.violated:
        _cage(canvas, setting)
    else:
        x, y = 4.4, 6.3 + 0.25 * setting.wave(1.8)
        _dove(canvas, x, y, setting.size, setting.wave(0.9))
        _olive_branch(canvas, x, y, setting.size)


def _dove(canvas: Canvas, x: float, y: float, size: float, flap: float) -> None:
    def at(dx: float, dy: float) -> Point:
        return x + dx * size, y + dy * size

    far_wing = ((0.5, -0.1), (1.3, -2.6 - 1.1 * flap), (2.3, -3.4 - 1.4 * flap), (2.0, -1.2 - 0.5 * flap), (1.4, 0.3))
    canvas.polygon([at(*point) for point in far_wing], _DOVE_SHADE)
    for feather in range(4):
        canvas.polygon(
            [at(-1.5, -0.1), at(-3.7, -0.6 + 0.5 * feather), at(-3.4, 0.0 + 0.5 * feather), at(-1.3, 0.6)],
            (WHITE, _DOVE_SHADE)[feather % 2],
        )
    body = ((-1.9, 0.1), (-0.6, -0.75), (1.3, -0.75), (2.0, -0.2), (1.2, 0.9), (-0.4, 1.0))
    canvas.polygon([at(*point) for point in body], WHITE)
    canvas.ellipse(*at(0.5, 0.1), 1.45 * size, 0.92 * size, WHITE)
    canvas.ellipse(*at(2.0, -0.55), 0.68 * size, fill=WHITE)
    for feather in range(3):
        tip = at(-1.6 - 0.5 * feather, -2.9 + 0.8 * feather - (1.5 - 0.4 * feather) * flap)
        bend = at(0.2 - 0.3 * feather, -1.9 + 0.5 * feather - 0.8 * flap)
        colour = (WHITE, lighten(_DOVE_SHADE, 0.5))[feather % 2]
        canvas.polygon([at(0.9, -0.2), bend, tip, at(-0.7, 0.4)], colour)
    canvas.ellipse(*at(2.2, -0.68), 0.1 * size, fill=BLACK)
    canvas.polygon([at(2.58, -0.72), at(3.15, -0.4), at(2.55, -0.3)], FLAME)


def _olive_branch(canvas: Canvas, x: float, y: float, size: float) -> None:
    """The branch in the beak of the dove at ``(x, y)``."""

    def at(dx: float, dy: float) -> Point:
        return x + dx * size, y + dy * size

    canvas.line([at(2.7, -0.5), at(3.2, 0.3), at(3.4, 1.3)], (86, 110, 54), 0.12 * size)
    for leaf, (dx, dy) in enumerate(((3.0, 0.0), (3.2, 0.45), (3.35, 0.9), (3.4, 1.35))):
        for side in (-1, 1):
            points = [at(dx, dy), at(dx + side * 0.35, dy - 0.12), at(dx + side * 0.55, dy + 0.25)]
            colour = (GREEN, lighten(GREEN, 0.2))[leaf % 2]
            canvas.polygon([*points, at(dx + side * 0.2, dy + 0.3)], colour)


def _cage(canvas: Canvas, setting: SceneSetting) -> None:
    """The dove behind the bars of a hanging cage; its branch lies on the ground."""
    metal, size, swing = in_light((96, 92, 104), setting), setting.size, 0.12 * setting.wave(3.0)
    middle, top, low, half = 4.5 + swing, 6.4, 11.6, 3.1 * size
    canvas.line([(4.5, 0), (middle, top - half)], metal, 0.18)
    canvas.glow(middle, 8.4, 3.6, (255, 255, 255), 0.35)
    canvas.rectangle(middle - half + 0.6, 10.2, middle + half - 0.6, 10.45, in_light(WOOD, setting), 0.1)
    _dove(canvas, middle - 0.1, 9.0 + 0.06 * setting.wave(1.2), 0.85 * size, -0.95 + 0.08 * setting.wave(1.2))
    for bar in range(-3, 4):
        x = middle + bar * half / 3
        rise = half * (1 - (bar / 3) ** 2) ** 0.5
        canvas.line([(x, top - rise), (x, low)], metal, 0.2)
    canvas.arc(middle, top, half + 0.1, (180, 360), metal, 0.28)
    canvas.rectangle(middle - half, top - 0.1, middle + half, top + 0.1, metal)
    canvas.rectangle(middle - half - 0.2, low - 0.1, middle + half + 0.2, low + 0.5, darken(metal, 0.2), 0.15)
    canvas.rectangle(middle + 0.5, 10.6, middle + 1.7, 11.8, GOLD, 0.15)
    canvas.arc(middle + 1.1, 10.6, 0.4, (180, 360), GOLD, 0.2)
    canvas.ellipse(middle + 1.1, 11.1, 0.2, fill=BLACK)
    _olive_branch(canvas, 1.6, 14.4, 1.1 * size)


@scene("garden_neighbours")
def garden_neighbours(canvas: Canvas, setting: SceneSetting) -> None:
    """Two neighbours of unlike houses drink tea at one table; violated: they shake fists across a high wall."""
    outdoors(canvas, setting, 10.4)
    canvas.ellipse(4.5, 17.4, 8.8, 6.2, in_light((122, 180, 96), setting))
    _two_houses(canvas, setting)
    for index in range(round(4 * setting.clutter)):
        flower(canvas, (0.5, 8.5, 1.2, 7.8)[index], 15.7, 1.2, setting, (RED, GOLD, WHITE, setting.second)[index])
    (_quarrel if setting.violated else _tea)(canvas, setting)


def _tea(canvas: Canvas, setting: SceneSetting) -> None:
    floor, height = 15.0, 7.4 * setting.size
    for side in (-1, 1):
        x = 4.5 + side * 2.75
        lift = 0.35 * max(0.0, setting.wave(2.6, 0.25 * (side + 1)))
        hand = (x - side * 0.3 * height, floor - 0.6 * height - lift)
        _stool(canvas, x, floor, 0.26 * height, setting)
        seated = Pose("sitting", -side, 0.0, hand, (x - side * 1.3, floor - 2.9))
        _neighbour(canvas, (x, floor), height, setting, seated, side)
        canvas.rectangle(hand[0] - 0.28, hand[1] - 0.45, hand[0] + 0.28, hand[1] + 0.1, WHITE, 0.1)
    table(canvas, 4.5, floor, 2.7, 2.8, in_light(WOOD, setting))
    pot = in_light(setting.accent, setting)
    canvas.line([(5.0, 11.7), (5.6, 11.1)], pot, 0.22)
    canvas.arc(3.9, 11.6, 0.42, (90, 270), pot, 0.16)
    canvas.ellipse(4.5, 11.65, 0.75, 0.66, pot)
    canvas.ellipse(4.5, 10.98, 0.18, fill=darken(pot, 0.3))
    smoke(canvas, 5.65, 11.0, 2.6, setting, WHITE)


def _stool(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    wood = in_light(darken(WOOD, 0.2), setting)
    canvas.rectangle(x - 0.8, y - height, x + 0.8, y - height + 0.28, wood, 0.08)
    for edge in (-0.6, 0.6):
        canvas.rectangle(x + edge - 0.1, y - height, x + edge + 0.1, y, darken(wood, 0.2))


def _quarrel(canvas: Canvas, setting: SceneSetting) -> None:
    floor, height = 15.0, 7.2 * setting.size
    brick = in_light((178, 96, 76), setting)
    canvas.rectangle(3.6, 5.6, 5.4, 15.6, brick)
    for row in range(14):
        y = 5.6 + 0.72 * row
        canvas.rectangle(3.6, y, 5.4, y + 0.1, lighten(brick, 0.45))
        x = 4.2 if row % 2 else 4.8
        canvas.rectangle(x, y, x + 0.1, y + 0.72, lighten(brick, 0.45))
    canvas.rectangle(3.4, 5.2, 5.6, 5.7, darken(brick, 0.3))
    for loop in range(4):
        canvas.arc(3.6 + 0.6 * loop, 4.8, 0.5, (0, 360), in_light(GREY, setting), 0.12)
    for side in (-1, 1):
        x, shake = 4.5 + side * 2.6, 0.25 * setting.wave(0.7, 0.3 * side)
        fist = (x - side * 0.22 * height, floor - 1.03 * height + shake)
        _neighbour(canvas, (x, floor), height, setting, Pose("standing", -side, 0.0, fist), side)
        canvas.ellipse(*fist, 0.055 * height, fill=setting.skin[(side + 1) // 2])


def _neighbour(
    canvas: Canvas, feet: tuple[float, float], height: float, setting: SceneSetting, pose: Pose, side: int
) -> None:
    """The neighbour of the left house in robe and turban, or that of the right one with a cap."""
    x, y = feet
    if side > 0:
        person(canvas, x, y, height, look_of(setting, 1, top=setting.second, hat=(90, 120, 70), long_hair=False), pose)
        return
    look = look_of(setting, 0, top=WHITE, bottom=WHITE, dress=pose.name == "standing", long_hair=False)
    person(canvas, x, y, height, look, pose)
    (head_x, head_y), radius = head_position(x, y, height, pose)
    cloth = in_light(setting.accent, setting)
    canvas.ellipse(head_x - 0.08 * radius, head_y - 0.72 * radius, 1.2 * radius, 0.66 * radius, cloth)
    canvas.line(
        [(head_x - 0.9 * radius, head_y - 0.45 * radius), (head_x + 0.7 * radius, head_y - 1.05 * radius)],
        lighten(cloth, 0.4), 0.2 * radius,
    )  # fmt: skip


def _two_houses(canvas: Canvas, setting: SceneSetting) -> None:
    """A white house with a dome on the left, a house with a steep roof on the right."""
    white, dome = in_light((244, 238, 224), setting), in_light((60, 160, 170), setting)
    pane: Colour = (255, 220, 130) if daylight(setting).lamps else in_light((120, 150, 180), setting)
    canvas.pie(1.4, 5.6, 1.5, (180, 360), dome)
    canvas.line([(1.4, 4.2), (1.4, 3.3)], in_light(GOLD, setting), 0.14)
    canvas.rectangle(-0.2, 5.5, 3.0, 12.2, white)
    canvas.rectangle(-0.2, 5.5, 3.0, 5.8, darken(white, 0.15))
    timber = in_light((214, 150, 104), setting)
    canvas.rectangle(6.0, 6.0, 9.2, 12.2, timber)
    canvas.polygon([(5.6, 6.1), (7.6, 3.0), (9.6, 6.1)], in_light((150, 62, 52), setting))
    for x in (0.5, 2.0):
        canvas.pie(x, 7.4, 0.42, (180, 360), pane)
        canvas.rectangle(x - 0.42, 7.3, x + 0.42, 8.5, pane)
    for x in (6.5, 7.8):
        canvas.rectangle(x, 7.0, x + 0.9, 8.4, pane)


@scene("children_chain")
def children_chain(canvas: Canvas, setting: SceneSetting) -> None:
    """Children of many colours hand in hand before a school; violated: four of them point at one who sits apart."""
    outdoors(canvas, setting, 10.6)
    _school(canvas, setting)
    size, floor = setting.size, 15.0
    tops = (setting.accent, GOLD, setting.second, (232, 120, 80), (90, 180, 120))
    height = 5.5 * size
    for index in range(5):
        look = look_of(setting, index, top=tops[index])
        if not setting.violated:
            x, swing = 0.95 + 1.775 * index, 0.2 * setting.wave(1.4)
            up = floor - 1.06 * height
            pose = Pose("standing", 0, 0.0, (x + 0.89, up + swing), (x - 0.89, up - swing))
            person(canvas, x, floor - 0.2 * abs(setting.wave(1.4, index / 2)), height, look, pose)
        elif index < 4:
            x, shake = 0.75 + 1.15 * index, 0.1 * setting.wave(0.8, index / 3)
            pose = Pose("standing", 1, 0.0, (x + 0.4 * height, floor - (0.86 - 0.05 * index) * height + shake))
            person(canvas, x, floor, height, look, pose)
    if setting.violated:
        canvas.rectangle(7.1, floor - 0.27 * height, 8.6, floor, in_light(WOOD, setting), 0.08)
        hidden = (8.35, floor - 0.62 * height)
        pose = Pose("sitting", 1, 0.0, hidden, (hidden[0] + 0.1, hidden[1]))
        person(canvas, 7.7, floor, height, look_of(setting, 4, top=tops[4]), pose)


def _school(canvas: Canvas, setting: SceneSetting) -> None:
    wall, roof = in_light((240, 214, 156), setting), in_light((176, 84, 66), setting)
    pane: Colour = (255, 226, 140) if daylight(setting).lamps else in_light((140, 184, 214), setting)
    canvas.rectangle(0.5, 4.6, 8.5, 11.4, wall)
    canvas.polygon([(0.1, 4.7), (1.4, 3.3), (7.6, 3.3), (8.9, 4.7)], roof)
    canvas.polygon([(3.0, 4.7), (4.5, 1.6), (6.0, 4.7)], lighten(wall, 0.25))
    canvas.ellipse(4.5, 3.5, 0.55, fill=WHITE)
    canvas.line([(4.5, 3.15), (4.5, 3.5), (4.8, 3.6)], BLACK, 0.1)
    for x in (0.9, 2.3, 5.8, 7.2):
        for y in (5.4, 7.6):
            canvas.rectangle(x, y, x + 0.95, y + 1.4, pane)
            canvas.rectangle(x + 0.42, y, x + 0.53, y + 1.4, WHITE)
    canvas.rectangle(3.8, 7.6, 5.2, 11.4, in_light((120, 90, 70), setting))
    canvas.gradient(in_light((186, 170, 150), setting), in_light((150, 138, 124), setting), 11.2, 16)
