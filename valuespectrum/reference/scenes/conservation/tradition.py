"""Scenes of tradition: worship, feasts, weddings, ancestors and old ceremonies."""

from __future__ import annotations

import math
from collections.abc import Sequence

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room
from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import (
    Appearance,
    Pose,
    crowd,
    feet_position,
    hand_position,
    head_position,
    look_of,
    mix_point,
    person,
)
from valuespectrum.reference.painting.props import (
    BLACK,
    CREAM,
    GOLD,
    GREEN,
    RED,
    WHITE,
    candle,
    flower,
    in_light,
    lantern,
    pine,
    smoke,
    table,
)
from valuespectrum.reference.scenes import scene

_SEPIA: Colour = (196, 164, 118)
_GATE: Colour = (150, 44, 38)


def pagoda(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting, inhabited: bool = True) -> None:
    """Temple tower of three swept roofs, lit at night if inhabited; ``(x, y)`` is the middle of its base."""
    roof, wall = in_light((178, 48, 40), setting), in_light((236, 206, 160), setting)
    glow: Colour = (255, 212, 110) if daylight(setting).lamps and inhabited else (112, 62, 44)
    base = y
    for storey, half in enumerate((0.36, 0.27, 0.18)):
        tall = 0.2 * height
        canvas.rectangle(x - half * height * 0.72, base - tall, x + half * height * 0.72, base, wall)
        for door in range(-1, 2):
            middle = x + door * half * height * 0.44
            canvas.rectangle(middle - 0.035 * height, base - 0.75 * tall, middle + 0.035 * height, base, glow, 0.03)
        top = base - tall
        wide = half * height * 1.25
        canvas.polygon(
            [
                (x - wide, top - 0.04 * height),
                (x - 0.7 * wide, top - 0.05 * height),
                (x - 0.45 * wide, top - 0.1 * height),
                (x + 0.45 * wide, top - 0.1 * height),
                (x + 0.7 * wide, top - 0.05 * height),
                (x + wide, top - 0.04 * height),
                (x + 0.85 * wide, top + 0.03 * height),
                (x - 0.85 * wide, top + 0.03 * height),
            ],
            darken(roof, 0.08 * storey),
        )
        canvas.rectangle(
            x - 0.86 * wide, top + 0.015 * height, x + 0.86 * wide, top + 0.035 * height, darken(roof, 0.4)
        )
        base = top - 0.08 * height
    canvas.line([(x, base), (x, y - height)], in_light(GOLD, setting), 0.025 * height)
    canvas.ellipse(x, y - 0.93 * height, 0.03 * height, fill=in_light(GOLD, setting))


@scene("temple_incense")
def temple_incense(canvas: Canvas, setting: SceneSetting) -> None:
    """A pagoda behind a bronze bowl: incense smoking in it, or the gates boarded up and the bowl tipped over, cold."""
    outdoors(canvas, setting, 10.4)
    for x in (0.7, 8.3) if setting.clutter > 0.3 else (8.3,):
        pine(canvas, x, 11.6, 3.4, setting)
    stone = in_light((188, 184, 178), setting)
    canvas.polygon([(3.4, 11.6), (5.6, 11.6), (7.4, 16), (1.6, 16)], lighten(stone, 0.2))
    pagoda(canvas, 4.5, 11.9, 9.6 * setting.size, setting, not setting.violated)
    for step in range(3):
        canvas.rectangle(
            1.3 - 0.3 * step, 11.8 + 0.3 * step, 7.7 + 0.3 * step, 12.1 + 0.3 * step, darken(stone, 0.1 * step)
        )
    if setting.violated:
        _boards_and_weeds(canvas, setting)
        _tipped_bowl(canvas, setting)
    else:
        _incense_bowl(canvas, setting)


def _incense_bowl(canvas: Canvas, setting: SceneSetting) -> None:
    bronze = in_light((126, 98, 58), setting)
    for side in (-1, 1):
        canvas.line([(4.5 + side * 0.9, 13.9), (4.5 + side * 1.2, 15.5)], darken(bronze, 0.3), 0.28)
        canvas.arc(4.5 + side * 1.75, 13.3, 0.35, (0, 360), darken(bronze, 0.2), 0.14)
    for index in range(5):
        x = 3.7 + 0.4 * index
        canvas.line([(x, 13), (x + 0.06 * (index - 2), 11.5)], (168, 62, 44), 0.09)
        canvas.ellipse(x + 0.06 * (index - 2), 11.45, 0.1, fill=(255, 150, 60))
        smoke(canvas, x + 0.06 * (index - 2), 11.4, 4.2, setting, (228, 228, 234))
    canvas.pie(4.5, 13, 1.75, (0, 180), bronze)
    canvas.rectangle(2.65, 12.75, 6.35, 13.1, lighten(bronze, 0.15), 0.15)


