"""Small things that scenes share: plants, furniture, vessels, symbols.

Unless a docstring says otherwise, ``(x, y)`` is the middle of the thing's lowest edge (where it stands),
``height`` is its full height in scene units, and everything else follows in proportion.
"""

from __future__ import annotations

import math

from valuespectrum.reference.painting.backgrounds import daylight
from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten, mix

WHITE: Colour = (250, 250, 247)
BLACK: Colour = (34, 36, 44)
GREY: Colour = (150, 156, 166)
WOOD: Colour = (150, 98, 58)
GOLD: Colour = (240, 190, 50)
RED: Colour = (214, 58, 52)
GREEN: Colour = (70, 146, 74)
CREAM: Colour = (246, 232, 204)
FLAME: Colour = (255, 176, 54)


def in_light(colour: Colour, setting: SceneSetting) -> Colour:
    """A colour as it looks outdoors at the setting's time of day."""
    return daylight(setting).tint(colour, 0.8)


def tree(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Broad-leaved tree whose crown sways a little."""
    leaves = in_light(GREEN, setting)
    canvas.polygon(
        [
            (x - 0.06 * height, y),
            (x - 0.03 * height, y - 0.6 * height),
            (x + 0.03 * height, y - 0.6 * height),
            (x + 0.06 * height, y),
        ],
        in_light(WOOD, setting),
    )
    sway = 0.012 * height * setting.wave(3.0, x / 9)
    for dx, dy, radius, shade in (
        (-0.17, 0.5, 0.17, 0.12),
        (0.17, 0.52, 0.17, 0.12),
        (0.0, 0.48, 0.19, 0.0),
        (0.0, 0.78, 0.22, 0.0),
    ):
        canvas.ellipse(x + dx * height + sway, y - dy * height, radius * height, fill=darken(leaves, shade))
    canvas.ellipse(x - 0.06 * height + sway, y - 0.84 * height, 0.11 * height, fill=lighten(leaves, 0.15))


def pine(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Conifer of three stacked triangles."""
    leaves = in_light((46, 112, 84), setting)
    canvas.rectangle(x - 0.04 * height, y - 0.2 * height, x + 0.04 * height, y, in_light(WOOD, setting))
    for low, top, half in ((0.12, 0.55, 0.26), (0.36, 0.78, 0.21), (0.6, 1.0, 0.15)):
        canvas.polygon(
            [(x - half * height, y - low * height), (x, y - top * height), (x + half * height, y - low * height)],
            leaves,
        )
        leaves = lighten(leaves, 0.08)


def palm(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Palm tree with leaves moving in the wind."""
    trunk, leaf = in_light(WOOD, setting), in_light((58, 150, 86), setting)
    top = (x + 0.1 * height, y - 0.82 * height)
    canvas.line([(x, y), (x + 0.03 * height, y - 0.45 * height), top], trunk, 0.06 * height)
    for index, angle in enumerate((-165, -130, -90, -50, -15, 20, 160)):
        turn = math.radians(angle + 4 * setting.wave(2.2, index / 7))
        tip = (top[0] + 0.36 * height * math.cos(turn), top[1] + 0.3 * height * math.sin(turn) + 0.1 * height)
        bend = (top[0] + 0.2 * height * math.cos(turn), top[1] + 0.24 * height * math.sin(turn) - 0.02 * height)
        canvas.polygon(
            [
                (top[0], top[1] - 0.03 * height),
                bend,
                tip,
                (bend[0], bend[1] + 0.08 * height),
                (top[0], top[1] + 0.03 * height),
            ],
            leaf,
        )


def flag(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Pole with a two-coloured flag that waves to the right."""
    canvas.line([(x, y), (x, y - height)], in_light(GREY, setting), 0.04 * height)
    length, depth, steps = 0.62 * height, 0.36 * height, 8
    edge = [
        (x + length * i / steps, y - height + 0.035 * height * (i / steps) * setting.wave(0.9, -i / steps))
        for i in range(steps + 1)
    ]
    for colour, top, low in ((setting.accent, 0.0, 0.5), (setting.second, 0.5, 1.0)):
        upper = [(px, py + depth * top) for px, py in edge]
        lower = [(px, py + depth * low) for px, py in reversed(edge)]
        canvas.polygon(upper + lower, in_light(colour, setting))


def table(canvas: Canvas, x: float, y: float, height: float, width: float, colour: Colour = WOOD) -> None:
    """Table seen from the front; ``width`` is that of its top."""
    for side in (-1, 1):
        edge = x + side * (width / 2 - 0.25)
        canvas.rectangle(edge - 0.12, y - height, edge + 0.12, y, darken(colour, 0.25))
    canvas.rectangle(x - width / 2, y - height, x + width / 2, y - height + 0.3, colour, 0.08)


def chair(canvas: Canvas, x: float, y: float, height: float, colour: Colour = WOOD) -> None:
    """Chair seen from the side, its back on the left."""
    seat, half = y - 0.45 * height, 0.25 * height
    for edge in (x - half, x + half):
        canvas.line([(edge, seat), (edge, y)], darken(colour, 0.2), 0.07 * height)
    canvas.line([(x - half, seat), (x - half, y - height)], colour, 0.08 * height)
    canvas.rectangle(
        x - half - 0.04 * height, seat - 0.04 * height, x + half + 0.04 * height, seat + 0.05 * height, colour
    )


def bench(canvas: Canvas, x: float, y: float, height: float, colour: Colour = WOOD) -> None:
    """Park bench seen from the front, more than twice as wide as high."""
    half = 1.15 * height
    for side in (-1, 1):
        canvas.rectangle(
            x + side * 0.8 * half - 0.06 * height, y - height, x + side * 0.8 * half + 0.06 * height, y, BLACK
        )
    for low, top in ((0.4, 0.52), (0.62, 0.76), (0.84, 0.98)):
        canvas.rectangle(x - half, y - top * height, x + half, y - low * height, colour, 0.03)


def car(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Family car seen from the side, with turning wheels."""
    body, half = in_light(setting.accent, setting), 1.25 * height
    canvas.polygon(
        [
            (x - 0.75 * half, y - 0.55 * height),
            (x - 0.5 * half, y - height),
            (x + 0.3 * half, y - height),
            (x + 0.62 * half, y - 0.55 * height),
        ],
        body,
    )
    glass = [
        (x - 0.6 * half, y - 0.58 * height),
        (x - 0.44 * half, y - 0.9 * height),
        (x + 0.26 * half, y - 0.9 * height),
        (x + 0.48 * half, y - 0.58 * height),
    ]
    canvas.polygon(glass, (176, 210, 228))
    canvas.rectangle(x - half, y - 0.6 * height, x + half, y - 0.18 * height, body, 0.12 * height)
    for side in (-0.58, 0.58):
        wheel(canvas, x + side * half, y - 0.21 * height, 0.21 * height, setting)


def wheel(canvas: Canvas, x: float, y: float, radius: float, setting: SceneSetting) -> None:
    """Tyre with spokes that turn; ``(x, y)`` is the hub."""
    canvas.ellipse(x, y, radius, fill=BLACK)
    canvas.ellipse(x, y, 0.6 * radius, fill=(190, 194, 200))
    for spoke in range(3):
        turn = setting.time * 5 + spoke * math.pi / 3
        dx, dy = 0.55 * radius * math.cos(turn), 0.55 * radius * math.sin(turn)
        canvas.line([(x - dx, y - dy), (x + dx, y + dy)], (110, 114, 122), 0.12 * radius, rounded=False)


def candle(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Burning candle with a flickering flame and a soft light."""
    half = max(0.06, 0.11 * height)
    canvas.glow(x, y - 0.85 * height, 0.8 * height, (255, 206, 110), 0.55)
    canvas.rectangle(x - half, y - 0.68 * height, x + half, y, CREAM, 0.3 * half)
    flame(canvas, x, y - 0.7 * height, 0.32 * height, setting)


def flame(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Flickering flame."""
    lean = 0.14 * height * setting.wave(0.7, x) + 0.06 * height * setting.wave(0.31, x)
    tall = height * (1 + 0.08 * setting.wave(0.43, x))
    for colour, part in ((FLAME, 1.0), ((255, 238, 170), 0.55)):
        half = 0.28 * height * part
        canvas.polygon(
            [
                (x - half, y - 0.28 * tall * part),
                (x + lean * part, y - tall * part),
                (x + half, y - 0.28 * tall * part),
            ],
            colour,
        )
        canvas.ellipse(x, y - 0.24 * tall * part, half, 0.24 * tall * part, colour)


def bird(canvas: Canvas, x: float, y: float, size: float, setting: SceneSetting, colour: Colour = BLACK) -> None:
    """Distant flying bird with beating wings; ``(x, y)`` is its body, ``size`` its wing span."""
    lift = size * (0.22 + 0.16 * setting.wave(0.6, x / 3))
    for side in (-1, 1):
        canvas.line(
            [(x, y), (x + side * 0.25 * size, y - lift), (x + side * 0.5 * size, y - 0.5 * lift)], colour, 0.09 * size
        )


def songbird(
    canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting, colour: Colour = (70, 130, 200)
) -> None:
    """Small perching bird that looks right and nods."""
    nod = 0.06 * height * setting.wave(0.8, x)
    canvas.polygon(
        [
            (x - 0.35 * height, y - 0.35 * height),
            (x - 1.0 * height, y - 0.2 * height),
            (x - 0.35 * height, y - 0.55 * height),
        ],
        darken(colour),
    )
    canvas.ellipse(x, y - 0.4 * height, 0.48 * height, 0.36 * height, colour)
    canvas.ellipse(x + 0.1 * height, y - 0.34 * height, 0.3 * height, 0.22 * height, lighten(colour, 0.5))
    canvas.ellipse(x + 0.32 * height, y - 0.74 * height + nod, 0.27 * height, fill=colour)
    canvas.polygon(
        [
            (x + 0.55 * height, y - 0.8 * height + nod),
            (x + 0.85 * height, y - 0.7 * height + nod),
            (x + 0.55 * height, y - 0.64 * height + nod),
        ],
        FLAME,
    )
    canvas.ellipse(x + 0.38 * height, y - 0.8 * height + nod, 0.06 * height, fill=BLACK)


def flower(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting, colour: Colour = RED) -> None:
    """Flower with five petals, swaying on its stem."""
    head = (x + 0.06 * height * setting.wave(2.0, x), y - 0.8 * height)
    canvas.line([(x, y), head], in_light(GREEN, setting), 0.07 * height)
    for petal in range(5):
        turn = 2 * math.pi * petal / 5
        canvas.ellipse(
            head[0] + 0.14 * height * math.cos(turn),
            head[1] + 0.14 * height * math.sin(turn),
            0.11 * height,
            fill=in_light(colour, setting),
        )
    canvas.ellipse(*head, 0.09 * height, fill=GOLD)


def umbrella(canvas: Canvas, x: float, y: float, height: float, colour: Colour, second: Colour) -> None:
    """Open umbrella; ``(x, y)`` is the lower end of its stick, ``height`` from there to the tip."""
    radius = 0.72 * height
    top = y - height
    canvas.line([(x, y), (x, top)], BLACK, 0.04 * height)
    canvas.pie(x, top + radius, radius, (180, 360), colour)
    canvas.polygon([(x, top), (x - 0.34 * radius, top + radius), (x + 0.34 * radius, top + radius)], second)
    canvas.line([(x, top), (x, top - 0.06 * height)], BLACK, 0.05 * height)


def parasol(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Sunshade of a beach or a garden, striped in the setting's colours."""
    half, top = 0.55 * height, y - height
    canvas.line([(x, y), (x, top)], in_light(WHITE, setting), 0.03 * height)
    edges = [x + half * (2 * i / 5 - 1) for i in range(6)]
    for index in range(5):
        colour = setting.accent if index % 2 == 0 else WHITE
        canvas.polygon(
            [(x, top), (edges[index], y - 0.68 * height), (edges[index + 1], y - 0.68 * height)],
            in_light(colour, setting),
        )


def globe(canvas: Canvas, x: float, y: float, radius: float, setting: SceneSetting) -> None:
    """The earth, slowly turning; ``(x, y)`` is its centre."""
    sea, land = (58, 134, 206), (86, 170, 88)
    canvas.ellipse(x, y, radius, fill=sea)
    for longitude, latitude, size in (
        (0.0, 0.35, 0.34),
        (0.5, -0.15, 0.3),
        (2.1, 0.3, 0.36),
        (2.5, -0.4, 0.2),
        (4.0, 0.1, 0.34),
        (5.1, -0.35, 0.24),
    ):
        turn = longitude + 0.5 * setting.time
        if math.cos(turn) > 0.05:
            height = math.cos(latitude * 1.2)
            canvas.ellipse(
                x + 0.72 * radius * math.sin(turn) * height,
                y - latitude * 1.5 * radius,
                size * radius * (0.35 + 0.65 * math.cos(turn)),
                size * radius * 0.9,
                land,
            )
    for latitude in (0.93, -0.93):
        canvas.ellipse(x, y - latitude * radius, 0.32 * radius, 0.07 * radius, WHITE)


def star(canvas: Canvas, x: float, y: float, radius: float, colour: Colour = GOLD) -> None:
    """Five-pointed star; ``(x, y)`` is its centre."""
    points: list[Point] = []
    for corner in range(10):
        turn = math.pi * corner / 5 - math.pi / 2
        reach = radius if corner % 2 == 0 else 0.42 * radius
        points.append((x + reach * math.cos(turn), y + reach * math.sin(turn)))
    canvas.polygon(points, colour)


def heart(canvas: Canvas, x: float, y: float, size: float, colour: Colour = RED) -> None:
    """Heart; ``(x, y)`` is its centre, ``size`` its width."""
    for side in (-1, 1):
        canvas.ellipse(x + side * 0.24 * size, y - 0.16 * size, 0.27 * size, fill=colour)
    canvas.polygon(
        [(x - 0.485 * size, y - 0.04 * size), (x + 0.485 * size, y - 0.04 * size), (x, y + 0.52 * size)], colour
    )


def medal(canvas: Canvas, x: float, y: float, radius: float, ribbon: Colour = RED) -> None:
    """Gold medal on a ribbon; ``(x, y)`` is the disc's centre."""
    canvas.polygon(
        [
            (x - 1.3 * radius, y - 2.8 * radius),
            (x - 0.6 * radius, y - 2.8 * radius),
            (x + 0.3 * radius, y),
            (x - 0.3 * radius, y),
        ],
        ribbon,
    )
    canvas.polygon(
        [
            (x + 1.3 * radius, y - 2.8 * radius),
            (x + 0.6 * radius, y - 2.8 * radius),
            (x - 0.3 * radius, y),
            (x + 0.3 * radius, y),
        ],
        darken(ribbon, 0.15),
    )
    canvas.ellipse(x, y, radius, fill=GOLD)
    star(canvas, x, y, 0.65 * radius, lighten(GOLD, 0.5))


def cup(canvas: Canvas, x: float, y: float, height: float, colour: Colour = GOLD) -> None:
    """Trophy with two handles on a dark foot."""
    for side in (-1, 1):
        canvas.arc(
            x + side * 0.36 * height, y - 0.76 * height, 0.17 * height, (0, 360), darken(colour, 0.15), 0.06 * height
        )
    canvas.rectangle(x - 0.26 * height, y - 0.13 * height, x + 0.26 * height, y, (86, 58, 44))
    canvas.polygon(
        [
            (x - 0.2 * height, y - 0.12 * height),
            (x - 0.05 * height, y - 0.36 * height),
            (x + 0.05 * height, y - 0.36 * height),
            (x + 0.2 * height, y - 0.12 * height),
        ],
        darken(colour, 0.12),
    )
    canvas.pie(x, y - 0.7 * height, 0.38 * height, (0, 180), colour)
    canvas.rectangle(x - 0.38 * height, y - height, x + 0.38 * height, y - 0.69 * height, colour)
    canvas.rectangle(
        x - 0.24 * height, y - 0.94 * height, x - 0.14 * height, y - 0.6 * height, lighten(colour, 0.6), 0.04 * height
    )


def book(canvas: Canvas, x: float, y: float, width: float, colour: Colour = RED) -> None:
    """Open book seen from the reader's opposite; ``(x, y)`` is the lower end of its spine."""
    depth = 0.55 * width
    for side in (-1, 1):
        edge = x + side * width / 2
        canvas.polygon(
            [(x, y), (edge, y - 0.16 * width), (edge, y - 0.16 * width - depth), (x, y - depth)],
            colour if side < 0 else darken(colour, 0.15),
        )
        inner = x + side * width * 0.47
        canvas.polygon(
            [
                (x, y - depth),
                (inner, y - depth - 0.13 * width),
                (inner, y - depth - 0.18 * width),
                (x, y - depth - 0.08 * width),
            ],
            WHITE,
        )


def cake(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Two-tiered cake with icing and three burning candles."""
    icing = lighten(setting.accent, 0.55)
    for low, top, half in ((0.0, 0.36, 0.55), (0.34, 0.62, 0.38)):
        canvas.rectangle(
            x - half * height, y - top * height, x + half * height, y - low * height, (196, 132, 84), 0.04 * height
        )
        canvas.rectangle(
            x - half * height, y - top * height, x + half * height, y - (top - 0.13) * height, icing, 0.04 * height
        )
    for dx in (-0.2, 0.0, 0.2):
        canvas.rectangle(x + (dx - 0.025) * height, y - 0.8 * height, x + (dx + 0.025) * height, y - 0.6 * height, RED)
        flame(canvas, x + dx * height, y - 0.8 * height, 0.2 * height, setting)


def bag(canvas: Canvas, x: float, y: float, height: float, colour: Colour = (206, 168, 116)) -> None:
    """Shopping bag of paper with greens and bread sticking out."""
    half = 0.34 * height
    canvas.line([(x + 0.1 * height, y - 0.5 * height), (x + 0.26 * height, y - height)], (220, 170, 96), 0.13 * height)
    for dx in (-0.2, -0.04):
        canvas.ellipse(x + dx * height, y - 0.76 * height, 0.13 * height, 0.16 * height, (88, 168, 80))
    canvas.ellipse(x + 0.1 * height, y - 0.74 * height, 0.1 * height, fill=RED)
    canvas.polygon(
        [(x - half, y - 0.7 * height), (x + half, y - 0.7 * height), (x + 0.85 * half, y), (x - 0.85 * half, y)], colour
    )
    canvas.polygon(
        [(x + 0.4 * half, y - 0.7 * height), (x + half, y - 0.7 * height), (x + 0.85 * half, y), (x + 0.4 * half, y)],
        darken(colour, 0.15),
    )


def lamp(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """Standing or table lamp, lit at sunset and at night."""
    lit = setting.time_of_day in ("sunset", "night")
    if lit:
        canvas.glow(x, y - 0.8 * height, 0.9 * height, (255, 214, 130), 0.6)
    canvas.line([(x, y), (x, y - 0.7 * height)], (96, 84, 78), 0.05 * height)
    canvas.rectangle(x - 0.16 * height, y - 0.05 * height, x + 0.16 * height, y, (96, 84, 78), 0.02 * height)
    shade = (255, 226, 150) if lit else lighten(setting.second, 0.35)
    canvas.polygon(
        [
            (x - 0.14 * height, y - height),
            (x + 0.14 * height, y - height),
            (x + 0.25 * height, y - 0.66 * height),
            (x - 0.25 * height, y - 0.66 * height),
        ],
        shade,
    )


def lantern(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting, colour: Colour = RED) -> None:
    """Round paper lantern, glowing from inside; ``(x, y)`` is its centre."""
    canvas.glow(x, y, 1.1 * height, (255, 190, 90), 0.5)
    canvas.ellipse(x, y, 0.46 * height, 0.42 * height, colour)
    canvas.ellipse(x, y, 0.24 * height, 0.41 * height, mix(colour, (255, 220, 120), 0.45 + 0.1 * setting.wave(1.1, x)))
    for edge in (-0.42, 0.42):
        canvas.rectangle(
            x - 0.2 * height, y + (edge - 0.06) * height, x + 0.2 * height, y + (edge + 0.06) * height, (120, 60, 40)
        )


def pot_plant(canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting) -> None:
    """House plant in a pot."""
    for index, lean in enumerate((-0.3, -0.15, 0.0, 0.15, 0.3)):
        tip = (x + lean * height * (1 + 0.06 * setting.wave(3.0, index / 5)), y - height * (1 - abs(lean) * 0.8))
        canvas.line([(x, y - 0.3 * height), tip], darken(GREEN, 0.1 * (index % 2)), 0.1 * height)
    canvas.polygon(
        [
            (x - 0.2 * height, y - 0.36 * height),
            (x + 0.2 * height, y - 0.36 * height),
            (x + 0.14 * height, y),
            (x - 0.14 * height, y),
        ],
        (196, 104, 70),
    )


def smoke(
    canvas: Canvas, x: float, y: float, height: float, setting: SceneSetting, colour: Colour = (222, 224, 228)
) -> None:
    """Thin plume that rises from ``(x, y)`` and curls with time."""
    for puff in range(6):
        share = (puff / 6 + setting.time * 0.3) % 1.0
        canvas.glow(
            x + 0.14 * height * share * math.sin(6 * share + setting.time),
            y - share * height,
            height * (0.1 + 0.14 * share),
            colour,
            0.95 * (1 - share),
        )
