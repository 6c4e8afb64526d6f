"""Drawings of the face kinds: looks that are tended or let go, a public image that is kept clean or laughed at."""

from __future__ import annotations

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
from valuespectrum.reference.painting.figures import Appearance, Pose, head, head_position, look_of, person
from valuespectrum.reference.painting.props import BLACK, GOLD, RED, WHITE, WOOD, in_light, pot_plant
from valuespectrum.reference.scenes import scene

_WALLS: tuple[Colour, ...] = ((214, 190, 204), (186, 206, 200), (226, 206, 172), (188, 196, 220))
_GOLD_LIGHT, _GOLD_DARK = lighten(GOLD, 0.5), darken(GOLD, 0.28)
_TEAR: Colour = (92, 172, 236)
_TOMATO: Colour = (206, 40, 34)


@scene("mirror_suit")
def mirror_suit(canvas: Canvas, setting: SceneSetting) -> None:
    """Somebody and a tall mirror in a golden frame.

    Endorsed: in a fine suit, hands at the tie, mirrored from head to foot. Violated: in stained underwear, the suit in
    a heap, and the mirror stands with its wooden back to the room.
    """
    light = daylight(setting)
    wall = light.tint(_WALLS[setting.place % 4], 0.55)
    canvas.gradient(lighten(wall, 0.15), wall, 0, 12.0)
    canvas.gradient(light.tint((172, 128, 96), 0.55), light.tint((132, 94, 72), 0.55), 12.0, HEIGHT_UNITS)
    canvas.rectangle(0, 11.7, WIDTH_UNITS, 12.0, lighten(wall, 0.5))
    window(canvas, setting, 0.6, 1.4, 2.3, 3.4)
    if light.lamps:
        canvas.glow(4.5, 1.2, 3.4, (255, 226, 150), 0.6)
    if setting.clutter > 0.5:
        pot_plant(canvas, 8.4, 15.4, 2.4, setting)
    rug = light.tint(mix(setting.second, (255, 255, 255), 0.35), 0.5)
    canvas.ellipse(4.0, 14.6, 4.0, 0.9, fill=rug)
    canvas.ellipse(4.0, 14.6, 3.5, 0.7, fill=darken(rug, 0.12))
    if setting.violated:
        _mirror_back(canvas)
        _slovenly(canvas, setting, 2.7, 14.7, 8.6 * setting.size)
    else:
        _mirrored(canvas, setting, 2.6, 14.7, 8.6 * setting.size)


def _mirror_back(canvas: Canvas) -> None:
    """The back of the mirror: raw planks held by a cross of slats."""
    canvas.rectangle(4.6, 2.6, 8.6, 13.2, darken(WOOD, 0.35), 0.2)
    canvas.rectangle(4.95, 2.95, 8.25, 12.9, (196, 150, 100))
    for plank in range(1, 5):
        canvas.rectangle(4.95 + plank * 0.66 - 0.03, 2.95, 4.95 + plank * 0.66 + 0.03, 12.9, (160, 116, 74))
    for start, end in (((5.1, 3.1), (8.1, 12.75)), ((8.1, 3.1), (5.1, 12.75))):
        canvas.line([start, end], darken(WOOD, 0.2), 0.42)
    canvas.line([(5.3, 4.6), (6.6, 3.6), (7.9, 4.6)], (90, 80, 74), 0.1)


