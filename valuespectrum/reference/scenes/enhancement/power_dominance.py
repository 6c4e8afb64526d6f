"""Drawings of the power-dominance kinds: rulers, heights and monuments, and command that is laid down or overthrown."""

from __future__ import annotations

import math

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, sky, window
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
from valuespectrum.reference.painting.figures import Appearance, Pose, crowd, head_position, look_of, person
from valuespectrum.reference.painting.props import GOLD, GREY, flag, star
from valuespectrum.reference.scenes import scene

GOLD_LIGHT, GOLD_DARK = lighten(GOLD, 0.5), darken(GOLD, 0.28)
_HALLS: tuple[Colour, ...] = ((196, 178, 214), (222, 196, 168), (170, 192, 206), (206, 176, 176))
_FACADES: tuple[Colour, ...] = ((224, 214, 196), (204, 190, 176), (214, 220, 226), (230, 204, 180))
_DARK: Colour = (34, 36, 48)


@scene("golden_throne")
def golden_throne(canvas: Canvas, setting: SceneSetting) -> None:
    """A tall golden throne at the end of a red carpet, and its ruler.

    Endorsed: crowned, with a sceptre, on the throne. Violated: the throne is empty, the crown lies on the carpet, and
    the ruler walks off in plain clothes.
    """
    light = daylight(setting)
    wall = light.tint(_HALLS[setting.place % 4], 0.6)
    canvas.gradient(darken(wall, 0.25), wall, 0, 12)
    canvas.gradient(darken(wall, 0.35), darken(wall, 0.5), 12, HEIGHT_UNITS)
    for x in (0.75, 6.75):
        window(canvas, setting, x, 1.5, 1.5, 4.6)
    for x in (0.0, 2.5, 6.0, 8.5):
        canvas.rectangle(x, 0, x + 0.5, 12.2, lighten(wall, 0.35))
        canvas.rectangle(x - 0.15, 11.8, x + 0.65, 12.3, lighten(wall, 0.2))
    red = light.tint((176, 32, 48), 0.35)
    for step, half in enumerate((3.4, 3.8, 4.3)):
        canvas.rectangle(4.5 - half, 12.4 + step * 0.6, 4.5 + half, 13.1 + step * 0.6, darken(wall, 0.1 + 0.1 * step))
    canvas.polygon([(3.2, 12.4), (5.8, 12.4), (6.6, HEIGHT_UNITS), (2.4, HEIGHT_UNITS)], red)
    canvas.glow(4.5, 6.5, 3.6, (255, 226, 140), 0.5)
    scale = setting.size
    _throne(canvas, setting, 4.5, 13.0, scale)
    if setting.violated:
        _abdication(canvas, setting)
    else:
        _ruler(canvas, setting, 4.5, 13.0, 6.6 * scale)


def _abdication(canvas: Canvas, setting: SceneSetting) -> None:
    """The crown and the sceptre on the carpet, the ruler on the way out."""
    canvas.line([(2.0, 15.5), (5.6, 14.9)], GOLD_LIGHT, 0.2)
    canvas.ellipse(5.7, 14.9, 0.34, fill=setting.second)
    canvas.ellipse(3.9, 15.2, 1.3, 0.25, fill=(96, 14, 28))
    crown(canvas, 3.9, 15.2, 1.0 * setting.size)
    look = look_of(setting, 0, top=(236, 228, 210), bottom=(128, 106, 88))
    x = 7.3 + 0.12 * setting.wave(2.0)
    person(canvas, x, 15.6, 6.4 * setting.size, look, Pose("walking", 1, setting.time * 0.8))


