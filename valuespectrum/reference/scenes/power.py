"""Drawings of the power kinds: gold, heights, expensive things and people who look down on others."""

from __future__ import annotations

from valuespectrum.reference.backgrounds import daylight, outdoors, sky
from valuespectrum.reference.canvas import HEIGHT_UNITS, WIDTH_UNITS, Canvas, Colour, Setting, darken, lighten, mix
from valuespectrum.reference.scenes import scene

GOLD: Colour = (244, 190, 44)
GOLD_LIGHT: Colour = (255, 228, 120)
GOLD_DARK: Colour = (186, 130, 20)


@scene("sports_car")
def sports_car(canvas: Canvas, setting: Setting) -> None:
    """A low sports car, seen from the side, in front of a white villa with columns and palms."""
    light = daylight(setting)
    outdoors(canvas, setting, 10.2)
    _villa(canvas, setting, 10.3)
    canvas.gradient(light.tint((150, 152, 160)), light.tint((108, 110, 118)), 11.6, 15.2)
    for column in range(-1, 6):
        canvas.rectangle(column * 2.0, 14.7, column * 2.0 + 1.0, 14.85, light.tint((240, 240, 240)))
    _car(canvas, setting, 4.5, 13.9 + 0.03 * setting.wave(0.5), 1.1 * setting.size)


def _villa(canvas: Canvas, setting: Setting, base: float) -> None:
    light = daylight(setting)
    wall, pane = light.tint((252, 248, 238)), (255, 222, 130) if light.lamps else light.tint((128, 184, 214))
    canvas.rectangle(1.0, base - 4.4, 8.0, base + 0.4, wall)
    canvas.rectangle(2.6, base - 6.4, 6.4, base - 4.2, wall)
    canvas.rectangle(0.7, base - 4.6, 8.3, base - 4.2, light.tint((222, 208, 186)))
    canvas.rectangle(2.3, base - 6.7, 6.7, base - 6.3, light.tint((222, 208, 186)))
    for x in (3.0, 4.1, 5.2):
        canvas.rectangle(x, base - 6.0, x + 0.8, base - 4.8, pane)
    for x in (1.5, 2.75, 5.45, 6.7):
        canvas.rectangle(x, base - 3.6, x + 0.85, base - 0.4, pane)
    canvas.rectangle(3.95, base - 3.2, 5.05, base + 0.4, light.tint(darken(setting.second, 0.3)))
    for x in (1.1, 2.4, 3.65, 5.1, 6.35, 7.6):
        canvas.rectangle(x, base - 4.2, x + 0.26, base + 0.4, light.tint((234, 226, 212)))
    for x, lean in ((0.45, 0.25), (8.5, -0.25)):
        _palm(canvas, setting, x, base + 0.5, lean)


def _palm(canvas: Canvas, setting: Setting, x: float, base: float, lean: float) -> None:
    light = daylight(setting)
    top_x, top_y = x + lean, base - 5.2
    canvas.line([(x, base), (x + lean * 0.3, base - 2.6), (top_x, top_y)], light.tint((140, 102, 66)), 0.3)
    sway = 0.12 * setting.wave(3.0)
    for reach, drop in ((-1.7, 0.9), (-1.4, -0.3), (1.4, -0.3), (1.7, 0.9), (-0.7, -1.1), (0.7, -1.1)):
        tip = (top_x + reach + sway, top_y + drop)
        bend = (top_x + reach * 0.5, top_y + drop * 0.3 - 0.5)
        low = (top_x + reach * 0.45, top_y + drop * 0.35 + 0.05)
        canvas.polygon([(top_x, top_y - 0.1), bend, tip, low], light.tint((58, 146, 74)))


