"""Pictures of nothing, made for a run. Equal input gives equal pixels."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

_GREY = 128
_GRAIN = 8
"""Pixels of a speck of noise: finer noise is averaged away before a model sees it."""
Size = tuple[int, int]


def blank(size: Size) -> Image.Image:
    """One grey all over."""
    return Image.new("RGB", size, (_GREY, _GREY, _GREY))


def noise(size: Size, generator: np.random.Generator) -> Image.Image:
    """Specks of colours drawn at random.

    Args:
        size: Width and height in pixels.
        generator: Equal states give equal pictures.
    """
    specks = (math.ceil(size[1] / _GRAIN), math.ceil(size[0] / _GRAIN), 3)
    # Made of uniform draws alone, whose stream numpy keeps between releases.
    levels = np.floor(256.0 * generator.random(specks)).astype(np.uint8)
    pixels = levels.repeat(_GRAIN, axis=0).repeat(_GRAIN, axis=1)[: size[1], : size[0]]
    return Image.fromarray(np.ascontiguousarray(pixels))
