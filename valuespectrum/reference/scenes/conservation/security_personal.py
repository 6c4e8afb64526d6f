"""Scenes of personal security: a locked home, a check-up, safety at work and a roof in a storm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, rain, room, storm_sky
from valuespectrum.reference.painting.canvas import (
    HEIGHT_UNITS,
    WIDTH_UNITS,
    Canvas,
    Colour,
    Point,
    SceneSetting,
    darken,
    lighten,
)
from valuespectrum.reference.painting.figures import Appearance, Pose, hand_position, hood, look_of, mix_point, person
from valuespectrum.reference.painting.props import BLACK, GREY, RED, WHITE, WOOD, flower
from valuespectrum.reference.scenes import scene

_YELLOW: Colour = (250, 206, 40)
_ORANGE: Colour = (246, 126, 36)


@scene("locked_door")
def locked_door(canvas: Canvas, setting: SceneSetting) -> None:
    """A front door shut with chain, bolts and padlock under an alarm, or broken open with a burglar coming out."""
    _house_front(canvas, setting)
    half, base = 2.05 * setting.size, 14.8
    top = base - 9.3 * setting.size
    frame = daylight(setting).tint(WHITE, 0.7)
    canvas.rectangle(5.1 - half - 0.4, top - 0.4, 5.1 + half + 0.4, base, frame)
    if setting.violated:
        _broken_door(canvas, setting, 5.1, top, half)
    else:
        _shut_door(canvas, setting, 5.1, top, half)
        _locks(canvas, setting, 5.1, (top + base) / 2 + 0.2, half)
        _alarm(canvas, setting, 8.1, 4.6)
    if setting.clutter > 0.3:
        pot = 8.4 if setting.violated else 1.8
        earthen = daylight(setting).tint((186, 100, 70))
        canvas.polygon([(pot - 0.5, 13.6), (pot + 0.5, 13.6), (pot + 0.35, 14.8), (pot - 0.35, 14.8)], earthen)
        flower(canvas, pot, 13.7, 1.4, setting, setting.second)


def _house_front(canvas: Canvas, setting: SceneSetting) -> None:
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


def _shut_door(canvas: Canvas, setting: SceneSetting, x: float, top: float, half: float) -> None:
    base = 14.8
    door = daylight(setting).tint(setting.accent, 0.5)
    canvas.rectangle(x - half, top, x + half, base, door)
    tall, panel = base - top, darken(door, 0.15)
    for panel_top, panel_low in ((0.05, 0.26), (0.78, 0.95)):
        for side in (-1, 1):
            inner, outer = x + side * 0.12 * half, x + side * 0.82 * half
            canvas.rectangle(inner, top + panel_top * tall, outer, top + panel_low * tall, panel, 0.1)


def _broken_door(canvas: Canvas, setting: SceneSetting, x: float, top: float, half: float) -> None:
    """The dark doorway with a burglar, the door askew on one hinge, its padlock on the ground."""
    base, size = 14.8, setting.size
    door = daylight(setting).tint(setting.accent, 0.5)
    canvas.rectangle(x - half, top, x + half, base, (40, 38, 48))
    height, dark = 6.9 * size, (74, 72, 84)
    pose = Pose("walking", 1, setting.time * 0.6, front_hand=(x - 0.02 * height, base - 0.62 * height))
    canvas.ellipse(x - 0.2 * height, base - 0.56 * height, 0.19 * height, 0.22 * height, (206, 172, 120))
    person(canvas, x + 0.2, base + 0.1, height, look_of(setting, 1, top=dark, bottom=dark, long_hair=False), pose)
    hood(canvas, x + 0.2, base + 0.1, height, pose, dark)
    left, tall = x - half, base - top
    wing = [(left + 0.1, top + 0.1), (left - 1.7, top + 0.2 * tall), (left - 2.3, base + 0.9), (left - 0.7, base + 0.5)]
    canvas.polygon(wing, door)
    for upper, lower in ((0.12, 0.4), (0.55, 0.86)):
        panel = [(0.25, upper), (0.75, upper), (0.75, lower), (0.25, lower)]
        canvas.polygon([_inside(wing, across, down) for across, down in panel], darken(door, 0.18))
    canvas.polygon([(left + 0.1, top + 0.1), (left, top + 0.12 * tall), (left - 0.2, top + 0.06 * tall)], GREY)
    _padlock(canvas, 7.0, 14.6, 0.75 * size, 0.5)
    for dx, lean in ((-1.9, 0.3), (-0.6, -0.1), (0.5, 0.2)):
        canvas.line([(x + dx, 15.6 + lean), (x + dx + 0.9, 15.6 - lean)], darken(door, 0.1), 0.2, False)


def _inside(corners: Sequence[Point], across: float, down: float) -> Point:
    """The point of a four-cornered board at shares of its width and height."""
    upper = mix_point(corners[0], corners[1], across)
    return mix_point(upper, mix_point(corners[3], corners[2], across), down)


def _locks(canvas: Canvas, setting: SceneSetting, x: float, y: float, half: float) -> None:
    steel, size = (196, 202, 212), setting.size
    for up in (-1.75, 1.75):
        canvas.rectangle(x - half - 0.3, y + up * size - 0.2, x + half + 0.3, y + up * size + 0.2, steel, 0.1)
        for bolt in (-0.8, 0.0, 0.8):
            canvas.ellipse(x + bolt * half, y + up * size, 0.1, fill=darken(steel, 0.4))
    swing = 0.06 * setting.wave(1.8)
    for side in (-1, 1):
        for link in range(6):
            share = link / 6
            link_x, link_y = x + side * half * (1 - share), y - (1.5 - share) * size
            canvas.arc(link_x, link_y, 0.22, (0, 360), darken(steel, 0.3), 0.09)
    _padlock(canvas, x + swing, y, size)


def _padlock(canvas: Canvas, x: float, y: float, size: float, sprung: float = 0.0) -> None:
    """A big padlock; ``sprung`` lifts its bow out of the body on the right."""
    steel, brass = (157, 162, 170), (236, 184, 60)
    bow = y - (0.4 + sprung) * size
    canvas.arc(x, bow, 0.62 * size, (180, 360), steel, 0.24 * size)
    canvas.rectangle(x - 0.62 * size, bow - 0.05 * size, x - 0.4 * size, y, steel)
    canvas.rectangle(x + 0.4 * size, bow - 0.05 * size, x + 0.62 * size, y - sprung * size, steel)
    left, right = x - 0.95 * size, x + 0.95 * size
    canvas.rectangle(left - 0.1, y - 0.2, right + 0.1, y + 1.35 * size + 0.1, darken(brass, 0.45), 0.25)
    canvas.rectangle(left, y - 0.1, right, y + 1.35 * size, brass, 0.2)
    canvas.ellipse(x, y + 0.5 * size, 0.22 * size, fill=BLACK)
    canvas.rectangle(x - 0.09 * size, y + 0.5 * size, x + 0.09 * size, y + 1.0 * size, BLACK)


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
    """A doctor listens to a patient on an examination bed, or walks off while the patient lies on the floor."""
    light = daylight(setting)
    room(canvas, setting, 12.4)
    _medical_posters(canvas, setting)
    canvas.rectangle(3.9, 10.9, 8.9, 11.6, light.tint((120, 190, 200), 0.3), 0.2)
    canvas.rectangle(3.9, 11.5, 8.9, 11.9, light.tint(WHITE, 0.3))
    for x in (4.3, 8.4):
        canvas.line([(x, 11.9), (x, 14.4)], darken(GREY, 0.2), 0.18)
    if setting.violated:
        _doctor(canvas, setting, 1.9, 14.6, Pose("walking", -1, setting.time * 0.7))
        patient = look_of(setting, 1, top=lighten(setting.accent, 0.35))
        clutching = (6.0 - 0.7 * setting.size, 14.5 + 0.05 * setting.wave(1.6))
        person(canvas, 8.6, 15.3, 6.0 * setting.size, patient, Pose("lying", 1, front_hand=clutching))
    else:
        _listening(canvas, setting)


def _listening(canvas: Canvas, setting: SceneSetting) -> None:
    height, tall = 6.2 * setting.size, 7.0 * setting.size
    seat, breath = 10.95 + 0.26 * height, 0.04 * setting.wave(2.2)
    patient = look_of(setting, 1, top=lighten(setting.accent, 0.35))
    person(canvas, 6.2, seat - breath, height, patient, Pose("sitting", -1))
    pose = Pose("standing", 1, front_hand=(6.2 - 0.1 * height, seat - 0.43 * height - breath))
    doctor = _doctor(canvas, setting, 2.6, 14.6, pose)
    hand = hand_position(2.6, 14.6, tall, pose)[0]
    neck_x, neck_y = 2.6 + 0.06 * tall, 14.6 - 0.77 * tall
    tube = [(neck_x, neck_y), (neck_x + 0.3, neck_y + 1.3), (hand[0] - 0.5, hand[1] + 0.9), (hand[0] + 0.25, hand[1])]
    canvas.line(tube, BLACK, 0.12)
    canvas.ellipse(hand[0] + 0.3, hand[1], 0.26, fill=(196, 200, 210))
    shoulder = (2.6 + 0.02 * tall, 14.6 - 0.75 * tall)
    canvas.line([shoulder, (hand[0] - 0.9, hand[1] + 0.35), hand], (232, 236, 244), 0.062 * tall)
    canvas.ellipse(*hand, 0.038 * tall, fill=doctor.skin)


def _doctor(canvas: Canvas, setting: SceneSetting, x: float, base: float, pose: Pose) -> Appearance:
    tall = 7.0 * setting.size
    look = look_of(setting, 0, top=(250, 252, 255), bottom=(60, 90, 130), dress=False)
    person(canvas, x, base, tall, look, pose)
    coat = [(-0.095, 0.52), (0.095, 0.52), (0.12, 0.2), (-0.12, 0.2)]
    canvas.polygon([(x + px * tall, base - py * tall) for px, py in coat], (250, 252, 255))
    canvas.ellipse(x + 0.03 * tall * pose.facing, base - 0.66 * tall, 0.16, fill=RED)
    return look


def _medical_posters(canvas: Canvas, setting: SceneSetting) -> None:
    canvas.rectangle(3.65, 2.0, 5.35, 3.7, WHITE, 0.2)
    canvas.rectangle(4.3, 2.25, 4.7, 3.45, RED)
    canvas.rectangle(3.9, 2.65, 5.1, 3.05, RED)
    canvas.rectangle(3.4, 5.0, 7.4, 6.6, (30, 46, 56), 0.15)
    points = []
    for step in range(33):
        position = 0.0 if setting.violated else (step / 8 + setting.time * 0.8) % 1
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
    """Building workers with helmets behind a barrier, or bareheaded under falling bricks with the barrier broken."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.6)
    _crane(canvas, setting)
    _shell(canvas, setting)
    canvas.gradient(light.tint((196, 164, 120)), light.tint((158, 126, 90)), 11.0, HEIGHT_UNITS)
    count = 3 if setting.clutter > 0.4 else 2
    poses = ("arms_up", "lying", "running") if setting.violated else ("hands_on_hips", "waving", "standing")
    for index in range(count):
        x = (2.6, 6.3, 4.5)[index] if count == 2 else (1.7, 7.2, 4.45)[index]
        helmet = None if setting.violated else _YELLOW
        look = look_of(setting, index, top=_ORANGE, bottom=(52, 66, 104), hat=helmet)
        pose = Pose(poses[index], 0, phase=setting.time * 0.8 + index / 3)
        if pose.name == "lying":
            person(canvas, 8.6, 14.3, 5.4 * setting.size, look, replace(pose, facing=1))
            continue
        height = (6.1 - 0.2 * index) * setting.size
        person(canvas, x, 14.5, height, look, pose)
        for up in (0.53, 0.63):
            stripe_y, half = 14.5 - up * height, 0.085 * height
            canvas.rectangle(x - half, stripe_y, x + half, stripe_y + 0.035 * height, (236, 244, 120))
    if setting.violated:
        _fallen_barrier(canvas)
        _falling_bricks(canvas, setting)
    else:
        _barrier(canvas, setting)


