"""People for the drawn scenes: one small skeleton, many poses, round limbs.

A pose is written in body units: the figure is one unit tall, ``x`` points where it faces, ``y``
points up, the origin lies on the floor below the hips. Elbows and knees follow from hands and feet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, hypot, pi, radians, sin

from valuespectrum.reference.painting.canvas import Canvas, Colour, Point, SceneSetting, darken, lighten, mix

_HEAD, _UPPER_ARM, _FOREARM, _THIGH, _SHIN, _TORSO = 0.096, 0.175, 0.175, 0.235, 0.235, 0.31
_CLOTHES: tuple[Colour, ...] = (
    (52, 73, 130), (70, 70, 84), (120, 78, 56), (44, 102, 96), (98, 62, 116), (62, 84, 60),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Appearance:
    """What a person looks like, apart from the pose."""

    skin: Colour
    """Colour of face, hands and bare limbs."""
    hair: Colour
    """Colour of the hair."""
    top: Colour
    """Colour of shirt, jacket or dress."""
    bottom: Colour
    """Colour of trousers or shorts."""
    hat: Colour | None = None
    """Colour of a cap or helmet; ``None`` for a bare head."""
    dress: bool = False
    """Wears a dress or robe in the colour of ``top``."""
    long_hair: bool = False
    """Hair falls on the shoulders."""
    bare: bool = False
    """Wears swimming trunks or a sleeveless sports dress: arms and legs show skin."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How a person stands, sits or moves."""

    name: str = "standing"
    """One of ``POSES``."""
    facing: int = 1
    """1 looks right, -1 looks left, 0 looks at the viewer."""
    phase: float = 0.0
    """Progress of a repeated movement (walking, running, waving), in cycles."""
    front_hand: Point | None = None
    """Where the front (right, when facing the viewer) hand is, in scene units; ``None``: as the pose says."""
    back_hand: Point | None = None
    """The same for the other hand."""
    back_view: bool = False
    """The person turns the back to the viewer: no face."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """A pose in body units; pairs are (front, back)."""

    hands: tuple[Point, Point]
    feet: tuple[Point, Point]
    hip: Point = (0.0, 0.47)
    lean: float = 0.0
    """Degrees by which the torso leans forward."""
    turn: float = 0.0
    """Degrees by which the whole figure is turned forward around the origin."""


def _standing(facing: int, phase: float) -> _Figure:
    if facing == 0:
        return _Figure(((0.17, 0.45), (-0.17, 0.45)), ((0.065, 0.0), (-0.065, 0.0)))
    return _Figure(((0.07, 0.44), (-0.05, 0.45)), ((0.05, 0.0), (-0.06, 0.0)))


def _walking(facing: int, phase: float) -> _Figure:
    swing, lift = sin(2 * pi * phase), cos(2 * pi * phase)
    if facing == 0:
        feet = ((0.06, max(0.0, 0.07 * lift)), (-0.06, max(0.0, -0.07 * lift)))
        return _Figure(((0.17, 0.45 + 0.04 * swing), (-0.17, 0.45 - 0.04 * swing)), feet)
    feet = ((0.17 * swing, max(0.0, 0.06 * lift)), (-0.17 * swing, max(0.0, -0.06 * lift)))
    return _Figure(((-0.16 * swing, 0.47), (0.16 * swing, 0.47)), feet, (0.0, 0.455), 3)


def _running(facing: int, phase: float) -> _Figure:
    swing, lift = sin(2 * pi * phase), cos(2 * pi * phase)
    feet = (
        (0.26 * swing, 0.04 + max(0.0, 0.16 * lift) + max(0.0, -0.14 * swing)),
        (-0.26 * swing, 0.04 + max(0.0, -0.16 * lift) + max(0.0, 0.14 * swing)),
    )
    hands = ((0.1 - 0.2 * swing, 0.58 - 0.05 * swing), (0.1 + 0.2 * swing, 0.58 + 0.05 * swing))
    return _Figure(hands, feet, (0.0, 0.46 + 0.015 * lift**2), 12)


def _sitting(facing: int, phase: float) -> _Figure:
    if facing == 0:
        return _Figure(((0.12, 0.3), (-0.12, 0.3)), ((0.09, 0.0), (-0.09, 0.0)), (0.0, 0.27))
    return _Figure(((0.2, 0.33), (0.17, 0.34)), ((0.25, 0.0), (0.2, 0.0)), (0.0, 0.26))


def _arms_up(facing: int, phase: float) -> _Figure:
    sway = 0.03 * sin(2 * pi * phase)
    return replace(_standing(facing, phase), hands=((0.22 + sway, 1.06), (-0.22 + sway, 1.06)))


def _one_arm_up(facing: int, phase: float) -> _Figure:
    figure = _standing(facing, phase)
    return replace(figure, hands=((0.2, 1.08), figure.hands[1]))


def _waving(facing: int, phase: float) -> _Figure:
    figure = _standing(facing, phase)
    return replace(figure, hands=((0.26 + 0.06 * sin(2 * pi * phase), 1.0), figure.hands[1]))


def _holding_forward(facing: int, phase: float) -> _Figure:
    figure = _standing(facing, phase)
    return replace(figure, hands=((0.31, 0.63), (0.3, 0.66)) if facing else ((0.07, 0.6), (-0.07, 0.6)))


def _hands_on_hips(facing: int, phase: float) -> _Figure:
    return replace(_standing(facing, phase), hands=((0.1, 0.51), (-0.1, 0.51)))


def _kneeling(facing: int, phase: float) -> _Figure:
    if facing == 0:
        return _Figure(((0.1, 0.3), (-0.1, 0.3)), ((0.15, 0.04), (-0.15, 0.04)), (0.0, 0.2))
    return _Figure(((0.16, 0.3), (0.13, 0.31)), ((-0.18, 0.04), (-0.21, 0.04)), (0.0, 0.26), 5)


def _bowing(facing: int, phase: float) -> _Figure:
    depth = 0.5 - 0.5 * cos(2 * pi * phase) if phase else 1.0
    lean = 12 + 53 * depth
    figure = _standing(facing, phase)
    reach = radians(lean)
    ahead = 0.1 * sin(reach)
    return replace(figure, lean=lean, hip=(-0.07 * depth, 0.47), hands=((0.12 + ahead, 0.36), (0.08 + ahead, 0.38)))


def _lying(facing: int, phase: float) -> _Figure:
    return replace(_standing(1, phase), hands=((0.1, 0.42), (-0.02, 0.45)), turn=-90.0)


POSES: Mapping[str, Callable[[int, float], _Figure]] = {
    "standing": _standing,
    "walking": _walking,
    "running": _running,
    "sitting": _sitting,
    "arms_up": _arms_up,
    "one_arm_up": _one_arm_up,
    "waving": _waving,
    "holding_forward": _holding_forward,
    "hands_on_hips": _hands_on_hips,
    "kneeling": _kneeling,
    "bowing": _bowing,
    "lying": _lying,
}
"""Pose name to the function that computes it.

