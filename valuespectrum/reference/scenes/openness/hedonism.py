"""Scenes of hedonism: sweets, rest and parties, or plain fare, toil and cold water in their place."""

from __future__ import annotations

from math import cos, pi, sin

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room, window
from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Appearance, Pose, head, look_of, person
from valuespectrum.reference.painting.props import BLACK, RED, WHITE, WOOD, candle, in_light, palm, parasol, tree
from valuespectrum.reference.scenes import scene

_SCOOPS: tuple[Colour, ...] = ((250, 224, 160), (244, 150, 170), (124, 78, 52), (170, 220, 170), (196, 160, 220))


@scene("ice_cream_sundae")
def ice_cream_sundae(canvas: Canvas, setting: SceneSetting) -> None:
    """Three scoops with sauce, wafer and a cherry in a tall glass, or a bowl of gruel before the empty glass."""
    room(canvas, setting, 11.4)
    canvas.gradient(lighten(setting.second, 0.35), lighten(setting.second, 0.15), 13.2, 16.0)
    if setting.violated:
        _sundae_glass(canvas, setting, 7.5, 13.6, 0.42)
        _gruel(canvas, setting)
    else:
        _sundae(canvas, setting)
        _sundae_glass(canvas, setting, 4.5, 14.1, 1.0)


def _sundae(canvas: Canvas, setting: SceneSetting) -> None:
    size = setting.size
    first = setting.seed % 5
    sway = 0.05 * setting.wave(1.6)
    canvas.polygon([(5.6, 7.0), (7.4, 2.2), (8.2, 2.6), (6.4, 8.0)], (226, 176, 104))
    canvas.line([(6.2, 7.0), (7.8, 2.6)], (190, 136, 70), 0.08)
    for index, (x, y) in enumerate(((-1.35, 7.4), (1.35, 7.4), (0.0, 5.4))):
        canvas.ellipse(4.5 + x * size + sway * (8 - y), y, 1.65 * size, fill=_SCOOPS[(first + index) % 5])
        canvas.ellipse(
            4.1 + x * size + sway * (8 - y), y - 0.6, 0.4, 0.25, fill=lighten(_SCOOPS[(first + index) % 5], 0.5)
        )
    sauce: Colour = (96, 48, 30)
    top = 4.5 + sway * 4
    canvas.pie(top, 5.1, 1.5 * size, (180, 360), sauce)
    for index in range(5):
        drip = 5.3 + 0.5 * (index % 2) + 0.25 * setting.wave(3.0, index / 5)
        canvas.line([(top - 1.15 + 0.57 * index, 5.0), (top - 1.15 + 0.57 * index, drip)], sauce, 0.42)
    for index in range(10):
        angle = index * 2.4
        canvas.line(
            [(top + cos(angle), 4.6 + 0.5 * sin(angle)), (top + cos(angle) + 0.15, 4.7 + 0.5 * sin(angle))],
            _SCOOPS[index % 5],
            0.1,
        )
    canvas.ellipse(top, 3.2, 0.62, fill=(220, 30, 50))
    canvas.ellipse(top - 0.2, 3.0, 0.15, fill=(255, 190, 190))
    canvas.line([(top, 2.7), (top + 0.4, 1.7), (top + 0.9, 1.4)], (90, 130, 50), 0.12)


def _sundae_glass(canvas: Canvas, setting: SceneSetting, x: float, y: float, scale: float) -> None:
    """A tall glass on a foot; ``(x, y)`` is the middle of the foot."""
    glass: Colour = mix((214, 236, 246), setting.accent, 0.25)

    def at(*points: Point) -> list[Point]:
        return [(x + scale * across, y + scale * down) for across, down in points]

    canvas.polygon(at((-3.3, -6.1), (3.3, -6.1), (1.1, -1.9), (-1.1, -1.9)), glass)
    canvas.polygon(at((-2.6, -5.6), (-1.4, -5.6), (-0.7, -2.5), (-1.0, -2.5)), lighten(glass, 0.6))
    canvas.line(at((-3.3, -6.1), (3.3, -6.1)), lighten(glass, 0.5), 0.3 * scale)
    canvas.rectangle(x - 0.3 * scale, y - 1.9 * scale, x + 0.3 * scale, y - 0.2 * scale, glass)
    canvas.ellipse(x, y, 1.9 * scale, 0.42 * scale, fill=darken(glass, 0.1))


