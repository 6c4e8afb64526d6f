"""Scenes of conformity to rules: uniforms, marching in step, red lights and tickets."""

from __future__ import annotations

from math import cos, pi, sin

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, window
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
from valuespectrum.reference.painting.figures import Appearance, Pose, head_position, look_of, person
from valuespectrum.reference.painting.props import BLACK, GOLD, GREY, RED, WHITE, WOOD, car, flag
from valuespectrum.reference.scenes import scene

_NAVY: Colour = (38, 52, 96)
_CORNERS: tuple[Point, ...] = ((-1, -1), (1, -1), (1, 1), (-1, 1))
_SPINES: tuple[Colour, ...] = (
    (176, 64, 58), (60, 104, 150), (84, 132, 86), (204, 164, 82), (120, 82, 132), (220, 208, 184),
)  # fmt: skip


@scene("school_uniforms")
def school_uniforms(canvas: Canvas, setting: SceneSetting) -> None:
    """Pupils in equal uniforms sit in rows before a blackboard; violated: in any clothes on desks, papers flying."""
    _classroom(canvas, setting)
    uniform = mix(_NAVY, setting.accent, 0.25)
    for row in range(3):
        size = (0.8 + 0.22 * row) * (0.95 + 0.05 * setting.size)
        base = 9.6 + row * 2.75
        for column in range(3):
            x = 4.5 + (column - 1) * (2.45 + 0.28 * row)
            if not setting.violated:
                _pupil(canvas, setting, (x, base), size, uniform, row * 3 + column)
            elif (row + column) % 2 == 0:
                _rioter(canvas, setting, x, base, size, row * 3 + column)
            else:
                _desk(canvas, setting, x, base, size)
    if setting.violated:
        _flying_papers(canvas, setting)


def _classroom(canvas: Canvas, setting: SceneSetting) -> None:
    light = daylight(setting)
    wall = light.tint(((232, 226, 208), (214, 226, 234), (222, 234, 214), (238, 218, 208))[setting.place % 4], 0.55)
    canvas.gradient(lighten(wall, 0.2), wall, 0, 8.0)
    canvas.gradient(light.tint((196, 156, 112), 0.5), light.tint((140, 104, 74), 0.5), 8.0, HEIGHT_UNITS)
    canvas.rectangle(0.4, 1.6, 5.9, 5.6, light.tint(WOOD, 0.5), 0.1)
    canvas.rectangle(0.65, 1.85, 5.65, 5.35, light.tint((44, 92, 70), 0.4))
    chalk = (226, 236, 228)
    if setting.violated:
        canvas.line([(1.0 + 0.6 * i, 2.3 + 2.6 * (i % 2)) for i in range(8)], chalk, 0.2)
        canvas.arc(3.6, 3.6, 1.2, (0, 360), setting.second, 0.22)
    else:
        for row in range(3):
            canvas.line([(1.1, 2.5 + row * 0.85), (4.6 - 0.7 * row, 2.5 + row * 0.85)], chalk, 0.12)
    window(canvas, setting, 6.6, 1.5, 2.0, 3.8)
    if light.lamps:
        canvas.glow(3.2, 0.9, 2.6, (255, 236, 170), 0.7)


def _rioter(canvas: Canvas, setting: SceneSetting, x: float, base: float, size: float, index: int) -> None:
    """A pupil without uniform who jumps on a desk."""
    _desk(canvas, setting, x, base, size)
    jump = 0.2 * abs(setting.wave(1.1, index / 5))
    pose = Pose("arms_up", 0, setting.time + index / 3)
    person(canvas, x, base + 0.1 - jump, 3.9 * size, look_of(setting, index), pose)


