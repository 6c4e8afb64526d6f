"""Scenes that serve two values at once."""

from __future__ import annotations

import math

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room
from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Pose, hand_position, head_position, look_of, person
from valuespectrum.reference.painting.props import (
    BLACK,
    CREAM,
    FLAME,
    GOLD,
    GREEN,
    GREY,
    RED,
    WHITE,
    WOOD,
    bird,
    cake,
    candle,
    cup,
    flower,
    in_light,
    smoke,
    songbird,
    star,
    tree,
)
from valuespectrum.reference.scenes import scene


@scene("family_picnic")
def family_picnic(canvas: Canvas, setting: SceneSetting) -> None:
    """Parents and two children sit around a cake on a checked blanket."""
    outdoors(canvas, setting, 8.8)
    canvas.gradient(in_light((128, 186, 92), setting), in_light((88, 150, 70), setting), 8.8, 16)
    tree(canvas, 7.6, 10.0, 6.4, setting)
    if setting.clutter > 0.4:
        tree(canvas, 1.2, 9.6, 4.2, setting)
    _checked_blanket(canvas, setting)
    size = setting.size
    sway = 0.05 * setting.wave(1.6)
    people = ((1.7, 13.4, 6.4, 1), (7.3, 13.4, 6.2, -1), (3.4, 12.2, 4.4, 1), (5.7, 12.2, 4.2, -1))
    for index in (2, 3, 0, 1):
        x, floor, height, facing = people[index]
        height *= size
        reach = (x + facing * 0.26 * height, floor - 0.42 * height - sway * (index + 1))
        top = (setting.accent, setting.second, GOLD, lighten(setting.accent, 0.4))[index]
        pose = Pose("sitting", facing, front_hand=reach)
        person(canvas, x, floor + 0.18 * height, height, look_of(setting, index, top=top), pose)
    cake(canvas, 4.5, 14.6, 2.6 * size, setting)
    canvas.rectangle(0.9, 14.3, 2.5, 15.4, (176, 122, 66), 0.15)
    canvas.arc(1.7, 14.4, 0.75, (180, 360), (140, 92, 48), 0.16)
    for x, colour in ((6.7, RED), (7.3, GREEN), (7.0, GOLD)):
        canvas.ellipse(x, 14.9 if x != 7.0 else 14.6, 0.32, fill=colour)


def _checked_blanket(canvas: Canvas, setting: SceneSetting) -> None:
    rows, columns = 5, 8

    def corner(column: int, row: int) -> Point:
        depth = row / rows
        half = 3.4 + 1.9 * depth
        return 4.5 + half * (2 * column / columns - 1), 12.0 + 3.7 * depth

    for row in range(rows):
        for column in range(columns):
            colour = RED if (row + column) % 2 else WHITE
            square = [
                corner(column, row),
                corner(column + 1, row),
                corner(column + 1, row + 1),
                corner(column, row + 1),
            ]
            canvas.polygon(square, in_light(colour, setting))