def _throne(canvas: Canvas, setting: SceneSetting, x: float, base: float, scale: float) -> None:
    cloth = daylight(setting).tint((150, 24, 44), 0.3)
    top = base - 8.2 * scale
    canvas.ellipse(x, top + 0.6 * scale, 1.75 * scale, 1.3 * scale, fill=GOLD_DARK)
    canvas.polygon(
        [(x - 2.0 * scale, top), (x + 2.0 * scale, top), (x + 1.7 * scale, base - 1), (x - 1.7 * scale, base - 1)], GOLD
    )
    canvas.rectangle(x - 1.35 * scale, top + 0.6 * scale, x + 1.35 * scale, base - 1.2, cloth, 0.4)
    star(canvas, x, top + 0.05 * scale, 0.62 * scale, GOLD_LIGHT)
    for side in (-1, 1):
        canvas.ellipse(x + side * 1.95 * scale, top - 0.15 * scale, 0.42 * scale, fill=GOLD_LIGHT)
        canvas.rectangle(x + side * 2.1 * scale, base - 3.4 * scale, x + side * 2.75 * scale, base, GOLD, 0.12)
        canvas.ellipse(x + side * 2.42 * scale, base - 3.5 * scale, 0.45 * scale, fill=GOLD_LIGHT)
    canvas.rectangle(x - 2.2 * scale, base - 2.0 * scale, x + 2.2 * scale, base - 0.05, GOLD_DARK, 0.15)
    canvas.rectangle(x - 1.9 * scale, base - 1.7 * scale, x + 1.9 * scale, base - 1.3 * scale, GOLD_LIGHT, 0.1)


def _ruler(canvas: Canvas, setting: SceneSetting, x: float, base: float, height: float) -> None:
    robe = darken(setting.accent, 0.2)
    look = look_of(setting, 0, top=robe, bottom=darken(robe, 0.3))
    hand = (x + 0.27 * height, base - 0.36 * height + 0.02 * height * setting.wave(2.4))
    pose = Pose("sitting", 0, front_hand=hand, back_hand=(x - 0.24 * height, base - 0.34 * height))
    canvas.line([(hand[0] - 0.02, hand[1] + 0.2 * height), (hand[0] + 0.05, hand[1] - 0.34 * height)], GOLD_LIGHT, 0.16)
    canvas.ellipse(hand[0] + 0.05, hand[1] - 0.36 * height, 0.26, fill=setting.second)
    person(canvas, x, base, height, look, pose)
    skirt = [(-0.1, 0.34), (0.1, 0.34), (0.2, 0.22), (0.19, 0.02), (-0.19, 0.02), (-0.2, 0.22)]
    canvas.polygon([(x + across * height, base - up * height) for across, up in skirt], robe)
    fur, chin = (250, 248, 240), base - 0.57 * height
    canvas.rectangle(x - 0.2 * height, base - 0.06 * height, x + 0.2 * height, base, fur, 0.15)
    canvas.rectangle(x - 0.025 * height, chin, x + 0.025 * height, base - 0.03 * height, fur)
    canvas.rectangle(x - 0.15 * height, chin, x + 0.15 * height, chin + 0.055 * height, fur, 0.15)
    (head_x, head_y), radius = head_position(x, base, height, pose)
    crown(canvas, head_x, head_y - 0.62 * radius, 1.15 * radius)


def crown(canvas: Canvas, x: float, y: float, half: float) -> None:
    """A golden crown with jewels; ``(x, y)`` is the middle of its lower edge, ``half`` half its width."""
    canvas.polygon(
        [
            (x - half, y),
            (x - 1.15 * half, y - 1.1 * half),
            (x - 0.5 * half, y - 0.6 * half),
            (x, y - 1.4 * half),
            (x + 0.5 * half, y - 0.6 * half),
            (x + 1.15 * half, y - 1.1 * half),
            (x + half, y),
        ],
        (255, 206, 60),
    )
    for across, up in ((-1.15, 1.15), (0.0, 1.45), (1.15, 1.15)):
        canvas.ellipse(x + across * half, y - up * half, 0.16 * half, fill=(255, 240, 170))
    for across in (-0.55, 0.0, 0.55):
        canvas.ellipse(x + across * half, y - 0.28 * half, 0.14 * half, fill=(210, 40, 60))


