"""Scenes of dependable friends: help, loyalty and sharing, and friends let down."""

from __future__ import annotations

from math import cos, radians, sin

from valuespectrum.reference.painting.backgrounds import daylight, outdoors
from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Pose, head_position, look_of, person
from valuespectrum.reference.painting.props import (
    GOLD,
    WHITE,
    WOOD,
    bag,
    heart,
    in_light,
    tree,
    umbrella,
)
from valuespectrum.reference.scenes import scene

_GREY_HAIR: Colour = (222, 222, 226)
_NIGHT_BLUE: Colour = (46, 58, 120)


@scene("friends_hug")
def friends_hug(canvas: Canvas, setting: SceneSetting) -> None:
    """Two friends in each other's arms, a heart above them."""
    outdoors(canvas, setting, 10.6)
    if setting.clutter > 0.4:
        tree(canvas, 0.9, 12.2, 4.6, setting)
        tree(canvas, 8.3, 12.0, 3.8, setting)
    height, floor = 9.0 * setting.size, 15.0
    sway = 0.1 * setting.wave(2.6)
    left, right = 4.5 - 0.085 * height + sway, 4.5 + 0.085 * height + sway
    tall = height * 1.04
    back = Pose(
        "standing",
        -1,
        front_hand=(left - 0.09 * height, floor - 0.66 * height),
        back_hand=(left, floor - 0.55 * height),
    )
    front = Pose(
        "standing", 1, front_hand=(right + 0.09 * height, floor - 0.6 * height), back_hand=(right, floor - 0.7 * height)
    )
    person(canvas, right, floor, tall, look_of(setting, 1, top=setting.second), back)
    person(canvas, left, floor, height, look_of(setting, 0, top=setting.accent), front)
    shoulder = (right - 0.04 * height, floor - 0.77 * tall)
    canvas.line(
        [shoulder, (4.5 + sway, floor - 0.68 * height), (left - 0.1 * height, floor - 0.66 * height)],
        darken(setting.second, 0.2),
        0.6 * setting.size,
    )
    canvas.ellipse(left - 0.12 * height, floor - 0.66 * height, 0.34 * setting.size, fill=setting.skin[1])
    heart(canvas, 4.5, 3.3 + 0.15 * setting.wave(1.3), 1.9 + 0.15 * setting.wave(1.3, 0.25))


@scene("carry_groceries")
def carry_groceries(canvas: Canvas, setting: SceneSetting) -> None:
    """A young neighbour climbs stairs with two heavy bags; an old one follows with a stick."""
    outdoors(canvas, setting, 10.4)
    wall = in_light((226, 178, 142), setting)
    canvas.rectangle(5.6, 2.4, 9.2, 12, wall)
    canvas.rectangle(5.3, 2.0, 9.2, 2.6, darken(wall, 0.3))
    glow: Colour = (255, 216, 120) if daylight(setting).lamps else (150, 190, 216)
    canvas.rectangle(6.9, 5.2, 8.6, 9.6, in_light(setting.second, setting), 0.1)
    canvas.rectangle(7.3, 5.6, 8.2, 7.0, glow)
    canvas.ellipse(7.15, 7.7, 0.12, fill=GOLD)
    stone = in_light((190, 186, 182), setting)
    for step in range(6):
        left, top = 0.9 + 1.2 * step, 14.6 - 0.85 * step
        canvas.rectangle(left, top, 9.2, 16.2, mix(stone, darken(stone, 0.35), (step % 2) * 0.4 + step / 10))
        canvas.rectangle(left, top, 9.2, top + 0.14, lighten(stone, 0.4))
    canvas.rectangle(-0.2, 15.4, 9.2, 16.2, darken(stone, 0.4))
    height, bob = 6.8 * setting.size, 0.08 * setting.wave(0.9)
    x, floor = 5.5, 11.95
    for hand, phase in (((x + 1.05, floor - 0.5 * height + bob), 0.0), ((x - 1.05, floor - 0.5 * height - bob), 0.5)):
        bag(canvas, hand[0], hand[1] + 2.1 + 0.05 * setting.wave(0.9, phase), 2.3 * setting.size)
    stride = Pose(
        "walking",
        1,
        0.25 + 0.05 * setting.wave(1.8),
        (x + 1.05, floor - 0.5 * height + bob),
        (x - 1.05, floor - 0.5 * height - bob),
    )
    person(canvas, x, floor + 0.1, height, look_of(setting, 0, top=setting.accent), stride)
    tall, old_x, old_floor = 5.7 * setting.size, 1.75, 14.6
    cane: Point = (old_x + 0.26 * tall, old_floor - 0.46 * tall)
    canvas.line([cane, (cane[0] + 0.1, old_floor - 0.05)], in_light(darken(WOOD, 0.3), setting), 0.16)
    old = look_of(setting, 1, hair=_GREY_HAIR, top=(150, 120, 170), bottom=(150, 120, 170), dress=True, long_hair=False)
    person(canvas, old_x, old_floor, tall, old, Pose("walking", 1, 0.1 + 0.03 * setting.wave(1.8), cane))
    (head_x, head_y), radius = head_position(old_x, old_floor, tall, Pose("walking", 1, 0.1))
    canvas.ellipse(head_x - 0.6 * radius, head_y - 1.0 * radius, 0.5 * radius, fill=_GREY_HAIR)


