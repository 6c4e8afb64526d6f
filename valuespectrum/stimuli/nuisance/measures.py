"""Nuisances that are measured from pictures alone; cheap, rough, and the same for every picture.

| name | what | source |
|---|---|---|
| brightness | mean luma, 0 to 255 | |
| contrast | standard deviation of luma | Peli 1990 |
| colourfulness | spread and mean of opponent colours | Hasler and Suesstrunk 2003 |
| sharpness | logarithm of 1 + variance of the Laplacian | Pech-Pacheco et al. 2000 |
| text | share of the area that looks like lines of text, 0 to 1 | ``ingest.examining.quality`` |
| faces | share of the area that is frontal faces, 0 to 1; needs OpenCV | Viola and Jones 2001 |
| motion | mean absolute difference of luma between frames of the clip | |
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.examining.quality import Grey, grey_picture, motion, sharpness, text_share
from vectorstore.foreign.pictures import PICTURE_KINDS
from vectorstore.foundation.errors import CorpusError

VERSION = "1"
"""Of everything here: changed whenever a number can change."""
MEASURED = ("brightness", "contrast", "colourfulness", "sharpness", "text", "faces", "motion")
"""Names in the order of the columns."""

_SIDE = 256
NO_OPENCV = "OpenCV is not installed (pip install opencv-python-headless)"


def measured_clip(pictures: Sequence[Path]) -> list[tuple[float | None, ...]]:
    """Measure the frames of one clip.

    Args:
        pictures: Files of its frames in order of time.

    Returns:
        Numbers in the order of ``MEASURED`` for every frame; ``None`` for what cannot be measured here.

    Raises:
        CorpusError: A picture cannot be read.
    """
    opened = [_opened(path) for path in pictures]
    greys = [grey_picture(picture) for picture in opened]
    moves = motion(greys)
    return [(*_of_picture(picture, grey), moves) for picture, grey in zip(opened, greys, strict=True)]


def measured_pictures(pictures: Mapping[str, Path]) -> dict[str, dict[str, float]]:
    """Measure single pictures, whose motion is not known.

    Args:
        pictures: File of each by name.

    Returns:
        Name of a picture to nuisances by name, those left out that cannot be measured.

    Raises:
        CorpusError: A picture cannot be read.
    """
    measured = {name: dict(zip(MEASURED, measured_clip([path])[0], strict=True)) for name, path in pictures.items()}
    return {
        name: {each: number for each, number in row.items() if number is not None and each != "motion"}
        for name, row in measured.items()
    }


def unavailable() -> dict[str, str]:
    """Nuisances that cannot be measured here, and why."""
    return {} if _cascade() else {"faces": NO_OPENCV}


def _of_picture(picture: Image.Image, grey: Grey) -> tuple[float | None, ...]:
    numbers = (
        float(grey.mean()),
        float(grey.std()),
        colourfulness(np.asarray(picture.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float64)),
        math.log1p(sharpness(grey)),
        text_share(grey),
    )
    find = _cascade()
    return (*(round(number, 4) for number in numbers), round(find(grey), 4) if find else None)


def colourfulness(pixels: NDArray[np.float64]) -> float:
    """How colourful a picture is: 0 for grey, about 100 for the most colourful photographs.

    Args:
        pixels: RGB, 0 to 255, shape (height, width, 3).

    Example:
        >>> colourfulness(np.full((4, 4, 3), 128.0))
        0.0
    """
    red, green, blue = np.moveaxis(pixels, -1, 0)
    red_green, yellow_blue = red - green, (red + green) / 2.0 - blue
    spread = math.hypot(float(red_green.std()), float(yellow_blue.std()))
    return spread + 0.3 * math.hypot(float(red_green.mean()), float(yellow_blue.mean()))


@cache
def _cascade() -> Callable[[Grey], float] | None:
    """What finds faces; ``None`` where OpenCV is not installed."""
    import importlib.util

    if importlib.util.find_spec("cv2") is None:
        return None
    import cv2

    finder = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")

    def share(grey: Grey) -> float:
        boxes = finder.detectMultiScale(grey.astype(np.uint8), scaleFactor=1.1, minNeighbors=5, minSize=(20, 20))
        return float(min(sum(width * height for _, _, width, height in boxes) / grey.size, 1.0))

    return share


def _opened(path: Path) -> Image.Image:
    try:
        with Image.open(path, formats=PICTURE_KINDS) as file:
            return file.convert("RGB")
    # Pillow raises many kinds of errors on damaged files.
    except Exception as error:
        raise CorpusError(f"the picture {path} cannot be read: {error}", "run `valuespectrum corpus verify`") from error