def _gruel(canvas: Canvas, setting: SceneSetting) -> None:
    """A wide clay bowl of thin gruel with a wooden spoon in it."""
    x, y, reach = 3.5, 11.4, 3.0 * setting.size
    clay, gruel = daylight(setting).tint((176, 142, 112), 0.3), daylight(setting).tint((222, 212, 186), 0.3)
    canvas.ellipse(x, y + 0.96 * reach, 0.55 * reach, 0.14 * reach, fill=darken(clay, 0.3))
    canvas.pie(x, y, reach, (0, 180), clay)
    canvas.ellipse(x, y, reach, 0.27 * reach, fill=lighten(clay, 0.2))
    canvas.ellipse(x, y, 0.9 * reach, 0.21 * reach, fill=gruel)
    ripple = 0.55 + 0.08 * setting.wave(2.4)
    canvas.ellipse(x - 0.2 * reach, y, ripple * 0.6 * reach, 0.1 * reach, fill=lighten(gruel, 0.35))
    canvas.line([(x - 0.2 * reach, y), (x - 0.75 * reach, y - 1.5 * reach)], (140, 98, 62), 0.3)
    canvas.ellipse(x - 0.77 * reach, y - 1.56 * reach, 0.36, 0.5, fill=(140, 98, 62))


@scene("beach_lounger")
def beach_lounger(canvas: Canvas, setting: SceneSetting) -> None:
    """By the sea, a person in sunglasses stretched out under a parasol, or toiling at a desk by a folded one."""
    outdoors(canvas, setting, 8.2)
    sand = in_light((244, 216, 158), setting)
    canvas.gradient(in_light((60, 170, 205), setting), in_light((40, 140, 190), setting), 7.6, 10.0)
    canvas.gradient(sand, darken(sand, 0.12), 10.0, 16.0)
    foam = 10.0 + 0.15 * setting.wave(2.4)
    canvas.line([(0.9 * i, foam + 0.1 * (i % 2)) for i in range(11)], in_light((250, 252, 255), setting), 0.25, False)
    if setting.clutter > 0.3:
        palm(canvas, 8.0, 11.0, 6.0, setting)
    if setting.violated:
        _beach_desk(canvas, setting)
    else:
        _beach_rest(canvas, setting)


def _beach_rest(canvas: Canvas, setting: SceneSetting) -> None:
    parasol(canvas, 2.9, 13.6, 8.6, setting)
    frame = in_light((250, 246, 236), setting)
    canvas.line([(0.9, 10.1), (3.2, 13.0), (8.4, 13.0)], setting.second, 0.55)
    for x in (2.4, 5.0, 7.6):
        canvas.line([(x, 13.1), (x, 14.4)], frame, 0.22)
    look = look_of(setting, 0)
    breathe = 0.05 * setting.wave(2.6)
    hip: Point = (3.8, 12.4)
    canvas.line([hip, (6.0, 11.1 + 2 * breathe), (7.0, 12.5)], darken(look.skin, 0.12), 0.62)
    canvas.line([hip, (6.3, 12.5), (8.2, 12.5)], look.skin, 0.62)
    canvas.line([hip, (4.6, 12.4)], setting.accent, 0.85)
    canvas.line([hip, (2.3, 10.6 - breathe)], look.skin, 1.05)
    head(canvas, 1.6, 9.5 - breathe, 0.85 * setting.size, look, Pose(facing=1))
    canvas.line([(1.5, 9.45 - breathe), (2.35, 9.45 - breathe)], (30, 30, 36), 0.34)
    canvas.line([(2.4, 10.9), (3.2, 12.1), (4.4, 11.6)], darken(look.skin, 0.08), 0.42)
    canvas.ellipse(1.2, 14.9, 0.6, fill=setting.second)


