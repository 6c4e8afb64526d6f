"""Scenes that serve no value: things of every day, mostly without people."""

from __future__ import annotations

from math import cos, pi, sin

from valuespectrum.reference.painting.backgrounds import daylight, outdoors, room
from valuespectrum.reference.painting.canvas import Canvas, Colour, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.props import bench, in_light, tree
from valuespectrum.reference.scenes import scene


@scene("bus_stop")
def bus_stop(canvas: Canvas, setting: SceneSetting) -> None:
    """A glass shelter with a bench, a round sign and a kerb; nobody there."""
    outdoors(canvas, setting, 10.4)
    canvas.gradient(in_light((150, 152, 158), setting), in_light((120, 122, 130), setting), 13.0, 16.0)
    canvas.rectangle(0, 12.7, 9, 13.1, in_light((206, 206, 204), setting))
    for index in range(4):
        canvas.rectangle(0.4 + 2.4 * index, 14.5, 1.8 + 2.4 * index, 14.75, in_light((240, 240, 236), setting))
    if setting.clutter > 0.4:
        tree(canvas, 0.6, 12.0, 5.0, setting)
    size = setting.size
    glass = mix(in_light((190, 220, 230), setting), daylight(setting).sky_bottom, 0.3)
    left, top = 1.2, 12.6 - 6.6 * size
    canvas.rectangle(left, top, 6.2, 12.2, glass)
    canvas.polygon(
        [(left + 0.6, top + 0.6), (left + 1.5, top + 0.6), (left + 0.9, 11.8), (left + 0.2, 11.8)], lighten(glass, 0.35)
    )
    bench(canvas, 3.7, 12.6, 1.7)
    for x in (left, 3.7, 6.2):
        canvas.line([(x, top), (x, 12.7)], in_light((84, 90, 102), setting), 0.2, False)
    canvas.rectangle(left - 0.5, top - 0.5, 6.8, top, in_light(setting.accent, setting), 0.1)
    if daylight(setting).lamps:
        canvas.glow(3.7, top + 0.6, 2.2, (255, 240, 190), 0.6)
    canvas.line([(7.9, 12.8), (7.9, 4.6)], in_light((100, 104, 112), setting), 0.2, False)
    canvas.ellipse(7.9, 4.4, 0.95, fill=(240, 200, 50))
    canvas.ellipse(7.9, 4.4, 0.75, fill=(34, 130, 70))
    canvas.line([(7.6, 4.0), (7.6, 4.8), (8.2, 4.8), (8.2, 4.0)], (240, 200, 50), 0.2)
    canvas.line([(7.5, 4.4), (8.3, 4.4)], (240, 200, 50), 0.2)
    canvas.rectangle(7.3, 6.0, 8.5, 7.8, (246, 246, 242))
    leaf = (1.0 + setting.time * 1.2) % 9
    canvas.ellipse(leaf, 13.6 + 0.2 * setting.wave(0.8), 0.2, 0.1, fill=(196, 140, 60))