@scene("rope_rescue")
def rope_rescue(canvas: Canvas, setting: SceneSetting) -> None:
    """A climber on a ledge pulls up a friend who hangs on a rope in the air."""
    outdoors(canvas, setting, 13.4)
    rock = in_light((148, 112, 92), setting)
    ledge = 7.3
    edges = [
        (9.2, ledge),
        (4.9, ledge),
        (5.3, 8.3),
        (5.9, 9.0),
        (5.6, 11.2),
        (6.5, 12.6),
        (6.1, 14.4),
        (6.6, 16.2),
        (9.2, 16.2),
    ]
    canvas.polygon(edges, rock)
    canvas.polygon([(9.2, ledge), (4.9, ledge), (5.2, 7.9), (9.2, 7.8)], lighten(rock, 0.3))
    for x, y in ((7.0, 9.2), (7.9, 11.0), (7.2, 13.2), (8.5, 14.5)):
        canvas.polygon([(x, y), (x + 0.9, y - 0.3), (x + 0.6, y + 0.6)], darken(rock, 0.2))
    size = setting.size
    pull = 0.3 * setting.wave(1.7)
    height = 5.0 * size
    hang_x, hang_floor = 3.2 + 0.12 * setting.wave(2.3), 14.3 - pull
    low = look_of(setting, 1, top=setting.second, hat=RED)
    grip: Point = (hang_x + 0.05, hang_floor - 1.18 * height)
    waist: Point = (hang_x, hang_floor - 0.55 * height)
    upper_floor, upper_x = ledge + 0.1, 6.3
    hands: Point = (upper_x - 0.24 * height, upper_floor - 0.5 * height + 0.5 * pull)
    rope: Colour = (250, 196, 60)
    canvas.line([waist, grip, (4.6, ledge - 0.35), hands, (upper_x + 1.2, ledge - 0.6), (8.5, ledge - 0.2)], rope, 0.2)
    pose = Pose("one_arm_up", 0, front_hand=grip, back_hand=(hang_x - 0.04 * height, grip[1] + 0.3))
    person(canvas, hang_x, hang_floor, height, low, pose)
    canvas.line([(waist[0] - 0.35, waist[1]), (waist[0] + 0.35, waist[1])], rope, 0.2)
    strain = Pose("kneeling", -1, front_hand=hands, back_hand=(hands[0] + 0.3, hands[1] + 0.1))
    person(canvas, upper_x, upper_floor, 1.15 * height, look_of(setting, 0, top=setting.accent, hat=GOLD), strain)
    if setting.clutter > 0.4:
        bird(canvas, 1.6, 3.8, 1.0, setting)
        bird(canvas, 2.8, 5.0, 0.7, setting)


@scene("golden_award")
def golden_award(canvas: Canvas, setting: SceneSetting) -> None:
    """A winner in a golden suit lifts a huge golden cup before flashing cameras."""
    room(canvas, setting, 11.8)
    velvet = mix((122, 22, 46), daylight(setting).light, 0.3 * daylight(setting).darkness)
    for fold in range(7):
        x = 9 * fold / 7
        canvas.rectangle(x, 5.8, x + 9 / 7, 11.8, darken(velvet, 0.18 * (fold % 2)))
    canvas.rectangle(0, 5.6, 9, 6.0, GOLD)
    canvas.polygon([(3.2, 11.8), (5.8, 11.8), (7.4, 16.1), (1.6, 16.1)], (204, 34, 44))
    for side in (-1, 1):
        canvas.polygon(
            [(4.5 + side * 1.3, 11.8), (4.5 + side * 1.5, 11.8), (4.5 + side * 3.1, 16.1), (4.5 + side * 2.8, 16.1)],
            GOLD,
        )
    size, floor = setting.size, 14.3
    height = 6.3 * size
    lift = 0.1 * setting.wave(1.5)
    canvas.glow(4.5, floor - 1.3 * height, 3.2, (255, 236, 150), 0.7)
    pose = Pose(
        "arms_up",
        0,
        front_hand=(4.5 + 0.95 * size, floor - 1.06 * height - lift),
        back_hand=(4.5 - 0.95 * size, floor - 1.06 * height - lift),
    )
    person(
        canvas,
        4.5,
        floor,
        height,
        look_of(setting, 0, top=(226, 172, 40), bottom=(196, 142, 30), long_hair=False),
        pose,
    )
    canvas.polygon([(4.5, floor - 0.66 * height), (4.2, floor - 0.78 * height), (4.8, floor - 0.78 * height)], WHITE)
    cup(canvas, 4.5, floor - 1.0 * height - lift, 3.0 * size, (248, 200, 52))
    _photographers(canvas, setting)


