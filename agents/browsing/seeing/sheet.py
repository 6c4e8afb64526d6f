"""Contact sheets: several pictures on one. Equal input gives equal pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image

LONGEST_SIDE = 256
"""Pixels of a tile of a contact sheet."""
GAP = 6
"""Pixels between tiles and around them."""
Size = tuple[int, int]


def sheet_layout(count: int) -> Size:
    """Columns and rows of a contact sheet: as square as may be, rather wide than high.

    Example:
        >>> [sheet_layout(count) for count in (1, 2, 3, 4, 5, 9, 10)]
        [(1, 1), (2, 1), (2, 2), (2, 2), (3, 2), (3, 3), (4, 3)]
    """
    columns = math.ceil(math.sqrt(count))
    return columns, math.ceil(count / columns)


def contact_sheet(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures on one black sheet, from left to right and from top to bottom, without numbers or words.

    Args:
        pictures: In order, at least one; each is made to fit a tile of the size that the first one has, and stands in
            the middle of it.
    """
    tile = _fitted(pictures[0].size, (LONGEST_SIDE, LONGEST_SIDE))
    columns, rows = sheet_layout(len(pictures))
    step = (tile[0] + GAP, tile[1] + GAP)
    sheet = Image.new("RGB", (columns * step[0] + GAP, rows * step[1] + GAP))
    for place, picture in enumerate(pictures):
        size = _fitted(picture.size, tile)
        small = picture.convert("RGB").resize(size, Image.Resampling.BICUBIC)
        corner = (GAP + place % columns * step[0], GAP + place // columns * step[1])
        sheet.paste(small, (corner[0] + (tile[0] - size[0]) // 2, corner[1] + (tile[1] - size[1]) // 2))
    return sheet


def _fitted(size: Size, box: Size) -> Size:
    """The largest size of the same shape in a box; nothing is made larger."""
    scale = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
