"""Scenes of humility: leaving the limelight to others, or grabbing it."""

from __future__ import annotations

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room
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
from valuespectrum.reference.painting.figures import Pose, crowd, head_position, look_of, person
from valuespectrum.reference.painting.props import BLACK, RED, WHITE, WOOD, flower, in_light, pine, star, tree
from valuespectrum.reference.scenes import scene

_BRONZE: Colour = (86, 136, 124)
_PETALS: tuple[Colour, ...] = ((230, 74, 84), (250, 190, 60), (236, 120, 180), (150, 110, 220))


@scene("team_photo")
def team_photo(canvas: Canvas, setting: SceneSetting) -> None:
    """A team before a camera on a tripod; one is hidden behind it under its cloth, or stands wide in front of all."""
    outdoors(canvas, setting, 8.6)
    if setting.clutter > 0.4:
        tree(canvas, 0.6, 9.6, 4.6, setting)
        tree(canvas, 8.4, 9.6, 4.6, setting)
    pose, base, tall = ("standing", 11.4, 4.3) if setting.violated else ("arms_up", 11.2, 5.6)
    for index, x in enumerate((1.1, 2.8, 4.5, 6.2, 7.9)):
        look = look_of(setting, index + 1, top=in_light(lighten(setting.second, 0.15 * (index % 2)), setting))
        person(canvas, x, base, tall, look, Pose(pose, 0, setting.time + index / 5))
    hero = look_of(setting, 0, top=setting.accent)
    breathe = 0.1 * setting.wave(2.0)
    if setting.violated:
        height = 10.0 * setting.size
        chest = 14.6 - 0.72 * height
        hands = (4.5 + 0.42 * height, chest - breathe), (4.5 - 0.42 * height, chest - breathe)
        person(canvas, 4.5, 14.6, height, hero, Pose("standing", 0, front_hand=hands[0], back_hand=hands[1]))
        _camera(canvas, 4.5, 13.6, setting)
        return
    _under_the_cloth(canvas, setting)


def _under_the_cloth(canvas: Canvas, setting: SceneSetting) -> None:
    """The photographer from behind, bent under the dark cloth of a camera on a tripod: legs and back show."""
    size, breathe = setting.size, 0.06 * setting.wave(2.0)
    hero = look_of(setting, 0, top=setting.accent)
    top = 15.0 - 5.0 * size
    for foot in (-2.6, 2.6):
        canvas.line([(4.5, top + 1.0), (4.5 + foot * size, HEIGHT_UNITS + 0.2)], (58, 60, 72), 0.34)
    for side in (-1, 1):
        shade = hero.bottom if side > 0 else darken(hero.bottom, 0.15)
        canvas.line([(4.5 + side * 0.5 * size, 13.2), (4.5 + side * 0.6 * size, HEIGHT_UNITS + 0.4)], shade, 0.9 * size)
    canvas.ellipse(4.5, 13.1, 1.35 * size, 1.3 * size, hero.top)
    canvas.rectangle(4.5 - 1.35 * size, top - 0.5, 4.5 + 1.35 * size, top + 1.6, (122, 76, 46), 0.15)
    cloth = [(-1.25, -0.15), (1.25, -0.15), (2.1, 2.9), (1.0, 2.6), (0.0, 3.0), (-1.0, 2.6), (-2.1, 2.9)]
    canvas.polygon([(4.5 + x * size, top + (y + breathe * (y > 1)) * size) for x, y in cloth], (40, 38, 54))
    canvas.ellipse(4.5, top + 0.9 * size, 1.3 * size, 1.1 * size, (58, 55, 76))


def _camera(canvas: Canvas, x: float, top: float, setting: SceneSetting) -> None:
    """A big camera on a tripod, seen from behind; ``top`` is its upper edge."""
    for foot in (-1.5, 0.0, 1.5):
        canvas.line([(x, top + 1.4), (x + foot, HEIGHT_UNITS + 0.2)], (58, 60, 72), 0.24)
    canvas.rectangle(x - 0.45, top - 0.35, x + 0.45, top + 0.2, (58, 60, 72), 0.12)
    canvas.rectangle(x - 1.15, top, x + 1.15, top + 1.5, BLACK, 0.2)
    canvas.rectangle(x - 0.85, top + 0.25, x + 0.55, top + 1.25, lighten(setting.second, 0.55))
    canvas.ellipse(x + 0.85, top + 0.4, 0.15, fill=RED)


