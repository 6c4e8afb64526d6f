"""Scenes of self-direction of action: choosing one's own way, trying it out, acting on one's own."""

from __future__ import annotations

from math import cos, pi, sin

from valuespectrum.reference.painting.backgrounds import ground_colour, outdoors, room
from valuespectrum.reference.painting.canvas import Canvas, Colour, SceneSetting, darken, lighten
from valuespectrum.reference.painting.figures import Pose, hand_position, look_of, person
from valuespectrum.reference.painting.props import RED, WHITE, flame, in_light, pine, pot_plant, tree
from valuespectrum.reference.scenes import scene

_BRIGHT: tuple[Colour, ...] = ((232, 76, 70), (248, 196, 60), (60, 176, 160), (92, 110, 214), (216, 96, 170))
_DRAB: Colour = (128, 124, 112)


@scene("lone_hiker_crossroads")
def lone_hiker_crossroads(canvas: Canvas, setting: SceneSetting) -> None:
    """A hiker with a rucksack, seen from behind, before a fork of two paths and a signpost.

    Violated: a striped barrier closes the fork, and a guard behind it sends the hiker back.
    """
    _fork(canvas, setting)
    if setting.violated:
        _hiker_sent_back(canvas, setting)
        return
    height, x = 6.4 * setting.size, 4.5 + 0.1 * setting.wave(2.0)
    stick = (5.9, 12.0)
    pose = Pose("walking", 0, 0.08 * setting.wave(2.0), front_hand=stick, back_view=True)
    person(canvas, x, 15.0, height, look_of(setting, 0, hat=setting.second, long_hair=False), pose)
    canvas.line([(6.0, 10.8), (6.2, 15.1)], in_light((140, 92, 54), setting), 0.16)
    canvas.rectangle(x - 0.8, 15 - 0.8 * height, x + 0.8, 15 - 0.47 * height, darken(setting.accent, 0.35), 0.35)
    canvas.rectangle(x - 0.55, 15 - 0.64 * height, x + 0.55, 15 - 0.5 * height, darken(setting.accent, 0.5), 0.15)


def _fork(canvas: Canvas, setting: SceneSetting) -> None:
    outdoors(canvas, setting, 7.6)
    path = in_light((226, 196, 146), setting)
    edge = darken(ground_colour(setting), 0.1)
    canvas.polygon([(0, 7.6), (9, 7.6), (9, 16), (0, 16)], edge)
    canvas.polygon([(3.0, 16), (6.4, 16), (5.4, 11.5), (2.0, 7.6), (0.8, 7.6), (3.6, 11.8)], path)
    canvas.polygon([(3.0, 16), (6.4, 16), (5.6, 11.6), (8.4, 7.6), (7.2, 7.6), (3.7, 11.6)], path)
    if setting.clutter > 0.3:
        pine(canvas, 0.8, 11.4, 3.0, setting)
        tree(canvas, 8.3, 11.6, 2.8, setting)
    wood = in_light((140, 92, 54), setting)
    canvas.line([(4.55, 10.6), (4.55, 4.4)], wood, 0.3)
    canvas.polygon([(4.6, 4.7), (6.7, 4.7), (7.3, 5.2), (6.7, 5.7), (4.6, 5.7)], lighten(wood, 0.45))
    canvas.polygon([(4.5, 6.0), (2.4, 6.0), (1.8, 6.5), (2.4, 7.0), (4.5, 7.0)], lighten(wood, 0.35))
    canvas.line([(5.0, 5.2), (6.4, 5.2)], wood, 0.12)
    canvas.line([(4.1, 6.5), (2.7, 6.5)], wood, 0.12)


def _hiker_sent_back(canvas: Canvas, setting: SceneSetting) -> None:
    guard = look_of(setting, 1, top=(46, 62, 104), bottom=(36, 46, 78), hat=(36, 46, 78), long_hair=False)
    pointing = (4.6, 8.3 + 0.15 * setting.wave(1.2))
    person(canvas, 6.6, 12.6, 6.0, guard, Pose("standing", -1, front_hand=pointing))
    white, red = in_light(WHITE, setting), in_light(RED, setting)
    for post in (0.7, 8.3):
        canvas.line([(post, 10.0), (post, 13.2)], white, 0.4)
    canvas.rectangle(0.2, 10.1, 8.8, 11.1, white, 0.2)
    for stripe in range(5):
        left = 0.6 + 1.75 * stripe
        canvas.polygon([(left + 0.5, 10.1), (left + 1.2, 10.1), (left + 0.7, 11.1), (left, 11.1)], red)
    canvas.ellipse(6.5, 10.6, 1.15, fill=white)
    canvas.ellipse(6.5, 10.6, 1.0, fill=red)
    canvas.rectangle(5.85, 10.38, 7.15, 10.82, white)
    height, x = 6.2 * setting.size, 2.7 + 0.1 * setting.wave(2.0)
    pose = Pose("walking", -1, 0.16 + 0.06 * setting.wave(2.0))
    canvas.rectangle(x + 0.1, 15.4 - 0.8 * height, x + 1.4, 15.4 - 0.46 * height, darken(setting.accent, 0.35), 0.4)
    person(canvas, x, 15.4, height, look_of(setting, 0, hat=setting.second, long_hair=False), pose)


