"""A little world for tests of the command line: clips of one colour, and an embedder that reads colours as values."""

from __future__ import annotations

import colorsys
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL.Image import Image

from valuespectrum.stimuli.keywords import load_keywords
from valuespectrum.theory.values import VALUES

MODEL = "simulated:hedonism=2,security=-2,stimulation=1,power=-1,yes_lean=0.5,order_lean=0.2"


def colour(value: str) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(VALUES.index(value) / len(VALUES), 0.8, 0.8)
    return round(255 * red), round(255 * green), round(255 * blue)


class ColourEmbedder:
    """Puts pictures by hue, and words of the keyword list by value, on a circle of ten directions."""

    id = "colours"
    dimension = len(VALUES)
    pause = 0.0
    """Seconds that each batch takes, for tests that need to come in between."""

    def __init__(self) -> None:
        self.spec = "colours"
        listed = load_keywords().words
        self._words = {keyword.word: value for value, words in listed.items() for keyword in words}

    def images(self, pictures: Sequence[Image]) -> np.ndarray:
        time.sleep(self.pause)
        return np.stack([self._picture(picture) for picture in pictures])

    def texts(self, texts: Sequence[str]) -> np.ndarray:
        rows = [np.eye(self.dimension)[VALUES.index(self._words.get(text, "power"))] for text in texts]
        return np.stack(rows).astype(np.float32)

    def _picture(self, picture: Image) -> np.ndarray:
        mean = np.asarray(picture.convert("RGB"), dtype=float).mean(axis=(0, 1)) / 255
        hue = colorsys.rgb_to_hsv(*mean)[0]
        place = hue * self.dimension
        distance = np.abs((np.arange(self.dimension) - place + 5) % 10 - 5)
        vector = np.exp(-2 * distance**2) + 1e-3 * mean.sum()
        unit: np.ndarray = vector / np.linalg.norm(vector)
        return unit.astype(np.float32)


def write_clip(path: Path, value: str, seed: int) -> None:
    import av

    rng = np.random.default_rng(seed)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=8, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt, stream.time_base = 64, 112, "yuv420p", Fraction(1, 8)
        blob = rng.integers(20, 40, 2)
        for _ in range(8):
            picture = np.full((112, 64, 3), colour(value), dtype=np.uint8)
            left = int(rng.integers(0, 24))
            picture[blob[0] : blob[0] + 24, left : left + 24] = rng.integers(0, 255, 3)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def write_clips(folder: Path, each: int = 3) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for value in VALUES:
        for number in range(each):
            write_clip(folder / f"{value}_{number}.mp4", value, 100 * VALUES.index(value) + number)