def _photographers(canvas: Canvas, setting: SceneSetting) -> None:
    """Cameras that point at the middle from both sides, flashing in turn."""
    for index, (x, y) in enumerate(((0.9, 12.7), (8.1, 12.7), (1.7, 14.6), (7.3, 14.6))):
        side = 1 if x < 4.5 else -1
        canvas.rectangle(x - 0.95 - 0.2 * side, y + 0.9, x + 0.95 - 0.2 * side, 16.3, (48, 50, 64), 0.5)
        canvas.ellipse(x - 0.2 * side, y + 0.15, 0.72, fill=setting.hair[index + 1])
        canvas.rectangle(x - 0.75 + 0.4 * side, y - 0.25, x + 0.75 + 0.4 * side, y + 0.75, (24, 26, 32), 0.12)
        canvas.ellipse(x + 0.75 * side, y + 0.25, 0.38, fill=(98, 104, 122))
        canvas.ellipse(x + 0.82 * side, y + 0.25, 0.22, fill=(170, 210, 236))
        if (setting.time * 1.6 + index * 0.37) % 1.0 < 0.45:
            canvas.glow(x + 0.5 * side, y - 0.55, 1.7, WHITE, 0.95)
            star(canvas, x + 0.5 * side, y - 0.55, 0.65, WHITE)


@scene("monk_garden")
def monk_garden(canvas: Canvas, setting: SceneSetting) -> None:
    """A monk in an orange robe waters flowers before a round temple gate, birds around him."""
    outdoors(canvas, setting, 10.0)
    canvas.gradient(in_light((132, 188, 98), setting), in_light((82, 146, 72), setting), 10.6, 16)
    wall = in_light((238, 226, 204), setting)
    canvas.rectangle(0, 6.4, 9, 11.4, wall)
    canvas.ellipse(5.7, 9.0, 2.1, fill=in_light(WOOD, setting))
    canvas.ellipse(5.7, 9.0, 1.85, fill=mix(daylight(setting).sky_bottom, in_light(GREEN, setting), 0.55))
    tree(canvas, 6.1, 10.7, 2.7, setting)
    for tile in range(-1, 10):
        canvas.pie(tile + 0.5, 6.5, 0.62, (180, 360), in_light((84, 98, 110), setting))
    canvas.rectangle(0, 6.3, 9, 6.7, in_light((64, 76, 88), setting))
    size, floor = setting.size, 14.4
    height, x = 7.4 * size, 2.6
    robe: Colour = (240, 130, 34)
    tip = 0.12 * setting.wave(2.2)
    hand: Point = (x + 0.3 * height, floor - 0.52 * height + tip)
    colours = (RED, (244, 160, 190), GOLD, setting.accent, (170, 110, 210))
    for index in range(5 + round(2 * setting.clutter)):
        flower(canvas, 5.1 + 0.62 * index, 15.0 + 0.35 * (index % 2), 1.9, setting, colours[index % 5])
    monk = look_of(setting, 0, top=robe, bottom=darken(robe, 0.3), dress=True, long_hair=False, hair=setting.skin[0])
    person(
        canvas, x, floor, height, monk, Pose("standing", 1, front_hand=hand, back_hand=(hand[0] - 0.2, hand[1] + 0.4))
    )
    canvas.line([(x - 0.35, floor - 0.78 * height), (x + 0.4, floor - 0.5 * height)], (150, 50, 34), 0.3 * size)
    canvas.rectangle(x - 0.16 * height, floor - 0.16 * height, x + 0.16 * height, floor - 0.1 * height, robe)
    _watering_can(canvas, (hand[0] + 0.3, hand[1] + 0.2), setting)
    for bird_x, bird_y in ((6.7, 6.3), (8.2, 6.3), (0.9, 6.3)):
        songbird(canvas, bird_x, bird_y, 0.95, setting, (70, 130, 210))
    songbird(canvas, 1.0, 15.5, 0.9, setting, (226, 96, 70))


def _watering_can(canvas: Canvas, place: Point, setting: SceneSetting) -> None:
    x, y = place
    tin: Colour = (120, 150, 160)
    canvas.arc(x, y - 0.1, 0.6, (150, 360), darken(tin, 0.3), 0.14)
    canvas.polygon([(x - 0.6, y), (x + 0.5, y + 0.1), (x + 0.4, y + 1.1), (x - 0.7, y + 1.0)], tin)
    canvas.line([(x + 0.4, y + 0.8), (x + 1.4, y + 0.3)], tin, 0.2)
    for stream in range(5):
        fall = (setting.time * 1.6 + stream * 0.21) % 1.0
        canvas.ellipse(x + 1.5 + 0.16 * stream + 0.4 * fall, y + 0.4 + 2.0 * fall, 0.08, 0.16, (130, 196, 244))