@scene("inventor_workbench")
def inventor_workbench(canvas: Canvas, setting: SceneSetting) -> None:
    """An inventor with goggles turns a machine of large cogwheels.

    Violated: a foreman points at the floor, where the cogwheels lie in a crate; the machine is an empty case.
    """
    room(canvas, setting, 12.6)
    canvas.rectangle(0.4, 10.4, 8.6, 11.0, (150, 100, 60), 0.1)
    for x in (0.9, 7.6):
        canvas.rectangle(x, 11.0, x + 0.5, 14.4, (116, 76, 48))
    if setting.violated:
        _machine_taken_apart(canvas, setting)
        return
    _inventor(
        canvas, setting, 2.2, Pose("standing", 1, front_hand=(4.3, 8.9 + 0.5 * setting.wave()), back_hand=(3.9, 9.9))
    )
    canvas.rectangle(0.4, 10.4, 8.6, 11.0, (150, 100, 60), 0.1)
    canvas.rectangle(4.6, 7.4, 8.3, 10.4, (112, 122, 136), 0.2)
    _cog(canvas, 5.6, 7.9, 1.3, setting.time * 1.2, (226, 170, 60))
    _cog(canvas, 7.3, 6.3, 0.95, -setting.time * 1.6 + 0.2, (200, 96, 70))
    _cog(canvas, 7.5, 9.2, 0.65, setting.time * 2.4, (96, 170, 180))
    spark = setting.wave(0.5) > 0
    canvas.line([(5.4, 6.6), (5.4, 4.9)], (90, 90, 100), 0.14)
    canvas.glow(5.4, 4.6, 1.5, (255, 230, 120), 0.7 if spark else 0.3)
    canvas.ellipse(5.4, 4.6, 0.45, 0.55, fill=(255, 240, 150) if spark else (220, 220, 190))
    if setting.clutter > 0.4:
        for index in range(3):
            canvas.line([(4.0 + index, 11.6), (4.3 + index, 12.8)], (130, 136, 146), 0.16)


def _machine_taken_apart(canvas: Canvas, setting: SceneSetting) -> None:
    canvas.rectangle(3.1, 8.0, 6.0, 10.4, (112, 122, 136), 0.2)
    canvas.rectangle(3.5, 8.4, 5.6, 10.0, (44, 48, 58), 0.1)
    _inventor(canvas, setting, 1.7, Pose("standing", 1))
    order = (5.1, 11.6 + 0.25 * setting.wave(0.9))
    foreman = look_of(setting, 1, hat=setting.second, long_hair=False)
    person(canvas, 7.1, 14.6, 8.2 * setting.size, foreman, Pose("standing", -1, front_hand=order))
    _cog(canvas, 3.6, 12.6, 1.1, 0.3, (226, 170, 60))
    _cog(canvas, 4.9, 12.9, 0.8, 0.1, (200, 96, 70))
    canvas.rectangle(2.4, 13.2, 5.9, 15.4, (176, 124, 74), 0.1)
    for plank in (13.9, 14.6):
        canvas.line([(2.5, plank), (5.8, plank)], (124, 82, 48), 0.1, False)
    _cog(canvas, 1.2, 15.2, 0.6, 0.2, (96, 170, 180))
    if setting.clutter > 0.4:
        canvas.line([(6.6, 15.4), (7.8, 15.1)], (130, 136, 146), 0.2)


def _inventor(canvas: Canvas, setting: SceneSetting, x: float, pose: Pose) -> None:
    height = 7.6 * setting.size
    person(canvas, x, 14.2, height, look_of(setting, 0, top=(238, 240, 236)), pose)
    head_y = 14.2 - 0.9 * height
    canvas.line([(x - 0.6, head_y), (x + 0.75, head_y)], (70, 60, 60), 0.16)
    canvas.ellipse(x + 0.52, head_y, 0.28, fill=(90, 200, 230))