def _flying_papers(canvas: Canvas, setting: SceneSetting) -> None:
    for index, (across, up, turn) in enumerate(setting.random().random((13, 3))):
        x = 0.5 + 8.0 * (index % 4 + across) / 4
        y = 5.2 + 2.6 * (index // 4) + 1.6 * up + 0.2 * setting.wave(1.7, turn)
        angle = pi * turn + 0.3 * setting.wave(2.1, up)
        half = (0.62 * cos(angle), 0.62 * sin(angle))
        side = (-0.75 * half[1], 0.75 * half[0])
        corners = [(x + a * half[0] + b * side[0], y + a * half[1] + b * side[1]) for a, b in _CORNERS]
        canvas.polygon(corners, WHITE if index % 3 else lighten(setting.second, 0.75))


def _pupil(
    canvas: Canvas, setting: SceneSetting, place: tuple[float, float], size: float, uniform: Colour, index: int
) -> None:
    x, base = place
    height = 3.9 * size
    look = look_of(setting, index, top=uniform, bottom=darken(uniform, 0.3))
    nod = 0.03 * setting.wave(2.8, index / 9)
    floor = base + 0.4 * height
    hands = ((x + 0.13 * height, base - 0.02), (x - 0.13 * height, base - 0.02))
    person(canvas, x, floor + nod, height, look, Pose("sitting", 0, front_hand=hands[0], back_hand=hands[1]))
    neck = floor - 0.585 * height + nod
    collar = 0.07 * height
    canvas.polygon([(x - collar, neck), (x + collar, neck), (x, neck + 1.6 * collar)], WHITE)
    canvas.polygon([(x - 0.3 * collar, neck), (x + 0.3 * collar, neck), (x, neck + 2.6 * collar)], setting.second)
    _desk(canvas, setting, x, base, size)
    canvas.rectangle(x - 0.35 * size, base - 0.06 * size, x + 0.35 * size, base + 0.08 * size, WHITE)


def _desk(canvas: Canvas, setting: SceneSetting, x: float, base: float, size: float) -> None:
    wood = daylight(setting).tint((222, 180, 126), 0.5)
    canvas.rectangle(x - 1.15 * size, base, x + 1.15 * size, base + 0.26 * size, lighten(wood, 0.25), 0.05)
    canvas.rectangle(x - 1.05 * size, base + 0.26 * size, x + 1.05 * size, base + 1.15 * size, wood)


@scene("marching_band")
def marching_band(canvas: Canvas, setting: SceneSetting) -> None:
    """Soldiers with tall hats march in step behind a drum; violated: they run apart, hats and drum on the ground."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.4)
    road = light.tint((176, 170, 164))
    canvas.gradient(road, darken(road, 0.22), 11.8, HEIGHT_UNITS)
    for x in (0.5, 4.9)[: 1 + round(setting.clutter)]:
        flag(canvas, x, 11.8, 6.4, setting)
    (_broken_ranks if setting.violated else _ranks)(canvas, setting, darken(road, 0.45))


def _soldier(setting: SceneSetting, index: int) -> Appearance:
    coat = mix((206, 36, 44), setting.accent, 0.35)
    return look_of(setting, index, top=coat, bottom=(40, 44, 62), long_hair=False)


def _ranks(canvas: Canvas, setting: SceneSetting, shade: Colour) -> None:
    height, phase = 6.5 * setting.size, setting.time * 0.9
    for index in range(3):
        x, base = 1.6 + index * 2.75, 14.9
        pose = Pose("walking", 1, phase)
        canvas.ellipse(x, base + 0.08, 0.9, 0.14, fill=shade)
        if index == 2:
            beat = 0.18 * setting.wave(0.6)
            hands = ((x + 0.2 * height, base - 0.58 * height + beat), (x + 0.16 * height, base - 0.58 * height - beat))
            pose = Pose("walking", 1, phase, *hands)
        person(canvas, x, base, height, _soldier(setting, index), pose)
        sash = [(x - 0.05 * height, base - 0.74 * height), (x + 0.07 * height, base - 0.5 * height)]
        canvas.line(sash, WHITE, 0.035 * height)
        canvas.rectangle(x - 0.08 * height, base - 0.51 * height, x + 0.08 * height, base - 0.47 * height, WHITE)
        for button in (0.56, 0.62, 0.68):
            canvas.ellipse(x + 0.06 * height, base - button * height, 0.07, fill=GOLD)
        _bearskin(canvas, x, base, height, pose)
        if index == 2:
            _drum(canvas, x + 0.2 * height, base - 0.42 * height, 0.12 * height, setting)
        else:
            muzzle = (x - 0.1 * height, base - 1.14 * height)
            canvas.line([(x - 0.02 * height, base - 0.45 * height), muzzle], (96, 62, 40), 0.16)
            canvas.line([muzzle, (x - 0.12 * height, base - 1.28 * height)], GREY, 0.08)


def _broken_ranks(canvas: Canvas, setting: SceneSetting, shade: Colour) -> None:
    """Two soldiers run away to either side, a third one naps across the road."""
    height, phase = 6.5 * setting.size, setting.time * 0.9
    for index, (x, facing) in enumerate(((2.1, -1), (6.9, 1))):
        base = 13.4 + 0.1 * index
        canvas.ellipse(x, base + 0.1, 1.0, 0.14, fill=shade)
        person(canvas, x, base, height, _soldier(setting, index), Pose("running", facing, phase + 0.2 * index))
    canvas.rectangle(2.7, 13.0, 5.1, 14.1, (26, 26, 32), 0.5)
    canvas.ellipse(3.7, 13.55, 0.25, fill=GOLD)
    canvas.line([(6.1, 14.4), (1.2, 13.9)], (96, 62, 40), 0.18)
    canvas.ellipse(4.2, 15.65, 3.4, 0.2, fill=shade)
    person(canvas, 6.6, 15.6, 0.98 * height, _soldier(setting, 2), Pose("lying", 1, 0.0))
    half = 0.14 * height
    canvas.rectangle(7.9 - half, 14.2 - half, 7.9 + half, 14.2 + half, setting.second, 0.1)
    for side in (-1, 0.7):
        canvas.rectangle(
            7.9 + side * half, 14.2 - 1.1 * half, 7.9 + (side + 0.3) * half, 14.2 + 1.1 * half, WHITE, 0.05
        )


def _bearskin(canvas: Canvas, x: float, base: float, height: float, pose: Pose) -> None:
    (head_x, head_y), radius = head_position(x, base, height, pose)
    left, right, fur = head_x - radius, head_x + radius, (26, 26, 32)
    canvas.rectangle(left, head_y - 2.6 * radius, right, head_y - 0.25 * radius, fur, 0.8 * radius)
    canvas.rectangle(left, head_y - 0.7 * radius, right + 0.15 * radius, head_y - 0.3 * radius, fur)
    canvas.ellipse(head_x + 0.4 * radius, head_y - 1.4 * radius, 0.3 * radius, fill=GOLD)
    canvas.arc(head_x + 0.2 * radius, head_y + 0.1 * radius, 0.8 * radius, (20, 120), GOLD, 0.08)


def _drum(canvas: Canvas, x: float, y: float, half: float, setting: SceneSetting) -> None:
    canvas.rectangle(x - half, y - half, x + half, y + half, setting.second, 0.05)
    for top in (-half, 0.75 * half):
        canvas.rectangle(x - 1.1 * half, y + top, x + 1.1 * half, y + top + 0.3 * half, WHITE, 0.05)
    canvas.line([(x - half, y - 0.7 * half), (x, y + 0.7 * half), (x + half, y - 0.7 * half)], WHITE, 0.07)


@scene("red_light")
def red_light(canvas: Canvas, setting: SceneSetting) -> None:
    """A big traffic light is red and people wait at the kerb; violated: they run over the zebra crossing."""
    light = daylight(setting)
    outdoors(canvas, setting, 9.6)
    canvas.rectangle(0, 10.4, WIDTH_UNITS, 13.6, light.tint((200, 196, 192)))
    canvas.gradient(light.tint((98, 100, 110)), light.tint((66, 68, 78)), 13.6, HEIGHT_UNITS)
    canvas.rectangle(0, 13.3, WIDTH_UNITS, 13.65, light.tint((226, 224, 220)))
    for stripe in range(5):
        x = 0.2 + stripe * 1.85
        corners = [(x + 0.2, 13.9), (x + 1.1, 13.9), (x + 1.0, HEIGHT_UNITS), (x - 0.1, HEIGHT_UNITS)]
        canvas.polygon(corners, light.tint(WHITE))
    count = 2 + round(setting.clutter)
    if not setting.violated:
        height = 5.2 * setting.size
        for index in range(count):
            x = (1.1, 3.0, 4.75)[index]
            person(
                canvas, x, 13.1 + 0.12 * (index % 2), height * (1, 0.9, 0.96)[index], look_of(setting, index),
                Pose(("standing", "hands_on_hips", "standing")[index], 0, phase=setting.time),
            )  # fmt: skip
    _traffic_light(canvas, setting, 6.9, setting.size)
    if setting.clutter > 0.3:
        car(canvas, (setting.time * 5 + setting.seed % 9) % 15 - 3, 15.7, 1.5, setting)
    if setting.violated:
        for index in range(count):
            x = (1.6, 4.3, 6.9)[index]
            pose = Pose("running", 1, setting.time * 1.1 + index * 0.4)
            person(canvas, x, 15.2 + 0.2 * (index % 2), 6.4 * setting.size, look_of(setting, index), pose)


def _traffic_light(canvas: Canvas, setting: SceneSetting, x: float, scale: float) -> None:
    top, half = 8.4 - 6.4 * scale, 1.25 * scale
    case = (40, 42, 50)
    canvas.rectangle(x - 0.22, 8.0, x + 0.22, 13.4, (76, 80, 90))
    canvas.rectangle(x - half - 0.14, top - 0.14, x + half + 0.14, 8.54, (236, 238, 242), 0.5)
    canvas.rectangle(x - half, top, x + half, 8.4, case, 0.45)
    gap = (8.4 - top) / 3
    strength = 0.8 + 0.2 * setting.wave(1.2)
    canvas.glow(x, top + gap / 2, 2.5 * scale, (255, 50, 40), 0.8 * strength)
    for index, colour in enumerate(((255, 44, 36), (84, 72, 30), (28, 74, 44))):
        y = top + gap * (index + 0.5)
        canvas.ellipse(x, y, 0.88 * scale, fill=darken(colour, 0.45))
        canvas.ellipse(x, y, 0.78 * scale, fill=colour)
        canvas.pie(x, y, 1.0 * scale, (190, 350), case if index else darken(colour, 0.25))
        canvas.ellipse(x, y + 0.06 * scale, 0.74 * scale, fill=colour)
    canvas.ellipse(x - 0.25 * scale, top + gap / 2 - 0.2 * scale, 0.2 * scale, 0.14 * scale, fill=(255, 170, 160))


@scene("ticket_gate")
def ticket_gate(canvas: Canvas, setting: SceneSetting) -> None:
    """A passenger holds up a ticket and the barrier of a station is open; violated: a leap over the closed barrier."""
    _station_hall(canvas, setting)
    height, floor = 6.6 * setting.size, 14.9
    guard = look_of(setting, 1, top=_NAVY, bottom=darken(_NAVY, 0.3), hat=_NAVY, long_hair=False)
    alarm = Pose("arms_up", -1, setting.time * 1.5) if setting.violated else Pose("standing", -1, 0.0)
    person(canvas, 7.7, floor, 0.95 * height, guard, alarm)
    if setting.violated:
        _barrier(canvas, setting, floor, raised=False)
        leap = 0.25 * setting.wave(1.4)
        jumper = Pose("running", 1, 0.22, front_hand=(5.4, 4.3 + leap), back_hand=(1.6, 5.2 + leap))
        person(canvas, 3.4, 10.9 + leap, height, look_of(setting, 0), jumper)
    else:
        _barrier(canvas, setting, floor, raised=True)
        hand = (4.35, 8.7 + 0.1 * setting.wave(1.6))
        walk = Pose("walking", 1, 0.1 + 0.04 * setting.wave(2.2), front_hand=hand)
        person(canvas, 2.6, floor, height, look_of(setting, 0), walk)
        ticket = (255, 220, 96)
        canvas.rectangle(hand[0] - 0.25, hand[1] - 1.5, hand[0] + 0.75, hand[1] + 0.1, darken(ticket, 0.3), 0.1)
        canvas.rectangle(hand[0] - 0.17, hand[1] - 1.42, hand[0] + 0.67, hand[1] + 0.02, ticket, 0.08)


def _station_hall(canvas: Canvas, setting: SceneSetting) -> None:
    """Wall of tiles with a train behind an opening, a departure board and a stone floor."""
    light = daylight(setting)
    wall = light.tint(((214, 222, 226), (236, 220, 190), (206, 226, 212), (230, 208, 204))[setting.place % 4], 0.5)
    outdoors(canvas, setting, 9.0)
    canvas.rectangle(0, 0, WIDTH_UNITS, 5.4, wall)
    canvas.rectangle(0, 9.6, WIDTH_UNITS, 12.9, darken(wall, 0.12))
    for row in range(3):
        canvas.line([(0, 10.5 + row * 0.9), (WIDTH_UNITS, 10.5 + row * 0.9)], wall, 0.08, False)
    for x in (0.0, 4.2, 8.5):
        canvas.rectangle(x, 5.2, x + 0.5, 12.9, darken(wall, 0.22))
    canvas.gradient(light.tint((176, 166, 158), 0.5), light.tint((128, 120, 118), 0.5), 12.9, HEIGHT_UNITS)
    canvas.rectangle(0.5, 0.8, 5.6, 4.4, (34, 42, 60), 0.15)
    for row in range(3):
        canvas.rectangle(0.9, 1.25 + row, 3.0 + 0.4 * (row % 2), 1.65 + row, (250, 206, 90), 0.08)
        canvas.rectangle(4.2, 1.25 + row, 5.2, 1.65 + row, (236, 238, 240), 0.08)
    canvas.ellipse(7.3, 2.6, 1.35, fill=darken(wall, 0.45))
    canvas.ellipse(7.3, 2.6, 1.2, fill=WHITE)
    canvas.line([(7.3, 1.75), (7.3, 2.6), (7.95, 2.9)], BLACK, 0.14)


def _barrier(canvas: Canvas, setting: SceneSetting, floor: float, raised: bool) -> None:
    """Ticket machine with a striped bar, which stands up behind a green lamp or lies across below a red one."""
    case = setting.accent
    length, thick = 4.4, 0.55
    for index in range(6):
        near, far = index * length / 6, (index + 1) * length / 6
        colour = RED if index % 2 else WHITE
        if raised:
            canvas.rectangle(5.95 - thick / 2, 10.8 - far, 5.95 + thick / 2, 10.8 - near, colour)
        else:
            canvas.rectangle(5.6 - far, 11.2 - thick / 2, 5.6 - near, 11.2 + thick / 2, colour)
    if not raised:
        canvas.rectangle(0.9, 10.9, 1.4, floor, GREY, 0.1)
    canvas.rectangle(5.2, 10.3, 6.7, floor, darken(case, 0.35), 0.25)
    canvas.rectangle(5.35, 10.45, 6.55, floor - 0.15, case, 0.2)
    lamp = (64, 206, 106) if raised else (248, 62, 52)
    canvas.glow(5.95, 11.4, 1.3, lamp, 0.6)
    canvas.ellipse(5.95, 11.4, 0.48, fill=lamp)
    canvas.rectangle(5.6, 12.5, 6.3, 12.75, BLACK)