def _tipped_bowl(canvas: Canvas, setting: SceneSetting) -> None:
    bronze, ash = in_light((126, 98, 58), setting), in_light((214, 210, 206), setting)
    canvas.polygon([(4.6, 15.4), (5.6, 14.5), (7.6, 15.1), (8.7, 15.5)], ash)
    for x, y in ((6.6, 15.2), (7.4, 14.9), (5.9, 15.6)):
        canvas.line([(x, y), (x + 1.3, y + 0.25)], (168, 62, 44), 0.1)
    for y in (13.1, 14.5):
        canvas.line([(2.6, y), (1.2, y - 0.25)], darken(bronze, 0.3), 0.28)
    canvas.pie(4.2, 13.8, 1.75, (90, 270), bronze)
    canvas.rectangle(4.05, 11.95, 4.4, 15.65, lighten(bronze, 0.15), 0.15)


def _boards_and_weeds(canvas: Canvas, setting: SceneSetting) -> None:
    plank, size = in_light((206, 170, 122), setting), setting.size
    for left, right, low, high in ((-2.6, 2.6, 8.0, 11.2), (2.6, -2.6, 8.0, 11.2), (-2.1, 2.1, 9.0, 8.7)):
        ends = [(4.5 + left * size, 11.9 - (11.9 - low) * size), (4.5 + right * size, 11.9 - (11.9 - high) * size)]
        canvas.line(ends, darken(plank, 0.3), 0.68, False)
        canvas.line(ends, plank, 0.54, False)
    weed = in_light((92, 134, 66), setting)
    for x, height in ((0.6, 1.8), (1.4, 1.2), (2.2, 1.6), (6.9, 1.7), (7.7, 1.1), (8.5, 2.0)):
        for lean in (-0.5, 0.0, 0.5):
            canvas.polygon([(x - 0.2, 13.4), (x + lean, 13.4 - height), (x + 0.2, 13.4)], weed)


@scene("folk_dancers")
def folk_dancers(canvas: Canvas, setting: SceneSetting) -> None:
    """Dancers in costume who circle a maypole with ribbons, or bored people on phones and the maypole on the ground."""
    outdoors(canvas, setting, 10)
    if setting.violated:
        _bored_people(canvas, setting)
        _fallen_maypole(canvas, setting)
    else:
        _round_dance(canvas, setting)


def _round_dance(canvas: Canvas, setting: SceneSetting) -> None:
    top = (4.5, 2.6)
    count = 6 if setting.clutter > 0.3 else 5
    turns = [setting.time * 0.5 + 2 * math.pi * index / count for index in range(count)]
    ribbons = (RED, WHITE, setting.accent, GOLD, setting.second, GREEN)
    pole_drawn = False
    for index in sorted(range(count), key=lambda one: math.sin(turns[one])):
        depth = math.sin(turns[index])
        if depth > 0 and not pole_drawn:
            _maypole(canvas, setting, top)
            pole_drawn = True
        x, y = 4.5 + 3.1 * math.cos(turns[index]), 12.9 + 1.6 * depth
        height = (4.3 + 0.7 * depth) * setting.size
        facing = 1 if depth < 0 else -1
        hop = 0.15 * abs(setting.wave(1.0, index / count))
        pose = Pose("one_arm_up", facing, setting.time)
        hand = hand_position(x, y - hop, height, pose)[0]
        sag = ((top[0] + hand[0]) / 2, (top[1] + hand[1]) / 2 + 0.5)
        canvas.line([top, sag, hand], in_light(ribbons[index], setting), 0.13)
        _dancer(canvas, setting, index, (x, y - hop, height), pose)


def _bored_people(canvas: Canvas, setting: SceneSetting) -> None:
    directions = (-1, 0, 0, 1) if setting.clutter > 0.3 else (-1, 0, 1)
    for index, facing in enumerate(directions):
        x, height = 9 * (index + 0.5) / len(directions), (5.4 + 0.3 * (index % 2)) * setting.size
        hand = (x + 0.22 * height * facing, 13.0 - 0.62 * height)
        look = look_of(setting, index, bottom=((66, 88, 140), (70, 70, 84))[index % 2])
        pose = Pose("standing", facing, front_hand=hand, back_hand=hand)
        person(canvas, x, 13.0 + 0.3 * (index % 2), height, look, pose)
        canvas.glow(*hand, 0.8, (190, 225, 255), 0.6)
        canvas.rectangle(hand[0] - 0.22, hand[1] - 0.42, hand[0] + 0.22, hand[1] + 0.3, BLACK, 0.08)


