"""Drawings of the security kinds: people and things that protect."""

from __future__ import annotations

from math import cos, radians, sin

from valuespectrum.reference.painting.backgrounds import cloud, daylight, outdoors, room
from valuespectrum.reference.painting.canvas import (
    HEIGHT_UNITS,
    WIDTH_UNITS,
    Canvas,
    Colour,
    SceneSetting,
    darken,
    lighten,
    mix,
)
from valuespectrum.reference.painting.figures import Pose, hand_position, look_of, person
from valuespectrum.reference.painting.props import BLACK, GREY, RED, WHITE, WOOD, flag, flower, wheel
from valuespectrum.reference.scenes import scene

_YELLOW: Colour = (250, 206, 40)
_ORANGE: Colour = (246, 126, 36)
_LADDER: Colour = (206, 210, 218)


@scene("fire_engine")
def fire_engine(canvas: Canvas, setting: SceneSetting) -> None:
    """A red fire engine with its ladder raised and flashing lights, firefighters in front of it."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.0)
    canvas.gradient(light.tint((142, 144, 150)), light.tint((98, 100, 108)), 12.2, HEIGHT_UNITS)
    scale = setting.size
    _engine(canvas, setting, 4.5, 13.4, scale)
    coat: Colour = (74, 70, 62)
    for index, (x, pose) in enumerate(((2.2, "hands_on_hips"), (6.6, "waving"))):
        look = look_of(setting, index, top=coat, bottom=coat, hat=_YELLOW, long_hair=False)
        base, height = 15.3, 4.5 * scale
        person(canvas, x, base, height, look, Pose(pose, 0, phase=setting.time * 0.9))
        for up in (0.52, 0.66):
            stripe_y = base - up * height
            canvas.rectangle(x - 0.09 * height, stripe_y, x + 0.09 * height, stripe_y + 0.035 * height, (226, 240, 90))
    if setting.clutter > 0.5:
        canvas.polygon([(4.0, 15.5), (4.8, 15.5), (4.5, 14.3), (4.3, 14.3)], _ORANGE)
        canvas.rectangle(4.17, 14.85, 4.63, 15.1, WHITE)


def _engine(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    light = daylight(setting)
    red, left, right = light.tint((216, 36, 36), 0.5), x - 4.0 * scale, x + 4.0 * scale
    top = base - 3.4 * scale
    _raised_ladder(canvas, left + 1.4 * scale, top, x + 3.0 * scale, top - 6.4 * scale)
    canvas.rectangle(left, top, right - 2.3 * scale, base - 0.2, red, 0.15)
    canvas.polygon(
        [
            (right - 2.4 * scale, top - 0.3 * scale),
            (right - 0.6 * scale, top - 0.3 * scale),
            (right, base - 1.8 * scale),
            (right, base - 0.2),
            (right - 2.4 * scale, base - 0.2),
        ],
        red,
    )
    pane = [(-2.0, -3.3), (-0.8, -3.3), (-0.3, -1.9), (-2.0, -1.9)]
    canvas.polygon([(right + px * scale, base + py * scale) for px, py in pane], light.tint((150, 206, 232), 0.6))
    canvas.rectangle(left, base - 1.5 * scale, right, base - 1.1 * scale, light.tint(WHITE, 0.5))
    for shutter in range(3):
        shutter_x = left + (0.35 + shutter * 1.75) * scale
        shutter_top, shutter_low = top + 0.4 * scale, base - 1.7 * scale
        canvas.rectangle(shutter_x, shutter_top, shutter_x + 1.4 * scale, shutter_low, light.tint(GREY, 0.5), 0.1)
        for slat in (0.75, 1.05, 1.35):
            slat_y = top + slat * scale
            canvas.line([(shutter_x, slat_y), (shutter_x + 1.4 * scale, slat_y)], light.tint(darken(GREY), 0.5), 0.05)
    canvas.ellipse(left + 1.5 * scale, top, 0.7 * scale, 0.4 * scale, fill=darken(GREY))
    for side, blue_x in ((0.0, right - 2.1 * scale), (0.5, right - 1.1 * scale)):
        flashing = setting.wave(0.6, side) > 0
        if flashing:
            canvas.glow(blue_x, top - 0.5 * scale, 1.3, (90, 150, 255), 0.9)
        blue = (120, 190, 255) if flashing else (30, 70, 190)
        canvas.rectangle(blue_x - 0.3, top - 0.7 * scale, blue_x + 0.3, top - 0.3 * scale, blue, 0.1)
    for hub in (-2.6, 2.4):
        wheel(canvas, x + hub * scale, base - 0.2, 0.85 * scale, setting)


def _raised_ladder(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    for shift in (-0.3, 0.3):
        canvas.line([(x0 + shift, y0), (x1 + shift, y1)], _LADDER, 0.16)
    for rung in range(1, 15):
        x, y = x0 + (x1 - x0) * rung / 15, y0 + (y1 - y0) * rung / 15
        canvas.line([(x - 0.3, y), (x + 0.3, y)], _LADDER, 0.11)
    canvas.rectangle(x1 - 0.7, y1 - 0.5, x1 + 0.9, y1 + 0.25, (216, 36, 36), 0.1)


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


@scene("lifeguard_tower")
def lifeguard_tower(canvas: Canvas, setting: SceneSetting) -> None:
    """A lifeguard on a high wooden tower at the beach, with a life ring, a flag and swimmers."""
    light = daylight(setting)
    outdoors(canvas, setting, 8.4)
    sea = light.tint((44, 142, 190))
    canvas.gradient(mix(sea, light.sky_bottom, 0.25), sea, 8.4, 11.2)
    for row in range(3):
        y = 8.9 + row * 0.8
        points = [(x * 0.6 - 0.4, y + 0.1 * (-1) ** x + 0.08 * setting.wave(2.0, row / 3)) for x in range(18)]
        canvas.line(points, lighten(sea, 0.35), 0.09, False)
    canvas.gradient(light.tint((244, 222, 170)), light.tint((222, 190, 134)), 11.2, HEIGHT_UNITS)
    canvas.line([(x * 0.9, 11.2 + 0.1 * (x % 2)) for x in range(11)], lighten(sea, 0.8), 0.16, False)
    for index in range(1 + round(2 * setting.clutter)):
        swim_x, swim_y = 0.8 + 0.9 * index + 0.2 * setting.wave(2.5, index / 3), 9.6 + 0.5 * (index % 2)
        canvas.ellipse(swim_x, swim_y, 0.24, fill=setting.skin[3 + index])
        canvas.line([(swim_x - 0.3, swim_y + 0.3), (swim_x + 0.3, swim_y + 0.3)], lighten(sea, 0.6), 0.1)
    _tower(canvas, setting, 5.1, 15.0, setting.size)


def _tower(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    light = daylight(setting)
    wood, red = light.tint((236, 226, 208), 0.7), light.tint(RED, 0.6)
    deck = base - 5.6 * scale
    for inner, outer in ((-1.5, -2.2), (1.5, 2.2)):
        canvas.line([(x + inner * scale, deck), (x + outer * scale, base)], wood, 0.34)
    canvas.line([(x - 1.8 * scale, deck + 2.6 * scale), (x + 2.1 * scale, base - 0.4)], darken(wood, 0.15), 0.18)
    canvas.line([(x + 1.8 * scale, deck + 2.6 * scale), (x - 2.1 * scale, base - 0.4)], darken(wood, 0.15), 0.18)
    for rung in range(6):
        y = deck + (0.6 + rung * 0.85) * scale
        canvas.line([(x - 0.5 * scale, y), (x + 0.5 * scale, y)], darken(wood, 0.25), 0.14)
    for side in (-0.5, 0.5):
        canvas.line([(x + side * scale, deck), (x + side * scale, base)], darken(wood, 0.25), 0.12)
    canvas.rectangle(x - 2.1 * scale, deck - 0.2, x + 2.1 * scale, deck + 0.3, red, 0.08)
    for side in (-1.9, 1.9):
        canvas.line([(x + side * scale, deck), (x + side * scale, deck - 5.6 * scale)], wood, 0.2)
    roof = deck - 5.4 * scale
    canvas.polygon([(x - 2.7 * scale, roof), (x, roof - 1.5 * scale), (x + 2.7 * scale, roof)], red)
    canvas.polygon([(x - 0.8 * scale, roof), (x, roof - 1.5 * scale), (x + 0.8 * scale, roof)], light.tint(WHITE, 0.6))
    flag(canvas, x, roof - 1.3 * scale, 2.0 * scale, setting)
    look = look_of(setting, 0, top=(216, 40, 40), bottom=(216, 40, 40), bare=True, hat=(250, 250, 250))
    seat = Pose("sitting", 0, front_hand=(x + (0.95 + 0.1 * setting.wave(3.0)) * scale, deck - 3.25 * scale))
    canvas.rectangle(x - 0.8 * scale, deck - 1.1 * scale, x + 0.8 * scale, deck, darken(wood, 0.3), 0.1)
    person(canvas, x, deck - 0.15, 4.7 * scale, look, seat)
    ring_x, ring_y = x - 1.35 * scale, deck + 1.5 * scale
    canvas.arc(ring_x, ring_y, 0.85 * scale, 0, 360, light.tint(WHITE, 0.4), 0.36 * scale)
    for start in (0, 90, 180, 270):
        canvas.arc(ring_x, ring_y, 0.85 * scale, start, start + 40, red, 0.36 * scale)


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


@scene("lighthouse_storm")
def lighthouse_storm(canvas: Canvas, setting: SceneSetting) -> None:
    """A striped lighthouse with a turning beam over high waves, rain and boats behind a harbour wall."""
    light = daylight(setting)
    outdoors(canvas, setting, 11.0)
    grey = mix(light.tint((92, 102, 122)), light.sky_top, 0.25)
    drift = 0.4 * setting.wave(9.0)
    for x, y, size in ((1.2, 2.2, 1.5), (5.2, 1.7, 1.7), (8.4, 2.7, 1.4), (3.0, 3.4, 1.1)):
        cloud(canvas, x + drift, y, size, darken(grey, 0.06 * y))
    if setting.time % 2.4 < 0.3:
        canvas.line([(1.6, 3.0), (1.1, 4.6), (1.7, 4.7), (1.0, 6.8)], (255, 250, 190), 0.14)
    _beam(canvas, setting, 5.0, 12.6 - 8.0 * setting.size)
    _lighthouse(canvas, setting, 5.0, 12.6, setting.size)
    _storm_sea(canvas, setting)
    for x, y in setting.random().random((46, 2)):
        top = (y * 16 + setting.time * 14) % 16
        left = x * 10 - 0.5
        canvas.line([(left, top), (left - 0.18, top + 0.6)], mix(light.sky_bottom, (230, 238, 250), 0.6), 0.04, False)


def _beam(canvas: Canvas, setting: SceneSetting, x: float, y: float) -> None:
    reach = 9.0 * setting.wave(3.2)
    soft = mix(daylight(setting).sky_bottom, (255, 244, 170), 0.7)
    canvas.polygon([(x, y), (x + reach, y - 1.1), (x + reach, y + 1.1)], soft)
    canvas.polygon([(x, y), (x - reach * 0.8, y - 0.9), (x - reach * 0.8, y + 0.9)], soft)
    canvas.glow(x, y, 1.8, (255, 246, 180), 0.9)


def _lighthouse(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    light = daylight(setting)
    white, red = light.tint(WHITE, 0.6), light.tint(RED, 0.6)
    rock = [(x - 4.0, base + 1.5), (x - 2.0, base - 0.5), (x + 2.2, base - 0.6), (x + 4.2, base + 1.5)]
    canvas.polygon(rock, light.tint((96, 92, 92)))
    bands, top = 5, base - 7.2 * scale
    for band in range(bands):
        upper, lower = band / bands, (band + 1) / bands
        narrow, wide = (0.75 + 0.6 * upper) * scale, (0.75 + 0.6 * lower) * scale
        y0, y1 = top + (base - top) * upper, top + (base - top) * lower
        corners = [(x - narrow, y0), (x + narrow, y0), (x + wide, y1), (x - wide, y1)]
        canvas.polygon(corners, white if band % 2 else red)
    lamp = base - 8.0 * scale
    canvas.rectangle(x - 1.1 * scale, top - 0.15, x + 1.1 * scale, top + 0.15, BLACK)
    canvas.rectangle(x - 0.6 * scale, lamp - 0.55 * scale, x + 0.6 * scale, top, (255, 244, 170))
    for post in (-0.6, 0.0, 0.6):
        canvas.line([(x + post * scale, lamp - 0.55 * scale), (x + post * scale, top)], BLACK, 0.08)
    canvas.pie(x, lamp - 0.5 * scale, 0.85 * scale, 180, 360, red)
    canvas.rectangle(x - 0.4 * scale, base - 1.5 * scale, x + 0.4 * scale, base - 0.3, darken(setting.accent, 0.3), 0.1)


def _storm_sea(canvas: Canvas, setting: SceneSetting) -> None:
    light = daylight(setting)
    sea = light.tint((40, 92, 124))
    for row in range(4):
        y, shade = 12.7 + row * 0.95, darken(sea, 0.1 * row)
        phase = setting.time * 70 * (1 if row % 2 else -1) + row * 80
        crest = [
            (step * 0.3, y + 0.42 * sin(radians(step * 36 + phase)) - 0.15 * cos(radians(step * 72 + phase)))
            for step in range(32)
        ]
        canvas.polygon([*crest, (WIDTH_UNITS + 0.3, HEIGHT_UNITS), (0, HEIGHT_UNITS)], shade)
        canvas.line(crest, lighten(shade, 0.55), 0.1, False)
        if row == 1:
            _boat(canvas, setting, 1.9, y + 0.35 * setting.wave(2.0), light.tint(setting.accent, 0.6))
    if setting.clutter > 0.4:
        _boat(canvas, setting, 7.3, 14.6 + 0.3 * setting.wave(2.0, 0.4), light.tint(setting.second, 0.6))


def _boat(canvas: Canvas, setting: SceneSetting, x: float, y: float, colour: Colour) -> None:
    tilt = 0.18 * setting.wave(2.0, 0.25)
    canvas.line([(x, y - 0.2), (x + tilt, y - 2.1)], BLACK, 0.1)
    sail = [(x + tilt, y - 2.0), (x + 0.1, y - 0.5), (x + 1.1, y - 0.6 + tilt)]
    canvas.polygon(sail, daylight(setting).tint(WHITE, 0.6))
    hull = ((-1.2, -0.35, -tilt), (1.3, -0.35, tilt), (0.8, 0.5, tilt), (-0.8, 0.5, -tilt))
    canvas.polygon([(x + across, y + down + roll) for across, down, roll in hull], colour)
