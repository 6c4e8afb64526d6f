"""Scenes of universalism (nature): care for trees, shores, seas and air, and their destruction."""

from __future__ import annotations

import math
from dataclasses import replace

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, sky
from valuespectrum.reference.painting.canvas import Canvas, Colour, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Pose, look_of, person
from valuespectrum.reference.painting.props import (
    BLACK,
    FLAME,
    GOLD,
    GREEN,
    GREY,
    RED,
    WHITE,
    WOOD,
    bird,
    flower,
    in_light,
)
from valuespectrum.reference.scenes import scene


@scene("plant_tree")
def plant_tree(canvas: Canvas, setting: SceneSetting) -> None:
    """Two people set a sapling into a mound of earth; violated: with saw and axe they have felled a great tree."""
    outdoors(canvas, setting, 10.4)
    canvas.ellipse(4.5, 17.4, 8.5, 5.2, in_light((110, 172, 84), setting))
    for index in range(round(1 + 3 * setting.clutter)):
        flower(canvas, (0.8, 8.2, 1.9, 7.1)[index], 15.6, 1.2, setting, (RED, GOLD, setting.second, WHITE)[index])
    (_fell if setting.violated else _plant)(canvas, setting)


def _plant(canvas: Canvas, setting: SceneSetting) -> None:
    size, earth = setting.size, in_light((112, 74, 48), setting)
    canvas.pie(4.5, 14.9, 1.7 * size, (180, 360), earth)
    canvas.rectangle(4.5 - 1.7 * size, 14.8, 4.5 + 1.7 * size, 15.1, darken(earth, 0.2), 0.15)
    _sapling(canvas, 4.5, 14.9 - 1.5 * size, 5.0 * size, setting)
    height = 6.9 * size
    hold = (4.4, 12.2)
    left = Pose("kneeling", 1, front_hand=hold, back_hand=(4.4, 12.9))
    person(canvas, 2.2, 15.0, 1.1 * height, look_of(setting, 0, top=setting.accent), left)
    dig = 0.18 * setting.wave(1.4)
    grip = (6.15, 11.3 + dig)
    canvas.line([(6.7, 10.2 + dig), (5.6, 13.6 + dig)], in_light(WOOD, setting), 0.18)
    canvas.polygon([(5.3, 13.4 + dig), (5.95, 13.6 + dig), (5.45, 14.9 + dig), (5.05, 14.5 + dig)], (140, 148, 160))
    right = Pose("standing", -1, front_hand=grip, back_hand=(6.6, 10.4 + dig))
    person(canvas, 7.35, 14.9, height, look_of(setting, 1, top=setting.second, hat=(214, 180, 110)), right)


def _fell(canvas: Canvas, setting: SceneSetting) -> None:
    size = setting.size
    height = 6.9 * size
    bark, leaves, wood = in_light((112, 76, 50), setting), in_light(GREEN, setting), in_light((232, 190, 130), setting)
    canvas.polygon([(1.0, 9.6), (8.9, 10.9), (8.9, 12.6), (1.0, 10.5)], bark)
    canvas.ellipse(8.8, 11.75, 0.5, 0.88, wood)
    canvas.ellipse(8.8, 11.75, 0.26, 0.48, darken(wood, 0.2))
    for x, y, radius in ((0.6, 11.2, 1.3), (1.6, 8.6, 1.5), (2.9, 10.7, 1.0), (0.3, 9.6, 1.6), (2.6, 9.4, 1.1)):
        canvas.ellipse(x, y, radius * size, fill=darken(leaves, 0.12 * (round(10 * x) % 2)))
    canvas.polygon([(3.4, 15.2), (3.75, 12.9), (5.5, 12.9), (5.9, 15.2)], bark)
    canvas.ellipse(4.62, 12.9, 0.88, 0.34, wood)
    canvas.ellipse(4.62, 12.9, 0.45, 0.17, darken(wood, 0.2))
    pull = 0.25 * setting.wave(1.1)
    canvas.polygon([(2.9 + pull, 12.5), (5.4 + pull, 12.5), (5.4 + pull, 12.75), (2.9 + pull, 13.1)], (196, 202, 212))
    left = Pose("kneeling", 1, front_hand=(3.0 + pull, 12.7), back_hand=(2.9 + pull, 12.9))
    person(canvas, 1.6, 15.0, 1.1 * height, look_of(setting, 0, top=setting.accent), left)
    swing = 0.25 * setting.wave(1.4)
    canvas.line([(7.3, 9.9), (5.9, 7.4 + swing)], in_light(WOOD, setting), 0.24)
    canvas.polygon([(5.2, 7.9 + swing), (5.6, 6.7 + swing), (6.4, 6.9 + swing), (5.95, 7.9 + swing)], (196, 202, 212))
    right = Pose("standing", -1, front_hand=(6.4, 8.4 + swing), back_hand=(6.9, 9.2 + swing))
    person(canvas, 7.4, 14.9, height, look_of(setting, 1, top=setting.second, hat=(214, 180, 110)), right)


