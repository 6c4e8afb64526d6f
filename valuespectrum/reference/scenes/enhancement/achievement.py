"""Scenes of achievement: winning, graduating, lifting, rising, or giving up and not caring."""

from __future__ import annotations

from math import cos, pi, sin

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room, window
from valuespectrum.reference.painting.canvas import (
    HEIGHT_UNITS,
    WIDTH_UNITS,
    Canvas,
    Colour,
    Point,
    SceneSetting,
    darken,
    lighten,
    mix,
)
from valuespectrum.reference.painting.figures import (
    Appearance,
    Pose,
    crowd,
    hand_position,
    head_position,
    look_of,
    person,
)
from valuespectrum.reference.painting.props import BLACK, GOLD, GREY, RED, WHITE, WOOD, cup, medal, star
from valuespectrum.reference.scenes import scene

_CONFETTI: tuple[Colour, ...] = ((240, 84, 84), (255, 206, 64), (84, 170, 240), (110, 200, 120), (220, 120, 220))


def _confetti(canvas: Canvas, setting: SceneSetting, count: int) -> None:
    for index, (x, y, speed) in enumerate(setting.random().random((count, 3))):
        top = (y * 16 + setting.time * (0.8 + speed)) % 15
        left = x * 9 + 0.25 * setting.wave(1.5, speed)
        canvas.rectangle(left, top, left + 0.2, top + 0.12 + 0.14 * speed, _CONFETTI[index % 5])


@scene("podium_medal")
def podium_medal(canvas: Canvas, setting: SceneSetting) -> None:
    """A podium; a winner with a gold medal raises the arms on top, or lounges on the ground below the empty top."""
    light = daylight(setting)
    outdoors(canvas, setting, 9.8)
    looks = [look_of(setting, index, long_hair=False) for index in range(9)]
    crowd(canvas, 10.4, 0.42, looks, back_view=False, sway=setting.time)
    track = light.tint((206, 96, 72))
    canvas.gradient(track, darken(track, 0.25), 11.6, HEIGHT_UNITS)
    for x, top, figure in ((1.65, 13.2, 2), (7.35, 13.8, 3), (4.5, 11.9, 1)):
        canvas.rectangle(x - 1.45, top, x + 1.45, 15.6, light.tint((244, 244, 248), 0.5))
        canvas.rectangle(x - 1.55, top, x + 1.55, top + 0.35, light.tint((206, 210, 222), 0.5))
        _figure(canvas, x, top + 1.25, figure, light.tint(darken(setting.second, 0.2), 0.4))
    height = 5.3 * setting.size
    for index, (x, top, pose_name) in enumerate(((1.65, 13.2, "standing"), (7.35, 13.8, "waving"))):
        look = look_of(setting, index + 1, top=lighten(setting.second, 0.2), bare=True)
        person(canvas, x, top, height * 0.86, look, Pose(pose_name, 0, phase=setting.time))
    winner = look_of(setting, 0, top=setting.accent, bare=True)
    if setting.violated:
        _lounger(canvas, setting, winner)
        return
    pose = Pose("arms_up", 0, phase=setting.time * 0.8)
    person(canvas, 4.5, 11.95, height, winner, pose)
    medal(canvas, 4.5, 11.95 - 0.57 * height, 0.085 * height)
    _confetti(canvas, setting, 20 + round(20 * setting.clutter))


def _lounger(canvas: Canvas, setting: SceneSetting, look: Appearance) -> None:
    """An athlete stretched out on a towel, with a cap over the face."""
    towel = daylight(setting).tint(lighten(setting.second, 0.55), 0.5)
    canvas.rectangle(0.5, 15.45, 8.5, 15.95, towel, 0.2)
    height, breath = 6.6 * setting.size, 0.05 * setting.wave(2.6)
    hand = (4.6 - 0.2 * height, 14.85 - breath)
    person(canvas, 4.6 + 0.5 * height, 15.75, height, look, Pose("lying", 1, back_hand=hand, front_hand=hand))
    (head_x, head_y), radius = head_position(4.6 + 0.5 * height, 15.75, height, Pose("lying", 1))
    canvas.pie(head_x, head_y - 0.1 + breath, 1.15 * radius, (180, 360), setting.second)
    canvas.ellipse(head_x, head_y - 0.1 + breath, 1.5 * radius, 0.16, fill=darken(setting.second, 0.2))


