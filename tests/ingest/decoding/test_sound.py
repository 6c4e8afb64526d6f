"""What a recogniser hears lies where it is heard in the clip."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from videos import number_picture

from ingest.decoding.decode import DecodeOptions, decode
from ingest.decoding.sound import RATE


def write(path: Path, pictures_from: float, sound_from: float) -> None:
    """A second of pictures, ten a second, and a second of a tone, on one clock."""
    with av.open(str(path), "w", format="matroska") as container:
        video = container.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        sound = container.add_stream("aac", rate=RATE)
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(number_picture(number, (160, 96), 50), format="rgb24")
            frame.pts, frame.time_base = number + round(10 * pictures_from), Fraction(1, 10)
            container.mux(video.encode(frame))
        tone = np.round(14_000 * np.sin(np.arange(RATE) / 6)).astype(np.int16)
        heard = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
        heard.sample_rate = RATE
        heard.pts, heard.time_base = round(RATE * sound_from), Fraction(1, RATE)
        container.mux(sound.encode(heard))
        container.mux(sound.encode(None))
        container.mux(video.encode(None))


@pytest.mark.parametrize(
    ("pictures_from", "sound_from", "silent", "lasts"),
    [(0.0, 0.0, 0.0, 1.0), (0.0, 0.6, 0.6, 1.6), (0.6, 0.0, 0.0, 0.4), (0.5, 1.0, 0.5, 1.5)],
)
def test_sound_begins_with_the_first_picture(
    tmp_path: Path, pictures_from: float, sound_from: float, silent: float, lasts: float
) -> None:
    path = tmp_path / "clip.mkv"
    write(path, pictures_from, sound_from)
    numbers = np.frombuffer(decode(path, DecodeOptions(frames=2, sound=True)).sound, dtype="<i2")
    loud = np.flatnonzero(np.abs(numbers.astype(int)) > 2_000)
    assert loud[0] / RATE == pytest.approx(silent, abs=0.15)
    assert len(numbers) / RATE == pytest.approx(lasts, abs=0.2)