@scene("washing_machine")
def washing_machine(canvas: Canvas, setting: SceneSetting) -> None:
    """A front-loading washing machine with clothes going round behind the door."""
    room(canvas, setting, 12.4)
    size, shake = 3.4 * setting.size, 0.05 * setting.wave(0.25)
    x, y = 4.5 + shake, 14.2 - 1.3 * size
    canvas.rectangle(x - size, y - 1.35 * size, x + size, y + 1.25 * size, (246, 247, 249), 0.3)
    canvas.rectangle(x - size, y - 1.35 * size, x + size, y - 0.85 * size, (214, 220, 228), 0.3)
    canvas.rectangle(x - 0.85 * size, y - 1.22 * size, x - 0.3 * size, y - 0.98 * size, (250, 250, 250), 0.1)
    canvas.ellipse(x + 0.2 * size, y - 1.1 * size, 0.15 * size, fill=(110, 120, 134))
    canvas.rectangle(x + 0.45 * size, y - 1.2 * size, x + 0.88 * size, y - 1.0 * size, (40, 60, 60), 0.05)
    if setting.wave(1.0) > 0:
        canvas.ellipse(x + 0.55 * size, y - 1.1 * size, 0.05 * size, fill=(90, 255, 120))
    canvas.ellipse(x, y + 0.2 * size, 0.82 * size, fill=(150, 158, 170))
    canvas.ellipse(x, y + 0.2 * size, 0.68 * size, fill=(52, 84, 116))
    cloth: tuple[Colour, ...] = (setting.accent, setting.second, (248, 248, 244), lighten(setting.accent, 0.4))
    for index in range(7):
        angle = setting.time * 3.0 + index * 2 * pi / 7
        reach = size * (0.38 if index % 2 else 0.26)
        canvas.ellipse(
            x + reach * cos(angle), y + 0.2 * size + reach * sin(angle), 0.23 * size, 0.19 * size, fill=cloth[index % 4]
        )
    canvas.arc(x, y + 0.2 * size, 0.6 * size, (200, 260), (210, 232, 246), 0.12)
    if setting.clutter > 0.4:
        canvas.polygon([(0.2, 13.2), (2.0, 13.2), (1.8, 15.4), (0.4, 15.4)], (206, 164, 110))
        canvas.ellipse(1.1, 13.1, 0.8, 0.4, fill=setting.second)


@scene("brick_wall")
def brick_wall(canvas: Canvas, setting: SceneSetting) -> None:
    """Rows of bricks and one drain pipe with dripping water."""
    walls: tuple[Colour, ...] = ((176, 86, 64), (160, 110, 84), (190, 120, 90), (140, 84, 78))
    light = daylight(setting)
    brick = light.tint(walls[setting.place % 4])
    canvas.gradient(light.tint((206, 196, 184)), light.tint((190, 180, 170)))
    random = setting.random()
    for row in range(18):
        for column in range(6):
            x = column * 1.8 - (0.9 if row % 2 else 0.0)
            canvas.rectangle(
                x + 0.05, row * 0.9 + 0.05, x + 1.7, row * 0.9 + 0.8, darken(brick, 0.22 * random.random())
            )
    pipe, x = light.tint((112, 122, 130), 0.8), 6.6 if setting.seed % 2 else 6.0
    canvas.rectangle(x, 0, x + 0.9 * setting.size, 13.6, pipe)
    canvas.rectangle(x + 0.15, 0, x + 0.35, 13.6, lighten(pipe, 0.35))
    for y in (2.4, 7.0, 11.6):
        canvas.rectangle(x - 0.2, y, x + 0.9 * setting.size + 0.2, y + 0.4, darken(pipe, 0.3))
    canvas.line([(x + 0.45, 13.4), (x - 0.5, 14.3)], pipe, 0.85 * setting.size)
    drop = (setting.time * 1.4) % 1.0
    canvas.ellipse(x - 0.75, 14.5 + 1.4 * drop, 0.13, 0.2, fill=(150, 200, 226))
    if light.lamps:
        canvas.glow(2.4, 3.0, 3.4, (255, 222, 140), 0.5)
        canvas.ellipse(2.4, 2.6, 0.4, fill=(255, 240, 190))
    elif setting.time_of_day != "day":
        canvas.glow(1.0, 1.0, 8.0, light.sky_bottom, 0.45)