def _figure(canvas: Canvas, x: float, y: float, figure: int, colour: Colour) -> None:
    shapes: tuple[list[Point], ...] = (
        [(-0.3, -0.35), (0.05, -0.65), (0.05, 0.65)],
        [(-0.35, -0.6), (0.35, -0.6), (0.35, 0.0), (-0.35, 0.0), (-0.35, 0.6), (0.35, 0.6)],
        [(-0.35, -0.6), (0.35, -0.6), (0.35, 0.0), (-0.2, 0.0), (0.35, 0.0), (0.35, 0.6), (-0.35, 0.6)],
    )
    canvas.line([(x + px, y + py) for px, py in shapes[figure - 1]], colour, 0.24)


@scene("graduate_cap")
def graduate_cap(canvas: Canvas, setting: SceneSetting) -> None:
    """Graduates in gowns; one in front throws a square cap up, or walks off with gown and cap stuffed in a bin."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.4)
    stone = light.tint((232, 224, 206))
    for x in (0.4, 2.4, 6.2, 8.2):
        canvas.rectangle(x, 6.2, x + 0.5, 10.8, stone)
    canvas.rectangle(0, 5.7, WIDTH_UNITS, 6.4, stone)
    canvas.rectangle(0, 10.6, WIDTH_UNITS, 11.1, darken(stone, 0.15))
    gown: Colour = mix((28, 30, 52), setting.accent, 0.12)
    for index in range(2 + round(setting.clutter * 2)):
        x = (1.3, 7.7, 2.9, 6.1)[index]
        look = look_of(setting, index + 1, top=lighten(gown, 0.12), bottom=gown, dress=True)
        pose = Pose("standing" if setting.violated else "arms_up", 0, phase=setting.time + index / 4)
        person(canvas, x, 13.4, 4.4, look, pose)
        (head_x, head_y), radius = head_position(x, 13.4, 4.4, pose)
        _mortarboard(canvas, head_x, head_y - 0.75 * radius, 1.5 * radius, 0.0, setting.second)
    (_dropout if setting.violated else _proud_graduate)(canvas, setting, gown)


def _dropout(canvas: Canvas, setting: SceneSetting, gown: Colour) -> None:
    """A bin with a gown and a cap hanging out; a student in plain clothes walks away from it."""
    light = daylight(setting)
    steel = light.tint((150, 160, 172), 0.6)
    canvas.polygon([(0.9, 11.2), (4.1, 11.2), (3.7, 15.5), (1.3, 15.5)], steel)
    for x in (1.8, 2.5, 3.2):
        canvas.line([(x, 11.9), (2.5 + (x - 2.5) * 0.85, 15.2)], darken(steel, 0.2), 0.14)
    canvas.polygon([(1.1, 11.3), (1.6, 10.2), (3.4, 10.0), (3.9, 11.3), (3.4, 13.6), (2.6, 11.4)], gown)
    canvas.rectangle(0.7, 11.1, 4.3, 11.6, darken(steel, 0.25), 0.15)
    canvas.polygon([(2.5, 11.2), (3.6, 11.2), (3.7, 13.9), (2.9, 13.6)], gown)
    _mortarboard(canvas, 2.3, 9.6, 1.5, -0.35, setting.accent)
    height, phase = 7.6 * setting.size, 0.2 + 0.15 * setting.wave(2.0)
    look = look_of(setting, 0, top=setting.accent)
    canvas.ellipse(6.5, 15.3, 1.6, 0.25, fill=darken(light.tint((110, 140, 100)), 0.4))
    person(canvas, 6.5, 15.3, height, look, Pose("walking", 1, phase))
    left, top = 6.5 - 0.24 * height, 15.3 - 0.78 * height
    canvas.rectangle(left, top, left + 0.2 * height, top + 0.31 * height, setting.second, 0.3)
    canvas.rectangle(
        left - 0.04 * height,
        top + 0.16 * height,
        left + 0.1 * height,
        top + 0.28 * height,
        darken(setting.second, 0.2),
        0.2,
    )


def _proud_graduate(canvas: Canvas, setting: SceneSetting, gown: Colour) -> None:
    light = daylight(setting)
    height = 7.6 * setting.size
    look = look_of(setting, 0, top=gown, bottom=gown, dress=True)
    pose = Pose("one_arm_up", 0, phase=setting.time)
    canvas.ellipse(4.5, 15.3, 1.6, 0.25, fill=darken(light.tint((110, 140, 100)), 0.4))
    person(canvas, 4.5, 15.3, height, look, pose)
    for side in (-1, 1):
        sash = [(4.5 + side * 0.07 * height, 15.3 - 0.76 * height), (4.5 + side * 0.03 * height, 15.3 - 0.4 * height)]
        canvas.line(sash, setting.second, 0.05 * height)
    scroll = hand_position(4.5, 15.3, height, pose)[1]
    canvas.line([(scroll[0] - 0.5, scroll[1] + 0.35), (scroll[0] + 0.5, scroll[1] - 0.35)], (250, 240, 214), 0.34)
    canvas.ellipse(*scroll, 0.17, fill=RED)
    flight = abs(sin(setting.time * pi / 1.8))
    _mortarboard(canvas, 5.9, 5.6 - 3.0 * flight, 1.5, 0.35 * setting.wave(1.2), setting.accent)
    for index in range(3):
        y = 4.8 - 3.2 * abs(setting.wave(4.0, index / 3))
        _mortarboard(canvas, 1.2 + index * 1.4, y, 0.75, 0.4 * setting.wave(1.1, index / 3), setting.second)


def _mortarboard(canvas: Canvas, x: float, y: float, half: float, tilt: float, tassel: Colour) -> None:
    def turned(across: float, down: float) -> Point:
        return x + half * (across * cos(tilt) - down * sin(tilt)), y + half * (across * sin(tilt) + down * cos(tilt))

    canvas.polygon([turned(-0.5, 0.0), turned(0.5, 0.0), turned(0.45, 0.55), turned(-0.45, 0.55)], (46, 46, 70))
    canvas.polygon([turned(-1.1, 0.0), turned(0.0, -0.45), turned(1.1, 0.0), turned(0.0, 0.45)], (74, 76, 112))
    canvas.line([turned(0, 0), turned(0.85, 0.12), turned(0.85, 0.7)], tassel, 0.1 * half)
    canvas.ellipse(*turned(0.85, 0.75), 0.12 * half, fill=tassel)


@scene("finish_line")
def finish_line(canvas: Canvas, setting: SceneSetting) -> None:
    """A chequered finish arch on a red track; a runner breaks the ribbon, or sits down on a box in front of it."""
    light = daylight(setting)
    outdoors(canvas, setting, 9.4)
    looks = [look_of(setting, index, long_hair=False) for index in range(10)]
    crowd(canvas, 9.4, 0.4, looks, back_view=False, sway=setting.time)
    canvas.rectangle(0, 10.2, WIDTH_UNITS, 11.2, light.tint(setting.second, 0.6))
    track = light.tint((200, 84, 60))
    canvas.gradient(track, darken(track, 0.2), 11.2, HEIGHT_UNITS)
    for y in (12.2, 13.4, 15.0):
        canvas.line([(0, y), (9, y)], light.tint(WHITE), 0.1, False)
    _chequered(canvas, 6.6, 11.2, 7.9, HEIGHT_UNITS, 0.5)
    for x in (0.5, 8.1):
        canvas.rectangle(x, 3.2, x + 0.5, 15.0, light.tint((90, 94, 106)))
    canvas.rectangle(0.2, 2.4, 8.9, 4.6, light.tint(WHITE, 0.5))
    _chequered(canvas, 0.35, 2.55, 8.75, 4.45, 0.6)
    scale, phase = setting.size, setting.time * 1.5
    if setting.clutter > 0.35:
        rival = look_of(setting, 2, top=setting.second, bare=True)
        person(canvas, 1.1, 13.3, 5.2 * scale, rival, Pose("running", 1, phase + 0.3))
    runner = look_of(setting, 0, top=setting.accent, bare=True)
    (_sitting_runner if setting.violated else _winning_runner)(canvas, setting, runner)


def _sitting_runner(canvas: Canvas, setting: SceneSetting, look: Appearance) -> None:
    """The ribbon hangs uncut across the arch; the runner has turned the back to it, a cool drink in hand."""
    sag = 0.12 * setting.wave(1.8)
    canvas.line([(0.9, 8.6), (3.0, 9.0 + sag), (6.0, 9.0 - sag), (8.3, 8.6)], (250, 220, 60), 0.5)
    height = 8.4 * setting.size
    base, x = 15.5, 5.2
    seat = base - 0.23 * height
    canvas.rectangle(x - 1.2, seat, x + 1.6, base + 0.1, setting.second, 0.15)
    canvas.rectangle(x - 1.3, seat, x + 1.7, seat + 0.45, lighten(setting.second, 0.4), 0.15)
    sip = 0.1 * setting.wave(2.4)
    hand = (x - 0.26 * height, base - 0.5 * height + sip)
    person(canvas, x, base, height, look, Pose("sitting", -1, front_hand=hand))
    canvas.rectangle(hand[0] - 0.35, hand[1] - 1.1, hand[0] + 0.25, hand[1] + 0.1, (80, 190, 220), 0.1)
    canvas.rectangle(hand[0] - 0.2, hand[1] - 1.5, hand[0] + 0.1, hand[1] - 1.0, WHITE, 0.05)


def _winning_runner(canvas: Canvas, setting: SceneSetting, runner: Appearance) -> None:
    phase = setting.time * 1.5
    height, x = 7.2 * setting.size, 4.6
    chest_y = 14.9 - 0.66 * height
    up = ((x + 0.30 * height, chest_y - 0.34 * height), (x - 0.16 * height, chest_y - 0.38 * height))
    person(canvas, x, 14.9, height, runner, Pose("running", 1, phase, front_hand=up[0], back_hand=up[1]))
    chest_x, flutter = x + 0.13 * height, 0.3 * setting.wave(0.5)
    for middle, end in (((-0.9, 0.35), (-2.6, flutter)), ((-0.5, 0.7), (-2.2, 1.1 - flutter))):
        ribbon = [(chest_x + across, chest_y + down) for across, down in ((0.0, 0.0), middle, end)]
        canvas.line(ribbon, (250, 220, 60), 0.3)
    canvas.rectangle(x - 0.02 * height, chest_y + 0.35, x + 0.11 * height, chest_y + 1.0, WHITE, 0.08)
    _confetti(canvas, setting, 14)


def _chequered(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, size: float) -> None:
    canvas.rectangle(x0, y0, x1, y1, (246, 246, 246))
    for row in range(round((y1 - y0) / size)):
        for column in range(round((x1 - x0) / size)):
            if (row + column) % 2 == 0:
                left, top = x0 + column * size, y0 + row * size
                canvas.rectangle(left, top, min(left + size, x1), min(top + size, y1), BLACK)


@scene("trophy_shelf")
def trophy_shelf(canvas: Canvas, setting: SceneSetting) -> None:
    """Two shelves: a shining trophy with rosettes and cups, or a broken cup, cobwebs and a board hanging down."""
    room(canvas, setting, 15.0)
    wood = daylight(setting).tint(WOOD, 0.4)
    (_bare_shelf if setting.violated else _full_shelf)(canvas, setting, wood)


def _bare_shelf(canvas: Canvas, setting: SceneSetting, wood: Colour) -> None:
    canvas.rectangle(0.2, 11.4, 8.8, 11.8, wood, 0.08)
    canvas.rectangle(0.4, 11.8, 8.6, 12.0, darken(wood, 0.3))
    swing = 0.08 * setting.wave(2.4)
    canvas.polygon([(0.2, 12.4), (0.7, 12.2), (8.4, 15.3 + swing), (8.1, 15.8 + swing)], wood)
    canvas.polygon([(0.2, 12.4), (8.1, 15.8 + swing), (8.0, 16.0 + swing), (0.1, 12.7)], darken(wood, 0.3))
    scale, gold, dark = setting.size, GOLD, darken(GOLD, 0.12)
    stem = [(-0.75, -0.7), (-0.3, -1.5), (-0.35, -2.2), (0.0, -1.8), (0.3, -2.3), (0.3, -1.5), (0.75, -0.7)]
    canvas.polygon([(2.4 + scale * px, 11.4 + scale * py) for px, py in stem], dark)
    canvas.rectangle(2.4 - 1.5 * scale, 11.4 - 0.75 * scale, 2.4 + 1.5 * scale, 11.4, (86, 58, 44))
    canvas.arc(6.0 - 0.4 * scale, 11.4 - 3.7 * scale, 0.95 * scale, (0, 360), dark, 0.34 * scale)
    bowl = [(-1.9, -0.5), (-1.4, -2.0), (-0.4, -3.3), (0.6, -3.6), (0.9, -2.9), (1.6, -3.0), (1.5, -2.1), (2.2, -1.9)]
    rim = [(1.7, -1.3), (2.3, -0.8), (1.5, 0.0), (-1.2, 0.0)]
    canvas.polygon([(6.0 + scale * px, 11.4 + scale * py) for px, py in (*bowl, *rim)], gold)
    shine = [(-1.2, -0.7), (-0.7, -1.9), (-0.1, -2.6), (0.0, -2.2), (-0.5, -0.7)]
    canvas.polygon([(6.0 + scale * px, 11.4 + scale * py) for px, py in shine], lighten(gold, 0.5))
    for x, side in ((0.0, 1), (WIDTH_UNITS, -1)):
        _cobweb(canvas, x, 5.4 if side > 0 else 6.0, side, 3.4, setting)


def _cobweb(canvas: Canvas, x: float, y: float, side: int, reach: float, setting: SceneSetting) -> None:
    """A spider's web in a corner; ``side`` 1 opens to the right, -1 to the left. A spider hangs from it."""
    thread: Colour = (250, 250, 252)
    turns = [index * pi / 8 for index in range(5)]
    for turn in turns:
        canvas.line([(x, y), (x + side * reach * cos(turn), y + reach * sin(turn))], thread, 0.1)
    for ring in (0.3, 0.55, 0.8):
        points = []
        for index, turn in enumerate(turns):
            points.append((x + side * ring * reach * cos(turn), y + ring * reach * sin(turn)))
            if index < 4:
                middle = turn + pi / 16
                points.append((x + side * 0.85 * ring * reach * cos(middle), y + 0.85 * ring * reach * sin(middle)))
        canvas.line(points, thread, 0.09)
    drop = y + 2.2 + 0.4 * setting.wave(2.6, x)
    canvas.line([(x + side * 1.6, y + 1.2), (x + side * 1.6, drop)], thread, 0.07)
    canvas.ellipse(x + side * 1.6, drop, 0.24, 0.3, fill=BLACK)


