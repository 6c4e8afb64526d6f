"""A supersampled drawing surface in scene units, and what varies between drawings of one scene kind.

Scene units: x runs 0 to 9 from left to right, y runs 0 to 16 from top to bottom (vertical 9:16).
Everything is drawn at twice the output size and reduced once, which gives smooth edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

WIDTH_UNITS, HEIGHT_UNITS = 9.0, 16.0
SUPERSAMPLING = 2

Colour = tuple[int, int, int]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SceneSetting:
    """Nuisance variation of one clip: changes the looks of a scene, never its kind.

    ``time`` is the moment within the clip and the only field that differs between its frames.
    """

    time: float
    """Seconds since the clip's start, already multiplied by the clip's speed."""
    time_of_day: str
    """``"morning"``, ``"day"``, ``"sunset"`` or ``"night"``."""
    place: int
    """0 to 3: which background variant."""
    size: float
    """0.85 to 1.15: scale of the main subject."""
    clutter: float
    """0 to 1: how many secondary things stand around."""
    accent: Colour
    """Main colour of clothes and objects."""
    second: Colour
    """Second colour."""
    skin: tuple[Colour, ...]
    """Skin tones of the people in order of appearance (at least six)."""
    hair: tuple[Colour, ...]
    """Hair colours in order of appearance (at least six)."""
    seed: int
    """For static detail: use ``setting.random()`` so that every frame of a clip draws the same detail."""
    violated: bool = False
    """Draw the version in which the value of the scene is denied (pure kinds only)."""
    progress: float = 0.0
    """0 at the beginning of what happens to 1 at its end; only ordered kinds look at it."""
    spectators: int = 0
    """0 to 4: people who look on from the lower edge, seen from behind; painters do not draw them."""
    overlay: str = ""
    """Words that are laid over the picture; painters do not write them."""

    def random(self) -> np.random.Generator:
        """A fresh generator with the clip's seed: equal draws in every frame of the clip."""
        return np.random.default_rng(self.seed)

    def wave(self, period: float = 1.0, offset: float = 0.0) -> float:
        """Smooth oscillation in -1 to 1 with the given period in seconds."""
        return float(np.sin(2 * np.pi * (self.time / period + offset)))


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; ``share`` 0 gives the first, 1 the second."""
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


def lighten(colour: Colour, share: float = 0.3) -> Colour:
    """Move a colour towards white."""
    return mix(colour, (255, 255, 255), share)


def darken(colour: Colour, share: float = 0.3) -> Colour:
    """Move a colour towards black."""
    return mix(colour, (0, 0, 0), share)


@lru_cache(maxsize=64)
def _vertical_gradient(width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
    share = np.linspace(0.0, 1.0, height)[:, None, None]
    column = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
    return Image.fromarray(np.broadcast_to(column, (height, width, 3)).round().astype(np.uint8))


@lru_cache(maxsize=64)
def _falloff(size: int) -> Image.Image:
    axis = np.linspace(-1, 1, size)
    falloff = np.clip(1 - np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2), 0, 1) ** 1.5
    return Image.fromarray((falloff * 255).astype(np.uint8))


class Canvas:
    """Draws filled shapes in scene units; later shapes cover earlier ones.

    Args:
        width: Output width in pixels; the height follows from 9:16.
    """

    def __init__(self, width: int = 216) -> None:
        self.width, self.height = width, round(width * HEIGHT_UNITS / WIDTH_UNITS)
        self._scale = width * SUPERSAMPLING / WIDTH_UNITS
        size = (width * SUPERSAMPLING, self.height * SUPERSAMPLING)
        self._image = Image.new("RGB", size)
        self._draw = ImageDraw.Draw(self._image, "RGB")

    def _px(self, point: Point) -> tuple[float, float]:
        return point[0] * self._scale, point[1] * self._scale

    def gradient(self, top: Colour, bottom: Colour, y0: float = 0.0, y1: float = HEIGHT_UNITS) -> None:
        """Fill a full-width band with a vertical gradient."""
        upper, lower = round(y0 * self._scale), round(y1 * self._scale)
        if lower > upper:
            self._image.paste(_vertical_gradient(self._image.width, lower - upper, top, bottom), (0, upper))

    def rectangle(self, x0: float, y0: float, x1: float, y1: float, fill: Colour, radius: float = 0.0) -> None:
        """Axis-parallel rectangle, optionally with round corners (radius in units)."""
        (left, top), (right, bottom) = self._px((min(x0, x1), min(y0, y1))), self._px((max(x0, x1), max(y0, y1)))
        if right - left < 1 or bottom - top < 1:
            return
        if radius > 0:
            self._draw.rounded_rectangle((left, top, right, bottom), radius * self._scale, fill=fill)
        else:
            self._draw.rectangle((left, top, right, bottom), fill=fill)

    def ellipse(self, x: float, y: float, rx: float, ry: float | None = None, fill: Colour = (0, 0, 0)) -> None:
        """Ellipse around a centre; a circle when ``ry`` is left out."""
        ry = rx if ry is None else ry
        left, top = self._px((x - abs(rx), y - abs(ry)))
        right, bottom = self._px((x + abs(rx), y + abs(ry)))
        self._draw.ellipse((left, top, right, bottom), fill=fill)

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        """Filled polygon."""
        self._draw.polygon([self._px(point) for point in points], fill=fill)

    def line(self, points: Sequence[Point], fill: Colour, width: float = 0.1, rounded: bool = True) -> None:
        """Open line with round joints and ends; width in units."""
        pixels = [self._px(point) for point in points]
        thickness = max(1, round(width * self._scale))
        self._draw.line(pixels, fill=fill, width=thickness, joint="curve")
        if rounded and thickness > 2:
            half = thickness / 2
            for x, y in (pixels[0], pixels[-1]):
                self._draw.ellipse((x - half, y - half, x + half, y + half), fill=fill)

    def arc(self, x: float, y: float, r: float, angles: tuple[float, float], fill: Colour, width: float = 0.1) -> None:
        """Circular arc; first and last angle in degrees, clockwise from three o'clock."""
        left, top = self._px((x - r, y - r))
        right, bottom = self._px((x + r, y + r))
        self._draw.arc((left, top, right, bottom), *angles, fill=fill, width=max(1, round(width * self._scale)))

    def pie(self, x: float, y: float, r: float, angles: tuple[float, float], fill: Colour) -> None:
        """Filled circular sector; angles in degrees, clockwise from three o'clock."""
        left, top = self._px((x - r, y - r))
        right, bottom = self._px((x + r, y + r))
        self._draw.pieslice((left, top, right, bottom), *angles, fill=fill)

    def glow(self, x: float, y: float, r: float, colour: Colour, strength: float = 0.5) -> None:
        """Soft light around a point (blended, not covering)."""
        size = max(2, round(2 * r * self._scale))
        share = min(1.0, max(0.0, strength))
        mask = _falloff(size).point([int(level * share) for level in range(256)])
        left, top = (round(edge) for edge in self._px((x - r, y - r)))
        self._image.paste(colour, (left, top, left + size, top + size), mask)

    def veil(self, colour: Colour, strength: float) -> None:
        """Cover everything evenly with a see-through colour."""
        mask = Image.new("L", self._image.size, round(255 * strength))
        self._image.paste(colour, (0, 0, *self._image.size), mask)

    def insert(self, other: Canvas, x: float, y: float, radius: float = 0.0) -> None:
        """Put a smaller canvas with its upper left corner at a point; round corners, radius in units of this one."""
        mask = Image.new("L", other._image.size)
        right, bottom = mask.width - 1, mask.height - 1
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, right, bottom), radius * self._scale, fill=255)
        left, top = (round(edge) for edge in self._px((x, y)))
        self._image.paste(other._image, (left, top), mask)

    def picture(self, mirrored: bool = False) -> Image.Image:
        """The finished picture at output size, RGB."""
        image = self._image.reduce(SUPERSAMPLING)
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else image
