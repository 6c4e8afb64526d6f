"""Scenes of personal security: a locked home, a check-up, safety at work and a roof in a storm."""

from __future__ import annotations

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, rain, room, storm_sky
from valuespectrum.reference.painting.canvas import (
    HEIGHT_UNITS,
    WIDTH_UNITS,
    Canvas,
    Colour,
    SceneSetting,
    darken,
    lighten,
)
from valuespectrum.reference.painting.figures import Pose, hand_position, look_of, person
from valuespectrum.reference.painting.props import BLACK, GREY, RED, WHITE, WOOD, flower
from valuespectrum.reference.scenes import scene

_YELLOW: Colour = (250, 206, 40)
_ORANGE: Colour = (246, 126, 36)


@scene("locked_door")
def locked_door(canvas: Canvas, setting: SceneSetting) -> None:
    """A front door with chain, bolts and a big padlock, under a blinking alarm and a camera."""
    light = daylight(setting)
    outdoors(canvas, setting, 11.0)
    walls: tuple[Colour, ...] = ((226, 216, 202), (198, 130, 106), (236, 226, 190), (190, 202, 212))
    wall = light.tint(walls[setting.place % 4], 0.9)
    canvas.rectangle(1.0, 2.9, 9.0, 15.0, wall)
    for row in range(15):
        canvas.line([(1.0, 3.6 + row * 0.8), (9.0, 3.6 + row * 0.8)], darken(wall, 0.08), 0.05, False)
    canvas.polygon([(0.3, 3.1), (1.9, 1.0), (9.0, 1.0), (9.0, 3.1)], light.tint((150, 70, 58)))
    canvas.rectangle(0, 14.8, WIDTH_UNITS, HEIGHT_UNITS, light.tint((150, 150, 152)))
    if light.lamps:
        canvas.glow(5.1, 4.6, 3.2, (255, 226, 150), 0.7)
    half, base = 2.05 * setting.size, 14.8
    top = base - 9.3 * setting.size
    door = light.tint(setting.accent, 0.5)
    canvas.rectangle(5.1 - half - 0.4, top - 0.4, 5.1 + half + 0.4, base, light.tint(WHITE, 0.7))
    canvas.rectangle(5.1 - half, top, 5.1 + half, base, door)
    tall, panel = base - top, darken(door, 0.15)
    for panel_top, panel_low in ((0.05, 0.26), (0.78, 0.95)):
        for side in (-1, 1):
            inner, outer = 5.1 + side * 0.12 * half, 5.1 + side * 0.82 * half
            canvas.rectangle(inner, top + panel_top * tall, outer, top + panel_low * tall, panel, 0.1)
    _locks(canvas, setting, 5.1, (top + base) / 2 + 0.2, half)
    _alarm(canvas, setting, 8.1, 4.6)
    if setting.clutter > 0.3:
        canvas.polygon([(1.3, 13.6), (2.3, 13.6), (2.15, 14.8), (1.45, 14.8)], light.tint((186, 100, 70)))
        flower(canvas, 1.8, 13.7, 1.4, setting, setting.second)


def _locks(canvas: Canvas, setting: SceneSetting, x: float, y: float, half: float) -> None:
    steel, brass, size = (196, 202, 212), (236, 184, 60), setting.size
    for up in (-1.75, 1.75):
        canvas.rectangle(x - half - 0.3, y + up * size - 0.2, x + half + 0.3, y + up * size + 0.2, steel, 0.1)
        for bolt in (-0.8, 0.0, 0.8):
            canvas.ellipse(x + bolt * half, y + up * size, 0.1, fill=darken(steel, 0.4))
    swing = 0.06 * setting.wave(1.8)
    for side in (-1, 1):
        for link in range(6):
            share = link / 6
            link_x, link_y = x + side * half * (1 - share), y - (1.5 - share) * size
            canvas.arc(link_x, link_y, 0.22, 0, 360, darken(steel, 0.3), 0.09)
    canvas.arc(x + swing, y - 0.4 * size, 0.62 * size, 180, 360, darken(steel, 0.2), 0.24 * size)
    canvas.rectangle(x - 0.62 * size + swing, y - 0.45 * size, x - 0.4 * size + swing, y, darken(steel, 0.2))
    canvas.rectangle(x + 0.4 * size + swing, y - 0.45 * size, x + 0.62 * size + swing, y, darken(steel, 0.2))
    left, right = x - 0.95 * size + swing, x + 0.95 * size + swing
    canvas.rectangle(left - 0.1, y - 0.2, right + 0.1, y + 1.35 * size + 0.1, darken(brass, 0.45), 0.25)
    canvas.rectangle(left, y - 0.1, right, y + 1.35 * size, brass, 0.2)
    canvas.ellipse(x + swing, y + 0.5 * size, 0.22 * size, fill=BLACK)
    canvas.rectangle(x - 0.09 * size + swing, y + 0.5 * size, x + 0.09 * size + swing, y + 1.0 * size, BLACK)


