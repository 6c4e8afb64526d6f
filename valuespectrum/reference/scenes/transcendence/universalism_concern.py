"""Scenes of universalism (concern): equality and justice for all people, and their denial."""

from __future__ import annotations

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, sky
from valuespectrum.reference.painting.canvas import Canvas, Colour, SceneSetting, darken, lighten
from valuespectrum.reference.painting.figures import Appearance, Pose, look_of, person
from valuespectrum.reference.painting.props import (
    BLACK,
    GOLD,
    GREEN,
    GREY,
    RED,
    WHITE,
    WOOD,
    globe,
    in_light,
    star,
    tree,
)
from valuespectrum.reference.scenes import scene

_SACK: Colour = (176, 128, 78)
_BREAD: Colour = (214, 150, 80)


@scene("justice_scales")
def justice_scales(canvas: Canvas, setting: SceneSetting) -> None:
    """Golden scales with a person on each pan, before a court house: level; violated: tipped by a sack of gold."""
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
    if setting.clutter > 0.5:
        tree(canvas, 0.5, 14.6, 2.8, setting)
        tree(canvas, 8.6, 14.6, 2.8, setting)
    _scales(canvas, setting)


def _scales(canvas: Canvas, setting: SceneSetting) -> None:
    size, gold = setting.size, (236, 184, 44)
    tilt = 0.07 * setting.wave(2.8) - (1.5 if setting.violated else 0.0)
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
        if setting.violated and side > 0:
            _gold_sack(canvas, x, pan + 0.2, 2.6 * size)
        canvas.pie(x, pan, 1.6, (15, 165), gold)
        canvas.rectangle(x - 1.6, pan - 0.1, x + 1.6, pan + 0.25, lighten(gold, 0.2), 0.1)


def _gold_sack(canvas: Canvas, x: float, y: float, height: float) -> None:
    """Bulging sack with a gold coin on it, coins spilling from its mouth."""
    for dx, dy in ((-0.28, 0.9), (0.0, 0.98), (0.28, 0.9)):
        canvas.ellipse(x + dx * height, y - dy * height, 0.17 * height, fill=GOLD)
    canvas.polygon(
        [(x - 0.36 * height, y - 0.92 * height), (x + 0.36 * height, y - 0.92 * height), (x, y - 0.5 * height)], _SACK
    )
    canvas.ellipse(x, y - 0.38 * height, 0.52 * height, 0.4 * height, _SACK)
    canvas.rectangle(x - 0.2 * height, y - 0.78 * height, x + 0.2 * height, y - 0.68 * height, darken(_SACK, 0.4))
    canvas.ellipse(x, y - 0.36 * height, 0.26 * height, fill=GOLD)
    star(canvas, x, y - 0.36 * height, 0.18 * height, lighten(GOLD, 0.6))


@scene("fence_boxes")
def fence_boxes(canvas: Canvas, setting: SceneSetting) -> None:
    """Three people of unequal height on boxes at a fence all see a game; violated: the tall one has all boxes."""
    outdoors(canvas, setting, 7.4)
    canvas.gradient(in_light((116, 190, 96), setting), in_light((92, 168, 82), setting), 7.4, 12)
    _football(canvas, setting)
    size, floor = setting.size, 15.2
    board = in_light((206, 164, 112), setting)
    for index in range(11):
        x = -0.15 + 0.86 * index
        top = floor - 5.6 * size
        shade = darken(board, 0.1 * (index % 2))
        canvas.polygon([(x, floor - 0.7), (x, top + 0.3), (x + 0.4, top), (x + 0.8, top + 0.3), (x + 0.8, 14.5)], shade)
    for y in (floor - 4.6 * size, floor - 1.7 * size):
        canvas.rectangle(0, y, 9, y + 0.3, darken(board, 0.3))
    canvas.gradient(in_light((150, 160, 110), setting), in_light((120, 130, 90), setting), floor - 0.8, 16)
    box = 1.6 * size
    heights = (7.0, 5.5, 3.9)
    boxes = (3, 0, 0) if setting.violated else (0, 1, 2)
    for index, (x, height, count) in enumerate(zip((1.7, 4.5, 7.3), heights, boxes, strict=True)):
        for level in range(count):
            _box(canvas, x, floor - level * box, box, setting)
        look = look_of(setting, index, top=(setting.accent, setting.second, WHITE)[index])
        cheer = not setting.violated or index == 0
        pose = Pose("arms_up" if cheer else "standing", 0, setting.time * 0.7 + index / 3, back_view=True)
        person(canvas, x, floor - count * box, height * size, look, pose)


def _football(canvas: Canvas, setting: SceneSetting) -> None:
    """A goal, two players and the ball, seen over a fence."""
    white = in_light(WHITE, setting)
    canvas.rectangle(2.7, 5.5, 6.3, 5.7, white)
    for x in (2.7, 6.1):
        canvas.rectangle(x, 5.5, x + 0.2, 8.2, white)
    for index, x in enumerate((3.3, 5.5)):
        run = 0.3 * setting.wave(2.2, index / 2)
        player = look_of(setting, 3 + index, top=(RED, GOLD)[index])
        person(canvas, x + run, 9.2, 2.3, player, Pose("running", 1 - 2 * index, setting.time))
    canvas.ellipse(4.5 + 0.9 * setting.wave(1.9), 6.9, 0.3, fill=WHITE)