def _slovenly(canvas: Canvas, setting: SceneSetting, x: float, base: float, height: float) -> None:
    look = look_of(setting, 0, top=(246, 242, 228), bottom=(120, 160, 206), bare=True, long_hair=False)
    scratch = (x + 0.2 * height, base - (0.53 + 0.02 * setting.wave(0.7)) * height)
    pose = Pose("standing", 0, front_hand=scratch)
    person(canvas, x, base, height, look, pose)
    for across, up, radius in ((-0.03, 0.7, 0.05), (0.05, 0.6, 0.036), (-0.05, 0.55, 0.03), (0.07, 0.73, 0.026)):
        canvas.ellipse(x + across * height, base - up * height, radius * height, fill=(164, 104, 40))
    (head_x, head_y), radius = head_position(x, base, height, pose)
    for tuft in (-0.9, -0.45, 0.1, 0.6, 1.0):
        root = (head_x + tuft * 0.8 * radius, head_y - (1.0 - 0.4 * abs(tuft)) * radius)
        canvas.line([root, (root[0] + tuft * 0.5 * radius, root[1] - 0.6 * radius)], look.hair, 0.26 * radius)
    suit = darken(setting.accent, 0.25)
    heap = [(4.6, 15.5), (4.9, 14.5), (5.6, 14.1), (6.2, 14.5), (7.0, 14.3), (7.6, 15.0), (7.8, 15.5)]
    canvas.polygon(heap, suit)
    canvas.line([(5.0, 15.2), (5.7, 14.6), (6.3, 15.1), (7.1, 14.7)], lighten(suit, 0.25), 0.12)
    canvas.line([(6.2, 14.5), (6.6, 15.2), (6.2, 15.8)], RED, 0.26)


def _mirrored(canvas: Canvas, setting: SceneSetting, x: float, base: float, height: float) -> None:
    light = daylight(setting)
    canvas.rectangle(4.6, 2.6, 8.6, 13.2, GOLD, 0.3)
    canvas.ellipse(6.6, 2.5, 0.9, 0.6, fill=_GOLD_LIGHT)
    glass = light.tint((196, 224, 236), 0.5)
    canvas.rectangle(5.0, 3.0, 8.2, 12.8, glass, 0.15)
    for left in (5.4, 5.95):
        canvas.polygon([(left, 5.8), (left + 0.3, 5.8), (left + 1.8, 3.0), (left + 1.5, 3.0)], lighten(glass, 0.4))
    suit = darken(setting.accent, 0.25)
    look = look_of(setting, 0, top=suit, bottom=darken(suit, 0.25), long_hair=False)
    tug = 0.012 * setting.wave(0.8)
    for image_x, floor, tall, back in ((6.6, 12.7, 0.85 * height, False), (x, base, height, True)):
        collar = floor - (0.74 + tug) * tall
        hands = (image_x + 0.03 * tall, collar), (image_x - 0.03 * tall, collar)
        pose = Pose("standing", 0, front_hand=hands[0], back_hand=hands[1], back_view=back)
        if back:
            canvas.ellipse(image_x, floor, 1.2, 0.2, fill=(92, 70, 62))
        person(canvas, image_x, floor, tall, look, pose)
        if back:
            # The hands are in front of the chest, which hides them from behind.
            canvas.rectangle(
                image_x - 0.12 * tall, floor - 0.8 * tall, image_x + 0.12 * tall, floor - 0.5 * tall, suit, 0.3
            )
        else:
            _shirt_front(canvas, image_x, floor, tall)
            for hand_x, hand_y in hands:
                canvas.ellipse(hand_x, hand_y, 0.036 * tall, fill=look.skin)


def _shirt_front(canvas: Canvas, x: float, base: float, height: float) -> None:
    """White shirt and red tie on a figure in a jacket that faces the viewer."""
    chest = base - 0.79 * height
    canvas.polygon([(x - 0.06 * height, chest), (x + 0.06 * height, chest), (x, base - 0.55 * height)], WHITE)
    knot = [(x - 0.02 * height, chest), (x + 0.02 * height, chest), (x + 0.025 * height, base - 0.6 * height)]
    canvas.polygon([*knot, (x, base - 0.57 * height), (x - 0.025 * height, base - 0.6 * height)], RED)