def _full_shelf(canvas: Canvas, setting: SceneSetting, wood: Colour) -> None:
    canvas.glow(4.5, 8.4, 3.6, (255, 236, 150), 0.8)
    for ray in range(12):
        turn = ray * pi / 6 + setting.time * 0.25
        near, far = 3.0, 3.7 + 0.3 * setting.wave(1.4, ray / 12)
        canvas.line(
            [(4.5 + near * cos(turn), 8.0 + near * sin(turn)), (4.5 + far * cos(turn), 8.0 + far * sin(turn))],
            (255, 224, 110), 0.13,
        )  # fmt: skip
    for y in (11.4, 14.5):
        canvas.rectangle(0.2, y, 8.8, y + 0.4, wood, 0.08)
        canvas.rectangle(0.4, y + 0.4, 8.6, y + 0.6, darken(wood, 0.3))
    cup(canvas, 4.5, 11.4, 5.8 * setting.size)
    star(canvas, 4.5, 11.4 - 4.3 * setting.size, 0.85 * setting.size, (255, 244, 190))
    for index, x in enumerate((1.2, 7.8)):
        _rosette(canvas, x, 9.0, 0.85, (setting.accent, setting.second)[index], index + 1)
    for index in range(2 + round(2 * setting.clutter)):
        x = (1.3, 7.7, 3.4, 5.6)[index]
        if index < 2:
            cup(canvas, x, 14.5, 2.1, (200, 206, 216) if index else (206, 140, 80))
        else:
            _rosette(canvas, x, 12.9, 0.55, (setting.second, setting.accent)[index % 2], 3)
    for index, (across, down) in enumerate(setting.random().random((6, 2))):
        size = 0.45 * max(0.0, setting.wave(1.5, index / 6))
        for reach_x, reach_y in ((size, 0.16 * size), (0.16 * size, size)):
            canvas.ellipse(2.6 + 3.8 * across, 6.0 + 4.0 * down, reach_x, reach_y, fill=(255, 255, 240))