def _fallen_maypole(canvas: Canvas, setting: SceneSetting) -> None:
    foot, top = (0.2, 15.5), (7.9, 13.9)
    for index, colour in enumerate((RED, WHITE, setting.accent, GOLD, setting.second)):
        x = 3.0 + 1.1 * index
        ribbon = [(7.6, 14.2), (x + 1.2, 15.3), (x, 14.7 + 0.2 * (index % 2)), (x - 1.0, 15.8)]
        canvas.line(ribbon, in_light(colour, setting), 0.15)
    canvas.line([foot, top], in_light(WHITE, setting), 0.46)
    for step in range(8):
        start, end = mix_point(foot, top, (step + 0.2) / 8), mix_point(foot, top, (step + 0.6) / 8)
        canvas.line([start, end], in_light(RED, setting), 0.46, False)
    for index in range(12):
        turn = math.pi * index / 6
        colour = in_light((GREEN, RED, GREEN, GOLD)[index % 4], setting)
        canvas.ellipse(7.6 + 0.5 * math.cos(turn), 13.9 + 1.1 * math.sin(turn), 0.3, fill=colour)


def _maypole(canvas: Canvas, setting: SceneSetting, top: tuple[float, float]) -> None:
    canvas.rectangle(4.36, 2.2, 4.64, 13.2, in_light(WHITE, setting))
    for step in range(10):
        y = 3.2 + step
        canvas.polygon([(4.36, y), (4.64, y - 0.5), (4.64, y - 0.1), (4.36, y + 0.4)], in_light(RED, setting))
    for index in range(12):
        turn = math.pi * index / 6
        colour = (GREEN, RED, GREEN, GOLD)[index % 4]
        canvas.ellipse(
            top[0] + 1.15 * math.cos(turn), top[1] + 0.6 + 0.4 * math.sin(turn), 0.3, fill=in_light(colour, setting)
        )
    canvas.ellipse(4.5, 2.1, 0.24, fill=in_light(GOLD, setting))


def _dancer(canvas: Canvas, setting: SceneSetting, index: int, place: tuple[float, float, float], pose: Pose) -> None:
    x, y, height = place
    skirt: Colour = (setting.accent, RED, setting.second)[index % 3]
    person(canvas, x, y, height, look_of(setting, index, top=WHITE, bottom=BLACK), pose)
    swing = 0.03 * height * setting.wave(1.0, index / 5)
    hem = y - 0.16 * height
    canvas.polygon(
        [
            (x - 0.07 * height, y - 0.53 * height),
            (x + 0.07 * height, y - 0.53 * height),
            (x + 0.23 * height + swing, hem),
            (x - 0.23 * height + swing, hem),
        ],
        skirt,
    )
    canvas.line(
        [(x - 0.21 * height + swing, hem - 0.04 * height), (x + 0.21 * height + swing, hem - 0.04 * height)],
        GOLD,
        0.03 * height,
    )
    canvas.polygon(
        [(x - 0.07 * height, y - 0.76 * height), (x + 0.07 * height, y - 0.76 * height), (x, y - 0.53 * height)],
        darken(skirt, 0.35),
    )
    (head_x, head_y), radius = head_position(x, y, height, pose)
    for petal in range(5):
        canvas.ellipse(
            head_x + (petal - 2) * 0.42 * radius,
            head_y - (0.95 - 0.1 * abs(petal - 2)) * radius,
            0.3 * radius,
            fill=(RED, GOLD)[petal % 2],
        )


@scene("lantern_festival")
def lantern_festival(canvas: Canvas, setting: SceneSetting) -> None:
    """A crowd at an old gate: paper lanterns rise over it, or a digger tears it down and they lie on the ground."""
    outdoors(canvas, setting, 12)
    if setting.violated:
        _falling_gate(canvas, setting)
        _digger(canvas, setting, 6.7, 13.7)
    else:
        _gate_with_lanterns(canvas, setting)
    crowd(canvas, 14.3, 0.62, [look_of(setting, index) for index in range(6)], True, setting.time * 0.4)


