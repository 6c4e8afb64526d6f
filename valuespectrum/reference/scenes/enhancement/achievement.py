"""Drawings of the achievement kinds: winning, graduating, lifting, rising."""

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
from valuespectrum.reference.painting.figures import Look, Pose, crowd, hand_position, head_position, look_of, person
from valuespectrum.reference.painting.props import BLACK, GREY, RED, WHITE, WOOD, cup, medal, star
from valuespectrum.reference.scenes import scene

_CONFETTI: tuple[Colour, ...] = ((240, 84, 84), (255, 206, 64), (84, 170, 240), (110, 200, 120), (220, 120, 220))


def _confetti(canvas: Canvas, setting: SceneSetting, count: int) -> None:
    for index, (x, y, speed) in enumerate(setting.random().random((count, 3))):
        top = (y * 16 + setting.time * (0.8 + speed)) % 15
        left = x * 9 + 0.25 * setting.wave(1.5, speed)
        canvas.rectangle(left, top, left + 0.2, top + 0.12 + 0.14 * speed, _CONFETTI[index % 5])


@scene("podium_medal")
def podium_medal(canvas: Canvas, setting: SceneSetting) -> None:
    """Three athletes on a podium; the one in the middle raises the arms and wears a gold medal."""
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
    pose = Pose("arms_up", 0, phase=setting.time * 0.8)
    person(canvas, 4.5, 11.95, height, winner, pose)
    medal(canvas, 4.5, 11.95 - 0.57 * height, 0.085 * height)
    _confetti(canvas, setting, 20 + round(20 * setting.clutter))


def _figure(canvas: Canvas, x: float, y: float, figure: int, colour: Colour) -> None:
    shapes: tuple[list[Point], ...] = (
        [(-0.3, -0.35), (0.05, -0.65), (0.05, 0.65)],
        [(-0.35, -0.6), (0.35, -0.6), (0.35, 0.0), (-0.35, 0.0), (-0.35, 0.6), (0.35, 0.6)],
        [(-0.35, -0.6), (0.35, -0.6), (0.35, 0.0), (-0.2, 0.0), (0.35, 0.0), (0.35, 0.6), (-0.35, 0.6)],
    )
    canvas.line([(x + px, y + py) for px, py in shapes[figure - 1]], colour, 0.24)