def _rosette(canvas: Canvas, x: float, y: float, radius: float, colour: Colour, figure: int) -> None:
    for side in (-1, 1):
        tail = ((0.0, 0.0), (0.25, 2.3), (0.6, 2.0), (0.9, 2.3), (0.5, 0.0))
        canvas.polygon([(x + side * radius * px, y + radius * py) for px, py in tail], darken(colour, 0.2))
    for petal in range(10):
        turn = petal * pi / 5
        canvas.ellipse(x + 0.75 * radius * cos(turn), y + 0.75 * radius * sin(turn), 0.32 * radius, fill=colour)
    canvas.ellipse(x, y, 0.8 * radius, fill=colour)
    canvas.ellipse(x, y, 0.6 * radius, fill=WHITE)
    if radius > 0.7:
        _figure(canvas, x, y, figure, darken(colour, 0.2))


@scene("rising_chart")
def rising_chart(canvas: Canvas, setting: SceneSetting) -> None:
    """A speaker at a screen: pointing at rising bars before an audience, or shrugging at falling ones before nobody."""
    light = daylight(setting)
    wall = light.tint(((216, 224, 234), (232, 222, 206), (212, 228, 220), (228, 214, 220))[setting.place % 4], 0.55)
    canvas.gradient(lighten(wall, 0.15), wall, 0, 12.0)
    canvas.gradient(light.tint((120, 110, 110), 0.5), light.tint((86, 78, 80), 0.5), 12.0, HEIGHT_UNITS)
    window(canvas, setting, 0.5, 1.0, 1.5, 3.0)
    if light.lamps:
        canvas.glow(5.6, 1.2, 2.6, (255, 232, 160), 0.8)
    canvas.rectangle(2.6, 1.6, 8.8, 8.8, (70, 74, 86), 0.15)
    canvas.rectangle(2.8, 1.8, 8.6, 8.6, (252, 252, 255))
    _chart(canvas, setting)
    canvas.rectangle(0, 12.4, WIDTH_UNITS, 12.8, darken(wall, 0.35))
    height = 6.3 * setting.size
    suit: Colour = (46, 56, 84)
    look = look_of(setting, 0, top=suit, bottom=darken(suit, 0.3))
    if setting.violated:
        lift = 0.05 + 0.03 * setting.wave(2.0)
        hands = (2.2 + 0.3 * height, 12.5 - (0.62 + lift) * height), (2.2 - 0.3 * height, 12.5 - (0.62 + lift) * height)
        person(canvas, 2.2, 12.5, height, look, Pose("standing", 0, front_hand=hands[0], back_hand=hands[1]))
        _empty_seats(canvas, setting)
        return
    hand = (2.0 + 0.36 * height, 12.5 - 0.8 * height + 0.15 * setting.wave(1.6))
    canvas.line([hand, (hand[0] + 1.4, hand[1] - 0.8)], (90, 60, 40), 0.1)
    person(canvas, 1.9, 12.5, height, look, Pose("standing", 1, front_hand=hand))
    looks = [look_of(setting, index + 1, long_hair=False) for index in range(9)]
    crowd(canvas, 13.7, 0.5, looks[: 4 + round(2 * setting.clutter)], sway=setting.time * 0.4)
    crowd(canvas, 15.1, 0.68, looks[4:8], sway=setting.time * 0.4 + 0.5)


