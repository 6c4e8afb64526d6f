"""Scenes of self-direction of thought: making things up, finding things out, writing one's own ideas."""

from __future__ import annotations

from math import sin

from valuespectrum.reference.painting.backgrounds import daylight, room, sky
from valuespectrum.reference.painting.canvas import Canvas, Colour, SceneSetting, darken, lighten
from valuespectrum.reference.painting.figures import Pose, hand_position, head, look_of, person
from valuespectrum.reference.painting.props import RED, chair, in_light, lamp, pot_plant
from valuespectrum.reference.scenes import scene

_PAINTS: tuple[Colour, ...] = ((226, 64, 60), (246, 190, 50), (64, 160, 90), (54, 110, 206), (150, 70, 180))
_PAPER: Colour = (250, 248, 240)


@scene("painter_easel")
def painter_easel(canvas: Canvas, setting: SceneSetting) -> None:
    """A painter in a beret dabs at a colourful canvas on an easel.

    Violated: a broad red cross covers the picture; the painter walks away from it, the palette lies on the floor.
    """
    room(canvas, setting, 12.2)
    if setting.clutter > 0.4:
        pot_plant(canvas, 8.2, 12.8, 2.6, setting)
    wood: Colour = (176, 122, 72)
    for foot_x, foot_y in ((4.6, 14.2), (8.3, 14.2), (6.6, 13.3)):
        canvas.line([(6.4, 5.0), (foot_x, foot_y)], wood, 0.24)
    canvas.rectangle(4.5, 5.7, 8.4, 10.7, (252, 250, 244), 0.06)
    for index, (x, y, size) in enumerate(setting.random().random((9, 3))):
        canvas.ellipse(5.2 + 2.5 * x, 6.3 + 3.7 * y, 0.35 + 0.4 * size, fill=_PAINTS[index % 5])
    canvas.line([(4.3, 10.9), (8.6, 10.9)], darken(wood), 0.3)
    height, look = 7.4 * setting.size, look_of(setting, 0, top=(244, 240, 232), hat=setting.accent)
    if setting.violated:
        for ends in ([(4.9, 6.2), (8.0, 10.2)], [(8.0, 6.2), (4.9, 10.2)]):
            canvas.line(ends, RED, 0.85)
        person(canvas, 2.1, 14.4, height, look, Pose("walking", -1, 0.18 + 0.05 * setting.wave(2.0)))
        _palette(canvas, 4.1, 15.0)
        canvas.line([(5.4, 15.3), (6.9, 14.9)], (110, 70, 40), 0.16)
        return
    brush = (4.6 + 0.25 * setting.wave(1.3), 8.1 + 0.7 * setting.wave(1.0))
    pose = Pose("standing", 1, front_hand=brush, back_hand=(3.7, 10.0))
    person(canvas, 2.4, 14.4, height, look, pose)
    front, back = hand_position(2.4, 14.4, height, pose)
    canvas.line([front, (front[0] + 0.8, front[1] - 0.35)], (110, 70, 40), 0.12)
    canvas.ellipse(front[0] + 0.85, front[1] - 0.38, 0.15, fill=_PAINTS[0])
    _palette(canvas, back[0] + 0.2, back[1] + 0.1)


def _palette(canvas: Canvas, x: float, y: float) -> None:
    canvas.ellipse(x, y, 0.75, 0.5, fill=(200, 150, 96))
    for index in range(4):
        canvas.ellipse(x - 0.45 + 0.3 * index, y - 0.15 + 0.2 * (index % 2), 0.13, fill=_PAINTS[index])


