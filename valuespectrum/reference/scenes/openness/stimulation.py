"""Scenes of stimulation: speed, height and risk."""

from __future__ import annotations

from math import atan2, cos, sin

from valuespectrum.reference.painting.backgrounds import cloud, daylight, outdoors, sky
from valuespectrum.reference.painting.canvas import Canvas, Point, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Look, Pose, head, look_of, person
from valuespectrum.reference.painting.props import bird, in_light, pine, wheel
from valuespectrum.reference.scenes import scene


@scene("roller_coaster")
def roller_coaster(canvas: Canvas, setting: SceneSetting) -> None:
    """A train of cars with screaming riders, arms up, on a looping track."""
    outdoors(canvas, setting, 13.6)
    steel = in_light((230, 234, 240), setting)
    for x in range(0, 10):
        top = _track_height(float(x))
        canvas.line([(x, top), (x, 14.2)], steel, 0.12, False)
        canvas.line([(x, 14.0), (x + 1, _track_height(x + 1.0) + 1.4)], steel, 0.07, False)
    canvas.arc(6.6, 4.2, 2.3, 0, 360, in_light(lighten(setting.second, 0.3), setting), 0.35)
    rail = in_light(setting.second, setting)
    points = [(0.3 * step, _track_height(0.3 * step)) for step in range(31)]
    canvas.line(points, rail, 0.42, False)
    canvas.line([(x, y + 0.45) for x, y in points], darken(rail, 0.3), 0.2, False)
    start = 1.7 + 0.8 * setting.wave(2.2)
    for car in range(3):
        _coaster_car(canvas, setting, start + 2.3 * car, car)


def _track_height(x: float) -> float:
    return 9.6 + 1.9 * sin(0.62 * x + 0.6)


def _coaster_car(canvas: Canvas, setting: SceneSetting, x: float, index: int) -> None:
    y = _track_height(x)
    slope = atan2(_track_height(x + 0.1) - y, 0.1)
    across, up = (cos(slope), sin(slope)), (sin(slope), -cos(slope))

    def at(right: float, high: float) -> Point:
        return x + right * across[0] + high * up[0], y + right * across[1] + high * up[1]

    look = look_of(setting, index)
    for side in (-0.45, 0.45):
        hand = at(side * 1.7, 3.5 + 0.2 * setting.wave(0.6, index / 3))
        canvas.line([at(side, 1.7), hand], look.top, 0.3)
        canvas.ellipse(*hand, 0.2, fill=look.skin)
    canvas.line([at(0, 0.9), at(0, 1.6)], look.top, 0.9)
    head(canvas, *at(0, 2.5), 0.58, look, Pose(facing=1))
    colour = in_light(setting.accent, setting)
    canvas.polygon([at(-1.0, 0.3), at(1.0, 0.3), at(1.15, 1.4), at(-1.0, 1.4)], colour)
    canvas.line([at(-0.8, 0.85), at(0.9, 0.85)], lighten(colour, 0.6), 0.18)
    for side in (-0.6, 0.6):
        canvas.ellipse(*at(side, 0.25), 0.26, fill=(50, 50, 60))