@scene("billboard_portrait")
def billboard_portrait(canvas: Canvas, setting: SceneSetting) -> None:
    """A billboard with the big portrait of its owner.

    Endorsed: the owner stands on a ladder and polishes it till it sparkles. Violated: horns, a beard and a cross are
    scrawled over it, tomatoes have burst on it, and the owner slinks off past the fallen ladder.
    """
    outdoors(canvas, setting, 11.0)
    for x in (1.7, 7.1):
        canvas.rectangle(x - 0.2, 8.5, x + 0.2, 13.4, in_light((96, 100, 110), setting))
    canvas.rectangle(0.5, 1.6, 8.5, 9.7, in_light((70, 74, 86), setting), 0.2)
    light = daylight(setting)
    paper = light.tint(lighten(setting.second, 0.6), 0.4)
    canvas.rectangle(0.8, 1.9, 8.2, 9.4, paper)
    look = look_of(setting, 0, top=darken(setting.accent, 0.15), long_hair=False)
    _portrait(canvas, look, lighten(paper, 0.5))
    if setting.violated:
        _scrawls(canvas)
        _tomatoes(canvas, setting)
        _ladder(canvas, (0.6, 15.0), (6.0, 13.7))
        step = setting.time * 0.8
        person(canvas, 7.0 + 0.1 * setting.wave(2.0), 15.5, 4.4 * setting.size, look, Pose("walking", 1, step))
        return
    _ladder(canvas, (7.0, 15.4), (6.4, 5.2))
    rub = (5.0 + 0.5 * setting.wave(1.1), 7.0 + 0.35 * setting.wave(0.55))
    pose = Pose("standing", -1, front_hand=rub)
    person(canvas, 6.5, 11.6, 5.2 * setting.size, look, pose)
    canvas.rectangle(rub[0] - 0.75, rub[1] - 0.35, rub[0] + 0.2, rub[1] + 0.45, (252, 236, 120), 0.15)
    for index, (x, y) in enumerate(((1.5, 2.9), (2.4, 8.3), (7.4, 2.8), (1.4, 5.8), (5.9, 2.5))):
        _sparkle(canvas, x, y, 0.35 + 0.25 * abs(setting.wave(1.8, index / 5)))


def _portrait(canvas: Canvas, look: Appearance, halo: Colour) -> None:
    canvas.ellipse(4.0, 5.4, 2.9, 3.1, fill=halo)
    canvas.rectangle(1.6, 7.6, 6.4, 9.4, look.top, 0.6)
    canvas.rectangle(1.6, 8.6, 6.4, 9.4, look.top)
    canvas.polygon([(3.2, 7.6), (4.8, 7.6), (4.0, 9.4)], WHITE)
    canvas.polygon([(3.8, 7.7), (4.2, 7.7), (4.3, 9.0), (4.0, 9.4), (3.7, 9.0)], RED)
    canvas.line([(4.0, 6.2), (4.0, 7.5)], darken(look.skin, 0.12), 1.1)
    head(canvas, 4.0, 5.1, 1.95, look, Pose(facing=0))


def _sparkle(canvas: Canvas, x: float, y: float, reach: float) -> None:
    for across, up in ((reach, 0.2 * reach), (0.2 * reach, reach)):
        canvas.polygon([(x - across, y), (x, y - up), (x + across, y), (x, y + up)], (255, 255, 255))


def _ladder(canvas: Canvas, foot: Point, top: Point) -> None:
    """Ladder about one unit wide from its foot to its top."""
    length = ((top[0] - foot[0]) ** 2 + (top[1] - foot[1]) ** 2) ** 0.5
    aside = (-(top[1] - foot[1]) / length * 0.55, (top[0] - foot[0]) / length * 0.55)
    for rung in range(1, 10):
        middle = (foot[0] + (top[0] - foot[0]) * rung / 10, foot[1] + (top[1] - foot[1]) * rung / 10)
        ends = [(middle[0] - aside[0], middle[1] - aside[1]), (middle[0] + aside[0], middle[1] + aside[1])]
        canvas.line(ends, (186, 134, 80), 0.16)
    for side in (-1, 1):
        rail = [(end[0] + side * aside[0], end[1] + side * aside[1]) for end in (foot, top)]
        canvas.line(rail, (206, 152, 92), 0.22)


