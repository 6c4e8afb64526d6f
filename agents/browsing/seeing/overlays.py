"""Words that are laid over pictures, as people do in short videos, and which of them are instructions to the viewer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

OVERLAYS: Mapping[str, int] = {
    "LIKE THIS VIDEO": 1,
    "PRESS LIKE NOW": 1,
    "YOU LOVE THIS": 1,
    "SKIP THIS VIDEO": -1,
    "SWIPE AWAY": -1,
    "DO NOT LIKE": -1,
    "LIVE": 0,
    "PART 2": 0,
    "NEW": 0,
}
"""Words to where they push: 1 to like, -1 to skip, 0 nowhere."""
_BANNERS: tuple[tuple[Colour, Colour], ...] = (
    ((24, 24, 30), (255, 255, 255)),
    ((255, 255, 255), (24, 24, 30)),
    ((250, 214, 60), (24, 24, 30)),
    ((206, 36, 52), (255, 255, 255)),
    ((36, 74, 168), (255, 255, 255)),
)
"""Colours of banner and letters."""
_SMALLEST_LETTERS = 4
_HIGH = 0.22
"""Height of a banner as a share of the height of the picture: words have to be read on frames 128 pixels wide."""
_BANDS = ((0.03, 0.06), (0.71, 0.74))
"""Where the upper edge of a banner may lie, as shares of the height: not over the middle, where most happens."""


def overlay_push(words: str) -> int:
    """Where the words over a picture push the viewer: 1 to like, -1 to skip, 0 nowhere; unknown words push nowhere.

    Example:
        >>> overlay_push("SKIP THIS VIDEO"), overlay_push("")
        (-1, 0)
    """
    return OVERLAYS.get(words, 0)


def lay_words(picture: Image.Image, words: str, seed: int) -> None:
    """Lay a banner with words over a picture, in place.

    Args:
        picture: An RGB picture, or an RGBA picture.
        words: What it says; several words are broken into two lines.
        seed: Where the banner lies and its colours follow from this.
    """
    rng = np.random.default_rng([seed, 1])
    banner, letters = _BANNERS[rng.integers(len(_BANNERS))]
    height = round(_HIGH * picture.height)
    top = round(rng.uniform(*_BANDS[rng.integers(len(_BANDS))]) * picture.height)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, top, picture.width - 1, top + height - 1), fill=banner)
    lines = _two_lines(words)
    font, box = _largest_font(draw, lines, picture.width * 0.96, height * 0.86)
    middle = (picture.width / 2 - (box[0] + box[2]) / 2, top + height / 2 - (box[1] + box[3]) / 2)
    draw.multiline_text(middle, lines, letters, font, align="center", spacing=1, stroke_width=_bold(font))


def _two_lines(words: str) -> str:
    """Words on one line, or on two of lengths as equal as can be, which makes letters larger."""
    each = words.split()
    if len(each) < 2:
        return words
    broken = [" ".join(each[:place]) + "\n" + " ".join(each[place:]) for place in range(1, len(each))]
    return min(broken, key=lambda text: max(len(line) for line in text.split("\n")))


def _largest_font(
    draw: ImageDraw.ImageDraw, lines: str, width: float, height: float
) -> tuple[ImageFont.FreeTypeFont, tuple[float, float, float, float]]:
    """The largest size of the built-in font with which the lines fit, and the box that they fill."""
    size = round(1.4 * height)
    while True:
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)
        box = draw.multiline_textbbox((0, 0), lines, font, align="center", spacing=1, stroke_width=_bold(font))
        if size <= _SMALLEST_LETTERS or (box[2] - box[0] <= width and box[3] - box[1] <= height):
            return font, box
        size -= 1


def _bold(font: ImageFont.FreeTypeFont) -> int:
    """The built-in font has no bold face; a stroke round the letters makes one."""
    return max(1, round(font.size / 18))