def _beach_desk(canvas: Canvas, setting: SceneSetting) -> None:
    """A person in a suit at a laptop between high piles of paper; the parasol is folded."""
    canvas.line([(1.2, 13.4), (1.2, 5.0)], in_light(WHITE, setting), 0.26)
    canvas.polygon([(1.2, 4.8), (0.75, 9.6), (1.65, 9.6)], in_light(setting.accent, setting))
    suit = darken(mix(setting.second, (40, 46, 70), 0.6), 0.1)
    height = 7.4 * setting.size
    look = look_of(setting, 0, top=suit, bottom=darken(suit, 0.25))
    wood, top = in_light((140, 92, 58), setting), 12.0
    seat = 14.8 - 0.22 * height
    canvas.rectangle(1.7, seat, 3.8, seat + 0.35, darken(wood, 0.2), 0.1)
    for leg in (2.0, 3.5):
        canvas.rectangle(leg - 0.12, seat, leg + 0.12, 14.9, darken(wood, 0.3))
    tap = 0.12 * setting.wave(0.5)
    hands = (5.2, top - 0.3 + tap), (5.0, top - 0.3 - tap)
    person(canvas, 2.9, 14.8, height, look, Pose("sitting", 1, front_hand=hands[0], back_hand=hands[1]))
    canvas.rectangle(4.3, top, 8.9, top + 0.45, wood, 0.08)
    for leg in (4.8, 8.4):
        canvas.rectangle(leg - 0.17, top + 0.4, leg + 0.17, 15.0, darken(wood, 0.25))
    canvas.line([(4.8, top - 0.1), (6.1, top - 0.1), (6.6, top - 1.5)], (70, 76, 90), 0.2)
    for pile, (x, sheets) in enumerate(((7.4, 9), (8.4, 13))):
        for sheet in range(sheets):
            shift = 0.12 * ((sheet * 7 + pile * 3) % 3 - 1)
            paper = in_light(WHITE if sheet % 2 else (222, 226, 232), setting)
            canvas.rectangle(x - 0.48 + shift, top - 0.26 * (sheet + 1), x + 0.48 + shift, top - 0.26 * sheet, paper)


_LIGHTS: tuple[Colour, ...] = ((255, 80, 160), (80, 220, 255), (255, 220, 70), (120, 255, 130), (200, 120, 255))


@scene("dance_party")
def dance_party(canvas: Canvas, setting: SceneSetting) -> None:
    """Under a mirror ball, people dancing in coloured beams, or sitting in a row below a sign that forbids to dance."""
    night = setting.time_of_day == "night"
    wall: Colour = (48, 26, 76) if night else (92, 52, 124)
    canvas.gradient(darken(wall, 0.3), wall, 0.0, 11.5)
    window(canvas, setting, 0.4, 2.0, 1.9, 3.0)
    if setting.violated:
        parquet = daylight(setting).tint((206, 158, 108), 0.4)
        canvas.gradient(parquet, darken(parquet, 0.2), 11.5, 16.0)
        _mirror_ball(canvas, 0)
        _sitting_it_out(canvas, setting)
    else:
        tiles = int(setting.time * 3)
        _lights(canvas, setting, wall, tiles)
        _mirror_ball(canvas, tiles)
        _dancers(canvas, setting)


def _lights(canvas: Canvas, setting: SceneSetting, wall: Colour, tiles: int) -> None:
    """Beams from the mirror ball and a floor of lit tiles."""
    for index, colour in enumerate(_LIGHTS):
        angle = pi / 2 + 0.3 * (index - 2) + 0.22 * setting.wave(2.0, index / 5)
        reach = [(4.5 + 13 * cos(angle + s), 2.4 + 13 * sin(angle + s)) for s in (-0.07, 0.07)]
        canvas.polygon([(4.5, 2.4), *reach], mix(wall, colour, 0.4))
    for row in range(4):
        for column in range(6):
            colour = _LIGHTS[(row * 2 + column + tiles) % 5]
            canvas.rectangle(
                column * 1.5, 11.5 + 1.15 * row, column * 1.5 + 1.45, 12.6 + 1.15 * row, mix(wall, colour, 0.65)
            )


def _mirror_ball(canvas: Canvas, turn: int) -> None:
    canvas.line([(4.5, 0), (4.5, 1.2)], (210, 210, 220), 0.08)
    canvas.ellipse(4.5, 2.5, 1.35, fill=(176, 184, 206))
    for row in range(5):
        for column in range(5):
            shine = (row * 3 + column * 2 + turn) % 4
            x = 4.5 + (column - 2) * 0.48 * (1.0 - 0.12 * abs(row - 2))
            facet = ((255, 255, 255), (206, 214, 234), (206, 214, 234), _LIGHTS[row])[shine]
            canvas.rectangle(x - 0.19, 1.42 + 0.45 * row, x + 0.19, 1.78 + 0.45 * row, facet)