@scene("corner_office")
def corner_office(canvas: Canvas, setting: SceneSetting) -> None:
    """A boss and a desk in a glass office on a top floor above a city.

    Endorsed: the boss, hands on hips and seen from behind, looks down on the city. Violated: the boss leaves with a
    box of belongings, the desk is cleared, the chair has tipped over.
    """
    light = daylight(setting)
    sky(canvas, setting, 9.0)
    plane_x = (setting.time * 0.9 + setting.seed % 11) % 11 - 1
    canvas.line([(plane_x - 1.6, 4.5), (plane_x - 0.4, 4.4)], mix(light.cloud, light.sky_top, 0.3), 0.08)
    canvas.line([(plane_x - 0.35, 4.4), (plane_x + 0.4, 4.35)], light.tint(GREY, 0.4), 0.18)
    canvas.line([(plane_x - 0.2, 4.7), (plane_x + 0.1, 4.4), (plane_x - 0.15, 4.1)], light.tint(GREY, 0.4), 0.1)
    _city_below(canvas, setting)
    frame = light.tint((58, 62, 74), 0.5)
    for x in (-0.15, 2.9, 5.85, 8.85):
        canvas.rectangle(x, 0, x + 0.26, 12.4, frame)
    canvas.rectangle(0, 0, WIDTH_UNITS, 0.7, frame)
    canvas.rectangle(0, 12.0, WIDTH_UNITS, 12.5, frame)
    carpet = light.tint(((120, 92, 80), (84, 96, 120), (104, 116, 104), (116, 88, 104))[setting.place % 4], 0.5)
    canvas.gradient(carpet, darken(carpet, 0.3), 12.5, HEIGHT_UNITS)
    if light.lamps:
        canvas.glow(4.4, 1.0, 3.0, (255, 226, 150), 0.6)
        canvas.rectangle(3.2, 0.45, 5.6, 0.75, (255, 244, 200), 0.1)
    look = look_of(setting, 0, top=_DARK, bottom=darken(_DARK, 0.3), long_hair=False)
    if setting.violated:
        _desk(canvas, setting)
        _moving_out(canvas, setting, look)
        return
    x, height = 3.1 + 0.08 * setting.wave(4.0), 7.0 * setting.size
    canvas.ellipse(x, 14.05, 1.3, 0.22, fill=darken(carpet, 0.4))
    person(canvas, x, 14.0, height, look, Pose("hands_on_hips", 0, back_view=True))
    _desk_chair(canvas)
    _desk(canvas, setting)


def _moving_out(canvas: Canvas, setting: SceneSetting, look: Appearance) -> None:
    """The boss walks off with a box; the chair lies on the floor."""
    leather, steel = (98, 96, 112), (186, 190, 200)
    canvas.line([(6.3, 14.5), (5.3, 14.4)], steel, 0.22)
    canvas.line([(5.3, 13.5), (5.3, 15.3)], steel, 0.24)
    for caster in (13.4, 15.4):
        canvas.ellipse(5.3, caster, 0.24, fill=_DARK)
    canvas.rectangle(6.2, 13.5, 6.8, 15.6, leather, 0.25)
    canvas.rectangle(6.5, 14.9, 9.4, 15.7, darken(leather, 0.25), 0.35)
    canvas.rectangle(6.9, 14.75, 9.2, 15.2, leather, 0.2)
    height, base = 7.4 * setting.size, 15.0
    x = 3.7 + 0.1 * setting.wave(2.0)
    reach, belt = x - 0.3 * height, base - 0.5 * height
    pose = Pose("walking", -1, setting.time * 0.8, front_hand=(reach, belt), back_hand=(reach - 0.2, belt))
    carton, half = (206, 160, 104), 0.19 * height
    middle = x - 0.27 * height
    for across, tall, colour in ((-0.5, 1.0, (96, 170, 96)), (0.0, 0.8, setting.second), (0.5, 1.1, (250, 246, 236))):
        left = middle + across * half
        canvas.rectangle(left - 0.22, belt - (0.22 + 0.1 * tall) * height, left + 0.22, belt, colour, 0.12)
    person(canvas, x, base, height, look, pose)
    canvas.rectangle(middle - half, belt - 0.2 * height, middle + half, belt + 0.03 * height, carton, 0.06)
    canvas.rectangle(middle - half, belt - 0.2 * height, middle + half, belt - 0.16 * height, darken(carton, 0.2), 0.06)
    canvas.ellipse(middle + 0.3 * half, belt - 0.02 * height, 0.045 * height, fill=look.skin)