def _gate_with_lanterns(canvas: Canvas, setting: SceneSetting) -> None:
    gate = in_light(_GATE, setting)
    for x in (1.0, 8.0):
        canvas.rectangle(x - 0.22, 7.6, x + 0.22, 14, gate)
    canvas.polygon([(-0.2, 6.7), (0.6, 7.1), (8.4, 7.1), (9.2, 6.7), (8.9, 7.7), (0.1, 7.7)], darken(gate, 0.15))
    canvas.rectangle(0.4, 8.3, 8.6, 8.7, gate)
    for index in range(5):
        lantern(canvas, 1.9 + 1.3 * index, 9.35 + 0.05 * setting.wave(2.0, index / 4), 0.95, setting)
    rows = setting.random().random((9 + round(4 * setting.clutter), 3))
    for index, (x, y, near) in enumerate(rows):
        size = (0.75 + 0.75 * near) * setting.size
        height = 13.0 - (y * 14 + setting.time * (0.5 + 0.3 * near)) % 14
        _sky_lantern(canvas, 0.7 + (index * 3.1 + x) % 7.6, height, size, setting)


def _falling_gate(canvas: Canvas, setting: SceneSetting) -> None:
    gate = in_light(_GATE, setting)
    canvas.line([(1.0, 14.0), (0.5, 7.2)], gate, 0.44)
    beam = [(-0.3, 6.2), (0.5, 6.9), (4.2, 11.4), (3.5, 12.1), (-0.1, 7.6)]
    canvas.polygon(beam, darken(gate, 0.15))
    canvas.line([(0.7, 9.0), (2.8, 12.0)], gate, 0.36)
    canvas.polygon([(8.0, 14.0), (8.5, 14.0), (8.6, 8.6), (8.35, 9.2), (8.2, 8.3)], gate)
    paper = in_light(RED, setting)
    for index in range(5 + round(3 * setting.clutter)):
        x, y = 0.9 + (index * 1.9) % 7.4, 12.7 + 0.35 * (index % 3)
        canvas.ellipse(x, y, 0.55, 0.32, darken(paper, 0.12 * (index % 2)))
        canvas.line([(x - 0.45, y - 0.1), (x - 0.1, y + 0.1), (x + 0.3, y - 0.12)], darken(paper, 0.4), 0.08)
        canvas.rectangle(x + 0.45, y - 0.2, x + 0.62, y + 0.2, (120, 60, 40))


def _digger(canvas: Canvas, setting: SceneSetting, x: float, base: float) -> None:
    yellow, size = in_light((246, 190, 40), setting), setting.size
    canvas.rectangle(x - 1.6 * size, base - 1.0 * size, x + 2.2 * size, base, BLACK, 0.45)
    for hub in (-1.0, 0.3, 1.6):
        canvas.ellipse(x + hub * size, base - 0.5 * size, 0.32 * size, fill=(120, 122, 130))
    canvas.rectangle(x - 1.4 * size, base - 2.6 * size, x + 2.2 * size, base - 1.0 * size, yellow, 0.15)
    canvas.rectangle(x - 0.2 * size, base - 4.4 * size, x + 1.5 * size, base - 2.5 * size, yellow, 0.15)
    canvas.rectangle(x + 0.0, base - 4.1 * size, x + 1.2 * size, base - 2.8 * size, (176, 214, 232), 0.1)
    nod = 0.25 * setting.wave(2.6)
    elbow, wrist = (x - 2.0 * size, base - 6.6 * size), (x - 3.9 * size, base - 4.2 * size + nod)
    canvas.line([(x - 0.9 * size, base - 2.2 * size), elbow, wrist], darken(yellow, 0.1), 0.55 * size)
    scoop = ((-0.5, -0.4), (0.7, -0.2), (0.6, 1.1), (-0.3, 1.3), (-0.9, 0.5))
    canvas.polygon([(wrist[0] + dx * size, wrist[1] + dy * size) for dx, dy in scoop], (84, 86, 96))


def _sky_lantern(canvas: Canvas, x: float, y: float, size: float, setting: SceneSetting) -> None:
    canvas.glow(x, y, 1.2 * size, (255, 180, 80), 0.65)
    x += 0.08 * setting.wave(3.0, y / 14)
    paper = [
        (x - 0.42 * size, y - 0.7 * size),
        (x + 0.42 * size, y - 0.7 * size),
        (x + 0.55 * size, y),
        (x + 0.34 * size, y + 0.5 * size),
    ]
    canvas.polygon([*paper, (x - 0.34 * size, y + 0.5 * size), (x - 0.55 * size, y)], (250, 150, 60))
    canvas.ellipse(x, y + 0.1 * size, 0.3 * size, 0.38 * size, (255, 226, 140))
    canvas.rectangle(x - 0.34 * size, y + 0.44 * size, x + 0.34 * size, y + 0.54 * size, (160, 80, 40))


