"""Nuisances against pictures whose numbers are known."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from valuespectrum.stimuli.nuisance.measures import MEASURED, NO_OPENCV, colourfulness, measured_clip, unavailable
from valuespectrum.stimuli.nuisance.prettiness import PRETTY, prettiness
from vectorstore.foundation.errors import CorpusError


def saved(folder: Path, name: str, pixels: np.ndarray) -> Path:
    path = folder / f"{name}.png"
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def test_each_measure_says_what_it_is_called_after(tmp_path: Path) -> None:
    grey = np.full((256, 256, 3), 100)
    halves = np.concatenate([np.full((128, 256, 3), 50), np.full((128, 256, 3), 150)])
    red = np.stack([np.full((256, 256), 200), np.full((256, 256), 20), np.full((256, 256), 20)], axis=-1)
    plain, split, colour = (
        dict(zip(MEASURED, measured_clip([saved(tmp_path, str(at), each)])[0], strict=True))
        for at, each in enumerate((grey, halves, red))
    )
    assert plain["brightness"] == 100 and plain["contrast"] == plain["colourfulness"] == plain["sharpness"] == 0
    assert split["brightness"] == 100 and split["contrast"] == pytest.approx(50) and split["colourfulness"] == 0
    assert colour["colourfulness"] == pytest.approx(0.3 * np.hypot(180, 90))
    assert plain["motion"] is None


def test_colourfulness_is_the_published_formula() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3)).astype(float)
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    rg, yb = r - g, 0.5 * (r + g) - b
    expected = np.sqrt(rg.var() + yb.var()) + 0.3 * np.sqrt(rg.mean() ** 2 + yb.mean() ** 2)
    assert colourfulness(pixels) == pytest.approx(expected)


def test_motion_belongs_to_all_frames_of_a_clip(tmp_path: Path) -> None:
    paths = [saved(tmp_path, str(at), np.full((64, 64, 3), level)) for at, level in enumerate((10, 30, 60))]
    assert [row[-1] for row in measured_clip(paths)] == [25.0, 25.0, 25.0]


def test_faces_are_measured_or_said_to_be_unavailable(tmp_path: Path) -> None:
    row = dict(zip(MEASURED, measured_clip([saved(tmp_path, "a", np.zeros((64, 64, 3)))])[0], strict=True))
    if importlib.util.find_spec("cv2") is None:
        assert unavailable() == {"faces": NO_OPENCV} and row["faces"] is None
    else:
        assert unavailable() == {} and row["faces"] == 0.0


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(CorpusError, match=r"a\.jpg cannot be read"):
        measured_clip([tmp_path / "a.jpg"])


def test_prettiness_is_nearness_to_praise() -> None:
    class Praise:
        spec = id = "praise"
        dimension = 2

        def texts(self, texts: Sequence[str]) -> np.ndarray:
            return np.array([[1.0, 0.0] if text in PRETTY else [0.0, 1.0] for text in texts], dtype=np.float32)

        def images(self, pictures: Sequence[Image.Image]) -> np.ndarray:
            raise AssertionError("vectors are there")

    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    assert prettiness(vectors, Praise()) == pytest.approx([1.0, -1.0, -0.2], abs=1e-6)