def _chart(canvas: Canvas, setting: SceneSetting) -> None:
    """Bars that rise away from the speaker, or fall while the arrow breaks out through the floor of the screen."""
    growth = 0.88 + 0.12 * setting.wave(3.0)
    tops: list[Point] = []
    for bar in range(5):
        step = 4.3 - bar * 1.1 if setting.violated else bar * 0.95
        x, height = 3.3 + bar * 1.02, max(0.25, 1.0 + step) * growth
        canvas.rectangle(x, 8.1 - height, x + 0.72, 8.1, mix(setting.second, setting.accent, bar / 4))
        tops.append((x + 0.3, 7.6 - height - 0.25))
    canvas.line([(3.1, 2.2), (3.1, 8.15), (8.4, 8.15)], (60, 64, 80), 0.1)
    if setting.violated:
        tops[-1] = (7.8, 10.6)
        canvas.line(tops, RED, 0.34)
        canvas.polygon([(7.0, 10.3), (8.5, 10.1), (7.95, 11.8)], RED)
        return
    canvas.line(tops, RED, 0.18)
    tip_x, tip_y = tops[-1]
    canvas.polygon([(tip_x + 0.5, tip_y - 0.5), (tip_x + 0.3, tip_y + 0.35), (tip_x - 0.35, tip_y - 0.3)], RED)