@scene("wedding_arch")
def wedding_arch(canvas: Canvas, setting: SceneSetting) -> None:
    """A bride and a groom hand in hand under an arch of flowers, or the arch fallen and the bride running away."""
    outdoors(canvas, setting, 10.2)
    canvas.polygon([(3.5, 10.2), (5.5, 10.2), (7.6, 16), (1.4, 16)], in_light((238, 226, 226), setting))
    path = [(1.0, 13.6 - 0.55 * step) for step in range(14)]
    path += [
        (4.5 - 3.5 * math.cos(math.pi * step / 16), 6.0 - 3.5 * math.sin(math.pi * step / 16)) for step in range(17)
    ]
    path += [(8.0, 6.4 + 0.55 * step) for step in range(14)]
    if setting.violated:
        _garland(canvas, setting, [(9.0 - x, y) for x, y in path[:10]])
        _garland(canvas, setting, [(0.4 + 0.33 * step, 12.2 + 0.5 * math.sin(0.3 * step)) for step in range(20)])
        _parting_couple(canvas, setting)
    else:
        _garland(canvas, setting, path)
        _bridal_couple(canvas, setting)


def _garland(canvas: Canvas, setting: SceneSetting, path: Sequence[Point]) -> None:
    blossoms = (WHITE, (244, 160, 178), lighten(setting.accent, 0.4), (120, 176, 104))
    canvas.line(path, in_light((92, 142, 84), setting), 0.5)
    for index, ((x, y), (dx, dy, size)) in enumerate(zip(path, setting.random().random((len(path), 3)), strict=True)):
        place = (x + 0.5 * dx - 0.25, y + 0.4 * dy - 0.2)
        canvas.ellipse(*place, 0.28 + 0.16 * size, fill=in_light(blossoms[index % 4], setting))


def _bride_and_groom(setting: SceneSetting) -> tuple[Appearance, Appearance]:
    bride = look_of(setting, 0, top=WHITE, bottom=WHITE, dress=True, long_hair=True)
    return bride, look_of(setting, 1, top=(40, 42, 58), bottom=(40, 42, 58), long_hair=False)


def _parting_couple(canvas: Canvas, setting: SceneSetting) -> None:
    height, floor = 6.4 * setting.size, 14.6
    bride, groom = _bride_and_groom(setting)
    person(canvas, 7.1, floor, 1.05 * height, groom, Pose("kneeling", -1, front_hand=(5.9, floor - 0.5 * height)))
    canvas.ellipse(6.92, floor - 0.47 * height, 0.14, fill=RED)
    pose = Pose("running", -1, setting.time * 0.8)
    x, flutter = 2.5, 0.25 * setting.wave(0.8)
    veil = [(0.02, -1.0), (0.2, -0.93), (0.42, -0.72), (0.4, -0.5), (0.1, -0.76)]
    canvas.polygon([(x + dx * height, floor + dy * height + flutter * dx) for dx, dy in veil], (232, 236, 244))
    person(canvas, x, floor, height, bride, pose)
    for foot_x, foot_y in feet_position(x, floor, height, pose):
        canvas.ellipse(foot_x - 0.03 * height, foot_y - 0.02 * height, 0.09 * height, 0.05 * height, setting.accent)
    _bouquet(canvas, (5.2, 15.3), setting)


def _bridal_couple(canvas: Canvas, setting: SceneSetting) -> None:
    height = 6.8 * setting.size
    floor, step = 14.6, 0.62 + 0.2 * setting.size
    near = (4.5, floor - 0.5 * height)
    bride, groom = _bride_and_groom(setting)
    _veil(canvas, 4.5 - step, floor, height)
    person(canvas, 4.5 + step, floor, 1.05 * height, groom, Pose("standing", -1, front_hand=near, back_hand=near))
    canvas.ellipse(4.5 + step - 0.18, floor - 0.66 * height, 0.14, fill=RED)
    person(canvas, 4.5 - step, floor, height, bride, Pose("standing", 1, front_hand=near, back_hand=near))
    skirt = ((4.3 - step, -0.5), (4.55 - step, -0.5), (5.1 - step, 0.0), (3.0 - step, 0.0))
    canvas.polygon([(x, floor + up * height) for x, up in skirt], WHITE)
    _bouquet(canvas, near, setting)
    for x, y, speed in setting.random().random((8 + round(8 * setting.clutter), 3)):
        fall = (y * 16 + setting.time * (0.7 + speed)) % 16
        canvas.ellipse(9 * x + 0.3 * setting.wave(2.5, y), fall, 0.11, 0.08, (248, 176, 190))


