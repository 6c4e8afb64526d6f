"""Scenes of care for those who are close, and of care refused."""

from __future__ import annotations

from valuespectrum.reference.painting.backgrounds import outdoors, room
from valuespectrum.reference.painting.canvas import HEIGHT_UNITS, Canvas, Colour, Point, SceneSetting, darken, lighten
from valuespectrum.reference.painting.figures import Appearance, Pose, face, head_position, look_of, person
from valuespectrum.reference.painting.props import (
    CREAM,
    GOLD,
    GREEN,
    RED,
    WHITE,
    WOOD,
    bench,
    bird,
    flower,
    in_light,
    lamp,
    pot_plant,
    smoke,
    star,
    tree,
    wheel,
)
from valuespectrum.reference.scenes import scene

_GREY_HAIR: Colour = (222, 222, 226)
_NIGHT_BLUE: Colour = (46, 58, 120)
_SHORTS: Colour = (70, 90, 150)


@scene("grandmother_soup")
def grandmother_soup(canvas: Canvas, setting: SceneSetting) -> None:
    """A grey-haired woman sits in bed, a child brings hot soup; violated: the child turns away, soup spilled."""
    room(canvas, setting, 12.2)
    size, floor = setting.size, 15.0
    if setting.clutter > 0.4:
        pot_plant(canvas, 0.8, 12.6, 2.2, setting)
    canvas.rectangle(8.4, floor - 6.6, 8.9, floor, WOOD, 0.15)
    canvas.rectangle(6.9, floor - 6.2, 8.5, floor - 3.0, WHITE, 0.5)
    height = 7.8 * size
    seat = floor - 3.3 + 0.26 * height
    old = Appearance(setting.skin[0], _GREY_HAIR, (232, 196, 214), (232, 196, 214))
    begging = (4.7, floor - 5.4 + 0.15 * setting.wave(1.3))
    hands = (begging, (4.9, floor - 4.9)) if setting.violated else ((5.7, floor - 4.2), (5.9, floor - 4.0))
    sitting = Pose("sitting", -1, 0.0, *hands)
    person(canvas, 7.2, seat, height, old, sitting)
    (head_x, head_y), radius = head_position(7.2, seat, height, sitting)
    canvas.ellipse(head_x + 0.35 * radius, head_y - 1.2 * radius, 0.5 * radius, fill=_GREY_HAIR)
    for side in (-0.62, 0.02):
        canvas.arc(head_x + side * radius, head_y + 0.12 * radius, 0.28 * radius, (0, 360), (96, 90, 110), 0.1 * radius)
    _bed_front(canvas, floor, setting.accent)
    (_sulking_child if setting.violated else _soup_bearer)(canvas, setting, floor)


def _soup_bearer(canvas: Canvas, setting: SceneSetting, floor: float) -> None:
    tall, x = 6.4 * setting.size, 1.55 + 0.1 * setting.wave(2.0)
    bowl = (x + 0.3 * tall, floor - 0.64 * tall)
    walk = Pose("walking", 1, setting.time * 0.6, (bowl[0] - 0.1, bowl[1] + 0.15), (bowl[0] + 0.1, bowl[1] + 0.2))
    smoke(canvas, bowl[0], bowl[1] - 0.1, 3.0, setting, WHITE)
    person(canvas, x, floor + 0.1, tall, look_of(setting, 1, top=setting.second), walk)
    canvas.pie(bowl[0], bowl[1] - 0.15, 0.72, (0, 180), (236, 96, 60))
    canvas.ellipse(bowl[0], bowl[1] - 0.15, 0.72, 0.18, (250, 196, 90))


def _sulking_child(canvas: Canvas, setting: SceneSetting, floor: float) -> None:
    """The child walks away with a hand raised against the bed; the bowl lies upside down in a puddle of soup."""
    tall, x = 6.4 * setting.size, 1.5
    refusal = (x + 0.3 * tall, floor - 0.86 * tall + 0.1 * setting.wave(1.2))
    walk = Pose("walking", -1, 0.2 + 0.05 * setting.wave(1.8), None, refusal)
    person(canvas, x, floor - 0.2, tall, look_of(setting, 1, top=setting.second), walk)
    canvas.ellipse(4.2, floor + 0.4, 2.3, 0.5, (250, 186, 80))
    canvas.ellipse(4.9, floor + 0.5, 1.1, 0.26, (244, 150, 60))
    canvas.pie(3.6, floor + 0.5, 0.95, (180, 360), (236, 96, 60))