def _scrawls(canvas: Canvas) -> None:
    """Red horns, a black beard and glasses smeared over the portrait."""
    for side in (-1, 1):
        horn = [(4.0 + side * 0.7, 3.5), (4.0 + side * 2.1, 1.95), (4.0 + side * 1.6, 4.1)]
        canvas.polygon(horn, (176, 20, 30))
        canvas.arc(4.0 + side * 0.75, 5.3, 0.62, (0, 360), BLACK, 0.2)
        canvas.line([(4.0 + side * 0.1, 6.4), (4.0 + side * 1.0, 6.2), (4.0 + side * 1.5, 5.8)], BLACK, 0.3)
    canvas.polygon([(3.0, 6.8), (5.0, 6.8), (4.5, 8.3), (4.2, 7.6), (4.0, 8.7), (3.7, 7.7), (3.5, 8.2)], BLACK)
    canvas.line([(1.0, 8.9), (2.6, 7.4), (1.7, 6.9), (3.0, 5.0)], (122, 40, 160), 0.3)
    canvas.line([(6.0, 8.9), (7.8, 6.7)], (122, 40, 160), 0.34)
    canvas.line([(7.8, 8.9), (6.0, 6.7)], (122, 40, 160), 0.34)


def _tomatoes(canvas: Canvas, setting: SceneSetting) -> None:
    drip = 0.2 * setting.wave(2.4)
    for x, y, radius in ((6.3, 3.7, 0.8), (1.9, 4.3, 0.65), (2.9, 6.1, 0.5), (7.3, 5.4, 0.5), (5.2, 4.3, 0.55)):
        for across, up in ((-1.1, -0.3), (0.9, -0.8), (1.1, 0.5), (-0.6, 0.9), (-0.5, -1.0)):
            canvas.line([(x, y), (x + across * radius, y + up * radius)], _TOMATO, 0.4 * radius)
        canvas.ellipse(x, y, 0.8 * radius, fill=_TOMATO)
        canvas.line([(x, y), (x, y + 2.1 * radius + drip)], _TOMATO, 0.3 * radius)
        canvas.ellipse(x - 0.15 * radius, y - 0.15 * radius, 0.35 * radius, fill=(240, 104, 80))


@scene("smiling_mask")
def smiling_mask(canvas: Canvas, setting: SceneSetting) -> None:
    """Somebody in tears, close by, among the guests of a ball.

    Endorsed: a smiling golden mask hides the face, the guests look elsewhere. Violated: the mask has burst, the
    tears stream openly, the guests look and hands point from both sides.
    """
    _ballroom(canvas, setting)
    look = look_of(setting, 0, top=setting.accent)
    scale, y = setting.size, 8.0 + 0.08 * setting.wave(1.6)
    radius = 2.1 * scale
    if look.long_hair:
        canvas.rectangle(4.5 - 1.12 * radius, y, 4.5 + 1.12 * radius, y + 1.9 * radius, look.hair, 0.6)
    canvas.rectangle(4.5 - 2.9 * scale, y + 1.35 * radius, 4.5 + 2.9 * scale, HEIGHT_UNITS + 2, look.top, 1.3)
    canvas.line([(4.5, y + radius), (4.5, y + 1.5 * radius)], darken(look.skin, 0.12), 1.3 * scale)
    canvas.ellipse(4.5, y - 0.14 * radius, 1.06 * radius, 1.08 * radius, fill=look.hair)
    canvas.ellipse(4.5, y + 0.16 * radius, 0.84 * radius, 0.86 * radius, fill=look.skin)
    if setting.violated:
        _crying_face(canvas, setting, 4.5, y + 0.16 * radius, radius)
        _pointing(canvas, setting)
        _broken_mask(canvas, 4.5, 13.9, 1.7 * scale)
        return
    _tears(canvas, setting, 4.5, y + 0.6 * radius, radius)
    grip = (4.5 + 1.6 * scale, y + 2.0 * radius)
    canvas.line([(4.5 + 0.7 * radius, y + 0.7 * radius), grip], _GOLD_DARK, 0.26)
    canvas.line([(4.5 + 2.5 * scale, HEIGHT_UNITS), grip], darken(look.top, 0.18), 1.2 * scale)
    canvas.ellipse(*grip, 0.62 * scale, fill=look.skin)
    _mask(canvas, 4.5, y + 0.05 * radius, 1.02 * radius)