def _falling_bricks(canvas: Canvas, setting: SceneSetting) -> None:
    brick = daylight(setting).tint((190, 82, 56), 0.5)
    for index, (x, y, lean) in enumerate(setting.random().random((11, 3))):
        left = 0.4 + (index * 2.3 + x) % 8.2
        top = (y * 15 + index * 3.7 + setting.time * 9) % 15 - 1.0
        turn = (lean - 0.5) * 0.7
        corners = ((-0.6, -0.32 - turn), (0.6, -0.32 + turn), (0.6, 0.32 + turn), (-0.6, 0.32 - turn))
        canvas.polygon([(left + dx, top + dy) for dx, dy in corners], brick if index % 2 else darken(brick, 0.18))


def _fallen_barrier(canvas: Canvas) -> None:
    for x0, y0, x1, y1 in ((0.3, 15.4, 4.3, 14.7), (5.0, 15.7, 8.9, 15.3)):
        canvas.line([(x0, y0), (x1, y1)], WHITE, 0.7, False)
        for stripe in range(3):
            start = mix_point((x0, y0), (x1, y1), 0.08 + stripe * 0.33)
            end = mix_point((x0, y0), (x1, y1), 0.24 + stripe * 0.33)
            canvas.line([start, end], (220, 44, 40), 0.7, False)


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