``sitting`` has its seat at 0.26 of the height above the floor; ``lying`` stretches from the feet at
(x, y) against the direction of ``facing``, on the back; ``bowing`` with a phase bows and rises again.
"""


@dataclass(frozen=True, slots=True)
class _Placed:
    """Joints in scene units; pairs are (front, back)."""

    hip: Point
    neck: Point
    head: Point
    shoulders: tuple[Point, Point]
    hands: tuple[Point, Point]
    hips: tuple[Point, Point]
    feet: tuple[Point, Point]
    side: int
    """Mirror factor of the figure: 1 or -1."""


def _place(x: float, y: float, height: float, pose: Pose) -> _Placed:
    figure = POSES[pose.name](pose.facing, pose.phase)
    side = pose.facing or 1
    turn, lean = radians(figure.turn), radians(figure.lean)

    def scene(point: Point) -> Point:
        across, up = point
        across, up = across * cos(turn) + up * sin(turn), up * cos(turn) - across * sin(turn)
        return x + side * across * height, y - (up + (0.07 if figure.turn else 0.0)) * height

    def along(distance: float, beside: float = 0.0) -> Point:
        hip_x, hip_y = figure.hip
        return scene(
            (hip_x + distance * sin(lean) + beside * cos(lean), hip_y + distance * cos(lean) - beside * sin(lean))
        )

    wide, narrow = (0.095, 0.05) if pose.facing == 0 else (0.025, 0.02)
    hip_x, hip_y = figure.hip
    return _Placed(
        hip=scene(figure.hip),
        neck=along(_TORSO + 0.03),
        head=along(_TORSO + 0.13, 0.0 if pose.facing == 0 else 0.012),
        shoulders=(along(_TORSO - 0.015, wide), along(_TORSO - 0.015, -wide)),
        hands=(pose.front_hand or scene(figure.hands[0]), pose.back_hand or scene(figure.hands[1])),
        hips=(scene((hip_x + narrow, hip_y)), scene((hip_x - narrow, hip_y))),
        feet=(scene(figure.feet[0]), scene(figure.feet[1])),
        side=side,
    )


def _bend(start: Point, end: Point, lengths: tuple[float, float], direction: float) -> tuple[Point, Point]:
    """Middle joint and reachable end of a two-part limb (law of cosines); ``direction`` -1 or 1 picks the bend."""
    upper, lower = lengths
    gap = hypot(end[0] - start[0], end[1] - start[1]) or 1e-6
    reach = min(gap, (upper + lower) * 0.999)
    angle = atan2(end[1] - start[1], end[0] - start[0])
    inner = (upper**2 + reach**2 - lower**2) / (2 * upper * max(reach, 1e-6))
    opening = direction * (pi / 2 if abs(inner) >= 1 and inner < 0 else _safe_acos(inner))
    joint = (start[0] + upper * cos(angle + opening), start[1] + upper * sin(angle + opening))
    return joint, (start[0] + reach * cos(angle), start[1] + reach * sin(angle))


def _safe_acos(value: float) -> float:
    value = min(1.0, max(-1.0, value))
    return atan2((1 - value**2) ** 0.5, value)


def _leg_directions(pose: Pose, side: int) -> tuple[float, float]:
    """Bend directions of the (front, back) leg."""
    return (-1.0, 1.0) if pose.facing == 0 else (-float(side), -float(side))


def _arm_joints(placed: _Placed, index: int, height: float, pose: Pose) -> tuple[Point, Point]:
    """Elbow and reachable hand of the front (0) or back (1) arm."""
    shoulder, hand, lengths = placed.shoulders[index], placed.hands[index], (_UPPER_ARM * height, _FOREARM * height)
    if pose.facing != 0:
        return _bend(shoulder, hand, lengths, float(placed.side))
    outwards = -1 if index else 1
    # Seen from the front, an elbow points away from the body and down, whichever way leads there.
    return max(
        (_bend(shoulder, hand, lengths, direction) for direction in (-1.0, 1.0)),
        key=lambda joints: outwards * joints[0][0] + joints[0][1],
    )


def hand_position(x: float, y: float, height: float, pose: Pose | str = "standing") -> tuple[Point, Point]:
    """Where the (front, back) hands of a person are, in scene units; takes what ``person`` takes."""
    pose = Pose(pose) if isinstance(pose, str) else pose
    placed = _place(x, y, height, pose)
    return _arm_joints(placed, 0, height, pose)[1], _arm_joints(placed, 1, height, pose)[1]


def feet_position(x: float, y: float, height: float, pose: Pose | str = "standing") -> tuple[Point, Point]:
    """Where the (front, back) feet of a person are, in scene units; takes what ``person`` takes."""
    pose = Pose(pose) if isinstance(pose, str) else pose
    placed, reach = _place(x, y, height, pose), (_THIGH * height, _SHIN * height)
    directions = _leg_directions(pose, placed.side)
    front, back = (_bend(placed.hips[index], placed.feet[index], reach, directions[index])[1] for index in (0, 1))
    return front, back


def head_position(x: float, y: float, height: float, pose: Pose | str = "standing") -> tuple[Point, float]:
    """Centre and radius of a person's head, in scene units; takes what ``person`` takes."""
    return _place(x, y, height, Pose(pose) if isinstance(pose, str) else pose).head, _HEAD * height