@scene("wall_clock")
def wall_clock(canvas: Canvas, setting: SceneSetting) -> None:
    """A large round clock with hands and a swinging pendulum."""
    room(canvas, setting, 14.2)
    x, y, r = 4.5, 7.6, 3.0 * setting.size
    swing = 0.45 * setting.wave(1.6)
    canvas.rectangle(x - 1.2, y, x + 1.2, y + 5.9, (112, 70, 44), 0.2)
    canvas.rectangle(x - 0.9, y, x + 0.9, y + 5.6, (70, 44, 32), 0.1)
    canvas.line([(x, y + 2), (x + 1.2 * swing, y + 4.7)], (220, 180, 80), 0.12)
    canvas.ellipse(x + 1.2 * swing, y + 4.8, 0.5, fill=(240, 196, 80))
    canvas.ellipse(x, y, r + 0.4, fill=darken(setting.accent, 0.3))
    canvas.ellipse(x, y, r, fill=(252, 250, 242))
    for hour in range(12):
        angle = hour * pi / 6
        inner, width = (0.76, 0.22) if hour % 3 == 0 else (0.84, 0.12)
        marks = [(x + reach * r * cos(angle), y + reach * r * sin(angle)) for reach in (inner, 0.92)]
        canvas.line(marks, (50, 50, 58), width, False)
    hours = {"morning": 8, "day": 1, "sunset": 7, "night": 11}[setting.time_of_day] + (setting.seed % 60) / 60
    for turn, length, width in ((hours / 12, 0.5, 0.3), (hours % 1.0, 0.75, 0.2)):
        angle = 2 * pi * turn - pi / 2
        canvas.line([(x, y), (x + length * r * cos(angle), y + length * r * sin(angle))], (40, 42, 50), width)
    angle = 2 * pi * int(setting.time * 2) / 30 - pi / 2
    canvas.line([(x, y), (x + 0.84 * r * cos(angle), y + 0.84 * r * sin(angle))], (214, 50, 50), 0.1)
    canvas.ellipse(x, y, 0.22, fill=(214, 50, 50))


@scene("colour_bars")
def colour_bars(canvas: Canvas, setting: SceneSetting) -> None:
    """A television test card: vertical bars, a circle and a grey ramp, with a scanning line."""
    bars: tuple[Colour, ...] = (
        (235, 235, 235), (235, 235, 16), (16, 235, 235), (16, 235, 16), (235, 16, 235), (235, 16, 16), (16, 16, 235),
    )  # fmt: skip
    light = daylight(setting)
    shift = setting.seed % 7
    for index in range(7):
        colour = light.tint(bars[(index + shift) % 7], 0.6)
        canvas.rectangle(index * 9 / 7, 0, (index + 1) * 9 / 7, 10.4, colour)
        canvas.rectangle(index * 9 / 7, 10.4, (index + 1) * 9 / 7, 11.8, light.tint(bars[(6 - index + shift) % 7], 0.6))
    for index in range(9):
        shade = round(16 + 219 * index / 8)
        canvas.rectangle(index, 11.8, index + 1, 16, light.tint((shade, shade, shade), 0.5))
    if setting.place % 2:
        canvas.arc(4.5, 6.6, 3.6 * setting.size, (0, 360), (250, 250, 250), 0.2)
        canvas.line([(0, 6.6), (9, 6.6)], (250, 250, 250), 0.1, False)
        canvas.line([(4.5, 1.5), (4.5, 11)], (250, 250, 250), 0.1, False)
    scan = (setting.time * 3.5) % 16
    canvas.line([(0, scan), (9, scan)], (250, 250, 250), 0.16, False)
    canvas.rectangle(1.4 + setting.clutter, 12.8, 6.4 + setting.clutter, 14.4, light.sky_top, 0.1)
    canvas.ellipse(2.3 + setting.clutter, 13.6, 0.5, fill=light.sky_bottom)
    canvas.line([(3.4 + setting.clutter, 13.6), (5.8 + setting.clutter, 13.6)], (250, 250, 250), 0.3)