@scene("fire_drill")
def fire_drill(canvas: Canvas, setting: SceneSetting) -> None:
    """Pupils in a line by a guard with helmet and raised stop sign; an alarm bell rings on the school."""
    outdoors(canvas, setting, 10.2)
    brick = in_light((190, 92, 74), setting)
    canvas.rectangle(0.3, 3.6, 8.7, 11.4, brick)
    canvas.rectangle(0.0, 3.1, 9.0, 3.8, darken(brick, 0.35))
    pane: Colour = (255, 218, 120) if daylight(setting).lamps else (168, 206, 226)
    for column in (0.9, 6.5):
        canvas.rectangle(column, 5.0, column + 1.6, 7.2, pane)
        canvas.rectangle(column + 0.73, 5.0, column + 0.87, 7.2, WHITE)
    canvas.rectangle(3.3, 7.6, 5.7, 11.4, in_light((60, 70, 92), setting))
    ring = 0.1 * setting.wave(0.2)
    canvas.glow(4.5, 5.5, 2.2, (255, 60, 40), 0.6 + 0.3 * setting.wave(0.8))
    canvas.ellipse(4.5 + ring, 5.5, 0.95, fill=(214, 30, 34))
    canvas.ellipse(4.5 + ring, 5.5, 0.5, fill=(250, 226, 210))
    for side in (-1, 1):
        for reach in (1.35, 1.75):
            start = -35 if side > 0 else 145
            canvas.arc(4.5, 5.5, reach, (start, start + 70), (255, 236, 120), 0.13)
    size = setting.size
    uniform: Colour = (36, 60, 120)
    for index in range(4):
        x, floor = 0.75 + 1.3 * index, 14.6 - 0.12 * index
        step = Pose("standing", 1, setting.time)
        look = look_of(setting, index + 1, top=uniform, bottom=GREY)
        hop = 0.05 * abs(setting.wave(1.0, index / 4))
        person(canvas, x, floor - hop, 4.2 * size, look, step)
    guard = look_of(setting, 0, top=(250, 190, 30), bottom=(52, 56, 70), hat=RED, long_hair=False)
    height = 6.6 * size
    pose = Pose("one_arm_up", -1, front_hand=(6.0, 9.6), back_hand=(7.9, 11.5))
    hand = hand_position(7.2, 15.0, height, pose)[0]
    canvas.line([hand, (hand[0] - 0.1, hand[1] - 1.2)], WHITE, 0.14)
    person(canvas, 7.2, 15.0, height, guard, pose)
    canvas.rectangle(
        7.2 - 0.085 * height, 15.0 - 0.62 * height, 7.2 + 0.085 * height, 15.0 - 0.57 * height, (240, 244, 240)
    )
    canvas.rectangle(hand[0] - 1.05, hand[1] - 3.0, hand[0] + 0.85, hand[1] - 1.1, (26, 150, 84), 0.15)
    canvas.line([(hand[0] - 0.75, hand[1] - 2.05), (hand[0] + 0.5, hand[1] - 2.05)], WHITE, 0.22)
    canvas.polygon(
        [(hand[0] - 0.9, hand[1] - 2.05), (hand[0] - 0.4, hand[1] - 2.5), (hand[0] - 0.4, hand[1] - 1.6)], WHITE
    )