@scene("choir_singer")
def choir_singer(canvas: Canvas, setting: SceneSetting) -> None:
    """A choir in rows; all sing alike before a conductor, or one struts into the spotlight in front of the others."""
    room(canvas, setting, 12.6)
    light = daylight(setting)
    robe = light.tint(setting.second, 0.4)
    if setting.violated:
        canvas.polygon([(4.0, 0.0), (5.0, 0.0), (9.0, 12.6), (0.0, 12.6)], light.tint((255, 246, 200), 0.15))
    for row, (y, radius, count) in enumerate(((6.4, 0.58, 6), (8.3, 0.64, 5), (10.3, 0.7, 4))):
        looks = [look_of(setting, row * 2 + index, top=darken(robe, 0.24 - 0.12 * row)) for index in range(count)]
        crowd(canvas, y, radius, looks, back_view=False, sway=setting.time * 0.3 + row / 3)
        _song_books(canvas, y, radius, count)
    floor = light.tint((178, 128, 88), 0.5)
    canvas.gradient(floor, darken(floor, 0.2), 12.9, HEIGHT_UNITS)
    canvas.rectangle(0, 12.6, WIDTH_UNITS, 13.0, darken(floor, 0.3))
    for side in (0.0, WIDTH_UNITS):
        inwards = 1.0 if side == 0.0 else -1.0
        for fold in range(3):
            curtain = light.tint(darken(mix(setting.accent, RED, 0.3), 0.12 * (fold % 2)), 0.4)
            edge = side + inwards * 0.4 * (3 - fold)
            canvas.polygon([(side, 0), (edge, 0), (edge - inwards * 0.25, HEIGHT_UNITS), (side, HEIGHT_UNITS)], curtain)
    if setting.violated:
        _soloist(canvas, setting)
    else:
        beat = 0.25 * setting.wave(1.2)
        height = 4.8 * setting.size
        hands = (4.5 + 0.3 * height, 15.9 - 0.95 * height + beat), (4.5 - 0.3 * height, 15.9 - 0.95 * height - beat)
        canvas.line([hands[0], (hands[0][0] + 0.5, hands[0][1] - 1.3)], WHITE, 0.13)
        suit = look_of(setting, 5, top=(44, 46, 60), bottom=(36, 38, 50), long_hair=False)
        pose = Pose("standing", 0, front_hand=hands[0], back_hand=hands[1], back_view=True)
        person(canvas, 4.5, 15.9, height, suit, pose)


def _song_books(canvas: Canvas, y: float, radius: float, count: int) -> None:
    for index in range(count):
        x = (index + 0.5) * WIDTH_UNITS / count
        top = y + 1.5 * radius
        for side in (-1, 1):
            edge = x + side * radius
            canvas.polygon(
                [(x, top + 0.18), (edge, top), (edge, top + 0.9 * radius), (x, top + 0.9 * radius + 0.18)], WHITE
            )


def _soloist(canvas: Canvas, setting: SceneSetting) -> None:
    """One singer with a microphone and arms flung out, in a glittering gown, in a pool of light."""
    canvas.glow(4.5, 8.2, 5.6, (255, 244, 190), 0.75)
    canvas.ellipse(4.5, 14.9, 3.6, 0.8, fill=(255, 246, 206))
    height = 10.4 * setting.size
    base, sway = 15.2, 0.2 * setting.wave(1.6)
    hands = (4.5 + 0.36 * height, base - 0.98 * height + sway), (4.5 - 0.4 * height, base - 0.74 * height - sway)
    look = look_of(setting, 0, top=setting.accent, dress=True)
    person(canvas, 4.5, base, height, look, Pose("standing", 0, front_hand=hands[0], back_hand=hands[1]))
    for index, (across, down) in enumerate(setting.random().random((9, 2))):
        glitter = 0.12 + 0.1 * max(0.0, setting.wave(1.0, index / 9))
        star(canvas, 4.5 + (across - 0.5) * 0.16 * height, base - (0.18 + 0.5 * down) * height, glitter, WHITE)
    (head_x, head_y), radius = head_position(4.5, base, height, Pose(facing=0))
    canvas.line([(head_x + 2.6 * radius, head_y + 2.6 * radius), (head_x + 0.9 * radius, head_y + radius)], BLACK, 0.24)
    canvas.ellipse(head_x + 0.8 * radius, head_y + 0.9 * radius, 0.36, fill=(120, 126, 140))


