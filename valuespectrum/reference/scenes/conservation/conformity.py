"""Drawings of the conformity kinds: rows, rules, uniforms and good manners."""

from __future__ import annotations

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room, window
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
from valuespectrum.reference.painting.figures import Pose, head_position, look_of, person
from valuespectrum.reference.painting.props import BLACK, GOLD, GREY, RED, WHITE, WOOD, book, car, flag
from valuespectrum.reference.scenes import scene

_NAVY: Colour = (38, 52, 96)
_SPINES: tuple[Colour, ...] = (
    (176, 64, 58), (60, 104, 150), (84, 132, 86), (204, 164, 82), (120, 82, 132), (220, 208, 184),
)  # fmt: skip


@scene("orderly_queue")
def orderly_queue(canvas: Canvas, setting: SceneSetting) -> None:
    """People stand in line behind ropes, one behind the other, before a ticket booth."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.0)
    pavement = light.tint((190, 186, 182))
    canvas.gradient(pavement, darken(pavement, 0.2), 11.6, HEIGHT_UNITS)
    _booth(canvas, setting)
    count = 4 + round(setting.clutter)
    height = 4.9 * setting.size
    for index in range(count):
        x = 5.6 - index * 5.2 / (count - 1)
        look = look_of(setting, index)
        nod = 0.04 * setting.wave(2.6, index / 5)
        person(canvas, x, 14.3 - nod, height * (1.0, 0.92, 1.04, 0.88, 0.97)[index], look, Pose("standing", 1))
    rope = light.tint((186, 36, 56), 0.4)
    for post in range(4):
        x = 0.4 + post * 1.95
        canvas.rectangle(x - 0.1, 12.9, x + 0.1, 15.3, light.tint(GOLD, 0.4))
        canvas.ellipse(x, 12.85, 0.2, fill=light.tint(GOLD, 0.4))
        canvas.rectangle(x - 0.4, 15.2, x + 0.4, 15.4, light.tint(darken(GOLD), 0.4), 0.08)
        if post < 3:
            canvas.line([(x, 13.2), (x + 0.6, 13.85), (x + 1.35, 13.85), (x + 1.95, 13.2)], rope, 0.2)


def _booth(canvas: Canvas, setting: SceneSetting) -> None:
    light = daylight(setting)
    wall = light.tint(setting.accent, 0.5)
    canvas.rectangle(6.5, 6.6, 8.9, 14.4, wall)
    canvas.rectangle(6.7, 8.4, 8.7, 11.0, (255, 232, 160) if light.lamps else light.tint((196, 226, 236)))
    clerk = look_of(setting, 5, top=_NAVY)
    person(canvas, 7.75, 13.2, 4.4, clerk, Pose("standing", -1))
    canvas.rectangle(6.5, 11.0, 8.9, 14.4, wall)
    canvas.rectangle(6.2, 10.8, 9.0, 11.2, light.tint(WOOD, 0.5))
    for stripe in range(6):
        colour = WHITE if stripe % 2 else setting.second
        left = 6.1 + stripe * 0.5
        canvas.polygon([(left + 0.1, 6.2), (left + 0.6, 6.2), (left + 0.5, 7.8), (left, 7.8)], light.tint(colour, 0.5))
    canvas.rectangle(6.6, 4.7, 8.9, 6.1, light.tint(WHITE, 0.4), 0.1)
    canvas.rectangle(7.0, 5.0, 8.5, 5.8, (244, 196, 70), 0.1)
    canvas.line([(7.95, 5.05), (7.95, 5.75)], darken(GOLD, 0.4), 0.06)


@scene("school_uniforms")
def school_uniforms(canvas: Canvas, setting: SceneSetting) -> None:
    """Pupils in equal uniforms with ties sit at desks in straight rows before a blackboard."""
    light = daylight(setting)
    wall = light.tint(((232, 226, 208), (214, 226, 234), (222, 234, 214), (238, 218, 208))[setting.place % 4], 0.55)
    canvas.gradient(lighten(wall, 0.2), wall, 0, 8.0)
    canvas.gradient(light.tint((196, 156, 112), 0.5), light.tint((140, 104, 74), 0.5), 8.0, HEIGHT_UNITS)
    canvas.rectangle(0.4, 1.6, 5.9, 5.6, light.tint(WOOD, 0.5), 0.1)
    canvas.rectangle(0.65, 1.85, 5.65, 5.35, light.tint((44, 92, 70), 0.4))
    for row in range(3):
        canvas.line([(1.1, 2.5 + row * 0.85), (4.6 - 0.7 * row, 2.5 + row * 0.85)], (226, 236, 228), 0.12)
    window(canvas, setting, 6.6, 1.5, 2.0, 3.8)
    if light.lamps:
        canvas.glow(3.2, 0.9, 2.6, (255, 236, 170), 0.7)
    uniform = mix(_NAVY, setting.accent, 0.25)
    for row in range(3):
        size = (0.8 + 0.22 * row) * (0.95 + 0.05 * setting.size)
        base = 9.6 + row * 2.75
        for column in range(3):
            x = 4.5 + (column - 1) * (2.45 + 0.28 * row)
            _pupil(canvas, setting, x, base, size, uniform, row * 3 + column)


def _pupil(
    canvas: Canvas, setting: SceneSetting, x: float, base: float, size: float, uniform: Colour, index: int
) -> None:
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
    wood = daylight(setting).tint((222, 180, 126), 0.5)
    canvas.rectangle(x - 1.15 * size, base, x + 1.15 * size, base + 0.26 * size, lighten(wood, 0.25), 0.05)
    canvas.rectangle(x - 1.05 * size, base + 0.26 * size, x + 1.05 * size, base + 1.15 * size, wood)
    canvas.rectangle(x - 0.35 * size, base - 0.06 * size, x + 0.35 * size, base + 0.08 * size, WHITE)


@scene("marching_band")
def marching_band(canvas: Canvas, setting: SceneSetting) -> None:
    """Three soldiers in parade uniforms with tall hats march in step, the first beats a drum."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.4)
    road = light.tint((176, 170, 164))
    canvas.gradient(road, darken(road, 0.22), 11.8, HEIGHT_UNITS)
    for x in (0.5, 4.9)[: 1 + round(setting.clutter)]:
        flag(canvas, x, 11.8, 6.4, setting)
    coat = mix((206, 36, 44), setting.accent, 0.35)
    height, phase = 6.5 * setting.size, setting.time * 0.9
    for index in range(3):
        x, base = 1.6 + index * 2.75, 14.9
        look = look_of(setting, index, top=coat, bottom=(40, 44, 62), long_hair=False)
        pose = Pose("walking", 1, phase)
        canvas.ellipse(x, base + 0.08, 0.9, 0.14, fill=darken(road, 0.45))
        if index == 2:
            beat = 0.18 * setting.wave(0.6)
            hands = ((x + 0.2 * height, base - 0.58 * height + beat), (x + 0.16 * height, base - 0.58 * height - beat))
            pose = Pose("walking", 1, phase, *hands)
        person(canvas, x, base, height, look, pose)
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