def _ballroom(canvas: Canvas, setting: SceneSetting) -> None:
    light = daylight(setting)
    wall = light.tint(_WALLS[(setting.place + 1) % 4], 0.5)
    canvas.gradient(lighten(wall, 0.2), darken(wall, 0.12), 0, HEIGHT_UNITS)
    window(canvas, setting, 0.5, 1.0, 1.8, 4.4)
    window(canvas, setting, 6.7, 1.0, 1.8, 4.4)
    for bulb in range(9):
        hang = 1.5 - 0.08 * (bulb - 4) ** 2
        canvas.ellipse(0.5 + bulb, hang, 0.2, fill=(255, 244, 190) if light.lamps else lighten(setting.second, 0.4))
    guests = (0.9, 8.1) if setting.clutter < 0.5 else (0.7, 2.3, 6.7, 8.3)
    for index, x in enumerate(guests):
        look = look_of(setting, index + 1, long_hair=False)
        low = 8.2 + 0.4 * (index % 2)
        canvas.rectangle(x - 1.0, low + 0.8, x + 1.0, HEIGHT_UNITS + 1, look.top, 0.7)
        canvas.line([(x, low), (x, low + 0.9)], darken(look.skin, 0.12), 0.5)
        head(canvas, x, low, 0.8, look, Pose(facing=0, back_view=not setting.violated))


def _mask(canvas: Canvas, x: float, y: float, half: float) -> None:
    """A golden mask with a wide smile; ``half`` is half its width."""
    canvas.ellipse(x, y, half, 1.08 * half, fill=_GOLD_DARK)
    canvas.ellipse(x, y - 0.03 * half, 0.94 * half, 1.0 * half, fill=GOLD)
    canvas.ellipse(x - 0.12 * half, y - 0.25 * half, 0.6 * half, 0.55 * half, fill=mix(GOLD, (255, 246, 200), 0.4))
    for side in (-1, 1):
        canvas.ellipse(x + side * 0.4 * half, y - 0.15 * half, 0.24 * half, 0.15 * half, fill=(60, 40, 30))
        canvas.ellipse(x + side * 0.58 * half, y + 0.3 * half, 0.16 * half, fill=(236, 120, 90))
    canvas.pie(x, y + 0.12 * half, 0.66 * half, (15, 165), (176, 36, 40))
    canvas.pie(x, y + 0.12 * half, 0.6 * half, (28, 152), (255, 252, 240))
    canvas.ellipse(x, y + 0.02 * half, 0.36 * half, 0.28 * half, fill=GOLD)


def _broken_mask(canvas: Canvas, x: float, y: float, half: float) -> None:
    """Two pieces of the mask that lie apart, with a jagged edge between them."""
    for side in (-1, 1):
        middle = x + side * 0.95 * half
        rim = [(1.0, 0.0), (0.9, -0.5), (0.55, -0.9), (0.1, -1.0)]
        tears = [(-0.2, -0.55), (0.15, -0.3), (-0.15, 0.1), (0.2, 0.4), (0.0, 0.9), (0.55, 0.85), (0.9, 0.45)]
        piece = [(middle + side * across * half, y + up * half + 0.15 * side) for across, up in (*rim, *tears)]
        canvas.polygon(piece, GOLD)
        canvas.line(piece, _GOLD_DARK, 0.1)
        canvas.ellipse(middle + side * 0.42 * half, y - 0.2 * half, 0.2 * half, 0.13 * half, fill=(60, 40, 30))
        smile = [(middle + side * across * half, y + up * half) for across, up in ((0.2, 0.6), (0.5, 0.5), (0.7, 0.2))]
        canvas.line(smile, (176, 36, 40), 0.2 * half)


def _tears(canvas: Canvas, setting: SceneSetting, x: float, y: float, radius: float) -> None:
    fall = (setting.time * 0.8) % 1.0
    for side in (-1, 1):
        canvas.line([(x + side * 0.46 * radius, y), (x + side * 0.52 * radius, y + 0.85 * radius)], _TEAR, 0.3)
        drop = y + (0.85 + 0.5 * fall) * radius
        canvas.ellipse(x + side * 0.54 * radius, drop, 0.2, 0.28, fill=_TEAR)


