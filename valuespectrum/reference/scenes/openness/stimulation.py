"""Scenes of stimulation: speed, height and risk, taken on or declined."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, pi, sin

from valuespectrum.reference.painting.backgrounds import cloud, daylight, outdoors, sky
from valuespectrum.reference.painting.canvas import Canvas, Point, SceneSetting, darken, lighten, mix
from valuespectrum.reference.painting.figures import Appearance, Pose, head, look_of, person
from valuespectrum.reference.painting.props import RED, WHITE, WOOD, bench, bird, in_light, pine, wheel
from valuespectrum.reference.scenes import scene


@scene("roller_coaster")
def roller_coaster(canvas: Canvas, setting: SceneSetting) -> None:
    """A train of cars with screaming riders, arms up, on a looping track.

    Violated: the track is empty and crossed off by a large board; people sit before it, behind a barrier.
    """
    _coaster_track(canvas, setting)
    if setting.violated:
        _coaster_closed(canvas, setting)
        return
    start = 1.7 + 0.8 * setting.wave(2.2)
    for car in range(3):
        _coaster_car(canvas, setting, start + 2.3 * car, car)


def _coaster_track(canvas: Canvas, setting: SceneSetting) -> None:
    outdoors(canvas, setting, 13.6)
    steel = in_light((230, 234, 240), setting)
    for x in range(0, 10):
        top = _track_height(float(x))
        canvas.line([(x, top), (x, 14.2)], steel, 0.12, False)
        canvas.line([(x, 14.0), (x + 1, _track_height(x + 1.0) + 1.4)], steel, 0.07, False)
    canvas.arc(6.6, 4.2, 2.3, (0, 360), in_light(lighten(setting.second, 0.3), setting), 0.35)
    rail = in_light(setting.second, setting)
    points = [(0.3 * step, _track_height(0.3 * step)) for step in range(31)]
    canvas.line(points, rail, 0.42, False)
    canvas.line([(x, y + 0.45) for x, y in points], darken(rail, 0.3), 0.2, False)


def _coaster_closed(canvas: Canvas, setting: SceneSetting) -> None:
    white, red = in_light(WHITE, setting), in_light(RED, setting)
    for post in (2.0, 7.0):
        canvas.line([(post, 5.4), (post, 14.4)], in_light((120, 112, 112), setting), 0.34)
    canvas.rectangle(1.2, 5.4, 7.8, 9.6, red, 0.3)
    canvas.rectangle(1.6, 5.8, 7.4, 9.2, white, 0.2)
    canvas.line([(2.6, 6.4), (6.4, 8.6)], red, 0.75)
    canvas.line([(6.4, 6.4), (2.6, 8.6)], red, 0.75)
    bench(canvas, 4.5, 15.3, 2.9, in_light(WOOD, setting))
    for index, x in enumerate((2.1, 4.5, 6.9)):
        height = 5.9 * setting.size * (1.0, 0.88, 0.96)[index]
        nod = 0.08 * setting.wave(2.6, index / 3)
        chin = (x + 0.35, 15.4 - 0.58 * height + nod)
        person(canvas, x, 15.4, height, look_of(setting, index), Pose("sitting", 0, front_hand=chin))
    for post in (0.6, 8.4):
        canvas.line([(post, 13.0), (post, 15.7)], white, 0.4)
    canvas.rectangle(0.2, 13.5, 8.8, 14.9, white, 0.2)
    for stripe in range(5):
        left = 0.5 + 1.75 * stripe
        canvas.polygon([(left + 0.6, 13.5), (left + 1.4, 13.5), (left + 0.8, 14.9), (left, 14.9)], red)


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
    """A skydiver in goggles and helmet falls spread-eagled, clouds rushing up, the earth far below.

    Violated: the skydiver stands in the door of a plane and clings to both sides of it; clouds pass below.
    """
    light = daylight(setting)
    sky(canvas, setting, 16.0)
    canvas.ellipse(4.5, 21.6, 13.0, 7.0, fill=in_light((96, 160, 96), setting))
    if setting.violated:
        _staying_aboard(canvas, setting)
        return
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
    head(canvas, x, head_y, 0.95 * scale, Appearance(look.skin, trim, suit, suit, hat=trim), Pose(facing=0))
    canvas.rectangle(x - 0.72, head_y - 0.2, x + 0.72, head_y + 0.24, (40, 44, 60), 0.2)


def _staying_aboard(canvas: Canvas, setting: SceneSetting) -> None:
    for index, (x, size) in enumerate(setting.random().random((6, 2))):
        drift = 11.0 - (setting.time * 3.0 + 2.1 * index + x) % 13
        cloud(canvas, drift, (1.6, 2.8, 13.2, 14.1, 15.0, 15.8)[index], 0.6 + 0.5 * size, daylight(setting).cloud)
    body, stripe = in_light((240, 242, 246), setting), in_light(setting.second, setting)
    canvas.rectangle(-1.5, 4.8, 9.6, 12.6, body, 1.6)
    canvas.rectangle(-1.0, 10.6, 9.6, 11.5, stripe)
    canvas.polygon([(0, 4.2), (9, 3.4), (9, 4.6), (0, 5.2)], darken(body, 0.2))
    for window in (1.5, 7.8):
        canvas.ellipse(window, 7.4, 0.62, 0.8, fill=darken(body, 0.25))
        canvas.ellipse(window, 7.4, 0.45, 0.62, fill=(150, 200, 226))
    canvas.rectangle(2.5, 5.5, 6.5, 12.2, darken(body, 0.3), 0.5)
    canvas.rectangle(2.8, 5.8, 6.2, 12.1, (58, 54, 66), 0.35)
    suit, trim = lighten(setting.accent, 0.2), lighten(setting.second, 0.2)
    height, shiver = 6.0 * setting.size, 0.06 * setting.wave(0.4)
    look = look_of(setting, 0, top=suit, bottom=darken(suit, 0.2), hat=trim, long_hair=False)
    x = 4.5 + shiver
    person(canvas, x, 12.0, height, look, Pose("standing", 0, front_hand=(6.3, 7.7), back_hand=(2.7, 7.7)))
    eyes = 12.0 - 0.9 * height
    canvas.rectangle(x - 0.48, eyes - 0.14, x + 0.48, eyes + 0.18, (40, 44, 60), 0.15)
    canvas.rectangle(2.4, 12.0, 6.6, 12.5, darken(body, 0.4), 0.2)


@scene("surfer_wave")
def surfer_wave(canvas: Canvas, setting: SceneSetting) -> None:
    """A surfer on a board under the curl of a huge blue wave.

    Violated: the wave breaks far out; the surfer sits on the sand, turned away, beside the upright board.
    """
    sky(canvas, setting, 9.0)
    canvas.gradient(in_light((30, 150, 190), setting), in_light((14, 96, 150), setting), 8.6, 16.0)
    if setting.violated:
        _curl(canvas, setting, 0.5, (4.6, 3.9))
        _surfer_ashore(canvas, setting)
        return
    _curl(canvas, setting, 1.0, (0.0, 0.0))
    foam = in_light((250, 253, 255), setting)
    for index in range(12):
        canvas.ellipse(0.8 * index, 13.9 + 0.3 * setting.wave(1.3, index / 4), 0.8, 0.4, fill=foam)
    x, y = 3.6 + 0.3 * setting.wave(1.7), 11.6 + 0.2 * setting.wave(1.1)
    deck = [(x - 2.5, y - 0.3), (x - 2.0, y - 0.1), (x + 2.0, y + 0.4), (x + 2.7, y + 0.1)]
    canvas.polygon([*deck, (x + 2.0, y + 0.75), (x - 1.8, y + 0.35)], setting.accent)
    reach = 0.3 * setting.wave(0.9)
    pose = Pose("running", 1, 0.22, front_hand=(x + 1.7, y - 2.9 + reach), back_hand=(x - 1.7, y - 3.2 - reach))
    person(canvas, x, y + 0.15, 4.7 * setting.size, look_of(setting, 0, bare=True, top=setting.second), pose)
    canvas.line([(x - 1.8, y + 0.6), (x - 3.4, y + 1.2)], foam, 0.4)


def _curl(canvas: Canvas, setting: SceneSetting, scale: float, corner: Point) -> None:
    """The breaking wave, shrunk by ``scale`` towards the upper left corner and moved to ``corner``."""
    roll = 0.25 * setting.wave(2.0)

    def at(points: Sequence[Point]) -> list[Point]:
        return [(corner[0] + scale * x, corner[1] + scale * y) for x, y in points]

    wave: list[Point] = [(9, 2.6 + roll), (7.0, 2.0 + roll), (4.8, 2.5 + roll), (3.0, 4.0 + roll), (2.6, 5.3 + roll)]
    tube: list[Point] = [(3.7, 4.8), (4.6, 4.3), (5.4, 4.5), (6.0, 5.3), (6.25, 6.4), (6.2, 7.7), (5.8, 9.0)]
    inner: list[Point] = [*tube, (5.0, 10.2), (4.0, 11.1), (2.6, 11.9), (1.3, 12.3), (0, 12.5)]
    canvas.polygon(at([*wave, *inner, (0, 16), (9, 16)]), in_light((36, 168, 200), setting))
    for step in range(4):
        shift = 0.7 * step
        streak = [(6.6 + shift, 4.4 + roll), (6.9 + shift, 7.6), (5.8 + shift, 10.4), (3.6 + shift, 12.6)]
        canvas.line(at(streak), in_light((110, 210, 226), setting), 0.12 * scale, False)
    foam = in_light((250, 253, 255), setting)
    for index, (x, y) in enumerate(at([*wave, (3.5, 4.9), (2.2, 5.9)])):
        canvas.ellipse(x, y + 0.12 * setting.wave(0.7, index / 5), 0.55 * scale, 0.42 * scale, fill=foam)


def _surfer_ashore(canvas: Canvas, setting: SceneSetting) -> None:
    sand = in_light((242, 214, 156), setting)
    canvas.gradient(sand, darken(sand, 0.15), 10.6, 16.0)
    foam = in_light((250, 253, 255), setting)
    for index in range(12):
        canvas.ellipse(0.8 * index, 10.6 + 0.12 * setting.wave(1.9, index / 4), 0.8, 0.25, fill=foam)
    nose: list[Point] = [(0.0, 3.4), (0.8, 5.2), (1.1, 8.6), (0.9, 12.0), (0.4, 14.2)]
    board = [*((4.9 + x, y) for x, y in nose), *((4.9 - x, y) for x, y in reversed(nose))]
    canvas.polygon(board, setting.accent)
    canvas.line([(4.9, 3.9), (4.9, 14.0)], lighten(setting.accent, 0.6), 0.3)
    canvas.ellipse(4.9, 14.2, 1.4, 0.4, fill=darken(sand, 0.12))
    height = 7.0 * setting.size
    canvas.rectangle(1.1, 15.3 - 0.24 * height, 3.5, 15.3, lighten(setting.second, 0.35), 0.2)
    canvas.rectangle(1.0, 15.2 - 0.24 * height, 3.6, 15.7 - 0.24 * height, in_light(WHITE, setting), 0.2)
    chin = (1.9, 15.3 - 0.56 * height + 0.06 * setting.wave(2.4))
    look = look_of(setting, 0, bare=True, top=setting.second)
    person(canvas, 2.3, 15.3, height, look, Pose("sitting", -1, front_hand=chin))


@scene("bike_jump")
def bike_jump(canvas: Canvas, setting: SceneSetting) -> None:
    """A mountain biker in the air between two earth ramps.

    Violated: a bridge with handrails spans the gap, and the biker pushes the bicycle over it on foot.
    """
    _ramps(canvas, setting)
    if setting.violated:
        _bike_pushed(canvas, setting)
        return
    x, y = 4.5 + 0.5 * setting.wave(1.8), 7.4 + 0.5 * setting.wave(1.8, 0.25)
    bar, crank = _bicycle(canvas, setting, x, y, 1.0)
    look = look_of(setting, 0, top=setting.second)
    neck: Point = (x + 0.25, y - 3.7)
    canvas.line([(x - 0.7, y - 2.0), (x + 0.6, y - 1.3), crank], look.bottom, 0.46)
    canvas.line([(x - 0.8, y - 2.1), neck], look.top, 0.85)
    canvas.line([neck, (x + 1.2, y - 3.0), bar], darken(look.top, 0.15), 0.36)
    canvas.ellipse(*bar, 0.2, fill=look.skin)
    head(
        canvas,
        x + 0.6,
        y - 4.7,
        0.62,
        Appearance(look.skin, look.hair, look.top, look.bottom, hat=setting.accent),
        Pose(),
    )
    for index in range(3):
        canvas.line(
            [(x - 4.2, y - 2 + index), (x - 2.9, y - 2 + index)], lighten(daylight(setting).sky_bottom, 0.5), 0.1
        )


def _ramps(canvas: Canvas, setting: SceneSetting) -> None:
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


def _bicycle(canvas: Canvas, setting: SceneSetting, x: float, y: float, rise: float) -> tuple[Point, Point]:
    """Draw a bicycle around (x, y), its front wheel raised by ``rise``; returns its handlebar and its crank."""
    radius = 1.05 * setting.size
    back, front = (x - 1.5, y + 0.3), (x + 1.6, y + 0.3 - rise)
    seat, bar, crank = (x - 0.8, y - 1.2), (x + 1.1, y - 1.2 - rise), (x - 0.05, y + 0.1)
    wheel(canvas, *back, radius, setting)
    wheel(canvas, *front, radius, setting)
    frame = setting.accent
    canvas.line([back, seat, bar, crank, back], frame, 0.22)
    canvas.line([seat, crank], frame, 0.2)
    canvas.line([bar, front], (70, 74, 84), 0.2)
    canvas.line([(seat[0] - 0.4, seat[1] - 0.2), (seat[0] + 0.4, seat[1] - 0.2)], (40, 40, 48), 0.24)
    return bar, crank


def _bike_pushed(canvas: Canvas, setting: SceneSetting) -> None:
    wood = in_light((206, 160, 104), setting)
    for post in range(7):
        x = 0.6 + 1.3 * post
        canvas.line([(x, 7.4), (x, 10.6)], darken(wood, 0.25), 0.26)
    for rail in (7.5, 8.9):
        canvas.line([(0, rail), (9, rail)], wood, 0.3)
    canvas.rectangle(-0.2, 10.6, 9.2, 11.5, wood)
    for joint in range(9):
        canvas.line([(0.4 + joint, 10.6), (0.4 + joint, 11.5)], darken(wood, 0.3), 0.08, False)
    x, radius = 5.2 + 0.5 * setting.wave(3.2), 1.05 * setting.size
    y = 10.6 - radius - 0.3
    look = look_of(setting, 0, top=setting.second, hat=setting.accent)
    pose = Pose("walking", 1, 0.2 * setting.wave(1.6), front_hand=(x + 0.9, y - 1.5), back_hand=(x - 0.6, y - 1.5))
    person(canvas, x - 1.0, 10.6, 6.2 * setting.size, look, pose)
    bar, _ = _bicycle(canvas, setting, x, y, 0.2)
    canvas.line([bar, (bar[0] - 0.2, bar[1] - 0.4)], (40, 40, 48), 0.24)


@scene("kayak_rapids")
def kayak_rapids(canvas: Canvas, setting: SceneSetting) -> None:
    """A paddler in a kayak on white water between rocks.

    Violated: the kayak lies on the bank of the river, and the paddler sits on it, the chin on a hand.
    """
    _river(canvas, setting)
    (_kayak_ashore if setting.violated else _kayak_racing)(canvas, setting)


def _river(canvas: Canvas, setting: SceneSetting) -> None:
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


def _kayak_racing(canvas: Canvas, setting: SceneSetting) -> None:
    foam = in_light((248, 253, 255), setting)
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
        Appearance(look.skin, look.hair, look.top, look.top, hat=setting.accent),
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


def _kayak_ashore(canvas: Canvas, setting: SceneSetting) -> None:
    bank = in_light((158, 178, 104), setting)
    canvas.polygon([(0, 10.9), (2.6, 10.3), (6.0, 10.6), (9, 10.1), (9, 16), (0, 16)], bank)
    canvas.polygon([(0, 10.9), (2.6, 10.3), (6.0, 10.6), (9, 10.1), (9, 10.6), (6, 11.1), (0, 11.4)], darken(bank, 0.2))
    for x, y in setting.random().random((7, 2)):
        canvas.ellipse(9 * x, 11.9 + 3.8 * y, 0.3, 0.16, fill=darken(bank, 0.15))
    paddle = [(7.7, 15.0), (7.3, 7.2)]
    canvas.line(paddle, (50, 50, 58), 0.24)
    canvas.ellipse(7.27, 6.8, 0.5, 0.95, fill=(246, 214, 60))
    height = 7.0 * setting.size
    chin = (4.9, 15.2 - 0.56 * height + 0.06 * setting.wave(2.4))
    look = look_of(setting, 0, top=(240, 120, 40), hat=setting.accent)
    deck = 15.4 - 0.26 * height
    hull = [(0.3, deck - 0.7), (1.8, deck + 0.1), (6.6, deck + 0.1), (8.7, deck - 0.7), (7.2, 15.1), (1.7, 15.1)]
    canvas.polygon(hull, setting.accent)
    canvas.line([(1.5, deck + 0.75), (7.5, deck + 0.75)], lighten(setting.accent, 0.55), 0.22)
    person(canvas, 4.2, 15.5, height, look, Pose("sitting", 1, front_hand=chin))


@scene("cliff_climber")
def cliff_climber(canvas: Canvas, setting: SceneSetting) -> None:
    """A climber with helmet and rope clings to an overhanging rock face high above the ground.

    Violated: the climber walks away on the ground, the rope coiled over the shoulder.
    """
    _rock_face(canvas, setting)
    (_climber_leaving if setting.violated else _climber_hanging)(canvas, setting)
    if setting.clutter > 0.3:
        bird(canvas, 1.4, 4.0 + 0.3 * setting.wave(2), 1.3, setting)
        bird(canvas, 2.4, 11.8 if not setting.violated else 6.2, 0.9, setting)


def _rock_face(canvas: Canvas, setting: SceneSetting) -> None:
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


def _climber_hanging(canvas: Canvas, setting: SceneSetting) -> None:
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
    hatted = Appearance(look.skin, look.hair, look.top, look.bottom, hat=setting.second)
    head(canvas, neck[0] - 0.1, neck[1] - 0.95 * scale, 0.75 * scale, hatted, Pose(facing=1))
    canvas.line([(3.5, neck[1] + 0.3), (4.7, 6.6), (4.75, 5.3 + reach)], darken(look.top, 0.12), 0.5)
    canvas.ellipse(4.75, 5.3 + reach, 0.3, fill=look.skin)
    canvas.ellipse(4.6, 4.5, 0.28, fill=look.skin)


def _climber_leaving(canvas: Canvas, setting: SceneSetting) -> None:
    height, x = 7.6 * setting.size, 2.6 + 0.1 * setting.wave(2.0)
    look = look_of(setting, 0, hat=setting.second, long_hair=False)
    rope = mix(setting.second, (255, 255, 255), 0.3)
    person(canvas, x, 15.6, height, look, Pose("walking", -1, 0.17 + 0.06 * setting.wave(1.8)))
    hip = 15.6 - 0.56 * height
    for ring in range(3):
        turns = [2 * pi * step / 24 for step in range(25)]
        long, wide = 0.26 * height - 0.14 * ring, 0.15 * height - 0.12 * ring
        loop = [(x + 0.4 + wide * cos(turn) + 0.5 * long * sin(turn), hip - long * sin(turn)) for turn in turns]
        canvas.line(loop, darken(rope, 0.2) if ring == 1 else rope, 0.26)
    canvas.line([(x + 0.2, hip + 0.2 * height), (x + 1.6, 14.9), (x + 2.4, 15.5), (x + 3.4, 15.4)], rope, 0.2)