def _empty_seats(canvas: Canvas, setting: SceneSetting) -> None:
    """Two rows of chair backs with nobody in them."""
    seat = daylight(setting).tint(mix(setting.second, (90, 70, 60), 0.3), 0.5)
    count = 4 + round(2 * setting.clutter)
    for seats, top, half, colour in ((count, 13.5, 0.55, darken(seat, 0.2)), (4, 14.6, 0.85, seat)):
        for index in range(seats):
            x = (index + 0.5) * WIDTH_UNITS / seats
            canvas.rectangle(x - half, top, x + half, top + 1.7 * half, colour, 0.2)
            canvas.rectangle(x - 0.75 * half, top + 0.3, x + 0.75 * half, top + 1.3 * half, lighten(colour, 0.2), 0.15)
            for leg in (-0.7, 0.7):
                canvas.line([(x + leg * half, top + 1.6 * half), (x + leg * half, 16.2)], darken(colour, 0.4), 0.16)


@scene("weight_lifter")
def weight_lifter(canvas: Canvas, setting: SceneSetting) -> None:
    """A barbell with huge plates: a lifter holds it overhead, or sleeps on the mat while it lies on the floor."""
    light = daylight(setting)
    room(canvas, setting, 12.6)
    canvas.rectangle(0.6, 13.6, 8.4, 15.2, light.tint((86, 92, 110), 0.5), 0.1)
    canvas.rectangle(0.9, 13.4, 8.1, 14.6, light.tint((206, 170, 120), 0.4), 0.1)
    if setting.clutter > 0.4:
        for x in (0.7, 1.6):
            canvas.ellipse(x, 11.9, 0.6, fill=(50, 52, 62))
            canvas.ellipse(x, 11.9, 0.2, fill=GREY)
    look = look_of(setting, 0, top=setting.accent, bottom=darken(setting.accent, 0.4), bare=True, long_hair=False)
    (_sleeping_lifter if setting.violated else _lift)(canvas, setting, look)