@scene("stargazer_telescope")
def stargazer_telescope(canvas: Canvas, setting: SceneSetting) -> None:
    """A person bends to a large telescope that points at ringed planets and stars.

    Violated: the telescope stands under a cloth, and the person dozes on the ground, the head on a pillow.
    """
    sky(canvas, setting, 12.4)
    bright = (255, 250, 220)
    for index, (x, y) in enumerate(setting.random().random((14, 2))):
        _twinkle(canvas, 0.4 + 8.2 * x, 0.5 + 6.5 * y, 0.14 + 0.12 * (setting.wave(1.2, index / 14) + 1), bright)
    canvas.ellipse(6.8, 2.6, 0.9, fill=(240, 176, 110))
    canvas.line([(5.3, 3.1), (8.3, 2.1)], (255, 224, 170), 0.16)
    hill = in_light((70, 112, 84), setting)
    canvas.rectangle(0, 12.3, 9, 16, hill)
    canvas.ellipse(4.5, 17.0, 8.5, 5.0, fill=hill)
    canvas.ellipse(1.0, 17.0, 5.0, 4.4, fill=darken(hill, 0.15))
    if setting.violated:
        _covered_telescope(canvas, setting)
        return
    metal: Colour = (214, 220, 232)
    for foot in (4.1, 5.4, 6.6):
        canvas.line([(5.2, 9.4), (foot, 13.4)], (90, 84, 92), 0.2)
    tilt = 0.1 * setting.wave(4.0)
    canvas.line([(3.9, 10.4), (7.2, 7.1 + tilt)], metal, 1.0, False)
    canvas.line([(6.7, 7.6 + tilt), (7.7, 6.6 + tilt)], setting.accent, 1.3, False)
    canvas.line([(3.5, 10.8), (4.1, 10.2)], (60, 62, 74), 0.5, False)
    height = 5.6 * setting.size
    pose = Pose("holding_forward", 1, front_hand=(4.3, 10.7), back_hand=(4.0, 11.2))
    person(canvas, 2.5, 10.9 + 0.86 * height - 0.4, height, look_of(setting, 0), pose)


def _covered_telescope(canvas: Canvas, setting: SceneSetting) -> None:
    for foot in (4.6, 6.0, 7.4):
        canvas.line([(6.0, 8.6), (foot, 13.2)], (90, 84, 92), 0.2)
    canvas.line([(4.4, 6.9), (7.5, 9.9)], (214, 220, 232), 1.0, False)
    canvas.line([(7.1, 9.5), (8.1, 10.5)], setting.accent, 1.3, False)
    cloth, flutter = lighten(setting.second, 0.6), 0.15 * setting.wave(2.4)
    hem = [(7.3, 11.0 + flutter), (6.7, 11.7), (6.1, 11.1 + flutter), (5.4, 11.8), (4.7, 11.2 - flutter), (4.0, 11.6)]
    canvas.polygon([(3.7, 7.0), (4.3, 5.9), (5.0, 6.2), (7.2, 8.4), *hem], cloth)
    for top, low in (((4.6, 7.3), (4.6, 10.9)), ((5.6, 8.2), (5.5, 11.4)), ((6.6, 9.0), (6.7, 11.3))):
        canvas.line([top, low], darken(cloth, 0.14), 0.16)
    canvas.polygon([(0.5, 14.2), (8.3, 14.2), (8.9, 15.5), (0.1, 15.5)], lighten(setting.second, 0.25))
    canvas.rectangle(0.3, 13.2, 2.5, 14.4, (250, 248, 242), 0.4)
    height = 7.4 * setting.size
    pose = Pose("lying", 1, front_hand=(3.7, 13.7 + 0.06 * setting.wave(3.0)), back_hand=(3.5, 13.9))
    person(canvas, 1.2 + 0.92 * height, 15.0, height, look_of(setting, 0, long_hair=False), pose)


