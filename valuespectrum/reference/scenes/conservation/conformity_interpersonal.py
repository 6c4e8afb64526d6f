"""Scenes of conformity between people: queues, bows, silence and good manners."""

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
from valuespectrum.reference.painting.figures import Pose, look_of, person
from valuespectrum.reference.painting.props import BLACK, GOLD, GREY, RED, WHITE, WOOD, book
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


@scene("train_manners")
def train_manners(canvas: Canvas, setting: SceneSetting) -> None:
    """Passengers sit side by side on a train, bags on their laps; violated: one lies across the seats to music."""
    _compartment(canvas, setting)
    height, floor = 6.9 * setting.size, 15.2
    if setting.violated:
        _sprawler(canvas, setting, height, floor)
        return
    for index, x in enumerate((1.55, 4.5, 7.45)):
        nod = 0.05 * setting.wave(2.4, index / 3)
        lap = floor - 0.36 * height + nod
        hands = ((x + 0.5, lap - 0.55), (x - 0.5, lap - 0.55))
        person(canvas, x, floor + nod, height, look_of(setting, index), Pose("sitting", 0, 0.0, *hands))
        colour = (setting.second, (176, 120, 74), setting.accent)[index]
        canvas.arc(x, lap - 0.75, 0.45, 180, 360, darken(colour, 0.4), 0.16)
        canvas.rectangle(x - 0.85, lap - 0.8, x + 0.85, lap + 0.55, darken(colour, 0.2), 0.2)
        canvas.rectangle(x - 0.85, lap - 0.8, x + 0.85, lap - 0.3, darken(colour, 0.35), 0.15)
        for side in (-1, 1):
            canvas.ellipse(x + side * 0.5, lap - 0.7, 0.27, fill=setting.skin[index])


def _compartment(canvas: Canvas, setting: SceneSetting) -> None:
    """Inside of a train: landscape behind a wide window, luggage rack above, a bench of three seats below."""
    light = daylight(setting)
    wall = light.tint(((222, 214, 196), (204, 218, 226), (214, 224, 204), (232, 212, 206))[setting.place % 4], 0.45)
    outdoors(canvas, setting, 7.2)
    for pole in range(2):
        x = (pole * 6.5 - setting.time * 5 + setting.seed % 7) % 13 - 2
        canvas.rectangle(x, 3.0, x + 0.25, 9.0, light.tint((112, 88, 70), 0.6))
    canvas.rectangle(0, 0, WIDTH_UNITS, 2.9, wall)
    canvas.rectangle(0, 8.2, WIDTH_UNITS, HEIGHT_UNITS, darken(wall, 0.12))
    for x in (-0.1, 4.25, 8.6):
        canvas.rectangle(x, 2.6, x + 0.5, 8.5, wall)
    canvas.rectangle(0.2, 2.0, 8.8, 2.3, GREY, 0.1)
    for index in range(1 + round(3 * setting.clutter)):
        x = 1.3 + 2.1 * index
        canvas.rectangle(x - 0.8, 0.8 + 0.2 * (index % 2), x + 0.8, 2.0, (WOOD, RED, _NAVY, GOLD)[index], 0.2)
    canvas.gradient(light.tint((120, 116, 122), 0.5), light.tint((92, 88, 96), 0.5), 14.6, HEIGHT_UNITS)
    cover = light.tint(mix(_NAVY, setting.accent, 0.3), 0.3)
    for x in (1.55, 4.5, 7.45):
        canvas.rectangle(x - 1.4, 8.2, x + 1.4, 13.4, lighten(cover, 0.15), 0.5)
        canvas.rectangle(x - 0.75, 8.0, x + 0.75, 9.2, WHITE, 0.2)
    canvas.rectangle(0.05, 12.9, 8.95, 14.1, cover, 0.3)
    canvas.rectangle(0.5, 14.1, 8.5, 14.6, darken(cover, 0.4))


def _sprawler(canvas: Canvas, setting: SceneSetting, height: float, floor: float) -> None:
    """Someone stretched out over the bench with a blaring music box, while two others have to stand."""
    beat = 0.08 * setting.wave(0.5)
    for index, x in ((1, 0.95), (2, 7.9)):
        pose = Pose("standing", 0, 0.0, (x + 0.45, 6.6), (x - 0.45, 6.6))
        person(canvas, x, floor, 1.35 * height, look_of(setting, index), pose)
    length = 1.2 * height
    person(canvas, 8.6, 13.1, length, look_of(setting, 0), Pose("lying", 1, 0.0, (4.6, 11.6 + beat)))
