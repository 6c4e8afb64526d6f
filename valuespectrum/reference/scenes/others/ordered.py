"""Scenes whose value shows only in the order of frames: played backwards, each stands for another value.

Whatever happens follows from ``setting.progress`` and can be undone: nobody walks away, nothing falls by itself.
"""

from __future__ import annotations

import math

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room
from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Pose, head_position, look_of, mix_point, person
from valuespectrum.reference.painting.props import (
    GOLD,
    GREY,
    RED,
    WHITE,
    WOOD,
    bench,
    in_light,
    pot_plant,
    tree,
)
from valuespectrum.reference.scenes import scene

_TEAR: Colour = (70, 160, 240)
_CARPET: Colour = (170, 40, 56)


def _share(setting: SceneSetting, start: float, end: float) -> float:
    """Progress of one part of what happens, smooth at both ends: 0 up to ``start``, 1 from ``end`` on."""
    share = min(1.0, max(0.0, (setting.progress - start) / (end - start)))
    return share * share * (3 - 2 * share)


@scene("gift_passed")
def gift_passed(canvas: Canvas, setting: SceneSetting) -> None:
    """A gift goes from high above a small child to the lap of a crying one on a bench; backwards it is taken away."""
    outdoors(canvas, setting, 10.2)
    if setting.clutter > 0.35:
        tree(canvas, 1.0, 11.8, 5.2, setting)
        tree(canvas, 8.4, 11.6, 4.2, setting)
    size, floor = setting.size, 15.0
    small, tall = 5.8 * size, 7.6 * size
    bench(canvas, 7.4, floor, 2.5 * size, in_light(WOOD, setting))
    moved = _share(setting, 0.2, 0.8)
    given, taken = (2.0, floor - 1.06 * small - 1.35 * size), (7.2 - 0.25 * tall, floor - 0.29 * tall - 1.2 * size)
    gift = mix_point(given, taken, moved)
    crying = Pose("sitting", -1)
    (head_x, head_y), radius = head_position(7.2, floor, tall, crying)
    eyes: Point = (head_x - 0.75 * radius, head_y + 0.35 * radius)
    hand = mix_point(eyes, (gift[0] + 1.2 * size, gift[1] + 0.3), _share(setting, 0.25, 0.55))
    person(canvas, 7.2, floor, tall, look_of(setting, 1, top=setting.second), Pose("sitting", -1, 0.0, hand, hand))
    for index in range(4):
        fall = 0.35 + 0.75 * index + 0.15 * setting.wave(1.1, index / 4)
        for side in (0.1, -0.75):
            x = head_x + (side - 0.1 * index) * radius
            canvas.ellipse(x, head_y + (0.15 + 0.75 * fall) * radius, 0.17 * size, 0.24 * size, _TEAR)
    look = look_of(setting, 0, top=setting.accent, hat=darken(setting.accent, 0.25))
    free = _share(setting, 0.5, 0.8)
    hands = [
        mix_point((gift[0] + side * 0.9 * size, gift[1] + 0.9 * size), (1.6 + side * 0.3 * small, floor - small), free)
        for side in (1, -1)
    ]
    person(canvas, 1.6, floor, small, look, Pose("standing", 0, 0.0, hands[0], hands[1]))
    _gift(canvas, *gift, 2.8 * size)


def _gift(canvas: Canvas, x: float, y: float, width: float) -> None:
    """Wrapped box with a bow; ``(x, y)`` is its centre."""
    half = width / 2
    canvas.rectangle(x - half, y - half, x + half, y + half, (250, 214, 70), 0.08)
    canvas.rectangle(x - 0.2 * half, y - half, x + 0.2 * half, y + half, RED)
    canvas.rectangle(x - half, y - 0.2 * half, x + half, y + 0.2 * half, RED)
    for side in (-1, 1):
        bow = [(x, y - half), (x + side * 0.75 * half, y - 1.6 * half), (x + side * 0.95 * half, y - half)]
        canvas.polygon(bow, darken(RED, 0.15))
    canvas.ellipse(x, y - half, 0.22 * half, fill=RED)