def _twinkle(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    canvas.line([(x - size, y), (x + size, y)], colour, 0.07, False)
    canvas.line([(x, y - size), (x, y + size)], colour, 0.07, False)


@scene("writer_typewriter")
def writer_typewriter(canvas: Canvas, setting: SceneSetting) -> None:
    """A writer behind a big typewriter, paper with lines of text coming out.

    Violated: the writer is slumped on the desk, face down, among heaps of crumpled paper; the typewriter is empty.
    """
    room(canvas, setting, 12.0)
    lamp(canvas, 7.8, 11.0, 3.2, setting)
    if setting.violated:
        _writer_slumped(canvas, setting)
        return
    height = 9.4 * setting.size
    tap = 0.12 * setting.wave(0.4)
    pose = Pose("standing", 0, front_hand=(5.5, 10.7 + tap), back_hand=(3.5, 10.7 - tap))
    person(canvas, 4.5, 15.4, height, look_of(setting, 0), pose)
    canvas.rectangle(0, 11.0, 9, 11.7, (140, 88, 54))
    canvas.rectangle(0.5, 11.7, 8.5, 16, (112, 70, 44))
    canvas.rectangle(3.2, 8.6, 5.8, 11.0, (253, 252, 246), 0.04)
    for row in range(5):
        written = 1.0 if row < 4 else (setting.time * 0.7) % 1.0
        canvas.line([(3.5, 8.95 + 0.3 * row), (3.5 + 1.9 * written, 8.95 + 0.3 * row)], (90, 92, 100), 0.09, False)
    _typewriter(canvas, setting, 4.5, 13.2, 5.2)
    if setting.clutter > 0.3:
        for index in range(3):
            canvas.ellipse(0.9 + 0.5 * (index % 2), 13.8 + 0.5 * index, 0.42, fill=_PAPER)


def _typewriter(canvas: Canvas, setting: SceneSetting, x: float, y: float, width: float) -> None:
    """A typewriter seen from above its keys; (x, y) is the middle of its lower edge."""
    scale = width / 5.2
    body = darken(setting.accent, 0.35)
    canvas.line([(x - 2.1 * scale, y - 2.65 * scale), (x + 2.1 * scale, y - 2.65 * scale)], (50, 50, 56), 0.36 * scale)
    upper, lower = y - 2.5 * scale, 1.9 * scale
    canvas.polygon([(x - lower, upper), (x + lower, upper), (x + width / 2, y), (x - width / 2, y)], body)
    for row in range(3):
        for key in range(8):
            across = (key - 3.5) * (0.42 + 0.03 * row) * scale
            canvas.ellipse(x + across, y - (1.7 - 0.55 * row) * scale, 0.16 * scale, fill=(244, 240, 226))


def _writer_slumped(canvas: Canvas, setting: SceneSetting) -> None:
    look = look_of(setting, 0, long_hair=False)
    breath = 0.08 * setting.wave(3.0)
    canvas.ellipse(3.0, 11.2, 2.5 * setting.size, 2.1 - breath, fill=look.top)
    canvas.rectangle(0, 11.0, 9, 11.7, (140, 88, 54))
    canvas.rectangle(0.5, 11.7, 8.5, 16, (112, 70, 44))
    _typewriter(canvas, setting, 7.2, 11.4, 2.9)
    canvas.line([(0.9, 10.3), (0.8, 11.0), (3.0, 11.4)], darken(look.top, 0.12), 0.8)
    canvas.line([(5.1, 10.3), (5.2, 11.0), (3.0, 11.4)], darken(look.top, 0.24), 0.8)
    head(canvas, 3.0, 10.0 - breath, 1.0 * setting.size, look, Pose(facing=0, back_view=True))
    for index, (x, y) in enumerate(setting.random().random((12, 2))):
        _crumpled(canvas, 0.7 + 7.6 * ((index + x) / 12), 15.4 - 2.4 * y * (index % 3) / 2, 0.62)
    for x, y in ((0.5, 10.6), (5.6, 10.7), (2.9, 12.3)):
        _crumpled(canvas, x, y, 0.5)


def _crumpled(canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.ellipse(x, y, radius, 0.88 * radius, fill=darken(_PAPER, 0.12))
    canvas.ellipse(x - 0.1 * radius, y - 0.14 * radius, 0.84 * radius, 0.7 * radius, fill=_PAPER)
    crease = [(x - 0.4 * radius, y), (x, y - 0.35 * radius), (x + 0.35 * radius, y + 0.1 * radius)]
    canvas.line(crease, darken(_PAPER, 0.25), 0.12 * radius)


@scene("student_chemistry")
def student_chemistry(canvas: Canvas, setting: SceneSetting) -> None:
    """A student with goggles between bubbling, glowing flasks.

    Violated: the flasks are packed into a closed crate, and the student holds a thick textbook before the chest.
    """
    room(canvas, setting, 12.0)
    height = 8.6 * setting.size
    if setting.violated:
        _student_reciting(canvas, setting, height)
        return
    lift = 0.25 * setting.wave(1.8)
    pose = Pose("standing", 0, front_hand=(6.6, 8.3 + lift), back_hand=(2.5, 9.9))
    person(canvas, 4.5, 15.4, height, look_of(setting, 0, top=(246, 248, 250)), pose)
    eyes = 15.4 - 0.895 * height
    for x in (4.18, 4.82):
        canvas.ellipse(x, eyes, 0.34, fill=(60, 70, 90))
        canvas.ellipse(x, eyes, 0.24, fill=(150, 220, 240))
    _laboratory_desk(canvas)
    _flask(canvas, setting, 1.7, 12.2, 1.35, (70, 200, 110))
    _flask(canvas, setting, 4.5, 12.2, 0.95, setting.accent)
    _flask(canvas, setting, 7.4, 12.2, 1.2, (180, 80, 210))
    canvas.line([(6.6, 8.0 + lift), (6.6, 9.4 + lift)], (214, 236, 244), 0.42)
    canvas.line([(6.6, 8.7 + lift), (6.6, 9.4 + lift)], (250, 150, 40), 0.36)
    daylight_tint = daylight(setting).cloud
    for index in range(5):
        rise = (setting.time * 0.4 + index / 5) % 1.0
        puff = lighten(daylight_tint, 0.4)
        canvas.ellipse(1.7 + 0.4 * sin(6 * rise + index), 9.6 - 4.0 * rise, 0.16 + 0.32 * rise, fill=puff)
    if setting.clutter > 0.5:
        chair(canvas, 0.9, 15.8, 2.6)


def _laboratory_desk(canvas: Canvas) -> None:
    canvas.rectangle(0, 12.2, 9, 12.8, (206, 212, 216))
    canvas.rectangle(0.3, 12.8, 8.7, 16, (150, 160, 170))


def _student_reciting(canvas: Canvas, setting: SceneSetting, height: float) -> None:
    held = 15.8 - 0.66 * height + 0.12 * setting.wave(2.0)
    pose = Pose("standing", 0, front_hand=(5.6, held), back_hand=(1.9, held))
    person(canvas, 3.7, 15.4, height, look_of(setting, 0, top=(246, 248, 250)), pose)
    cover = darken(setting.accent, 0.2)
    canvas.rectangle(1.9, held - 1.9, 5.6, held + 1.5, cover, 0.15)
    canvas.rectangle(1.9, held + 0.9, 5.6, held + 1.5, _PAPER, 0.1)
    canvas.rectangle(3.5, held - 1.9, 4.0, held + 0.9, darken(cover, 0.3))
    for side in (2.3, 4.3):
        canvas.rectangle(side, held - 1.3, side + 0.9, held - 0.9, lighten(cover, 0.6))
    for hand in (1.85, 5.65):
        canvas.ellipse(hand, held, 0.34, fill=setting.skin[0])
    _laboratory_desk(canvas)
    for x in (6.7, 7.9):
        canvas.rectangle(x - 0.2, 8.2, x + 0.2, 9.4, (220, 240, 246))
        canvas.line([(x - 0.3, 8.2), (x + 0.3, 8.2)], (196, 222, 232), 0.16)
    canvas.rectangle(6.1, 9.2, 8.6, 12.2, (186, 134, 84), 0.1)
    for plank in (10.2, 11.2):
        canvas.line([(6.2, plank), (8.5, plank)], (132, 90, 54), 0.12, False)
    canvas.line([(7.35, 9.2), (7.35, 12.2)], lighten(setting.second, 0.3), 0.5, False)
    if setting.clutter > 0.5:
        chair(canvas, 0.9, 15.8, 2.6)


def _flask(canvas: Canvas, setting: SceneSetting, x: float, y: float, size: float, liquid: Colour) -> None:
    canvas.glow(x, y - 0.7 * size, 1.5 * size, lighten(liquid, 0.4), 0.5)
    glass: Colour = (220, 240, 246)
    canvas.rectangle(x - 0.24 * size, y - 2.3 * size, x + 0.24 * size, y - size, glass)
    canvas.polygon(
        [(x - 0.24 * size, y - 1.6 * size), (x + 0.24 * size, y - 1.6 * size), (x + size, y), (x - size, y)], glass
    )
    surface = [(x - 0.55 * size, y - 0.85 * size), (x + 0.55 * size, y - 0.85 * size)]
    canvas.polygon([*surface, (x + 0.9 * size, y - 0.08), (x - 0.9 * size, y - 0.08)], liquid)
    canvas.line([(x - 0.34 * size, y - 2.3 * size), (x + 0.34 * size, y - 2.3 * size)], glass, 0.14)
    for index in range(4):
        rise = (setting.time * 0.9 + index / 4 + x) % 1.0
        canvas.ellipse(
            x + 0.3 * size * (index % 2 - 0.5), y - 0.1 - 0.75 * size * rise, 0.1 * size, fill=lighten(liquid, 0.6)
        )