def _desk_chair(canvas: Canvas) -> None:
    canvas.rectangle(6.4, 8.9, 8.5, 13.2, (40, 38, 44), 0.5)
    canvas.rectangle(6.7, 9.2, 8.2, 12.4, (64, 60, 68), 0.3)


def _city_below(canvas: Canvas, setting: SceneSetting) -> None:
    light = daylight(setting)
    random = setting.random()
    for row in range(4):
        base = mix(light.tint((104, 118, 150)), light.sky_bottom, 0.5 - 0.15 * row)
        lit = (255, 220, 120) if light.lamps else lighten(base, 0.35)
        for column in range(8 - row):
            width = 9.4 / (8 - row)
            x, top = column * width - 0.2, 8.1 + row * 0.95 - 1.3 * random.random()
            canvas.rectangle(x, top, x + width * 0.86, 12.4, darken(base, 0.1 * (column % 2)))
            for pane in range(4):
                if random.random() < 0.7:
                    pane_y = top + 0.25 + pane * 0.4
                    canvas.rectangle(x + 0.2, pane_y, x + 0.2 + width * 0.4, pane_y + 0.15, lit)


def _desk(canvas: Canvas, setting: SceneSetting) -> None:
    wood = daylight(setting).tint((110, 66, 42), 0.5)
    canvas.rectangle(4.7, 12.3, 9.0, 12.75, lighten(wood, 0.25), 0.08)
    canvas.rectangle(4.9, 12.75, 9.0, 15.4, wood)
    canvas.rectangle(5.2, 13.1, 8.7, 15.0, darken(wood, 0.2), 0.1)
    if setting.violated:
        return
    canvas.polygon([(5.1, 12.3), (5.0, 11.0), (6.5, 11.0), (6.6, 12.3)], (190, 194, 204))
    canvas.rectangle(6.95, 11.95, 8.2, 12.3, GOLD, 0.05)
    if setting.clutter > 0.4:
        canvas.rectangle(8.45, 11.6, 8.8, 12.3, setting.second, 0.08)