@scene("graduate_cap")
def graduate_cap(canvas: Canvas, setting: SceneSetting) -> None:
    """A graduate in a gown throws a square cap into the air, others behind cheer."""
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
        pose = Pose("arms_up", 0, phase=setting.time + index / 4)
        person(canvas, x, 13.4, 4.4, look, pose)
        (head_x, head_y), radius = head_position(x, 13.4, 4.4, pose)
        _mortarboard(canvas, head_x, head_y - 0.75 * radius, 1.5 * radius, 0.0, setting.second)
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
    """A runner breaks the ribbon under a chequered finish arch on a red running track."""
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
    height, x = 7.2 * scale, 4.6
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
    """A big shining gold trophy on a shelf, with ribbon rosettes and smaller cups around it."""
    light = daylight(setting)
    room(canvas, setting, 15.0)
    wood = light.tint(WOOD, 0.4)
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
    """A speaker points at a screen with rising bars and an arrow; an audience listens."""
    light = daylight(setting)
    wall = light.tint(((216, 224, 234), (232, 222, 206), (212, 228, 220), (228, 214, 220))[setting.place % 4], 0.55)
    canvas.gradient(lighten(wall, 0.15), wall, 0, 12.0)
    canvas.gradient(light.tint((120, 110, 110), 0.5), light.tint((86, 78, 80), 0.5), 12.0, HEIGHT_UNITS)
    window(canvas, setting, 0.5, 1.0, 1.5, 3.0)
    if light.lamps:
        canvas.glow(5.6, 1.2, 2.6, (255, 232, 160), 0.8)
    canvas.rectangle(2.6, 1.6, 8.8, 8.8, (70, 74, 86), 0.15)
    canvas.rectangle(2.8, 1.8, 8.6, 8.6, (252, 252, 255))
    growth = 0.88 + 0.12 * setting.wave(3.0)
    tops: list[Point] = []
    for bar in range(5):
        x, height = 3.3 + bar * 1.02, (1.0 + bar * 0.95) * growth
        canvas.rectangle(x, 8.1 - height, x + 0.72, 8.1, mix(setting.second, setting.accent, bar / 4))
        tops.append((x + 0.3, 7.6 - height - 0.25))
    canvas.line([(3.1, 2.2), (3.1, 8.15), (8.4, 8.15)], (60, 64, 80), 0.1)
    canvas.line(tops, RED, 0.18)
    tip_x, tip_y = tops[-1]
    canvas.polygon([(tip_x + 0.5, tip_y - 0.5), (tip_x + 0.3, tip_y + 0.35), (tip_x - 0.35, tip_y - 0.3)], RED)
    canvas.rectangle(0, 12.4, WIDTH_UNITS, 12.8, darken(wall, 0.35))
    height = 6.3 * setting.size
    suit: Colour = (46, 56, 84)
    look = look_of(setting, 0, top=suit, bottom=darken(suit, 0.3))
    hand = (2.0 + 0.36 * height, 12.5 - 0.8 * height + 0.15 * setting.wave(1.6))
    canvas.line([hand, (hand[0] + 1.4, hand[1] - 0.8)], (90, 60, 40), 0.1)
    person(canvas, 1.9, 12.5, height, look, Pose("standing", 1, front_hand=hand))
    looks = [look_of(setting, index + 1, long_hair=False) for index in range(9)]
    crowd(canvas, 13.7, 0.5, looks[: 4 + round(2 * setting.clutter)], sway=setting.time * 0.4)
    crowd(canvas, 15.1, 0.68, looks[4:8], sway=setting.time * 0.4 + 0.5)


@scene("weight_lifter")
def weight_lifter(canvas: Canvas, setting: SceneSetting) -> None:
    """A weight lifter holds a barbell with huge plates above the head."""
    light = daylight(setting)
    room(canvas, setting, 12.6)
    canvas.rectangle(0.6, 13.6, 8.4, 15.2, light.tint((86, 92, 110), 0.5), 0.1)
    canvas.rectangle(0.9, 13.4, 8.1, 14.6, light.tint((206, 170, 120), 0.4), 0.1)
    if setting.clutter > 0.4:
        for x in (0.7, 1.6):
            canvas.ellipse(x, 11.9, 0.6, fill=(50, 52, 62))
            canvas.ellipse(x, 11.9, 0.2, fill=GREY)
    height = 7.2 * setting.size
    base, strain = 14.2, 0.08 * setting.wave(0.5)
    bar = base - 1.08 * height + strain
    canvas.glow(4.5, bar + 2.0, 2.6, lighten(setting.second, 0.6), 0.5)
    reach = 0.23 * height
    look = look_of(setting, 0, top=setting.accent, bottom=darken(setting.accent, 0.4), bare=True, long_hair=False)
    pose = Pose("arms_up", 0, front_hand=(4.5 + reach, bar), back_hand=(4.5 - reach, bar))
    canvas.line([(0.2, bar + 0.3), (1.4, bar), (7.6, bar), (8.8, bar + 0.3)], (112, 118, 132), 0.22)
    _thick_athlete(canvas, 4.5, base, height, look, pose)
    for side in (-1, 1):
        plates = ((3.0, 1.75, setting.second), (3.45, 1.45, (44, 46, 56)), (3.85, 1.1, setting.accent))
        for offset, radius, colour in plates:
            x = 4.5 + side * offset
            canvas.rectangle(x - 0.2, bar + 0.1 - radius, x + 0.2, bar + 0.1 + radius, colour, 0.15)
    for side in (-1, 1):
        canvas.ellipse(4.5 + side * reach, bar, 0.045 * height, fill=look.skin)


def _thick_athlete(canvas: Canvas, x: float, base: float, height: float, look: Look, pose: Pose) -> None:
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