def _dancers(canvas: Canvas, setting: SceneSetting) -> None:
    dancers = ((1.5, 12.9, "arms_up"), (7.5, 12.9, "waving"), (3.0, 14.8, "one_arm_up"), (6.0, 14.9, "arms_up"))
    for index, (x, y, pose) in enumerate(dancers):
        beat = setting.wave(0.8, index / 4)
        look = look_of(setting, index, dress=index % 2 == 0)
        person(
            canvas,
            x + 0.18 * beat,
            y - 0.25 * abs(beat),
            5.6 * setting.size,
            look,
            Pose(pose, 0, setting.time * 1.2 + index / 4),
        )


def _sitting_it_out(canvas: Canvas, setting: SceneSetting) -> None:
    """A bench along the wall with four people, hands in their laps, and a big sign with a dancer crossed out."""
    canvas.ellipse(4.5, 6.7, 2.25, fill=RED)
    canvas.ellipse(4.5, 6.7, 1.8, fill=WHITE)
    dancer = look_of(setting, 0, skin=BLACK, hair=BLACK, top=BLACK, bottom=BLACK, long_hair=False, dress=False)
    person(canvas, 4.5, 8.2, 2.8, dancer, Pose("arms_up", 0))
    canvas.line([(3.05, 5.25), (5.95, 8.15)], RED, 0.42)
    wood = daylight(setting).tint(WOOD, 0.4)
    height = 6.2 * setting.size
    seat = 15.0 - 0.25 * height
    canvas.rectangle(0.2, seat - 1.5, 8.8, seat - 0.9, darken(wood, 0.2), 0.15)
    canvas.rectangle(0.2, seat, 8.8, seat + 0.5, wood, 0.15)
    for x in (0.6, 4.5, 8.4):
        canvas.rectangle(x - 0.18, seat - 1.2, x + 0.18, 15.0, darken(wood, 0.3))
    for index in range(4):
        yawn = 0.05 * setting.wave(2.6, index / 4)
        person(canvas, 1.2 + 2.2 * index, 15.0 + yawn, height, look_of(setting, index), Pose("sitting", 0))


@scene("bubble_bath")
def bubble_bath(canvas: Canvas, setting: SceneSetting) -> None:
    """A person in a bath: smiling in a heap of foam in a white tub, or upright in a barrel of ice under cold water."""
    room(canvas, setting, 13.0)
    tile = daylight(setting).tint((150, 206, 214), 0.4)
    canvas.rectangle(0, 6.6, 9, 13.0, tile)
    for row in range(5):
        canvas.line([(0, 6.6 + 1.3 * row), (9, 6.6 + 1.3 * row)], lighten(tile, 0.4), 0.07, False)
    for column in range(7):
        canvas.line([(0.4 + 1.4 * column, 6.6), (0.4 + 1.4 * column, 13)], lighten(tile, 0.4), 0.07, False)
    if setting.violated:
        _cold_shower(canvas, setting)
        return
    tub: Colour = (250, 250, 250)
    canvas.rectangle(0.3, 10.6, 8.7, 11.3, darken(tub, 0.08), 0.34)
    canvas.polygon([(0.7, 11.2), (8.3, 11.2), (7.5, 14.4), (1.5, 14.4)], tub)
    canvas.polygon([(5.6, 11.3), (8.2, 11.3), (7.45, 14.3), (5.6, 14.3)], darken(tub, 0.06))
    for x in (2.0, 7.0):
        canvas.ellipse(x, 14.6, 0.45, fill=(220, 176, 80))
    _foam_bather(canvas, setting)
    for index in range(9):
        rise = (setting.time * 0.25 + index * 0.37) % 1.0
        x, y, r = 1.0 + (index * 2.3) % 7.4, 9.4 - 7.6 * rise, 0.26 + 0.09 * (index % 4)
        canvas.ellipse(x, y, r, fill=(232, 246, 255))
        canvas.ellipse(x, y, 0.7 * r, fill=(186, 222, 240))
        canvas.ellipse(x - 0.3 * r, y - 0.3 * r, 0.22 * r, fill=(255, 255, 255))
    if setting.clutter > 0.4:
        candle(canvas, 8.3, 10.6, 1.4, setting)


