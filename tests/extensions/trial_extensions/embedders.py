"""An embedder that looks at mean colours, and at letters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image


class MeanColour:
    """Four numbers a picture."""

    spec = ""
    id = "trial:mean-colour@1"
    dimension = 4

    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        means = [np.asarray(picture.convert("RGB"), np.float32).mean((0, 1)) + 1 for picture in pictures]
        return _unit(np.array([[*mean, 100.0] for mean in means]))

    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return _unit(np.array([[1 + text.count(letter) for letter in "aeio"] for text in texts]))


def _unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def load(reference: str) -> MeanColour:
    return MeanColour()