def _sapling(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    stem, leaf = in_light((120, 84, 50), setting), in_light((92, 190, 78), setting)
    sway = 0.1 * setting.wave(2.4)
    canvas.line([(x, y), (x + sway, y - height)], stem, 0.2)
    for step in range(1, 5):
        side = 1 if step % 2 else -1
        at = y - height * (0.3 + 0.16 * step)
        tip = (x + side * 1.25 + sway, at - 0.65)
        canvas.line([(x, at + 0.1), tip], stem, 0.1)
        canvas.polygon([(x + side * 0.2, at), (x + side * 0.55, at - 0.75), tip, (x + side * 0.95, at - 0.1)], leaf)
    canvas.ellipse(x + sway, y - height - 0.35, 0.34, 0.6, lighten(leaf, 0.15))


@scene("beach_cleanup")
def beach_cleanup(canvas: Canvas, setting: SceneSetting) -> None:
    """Two volunteers on a beach put bottles and cans into a sack; violated: they tip it out and throw more away."""
    outdoors(canvas, replace(setting, place=2), 9.6)
    random = setting.random()
    for index in range(6 + round(5 * setting.clutter)):
        x, y, turn = random.random(3)
        _litter(canvas, 0.5 + 8 * x, 10.8 + 4.9 * y, turn, (setting.seed + index) % 3)
    (_dump if setting.violated else _collect)(canvas, setting)
    bird(canvas, 2.4, 4.2, 1.1, setting, WHITE)


def _collect(canvas: Canvas, setting: SceneSetting) -> None:
    size = setting.size
    height, floor = 7.6 * size, 14.9
    vest: Colour = (250, 160, 40)
    reach = (4.2, 14.2 - 0.3 * abs(setting.wave(2.0)))
    _litter(canvas, reach[0], reach[1] + 0.3, 0.3, 0)
    left = look_of(setting, 0, top=vest, hat=setting.accent)
    person(canvas, 2.1, floor, height, left, Pose("bowing", 1, front_hand=reach, back_hand=(2.9, 12.4)))
    x, y, sack = 5.2, 12.3, (44, 48, 60)
    canvas.ellipse(x, 14.2, 1.35 * size, 1.2 * size, sack)
    canvas.polygon([(x - 0.35, y - 0.3), (x + 0.35, y - 0.3), (x + 1.1 * size, 14), (x - 1.1 * size, 14)], sack)
    canvas.line([(x - 0.6 * size, 13.3), (x - 0.75 * size, 14.4)], (104, 110, 126), 0.16)
    canvas.line([(x - 0.35, y), (x + 0.35, y)], FLAME, 0.16)
    right = look_of(setting, 1, top=vest, hat=setting.second)
    pose = Pose("standing", -1, front_hand=(x + 0.2, y - 0.2), back_hand=(6.0, y - 0.3))
    person(canvas, 6.9, floor, height, right, pose)


def _dump(canvas: Canvas, setting: SceneSetting) -> None:
    size = setting.size
    height, floor = 7.6 * size, 14.9
    left = look_of(setting, 0, top=setting.second, hat=setting.accent)
    person(canvas, 1.6, floor, height, left, Pose("one_arm_up", 1))
    fly = 0.5 * setting.wave(1.3)
    for index, (x, y) in enumerate(((2.7, 6.4), (3.9, 5.5), (5.0, 6.3))):
        _litter(canvas, x + 0.3 * fly, y + fly * (0.4 - 0.3 * index), 0.2 + 0.3 * index, index, 1.7)
    sack: Colour = (44, 48, 60)
    canvas.polygon([(6.0, 8.5), (6.9, 9.0), (5.9, 11.6), (4.0, 10.6)], sack)
    canvas.ellipse(6.2, 9.2, 0.95 * size, fill=sack)
    canvas.ellipse(4.95, 11.1, 1.1, 0.45, darken(sack, 0.5))
    for index, (x, y, turn) in enumerate(setting.random().random((22, 3))):
        share = 1 - y * y
        _litter(canvas, 4.5 + (x - 0.5) * 4.2 * share, 15.2 - 2.9 * (1 - share), turn, index % 3, 1.6)
    for index in range(3):
        _litter(canvas, 4.5 + 0.25 * index, 11.6 + (setting.time * 2 + index * 0.6) % 1.8, 0.3 * index, index, 1.6)
    right = look_of(setting, 1, top=setting.accent, hat=setting.second)
    person(canvas, 7.7, floor, height, right, Pose("standing", -1, front_hand=(6.5, 9.0), back_hand=(6.2, 9.8)))


def _litter(canvas: Canvas, x: float, y: float, turn: float, sort: int, scale: float = 1.0) -> None:
    """A bottle (0), a can (1) or crumpled paper (2)."""
    dx, dy = 0.45 * scale * math.cos(6 * turn), 0.2 * scale * math.sin(6 * turn)
    if sort == 0:
        canvas.line([(x - dx, y - dy), (x + 0.3 * dx, y + 0.3 * dy)], (84, 176, 150), 0.34 * scale)
        canvas.line([(x, y), (x + dx, y + dy)], (84, 176, 150), 0.15 * scale)
        canvas.ellipse(x + dx, y + dy, 0.1 * scale, fill=RED)
    elif sort == 1:
        canvas.line([(x - 0.5 * dx, y - 0.5 * dy), (x + 0.5 * dx, y + 0.5 * dy)], RED, 0.34 * scale, rounded=False)
        canvas.ellipse(x + 0.5 * dx, y + 0.5 * dy, 0.12 * scale, 0.17 * scale, (206, 210, 216))
    else:
        corners = ((-0.3, 0.0), (-0.1, -0.3), (0.3, -0.2), (0.25, 0.15))
        canvas.polygon([(x + across * scale, y + down * scale) for across, down in corners], WHITE)


@scene("whale_ocean")
def whale_ocean(canvas: Canvas, setting: SceneSetting) -> None:
    """A whale and fish under the surface of a clear sea; violated: the whale hangs in a ship's net among rubbish."""
    sky(canvas, setting, 3.4)
    light = daylight(setting)
    upper, lower = light.tint((62, 190, 214), 0.75), light.tint((10, 62, 124), 0.75)
    canvas.gradient(upper, lower, 2.6, 16)
    for x in (1.2, 4.0, 7.2):
        shift = 0.3 * setting.wave(5.0, x)
        canvas.polygon(
            [(x + shift, 2.8), (x + 0.9 + shift, 2.8), (x - 0.6 + shift, 13), (x - 2.2 + shift, 13)],
            lighten(upper, 0.12),
        )
    for wave in range(7):
        canvas.ellipse(wave * 1.5 + 0.2 * setting.wave(2.0), 2.7, 0.85, 0.22, lighten(upper, 0.45))
    sand = light.tint((222, 200, 146), 0.6)
    canvas.ellipse(4.5, 17.2, 8, 2.4, sand)
    _seaweed(canvas, setting)
    if setting.violated:
        _ship(canvas, setting)
        _whale(canvas, setting)
        _net(canvas, setting)
    else:
        _whale(canvas, setting)
        _schools(canvas, setting)
    for x, y, size in setting.random().random((10, 3)):
        canvas.ellipse(9 * x, 15 - (y * 12 + setting.time * 0.8) % 12, 0.07 + 0.12 * size, fill=lighten(upper, 0.5))


def _schools(canvas: Canvas, setting: SceneSetting) -> None:
    schools = ((FLAME, 11.9, 0.9), (setting.accent, 13.0, -0.7), (GOLD, 4.4, 0.6))
    for row, (colour, y, speed) in enumerate(schools):
        for index in range(2 + round(2 * setting.clutter)):
            x = (index * 1.6 + row * 2.3 + speed * setting.time) % 11 - 1
            _fish(canvas, x, y + 0.6 * (index % 2), 0.85, colour, 1 if speed > 0 else -1)


def _seaweed(canvas: Canvas, setting: SceneSetting) -> None:
    for x, height in ((0.7, 3.4), (1.3, 2.5), (7.6, 2.7), (8.3, 3.8)):
        points = [(x + 0.25 * math.sin(step + setting.time * 2), 15.6 - height * step / 5) for step in range(6)]
        canvas.line(points, in_light((48, 140, 90), setting), 0.24)


def _whale(canvas: Canvas, setting: SceneSetting) -> None:
    size, x, y = setting.size, 4.5, 8.1 + 0.25 * setting.wave(3.4)
    skin: Colour = mix((44, 82, 138), daylight(setting).light, 0.3 * daylight(setting).darkness)
    tail = 0.5 * setting.wave(1.7)

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * size, y + dy * size

    canvas.polygon([at(1.2, -0.9), at(3.3, -0.9 + 0.5 * tail), at(3.4, -0.3 + 0.5 * tail), at(1.2, 1.0)], skin)
    canvas.polygon(
        [at(3.1, -0.6 + 0.5 * tail), at(3.3, -2.2 + tail), at(4.3, -2.3 + tail), at(3.6, -0.4 + 0.5 * tail)],
        darken(skin, 0.12),
    )
    canvas.polygon(
        [at(3.1, -0.5 + 0.5 * tail), at(4.4, -0.6 + tail), at(4.5, 0.3 + tail), at(3.3, 0.0 + 0.5 * tail)], skin
    )
    canvas.ellipse(*at(-0.7, 0), 3.1 * size, 1.85 * size, skin)
    belly = lighten(skin, 0.72)
    canvas.polygon([at(-3.55, 0.75), at(-1.0, 0.7), at(1.3, 0.9), at(0.4, 1.55), at(-1.0, 1.85), at(-2.5, 1.5)], belly)
    for groove in range(4):
        canvas.line(
            [at(-3.2 + 0.4 * groove, 0.9 + 0.18 * groove), at(0.3, 0.95 + 0.18 * groove)], darken(belly, 0.15), 0.05
        )
    canvas.polygon(
        [at(-0.9, 0.7), at(0.3, 0.7), at(0.8, 2.6 + 0.5 * tail), at(0.2, 2.7 + 0.5 * tail)], darken(skin, 0.2)
    )
    canvas.ellipse(*at(-2.5, 0.05), 0.24 * size, fill=WHITE)
    canvas.ellipse(*at(-2.55, 0.07), 0.14 * size, fill=BLACK)
    canvas.line([at(-3.6, 0.7), at(-2.7, 0.72), at(-2.2, 0.5)], darken(skin, 0.45), 0.09)


def _fish(canvas: Canvas, x: float, y: float, length: float, colour: Colour, facing: int) -> None:
    canvas.polygon(
        [
            (x - facing * 0.3 * length, y),
            (x - facing * 0.65 * length, y - 0.28 * length),
            (x - facing * 0.65 * length, y + 0.28 * length),
        ],
        darken(colour),
    )
    canvas.ellipse(x, y, 0.45 * length, 0.27 * length, colour)
    canvas.ellipse(x + facing * 0.22 * length, y - 0.06 * length, 0.06 * length, fill=BLACK)


def _ship(canvas: Canvas, setting: SceneSetting) -> None:
    """Hull of a fishing ship on the surface and rubbish that sinks."""
    hull, sway = in_light((176, 62, 54), setting), 0.12 * setting.wave(2.6)
    cabin = in_light((232, 230, 222), setting)
    canvas.rectangle(4.7, 0.4 + sway, 6.6, 1.6 + sway, cabin)
    canvas.rectangle(5.0, 0.7 + sway, 5.5, 1.2 + sway, (120, 160, 190))
    canvas.line([(2.9, 1.6 + sway), (2.9, 0.2), (1.9, 1.0)], in_light(GREY, setting), 0.18)
    canvas.polygon([(0.8, 1.5 + sway), (8.3, 1.5 + sway), (7.4, 3.5 + sway), (1.9, 3.5 + sway)], hull)
    canvas.rectangle(1.2, 1.9 + sway, 7.9, 2.2 + sway, lighten(hull, 0.6))
    for index, (x, y, turn) in enumerate(setting.random().random((9 + round(4 * setting.clutter), 3))):
        height = 11.6 + 3.2 * y + 0.2 * setting.wave(2.0, x)
        _litter(canvas, 0.5 + 8 * x, height, turn, index % 3, 1.6)


def _net(canvas: Canvas, setting: SceneSetting) -> None:
    """A net that hangs from the ship around all of the whale."""
    rope, sway = (236, 214, 160), 0.25 * setting.wave(3.4)
    size = setting.size
    for index in range(9):
        along = index / 8 - 0.5
        middle = (4.5 + 8.6 * size * along, 7.6 + sway)
        bottom = (4.5 + 5.6 * size * along, 8.4 + sway + (3.0 - 5.6 * along**2) * size)
        canvas.line([(4.5 + 4.4 * along, 3.3), middle, bottom], rope, 0.13)
    for row in range(6):
        share = row / 5
        half = (2.6 + 4.2 * share * (1.0 - 0.42 * share)) * min(1.0, size)
        y = 4.4 + 5.6 * share + sway
        sag = 0.9 + 0.9 * share
        points = [(4.5 + half * step / 6, y + sag * (1 - (step / 6) ** 2)) for step in range(-6, 7)]
        canvas.line(points, rope, 0.13)


@scene("wind_meadow")
def wind_meadow(canvas: Canvas, setting: SceneSetting) -> None:
    """Wind turbines turn above sheep on a meadow; violated: chimneys smoke there, and barrels leak oil."""
    outdoors(canvas, setting, 10.8)
    canvas.ellipse(4.5, 17.2, 9.0, 6.6, in_light((124, 186, 92), setting))
    (_factory if setting.violated else _turbines)(canvas, setting)
    for index in range(2 + round(2 * setting.clutter)):
        x, colour = (0.9, 8.1, 4.3, 2.6)[index], (RED, GOLD, WHITE, setting.second)[index]
        flower(canvas, x, 15.7, 1.1, setting, colour)
    size = setting.size
    _sheep(canvas, 2.2, 14.6, 1.9 * size, setting)
    if setting.violated:
        _oil_barrels(canvas, 6.3, 15.2, 2.3 * size, setting)
    else:
        _sheep(canvas, 6.4, 15.2, 2.2 * size, setting)


def _turbines(canvas: Canvas, setting: SceneSetting) -> None:
    white = in_light(WHITE, setting)
    for x, y, length, foot in ((6.7, 6.4, 2.3, 12.2), (2.8, 4.4, 3.1, 12.6)):
        canvas.polygon([(x - 0.14, y), (x + 0.14, y), (x + 0.32, foot), (x - 0.32, foot)], darken(white, 0.12))
        for blade in range(3):
            turn = 1.3 * setting.time + 2 * math.pi * blade / 3 + x
            along, across = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
            length_now = length * setting.size
            tip = (x + along[0] * length_now, y + along[1] * length_now)
            bulge = (x + along[0] * 0.3 * length_now, y + along[1] * 0.3 * length_now)
            wide = 0.13 * length_now
            near = (bulge[0] + across[0] * wide, bulge[1] + across[1] * wide)
            far = (bulge[0] - across[0] * 0.4 * wide, bulge[1] - across[1] * 0.4 * wide)
            canvas.polygon([(x, y), near, tip, far], white)
        canvas.ellipse(x, y, 0.32, fill=darken(white, 0.25))


def _factory(canvas: Canvas, setting: SceneSetting) -> None:
    brick, soot = in_light((196, 104, 82), setting), mix((112, 106, 112), daylight(setting).light, 0.2)
    canvas.rectangle(0.6, 9.6, 8.6, 12.6, darken(brick, 0.2))
    for index in range(4):
        left = 0.6 + 2.0 * index
        canvas.polygon([(left, 9.7), (left, 8.5), (left + 2.0, 9.7)], darken(brick, 0.32))
        canvas.rectangle(left + 0.45, 10.5, left + 1.5, 11.4, (255, 210, 110))
    for x, top in ((6.7, 5.6), (2.8, 4.2)):
        canvas.polygon([(x - 0.6, top), (x + 0.6, top), (x + 0.9, 12.4), (x - 0.9, 12.4)], brick)
        canvas.rectangle(x - 0.66, top + 0.6, x + 0.66, top + 1.2, in_light(WHITE, setting))
        for puff in range(6):
            share = (puff + setting.time * 0.8 % 1) / 6
            radius = (0.5 + 1.15 * share) * setting.size
            rise = top - 0.1 - 3.6 * share
            canvas.ellipse(x + 1.7 * share, rise, radius, 0.85 * radius, lighten(soot, 0.25 * share))


def _sheep(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Sheep seen from the side, looking right; it nods while it grazes."""
    wool, dark, nod = in_light(WHITE, setting), in_light((64, 56, 60), setting), 0.06 * height * setting.wave(2.4, x)
    for dx in (-0.4, -0.15, 0.2, 0.42):
        canvas.rectangle(x + dx * height, y - 0.4 * height, x + (dx + 0.1) * height, y, dark)
    for dx, dy, radius in (
        (-0.45, 0.6, 0.28),
        (0.4, 0.6, 0.28),
        (-0.15, 0.72, 0.32),
        (0.18, 0.72, 0.3),
        (0.0, 0.5, 0.3),
    ):
        canvas.ellipse(x + dx * height, y - dy * height, radius * height, fill=wool)
    canvas.ellipse(x + 0.72 * height, y - 0.62 * height + nod, 0.2 * height, 0.27 * height, dark)
    canvas.ellipse(x + 0.52 * height, y - 0.76 * height + nod, 0.16 * height, 0.08 * height, dark)
    canvas.ellipse(x + 0.66 * height, y - 0.86 * height + nod, 0.18 * height, 0.12 * height, wool)


def _oil_barrels(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """A barrel that stands and one that lies, in a black puddle."""
    red, black = in_light((206, 70, 52), setting), (34, 32, 40)
    canvas.ellipse(x - 0.1 * height, y, 1.15 * height, 0.3 * height, black)
    canvas.ellipse(x - 0.9 * height, y + 0.12 * height, 0.5 * height, 0.16 * height, black)
    canvas.rectangle(x + 0.2 * height, y - 1.1 * height, x + 0.95 * height, y, red, 0.1)
    for share in (0.36, 0.72):
        canvas.rectangle(
            x + 0.2 * height, y - share * height, x + 0.95 * height, y - (share - 0.07) * height, darken(red)
        )
    canvas.ellipse(x + 0.57 * height, y - 1.1 * height, 0.375 * height, 0.12 * height, lighten(red, 0.3))
    canvas.rectangle(x - 0.75 * height, y - 0.66 * height, x + 0.15 * height, y + 0.04 * height, darken(red, 0.1), 0.1)
    canvas.ellipse(x - 0.75 * height, y - 0.31 * height, 0.16 * height, 0.35 * height, lighten(red, 0.3))
    canvas.ellipse(x - 0.75 * height, y - 0.25 * height, 0.1 * height, 0.2 * height, black)