def face(canvas: Canvas, x: float, y: float, radius: float, facing: int = 0, dark: Colour = (50, 36, 36)) -> None:
    """Friendly eyes and mouth on a head of the given radius around (x, y)."""
    shift = 0.32 * radius * facing
    for side in (-1, 1):
        canvas.ellipse(x + shift + side * 0.34 * radius, y - 0.02 * radius, 0.1 * radius, 0.14 * radius, fill=dark)
    canvas.arc(x + shift, y + 0.18 * radius, 0.36 * radius, (20, 160), dark, 0.11 * radius)


def head(canvas: Canvas, x: float, y: float, radius: float, look: Appearance, pose: Pose | str = "standing") -> None:
    """A head with hair, face and hat around (x, y); only ``facing`` and ``back_view`` of the pose matter."""
    pose = Pose(pose) if isinstance(pose, str) else pose
    facing = pose.facing
    canvas.ellipse(x - 0.12 * radius * facing, y - 0.14 * radius, 1.06 * radius, 1.08 * radius, fill=look.hair)
    if not pose.back_view:
        canvas.ellipse(x + 0.16 * radius * facing, y + 0.16 * radius, 0.84 * radius, 0.86 * radius, fill=look.skin)
        face(canvas, x + 0.06 * radius * facing, y + 0.14 * radius, radius * 0.95, facing)
    if look.hat is not None:
        canvas.pie(x - 0.05 * radius * facing, y - 0.22 * radius, 1.14 * radius, (180, 360), look.hat)
        brim = 1.0 if facing == 0 else 0.75
        middle = x + 0.45 * radius * facing
        canvas.line(
            [(middle - brim * 1.25 * radius, y - 0.22 * radius), (middle + brim * 1.25 * radius, y - 0.22 * radius)],
            darken(look.hat, 0.2), 0.2 * radius,
        )  # fmt: skip