@scene("skydiver")
def skydiver(canvas: Canvas, setting: SceneSetting) -> None:
    """A skydiver in goggles and helmet falls spread-eagled, clouds rushing up, the earth far below."""
    light = daylight(setting)
    sky(canvas, setting, 16.0)
    canvas.ellipse(4.5, 21.6, 13.0, 7.0, fill=in_light((96, 160, 96), setting))
    for index, (x, size) in enumerate(setting.random().random((6, 2))):
        y = 17.5 - (setting.time * 4.5 + index * 3.1) % 19
        cloud(canvas, 9 * x, y, 0.6 + 0.6 * size, light.cloud)
    for index in range(5):
        x, y = 0.8 + 1.9 * index, 15 - (setting.time * 11 + 4 * index) % 16
        canvas.line([(x, y), (x, y + 1.4)], lighten(light.sky_bottom, 0.5), 0.06)
    scale, shake = setting.size, 0.15 * setting.wave(0.7)
    x, y = 4.5, 7.6 + 0.3 * setting.wave(2.0)
    look = look_of(setting, 0)
    suit, trim = lighten(setting.accent, 0.2), lighten(setting.second, 0.2)
    for side in (-1, 1):
        arm = [
            (x + side * 0.6 * scale, y),
            (x + side * 2.0 * scale, y - 0.2),
            (x + side * 2.7 * scale, y - 1.7 + shake),
        ]
        foot = (x + side * 1.9 * scale, y + 5.0 - shake)
        leg = [(x + side * 0.4, y + 2.4 * scale), (x + side * 1.3 * scale, y + 4.0 * scale), foot]
        canvas.line(arm, suit, 0.62)
        canvas.ellipse(*arm[-1], 0.36, fill=look.skin)
        canvas.line(leg, darken(suit, 0.2), 0.75)
        canvas.line([leg[-1], (leg[-1][0] + side * 0.2, leg[-1][1] + 0.4)], (44, 44, 54), 0.6)
    canvas.rectangle(x - 0.85 * scale, y - 0.5 * scale, x + 0.85 * scale, y + 2.7 * scale, suit, 0.6)
    canvas.line([(x - 0.5, y - 0.3), (x - 0.5, y + 2.2)], trim, 0.26)
    canvas.line([(x + 0.5, y - 0.3), (x + 0.5, y + 2.2)], trim, 0.26)
    head_y = y - 1.2 * scale
    head(canvas, x, head_y, 0.95 * scale, Look(look.skin, trim, suit, suit, hat=trim), Pose(facing=0))
    canvas.rectangle(x - 0.72, head_y - 0.2, x + 0.72, head_y + 0.24, (40, 44, 60), 0.2)


@scene("surfer_wave")
def surfer_wave(canvas: Canvas, setting: SceneSetting) -> None:
    """A surfer on a board under the curl of a huge blue wave."""
    sky(canvas, setting, 9.0)
    sea, deep = in_light((30, 150, 190), setting), in_light((14, 96, 150), setting)
    canvas.gradient(sea, deep, 8.6, 16.0)
    roll = 0.25 * setting.wave(2.0)
    wave: list[Point] = [(9, 2.6 + roll), (7.0, 2.0 + roll), (4.8, 2.5 + roll), (3.0, 4.0 + roll), (2.6, 5.3 + roll)]
    tube: list[Point] = [(3.7, 4.8), (4.6, 4.3), (5.4, 4.5), (6.0, 5.3), (6.25, 6.4), (6.2, 7.7), (5.8, 9.0)]
    inner: list[Point] = [*tube, (5.0, 10.2), (4.0, 11.1), (2.6, 11.9), (1.3, 12.3), (0, 12.5)]
    canvas.polygon([*wave, *inner, (0, 16), (9, 16)], in_light((36, 168, 200), setting))
    for step in range(4):
        shift = 0.7 * step
        canvas.line(
            [(6.6 + shift, 4.4 + roll), (6.9 + shift, 7.6), (5.8 + shift, 10.4), (3.6 + shift, 12.6)],
            in_light((110, 210, 226), setting), 0.12, False,
        )  # fmt: skip
    foam = in_light((250, 253, 255), setting)
    for index, point in enumerate([*wave, (3.5, 4.9), (2.2, 5.9)]):
        canvas.ellipse(point[0], point[1] + 0.12 * setting.wave(0.7, index / 5), 0.55, 0.42, fill=foam)
    for index in range(12):
        canvas.ellipse(0.8 * index, 13.9 + 0.3 * setting.wave(1.3, index / 4), 0.8, 0.4, fill=foam)
    x, y = 3.6 + 0.3 * setting.wave(1.7), 11.6 + 0.2 * setting.wave(1.1)
    deck = [(x - 2.5, y - 0.3), (x - 2.0, y - 0.1), (x + 2.0, y + 0.4), (x + 2.7, y + 0.1)]
    canvas.polygon([*deck, (x + 2.0, y + 0.75), (x - 1.8, y + 0.35)], setting.accent)
    reach = 0.3 * setting.wave(0.9)
    pose = Pose("running", 1, 0.22, front_hand=(x + 1.7, y - 2.9 + reach), back_hand=(x - 1.7, y - 3.2 - reach))
    person(canvas, x, y + 0.15, 4.7 * setting.size, look_of(setting, 0, bare=True, top=setting.second), pose)
    canvas.line([(x - 1.8, y + 0.6), (x - 3.4, y + 1.2)], foam, 0.4)