@scene("door_stranger")
def door_stranger(canvas: Canvas, setting: SceneSetting) -> None:
    """A host opens the door of a house to a stranger with a suitcase; backwards the door is shut on the stranger."""
    outdoors(canvas, setting, 10.6)
    size, floor = setting.size, 15.0
    wall = in_light((232, 206, 170), setting)
    canvas.rectangle(3.4, 2.6, 9.2, floor, wall)
    canvas.polygon([(2.9, 2.8), (6.4, 0.2), (9.9, 2.8)], in_light((166, 78, 62), setting))
    canvas.rectangle(3.4, floor, 9.2, 16, in_light((168, 166, 166), setting))
    left, right, top = 4.3, 8.3, 5.2
    canvas.rectangle(left - 0.3, top - 0.3, right + 0.3, floor, in_light((110, 74, 52), setting))
    canvas.rectangle(left, top, right, floor, (255, 228, 156))
    canvas.rectangle(left, floor - 0.6, right, floor, (214, 150, 96))
    opened = _share(setting, 0.15, 0.85)
    turn = math.radians(82 * opened)
    edge = right - (right - left) * math.cos(turn)
    slope = 0.7 * math.sin(turn)
    height = 7.6 * size
    pose = Pose("standing", -1, 0.0, (5.3, floor - 0.62 * height), (edge + 0.1, floor - 0.6 * height))
    person(canvas, 6.3, floor - 0.35, height, look_of(setting, 0, top=setting.accent), pose)
    leaf = in_light(setting.second, setting)
    canvas.polygon([(edge, top - slope), (right, top), (right, floor), (edge, floor + slope)], leaf)
    inner = [mix_point((edge, top - slope), (right, floor), share) for share in (0.14, 0.86)]
    canvas.rectangle(inner[0][0], inner[0][1] + 0.3, inner[1][0], 9.6, darken(leaf, 0.22))
    canvas.rectangle(inner[0][0], 10.4, inner[1][0], inner[1][1], darken(leaf, 0.22))
    canvas.ellipse(edge + 0.12 * (right - edge), 10.0, 0.24, fill=GOLD)
    if setting.clutter > 0.4:
        pot_plant(canvas, 3.5, floor + 0.4, 2.2, setting)
    _stranger(canvas, 1.7, floor + 0.3, 7.0 * size, setting)