@scene("own_statue")
def own_statue(canvas: Canvas, setting: SceneSetting) -> None:
    """A mayor by a pedestal on a square: it bears flowers, which the mayor waters, or a huge statue of the mayor."""
    outdoors(canvas, setting, 10.0)
    if setting.clutter > 0.3:
        pine(canvas, 0.9, 10.8, 4.0, setting)
        pine(canvas, 8.2, 10.6, 3.6, setting)
    stone = in_light((216, 208, 192), setting)
    canvas.rectangle(2.6, 13.4, 6.2, 14.2, darken(stone, 0.15))
    canvas.rectangle(2.95, 9.8, 5.85, 13.4, stone)
    canvas.rectangle(4.9, 9.8, 5.85, 13.4, darken(stone, 0.1))
    canvas.rectangle(2.7, 9.3, 6.1, 9.9, lighten(stone, 0.2))
    suit = darken(mix(setting.accent, (40, 44, 70), 0.45), 0.1)
    mayor = look_of(setting, 0, top=suit, bottom=darken(suit, 0.3))
    for index, x in enumerate((0.8, 2.0)):
        person(canvas, x, 14.2 + index, 4.4, look_of(setting, index + 1), Pose("standing", 1, setting.time + index / 2))
    if setting.violated:
        _statue(canvas, setting, mayor.long_hair)
        height = 5.4 * setting.size
        point = (7.4 - 0.2 * height, 15.4 - 1.05 * height + 0.15 * setting.wave(1.4))
        person(canvas, 7.4, 15.4, height, mayor, Pose("standing", -1, front_hand=point))
    else:
        for index in range(9):
            x, lean = 2.95 + 0.36 * index, abs(index - 4) / 4
            flower(canvas, x, 9.4, 3.6 * setting.size * (1 - 0.4 * lean), setting, _PETALS[index % 4])
        height = 5.4 * setting.size
        hand = (7.4 - 0.26 * height, 15.4 - 0.66 * height)
        person(canvas, 7.4, 15.4, height, mayor, Pose("standing", -1, front_hand=hand))
        _watering_can(canvas, hand[0], hand[1], setting)


def _statue(canvas: Canvas, setting: SceneSetting, long_hair: bool) -> None:
    """A bronze mayor with a raised arm, and the cloth that covered it at its feet."""
    bronze = daylight(setting).tint(_BRONZE, 0.45)
    dark = darken(bronze, 0.2)
    look = look_of(setting, 0, skin=lighten(bronze, 0.12), hair=dark, top=bronze, bottom=dark, long_hair=long_hair)
    height = 7.4 * setting.size
    person(canvas, 4.4, 9.4, height, look, Pose("one_arm_up", 0))
    cloth = in_light(setting.second, setting)
    canvas.polygon([(2.3, 14.6), (3.0, 12.6), (4.2, 13.5), (5.3, 12.2), (6.4, 14.6)], cloth)
    canvas.polygon([(3.4, 14.6), (4.2, 13.5), (4.8, 14.6)], darken(cloth, 0.2))


def _watering_can(canvas: Canvas, x: float, y: float, setting: SceneSetting) -> None:
    can = in_light(setting.second, setting)
    canvas.arc(x - 0.1, y + 0.05, 0.6, (180, 360), darken(can, 0.25), 0.18)
    canvas.rectangle(x - 0.75, y, x + 0.55, y + 1.2, can, 0.15)
    canvas.line([(x - 0.6, y + 0.8), (x - 1.7, y - 0.35)], can, 0.26)
    for drop in range(5):
        fall = (setting.time * 0.9 + drop / 5) % 1.0
        canvas.ellipse(x - 1.8 - 0.9 * fall, y - 0.4 + 1.9 * fall**2, 0.1, 0.16, fill=(140, 200, 240))


@scene("fish_tale")
def fish_tale(canvas: Canvas, setting: SceneSetting) -> None:
    """An angler and two friends on a jetty: they bend over a tiny fish in a hand, or turn from talk of a giant one."""
    outdoors(canvas, setting, 8.6)
    water = in_light((66, 156, 196), setting)
    canvas.gradient(lighten(water, 0.2), water, 8.6, 12.4)
    for index, (x, y) in enumerate(setting.random().random((8, 2))):
        left = (9 * x + 0.3 * setting.wave(3.0, index / 8)) % 9
        canvas.line([(left, 9.0 + 3 * y), (left + 0.9, 9.0 + 3 * y)], lighten(water, 0.4), 0.09)
    planks = in_light((176, 124, 78), setting)
    canvas.gradient(planks, darken(planks, 0.2), 12.4, HEIGHT_UNITS)
    for row in range(4):
        canvas.line(
            [(0, 13.2 + row * (0.7 + 0.1 * row)), (9, 13.2 + row * (0.7 + 0.1 * row))], darken(planks, 0.25), 0.08
        )
    canvas.line([(0.7, 15.4), (0.9, 9.4), (0.3, 5.4)], in_light(WOOD, setting), 0.16)
    if setting.clutter > 0.4:
        canvas.polygon([(0.2, 14.0), (1.6, 14.0), (1.4, 15.6), (0.4, 15.6)], in_light(setting.second, setting))
    (_giant_fish_talk if setting.violated else _small_fish_shown)(canvas, setting)