def _car(canvas: Canvas, setting: Setting, x: float, base: float, scale: float) -> None:
    light = daylight(setting)
    paint = light.tint(setting.accent, 0.5)

    def place(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x + px * scale, base + py * scale) for px, py in points]

    canvas.ellipse(x, base + 0.12, 3.9 * scale, 0.28, fill=light.tint((70, 72, 80)))
    body = [(-3.7, -0.3), (-3.75, -0.95), (-3.3, -1.25), (-2.2, -1.4), (-0.9, -2.25), (0.6, -2.3), (1.7, -1.55)]
    canvas.polygon(place([*body, (3.1, -1.25), (3.75, -0.75), (3.7, -0.3)]), paint)
    canvas.polygon(place([(-0.95, -2.05), (-0.05, -2.1), (-0.05, -1.45), (-1.95, -1.45)]), light.tint((60, 84, 110)))
    canvas.polygon(place([(0.15, -2.1), (0.6, -2.08), (1.45, -1.45), (0.15, -1.45)]), light.tint((60, 84, 110)))
    canvas.polygon(place([(-3.95, -1.75), (-3.0, -1.75), (-3.1, -1.55), (-3.9, -1.55)]), darken(paint, 0.25))
    canvas.line(place([(-3.45, -1.6), (-3.2, -1.2)]), darken(paint, 0.25), 0.14 * scale)
    canvas.line(place([(-3.4, -0.75), (3.5, -0.75)]), lighten(paint, 0.45), 0.1 * scale)
    if light.lamps:
        glow_x, glow_y = place([(3.7, -0.9)])[0]
        canvas.glow(glow_x, glow_y, 1.2, (255, 240, 180), 0.9)
    canvas.polygon(place([(2.95, -1.15), (3.6, -0.85), (3.1, -0.85)]), (255, 246, 200))
    canvas.polygon(place([(-3.7, -1.0), (-3.3, -1.05), (-3.35, -0.85), (-3.7, -0.85)]), (230, 40, 40))
    for wheel in (-2.3, 2.35):
        wheel_x, wheel_y = place([(wheel, -0.35)])[0]
        canvas.ellipse(wheel_x, wheel_y, 0.78 * scale, fill=(34, 34, 40))
        canvas.ellipse(wheel_x, wheel_y, 0.48 * scale, fill=(206, 210, 218))
        for spoke in range(5):
            start = setting.time * 200 + spoke * 72
            canvas.pie(wheel_x, wheel_y, 0.44 * scale, start, start + 30, (110, 114, 124))
    canvas.line(place([(-1.35, -1.35), (-1.2, -0.45), (1.2, -0.45)]), darken(paint, 0.3), 0.05)


@scene("gold_vault")
def gold_vault(canvas: Canvas, setting: Setting) -> None:
    """A steel vault with an open round door, gold bars in a pyramid and heaps of coins."""
    light = daylight(setting)
    steel = light.tint(mix((128, 140, 156), setting.second, 0.15), 0.5)
    canvas.gradient(lighten(steel, 0.1), darken(steel, 0.2), 0, 11.4)
    canvas.gradient(darken(steel, 0.4), darken(steel, 0.55), 11.4, HEIGHT_UNITS)
    for row in range(6):
        for column in range(5):
            left, top = 0.1 + column * 1.8, 0.2 + row * 1.85
            canvas.rectangle(left, top, left + 1.6, top + 1.65, darken(steel, 0.14), 0.12)
            canvas.ellipse(left + 0.8, top + 0.85, 0.16, fill=lighten(steel, 0.35))
    _vault_window(canvas, setting)
    _vault_door(canvas, setting, 4.5, 5.6, 2.7 * setting.size, steel)
    canvas.glow(4.5, 11.6, 4.2, (255, 220, 110), 0.55)
    _coins(canvas, setting)
    _gold_bars(canvas, 4.5, 14.7, 0.96 * setting.size)
    _sparkles(canvas, setting)


def _vault_window(canvas: Canvas, setting: Setting) -> None:
    light = daylight(setting)
    canvas.rectangle(0.5, 0.5, 8.5, 1.9, (60, 64, 74), 0.15)
    canvas.gradient(light.sky_top, light.sky_bottom, 0.65, 1.75)
    canvas.rectangle(0, 0.6, 0.65, 1.8, (60, 64, 74))
    canvas.rectangle(8.35, 0.6, WIDTH_UNITS, 1.8, (60, 64, 74))
    if light.lamps:
        canvas.ellipse(7.3, 1.2, 0.36, fill=(248, 244, 216))
    else:
        canvas.ellipse(7.3, 1.6 if setting.time_of_day == "sunset" else 1.2, 0.36, fill=(255, 232, 130))
    for bar in range(7):
        canvas.rectangle(1.2 + bar * 1.08, 0.6, 1.34 + bar * 1.08, 1.8, (60, 64, 74))


