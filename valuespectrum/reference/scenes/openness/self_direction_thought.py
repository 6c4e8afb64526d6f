"""Scenes of self-direction of thought: making things up, finding things out, writing one's own ideas."""

from __future__ import annotations

from math import sin

from valuespectrum.reference.painting.backgrounds import daylight, room, sky
from valuespectrum.reference.painting.canvas import Canvas, Colour, SceneSetting, darken, lighten
from valuespectrum.reference.painting.figures import Pose, hand_position, look_of, person
from valuespectrum.reference.painting.props import chair, in_light, lamp, pot_plant
from valuespectrum.reference.scenes import scene

_PAINTS: tuple[Colour, ...] = ((226, 64, 60), (246, 190, 50), (64, 160, 90), (54, 110, 206), (150, 70, 180))


@scene("painter_easel")
def painter_easel(canvas: Canvas, setting: SceneSetting) -> None:
    """A painter in a beret dabs at a colourful canvas on an easel."""
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
    height = 7.4 * setting.size
    brush = (4.6 + 0.25 * setting.wave(1.3), 8.1 + 0.7 * setting.wave(1.0))
    pose = Pose("standing", 1, front_hand=brush, back_hand=(3.7, 10.0))
    person(canvas, 2.4, 14.4, height, look_of(setting, 0, top=(244, 240, 232), hat=setting.accent), pose)
    front, back = hand_position(2.4, 14.4, height, pose)
    canvas.line([front, (front[0] + 0.8, front[1] - 0.35)], (110, 70, 40), 0.12)
    canvas.ellipse(front[0] + 0.85, front[1] - 0.38, 0.15, fill=_PAINTS[0])
    canvas.ellipse(back[0] + 0.2, back[1] + 0.1, 0.75, 0.5, fill=(200, 150, 96))
    for index in range(4):
        canvas.ellipse(back[0] - 0.25 + 0.3 * index, back[1] - 0.05 + 0.2 * (index % 2), 0.13, fill=_PAINTS[index])


@scene("stargazer_telescope")
def stargazer_telescope(canvas: Canvas, setting: SceneSetting) -> None:
    """A person bends to a large telescope that points at ringed planets and stars."""
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


def _twinkle(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    canvas.line([(x - size, y), (x + size, y)], colour, 0.07, False)
    canvas.line([(x, y - size), (x, y + size)], colour, 0.07, False)


@scene("writer_typewriter")
def writer_typewriter(canvas: Canvas, setting: SceneSetting) -> None:
    """A writer behind a big typewriter, paper with lines of text coming out."""
    room(canvas, setting, 12.0)
    lamp(canvas, 7.8, 11.0, 3.2, setting)
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
    body = darken(setting.accent, 0.35)
    canvas.line([(2.4, 10.55), (6.6, 10.55)], (50, 50, 56), 0.36)
    canvas.polygon([(2.6, 10.7), (6.4, 10.7), (7.1, 13.2), (1.9, 13.2)], body)
    for row in range(3):
        for key in range(8):
            spread = 0.42 + 0.03 * row
            canvas.ellipse(4.5 + (key - 3.5) * spread, 11.5 + 0.55 * row, 0.16, fill=(244, 240, 226))
    if setting.clutter > 0.3:
        for index in range(3):
            canvas.ellipse(0.9 + 0.5 * (index % 2), 13.8 + 0.5 * index, 0.42, fill=(244, 242, 234))


@scene("student_chemistry")
def student_chemistry(canvas: Canvas, setting: SceneSetting) -> None:
    """A student with goggles between bubbling, glowing flasks."""
    room(canvas, setting, 12.0)
    height = 8.6 * setting.size
    lift = 0.25 * setting.wave(1.8)
    pose = Pose("standing", 0, front_hand=(6.6, 8.3 + lift), back_hand=(2.5, 9.9))
    person(canvas, 4.5, 15.4, height, look_of(setting, 0, top=(246, 248, 250)), pose)
    eyes = 15.4 - 0.895 * height
    for x in (4.18, 4.82):
        canvas.ellipse(x, eyes, 0.34, fill=(60, 70, 90))
        canvas.ellipse(x, eyes, 0.24, fill=(150, 220, 240))
    canvas.rectangle(0, 12.2, 9, 12.8, (206, 212, 216))
    canvas.rectangle(0.3, 12.8, 8.7, 16, (150, 160, 170))
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