@scene("shared_umbrella")
def shared_umbrella(canvas: Canvas, setting: SceneSetting) -> None:
    """Two people under one umbrella in heavy rain."""
    outdoors(canvas, setting, 10.6)
    light = daylight(setting)
    grey = mix(light.tint((150, 160, 176)), light.sky_bottom, 0.25)
    for index in range(6):
        canvas.ellipse(-0.4 + 1.95 * index, 0.7 + 0.4 * (index % 2), 1.5, 1.0, darken(grey, 0.08 * (index % 3)))
    for x, width in ((1.8, 1.5), (7.4, 1.2), (4.4, 2.4)):
        canvas.ellipse(
            x,
            15.2 if x != 4.4 else 14.75,
            width,
            0.26 if x != 4.4 else 0.34,
            mix(light.sky_bottom, (120, 150, 190), 0.5),
        )
    size, floor = setting.size, 14.6
    height = 7.0 * size
    bob = 0.06 * setting.wave(0.8)
    left, right = 4.5 - 1.15 * size, 4.5 + 1.15 * size
    grip: Point = (4.5, floor - 0.6 * height + bob)
    person(canvas, right, floor, 0.94 * height, look_of(setting, 1), Pose("standing", -1, setting.time * 0.7))
    person(canvas, left, floor, height, look_of(setting, 0), Pose("standing", 1, setting.time * 0.7, grip))
    canvas.line([(4.5, grip[1] + 0.5), (4.5, grip[1] - 2.4)], (34, 36, 44), 0.16)
    umbrella(canvas, 4.5, grip[1] - 1.35 * size, 4.9 * size, setting.accent, lighten(setting.accent, 0.35))
    canvas.ellipse(4.5, grip[1], 0.26 * size, fill=setting.skin[0])
    rain = mix(light.sky_top, (226, 238, 255), 0.75)
    reach, top = 3.5 * size, grip[1] - 5.6 * size
    for index, (x, y, speed) in enumerate(setting.random().random((64, 3))):
        drop_x = 9.4 * x
        drop_y = 1.2 + (y * 15 + setting.time * (9 + 3 * speed) + index) % 15
        if abs(drop_x - 4.5) > reach or drop_y < top:
            canvas.line([(drop_x, drop_y), (drop_x - 0.16, drop_y + 0.75)], rain, 0.07, rounded=False)


@scene("moving_sofa")
def moving_sofa(canvas: Canvas, setting: SceneSetting) -> None:
    """Two friends carry a sofa to an open door; violated: one strolls off, the other drags the fallen end alone."""
    outdoors(canvas, setting, 10.2)
    wall = in_light((232, 196, 150), setting)
    canvas.rectangle(5.9, 2.2, 9.2, 12.4, wall)
    canvas.rectangle(5.6, 1.8, 9.2, 2.5, darken(wall, 0.3))
    canvas.rectangle(6.5, 5.4, 8.6, 12.4, WHITE)
    canvas.rectangle(6.7, 5.6, 8.4, 12.4, (255, 214, 124) if daylight(setting).lamps else darken(wall, 0.55))
    height, floor = 6.8 * setting.size, 14.8
    if setting.violated:
        _sofa(canvas, (3.9, 13.0), 4.6, 24.0, setting.second)
        away = Pose("walking", 1, setting.time * 0.6)
        person(canvas, 7.9, floor, height, look_of(setting, 1, top=setting.accent), away)
        grip = (1.9, 11.4)
        person(canvas, 0.95, floor, height, look_of(setting, 0), Pose("bowing", 1, 0.3, grip, grip))
        return
    bob = 0.08 * setting.wave(1.2)
    level = floor - 0.46 * height + bob
    for index, (x, hand) in enumerate(((1.2, 2.3), (7.8, 6.7))):
        grip = (hand, level)
        pose = Pose("walking", (1, -1)[index], 0.15 + 0.05 * setting.wave(2.0, index / 2), grip, grip)
        person(canvas, x, floor, height, look_of(setting, index), pose)
    _sofa(canvas, (4.5, level + 0.5), 4.6, 0.0, setting.second)


def _sofa(canvas: Canvas, middle: Point, width: float, tilt: float, colour: Colour) -> None:
    """Sofa around the middle of its lower edge, its right end ``tilt`` degrees lower than its left one."""
    turn = radians(tilt)

    def at(x: float, y: float) -> Point:
        x, y = x * width, y * width
        return middle[0] + x * cos(turn) - y * sin(turn), middle[1] + x * sin(turn) + y * cos(turn)

    def box(x0: float, y0: float, x1: float, y1: float, fill: Colour) -> None:
        canvas.polygon([at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)], fill)

    for x in (-0.4, 0.36):
        box(x, -0.02, x + 0.05, 0.08, darken(WOOD, 0.3))
    box(-0.44, -0.48, 0.44, -0.1, darken(colour, 0.15))
    for x in (-0.38, 0.01):
        box(x, -0.42, x + 0.37, -0.2, lighten(colour, 0.12))
    box(-0.42, -0.22, 0.42, 0.0, colour)
    box(-0.4, -0.22, 0.4, -0.12, lighten(colour, 0.28))
    for x in (-0.5, 0.38):
        box(x, -0.3, x + 0.12, 0.0, darken(colour, 0.25))