def _crying_face(canvas: Canvas, setting: SceneSetting, x: float, y: float, radius: float) -> None:
    dark = (50, 36, 36)
    for side in (-1, 1):
        canvas.ellipse(x + side * 0.5 * radius, y + 0.28 * radius, 0.22 * radius, fill=(226, 104, 96))
        canvas.line(
            [(x + side * 0.18 * radius, y - 0.32 * radius), (x + side * 0.55 * radius, y - 0.16 * radius)], dark, 0.2
        )
        canvas.arc(x + side * 0.38 * radius, y - 0.14 * radius, 0.2 * radius, (10, 170), dark, 0.16)
    canvas.ellipse(x, y + 0.5 * radius, 0.34 * radius, 0.22 * radius, fill=(120, 30, 40))
    canvas.ellipse(x, y + 0.62 * radius, 0.3 * radius, 0.14 * radius, fill=(216, 96, 100))
    _tears(canvas, setting, x, y + 0.08 * radius, radius)


def _pointing(canvas: Canvas, setting: SceneSetting) -> None:
    """Hands that point from both edges of the picture."""
    thrust = 0.2 * setting.wave(0.9)
    for index, (side, y) in enumerate(((1, 5.2), (-1, 6.4), (1, 10.8), (-1, 11.6))):
        edge = -0.3 if side > 0 else WIDTH_UNITS + 0.3
        hand = edge + side * (1.75 + thrust * (-1) ** index)
        look = look_of(setting, index + 1)
        canvas.line([(edge, y + 0.5), (hand - side * 0.4, y + 0.1)], darken(look.top, 0.1), 0.85)
        canvas.ellipse(hand, y, 0.5, 0.42, fill=look.skin)
        canvas.line([(hand, y - 0.1), (hand + side * 0.95, y - 0.2)], look.skin, 0.28)


@scene("changing_screen")
def changing_screen(canvas: Canvas, setting: SceneSetting) -> None:
    """A bather by a pool, a folding screen and other guests.

    Endorsed: only the head shows above the screen, the guests look the other way. Violated: the screen lies on the
    ground, the bather stands there in dotted underwear, the guests point and laugh.
    """
    outdoors(canvas, setting, 8.6)
    light = daylight(setting)
    canvas.gradient(light.tint((236, 230, 218)), light.tint((214, 202, 184)), 9.4, HEIGHT_UNITS)
    canvas.rectangle(-0.5, 9.6, WIDTH_UNITS + 0.5, 11.2, light.tint((250, 250, 250)))
    canvas.gradient(light.tint((84, 186, 214), 0.7), light.tint((54, 156, 200), 0.7), 9.8, 11.0)
    for row in range(3):
        shift = (setting.time * 0.4 + row * 1.7) % 3
        for column in range(-1, 4):
            x = column * 3 + shift
            canvas.line([(x, 10.1 + row * 0.32), (x + 1.0, 10.1 + row * 0.32)], light.tint((190, 234, 244), 0.6), 0.08)
    if setting.violated:
        _caught(canvas, setting)
    else:
        _screened(canvas, setting)


def _screened(canvas: Canvas, setting: SceneSetting) -> None:
    scale = setting.size
    for index, x in enumerate((0.9, 8.1)):
        look = look_of(setting, index + 1)
        person(canvas, x, 13.6, 5.4, look, Pose("standing", 0, back_view=True))
    height, base = 8.0 * scale, 14.6
    lift = 0.15 * setting.wave(1.2)
    top = base - 6.2 * scale
    hands = (5.6, top - 0.7 + lift), (3.4, top - 0.5 - lift)
    pose = Pose("standing", 0, front_hand=hands[0], back_hand=hands[1])
    person(canvas, 4.5, base, height, look_of(setting, 0, bare=True), pose)
    for panel in range(3):
        left = 4.5 + (panel - 1.5) * 2.0 * scale
        _panel(canvas, setting, [(left, panel % 2), (left + 2.0 * scale, 1 - panel % 2)], top, base)
    towel = in_light(lighten(setting.second, 0.5), setting)
    canvas.rectangle(5.1, top - 0.15, 6.3, top + 2.0, towel, 0.12)
    canvas.rectangle(5.1, top + 1.3, 6.3, top + 1.6, in_light(setting.second, setting))