@scene("hot_air_balloon")
def hot_air_balloon(canvas: Canvas, setting: SceneSetting) -> None:
    """A striped balloon carries one traveller high over the land."""
    outdoors(canvas, setting, 14.2)
    size = setting.size
    x, y = 4.5 + 0.25 * setting.wave(5.0), 5.6 + 0.2 * setting.wave(3.2)
    radius, neck = 3.3 * size, y + 4.5 * size
    basket = neck + 2.2 * size
    for side in (-1, 1):
        canvas.line([(x + side * 0.5 * size, neck), (x + side * 0.8 * size, basket)], BLACK, 0.07)
    stripes = ((1.0, setting.accent), (0.62, lighten(GOLD, 0.1)), (0.22, setting.second))
    for share, colour in stripes:
        canvas.ellipse(x, y, radius * share, radius, colour)
        spread = 0.58 * size * share
        low = y + 0.5 * radius
        canvas.polygon(
            [
                (x - 0.866 * radius * share, low),
                (x + 0.866 * radius * share, low),
                (x + spread, neck),
                (x - spread, neck),
            ],
            colour,
        )
    canvas.rectangle(x - 0.62 * size, neck - 0.15, x + 0.62 * size, neck + 0.1, darken(setting.accent, 0.4))
    canvas.glow(x, neck + 0.3, 1.3, FLAME, 0.6 + 0.3 * setting.wave(0.5))
    height = 3.3 * size
    pose = Pose("waving", 0, setting.time * 1.2)
    person(canvas, x, basket + 1.35 * size, height, look_of(setting, 0, top=RED, hat=(120, 84, 52)), pose)
    canvas.rectangle(x - 1.0 * size, basket, x + 1.0 * size, basket + 1.5 * size, (168, 112, 60), 0.15)
    for row in range(3):
        canvas.rectangle(
            x - 1.0 * size,
            basket + (0.32 + 0.4 * row) * size,
            x + 1.0 * size,
            basket + (0.4 + 0.4 * row) * size,
            (124, 78, 40),
        )
    canvas.rectangle(x - 1.1 * size, basket - 0.1, x + 1.1 * size, basket + 0.2 * size, (124, 78, 40), 0.1)
    if setting.clutter > 0.4:
        bird(canvas, 1.0, 11.4, 0.8, setting)
        bird(canvas, 8.0, 10.6, 0.9, setting)


@scene("festive_table")
def festive_table(canvas: Canvas, setting: SceneSetting) -> None:
    """A white festive table with a roast, pies, painted old dishes and a branched candlestick."""
    room(canvas, setting, 12.0)
    for index in range(9):
        x = 9 * index / 8
        drop = 0.9 * math.sin(math.pi * (index % 4) / 4)
        canvas.ellipse(x, 6.0 + drop, 0.62, fill=darken(GREEN, 0.15 * (index % 2)))
        canvas.ellipse(x + 0.3, 6.2 + drop, 0.2, fill=(RED, GOLD)[index % 2])
    canvas.rectangle(-0.2, 11.9, 9.2, 16.2, (248, 244, 236))
    canvas.rectangle(-0.2, 11.9, 9.2, 12.3, lighten(setting.accent, 0.1))
    for fold in range(6):
        canvas.polygon(
            [(0.6 + 1.6 * fold, 13.8), (1.0 + 1.6 * fold, 13.8), (1.3 + 1.6 * fold, 16.2), (0.4 + 1.6 * fold, 16.2)],
            (226, 220, 210),
        )
    canvas.polygon([(3.2, 11.9), (5.8, 11.9), (6.2, 16.2), (2.8, 16.2)], setting.accent)
    for row in range(3):
        star(canvas, 4.5, 13.0 + 1.2 * row, 0.42, GOLD)
    size = setting.size
    brass: Colour = (206, 156, 50)
    canvas.rectangle(4.35, 7.2, 4.65, 10.4, brass)
    canvas.arc(4.5, 7.4, 1.25, (0, 180), brass, 0.2)
    canvas.arc(4.5, 7.4, 2.4, (0, 180), brass, 0.2)
    for dx in (-2.3, -1.15, 0.0, 1.15, 2.3):
        canvas.rectangle(4.5 + dx - 0.28, 7.2, 4.5 + dx + 0.28, 7.45, brass)
        candle(canvas, 4.5 + dx, 7.25, 2.0, setting)
    _roast(canvas, 4.5, 11.9, size, setting)
    for x, crust in ((1.25, (206, 140, 70)), (7.75, (196, 118, 66))):
        canvas.pie(x, 11.35, 1.05 * size, (180, 360), crust)
        canvas.rectangle(x - 1.15 * size, 11.3, x + 1.15 * size, 11.9, (70, 110, 180), 0.2)
        canvas.rectangle(x - 1.15 * size, 11.5, x + 1.15 * size, 11.65, WHITE)
        smoke(canvas, x, 10.4, 2.4, setting, WHITE)