def _vault_door(canvas: Canvas, setting: Setting, x: float, y: float, radius: float, steel: Colour) -> None:
    canvas.ellipse(x, y, radius * 1.12, fill=darken(steel, 0.45))
    canvas.ellipse(x, y, radius, fill=lighten(steel, 0.35))
    canvas.ellipse(x, y, radius * 0.82, fill=lighten(steel, 0.15))
    angle = setting.time * 40
    for spoke in range(0, 360, 45):
        canvas.pie(x, y, radius * 0.97, angle + spoke - 3, angle + spoke + 3, darken(steel, 0.25))
    canvas.ellipse(x, y, radius * 0.7, fill=lighten(steel, 0.3))
    for spoke in range(0, 360, 60):
        canvas.pie(x, y, radius * 0.55, angle + spoke - 8, angle + spoke + 8, darken(steel, 0.5))
    canvas.arc(x, y, radius * 0.58, 0, 360, darken(steel, 0.5), 0.18)
    canvas.ellipse(x, y, radius * 0.18, fill=GOLD)


def _gold_bars(canvas: Canvas, x: float, base: float, scale: float) -> None:
    for row in range(4):
        count, top = 4 - row, base - (row + 1) * 0.98 * scale
        for bar in range(count):
            left = x + (bar - count / 2) * 1.9 * scale
            right, bottom = left + 1.8 * scale, top + 0.94 * scale
            inset = 0.26 * scale
            canvas.polygon([(left, bottom), (left + inset, top), (right - inset, top), (right, bottom)], GOLD)
            canvas.polygon(
                [(left + inset, top), (right - inset, top), (right - inset * 1.3, top + 0.2), (left + inset * 1.3, top + 0.2)],
                GOLD_LIGHT,
            )
            canvas.line([(left, bottom), (right, bottom)], GOLD_DARK, 0.07)
            canvas.line([(right, bottom), (right - inset, top)], GOLD_DARK, 0.07)


def _coins(canvas: Canvas, setting: Setting) -> None:
    random = setting.random()
    for pile, height in ((0.7, 2.6), (8.3, 2.2)):
        canvas.polygon([(pile - 2.6, HEIGHT_UNITS), (pile, 15.2 - height), (pile + 2.6, HEIGHT_UNITS)], GOLD_DARK)
        for across, up in random.random((26, 2)):
            y = 16 - up * (height + 0.4)
            reach = 2.3 * (1 - up * 0.85)
            coin_x = pile + (across * 2 - 1) * reach
            canvas.ellipse(coin_x, y, 0.34, 0.2, fill=GOLD_DARK)
            canvas.ellipse(coin_x, y - 0.06, 0.32, 0.17, fill=GOLD if across < 0.6 else GOLD_LIGHT)
    for stack in range(2 + round(3 * setting.clutter)):
        x = 1.4 + stack * 1.5
        for coin in range(2 + stack % 3):
            canvas.ellipse(x, 15.7 - coin * 0.16, 0.36, 0.16, fill=GOLD_DARK)
            canvas.ellipse(x, 15.64 - coin * 0.16, 0.36, 0.15, fill=GOLD_LIGHT)


def _sparkles(canvas: Canvas, setting: Setting) -> None:
    for index, (x, y) in enumerate(setting.random().random((7, 2))):
        size = 0.34 * max(0.0, setting.wave(1.6, index / 7))
        centre_x, centre_y = 1 + 7 * x, 11 + 4 * y
        if size > 0.05:
            for reach_x, reach_y in ((size, size * 0.18), (size * 0.18, size)):
                canvas.ellipse(centre_x, centre_y, reach_x, reach_y, fill=(255, 252, 226))


@scene("private_yacht")
def private_yacht(canvas: Canvas, setting: Setting) -> None:
    """A white yacht with three decks on the sea, a helicopter hovering above its stern."""
    light = daylight(setting)
    horizon = 9.6
    sky(canvas, setting, horizon)
    sea = light.tint((28, 120, 176))
    _shore(canvas, setting, horizon)
    canvas.gradient(mix(sea, light.sky_bottom, 0.3), darken(sea, 0.3), horizon, HEIGHT_UNITS)
    bob = 0.1 * setting.wave(2.6)
    _yacht(canvas, setting, 4.5, 12.6 + bob, setting.size)
    _helicopter(canvas, setting, 3.2 + 0.35 * setting.wave(4.0), 4.4 + 0.15 * setting.wave(1.7), setting.size)
    for row in range(5):
        y = 12.9 + row * 0.7
        points = [(x * 0.5 - 0.5, y + 0.09 * (-1) ** x + 0.06 * setting.wave(2.0, row / 5)) for x in range(21)]
        canvas.line(points, mix(sea, (255, 255, 255), 0.4 - row * 0.07), 0.1, False)