def person(canvas: Canvas, x: float, y: float, height: float, look: Appearance, pose: Pose | str = "standing") -> None:
    """Draw a person.

    Args:
        canvas: Where to draw.
        x: Horizontal position of the hips' middle, scene units.
        y: Floor below the feet, scene units.
        height: Height of the person when standing, scene units.
        look: Skin, hair and clothes.
        pose: A ``Pose``, or the name of one seen from the side, looking right.
    """
    pose = Pose(pose) if isinstance(pose, str) else pose
    placed = _place(x, y, height, pose)
    legs = _leg_directions(pose, placed.side)
    if look.long_hair:
        _long_hair(canvas, placed, height, look, pose)
    if pose.facing != 0 and not pose.back_view:
        _arm(canvas, placed, 1, height, look, pose)
    for index in (1, 0):
        _leg(canvas, placed, index, legs[index], height, look)
    _torso(canvas, placed, height, look, pose)
    if pose.facing == 0 or pose.back_view:
        _arm(canvas, placed, 1, height, look, pose)
    canvas.line([placed.neck, placed.head], darken(look.skin, 0.12), 0.065 * height)
    head(canvas, *placed.head, _HEAD * height, look, pose)
    if look.long_hair and pose.back_view:
        _long_hair(canvas, placed, height, look, pose)
    _arm(canvas, placed, 0, height, look, pose)


def _long_hair(canvas: Canvas, placed: _Placed, height: float, look: Appearance, pose: Pose) -> None:
    head_x, head_y = placed.head
    shift = -0.45 * pose.facing * _HEAD * height
    ends = (placed.neck[0] + shift, placed.neck[1] + 0.05 * height)
    canvas.line([(head_x + shift * 0.6, head_y), ends], look.hair, (2.0 if pose.facing == 0 else 1.4) * _HEAD * height)


def _arm(canvas: Canvas, placed: _Placed, index: int, height: float, look: Appearance, pose: Pose) -> None:
    shoulder = placed.shoulders[index]
    elbow, hand = _arm_joints(placed, index, height, pose)
    sleeve = look.skin if look.bare else darken(look.top, 0.24 if index else 0.12)
    canvas.line([shoulder, elbow, hand], sleeve, 0.066 * height)
    canvas.ellipse(*hand, 0.038 * height, fill=look.skin)


def _leg(canvas: Canvas, placed: _Placed, index: int, direction: float, height: float, look: Appearance) -> None:
    hip = placed.hips[index]
    knee, foot = _bend(hip, placed.feet[index], (_THIGH * height, _SHIN * height), direction)
    cloth = look.bottom if index == 0 else darken(look.bottom, 0.2)
    if look.bare:
        canvas.line([hip, knee, foot], look.skin if index == 0 else darken(look.skin, 0.12), 0.075 * height)
        canvas.line([hip, (mix_point(hip, knee, 0.6))], cloth, 0.1 * height)
    else:
        canvas.line([hip, knee, foot], cloth, 0.088 * height)
    along, up = foot[0] - knee[0], foot[1] - knee[1]
    length = hypot(along, up) or 1.0
    # The sole stands square to the shin, so that shoes also look right on people who lie.
    ahead = placed.side * 0.05 * height
    toe = (foot[0] + up / length * ahead, foot[1] - along / length * ahead) if direction == -placed.side else foot
    canvas.line([foot, toe], look.skin if look.bare else (56, 46, 50), 0.066 * height)


def mix_point(first: Point, second: Point, share: float) -> Point:
    """The point at ``share`` (0 to 1) of the way from ``first`` to ``second``."""
    return first[0] + (second[0] - first[0]) * share, first[1] + (second[1] - first[1]) * share