def _veil(canvas: Canvas, x: float, floor: float, height: float) -> None:
    canvas.polygon(
        [
            (x + 0.1, floor - 1.0 * height),
            (x - 0.5, floor - 0.97 * height),
            (x - 1.5, floor - 0.2),
            (x - 0.2, floor - 0.3),
        ],
        (232, 236, 244),
    )


def _bouquet(canvas: Canvas, place: tuple[float, float], setting: SceneSetting) -> None:
    x, y = place
    for dx, dy, colour in ((-0.22, 0, RED), (0.22, 0, setting.accent), (0, -0.2, (244, 160, 178)), (0, 0.15, WHITE)):
        canvas.ellipse(x + dx, y + dy, 0.24, fill=colour)


@scene("ancestor_portraits")
def ancestor_portraits(canvas: Canvas, setting: SceneSetting) -> None:
    """Old portraits over an altar with burning candles, or thrown in a bin before a television on that altar."""
    room(canvas, setting, 13.6)
    size = setting.size
    if not setting.violated:
        for index, (x, y, half) in enumerate(((1.65, 8.1, 1.15), (7.35, 8.1, 1.15), (4.5, 7.5, 1.45))):
            _portrait(canvas, (x, y, half * size), setting, index)
    table(canvas, 4.5, 15.2, 3.4, 8.2, (104, 58, 44))
    canvas.rectangle(1.2, 11.8, 7.8, 13.3, lighten(setting.accent, 0.1))
    canvas.rectangle(1.2, 13.1, 7.8, 13.3, GOLD)
    if setting.violated:
        _television(canvas, setting, 4.5, 11.8)
        _bin_of_portraits(canvas, setting)
        return
    for x, height in ((0.9, 2.1), (2.1, 1.6), (3.3, 2.3), (5.7, 2.3), (6.9, 1.6), (8.1, 2.1)):
        candle(canvas, x, 11.85, height, setting)
    for dx in (-0.45, 0.0, 0.45):
        flower(canvas, 4.5 + dx, 11.5, 1.3 + 0.2 * (dx == 0), setting, WHITE)
    canvas.polygon([(3.95, 10.9), (5.05, 10.9), (4.8, 11.85), (4.2, 11.85)], (96, 122, 170))


def _television(canvas: Canvas, setting: SceneSetting, x: float, base: float) -> None:
    """A wide screen with a football match."""
    half, tall = 3.4 * setting.size, 4.4 * setting.size
    top = base - tall - 0.5
    canvas.glow(x, top + tall / 2, 1.4 * half, (170, 220, 255), 0.5)
    canvas.rectangle(x - 0.9, base - 0.6, x + 0.9, base, BLACK, 0.1)
    canvas.rectangle(x - half, top, x + half, base - 0.4, BLACK, 0.2)
    canvas.rectangle(x - half + 0.25, top + 0.25, x + half - 0.25, base - 0.65, (70, 176, 84))
    canvas.rectangle(x - 0.06, top + 0.25, x + 0.06, base - 0.65, WHITE)
    canvas.arc(x, top + tall / 2, 0.9, (0, 360), WHITE, 0.12)
    for index, (dx, dy) in enumerate(((-0.7, 0.35), (-0.4, 0.7), (0.45, 0.4), (0.72, 0.72))):
        player = x + (dx + 0.08 * setting.wave(1.6, index / 4)) * half
        person(canvas, player, top + (dy + 0.18) * tall, 1.5, look_of(setting, index), Pose("running", 1, setting.time))
    canvas.ellipse(x + 0.6 * half * setting.wave(2.3), top + 0.6 * tall, 0.17, fill=WHITE)