def _alarm(canvas: Canvas, setting: SceneSetting, x: float, y: float) -> None:
    blinking = setting.wave(0.9) > 0
    if blinking:
        canvas.glow(x, y - 0.1, 1.3, (255, 70, 60), 0.9)
    canvas.rectangle(x - 0.6, y - 0.5, x + 0.6, y + 0.8, (244, 246, 250), 0.15)
    canvas.ellipse(x, y - 0.05, 0.3, fill=(255, 60, 50) if blinking else (120, 30, 30))
    for slot in (0.4, 0.58):
        canvas.line([(x - 0.35, y + slot), (x + 0.35, y + slot)], GREY, 0.06)
    canvas.line([(1.2, 4.3), (1.7, 4.5)], darken(GREY, 0.4), 0.14)
    pan = 0.15 * setting.wave(4.0)
    canvas.polygon([(1.4, 4.1 + pan), (2.6, 4.5), (2.5, 5.0), (1.3, 4.7 + pan)], (70, 74, 84))
    canvas.ellipse(2.6, 4.78, 0.2, fill=(150, 190, 230))


@scene("doctor_checkup")
def doctor_checkup(canvas: Canvas, setting: SceneSetting) -> None:
    """A doctor in a white coat holds a stethoscope to a patient who sits on an examination bed."""
    light = daylight(setting)
    room(canvas, setting, 12.4)
    _medical_posters(canvas, setting)
    scale = setting.size
    canvas.rectangle(3.9, 10.9, 8.9, 11.6, light.tint((120, 190, 200), 0.3), 0.2)
    canvas.rectangle(3.9, 11.5, 8.9, 11.9, light.tint(WHITE, 0.3))
    for x in (4.3, 8.4):
        canvas.line([(x, 11.9), (x, 14.4)], darken(GREY, 0.2), 0.18)
    height = 6.2 * scale
    seat = 10.95 + 0.26 * height
    patient = look_of(setting, 1, top=lighten(setting.accent, 0.35))
    breath = 0.04 * setting.wave(2.2)
    person(canvas, 6.2, seat - breath, height, patient, Pose("sitting", -1))
    doctor = look_of(setting, 0, top=(250, 252, 255), bottom=(60, 90, 130), dress=False)
    chest = (6.2 - 0.1 * height, seat - 0.43 * height - breath)
    tall = 7.0 * scale
    pose = Pose("standing", 1, front_hand=chest)
    person(canvas, 2.6, 14.6, tall, doctor, pose)
    coat = [(-0.095, 0.52), (0.095, 0.52), (0.12, 0.2), (-0.12, 0.2)]
    canvas.polygon([(2.6 + px * tall, 14.6 - py * tall) for px, py in coat], (250, 252, 255))
    hand = hand_position(2.6, 14.6, tall, pose)[0]
    neck_x, neck_y = 2.6 + 0.06 * tall, 14.6 - 0.77 * tall
    tube = [(neck_x, neck_y), (neck_x + 0.3, neck_y + 1.3), (hand[0] - 0.5, hand[1] + 0.9), (hand[0] + 0.25, hand[1])]
    canvas.line(tube, BLACK, 0.12)
    canvas.ellipse(hand[0] + 0.3, hand[1], 0.26, fill=(196, 200, 210))
    canvas.ellipse(2.6 + 0.03 * tall, 14.6 - 0.66 * tall, 0.16, fill=RED)
    shoulder = (2.6 + 0.02 * tall, 14.6 - 0.75 * tall)
    canvas.line([shoulder, (hand[0] - 0.9, hand[1] + 0.35), hand], (232, 236, 244), 0.062 * tall)
    canvas.ellipse(*hand, 0.038 * tall, fill=doctor.skin)