def _shore(canvas: Canvas, setting: Setting, horizon: float) -> None:
    light = daylight(setting)
    rock = mix(light.tint((110, 130, 128)), light.sky_bottom, 0.35)
    if setting.place % 2:
        canvas.polygon([(5.6, horizon), (7.0, horizon - 1.6), (8.0, horizon - 1.0), (9.4, horizon - 2.3), (9.6, horizon)], rock)
    else:
        canvas.polygon([(-0.5, horizon), (-0.2, horizon - 1.8), (1.4, horizon - 0.8), (3.2, horizon)], rock)


def _yacht(canvas: Canvas, setting: Setting, x: float, base: float, scale: float) -> None:
    light = daylight(setting)
    white, pane = light.tint((252, 252, 255), 0.6), (255, 224, 130) if light.lamps else light.tint((44, 66, 96))
    shade = darken(white, 0.12)

    def place(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x + px * scale, base + py * scale) for px, py in points]

    canvas.polygon(place((-3.9, -1.6), (4.3, -1.9), (2.9, 0.7), (-3.5, 0.7)), white)
    canvas.polygon(place((-3.6, 0.15), (3.2, 0.15), (2.9, 0.7), (-3.5, 0.7)), light.tint(setting.accent, 0.5))
    canvas.polygon(place((-3.4, -1.6), (-3.2, -2.9), (1.9, -2.9), (2.9, -1.75)), shade)
    canvas.polygon(place((-2.6, -2.9), (-2.3, -4.0), (1.0, -4.0), (1.9, -2.9)), white)
    canvas.polygon(place((-1.7, -4.0), (-1.4, -4.9), (0.3, -4.9), (0.9, -4.0)), shade)
    canvas.polygon(place((-2.9, -2.1), (-2.85, -2.55), (1.8, -2.55), (2.2, -2.1)), pane)
    canvas.polygon(place((-2.0, -3.2), (-1.95, -3.65), (0.95, -3.65), (1.3, -3.2)), pane)
    canvas.polygon(place((-1.2, -4.25), (-1.15, -4.6), (0.2, -4.6), (0.45, -4.25)), pane)
    for porthole in range(6):
        port_x, port_y = place((-2.8 + porthole * 0.95, -0.7))[0]
        canvas.ellipse(port_x, port_y, 0.2 * scale, fill=pane)
    canvas.line(place((-0.7, -4.9), (-0.9, -6.0)), shade, 0.14)
    canvas.line(place((2.0, -1.85), (4.15, -2.5)), shade, 0.06)
    mast, flag = place((-3.7, -1.6), (-3.9, -3.0))
    canvas.line([mast, flag], shade, 0.08)
    flutter = 0.12 * setting.wave(0.8)
    left, top = flag
    canvas.polygon(
        [(left, top), (left - 0.9, top + 0.1 + flutter), (left - 0.9, top + 0.65 + flutter), (left + 0.08, top + 0.6)],
        light.tint(setting.second, 0.4),
    )


def _helicopter(canvas: Canvas, setting: Setting, x: float, y: float, scale: float) -> None:
    light = daylight(setting)
    paint = light.tint(setting.accent, 0.4)
    canvas.polygon(
        [(x + 0.3, y - 0.3), (x + 2.5 * scale, y - 0.5), (x + 2.5 * scale, y - 0.3), (x + 0.3, y + 0.35)], paint
    )
    canvas.polygon([(x + 2.2 * scale, y - 0.4), (x + 2.7 * scale, y - 1.1), (x + 2.75 * scale, y - 0.35)], darken(paint, 0.2))
    canvas.ellipse(x, y, 1.15 * scale, 0.75 * scale, fill=paint)
    canvas.pie(x - 0.15, y, 0.68 * scale, 150, 290, light.tint((180, 220, 240), 0.5))
    canvas.line([(x, y - 0.7 * scale), (x, y - 1.05 * scale)], (60, 62, 70), 0.12)
    reach = (1.2 + 0.9 * abs(setting.wave(0.45))) * scale
    canvas.line([(x - reach, y - 1.05 * scale), (x + reach, y - 1.05 * scale)], (60, 62, 70), 0.12)
    canvas.line([(x - 0.9 * scale, y + 1.05 * scale), (x + 0.9 * scale, y + 1.05 * scale)], (60, 62, 70), 0.1)
    for leg in (-0.5, 0.5):
        canvas.line([(x + leg * scale, y + 0.6 * scale), (x + leg * scale, y + 1.05 * scale)], (60, 62, 70), 0.08)