def _bin_of_portraits(canvas: Canvas, setting: SceneSetting) -> None:
    for index, (x, y) in enumerate(((5.8, 12.6), (8.0, 12.8), (6.9, 13.1))):
        _portrait(canvas, (x, y, 1.05), setting, index)
    steel: Colour = (120, 128, 140)
    canvas.polygon([(4.7, 13.6), (9.1, 13.6), (8.6, 15.9), (5.2, 15.9)], steel)
    canvas.line([(4.6, 13.6), (9.2, 13.6)], lighten(steel, 0.3), 0.3)
    for x in (5.7, 6.5, 7.3, 8.1):
        canvas.line([(x, 14.1), (x + 0.08 * (6.9 - x), 15.5)], darken(steel, 0.25), 0.14)
    for x in (0.9, 2.4):
        canvas.rectangle(x, 11.55, x + 1.1, 11.85, CREAM, 0.05)


def _portrait(canvas: Canvas, place: tuple[float, float, float], setting: SceneSetting, index: int) -> None:
    x, y, half = place
    tall = 1.32 * half
    canvas.rectangle(x - half, y - tall, x + half, y + tall, (196, 150, 50), 0.1)
    canvas.rectangle(x - 0.85 * half, y - 0.88 * tall, x + 0.85 * half, y + 0.88 * tall, (110, 74, 40), 0.05)
    canvas.rectangle(x - 0.78 * half, y - 0.82 * tall, x + 0.78 * half, y + 0.82 * tall, _SEPIA)
    skin, hair = mix(setting.skin[index], _SEPIA, 0.45), mix(setting.hair[index], (236, 226, 206), 0.6)
    coat = mix((70, 52, 40), setting.second, 0.15)
    canvas.pie(x, y + 0.82 * tall, 0.68 * half, (180, 360), coat)
    canvas.rectangle(x - 0.16 * half, y + 0.05 * tall, x + 0.16 * half, y + 0.35 * tall, darken(skin, 0.1))
    canvas.ellipse(x, y - 0.14 * tall, 0.44 * half, 0.5 * half, hair)
    canvas.ellipse(x, y - 0.04 * tall, 0.36 * half, 0.44 * half, skin)
    for side in (-1, 1):
        canvas.ellipse(x + side * 0.14 * half, y - 0.08 * tall, 0.05 * half, fill=(60, 44, 36))
    canvas.line([(x - 0.12 * half, y + 0.16 * tall), (x + 0.12 * half, y + 0.16 * tall)], (110, 66, 50), 0.05 * half)
    if index == 1:
        canvas.pie(x, y + 0.1 * tall, 0.36 * half, (20, 160), hair)


@scene("tea_ceremony")
def tea_ceremony(canvas: Canvas, setting: SceneSetting) -> None:
    """Before paper screens a kneeling host pours tea for a guest, or both leave a fallen table with paper cups."""
    room(canvas, setting, 11.4)
    light = daylight(setting)
    canvas.rectangle(0, 5.7, 9, 11.4, (110, 72, 48))
    for panel in range(4):
        x = 0.15 + 2.2 * panel
        canvas.rectangle(x, 5.9, x + 2.1, 11.2, light.tint((250, 244, 226), 0.6))
        for bar in range(1, 3):
            canvas.rectangle(x + 0.7 * bar - 0.04, 5.9, x + 0.7 * bar + 0.04, 11.2, (132, 92, 62))
        for bar in range(1, 5):
            canvas.rectangle(x, 5.9 + 1.06 * bar - 0.04, x + 2.1, 5.9 + 1.06 * bar + 0.04, (132, 92, 62))
    canvas.polygon([(0, 11.4), (9, 11.4), (9, 16), (0, 16)], light.tint((196, 196, 130), 0.5))
    for x in (0.0, 4.5, 9.0):
        canvas.line([(4.5 + (x - 4.5) * 0.8, 11.4), (4.5 + (x - 4.5) * 1.5, 16)], light.tint((86, 110, 66), 0.5), 0.2)
    if setting.violated:
        _overturned_table(canvas, setting)
        for index, (x, facing) in enumerate(((2.4, -1), (6.8, 1))):
            _leaving_with_cup(canvas, setting, index, x, facing)
    else:
        _pouring_tea(canvas, setting)


