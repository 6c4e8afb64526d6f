"""Clips whose packets hold one field each, as camcorders write them, give the frames that are on the screen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from field_stream import write_field_stream
from looks import combs
from PIL import Image

from ingest.decoding.decode import DecodeOptions, decode
from ingest.decoding.sampling import SAMPLINGS


def moving_bar(number: int) -> np.ndarray:
    frame = np.full((64, 96), 16, np.uint8)
    for parity in (0, 1):
        frame[parity::2, 3 * number + 2 * parity :][:, :20] = 235
    return frame


def place_of_bar(picture: Image.Image) -> int:
    return int(np.argmax(np.asarray(picture.convert("L"), float).mean(0) > 128))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_field_stream(tmp_path_factory.mktemp("fields") / "00001.ts", [moving_bar(n) for n in range(20)])


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("count", [1, 3, 8])
def test_no_frame_is_lost_between_its_fields(clip: Path, sampling: str, count: int) -> None:
    decoded = decode(clip, DecodeOptions(frames=count, sampling=sampling))
    assert decoded.duration == pytest.approx(0.8, abs=0.03)
    assert len(decoded.frames) == (1 if sampling == "scene" else count)
    for frame in decoded.frames:
        assert combs(frame.picture) < 1.5
        assert abs(place_of_bar(frame.picture) - 3 * int(frame.time * 25 + 0.01)) <= 2


def test_more_frames_than_there_are(clip: Path) -> None:
    frames = decode(clip, DecodeOptions(frames=100)).frames
    assert [place_of_bar(frame.picture) for frame in frames] == pytest.approx([3 * n for n in range(20)], abs=2)
