"""Scenes of dependable friends: help, loyalty and sharing, and friends let down."""

from __future__ import annotations

from math import cos, radians, sin

from valuespectrum.reference.painting.backgrounds import daylight, outdoors
from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Pose, head_position, look_of, person
from valuespectrum.reference.painting.props import (
    GOLD,
    RED,
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
    """Two friends hug under a heart; violated: one walks off, the other kneels, a huge broken heart between them."""
    outdoors(canvas, setting, 10.6)
    if setting.clutter > 0.4:
        tree(canvas, 0.9, 12.2, 4.6, setting)
        tree(canvas, 8.3, 12.0, 3.8, setting)
    if setting.violated:
        _friend_left(canvas, setting)
        return
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


def _friend_left(canvas: Canvas, setting: SceneSetting) -> None:
    """Back to back at the far edges: one strides out, the other kneels, face in hands; a huge broken heart between."""
    height, floor = 8.2 * setting.size, 15.0
    stride = Pose("walking", 1, 0.2 + 0.05 * setting.wave(1.8))
    person(canvas, 8.0, floor, height, look_of(setting, 1, top=setting.second), stride)
    sob = 0.08 * setting.wave(1.1)
    (head_x, head_y), radius = head_position(1.75, floor, height, Pose("kneeling", -1))
    hands = ((head_x - 0.7 * radius, head_y + 0.35 * radius + sob), (head_x - 0.9 * radius, head_y + sob))
    person(canvas, 1.75, floor, height, look_of(setting, 0, top=setting.accent), Pose("kneeling", -1, 0.0, *hands))
    size, gap, x, y = 4.0, 0.5 + 0.08 * setting.wave(1.3), 4.4, 6.0
    for side in (-1, 1):
        inner = x + side * gap
        canvas.ellipse(inner + side * 0.26 * size, y - 0.16 * size, 0.25 * size, fill=RED)
        tears = [(inner + 0.1 * size * (-1) ** step, y + (0.15 * step - 0.26) * size) for step in range(5)]
        canvas.polygon([*tears, (inner, y + 0.52 * size), (inner + side * 0.485 * size, y - 0.04 * size)], RED)


@scene("carry_groceries")
def carry_groceries(canvas: Canvas, setting: SceneSetting) -> None:
    """A young neighbour climbs stairs with the bags of an old one; violated: the bags stay behind."""
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
    _climber(canvas, setting)
    tall, old_x, old_floor = 5.7 * setting.size, 1.75, 14.6
    old = look_of(setting, 1, hair=_GREY_HAIR, top=(150, 120, 170), bottom=(150, 120, 170), dress=True, long_hair=False)
    cane: Point = (old_x + 0.26 * tall, old_floor - 0.46 * tall)
    if not setting.violated:
        canvas.line([cane, (cane[0] + 0.1, old_floor - 0.05)], in_light(darken(WOOD, 0.3), setting), 0.16)
    pose = Pose("walking", 1, 0.1 + 0.03 * setting.wave(1.8), cane)
    if setting.violated:
        call = 0.2 * setting.wave(1.1)
        pose = Pose("standing", 1, 0.0, (old_x + 1.3, old_floor - 1.0 * tall + call), (old_x - 0.9, old_floor - tall))
    person(canvas, old_x, old_floor, tall, old, pose)
    (head_x, head_y), radius = head_position(old_x, old_floor, tall, Pose("walking", 1, 0.1))
    canvas.ellipse(head_x - 0.6 * radius, head_y - 1.0 * radius, 0.5 * radius, fill=_GREY_HAIR)
    if setting.violated:
        for x in (3.4, 5.3):
            bag(canvas, x, 15.9, 2.7 * setting.size)
        for x, y in ((6.6, 15.5), (7.5, 15.7), (8.3, 15.4)):
            canvas.ellipse(x, y, 0.34, fill=(246, 148, 48))


def _climber(canvas: Canvas, setting: SceneSetting) -> None:
    """The neighbour on the stairs, with a bag in each hand or with empty hands."""
    height, bob = 6.8 * setting.size, 0.08 * setting.wave(0.9)
    if setting.violated:
        away = Pose("walking", 1, 0.2 + 0.05 * setting.wave(1.8), (7.5, 10.2 - 0.72 * height + bob))
        person(canvas, 6.6, 11.1, height, look_of(setting, 0, top=setting.accent), away)
        return
    x, floor = 5.5, 11.95
    hands = ((x + 1.05, floor - 0.5 * height + bob), (x - 1.05, floor - 0.5 * height - bob))
    for hand, phase in zip(hands, (0.0, 0.5), strict=True):
        bag(canvas, hand[0], hand[1] + 2.1 + 0.05 * setting.wave(0.9, phase), 2.3 * setting.size)
    stride = Pose("walking", 1, 0.25 + 0.05 * setting.wave(1.8), *hands)
    person(canvas, x, floor + 0.1, height, look_of(setting, 0, top=setting.accent), stride)


@scene("shared_umbrella")
def shared_umbrella(canvas: Canvas, setting: SceneSetting) -> None:
    """Two people under one wide umbrella in heavy rain; violated: one walks off with a small one, the other cowers."""
    outdoors(canvas, setting, 10.6)
    light = daylight(setting)
    grey = mix(light.tint((150, 160, 176)), light.sky_bottom, 0.25)
    for index in range(6):
        canvas.ellipse(-0.4 + 1.95 * index, 0.7 + 0.4 * (index % 2), 1.5, 1.0, darken(grey, 0.08 * (index % 3)))
    puddle = mix(light.sky_bottom, (120, 150, 190), 0.5)
    for x, y, width, depth in ((1.8, 15.2, 1.5, 0.26), (7.4, 15.2, 1.2, 0.26), (4.4, 14.75, 2.4, 0.34)):
        canvas.ellipse(x, y, width, depth, puddle)
    (_umbrella_kept if setting.violated else _umbrella_shared)(canvas, setting, 14.6)


def _umbrella_shared(canvas: Canvas, setting: SceneSetting, floor: float) -> None:
    """Two people close together in the middle below an umbrella as wide as the picture."""
    size, height = setting.size, 7.4 * setting.size
    grip: Point = (4.5, floor - 0.6 * height + 0.06 * setting.wave(0.8))
    person(canvas, 4.5 + 1.1 * size, floor, 0.96 * height, look_of(setting, 1), Pose("standing", -1))
    person(canvas, 4.5 - 1.1 * size, floor, height, look_of(setting, 0), Pose("standing", 1, 0.0, grip))
    _held_umbrella(canvas, setting, grip, 5.5, 1.3)
    _rain(canvas, setting, (4.5 - 4.0 * size, 4.5 + 4.0 * size), grip[1] - 5.6 * size)


def _umbrella_kept(canvas: Canvas, setting: SceneSetting, floor: float) -> None:
    """The owner walks out at one edge, the other cowers in the rain at the other edge, arms over the head."""
    size, height = setting.size, 7.4 * setting.size
    low, cold = floor + 0.3, Pose("kneeling", -1)
    (head_x, head_y), radius = head_position(1.7, low, height, cold)
    shiver = 0.06 * setting.wave(0.5)
    hands = ((head_x - 0.75 * radius, head_y - 0.5 * radius + shiver), (head_x - 0.3 * radius, head_y - 0.95 * radius))
    person(canvas, 1.7, low, height, look_of(setting, 1), Pose("kneeling", -1, 0.0, *hands))
    grip: Point = (8.1, floor - 0.6 * height + 0.06 * setting.wave(0.8))
    person(canvas, 7.7, floor, height, look_of(setting, 0), Pose("walking", 1, setting.time * 0.7, grip))
    _held_umbrella(canvas, setting, grip, 2.6, 2.6)
    _rain(canvas, setting, (8.1 - 1.9 * size, 9.4), grip[1] - 4.4 * size)


def _held_umbrella(canvas: Canvas, setting: SceneSetting, grip: Point, scale: float, stick: float) -> None:
    """An umbrella of the given scale above a hand; ``stick`` is how far its lower part starts above the hand."""
    size, (x, y) = setting.size, grip
    canvas.line([(x, y + 0.5), (x, y - (stick + 0.5) * size)], (34, 36, 44), 0.16)
    umbrella(canvas, x, y - stick * size, scale * size, setting.accent, lighten(setting.accent, 0.35))
    canvas.ellipse(x, y, 0.26 * size, fill=setting.skin[0])


def _rain(canvas: Canvas, setting: SceneSetting, dry: tuple[float, float], top: float) -> None:
    """Drops everywhere but between the ``dry`` sides below ``top``."""
    rain = mix(daylight(setting).sky_top, (226, 238, 255), 0.75)
    for index, (x, y, speed) in enumerate(setting.random().random((64, 3))):
        drop_x = 9.4 * x
        drop_y = 1.2 + (y * 15 + setting.time * (9 + 3 * speed) + index) % 15
        if not dry[0] < drop_x < dry[1] or drop_y < top:
            canvas.line([(drop_x, drop_y), (drop_x - 0.16, drop_y + 0.75)], rain, 0.07, rounded=False)


@scene("moving_sofa")
def moving_sofa(canvas: Canvas, setting: SceneSetting) -> None:
    """Two friends carry a sofa overhead to an open door; violated: one strolls off, the other drags it on end."""
    outdoors(canvas, setting, 10.2)
    wall = in_light((232, 196, 150), setting)
    canvas.rectangle(5.9, 2.2, 9.2, 12.4, wall)
    canvas.rectangle(5.6, 1.8, 9.2, 2.5, darken(wall, 0.3))
    canvas.rectangle(6.5, 5.4, 8.6, 12.4, WHITE)
    canvas.rectangle(6.7, 5.6, 8.4, 12.4, (255, 214, 124) if daylight(setting).lamps else darken(wall, 0.55))
    height, floor = 6.8 * setting.size, 14.8
    bob = 0.08 * setting.wave(1.2)
    if setting.violated:
        away = Pose("walking", -1, 0.2 + 0.05 * setting.wave(1.8), (0.1, 11.9 - 0.72 * height + bob))
        person(canvas, 0.9, 11.9, 0.66 * height, look_of(setting, 1, top=setting.accent), away)
        _sofa(canvas, (4.5, 12.6), 5.8, -72.0, setting.second)
        grips = (5.5, 11.2 + bob), (5.5, 12.0 + bob)
        person(canvas, 6.9, floor + 0.3, 0.94 * height, look_of(setting, 0), Pose("bowing", -1, 0.2, *grips))
        return
    level = floor - 1.06 * height + bob
    for index, x in enumerate((2.1, 6.9)):
        hands = (x + 0.15 * height, level), (x - 0.15 * height, level)
        pose = Pose("walking", 1, 0.15 + 0.05 * setting.wave(2.0, index / 2), *hands)
        person(canvas, x, floor, height, look_of(setting, index), pose)
    _sofa(canvas, (4.5, level), 7.0, 0.0, setting.second)


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