def _pouring_tea(canvas: Canvas, setting: SceneSetting) -> None:
    height, floor = 6.6 * setting.size, 14.4
    _kimono(canvas, (7.4, floor, 0.95 * height), setting, 1, Pose("kneeling", -1))
    pot = (3.55, 10.75 + 0.08 * setting.wave(2.4))
    _kimono(
        canvas,
        (1.75, floor, height),
        setting,
        0,
        Pose("kneeling", 1, front_hand=pot, back_hand=(pot[0] - 0.1, pot[1] + 0.2)),
    )
    canvas.line([(4.55, pot[1] + 0.3), (4.72, pot[1] + 0.7), (4.75, 12.6)], (150, 120, 50), 0.1)
    smoke(canvas, 4.75, 12.1, 2.6, setting, WHITE)
    table(canvas, 4.75, 14.7, 1.7, 3.3, (92, 50, 36))
    canvas.pie(4.75, 12.35, 0.5, (0, 180), lighten(setting.accent, 0.1))
    canvas.rectangle(4.5, 12.75, 5.0, 13.0, darken(setting.accent, 0.2))
    canvas.pie(5.7, 12.55, 0.34, (0, 180), CREAM)
    canvas.rectangle(5.52, 12.8, 5.88, 13.0, CREAM)
    _teapot(canvas, pot[0] + 0.25, pot[1], setting)


def _overturned_table(canvas: Canvas, setting: SceneSetting) -> None:
    wood: Colour = (92, 50, 36)
    canvas.ellipse(5.2, 15.3, 1.9, 0.4, (150, 120, 50))
    canvas.line([(3.0, 12.3), (4.6, 14.9)], wood, 0.45)
    for foot in (0.2, 0.8):
        x, y = mix_point((3.0, 12.3), (4.6, 14.9), foot)
        canvas.line([(x, y), (x + 1.5, y - 0.9)], darken(wood, 0.25), 0.3)
    canvas.pie(6.6, 15.2, 0.5, (200, 380), lighten(setting.accent, 0.1))
    canvas.pie(2.7, 15.4, 0.4, (170, 350), CREAM)
    _teapot(canvas, 5.3, 15.0, setting)


def _leaving_with_cup(canvas: Canvas, setting: SceneSetting, index: int, x: float, facing: int) -> None:
    height, floor = 6.9 * setting.size, 14.4
    robe = (setting.accent, setting.second)[index]
    look = look_of(setting, index, top=robe, bottom=robe, long_hair=False, dress=True)
    cup = (x + 0.22 * height * facing, floor - 0.68 * height)
    pose = Pose("walking", facing, setting.time * 0.7 + index / 3, front_hand=cup)
    person(canvas, x, floor, height, look, pose)
    canvas.rectangle(x - 0.08 * height, floor - 0.54 * height, x + 0.08 * height, floor - 0.47 * height, GOLD)
    sides = ((-0.42, -0.7), (0.42, -0.7), (0.3, 0.7), (-0.3, 0.7))
    canvas.polygon([(cup[0] + dx, cup[1] + dy) for dx, dy in sides], WHITE)
    canvas.rectangle(cup[0] - 0.4, cup[1] - 0.2, cup[0] + 0.4, cup[1] + 0.3, (150, 98, 58))
    canvas.rectangle(cup[0] - 0.5, cup[1] - 0.9, cup[0] + 0.5, cup[1] - 0.65, BLACK, 0.05)


def _kimono(canvas: Canvas, place: tuple[float, float, float], setting: SceneSetting, index: int, pose: Pose) -> None:
    x, y, height = place
    robe = (setting.accent, setting.second)[index]
    look = look_of(setting, index, top=robe, bottom=robe, long_hair=False)
    canvas.polygon(
        [
            (x - 0.08 * height * pose.facing, y - 0.36 * height),
            (x + 0.3 * height * pose.facing, y - 0.12 * height),
            (x + 0.3 * height * pose.facing, y),
            (x - 0.32 * height * pose.facing, y),
        ],
        darken(robe, 0.12),
    )
    person(canvas, x, y, height, look, pose)
    (head_x, head_y), radius = head_position(x, y, height, pose)
    canvas.ellipse(head_x - 0.5 * radius * pose.facing, head_y - 1.15 * radius, 0.5 * radius, fill=look.hair)
    canvas.rectangle(x - 0.075 * height, y - 0.4 * height, x + 0.1 * height, y - 0.32 * height, GOLD)


def _teapot(canvas: Canvas, x: float, y: float, setting: SceneSetting) -> None:
    iron: Colour = (66, 70, 82)
    canvas.line([(x + 0.3, y + 0.15), (x + 0.75, y + 0.3)], iron, 0.2)
    canvas.arc(x - 0.05, y - 0.35, 0.5, (160, 350), BLACK, 0.12)
    canvas.ellipse(x, y, 0.58, 0.46, iron)
    canvas.ellipse(x - 0.06, y - 0.44, 0.14, fill=lighten(iron, 0.3))
