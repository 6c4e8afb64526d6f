"""Scenes of benevolence: care, help and comfort between people who are close."""

from __future__ import annotations

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room
from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Look, Pose, face, head_position, look_of, person
from valuespectrum.reference.painting.props import (
    CREAM,
    GOLD,
    GREEN,
    RED,
    WHITE,
    WOOD,
    bag,
    bench,
    bird,
    flower,
    heart,
    in_light,
    lamp,
    pot_plant,
    smoke,
    star,
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


@scene("grandmother_soup")
def grandmother_soup(canvas: Canvas, setting: SceneSetting) -> None:
    """A grey-haired woman sits in bed; a child walks up with a bowl of hot soup."""
    room(canvas, setting, 12.2)
    size, floor = setting.size, 15.0
    if setting.clutter > 0.4:
        pot_plant(canvas, 0.8, 12.6, 2.2, setting)
    canvas.rectangle(8.4, floor - 6.6, 8.9, floor, WOOD, 0.15)
    canvas.rectangle(6.9, floor - 6.2, 8.5, floor - 3.0, WHITE, 0.5)
    height = 7.8 * size
    seat = floor - 3.3 + 0.26 * height
    old = Look(setting.skin[0], _GREY_HAIR, (232, 196, 214), (232, 196, 214))
    sitting = Pose("sitting", -1, front_hand=(5.7, floor - 4.2), back_hand=(5.9, floor - 4.0))
    person(canvas, 7.2, seat, height, old, sitting)
    (head_x, head_y), radius = head_position(7.2, seat, height, sitting)
    canvas.ellipse(head_x + 0.35 * radius, head_y - 1.2 * radius, 0.5 * radius, fill=_GREY_HAIR)
    for side in (-0.62, 0.02):
        canvas.arc(head_x + side * radius, head_y + 0.12 * radius, 0.28 * radius, 0, 360, (96, 90, 110), 0.1 * radius)
    _bed_front(canvas, floor, setting.accent)
    tall, x = 6.4 * size, 1.55 + 0.1 * setting.wave(2.0)
    bowl = (x + 0.3 * tall, floor - 0.64 * tall)
    walk = Pose("walking", 1, setting.time * 0.6, (bowl[0] - 0.1, bowl[1] + 0.15), (bowl[0] + 0.1, bowl[1] + 0.2))
    smoke(canvas, bowl[0], bowl[1] - 0.1, 3.0, setting, WHITE)
    person(canvas, x, floor + 0.1, tall, look_of(setting, 1, top=setting.second), walk)
    canvas.pie(bowl[0], bowl[1] - 0.15, 0.72, 0, 180, (236, 96, 60))
    canvas.ellipse(bowl[0], bowl[1] - 0.15, 0.72, 0.18, (250, 196, 90))


def _bed_front(canvas: Canvas, floor: float, blanket: Colour) -> None:
    """Frame, sheet and striped blanket of a bed from the side; they cover whoever sits in it."""
    canvas.rectangle(4.0, floor - 1.2, 8.6, floor - 0.5, darken(WOOD, 0.15))
    canvas.rectangle(4.1, floor - 3.2, 8.5, floor - 1.1, WHITE, 0.3)
    raised = [
        (4.1, floor - 3.2),
        (4.9, floor - 3.9),
        (5.6, floor - 4.0),
        (7.4, floor - 3.4),
        (7.4, floor - 0.8),
        (4.1, floor - 0.8),
    ]
    canvas.polygon(raised, blanket)
    for x in (4.6, 5.5, 6.4):
        canvas.rectangle(x, floor - 3.4, x + 0.4, floor - 0.8, lighten(blanket, 0.35))
    canvas.rectangle(3.8, floor - 4.1, 4.2, floor, WOOD, 0.12)


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


@scene("bedtime_story")
def bedtime_story(canvas: Canvas, setting: SceneSetting) -> None:
    """Parent and child side by side in bed behind a large open book, under a starry blanket."""
    room(canvas, setting, 12.4)
    size = setting.size
    lamp(canvas, 8.35, 11.0, 2.6, setting)
    canvas.rectangle(7.7, 11.0, 9.2, 13.5, darken(WOOD, 0.25))
    canvas.ellipse(4.2, 7.4, 3.5, 1.5, WOOD)
    canvas.rectangle(0.7, 7.4, 7.7, 15, WOOD)
    canvas.rectangle(1.0, 7.6, 7.4, 12, lighten(WOOD, 0.15), 0.2)
    for x in (2.6, 5.8):
        canvas.rectangle(x - 1.45, 8.4, x + 1.45, 11.0, WHITE, 0.5)
    nod = 0.06 * setting.wave(3.0)
    _sitter(canvas, (2.7, 8.3 + nod, 1.2 * size), look_of(setting, 0))
    _sitter(canvas, (5.6, 9.1 - nod, 0.98 * size), look_of(setting, 1, top=(250, 214, 110), long_hair=False))
    canvas.rectangle(0.4, 11.9, 8.0, 16.2, _NIGHT_BLUE, 0.5)
    canvas.rectangle(0.4, 11.9, 8.0, 12.5, lighten(_NIGHT_BLUE, 0.75), 0.25)
    for index, (dx, dy, radius) in enumerate(setting.random().random((12, 3))):
        star(
            canvas,
            0.9 + (index % 4 + 0.8 * dx) * 1.75,
            13.2 + (index // 4) * 0.95 + 0.5 * dy,
            0.2 + 0.16 * radius,
            (250, 220, 110),
        )
    _open_book(canvas, 4.15, 12.9, 1.9 * size, setting)
    for x, skin in ((4.15 - 1.75 * size, setting.skin[0]), (4.15 + 1.75 * size, setting.skin[1])):
        canvas.ellipse(x, 12.4, 0.32, fill=skin)


def _sitter(canvas: Canvas, place: tuple[float, float, float], look: Look) -> None:
    """Head and shoulders of someone sitting upright in bed; the place is (x, y, head radius)."""
    x, y, radius = place
    if look.long_hair:
        canvas.rectangle(
            x - 1.05 * radius, y - 0.2 * radius, x + 1.05 * radius, y + 1.9 * radius, look.hair, 0.5 * radius
        )
    canvas.rectangle(x - 1.35 * radius, y + 1.15 * radius, x + 1.35 * radius, y + 5 * radius, look.top, 0.7 * radius)
    canvas.rectangle(
        x - 0.3 * radius, y + 0.6 * radius, x + 0.3 * radius, y + 1.4 * radius, darken(look.skin, 0.12), 0.2 * radius
    )
    canvas.ellipse(x, y - 0.12 * radius, 1.06 * radius, 1.06 * radius, look.hair)
    canvas.ellipse(x, y + 0.16 * radius, 0.86 * radius, 0.86 * radius, look.skin)
    face(canvas, x, y + 0.16 * radius, 0.95 * radius)


def _open_book(canvas: Canvas, x: float, y: float, half: float, setting: SceneSetting) -> None:
    """Cover of an opened picture book; ``(x, y)`` is the lower end of its spine."""
    tall = 1.15 * half
    for side in (-1, 1):
        edge = x + side * half
        canvas.polygon([(x, y - tall), (edge, y - 1.15 * tall), (edge, y - 1.22 * tall), (x, y - 1.1 * tall)], WHITE)
        cover = RED if side < 0 else darken(RED, 0.14)
        canvas.polygon([(x, y), (edge, y - 0.15 * tall), (edge, y - 1.15 * tall), (x, y - tall)], cover)
    canvas.ellipse(x + 0.5 * half, y - 0.6 * tall, 0.3 * half, fill=GOLD)
    canvas.ellipse(x + 0.62 * half, y - 0.66 * tall, 0.27 * half, fill=darken(RED, 0.14))
    star(canvas, x - 0.5 * half, y - 0.6 * tall, 0.26 * half * (1 + 0.06 * setting.wave(1.5)))


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


@scene("bandaged_knee")
def bandaged_knee(canvas: Canvas, setting: SceneSetting) -> None:
    """An adult kneels before a child on a bench and puts a large plaster on the knee."""
    outdoors(canvas, setting, 10.2)
    if setting.clutter > 0.35:
        tree(canvas, 1.0, 12.0, 5.0, setting)
        bird(canvas, 6.4, 3.4, 0.8, setting)
    floor, size = 14.8, setting.size
    bench(canvas, 7.0, floor, 2.3 * size, in_light(WOOD, setting))
    hip: Point = (6.9, floor - 2.3 * size)
    knee: Point = (hip[0] - 2.0 * size, hip[1] - 0.3)
    tall = 8.0 * size
    child_floor = hip[1] + 0.26 * tall
    child = look_of(setting, 1, top=setting.second, bottom=setting.skin[1])
    pose = Pose("sitting", -1, front_hand=(hip[0] + 0.5, hip[1]), back_hand=(hip[0] - 0.9, hip[1] - 0.4))
    person(canvas, hip[0], child_floor, tall, child, pose)
    foot = (knee[0] + 0.1 + 0.1 * setting.wave(1.6), floor - 0.5)
    canvas.line([hip, knee, foot], child.skin, 0.72 * size)
    canvas.line([hip, (hip[0] - 1.0 * size, hip[1] - 0.15)], (70, 90, 150), 0.92 * size)
    canvas.line([foot, (foot[0] - 0.5, foot[1] + 0.1)], WHITE, 0.5 * size)
    (head_x, head_y), radius = head_position(hip[0], child_floor, tall, pose)
    fall = (setting.time * 0.6) % 1.0
    tear = (head_x - 0.15 * radius, head_y + (0.35 + 0.7 * fall) * radius)
    canvas.ellipse(*tear, 0.15 * radius, 0.22 * radius, (110, 180, 240))
    press = (knee[0] - 0.75 * size, knee[1] - 0.3 + 0.06 * setting.wave(1.2))
    adult = Pose("kneeling", 1, front_hand=press, back_hand=(press[0], press[1] + 0.5))
    person(canvas, 1.9, floor + 0.1, 8.8 * size, look_of(setting, 0, top=setting.accent), adult)
    plaster: Colour = (252, 222, 170)
    for dx, dy in ((-0.5, 0.42), (0.5, -0.42)):
        canvas.line([knee, (knee[0] + dx * size, knee[1] + dy * size)], plaster, 0.44 * size)
        canvas.line([knee, (knee[0] + dx * size, knee[1] - dy * size)], darken(plaster, 0.06), 0.44 * size)
    canvas.ellipse(*knee, 0.22 * size, fill=WHITE)
    _first_aid_box(canvas, 3.9, 15.6, 1.9 * size)
    if setting.clutter > 0.6:
        flower(canvas, 8.6, 15.6, 1.2, setting, RED)


def _first_aid_box(canvas: Canvas, x: float, y: float, width: float) -> None:
    half, tall = width / 2, 0.72 * width
    canvas.arc(x, y - tall, 0.24 * width, 180, 360, darken(GREEN, 0.4), 0.1 * width)
    canvas.rectangle(x - half, y - tall, x + half, y, GREEN, 0.1 * width)
    canvas.rectangle(x - 0.08 * width, y - 0.85 * tall, x + 0.08 * width, y - 0.15 * tall, WHITE)
    canvas.rectangle(x - 0.26 * width, y - 0.62 * tall, x + 0.26 * width, y - 0.38 * tall, CREAM)