def _torso(canvas: Canvas, placed: _Placed, height: float, look: Appearance, pose: Pose) -> None:
    wide = pose.facing == 0
    waist = mix_point(placed.hip, placed.neck, 0.12)
    chest = mix_point(placed.hip, placed.neck, 0.84)
    if wide:
        left, right = placed.shoulders[1], placed.shoulders[0]
        canvas.line([left, right], look.top, 0.09 * height)
        flare = 0.075 * height
        top_edge = 0.045 * height
        upper = [(left[0] - top_edge, left[1]), (right[0] + top_edge, right[1])]
        canvas.polygon([*upper, (waist[0] + flare, waist[1]), (waist[0] - flare, waist[1])], look.top)
        canvas.line([(waist[0] - flare * 0.5, waist[1]), (waist[0] + flare * 0.5, waist[1])], look.top, 0.09 * height)
    else:
        canvas.line([waist, chest], look.top, 0.155 * height)
    if look.dress:
        _skirt(canvas, placed, height, look)


def _skirt(canvas: Canvas, placed: _Placed, height: float, look: Appearance) -> None:
    ankles = mix_point(placed.feet[0], placed.feet[1], 0.5)
    hem = mix_point(placed.hip, ankles, 0.72)
    waist = mix_point(placed.hip, placed.neck, 0.25)
    along, up = hem[0] - waist[0], hem[1] - waist[1]
    length = hypot(along, up) or 1.0
    across = (-up / length * height, along / length * height)
    points = [
        (waist[0] + across[0] * 0.07, waist[1] + across[1] * 0.07),
        (waist[0] - across[0] * 0.07, waist[1] - across[1] * 0.07),
        (hem[0] - across[0] * 0.16, hem[1] - across[1] * 0.16),
        (hem[0] + across[0] * 0.16, hem[1] + across[1] * 0.16),
    ]
    canvas.polygon(points, look.top)


def hood(canvas: Canvas, x: float, y: float, height: float, pose: Pose, colour: Colour) -> None:
    """A hood with a dark mask over the eyes, drawn over a person that ``person`` drew with the same arguments."""
    (head_x, head_y), radius = head_position(x, y, height, pose)
    middle = head_x - 0.1 * radius * pose.facing
    canvas.pie(middle, head_y, 1.24 * radius, (150, 390), colour)
    canvas.ellipse(
        head_x + 0.2 * radius * pose.facing, head_y + 0.28 * radius, 0.72 * radius, 0.62 * radius, (44, 44, 54)
    )
    for side in (-1, 1):
        eye_x = head_x + (0.4 * pose.facing + side * 0.3) * radius
        canvas.ellipse(eye_x, head_y + 0.14 * radius, 0.15 * radius, fill=(250, 246, 230))


def look_of(setting: SceneSetting, index: int, **changes: object) -> Appearance:
    """The look of the ``index``-th person of a scene: skin and hair of the setting, clothes that vary.

    Keyword arguments replace fields of ``Appearance``.
    """
    tops = (setting.accent, setting.second, lighten(setting.accent, 0.45), mix(setting.accent, setting.second, 0.5))
    look = Appearance(
        skin=setting.skin[index % len(setting.skin)],
        hair=setting.hair[index % len(setting.hair)],
        top=tops[index % len(tops)],
        bottom=_CLOTHES[(setting.seed + index) % len(_CLOTHES)],
        long_hair=(setting.seed // 7 + index) % 2 == 0,
    )
    return replace(look, **changes)  # type: ignore[arg-type]


def crowd(
    canvas: Canvas, y: float, radius: float, looks: Sequence[Appearance], back_view: bool = True, sway: float = 0.0
) -> None:
    """A full-width row of heads and shoulders, head centres at height ``y``.

    Args:
        canvas: Where to draw.
        y: Height of the head centres, scene units.
        radius: Radius of a head, scene units.
        looks: One per person, from left to right.
        back_view: Whether the people turn their backs to the viewer.
        sway: Moment of a gentle bounce, in cycles.
    """
    gap = 9.0 / max(1, len(looks))
    for index, look in enumerate(looks):
        x = (index + 0.5) * gap
        bounce = 0.12 * radius * sin(2 * pi * (sway + index * 0.37)) + (0.25 * radius if index % 2 else 0.0)
        canvas.rectangle(x - 1.55 * radius, y + bounce + 1.1 * radius, x + 1.55 * radius, 17.0, look.top, radius)
        canvas.line([(x, y + bounce), (x, y + bounce + radius)], darken(look.skin, 0.12), 0.8 * radius)
        head(canvas, x, y + bounce, radius, look, Pose(facing=0, back_view=back_view))