def _stranger(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Someone in a long coat with a hat and a big suitcase, who looks right."""
    look = look_of(setting, 1, top=(96, 112, 140), hat=(72, 62, 60), dress=True)
    nod = 0.04 * setting.wave(2.0)
    pose = Pose(
        "standing", 1, 0.0, (x + 0.22 * height, y - (0.62 + nod) * height), (x - 0.15 * height, y - 0.42 * height)
    )
    case = in_light((176, 104, 56), setting)
    left, top = x - 0.27 * height, y - 0.34 * height
    person(canvas, x, y, height, look, pose)
    canvas.arc(left + 0.15 * height, top, 0.07 * height, (180, 360), darken(case, 0.4), 0.16)
    canvas.rectangle(left - 0.02 * height, top, left + 0.32 * height, y - 0.02 * height, case, 0.15)
    for share in (0.06, 0.22):
        canvas.rectangle(
            left + share * height, top, left + (share + 0.03) * height, y - 0.02 * height, darken(case, 0.3)
        )


@scene("diving_tower")
def diving_tower(canvas: Canvas, setting: SceneSetting) -> None:
    """A swimmer climbs up a diving tower and steps to the end of its board; backwards the swimmer climbs down again."""
    outdoors(canvas, setting, 10.8)
    light = daylight(setting)
    ledge, height = 13.4, 5.2 * setting.size
    canvas.gradient(light.tint((96, 206, 226), 0.7), light.tint((30, 134, 196), 0.7), 12.6, 16)
    for index in range(8):
        x, y = 1.3 * (index % 4) + 0.25 * setting.wave(2.8, index / 8), 13.3 + 0.6 * (index // 2 % 4)
        canvas.line([(x, y), (x + 0.9, y)], light.tint((190, 240, 248), 0.6), 0.12)
    tile = in_light((222, 214, 202), setting)
    canvas.rectangle(4.9, ledge, 9.2, 16, darken(tile, 0.2))
    canvas.rectangle(4.7, ledge - 0.1, 9.2, ledge + 0.4, tile)
    if setting.clutter > 0.5:
        pot_plant(canvas, 5.5, ledge + 0.1, 2.0, setting)
    board, post = 6.6, in_light(GREY, setting)
    for x in (6.2, 8.6):
        canvas.rectangle(x - 0.17, board, x + 0.17, ledge, darken(post, 0.2))
    for x in (6.8, 8.0):
        canvas.rectangle(x - 0.09, board - 1.6, x + 0.09, ledge, lighten(post, 0.35))
    for rung in range(9):
        canvas.rectangle(6.8, board + 0.5 + 0.72 * rung, 8.0, board + 0.66 + 0.72 * rung, lighten(post, 0.35))
    canvas.rectangle(1.3, board, 8.9, board + 0.4, in_light(RED, setting), 0.1)
    canvas.rectangle(1.3, board, 8.9, board + 0.16, in_light(WHITE, setting))
    _swimmer(canvas, setting, height, ledge, board)


def _swimmer(canvas: Canvas, setting: SceneSetting, height: float, ledge: float, board: float) -> None:
    """On the ledge, on the rungs, or on the board, by progress."""
    look = look_of(setting, 0, top=setting.accent, bottom=setting.accent, hat=setting.second, bare=True)
    climbed, walked = _share(setting, 0.08, 0.6), _share(setting, 0.6, 0.92)
    if walked == 0.0:
        y = ledge - (ledge - board) * climbed
        reach = 0.16 * height * math.sin(8 * math.pi * climbed)
        hands = ((7.9, y - 0.85 * height + reach), (7.2, y - 0.85 * height - reach))
        pose = Pose("walking", 0, 4 * climbed, *hands, back_view=True)
        person(canvas, 7.4, y, height, look, pose)
        return
    x, lift = 7.4 - 5.2 * walked, 0.62 * walked
    side = 0.18 + 0.2 * math.sin(math.pi * walked)
    right, left = (
        (x + side * height, board - (0.45 + lift) * height),
        (x - side * height, board - (0.45 + lift) * height),
    )
    person(canvas, x, board, height, look, Pose("walking", 0, 3 * walked + 0.25, right, left))


@scene("crown_cushion")
def crown_cushion(canvas: Canvas, setting: SceneSetting) -> None:
    """A ruler takes a crown from a cushion and puts it on; backwards the ruler takes it off and lays it down."""
    room(canvas, setting, 11.8)
    size, floor = setting.size, 14.8
    canvas.polygon([(2.0, 11.8), (7.0, 11.8), (9.2, 16), (-0.2, 16)], _CARPET)
    canvas.polygon([(2.5, 11.8), (6.5, 11.8), (8.2, 16), (0.8, 16)], lighten(_CARPET, 0.15))
    if setting.clutter > 0.4:
        pot_plant(canvas, 8.3, 12.4, 2.4, setting)
    height = 8.8 * size
    up = _share(setting, 0.2, 0.85)
    pose = Pose("bowing", 1, 0.5 + 0.499 * up)
    (head_x, head_y), radius = head_position(3.0, floor, height, pose)
    cushion = (6.7, floor - 3.2 * size)
    worn = (head_x, head_y - 0.75 * radius)
    raised = (worn[0] + 1.2 * math.sin(math.pi * up), worn[1] - 0.5 * math.sin(math.pi * up))
    crown = mix_point(cushion, raised, up)
    canvas.glow(worn[0], worn[1], 3.2, (255, 224, 120), 0.75 * up)
    canvas.rectangle(5.9, cushion[1] + 0.5, 7.5, floor, in_light(WHITE, setting))
    canvas.rectangle(5.6, cushion[1] + 0.4, 7.8, cushion[1] + 0.9, darken(WHITE, 0.15), 0.1)
    canvas.rectangle(5.7, floor - 0.4, 7.7, floor + 0.1, darken(WHITE, 0.2), 0.1)
    canvas.rectangle(5.5, cushion[1] - 0.2, 7.9, cushion[1] + 0.5, mix(setting.second, (90, 30, 110), 0.4), 0.3)
    hip = (3.0 + 0.14 * height, floor - 0.5 * height)
    hand = mix_point((crown[0] + 0.1, crown[1] - 0.1), hip, _share(setting, 0.86, 1.0))
    look = look_of(setting, 0, top=setting.accent, dress=True)
    person(canvas, 3.0, floor, height, look, Pose("bowing", 1, pose.phase, hand, hand))
    _crown(canvas, *crown, 1.25 * radius)


def _crown(canvas: Canvas, x: float, y: float, half: float) -> None:
    """Big crown with three points; ``(x, y)`` is the middle of its rim."""
    points = [(-1.0, 0.0), (-1.15, -1.5), (-0.5, -0.75), (0.0, -1.8), (0.5, -0.75), (1.15, -1.5), (1.0, 0.0)]
    canvas.polygon([(x + dx * half, y + dy * half) for dx, dy in points], GOLD)
    for dx, dy in ((-1.15, -1.5), (0.0, -1.8), (1.15, -1.5)):
        canvas.ellipse(x + dx * half, y + dy * half, 0.2 * half, fill=RED)
    canvas.rectangle(x - half, y - 0.35 * half, x + half, y + 0.05 * half, darken(GOLD, 0.18))