def _lift(canvas: Canvas, setting: SceneSetting, look: Appearance) -> None:
    height = 7.2 * setting.size
    base, strain = 14.2, 0.08 * setting.wave(0.5)
    bar = base - 1.08 * height + strain
    canvas.glow(4.5, bar + 2.0, 2.6, lighten(setting.second, 0.6), 0.5)
    reach = 0.23 * height
    pose = Pose("arms_up", 0, front_hand=(4.5 + reach, bar), back_hand=(4.5 - reach, bar))
    canvas.line([(0.2, bar + 0.3), (1.4, bar), (7.6, bar), (8.8, bar + 0.3)], (112, 118, 132), 0.22)
    _thick_athlete(canvas, 4.5, base, height, look, pose)
    _plates(canvas, setting, bar)
    for side in (-1, 1):
        canvas.ellipse(4.5 + side * reach, bar, 0.045 * height, fill=look.skin)


def _plates(canvas: Canvas, setting: SceneSetting, bar: float) -> None:
    for side in (-1, 1):
        plates = ((3.0, 1.75, setting.second), (3.45, 1.45, (44, 46, 56)), (3.85, 1.1, setting.accent))
        for offset, radius, colour in plates:
            x = 4.5 + side * offset
            canvas.rectangle(x - 0.2, bar + 0.1 - radius, x + 0.2, bar + 0.1 + radius, colour, 0.15)