def _roast(canvas: Canvas, x: float, y: float, size: float, setting: SceneSetting) -> None:
    """Roast bird on an oval dish."""
    meat: Colour = (190, 106, 44)
    canvas.ellipse(x, y - 0.1, 2.1 * size, 0.4, (240, 240, 246))
    canvas.ellipse(x, y - 0.15, 1.8 * size, 0.3, (96, 160, 80))
    for side in (-1, 1):
        canvas.line([(x + side * 1.1 * size, y - 0.6), (x + side * 1.75 * size, y - 1.35 * size)], CREAM, 0.22)
        canvas.ellipse(x + side * 1.75 * size, y - 1.4 * size, 0.2, fill=CREAM)
        canvas.ellipse(x + side * 1.05 * size, y - 0.65 * size, 0.62 * size, 0.5 * size, darken(meat, 0.12))
    canvas.ellipse(x, y - 0.9 * size, 1.25 * size, 0.85 * size, meat)
    canvas.ellipse(x - 0.35 * size, y - 1.2 * size, 0.45 * size, 0.22 * size, lighten(meat, 0.35))
    smoke(canvas, x, y - 1.7 * size, 2.0, setting, WHITE)


@scene("aid_tent")
def aid_tent(canvas: Canvas, setting: SceneSetting) -> None:
    """A doctor in a white coat and children of many colours before a large aid tent."""
    outdoors(canvas, setting, 10.4)
    cloth = in_light((244, 242, 234), setting)
    canvas.polygon([(0.1, 7.0), (4.5, 3.4), (8.9, 7.0), (9.4, 12.6), (-0.4, 12.6)], cloth)
    canvas.polygon([(4.5, 3.4), (8.9, 7.0), (9.4, 12.6), (7.0, 12.6)], darken(cloth, 0.12))
    inside: Colour = (255, 206, 120) if daylight(setting).lamps else (98, 104, 116)
    canvas.polygon([(4.5, 6.9), (6.6, 12.6), (2.4, 12.6)], inside)
    canvas.polygon([(4.5, 6.9), (3.0, 12.6), (2.0, 12.6)], darken(cloth, 0.2))
    canvas.line([(4.5, 3.5), (4.5, 2.0)], in_light(GREY, setting), 0.14)
    wave = 0.12 * setting.wave(0.9)
    canvas.polygon([(4.5, 1.5), (6.3, 1.6 + wave), (6.3, 2.8 + wave), (4.5, 2.7)], GREEN)
    for x, half in ((1.75, 0.75), (7.25, 0.75)):
        canvas.rectangle(x - half, 7.4, x + half, 8.9, GREEN, 0.1)
        canvas.rectangle(x - 0.2, 7.55, x + 0.2, 8.75, WHITE)
        canvas.rectangle(x - 0.6, 7.95, x + 0.6, 8.35, WHITE)
    size = setting.size
    height, floor = 6.9 * size, 14.4
    doctor = look_of(setting, 0, top=WHITE, bottom=(240, 242, 246), dress=True)
    near = Pose("waving", 0, setting.time * 0.8, back_hand=(3.3, 12.0))
    person(canvas, 4.5, floor, height, doctor, near)
    (head_x, head_y), radius = head_position(4.5, floor, height, near)
    canvas.arc(head_x, head_y + 1.6 * radius, 0.75 * radius, (0, 180), (50, 60, 90), 0.12)
    canvas.ellipse(head_x, head_y + 2.5 * radius, 0.18, fill=(150, 160, 180))
    tops = (setting.accent, setting.second, GOLD, (230, 110, 60))
    for index, x in enumerate((0.95, 2.65, 6.35, 8.05)):
        hop = 0.12 * abs(setting.wave(1.1, index / 4))
        pose = Pose("waving" if index in (0, 3) else "standing", 0, setting.time + index / 3)
        person(
            canvas, x, 15.5 - hop, (3.7 + 0.3 * (index % 2)) * size, look_of(setting, index + 1, top=tops[index]), pose
        )