def _medical_posters(canvas: Canvas, setting: SceneSetting) -> None:
    canvas.rectangle(3.65, 2.0, 5.35, 3.7, WHITE, 0.2)
    canvas.rectangle(4.3, 2.25, 4.7, 3.45, RED)
    canvas.rectangle(3.9, 2.65, 5.1, 3.05, RED)
    canvas.rectangle(3.4, 5.0, 7.4, 6.6, (30, 46, 56), 0.15)
    points = []
    for step in range(33):
        position = (step / 8 + setting.time * 0.8) % 1
        pulse = -0.55 if 0.35 < position < 0.5 else 0.4 if 0.5 <= position < 0.62 else 0.0
        points.append((3.6 + step * 0.11, 5.85 + pulse))
    canvas.line(points, (110, 240, 140), 0.1)
    if setting.clutter > 0.5:
        canvas.rectangle(0.2, 8.2, 1.3, 8.4, WOOD)
        for index in range(3):
            colour = (setting.accent, WHITE, setting.second)[index]
            canvas.rectangle(0.3 + index * 0.34, 7.5, 0.55 + index * 0.34, 8.2, colour, 0.06)


@scene("hard_hats")
def hard_hats(canvas: Canvas, setting: SceneSetting) -> None:
    """Building workers with yellow helmets and orange vests behind a striped barrier, a crane above."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.6)
    _crane(canvas, setting)
    _shell(canvas, setting)
    canvas.gradient(light.tint((196, 164, 120)), light.tint((158, 126, 90)), 11.0, HEIGHT_UNITS)
    count = 3 if setting.clutter > 0.4 else 2
    poses = ("hands_on_hips", "waving", "standing")
    for index in range(count):
        x = (2.6, 6.3, 4.5)[index] if count == 2 else (1.7, 7.2, 4.45)[index]
        look = look_of(setting, index, top=_ORANGE, bottom=(52, 66, 104), hat=_YELLOW)
        height = (6.1 - 0.2 * index) * setting.size
        person(canvas, x, 14.5, height, look, Pose(poses[index], 0, phase=setting.time * 0.8 + index / 3))
        for up in (0.53, 0.63):
            stripe_y, half = 14.5 - up * height, 0.085 * height
            canvas.rectangle(x - half, stripe_y, x + half, stripe_y + 0.035 * height, (236, 244, 120))
    _barrier(canvas, setting)


def _crane(canvas: Canvas, setting: SceneSetting) -> None:
    yellow = daylight(setting).tint((246, 190, 40), 0.7)
    left = setting.place % 2 == 0
    x, reach = (1.3, 1) if left else (7.7, -1)
    canvas.line([(x - 0.3, 11.0), (x - 0.3, 1.8)], yellow, 0.13)
    canvas.line([(x + 0.3, 11.0), (x + 0.3, 1.8)], yellow, 0.13)
    for step in range(12):
        y = 2.2 + step * 0.75
        canvas.line([(x - 0.3, y), (x + 0.3, y + 0.75)], yellow, 0.08)
    canvas.line([(x - reach * 1.2, 2.0), (x + reach * 6.6, 2.0)], yellow, 0.22)
    canvas.line([(x, 1.0), (x + reach * 6.6, 2.0)], yellow, 0.08)
    canvas.line([(x - reach * 1.2, 2.0), (x, 1.0)], yellow, 0.08)
    canvas.rectangle(x - reach * 1.3 - 0.3, 2.0, x - reach * 1.3 + 0.3, 2.9, darken(yellow, 0.4))
    hook_x, drop = x + reach * 5.0 + 0.15 * setting.wave(3.0), 4.0 + 0.4 * setting.wave(5.0)
    canvas.line([(x + reach * 5.0, 2.0), (hook_x, drop)], BLACK, 0.06)
    canvas.rectangle(hook_x - 0.9, drop, hook_x + 0.9, drop + 0.35, daylight(setting).tint((150, 90, 70), 0.7))


def _shell(canvas: Canvas, setting: SceneSetting) -> None:
    concrete = daylight(setting).tint((176, 178, 184), 0.9)
    for floor in range(4):
        y = 6.0 + floor * 1.35
        canvas.rectangle(2.6, y, 8.2, y + 0.28, concrete)
        for column in range(5):
            canvas.rectangle(2.7 + column * 1.3, y, 2.95 + column * 1.3, y + 1.4, darken(concrete, 0.15))


def _barrier(canvas: Canvas, setting: SceneSetting) -> None:
    for x in (1.0, 8.0):
        canvas.polygon([(x - 0.5, 15.7), (x - 0.15, 11.9), (x + 0.15, 11.9), (x + 0.5, 15.7)], (230, 230, 234))
    for top in (12.3, 13.8):
        canvas.rectangle(0.2, top, 8.8, top + 0.9, WHITE, 0.1)
        for stripe in range(6):
            x = 0.35 + stripe * 1.45
            canvas.polygon([(x, top + 0.9), (x + 0.55, top), (x + 1.2, top), (x + 0.65, top + 0.9)], (220, 44, 40))
    for side, x in ((0.0, 1.0), (0.5, 8.0)):
        lit = setting.wave(0.8, side) > 0
        if lit:
            canvas.glow(x, 11.7, 1.0, (255, 190, 60), 0.9)
        canvas.ellipse(x, 11.7, 0.32, fill=(255, 196, 60) if lit else (170, 96, 30))


_HUT_WALL: Colour = (168, 116, 72)
_HUT_ROOF: Colour = (126, 66, 54)


@scene("storm_hut")
def storm_hut(canvas: Canvas, setting: SceneSetting) -> None:
    """A family in a thunderstorm: dry in a warm lit hut, or beside the roofless hut in the rain."""
    outdoors(canvas, setting, 11.0)
    storm_sky(canvas, setting)
    if setting.violated:
        _roofless_hut(canvas, setting, setting.size)
        _family(canvas, setting, ("standing", "arms_up", "arms_up"), setting.size)
        rain(canvas, setting)
    else:
        rain(canvas, setting)
        _sound_hut(canvas, setting, setting.size)
        _family(canvas, setting, ("sitting", "waving", "sitting"), setting.size)


def _sound_hut(canvas: Canvas, setting: SceneSetting, scale: float) -> None:
    light = daylight(setting)
    left, right, top, base = 4.5 - 3.5 * scale, 4.5 + 3.5 * scale, 14.6 - 7.0 * scale, 14.6
    canvas.rectangle(6.1, top - 3.4 * scale, 7.1, top, light.tint((150, 110, 100), 0.8))
    canvas.rectangle(left, top, right, base, light.tint(_HUT_WALL, 0.6))
    canvas.rectangle(left + 0.5, top + 0.2, right - 0.5, base, (255, 218, 140))
    canvas.glow(4.5, top + 2.6 * scale, 3.0 * scale, (255, 244, 196), 0.9)
    canvas.rectangle(left + 0.5, base - 1.0, right - 0.5, base, (196, 138, 84))
    roof = [(left - 0.7, top + 0.3), (4.5, top - 3.6 * scale), (right + 0.7, top + 0.3)]
    canvas.polygon(roof, light.tint(_HUT_ROOF, 0.7))
    canvas.line([roof[0], roof[2]], light.tint(darken(_HUT_ROOF), 0.7), 0.3)
    canvas.line([(4.5, top + 0.3), (4.5, top + 1.3)], BLACK, 0.08)
    canvas.ellipse(4.5, top + 1.5, 0.36, fill=(255, 250, 214))


def _roofless_hut(canvas: Canvas, setting: SceneSetting, scale: float) -> None:
    light = daylight(setting)
    wall, roof = light.tint(_HUT_WALL, 0.8), light.tint(_HUT_ROOF, 0.8)
    left, right, base = 4.5 - 3.5 * scale, 4.5 + 3.5 * scale, 14.6
    for index in range(7):
        x = left + index * (right - left) / 7
        jag = (4.6, 2.4, 3.4, 1.5, 2.3, 1.0, 1.7)[index] * scale
        plank = [(x, base - jag), (x + 0.5 * scale, base - jag - 0.6), (x + 1.0 * scale, base - jag + 0.1)]
        canvas.polygon([*plank, (x + 1.0 * scale, base), (x, base)], darken(wall, 0.1 * (index % 2)))
    canvas.polygon([(4.9, 14.9), (9.4, 14.9), (8.9, 10.2 - scale)], roof)
    canvas.line([(4.9, 14.9), (8.9, 10.2 - scale)], darken(roof), 0.3)
    for x, y, dx, dy in ((0.3, 15.3, 2.2, -0.5), (3.2, 15.6, 2.0, 0.2), (6.3, 9.4, 1.8, -0.9)):
        canvas.line([(x, y), (x + dx, y + dy)], wall, 0.3)


def _family(canvas: Canvas, setting: SceneSetting, poses: tuple[str, str, str], scale: float) -> None:
    for index, (x, height) in enumerate(((2.5, 5.0), (4.5, 3.5), (6.4, 5.2))):
        tall, base = height * scale, 14.5
        pose = Pose(poses[index], (1, 0, -1)[index], setting.time * 0.8 + index / 3)
        person(canvas, 4.5 + (x - 4.5) * scale, base, tall, look_of(setting, index), pose)
