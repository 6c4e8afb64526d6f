"""A corpus in memory whose pictures lie in a vector space with one axis per value."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL.Image import Image

from valuespectrum.stimuli.keywords import Keyword, KeywordList
from valuespectrum.theory.values import VALUES
from vectorstore.ledger.records import Clip, Frame, Hit

EMBEDDER_ID = "axes"


class AxesEmbedder:
    """Texts that begin with a value's name lie on that value's axis, a little apart from each other."""

    spec = "axes"
    id = EMBEDDER_ID
    dimension = len(VALUES) + 1

    def images(self, pictures: Sequence[Image]) -> np.ndarray:
        raise AssertionError("the corpus is embedded already")

    def texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._text(text) for text in texts]).astype(np.float32)

    def _text(self, text: str) -> np.ndarray:
        vector = np.zeros(self.dimension)
        value, _, number = text.rpartition(" ")
        vector[VALUES.index(value)] = 1.0
        vector[-1] = 0.02 * int(number)
        return vector / np.linalg.norm(vector)


def words(count: int = 10) -> KeywordList:
    listed = {value: tuple(Keyword(f"{value} {n}", "user", "") for n in range(count)) for value in VALUES}
    return KeywordList("axes", listed)


class FakeCorpus:
    """Searches by brute force."""

    def __init__(self, pictures: Sequence[tuple[Frame, np.ndarray]], folder: Path = Path("pictures")) -> None:
        self._frames = [frame for frame, _ in pictures]
        self._vectors = np.stack([vector / np.linalg.norm(vector) for _, vector in pictures]).astype(np.float32)
        self._folder = folder

    def vectors(self, embedder_id: str) -> tuple[list[str], np.ndarray]:
        assert embedder_id == EMBEDDER_ID
        return [frame.frame_id for frame in self._frames], self._vectors

    def search(
        self,
        vector: ArrayLike,
        count: int = 10,
        embedder_id: str | None = None,
        engine: str = "auto",
        unique: bool = True,
    ) -> list[Hit]:
        similarities = self._vectors @ np.asarray(vector)
        order = [row for row in np.argsort(-similarities) if not (unique and self._frames[row].duplicate_of)]
        return [
            Hit(self._frames[row], float(similarities[row]), rank) for rank, row in enumerate(order[:count], start=1)
        ]

    def picture_path(self, picture_sha: str) -> Path:
        return self._folder / f"{picture_sha}.jpg"

    def clips(self) -> Sequence[Clip]:
        return ()

    def clip_ids(self) -> list[str]:
        return list(dict.fromkeys(frame.clip_id for frame in self._frames))

    def clip(self, clip_id: str) -> Clip:
        return Clip(clip_id, f"{clip_id}.mp4", "", "", (), "local", "", 2.0, 90, 160, "h264", "mp4", False, "")

    def frame(self, frame_id: str) -> Frame:
        return next(frame for frame in self._frames if frame.frame_id == frame_id)

    def frames(self, clip_id: str) -> list[Frame]:
        return [frame for frame in self._frames if frame.clip_id == clip_id]

    def content_hash(self) -> str:
        return hashlib.sha256("".join(frame.frame_id for frame in self._frames).encode()).hexdigest()


def frame(clip: str, index: int = 0, dhash: str | None = None, duplicate_of: str | None = None) -> Frame:
    name = f"{clip}/{index}"
    sha = hashlib.sha256(name.encode()).hexdigest()
    return Frame(name, clip, index, float(index), sha, 90, 160, dhash or sha[:16], duplicate_of)


def world(clips: int = 12, frames: int = 2, seed: int = 0) -> FakeCorpus:
    """``clips`` clips per value, near that value's axis."""
    generator = np.random.default_rng(seed)
    pictures = []
    for place, value in enumerate(VALUES):
        for number in range(clips):
            for index in range(frames):
                vector = generator.normal(0, 0.1, AxesEmbedder.dimension)
                vector[place] += 1.0
                pictures.append((frame(f"{value}-{number}", index), vector))
    return FakeCorpus(pictures)