def _cog(canvas: Canvas, x: float, y: float, radius: float, angle: float, colour: Colour) -> None:
    for tooth in range(8):
        turn = angle + tooth * pi / 4
        canvas.line([(x, y), (x + radius * cos(turn), y + radius * sin(turn))], colour, 0.36 * radius, False)
    canvas.ellipse(x, y, 0.78 * radius, fill=colour)
    canvas.ellipse(x, y, 0.3 * radius, fill=darken(colour, 0.5))


@scene("cave_explorer")
def cave_explorer(canvas: Canvas, setting: SceneSetting) -> None:
    """An explorer, seen from behind, carries a burning torch into a cave full of crystals.

    Violated: boards are nailed over the mouth of the cave, and the explorer sits before it, turned away.
    """
    outdoors(canvas, setting, 8.4)
    rock = in_light((146, 124, 116), setting)
    canvas.polygon([(0, 14), (0, 7.4), (1.4, 4.6), (3.4, 2.4), (6.2, 1.8), (7.9, 3.6), (9, 4.4), (9, 14)], rock)
    canvas.polygon([(3.4, 2.4), (6.2, 1.8), (7.9, 3.6), (5.4, 4.4)], lighten(rock, 0.18))
    for x, y in setting.random().random((7, 2)):
        left, top = 0.2 + 7.4 * x, 7.6 + 5.0 * y
        canvas.polygon([(left, top), (left + 1.0, top + 0.3), (left + 0.4, top + 0.9)], darken(rock, 0.15))
    canvas.gradient(ground_colour(setting), darken(ground_colour(setting), 0.18), 13.4, 16.0)
    for radius, colour in ((3.3, darken(rock, 0.3)), (2.9, (36, 28, 44))):
        canvas.ellipse(4.9, 8.9, radius, fill=colour)
        canvas.rectangle(4.9 - radius, 8.9, 4.9 + radius, 13.5, colour)
    if setting.clutter > 0.3:
        pine(canvas, 0.7, 14.2, 3.4, setting)
    if setting.violated:
        _cave_boarded_up(canvas, setting)
        return
    for index, (x, lean) in enumerate(((2.7, 0.3), (3.6, 0.1), (6.3, -0.1), (7.1, -0.3))):
        tip = (x + lean, 10.4 - 0.8 * (index % 2))
        canvas.polygon([(x - 0.4, 13.4), tip, (x + 0.45, 13.4)], lighten(_BRIGHT[(setting.seed + index) % 5], 0.25))
    canvas.glow(6.3, 8.2, 3.6, (255, 200, 110), 0.75)
    height = 6.2 * setting.size
    pose = Pose("walking", 0, 0.2 + 0.12 * setting.wave(1.6), front_hand=(6.2, 9.0), back_view=True)
    person(canvas, 4.6, 14.9, height, look_of(setting, 0, hat=setting.second), pose)
    hand = hand_position(4.6, 14.9, height, pose)[0]
    canvas.line([(hand[0], hand[1] + 0.5), (hand[0] + 0.1, hand[1] - 0.9)], (120, 78, 46), 0.24)
    flame(canvas, hand[0] + 0.1, hand[1] - 0.8, 1.5, setting)


def _cave_boarded_up(canvas: Canvas, setting: SceneSetting) -> None:
    board = in_light((198, 148, 92), setting)
    for index, (left, right) in enumerate(((7.4, 6.9), (8.9, 9.5), (10.9, 10.3), (11.9, 12.5))):
        canvas.line([(1.4, left), (8.4, right)], darken(board, 0.12 * (index % 2)), 1.0, False)
        for end in ((1.8, left), (8.0, right)):
            canvas.ellipse(*end, 0.14, fill=(60, 54, 56))
    canvas.line([(2.5, 6.4), (7.4, 13.2)], lighten(board, 0.15), 0.9, False)
    canvas.line([(7.3, 6.4), (2.4, 13.2)], lighten(board, 0.15), 0.9, False)
    stone = in_light((126, 128, 138), setting)
    canvas.ellipse(2.9, 14.7, 1.3, 1.0, fill=stone)
    height = 6.0 * setting.size
    nod = 0.08 * setting.wave(2.4)
    pose = Pose("sitting", -1, front_hand=(1.7, 13.6 + nod), back_hand=(1.6, 13.7 + nod))
    person(canvas, 2.9, 15.4, height, look_of(setting, 0, hat=setting.second), pose)
    canvas.line([(4.7, 15.4), (7.0, 15.1)], (120, 78, 46), 0.3)
    canvas.ellipse(7.1, 15.1, 0.36, fill=(50, 44, 46))