def _angler(canvas: Canvas, setting: SceneSetting, pose: Pose) -> None:
    look = look_of(setting, 0, top=setting.accent, hat=lighten(setting.second, 0.3))
    person(canvas, 2.9, 15.2, 6.2 * setting.size, look, pose)


def _small_fish_shown(canvas: Canvas, setting: SceneSetting) -> None:
    height = 6.2 * setting.size
    hand = (2.9 + 0.26 * height, 15.2 - 0.62 * height + 0.1 * setting.wave(1.8))
    for index, x in enumerate((8.4, 7.2)):
        bend = Pose("bowing", -1, 0.2 + 0.03 * setting.wave(2.2, index / 2))
        person(canvas, x, 14.8 + 0.7 * index, height, look_of(setting, index + 1), bend)
    _angler(canvas, setting, Pose("standing", 1, front_hand=hand, back_hand=(hand[0] - 0.2, hand[1] + 0.1)))
    _fish(canvas, hand[0] + 0.2, hand[1] - 0.35, 1.1, in_light((240, 150, 60), setting), setting)


def _giant_fish_talk(canvas: Canvas, setting: SceneSetting) -> None:
    height = 6.2 * setting.size
    for x, y, radius in ((2.9, 7.6, 0.3), (3.3, 6.7, 0.45)):
        canvas.ellipse(x, y, radius, fill=WHITE)
    for x, y, radius in ((2.2, 3.6, 1.9), (4.6, 3.3, 2.4), (6.8, 3.6, 2.0), (3.4, 4.6, 1.7), (5.8, 4.6, 1.7)):
        canvas.ellipse(x, y, radius, fill=WHITE)
    _fish(canvas, 4.5, 3.7, 6.8, (240, 150, 60), setting)
    for index, x in enumerate((8.0, 6.5)):
        person(
            canvas,
            x,
            14.8 + 0.7 * index,
            height,
            look_of(setting, index + 1),
            Pose("walking", 1, 0.2 + setting.time * 0.1),
        )
    chest, swing = 15.2 - 0.82 * height, 0.2 * setting.wave(1.6)
    hands = (2.9 + 0.38 * height, chest + swing), (2.9 - 0.38 * height, chest - swing)
    _angler(canvas, setting, Pose("standing", 0, front_hand=hands[0], back_hand=hands[1]))


def _fish(canvas: Canvas, x: float, y: float, length: float, colour: Colour, setting: SceneSetting) -> None:
    """A fish that looks right; ``(x, y)`` is its middle."""
    beat = 0.05 * length * setting.wave(0.9)
    tail: list[Point] = [(-0.22, 0.0), (-0.5, -0.22), (-0.42, 0.0), (-0.5, 0.22)]
    canvas.polygon([(x + px * length, y + py * length + beat * (px < -0.3)) for px, py in tail], darken(colour, 0.2))
    fin = ((-0.1, -0.15), (0.05, -0.3), (0.18, -0.14))
    canvas.polygon([(x + px * length, y + py * length) for px, py in fin], darken(colour, 0.2))
    canvas.ellipse(x + 0.1 * length, y, 0.38 * length, 0.2 * length, fill=colour)
    canvas.ellipse(x + 0.12 * length, y + 0.07 * length, 0.3 * length, 0.1 * length, fill=lighten(colour, 0.4))
    canvas.ellipse(x + 0.32 * length, y - 0.05 * length, 0.04 * length, fill=WHITE)
    canvas.ellipse(x + 0.33 * length, y - 0.05 * length, 0.022 * length, fill=BLACK)
    for scale in (-0.12, 0.0, 0.12):
        canvas.arc(x + scale * length, y, 0.1 * length, (300, 60), darken(colour, 0.15), 0.02 * length)