@scene("bike_jump")
def bike_jump(canvas: Canvas, setting: SceneSetting) -> None:
    """A mountain biker in the air between two earth ramps."""
    outdoors(canvas, setting, 10.6)
    earth = in_light((164, 108, 64), setting)
    canvas.polygon([(0, 16), (0, 11.6), (1.4, 11.2), (2.7, 10.0), (3.0, 16)], earth)
    canvas.polygon([(9, 16), (9, 11.8), (7.8, 11.3), (6.7, 10.6), (6.3, 16)], earth)
    canvas.polygon([(3.0, 13.5), (6.3, 13.5), (6.3, 16), (3.0, 16)], darken(earth, 0.55))
    for index, (x, y) in enumerate(setting.random().random((7, 2))):
        side = 0.2 + 2.2 * x if index % 2 else 6.7 + 2.1 * x
        canvas.ellipse(side, 12.6 + 3 * y, 0.14, fill=darken(earth, 0.2))
    if setting.clutter > 0.3:
        pine(canvas, 8.3, 11.6, 3.4, setting)
    x, y, r = 4.5 + 0.5 * setting.wave(1.8), 7.4 + 0.5 * setting.wave(1.8, 0.25), 1.05 * setting.size
    back, front = (x - 1.5, y + 0.3), (x + 1.6, y - 0.7)
    frame = setting.accent
    seat, bar, crank = (x - 0.8, y - 1.2), (x + 1.1, y - 2.2), (x - 0.05, y + 0.1)
    wheel(canvas, *back, r, setting)
    wheel(canvas, *front, r, setting)
    canvas.line([back, seat, bar, crank, back], frame, 0.22)
    canvas.line([seat, crank], frame, 0.2)
    canvas.line([bar, front], (70, 74, 84), 0.2)
    canvas.line([(seat[0] - 0.4, seat[1] - 0.2), (seat[0] + 0.4, seat[1] - 0.2)], (40, 40, 48), 0.24)
    look = look_of(setting, 0, top=setting.second)
    neck: Point = (x + 0.25, y - 3.7)
    canvas.line([(x - 0.7, y - 2.0), (x + 0.6, y - 1.3), crank], look.bottom, 0.46)
    canvas.line([(x - 0.8, y - 2.1), neck], look.top, 0.85)
    canvas.line([neck, (x + 1.2, y - 3.0), bar], darken(look.top, 0.15), 0.36)
    canvas.ellipse(*bar, 0.2, fill=look.skin)
    head(canvas, x + 0.6, y - 4.7, 0.62, Look(look.skin, look.hair, look.top, look.bottom, hat=setting.accent), Pose())
    for index in range(3):
        canvas.line(
            [(x - 4.2, y - 2 + index), (x - 2.9, y - 2 + index)], lighten(daylight(setting).sky_bottom, 0.5), 0.1
        )


@scene("kayak_rapids")
def kayak_rapids(canvas: Canvas, setting: SceneSetting) -> None:
    """A paddler in a kayak on white water between rocks."""
    outdoors(canvas, setting, 5.6)
    canvas.gradient(in_light((88, 190, 204), setting), in_light((22, 110, 140), setting), 5.6, 16.0)
    rock = in_light((112, 108, 112), setting)
    for side in (0, 9):
        canvas.polygon(
            [(side, 4.6), (abs(side - 1.8), 6.2), (abs(side - 0.9), 9.6), (abs(side - 1.5), 12.6), (side, 16)], rock
        )
        canvas.polygon([(side, 5.6), (abs(side - 1.0), 6.8), (side, 8.6)], lighten(rock, 0.2))
    foam = in_light((248, 253, 255), setting)
    for index, (x, y) in enumerate(setting.random().random((22, 2))):
        flow = 5.9 + (10 * y + setting.time * 3.0) % 10
        wide = 0.25 + 0.07 * (flow - 5)
        canvas.ellipse(1.2 + 6.6 * x + 0.2 * setting.wave(0.9, index / 7), flow, wide, 0.4 * wide, fill=foam)
    for x, y, r in ((2.2, 8.0, 0.7), (7.2, 9.6, 0.8)):
        canvas.ellipse(x, y + 0.35, 1.4 * r, 0.6 * r, fill=foam)
        canvas.ellipse(x, y, r, 0.8 * r, fill=rock)
    x, y, scale = 4.6 + 0.3 * setting.wave(1.9), 12.0 + 0.3 * setting.wave(0.9), setting.size
    look = look_of(setting, 0, top=(240, 120, 40))
    tilt = 1.0 * setting.wave(1.2)
    canvas.line([(x, y - 0.4), (x, y - 2.0)], look.top, 1.5 * scale)
    left, right = (x - 1.6, y - 1.2 + 0.6 * tilt), (x + 1.6, y - 1.2 - 0.6 * tilt)
    head(
        canvas,
        x,
        y - 3.7 * scale,
        0.85 * scale,
        Look(look.skin, look.hair, look.top, look.top, hat=setting.accent),
        Pose(facing=0),
    )
    canvas.line([(x - 3.2, y - 1.2 + 1.3 * tilt), (x + 3.2, y - 1.2 - 1.3 * tilt)], (50, 50, 58), 0.2)
    for side in (-1, 1):
        canvas.line([(x + side * 0.7, y - 2.1), (left if side < 0 else right)], darken(look.top, 0.15), 0.45)
        canvas.ellipse(*(left if side < 0 else right), 0.27, fill=look.skin)
        canvas.ellipse(x + side * 3.4, y - 1.2 - side * 1.35 * tilt, 0.62, 0.38, fill=(246, 214, 60))
    canvas.polygon(
        [(x - 2.8 * scale, y - 0.5), (x + 2.8 * scale, y - 0.5), (x + 0.9, y + 1.5), (x - 0.9, y + 1.5)], setting.accent
    )
    canvas.ellipse(x, y - 0.45, 1.2, 0.3, fill=(40, 42, 52))
    for index in range(7):
        canvas.ellipse(x - 2.7 + 0.9 * index, y + 1.5 + 0.3 * setting.wave(0.6, index / 3), 0.7, 0.45, fill=foam)