def _panel(canvas: Canvas, setting: SceneSetting, edges: list[tuple[float, int]], top: float, base: float) -> None:
    """One panel of the standing screen; an edge is its place and whether it is folded towards the viewer."""
    (left, near_left), (right, near_right) = edges
    corners = [(left, top + 0.3 * near_left), (right, top + 0.3 * near_right)]
    corners += [(right, base + 0.4 * near_right), (left, base + 0.4 * near_left)]
    paint = in_light(setting.accent, setting)
    canvas.polygon(corners, darken(paint, 0.35))
    middle = ((left + right) / 2, (top + base) / 2 + 0.2)
    inner = [(middle[0] + (x - middle[0]) * 0.84, middle[1] + (y - middle[1]) * 0.93) for x, y in corners]
    canvas.polygon(inner, paint if near_left else lighten(paint, 0.18))
    for row in range(3):
        canvas.ellipse(middle[0], top + 1.4 + row * 1.75 * setting.size, 0.34, 0.5, fill=lighten(paint, 0.5))


def _caught(canvas: Canvas, setting: SceneSetting) -> None:
    scale, base = setting.size, 13.6
    _fallen_screen(canvas, setting)
    point = 0.12 * setting.wave(0.8)
    for index, (x, facing) in enumerate(((1.0, 1), (8.0, -1))):
        height = 5.8
        hand = (x + facing * 1.9, base - 4.6 + point * (-1) ** index)
        look = look_of(setting, index + 1)
        pose = Pose("standing", facing, front_hand=hand, back_hand=(x, base - 3.1))
        person(canvas, x, base - 0.2, height, look, pose)
        (head_x, head_y), radius = head_position(x, base - 0.2, height, pose)
        canvas.ellipse(head_x + facing * 0.4 * radius, head_y + 0.48 * radius, 0.34 * radius, fill=(140, 30, 40))
    height = 6.8 * scale
    hands = (4.5 + 0.05 * height, base - 0.5 * height), (4.5 - 0.06 * height, base - 0.66 * height)
    look = look_of(setting, 0, top=setting.skin[0], bottom=(250, 248, 244), bare=True, long_hair=False)
    wobble = 4.5 + 0.08 * setting.wave(0.7)
    pose = Pose("standing", 0, front_hand=hands[0], back_hand=hands[1])
    canvas.ellipse(4.5, base, 1.2, 0.2, fill=darken(in_light((214, 202, 184), setting), 0.2))
    person(canvas, wobble, base, height, look, pose)
    for across, up in ((-0.07, 0.48), (0.06, 0.49), (0.0, 0.44), (-0.07, 0.38), (0.07, 0.38)):
        canvas.ellipse(wobble + across * height, base - up * height, 0.022 * height, fill=(220, 50, 60))
    (head_x, head_y), radius = head_position(wobble, base, height, pose)
    for side in (-1, 1):
        canvas.ellipse(head_x + side * 0.5 * radius, head_y + 0.4 * radius, 0.24 * radius, fill=(230, 84, 80))
    canvas.ellipse(head_x, head_y + 0.6 * radius, 0.3 * radius, 0.26 * radius, fill=look.skin)
    canvas.ellipse(head_x, head_y + 0.6 * radius, 0.18 * radius, 0.2 * radius, fill=(120, 30, 40))


def _fallen_screen(canvas: Canvas, setting: SceneSetting) -> None:
    paint = in_light(setting.accent, setting)
    for panel in range(3):
        left, low = 0.5 + panel * 2.7, 15.6 - 0.15 * (panel % 2)
        canvas.polygon([(left + 0.6, 13.9), (left + 3.1, 13.9), (left + 2.6, low), (left, low)], darken(paint, 0.35))
        inner = [(left + 0.8, 14.1), (left + 2.8, 14.1), (left + 2.4, low - 0.2), (left + 0.35, low - 0.2)]
        canvas.polygon(inner, lighten(paint, 0.18 * (panel % 2)))
        for column in range(3):
            canvas.ellipse(left + 0.9 + column * 0.65, 14.75, 0.2, 0.28, fill=lighten(paint, 0.5))