def _bed_front(canvas: Canvas, floor: float, blanket: Colour) -> None:
    """Frame, sheet and striped blanket of a bed from the side; they cover whoever sits in it."""
    canvas.rectangle(4.0, floor - 1.2, 8.6, floor - 0.5, darken(WOOD, 0.15))
    canvas.rectangle(4.1, floor - 3.2, 8.5, floor - 1.1, WHITE, 0.3)
    raised = [
        (4.1, floor - 3.2),
        (4.9, floor - 3.9),
        (5.6, floor - 4.0),
        (7.4, floor - 3.4),
        (7.4, floor - 0.8),
        (4.1, floor - 0.8),
    ]
    canvas.polygon(raised, blanket)
    for x in (4.6, 5.5, 6.4):
        canvas.rectangle(x, floor - 3.4, x + 0.4, floor - 0.8, lighten(blanket, 0.35))
    canvas.rectangle(3.8, floor - 4.1, 4.2, floor, WOOD, 0.12)


@scene("bedtime_story")
def bedtime_story(canvas: Canvas, setting: SceneSetting) -> None:
    """Parent and child in bed behind a large book; violated: the child is alone in bed, the parent walks out."""
    room(canvas, setting, 12.4)
    size = setting.size
    lamp(canvas, 8.35, 11.0, 2.6, setting)
    canvas.rectangle(7.7, 11.0, 9.2, 13.5, darken(WOOD, 0.25))
    canvas.ellipse(4.2, 7.4, 3.5, 1.5, WOOD)
    canvas.rectangle(0.7, 7.4, 7.7, 15, WOOD)
    canvas.rectangle(1.0, 7.6, 7.4, 12, lighten(WOOD, 0.15), 0.2)
    for x in (2.6, 5.8):
        canvas.rectangle(x - 1.45, 8.4, x + 1.45, 11.0, WHITE, 0.5)
    nod = 0.06 * setting.wave(3.0)
    child = look_of(setting, 1, top=(250, 214, 110), long_hair=False)
    if setting.violated:
        _sitter(canvas, (2.6, 9.1 - nod, 0.98 * size), child)
    else:
        _sitter(canvas, (2.7, 8.3 + nod, 1.2 * size), look_of(setting, 0))
        _sitter(canvas, (5.6, 9.1 - nod, 0.98 * size), child)
    canvas.rectangle(0.4, 11.9, 8.0, 16.2, _NIGHT_BLUE, 0.5)
    canvas.rectangle(0.4, 11.9, 8.0, 12.5, lighten(_NIGHT_BLUE, 0.75), 0.25)
    for index, (dx, dy, radius) in enumerate(setting.random().random((12, 3))):
        star(
            canvas,
            0.9 + (index % 4 + 0.8 * dx) * 1.75,
            13.2 + (index // 4) * 0.95 + 0.5 * dy,
            0.2 + 0.16 * radius,
            (250, 220, 110),
        )
    if setting.violated:
        _parent_leaves(canvas, setting, child)
        return
    _open_book(canvas, 4.15, 12.9, 1.9 * size, setting)
    for x, skin in ((4.15 - 1.75 * size, setting.skin[0]), (4.15 + 1.75 * size, setting.skin[1])):
        canvas.ellipse(x, 12.4, 0.32, fill=skin)


def _parent_leaves(canvas: Canvas, setting: SceneSetting, child: Appearance) -> None:
    """The parent in coat and hat strides out of the picture; the child stretches its arms, the book lies closed."""
    size, wave = setting.size, 0.15 * setting.wave(1.3)
    for shoulder, hand in (((1.7, 10.9), (4.3, 9.2 + wave)), ((3.4, 10.9), (5.2, 9.9 - wave))):
        canvas.line([shoulder, hand], darken(child.top, 0.14), 0.62 * size)
        canvas.ellipse(*hand, 0.36 * size, fill=child.skin)
    canvas.polygon([(1.0, 13.6), (3.3, 13.1), (3.7, 14.6), (1.4, 15.1)], RED)
    canvas.polygon([(1.4, 15.1), (3.7, 14.6), (3.7, 14.9), (1.4, 15.4)], WHITE)
    look = look_of(setting, 0, top=setting.accent, hat=darken(setting.accent, 0.3), dress=True)
    step = Pose("walking", 1, 0.2 + 0.05 * setting.wave(1.8))
    person(canvas, 7.1, 15.9, 9.4 * size, look, step)


def _sitter(canvas: Canvas, place: tuple[float, float, float], look: Appearance) -> None:
    """Head and shoulders of someone sitting upright in bed; the place is (x, y, head radius)."""
    x, y, radius = place
    if look.long_hair:
        canvas.rectangle(
            x - 1.05 * radius, y - 0.2 * radius, x + 1.05 * radius, y + 1.9 * radius, look.hair, 0.5 * radius
        )
    canvas.rectangle(x - 1.35 * radius, y + 1.15 * radius, x + 1.35 * radius, y + 5 * radius, look.top, 0.7 * radius)
    canvas.rectangle(
        x - 0.3 * radius, y + 0.6 * radius, x + 0.3 * radius, y + 1.4 * radius, darken(look.skin, 0.12), 0.2 * radius
    )
    canvas.ellipse(x, y - 0.12 * radius, 1.06 * radius, 1.06 * radius, look.hair)
    canvas.ellipse(x, y + 0.16 * radius, 0.86 * radius, 0.86 * radius, look.skin)
    face(canvas, x, y + 0.16 * radius, 0.95 * radius)


def _open_book(canvas: Canvas, x: float, y: float, half: float, setting: SceneSetting) -> None:
    """Cover of an opened picture book; ``(x, y)`` is the lower end of its spine."""
    tall = 1.15 * half
    for side in (-1, 1):
        edge = x + side * half
        canvas.polygon([(x, y - tall), (edge, y - 1.15 * tall), (edge, y - 1.22 * tall), (x, y - 1.1 * tall)], WHITE)
        cover = RED if side < 0 else darken(RED, 0.14)
        canvas.polygon([(x, y), (edge, y - 0.15 * tall), (edge, y - 1.15 * tall), (x, y - tall)], cover)
    canvas.ellipse(x + 0.5 * half, y - 0.6 * tall, 0.3 * half, fill=GOLD)
    canvas.ellipse(x + 0.62 * half, y - 0.66 * tall, 0.27 * half, fill=darken(RED, 0.14))
    star(canvas, x - 0.5 * half, y - 0.6 * tall, 0.26 * half * (1 + 0.06 * setting.wave(1.5)))


@scene("bandaged_knee")
def bandaged_knee(canvas: Canvas, setting: SceneSetting) -> None:
    """An adult kneels and puts a large plaster on a child's knee; violated: the child weeps alone, the adult leaves."""
    outdoors(canvas, setting, 10.2)
    if setting.clutter > 0.35:
        tree(canvas, 1.0, 12.0, 5.0, setting)
        bird(canvas, 6.4, 3.4, 0.8, setting)
    (_walks_off_with_box if setting.violated else _plaster)(canvas, setting, 14.8)
    if setting.clutter > 0.6:
        flower(canvas, 8.6, 15.6, 1.2, setting, RED)


def _plaster(canvas: Canvas, setting: SceneSetting, floor: float) -> None:
    """The child sits on the bench, the kneeling adult presses a large plaster on its knee."""
    size = setting.size
    bench(canvas, 7.0, floor, 2.3 * size, in_light(WOOD, setting))
    hip: Point = (6.9, floor - 2.3 * size)
    knee: Point = (hip[0] - 2.0 * size, hip[1] - 0.3)
    tall = 8.4 * size
    child = look_of(setting, 1, top=setting.second, bottom=setting.skin[1])
    hands = ((hip[0] + 0.5, hip[1]), (hip[0] - 0.9, hip[1] - 0.4))
    person(canvas, hip[0], hip[1] + 0.26 * tall, tall, child, Pose("sitting", -1, 0.0, *hands))
    foot = (knee[0] + 0.1 + 0.1 * setting.wave(1.6), floor - 0.5)
    canvas.line([hip, knee, foot], child.skin, 0.78 * size)
    canvas.line([hip, (hip[0] - 1.0 * size, hip[1] - 0.15)], _SHORTS, 0.96 * size)
    canvas.line([foot, (foot[0] - 0.5, foot[1] + 0.1)], WHITE, 0.5 * size)
    press = (knee[0] - 0.95 * size, knee[1] - 0.3 + 0.06 * setting.wave(1.2))
    adult = Pose("kneeling", 1, front_hand=press, back_hand=(press[0], press[1] + 0.5))
    person(canvas, 2.0, floor + 0.1, 9.4 * size, look_of(setting, 0, top=setting.accent), adult)
    for side, colour in ((1, (255, 226, 172)), (-1, (255, 238, 204))):
        ends = [
            (knee[0] - 0.8 * size, knee[1] + 0.62 * side * size),
            (knee[0] + 0.8 * size, knee[1] - 0.62 * side * size),
        ]
        canvas.line(ends, colour, 0.62 * size)
    canvas.ellipse(*knee, 0.26 * size, fill=WHITE)
    _first_aid_box(canvas, 4.1, 15.8, 2.1 * size)


def _walks_off_with_box(canvas: Canvas, setting: SceneSetting, floor: float) -> None:
    """The child weeps alone in the middle with a red knee; the adult carries the closed box out of the picture."""
    size = setting.size
    bench(canvas, 5.3, floor, 2.5 * size, in_light(WOOD, setting))
    _weeping_child(canvas, setting, (5.3, floor - 2.5 * size), floor)
    x, height = 0.75, 8.8 * size
    hand = (x + 0.2, floor - 0.44 * height + 0.08 * setting.wave(0.9))
    step = Pose("walking", -1, 0.2 + 0.05 * setting.wave(1.8), hand)
    person(canvas, x, floor + 0.1, height, look_of(setting, 0, top=setting.accent), step)
    _first_aid_box(canvas, hand[0], hand[1] + 1.7 * size, 1.8 * size)


def _weeping_child(canvas: Canvas, setting: SceneSetting, seat: Point, floor: float) -> None:
    """A child from the front with its fists at its eyes, an open mouth, large tears and a bleeding knee."""
    radius = 1.14 * setting.size
    x, y = seat[0], seat[1] - 4.5 * radius + 0.06 * setting.wave(0.9)
    child = look_of(setting, 1, top=setting.second)
    _sitter(canvas, (x, y, radius), child)
    canvas.rectangle(x - 1.4 * radius, seat[1] - 0.5 * radius, x + 1.4 * radius, seat[1] + 0.6 * radius, _SHORTS, 0.5)
    for side in (-1, 1):
        knee, foot = (x + 0.75 * side * radius, seat[1] + 0.45 * radius), (x + 0.85 * side * radius, floor - 0.1)
        canvas.line([knee, foot], child.skin if side > 0 else darken(child.skin, 0.1), 0.8 * radius)
        canvas.ellipse(foot[0] + 0.1 * side, foot[1] + 0.1, 0.62 * radius, 0.34 * radius, WHITE)
    canvas.line([(x - 0.75 * radius, seat[1] + 0.5 * radius), (x - 0.8 * radius, floor - 0.6)], RED, 0.4 * radius)
    canvas.ellipse(x - 0.75 * radius, seat[1] + 0.45 * radius, 0.72 * radius, 0.66 * radius, RED)
    canvas.ellipse(x, y + 0.62 * radius, 0.38 * radius, 0.27 * radius, (120, 40, 48))
    for side in (-1, 1):
        fist = (x + 0.62 * side * radius, y + 0.2 * radius)
        arm = [(x + 1.15 * side * radius, y + 1.75 * radius), (x + 2.0 * side * radius, y + 1.7 * radius), fist]
        canvas.line(arm, darken(child.top, 0.16), 0.6 * radius)
        canvas.ellipse(*fist, 0.36 * radius, fill=child.skin)
        for drop in range(3):
            fall = (setting.time * 0.7 + drop / 3) % 1.0
            tear = (x + side * (0.85 + 0.75 * fall) * radius, y + (2.4 * fall**2 - 0.9 * fall + 0.3) * radius)
            canvas.ellipse(*tear, 0.2 * radius, 0.3 * radius, (110, 186, 250))


def _first_aid_box(canvas: Canvas, x: float, y: float, width: float) -> None:
    half, tall = width / 2, 0.72 * width
    canvas.arc(x, y - tall, 0.24 * width, (180, 360), darken(GREEN, 0.4), 0.1 * width)
    canvas.rectangle(x - half, y - tall, x + half, y, GREEN, 0.1 * width)
    canvas.rectangle(x - 0.08 * width, y - 0.85 * tall, x + 0.08 * width, y - 0.15 * tall, WHITE)
    canvas.rectangle(x - 0.26 * width, y - 0.62 * tall, x + 0.26 * width, y - 0.38 * tall, CREAM)


@scene("wheelchair_walk")
def wheelchair_walk(canvas: Canvas, setting: SceneSetting) -> None:
    """A daughter pushes her old father in a wheelchair; violated: she is far off and he reaches after her."""
    outdoors(canvas, setting, 10.2)
    path = in_light((214, 200, 176), setting)
    canvas.gradient(path, darken(path, 0.15), 12.6, HEIGHT_UNITS)
    if setting.clutter > 0.35:
        tree(canvas, 7.6, 12.2, 5.4, setting)
    for index in range(round(4 * setting.clutter)):
        flower(canvas, 0.8 + 2.4 * index, 13.0, 1.1, setting, (RED, GOLD, WHITE, setting.second)[index])
    floor, height = 15.0, 7.2 * setting.size
    if setting.violated:
        person(canvas, 1.5, 12.9, 0.62 * height, look_of(setting, 1), Pose("walking", -1, setting.time * 0.6))
        _wheelchair(canvas, setting, 6.4, floor, -1)
        canvas.polygon([(0.6, 15.5), (1.4, 14.5), (2.7, 14.3), (3.6, 15.1), (3.2, 15.6)], setting.accent)
        canvas.line([(1.1, 15.2), (2.2, 14.9), (3.2, 15.2)], lighten(setting.accent, 0.4), 0.16)
        return
    _wheelchair(canvas, setting, 6.0, floor, 1)
    step = Pose("walking", 1, setting.time * 0.6, (4.0, floor - 4.0), (3.9, floor - 4.0))
    person(canvas, 2.3, floor, height, look_of(setting, 1), step)


def _wheelchair(canvas: Canvas, setting: SceneSetting, x: float, floor: float, facing: int) -> None:
    """An old man in a wheelchair, a blanket over his legs; alone he stretches out an arm."""
    height = 6.6 * setting.size
    seat = floor - 2.3
    frame = (70, 76, 90)
    old = look_of(setting, 0, hair=_GREY_HAIR, top=(120, 150, 120), bottom=(96, 84, 110), long_hair=False)
    back = x - facing * 1.1
    canvas.line([(back - facing * 0.9, floor - 4.0), (back, floor - 4.0), (back, seat), (x, seat)], frame, 0.22)
    canvas.line([(x, seat), (x + facing * 1.5, seat), (x + facing * 1.9, floor - 0.4)], frame, 0.2)
    hand = (x + facing * 2.6, floor - 4.9 + 0.15 * setting.wave(1.2)) if setting.violated else None
    person(canvas, x - facing * 0.4, seat + 0.26 * height, height, old, Pose("sitting", facing, 0.0, hand))
    if not setting.violated:
        canvas.line([(x - 0.2, seat - 0.6), (x + 1.1, seat - 0.6), (x + 1.5, floor - 1.2)], setting.accent, 1.1)
    wheel(canvas, x - facing * 0.4, floor - 1.45, 1.45, setting)
    wheel(canvas, x + facing * 1.7, floor - 0.45, 0.45, setting)