def _foam_bather(canvas: Canvas, setting: SceneSetting) -> None:
    look = look_of(setting, 0, bare=True)
    rest = 0.1 * setting.wave(2.4)
    canvas.line([(3.2, 11), (3.2, 9.6)], look.skin, 1.9)
    head(canvas, 3.2, 7.6 + rest, 1.15 * setting.size, look, Pose(facing=0))
    towel = lighten(setting.accent, 0.3)
    canvas.pie(3.2, 7.0 + rest, 1.3 * setting.size, (180, 360), towel)
    canvas.ellipse(3.6, 5.8 + rest, 0.55, 0.4, fill=darken(towel, 0.1))
    canvas.line([(7.6, 9.6), (7.6, 8.2), (6.9, 8.2), (6.9, 8.7)], (196, 202, 210), 0.26)
    canvas.line([(6.3, 10.4), (6.9, 8.9)], look.skin, 0.62)
    canvas.ellipse(7.0, 8.7, 0.42, fill=look.skin)
    for index, (x, y) in enumerate(setting.random().random((24, 2))):
        heap = sin(pi * (index + x) / 24)
        foam: Colour = (255, 255, 255) if index % 3 else (222, 236, 248)
        lift = (0.2 + 1.1 * y) * heap - 0.08 * setting.wave(1.5, index / 8)
        canvas.ellipse(0.6 + 7.8 * (index + x) / 24, 10.9 - lift, 0.75 + 0.35 * heap, fill=foam)
    for index, x in enumerate((1.6, 3.3, 5.2, 6.9)):
        canvas.ellipse(x, 11.5 + 0.3 * (index % 2), 1.0, 0.8 + 0.3 * (index % 2), fill=(255, 255, 255))
        canvas.ellipse(x - 0.2, 11.2, 0.6, fill=(222, 236, 248))


def _cold_shower(canvas: Canvas, setting: SceneSetting) -> None:
    """A person hugging themself in a broad gush of water, up to the knees in big blocks of ice in a barrel."""
    steel: Colour = (176, 184, 196)
    canvas.line([(8.3, 13.0), (8.3, 0.9), (4.5, 0.9)], steel, 0.4)
    canvas.polygon([(3.9, 0.9), (5.1, 0.9), (6.7, 2.2), (2.3, 2.2)], darken(steel, 0.25))
    canvas.polygon([(2.5, 2.2), (6.5, 2.2), (7.2, 11.0), (1.8, 11.0)], (142, 202, 244))
    height, shiver = 9.2 * setting.size, 0.09 * setting.wave(0.22)
    x, base = 4.5 + shiver, 14.0
    look = look_of(setting, 0, top=lighten(setting.accent, 0.1), bottom=setting.accent, bare=True)
    hands = (x - 0.11 * height, base - 0.66 * height), (x + 0.11 * height, base - 0.62 * height)
    person(canvas, x, base, height, look, Pose("standing", 0, front_hand=hands[0], back_hand=hands[1]))
    for jet in range(7):
        left, start = 2.7 + 0.6 * jet, 2.3 + (setting.time * 4 + jet * 0.7) % 1.6
        for drop in range(6):
            top = start + 1.6 * drop
            canvas.line([(left, top), (left + 0.1 * (jet - 3), min(top + 1.0, 10.6))], (44, 128, 220), 0.17)
    wood = darken(daylight(setting).tint((138, 88, 52), 0.4), 0.15)
    for index, lift in enumerate(setting.random().random(5)):
        cube_x, cube_y = 2.1 + 1.2 * index, 10.0 - 0.7 * lift + 0.06 * setting.wave(1.5, index / 5)
        canvas.rectangle(cube_x - 0.75, cube_y - 0.75, cube_x + 0.75, 11.2, (120, 190, 238), 0.2)
        canvas.rectangle(cube_x - 0.55, cube_y - 0.55, cube_x + 0.25, cube_y + 0.25, (226, 244, 255), 0.15)
    canvas.polygon([(1.1, 10.7), (7.9, 10.7), (7.2, 15.3), (1.8, 15.3)], wood)
    for stave in range(1, 6):
        top, low = 1.1 + 6.8 * stave / 6, 1.8 + 5.4 * stave / 6
        canvas.line([(top, 10.7), (low, 15.3)], darken(wood, 0.3), 0.12, False)
    for y, half in ((11.5, 3.3), (14.2, 2.9)):
        canvas.rectangle(4.5 - half, y - 0.25, 4.5 + half, y + 0.25, darken(steel, 0.3), 0.1)