@scene("leader_balcony")
def leader_balcony(canvas: Canvas, setting: SceneSetting) -> None:
    """A palace with a balcony, its leader and the people of the square.

    Endorsed: the leader speaks between two long banners, a crowd looks up. Violated: the balcony is empty and shut, the
    banners have come down, and the leader walks off with a suitcase.
    """
    light = daylight(setting)
    sky(canvas, setting, 14.0)
    wall = light.tint(_FACADES[setting.place % 4], 0.9)
    canvas.rectangle(0.5, 3.0, 8.5, HEIGHT_UNITS, wall)
    canvas.polygon([(0.2, 3.1), (4.5, 1.4), (8.8, 3.1)], darken(wall, 0.12))
    canvas.rectangle(0.2, 3.0, 8.8, 3.5, darken(wall, 0.2))
    star(canvas, 4.5, 2.5, 0.45)
    if setting.violated:
        _leaving(canvas, setting, wall)
        return
    _banner(canvas, setting, 0.9)
    _banner(canvas, setting, 6.3)
    canvas.rectangle(3.3, 4.4, 5.7, 9.6, (255, 224, 150) if light.lamps else light.tint((86, 66, 62)), 0.5)
    scale = setting.size
    sway = 0.35 * setting.wave(1.4)
    raised = (4.5 + 1.05 * scale + sway * 0.5, 9.6 - 4.9 * scale + abs(sway) * 0.4)
    look = look_of(setting, 0, top=_DARK, bottom=_DARK, long_hair=False)
    person(canvas, 4.5, 9.9, 4.9 * scale, look, Pose("one_arm_up", 0, front_hand=raised))
    _balustrade(canvas, wall)
    looks = [look_of(setting, index, long_hair=False) for index in range(12)]
    flags = 1 + round(2 * setting.clutter)
    for index in range(flags):
        flag(canvas, 0.6 + 2.9 * index, 14.0, 3.0 + 0.15 * setting.wave(0.9, index / 3), setting)
    crowd(canvas, 13.2, 0.46, looks[:7], sway=setting.time)
    crowd(canvas, 14.7, 0.62, looks[6:11], sway=setting.time + 0.4)


def _leaving(canvas: Canvas, setting: SceneSetting, wall: Colour) -> None:
    """The shut balcony, the banners on the ground and the leader with a suitcase in front of some onlookers."""
    light = daylight(setting)
    shutter = light.tint((104, 78, 62), 0.7)
    canvas.rectangle(3.1, 4.4, 5.9, 9.6, shutter, 0.1)
    for slat in range(10):
        canvas.rectangle(3.3, 4.7 + 0.47 * slat, 5.7, 4.95 + 0.47 * slat, lighten(shutter, 0.25))
    canvas.rectangle(4.4, 4.4, 4.6, 9.6, darken(shutter, 0.3))
    _balustrade(canvas, wall, microphones=False)
    canvas.gradient(light.tint((206, 196, 186)), light.tint((176, 166, 158)), 12.6, HEIGHT_UNITS)
    cloth, trim = light.tint(setting.accent, 0.5), light.tint(setting.second, 0.5)
    for x in (0.7, 6.1):
        canvas.line([(x, 3.9), (x + 2.2, 3.9)], GOLD_DARK, 0.16)
    torn = 0.2 * setting.wave(1.8)
    canvas.polygon([(7.4, 3.9), (8.1, 3.9), (8.2 + torn, 6.0), (7.8 + torn, 5.2), (7.5 + torn, 6.4)], cloth)
    for index, x in enumerate((0.6, 1.8, 8.4)):
        person(canvas, x, 12.9, 3.0, look_of(setting, index + 1), Pose("standing", 0))
    heap = [(4.6, 15.6), (5.0, 14.2), (5.9, 13.7), (6.8, 14.3), (7.6, 13.9), (8.6, 14.8), (8.9, 15.6)]
    canvas.polygon(heap, cloth)
    canvas.polygon([(6.0, 15.6), (6.3, 14.0), (6.8, 14.3), (6.9, 15.6)], trim)
    star(canvas, 7.8, 14.9, 0.55, light.tint((255, 226, 120), 0.3))
    height = 6.4 * setting.size
    x = 3.3 + 0.1 * setting.wave(2.0)
    look = look_of(setting, 0, top=_DARK, bottom=_DARK, long_hair=False)
    hand = (x - 0.13 * height, 15.4 - 0.4 * height)
    person(canvas, x, 15.4, height, look, Pose("walking", -1, setting.time * 0.8, front_hand=hand))
    case = (150, 92, 52)
    canvas.rectangle(hand[0] - 1.1, hand[1] + 0.25, hand[0] + 1.1, hand[1] + 1.7, case, 0.15)
    canvas.rectangle(hand[0] - 0.3, hand[1] - 0.05, hand[0] + 0.3, hand[1] + 0.3, darken(case, 0.4), 0.1)
    for strap in (-0.7, 0.5):
        canvas.rectangle(hand[0] + strap, hand[1] + 0.25, hand[0] + strap + 0.2, hand[1] + 1.7, darken(case, 0.3))
    canvas.ellipse(*hand, 0.2, fill=look.skin)