def _bearskin(canvas: Canvas, x: float, base: float, height: float, pose: Pose) -> None:
    (head_x, head_y), radius = head_position(x, base, height, pose)
    left, right, fur = head_x - radius, head_x + radius, (26, 26, 32)
    canvas.rectangle(left, head_y - 2.6 * radius, right, head_y - 0.25 * radius, fur, 0.8 * radius)
    canvas.rectangle(left, head_y - 0.7 * radius, right + 0.15 * radius, head_y - 0.3 * radius, fur)
    canvas.ellipse(head_x + 0.4 * radius, head_y - 1.4 * radius, 0.3 * radius, fill=GOLD)
    canvas.arc(head_x + 0.2 * radius, head_y + 0.1 * radius, 0.8 * radius, 20, 120, GOLD, 0.08)


def _drum(canvas: Canvas, x: float, y: float, half: float, setting: SceneSetting) -> None:
    canvas.rectangle(x - half, y - half, x + half, y + half, setting.second, 0.05)
    for top in (-half, 0.75 * half):
        canvas.rectangle(x - 1.1 * half, y + top, x + 1.1 * half, y + top + 0.3 * half, WHITE, 0.05)
    canvas.line([(x - half, y - 0.7 * half), (x, y + 0.7 * half), (x + half, y - 0.7 * half)], WHITE, 0.07)