@scene("hammock_drink")
def hammock_drink(canvas: Canvas, setting: SceneSetting) -> None:
    """A striped hammock between two trees: a person rests in it with a tall drink, or hauls a sack past it."""
    outdoors(canvas, setting, 10.4)
    (palm if setting.place == 2 else tree)(canvas, 0.7, 13.6, 10.5, setting)
    (palm if setting.place == 2 else tree)(canvas, 8.3, 13.6, 10.5, setting)
    swing, high, low = (0.1, 7.2, 8.4) if setting.violated else (0.35, 9.5, 11.6)
    x = swing * setting.wave(2.6)
    curve: list[Point] = [
        (1.9 + 0.52 * i + x * sin(pi * i / 10), high + (low - high) * sin(pi * i / 10)) for i in range(11)
    ]
    canvas.line([(0.8, high - 1.9), curve[0]], in_light((240, 230, 206), setting), 0.14)
    canvas.line([(8.2, high - 1.9), curve[-1]], in_light((240, 230, 206), setting), 0.14)
    look = look_of(setting, 0)
    if not setting.violated:
        canvas.line([(4.8 + x, 11.0), (6.2 + x, 9.9), (7.0 + x, 9.2)], look.bottom, 0.62)
        canvas.line([(7.0 + x, 9.3), (7.1 + x, 8.8)], look.skin, 0.5)
        canvas.line([(3.4 + x, 10.3), (4.8 + x, 11.0)], look.top, 1.15)
        head(canvas, 2.7 + x, 9.1, 0.88 * setting.size, look, Pose(facing=1))
    for index, colour in enumerate((setting.accent, (250, 246, 236), setting.second)):
        canvas.line([(px, py + 0.42 * index) for px, py in curve], in_light(colour, setting), 0.5, False)
    if setting.violated:
        _sack_carrier(canvas, setting, look)
    else:
        canvas.line([(3.7 + x, 10.2), (4.6 + x, 9.9), (4.9 + x, 8.9)], darken(look.top, 0.15), 0.4)
        _tall_drink(canvas, x)
        canvas.ellipse(4.95 + x, 8.6, 0.27, fill=look.skin)


def _tall_drink(canvas: Canvas, x: float) -> None:
    canvas.polygon([(4.45 + x, 7.2), (5.45 + x, 7.2), (5.25 + x, 9.0), (4.65 + x, 9.0)], (255, 166, 60))
    canvas.rectangle(4.45 + x, 7.0, 5.45 + x, 7.35, (255, 226, 170))
    canvas.line([(5.0 + x, 7.4), (5.6 + x, 6.0)], (240, 60, 80), 0.12)
    canvas.ellipse(4.5 + x, 7.0, 0.4, fill=(250, 216, 70))


def _sack_carrier(canvas: Canvas, setting: SceneSetting, look: Appearance) -> None:
    """A person bent under a sack as big as the trunk."""
    height, bob = 6.2 * setting.size, 0.1 * abs(setting.wave(0.9))
    base = 15.6 - bob
    jute = in_light((190, 150, 100), setting)
    sack = (4.3 - 0.12 * height, base - 0.88 * height)
    hand = (4.3 + 0.18 * height, base - 0.78 * height)
    person(canvas, 4.3, base, height, look, Pose("bowing", 1, 0.22, front_hand=hand, back_hand=hand))
    canvas.ellipse(*sack, 0.34 * height, 0.27 * height, fill=jute)
    canvas.ellipse(sack[0] - 0.05 * height, sack[1] - 0.05 * height, 0.22 * height, 0.15 * height, lighten(jute, 0.15))
    canvas.line([(sack[0] + 0.26 * height, sack[1]), hand], jute, 0.1 * height)
    canvas.ellipse(*hand, 0.042 * height, fill=look.skin)


@scene("pizza_feast")
def pizza_feast(canvas: Canvas, setting: SceneSetting) -> None:
    """A table from above: a round pizza with a slice lifted in strings of cheese, or a plate with one lettuce leaf."""
    room(canvas, setting, 5.0)
    cloth, white = lighten(setting.accent, 0.1), (250, 244, 236)
    for row in range(8):
        for column in range(7):
            canvas.rectangle(
                column * 1.3,
                5.6 + row * 1.3,
                column * 1.3 + 1.3,
                6.9 + row * 1.3,
                cloth if (row + column) % 2 else white,
            )
    (_bare_plate if setting.violated else _pizza)(canvas, setting)