@scene("car_park")
def car_park(canvas: Canvas, setting: SceneSetting) -> None:
    """An empty level of a concrete car park: pillars, white bay lines, an arrow, an open side."""
    light = daylight(setting)
    concrete = light.tint((178, 178, 176), 0.8)
    outdoors(canvas, setting, 6.6)
    canvas.gradient(darken(concrete, 0.35), darken(concrete, 0.2), 0.0, 3.0)
    canvas.rectangle(0, 6.0, 9, 7.2, darken(concrete, 0.1))
    canvas.gradient(darken(concrete, 0.25), concrete, 7.2, 16.0)
    paint = light.tint((250, 250, 246), 0.5)
    for index in range(6):
        far, near = 4.5 + (index - 2.5) * 1.5, 4.5 + (index - 2.5) * 3.4
        canvas.polygon([(far - 0.06, 7.6), (far + 0.06, 7.6), (near + 0.16, 12.6), (near - 0.16, 12.6)], paint)
    canvas.rectangle(0, 7.5, 9, 7.64, paint)
    canvas.rectangle(3.7, 14.2, 6.0, 14.6, paint)
    canvas.polygon([(2.4, 14.4), (3.9, 13.6), (3.9, 15.2)], paint)
    accent = light.tint(setting.accent, 0.5)
    for x in (0.5, 7.6):
        canvas.rectangle(x, 2.4, x + 0.95 * setting.size, 11.4, darken(concrete, 0.12))
        canvas.rectangle(x, 9.4, x + 0.95 * setting.size, 11.4, accent)
        canvas.rectangle(x, 10.0, x + 0.95 * setting.size, 10.4, (240, 210, 60))
    for index in range(3):
        flicker = setting.wave(0.5, index / 3) > -0.9
        canvas.rectangle(
            1.2 + 2.6 * index, 1.2, 2.9 + 2.6 * index, 1.5, (255, 252, 220) if flicker else (180, 180, 170), 0.1
        )
    canvas.rectangle(3.6, 3.0, 5.4, 4.6, (40, 100, 190), 0.15)
    canvas.line([(4.2, 4.3), (4.2, 3.3), (4.7, 3.3), (4.7, 3.8), (4.2, 3.8)], (250, 250, 250), 0.18)
    if setting.clutter > 0.5:
        canvas.ellipse(5.6, 11.0, 0.7, 0.25, fill=darken(concrete, 0.4))


@scene("desk_supplies")
def desk_supplies(canvas: Canvas, setting: SceneSetting) -> None:
    """Paper clips, pencils, a ruler and a sheet of squared paper on a desk, seen from above."""
    light = daylight(setting)
    desks: tuple[Colour, ...] = ((196, 150, 104), (222, 214, 200), (120, 140, 150), (164, 116, 82))
    desk = light.tint(desks[setting.place % 4], 0.6)
    canvas.gradient(lighten(desk, 0.12), darken(desk, 0.1))
    canvas.polygon([(0, 0), (4.5, 0), (2.0, 5.0), (0, 5.5)], mix(desk, light.sky_bottom, 0.55))
    paper = light.tint((250, 250, 246), 0.3)
    canvas.polygon([(1.0, 3.2), (6.4, 2.2), (7.6, 10.0), (2.2, 11.0)], paper)
    for row in range(9):
        canvas.line(
            [(1.3 + 0.13 * row, 4.0 + 0.75 * row), (6.4 + 0.13 * row, 3.05 + 0.75 * row)], (160, 190, 220), 0.06, False
        )
    random = setting.random()
    pencils: tuple[Colour, ...] = (setting.accent, setting.second, (240, 190, 50))
    for index, colour in enumerate(pencils):
        x, y = 1.2 + 1.6 * index + random.random(), 9.4 + 0.9 * index
        dx, dy = 2.9 + 0.4 * random.random(), -3.0 + 1.6 * random.random()
        canvas.line([(x, y), (x + dx, y + dy)], colour, 0.5, False)
        canvas.line([(x + dx, y + dy), (x + 1.12 * dx, y + 1.12 * dy)], (240, 206, 160), 0.36, False)
        canvas.line([(x + 1.12 * dx, y + 1.12 * dy), (x + 1.17 * dx, y + 1.17 * dy)], (50, 46, 50), 0.2)
        canvas.line([(x, y), (x - 0.1 * dx, y - 0.1 * dy)], (240, 140, 150), 0.5, False)
    canvas.polygon([(0.3, 13.0), (8.4, 12.2), (8.5, 13.3), (0.4, 14.1)], (244, 216, 110))
    for mark in range(16):
        x = 0.6 + 0.5 * mark
        canvas.line([(x, 13.0 - 0.05 * mark), (x, 13.3 + 0.14 * (mark % 2) - 0.05 * mark)], (90, 80, 50), 0.06, False)
    for index, (x, y) in enumerate(random.random((5 + round(4 * setting.clutter), 2))):
        _paper_clip(canvas, 6.0 + 2.3 * x - (4.0 if index % 3 == 0 else 0.0), 10.2 + 1.4 * y + (4 if index % 2 else 0))
    shade = 4.5 + 0.8 * setting.wave(3.0)
    canvas.glow(shade, 1.0, 3.0, (255, 224, 150) if light.lamps else (255, 255, 250), 0.4)