def _box(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Wooden crate with a cross brace."""
    colour, half = in_light((222, 140, 64), setting), 0.72 * height
    canvas.rectangle(x - half, y - height, x + half, y, darken(colour, 0.35))
    canvas.rectangle(x - half + 0.1, y - height + 0.1, x + half - 0.1, y - 0.1, colour)
    canvas.line([(x - half + 0.2, y - 0.2), (x + half - 0.2, y - height + 0.2)], darken(colour, 0.25), 0.2)


@scene("wheelchair_ramp")
def wheelchair_ramp(canvas: Canvas, setting: SceneSetting) -> None:
    """A wheelchair user rolls up a ramp to an open door; violated: steep stairs and a shut door stop the wheelchair."""
    outdoors(canvas, setting, 10.6)
    if setting.clutter > 0.5:
        tree(canvas, 0.9, 11.6, 3.4, setting)
    wall, floor, landing, size = in_light((232, 200, 160), setting), 15.2, 11.9, setting.size
    canvas.rectangle(4.6, 2.2, 9.2, 15.2, wall)
    canvas.rectangle(4.3, 1.8, 9.2, 2.5, in_light((170, 92, 72), setting))
    pane: Colour = (255, 220, 130) if daylight(setting).lamps else (170, 206, 226)
    for x in (5.3, 7.4):
        canvas.rectangle(x, 3.3, x + 1.2, 5.2, pane, 0.1)
    _entrance(canvas, setting, landing)
    stone = in_light((188, 188, 194), setting)
    canvas.rectangle(5.4, landing, 9.2, floor, darken(stone, 0.15))
    if setting.violated:
        for step in range(5):
            left, top = 5.4 - 0.52 * step, landing + 0.66 * step
            canvas.rectangle(left - 0.52, top + 0.3, 5.5, floor, darken(stone, 0.06 * step))
            canvas.rectangle(left - 0.52, top + 0.3, 5.5, top + 0.46, lighten(stone, 0.5))
        helper = Pose("standing", 1, back_view=True)
    else:
        canvas.polygon([(0.1, floor), (5.5, landing), (5.5, floor)], stone)
        canvas.line([(0.1, floor), (5.5, landing), (9, landing)], lighten(stone, 0.5), 0.18)
        canvas.line([(0.5, floor - 1.7), (5.5, landing - 1.5)], in_light(GREY, setting), 0.14)
        helper = Pose("waving", -1, setting.time * 0.6)
    person(canvas, 8.1, landing + 0.05, 5.2 * size, look_of(setting, 1, top=setting.second), helper)
    roll = 0.2 * setting.wave(3.0)
    x, y = (1.7, floor) if setting.violated else (3.0 + roll, floor - 1.78 - 0.61 * roll)
    _wheelchair(canvas, x, y, 4.7 * size, look_of(setting, 0, top=setting.accent), setting)


def _entrance(canvas: Canvas, setting: SceneSetting, floor: float) -> None:
    """A wide door: open and lit inside, or shut when violated."""
    frame = in_light((120, 84, 62), setting)
    canvas.rectangle(5.5, floor - 5.0, 7.5, floor, frame)
    if setting.violated:
        canvas.rectangle(5.65, floor - 4.85, 7.35, floor, in_light(darken(setting.second, 0.25), setting))
        canvas.rectangle(5.95, floor - 3.3, 7.05, floor - 2.6, RED)
        canvas.rectangle(6.1, floor - 3.05, 6.9, floor - 2.85, WHITE)
    else:
        canvas.rectangle(5.65, floor - 4.85, 7.35, floor, (255, 232, 168))
        canvas.polygon(
            [(5.65, floor - 4.85), (5.0, floor - 5.2), (5.0, floor + 0.1), (5.65, floor)],
            in_light(setting.second, setting),
        )


def _wheelchair(canvas: Canvas, x: float, y: float, height: float, look: Appearance, setting: SceneSetting) -> None:
    """Someone in a wheelchair, facing right; ``height`` reaches to the top of the head."""
    radius, frame = 0.3 * height, darken(GREY, 0.45)
    seat = y - 0.36 * height
    canvas.line(
        [(x - 0.3 * height, seat - 0.42 * height), (x - 0.22 * height, seat), (x + 0.2 * height, seat)], frame, 0.2
    )
    canvas.line(
        [(x + 0.2 * height, seat), (x + 0.36 * height, y - 0.06 * height), (x + 0.5 * height, y - 0.06 * height)],
        frame,
        0.14,
    )
    canvas.line([(x - 0.3 * height, seat - 0.42 * height), (x - 0.42 * height, seat - 0.44 * height)], frame, 0.14)
    tall = 1.28 * height
    hands = (x + 0.06 * height, seat - 0.02 * height)
    pose = Pose("sitting", 1, front_hand=hands, back_hand=hands)
    if setting.violated:
        pose = Pose("sitting", 1, front_hand=(x + 0.34 * height, seat - 0.62 * height), back_hand=hands)
    person(canvas, x - 0.06 * height, seat + 0.26 * tall, tall, look, pose)
    canvas.arc(x, y - radius, radius, (0, 360), BLACK, 0.2)
    canvas.arc(x, y - radius, 0.82 * radius, (0, 360), WHITE, 0.06)
    canvas.ellipse(x, y - radius, 0.16 * radius, fill=frame)
    canvas.ellipse(x + 0.42 * height, y - 0.07 * height, 0.07 * height, fill=BLACK)


@scene("world_meal")
def world_meal(canvas: Canvas, setting: SceneSetting) -> None:
    """Four children at a table under a globe with equal full bowls; violated: one has a heap, the rest nothing."""
    outdoors(canvas, setting, 10.4)
    size, floor = setting.size, 15.3
    canvas.line([(-0.2, 0.9), (4.5, 1.7), (9.2, 0.9)], in_light(WOOD, setting), 0.1)
    for index in range(8):
        x = 0.6 + 1.12 * index
        y = 1.68 - 0.035 * (x - 4.5) ** 2
        colour = (setting.accent, GOLD, setting.second, WHITE)[index % 4]
        canvas.polygon([(x - 0.35, y), (x + 0.35, y), (x, y + 0.8)], in_light(colour, setting))
    globe(canvas, 4.5, 4.5, 1.75 * size, setting)
    top = 11.9
    greedy = 1 + setting.seed % 2
    for index, x in enumerate((1.2, 3.4, 5.6, 7.8)):
        has = not setting.violated or index == greedy
        bob = 0.1 * setting.wave(1.5, index / 4) if has else 0.6
        pose = Pose("arms_up" if has and setting.violated else "standing", 0, setting.time * 0.8)
        look = look_of(setting, index, top=(setting.accent, GOLD, setting.second, (226, 110, 90))[index])
        person(canvas, x, floor + bob, 6.3 * size, look, pose)
    canvas.rectangle(0, top, 9, top + 0.5, in_light(WHITE, setting))
    canvas.rectangle(0, top + 0.5, 9, 14.4, in_light(lighten(setting.accent, 0.35), setting))
    for x in range(9):
        canvas.rectangle(x + 0.2, top + 0.5, x + 0.5, 14.4, in_light(lighten(setting.accent, 0.65), setting))
    for index, x in enumerate((1.2, 3.4, 5.6, 7.8)):
        if not setting.violated:
            _full_bowl(canvas, x, top + 0.55)
        elif index == greedy:
            _heap_of_food(canvas, x, top + 0.6, 1.0 + 0.1 * size)
        else:
            canvas.pie(x, top + 0.6, 0.85, (180, 360), (58, 110, 190))
            canvas.rectangle(x - 0.35, top - 0.4, x + 0.35, top - 0.15, lighten((58, 110, 190), 0.3))


def _full_bowl(canvas: Canvas, x: float, y: float) -> None:
    canvas.ellipse(x, y - 0.85, 0.68, 0.62, (232, 120, 60))
    canvas.ellipse(x - 0.25, y - 1.15, 0.26, fill=GREEN)
    canvas.ellipse(x + 0.25, y - 1.15, 0.26, fill=_BREAD)
    canvas.pie(x, y - 0.9, 0.85, (0, 180), (58, 110, 190))
    canvas.rectangle(x - 0.9, y - 1.0, x + 0.9, y - 0.8, lighten((58, 110, 190), 0.3), 0.08)


def _heap_of_food(canvas: Canvas, x: float, y: float, scale: float) -> None:
    """Loaves, fruit and a roast piled up high on a platter."""
    rows = ((-1.35, 0.5), (-0.45, 0.5), (0.45, 0.5), (1.35, 0.5), (-0.9, 1.25), (0.0, 1.25), (0.9, 1.25), (-0.4, 1.95))
    colours = (_BREAD, RED, (232, 150, 60), GREEN, (232, 120, 60), _BREAD, RED, GOLD)
    for (dx, dy), colour in zip(rows, colours, strict=True):
        canvas.ellipse(x + dx * scale, y - dy * scale, 0.55 * scale, fill=colour)
        canvas.ellipse(x + (dx - 0.15) * scale, y - (dy + 0.18) * scale, 0.18 * scale, fill=lighten(colour, 0.35))
    canvas.ellipse(x + 0.45 * scale, y - 1.95 * scale, 0.6 * scale, 0.5 * scale, (164, 92, 50))
    canvas.line([(x + 0.9 * scale, y - 2.2 * scale), (x + 1.4 * scale, y - 2.6 * scale)], WHITE, 0.2)
    canvas.rectangle(x - 2.1 * scale, y - 0.15 * scale, x + 2.1 * scale, y + 0.25 * scale, (210, 214, 224), 0.15)