@scene("cliff_climber")
def cliff_climber(canvas: Canvas, setting: SceneSetting) -> None:
    """A climber with helmet and rope clings to an overhanging rock face high above the ground."""
    outdoors(canvas, setting, 14.4)
    rock = in_light((176, 134, 100), setting)
    face: list[Point] = [
        (9, 0),
        (3.7, 0),
        (4.5, 2.4),
        (4.1, 4.6),
        (5.4, 7.2),
        (5.2, 10.2),
        (6.3, 13.0),
        (6.0, 16),
        (9, 16),
    ]
    canvas.polygon(face, rock)
    for index, (x, y) in enumerate(setting.random().random((9, 2))):
        px, py = 6.2 + 2.6 * x, 0.6 + 14.6 * y
        canvas.polygon(
            [(px, py), (px + 0.8, py + 0.3), (px + 0.3, py + 0.9)], (darken if index % 2 else lighten)(rock, 0.14)
        )
    canvas.line(
        [(4.15, 0.3), (3.9, 7.9), (2.8 + 0.2 * setting.wave(2.0), 16)], mix(setting.second, (255, 255, 255), 0.3), 0.16
    )
    scale, reach = 1.25 * setting.size, 0.25 * setting.wave(1.6)
    look = look_of(setting, 0)
    hip, neck = (3.5, 8.9), (3.35, 8.9 - 2.0 * scale)
    canvas.line([hip, (4.4, 8.4), (5.1, 9.6)], darken(look.bottom, 0.2), 0.62)
    canvas.line([neck, (4.3, 5.6), (4.6, 4.5)], darken(look.top, 0.25), 0.46)
    canvas.line([hip, neck], look.top, 1.15 * scale)
    canvas.line([hip, (3.9, 10.5), (5.2, 11.6 + 0.4 * reach)], look.bottom, 0.66)
    canvas.line([(5.0, 11.6 + 0.4 * reach), (5.5, 11.6 + 0.4 * reach)], (44, 40, 48), 0.5)
    canvas.line([(2.9, 8.8), (4.0, 8.8)], (50, 50, 60), 0.28)
    hatted = Look(look.skin, look.hair, look.top, look.bottom, hat=setting.second)
    head(canvas, neck[0] - 0.1, neck[1] - 0.95 * scale, 0.75 * scale, hatted, Pose(facing=1))
    canvas.line([(3.5, neck[1] + 0.3), (4.7, 6.6), (4.75, 5.3 + reach)], darken(look.top, 0.12), 0.5)
    canvas.ellipse(4.75, 5.3 + reach, 0.3, fill=look.skin)
    canvas.ellipse(4.6, 4.5, 0.28, fill=look.skin)
    if setting.clutter > 0.3:
        bird(canvas, 1.4, 4.0 + 0.3 * setting.wave(2), 1.3, setting)
        bird(canvas, 2.4, 11.8, 0.9, setting)