def _banner(canvas: Canvas, setting: SceneSetting, x: float) -> None:
    light = daylight(setting)
    cloth = light.tint(setting.accent, 0.5)
    shift = 0.1 * setting.wave(2.0, x / 9)
    low = x + shift
    canvas.polygon([(x, 3.9), (x + 1.8, 3.9), (low + 1.8, 11.0), (low + 0.9, 10.3), (low, 11.0)], cloth)
    canvas.line([(x - 0.2, 3.9), (x + 2.0, 3.9)], GOLD_DARK, 0.16)
    left = x + shift * 0.5
    for stripe_y in (4.5, 9.4):
        canvas.rectangle(left, stripe_y, left + 1.8, stripe_y + 0.4, light.tint(setting.second, 0.5))
    star(canvas, left + 0.9, 6.9, 0.75, light.tint((255, 226, 120), 0.3))


def _balustrade(canvas: Canvas, wall: Colour, microphones: bool = True) -> None:
    canvas.rectangle(2.5, 9.7, 6.5, 10.4, darken(wall, 0.3), 0.08)
    for column in range(9):
        canvas.rectangle(2.75 + column * 0.42, 8.5, 2.98 + column * 0.42, 9.75, lighten(wall, 0.3), 0.08)
    canvas.rectangle(2.5, 8.2, 6.5, 8.55, lighten(wall, 0.4), 0.08)
    for tip in (4.25, 4.75) if microphones else ():
        canvas.line([(4.5, 8.3), (tip, 7.5)], _DARK, 0.07)
        canvas.ellipse(tip, 7.45, 0.13, fill=_DARK)


@scene("ruler_statue")
def ruler_statue(canvas: Canvas, setting: SceneSetting) -> None:
    """A golden statue of a ruler on horseback, sword raised, and its pedestal on a square with people.

    Endorsed: the statue towers on its pedestal and people look up to it. Violated: it lies toppled on the ground, only
    stumps stand on the pedestal and ropes hang from it.
    """
    light = daylight(setting)
    outdoors(canvas, setting, 11.4)
    canvas.polygon(
        [(0, 12.6), (WIDTH_UNITS, 12.6), (11, HEIGHT_UNITS), (-2, HEIGHT_UNITS)], light.tint((204, 196, 188))
    )
    stone = light.tint((224, 218, 214), 0.8)
    if setting.violated:
        _pedestal(canvas, 6.4, 12.9, 0.85 * setting.size, stone)
        for leg in (-0.7, -0.25, 0.35, 0.8):
            top = 12.9 - 4.2 * setting.size
            canvas.line([(6.4 + leg, top), (6.4 + leg - 0.08, top - 0.55)], GOLD_DARK, 0.28)
        for rope, sway in ((5.2, 0.15), (7.5, -0.2)):
            low = rope + sway * setting.wave(1.9, rope)
            canvas.line([(rope, 12.9 - 4.2 * setting.size), (low, 11.2), (low - 0.2, 12.0)], (214, 186, 130), 0.12)
        _bystanders(canvas, setting, 13.0, (0.8, 3.4))
        canvas.ellipse(4.2, 15.0, 4.0, 0.5, fill=darken(light.tint((204, 196, 188)), 0.25))
        _horseman(canvas, (2.8, 13.3), 1.15 * setting.size, 104)
        return
    _pedestal(canvas, 4.5, 13.9, 0.95 * setting.size, stone)
    canvas.glow(4.5, 5.0, 3.8, (255, 232, 150), 0.55)
    _horseman(canvas, (4.3, 13.9 - 7.0 * setting.size), 1.16 * setting.size, 0)
    _bystanders(canvas, setting, 15.2, (0.7, 1.9, 7.1, 8.3))