def _bare_plate(canvas: Canvas, setting: SceneSetting) -> None:
    x, y, reach = 4.5, 11.0, 3.3 * setting.size
    canvas.ellipse(x, y + 0.2, reach + 0.1, fill=(176, 184, 194))
    canvas.ellipse(x, y, reach, fill=(252, 252, 252))
    canvas.ellipse(x, y, 0.72 * reach, fill=(226, 232, 238))
    canvas.ellipse(x, y, 0.67 * reach, fill=(246, 248, 250))
    turn = 0.4 + 0.08 * setting.wave(2.4)
    for part in range(5):
        along = (part - 2) * 0.13 * reach
        leaf = (x + along * cos(turn), y - along * sin(turn))
        canvas.ellipse(*leaf, (0.24 - 0.02 * abs(part - 2)) * reach, 0.2 * reach, fill=(104, 184, 76))
    tip = 0.4 * reach
    canvas.line(
        [(x - tip * cos(turn), y + tip * sin(turn)), (x + tip * cos(turn), y - tip * sin(turn))], (206, 236, 170), 0.16
    )
    steel: Colour = (150, 160, 174)
    canvas.line([(0.5, 8.2), (0.5, 13.9)], steel, 0.24)
    for prong in (0.2, 0.5, 0.8):
        canvas.line([(prong, 7.4), (prong, 8.8), (0.5, 9.2)], steel, 0.13)
    canvas.line([(8.5, 10.4), (8.5, 13.9)], steel, 0.24)
    canvas.polygon([(8.35, 10.6), (8.35, 7.4), (8.85, 8.6), (8.7, 10.6)], steel)


def _pizza(canvas: Canvas, setting: SceneSetting) -> None:
    x, y, r = 4.5, 11.0, 3.9 * setting.size
    canvas.ellipse(x, y + 0.15, r + 0.35, fill=(176, 120, 72))
    canvas.ellipse(x, y, r, fill=(214, 150, 80))
    canvas.ellipse(x, y, 0.88 * r, fill=(206, 66, 40))
    canvas.ellipse(x, y, 0.84 * r, fill=(252, 208, 96))
    for index, (turn, reach) in enumerate(setting.random().random((16, 2))):
        angle, far = 2 * pi * turn, r * (0.15 + 0.6 * reach)
        px, py = x + far * cos(angle), y + far * sin(angle)
        if index % 3:
            canvas.ellipse(px, py, 0.42, fill=(190, 50, 44))
            canvas.ellipse(px - 0.1, py - 0.1, 0.2, fill=(220, 90, 70))
        else:
            canvas.ellipse(px, py, 0.38, 0.2, fill=(70, 140, 60))
    for cut in range(4):
        angle = cut * pi / 4 + 0.2
        dx, dy = r * cos(angle), r * sin(angle)
        canvas.line([(x - dx, y - dy), (x + dx, y + dy)], (176, 116, 60), 0.08, False)
    canvas.pie(x, y, r + 0.05, (247, 293), (170, 116, 70))
    lift = 1.6 + 0.5 * setting.wave(2.4)
    for strand in (-0.55, 0.0, 0.5):
        canvas.line([(x + strand, y - 0.8 - abs(strand)), (x + 1.4 * strand, y - lift - 1.4)], (255, 224, 130), 0.2)
    tip = y - 0.2 - lift
    canvas.polygon([(x, tip), (x - 1.6, tip - 3.6), (x + 1.6, tip - 3.6)], (252, 208, 96))
    canvas.line([(x - 1.6, tip - 3.7), (x + 1.6, tip - 3.7)], (206, 140, 72), 0.6)
    for dx, dy in ((-0.5, -2.7), (0.55, -2.2), (0.0, -1.3)):
        canvas.ellipse(x + dx, tip + dy, 0.4, fill=(190, 50, 44))
    for index in range(3):
        rise = (setting.time * 0.35 + index / 3) % 1.0
        canvas.glow(2.0 + 2.5 * index, 7.4 - 4.5 * rise, 1.0, (255, 255, 255), 0.45 * (1 - rise))