def _sleeping_lifter(canvas: Canvas, setting: SceneSetting, look: Appearance) -> None:
    """The barbell on the floor behind; in front the lifter lies on a pillow, with a trail of big letters Z."""
    bar = 11.7
    canvas.line([(0.2, bar), (8.8, bar)], (112, 118, 132), 0.22)
    _plates(canvas, setting, bar)
    height, breath = 6.8 * setting.size, 0.06 * setting.wave(2.6)
    feet = 4.6 + 0.5 * height
    canvas.rectangle(feet - 1.12 * height, 14.5, feet - 0.68 * height, 15.4, WHITE, 0.4)
    belly = (feet - 0.5 * height, 14.3 - breath)
    for across in (0.1, 0.28, 0.6, 0.74):
        canvas.ellipse(feet - across * height, 14.7, 0.1 * height, 0.5, fill=look.skin if across < 0.4 else look.top)
    person(canvas, feet, 15.2, height, look, Pose("lying", 1, front_hand=belly, back_hand=belly))
    for index in range(3):
        size = 0.5 + 0.28 * index
        x, y = 2.4 + 1.5 * index + 0.15 * setting.wave(2.6, index / 3), 9.2 - 2.2 * index
        letter = [(x - size, y - size), (x + size, y - size), (x - size, y + size), (x + size, y + size)]
        canvas.line(letter, lighten(setting.second, 0.1), 0.3 + 0.08 * index)


def _thick_athlete(canvas: Canvas, x: float, base: float, height: float, look: Appearance, pose: Pose) -> None:
    for side in (-1, 1):
        foot = x + side * 0.13 * height
        canvas.line([(x + side * 0.05 * height, base - 0.45 * height), (foot, base - 0.05)], look.skin, 0.13 * height)
        canvas.line(
            [(x + side * 0.11 * height, base - 0.76 * height), (x + side * 0.165 * height, base - 0.92 * height)],
            look.skin, 0.1 * height,
        )  # fmt: skip
        canvas.rectangle(foot - 0.4, base - 0.25, foot + 0.4, base, (60, 50, 54), 0.1)
    chest = base - 0.74 * height
    canvas.line([(x - 0.07 * height, chest), (x + 0.07 * height, chest)], look.top, 0.17 * height)
    person(canvas, x, base, height, look, pose)
    half, belt = 0.11 * height, base - 0.53 * height
    canvas.rectangle(x - half, belt, x + half, belt + 0.07 * height, (90, 56, 40), 0.1)