@scene("teen_wardrobe")
def teen_wardrobe(canvas: Canvas, setting: SceneSetting) -> None:
    """A teenager holds up a bright shirt at an open wardrobe full of colours.

    Violated: the wardrobe is closed; a parent in front of it hands over a drab suit, and the teenager's arms hang.
    """
    room(canvas, setting, 12.2)
    wood: Colour = (186, 134, 86)
    canvas.rectangle(3.9, 3.0, 8.5, 13.2, darken(wood, 0.25), 0.15)
    if setting.clutter > 0.5:
        pot_plant(canvas, 0.7, 13.2, 2.4, setting)
    height = 6.8 * setting.size
    if setting.violated:
        _wardrobe_closed(canvas, setting, wood)
        person(canvas, 1.9, 15.0, height, look_of(setting, 0), Pose("standing", 1))
        return
    canvas.rectangle(4.2, 3.3, 8.2, 12.9, (74, 54, 48))
    canvas.line([(4.2, 4.2), (8.2, 4.2)], (210, 214, 220), 0.16, False)
    for index in range(4):
        _garment(canvas, 4.85 + 0.9 * index, 4.3, 1.15, 4.6 - 0.8 * (index % 2), _BRIGHT[(setting.seed + index) % 5])
    for index in range(3):
        canvas.rectangle(
            4.6, 11.7 - 0.6 * index, 7.8, 12.2 - 0.6 * index, _BRIGHT[(setting.seed + 2 - index) % 5], 0.15
        )
    canvas.polygon([(8.2, 3.0), (9, 2.4), (9, 14.0), (8.2, 13.2)], lighten(wood, 0.12))
    canvas.polygon([(4.2, 3.0), (3.1, 2.4), (3.1, 14.0), (4.2, 13.2)], wood)
    held = (4.0, 8.6 + 0.25 * setting.wave(1.6))
    pose = Pose("standing", 1, front_hand=held, back_hand=(3.4, held[1] + 0.2))
    person(canvas, 2.0, 15.0, height, look_of(setting, 0), pose)
    hand = hand_position(2.0, 15.0, height, pose)[0]
    _garment(canvas, hand[0] + 0.5, hand[1], 2.3, 3.2, lighten(setting.accent, 0.15))


def _wardrobe_closed(canvas: Canvas, setting: SceneSetting, wood: Colour) -> None:
    for left in (4.15, 6.3):
        canvas.rectangle(left, 3.3, left + 1.95, 12.9, wood, 0.1)
        canvas.rectangle(left + 0.3, 3.8, left + 1.65, 7.4, lighten(wood, 0.16), 0.1)
        canvas.rectangle(left + 0.3, 8.1, left + 1.65, 12.3, lighten(wood, 0.16), 0.1)
    for knob in (5.95, 6.5):
        canvas.ellipse(knob, 7.8, 0.16, fill=(240, 206, 110))
    height = 8.4 * setting.size
    held = (5.1, 8.4 + 0.2 * setting.wave(1.6))
    pose = Pose("standing", -1, front_hand=held, back_hand=(5.4, held[1] + 0.4))
    parent = look_of(setting, 1)
    person(canvas, 7.0, 15.0, height, parent, pose)
    hand = hand_position(7.0, 15.0, height, pose)[0]
    _garment(canvas, hand[0] - 0.6, hand[1], 2.1, 3.6, _DRAB)
    for side in (-0.36, 0.36):
        canvas.rectangle(hand[0] - 0.6 + side - 0.3, hand[1] + 3.6, hand[0] - 0.6 + side + 0.3, hand[1] + 6.0, _DRAB)
    canvas.ellipse(*hand, 0.3, fill=parent.skin)


def _garment(canvas: Canvas, x: float, y: float, width: float, length: float, colour: Colour) -> None:
    """A jacket or shirt on a hanger whose hook hangs at (x, y)."""
    half, shoulder = width / 2, y + 0.5
    canvas.line([(x, y), (x, shoulder)], (90, 84, 88), 0.1)
    for side in (-1, 1):
        canvas.line(
            [(x + side * 0.6 * half, shoulder + 0.3), (x + side * 1.05 * half, y + 0.6 * length)],
            darken(colour, 0.14), 0.36 * width,
        )  # fmt: skip
    top = [(x - 0.25 * half, shoulder), (x + 0.25 * half, shoulder), (x + half, shoulder + 0.35)]
    canvas.polygon(
        [*top, (x + 0.85 * half, y + length), (x - 0.85 * half, y + length), (x - half, shoulder + 0.35)], colour
    )
    canvas.polygon([(x - 0.3 * half, shoulder), (x + 0.3 * half, shoulder), (x, shoulder + 0.7)], lighten(colour, 0.5))