@scene("red_light")
def red_light(canvas: Canvas, setting: SceneSetting) -> None:
    """A big traffic light shows red; people wait at the kerb before a zebra crossing."""
    light = daylight(setting)
    outdoors(canvas, setting, 9.6)
    canvas.rectangle(0, 10.4, WIDTH_UNITS, 13.6, light.tint((200, 196, 192)))
    canvas.gradient(light.tint((98, 100, 110)), light.tint((66, 68, 78)), 13.6, HEIGHT_UNITS)
    canvas.rectangle(0, 13.3, WIDTH_UNITS, 13.65, light.tint((226, 224, 220)))
    for stripe in range(5):
        x = 0.2 + stripe * 1.85
        corners = [(x + 0.2, 13.9), (x + 1.1, 13.9), (x + 1.0, HEIGHT_UNITS), (x - 0.1, HEIGHT_UNITS)]
        canvas.polygon(corners, light.tint(WHITE))
    height = 5.2 * setting.size
    count = 2 + round(setting.clutter)
    for index in range(count):
        x = (1.1, 3.0, 4.75)[index]
        person(
            canvas, x, 13.1 + 0.12 * (index % 2), height * (1, 0.9, 0.96)[index], look_of(setting, index),
            Pose(("standing", "hands_on_hips", "standing")[index], 0, phase=setting.time),
        )  # fmt: skip
    _traffic_light(canvas, setting, 6.9, setting.size)
    if setting.clutter > 0.3:
        car(canvas, (setting.time * 5 + setting.seed % 9) % 15 - 3, 15.7, 1.5, setting)


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
        canvas.pie(x, y, 1.0 * scale, 190, 350, case if index else darken(colour, 0.25))
        canvas.ellipse(x, y + 0.06 * scale, 0.74 * scale, fill=colour)
    canvas.ellipse(x - 0.25 * scale, top + gap / 2 - 0.2 * scale, 0.2 * scale, 0.14 * scale, fill=(255, 170, 160))


@scene("polite_bow")
def polite_bow(canvas: Canvas, setting: SceneSetting) -> None:
    """Two people stand face to face and bow deeply to each other."""
    light = daylight(setting)
    room(canvas, setting, 12.2)
    carpet = light.tint(setting.second, 0.5)
    canvas.ellipse(4.5, 14.5, 4.4, 1.1, fill=darken(carpet, 0.25))
    canvas.ellipse(4.5, 14.5, 4.0, 0.9, fill=carpet)
    if setting.clutter > 0.4:
        canvas.rectangle(3.7, 3.0, 5.3, 5.6, light.tint(WOOD, 0.4), 0.08)
        canvas.rectangle(3.9, 3.2, 5.1, 5.4, light.tint((250, 240, 220), 0.4))
        canvas.polygon([(3.9, 5.4), (4.5, 4.1), (5.1, 5.4)], light.tint(setting.accent, 0.4))
    height = 6.9 * setting.size
    # A bow that never comes fully upright, so that every moment of the clip shows one.
    phase = 0.5 + 0.17 * setting.wave(3.2)
    suits = (darken(setting.accent, 0.35), darken(setting.second, 0.35))
    for index, (x, facing) in enumerate(((1.35, 1), (7.65, -1))):
        look = look_of(setting, index, top=suits[index], bottom=darken(suits[index], 0.35))
        canvas.ellipse(x, 14.6, 1.0, 0.18, fill=darken(carpet, 0.45))
        person(canvas, x, 14.5, height, look, Pose("bowing", facing, phase))