def _paper_clip(canvas: Canvas, x: float, y: float) -> None:
    steel: Colour = (124, 132, 146)
    canvas.line(
        [(x, y), (x + 0.75, y), (x + 0.75, y + 0.32), (x - 0.15, y + 0.32), (x - 0.15, y - 0.16), (x + 0.6, y - 0.16)],
        steel,
        0.09,
    )


@scene("voting_booth")
def voting_booth(canvas: Canvas, setting: SceneSetting) -> None:
    """A curtained booth with a shelf, a ballot paper with boxes, a pencil and a ballot box."""
    room(canvas, setting, 12.6)
    light = daylight(setting)
    size = setting.size
    frame = light.tint((120, 128, 142), 0.5)
    canvas.rectangle(1.0, 2.2, 8.0, 14.2, darken(frame, 0.2), 0.15)
    canvas.rectangle(1.4, 3.4, 7.6, 14.0, light.tint((226, 228, 232), 0.4))
    sway = 0.12 * setting.wave(2.2)
    for side in (-1, 1):
        for fold in range(3):
            x = 4.5 + side * (3.1 - 0.5 * fold)
            colour = darken(setting.accent, 0.12 * fold)
            canvas.polygon(
                [
                    (x - 0.3, 3.2),
                    (x + 0.3, 3.2),
                    (x + 0.3 + sway * (3 - fold), 10.2),
                    (x - 0.3 + sway * (3 - fold), 10.2),
                ],
                colour,
            )
    canvas.rectangle(1.0, 2.2, 8.0, 3.5, frame, 0.15)
    for mark in range(3):
        canvas.ellipse(3.0 + 1.5 * mark, 2.85, 0.3, fill=(246, 246, 246))
    paper = (252, 252, 248)
    canvas.polygon(
        [(4.5 - 1.7 * size, 5.0), (4.5 + 1.7 * size, 5.0), (4.5 + 1.9 * size, 10.4), (4.5 - 1.9 * size, 10.4)], paper
    )
    canvas.rectangle(3.3, 5.4, 5.7, 5.75, (70, 76, 90))
    for row in range(4):
        y = 6.5 + 0.95 * row
        canvas.rectangle(3.2, y, 3.8, y + 0.6, (70, 76, 90))
        canvas.rectangle(3.3, y + 0.1, 3.7, y + 0.5, paper)
        canvas.line([(4.2, y + 0.3), (5.8 - 0.3 * (row % 2), y + 0.3)], (150, 154, 164), 0.16)
    canvas.rectangle(0.8, 10.4, 8.2, 11.0, light.tint((176, 128, 84), 0.4))
    tip = (5.3 + 0.3 * setting.wave(1.2), 8.3 + 0.25 * setting.wave(0.8))
    canvas.line([tip, (tip[0] + 1.5, tip[1] - 1.5)], setting.second, 0.26)
    canvas.rectangle(2.8, 12.2, 6.2, 15.2, light.tint((90, 110, 150), 0.4), 0.1)
    canvas.rectangle(3.7, 12.4, 5.3, 12.7, (30, 34, 44))
    canvas.polygon([(3.9, 11.5), (5.1, 11.5), (5.1, 12.55), (3.9, 12.55)], paper)
    canvas.polygon([(4.0, 13.8), (4.35, 14.5), (5.2, 13.3), (4.35, 14.1)], (250, 250, 250))
