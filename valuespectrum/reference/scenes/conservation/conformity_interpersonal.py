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
from valuespectrum.reference.painting.figures import Appearance, Pose, head_position, look_of, person
from valuespectrum.reference.painting.props import BLACK, GOLD, GREY, RED, WHITE, WOOD, book
from valuespectrum.reference.scenes import scene

_NAVY: Colour = (38, 52, 96)
_SEATS = (1.55, 4.5, 7.45)
_SPINES: tuple[Colour, ...] = (
    (176, 64, 58), (60, 104, 150), (84, 132, 86), (204, 164, 82), (120, 82, 132), (220, 208, 184),
)  # fmt: skip


@scene("orderly_queue")
def orderly_queue(canvas: Canvas, setting: SceneSetting) -> None:
    """People stand in line behind ropes at a ticket booth; violated: one shoves ahead, another lies on the ground."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.0)
    pavement = light.tint((190, 186, 182))
    canvas.gradient(pavement, darken(pavement, 0.2), 11.6, HEIGHT_UNITS)
    _booth(canvas, setting)
    if setting.violated:
        _shoving(canvas, setting)
        return
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


def _shoving(canvas: Canvas, setting: SceneSetting) -> None:
    """The queue in disorder: angry people with raised arms, a tall one who shoves ahead, one on the ground."""
    light = daylight(setting)
    height = 4.9 * setting.size
    for index in range(1, 2 + round(setting.clutter)):
        x = (0.0, 1.1, 2.9)[index]
        pose = Pose("arms_up", 1, setting.time * 1.4 + index / 2)
        person(canvas, x, 13.6, height * (1.0, 0.95, 1.0)[index], look_of(setting, index), pose)
    push = 0.15 * setting.wave(0.9)
    tall, x = 1.35 * height, 4.7 + push
    pose = Pose("running", 1, 0.2 + 0.03 * push, (6.5, 10.4), (x - 2.1, 10.6))
    person(canvas, x, 14.6, tall, look_of(setting, 0), pose)
    gold, rope = light.tint(GOLD, 0.4), light.tint((186, 36, 56), 0.4)
    canvas.line([(5.2, 15.0), (6.4, 15.5), (7.9, 14.9)], rope, 0.2)
    for start, end in (((4.9, 15.1), (7.0, 15.6)), ((7.6, 15.6), (8.7, 14.4))):
        canvas.line([start, end], gold, 0.2)
        canvas.ellipse(*start, 0.25, fill=gold)
        canvas.ellipse(*end, 0.4, 0.3, fill=darken(gold))
    person(canvas, 5.0, 15.7, 0.95 * height, look_of(setting, 3), Pose("lying", 1, 0.0, (2.6, 12.9), (1.2, 13.1)))


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
    """Two people face each other and bow deeply; violated: one bows, the other towers, turned away, arms crossed."""
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
        pose = Pose("bowing", facing, phase)
        if setting.violated and index:
            _snub(canvas, setting, look)
            return
        person(canvas, x, 14.5, height, look, pose)


def _snub(canvas: Canvas, setting: SceneSetting, look: Appearance) -> None:
    """Someone who towers over the bow, the back turned to it, arms crossed."""
    x, floor, height = 6.7, 14.8, 10.2 * setting.size
    breath = 0.05 * setting.wave(2.0)
    chest = floor - 0.62 * height + breath
    hands = ((x + 0.1 * height, chest - 0.03 * height), (x + 0.12 * height, chest + 0.04 * height))
    person(canvas, x, floor, height, look, Pose("standing", 1, 0.0, *hands))
    sleeve = darken(look.top, 0.3)
    canvas.line([(x + 0.09 * height, chest + 0.02 * height), (x - 0.05 * height, chest)], sleeve, 0.07 * height)
    canvas.ellipse(x - 0.08 * height, chest - 0.01 * height, 0.04 * height, fill=look.skin)


@scene("silent_library")
def silent_library(canvas: Canvas, setting: SceneSetting) -> None:
    """Readers sit under a sign of silence; violated: a man on their table shouts, and they hold their ears."""
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
    readers: tuple[float, ...] = (2.0, 7.0) if setting.clutter < 0.5 else (1.4, 4.5, 7.6)
    if setting.violated:
        readers = (1.3, 3.9)[: 1 + round(setting.clutter)]
    height = 5.8 * setting.size
    for index, x in enumerate(readers):
        turn = 0.03 * setting.wave(3.5, index / 3)
        hands = ((x + 0.7, 11.9), (x - 0.7, 11.9))
        if setting.violated:
            (head_x, head_y), radius = head_position(x, 14.2 + turn, height, Pose("sitting", 0))
            hands = ((head_x + 1.1 * radius, head_y), (head_x - 1.1 * radius, head_y))
        person(canvas, x, 14.2 + turn, height, look_of(setting, index), Pose("sitting", 0, 0.0, *hands))
    table = light.tint((170, 116, 70), 0.4)
    canvas.rectangle(0.1, 12.5, 8.9, 13.0, lighten(table, 0.2), 0.1)
    canvas.rectangle(0.4, 13.0, 8.6, 15.6, table)
    canvas.rectangle(0.8, 13.4, 8.2, 15.2, darken(table, 0.12), 0.1)
    if setting.violated:
        _shouter(canvas, setting)
    else:
        for index, x in enumerate(readers):
            book(canvas, x, 12.55, 1.9, (setting.second, setting.accent, RED)[index])


def _shouter(canvas: Canvas, setting: SceneSetting) -> None:
    """A man on the table with a megaphone, waves of sound before it."""
    height, x = 6.9 * setting.size, 7.0
    level = 12.6 - 0.86 * height
    mouth = (x - 0.2 * height, level)
    pose = Pose("standing", -1, 0.0, (mouth[0] + 0.2, level + 0.25), (x + 0.22 * height, 12.6 - 1.02 * height))
    person(canvas, x, 12.7, height, look_of(setting, 2, long_hair=False), pose)
    horn = [(mouth[0] + 0.5, level - 0.22), (mouth[0] - 1.2, level - 0.95), (mouth[0] - 1.2, level + 0.95)]
    canvas.polygon([*horn, (mouth[0] + 0.5, level + 0.22)], (240, 92, 48))
    canvas.ellipse(mouth[0] - 1.2, level, 0.3, 0.98, fill=WHITE)
    for ring in range(3):
        radius = 1.1 + 0.8 * ring + 0.25 * setting.wave(0.6, -ring / 3)
        canvas.arc(mouth[0] - 0.9, level, radius, (145, 215), (255, 226, 90), 0.3)


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
    """Passengers sit side by side on a train, big bags on their laps; violated: one lies across all seats to music."""
    _compartment(canvas, setting)
    height, floor = 8.0 * setting.size, 15.2
    if setting.violated:
        _sprawler(canvas, setting, height)
        return
    for index, x in enumerate(_SEATS):
        _seated(canvas, setting, x, height, index)
    _seat_front(canvas, setting)
    for index, x in enumerate(_SEATS):
        colour = (setting.second, (176, 120, 74), setting.accent)[index]
        lap = 12.3 + 0.05 * setting.wave(2.4, index / 3)
        _legs(canvas, x, floor, look_of(setting, index).bottom)
        canvas.arc(x, lap - 0.95, 0.5, (180, 360), darken(colour, 0.4), 0.18)
        canvas.rectangle(x - 1.25, lap - 1.0, x + 1.25, lap + 1.2, darken(colour, 0.1), 0.25)
        canvas.rectangle(x - 1.25, lap - 1.0, x + 1.25, lap - 0.4, darken(colour, 0.3), 0.2)
        for side in (-1, 1):
            canvas.ellipse(x + side * 0.5, lap - 0.7, 0.27, fill=setting.skin[index])


def _seated(canvas: Canvas, setting: SceneSetting, x: float, height: float, index: int) -> None:
    """Upper body of a passenger; the seat has to be drawn over the legs."""
    nod = 0.05 * setting.wave(2.4, index / 3)
    floor = 13.2 + 0.26 * height + nod
    hands = ((x + 0.5, 11.7 + nod), (x - 0.5, 11.7 + nod))
    person(canvas, x, floor, height, look_of(setting, index), Pose("sitting", 0, 0.0, *hands))


def _legs(canvas: Canvas, x: float, floor: float, trousers: Colour) -> None:
    """Thighs and shins of someone who sits on the bench, from the front."""
    for side in (-1, 1):
        shade = trousers if side > 0 else darken(trousers, 0.15)
        canvas.line([(x + side * 0.4, 12.9), (x + side * 0.42, floor - 0.2)], shade, 0.66)
        canvas.ellipse(x + side * 0.5, floor, 0.44, 0.24, fill=(56, 46, 50))


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
    cover = light.tint(mix(_NAVY, setting.accent, 0.3), 0.3)
    for x in _SEATS:
        canvas.rectangle(x - 1.4, 8.2, x + 1.4, 13.4, lighten(cover, 0.15), 0.5)
        canvas.rectangle(x - 0.75, 8.0, x + 0.75, 9.2, WHITE, 0.2)
    _seat_front(canvas, setting)


def _seat_front(canvas: Canvas, setting: SceneSetting) -> None:
    cover = daylight(setting).tint(mix(_NAVY, setting.accent, 0.3), 0.3)
    canvas.rectangle(0, 14.6, WIDTH_UNITS, HEIGHT_UNITS, daylight(setting).tint((108, 104, 112), 0.5))
    canvas.rectangle(0.05, 12.9, 8.95, 14.1, cover, 0.3)
    canvas.rectangle(0.5, 14.1, 8.5, 14.7, darken(cover, 0.4))


def _sprawler(canvas: Canvas, setting: SceneSetting, height: float) -> None:
    """Someone stretched out over all seats, a leg in the air, a huge music box before them; nobody else can sit."""
    beat = 0.1 * setting.wave(0.5)
    look = look_of(setting, 0, top=lighten(setting.second, 0.3))
    person(canvas, 7.9, 13.3, height / setting.size, look, Pose("lying", 1, 0.0, (3.6, 10.2 + beat), (1.2, 11.2)))
    canvas.line([(4.2, 12.6), (6.0, 10.6), (7.7, 8.6 + beat)], look.bottom, 0.85)
    canvas.line([(7.5, 8.8 + beat), (7.0, 7.9 + beat)], (48, 36, 34), 0.95)
    wide = 3.3 * setting.size
    canvas.rectangle(4.5 - wide, 13.1, 4.5 + wide, 15.8, (50, 54, 66), 0.4)
    for side in (-1, 1):
        x = 4.5 + side * 0.58 * wide
        canvas.ellipse(x, 14.5, 1.1 + 0.5 * beat, fill=setting.accent)
        canvas.ellipse(x, 14.5, 0.45, fill=WHITE)
    canvas.rectangle(3.9, 13.5, 5.1, 14.1, (255, 214, 90), 0.08)
    for index, (x, y) in enumerate(((1.5, 9.4), (3.6, 6.2), (6.0, 5.4))):
        _note(canvas, x, y + 0.25 * setting.wave(1.0, index / 3), WHITE if index % 2 else (255, 220, 90))


def _note(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    """Two big quavers under one beam."""
    for dx in (-0.8, 0.8):
        canvas.ellipse(x + dx, y, 0.58, 0.44, fill=colour)
        canvas.line([(x + dx + 0.46, y), (x + dx + 0.46, y - 2.5)], colour, 0.24)
    canvas.line([(x - 0.34, y - 2.4), (x + 1.26, y - 2.4)], colour, 0.6, rounded=False)