@scene("silent_library")
def silent_library(canvas: Canvas, setting: SceneSetting) -> None:
    """Readers sit at a table before full bookshelves, under a sign of a finger on lips."""
    light = daylight(setting)
    wood = light.tint(((126, 82, 52), (150, 104, 64), (104, 74, 60), (136, 92, 70))[setting.place % 4], 0.45)
    canvas.gradient(darken(wood, 0.35), darken(wood, 0.45), 0, 12.4)
    canvas.gradient(light.tint((150, 120, 92), 0.5), light.tint((110, 86, 66), 0.5), 12.4, HEIGHT_UNITS)
    random = setting.random()
    for shelf in range(6):
        y = 1.9 + shelf * 1.9
        x = 0.15
        while x < WIDTH_UNITS - 0.2:
            width, tall = 0.3 + 0.25 * random.random(), 1.1 + 0.45 * random.random()
            canvas.rectangle(x, y - tall, x + width - 0.05, y, light.tint(_SPINES[random.integers(6)], 0.5))
            x += width
        canvas.rectangle(0, y, WIDTH_UNITS, y + 0.28, wood)
    window(canvas, setting, 6.5, 1.0, 2.0, 3.6)
    if light.lamps:
        canvas.glow(6.6, 11.0, 2.4, (255, 226, 140), 0.7)
    _silence_sign(canvas, 2.9, 3.2, 2.1 * setting.size)
    height = 5.8 * setting.size
    readers = ((2.0, 0), (7.0, 0)) if setting.clutter < 0.5 else ((1.4, 0), (4.5, 0), (7.6, 0))
    for index, (x, facing) in enumerate(readers):
        look = look_of(setting, index)
        turn = 0.03 * setting.wave(3.5, index / 3)
        hands = ((x + 0.7, 11.9), (x - 0.7, 11.9))
        person(canvas, x, 14.2 + turn, height, look, Pose("sitting", facing, 0.0, *hands))
    table = light.tint((170, 116, 70), 0.4)
    canvas.rectangle(0.1, 12.5, 8.9, 13.0, lighten(table, 0.2), 0.1)
    canvas.rectangle(0.4, 13.0, 8.6, 15.6, table)
    canvas.rectangle(0.8, 13.4, 8.2, 15.2, darken(table, 0.12), 0.1)
    for index, (x, _) in enumerate(readers):
        book(canvas, x, 12.55, 1.9, (setting.second, setting.accent, RED)[index])


def _silence_sign(canvas: Canvas, x: float, y: float, half: float) -> None:
    canvas.rectangle(x - half, y - half, x + half, y + half, (40, 84, 160), 0.3)
    canvas.rectangle(x - 0.93 * half, y - 0.93 * half, x + 0.93 * half, y + 0.93 * half, WHITE, 0.25)
    canvas.rectangle(x - 0.87 * half, y - 0.87 * half, x + 0.87 * half, y + 0.87 * half, (40, 84, 160), 0.22)
    canvas.ellipse(x, y - 0.05 * half, 0.62 * half, 0.72 * half, fill=(255, 222, 186))
    for side in (-1, 1):
        canvas.ellipse(x + side * 0.24 * half, y - 0.22 * half, 0.08 * half, 0.11 * half, fill=BLACK)
    canvas.ellipse(x, y + 0.26 * half, 0.2 * half, 0.09 * half, fill=(206, 70, 76))
    canvas.line([(x + 0.02 * half, y + 0.85 * half), (x, y + 0.08 * half)], (206, 150, 110), 0.22 * half)
    canvas.line([(x + 0.02 * half, y + 0.85 * half), (x, y + 0.08 * half)], (244, 196, 156), 0.16 * half)
    canvas.ellipse(x + 0.1 * half, y + 0.72 * half, 0.26 * half, 0.18 * half, fill=(244, 196, 156))