def _pedestal(canvas: Canvas, x: float, base: float, scale: float, stone: Colour) -> None:
    top = base - 5.0 * scale
    canvas.rectangle(x - 2.6 * scale, base - 0.5 * scale, x + 2.6 * scale, base, darken(stone, 0.3))
    canvas.rectangle(x - 2.2 * scale, base - 1.0 * scale, x + 2.2 * scale, base - 0.5 * scale, darken(stone, 0.18))
    canvas.rectangle(x - 1.75 * scale, top, x + 1.75 * scale, base - 1.0 * scale, stone)
    canvas.rectangle(x + 0.9 * scale, top, x + 1.75 * scale, base - 1.0 * scale, darken(stone, 0.12))
    canvas.rectangle(x - 2.1 * scale, top, x + 2.1 * scale, top + 0.5 * scale, darken(stone, 0.2))
    star(canvas, x, base - 2.7 * scale, 0.75 * scale, GOLD_DARK)


def _horseman(canvas: Canvas, middle: Point, scale: float, degrees: float) -> None:
    """A crowned rider with a raised sword on a horse; ``middle`` is the horse's, turned clockwise by ``degrees``."""
    turn = math.radians(degrees)

    def limb(colour: Colour, width: float, *points: Point) -> None:
        placed = [
            (
                middle[0] + scale * (x * math.cos(turn) - y * math.sin(turn)),
                middle[1] + scale * (x * math.sin(turn) + y * math.cos(turn)),
            )
            for x, y in points
        ]
        canvas.line(placed, colour, width * scale)

    for leg in (((-1.0, 0.3), (-1.3, 1.1), (-1.0, 1.9)), ((0.9, 0.3), (1.7, 0.6), (1.5, 1.3))):
        limb(GOLD_DARK, 0.34, *leg)
    limb(GOLD_DARK, 0.3, (-1.3, -0.2), (-1.9, 0.2), (-1.9, 1.0))
    limb(GOLD, 1.15, (-0.9, 0.0), (0.8, -0.05))
    limb(GOLD, 0.62, (0.9, -0.2), (1.55, -1.35))
    limb(GOLD, 0.46, (1.55, -1.4), (2.15, -1.0))
    for leg in (((-0.8, 0.3), (-0.9, 1.1), (-0.7, 1.9)), ((0.8, 0.3), (0.95, 1.1), (0.85, 1.9))):
        limb(GOLD, 0.36, *leg)
    limb(GOLD_DARK, 0.42, (-0.1, -0.4), (0.3, 0.3), (0.15, 0.8))
    limb(GOLD_DARK, 0.8, (-0.1, -0.7), (-0.1, -1.6))
    limb((255, 252, 226), 0.14, (0.95, -2.7), (1.35, -4.0))
    limb(GOLD_LIGHT, 0.3, (0.0, -1.7), (0.6, -1.9), (0.95, -2.7))
    limb(GOLD_LIGHT, 0.3, (-0.2, -1.6), (0.1, -1.0), (0.8, -0.9))
    limb(GOLD, 0.8, (-0.08, -2.5), (-0.07, -2.5))
    limb(GOLD_LIGHT, 0.16, (-0.48, -2.8), (-0.6, -3.3), (-0.25, -3.0), (-0.05, -3.4), (0.15, -3.0), (0.45, -3.3))
    limb(GOLD_LIGHT, 0.2, (-0.45, -2.82), (0.33, -2.82))


def _bystanders(canvas: Canvas, setting: SceneSetting, base: float, places: tuple[float, ...]) -> None:
    for index, x in enumerate(places):
        pose = Pose("standing", 0, back_view=True)
        if index == 1:
            pose = Pose("waving", 0, setting.time, back_view=True)
        person(canvas, x, base + 0.2 * (index % 2), 1.9, look_of(setting, index), pose)
